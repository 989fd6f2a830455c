"""Zips read as the go command reads them; what an enemy writes gives a result or an error, and little work."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import zip_archive
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_archive import TooManyEntriesError, read_zip, read_zip_contents, read_zip_quickly
from tests.support.made_zip import MadeEntry, made_zip

P = b"example.com/m@v1.0.0/"
GO_MOD = MadeEntry(name=P + b"go.mod", data=b"module example.com/m\n")


def contents(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the names and contents of a zip, in the order of its directory."""
    archive = read_zip(BytesAt(data))
    found = {entry: b"".join(pieces) for entry, pieces in read_zip_contents(archive, archive.entries)}
    return [(entry.name, found[entry]) for entry in archive.entries]


def refusal(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        contents(data)
    return caught.value.diagnostics[0].message


class CountedBytes(BytesAt):
    """Bytes that count how many of them were asked for."""

    asked = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked += length
        return super().read_at(offset, length)


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
files = st.dictionaries(names, st.binary(max_size=400), max_size=6)


@given(
    files=files,
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    comment=st.binary(max_size=2000).filter(lambda text: b"PK\5\6" not in text),
    before=st.binary(max_size=40),
    streamed=st.booleans(),
)
def test_what_the_standard_library_writes_is_read_back(
    files: dict[str, bytes], method: int, comment: bytes, before: bytes, *, streamed: bool
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(Unseekable(out) if streamed else out, "w", method) as archive:
        archive.comment = comment
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), b"" if name.endswith("/") else data)
    wanted = [(name.encode(), b"" if name.endswith("/") else data) for name, data in files.items()]
    assert contents(before + out.getvalue()) == wanted


class Unseekable(io.RawIOBase):
    """A stream: `zipfile` writes checksums behind the contents, as the go command does."""

    def __init__(self, out: io.BytesIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        return self._out.write(data)  # type: ignore[arg-type]


made_entries = st.lists(
    st.builds(
        MadeEntry,
        name=st.sampled_from([P + b"a", P + b"b", P + b"d/", b"", b"\xff\0\\"]),
        data=st.sampled_from([b"", b"x", b"package m\n" * 40]),
        deflate=st.booleans(),
        descriptor=st.booleans(),
        large=st.booleans(),
    ),
    max_size=4,
)
edits = st.lists(
    st.tuples(st.integers(min_value=0), st.sampled_from([0, 1, 2, 127, 128, 254, 255]) | st.integers(0, 255)),
    max_size=6,
)


@given(
    entries=made_entries,
    changes=edits,
    start=st.integers(0, 3),
    end=st.integers(0, 900),
    comment=st.binary(max_size=30),
    large=st.booleans(),
)
def test_any_zip_that_was_changed_or_cut_is_read_or_refused(
    entries: list[MadeEntry], changes: list[tuple[int, int]], start: int, end: int, comment: bytes, *, large: bool
) -> None:
    data = bytearray(made_zip(entries, comment=comment, large=large))
    for at, byte in changes:
        data[at % len(data)] = byte
    with suppress(InputError):
        contents(bytes(data[start:] if end > len(data) or end % 2 else data[start:end]))


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes, more: bytes) -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(data), 0, len(more))
    for text in (data, data + end + more, b"PK\1\2" + data + end + more):
        with suppress(InputError):
            contents(text)


def test_names_are_the_bytes_that_are_stored() -> None:
    raw = [b"a\0b", b"a\\b", b"\xff\xfe", "é".encode(), b"", b"../../x"]
    assert [name for name, _ in contents(made_zip([MadeEntry(name=name) for name in raw]))] == raw


def test_the_64_bit_forms_are_read() -> None:
    data = made_zip([MadeEntry(name=b"a", data=b"1", large=True), GO_MOD], before=b"#!/bin/sh\n", large=True)
    assert contents(data) == [(b"a", b"1"), (GO_MOD.name, GO_MOD.data)]


def test_a_count_that_was_cut_to_16_bits_is_forgiven() -> None:
    assert contents(made_zip([GO_MOD], count=65_537)) == [(GO_MOD.name, GO_MOD.data)]


@pytest.mark.parametrize("count", [0, 2, 40_000])
def test_a_directory_with_another_number_of_entries_is_damage(count: int) -> None:
    assert "does not have the entries" in refusal(made_zip([GO_MOD], count=count))


def test_a_checksum_that_does_not_fit_is_damage() -> None:
    assert "checksum" in refusal(made_zip([MadeEntry(name=b"a", data=b"x", crc=1)]))


@pytest.mark.parametrize("crc", [0, 1])
def test_a_checksum_behind_the_content_counts_even_if_it_is_zero(crc: int) -> None:
    assert "checksum" in refusal(made_zip([MadeEntry(name=b"a", data=b"x", crc=crc, descriptor=True)]))


def test_a_checksum_of_zero_in_the_directory_alone_is_none() -> None:
    assert contents(made_zip([MadeEntry(name=b"a", data=b"x", crc=0)])) == [(b"a", b"x")]


@pytest.mark.parametrize("size", [0, 4, 6, 1 << 20, 0xFFFF_FFFE])
@pytest.mark.parametrize("deflate", [True, False])
def test_a_content_of_another_length_than_declared_is_damage(size: int, *, deflate: bool) -> None:
    assert "another length" in refusal(made_zip([MadeEntry(name=b"a", data=b"12345", size=size, deflate=deflate)]))


def test_a_content_that_ends_too_early_is_damage() -> None:
    assert "another length" in refusal(made_zip([MadeEntry(name=b"a", data=bytes(500), packed=3)]))


def test_bytes_that_do_not_inflate_are_damage() -> None:
    data = MadeEntry(name=b"a", data=b"\xff" * 20, deflate=False, method=8)
    assert "cannot be unpacked" in refusal(made_zip([data]))


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93])
def test_a_method_that_the_go_command_does_not_know_is_damage(method: int) -> None:
    assert "compressed as no module zip" in refusal(made_zip([MadeEntry(name=b"a", data=b"x", method=method)]))


def test_a_folder_with_a_content_is_damage() -> None:
    assert "folder has a content" in refusal(made_zip([MadeEntry(name=b"a/", data=b"x")]))


def test_two_entries_for_the_same_bytes_are_refused() -> None:
    bomb = made_zip([MadeEntry(name=b"a", data=bytes(9000)), MadeEntry(name=b"b", data=bytes(9000), offset=0)])
    assert "share bytes" in refusal(bomb)


def test_an_entry_inside_another_is_refused() -> None:
    inner = made_zip([MadeEntry(name=b"i", data=b"x", deflate=False)])
    inside = MadeEntry(name=b"i", data=b"x", deflate=False, offset=30 + len(b"outer"))
    outer = made_zip([MadeEntry(name=b"outer", data=inner, deflate=False), inside])
    assert "share bytes" in refusal(outer)


def test_an_entry_that_reaches_into_the_directory_is_refused() -> None:
    assert "share bytes" in refusal(made_zip([MadeEntry(name=b"a", data=b"x", packed=10)]))


def test_an_entry_that_reaches_beyond_the_file_is_refused() -> None:
    assert refusal(made_zip([MadeEntry(name=b"a", data=b"x", offset=1 << 30)])).startswith("the file is damaged")


@pytest.mark.parametrize("offset", [1, 4, 40])
def test_an_entry_that_is_not_at_its_place_is_damage(offset: int) -> None:
    assert "not where the directory says" in refusal(made_zip([MadeEntry(name=b"a", data=bytes(99), offset=offset)]))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 200, made_zip([GO_MOD])[:-1]])
def test_a_file_without_an_end_is_damage(data: bytes) -> None:
    assert "no end of the directory" in refusal(data)


def test_a_directory_before_the_file_is_damage() -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0, 0, 1 << 20, 0, 0)
    assert "outside of the file" in refusal(end)


def test_a_directory_at_a_place_that_no_file_has_is_damage() -> None:
    data = bytearray(made_zip([], large=True))
    data[55] = 0xFF
    assert "outside of the file" in refusal(bytes(data))


def test_a_64_bit_end_that_is_not_there_is_damage() -> None:
    data = made_zip([GO_MOD], large=True)
    at = data.index(b"PK\6\6")
    assert "64-bit end" in refusal(data[:at] + b"PK\6\5" + data[at + 4 :])


def test_a_large_content_comes_in_small_pieces() -> None:
    archive = read_zip(BytesAt(made_zip([MadeEntry(name=b"a", data=bytes(10 << 20))])))
    sizes = [len(piece) for _, pieces in read_zip_contents(archive, archive.entries) for piece in pieces]
    assert sum(sizes) == 10 << 20
    assert max(sizes) <= 1 << 18


def test_a_bomb_is_given_up_as_soon_as_it_is_longer_than_declared() -> None:
    archive = read_zip(BytesAt(made_zip([MadeEntry(name=b"a", data=bytes(64 << 20), size=1000)])))
    ((_, pieces),) = read_zip_contents(archive, archive.entries)
    with pytest.raises(InputError, match="another length"):
        next(pieces)


def test_too_many_entries_are_told_apart_from_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_ENTRIES", 3)
    with pytest.raises(TooManyEntriesError, match="more entries than this program reads"):
        read_zip(BytesAt(made_zip([MadeEntry(name=b"%d" % number) for number in range(4)])))


def test_a_directory_that_is_too_long_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_DIRECTORY", 1000)
    with pytest.raises(TooManyEntriesError, match="more entries than this program reads"):
        read_zip(BytesAt(made_zip([MadeEntry(name=bytes(500)), MadeEntry(name=bytes(500))])))


def test_what_follows_the_end_of_a_deflated_stream_does_not_count() -> None:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = packer.compress(b"x") + packer.flush()
    entry = MadeEntry(name=b"a", data=stream + b"rest", deflate=False, method=8, crc=zlib.crc32(b"x"), size=1)
    assert contents(made_zip([entry])) == [(b"a", b"x")]


def test_a_long_directory_of_all_forms_is_read_once() -> None:
    lengths = (1, 40, 255, 256, 257, 3000)
    made = [
        MadeEntry(name=b"%d" % number + bytes(lengths[number % 6]), data=b"%d" % number, large=number % 5 == 0)
        for number in range(1500)
    ]
    file = CountedBytes(made_zip(made, before=b"#!/bin/sh\n"))
    archive = read_zip(file)
    assert [entry.name for entry in archive.entries] == [entry.name for entry in made]
    begin, end = archive.directory
    assert end - begin > 3 << 18
    assert file.asked < 2 * file.size
    quickly = {entry.name: content for entry, content in read_zip_quickly(archive, archive.entries)}
    assert quickly == {entry.name: entry.data for entry in made}
    assert file.asked < 4 * file.size
