"""go.mod files of the module cache: believed only where go.sum does not say otherwise."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.gomod.module_graph import Absent, Replacement, WantedFile
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.mod_files import ModFiles
from tests.support.module_cache import go_mod_hash, make_cache

_A = ModuleVersion(path="example.com/A", version="v1.0.0")
_TEXT = "module example.com/A\n"
_WANTED = WantedFile(module=_A, replacement=None)


def test_a_file_with_the_hash_of_go_sum_is_given(tmp_path: Path) -> None:
    files = ModFiles(make_cache(tmp_path, {str(_A): _TEXT}), {_A: go_mod_hash(_TEXT)})
    assert files.read(_WANTED) == _TEXT.encode()


def test_a_file_with_another_hash_is_not_used_and_both_are_told(tmp_path: Path) -> None:
    other = go_mod_hash("module example.com/other\n")
    found = ModFiles(make_cache(tmp_path, {str(_A): _TEXT}), {_A: other}).read(_WANTED)
    assert isinstance(found, Absent)
    assert go_mod_hash(_TEXT) in found.reason
    assert other in found.reason


def test_a_file_without_a_hash_is_given_and_counted(tmp_path: Path) -> None:
    files = ModFiles(make_cache(tmp_path, {str(_A): _TEXT}), {})
    assert files.read(_WANTED) == _TEXT.encode()
    assert files.without_hash == 1


def test_a_file_that_is_not_there_is_absent_with_a_remedy(tmp_path: Path) -> None:
    found = ModFiles(tmp_path, {}).read(_WANTED)
    assert isinstance(found, Absent)
    assert found.reason == "there is no go.mod in the module cache"
    assert found.remedy


def test_without_a_known_cache_everything_is_absent() -> None:
    assert isinstance(ModFiles(None, {}).read(_WANTED), Absent)


def test_a_path_that_no_module_can_have_leads_nowhere(tmp_path: Path) -> None:
    wanted = WantedFile(module=ModuleVersion(path="../../etc", version="v1.0.0"), replacement=None)
    assert isinstance(ModFiles(tmp_path, {}).read(wanted), Absent)


def test_the_go_mod_of_a_folder_is_read_from_where_its_replace_stands(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "go.mod").write_text("module m\n", encoding="utf-8")
    replacement = Replacement(target=None, directory="../other", base="example.com/main")
    files = ModFiles(None, {}, {"example.com/main": tmp_path / "main"})
    assert files.read(WantedFile(module=_A, replacement=replacement)) == b"module m\n"


def test_releases_go_before_later_versions_that_are_none(tmp_path: Path) -> None:
    texts = {
        "example.com/b@v1.0.0": "module example.com/b\nretract v0.9.0 // by the release\n",
        "example.com/b@v1.1.0-rc.1": "module example.com/b\n",
        "example.com/b@v1.2.1-0.20260102030405-abcdefabcdef": "module example.com/b\n",
    }
    newest = ModFiles(make_cache(tmp_path, texts), {}).newest("example.com/b")
    assert newest is not None
    assert [entry.low for entry in newest.retract] == ["v0.9.0"]


def test_of_a_module_that_is_not_here_nothing_is_known(tmp_path: Path) -> None:
    assert ModFiles(tmp_path, {}).newest("example.com/b") is None
