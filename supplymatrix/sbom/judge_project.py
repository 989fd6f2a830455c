"""Hold a bill of materials against a project: what it lists, what it leaves out, who it says needs whom.

    statements = judge_project(sbom, ProjectWord(…))

A component counts as listed when it is what the build takes: of a replaced module its replacement. A module that gives
no package to the build may stand in the file or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sbom.judge import bare_purl
from supplymatrix.sbom.purl import STDLIB, Sameness, sameness
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["ProjectWord", "judge_project"]

_FIRST_PRUNING = go_version_key("1.17")


@value
class ProjectWord:
    """What a project is made of. used: module path → whether it gives packages to the build, None = nobody knows.

    tested: paths of modules that only its tests need. go_line: of its go.mod, "" without. go_version, go_source: the Go
    that builds it here, and how that is known, "" when nobody knows. platform: for which `used` holds.
    version, version_source: of the main module, and how it is known; without one, why it is not.
    """

    graph: ModuleGraph
    used: Mapping[str, bool | None] = MappingProxyType({})
    tested: frozenset[str] = frozenset()
    go_line: str = ""
    go_version: str = ""
    go_source: str = ""
    platform: str = ""
    version: str = ""
    version_source: str = ""

    @property
    def mains(self) -> frozenset[str]:
        """The paths of its main modules."""
        return frozenset(listed.module.path for listed in self.graph.modules if listed.is_main)


def judge_project(sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield what the file says of the project as a whole."""
    listing = _Listing(project)
    components = [*([sbom.main] if sbom.main is not None and sbom.main.is_go else []), *sbom.go_components]
    yield from _main(components, sbom, project)
    present: set[str] = set()
    subjects: dict[str, ListedModule] = {}
    for component in components:
        path, _ = bare_purl(component)
        if component.module is None or path in project.mains:
            listed = listing.main(path)
        elif component.module.path == STDLIB:
            present.add(STDLIB)
            yield _go_version(component, component.module.version, project)
            continue
        elif component.module.path == TOOLCHAIN_PATH:
            yield _go_version(component, _go_in(component.module.version), project)
            continue
        else:
            listed = listing.find(component.module)
            yield _listed(component, component.module, listed, project)
        if listed is not None:
            present.add(listed.module.path)
            subjects.setdefault(component.ref, listed)
            yield from _scope(component, listed, project)
    yield from _missing(present, project)
    yield from _edges(sbom, subjects, project)


class _Listing:
    """The build list, by all names under which a module may stand in a file."""

    def __init__(self, project: ProjectWord) -> None:
        self._mains = {listed.module.path: listed for listed in project.graph.modules if listed.is_main}
        self._names: dict[str, ListedModule] = {}
        others = [listed for listed in project.graph.modules if not listed.is_main]
        for listed in others:
            if listed.effective is not None:
                self._names.setdefault(listed.effective.path, listed)
        for listed in others:
            self._names[listed.module.path] = listed
        self._folded = {name.casefold(): listed for name, listed in self._names.items()}

    def main(self, path: str) -> ListedModule | None:
        """Return a main module."""
        return self._mains.get(path)

    def find(self, module: ModuleVersion) -> ListedModule | None:
        """Return the module of the build list that one of a file is, at whatever version."""
        return self._names.get(module.path) or self._folded.get(module.path.casefold())


def _main(components: list[ReadComponent], sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield whether the main module is named, and as what version."""
    named = [component for component in components if bare_purl(component)[0] in project.mains]
    if not named:
        said = sbom.main.title if sbom.main is not None else ""
        wanted = ", ".join(sorted(project.mains))
        found = f"the main module is {wanted}, and no component names it"
        yield Statement(topic=Topic.MAIN, truth=Truth.FALSE, subject=wanted, said=said, found=found)
        return
    for component in named:
        subject, said = bare_purl(component)
        yield Statement(topic=Topic.MAIN, truth=Truth.TRUE, subject=subject, said=f"it is {subject}")
        if not said:
            reason = "the file gives no version of it"
            yield Statement(topic=Topic.MAIN, truth=Truth.NO_EVIDENCE, subject=subject, said="", reason=reason)
        elif not project.version:
            reason = f"nobody here knows its version: {project.version_source}"
            yield Statement(topic=Topic.MAIN, truth=Truth.NOT_CHECKED, subject=subject, said=said, reason=reason)
        else:
            is_same = said == project.version
            found = "" if is_same else f"{project.version}, as {project.version_source} says"
            truth = Truth.TRUE if is_same else Truth.FALSE
            yield Statement(topic=Topic.MAIN, truth=truth, subject=subject, said=said, found=found)


def _listed(
    component: ReadComponent, module: ModuleVersion, listed: ListedModule | None, project: ProjectWord
) -> Statement:
    """Return whether a component is what the build takes."""
    truth, found, reason = Truth.FALSE, "", ""
    if listed is None:
        truth = Truth.FALSE if project.graph.is_complete else Truth.NOT_CHECKED
        found = "it is not in the build list" if project.graph.is_complete else ""
        reason = "" if found else "it is not in the build list, which lacks modules whose go.mod could not be read"
    elif listed.effective is None:
        directory = listed.replacement.directory if listed.replacement is not None else ""
        truth = Truth.FALSE if module.version else Truth.TRUE
        found = f"the folder {directory} is taken in its place" if module.version else ""
    else:
        alike = sameness(module, listed.effective)
        truth = Truth.TRUE if alike is Sameness.SAME else Truth.FALSE
        if alike is Sameness.CASE:
            found = f"it is spelt {listed.effective}"
        elif alike is Sameness.OTHER and not module.version:
            truth, reason = Truth.NO_EVIDENCE, "the file gives no version of it"
        elif alike is Sameness.OTHER:
            is_replaced = listed.effective.path != listed.module.path
            found = f"{listed.effective} is taken{' in its place' if is_replaced else ''}"
    return Statement(
        topic=Topic.BUILD_LIST, truth=truth, subject=component.title, said=str(module), found=found, reason=reason
    )


def _go_in(version: str) -> str:
    """Return the version of Go in that of the module as which its toolchain is fetched: v0.0.1-go1.26.8.linux-amd64."""
    return version.partition("-go")[2].rpartition(".")[0]


def _go_version(component: ReadComponent, said: str, project: ProjectWord) -> Statement:
    """Return whether the version of the standard library, or of the toolchain, can be, and is, the one that the project
    is built with."""
    truth, found, reason = Truth.NOT_CHECKED, "", ""
    if not said:
        truth, reason = Truth.NO_EVIDENCE, "the file gives no version of it"
    elif project.go_line and is_go_version(said) and go_version_key(said) < go_version_key(project.go_line):
        truth, found = Truth.FALSE, f"go.mod demands go {project.go_line} or later"
    elif said == project.go_version:
        truth, found = Truth.TRUE, f"as with {project.go_source}"
    elif project.go_version:
        reason = (
            f"here it is built with {project.go_version}, {project.go_source}; elsewhere it may be built with {said}"
        )
    else:
        reason = "nobody here knows which Go builds it"
    return Statement(topic=Topic.STDLIB, truth=truth, subject=component.title, said=said, found=found, reason=reason)


def _scope(component: ReadComponent, listed: ListedModule, project: ProjectWord) -> Iterator[Statement]:
    if not component.scope or listed.is_main:
        return
    path = listed.module.path
    used, only_tests = project.used.get(path), path in project.tested
    truth, found, reason = Truth.TRUE, "", ""
    if used is None:
        truth, reason = Truth.NOT_CHECKED, "nobody knows whether the build takes packages from it"
    elif component.scope == "required" and not used:
        who = "only tests take packages from it" if only_tests else "a build without tags takes no package from it"
        truth, found = Truth.FALSE, f"{who} ({project.platform})"
    elif component.scope != "required" and used:
        truth, found = Truth.FALSE, f"the build takes packages from it ({project.platform})"
    yield Statement(
        topic=Topic.SCOPE, truth=truth, subject=component.title, said=component.scope, found=found, reason=reason
    )


def _missing(present: set[str], project: ProjectWord) -> Iterator[Statement]:
    """Yield the modules that give packages to the build and are not in the file."""
    for listed in project.graph.modules:
        path = listed.module.path
        if not listed.is_main and project.used.get(path) and path not in present:
            subject = str(listed.effective or listed.module)
            found = "the build takes packages from it, and the file does not list it"
            yield Statement(topic=Topic.MISSING, truth=Truth.FALSE, subject=subject, said="", found=found)
    if STDLIB not in present:
        found = "every Go program has packages of it, and the file does not list it"
        yield Statement(topic=Topic.MISSING, truth=Truth.FALSE, subject="the standard library", said="", found=found)


def _edges(sbom: ReadSbom, subjects: Mapping[str, ListedModule], project: ProjectWord) -> Iterator[Statement]:
    """Yield whether modules require those that the file says they need."""
    for source, targets in sbom.edges.items():
        needing = subjects.get(source)
        if needing is None:
            continue
        key = needing.module
        required = project.graph.requires.get(key)
        paths = {module.path for module in required} if required is not None else set()
        for target in targets:
            needed = subjects.get(target)
            if needed is None or needed is needing:
                continue
            truth, found, reason = Truth.TRUE, "", ""
            if required is None:
                truth, reason = Truth.NOT_CHECKED, "its go.mod was not read"
            elif needed.module.path not in paths and _names_all(needing):
                truth, found = Truth.FALSE, "its go.mod does not require it"
            elif needed.module.path not in paths:
                truth = Truth.NOT_CHECKED
                reason = "its go.mod does not require it, and need not name all that its packages import"
            yield Statement(
                topic=Topic.EDGE,
                truth=truth,
                subject=f"{needing.effective or key} → {needed.effective or needed.module}",
                said="needs it",
                found=found,
                reason=reason,
            )


def _names_all(listed: ListedModule) -> bool:
    """Tell whether a module's go.mod names everything that its packages need, as it must from go 1.17 on."""
    return bool(listed.go_version) and go_version_key(listed.go_version) >= _FIRST_PRUNING
