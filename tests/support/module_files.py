"""go.mod texts by "path@version": the answers for `select_versions`, without a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplymatrix.gomod.modfile import parse_go_mod, parse_go_work
from supplymatrix.gomod.module_graph import Absent, Asking, ModuleGraph, WantedFile, select_versions

__all__ = ["build_list", "graph_of", "run_asking", "workspace_graph"]


def run_asking(asking: Asking, texts: Mapping[str, str]) -> ModuleGraph:
    """Answer from texts, by "path@version" or by a folder as it is written; what is not there is absent."""
    try:
        wanted = next(asking)
        while True:
            wanted = asking.send([_answer(file, texts) for file in wanted])
    except StopIteration as done:
        graph: ModuleGraph = done.value
        return graph


def graph_of(go_mod: str, texts: Mapping[str, str]) -> ModuleGraph:
    """Return the graph of one main module."""
    return run_asking(select_versions([parse_go_mod(go_mod.encode())]), texts)


def workspace_graph(go_work: str, mains: Sequence[str], texts: Mapping[str, str]) -> ModuleGraph:
    """Return the graph of a workspace."""
    files = [parse_go_mod(text.encode()) for text in mains]
    return run_asking(select_versions(files, parse_go_work(go_work.encode())), texts)


def build_list(graph: ModuleGraph) -> list[str]:
    """Return the build list as `go list -m all` prints it: "path version => path version"."""
    lines = []
    for listed in graph.modules:
        line = f"{listed.module.path} {listed.module.version}".rstrip()
        if listed.replacement is not None:
            target = listed.replacement.target
            line += f" => {target.path} {target.version}" if target else f" => {listed.replacement.directory}"
        lines.append(line)
    return lines


def _answer(wanted: WantedFile, texts: Mapping[str, str]) -> bytes | Absent:
    effective = wanted.effective
    key = str(effective) if effective is not None else wanted.replacement.directory if wanted.replacement else ""
    text = texts.get(key)
    return Absent(reason=f"{key} was not given") if text is None else text.encode()
