"""The h1 of zips that no go command made: a hash, or an error; and the disk's faults are the disk's."""

from __future__ import annotations

import errno
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, entry_digests, hash1, hash_entries, hash_zip
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_archive import read_zip
from tests.support.made_zip import MadeEntry, made_zip

P = b"example.com/m@v1.0.0/"
FILES = [
    MadeEntry(name=P + b"m.go", data=b"package m\n" * 30, descriptor=True),
    MadeEntry(name=P + b"go.mod", data=b"module example.com/m\n"),
]
GOOD = made_zip(FILES)


def hashed(*entries: MadeEntry) -> str:
    return hash_zip(BytesAt(made_zip(entries)))


def test_stored_and_deflated_entries_hash_alike() -> None:
    stored = [MadeEntry(name=entry.name, data=entry.data, deflate=False) for entry in FILES]
    assert hashed(*stored) == hashed(*FILES)


def test_order_does_not_matter() -> None:
    assert hashed(*FILES) == hashed(*reversed(FILES))


def test_of_two_entries_with_one_name_the_last_content_counts_twice() -> None:
    old, new = (MadeEntry(name=b"a", data=data) for data in (b"old", b"new"))
    assert hashed(old, new) == hashed(new, new) != hashed(new)


def test_the_first_of_two_entries_with_one_name_may_be_damaged() -> None:
    broken, good = MadeEntry(name=b"a", data=b"x", crc=5), MadeEntry(name=b"a", data=b"x")
    assert hashed(broken, good) == hashed(good, good)


def test_an_entry_for_a_folder_counts_as_an_empty_file() -> None:
    assert hashed(*FILES, MadeEntry(name=P + b"d/", deflate=False)) != hashed(*FILES)


def test_without_entries_for_folders_it_is_the_hash_of_what_is_unpacked() -> None:
    archive = read_zip(BytesAt(made_zip([*FILES, MadeEntry(name=P + b"d/", deflate=False)])))
    assert hash_entries(archive, entry_digests(archive), folders=False) == hashed(*FILES)


@pytest.mark.parametrize("name", [b"a\0b", b"a\\b", b"\xff", "é".encode(), b""])
def test_names_count_as_the_bytes_that_are_stored(name: bytes) -> None:
    assert hashed(MadeEntry(name=name, data=b"x")) == hash1([(name, sha256(b"x").digest())])


def test_a_name_with_a_newline_is_an_error() -> None:
    with pytest.raises(InputError, match="newline"):
        hashed(MadeEntry(name=b"a\nb"))


class CountedBytes(BytesAt):
    """Bytes that count how many of them were read, and may fail from the `after`-th read on."""

    def __init__(self, data: bytes, after: int = 1 << 30) -> None:
        super().__init__(data)
        self.bytes_read, self.reads, self.after = 0, 0, after

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        self.bytes_read += length
        if self.reads > self.after:
            raise OSError(errno.EIO, "Input/output error")
        return super().read_at(offset, length)


@pytest.mark.parametrize("sizes", [[ZIP_LIMIT + 1], [ZIP_LIMIT, 1], [1 << 30] * 4])
def test_more_than_a_module_zip_may_hold_is_refused_before_a_content_is_read(sizes: list[int]) -> None:
    entries = [MadeEntry(name=b"%d" % at, data=bytes(1 << 20), size=size) for at, size in enumerate(sizes)]
    file = CountedBytes(b"#" * (2 << 20) + made_zip(entries))
    with pytest.raises(InputError, match="more than a module zip may"):
        hash_zip(file)
    assert file.bytes_read < 1 << 19


def test_a_size_of_64_bits_is_no_way_round_the_limit() -> None:
    with pytest.raises(InputError, match="more than a module zip may"):
        hashed(MadeEntry(name=b"a", data=b"x", size=(1 << 64) - 1, large=True))


edits = st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 255)), max_size=6)


@given(changes=edits, end=st.integers(0, 900), start=st.integers(0, 2))
def test_any_zip_gives_a_hash_or_is_called_damaged(changes: list[tuple[int, int]], end: int, start: int) -> None:
    data = bytearray(GOOD)
    for at, byte in changes:
        data[at % len(data)] = byte
    with suppress(InputError):
        text = bytes(data[start:] if end > len(data) else data[start:end])
        assert hash_zip(BytesAt(text)).startswith("h1:")


STORED = made_zip([MadeEntry(name=entry.name, data=entry.data, deflate=False) for entry in FILES])


@given(which=st.sampled_from(FILES), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_changed_bit_of_a_content_is_noticed(which: MadeEntry, at: int, bit: int) -> None:
    data = bytearray(STORED)
    data[data.index(which.data) + at % len(which.data)] ^= 1 << bit
    with pytest.raises(InputError, match="checksum"):
        hash_zip(BytesAt(bytes(data)))


@given(which=st.sampled_from(FILES), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_changed_bit_of_a_name_is_noticed(which: MadeEntry, at: int, bit: int) -> None:
    data = bytearray(STORED)
    data[data.rindex(which.name) + at % len(which.name)] ^= 1 << bit
    with suppress(InputError):
        assert hash_zip(BytesAt(bytes(data))) != hash_zip(BytesAt(STORED))


def reads_of(data: bytes) -> int:
    file = CountedBytes(data)
    hash_zip(file)
    return file.reads


@pytest.mark.parametrize("after", range(reads_of(GOOD)))
def test_a_disk_that_fails_is_no_damage_of_the_zip(after: int) -> None:
    with pytest.raises(OSError, match="Input/output error"):
        hash_zip(CountedBytes(GOOD, after))


def _digests_or_none(data: bytes, *, piece_by_piece: bool) -> dict[bytes, bytes] | None:
    try:
        return entry_digests(read_zip(BytesAt(data)), watch=(lambda _, pieces: pieces) if piece_by_piece else None)
    except InputError:
        return None


@given(st.integers(min_value=0), st.integers(0, 255), st.booleans(), st.booleans())
def test_a_content_read_as_a_whole_is_the_one_read_piece_by_piece(at: int, byte: int, mark: bool, extra: bool) -> None:
    data = bytearray(GOOD if not extra else made_zip([*FILES, MadeEntry(name=P + b"x" * 300, data=bytes(300_000))]))
    if mark:  # a descriptor need not begin with its mark
        data = bytearray(bytes(data).replace(b"PK\x07\x08", b"", 1) + b"\0" * 4)
    data[at % len(data)] = byte
    assert _digests_or_none(bytes(data), piece_by_piece=False) == _digests_or_none(bytes(data), piece_by_piece=True)
