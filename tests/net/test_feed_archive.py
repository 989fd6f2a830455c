"""Archives of feeds: what is wanted comes out, and nothing that was made to hurt."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.feed_archive import Bounds, is_safe_member, read_members
from tests.support.feed_server import made_tar, made_zip

MEMBERS = {"osv/A-1.json": b"{}", "osv/deep/er/A-2.json": b"x" * 100_000, "README": b"no"}
KINDS = ("zip", "tar.gz", "tar.xz")
SMALL = Bounds(member=1 << 20, unpacked=4 << 20, ratio=20, free=1 << 20)


def packed(members: dict[str, bytes], kind: str) -> bytes:
    return made_zip(members) if kind == "zip" else made_tar(members, kind.removeprefix("tar."))


def read(tmp_path: Path, data: bytes, kind: str, bounds: Bounds = SMALL) -> tuple[dict[str, bytes], list[Diagnostic]]:
    path = tmp_path / "archive"
    path.write_bytes(data)
    faults: list[Diagnostic] = []
    found = read_members(path, kind, lambda name: name.endswith(".json"), faults, label="feed/archive", bounds=bounds)
    return dict(found), faults


@pytest.mark.parametrize("kind", KINDS)
def test_members_that_are_wanted_come_out_whole(tmp_path: Path, kind: str) -> None:
    found, faults = read(tmp_path, packed(MEMBERS, kind), kind)
    assert found == {name: data for name, data in MEMBERS.items() if name.endswith(".json")}
    assert not faults


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["../up.json", "/etc/passwd.json", "a/../../b.json", "c:/x.json", "a\\b.json"])
def test_a_member_whose_name_leads_out_is_left_out_with_a_fault(tmp_path: Path, kind: str, name: str) -> None:
    found, faults = read(tmp_path, packed({name: b"{}", "good.json": b"{}"}, kind), kind)
    assert found == {"good.json": b"{}"}
    assert "leads out" in faults[0].message


@pytest.mark.parametrize("kind", ["tar.gz", "tar.xz"])
def test_a_link_is_left_out_with_a_fault(tmp_path: Path, kind: str) -> None:
    data = made_tar({"good.json": b"{}"}, kind.removeprefix("tar."), links={"bad.json": "/etc/passwd"})
    found, faults = read(tmp_path, data, kind)
    assert found == {"good.json": b"{}"}
    assert "symbolic link" in faults[0].message


@pytest.mark.parametrize("kind", KINDS)
def test_a_bomb_is_read_no_further(tmp_path: Path, kind: str) -> None:
    bomb = packed({f"{number}.json": bytes(1 << 20) for number in range(8)}, kind)
    assert len(bomb) < 1 << 16
    with pytest.raises(InputError, match="unpacks to too much"):
        read(tmp_path, bomb, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_that_is_too_long_is_left_out_with_a_fault(tmp_path: Path, kind: str) -> None:
    bounds = Bounds(member=1000)
    found, faults = read(tmp_path, packed({"long.json": bytes(1001), "good.json": b"{}"}, kind), kind, bounds)
    assert found == {"good.json": b"{}"}
    assert "1,001 bytes" in faults[0].message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_an_archive_that_is_cut_is_told_as_such(tmp_path: Path, kind: str, keep: float) -> None:
    data = packed(MEMBERS, kind)
    with pytest.raises(InputError):
        read(tmp_path, data[: int(len(data) * keep)], kind)


def test_an_encrypted_member_is_left_out_with_a_fault(tmp_path: Path) -> None:
    data = bytearray(made_zip({"a.json": b"{}", "b.json": b"{}"}))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    found, faults = read(tmp_path, bytes(data), "zip")
    assert list(found) == ["b.json"]
    assert "encrypted" in faults[0].message


@pytest.mark.parametrize("how", ["gz", "xz"])
def test_several_streams_in_one_file_are_one_archive(tmp_path: Path, how: str) -> None:
    whole = made_tar(MEMBERS, how)
    raw = gzip.decompress(whole) if how == "gz" else lzma.decompress(whole)
    pack = gzip.compress if how == "gz" else lzma.compress
    found, _ = read(tmp_path, pack(raw[:1000]) + pack(raw[1000:]), f"tar.{how}")
    assert found["osv/deep/er/A-2.json"] == MEMBERS["osv/deep/er/A-2.json"]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read_in_every_form_of_tar(tmp_path: Path, form: int) -> None:
    name = f"{'d' * 90}/{'e' * 90}.json"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        info = tarfile.TarInfo(name)
        info.size = 2
        archive.addfile(info, io.BytesIO(b"{}"))
    found, _ = read(tmp_path, gzip.compress(out.getvalue()), "tar.gz")
    assert found == {name: b"{}"}


def test_an_extended_header_that_is_too_long_stops_the_reading(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 32
    with pytest.raises(InputError, match="header that is too long"):
        read(tmp_path, gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + bytes(2048)), "tar.gz")


def test_a_page_in_place_of_an_archive_is_refused(tmp_path: Path) -> None:
    for kind in KINDS:
        with pytest.raises(InputError):
            read(tmp_path, b"<html>log in</html>" * 100, kind)


@given(st.binary(max_size=3000), st.sampled_from(KINDS), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, kind: str, is_packed: bool) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, suppress(InputError):
        if is_packed:
            data = {"zip": lambda: data, "tar.gz": lambda: gzip.compress(data), "tar.xz": lambda: lzma.compress(data)}[
                kind
            ]()
        read(Path(folder), data, kind)


@given(st.data())
def test_a_flipped_byte_of_an_archive_is_read_or_refused(data: st.DataObject) -> None:
    import tempfile

    kind = data.draw(st.sampled_from(KINDS))
    whole = bytearray(packed({"a.json": b'{"id": 1}', "b/c.json": b"{}"}, kind))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with tempfile.TemporaryDirectory() as folder, suppress(InputError):
        found, _ = read(Path(folder), bytes(whole), kind)
        assert all(is_safe_member(name) for name in found)


def test_zip_files_made_by_others_are_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("ALSA-2024:1.json", b"{}")
        archive.mkdir("folder.json")
    found, faults = read(tmp_path, out.getvalue(), "zip")
    assert found == {"ALSA-2024:1.json": b"{}"}
    assert not faults
