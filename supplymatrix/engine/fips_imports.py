"""What the builds of a project import that is not approved: that of this machine, and those which its build files ask
for, each with its own system and tags.

found = read_imports(project, environ, runs)
found.packages, found.contexts, found.gaps
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.checks.crypto import CRYPTO_WANTED
from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS, BuildContext
from supplymatrix.model.fips import FipsMark, FipsPurpose, NonApprovedPackage
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from supplymatrix.engine.module_graph import GraphRun
    from supplymatrix.fips.go_runs import GoRun
    from supplymatrix.fips.non_approved import ProjectImports
    from supplymatrix.model.module import ModuleVersion
    from supplymatrix.sources.project import Project

__all__ = ["ImportsFound", "read_imports"]

_DOWNLOAD = "go mod download, with a go.sum that is proven first"
_MEND = "mend what it says, and run it again"
_MOST_BUILDS = 6
_MOST_C_FILES = 5_000
_C_LIMIT = 2 << 20
_Target = tuple[str, str, tuple[str, ...] | None]


@value
class ImportsFound:
    """packages: what is beside the module, of all builds together. marks: what their imports say of families.
    contexts: of the builds whose imports were followed. programs: how many there are in the project's module. place:
    its module line. with_modules: packages of other modules are built. gaps: why there may be more."""

    packages: tuple[NonApprovedPackage, ...]
    marks: tuple[FipsMark, ...]
    contexts: tuple[BuildContext, ...]
    programs: int
    place: Location
    with_modules: bool
    gaps: tuple[Gap, ...]


def read_imports(project: Project, environ: Mapping[str, str], runs: Sequence[GoRun]) -> ImportsFound:
    """Return what is imported. runs: go commands of the project's build files; those that make what is shipped say for
    which other systems, and with which tags, it is built."""
    from supplymatrix.engine.module_graph import GraphReader
    from supplymatrix.fips.sources import marks_of_imports

    shipped = [run for run in runs if run.makes and run.purpose is FipsPurpose.SHIPPED]
    cgo = not shipped or any(run.text("CGO_ENABLED") != "0" for run in shipped)
    member = project.name if project.workspace is not None else ""
    targets: list[_Target] = [("", "", None), *_targets(shipped)]
    graphs: list[GraphRun] = []
    for goos, goarch, tags in targets[:_MOST_BUILDS]:
        reader = GraphReader(
            environ, go=False, own_first=True, member=member, unused_too=False, cgo=cgo, goos=goos, goarch=goarch,
            tags=tags,
        )  # fmt: skip
        graphs.append(reader.read(project))
    packages, gaps = _together(project, graphs)
    if len(targets) > _MOST_BUILDS:
        gaps.append(_too_many(project, len(targets)))
    standard = {name: by for graph in reversed(graphs) for name, by in (graph.standard or {}).items()}
    names = (name for graph in graphs for built in graph.packages.values() for name in built)
    return ImportsFound(
        packages=packages,
        marks=marks_of_imports(standard, names),
        contexts=tuple(
            BuildContext(goos=one.goos, goarch=one.goarch, cgo=one.cgo, tags=frozenset(one.tags), go_minor=one.go_minor)
            for one in graphs
        ),
        programs=_programs(project, graphs),
        place=_module_line(project, graphs[0]),
        with_modules=any(path != project.name for graph in graphs for path in graph.packages),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _targets(runs: Iterable[GoRun]) -> Iterator[_Target]:
    """Yield for what build files build, each once, that which this machine builds by itself left out."""
    from supplymatrix.fips.build_file import tags_of_run

    found: dict[_Target, None] = {}
    for run in runs:
        tags = tuple(sorted(tag for tag in tags_of_run(run) if tag.replace("_", "").replace(".", "").isalnum()))
        goos, goarch = run.text("GOOS"), run.text("GOARCH")
        arch = goarch if goarch in KNOWN_ARCH else ""
        for system in (goos, *run.systems) if goos in KNOWN_OS or not run.systems else run.systems:
            found[system if system in KNOWN_OS else "", arch, tags or None] = None
    found.pop(("", "", None), None)
    yield from found


def _too_many(project: Project, number: int) -> Gap:
    return Gap(
        wanted=f"{CRYPTO_WANTED}{project.name}: what its builds for other systems import",
        reason=f"its build files build it in {number} ways, and {_MOST_BUILDS} are followed",
        remedy="look at the programs themselves: check --binary",
        subject=project.name,
        location=Location(artifact="go.mod"),
    )


def _programs(project: Project, graphs: Sequence[GraphRun]) -> int:
    own = {name for graph in graphs for name in graph.packages.get(project.name, ())}
    return len({name for graph in graphs for name in graph.programs or () if name in own})


def _module_line(project: Project, graph: GraphRun) -> Location:
    return graph.module_lines.get(project.name) or Location(artifact="go.mod")


def _together(project: Project, graphs: Sequence[GraphRun]) -> tuple[tuple[NonApprovedPackage, ...], list[Gap]]:
    found: dict[tuple[str, str, str, str], NonApprovedPackage] = {}
    gaps: list[Gap] = []
    for graph in graphs:
        packages, missing = _imports(project, graph)
        gaps += missing
        for one in packages:
            found.setdefault((one.package, one.module.path, one.module.version, one.what), one)
    return tuple(found.values()), gaps


def _imports(project: Project, graph: GraphRun) -> tuple[tuple[NonApprovedPackage, ...], list[Gap]]:
    """Return what one build imports that is not approved, and why there may be more."""
    from supplymatrix.engine.module_graph import PackagesBy
    from supplymatrix.fips.non_approved import ProjectImports, imported_by_project, modules_alone
    from supplymatrix.model.fact import RequiredModule

    required = {fact.subject.path: fact for fact in project.facts if isinstance(fact, RequiredModule)}
    places = {path: fact.location for path, fact in required.items()}
    if graph.graph is None or graph.packages_by is PackagesBy.NOBODY:
        listed = [one.effective or one.module for one in graph.graph.modules] if graph.graph is not None else []
        modules = listed or [fact.effective or fact.subject for fact in required.values()]
        return modules_alone(project.name, sorted(modules), places), [_no_imports(project, graph)]
    by_path = {one.module.path: one for one in graph.graph.modules}
    packages: dict[ModuleVersion, Sequence[str]] = {}
    for path, names in graph.packages.items():
        listed_one = by_path.get(path)
        if listed_one is not None:
            packages[listed_one.module] = names
    imports = ProjectImports(
        subject=project.name,
        packages=packages,
        standard=graph.standard or {},
        importers=graph.importers or {},
        own=frozenset(graph.packages.get(project.name, ())),  # another member of a workspace is none of it
        places=places,
        place=_module_line(project, graph),
    )
    gaps = [_no_imports(project, graph)] if graph.missing_packages or graph.package_gaps else []
    libraries, unread = _libraries(project, graph, imports)
    return (*imported_by_project(imports), *libraries), [*gaps, *unread]


def _libraries(
    project: Project, graph: GraphRun, imports: ProjectImports
) -> tuple[tuple[NonApprovedPackage, ...], list[Gap]]:
    """Return the C libraries with cryptography that files of a build ask the linker for."""
    from supplymatrix.fips.program import BINDINGS

    versions = {module.path: module for module in imports.packages}
    context = BuildContext(
        goos=graph.goos, goarch=graph.goarch, cgo=graph.cgo, tags=frozenset(graph.tags), go_minor=graph.go_minor
    )
    files = [
        (versions[path], package, file)
        for path, found in sorted((graph.with_c or {}).items())
        if path in versions and "/".join(path.split("/", 3)[:3]) not in BINDINGS
        for package, file in found
    ]
    found: dict[tuple[str, str], NonApprovedPackage] = {}
    gaps: list[Gap] = []
    if len(files) > _MOST_C_FILES:
        gaps.append(_c_gap(project, f"{len(files):,} files call C, and {_MOST_C_FILES:,} are read"))
    for module, package, file in files[:_MOST_C_FILES]:
        linked = _linked_by(file, context)
        if linked is None:
            gaps.append(_c_gap(project, f"a file of {package} that calls C cannot be read"))
            continue
        is_own = module.path == project.name
        for what, name, line in linked:
            place = imports.places.get(module.path) or imports.place
            if is_own:
                place = Location(artifact=_below(project.root, file), line=line, column=1)
            one = NonApprovedPackage(
                subject=project.name, package=name, module=module, what=what, how="linked", location=place, is_c=True,
                by=package, is_own=is_own,
            )  # fmt: skip
            found.setdefault((package, what), one)
    return tuple(found.values()), gaps


def _linked_by(file: Path, context: BuildContext) -> list[tuple[str, str, int]] | None:
    """Return which libraries with cryptography a file links: whose it is, its name, the line; None where it cannot be
    read."""
    from supplymatrix.errors import InputError
    from supplymatrix.fips.non_approved import library_of
    from supplymatrix.gomod.cgo_lines import cgo_directives, linked_by
    from supplymatrix.sources.files import read_limited

    try:
        data = read_limited(file, _C_LIMIT, "Go file")
    except InputError:
        return None
    found: list[tuple[str, str, int]] = []
    for directive in cgo_directives(data) if b"#cgo" in data else ():
        for linked in linked_by(directive) if directive.holds(context) else ():
            whose = library_of(linked.name)
            if whose:
                found.append((whose, linked.name, directive.line))
    return found


def _below(root: Path, file: Path) -> str:
    try:
        return file.relative_to(root).as_posix()
    except ValueError:
        return file.name


def _c_gap(project: Project, reason: str) -> Gap:
    return Gap(
        wanted=f"{CRYPTO_WANTED}{project.name}: C libraries that it links",
        reason=reason,
        remedy="look at the program itself: check --binary",
        subject=project.name,
        location=Location(artifact="go.mod"),
    )


def _no_imports(project: Project, graph: GraphRun) -> Gap:
    """Return why there may be more imports than were seen."""
    wanted = f"{CRYPTO_WANTED}{project.name}: what its build imports"
    reasons = [*(f"{gap.wanted}: {gap.reason}" for gap in graph.gaps), *(gap.reason for gap in graph.package_gaps)]
    if graph.missing_packages:
        more = f" (and {len(graph.missing_packages) - 1:,} more)" if len(graph.missing_packages) > 1 else ""
        reasons.insert(0, f"a package could not be found: {graph.missing_packages[0]}{more}")
    reason = reasons[0] if reasons else "the packages of the build could not be told"
    return Gap(
        wanted=wanted,
        reason=reason,
        remedy=_DOWNLOAD if "not on this machine" in reason or "go.mod of" in reason else _MEND,
        subject=project.name,
        location=Location(artifact="go.mod"),
    )
