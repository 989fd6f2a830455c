"""A workspace: what each member's build takes from go.work, from go.work.sum and from the other members."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import ReplacedModule, RequiredModule, SumFault, SumLine
from supplymatrix.model.program import WeakDefault
from supplymatrix.sources.project import Project
from supplymatrix.sources.workspace import MEMBER_LIMIT, Workspace, read_member, read_workspace

A = "example.com/a v1.0.0 h1:aaa=\nexample.com/a v1.0.0/go.mod h1:bbb=\n"
B = "example.com/b v1.0.0 h1:ccc=\nexample.com/b v1.0.0/go.mod h1:ddd=\n"


def member(root: Path, name: str, body: str = "", go_sum: str | None = None, *, go: str = "1.22") -> None:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text(f"module work.example/{name}\n\ngo {go}\n{body}")
    if go_sum is not None:
        (folder / "go.sum").write_text(go_sum)


def workspace(root: Path, text: str, go_work_sum: str | None = None) -> Workspace:
    (root / "go.work").write_text(f"go 1.22\n{text}")
    if go_work_sum is not None:
        (root / "go.work.sum").write_text(go_work_sum)
    return read_workspace(root / "go.work")


def project(found: Workspace, number: int = 0) -> Project:
    return read_member(found, found.members[number])


def lines(found: Project) -> list[tuple[str, int, str]]:
    return [
        (fact.location.artifact, fact.location.line, fact.hash) for fact in found.facts if isinstance(fact, SumLine)
    ]


def taken(found: Project) -> dict[str, tuple[str, str]]:
    """Return what is required: "path@version" → what the build takes, and the file that says so."""
    return {
        str(fact.subject): (str(fact.effective or "a folder"), fact.location.artifact)
        for fact in found.facts
        if isinstance(fact, RequiredModule)
    }


def codes(found: Project) -> set[str]:
    return {note.code for note in found.notes}


def fault(found: Workspace) -> Diagnostic:
    (one,) = found.faults
    return one


def test_members_come_in_the_order_of_go_work(tmp_path: Path) -> None:
    for name in ("a", "b", "c/d"):
        member(tmp_path, name)
    found = workspace(tmp_path, "use ./c/d\nuse (\n\t./b\n\ta\n)\n")
    assert [one.path.relative_to(tmp_path).as_posix() for one in found.members] == ["c/d", "b", "a"]
    assert not found.faults


def test_a_member_has_the_lines_of_go_work_sum_too_with_their_place(tmp_path: Path) -> None:
    member(tmp_path, "c/d", go_sum=A)
    found = project(workspace(tmp_path, "use ./c/d\n", B))
    artifact = "../../go.work.sum"
    assert lines(found) == [
        ("go.sum", 1, "h1:aaa="), ("go.sum", 2, "h1:bbb="), (artifact, 1, "h1:ccc="), (artifact, 2, "h1:ddd="),
    ]  # fmt: skip
    assert found.paths[artifact] == tmp_path / "go.work.sum"
    assert (found.root / artifact).samefile(found.paths[artifact])
    assert found.files[artifact][0] == B.splitlines()[0]


def test_a_line_that_go_sum_has_already_is_not_there_twice(tmp_path: Path) -> None:
    member(tmp_path, "a", go_sum=A)
    assert len(lines(project(workspace(tmp_path, "use ./a\n", A)))) == 2


def test_a_line_of_go_work_sum_that_contradicts_go_sum_stays(tmp_path: Path) -> None:
    member(tmp_path, "a", go_sum=A)
    found = project(workspace(tmp_path, "use ./a\n", A.replace("aaa", "zzz")))
    assert lines(found)[2:] == [("../go.work.sum", 1, "h1:zzz=")]


def test_a_faulty_line_of_go_work_sum_is_a_fault_of_each_member(tmp_path: Path) -> None:
    for name in ("a", "b"):
        member(tmp_path, name)
    found = workspace(tmp_path, "use ./a\nuse ./b\n", "no line\n")
    for number in (0, 1):
        (one,) = (fact for fact in project(found, number).facts if isinstance(fact, SumFault))
        assert str(one.location) == "../go.work.sum:1:1"


def test_a_line_that_only_another_member_has_is_taken_from_there_and_told(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\n", "")
    member(tmp_path, "b", go_sum=A + B)
    found = project(workspace(tmp_path, "use ./a\nuse ./b\n"))
    assert lines(found) == [("../b/go.sum", 1, "h1:aaa="), ("../b/go.sum", 2, "h1:bbb=")]
    assert found.paths["../b/go.sum"] == tmp_path / "b" / "go.sum"
    assert "lines-of-other-members" in codes(found)


def test_a_line_of_its_own_is_never_taken_from_another_member(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\n", A)
    member(tmp_path, "b", go_sum=A.replace("aaa", "zzz"))
    found = project(workspace(tmp_path, "use ./a\nuse ./b\n"))
    assert lines(found) == [("go.sum", 1, "h1:aaa="), ("go.sum", 2, "h1:bbb=")]
    assert set(found.files) == {"../go.work", "go.mod", "go.sum"}


def test_a_replace_of_go_work_goes_before_that_of_the_member(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\nreplace example.com/a => ./local\n")
    found = project(workspace(tmp_path, "use ./a\nreplace example.com/a => fork.example/a v1.2.0\n"))
    assert taken(found) == {"example.com/a@v1.0.0": ("fork.example/a@v1.2.0", "../go.work")}
    (replaced,) = (fact for fact in found.facts if isinstance(fact, ReplacedModule))
    assert str(replaced.location) == "../go.work:3:9"


def test_a_replace_of_one_version_in_go_work_leaves_the_members_replace_of_others(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\nreplace example.com/a => ./local\n")
    found = project(workspace(tmp_path, "use ./a\nreplace example.com/a v1.9.0 => fork.example/a v1.2.0\n"))
    assert taken(found) == {"example.com/a@v1.0.0": ("a folder", "go.mod")}
    assert len([fact for fact in found.facts if isinstance(fact, ReplacedModule)]) == 2


def test_a_replace_of_one_member_counts_for_the_others(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\n", "")
    member(tmp_path, "b", "replace example.com/a => example.com/b v1.0.0\n", B)
    found = project(workspace(tmp_path, "use ./a\nuse ./b\n"))
    assert taken(found) == {"example.com/a@v1.0.0": ("example.com/b@v1.0.0", "../b/go.mod")}
    assert found.files["../b/go.mod"][0] == "module work.example/b"
    assert [artifact for artifact, _, _ in lines(found)] == ["../b/go.sum", "../b/go.sum"]


def test_a_replace_of_another_member_is_judged_there_alone(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\n")
    member(tmp_path, "b", "replace example.com/a => ./local\n")
    found = project(workspace(tmp_path, "use ./a\nuse ./b\n"))
    assert not [fact for fact in found.facts if isinstance(fact, ReplacedModule)]


def test_of_a_required_member_only_the_go_mod_is_read(tmp_path: Path) -> None:
    member(tmp_path, "a", "require (\n\twork.example/b v1.0.0\n\texample.com/a v1.0.0\n)\n")
    member(tmp_path, "b")
    found = project(workspace(tmp_path, "use ./a\nuse ./b\n"))
    members = {fact.subject.path: fact.is_member for fact in found.facts if isinstance(fact, RequiredModule)}
    assert members == {"work.example/b": True, "example.com/a": False}


def test_a_member_without_policy_has_that_of_the_workspace_and_says_so(tmp_path: Path) -> None:
    member(tmp_path, "a")
    (tmp_path / "lift.toml").write_text("# of all")
    found = project(workspace(tmp_path, "use ./a\n"))
    assert (found.lift_toml, found.paths["lift.toml"]) == (b"# of all", tmp_path / "lift.toml")
    assert "workspace-policy" in codes(found)


def test_a_members_own_policy_goes_before_that_of_the_workspace(tmp_path: Path) -> None:
    member(tmp_path, "a")
    (tmp_path / "lift.toml").write_text("# of all")
    (tmp_path / "a" / "lift.toml").write_text("# of a")
    found = project(workspace(tmp_path, "use ./a\n"))
    assert (found.lift_toml, found.paths["lift.toml"]) == (b"# of a", tmp_path / "a" / "lift.toml")
    assert found.policy_folders == (tmp_path / "a", tmp_path)
    assert "workspace-policy" not in codes(found)


def test_a_policy_between_member_and_workspace_is_not_taken(tmp_path: Path) -> None:
    member(tmp_path, "x/a")
    (tmp_path / "x" / "lift.toml").write_text("# of x")
    found = project(workspace(tmp_path, "use ./x/a\n"))
    assert found.lift_toml is None
    assert found.policy_folders == (tmp_path / "x" / "a", tmp_path)


@pytest.mark.parametrize("use", ["./gone", "./empty", "./file", "./loop", r'"./a\x00b"', "./" + "x" * 5000])
def test_a_member_that_is_not_there_is_its_own_fault_with_its_line(tmp_path: Path, use: str) -> None:
    member(tmp_path, "a")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    found = workspace(tmp_path, f"use ./a\nuse {use}\n")
    good, bad = found.members
    assert (good.faults, found.faults) == ((), ())
    (one,) = bad.faults
    assert (one.artifact, one.line) == ((tmp_path / "go.work").as_posix(), 3)
    with pytest.raises(InputError):
        read_member(found, bad)


def test_a_member_with_a_broken_go_mod_is_its_own_fault_with_its_path(tmp_path: Path) -> None:
    member(tmp_path, "a", "requires nothing\n")
    member(tmp_path, "b")
    bad, good = workspace(tmp_path, "use ./a\nuse ./b\n").members
    (one,) = bad.faults
    assert (one.artifact, one.line, good.faults) == ((tmp_path / "a" / "go.mod").as_posix(), 4, ())


def test_a_requirement_that_no_module_can_meet_is_told_with_the_replace_of_go_work(tmp_path: Path) -> None:
    member(tmp_path, "a", "require example.com/a v1.0.0\n")
    found = workspace(tmp_path, "use ./a\nreplace example.com/a => nodot/a v1.0.0\n")
    with pytest.raises(InputError) as caught:
        project(found)
    (one,) = caught.value.diagnostics
    assert (one.artifact, one.line) == ((tmp_path / "go.work").as_posix(), 3)
    assert one.source_line == "replace example.com/a => nodot/a v1.0.0"


@pytest.mark.parametrize("again", ["./a", "a", "./b/../a", "./link"])
def test_a_folder_that_is_used_twice_is_read_once_and_told(tmp_path: Path, again: str) -> None:
    member(tmp_path, "a")
    member(tmp_path, "b")
    (tmp_path / "link").symlink_to("a")
    found = workspace(tmp_path, f"use ./a\nuse ./b\nuse {again}\n")
    assert len(found.members) == 2
    assert (fault(found).line, fault(found).seen) == (4, again)


def test_two_members_that_are_one_module_are_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        member(tmp_path, name)
        (tmp_path / name / "go.mod").write_text("module work.example/same\n\ngo 1.22\n")
    found = workspace(tmp_path, "use ./a\nuse ./b\n")
    assert "two members are the module work.example/same" in fault(found).message


def test_members_that_replace_a_module_by_different_ones_are_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        member(tmp_path, name, "replace example.com/a => ./local\n")
    assert "two members replace example.com/a" in fault(workspace(tmp_path, "use ./a\nuse ./b\n")).message


@pytest.mark.parametrize("settled", ["replace example.com/a => ./a/local\n", ""])
def test_the_same_replacement_in_two_members_or_one_in_go_work_is_no_fault(tmp_path: Path, settled: str) -> None:
    member(tmp_path, "a", "replace example.com/a => ./local\n")
    member(tmp_path, "b", f"replace example.com/a => ../{'b' if settled else 'a'}/local\n")
    assert workspace(tmp_path, f"use ./a\nuse ./b\n{settled}").faults == ()


def test_a_replace_of_a_member_at_all_versions_is_told(tmp_path: Path) -> None:
    member(tmp_path, "a")
    found = workspace(tmp_path, "use ./a\nreplace work.example/a => ./b\n")
    assert "which is one of its members" in fault(found).message
    assert workspace(tmp_path, "use ./a\nreplace work.example/a v1.0.0 => ./b\n").faults == ()


@pytest.mark.parametrize(("go", "told"), [("1.22", False), ("1.20", False), ("1.22.1", True), ("1.30", True)])
def test_a_go_work_that_is_older_than_a_member_is_told(tmp_path: Path, go: str, told: bool) -> None:
    member(tmp_path, "a", go=go)
    assert ("workspace-go-too-old" in codes(project(workspace(tmp_path, "use ./a\n")))) is told


def test_folders_outside_of_the_tree_may_be_used_as_go_allows_it(tmp_path: Path) -> None:
    member(tmp_path, "other")
    member(tmp_path, "far")
    (tmp_path / "work").mkdir()
    found = workspace(tmp_path / "work", f"use ../other\nuse {tmp_path}/far\n", A)
    assert [one.path for one in found.members] == [tmp_path / "other", tmp_path / "far"]
    for number in (0, 1):
        one = project(found, number)
        assert {artifact for artifact, _, _ in lines(one)} == {"../work/go.work.sum"}
        assert one.paths["../work/go.work.sum"].samefile(tmp_path / "work" / "go.work.sum")


def test_paths_are_told_as_they_would_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member(tmp_path, "w/a", go_sum=A)
    workspace(tmp_path / "w", "use ./a\n", B)
    monkeypatch.chdir(tmp_path)
    found = project(read_workspace(Path("w/go.work")))
    assert {name: path.as_posix() for name, path in found.paths.items()} == {
        "../go.work": "w/go.work",
        "../go.work.sum": "w/go.work.sum",
        "go.mod": "w/a/go.mod",
        "go.sum": "w/a/go.sum",
        "lift.toml": "w/a/lift.toml",
    }


def test_a_member_that_is_a_link_still_leads_to_the_shared_files(tmp_path: Path) -> None:
    member(tmp_path, "far/away/a")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a").symlink_to(tmp_path / "far" / "away" / "a")
    found = project(workspace(tmp_path / "w", "use ./a\n", A))
    assert found.paths["../go.work.sum"] == tmp_path / "w" / "go.work.sum"


def test_the_folder_of_go_work_itself_may_be_a_member(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module work.example/root\n\ngo 1.22\n")
    found = project(workspace(tmp_path, "use .\n", A))
    assert (found.root, found.workspace) == (tmp_path, tmp_path / "go.work")
    assert {artifact for artifact, _, _ in lines(found)} == {"go.work.sum"}
    assert "workspace-not-read" not in codes(found)


def test_more_members_than_the_limit_are_refused_before_any_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        workspace(tmp_path, "use (\n" + "".join(f"\t./m{number}\n" for number in range(10_000)) + ")\n")
    (one,) = caught.value.diagnostics
    assert (one.message, one.line) == ("the workspace uses 10,000 folders", MEMBER_LIMIT + 3)


@pytest.mark.parametrize("name", ["go.work", "go.work.sum"])
def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    member(tmp_path, "a")
    if name == "go.work.sum":
        (tmp_path / "go.work").write_text("use ./a\n")
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is a pipe"):
        read_workspace(tmp_path / "go.work")


def test_a_go_work_that_cannot_be_read_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        workspace(tmp_path, "us ./a\n")
    assert str(caught.value).startswith(f"{(tmp_path / 'go.work').as_posix()}:2:1")


def test_a_vendor_folder_of_the_workspace_is_told_to_its_members(tmp_path: Path) -> None:
    member(tmp_path, "a")
    (tmp_path / "vendor").mkdir()
    assert "vendor-not-checked" in codes(project(workspace(tmp_path, "use ./a\n")))


def test_weak_defaults_of_a_member_are_those_of_go_work(tmp_path: Path) -> None:
    member(tmp_path, "one", "godebug tls3des=1\n", go="1.21")
    found = project(workspace(tmp_path, "toolchain go1.26.8\nuse ./one\ngodebug default=go1.24\n"))
    weak = [fact for fact in found.facts if isinstance(fact, WeakDefault)]
    assert [(fact.subject, fact.key, fact.because, str(fact.location)) for fact in weak] == [
        ("work.example/one", "tlssha1", "godebug default=go1.24", "../go.work:4:9")
    ]
    assert found.files["../go.work"][3] == "godebug default=go1.24"
