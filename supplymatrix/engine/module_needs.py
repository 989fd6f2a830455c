"""What a project needs of modules, read from its files and from the module cache: what the go command would ask for.

read = read_needs(project, environ, Scenario.TIDY, warm=False)
read.project, read.gaps

Nothing is run and nobody is asked. What the module cache does not have cannot be followed: that is a gap, and the
modules that may be needed beyond it are not sure.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.graph_inputs import GraphInputs, read_inputs
from supplymatrix.engine.module_graph import cache_of, graph_of_files
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import BuildContext
from supplymatrix.gomod.goversion import go_version_key, is_toolchain, language_version
from supplymatrix.gomod.modfile import Replace
from supplymatrix.gomod.module_graph import Absent, ModuleGraph, WantedFile
from supplymatrix.gomod.toolchain import toolchain_module
from supplymatrix.model.fact import SumLine
from supplymatrix.model.gap import Gap, SumKind
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.privacy.needs import ProjectNeeds, Scenario, WantedPackage, reads_graph
from supplymatrix.privacy.refused import stops
from supplymatrix.sources.build_target import BuildTarget, find_target, flag_of, host_target
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.packages import NO_MODULE, MissingPackage, PackageFindings, VendorFolder, find_packages
from supplymatrix.sources.project import Project, is_file, read_project

__all__ = ["ReadNeeds", "logged_paths", "read_needs"]

_NOT_FOR_THIS_BUILD = ("build constraints exclude", "it has test files only")
_FIRST_PRUNING = go_version_key("1.17")
_WITH_DOT_ZERO = go_version_key("1.21")
_MOST_PLACES = 50  # imports whose line is looked for
_MOST_FILES = 200  # files of a package in which it is looked for
_LONGEST = 1 << 20


@value
class ReadNeeds:
    """project: what it needs; gaps: what keeps that from being all. cache: the module cache, None when none is known.
    notes: what is to be known, in sentences."""

    project: ProjectNeeds
    gaps: tuple[Gap, ...]
    cache: Path | None
    notes: tuple[str, ...] = ()


def read_needs(
    project: Project, environ: Mapping[str, str], scenario: Scenario, *, warm: bool, gowork: str = ""
) -> ReadNeeds:
    """Return what a project needs. warm: what the module cache has is not needed. gowork: of GOWORK.

    Raises InputError for a project without a go.mod that can be read.
    """
    stops = ""
    if scenario is Scenario.TIDY or gowork == "off":  # go mod tidy knows no workspace
        project = project if project.workspace is None else read_project(project.root)
    elif gowork and not (os.path.isabs(gowork) and is_file(Path(gowork))):  # noqa: PTH117 - a text
        stops = "GOWORK names no file that is there by an absolute path: the go command stops"
    elif project.workspace is None:
        project = _in_workspace(project, gowork)
    return _Reading(project, environ, scenario, warm=warm).run(stops)


def _in_workspace(project: Project, gowork: str) -> Project:
    """Return a project as a member of the workspace that the go command would find for it; itself where there is none.

    gowork: a go.work that is named. Raises InputError for a workspace that cannot be read.
    """
    from supplymatrix.sources.subjects import find_subjects, read_subject

    root = Path(os.path.realpath(project.root))
    named = [Path(gowork)] if gowork else [folder / "go.work" for folder in (root, *root.parents)]
    found = next((path for path in named if is_file(path)), None)
    for subject in find_subjects((found,), recursive=False).subjects if found is not None else ():
        if Path(os.path.realpath(subject.path)) in (root, root / "go.mod"):
            return read_subject(subject)
    return project


def logged_paths(
    cache: Path | None, modules: Iterable[ModuleVersion], environ: Mapping[str, str] = MappingProxyType({})
) -> frozenset[str]:
    """Return the paths of modules that the public log is known to have: the go command has kept its answer, or a check
    has. environ: says where the cache of checks is."""
    from supplymatrix.sumdb.known import GO_LOG_NAME

    names: dict[str, str] = {}
    for module in modules:
        try:
            names[f"lookup/{module.escaped_path}@{module.escaped_version}"] = module.path
        except InputError:
            continue
    folder = cache / "cache" / "download" / "sumdb" / GO_LOG_NAME if cache is not None else None
    found = {path for name, path in names.items() if folder is not None and (folder / name).is_file()}
    left = [name for name, path in names.items() if path not in found]
    return frozenset({*found, *(names[name] for name in _checked(left, environ))})


def _checked(names: Sequence[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what checks have kept the log's answer for; nothing is written where they have not kept anything."""
    from supplymatrix.net.cache import LogCache
    from supplymatrix.net.folders import cache_folder_if_any
    from supplymatrix.sumdb.known import GO_LOG_KEY, GO_LOG_NAME
    from supplymatrix.sumdb.note import parse_verifier_key

    folder = cache_folder_if_any(environ) if names else None
    if folder is None or not any(folder.glob("sumdb-*.sqlite")):
        return
    kept = LogCache.open(folder, GO_LOG_NAME, parse_verifier_key(GO_LOG_KEY).key_hash)
    try:
        yield from (name for name, data in kept.get_many(names).items() if data)
    finally:
        kept.close()


class _Reading:
    def __init__(self, project: Project, environ: Mapping[str, str], scenario: Scenario, *, warm: bool) -> None:
        from supplymatrix.net.settings import read_env_values

        self._project = project
        self._environ = environ
        self._scenario = scenario
        self._warm = warm
        self._inputs: GraphInputs = read_inputs(project)
        self._values = read_env_values(environ)
        self._cache = cache_of(environ)
        self._files = ModFiles(self._cache, self._inputs.hashes, self._inputs.folders)
        self._wanted: dict[ModuleVersion, None] = {}
        self._gaps: list[Gap] = []
        self._notes: list[str] = []
        self._stops: list[str] = []
        self._unread: set[ModuleVersion] = set()

    def run(self, stop: str = "") -> ReadNeeds:
        """Return the needs. stop: why the go command asks nobody, "" when it does."""
        said = {name: self._environ.get(name) or self._values.get(name, "") for name in ("GOFLAGS", "GO111MODULE")}
        is_workspace = self._inputs.go_work is not None
        reasons = (*((stop,) if stop else ()), *stops(said, self._scenario, is_workspace=is_workspace))
        if reasons:
            return self._nothing(reasons)
        target = find_target(self._environ, self._values, goos="", goarch="", cgo=None, tags=None)
        graph = graph_of_files(self._inputs, self._read_file)
        vendored = self._vendored(target)
        packages, is_whole = self._packages(graph, target) if vendored is None else ((), True)
        needs = self._needs(graph, packages, is_whole=is_whole, target=target, is_vendored=vendored is not None)
        if reads_graph(needs, self._scenario):
            self._tell_graph(graph)
        for text in target.unfollowed_files:
            self._miss("what go.mod says", f"{text} is not reckoned with here", "unset it, or build without it")
        return ReadNeeds(project=needs, gaps=tuple(self._gaps), cache=self._cache, notes=tuple(self._notes))

    def _nothing(self, reasons: tuple[str, ...]) -> ReadNeeds:
        """Return that nobody is asked, and why."""
        needs = ProjectNeeds(
            mains=tuple(main.path for main in self._inputs.mains), selected={}, required=frozenset(), graph_files=(),
            packages=(), is_whole=True, sums=frozenset(), stops=reasons,
        )  # fmt: skip
        return ReadNeeds(project=needs, gaps=(), cache=self._cache, notes=tuple(self._notes))

    def _read_file(self, wanted: WantedFile) -> bytes | Absent:
        module = wanted.effective
        if module is not None:
            self._wanted[module] = None
            if self._wants_sums and module not in self._inputs.hashes:
                self._unread.add(module)
                return Absent(reason="go.sum has no line for it, so that the go command does not read it")
        return self._files.read(wanted)

    @property
    def _wants_sums(self) -> bool:
        """Whether the go command looks for updates without the go.mod files that go.sum has no line for."""
        flags = self._environ.get("GOFLAGS") or self._values.get("GOFLAGS", "")
        is_readonly = flag_of(flags, "mod") != "mod" and self._inputs.go_work is None
        return self._scenario is Scenario.UPDATES and is_readonly

    def _needs(
        self,
        graph: ModuleGraph,
        packages: tuple[WantedPackage, ...],
        *,
        is_whole: bool,
        target: BuildTarget,
        is_vendored: bool,
    ) -> ProjectNeeds:
        inputs = self._inputs
        mains = tuple(main.path for main in inputs.mains)
        selected = {entry.module.path: entry.effective for entry in graph.modules if not entry.is_main}
        go = inputs.mains[0].go_mod.go if inputs.mains else None
        toolchain, place, by = self._toolchain(graph)
        return ProjectNeeds(
            mains=mains,
            selected=selected,
            required=frozenset(entry.module.path for main in inputs.mains for entry in main.go_mod.require),
            graph_files=tuple(self._wanted),
            packages=packages,
            is_whole=is_whole,
            sums=self._sums(),
            replaced=self._replaced(),
            in_folders=frozenset(self._in_folders(packages, selected)),
            prunes=go is not None and go_version_key(go.text) >= _FIRST_PRUNING,
            is_workspace=inputs.go_work is not None,
            is_vendored=is_vendored,
            mod=target.mod,
            cached=self._cached({*self._wanted, *filter(None, selected.values())}, toolchain),
            places=self._places(),
            toolchain=toolchain,
            toolchain_place=place,
            toolchain_by=by,
            stops=tuple(self._stops),
        )

    def _sums(self) -> frozenset[tuple[ModuleVersion, SumKind]]:
        """Return which lines go.sum has; in a workspace, those of all its members and of go.work.sum."""
        from supplymatrix.sources.workspace import read_workspace

        lines = [fact for fact in self._project.facts if isinstance(fact, SumLine)]
        if self._inputs.work_path is not None:
            workspace = read_workspace(self._inputs.work_path)
            found = [*workspace.sums.values(), *(member.files.go_sum for member in workspace.members if member.files)]
            lines += [line for sums in found if sums is not None for line in sums.lines]
        return frozenset((line.subject, line.kind) for line in lines)

    def _replaces(self) -> Iterator[tuple[Replace, Path]]:
        """Yield the replace lines, each with the folder that its own begins in."""
        for main in self._inputs.mains:
            yield from ((entry, main.folder) for entry in main.go_mod.replace)
        if self._inputs.go_work is not None:
            yield from ((entry, self._inputs.folder) for entry in self._inputs.go_work.replace)

    def _replaced(self) -> dict[str, ModuleVersion | None]:
        return {
            entry.old.path: None
            if entry.is_directory
            else ModuleVersion(path=entry.new_path, version=entry.new_version)
            for entry, _ in self._replaces()
        }

    def _in_folders(
        self, packages: Iterable[WantedPackage], selected: Mapping[str, ModuleVersion | None]
    ) -> Iterator[str]:
        """Yield imported packages that a folder has which a replace line of an unrequired module names."""
        folders = {
            entry.old.path: Path(os.path.normpath(base / entry.new_path))
            for entry, base in self._replaces()
            if entry.is_directory and entry.old.path not in selected
        }
        for package in packages if folders else ():
            if not (package.owner or package.absent) and any(
                _has_package(folder, package.path, path) for path, folder in folders.items()
            ):
                yield package.path

    def _places(self) -> dict[str, Location]:
        """Return where each module is required; of a workspace's other members, with their folder."""
        found: dict[str, Location] = {}
        for main in self._inputs.mains:
            below = os.path.relpath(main.folder, self._project.root).replace(os.sep, "/")
            for entry in main.go_mod.require:
                place = entry.location
                if below != ".":
                    place = Location(artifact=f"{below}/{place.artifact}", line=place.line, column=place.column)
                found.setdefault(entry.module.path, place)
        return found

    def _vendored(self, target: BuildTarget) -> bool | None:
        """Return True where the command takes its packages from vendor/, else None."""
        from supplymatrix.sources.vendor_list import Vendored, inconsistencies, is_vendor_used, read_vendor_list

        inputs = self._inputs
        if self._scenario in (Scenario.TIDY, Scenario.DOWNLOAD) or not inputs.mains:
            return None
        project = Vendored(
            mains=[(main.path, main.folder, main.go_mod) for main in inputs.mains],
            work=(inputs.go_work, inputs.folder) if inputs.go_work is not None else None,
        )
        try:
            listed = read_vendor_list(inputs.folder / "vendor" / "modules.txt")
        except InputError as err:
            self._miss("what vendor/ holds", err.diagnostics[0].message, "go mod vendor")
            return True if target.mod in ("", "vendor") else None
        if not is_vendor_used(inputs.folder, listed, project, mod=target.mod):
            return None
        fault = next(iter(inconsistencies(listed, project)), "") if listed is not None else "it has no modules.txt"
        if fault:
            self._notes.append(f"vendor/ does not fit go.mod, and the go command stops there: {fault}")
        else:
            self._notes.append("packages are taken from vendor/: nobody is asked for modules")
        return True

    def _packages(self, graph: ModuleGraph, target: BuildTarget) -> tuple[tuple[WantedPackage, ...], bool]:
        """Return the packages that are imported, and whether these are all."""
        if self._scenario not in (Scenario.BUILD, Scenario.TIDY) or not self._inputs.mains:
            return (), True
        tools = {entry.path: entry.location for main in self._inputs.mains for entry in main.go_mod.tool}
        found = self._search(graph, target, tools)
        needed: dict[tuple[str, str], WantedPackage] = {}
        mains = {main.path for main in self._inputs.mains}
        of_tools = _led_to(tools, found.importers)
        for owner, paths in found.used.items():
            if owner not in mains:
                for path in paths:
                    is_tool = path in tools or path in of_tools
                    needed[path, ""] = WantedPackage(path=path, owner=owner, is_tool=is_tool)
        is_whole = True
        places = _ImportPlaces({main.path: main.folder for main in self._inputs.mains}, self._project.root)
        for missing in found.missing:
            if missing.reason.startswith(_NOT_FOR_THIS_BUILD) or (missing.import_path, "") in needed:
                continue
            if missing.absent or missing.reason == NO_MODULE:
                is_tool = missing.import_path in tools
                place = tools[missing.import_path] if is_tool else places.of(missing)
                key = (missing.import_path, missing.absent)
                needed[key] = WantedPackage(
                    path=missing.import_path, absent=missing.absent, is_tool=is_tool, location=place
                )
            is_whole = is_whole and missing.reason == NO_MODULE
        if not is_whole:
            self._tell_missing([entry for entry in found.missing if entry.reason != NO_MODULE])
        return tuple(needed[key] for key in sorted(needed)), is_whole

    def _search(self, graph: ModuleGraph, target: BuildTarget, tools: Mapping[str, Location]) -> PackageFindings:
        mains = {main.path: main.folder for main in self._inputs.mains}
        modules: dict[str, Path | None] = {}
        for entry in graph.modules:
            if not entry.is_main:
                of_cache = self._files.folder_in_cache(entry.effective) if entry.effective is not None else None
                replacement = entry.replacement
                is_folder = entry.effective is None and replacement is not None
                modules[entry.module.path] = (
                    self._files.folder_of(replacement) if is_folder and replacement is not None else of_cache
                )
        if self._scenario is Scenario.TIDY:
            return _anywhere(mains, modules, target, tools)
        context = BuildContext(
            goos=target.goos,
            goarch=target.goarch,
            cgo=target.cgo,
            tags=frozenset(target.tags),
            go_minor=target.go_minor,
        )
        roots = {self._project.name} & set(mains) if self._inputs.go_work is not None else None
        vendor: VendorFolder | None = None
        return find_packages(mains, modules, context=context, vendor=vendor, roots=roots)

    def _toolchain(self, graph: ModuleGraph) -> tuple[ModuleVersion | None, Location, str]:
        """Return the Go that the go command fetches, where that is asked for, and by which module of the graph: ""
        where it is fetched before anything else is done."""
        from supplymatrix.net.settings import building_goroot
        from supplymatrix.sources.go_root import go_version_of

        nowhere = Location(artifact="go.mod")
        root = building_goroot(self._environ)
        local = go_version_of(root) if root is not None else ""
        chosen = self._environ.get("GOTOOLCHAIN") or self._values.get("GOTOOLCHAIN", "")
        if not local:
            self._notes.append("no Go was found here: whether it would fetch another one is not known")
            return None, nowhere, ""
        chosen = chosen or "auto"
        mode = chosen.partition("+")[2] or chosen
        wanted, place = self._wanted_go(chosen, local)
        by = ""
        if mode == "auto" and wanted in ("", f"go{local}") and self._scenario in (Scenario.TIDY, Scenario.DOWNLOAD):
            wanted, by = _newer_go(graph, local)
            place = self._places().get(by, nowhere)
        if not wanted or wanted == f"go{local}":
            return None, nowhere, ""
        if self._is_in_path(wanted):
            self._notes.append(f"{wanted} is in PATH, so that it is not fetched")
            return None, nowhere, ""
        if mode == "path":
            self._stops.append(
                f"{wanted} is asked for, and is not in PATH: with GOTOOLCHAIN={chosen} the command stops"
            )
            return None, nowhere, ""
        return toolchain_module(wanted.removeprefix("go"), "-".join(host_target())), place, by

    def _wanted_go(self, chosen: str, local: str) -> tuple[str, Location]:
        """Return the toolchain that runs, "go1.26.8". Source: Go cmd/go/internal/toolchain (Select)."""
        least, plus, mode = chosen.partition("+")
        if chosen in ("auto", "path"):
            least, mode = "local", chosen
        wanted, place = ("" if least == "local" else least), Location(artifact="")
        if wanted and not is_toolchain(wanted):
            self._miss("which Go builds", "GOTOOLCHAIN is none that the go command takes", "mend GOTOOLCHAIN")
            return "", place
        if (plus or mode) and mode in ("auto", "path"):
            wanted, place = self._from_files(wanted, wanted.removeprefix("go").partition("-")[0] or local, place)
        return wanted, place

    def _from_files(self, wanted: str, version: str, place: Location) -> tuple[str, Location]:
        file = self._inputs.go_work or (self._inputs.mains[0].go_mod if self._inputs.mains else None)
        if file is None or (file.toolchain is not None and file.toolchain.text == "default"):
            return wanted, place
        line, go = file.toolchain, file.go
        if line is not None and is_toolchain(line.text):
            asked = line.text.removeprefix("go").partition("-")[0]
            if go_version_key(asked) > go_version_key(version):
                wanted, version, place = line.text, asked, line.location
        if go is not None and go_version_key(go.text) > go_version_key(version):
            wanted, place = f"go{_with_dot_zero(go.text)}", go.location
        return wanted, place

    def _is_in_path(self, name: str) -> bool:
        folders = [folder for folder in self._environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]  # noqa: PTH117 - a text
        return any(os.access(os.path.join(folder, name), os.X_OK) for folder in folders)  # noqa: PTH118

    def _cached(
        self, modules: Iterable[ModuleVersion], toolchain: ModuleVersion | None
    ) -> frozenset[tuple[ModuleVersion, str]]:
        if not self._warm or self._cache is None:
            return frozenset()
        found: set[tuple[ModuleVersion, str]] = set()
        for module in (*modules, *((toolchain,) if toolchain is not None else ())):
            try:
                path, version = module.escaped_path, module.escaped_version
            except InputError:
                continue
            stem = self._cache / "cache" / "download" / path / "@v" / version
            found.update((module, kind) for kind in (".info", ".mod", ".zip") if os.path.isfile(f"{stem}{kind}"))  # noqa: PTH113
            if (self._cache / f"{path}@{version}").is_dir():
                found.add((module, ".zip"))
        return frozenset(found)

    def _tell_graph(self, graph: ModuleGraph) -> None:
        missing = [entry for entry in graph.missing if entry.wanted.effective not in self._unread]
        if missing:
            first, count = missing[0], len(missing)
            reason = f"go.mod of {first.wanted.module}: {first.reason}" + (
                f" ({count:,} such files)" if count > 1 else ""
            )
            self._miss("what the module graph is", reason, first.remedy or "go mod download")

    def _tell_missing(self, missing: Sequence[MissingPackage]) -> None:
        faults = [entry for entry in missing if not entry.reason.startswith(_NOT_FOR_THIS_BUILD)]
        if faults:
            more = f" ({len(faults):,} such packages)" if len(faults) > 1 else ""
            reason = f"{faults[0].import_path}: {faults[0].reason}{more}"
            self._miss("which packages are imported", reason, "go mod download, and run again")

    def _miss(self, wanted: str, reason: str, remedy: str) -> None:
        self._gaps.append(Gap(wanted=wanted, reason=reason, remedy=remedy, subject=self._inputs.name))


def _has_package(folder: Path, package: str, module: str) -> bool:
    """Return whether a folder has a package of the module that it stands for, which no module within it has."""
    if package != module and not package.startswith(f"{module}/"):
        return False
    at = folder
    try:
        for name in package[len(module) + 1 :].split("/") if package != module else ():
            at /= name
            if is_file(at / "go.mod"):
                return False
        with os.scandir(at) as entries:
            return any(entry.name.endswith(".go") and entry.is_file() for entry in entries)
    except (OSError, ValueError):
        return False


def _newer_go(graph: ModuleGraph, local: str) -> tuple[str, str]:
    """Return the newest Go that a module of the graph asks for, and which one; ("", "") where the one here will do."""
    newest, by = local, ""
    for entry in graph.modules:
        if not entry.is_main and entry.go_version and go_version_key(entry.go_version) > go_version_key(newest):
            newest, by = entry.go_version, entry.module.path
    return (f"go{_with_dot_zero(newest)}", by) if by else ("", "")


def _with_dot_zero(version: str) -> str:
    """Return the first Go of a language version: "1.27.0" for "1.27"."""
    is_language = language_version(f"go{version}") == f"go{version}"
    return f"{version}.0" if is_language and go_version_key(version) >= _WITH_DOT_ZERO else version


def _anywhere(
    mains: Mapping[str, Path], modules: Mapping[str, Path | None], target: BuildTarget, tools: Mapping[str, Location]
) -> PackageFindings:
    """Return the packages of builds for every platform and with every tag, as `go mod tidy` looks for them."""
    from supplymatrix.gomod.any_platform import AnyPlatform

    def look(tags: Iterable[str]) -> PackageFindings:
        context = AnyPlatform(tags=frozenset(tags), go_minor=target.go_minor)
        return find_packages(mains, modules, context=context, tests=True, also=tools, every_test=True)

    found = look(target.tags)
    if not found.unmet_tags:
        return found
    more = look((*target.tags, *found.unmet_tags))
    used = {
        module: tuple(sorted({*found.used.get(module, ()), *more.used.get(module, ())}))
        for module in sorted({*found.used, *more.used})
    }
    return PackageFindings(
        used=used,
        importers={**more.importers, **found.importers},
        missing=tuple(sorted({*found.missing, *more.missing})),
    )


def _led_to(tools: Iterable[str], importers: Mapping[str, str]) -> set[str]:
    """Return the packages that are there for tools alone: those that lead back to one of them."""
    named = {*tools}
    known: dict[str, bool] = {}
    for path in importers:
        way: list[str] = []
        at = path
        while at and at not in known and at not in named and len(way) < len(importers):
            way.append(at)
            at = importers.get(at, "")
        is_tool = at in named or known.get(at, False)
        known |= dict.fromkeys(way, is_tool)
    return {path for path, is_tool in known.items() if is_tool}


class _ImportPlaces:
    """Finds the lines in which packages of main modules import what no module has. mains: path → folder."""

    def __init__(self, mains: Mapping[str, Path], root: Path) -> None:
        self._mains = mains
        self._root = root
        self._looked = 0

    def of(self, missing: MissingPackage) -> Location:
        """Return the line of the first import, the go.mod where it is not found."""
        folder = self._folder(missing.importer)
        self._looked += 1
        if folder is None or self._looked > _MOST_PLACES:
            return Location(artifact="go.mod")
        quoted = f'"{missing.import_path}"'.encode()
        try:
            entries = [entry.name for entry in os.scandir(folder) if entry.name.endswith(".go") and entry.is_file()]
            for name in sorted(entries)[:_MOST_FILES]:
                with (folder / name).open("rb") as file:
                    place = _place_in(file.read(_LONGEST), quoted)
                if place is not None:
                    shown = os.path.relpath(folder / name, self._root).replace(os.sep, "/")
                    line, column = place
                    return Location(
                        artifact=shown, line=line, column=column, end_line=line, end_column=column + len(quoted)
                    )
        except (OSError, ValueError):
            pass
        return Location(artifact="go.mod")

    def _folder(self, importer: str) -> Path | None:
        for path, folder in self._mains.items():
            if importer == path:
                return folder
            if importer.startswith(f"{path}/"):
                return folder.joinpath(*importer[len(path) + 1 :].split("/"))
        return None


def _place_in(data: bytes, quoted: bytes) -> tuple[int, int] | None:
    at = data.find(quoted)
    return None if at < 0 else (data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at))
