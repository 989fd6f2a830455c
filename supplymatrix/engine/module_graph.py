"""The module graph of a project: its build list, who requires whom, which modules give packages, what is taken back.

run = GraphReader(os.environ).read(project)
run.graph, run.facts, run.gaps, run.notes

The build list is worked out here from the go.mod files of the module cache, each held against go.sum. Where there is a
`go`, it is asked as well, and it has the last word: a build does what it says. It is asked for nothing that would make
it fetch or run anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplymatrix.checks.graph_gaps import GRAPH_WANTED
from supplymatrix.engine.built_packages import BuiltPackages, PackagesBy, PackageSearch
from supplymatrix.engine.graph_inputs import GraphInputs, read_inputs
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.build_constraint import NEWEST_MINOR
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
from supplymatrix.sources.build_target import BuildTarget, find_target
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.project import Project

if TYPE_CHECKING:
    from supplymatrix.sources.go_command import GoCommand

__all__ = [
    "NO_GO",
    "GraphReader",
    "GraphRun",
    "ListedBy",
    "PackagesBy",
    "cache_of",
    "graph_of_files",
    "what_authors_say",
]

NO_GO = "it was not asked"
_REASON = 500  # characters of what an author says that are kept


class ListedBy(StrEnum):
    """Who says what the build list is."""

    GO = "go list"
    OWN = "go.mod files"


@value
class GraphRun:
    """A graph and what is known of its modules. graph: None when there is none; the gaps say why.

    facts: in the order of the build list. listed_by: who says what the list is; go_refused: why not the go command, ""
    when it is its list. packages_by: who says which modules give packages, for goos and goarch. module_lines: where the
    module line of each main module stands.

    cgo: whether C takes part. tags: of the build, sorted. packages: module path → import paths that the build takes
    from it, sorted; {} when nobody knows. test_packages: those that only the main modules' tests need, {} unless these
    were asked for. missing_packages, missing_test_packages: those that could not be found, so that there may be more of
    each; package_gaps: what else keeps the packages from being those of a build. with_c: module path → its files that
    import "C", with their packages; with_objects: likewise its object files (.syso); None when nobody looked. programs:
    packages of the main modules that are programs; None when nobody looked. importers, standard, standard_in_tests: as
    in `BuiltPackages`; None when nobody looked. from_vendor: a build takes packages from vendor/, and these are.
    go_minor: N of the go1.N that builds. inputs: what all this was worked out from, None when there was nothing to be
    read.
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
    cgo: bool = False
    tags: tuple[str, ...] = ()
    packages: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    test_packages: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    missing_packages: tuple[str, ...] = ()
    missing_test_packages: tuple[str, ...] = ()
    package_gaps: tuple[Gap, ...] = ()
    with_c: Mapping[str, tuple[tuple[str, Path], ...]] | None = None
    with_objects: Mapping[str, tuple[tuple[str, Path], ...]] | None = None
    programs: tuple[str, ...] | None = None
    importers: Mapping[str, str] | None = None
    standard: Mapping[str, str] | None = None
    standard_in_tests: Mapping[str, str] = MappingProxyType({})
    from_vendor: bool = False
    go_minor: int = NEWEST_MINOR
    inputs: GraphInputs | None = None


@value
class _Asked:
    go: bool
    own_first: bool
    tests: bool
    member: str
    unused_too: bool
    authors: bool


class GraphReader:
    """Reads graphs. environ: of the user; go: ask the go command too; goos, goarch: built for, "" = as the environment
    says, else this machine's.

    cgo: whether C takes part in the build, None = as the go command would decide it. tags: of the build, None = as
    GOFLAGS says. tests: look for the packages that the main modules' tests need too. own_first: what our own reading
    finds counts where it is complete, and the go command is asked only where it is not. member: the one main module of
    a workspace whose packages are built, "" = all of them. unused_too: find out what authors say of modules that give
    no package, too. authors: find out what they say at all.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        go: bool = True,
        goos: str = "",
        goarch: str = "",
        cgo: bool | None = False,
        tags: Iterable[str] | None = None,
        tests: bool = False,
        own_first: bool = False,
        member: str = "",
        unused_too: bool = True,
        authors: bool = True,
    ) -> None:
        self._environ = environ
        self._asked = _Asked(
            go=go, own_first=own_first, tests=tests, member=member, unused_too=unused_too, authors=authors
        )
        self._target = (goos, goarch, cgo)
        self._tags = tags
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
        from supplymatrix.net.settings import read_env_values

        goos, goarch, cgo = self._target
        values = read_env_values(self._environ)
        try:
            target = find_target(self._environ, values, goos=goos, goarch=goarch, cgo=cgo, tags=self._tags)
            return _Reading(read_inputs(project), project, self._environ, self._asked, target).run()
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
        self, inputs: GraphInputs, project: Project, environ: Mapping[str, str], asked: _Asked, target: BuildTarget
    ) -> None:
        self._inputs = inputs
        self._project = project
        self._environ = environ
        self._asked = asked
        self._cache = cache_of(environ)
        self._target = changed(target, go_minor=_go_minor(inputs, environ, self._cache))
        self._files = ModFiles(self._cache, inputs.hashes, inputs.folders)
        self._command: GoCommand | None = None
        self._refused = NO_GO
        self._notes: list[Note] = []
        self._gaps: list[Gap] = []

    def run(self) -> GraphRun:
        own = self._own()
        entries = self._list_by_go(own)
        graph = own if self._refused else self._with_go(own, entries)
        self._tell_graph(own, self._refused)
        built = self._find_packages(graph)
        found = {entry.path: entry for entry in entries}
        facts = [self._fact(listed, found.get(listed.module.path), built.gives) for listed in graph.modules]
        return GraphRun(
            name=self._inputs.name,
            graph=graph,
            facts=tuple(_placed(facts, self._project, self._inputs.module_lines)),
            gaps=tuple(self._gaps),
            notes=tuple(self._notes),
            listed_by=ListedBy.OWN if self._refused else ListedBy.GO,
            go_refused=self._refused,
            packages_by=built.by,
            goos=self._target.goos,
            goarch=self._target.goarch,
            module_lines=self._inputs.module_lines,
            cgo=self._target.cgo,
            tags=self._target.tags,
            packages=built.packages,
            test_packages=built.test_packages,
            missing_packages=built.faults,
            missing_test_packages=built.test_faults,
            package_gaps=built.gaps,
            with_c=built.with_c,
            with_objects=built.with_objects,
            programs=built.programs,
            importers=built.importers,
            standard=built.standard,
            standard_in_tests=built.standard_in_tests,
            from_vendor=built.from_vendor,
            go_minor=self._target.go_minor,
            inputs=self._inputs,
        )

    def _own(self) -> ModuleGraph:
        """Return the graph as the go.mod files have it."""
        return graph_of_files(self._inputs, self._files.read)

    def _list_by_go(self, own: ModuleGraph) -> tuple[GoListEntry, ...]:
        """Return the go command's build list, where it is asked for one and gives it."""
        if not self._asked.go or (self._asked.own_first and own.is_complete):
            return ()
        command = self._go_command()
        if command is None:
            self._refused = "there is no go in PATH"
            return ()
        try:
            entries = command.list_modules()
        except SourceError as err:
            self._refused = str(err)
            return ()
        self._refused = ""
        return entries

    def _usable_command(self) -> GoCommand | None:
        """Return the go command where it may be asked for packages: it must not have refused to list modules."""
        if not self._asked.go or self._refused not in ("", NO_GO):
            return None
        return self._go_command()

    def _go_command(self) -> GoCommand | None:
        from supplymatrix.sources.go_command import GoCommand, find_go

        go = find_go(self._environ)
        if self._command is None and go is not None:
            self._command = GoCommand(
                go,
                self._inputs.folder,
                self._environ,
                cache=self._cache,
                go_work=self._inputs.work_path,
                target=(self._target.goos, self._target.goarch),
                cgo=self._target.cgo,
                tags=self._target.tags,
            )
        return self._command

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
        why = _why_without_go(own, refused)
        if why:
            text = f"the build list was worked out from go.mod files; the go command did not give it: {why}"
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
        for text in self._target.unfollowed_files:
            self._miss("go.mod", "", f"{text} is not reckoned with here", "unset it, or build without it")
        for member, why in self._inputs.unusable:
            self._miss(f"member {member}", "", why, "mend the workspace, or check the member by itself")

    def _miss(self, wanted: str, subject: str, reason: str, remedy: str) -> None:
        wanted = f"{GRAPH_WANTED}{self._inputs.name}: {wanted}"
        self._gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, subject=subject))

    def _find_packages(self, graph: ModuleGraph) -> BuiltPackages:
        """Look for the packages that the build takes."""
        listed = {entry.module.path: entry for entry in graph.modules}
        search = PackageSearch(
            self._inputs,
            graph,
            self._target,
            folder_of=lambda path: self._folder(listed[path]),
            command=self._usable_command,
            tests=self._asked.tests,
            own_first=self._asked.own_first,
            member=self._asked.member,
        )
        found = search.run()
        self._notes += found.notes
        return found

    def _folder(self, listed: ListedModule) -> Path | None:
        if listed.effective is not None:
            return self._files.folder_in_cache(listed.effective)
        assert listed.replacement is not None  # noqa: S101 - no main module, and no module version: it is replaced
        return self._files.folder_of(listed.replacement)

    def _fact(self, listed: ListedModule, entry: GoListEntry | None, used: Mapping[str, bool | None]) -> GraphModule:
        from supplymatrix.gomod.dependency_file import is_retracted_by

        effective = listed.effective
        retracted = "; ".join(entry.retracted) if entry is not None else ""
        deprecated = entry.deprecated if entry is not None else ""
        is_asked = self._asked.unused_too or used.get(listed.module.path) is not False
        is_asked = is_asked and self._asked.authors
        newest = self._files.newest(effective.path) if effective is not None and is_asked else None
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


def _why_without_go(own: ModuleGraph, refused: str) -> str:
    """Return why the go command did not give the list, "" where nobody misses it: it lacks files that we need not."""
    from supplymatrix.sources.go_command import NOTHING_FETCHED

    if refused == NO_GO or (own.is_complete and NOTHING_FETCHED in refused):
        return ""
    if not own.missing or NOTHING_FETCHED not in refused:
        return refused
    first = own.missing[0]
    more = f" ({len(own.missing):,} such files)" if len(own.missing) > 1 else ""
    return f"{NOTHING_FETCHED}; go.mod of {first.wanted.module}: {first.reason}{more}; next: {first.remedy}"


def what_authors_say(required: Iterable[RequiredModule], environ: Mapping[str, str]) -> list[GraphModule]:
    """Return what the authors of single modules say of them, as far as this machine knows; no graph is read."""
    from supplymatrix.gomod.dependency_file import is_retracted_by

    files = ModFiles(cache_of(environ), {})
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


def cache_of(environ: Mapping[str, str]) -> Path | None:
    """Return the module cache of an environment, the go command's own settings file heeded; None if unknown."""
    from supplymatrix.net.settings import read_env_values
    from supplymatrix.sources.modcache import module_cache

    return module_cache(environ, read_env_values(environ))


def _go_minor(inputs: GraphInputs, environ: Mapping[str, str], cache: Path | None) -> int:
    """Return N of the go1.N that builds, as far as files say."""
    from supplymatrix.engine.sbom_go import find_go_release

    own = inputs.mains[0].go_mod if inputs.mains else None
    version = find_go_release(own, inputs.go_work, environ, cache).version
    minor = re.match(r"1\.([0-9]{1,4})", version)
    return int(minor[1]) if minor else NEWEST_MINOR


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
