"""A project on disk, turned into facts: which files belong to it, and what go.mod demands of go.sum."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.gosum import EMPTY_GO_MOD_HASH
from supplymatrix.model.fact import Fact, ProjectFact, ReplacedModule, RequiredModule, SumFault, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import WeakDefault
from supplymatrix.sources.project import Project, SourceLines, read_project

SUM = "example.com/a v1.0.0 h1:aaa=\nexample.com/a v1.0.0/go.mod h1:bbb=\n"


def project(folder: Path, go_mod: str | None = None, go_sum: str | None = None) -> Project:
    if go_mod is not None:
        (folder / "go.mod").write_text(go_mod)
    if go_sum is not None:
        (folder / "go.sum").write_text(go_sum)
    return read_project(folder)


def of(found: Project, kind: type[Fact]) -> list[Fact]:
    return [fact for fact in found.facts if isinstance(fact, kind)]


def head_of(found: Project) -> ProjectFact:
    (fact,) = (fact for fact in found.facts if isinstance(fact, ProjectFact))
    return fact


def required(found: Project) -> dict[str, str | None]:
    """Return what go.mod requires: "path@version" → what the build takes, None for a folder."""
    return {
        str(fact.subject): None if fact.effective is None else str(fact.effective)
        for fact in found.facts
        if isinstance(fact, RequiredModule)
    }


def codes(found: Project) -> set[str]:
    return {note.code for note in found.notes}


def test_a_folder_with_both_files_is_one_project(tmp_path: Path) -> None:
    found = project(tmp_path, "module svc.example/app\n\ngo 1.22.3\n\nrequire example.com/a v1.0.0\n", SUM)
    head = head_of(found)
    assert (found.name, head.go_version, head.has_go_mod, head.has_go_sum) == ("svc.example/app", "1.22.3", True, True)
    assert len(of(found, SumLine)) == 2
    assert required(found) == {"example.com/a@v1.0.0": "example.com/a@v1.0.0"}


def test_the_digest_is_that_of_the_bytes_that_were_read(tmp_path: Path) -> None:
    go_mod = "module m\n\ngo 1.22\n"
    assert head_of(project(tmp_path, go_mod, SUM)).provenance.sha256 == sha256((go_mod + SUM).encode()).hexdigest()


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_either_file_of_a_folder_may_be_named(tmp_path: Path, name: str) -> None:
    project(tmp_path, "module m\n\ngo 1.22\n", SUM)
    found = read_project(tmp_path / name)
    assert len(of(found, SumLine)) == 2
    assert head_of(found).has_go_mod is (name == "go.mod")


def test_a_go_sum_may_have_any_name_and_is_called_by_it(tmp_path: Path) -> None:
    (tmp_path / "old.sum").write_text(SUM)
    (tmp_path / "go.sum").write_text("")
    found = read_project(tmp_path / "old.sum")
    assert {line.location.artifact for line in found.facts if isinstance(line, SumLine)} == {"old.sum"}
    assert "no-go-mod" in codes(found)


def test_an_empty_folder_is_a_project_with_nothing_in_it(tmp_path: Path) -> None:
    head = head_of(read_project(tmp_path))
    assert (head.has_go_mod, head.has_go_sum) == (False, False)


def test_a_folder_without_a_module_line_is_called_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    assert read_project(tmp_path / "service").name == "service"


@pytest.mark.parametrize(
    ("go", "prunes"),
    [
        ("", False), ("go 1.1\n", False), ("go 1.9\n", False), ("go 1.16\n", False), ("go 1.17\n", True),
        ("go 1.17rc1\n", False), ("go 1.20\n", True), ("go 1.26.8\n", True), ("go 1.100\n", True),
    ],
)  # fmt: skip
def test_from_go_1_17_on_go_mod_names_every_module_that_gives_packages(tmp_path: Path, go: str, prunes: bool) -> None:
    found = project(tmp_path, f"module m\n\n{go}", SUM)
    assert head_of(found).prunes_graph is prunes
    assert ("unpruned-go-mod" in codes(found)) is not prunes


def test_of_several_requires_of_one_module_the_highest_counts(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        "module m\n\ngo 1.22\n\nrequire (\n\texample.com/a v1.9.0\n\texample.com/a v1.10.0 // indirect\n"
        "\texample.com/a v1.10.0-rc.1\n)\n",
    )
    assert required(found) == {"example.com/a@v1.10.0": "example.com/a@v1.10.0"}


def test_an_excluded_version_gives_way_to_another_or_stays_and_says_so(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        "module m\n\ngo 1.22\n\nrequire (\n\texample.com/a v1.1.0\n\texample.com/a v1.2.0\n\texample.com/b v1.0.0\n)\n"
        "\nexclude (\n\texample.com/a v1.2.0\n\texample.com/b v1.0.0\n)\n",
    )
    assert {str(fact.subject): fact.excluded for fact in found.facts if isinstance(fact, RequiredModule)} == {
        "example.com/a@v1.1.0": False,
        "example.com/b@v1.0.0": True,
    }


@pytest.mark.parametrize(
    ("replaces", "effective"),
    [
        ("example.com/a => ../a", None),
        ("example.com/a => ./local/a", None),
        ("example.com/a v1.0.0 => ../a", None),
        ("example.com/a => fork.example/a v1.0.1", "fork.example/a@v1.0.1"),
        ("example.com/a v1.0.0 => fork.example/a v1.0.1", "fork.example/a@v1.0.1"),
        ("example.com/a v1.0.0 => example.com/a v1.0.2", "example.com/a@v1.0.2"),
        ("example.com/a v1.0.1 => fork.example/a v1.0.1", "example.com/a@v1.0.0"),
        ("example.com/b => fork.example/b v1.0.1", "example.com/a@v1.0.0"),
    ],
)
def test_a_replace_decides_what_the_build_takes(tmp_path: Path, replaces: str, effective: str | None) -> None:
    found = project(tmp_path, f"module m\n\ngo 1.22\n\nrequire example.com/a v1.0.0\n\nreplace {replaces}\n")
    assert required(found) == {"example.com/a@v1.0.0": effective}


def test_a_replace_of_the_version_goes_before_one_of_all_versions(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        "module m\n\ngo 1.22\n\nrequire example.com/a v1.0.0\n\nreplace (\n\texample.com/a => ../a\n"
        "\texample.com/a v1.0.0 => fork.example/a v1.0.1\n)\n",
    )
    assert required(found) == {"example.com/a@v1.0.0": "fork.example/a@v1.0.1"}


def test_every_replace_is_a_fact_with_its_target_or_its_folder(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        "module m\n\ngo 1.22\n\nreplace (\n\texample.com/a => ../a\n"
        "\texample.com/b v1.0.0 => fork.example/b v1.0.1\n)\n",
    )
    replaced = [
        (str(fact.subject), str(fact.target or ""), fact.directory, fact.location.line)
        for fact in found.facts
        if isinstance(fact, ReplacedModule)
    ]
    assert replaced == [
        (str(ModuleVersion(path="example.com/a", version="")), "", "../a", 6),
        ("example.com/b@v1.0.0", "fork.example/b@v1.0.1", "", 7),
    ]


def test_a_toolchain_line_demands_nothing_of_go_sum(tmp_path: Path) -> None:
    found = project(tmp_path, "module m\n\ngo 1.21\n\ntoolchain go1.26.8\n", "")
    assert required(found) == {}


def test_indirect_requires_are_told_apart(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        "module m\n\ngo 1.22\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0 // indirect\n)\n",
    )
    facts = [fact for fact in found.facts if isinstance(fact, RequiredModule)]
    assert [(fact.subject.path, fact.indirect) for fact in facts] == [("example.com/a", False), ("example.com/b", True)]


def test_carriage_returns_before_newlines_are_read_as_go_reads_them(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_bytes(b"module m\r\n\r\ngo 1.22\r\n\r\nrequire example.com/a v1.0.0\r\n")
    (tmp_path / "go.sum").write_bytes(SUM.replace("\n", "\r\n").encode())
    found = read_project(tmp_path)
    assert required(found) == {"example.com/a@v1.0.0": "example.com/a@v1.0.0"}
    assert [line.hash for line in found.facts if isinstance(line, SumLine)] == ["h1:aaa=", "h1:bbb="]
    assert of(found, SumFault) == []


def test_lines_for_messages_are_those_of_the_files(tmp_path: Path) -> None:
    lines = SourceLines(project(tmp_path, "module m\n\ngo 1.22\n", SUM).files)
    assert lines["go.mod", 3] == "go 1.22"
    assert lines["go.sum", 2].endswith("h1:bbb=")
    for absent in (("go.sum", 0), ("go.sum", 99), ("none", 1)):
        assert absent not in lines
    assert len(list(lines)) == len(lines)


@pytest.mark.parametrize("name", [".lift.toml", ".tidelift.yml"])
def test_a_file_of_another_product_is_named_and_not_taken_for_a_policy(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("fail_on = off\n")
    found = read_project(tmp_path)
    assert "foreign-policy" in codes(found)
    assert found.lift_toml is None


@pytest.mark.parametrize("where", [".", ".."])
def test_a_workspace_that_is_not_read_is_told(tmp_path: Path, where: str) -> None:
    (tmp_path / "svc").mkdir()
    (tmp_path / "svc" / where / "go.work").write_text("go 1.22\n")
    assert "workspace-not-read" in codes(project(tmp_path / "svc", "module m\n\ngo 1.22\n"))


def test_a_policy_of_a_parent_folder_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "lift.toml").write_text("[policy]\n")
    (tmp_path / "svc").mkdir()
    assert read_project(tmp_path / "svc").lift_toml is None


def test_a_mistyped_path_gets_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    with pytest.raises(InputError) as caught:
        read_project(tmp_path / "servcie")
    assert (tmp_path / "service").as_posix() in caught.value.diagnostics[0].remedy


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "go.mod/below", "\udcff"], ids=ascii)
def test_a_path_that_no_file_can_have_is_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "go.mod").write_text("module m\n")
    with pytest.raises(InputError, match="no such path"):
        read_project(tmp_path / name)


def test_a_module_version_in_the_place_of_a_path_is_told_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_project(Path("github.com/gorilla/mux@v1.8.0"))
    assert "supplymatrix verify github.com/gorilla/mux@v1.8.0" in caught.value.diagnostics[0].remedy


def test_a_path_may_be_relative_and_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, "module m\n\ngo 1.22\n", SUM)
    monkeypatch.chdir(tmp_path)
    assert read_project(Path()).root == Path()
    assert len(of(read_project(Path("go.sum")), SumLine)) == 2


def test_bytes_of_a_folder_name_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    assert read_project(folder).root == folder


@pytest.mark.parametrize("path", ["../../etc", "github.com/../x", "nodot/x", "example.com/con"])
def test_a_requirement_that_no_module_can_meet_is_refused_with_its_place(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError) as caught:
        project(tmp_path, f"module svc.example/app\n\ngo 1.22\n\nrequire {path} v1.0.0\n", SUM)
    (fault,) = caught.value.diagnostics
    assert (fault.artifact, fault.line, fault.column, fault.seen) == ("go.mod", 5, 9, path)
    assert fault.source_line == f"require {path} v1.0.0"


def test_a_module_that_a_folder_replaces_may_have_any_name(tmp_path: Path) -> None:
    go_mod = "module svc.example/app\n\ngo 1.22\n\nrequire mylib v0.0.0\nreplace mylib => ./mylib\n"
    assert required(project(tmp_path, go_mod, SUM)) == {"mylib@v0.0.0": None}


def test_lines_with_the_hash_of_an_empty_go_mod_are_told(tmp_path: Path) -> None:
    found = project(tmp_path, None, f"{SUM}example.com/b v1.0.0/go.mod {EMPTY_GO_MOD_HASH}\n")
    (note,) = (note for note in found.notes if note.code == "empty-go-mod-line")
    assert note.location is not None
    assert note.location.line == 3
    assert "example.com/b@v1.0.0" in note.message


def test_weak_defaults_of_a_go_mod_are_facts_of_its_module(tmp_path: Path) -> None:
    found = project(tmp_path, "module svc.example/app\n\ngo 1.24\n")
    weak = [fact for fact in found.facts if isinstance(fact, WeakDefault)]
    assert [(fact.subject, fact.key, str(fact.location)) for fact in weak] == [
        ("svc.example/app", "tlssha1", "go.mod:3:4")
    ]
    assert not of(project(tmp_path, "module svc.example/app\n\ngo 1.26\n"), WeakDefault)
    (tmp_path / "go.mod").unlink()
    assert not of(project(tmp_path, go_sum=""), WeakDefault)
