"""Zips that no go command made: each gives a hash, or is called damaged; nothing else comes out."""

from __future__ import annotations

import errno
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import hash_zip

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def zip_bytes(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("example.com/m@v1.0.0/m.go", b"package m\n" * 30)
        archive.writestr("example.com/m@v1.0.0/go.mod", b"module example.com/m\n")
    return out.getvalue()


ZIPS = {name: zip_bytes(method) for name, method in METHODS.items()}


def test_stored_and_deflated_entries_hash_alike() -> None:
    assert hash_zip(io.BytesIO(ZIPS["stored"])) == hash_zip(io.BytesIO(ZIPS["deflate"]))


@pytest.mark.parametrize("name", ["bzip2", "lzma"])
def test_a_method_that_the_go_command_does_not_know_is_damage(name: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        hash_zip(io.BytesIO(ZIPS[name]))


def test_lzma_data_that_is_broken_is_damage() -> None:
    data = ZIPS["lzma"]
    at = data.index(b"m.go") + 13
    with pytest.raises(InputError, match="damaged"):
        hash_zip(io.BytesIO(data[:at] + b"\xff" * 20 + data[at + 20 :]))


edits = st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), max_size=6)


@given(name=st.sampled_from(sorted(ZIPS)), changes=edits, end=st.integers(0, 2000), start=st.integers(0, 2))
def test_any_zip_gives_a_hash_or_is_called_damaged(
    name: str, changes: list[tuple[int, int]], end: int, start: int
) -> None:
    data = bytearray(ZIPS[name])
    for at, byte in changes:
        data[at % len(data)] = byte
    with suppress(InputError):
        assert hash_zip(io.BytesIO(bytes(data[start:] if end > len(data) else data[start:end]))).startswith("h1:")


class BadDisk(io.BytesIO):
    """A file whose bytes cannot be read any more, from the `after`-th read on."""

    def __init__(self, data: bytes, after: int) -> None:
        super().__init__(data)
        self.after = after

    def read(self, size: int | None = -1, /) -> bytes:
        self.after -= 1
        if self.after < 0:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def reads_of(data: bytes) -> int:
    disk = BadDisk(data, 1 << 30)
    hash_zip(disk)
    return (1 << 30) - disk.after


@pytest.mark.parametrize("after", range(reads_of(ZIPS["deflate"])))
def test_a_disk_that_fails_is_no_damage_of_the_zip(after: int) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        hash_zip(BadDisk(ZIPS["deflate"], after))


def test_too_little_memory_is_told_as_an_input_that_asks_too_much() -> None:
    class Greedy(BadDisk):
        def read(self, size: int | None = -1, /) -> bytes:
            raise MemoryError

    with pytest.raises(InputError):
        hash_zip(Greedy(ZIPS["stored"], 0))
