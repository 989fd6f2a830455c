"""Tar files of every form: the same entries as Python's tarfile has, and no damage that makes more than an error."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.sources import tar_reader
from supplymatrix.sources.sparse_file import SparseFile
from supplymatrix.sources.streams import PlainStream, TooMuchError
from supplymatrix.sources.tar_reader import EntryKind, is_tar, read_tar
from tests.support.made_images import made_tar

_FORMS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
_LONG = "a" * 90 + "/" + "b" * 90 + "/name"
_FILES: dict[str, bytes | str | None] = {
    "folder": None, "folder/one": b"1" * 1000, "empty": b"", "link": ">folder/one", "hard": "=folder/one",
    _LONG: b"deep", "last": b"2" * 512,
}  # fmt: skip
_Read = list[tuple[str, str, bytes, str]]


def _ours(data: bytes, step: int = 1 << 20) -> _Read:
    found = []
    for entry in read_tar(PlainStream(BytesAt(data))):
        content = b""
        while part := entry.read(step):
            content += part
        if entry.pieces is not None:
            content = SparseFile(BytesAt(content), entry.pieces, entry.size).read_at(0, entry.size)
        found.append((entry.name, entry.kind.value, content, entry.link))
    return found


def _theirs(data: bytes) -> _Read:
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            kind = EntryKind.OTHER
            if member.isreg():
                kind = EntryKind.FILE
            elif member.isdir():
                kind = EntryKind.FOLDER
            elif member.issym():
                kind = EntryKind.LINK
            elif member.islnk():
                kind = EntryKind.HARD_LINK
            content = archive.extractfile(member) if member.isreg() else None
            found.append((member.name, kind.value, content.read() if content else b"", member.linkname))
    return found


def _named(found: _Read) -> _Read:
    return [(name.rstrip("/"), kind, content, link) for name, kind, content, link in found]


@pytest.mark.parametrize("form", _FORMS)
def test_entries_are_those_that_were_written(form: int) -> None:
    data = made_tar(_FILES, form=form)
    assert is_tar(data)
    assert _named(_ours(data)) == _theirs(data)
    assert [name.rstrip("/") for name, *_ in _ours(data, 7)] == list(_FILES)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=150),
        st.binary(max_size=1500),
        max_size=5,
    ),
    st.sampled_from((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)),
)
def test_names_and_contents_of_any_kind_come_out_again(files: dict[str, bytes], form: int) -> None:
    data = made_tar(dict(files), form=form)
    assert _named(_ours(data)) == _named(_theirs(data))


def test_a_name_that_is_no_utf_8_is_kept(tmp_path: Path) -> None:
    data = made_tar({"caf\udce9": b"x"}, form=tarfile.GNU_FORMAT)
    assert _ours(data)[0][0] == "caf\udce9"


@pytest.mark.parametrize(
    "options", [["--format=gnu"], *(["--format=pax", f"--sparse-version={form}"] for form in ("0.0", "0.1", "1.0"))]
)
def test_sparse_files_are_whole(options: list[str], tmp_path: Path) -> None:
    if shutil.which("tar") is None:
        pytest.skip("there is no tar")
    with (tmp_path / "holes").open("wb") as file:
        for number in range(12):
            file.seek(number * 300_000)
            file.write(b"piece %d" % number)
        file.truncate(4_000_000)
    (tmp_path / "plain").write_bytes(b"behind it")
    done = subprocess.run(
        ["tar", "--create", "--sparse", *options, "--file", "out.tar", "holes", "plain"], cwd=tmp_path, check=False
    )
    if done.returncode:
        pytest.skip("this tar has no sparse files")
    data = (tmp_path / "out.tar").read_bytes()
    assert len(data) < 1_000_000
    found = {name: content for name, _, content, _ in _ours(data, 100_003)}
    assert found == {"holes": (tmp_path / "holes").read_bytes(), "plain": b"behind it"}


@pytest.mark.parametrize(("flag", "is_file"), [(b"9", True), (b"A", True), (b"7", True), (b"D", False), (b"M", False)])
def test_what_has_an_unknown_flag_is_a_file_as_for_those_who_unpack_it(flag: bytes, is_file: bool) -> None:
    data = bytearray(made_tar({"app": b"content"}))
    data[156:157] = flag
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    (entry,) = read_tar(PlainStream(BytesAt(bytes(data))))
    assert (entry.kind is EntryKind.FILE) is is_file


def test_a_look_at_the_beginning_takes_nothing_away() -> None:
    entries = iter(read_tar(PlainStream(BytesAt(made_tar({"a": b"0123456789", "b": b"2"})))))
    entry = next(entries)
    assert (entry.peek(4), entry.peek(6), entry.read(5), entry.read(99), entry.peek(2)) == (
        b"0123", b"012345", b"01234", b"56789", b"01",
    )  # fmt: skip
    assert next(entries).read(5) == b"2"


def test_a_part_of_an_entry_may_be_left_unread() -> None:
    entries = iter(read_tar(PlainStream(BytesAt(made_tar({"a": b"1" * 2000, "b": b"2"})))))
    assert next(entries).read(5) == b"1" * 5
    assert next(entries).read(5) == b"2"


def test_the_place_of_a_plain_entry_is_told() -> None:
    data = made_tar({"a": b"first", "b": b"second"})
    places = [(entry.place, entry.size) for entry in read_tar(PlainStream(BytesAt(data)))]
    assert [data[place : place + size] for place, size in places if place is not None] == [b"first", b"second"]


@pytest.mark.parametrize("end", [100, 600, 1300, 2000])
def test_a_cut_archive_is_refused(end: int) -> None:
    with pytest.raises(InputError, match="cut"):
        _ours(made_tar({"a": b"1" * 900, "b": b"2" * 900})[:end])


def test_what_stands_behind_the_end_is_no_entry() -> None:
    one, two = made_tar({"a": b"1"}), made_tar({"b": b"2"})
    assert [name for name, *_ in _ours(one + two)] == ["a"]
    with pytest.raises(InputError, match="behind its end"):
        _ours(one[:1536] + two)


def _header(size: bytes, flag: bytes = b"0") -> bytes:
    """Return a header with a size and a kind as they are given."""
    head = b"name".ljust(100, b"\0") + b"0000644\0" * 3 + size.ljust(12, b"\0") + b"0" * 11 + b"\0"
    head += b" " * 8 + flag
    head = head.ljust(512, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


@pytest.mark.parametrize(
    "header",
    [
        _header(b"77777777777"), _header(b"\x80" + b"\xff" * 11), _header(b"\xff" * 12), _header(b"twelve"),
        _header(b"77777777777", b"x"), _header(b"\x80" + bytes(7) + b"\x7f\xff\xff\xff", b"L"),
    ],
)  # fmt: skip
def test_a_size_that_nothing_has_is_refused_and_allocates_nothing(header: bytes) -> None:
    with pytest.raises(InputError):
        _ours(header + bytes(1024))


def test_a_sparse_map_without_an_end_is_refused() -> None:
    head = bytearray(_header(b"0", b"S"))
    head[482] = 1
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    row = b"%011o\0" % 1 + b"%011o\0" % 0
    block = (row * 21).ljust(504, b"\0") + b"\1" + bytes(7)
    with pytest.raises(InputError, match="more than"):
        _ours(bytes(head) + block * 4000)


def test_more_entries_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_reader, "MAX_ENTRIES", 2)
    with pytest.raises(TooMuchError):
        _ours(made_tar({"a": b"", "b": b"", "c": b""}))


@given(st.data())
def test_damaged_archives_are_refused_or_read_and_no_crash(data: st.DataObject) -> None:
    archive = bytearray(made_tar(_FILES, form=data.draw(st.sampled_from(_FORMS))))
    for _ in range(data.draw(st.integers(1, 6))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    with suppress(InputError):
        _ours(bytes(archive))
