"""Hold a bill of materials against a project: what it lists, what it leaves out, who it says needs whom.

    statements = judge_project(sbom, ProjectWord(…))

A component counts as listed when it is what the build takes: of a replaced module its replacement. A module that gives
no package to the build may stand in the file or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from supplymatrix.errors import InputError
from supplymatrix.gomod.goversion import go_version_key, is_go_version
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.sbom.document import Scope
from supplymatrix.sbom.judge_edges import Parts, judge_edges
from supplymatrix.sbom.judge_use import judge_use
from supplymatrix.sbom.purl import STDLIB, Sameness, bare_purl, parse_purl, sameness
from supplymatrix.sbom.read_values import ReadComponent, ReadSbom
from supplymatrix.sbom.statements import Statement, Topic, Truth

__all__ = ["ProjectWord", "judge_project"]

TOOLCHAIN = "toolchain"
"""Under which its facts are kept, as those of the standard library are under its name."""


@value
class ProjectWord:
    """What a project is made of. used: module path → whether it gives packages to the build, None = nobody knows.

    tested: paths of modules that only its tests need. go_line: of its go.mod, "" without. go_version, go_source: the Go
    that builds it here, and how that is known, "" when nobody knows. platform: for which `used` holds.
    subject: path of the main module that the file is to be of, "" = a workspace as a whole. versions: path of each main
    module that belongs to it → its version, and how that is known; "" with the reason why it is not. aliases: path →
    other versions of the same commit, such as those of a second tag on it.
    facts: module path → how the project uses it, in the names of this program's documents. files: name → SHA-256 of its
    own files, as from its folder. misses: why a list made here and now would not be complete: for what the project is,
    and for what is not on this machine.
    """

    graph: ModuleGraph
    used: Mapping[str, bool | None] = MappingProxyType({})
    tested: frozenset[str] = frozenset()
    go_line: str = ""
    go_version: str = ""
    go_source: str = ""
    platform: str = ""
    subject: str = ""
    versions: Mapping[str, tuple[str, str]] = MappingProxyType({})
    aliases: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    facts: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    files: Mapping[str, str] = MappingProxyType({})
    misses: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def mains(self) -> frozenset[str]:
        """The paths of its main modules."""
        return frozenset(listed.module.path for listed in self.graph.modules if listed.is_main)


def judge_project(sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield what the file says of the project as a whole."""
    listing = _Listing(project)
    yield from _main(sbom, project)
    present: set[str] = set()
    subjects: dict[str, ListedModule] = {}
    go: dict[str, str] = {}
    tools: dict[str, str] = {}
    for component in sbom.everything:
        path, _ = bare_purl(component.purl)
        version = _toolchain_in(component)
        if version is not None:
            tools[component.ref] = version
            yield _go_version(component, version, project)
            yield from _scope_of_go(component, "excluded") if sbom.is_ours else ()
            yield from judge_use(component, project.facts.get(TOOLCHAIN, {}), is_ours=False)
            continue
        if not component.is_go and not component.is_folder:
            continue
        if component.module is not None and component.module.path == STDLIB:
            present.add(STDLIB)
            go[component.ref] = component.module.version
            yield from _scope_of_go(component, "required")
            yield _go_version(component, component.module.version, project)
            yield from judge_use(component, project.facts.get(STDLIB, {}), is_ours=False)
            continue
        if component.is_folder:
            listed = listing.replaced(component.replaces)
            yield _folder(component, listed, project)
        elif component.module is None or path in project.mains:
            listed = listing.main(path)
        else:
            listed = listing.find(component.module, component.replaces)
            yield _listed(component, component.module, listed, project)
        if listed is not None:
            present.add(listed.module.path)
            subjects.setdefault(component.ref, listed)
            yield from _scope(component, listed, project)
            facts = project.facts.get(listed.module.path, {})
            yield from judge_use(component, facts, is_ours=sbom.is_ours, of_programs=sbom.is_of_programs)
    yield from _one_go(go, tools)
    yield from _missing(sbom, present, project)
    titles = {component.ref: component.title for component in reversed(sbom.everything)}
    parts = Parts(modules=subjects, go=frozenset(go), tools=frozenset(tools), titles=titles)
    yield from judge_edges(sbom, parts, project.graph)
    yield from _files(sbom, project)
    yield from _complete(sbom, project)


class _Listing:
    """The build list, by all names under which a module may stand in a file."""

    def __init__(self, project: ProjectWord) -> None:
        self._mains = {listed.module.path: listed for listed in project.graph.modules if listed.is_main}
        self._names: dict[str, ListedModule] = {}
        self._replaced: dict[tuple[str, str], ListedModule] = {}
        others = [listed for listed in project.graph.modules if not listed.is_main]
        for listed in others:
            if listed.effective is not None:
                self._names.setdefault(listed.effective.path, listed)
                self._replaced[listed.effective.path, str(listed.module)] = listed
        for listed in others:
            self._names[listed.module.path] = listed
        self._folded = {name.casefold(): listed for name, listed in self._names.items()}

    def main(self, path: str) -> ListedModule | None:
        """Return a main module."""
        return self._mains.get(path)

    def replaced(self, original: str) -> ListedModule | None:
        """Return the module of the build list that something stands for, "path@version" or a path alone."""
        return self._names.get(original.partition("@")[0])

    def find(self, module: ModuleVersion, replaces: str = "") -> ListedModule | None:
        """Return the module of the build list that one of a file is, at whatever version. replaces: what it stands for,
        as the file says; one module can stand for several."""
        found = self._replaced.get((module.path, replaces)) if replaces else None
        return found or self._names.get(module.path) or self._folded.get(module.path.casefold())


def _main(sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield whether the main modules are named, and as what version."""
    paths = {bare_purl(component.purl)[0] for component in sbom.everything if component.is_go}
    wanted = [project.subject] if project.subject else sorted(project.mains)
    main = sbom.main
    for path in wanted:
        told = Statement(topic=Topic.MAIN, truth=Truth.TRUE, subject=path, said=f"it is {path}")
        if path not in paths:
            said = main.title if main is not None else ""
            found = f"the main module is {path}, and no component names it"
            yield changed(told, truth=Truth.FALSE, said=said, found=found)
        elif main is not None and main.is_go and bare_purl(main.purl)[0] not in wanted:
            found = f"the file says that it is of {main.title}"
            yield changed(told, truth=Truth.FALSE, said=main.title, found=found)
        else:
            yield told
    for component in sbom.everything:
        path, said = bare_purl(component.purl)
        if path in project.mains:
            yield _main_version(path, said, project)


def _main_version(subject: str, said: str, project: ProjectWord) -> Statement:
    """Return whether the version of a main module is the one that its folder has."""
    told = Statement(topic=Topic.MAIN, truth=Truth.TRUE, subject=subject, said=said)
    version, source = project.versions.get(subject, ("", "it is no part of what was looked at"))
    if not said:
        return changed(told, truth=Truth.NO_EVIDENCE, reason="the file gives no version of it")
    if not version:
        return changed(told, truth=Truth.NOT_CHECKED, reason=f"nobody here knows its version: {source}")
    if said == version:
        return told
    if said in project.aliases.get(subject, ()):
        return changed(told, reason=f"{version} is the same commit: {source}")
    return changed(told, truth=Truth.FALSE, found=f"{version}, as {source} says")


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


def _folder(component: ReadComponent, listed: ListedModule | None, project: ProjectWord) -> Statement:
    """Return whether the build takes a folder in the place of the module that the file says."""
    told = _listed(component, ModuleVersion(path=component.name, version=component.version), listed, project)
    if listed is not None and listed.effective is not None:
        return changed(told, truth=Truth.FALSE, found=f"{listed.effective} is taken, and no folder", reason="")
    return told


def _toolchain_in(component: ReadComponent) -> str | None:
    """Return the version of Go of a component that is a toolchain, None for one that is none."""
    if component.module is not None and component.module.path == TOOLCHAIN_PATH:
        return _go_in(component.module.version)
    if ("supplymatrix:kind", TOOLCHAIN) in component.properties and not component.purl:
        return component.version
    try:
        purl = parse_purl(component.purl) if component.purl else None
    except InputError:
        return None
    return purl.version if purl is not None and (purl.type, purl.path) == ("generic", "go") else None


def _one_go(go: Mapping[str, str], tools: Mapping[str, str]) -> Iterator[Statement]:
    """Yield that the standard library is not that of the toolchain beside it."""
    libraries, toolchains = ({text for text in found.values() if text} for found in (go, tools))
    if libraries and toolchains and libraries != toolchains:
        said, found = (", ".join(sorted(versions)) for versions in (libraries, toolchains))
        told = Statement(topic=Topic.STDLIB, truth=Truth.FALSE, subject="the standard library", said=said)
        yield changed(told, found=f"the toolchain in the file is {found}, and has its own")


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


def _scope_of_go(component: ReadComponent, scope: str) -> Iterator[Statement]:
    """Yield whether the scope is that of the standard library, or of a toolchain, which is no part of a program."""
    if component.scope:
        told = Statement(topic=Topic.SCOPE, truth=Truth.TRUE, subject=component.title, said=component.scope)
        is_so = component.scope == scope
        why = "every Go program has packages of it" if scope == "required" else "no part of it is in a program"
        found = "" if is_so else why
        yield changed(told, truth=Truth.TRUE if is_so else Truth.FALSE, found=found)


_ELSEWHERE = (
    "the project takes packages from it, and it may do so for another program or platform than that of the file"
)


def _missing(sbom: ReadSbom, present: set[str], project: ProjectWord) -> Iterator[Statement]:
    """Yield the modules that give packages to the build, or are of what the file says it lists, and are not in it."""
    scopes = sbom.properties_of("scope")
    for said in scopes:
        if said not in {str(scope) for scope in Scope}:
            told = Statement(topic=Topic.SCOPE, truth=Truth.FALSE, subject="the file", said=said)
            yield changed(told, found="there is no such scope")
    for listed in project.graph.modules:
        path = listed.module.path
        found = ""
        if project.used.get(path):
            found = "the build takes packages from it, and the file does not list it"
        elif Scope.ALL in scopes:
            found = "it is in the build list, all of which the file says to have"
        elif Scope.TESTS in scopes and path in project.tested:
            found = "the project's tests take packages from it, and the file says to have what they need"
        if found and not listed.is_main and path not in present:
            subject = str(listed.effective or listed.module)
            told = Statement(topic=Topic.MISSING, truth=Truth.FALSE, subject=subject, said="", found=found)
            yield changed(told, truth=Truth.NOT_CHECKED, found="", reason=_ELSEWHERE) if sbom.is_of_programs else told
    if STDLIB not in present:
        told = Statement(topic=Topic.MISSING, truth=Truth.FALSE, subject="the standard library", said="")
        if sbom.claims.components == "complete" or (sbom.is_ours and not sbom.is_of_programs):
            yield changed(told, found="every Go program has packages of it, and the file does not list it")
        else:
            reason = "every Go program has packages of it; the file does not list it, nor say that it is complete"
            yield changed(told, truth=Truth.NO_EVIDENCE, reason=reason)


def _files(sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield whether the file was made from these very files of the project."""
    for text in sbom.properties_of("subject_file"):
        name, _, digest = text.rpartition(" sha256:")
        told = Statement(topic=Topic.SUBJECT_FILE, truth=Truth.TRUE, subject=name or text, said=digest)
        known = project.files.get(name)
        if known is None:
            yield changed(told, truth=Truth.FALSE, found="the project has no such file that counts")
        elif known != digest:
            yield changed(told, truth=Truth.FALSE, found=f"the SHA-256 of that here is {known}")
        else:
            yield told


def _complete(sbom: ReadSbom, project: ProjectWord) -> Iterator[Statement]:
    """Yield whether the list can be as complete as the file says."""
    if sbom.claims.components != "complete":
        return
    told = Statement(topic=Topic.COMPLETE, truth=Truth.TRUE, subject="list of components", said="complete")
    always, here = project.misses
    if always:
        yield changed(told, truth=Truth.FALSE, found=always[0])
    elif here:
        yield changed(told, truth=Truth.NOT_CHECKED, reason=f"on this machine it would not be: {here[0]}")
    else:
        yield told
