"""The folder of synced feeds: whole states only, under a lock, and nothing believed that does not fit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import Diagnostic, InputError, SourceError
from supplymatrix.net.feed_store import FeedStore, Generation, Manifest, StoredFile, digest_of, is_store, is_stored_name
from tests.support.child import unmeasured
from tests.support.data import REPO

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def stored(name: str, data: bytes) -> StoredFile:
    return StoredFile(
        name=name, url=f"https://feeds.example/{name}", etag='"1"', last_modified="", retrieved_at=NOW, bytes=len(data),
        sha256=sha256(data).hexdigest(),
    )  # fmt: skip


def manifest(*files: StoredFile) -> Manifest:
    return Manifest(
        feed="ubuntu", licence="CC", attribution="Somebody", redistributable=True, origin="network", made_at=NOW,
        as_of=NOW.date(), files=files, absent=("https://feeds.example/x",),
        faults=(Diagnostic(message="bad", artifact="a", line=3, seen="\x1b", expected="b"),),
    )  # fmt: skip


def publish(store: FeedStore, **files: bytes) -> Generation:
    staging = store.staging("ubuntu")
    staging.begin(keep=True)
    for name, data in files.items():
        staging.path_of(name).write_bytes(data)
        staging.keep(stored(name, data))
    return staging.publish(manifest(*(stored(name, data) for name, data in files.items())))


def test_what_is_published_is_what_is_read(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    made = publish(store, one=b"1", two=b"22")
    found = store.generation("ubuntu")
    assert found == made
    assert [found.path_of(file).read_bytes() for file in found.manifest.files] == [b"1", b"22"]


def test_a_feed_that_was_never_synced_has_no_state(tmp_path: Path) -> None:
    assert FeedStore(tmp_path).generation("ubuntu") is None


def test_the_older_state_is_removed(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    old = publish(store, one=b"1")
    new = publish(store, one=b"2")
    assert not old.folder.exists()
    assert store.generation("ubuntu") == new


def test_what_is_not_published_does_not_count(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    old = publish(store, one=b"1")
    staging = store.staging("ubuntu")
    staging.begin(keep=True)
    staging.path_of("one").write_bytes(b"half")
    assert store.generation("ubuntu") == old


def test_files_that_are_whole_are_held_for_the_next_sync_and_others_are_not(tmp_path: Path) -> None:
    staging = FeedStore(tmp_path).staging("ubuntu")
    staging.begin(keep=True)
    for name, data in {"whole": b"1", "changed": b"2", "gone": b"3"}.items():
        staging.path_of(name).write_bytes(data)
        staging.keep(stored(name, data))
    staging.path_of("changed").write_bytes(b"x")
    staging.path_of("gone").unlink()
    assert list(FeedStore(tmp_path).staging("ubuntu").begin(keep=True)) == ["whole"]


def test_what_a_cut_off_sync_left_is_not_published_with_the_next(tmp_path: Path) -> None:
    store = FeedStore(tmp_path)
    staging = store.staging("ubuntu")
    staging.begin(keep=True)
    staging.path_of("deep/stray").write_bytes(b"1")
    made = publish(store, one=b"1")
    assert [path.name for path in made.folder.rglob("*") if path.is_file()] == ["manifest.json", "one"]


@pytest.mark.parametrize(
    "name", ["", "../x", "/x", "a//b", "a/../b", ".hidden", "a/.b", "a\\b", "a b", "x" * 300, "a\0b", "é", "a\n"]
)
def test_a_name_that_leads_out_or_is_odd_is_no_name_of_the_store(name: str, tmp_path: Path) -> None:
    assert not is_stored_name(name)
    with pytest.raises(ValueError, match="no name"):
        FeedStore(tmp_path).staging("ubuntu").path_of(name)


@pytest.mark.parametrize("name", ["ALSA-2024:4212.json", "osv/usn/USN-1-1.json", "all.zip", "cve-2024-1.json"])
def test_names_of_feeds_are_names_of_the_store(name: str) -> None:
    assert is_stored_name(name)


def test_a_manifest_that_leads_out_is_damaged(tmp_path: Path) -> None:
    made = publish(FeedStore(tmp_path), one=b"1")
    path = made.folder / "manifest.json"
    path.write_text(path.read_text().replace('"name": "one"', '"name": "../../one"'))
    with pytest.raises(InputError, match="damaged"):
        FeedStore(tmp_path).generation("ubuntu")


def test_a_manifest_of_another_feed_is_refused(tmp_path: Path) -> None:
    made = publish(FeedStore(tmp_path), one=b"1")
    made.folder.parent.rename(tmp_path / "redhat")
    with pytest.raises(InputError, match="another feed"):
        FeedStore(tmp_path).generation("redhat")


@given(st.data())
def test_any_change_of_a_manifest_is_read_or_refused(data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = publish(FeedStore(Path(folder)), one=b"1").folder / "manifest.json"
        found = json.loads(path.read_bytes())
        key = data.draw(st.sampled_from([*found, "files.0"]))
        odd: object = data.draw(st.sampled_from([None, 1, "x", [], {}, [1], [{}], True, "2026-13-01"]))
        if key == "files.0":
            found["files"][0][data.draw(st.sampled_from(sorted(found["files"][0])))] = odd
        else:
            found[key] = odd
        path.write_text(json.dumps(found))
        with suppress(InputError):
            FeedStore(Path(folder)).generation("ubuntu")


@given(st.binary(max_size=400))
def test_any_bytes_as_a_manifest_are_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = publish(FeedStore(Path(folder)), one=b"1").folder / "manifest.json"
        path.write_bytes(data)
        with pytest.raises(InputError):
            FeedStore(Path(folder)).generation("ubuntu")


def test_a_link_in_the_store_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    assert digest_of(tmp_path / "link") is None


def test_a_second_sync_waits_and_says_so(tmp_path: Path) -> None:
    first, second = FeedStore(tmp_path), FeedStore(tmp_path)
    said: list[str] = []
    order: list[str] = []
    waits = threading.Event()

    def hear(words: str) -> None:
        said.append(words)
        waits.set()

    def wait() -> None:
        with second.locked(hear):
            order.append("second")

    with first.locked(said.append):
        thread = threading.Thread(target=wait)
        thread.start()
        assert waits.wait(timeout=10)
        order.append("first")
    thread.join(timeout=10)
    assert order == ["first", "second"]
    assert "another sync works in" in said[0]


def test_a_second_sync_gives_up_with_a_remedy(tmp_path: Path) -> None:
    with FeedStore(tmp_path).locked(lambda _: None), pytest.raises(SourceError, match="still works") as caught:  # noqa: SIM117
        with FeedStore(tmp_path).locked(lambda _: None, seconds=0):
            pass
    assert "wait for it" in caught.value.remedy


def test_the_lock_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from supplymatrix.net.feed_store import FeedStore\n"
        f"with FeedStore(pathlib.Path({str(tmp_path)!r})).locked(print):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPO, env=unmeasured(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    with FeedStore(tmp_path).locked(pytest.fail, seconds=5):
        pass


def test_a_folder_of_states_is_known_as_a_store(tmp_path: Path) -> None:
    assert not is_store(tmp_path)
    assert not is_store(tmp_path / "nowhere")
    publish(FeedStore(tmp_path), one=b"1")
    assert is_store(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceError, match="cannot be kept"), FeedStore(tmp_path / "file" / "feeds").locked(print):
        pass
