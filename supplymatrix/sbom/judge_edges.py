"""Who needs whom, as a bill of materials has it, held against the requirements of a project's module graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.model.value import changed
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["Parts", "judge_edges"]

_FIRST_PRUNING = go_version_key("1.17")


class Parts(NamedTuple):
    """The components of a file by their refs. modules: of the build list; go: the standard library; tools: toolchains;
    titles: of all of them."""

    modules: Mapping[str, ListedModule]
    go: frozenset[str]
    tools: frozenset[str]
    titles: Mapping[str, str]


def judge_edges(sbom: ReadSbom, parts: Parts, graph: ModuleGraph) -> Iterator[Statement]:
    """Yield whether modules require those that the file says they need, and whether it says so of all that they do."""
    for source, targets in sbom.edges.items():
        for target in targets:
            yield from _edge(source, target, parts, graph, is_ours=sbom.is_ours)
    yield from _missing(sbom, parts, graph)


def _edge(source: str, target: str, parts: Parts, graph: ModuleGraph, *, is_ours: bool) -> Iterator[Statement]:
    needing, needed = parts.modules.get(source), parts.modules.get(target)
    told = Statement(topic=Topic.EDGE, truth=Truth.TRUE, subject=_shown(source, target, parts), said="needs it")
    if needing is not None and needing is needed:
        return
    if source in parts.go or source in parts.tools:
        yield changed(told, truth=Truth.FALSE, found="the standard library and the toolchain need no module")
    elif target in parts.go or (target in parts.tools and needing is not None and needing.is_main):
        yield told
    elif needing is None or needed is None:
        yield changed(told, truth=Truth.NOT_CHECKED, reason="not both of them are modules of the build list")
    else:
        yield _required(told, needing, needed, graph, is_ours=is_ours)


def _required(
    told: Statement, needing: ListedModule, needed: ListedModule, graph: ModuleGraph, *, is_ours: bool
) -> Statement:
    """Return whether a go.mod requires a module. is_ours: the file has requirements as edges, and no imports beside."""
    required = graph.requires.get(needing.module)
    paths = {module.path for module in required} if required is not None else set()
    if needing.is_main and needed.is_main:
        return (
            changed(told, truth=Truth.NOT_CHECKED, reason="both are members of the workspace")
            if (needed.module.path not in paths)
            else told
        )
    if required is None:
        return changed(told, truth=Truth.NOT_CHECKED, reason="its go.mod was not read")
    if needed.module.path in paths:
        return told
    if is_ours or _names_all(needing):
        return changed(told, truth=Truth.FALSE, found="its go.mod does not require it")
    reason = "its go.mod does not require it, and need not name all that its packages import"
    return changed(told, truth=Truth.NOT_CHECKED, reason=reason)


def _missing(sbom: ReadSbom, parts: Parts, graph: ModuleGraph) -> Iterator[Statement]:
    """Yield the requirements between modules of the file that it does not tell: false of a file that says that these
    are all, and else nothing that could be held against it."""
    refs: dict[str, list[str]] = {}
    for ref, listed in parts.modules.items():
        refs.setdefault(listed.module.path, []).append(ref)
    for path, own in refs.items():
        listed = parts.modules[own[0]]
        needed = {target for ref in own for target in sbom.edges.get(ref, ())}
        is_whole = any(ref in sbom.claims.whole for ref in own)
        required = sorted({module.path for module in graph.requires.get(listed.module, ())} - {path})
        wanted = [refs[name] for name in required if name in refs]
        if is_whole and parts.go and (listed.is_main or sbom.is_ours):
            wanted.append(sorted(parts.go))
        for targets in wanted:
            if not needed & set(targets):
                yield _untold(_shown(own[0], targets[0], parts), is_whole=is_whole)


def _untold(subject: str, *, is_whole: bool) -> Statement:
    told = Statement(topic=Topic.EDGE, truth=Truth.NO_EVIDENCE, subject=subject, said="")
    if is_whole:
        found = "it needs it, and the file, which says that its edges are complete, has none"
        return changed(told, truth=Truth.FALSE, found=found)
    return changed(told, reason="it needs it; the file has no edge, and does not say that its edges are complete")


def _shown(source: str, target: str, parts: Parts) -> str:
    def name(ref: str) -> str:
        listed = parts.modules.get(ref)
        return str(listed.effective or listed.module) if listed is not None else parts.titles.get(ref, ref)

    return f"{name(source)} → {name(target)}"


def _names_all(listed: ListedModule) -> bool:
    """Tell whether a module's go.mod names everything that its packages need, as it must from go 1.17 on."""
    return bool(listed.go_version) and go_version_key(listed.go_version) >= _FIRST_PRUNING
