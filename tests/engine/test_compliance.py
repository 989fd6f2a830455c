"""Which frameworks there are, and which of them a run shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.compliance import choose_frameworks, load_frameworks
from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import InputError
from tests.policy.clause_files import HEAD, clause

_KNOWN = load_frameworks(None)


def _folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_own_clause_files_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    folder = _folder(tmp_path, house=HEAD + clause("H-1", direct="SM101"))
    (folder / "readme.md").write_text("no clause file")
    known = load_frameworks(folder)
    assert set(known) == {*_KNOWN, "house"}
    assert known["house"].artifact == (folder / "house.toml").as_posix()


def test_an_own_file_cannot_take_the_place_of_another_framework(tmp_path: Path) -> None:
    text = HEAD + clause("H-1")
    with pytest.raises(InputError, match="is there already"):
        load_frameworks(_folder(tmp_path, other=text.replace('"house"', '"ssdf"')))
    with pytest.raises(InputError, match="is there already"):
        load_frameworks(_folder(tmp_path, other=text, another=text))


def test_a_fault_of_an_own_file_has_its_place(tmp_path: Path) -> None:
    folder = _folder(tmp_path, house=HEAD + clause("H 1"))
    with pytest.raises(InputError) as caught:
        load_frameworks(folder)
    (fault,) = caught.value.diagnostics
    assert (fault.artifact, fault.line) == ((folder / "house.toml").as_posix(), 16)


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_a_folder_without_clause_files_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        load_frameworks(tmp_path / name)
    assert caught.value.diagnostics[0].artifact == (tmp_path / name).as_posix()


def test_no_clause_file_is_taken_for_a_preset() -> None:
    assert not set(presets()) & {*_KNOWN, "clauses"}


def test_frameworks_are_chosen_in_any_case_and_once() -> None:
    assert [item.id for item in choose_frameworks(["MLPS", "cra", "mlps"], _KNOWN)] == ["mlps", "cra"]


def test_an_unknown_framework_gets_a_suggestion() -> None:
    with pytest.raises(InputError) as caught:
        choose_frameworks(["pci_dss"], _KNOWN)
    assert caught.value.diagnostics[0].remedy == "did you mean 'pci-dss'?"
    with pytest.raises(InputError) as caught:
        choose_frameworks(["xxxxxxxx"], _KNOWN, named_by="the policy svc")
    assert "the policy svc" in caught.value.diagnostics[0].message
    assert "--list" in caught.value.diagnostics[0].remedy
