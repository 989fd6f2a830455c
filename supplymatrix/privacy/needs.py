"""Which modules the go command fetches something of, for one of its commands, before it is run.

    needs_of(facts, Scenario.BUILD)           # (NeededModule(…), …), and what the command would refuse

What is asked depends on the command:

- `build` (go build ./...): of a module that prunes its graph (go 1.17 and later) those required modules are
  fetched whose path is a prefix of a package that is imported, and no others; where a package is in none of them, the
  go.mod files of the whole graph too. An older module, and a workspace, always has the whole graph read. Nothing is
  asked for which go.sum has no line: the command stops there.
- `download` (go mod download): the whole graph, and every required module; below go 1.17 every module.
- `tidy` (go mod tidy): the whole graph, every module that gives packages to packages and tests of the project and to
  the tests of those; and for a package that no module has, each prefix of its path, as a module that might have it.
- `updates` (go list -m -u all): the whole graph, and of every module which versions there are, whether go.sum has a
  line for it or not.

What vendor/ holds is not asked for by `build`. With -mod=mod, `build` looks for packages that no module has as `tidy`
does. A replaced module is asked for by the name of its replacement, and not at all where that is a folder; but
`updates` asks for newer versions of the original, and so does whatever looks for a package that the replacement lacks.

Source: Go cmd/go/internal/modload (build.go, import.go, load.go, query.go), modcmd (download.go, tidy.go), modfetch
(fetch.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.errors import InputError
from supplymatrix.model.gap import SumKind
from supplymatrix.model.go_sources import SendReason
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion, check_module_path, split_path_version
from supplymatrix.model.value import changed, value

__all__ = ["COMMANDS", "NeededModule", "Needs", "ProjectNeeds", "Scenario", "WantedPackage", "needs_of", "reads_graph"]

_INFO, _MOD, _ZIP, _LIST, _LATEST = ".info", ".mod", ".zip", "@v/list", "@latest"
_ORDER = (_LIST, _LATEST, _INFO, _MOD, _ZIP)


class Scenario(StrEnum):
    """Which command is meant."""

    BUILD = "build"
    DOWNLOAD = "download"
    TIDY = "tidy"
    UPDATES = "updates"


COMMANDS: Mapping[Scenario, str] = MappingProxyType({
    Scenario.BUILD: "go build ./...",
    Scenario.DOWNLOAD: "go mod download",
    Scenario.TIDY: "go mod tidy",
    Scenario.UPDATES: "go list -m -u all",
})  # fmt: skip


@value(order=True)
class WantedPackage:
    """A package that is imported. owner: the module that gives it, "" where none does. absent: a module that may have
    it and is not on this machine, "" for none. is_tool: a tool line asks for it. location: of what asks for it."""

    path: str
    owner: str = ""
    absent: str = ""
    is_tool: bool = False
    location: Location = Location(artifact="go.mod")


@value
class ProjectNeeds:
    """What is known of a project.

    mains: paths of its main modules. selected: path → what is taken for it, None = a folder; every module of the build
    list but the main ones. required: paths that go.mod requires. graph_files: whose go.mod the graph is read from.
    packages: imported, none of the standard library. is_whole: all packages are known, so that no others are imported.
    sums: the lines of go.sum. replaced: paths that a replace line names → what it leads to, required or not. prunes:
    go.mod is of go 1.17 or later. is_vendored: builds take packages from vendor/. mod: of -mod in GOFLAGS, "" without.
    cached: what the module cache has already, as (module, ".zip"). places: path → where it is required. toolchain: of
    what the go command fetches itself before all else, None = it does not; toolchain_by: the module whose go line makes
    it so, for a command that finds that out on its way, "" otherwise. in_folders: imported packages that are in a
    folder of a replace line that nothing requires. stops: why every command would ask nobody, in sentences.
    """

    mains: tuple[str, ...]
    selected: Mapping[str, ModuleVersion | None]
    required: frozenset[str]
    graph_files: tuple[ModuleVersion, ...]
    packages: tuple[WantedPackage, ...]
    is_whole: bool
    sums: frozenset[tuple[ModuleVersion, SumKind]]
    replaced: Mapping[str, ModuleVersion | None] = MappingProxyType({})
    prunes: bool = True
    is_workspace: bool = False
    is_vendored: bool = False
    mod: str = ""
    cached: frozenset[tuple[ModuleVersion, str]] = frozenset()
    places: Mapping[str, Location] = MappingProxyType({})
    toolchain: ModuleVersion | None = None
    toolchain_place: Location = Location(artifact="go.mod")
    toolchain_by: str = ""
    in_folders: frozenset[str] = frozenset()
    stops: tuple[str, ...] = ()


@value
class NeededModule:
    """One name that is asked for. version: "" for a module that might have a package. requests: what of it. looks_up:
    the log is asked for it where that is on, since go.sum has no line for something of it. is_sure, when: as in
    `NameSent`. package: the import that a name without a version is a prefix of. is_replaced: a replace line names it,
    and answers as soon as one place has no versions of it."""

    name: str
    version: str
    reason: SendReason
    location: Location
    requests: tuple[str, ...]
    looks_up: bool = False
    is_sure: bool = True
    when: str = ""
    package: str = ""
    is_replaced: bool = False


@value
class Needs:
    """modules: in the order of their names. refused: why the command would stop before it asks, in sentences."""

    modules: tuple[NeededModule, ...]
    refused: tuple[str, ...] = ()


def needs_of(project: ProjectNeeds, scenario: Scenario) -> Needs:
    """Return what a command asks for."""
    return _Finding(project, scenario).run()


def reads_graph(project: ProjectNeeds, scenario: Scenario) -> bool:
    """Return whether a command reads the go.mod files of the whole graph."""
    if scenario in (Scenario.BUILD, Scenario.UPDATES) and (project.is_vendored or project.mod == "vendor"):
        return False
    if scenario is not Scenario.BUILD or not project.prunes or project.is_workspace:
        return True
    near = {*project.required, *project.mains}
    built = [package for package in project.packages if not package.is_tool]
    return any(package.owner not in near if package.owner else package.absent not in near for package in built)


class _Finding:
    def __init__(self, project: ProjectNeeds, scenario: Scenario) -> None:
        self._project = project
        self._scenario = scenario
        self._requests: dict[ModuleVersion, set[str]] = {}
        self._unsure: dict[ModuleVersion, str] = {}
        self._reasons: dict[ModuleVersion, tuple[SendReason, Location]] = {}
        self._missing: dict[str, NeededModule] = {}
        self._unsummed: set[ModuleVersion] = set()
        self._refused: list[str] = []
        self._wants_sums = scenario is Scenario.BUILD and project.mod != "mod" and not project.is_workspace

    def run(self) -> Needs:
        project, scenario = self._project, self._scenario
        if project.stops:
            return Needs(modules=(), refused=project.stops)
        if scenario is Scenario.BUILD and not self._is_from_vendor():
            self._build()
        elif scenario is Scenario.TIDY:
            self._graph()
            self._imports(wants_info=False)
            self._look_for_missing()
            self._perhaps(project.selected)
        elif scenario is Scenario.DOWNLOAD:
            self._download()
        elif scenario is Scenario.UPDATES and not self._is_from_vendor():
            self._graph()
            for path in project.selected:
                self._need(path, _LIST, _INFO, _MOD)
            self._ask_originals()
        self._say_unsummed()
        return Needs(modules=tuple(self._modules()), refused=tuple(self._refused))

    def _is_from_vendor(self) -> bool:
        return self._project.is_vendored or self._project.mod == "vendor"

    def _build(self) -> None:
        project = self._project
        if reads_graph(project, self._scenario):
            self._graph()
        self._imports(wants_info=True)
        if project.mod == "mod" and not project.is_workspace:
            self._look_for_missing()
        self._perhaps(project.required)

    def _download(self) -> None:
        project = self._project
        self._graph()
        is_short = project.prunes and not project.is_workspace
        for path in project.required if is_short else project.selected:
            self._need(path, _INFO, _MOD, _ZIP)

    def _graph(self) -> None:
        for module in self._project.graph_files:
            self._add(module, _MOD)

    def _imports(self, *, wants_info: bool) -> None:
        """Need the modules whose path is a prefix of an imported package: each of them might have it."""
        project = self._project
        for package in project.packages:
            if package.is_tool and self._scenario is Scenario.BUILD:
                continue
            known = [prefix for prefix in _prefixes(package.path) if prefix in project.selected]
            near = [prefix for prefix in known if prefix in project.required or project.is_workspace]
            found_near = package.owner in near or package.absent in near or package.owner in project.mains
            for prefix in near if found_near else known:
                reason = SendReason.TOOL if package.is_tool else None
                self._need(prefix, _ZIP, reason=reason)
                if prefix in (package.owner, package.absent):
                    self._need(prefix, *((_INFO, _MOD) if wants_info else (_MOD,)), reason=reason)

    def _look_for_missing(self) -> None:
        """Need every prefix of a package that no module has: each is asked for as a module that might have it."""
        for package in self._project.packages:
            if package.owner or package.absent or "." not in package.path.partition("/")[0]:
                continue
            if package.path in self._project.in_folders:
                continue
            unlisted = self._unlisted()
            when = ""
            for prefix in _prefixes(package.path):
                target = unlisted.get(prefix)
                if target is not None:
                    self._add(target, _ZIP, place=package.location, reason=SendReason.IMPORTED)
                    when = f"{target} has no package {package.path}"
            self._ask_prefixes(package, when, unlisted)

    def _ask_prefixes(self, package: WantedPackage, when: str, replaced: Mapping[str, ModuleVersion | None]) -> None:
        for prefix in _prefixes(package.path):
            if prefix in self._project.mains or not _may_be_module(prefix):
                continue
            need = NeededModule(
                name=prefix,
                version="",
                reason=SendReason.TOOL if package.is_tool else SendReason.IMPORTED,
                location=package.location,
                requests=(_LIST, _LATEST),
                package=package.path,
                is_sure=not when,
                when=when,
                is_replaced=prefix in replaced,
            )
            known = self._missing.get(prefix)
            if known is None or (need.is_sure, len(need.package)) > (known.is_sure, len(known.package)):
                self._missing[prefix] = need

    def _ask_originals(self) -> None:
        """Need the versions of modules that a replace line stands in for: the go command tells of newer ones."""
        project = self._project
        for path, target in project.replaced.items():
            if path not in project.selected or (target is not None and target.path == path):
                continue
            if project.selected[path] is not None and project.selected[path] != target:
                continue  # it replaces another version
            self._missing[path] = NeededModule(
                name=path,
                version="",
                reason=SendReason.REQUIRED if path in project.required else SendReason.GRAPH,
                location=project.places.get(path, Location(artifact="go.mod")),
                requests=(_LIST,),
                is_replaced=True,
            )

    def _unlisted(self) -> Mapping[str, ModuleVersion | None]:
        """Return the replaces of modules that nothing requires."""
        project = self._project
        return {path: target for path, target in project.replaced.items() if path not in project.selected}

    def _perhaps(self, paths: Iterable[str]) -> None:
        """Note modules that may be needed, where packages are not known: what they import is on no disk here."""
        if self._project.is_whole:
            return
        when = "packages that are not on this machine import something of it"
        for path in paths:
            module = self._project.selected.get(path)
            if module is not None and module not in self._requests:
                self._unsure[module] = when
                self._need(path, _MOD, _ZIP)

    def _need(self, path: str, *requests: str, reason: SendReason | None = None) -> None:
        """Need something of a module of the build list."""
        project = self._project
        module = project.selected.get(path)
        if module is None:
            return
        place = project.places.get(path, Location(artifact="go.mod"))
        told = reason or (SendReason.REQUIRED if path in project.required else SendReason.GRAPH)
        self._add(module, *requests, place=place, reason=told)

    def _add(
        self,
        module: ModuleVersion,
        *requests: str,
        place: Location | None = None,
        reason: SendReason = SendReason.GRAPH,
    ) -> None:
        if self._wants_sums:
            requests = tuple(request for request in requests if self._is_summed(module, request))
        if not requests:
            return
        self._requests.setdefault(module, set()).update(requests)
        known = self._reasons.get(module)
        if known is None or (place is not None and known[0] in (SendReason.GRAPH, SendReason.TOOL)):
            where = place or self._project.places.get(module.path) or Location(artifact="go.mod")
            self._reasons[module] = (reason, where)

    def _is_summed(self, module: ModuleVersion, request: str) -> bool:
        """Return whether a request is made at all by a command that demands go.sum lines."""
        kind = {_ZIP: SumKind.ZIP, _MOD: SumKind.GO_MOD}.get(request)
        sums = self._project.sums
        has_line = (module, kind) in sums if kind is not None else {(module, each) for each in SumKind} & sums
        if not has_line and request == _ZIP and self._scenario is Scenario.BUILD:
            self._unsummed.add(module)
        return bool(has_line)

    def _say_unsummed(self) -> None:
        if self._unsummed:
            first, count = min(self._unsummed), len(self._unsummed)
            more = f" ({count:,} such modules)" if count > 1 else ""
            command = COMMANDS[self._scenario]
            self._refused.append(f"go.sum has no line for {first}{more}: {command} stops before it asks for it")

    def _modules(self) -> Iterator[NeededModule]:
        project = self._project
        if project.toolchain is not None and (project.toolchain, _ZIP) not in project.cached:
            yield NeededModule(
                name=project.toolchain.path,
                version=project.toolchain.version,
                reason=SendReason.TOOLCHAIN,
                location=project.toolchain_place,
                requests=(_LIST, _ZIP) if project.toolchain_by else (_ZIP,),
                looks_up=True,
            )
        found = [self._needed(module) for module in self._requests]
        found += self._missing.values()
        for need in sorted(found, key=lambda need: (need.name, need.version)):
            if need.requests or need.looks_up:
                yield need

    def _needed(self, module: ModuleVersion) -> NeededModule:
        asked = self._requests[module]
        reason, place = self._reasons[module]
        kinds = {SumKind.ZIP: _ZIP, SumKind.GO_MOD: _MOD}
        looks_up = any(kind in asked and (module, sums) not in self._project.sums for sums, kind in kinds.items())
        need = NeededModule(
            name=module.path,
            version=module.version,
            reason=reason,
            location=place,
            requests=tuple(kind for kind in _ORDER if kind in asked and (module, kind) not in self._project.cached),
            looks_up=looks_up,
        )
        when = self._unsure.get(module)
        return changed(need, is_sure=False, when=when) if when else need


def _prefixes(path: str) -> Iterator[str]:
    """Yield a package path and what it begins with, the longest first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _may_be_module(path: str) -> bool:
    """Return whether the go command asks for a prefix: a module could be called so."""
    if not split_path_version(path)[2]:
        return False
    try:
        check_module_path(path)
    except InputError:
        return False
    return True
