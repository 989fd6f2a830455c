"""Which trusted root a run starts from, and how old it says that it is."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from supplymatrix.engine import trust_roots
from supplymatrix.engine.means import Means
from supplymatrix.engine.trust_roots import (
    OLD_AFTER,
    PUBLIC_GOOD,
    age_warning,
    newest_public_root,
    shipped_root,
    trusted_root_for,
    tuf_bootstrap,
)
from supplymatrix.engine.trust_shown import show_trust
from supplymatrix.engine.trust_update import update_trust
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.signature import TrustUsed
from supplymatrix.net.trust_store import KeptRoot, keep_root, read_kept_root
from tests.support.data import REPO
from tests.support.made_sigstore import MadeSigstore
from tests.support.made_tuf import MadeTuf

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
_MADE = MadeSigstore().trusted_root()


def _environ(tmp_path: Path) -> dict[str, str]:
    return {"SUPPLYMATRIX_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_the_public_one_comes_with_the_program() -> None:
    root, used = trusted_root_for(None, NOW)
    assert (root.name, used.name) == (PUBLIC_GOOD, PUBLIC_GOOD)
    assert used.sha256 == root.sha256 == hashlib.sha256(root.raw).hexdigest()
    assert used.age_days == (NOW.date() - date.fromisoformat(used.as_of)).days
    assert {log.base_url for log in root.logs} >= {"https://rekor.sigstore.dev"}
    assert root.authorities
    assert root.ct_logs
    assert root.timestamp_authorities
    assert age_warning(used) == ""


def test_its_readme_names_the_digests_that_its_files_have() -> None:
    folder = REPO / "trust_roots"
    page = (folder / "README.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| `([a-z-]+\.json)` \| `([0-9a-f]{64})` \|$", page, re.MULTILINE))
    assert sorted(named) == ["public-good.json", "tuf-root.json"]
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert f"{shipped_root().as_of:%Y-%m-%d}" in page


@pytest.mark.parametrize(("days", "is_old"), [(None, False), (0, False), (OLD_AFTER, False), (OLD_AFTER + 1, True)])
def test_one_that_is_old_is_warned_of(days: int | None, is_old: bool) -> None:
    says = age_warning(TrustUsed(name=PUBLIC_GOOD, sha256="0" * 64, as_of="2026-01-01", age_days=days))
    assert bool(says) is is_old
    assert not is_old or ("181 days old (of 2026-01-01)" in says and "trust update" in says)


def test_a_clock_that_is_behind_makes_no_age() -> None:
    _, used = trusted_root_for(None, datetime(2020, 1, 1, tzinfo=UTC))
    assert used.age_days == 0


def test_one_that_is_named_is_used_and_nobody_says_how_old_it_is(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_bytes(_MADE)
    root, used = trusted_root_for(path, NOW, environ=_environ(tmp_path))
    assert used == TrustUsed(name=path.as_posix(), sha256=hashlib.sha256(_MADE).hexdigest())
    assert root.raw == _MADE
    path.write_text("{}")
    with pytest.raises(InputError):
        trusted_root_for(path, NOW)
    with pytest.raises(InputError, match="cannot be opened"):
        trusted_root_for(tmp_path / "none.json", NOW)


def test_the_newer_of_two_public_ones_is_used(tmp_path: Path) -> None:
    environ, state = _environ(tmp_path), tmp_path / "state"
    assert newest_public_root(environ) == shipped_root()
    keep_root(state, KeptRoot(data=_MADE, as_of=shipped_root().as_of - timedelta(days=1), source="https://tuf.example"))
    assert newest_public_root(environ) == shipped_root()
    keep_root(state, KeptRoot(data=_MADE, as_of=date(2026, 11, 20), source="https://tuf.example"))
    root, used = trusted_root_for(None, NOW, environ=environ)
    assert (root.raw, used.as_of, used.age_days) == (_MADE, "2026-11-20", 6)
    assert trusted_root_for(None, NOW)[0].raw == shipped_root().data
    assert newest_public_root(environ).source == "fetched from https://tuf.example"
    assert newest_public_root({}) == shipped_root()


def test_one_that_was_damaged_is_not_passed_over(tmp_path: Path) -> None:
    path = keep_root(tmp_path / "state", KeptRoot(data=_MADE, as_of=date(2026, 11, 20), source="https://tuf.example"))
    path.write_bytes(path.read_bytes().replace(b"sigstore.example", b"sigstore.exampl3"))
    with pytest.raises(SourceError, match="SHA-256"):
        trusted_root_for(None, NOW, environ=_environ(tmp_path))


def test_a_shipped_one_that_was_changed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from supplymatrix.sources.builtin import builtin_bytes

    def other(kind: str, name: str) -> bytes:
        return builtin_bytes(kind, name) + (b" " if name == "public-good.json" else b"")

    monkeypatch.setattr("supplymatrix.sources.builtin.builtin_bytes", other)
    with pytest.raises(SourceError, match="has been changed"):
        trust_roots.shipped_root()


def test_an_update_is_kept_and_used_from_then_on(tmp_path: Path) -> None:
    environ = _environ(tmp_path)
    means = Means(environ=environ, now=NOW)
    tuf = MadeTuf(tmp_path / "tuf")
    tuf.publish(_MADE)
    done = update_trust(means, repository=tuf.url, bootstrap=tuf.root)
    assert (done.is_same, done.as_of) == (False, "2026-11-26")
    assert done.before == hashlib.sha256(shipped_root().data).hexdigest()
    assert done.path.is_file()
    root, used = trusted_root_for(None, NOW, environ=environ)
    assert (root.raw, used.as_of, used.age_days) == (_MADE, "2026-11-26", 0)
    assert update_trust(means, repository=tuf.url, bootstrap=tuf.root).is_same
    assert show_trust(None, NOW, environ).source == f"fetched from {tuf.url}"


def test_an_update_that_is_no_trusted_root_is_not_kept(tmp_path: Path) -> None:
    tuf = MadeTuf(tmp_path / "tuf")
    tuf.publish(b'{"mediaType": "another"}')
    with pytest.raises(InputError):
        update_trust(Means(environ=_environ(tmp_path), now=NOW), repository=tuf.url, bootstrap=tuf.root)
    assert read_kept_root(tmp_path / "state") is None


def test_no_network_no_update(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="this run uses none"):
        update_trust(Means(environ=_environ(tmp_path), now=NOW, offline=True))
    assert b"tuf-on-ci" in tuf_bootstrap() or b'"_type"' in tuf_bootstrap()


def test_one_that_was_kept_on_a_day_that_has_not_come_is_not_the_newest_for_ever(tmp_path: Path) -> None:
    environ, source = _environ(tmp_path), "https://tuf.example"
    keep_root(tmp_path / "state", KeptRoot(data=_MADE, as_of=NOW.date() + timedelta(days=1), source=source))
    assert trusted_root_for(None, NOW, environ=environ)[1].age_days == 0  # days begin elsewhere earlier
    keep_root(tmp_path / "state", KeptRoot(data=_MADE, as_of=date(2099, 1, 1), source=source))
    with pytest.raises(SourceError, match="is of 2099-01-01, and this machine's clock says 2026-11-26"):
        trusted_root_for(None, NOW, environ=environ)


def test_an_update_mends_one_that_was_damaged(tmp_path: Path) -> None:
    environ = _environ(tmp_path)
    path = keep_root(tmp_path / "state", KeptRoot(data=_MADE, as_of=date(2026, 11, 20), source="https://tuf.example"))
    path.write_bytes(b"damaged")
    tuf = MadeTuf(tmp_path / "tuf")
    tuf.publish(_MADE)
    done = update_trust(Means(environ=environ, now=NOW), repository=tuf.url, bootstrap=tuf.root)
    assert done.before == hashlib.sha256(shipped_root().data).hexdigest()
    assert trusted_root_for(None, NOW, environ=environ)[0].raw == _MADE
