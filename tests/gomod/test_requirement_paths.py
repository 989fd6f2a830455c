"""Why a module is in the build list."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.requirement_paths import requirement_paths, shortest_chains
from tests.support.module_files import graph_of

_GO = "go 1.16\n"


def _paths(go_mod: str, texts: dict[str, str], path: str, most: int = 10) -> list[list[str]]:
    found = requirement_paths(graph_of(go_mod, texts), path, most)
    return [[str(step).removeprefix("example.com/") for step in way] for way in found]


_TEXTS = {
    "example.com/a@v1.0.0": f"module example.com/a\n{_GO}require example.com/c v1.0.0\n",
    "example.com/b@v1.0.0": f"module example.com/b\n{_GO}require example.com/a v1.0.0\nrequire example.com/c v1.0.0\n",
    "example.com/c@v1.0.0": f"module example.com/c\n{_GO}",
}
_MAIN = f"module example.com/main\n{_GO}require example.com/a v1.0.0\nrequire example.com/b v1.0.0\n"


def test_the_shortest_ways_come_first() -> None:
    assert _paths(_MAIN, _TEXTS, "example.com/c") == [
        ["main", "a@v1.0.0", "c@v1.0.0"],
        ["main", "b@v1.0.0", "c@v1.0.0"],
        ["main", "b@v1.0.0", "a@v1.0.0", "c@v1.0.0"],
    ]


def test_no_more_ways_are_given_than_were_asked_for() -> None:
    assert len(_paths(_MAIN, _TEXTS, "example.com/c", 2)) == 2


def test_a_main_module_is_there_by_itself() -> None:
    assert _paths(_MAIN, _TEXTS, "example.com/main") == [["main"]]


def test_a_module_that_is_not_in_the_list_has_no_way() -> None:
    assert _paths(_MAIN, _TEXTS, "example.com/d") == []


def test_no_way_goes_in_circles() -> None:
    texts = {
        "example.com/a@v1.0.0": f"module example.com/a\n{_GO}require example.com/b v1.0.0\n",
        "example.com/b@v1.0.0": f"module example.com/b\n{_GO}require example.com/a v1.0.0\n",
    }
    go_mod = f"module example.com/main\n{_GO}require example.com/a v1.0.0\n"
    assert _paths(go_mod, texts, "example.com/b") == [["main", "a@v1.0.0", "b@v1.0.0"]]


_numbers = st.integers(0, 5)


@given(st.dictionaries(_numbers, st.lists(_numbers, max_size=3)), st.lists(_numbers, min_size=1, max_size=3))
def test_each_way_is_made_of_requirements_and_none_is_shorter_than_the_one_before(
    requires: dict[int, list[int]], roots: list[int]
) -> None:
    def text(path: str, found: list[int]) -> str:
        return f"module {path}\n{_GO}" + "".join(f"require example.com/m{n} v1.0.0\n" for n in found)

    texts = {f"example.com/m{n}@v1.0.0": text(f"example.com/m{n}", requires.get(n, [])) for n in range(6)}
    graph = graph_of(text("example.com/main", roots), texts)
    for listed in graph.modules[1:]:
        ways = requirement_paths(graph, listed.module.path, 50)
        assert ways
        assert len(set(ways)) == len(ways)
        assert [len(way) for way in ways] == sorted(len(way) for way in ways)
        for way in ways:
            assert len(set(way)) == len(way)
            assert all(after in graph.requires[before] for before, after in pairwise(way))


def test_a_chain_passes_over_what_the_main_module_requires_for_others() -> None:
    graph = graph_of(f"{_MAIN}require example.com/c v1.0.0\n", _TEXTS)
    main = graph.modules[0].module
    assert len(shortest_chains(graph.requires, main)["example.com/c"]) == 2
    chain = shortest_chains(graph.requires, main, passed_over={"example.com/c"})["example.com/c"]
    assert [str(step) for step in chain] == ["example.com/main", "example.com/a@v1.0.0", "example.com/c@v1.0.0"]


def test_a_chain_ends_at_the_selected_version_though_another_is_nearer() -> None:
    texts = {**_TEXTS, "example.com/c@v1.1.0": _TEXTS["example.com/c@v1.0.0"]}
    texts["example.com/d@v1.0.0"] = f"module example.com/d\n{_GO}require example.com/c v1.1.0\n"
    texts["example.com/b@v1.0.0"] += "require example.com/d v1.0.0\n"
    graph = graph_of(_MAIN, texts)
    selected = {listed.module for listed in graph.modules}
    chain = shortest_chains(graph.requires, graph.modules[0].module, selected=selected)["example.com/c"]
    assert [str(step).removeprefix("example.com/") for step in chain] == ["main", "b@v1.0.0", "d@v1.0.0", "c@v1.1.0"]
