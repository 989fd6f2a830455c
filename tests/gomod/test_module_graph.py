"""Minimal version selection: how far requires are followed, what replaces and excludes do, and what is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod import module_graph
from supplymatrix.gomod.modfile import parse_go_mod
from supplymatrix.gomod.module_graph import select_versions
from supplymatrix.model.module import ModuleVersion
from tests.support.module_files import build_list, graph_of, workspace_graph

_A, _B, _C = "example.com/a", "example.com/b", "example.com/c"
_MAIN = "module example.com/main\n"


def _mod(path: str, *requires: str, go: str = "1.20") -> str:
    return f"module {path}\ngo {go}\n" + "".join(f"require {required}\n" for required in requires)


def test_the_highest_required_version_is_taken() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_C} v1.2.0"), f"{_B}@v1.0.0": _mod(_B, f"{_C} v1.10.0")}
    texts |= {f"{_C}@v1.10.0": _mod(_C), f"{_C}@v1.2.0": _mod(_C)}
    graph = graph_of(f"{_MAIN}go 1.16\nrequire {_A} v1.0.0\nrequire {_B} v1.0.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0", f"{_B} v1.0.0", f"{_C} v1.10.0"]


def test_below_a_pruned_requirement_nothing_is_read() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.0.0")}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0", f"{_B} v1.0.0"]
    assert graph.is_complete


def test_below_a_requirement_of_the_old_kind_everything_is_read() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.0.0", go="1.16"), f"{_B}@v1.0.0": _mod(_B, f"{_C} v1.0.0")}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", texts)
    assert build_list(graph)[-1] == f"{_C} v1.0.0"


def test_a_main_module_of_the_old_kind_follows_everything() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.0.0"), f"{_B}@v1.0.0": _mod(_B, f"{_C} v1.0.0"), f"{_C}@v1.0.0": ""}
    graph = graph_of(f"{_MAIN}require {_A} v1.0.0\n", {**texts, f"{_C}@v1.0.0": _mod(_C)})
    assert build_list(graph)[-1] == f"{_C} v1.0.0"


def test_a_missing_file_is_named_and_the_list_is_not_complete() -> None:
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", {})
    assert [(str(gone.wanted.module), gone.reason) for gone in graph.missing] == [
        (f"{_A}@v1.0.0", f"{_A}@v1.0.0 was not given")
    ]
    assert not graph.is_complete


def test_a_file_that_the_go_command_refuses_is_missing_with_the_reason() -> None:
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", {f"{_A}@v1.0.0": f"module {_A}\nrequire nonsense\n"})
    assert "require takes a module path" in graph.missing[0].reason


def test_a_file_that_names_another_module_is_missing_with_the_reason() -> None:
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", {f"{_A}@v1.0.0": _mod(_B)})
    assert graph.missing[0].reason.endswith(f"it says that it is {_B}, and is required as {_A}")


def test_an_excluded_version_is_passed_over_wherever_it_is_required() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.1.0", f"{_B} v1.0.0")}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nexclude {_B} v1.1.0\n", texts)
    assert build_list(graph)[-1] == f"{_B} v1.0.0"


def test_a_replaced_version_has_the_requires_of_its_replacement() -> None:
    texts = {f"{_C}@v1.5.0": _mod(_A, f"{_B} v1.0.0")}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nreplace {_A} v1.0.0 => {_C} v1.5.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0 => {_C} v1.5.0", f"{_B} v1.0.0"]


def test_a_replace_of_one_version_goes_before_that_of_all() -> None:
    go_mod = f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nreplace {_A} => ./all\nreplace {_A} v1.0.0 => ./one\n"
    graph = graph_of(go_mod, {"./one": _mod(_A), "./all": _mod(_A)})
    assert build_list(graph)[-1] == f"{_A} v1.0.0 => ./one"


def test_a_replaced_modules_own_go_mod_may_be_that_of_any_module_in_a_folder() -> None:
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nreplace {_A} => ./fork\n", {"./fork": "go 1.20\n"})
    assert graph.is_complete


def test_a_requirement_on_the_main_module_itself_changes_nothing_but_brings_its_requires() -> None:
    texts = {
        f"{_A}@v1.0.0": _mod(_A, "example.com/main v1.0.0", go="1.16"),
        "example.com/main@v1.0.0": _mod("example.com/main", f"{_B} v1.0.0", go="1.16"),
        f"{_B}@v1.0.0": _mod(_B),
    }
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0", f"{_B} v1.0.0"]


def test_requirements_in_a_circle_end() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.0.0", go="1.16"), f"{_B}@v1.0.0": _mod(_B, f"{_A} v1.0.0", go="1.16")}
    graph = graph_of(f"{_MAIN}require {_A} v1.0.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0", f"{_B} v1.0.0"]


def test_a_require_that_another_one_overrules_is_told_and_settled() -> None:
    texts = {
        f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.5.0"),
        f"{_B}@v1.0.0": _mod(_B),
        f"{_B}@v1.5.0": _mod(_B, f"{_C} v1.0.0"),
    }
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nrequire {_B} v1.0.0\n", texts)
    assert [(str(raised.required), raised.version) for raised in graph.raised] == [(f"{_B}@v1.0.0", "v1.5.0")]
    # v1.5.0 is read now, so that what it requires comes into the list.
    assert build_list(graph)[-1] == f"{_C} v1.0.0"


def test_go_and_toolchain_are_no_modules_of_the_list() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, go="1.24.1")}
    graph = graph_of(f"{_MAIN}go 1.25.0\ntoolchain go1.26.1\nrequire {_A} v1.0.0\n", texts)
    assert build_list(graph) == ["example.com/main", f"{_A} v1.0.0"]
    assert {required.path for found in graph.requires.values() for required in found} == {_A}


def test_a_dependency_for_a_later_go_makes_the_go_line_inconsistent() -> None:
    graph = graph_of(f"{_MAIN}go 1.21\nrequire {_A} v1.0.0\n", {f"{_A}@v1.0.0": _mod(_A, go="1.25")})
    assert [(raised.required.path, raised.version) for raised in graph.raised] == [("go", "1.25")]


def test_indirect_is_what_no_require_names_without_the_comment() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_C} v1.0.0"), f"{_B}@v1.0.0": _mod(_B)}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nrequire {_B} v1.0.0 // indirect\n", texts)
    assert [(m.module.path, m.is_indirect, m.is_required) for m in graph.modules[1:]] == [
        (_A, False, True),
        (_B, True, True),
        (_C, True, False),
    ]


def test_who_requires_whom_is_kept_for_every_version() -> None:
    texts = {f"{_A}@v1.0.0": _mod(_A, f"{_B} v1.0.0")}
    graph = graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\n", texts)
    module = ModuleVersion(path=_A, version="v1.0.0")
    assert graph.requires[module] == (ModuleVersion(path=_B, version="v1.0.0"),)


def test_a_workspace_takes_a_member_from_its_folder_whatever_is_required() -> None:
    graph = workspace_graph(
        "go 1.20\nuse ./a\nuse ./b\n", [_mod(_A, f"{_B} v1.3.0"), _mod(_B)], {f"{_B}@v1.3.0": _mod(_B)}
    )
    assert build_list(graph) == [_A, _B]


def test_a_replace_of_go_work_goes_before_that_of_a_member() -> None:
    member = _mod(_A, f"{_C} v1.0.0") + f"replace {_C} => ./mine\n"
    texts = {"./works": _mod(_C), "./mine": _mod(_C)}
    graph = workspace_graph(f"go 1.20\nuse ./a\nreplace {_C} => ./works\n", [member], texts)
    assert build_list(graph)[-1] == f"{_C} v1.0.0 => ./works"


def test_a_folder_is_told_with_the_file_that_names_it() -> None:
    member = _mod(_A, f"{_C} v1.0.0") + f"replace {_C} => ./mine\n"
    graph = workspace_graph("go 1.20\nuse ./a\n", [member], {"./mine": _mod(_C)})
    replacement = graph.modules[-1].replacement
    assert replacement is not None
    assert replacement.base == _A


def test_two_main_modules_without_a_workspace_are_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="2 main modules"):
        select_versions([parse_go_mod(_mod(_A).encode()), parse_go_mod(_mod(_B).encode())])


def test_a_graph_of_a_million_requirements_ends_with_a_refusal_that_names_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module_graph, "_EDGES", 2_000)
    many = [f"{_C}{number} v1.0.{other}" for number in range(60) for other in range(60)]
    with pytest.raises(InputError, match="more than 2,000 requirements"):
        graph_of(f"{_MAIN}require {_A} v1.0.0\n", {f"{_A}@v1.0.0": _mod(_A, *many)})


def test_a_graph_of_too_many_modules_ends_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_graph, "_MODULES", 100)
    many = [f"{_C}{number} v1.0.0" for number in range(200)]
    with pytest.raises(InputError, match="more than 100 module versions"):
        graph_of(f"{_MAIN}require {_A} v1.0.0\n", {f"{_A}@v1.0.0": _mod(_A, *many)})


def test_requires_that_raise_each_other_for_ever_end_with_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_graph, "_VISITS", 500)
    # Each version of a requires the next one of b and the other way round: every reading raises one of them.
    texts = {f"{_A}@v1.0.{n}": _mod(_A, f"{_B} v1.0.{n + 1}") for n in range(200)}
    texts |= {f"{_B}@v1.0.{n}": _mod(_B, f"{_A} v1.0.{n + 1}") for n in range(200)}
    with pytest.raises(InputError, match="more than 500 requirements would have to be followed"):
        graph_of(f"{_MAIN}go 1.20\nrequire {_A} v1.0.0\nrequire {_B} v1.0.0\n", texts)


_names = st.sampled_from([_A, _B, _C])
_requires = st.lists(st.tuples(_names, st.integers(0, 3)), max_size=4)


@given(st.dictionaries(st.tuples(_names, st.integers(0, 3)), _requires), _requires, st.randoms(use_true_random=False))
def test_the_order_of_requires_changes_nothing(
    files: dict[tuple[str, int], list[tuple[str, int]]], roots: list[tuple[str, int]], chance: object
) -> None:
    def text(path: str, requires: list[tuple[str, int]]) -> str:
        return _mod(path, *(f"{name} v1.{minor}.0" for name, minor in requires), go="1.16")

    def shuffled(requires: list[tuple[str, int]]) -> list[tuple[str, int]]:
        mixed = list(requires)
        chance.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
        return mixed

    texts = {f"{path}@v1.{minor}.0": text(path, requires) for (path, minor), requires in files.items()}
    mixed = {f"{path}@v1.{minor}.0": text(path, shuffled(requires)) for (path, minor), requires in files.items()}
    one = graph_of(text("example.com/main", roots), texts)
    other = graph_of(text("example.com/main", shuffled(roots)), mixed)
    assert build_list(one) == build_list(other)


@given(st.dictionaries(st.tuples(_names, st.integers(0, 3)), _requires), _requires)
def test_a_list_of_the_old_kind_is_the_highest_of_all_that_can_be_reached(
    files: dict[tuple[str, int], list[tuple[str, int]]], roots: list[tuple[str, int]]
) -> None:
    reached: set[tuple[str, int]] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += files.get(node, [])
    highest = {path: max(minor for name, minor in reached if name == path) for path, _ in reached}
    texts = {
        f"{path}@v1.{minor}.0": _mod(path, *(f"{name} v1.{other}.0" for name, other in requires), go="1.16")
        for (path, minor), requires in files.items()
    }
    go_mod = _mod("example.com/main", *(f"{name} v1.{minor}.0" for name, minor in roots), go="1.16")
    expected = ["example.com/main", *(f"{path} v1.{highest[path]}.0" for path in sorted(highest))]
    assert build_list(graph_of(go_mod, texts)) == expected
