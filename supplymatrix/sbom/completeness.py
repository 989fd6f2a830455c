"""How complete a bill of materials is: what could not be had, held against what its scope promises."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.fact import Gap
from supplymatrix.model.value import value
from supplymatrix.sbom.document import Aggregate, Completeness, Component, ComponentKind, Scope, Usage

__all__ = ["Evidence", "completeness_of"]


@value
class Evidence:
    """What the list rests on. has_graph: there is a module graph at all. graph_gaps: what is missing of it; is_listed:
    somebody who knows says which versions are selected all the same: the go command, or vendor/modules.txt.
    package_gaps: packages of the scope that could not be found. alarms: what this machine and the log do not agree
    on."""

    has_graph: bool
    graph_gaps: Sequence[Gap] = ()
    is_listed: bool = False
    package_gaps: Sequence[Gap] = ()
    alarms: Sequence[str] = ()


def completeness_of(scope: Scope, components: Sequence[Component], evidence: Evidence) -> Completeness:
    """Return how complete the components and the edges are, with the reasons.

    A folder that replaces a module is listed, and nobody can say what it really is; so the list is not complete then.
    Nor is it where the log has another hash: what is built then is not what is listed.
    """
    if not evidence.has_graph:
        why = tuple(gap.reason for gap in evidence.graph_gaps) or ("there is no module graph",)
        return Completeness(components=Aggregate.UNKNOWN, dependencies=Aggregate.UNKNOWN, reasons=_once(why))
    alarms = [f"alarm: {text}" for text in evidence.alarms]
    graph = [f"{gap.wanted}: {gap.reason}" for gap in evidence.graph_gaps]
    packages = [f"{gap.wanted}: {gap.reason}" for gap in evidence.package_gaps] if scope is not Scope.ALL else []
    local = [
        f"{item.name} is a folder ({item.directory}), without a version or a hash"
        for item in components
        if item.directory
    ]
    unknown = [item for item in components if item.usage is Usage.UNKNOWN and item.kind is ComponentKind.MODULE]
    unsure = [f"of {len(unknown):,} modules nobody can say whether packages are taken from them"] if unknown else []
    if scope is Scope.ALL:
        unsure = []
    is_whole = evidence.is_listed or not graph
    of_components = [*([] if is_whole else graph), *packages, *unsure, *local, *alarms]
    return Completeness(
        components=Aggregate.INCOMPLETE if of_components else Aggregate.COMPLETE,
        dependencies=Aggregate.INCOMPLETE if graph else Aggregate.COMPLETE,
        reasons=_once((*alarms, *graph, *packages, *unsure, *local)),
    )


def _once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
