"""The trusted head on disk: whole or an error, moved by one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError, SourceError
from supplymatrix.net.head_file import HeadFile, SavedHead, log_id
from tests.support.data import REPO

WHEN = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OLD = SavedHead(note=b"go.sum database tree\n5\n\n\xe2\x80\x94 sum.example x\n", fetched_at=WHEN)
NEW = SavedHead(note=b"go.sum database tree\n6\n\n\xe2\x80\x94 sum.example y\n", fetched_at=WHEN + timedelta(hours=1))


def head_file(folder: Path) -> HeadFile:
    return HeadFile(folder, "sum.example", 0x033DE0AE, lock_seconds=0)


def test_nothing_is_there_before_the_first_use_and_reading_makes_nothing(tmp_path: Path) -> None:
    assert head_file(tmp_path / "state").read() is None
    assert not (tmp_path / "state").exists()


def test_what_is_saved_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    file = head_file(tmp_path / "a" / "b")
    assert file.replace(None, OLD) is None
    assert file.read() == OLD
    assert file.replace(OLD, NEW) is None
    assert file.read() == NEW
    assert [p.name for p in file.path.parent.iterdir() if p.suffix not in (".head", ".lock")] == []


def test_times_are_kept_in_utc(tmp_path: Path) -> None:
    local = SavedHead(note=b"n\n", fetched_at=WHEN.astimezone(timezone(timedelta(hours=5))))
    head_file(tmp_path).replace(None, local)
    read = head_file(tmp_path).read()
    assert read is not None
    assert read.fetched_at.isoformat() == "2026-11-23T09:30:00+00:00"


def test_a_head_that_another_process_moved_is_given_back(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    file.replace(None, NEW)
    assert file.replace(OLD, OLD) == NEW
    assert file.replace(None, OLD) == NEW
    assert file.read() == NEW


@given(at=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_any_flipped_byte_is_noticed_or_changes_only_the_time(
    tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    file = head_file(tmp_path_factory.mktemp("state"))
    file.replace(None, OLD)
    data = bytearray(file.path.read_bytes())
    data[at % len(data)] ^= flip
    file.path.write_bytes(data)
    try:
        read = file.read()
    except InputError:
        assert file.path.read_bytes() == data, "a damaged file stays where it is"
    else:
        assert read is not None
        assert read.note == OLD.note


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 50, b"supplymatrix trusted head 1\n\n", b"y" * (3 << 20)])
def test_a_damaged_file_is_an_error_that_names_it_and_is_not_replaced(tmp_path: Path, data: bytes) -> None:
    file = head_file(tmp_path)
    file.path.write_bytes(data)
    for act in (file.read, lambda: file.replace(None, NEW)):
        with pytest.raises(InputError, match="damaged") as caught:
            act()
        assert caught.value.diagnostics[0].artifact == str(file.path)
        assert "delete the file" in caught.value.diagnostics[0].remedy
    assert file.path.read_bytes() == data


def test_a_folder_or_pipe_in_its_place_is_no_head(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    os.mkfifo(file.path)
    with pytest.raises(InputError, match="no plain file"):
        file.read()
    file.path.unlink()
    file.path.mkdir()
    with pytest.raises((InputError, SourceError)):
        file.read()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SourceError, match="cannot be saved") as caught:
        head_file(tmp_path / "file" / "state").replace(None, OLD)
    assert "SUPPLYMATRIX_STATE_DIR" in caught.value.remedy


MOVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from supplymatrix.net.head_file import HeadFile, SavedHead
file = HeadFile(Path(sys.argv[1]), "sum.example", 1)
for _ in range(int(sys.argv[2])):
    head = file.read()
    while True:
        size = int(head.note) if head else 0
        lost = file.replace(head, SavedHead(note=b"%d" % (size + 1), fetched_at=datetime(2026, 1, 1, tzinfo=UTC)))
        if lost is None:
            break
        head = lost
"""


def test_two_processes_never_lose_a_step(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MOVER, str(tmp_path), "40"]
    movers = [subprocess.Popen(command, cwd=REPO) for _ in range(2)]
    assert [mover.wait(timeout=60) for mover in movers] == [0, 0]
    head = HeadFile(tmp_path, "sum.example", 1).read()
    assert head is not None
    assert head.note == b"80"


HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_held_by_another_process_is_told_and_goes_with_it(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    command = [sys.executable, "-c", HOLDER, f"{file.path}.lock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SourceError, match="another process holds"):
            file.replace(None, OLD)
        holder.kill()
        holder.wait(timeout=30)
    assert file.replace(None, OLD) is None


@given(st.text(max_size=300))
def test_a_log_name_becomes_one_safe_file_name(name: str) -> None:
    made = log_id(name, 1)
    assert len(made) < 180
    assert made.isascii()
    assert not set(made) & set('/\\:*?"<>| ')
    assert made == made.lower()


def test_different_logs_and_keys_have_different_files() -> None:
    assert len({log_id("a.example", 1), log_id("A.example", 1), log_id("a.example", 2), log_id("a/example", 1)}) == 4


def test_a_link_laid_out_under_the_temporary_name_is_not_written_through(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / f"{file.path.name}.{os.getpid()}.tmp").symlink_to(victim)
    assert file.replace(None, OLD) is None
    assert victim.read_bytes() == b"mine"
    assert not file.path.is_symlink()
    assert file.read() == OLD


def test_each_save_writes_under_a_temporary_name_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = head_file(tmp_path)
    opened: list[tuple[str, int]] = []
    real = os.open

    def noting(path: str, flags: int, mode: int = 0o777) -> int:
        if os.fspath(path).endswith(".tmp"):
            opened.append((os.fspath(path), flags))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", noting)
    file.replace(None, OLD)
    file.replace(OLD, NEW)
    assert len({name for name, _ in opened}) == 2
    assert all(flags & os.O_EXCL and flags & os.O_NOFOLLOW for _, flags in opened)
