"""Gaps of the module graph: what nobody can say of a build list that could not be worked out as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule

__all__ = ["GRAPH_WANTED", "graph_modules", "unknown_graph"]

GRAPH_WANTED = "module graph of "
"""With this begins what the gaps of a graph wanted."""


def graph_modules(view: FactView) -> Iterator[GraphModule]:
    """Yield the modules of the build list that come from elsewhere: a main module or a folder has no released
    version."""
    return (module for module in view.facts.of(GraphModule) if not module.is_main and module.effective is not None)


def unknown_graph(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield one unknown result for each gap of the graph: modules that nobody listed cannot pass."""
    for gap in view.facts.gaps:
        if gap.wanted.startswith(GRAPH_WANTED):
            path, _, version = gap.subject.partition("@")
            yield unknown(rule, gap.subject or gap.wanted, ModuleVersion(path=path, version=version), gap)
