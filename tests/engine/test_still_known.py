"""What is seen today is held to be so of an earlier state only where it is of a module that that had."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.checks.graph_gaps import GRAPH_WANTED
from supplymatrix.engine.diff_base import _StillKnown as StillKnown
from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Fact, Gap, GraphModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import VendoredModule, VendorState, VendorTree
from supplymatrix.model.vulnerability import LevelBy, Review, Vulnerability, VulnLevel
from supplymatrix.sources.project import Project, read_project
from tests.support.made_log import go_mod_text, made_hash

A, A_OLD, B, B_OLD = "example.com/a@v1.1.0", "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/b@v1.1.0"
PLACE = Location(artifact="go.mod", line=1, column=1)


def project(folder: Path, more: str = "", salt: str = "") -> Project:
    """Return a project that requires A, and has go.sum lines of older versions and of B."""
    folder.mkdir()
    (folder / "go.mod").write_text(go_mod_text([A]) + more)
    names = [(name, name.replace("@", " ")) for name in (A, A_OLD, B, B_OLD)]
    lines = [f"{line}/go.mod {made_hash(name, go_mod=True, salt=salt)}\n" for name, line in names]
    (folder / "go.sum").write_text("".join(lines))
    return read_project(folder)


@pytest.fixture
def known(tmp_path: Path) -> StillKnown:
    return StillKnown(project(tmp_path / "then"), project(tmp_path / "today"))


def module(name: str) -> ModuleVersion:
    path, _, version = name.partition("@")
    return ModuleVersion(path=path, version=version)


def listed(name: str, effective: str = "") -> GraphModule:
    return GraphModule(
        subject=module(name),
        effective=module(effective or name),
        is_main=False,
        gives_packages=True,
        retracted="a bad one",
        deprecated="",
        location=PLACE,
    )


def copy(kind: CopyKind) -> CachedCopy:
    return CachedCopy(subject=module(A), kind=kind, state=CopyState.EQUAL, path="/x", hash="h1:a", logged_hash="h1:a")


def gap(name: str, wanted: str = "") -> Gap:
    return Gap(wanted=wanted or f"{GRAPH_WANTED}svc: go.mod of {name}", reason="r", remedy="", subject=name)


@pytest.mark.parametrize(("name", "is_kept"), [(A, True), (A_OLD, False), (B, True), (B_OLD, False)])
def test_what_authors_say_holds_of_the_versions_that_were_built(known: StillKnown, name: str, *, is_kept: bool) -> None:
    found = list(known.facts([listed(name)]))
    assert [fact.retracted for fact in found if isinstance(fact, GraphModule)] == ["a bad one"] * is_kept


def test_that_a_module_gives_packages_is_of_todays_tree(known: StillKnown) -> None:
    (found,) = known.facts([listed(A)])
    assert isinstance(found, GraphModule)
    assert found.gives_packages is None


def test_a_replacement_of_today_is_not_the_module_that_was_there(known: StillKnown) -> None:
    assert list(known.facts([listed(A, "fork.example/a@v1.1.0")])) == []


def test_copies_in_the_cache_are_as_they_were_and_what_lies_in_the_tree_is_not(known: StillKnown) -> None:
    copies: list[Fact] = [copy(kind) for kind in CopyKind]
    assert list(known.facts(copies)) == copies
    listed = Location(artifact="vendor/modules.txt", line=1)
    vendored = VendoredModule(
        subject=module(A), effective=module(A), state=VendorState.EQUAL, files=1, location=listed, is_proven=True
    )
    tree = VendorTree(modules=1, files=1, unexplained=(), unexplained_total=0, inconsistencies=(), location=listed)
    assert list(known.facts([vendored, tree])) == []


def test_only_a_go_mod_that_was_needed_then_too_is_missing_as_it_was(known: StillKnown) -> None:
    assert known.has_gap(gap(A))
    assert not known.has_gap(gap("example.com/new@v1.0.0"))
    assert not known.has_gap(gap(A, f"{GRAPH_WANTED}svc"))
    assert not known.has_gap(gap("", f"{GRAPH_WANTED}svc: member x"))


def test_a_go_mod_in_a_folder_or_under_another_hash_is_not_the_one_that_was_missing(tmp_path: Path) -> None:
    then = project(tmp_path / "then")
    in_folder = project(tmp_path / "folder", f"\nreplace {A.replace('@', ' ')} => ./a\n")
    assert not StillKnown(then, in_folder).has_gap(gap(A))
    assert not StillKnown(in_folder, then).has_gap(gap(A))
    assert not StillKnown(then, project(tmp_path / "other", salt="x")).has_gap(gap(A))


@pytest.mark.parametrize(
    ("name", "level", "program", "is_kept"),
    [
        (A, VulnLevel.MODULE, "", True),
        (A, VulnLevel.PACKAGE, "", False),
        (A, VulnLevel.MODULE, "app", False),
        ("example.com/new@v1.0.0", VulnLevel.MODULE, "", False),
    ],
)
def test_a_vulnerability_was_there_where_its_module_was_and_no_more_is_said(
    known: StillKnown, name: str, level: VulnLevel, program: str, *, is_kept: bool
) -> None:
    found = Vulnerability(
        advisory="GO-2026-1001",
        subject=module(name),
        program=program,
        level=level,
        looked=level,
        level_by=LevelBy.MODULES,
        review=Review.REVIEWED,
        summary="it breaks",
        database="go",
        location=PLACE,
    )
    assert list(known.facts([found])) == [found] * is_kept
