"""Plain files read at places: exact bytes, or an error; and a file that changes is never taken for one thing."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.sources.pread import FileChangedError, open_at

DATA = bytes(range(256)) * 40


@pytest.fixture(params=["pread", "seek"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, on systems with and without reads at places."""
    if request.param == "seek":
        monkeypatch.delattr(os, "pread", raising=False)
    path = tmp_path / "file"
    path.write_bytes(DATA)
    return path


def test_the_bytes_at_a_place_are_read(file: Path) -> None:
    with open_at(file, limit=1 << 20) as found:
        assert found.size == len(DATA)
        assert found.read_at(300, 700) == DATA[300:1000]
        assert found.read_at(len(DATA), 0) == b""


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1), (0, len(DATA) + 1), (len(DATA), 1)])
def test_bytes_beyond_the_file_are_an_error(file: Path, offset: int, length: int) -> None:
    with open_at(file, limit=1 << 20) as found, pytest.raises(InputError, match="does not have these bytes"):
        found.read_at(offset, length)


def test_several_threads_read_one_file(file: Path) -> None:
    places = [(at, 100) for at in range(0, len(DATA) - 100, 7)]
    with open_at(file, limit=1 << 20) as found, ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda place: found.read_at(*place), places))
    assert parts == [DATA[at : at + length] for at, length in places]


@pytest.mark.skipif(not hasattr(os, "pread"), reason="there are no reads at places")
def test_a_disk_that_gives_less_than_asked_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, read = tmp_path / "file", os.pread
    path.write_bytes(DATA)
    monkeypatch.setattr(os, "pread", lambda descriptor, length, offset: read(descriptor, min(length, 7), offset))
    with open_at(path, limit=1 << 20) as found:
        assert found.read_at(5, 100) == DATA[5:105]


def grow(path: Path) -> None:
    with path.open("ab") as out:
        out.write(b"more")


def rewrite_and_hide(path: Path) -> None:
    """Write other bytes of the same length, and set the time of writing back."""
    info = path.stat()
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(DATA)
    other.replace(path)


CHANGES = [grow, rewrite_and_hide, replace, Path.unlink]


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_open_is_noticed(file: Path, change: Callable[[Path], None]) -> None:
    with pytest.raises(FileChangedError, match="changed while it was being hashed"), open_at(file, limit=1 << 20):
        change(file)


def test_what_is_wrong_with_a_file_that_changed_does_not_count(file: Path) -> None:
    def find_fault() -> None:
        with open_at(file, limit=1 << 20):
            grow(file)
            raise InputError(Diagnostic(message="half of each"))

    with pytest.raises(FileChangedError):
        find_fault()


def test_what_is_wrong_with_a_file_that_stays_counts(file: Path) -> None:
    with pytest.raises(InputError, match="really"), open_at(file, limit=1 << 20):
        raise InputError(Diagnostic(message="really"))


def test_a_file_that_shrinks_is_noticed_at_the_read(file: Path) -> None:
    def read_what_is_gone() -> bytes:
        with open_at(file, limit=1 << 20) as found:
            os.truncate(file, 10)
            return found.read_at(0, len(DATA))

    with pytest.raises(FileChangedError):
        read_what_is_gone()


def test_a_file_beyond_the_limit_is_not_opened(file: Path) -> None:
    with pytest.raises(OSError, match="more than the 5 that are read"), open_at(file, limit=5):
        pytest.fail("it was opened")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_plain_file_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=r"plain file|directory|Permission"), open_at(path, limit=5):
        pytest.fail("it was opened")


def test_a_link_is_followed_only_if_that_is_wanted(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    with open_at(link, limit=1 << 20) as found:
        assert found.size == len(DATA)
    with pytest.raises(OSError, match=r"link|plain|symbolic"), open_at(link, limit=1 << 20, links=False):
        pytest.fail("it was followed")
