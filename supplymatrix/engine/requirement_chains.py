"""By which requirements the modules come into a project that something was found about: the path of a finding.

    requirement_chains(project, verdict, facts, cache=Path("~/go/pkg/mod"))["b.example"]
    # ("svc.example", "a.example@v1.0.0", "b.example@v2.0.0")

Only go.mod files that lie on this machine are read, each held against go.sum, and only where a finding or a gap is
about a module that go.mod does not require for its own sake. What go.mod requires as "// indirect" is required for
somebody else's sake, and the chain tells for whose; where nobody else is known to require it, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from supplymatrix.engine.graph_inputs import read_inputs
from supplymatrix.engine.module_graph import graph_of_files
from supplymatrix.errors import InputError
from supplymatrix.gomod.module_graph import Absent, WantedFile
from supplymatrix.gomod.requirement_paths import shortest_chains
from supplymatrix.model.fact import Facts, RequiredModule, paths_of, stands_for
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.verdict import Verdict
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.project import Project

__all__ = ["modules_in_question", "requirement_chains"]

_MOST_FILES = 4_000
"""Of one graph; the rest of a larger one is not read, and what only that tells of has no chain."""


def modules_in_question(project: Project, verdict: Verdict, facts: Facts) -> Mapping[str, str]:
    """Return the modules that need a chain: path as a report says it → path as requirements have it."""
    direct = {fact.subject.path for fact in project.facts if isinstance(fact, RequiredModule) and not fact.indirect}
    originals = stands_for(facts.items)
    spoken = {module: originals.get(module, module) for module in _modules(verdict)}
    wanted = {module: path for module, path in spoken.items() if path not in direct and path != project.name}
    modules = paths_of(facts.items) if wanted else set()
    return {module: path for module, path in wanted.items() if module in modules}


def _modules(verdict: Verdict) -> Iterator[str]:
    for item in verdict.judged:
        yield item.finding.module if item.finding is not None else item.subject.partition("@")[0]


def requirement_chains(
    project: Project, verdict: Verdict, facts: Facts, cache: Callable[[], Path | None]
) -> Mapping[str, tuple[str, ...]]:
    """Return the chains of all modules that need one and have one. cache: tells where the module cache is."""
    wanted = modules_in_question(project, verdict, facts)
    if not wanted:
        return {}
    try:
        inputs = read_inputs(project)
        files = _Some(ModFiles(cache(), inputs.hashes, inputs.folders))
        graph = graph_of_files(inputs, files.read)
    except InputError:
        return {}  # what is wrong with the files is told by the rules; a graph too large to be followed has no chains
    indirect = {fact.subject.path for fact in project.facts if isinstance(fact, RequiredModule) and fact.indirect}
    chains = shortest_chains(
        graph.requires,
        ModuleVersion(path=project.name, version=""),
        passed_over=indirect,
        selected={listed.module for listed in graph.modules},
    )
    return {module: tuple(map(str, chains[path])) for module, path in wanted.items() if path in chains}


class _Some:
    """go.mod files, up to so many."""

    def __init__(self, files: ModFiles) -> None:
        self._files = files
        self._left = _MOST_FILES

    def read(self, wanted: WantedFile) -> bytes | Absent:
        if not self._left:
            return Absent(reason=f"more than {_MOST_FILES:,} go.mod files belong to this graph")
        self._left -= 1
        return self._files.read(wanted)
