"""Edges of a bill of materials: requirements at selected versions, and nothing out of reach."""

from __future__ import annotations

from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.edges import edges_of


def _module(key: str) -> ModuleVersion:
    path, _, version = key.partition("@")
    return ModuleVersion(path=path, version=version)


def _graph(listed: str, **requires: str) -> ModuleGraph:
    modules = [_module(key) for key in listed.split()]
    return ModuleGraph(
        modules=tuple(
            ListedModule(
                module=module, replacement=None, is_main=not module.version, is_indirect=False, is_required=True,
                go_version="1.24",
            )
            for module in modules
        ),
        requires={
            _module(key.replace("_", "@")): tuple(_module(word) for word in words.split())
            for key, words in requires.items()
        },
        missing=(),
        raised=(),
    )  # fmt: skip


def test_requirements_are_taken_at_the_selected_version() -> None:
    graph = _graph("m a@v2 b@v3", m="a@v2", a_v2="b@v1 b@v1", a_v1="m@v1")
    found = edges_of(graph, {"m": "M", "a": "A", "b": "B"}, ["M"], everywhere=["std"], from_first=["tool"])
    assert found.nodes == {"A": ("B", "std"), "B": ("std",), "M": ("A", "std", "tool"), "std": (), "tool": ()}
    assert found.added == ()


def test_no_edge_is_made_up_for_what_is_left_out() -> None:
    """m needs x needs a needs b needs a; x is no part of the bill."""
    graph = _graph("m x@v1 a@v1 b@v1 c@v1", m="x@v1", x_v1="a@v1", a_v1="b@v1", b_v1="a@v1", c_v1="a@v1")
    found = edges_of(graph, {"m": "M", "a": "A", "b": "B", "c": "C"}, ["M"])
    assert found.nodes == {"A": ("B",), "B": ("A",), "C": ("A",), "M": ()}
    assert (found.added, found.unreached) == ((), ("A", "B", "C"))


def test_a_requirement_of_a_version_that_is_not_built_is_none() -> None:
    """a@v1 needs c, a@v2 does not; the build list has a@v2 and, since a@v1 was looked at, c."""
    graph = _graph("m a@v2 b@v1 c@v1", m="a@v2 b@v1", b_v1="a@v1", a_v1="c@v1")
    found = edges_of(graph, {"m": "M", "a": "A", "b": "B", "c": "C"}, ["M"])
    assert found.nodes == {"A": (), "B": ("A",), "C": (), "M": ("A", "B")}
    assert found.unreached == ("C",)


def test_other_members_of_a_workspace_are_needed_and_it_is_said_where_no_go_mod_says_so() -> None:
    graph = _graph("m n o", m="n")
    refs = {"m": "M", "n": "N", "o": "O"}
    found = edges_of(graph, refs, ["M", "N", "O"])
    assert (found.nodes["M"], found.added, found.unreached) == (("N", "O"), ("O",), ())
    assert edges_of(graph, refs, ["W", "M", "N", "O"]).nodes["W"] == ("M", "N", "O")


def test_without_a_graph_there_are_no_edges() -> None:
    found = edges_of(None, {"m": "M", "a": "A"}, ["M"])
    assert (found.nodes, found.unreached) == ({"A": (), "M": ()}, ("A",))
