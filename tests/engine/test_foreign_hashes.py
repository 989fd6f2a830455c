"""One module version with two hashes in two files of a run: who is told of whom, and who is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine.check import CheckRequest, run_survey
from supplymatrix.engine.foreign_hashes import foreign_hashes
from supplymatrix.engine.means import Means
from supplymatrix.model.audit import Audit, Survey
from supplymatrix.model.fact import ForeignHash, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.project import Project
from supplymatrix.sources.subjects import find_subjects, read_subject
from tests.support.machine import NOW, Machine, rules_of

M = "corp.example/m v1.0.0"


def project_of(name: str, held: Sequence[tuple[str, str]], artifact: str = "go.sum") -> Project:
    """Return a project whose go.sum has these (module path, hash) lines, at paths below the folder `name`."""
    facts = tuple(
        SumLine(
            subject=ModuleVersion(path=path, version="v1.0.0"),
            kind=SumKind.ZIP,
            hash=f"h1:{known}=",
            location=Location(artifact=artifact, line=number, column=1),
        )
        for number, (path, known) in enumerate(held, start=1)
    )
    root = Path(name)
    return Project(
        name=name, root=root, facts=facts, files={artifact: ()}, lift_toml=None, go_sum=f"{name}/{artifact}", notes=(),
        paths={artifact: root / artifact}, policy_folders=(root,),
    )  # fmt: skip


def places(project: Project) -> Mapping[str, str]:
    return {name: path.as_posix() for name, path in project.paths.items()}


def compare(*projects: Project) -> list[list[ForeignHash]]:
    return foreign_hashes([(project, places(project)) for project in projects])


def told(*projects: Project) -> list[list[tuple[str, str, str]]]:
    return [
        [(str(found.location), found.other_hash, str(found.other_location)) for found in each]
        for each in compare(*projects)
    ]


def read(*paths: Path) -> list[list[ForeignHash]]:
    return compare(*(read_subject(subject) for subject in find_subjects(paths, recursive=True).subjects))


def write(folder: Path, go_sum: str, go_mod: str = "module corp.example/svc\n\ngo 1.22\n") -> Path:
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(go_mod)
    (folder / "go.sum").write_text(go_sum)
    return folder


def test_both_sides_are_told_of_each_other() -> None:
    assert told(project_of("a", [("m", "1")]), project_of("b", [("x", "0"), ("m", "2")])) == [
        [("go.sum:1:1", "h1:2=", "b/go.sum:2:1")],
        [("go.sum:2:1", "h1:1=", "a/go.sum:1:1")],
    ]


def test_of_many_that_agree_the_odd_one_is_shown_the_first_and_each_is_shown_the_odd_one() -> None:
    held = [project_of(name, [("m", "1")]) for name in "abc"]
    found = told(*held, project_of("odd", [("m", "2")]))
    assert [each[0][2] for each in found] == ["odd/go.sum:1:1"] * 3 + ["a/go.sum:1:1"]


def test_two_hashes_in_one_file_are_no_contradiction_between_files() -> None:
    assert told(project_of("a", [("m", "1"), ("m", "2")])) == [[]]


def test_files_with_the_same_two_hashes_do_not_contradict_each_other() -> None:
    both = [("m", "1"), ("m", "2")]
    assert told(project_of("a", both), project_of("b", both[::-1])) == [[], []]


def test_a_file_that_has_one_of_two_hashes_is_told_of_the_other_one() -> None:
    assert told(project_of("a", [("m", "1"), ("m", "2")]), project_of("b", [("m", "1")])) == [
        [("go.sum:2:1", "h1:1=", "b/go.sum:1:1")],
        [("go.sum:1:1", "h1:2=", "a/go.sum:2:1")],
    ]


def test_one_file_that_two_subjects_read_does_not_contradict_itself() -> None:
    both = [("m", "1"), ("m", "2")]
    assert told(project_of("a", both), project_of("a", both[:1])) == [[], []]


def test_zip_and_go_mod_lines_are_different_things(tmp_path: Path) -> None:
    write(tmp_path / "a", f"{M} h1:aaa=\n")
    write(tmp_path / "b", f"{M}/go.mod h1:bbb=\n")
    assert read(tmp_path) == [[], []]


def test_toolchain_lines_are_held_against_each_other_too(tmp_path: Path) -> None:
    for name, known in (("a", "aaa"), ("b", "bbb")):
        write(tmp_path / name, f"golang.org/toolchain v0.0.1-go1.26.8.linux-amd64 h1:{known}=\n")
    assert [len(each) for each in read(tmp_path)] == [1, 1]


def test_go_work_sum_and_a_member_in_conflict_are_told_to_every_member(tmp_path: Path) -> None:
    write(tmp_path / "a", f"{M} h1:aaa=\n", "module corp.example/a\n\ngo 1.22\n")
    write(tmp_path / "b", "", "module corp.example/b\n\ngo 1.22\n")
    (tmp_path / "go.work").write_text("go 1.22\nuse ./a\nuse ./b\n")
    (tmp_path / "go.work.sum").write_text(f"{M} h1:zzz=\n")
    a, b = read(tmp_path)
    assert [found.location.artifact for found in a] == ["go.sum", "../go.work.sum"]
    assert [(found.location.artifact, found.other_location.artifact) for found in b] == [
        ("../go.work.sum", (tmp_path / "a" / "go.sum").as_posix())
    ]


def test_two_hashes_in_go_work_sum_do_not_contradict_themselves(tmp_path: Path) -> None:
    for name in ("a", "x/b"):
        write(tmp_path / name, "", f"module corp.example/{name}\n\ngo 1.22\n")
    (tmp_path / "go.work").write_text("go 1.22\nuse ./a\nuse ./x/b\n")
    (tmp_path / "go.work.sum").write_text(f"{M} h1:yyy=\n{M} h1:zzz=\n")
    assert read(tmp_path) == [[], []]


def test_the_place_of_another_file_is_not_taken_for_the_own_file_of_that_name() -> None:
    here = project_of(".", [("m", "1")])
    below = project_of("b", [("m", "2")])
    assert told(here, below) == [
        [("go.sum:1:1", "h1:2=", "b/go.sum:1:1")],
        [("go.sum:1:1", "h1:1=", "./go.sum:1:1")],
    ]


held = st.lists(st.tuples(st.sampled_from("mn"), st.sampled_from("123")), max_size=4, unique=True)
runs = st.lists(held, min_size=1, max_size=5)


@given(runs)
def test_whoever_is_told_of_a_hash_is_contradicted_by_its_holder(run: list[list[tuple[str, str]]]) -> None:
    projects = [project_of(f"p{number}", each) for number, each in enumerate(run)]
    found = compare(*projects)
    hit = {(number, one.subject) for number, each in enumerate(found) for one in each}
    for each in found:
        for one in each:
            holder = int(one.other_location.artifact.split("/")[0].removeprefix("p"))
            assert one.hash != one.other_hash
            assert (holder, one.subject) in hit


@given(runs)
def test_somebody_is_told_exactly_when_two_files_have_different_hashes(run: list[list[tuple[str, str]]]) -> None:
    found = compare(*(project_of(f"p{number}", each) for number, each in enumerate(run)))
    for module in "mn":
        sets = [{known for path, known in each if path == module} for each in run]
        differ = len({frozenset(each) for each in sets if each}) > 1
        assert any(one.subject.path == module for each in found for one in each) is differ


@given(held, st.integers(min_value=1, max_value=4))
def test_files_that_hold_the_same_never_contradict_each_other(same: list[tuple[str, str]], count: int) -> None:
    assert compare(*(project_of(f"p{number}", same) for number in range(count))) == [[]] * count


@given(runs, st.randoms(use_true_random=False))
def test_the_order_of_subjects_changes_nothing(run: list[list[tuple[str, str]]], random: object) -> None:
    projects = [project_of(f"p{number}", each) for number, each in enumerate(run)]
    before = {project.name: found for project, found in zip(projects, compare(*projects), strict=True)}
    random.shuffle(projects)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert {project.name: found for project, found in zip(projects, compare(*projects), strict=True)} == before


def survey(machine: Machine, *paths: Path) -> Survey:
    means = Means(environ={**machine.environ, "GOPRIVATE": "corp.example"}, now=NOW, offline=True)
    return run_survey(CheckRequest(paths=paths, means=means))


def audits(found: Survey) -> list[Audit]:
    return [item for item in found.items if isinstance(item, Audit)]


def test_a_private_module_with_two_hashes_in_a_fleet_is_an_alarm_in_both(machine: Machine, tmp_path: Path) -> None:
    a = write(tmp_path / "a", f"{M} h1:aaa=\n")
    b = write(tmp_path / "b", f"{M} h1:bbb=\n")
    found = survey(machine, a, b)
    assert found.exit_code == 4
    assert ["SM114" in rules_of(audit) for audit in audits(found)] == [True, True]
    (finding,) = (judged.finding for judged in audits(found)[0].verdict.judged if judged.rule == "SM114")
    assert finding is not None
    assert "no log can tell" in finding.fix


def test_one_subject_alone_has_the_same_verdict_as_beside_others_that_agree(machine: Machine, tmp_path: Path) -> None:
    a = write(tmp_path / "a", f"{M} h1:aaa=\n")
    b = write(tmp_path / "b", f"{M} h1:aaa=\n")
    alone, beside = audits(survey(machine, a))[0], audits(survey(machine, a, b))[0]
    assert (alone.verdict.score, alone.verdict.outcome) == (beside.verdict.score, beside.verdict.outcome)
