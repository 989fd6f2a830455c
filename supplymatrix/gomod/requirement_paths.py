"""Why a module is in the build list: the ways by which a main module comes to require it.

    graph.requires = {main: (a@v1,), a@v1: (b@v2,)}
    requirement_paths(graph, "b")        # ((main, a@v1, b@v2),)

    shortest_chains(graph.requires, main, passed_over={"b"})["b"]       # (main, a@v1, b@v2)

A way goes over module versions as `go mod graph` has them, selected or not, and over none twice. Source: `go help mod
why`, `go help mod graph`; the search is the best-first one of the k shortest paths, over exact distances.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from heapq import heappop, heappush

from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.module import ModuleVersion

__all__ = ["requirement_paths", "shortest_chains"]

_STEPS = 200_000


def requirement_paths(graph: ModuleGraph, path: str, most: int = 1) -> tuple[tuple[ModuleVersion, ...], ...]:
    """Return up to `most` ways from a main module to the selected version of a module, shortest first.

    Ways of one length are in the order of their names. Nothing when it is not in the graph. Of a graph with very many
    ways of nearly one length there may be fewer: the search ends after 200,000 steps.
    """
    target = next((listed.module for listed in graph.modules if listed.module.path == path), None)
    mains = [listed.module for listed in graph.modules if listed.is_main]
    if target is None:
        return ()
    if target in mains:
        return ((target,),)
    distances = _distances(graph.requires, mains)
    if target not in distances:
        return ()
    requirers = _requirers(graph.requires, distances)
    found: list[tuple[ModuleVersion, ...]] = []
    waiting: list[tuple[int, tuple[ModuleVersion, ...]]] = [(distances[target], (target,))]
    steps = 0
    while waiting and len(found) < most and steps < _STEPS:
        _, way = heappop(waiting)
        first = way[0]
        if not distances[first]:
            found.append(way)
            continue
        before = requirers.get(first, ())
        steps += len(before)
        for requirer in before:
            if requirer not in way:
                heappush(waiting, (distances[requirer] + len(way), (requirer, *way)))
    return tuple(found)


def shortest_chains(
    requires: Mapping[ModuleVersion, tuple[ModuleVersion, ...]],
    main: ModuleVersion,
    *,
    passed_over: Collection[str] = (),
    selected: Collection[ModuleVersion] = (),
) -> dict[str, tuple[ModuleVersion, ...]]:
    """Return the shortest chain from a main module to each module path that it leads to.

    passed_over: paths that `main` itself requires only for the sake of others ("// indirect"): a chain says for whose.
    selected: versions that a chain ends at where it can; else it ends at the version that is reached first.
    """
    before: dict[ModuleVersion, ModuleVersion | None] = {main: None}
    reached: dict[str, ModuleVersion] = {}
    waiting = deque([main])
    while waiting:
        module = waiting.popleft()
        for required in requires.get(module, ()):
            if required in before or (module == main and required.path in passed_over):
                continue
            before[required] = module
            if required.path not in reached or required in selected:
                reached[required.path] = required
            waiting.append(required)
    return {path: _chain(module, before) for path, module in reached.items()}


def _chain(module: ModuleVersion, before: Mapping[ModuleVersion, ModuleVersion | None]) -> tuple[ModuleVersion, ...]:
    chain = [module]
    while (requirer := before[chain[-1]]) is not None:
        chain.append(requirer)
    return tuple(reversed(chain))


def _distances(
    requires: Mapping[ModuleVersion, tuple[ModuleVersion, ...]], mains: Iterable[ModuleVersion]
) -> dict[ModuleVersion, int]:
    """Return how many requirements lie between a main module and each module version."""
    distances = dict.fromkeys(mains, 0)
    waiting = deque(distances)
    while waiting:
        module = waiting.popleft()
        for required in requires.get(module, ()):
            if required not in distances:
                distances[required] = distances[module] + 1
                waiting.append(required)
    return distances


def _requirers(
    requires: Mapping[ModuleVersion, tuple[ModuleVersion, ...]], reached: Mapping[ModuleVersion, int]
) -> dict[ModuleVersion, list[ModuleVersion]]:
    found: dict[ModuleVersion, list[ModuleVersion]] = {}
    for module in reached:
        for required in requires.get(module, ()):
            found.setdefault(required, []).append(module)
    return found
