"""The module graph of a project: its build list, who requires whom, which modules give packages, what is taken back.

run = GraphReader(os.environ).read(project)
run.graph, run.facts, run.gaps, run.notes

The build list is worked out here from the go.mod files of the module cache, each held against go.sum. Where there is a
`go`, it is asked as well, and it has the last word: a build does what it says. It is asked for nothing that would make
it fetch or run anything.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from supplymatrix.checks.graph_gaps import GRAPH_WANTED
from supplymatrix.engine.graph_inputs import GraphInputs, read_inputs
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.golist import GoListEntry
from supplymatrix.gomod.module_graph import (
    Absent,
    ListedModule,
    ModuleGraph,
    Replacement,
    WantedFile,
    select_versions,
)
from supplymatrix.model.fact import Gap, GraphModule, ReplacedModule, RequiredModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.project import Project

__all__ = ["NO_GO", "GraphReader", "GraphRun", "ListedBy", "PackagesBy", "graph_of_files", "what_authors_say"]

NO_GO = "it was not asked"
_REASON = 500  # characters of what an author says that are kept
_NOT_FOR_THIS_BUILD = ("build constraints exclude", "it has test files only")
_GOOS = {"win32": "windows", "cygwin": "windows"}
_GOARCH = {
    "x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i386": "386", "i686": "386",
    "armv6l": "arm", "armv7l": "arm", "ppc64le": "ppc64le", "s390x": "s390x", "riscv64": "riscv64",
}  # fmt: skip


class ListedBy(StrEnum):
    """Who says what the build list is."""

    GO = "go list"
    OWN = "go.mod files"


class PackagesBy(StrEnum):
    """Who says which modules give packages."""

    VENDOR = "vendor/modules.txt"
    GO = "go list"
    SOURCES = "source files"
    NOBODY = "nobody"


@value
class GraphRun:
    """A graph and what is known of its modules. graph: None when there is none; the gaps say why.

    facts: in the order of the build list. listed_by: who says what the list is; go_refused: why not the go command, ""
    when it is its list. packages_by: who says which modules give packages, for goos and goarch. module_lines: where the
    module line of each main module stands.
    """

    name: str
    graph: ModuleGraph | None
    facts: tuple[GraphModule, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]
    listed_by: ListedBy = ListedBy.OWN
    go_refused: str = ""
    packages_by: PackagesBy = PackagesBy.NOBODY
    goos: str = ""
    goarch: str = ""
    module_lines: Mapping[str, Location] = MappingProxyType({})


class GraphReader:
    """Reads graphs. environ: of the user; go: ask the go command too; goos, goarch: built for, "" = this machine's."""

    def __init__(self, environ: Mapping[str, str], *, go: bool = True, goos: str = "", goarch: str = "") -> None:
        self._environ = environ
        self._go = go
        self._target = (goos, goarch)
        self._runs: dict[Path, GraphRun] = {}

    def facts_of(self, project: Project) -> tuple[list[GraphModule], list[Gap], list[Note]]:
        """Return the facts of one project; of a workspace's member those modules that it leads to."""
        run = self.read(project)
        facts = _placed(run.facts, project, run.module_lines)
        if project.workspace is not None and run.graph is not None:
            reached = _reached(run.graph, project.name)
            facts = [fact for fact in facts if fact.subject.path in reached]
        return facts, list(run.gaps), list(run.notes)

    def read(self, project: Project) -> GraphRun:
        """Return the graph of a project, or of the whole workspace that it was read as a member of."""
        key = project.workspace or project.root
        if key not in self._runs:
            self._runs[key] = self._read(project)
        return self._runs[key]

    def _read(self, project: Project) -> GraphRun:
        goos = self._target[0] or _GOOS.get(sys.platform, sys.platform)
        goarch = self._target[1] or _GOARCH.get(platform.machine().lower(), platform.machine().lower())
        try:
            inputs = read_inputs(project)
            return _Reading(inputs, project, self._environ, go=self._go, target=(goos, goarch)).run()
        except InputError as err:
            gaps = _no_graph(project, str(err.diagnostics[0]), err.diagnostics[0].remedy)
            return GraphRun(name=project.name, graph=None, facts=(), gaps=tuple(gaps), notes=())


def graph_of_files(inputs: GraphInputs, read: Callable[[WantedFile], bytes | Absent]) -> ModuleGraph:
    """Return the graph as the go.mod files have it, each of which is asked for once."""
    asking = select_versions([main.go_mod for main in inputs.mains], inputs.go_work)
    try:
        wanted = next(asking)
        while True:
            wanted = asking.send([read(file) for file in wanted])
    except StopIteration as done:
        graph: ModuleGraph = done.value
        return graph


class _Reading:
    """One graph."""

    def __init__(
        self,
        inputs: GraphInputs,
        project: Project,
        environ: Mapping[str, str],
        *,
        go: bool,
        target: tuple[str, str],
    ) -> None:
        self._inputs = inputs
        self._project = project
        self._environ = environ
        self._goos, self._goarch = target
        self._cache = _cache_of(environ)
        self._files = ModFiles(self._cache, inputs.hashes, inputs.folders)
        self._ask_go = go
        self._notes: list[Note] = []
        self._gaps: list[Gap] = []

    def run(self) -> GraphRun:
        own = self._own()
        entries, refused = self._list_by_go()
        graph = own if refused else self._with_go(own, entries)
        self._tell_graph(own, refused)
        used, packages_by = self._used(graph, has_go=not refused)
        found = {entry.path: entry for entry in entries}
        facts = [self._fact(listed, found.get(listed.module.path), used) for listed in graph.modules]
        return GraphRun(
            name=self._inputs.name,
            graph=graph,
            facts=tuple(_placed(facts, self._project, self._inputs.module_lines)),
            gaps=tuple(self._gaps),
            notes=tuple(self._notes),
            listed_by=ListedBy.OWN if refused else ListedBy.GO,
            go_refused=refused,
            packages_by=packages_by,
            goos=self._goos,
            goarch=self._goarch,
            module_lines=self._inputs.module_lines,
        )

    def _own(self) -> ModuleGraph:
        """Return the graph as the go.mod files have it."""
        return graph_of_files(self._inputs, self._files.read)

    def _list_by_go(self) -> tuple[tuple[GoListEntry, ...], str]:
        """Return the go command's build list, or why there is none."""
        if not self._ask_go:
            return (), NO_GO
        from supplymatrix.sources.go_command import GoCommand, find_go

        go = find_go(self._environ)
        if go is None:
            return (), "there is no go in PATH"
        self._command = GoCommand(
            go,
            self._inputs.folder,
            self._environ,
            cache=self._cache,
            go_work=self._inputs.work_path,
            target=(self._goos, self._goarch),
        )
        try:
            return self._command.list_modules(), ""
        except SourceError as err:
            return (), str(err)

    def _with_go(self, own: ModuleGraph, entries: Sequence[GoListEntry]) -> ModuleGraph:
        """Return a graph whose build list is the go command's."""
        ours = {listed.module: listed for listed in own.modules}
        theirs = tuple(_listed(entry, ours) for entry in entries)
        differing = {listed.module for listed in theirs}.symmetric_difference(ours)
        if differing and own.is_complete:
            text = (
                f"the go command's build list differs from what the go.mod files say, and is used: {len(differing)} "
                f"module versions are in one of both only, the first is {min(differing)}"
            )
            self._notes.append(Note(code="graph-differs", message=text))
        return changed(own, modules=theirs)

    def _tell_graph(self, own: ModuleGraph, refused: str) -> None:
        """Say how the list was found, and what is missing in it."""
        if refused and refused != NO_GO:
            text = f"the build list was worked out from go.mod files; the go command did not give it: {refused}"
            self._notes.append(Note(code="graph-without-go", message=text))
        if own.raised:
            first = own.raised[0]
            text = (
                f"go.mod requires {first.required}, and the rest of the graph {first.version}: the go command demands "
                f"`go mod tidy` first ({len(own.raised)} such requirements); the list is what comes of it"
            )
            self._notes.append(Note(code="graph-not-tidy", message=text))
        if self._files.without_hash:
            text = f"go.mod files of the module cache that go.sum has no hash for: {self._files.without_hash}"
            self._notes.append(Note(code="graph-without-hash", message=text))
        for missing in own.missing:
            module = missing.wanted.module
            self._miss(f"go.mod of {module}", str(module), missing.reason, missing.remedy)
        for member, why in self._inputs.unusable:
            self._miss(f"member {member}", "", why, "mend the workspace, or check the member by itself")

    def _miss(self, wanted: str, subject: str, reason: str, remedy: str) -> None:
        wanted = f"{GRAPH_WANTED}{self._inputs.name}: {wanted}"
        self._gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, subject=subject))

    def _used(self, graph: ModuleGraph, *, has_go: bool) -> tuple[Mapping[str, bool | None], PackagesBy]:
        """Return for each module path whether packages come from it, and who says so."""
        paths = [listed.module.path for listed in graph.modules]
        vendored = self._vendored(graph)
        if vendored is not None:
            return {path: path in vendored for path in paths}, PackagesBy.VENDOR
        if has_go:
            try:
                used = self._command.list_used([main.folder for main in self._inputs.mains])
            except SourceError as err:
                self._notes.append(Note(code="packages-without-go", message=f"go does not list packages: {err}"))
            else:
                self._tell_packages(used.faults)
                return _known(paths, used.paths, whole=not used.faults), PackagesBy.GO
        return self._scan(graph, paths)

    def _vendored(self, graph: ModuleGraph) -> frozenset[str] | None:
        """Return the modules that give packages to vendor/, None when there is none, or one of another build list."""
        from supplymatrix.sources.vendor_list import read_vendor_list

        folder = self._inputs.folder / "vendor"
        try:
            listed = read_vendor_list(folder / "modules.txt")
        except InputError as err:
            self._notes.append(Note(code="vendor-unreadable", message=str(err.diagnostics[0])))
            return None
        if listed is None:
            return None
        versions = {entry.module.path: entry.module.version for entry in graph.modules}
        stale = [module for module in listed.giving if versions.get(module.path, "") != module.version]
        if stale:
            text = f"vendor/modules.txt is not that of the build list, and is not used: it has {min(stale)}"
            self._notes.append(Note(code="vendor-stale", message=text))
            return None
        mains = {entry.module.path for entry in graph.modules if entry.is_main}
        return frozenset({module.path for module in listed.giving} | mains)

    def _scan(self, graph: ModuleGraph, paths: Sequence[str]) -> tuple[Mapping[str, bool | None], PackagesBy]:
        """Follow the imports of the source files."""
        from supplymatrix.gomod.build_constraint import BuildContext
        from supplymatrix.sources.packages import find_packages

        mains = {main.path: main.folder for main in self._inputs.mains}
        modules = {entry.module.path: self._folder(entry) for entry in graph.modules if not entry.is_main}
        context = BuildContext(goos=self._goos, goarch=self._goarch)
        found = find_packages(mains, modules, context=context)
        missing = [entry for entry in found.missing if not entry.reason.startswith(_NOT_FOR_THIS_BUILD)]
        self._tell_packages([f"{entry.import_path}: {entry.reason}" for entry in missing])
        if missing and not set(found.used) - set(mains):
            return {path: True if path in mains else None for path in paths}, PackagesBy.NOBODY
        return _known(paths, frozenset(found.used), whole=not missing), PackagesBy.SOURCES

    def _folder(self, listed: ListedModule) -> Path | None:
        if listed.effective is not None:
            return self._files.folder_in_cache(listed.effective)
        assert listed.replacement is not None  # noqa: S101 - no main module, and no module version: it is replaced
        return self._files.folder_of(listed.replacement)

    def _tell_packages(self, faults: Sequence[str]) -> None:
        if faults:
            text = (
                f"packages that could not be found: {len(faults)}, the first one {faults[0]}; of a module from which "
                "no package was seen nobody can say that it gives none"
            )
            self._notes.append(Note(code="packages-missing", message=text))

    def _fact(self, listed: ListedModule, entry: GoListEntry | None, used: Mapping[str, bool | None]) -> GraphModule:
        from supplymatrix.gomod.dependency_file import is_retracted_by

        effective = listed.effective
        retracted = "; ".join(entry.retracted) if entry is not None else ""
        deprecated = entry.deprecated if entry is not None else ""
        newest = self._files.newest(effective.path) if effective is not None else None
        if newest is not None and effective is not None:
            retracted = retracted or is_retracted_by(newest, effective.version)
            deprecated = deprecated or newest.deprecated
        return GraphModule(
            subject=listed.module,
            effective=effective,
            is_main=listed.is_main,
            gives_packages=used.get(listed.module.path),
            retracted=_in_a_line(retracted),
            deprecated=_in_a_line(deprecated),
            location=next(iter(self._inputs.module_lines.values())),
        )


def what_authors_say(required: Iterable[RequiredModule], environ: Mapping[str, str]) -> list[GraphModule]:
    """Return what the authors of single modules say of them, as far as this machine knows; no graph is read."""
    from supplymatrix.gomod.dependency_file import is_retracted_by

    files = ModFiles(_cache_of(environ), {})
    found = []
    for fact in required:
        newest = files.newest(fact.effective.path) if fact.effective is not None else None
        if newest is not None and fact.effective is not None:
            found.append(
                GraphModule(
                    subject=fact.subject,
                    effective=fact.effective,
                    is_main=False,
                    gives_packages=None,
                    retracted=_in_a_line(is_retracted_by(newest, fact.effective.version)),
                    deprecated=_in_a_line(newest.deprecated),
                    location=fact.location,
                )
            )
    return found


def _cache_of(environ: Mapping[str, str]) -> Path | None:
    from supplymatrix.net.settings import read_env_files
    from supplymatrix.sources.modcache import module_cache

    values = {name: text for file in reversed(read_env_files(environ)) for name, text in file.values.items()}
    return module_cache(environ, values)


def _known(paths: Sequence[str], used: frozenset[str], *, whole: bool) -> dict[str, bool | None]:
    """Return what is known of each module. whole: every package was found, so that the others give none."""
    return {path: True if path in used else False if whole else None for path in paths}


def _in_a_line(text: str) -> str:
    return " ".join(text.split())[:_REASON]


def _listed(entry: GoListEntry, ours: Mapping[ModuleVersion, ListedModule]) -> ListedModule:
    """Return an entry of the go command's list, with what the go.mod files say of it beyond that."""
    module = ModuleVersion(path=entry.path, version=entry.version)
    known = ours.get(module)
    if known is not None:
        return known
    replacement = None
    if entry.replace is not None:
        path, version = entry.replace
        target = ModuleVersion(path=path, version=version) if version else None
        replacement = Replacement(target=target, directory="" if version else path, base="")
    return ListedModule(
        module=module,
        replacement=replacement,
        is_main=entry.is_main,
        is_indirect=entry.is_indirect,
        is_required=not entry.is_indirect,
        go_version=entry.go_version,
    )


def _placed(facts: Sequence[GraphModule], project: Project, module_lines: Mapping[str, Location]) -> list[GraphModule]:
    """Return facts with the places at which this project requires or replaces the modules, else its module line."""
    places: dict[str, Location] = {}
    for fact in project.facts:
        if isinstance(fact, ReplacedModule):
            places.setdefault(fact.subject.path, fact.location)
    for fact in project.facts:
        if isinstance(fact, RequiredModule):
            places[fact.subject.path] = fact.location
    own = module_lines.get(project.name)
    return [changed(fact, location=places.get(fact.subject.path) or own or fact.location) for fact in facts]


def _reached(graph: ModuleGraph, main: str) -> set[str]:
    """Return the paths to which the requires of a main module lead."""
    versions = {listed.module.path: listed.module for listed in graph.modules}
    reached, waiting = {main}, [ModuleVersion(path=main, version="")]
    while waiting:
        for required in graph.requires.get(waiting.pop(), ()):
            if required.path not in reached:
                reached.add(required.path)
                waiting.append(versions.get(required.path, required))
    return reached


def _no_graph(project: Project, reason: str, remedy: str) -> Iterator[Gap]:
    """Yield a gap for each required module: there is no graph, and none of them may pass for that."""
    wanted = f"{GRAPH_WANTED}{project.name}"
    required = [fact for fact in project.facts if isinstance(fact, RequiredModule)]
    for fact in required:
        yield Gap(wanted=wanted, reason=reason, remedy=remedy, subject=str(fact.subject), location=fact.location)
    if not required:
        yield Gap(wanted=wanted, reason=reason, remedy=remedy, subject=project.name)
