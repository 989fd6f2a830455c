"""Go marks of modules.txt, and versions that are lower than what the module graph selects."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.dependency_file import DependencyFile, parse_dependency
from supplymatrix.gomod.modfile import parse_go_mod
from supplymatrix.gomod.vendor_versions import mark_fault, too_low, writes_marks
from supplymatrix.model.module import ModuleVersion


def module(name: str) -> ModuleVersion:
    path, _, version = name.partition("@")
    return ModuleVersion(path=f"example.com/{path}", version=version)


def go_mod(go: str = "", *required: str) -> DependencyFile:
    lines = [f"go {go}"] if go else []
    lines += [f"require {module(name).path} {module(name).version}" for name in required]
    return parse_dependency("\n".join(["module example.com/x", *lines, ""]).encode())


def low(listed: list[str], mains: list[tuple[str, list[str]]], known: Mapping[str, DependencyFile]) -> list[str]:
    """Return what is too low. mains: go line, and requires or whole lines of each main module."""
    files = []
    for number, (go, lines) in enumerate(mains):
        text = [f"module example.com/main{number}", *([f"go {go}"] if go else [])]
        text += [line if " " in line else f"require {module(line).path} {module(line).version}" for line in lines]
        files.append((f"example.com/main{number}", parse_go_mod("\n".join([*text, ""]).encode())))
    return [*too_low([module(name) for name in listed], files, {module(name): file for name, file in known.items()})]


def test_marks_are_written_from_go_1_17_on() -> None:
    assert [writes_marks(go) for go in ("", "1.16", "1.16.9", "1.17", "1.24.1")] == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("mark", "go", "is_other"),
    [
        ("1.20", "1.20", None),
        ("", "", None),
        ("1.25", "1.20", True),
        ("", "1.20", True),
        ("1.25", "", True),
        ("", "1.16", False),
        ("1.16", "", False),
        ("1.20.1", "1.20", False),
        (" 1.20", "1.20", True),
        ("soon", "1.20", True),
    ],
)
def test_a_mark_is_that_of_the_modules_own_go_mod(mark: str, go: str, *, is_other: bool | None) -> None:
    found = mark_fault(mark, go_mod(go), writes=True)
    assert (found.is_other_code if found is not None else None) is is_other


@pytest.mark.parametrize(("mark", "is_other"), [("", None), ("1.16", False), ("1.20", True)])
def test_below_go_1_17_there_is_no_mark(mark: str, *, is_other: bool | None) -> None:
    found = mark_fault(mark, go_mod("1.20"), writes=False)
    assert (found.is_other_code if found is not None else None) is is_other


def test_every_main_module_is_heard() -> None:
    mains = [("1.24", ["a@v1.2.0"]), ("1.24", ["a@v1.0.0"])]
    assert low(["a@v1.2.0"], mains, {}) == []
    told = "it has packages of example.com/a@v1.0.0, and the go.mod of example.com/main0 requires v1.2.0"
    assert low(["a@v1.0.0"], mains, {}) == [told]


def test_an_excluded_version_is_required_by_nobody() -> None:
    lines = ["a@v1.0.0", "exclude example.com/b v1.1.0"]
    known = {"a@v1.0.0": go_mod("1.16", "b@v1.1.0")}
    assert low(["a@v1.0.0", "b@v1.0.0"], [("1.16", lines)], known) == []
    assert low(["a@v1.0.0", "b@v1.0.0"], [("1.16", lines[:1])], known) != []


@pytest.mark.parametrize(
    ("main", "a", "is_told"),
    [("1.16", "1.16", True), ("", "1.24", True), ("1.24", "1.16", True), ("1.24", "", True), ("1.24", "1.24", False)],
)
def test_a_pruned_graph_goes_one_step_below_what_the_main_module_requires(main: str, a: str, *, is_told: bool) -> None:
    """b is part of the graph by a alone: what it requires counts where a is not pruned."""
    known = {"a@v1.0.0": go_mod(a, "b@v1.0.0"), "b@v1.0.0": go_mod("1.24", "c@v1.1.0")}
    listed = ["a@v1.0.0", "b@v1.0.0", "c@v1.0.0"]
    told = "it has packages of example.com/c@v1.0.0, and example.com/b@v1.0.0 requires v1.1.0"
    assert low(listed, [(main, ["a@v1.0.0"])], known) == ([told] if is_told else [])
    assert low(listed, [(main, ["a@v1.0.0", "b@v1.0.0"])], known) == [told]


_NAMES = [f"{path}@v1.{minor}.0" for path in "abc" for minor in range(3)]
_FILES = st.dictionaries(
    st.sampled_from(_NAMES),
    st.builds(lambda go, names: go_mod(go, *sorted(names)), st.sampled_from(["", "1.16", "1.24"]),
              st.sets(st.sampled_from(_NAMES), max_size=3)),
)  # fmt: skip


@given(_FILES, st.sets(st.sampled_from(_NAMES), min_size=1), st.sampled_from(["1.16", "1.24"]))
def test_a_list_of_the_highest_that_anybody_requires_is_never_too_low(
    known: dict[str, DependencyFile], required: set[str], go: str
) -> None:
    all_of_them = {*required} | {
        f"{entry.path.rpartition('/')[2]}@{entry.version}" for file in known.values() for entry in file.require
    }
    listed = sorted({name[0]: name for name in sorted(all_of_them)}.values())
    assert low(listed, [(go, sorted(required))], known) == []
    highest = sorted({name[0]: name for name in sorted(required)}.values())
    lower = [f"{name[0]}@v0.9.0" for name in highest]
    assert len(low(lower, [(go, sorted(required))], known)) == len(lower)
