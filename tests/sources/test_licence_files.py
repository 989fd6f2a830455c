"""The licence files of a module: which are read, from where, and what is not followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.gomod.module_graph import Absent
from supplymatrix.model.licence import LicenceSource
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.licence_files import (
    FILE_LIMIT,
    ModuleTexts,
    Place,
    TextKind,
    cached_folder,
    cached_zip,
    folder_place,
    read_first,
    read_place,
    vendored_folder,
)
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_cache import unpack

MODULE = ModuleVersion(path="example.com/A/lib", version="v1.0.0")
NOWHERE = Absent(reason="it is not here", remedy="bring it")


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _paths(texts: ModuleTexts) -> list[str]:
    return [text.path for text in texts.texts]


def _zip(cache: Path, entries: dict[str, bytes]) -> Path:
    folder = cache / "cache" / "download" / MODULE.escaped_path / "@v"
    folder.mkdir(parents=True, exist_ok=True)
    made = [MadeEntry(name=f"{MODULE}/{name}".encode(), data=data) for name, data in entries.items()]
    (folder / "v1.0.0.zip").write_bytes(made_zip(made))
    return folder


def test_root_files_and_those_on_the_way_to_a_package_are_read(tmp_path: Path) -> None:
    _write(tmp_path, LICENSE="a", NOTICE="b", PATENTS="c", AUTHORS="d", a__LICENSE="e", a__b__COPYING="f")
    _write(tmp_path, **{"main.go": "", "a__b__c__LICENSE": "too deep", "other__LICENSE": "not used"})
    found = read_place(folder_place(tmp_path, LicenceSource.PROJECT), ["a/b", ""])
    assert [(text.path, text.kind, text.packages_only) for text in found.texts] == [
        ("LICENSE", TextKind.LICENCE, False),
        ("AUTHORS", TextKind.AUTHORS, False),
        ("NOTICE", TextKind.NOTICE, False),
        ("PATENTS", TextKind.PATENTS, False),
        ("a/LICENSE", TextKind.LICENCE, True),
        ("a/b/COPYING", TextKind.LICENCE, True),
    ]
    assert found.unread == ()


def test_a_zip_gives_what_its_folder_gives(tmp_path: Path) -> None:
    files = {"LICENSE": "a", "a/LICENSE": "b", "a/b.go": "c", "x/LICENSE": "d", "NOTICE.txt": "e"}
    unpack(tmp_path / "unpacked", str(MODULE), files)
    _zip(tmp_path, {name: text.encode() for name, text in files.items()})
    folder, packed = cached_folder(tmp_path / "unpacked", MODULE), cached_zip(tmp_path, MODULE)
    assert folder is not None
    assert packed is not None
    one, other = read_place(folder, ["a"]), read_place(packed, ["a"])
    assert (one.source, other.source) == (LicenceSource.FOLDER, LicenceSource.ZIP)
    assert one.texts == other.texts
    assert _paths(one) == ["LICENSE", "NOTICE.txt", "a/LICENSE"]


def test_a_folder_that_is_being_unpacked_does_not_count(tmp_path: Path) -> None:
    unpack(tmp_path, str(MODULE), {"go.mod": ""})
    assert cached_folder(tmp_path, MODULE) is not None
    (_zip(tmp_path, {"LICENSE": b"a"}) / "v1.0.0.partial").touch()
    assert cached_folder(tmp_path, MODULE) is None


def test_a_file_is_read_up_to_a_limit_and_what_is_beyond_is_told(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_bytes(b"x" * (FILE_LIMIT + 1))
    (tmp_path / "COPYING").write_bytes(b"x" * FILE_LIMIT)
    _zip(tmp_path, {"LICENSE": b"x" * (FILE_LIMIT + 1), "COPYING": b"x" * FILE_LIMIT})
    packed = cached_zip(tmp_path, MODULE)
    assert packed is not None
    for place in (folder_place(tmp_path, LicenceSource.PROJECT), packed):
        found = read_place(place, [])
        assert _paths(found) == ["COPYING"]
        assert found.unread == (("LICENSE", "it has 1,048,577 bytes, more than the 1,048,576 that are read"),)


def test_links_within_a_module_are_followed_and_those_that_lead_out_are_told(tmp_path: Path) -> None:
    module = _write(tmp_path / "module", licences__mit="a", a__x="b")
    _write(tmp_path / "out", LICENSE="secret")
    (module / "LICENSE").symlink_to("licences/mit")
    (module / "COPYING").symlink_to(tmp_path / "out" / "LICENSE")
    (module / "NOTICE").symlink_to(tmp_path / "out" / "LICENSE")
    (module / "LICENSES").symlink_to(module / "licences")
    (module / "b").symlink_to(tmp_path / "out")
    (module / "c").symlink_to(module / "a")
    _write(module, a__LICENSE="c")
    found = read_place(folder_place(module, LicenceSource.PROJECT), ["b", "c", "../out", "a/../../out"])
    assert [(text.path, text.data) for text in found.texts] == [("LICENSE", b"a"), ("c/LICENSE", b"c")]
    assert found.unread == (("COPYING", "it is a symbolic link that leads out of the module"),)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "LICENSE")
    found = read_place(folder_place(tmp_path, LicenceSource.PROJECT), [])
    assert found.texts == ()
    assert found.unread == (("LICENSE", "it cannot be read: it is no plain file"),)


def test_the_licence_of_the_repository_counts_where_a_module_below_has_none(tmp_path: Path) -> None:
    module = _write(tmp_path, LICENSE="a", NOTICE="b", **{"one__go.mod": ""}) / "one"
    place = folder_place(module, LicenceSource.REPLACEMENT)
    assert read_place(place, []).texts == ()
    (tmp_path / ".git").mkdir()
    assert [(text.path, text.packages_only) for text in read_place(place, []).texts] == [("../LICENSE", False)]
    _write(module, COPYING="c")
    assert _paths(read_place(place, [])) == ["COPYING"]


def test_vendored_files_count_only_within_the_project(tmp_path: Path) -> None:
    project = _write(tmp_path / "project", **{"vendor__example.com__a__LICENSE": "a"})
    (tmp_path / "out").mkdir()
    (project / "vendor" / "example.com" / "b").symlink_to(tmp_path / "out")
    inside, outside = vendored_folder(project, "example.com/a"), vendored_folder(project, "example.com/b")
    assert inside is not None
    assert outside is not None
    assert _paths(read_place(inside, [])) == ["LICENSE"]
    with pytest.raises(OSError, match="leads out"):
        read_place(outside, [])
    assert vendored_folder(project, "../out") is None
    assert vendored_folder(project, "example.com/none") is None


def test_the_next_place_is_taken_where_one_cannot_be_read(tmp_path: Path) -> None:
    folder = _zip(tmp_path, {"LICENSE": b"a"})
    (folder / "v1.0.0.zip").write_bytes(b"no zip")
    packed = cached_zip(tmp_path, MODULE)
    assert packed is not None
    other = folder_place(_write(tmp_path / "vendored", LICENSE="b"), LicenceSource.VENDOR)
    found = read_first([packed, other], [], NOWHERE)
    assert isinstance(found, ModuleTexts)
    assert found.source is LicenceSource.VENDOR
    alone = read_first([packed], [], NOWHERE)
    assert isinstance(alone, Absent)
    assert (alone.reason, alone.remedy) == (
        "its module zip cannot be read: the zip is damaged: it has no end of the directory",
        "bring it",
    )
    assert read_first([], [], NOWHERE) == NOWHERE


def test_a_place_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    found = read_first([folder_place(tmp_path / "none", LicenceSource.REPLACEMENT)], [], NOWHERE)
    assert isinstance(found, Absent)
    assert found.reason == "its replacement folder cannot be read: No such file or directory"


def test_names_that_no_module_can_have_have_no_place(tmp_path: Path) -> None:
    odd = ModuleVersion(path="../up", version="v1.0.0")
    assert cached_folder(tmp_path, odd) is None
    assert cached_zip(tmp_path, odd) is None
    assert cached_folder(None, MODULE) is None


def test_all_files_of_a_module_together_have_a_limit(tmp_path: Path) -> None:
    for number in range(6):
        _write(tmp_path, **{f"LICENSE.{number}": "x" * FILE_LIMIT})
    found = read_place(Place(source=LicenceSource.FOLDER, path=tmp_path, bounds=tmp_path), [])
    assert len(found.texts) == 4
    assert [path for path, _ in found.unread] == ["LICENSE.4", "LICENSE.5"]
