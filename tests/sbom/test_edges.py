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


def test_what_is_left_out_leaves_nobody_out_of_reach() -> None:
    """m needs x needs a needs b needs a; x is no part of the bill."""
    graph = _graph("m x@v1 a@v1 b@v1 c@v1", m="x@v1", x_v1="a@v1", a_v1="b@v1", b_v1="a@v1", c_v1="a@v1")
    found = edges_of(graph, {"m": "M", "a": "A", "b": "B", "c": "C"}, ["M"])
    assert found.nodes == {"A": ("B",), "B": ("A",), "C": ("A",), "M": ("C",)}
    assert found.added == ("C",)
    circle = edges_of(graph, {"m": "M", "a": "A", "b": "B"}, ["M"])
    assert circle.nodes["M"] == circle.added == ("A",)


def test_without_a_graph_the_main_module_needs_all() -> None:
    assert edges_of(None, {"m": "M", "a": "A"}, ["M"]).nodes == {"A": (), "M": ("A",)}
