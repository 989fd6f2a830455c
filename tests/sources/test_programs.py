"""Programs wherever they lie: files, folders and archives; what is none is counted, what cannot be read is a gap."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.program import ProgramState
from supplymatrix.sources import program_archives, program_files
from supplymatrix.sources.program_archives import read_archive
from supplymatrix.sources.program_folders import FolderLimits
from supplymatrix.sources.programs import ProgramsFound, find_programs
from tests.gomod.made_programs import function_table, header, made_elf, made_fat, made_mach
from tests.support.made_images import made_tar

_APP = made_elf(header("go1.25.5"), section=0)
_OTHER = made_elf(header("go1.24.1"), section=0)


def _names(found: ProgramsFound, root: Path) -> list[str]:
    return [program.name.removeprefix(f"{root.as_posix()}/") for program in found.programs]


def test_a_named_program_is_read_and_hashed(tmp_path: Path) -> None:
    (tmp_path / "app").write_bytes(_APP)
    found = find_programs([tmp_path / "app"])
    (program,) = found.programs
    assert (program.name, program.path) == ((tmp_path / "app").as_posix(), tmp_path / "app")
    assert (program.sha256, program.size) == (sha256(_APP).hexdigest(), len(_APP))
    assert program.read.info is not None
    assert program.read.info.go_version == "go1.25.5"
    assert (found.files, found.gaps, found.faults) == (1, (), ())


def test_a_large_program_has_the_digest_of_all_its_bytes(tmp_path: Path) -> None:
    data = _APP + bytes(range(256)) * (17 << 12)
    (tmp_path / "app").write_bytes(data)
    (program,) = find_programs([tmp_path / "app"]).programs
    assert program.sha256 == sha256(data).hexdigest()


def test_a_folder_gives_its_programs_by_name_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "no-ending.txt").write_bytes(_APP)
    (tmp_path / "b").write_bytes(_OTHER)
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "Main.class").write_bytes(b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(100))
    (tmp_path / "no-go.so").write_bytes(made_elf(bytes(64)))
    found = find_programs([tmp_path])
    assert _names(found, tmp_path) == ["b", "sub/deep/no-ending.txt"]
    assert (found.files, found.gaps) == (6, ())


def test_links_are_not_followed_and_loops_do_no_harm(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "app").write_bytes(_APP)
    (inside / "link").symlink_to(outside / "app")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe")
    found = find_programs([inside])
    assert (found.programs, found.files, found.gaps) == ((), 0, ())
    assert found.notes == (f"symbolic links below {inside.as_posix()} that were not followed: 3",)


def test_one_file_under_several_names_is_one_program(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(_APP)
    os.link(tmp_path / "b", tmp_path / "a")
    os.link(tmp_path / "b", tmp_path / "c")
    (program,) = find_programs([tmp_path]).programs
    assert program.name == (tmp_path / "a").as_posix()
    assert program.also == ((tmp_path / "b").as_posix(), (tmp_path / "c").as_posix())


def test_a_name_that_is_no_utf_8_is_a_name(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(name)).write_bytes(_APP)
    (program,) = find_programs([tmp_path]).programs
    assert program.name.endswith("/caf\udce9")


def test_what_cannot_be_read_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").write_bytes(_APP)
    (tmp_path / "z").write_bytes(_OTHER)
    real = os.open

    def refusing(path: str | Path, *rest: int, **more: int) -> int:
        if str(path).endswith("app"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refusing)
    found = find_programs([tmp_path])
    assert _names(found, tmp_path) == ["z"]
    assert [gap.reason for gap in found.gaps] == ["it could not be looked at: Permission denied"]


def test_a_file_that_changes_while_it_is_read_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app"
    path.write_bytes(_APP)

    def growing(file: object) -> str:
        path.write_bytes(_APP + b"more")
        return ""

    monkeypatch.setattr(program_files, "hash_of", growing)
    found = find_programs([tmp_path])
    assert found.programs == ()
    assert [gap.reason for gap in found.gaps] == ["it changed while it was read"]


def test_limits_of_a_walk_are_told(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"f{number}").write_bytes(_APP)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "app").write_bytes(_APP)
    for limits, word in (
        (FolderLimits(files=2), "more than 2 files"),
        (FolderLimits(folders=2), "more than 2 folders"),
        (FolderLimits(depth=1), "more than 1 deep"),
    ):
        (gap,) = find_programs([tmp_path], limits=limits).gaps
        assert word in gap.reason
    found = find_programs([tmp_path], most=2)
    assert len(found.programs) == 2
    assert "3 more programs" in found.gaps[0].wanted
    assert find_programs([tmp_path / "f0"], most=0).gaps


@pytest.mark.parametrize("name", ["text", "absent", "pipe", "zip", "packed", "nul\0"])
def test_a_named_file_that_is_no_program_is_a_fault(name: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("#!/bin/sh\n")
    (tmp_path / "zip").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "packed").write_bytes(gzip.compress(b"text"))
    os.mkfifo(tmp_path / "pipe")
    found = find_programs([tmp_path / name])
    (fault,) = found.faults
    assert fault.artifact == (tmp_path / name).as_posix()
    assert found.programs == ()


def test_each_program_of_a_fat_file_is_one(tmp_path: Path) -> None:
    fat = made_fat(made_mach(header()), made_mach(header("go1.24.0")))
    (tmp_path / "app").write_bytes(fat)
    found = find_programs([tmp_path / "app"])
    assert [program.read.state for program in found.programs] == [ProgramState.READ] * 2
    assert {program.sha256 for program in found.programs} == {sha256(fat).hexdigest()}


_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
}


@pytest.mark.parametrize("ending", _PACKERS)
def test_programs_in_a_tar_are_found_packed_or_not(ending: str, tmp_path: Path) -> None:
    files: dict[str, bytes | str | None] = {
        "./bin": None, "./bin/app": _APP, "/abs/other": _OTHER, "../../up": _APP, "hard": "=./bin/app",
        "link": ">bin/app", "text": b"hello",
    }  # fmt: skip
    path = tmp_path / f"all.{ending}"
    path.write_bytes(_PACKERS[ending](made_tar(files)))
    found = find_programs([path])
    shown = path.as_posix()
    assert [program.name for program in found.programs] == [
        f"{shown}: abs/other", f"{shown}: bin/app", f"{shown}: up",
    ]  # fmt: skip
    assert found.programs[1].also == (f"{shown}: hard",)
    assert found.programs[1].sha256 == sha256(_APP).hexdigest()
    assert (found.files, found.images, found.gaps) == (4, 0, ())
    assert sorted(os.listdir(tmp_path)) == [path.name]  # noqa: PTH208 - names only


def test_a_later_entry_replaces_an_earlier_one_of_its_name(tmp_path: Path) -> None:
    one, two = made_tar({"app": _APP}), made_tar({"./app": b"no program"})
    end = one.index(bytes(1024))
    (tmp_path / "all.tar").write_bytes(one[: end - end % 512 + 512] + two)
    found = find_programs([tmp_path / "all.tar"])
    assert [program.name for program in found.programs] == []


def test_a_packed_program_is_read(tmp_path: Path) -> None:
    (tmp_path / "app.gz").write_bytes(gzip.compress(_APP))
    (program,) = find_programs([tmp_path / "app.gz"]).programs
    assert program.name == (tmp_path / "app.gz").as_posix()
    assert program.sha256 == sha256(_APP).hexdigest()


def test_the_digest_of_a_packed_program_is_told_to_be_of_what_it_unpacks_to(tmp_path: Path) -> None:
    (tmp_path / "app.xz").write_bytes(lzma.compress(_APP))
    found = find_programs([tmp_path / "app.xz"])
    assert found.programs[0].sha256 == sha256(_APP).hexdigest()
    (note,) = found.notes
    assert note.endswith("app.xz: SHA-256 and size are those of the program that it unpacks to")


def test_archives_in_a_folder_are_opened_one_deep_and_others_are_a_gap(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    inner = made_tar({"deep": _APP})
    (tmp_path / "sub" / "all.tgz").write_bytes(gzip.compress(made_tar({"app": _APP, "inner.tar": inner})))
    (tmp_path / "other.gz").write_bytes(gzip.compress(_OTHER))
    (tmp_path / "manual.gz").write_bytes(gzip.compress(b"a text"))
    (tmp_path / "lib.a").write_bytes(b"!<arch>\n" + b"x.o/".ljust(48) + b"4".ljust(10) + b"`\nabcd")
    (tmp_path / "go.a").write_bytes(b"!<arch>\n" + b"go.o/".ljust(48) + b"4".ljust(10) + b"`\nabcd")
    (tmp_path / "b.jar").write_bytes(b"PK\x03\x04" + bytes(100))
    found = find_programs([tmp_path])
    assert _names(found, tmp_path) == ["other.gz", "sub/all.tgz: app"]
    here = tmp_path.as_posix()
    assert [(gap.wanted, gap.reason) for gap in found.gaps] == [
        (f"programs: 1 archive in {here}/sub/all.tgz", "not looked into: inner.tar"),
        (f"programs: 2 archives in {here}", f"not looked into: {here}/b.jar, {here}/go.a"),
    ]
    assert found.faults == ()


def test_archives_in_a_named_archive_are_opened_once(tmp_path: Path) -> None:
    two = made_tar({"app": _APP, "more.tar": made_tar({"x": _APP})})
    (tmp_path / "all.tar").write_bytes(made_tar({"inner.tgz": gzip.compress(two), "text.gz": gzip.compress(b"text")}))
    found = find_programs([tmp_path / "all.tar"])
    assert _names(found, tmp_path) == ["all.tar: inner.tgz: app"]
    assert [gap.reason for gap in found.gaps] == ["not looked into: inner.tgz: more.tar"]


def test_a_manifest_of_another_program_hides_nothing(tmp_path: Path) -> None:
    for text in (b"{}", b'{"Layers": []}', b"[]", b"[{}]", b"[1]", b"[", b'[{"Layers": []}]'):
        (tmp_path / "all.tar").write_bytes(made_tar({"manifest.json": text, "bin/app": _APP}))
        found = find_programs([tmp_path / "all.tar"])
        assert _names(found, tmp_path) == ["all.tar: bin/app"], text
        assert bool(found.gaps) is (b"[{" in text and b"Layers" in text), text


def test_a_hard_link_through_a_linked_folder_leads_to_its_program(tmp_path: Path) -> None:
    files: dict[str, bytes | str | None] = {
        "bin": ">usr/bin", "usr/bin/app": _APP, "one": "=bin/app", "text": b"hello", "two": "=text", "loop": ">loop",
        "lost": "=loop/nothing", "lost2": "=gone",
    }  # fmt: skip
    (tmp_path / "all.tar").write_bytes(made_tar(files))
    found = find_programs([tmp_path / "all.tar"])
    assert _names(found, tmp_path) == ["all.tar: one"]
    assert [name.rpartition(": ")[2] for name in found.programs[0].also] == ["usr/bin/app"]
    (gap,) = found.gaps
    assert gap.wanted.endswith("lost, a hard link to loop/nothing, and 1 more such links")


def _sparse(name: bytes, size: int, data: bytes) -> bytes:
    """Return an entry in the old form of GNU whose data stand at its beginning."""
    head = bytearray(512)
    fields = {
        0: name, 100: b"0000755", 108: b"0000000", 116: b"0000000", 124: b"%011o" % len(data), 136: b"%011o" % 0,
        156: b"S", 257: b"ustar  ", 386: b"%011o" % 0, 398: b"%011o" % len(data), 410: b"%011o" % size,
        422: b"%011o" % 0, 483: b"%011o" % size, 148: b" " * 8,
    }  # fmt: skip
    for at, text in fields.items():
        head[at : at + len(text)] = text
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + data + bytes(-len(data) % 512)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_holes_of_sparse_programs_are_counted_and_written_nowhere(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_files, "MAX_HOLES", 3_000_000)
    size = 2_000_000
    data = _sparse(b"one", size, _APP) + _sparse(b"two", size, _APP) + _sparse(b"text", 1 << 40, b"hello")
    (tmp_path / "all.tar").write_bytes(pack(data + bytes(1024)))
    found = find_programs([tmp_path / "all.tar"])
    (program,) = found.programs
    assert (program.size, program.sha256) == (size, sha256(_APP.ljust(size, b"\0")).hexdigest())
    assert ["are holes" in gap.reason for gap in found.gaps] == [True]


def test_a_large_packed_program_goes_through_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_files, "_IN_MEMORY", 1000)
    data = _APP + bytes(3 << 20)
    (tmp_path / "all.tgz").write_bytes(gzip.compress(made_tar({"app": data}), 1))
    (program,) = find_programs([tmp_path / "all.tgz"]).programs
    assert (program.sha256, program.size) == (sha256(data).hexdigest(), len(data))


def test_a_cut_archive_gives_what_it_has_and_a_gap(tmp_path: Path) -> None:
    data = made_tar({"app": _APP, "rest": bytes(5000)})
    (tmp_path / "all.tar").write_bytes(data[:-7000])
    found = find_programs([tmp_path / "all.tar"])
    assert len(found.programs) == 1
    assert "cut" in found.gaps[0].reason


def test_a_bomb_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_archives, "UNPACKED_LIMIT", 1 << 20)
    (tmp_path / "all.tgz").write_bytes(gzip.compress(made_tar({"app": _APP, "zeros": bytes(4 << 20)})))
    found = find_programs([tmp_path / "all.tgz"])
    assert len(found.programs) == 1
    assert "unpacks to more than" in found.gaps[0].reason


def test_a_program_that_is_too_large_for_an_archive_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_files, "MEMBER_LIMIT", 100)
    (tmp_path / "all.tar").write_bytes(made_tar({"app": _APP}))
    found = find_programs([tmp_path / "all.tar"])
    assert found.programs == ()
    assert "more than the 100" in found.gaps[0].reason


@given(st.data())
def test_damaged_archives_never_crash(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)))
    archive = bytearray(made_tar({"app": _APP, "hard": "=app", "manifest.json": b"[{}]"}, form=form))
    for _ in range(data.draw(st.integers(1, 6))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    found = read_archive(BytesAt(bytes(archive)), program_files.Room())
    assert found.fault or found.files >= 0


def test_functions_are_kept_where_they_are_asked_for_in_files_and_archives(tmp_path: Path) -> None:
    table = function_table("crypto/md5.New", "crypto/sha256.New", "main.main", "runtime.main")
    table = table.ljust(len(table) + -len(table) % 16, b"\0")
    text = header()
    places = [(".gopclntab", 0, len(table)), (".go.buildinfo", len(table), len(text))]
    data = made_elf(table + text, sections=places)
    (tmp_path / "app").write_bytes(data)
    (tmp_path / "all.tar").write_bytes(made_tar({"app": data}))
    (tmp_path / "all.tgz").write_bytes(gzip.compress(made_tar({"app": data})))
    (tmp_path / "app.gz").write_bytes(gzip.compress(data))
    paths = sorted(tmp_path.iterdir())
    found = find_programs(paths, functions_in={"crypto/md5"})
    assert [one.read.functions for one in found.programs] == [("crypto/md5.New",)] * len(paths)
    assert found.functions_in == {"crypto/md5"}
    assert [one.read.functions for one in find_programs(paths).programs] == [None] * len(paths)
