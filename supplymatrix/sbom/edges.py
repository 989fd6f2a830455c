"""Who needs whom in a bill of materials: the requirements of the module graph, at the versions that are selected.

    edges_of(graph, refs, ["pkg:golang/example.com/m@v1.0.0"], everywhere=("pkg:golang/stdlib@1.26.8",))

They are those of `go mod graph` in which the requiring module has the version of the build list; what is required is
taken at the version of the build list, which is the one that is built. A requirement of a module that is no part of the
bill is left out, and so is one of a version that is not built. No edge is made up in its place: a part that only such a
module requires is needed by nobody in the bill, and counted as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.value import value

__all__ = ["Edges", "edges_of"]


@value
class Edges:
    """nodes: ref → the refs that it needs, sorted, in the order of the refs. added: refs of other main modules that the
    first one needs without a go.mod that says so: members of its workspace. unreached: refs to which no way leads from
    the first one.
    """

    nodes: Mapping[str, tuple[str, ...]]
    added: tuple[str, ...]
    unreached: tuple[str, ...]


def edges_of(
    graph: ModuleGraph | None,
    refs: Mapping[str, str],
    mains: Sequence[str],
    *,
    everywhere: Sequence[str] = (),
    from_first: Sequence[str] = (),
) -> Edges:
    """Return the edges. refs: module path → ref, of all modules of the bill. mains: refs of the main modules, of which
    the first stands for all; it may be that of a workspace, which is no module.

    everywhere: refs that all of them need, as that of the standard library. from_first: refs that the first one needs.
    """
    found: dict[str, set[str]] = {ref: set(everywhere) for ref in (*mains, *refs.values())}
    if graph is not None:
        for listed in graph.modules:
            own = refs.get(listed.module.path)
            if own is not None:
                needed = (refs.get(required.path) for required in graph.requires.get(listed.module, ()))
                found[own].update(ref for ref in needed if ref is not None and ref != own)
    first = mains[0]
    added = tuple(sorted(set(mains[1:]) - found[first]))
    found[first].update((*added, *from_first))
    for ref in (*everywhere, *from_first):
        found.setdefault(ref, set())
    return Edges(
        nodes={ref: tuple(sorted(found[ref])) for ref in sorted(found)},
        added=added,
        unreached=tuple(sorted(set(found) - _reached(found, first))),
    )


def _reached(edges: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Return the refs to which a ref leads, itself included."""
    reached = {start}
    waiting = [start]
    while waiting:
        for ref in edges.get(waiting.pop(), ()):
            if ref not in reached:
                reached.add(ref)
                waiting.append(ref)
    return reached
