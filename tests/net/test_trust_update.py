"""The trusted root over TUF: fetched where all is signed and new, refused where it is not; and kept whole."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from supplymatrix.errors import SourceError, TransportError, TrustError
from supplymatrix.net.transport import Transport
from supplymatrix.net.trust_store import KEPT_ROOT, KeptRoot, keep_root, read_kept_root
from supplymatrix.net.trust_update import fetch_trusted_root
from tests.support.made_tuf import MadeTuf


def _fetch(made: MadeTuf, tmp_path: Path, bootstrap: bytes | None = None) -> bytes:
    return fetch_trusted_root(made.url, bootstrap or made.root, tmp_path / "seen", Transport(tries=1))


def test_what_is_signed_and_new_is_fetched_and_what_is_newer_the_next_time(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    made.publish(b"one")
    assert _fetch(made, tmp_path) == b"one"
    assert _fetch(made, tmp_path) == b"one"
    made.publish(b"two", version=2)
    assert _fetch(made, tmp_path) == b"two"


def test_an_older_state_than_was_seen_is_refused(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    made.publish(b"two", version=2)
    _fetch(made, tmp_path)
    made.publish(b"one", version=1)
    with pytest.raises(TrustError, match="not signed as it must be"):
        _fetch(made, tmp_path)


def test_a_target_of_other_bytes_is_refused(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    made.publish(b"right")
    path = made.folder / "targets" / f"{hashlib.sha256(b'right').hexdigest()}.trusted_root.json"
    path.write_bytes(b"wrong")
    with pytest.raises((TrustError, TransportError)):
        _fetch(made, tmp_path)


def test_a_repository_of_other_keys_is_refused(tmp_path: Path) -> None:
    made, other = MadeTuf(tmp_path / "tuf"), MadeTuf(tmp_path / "other", seed="other")
    made.publish(b"one")
    with pytest.raises(TrustError):
        _fetch(made, tmp_path, other.root)


def test_a_state_that_has_expired_is_not_used(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    made.publish(b"one", ends=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1))
    with pytest.raises(TransportError, match="expired") as caught:
        _fetch(made, tmp_path)
    assert "clock" in caught.value.remedy


def test_what_cannot_be_had_is_an_outage(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    with pytest.raises(TransportError, match="could not be fetched") as caught:
        _fetch(made, tmp_path)
    assert caught.value.outage
    made.publish(b"one", name="another.json")
    with pytest.raises(TransportError, match="gives out no trusted_root"):
        _fetch(made, tmp_path)


def test_what_is_given_out_must_be_metadata(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    made.publish(b"one")
    (made.folder / "timestamp.json").write_bytes(b"<html>")
    with pytest.raises(TrustError):
        _fetch(made, tmp_path)
    with pytest.raises(TrustError):
        _fetch(made, tmp_path, b"{}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    made = MadeTuf(tmp_path / "tuf")
    (tmp_path / "seen").write_text("a file")
    with pytest.raises(SourceError, match="cannot be made"):
        _fetch(made, tmp_path)


_ROOT = KeptRoot(data=b'{"a": 1}\n\n', as_of=date(2026, 11, 26), source="https://tuf.example")


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    assert read_kept_root(tmp_path) is None
    assert keep_root(tmp_path, _ROOT) == tmp_path / KEPT_ROOT
    assert read_kept_root(tmp_path) == _ROOT
    newer = KeptRoot(data=b"{}", as_of=date(2026, 12, 1), source="https://tuf.example")
    keep_root(tmp_path, newer)
    assert read_kept_root(tmp_path) == newer
    assert [path.name for path in (tmp_path / "trust").iterdir()] == ["public-good.root"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'{"a": 1}', b'{"a": 2}', "has the SHA-256"),
        (b"trusted root 1", b"trusted root 2", "is not the trusted root"),
        (b"sha256 ", b"sha255 ", "is not the trusted root"),
        (b"2026-11-26", b"2026-13-26", "is of no day"),
    ],
)
def test_what_was_damaged_is_not_passed_over(tmp_path: Path, old: bytes, new: bytes, says: str) -> None:
    path = keep_root(tmp_path, _ROOT)
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(SourceError, match=says) as caught:
        read_kept_root(tmp_path)
    assert "trust update" in caught.value.remedy


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    (tmp_path / KEPT_ROOT).mkdir(parents=True)
    with pytest.raises(SourceError, match="cannot be read"):
        read_kept_root(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="cannot be written"):
        keep_root(tmp_path / "file", _ROOT)
    assert read_kept_root(tmp_path / "file") is None
