"""A project to its bill of materials.

run = make_sbom(SbomRequest(path=Path("svc"), means=Means(environ=os.environ, now=now)))
run.document, run.exit_code, run.notes

The modules are those of the module graph, the edges its requirements; hashes are those of go.sum, what the log says of
them, and those computed of the zips in the module cache; licences are read from the modules' files. The go command is
asked where that does not say everything, or where it is wanted. What could not be had is a gap of the document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from supplymatrix import __version__
from supplymatrix.engine.events import Event, Message, OnEvent, ignore_event
from supplymatrix.engine.licences import DETECTOR, LicenceRun, in_scope, read_licences
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_graph import GraphReader, GraphRun, ListedBy, PackagesBy, cache_of
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.sbom_components import Known, go_components, main_component, module_components
from supplymatrix.engine.sbom_gaps import Findings, alarm_gaps, gaps_of, package_gaps
from supplymatrix.engine.sbom_go import GoRelease, find_go_release, toolchain_module, toolchain_of
from supplymatrix.engine.sbom_native import native_parts
from supplymatrix.engine.sbom_places import is_absolute, local_folder, public_proxy
from supplymatrix.engine.sbom_proofs import Proofs, read_proofs
from supplymatrix.engine.sbom_reasons import Reasons
from supplymatrix.engine.sbom_subject import SbomSubject, find_sbom_subject, read_files_of
from supplymatrix.engine.sbom_zips import NO_ZIPS, HeldZips, hold_zips
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.model.audit import ReadFile
from supplymatrix.model.fact import GraphModule
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.file_facts import FileFacts
from supplymatrix.net.folders import NO_CACHE, cache_folder_if_any
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sbom.completeness import Evidence, completeness_of
from supplymatrix.sbom.document import (
    Component,
    Creators,
    Document,
    Lifecycle,
    Scope,
)
from supplymatrix.sbom.edges import Edges, edges_of
from supplymatrix.sources.main_version import MainVersion, find_main_version
from supplymatrix.sources.zip_digest import digest_zips

__all__ = ["SbomRequest", "SbomRun", "make_sbom"]

_ALARM, _GAPS = 4, 3
_FEW = 3
_NOT_COMPARED = "files in vendor/ were not compared with the modules' zips"


@value
class SbomRequest:
    """What a bill of materials is asked to be.

    path: a folder with go.mod or go.work, or one of these files. created: the time of the document, None = now.
    goos, goarch: "" = this machine's; cgo: None = as the go command decides it; tags: None = as GOFLAGS says. use_go:
    ask the go command; None = only where the files do not say everything. policy: which log is asked, and which names
    are private. with_licences, with_zips: read licences, and hash zips. version: of the main module, "" = as git knows
    it. report: name and sha256 of a report about the same project.
    """

    path: Path
    means: Means
    scope: Scope = Scope.BUILT
    creators: Creators = Creators()
    created: datetime | None = None
    goos: str = ""
    goarch: str = ""
    cgo: bool | None = None
    tags: tuple[str, ...] | None = None
    use_go: bool | None = None
    policy: PolicySource = OWN_POLICY
    with_licences: bool = True
    with_zips: bool = True
    version: str = ""
    report: tuple[str, str] | None = None


@value
class SbomRun:
    """exit_code: 0 complete, 3 with gaps, 4 the log disagrees. notes: what a reader should know beside the document."""

    document: Document
    exit_code: int
    notes: tuple[str, ...]


def make_sbom(request: SbomRequest, on_event: OnEvent = ignore_event) -> SbomRun:
    """Return the bill of materials of a project.

    Raises InputError for a path that names no project, and for files that cannot be used; TransportError for a policy
    that cannot be had.
    """
    subject = find_sbom_subject(request.path, request.means.environ)
    return _Making(request, subject, on_event).run()


class _Making:
    """One bill of materials."""

    def __init__(self, request: SbomRequest, subject: SbomSubject, on_event: OnEvent) -> None:
        self._request = request
        self._subject = subject
        self._on_event = on_event
        self._environ = request.means.environ
        self._settings = read_go_settings(self._environ)
        self._cache = cache_of(self._environ)
        self._files = read_files_of(subject)
        folder = request.means.cache_dir or cache_folder_if_any(self._environ)
        self._has_cache = folder is not None
        self._facts = FileFacts.open(folder, detector=DETECTOR)

    def run(self) -> SbomRun:
        """Read everything, and put it together."""
        run = self._graph()
        listed = list(in_scope(run, self._request.scope))
        release = self._release(run)
        modules = sorted({entry.effective for entry, _ in listed if entry.effective is not None})
        proofs = self._proofs(modules, release)
        tool = toolchain_of(release, proofs) if release.version else None
        zips = self._zips([*modules, *([tool] if tool is not None else [])], proofs)
        licences = self._licences(run, zips)
        self._facts.save()
        known = Known(
            run=run,
            proofs=proofs,
            licences=licences.by_path if licences is not None else {},
            zips=zips,
            cache=self._cache,
            settings=self._settings,
            folder_of=lambda entry: local_folder(entry, run),
            proxy=public_proxy(self._environ),
        )
        versions = self._versions(run, listed)
        main, others, refs, mains = self._mains(known, versions)
        made = module_components(known, [item for item in listed if not item[0].is_main])
        refs |= {path: component.ref for path, component in made.items()}
        go = go_components(release, known, licences.stdlib if licences is not None else None)
        native, native_gaps = native_parts(run)
        edges = edges_of(
            run.graph, refs, mains, everywhere=[go[0].ref], from_first=[component.ref for component in go[1:]]
        )
        nodes = {**edges.nodes, **_native_edges(edges, native, refs)}
        components = (*others, *made.values(), *go, *(component for component, _ in native))
        scope = self._request.scope
        findings = Findings(self._subject.name, scope, run, proofs, licences, zips, versions, release, native_gaps)
        document = self._document(findings, main, sorted(components, key=lambda item: item.ref), nodes, edges)
        reasons = Reasons(self._environ, self._settings, _own_folders(run))
        document = reasons.document(document)
        notes = (*(note.message for note in run.notes), *self._notes(findings, listed), *_withheld(reasons))
        code = _ALARM if proofs.alarms or zips.alarms else _GAPS if document.gaps else 0
        return SbomRun(document=document, exit_code=code, notes=tuple(dict.fromkeys(notes)))

    def _graph(self) -> GraphRun:
        request = self._request
        reader = GraphReader(
            self._environ,
            go=request.use_go is not False,
            own_first=request.use_go is not True,
            goos=request.goos,
            goarch=request.goarch,
            cgo=request.cgo,
            tags=request.tags,
            tests=request.scope is not Scope.BUILT,
            unused_too=request.scope is Scope.ALL,
            member="" if self._subject.is_workspace else self._subject.project.name,
        )
        run = reader.read(self._subject.project)
        if run.graph is None:
            # Without a graph there is nothing that could be listed: the true cause, and no empty bill.
            fault = Diagnostic(message=run.gaps[0].reason, remedy=run.gaps[0].remedy) if run.gaps else None
            raise InputError(fault or Diagnostic(message="there is no module graph"))
        return run

    def _release(self, run: GraphRun) -> GoRelease:
        inputs = run.inputs
        mains = inputs.mains if inputs is not None else ()
        own = next((main.go_mod for main in mains if main.path == self._subject.project.name), None)
        return find_go_release(own, inputs.go_work if inputs is not None else None, self._environ, self._cache)

    def _proofs(self, modules: Sequence[ModuleVersion], release: GoRelease) -> Proofs:
        return read_proofs(
            self._subject.projects,
            {*modules, toolchain_module(release)},
            source=self._request.policy,
            means=self._request.means,
            on_event=self._pass_on,
        )

    def _pass_on(self, event: Event) -> None:
        """Tell what happens; that there is no cache is told once, among the notes."""
        if event != Message(text=NO_CACHE):
            self._on_event(event)

    def _zips(self, modules: Sequence[ModuleVersion], proofs: Proofs) -> HeldZips:
        if not self._request.with_zips:
            return NO_ZIPS
        return hold_zips(digest_zips(modules, self._cache, self._facts), proofs)

    def _licences(self, run: GraphRun, zips: HeldZips) -> LicenceRun | None:
        if not self._request.with_licences:
            return None
        return read_licences(
            run, self._subject.project, self._environ,
            scope=self._request.scope, facts=self._facts, checked=zips.checked,
        )  # fmt: skip

    def _versions(self, run: GraphRun, listed: Iterable[tuple[ListedModule, GraphModule]]) -> dict[str, MainVersion]:
        """Return the versions of the main modules that are part of the bill; "" = that of the workspace itself."""
        inputs = run.inputs
        wanted = {entry.module.path for entry, _ in listed if entry.is_main}
        given = self._request.version
        found = {}
        for main in inputs.mains if inputs is not None else ():
            is_subject = not self._subject.is_workspace and main.path == self._subject.project.name
            if is_subject or (main.path in wanted and (self._subject.is_workspace or self._is_needed(run, main.path))):
                own = given if is_subject else ""
                found[main.path] = find_main_version(
                    main.folder, main.path, main.go_mod, self._environ, given=own, cache=self._cache
                )
        if self._subject.is_workspace:
            found[""] = find_main_version(self._subject.folder, "", None, self._environ, given=given, marker="go.work")
        return found

    @staticmethod
    def _is_needed(run: GraphRun, path: str) -> bool:
        """Return whether another member of the workspace gives packages to the one that the bill is of."""
        return path in run.packages or path in run.test_packages

    def _mains(
        self, known: Known, versions: Mapping[str, MainVersion]
    ) -> tuple[Component, list[Component], dict[str, str], list[str]]:
        """Return the subject, the other main modules, the refs of all by path, and their refs, the subject's first."""
        digest = hashlib.sha256(
            "".join(f"{file.sha256}\n" for file in self._files if file.name in ("go.mod", "go.sum", "go.work")).encode()
        ).hexdigest()
        made = {
            path: main_component(known, path or self._subject.name, found, digest) for path, found in versions.items()
        }
        own = "" if self._subject.is_workspace else self._subject.project.name
        main = made[own]
        if self._subject.is_workspace:
            programs = [component.programs for path, component in made.items() if path]
            main = changed(
                main,
                ref=f"supplymatrix:workspace:{self._subject.name}",
                module=ModuleVersion(path="", version=""),
                purl="",
                packages=None,
                programs=sum(count or 0 for count in programs),
                supplier=None,
                references=(),
                description="a workspace of Go modules (go.work)",
            )
        others = [component for path, component in sorted(made.items()) if path != own]
        refs = {path: component.ref for path, component in made.items() if path}
        return main, others, refs, [main.ref, *(component.ref for component in others)]

    def _document(
        self,
        found: Findings,
        main: Component,
        components: Sequence[Component],
        nodes: Mapping[str, tuple[str, ...]],
        edges: Edges,
    ) -> Document:
        run, scope = found.run, found.scope
        evidence = Evidence(
            has_graph=run.graph is not None,
            graph_gaps=run.gaps,
            is_listed=run.listed_by is ListedBy.GO or (run.from_vendor and scope is not Scope.ALL),
            package_gaps=(*package_gaps(run, scope), *found.native),
            alarms=tuple(gap.reason for gap in alarm_gaps(found)),
        )
        used = run.packages_by is not PackagesBy.NOBODY
        properties = {f"supplymatrix:{name}": text for name, text in _told_of(edges, found)}
        if run.packages_by in (PackagesBy.SOURCES, PackagesBy.GO):
            properties["supplymatrix:tags"] = ",".join(run.tags) or "none"
        return Document(
            main=main,
            components=tuple(components),
            edges={ref: nodes[ref] for ref in sorted(nodes)},
            scope=scope,
            lifecycle=Lifecycle.PRE_BUILD,
            completeness=completeness_of(scope, components, evidence),
            created=self._request.created or self._request.means.now,
            tool_version=__version__,
            creators=self._request.creators,
            goos=run.goos if used else "",
            goarch=run.goarch if used else "",
            cgo_enabled=run.cgo if used else None,
            listed_by=_LISTED_BY[run.listed_by],
            packages_by=_packages_by(run),
            subject_files=self._subject_files(run),
            report=self._request.report,
            gaps=gaps_of(found),
            properties=properties,
        )

    def _subject_files(self, run: GraphRun) -> tuple[ReadFile, ...]:
        if not run.from_vendor or run.inputs is None:
            return self._files
        from supplymatrix.sources.files import read_if_there

        data = read_if_there(run.inputs.folder / "vendor" / "modules.txt", 64 << 20, "vendor/modules.txt") or b""
        listed = ReadFile(name="vendor/modules.txt", sha256=hashlib.sha256(data).hexdigest())
        return tuple(sorted((*self._files, listed), key=lambda file: file.name))

    def _notes(self, found: Findings, listed: Sequence[tuple[ListedModule, GraphModule]]) -> Iterator[str]:
        yield from (f"alarm: {text}" for text in (*found.proofs.alarms, *found.zips.alarms))
        said = found.proofs.notes
        if _takes_vendored(found.run):
            yield f"{_NOT_COMPARED}: hashes and proofs are of the zips, and built is what lies in vendor/"
            said = tuple(note for note in said if note.code != "vendor-not-checked")
        yield from (note.message for note in said)
        if not self._has_cache:
            yield NO_CACHE
        if all(entry.is_main for entry, _ in listed):
            yield "no other module is part of it: " + (
                "go.mod requires none" if not self._requires_any() else "none gives packages to this build"
            )

    def _requires_any(self) -> bool:
        from supplymatrix.model.fact import RequiredModule

        return any(isinstance(fact, RequiredModule) for project in self._subject.projects for fact in project.facts)


_LISTED_BY = {ListedBy.GO: "the go command, go list -m all", ListedBy.OWN: "go.mod files, read by supplymatrix"}


def _packages_by(run: GraphRun) -> str:
    where = ", in vendor/" if run.from_vendor else ""
    if run.packages_by is PackagesBy.SOURCES:
        return f"source files, read by supplymatrix{where}"
    return f"the go command, go list -deps{where}" if run.packages_by is PackagesBy.GO else ""


def _withheld(reasons: Reasons) -> Iterator[str]:
    """Yield what the document leaves out, for whoever is at this machine."""
    for text in reasons.withheld[:_FEW]:
        yield f"not in the document, since it names what only this machine knows: {text}"
    if len(reasons.withheld) > _FEW:
        yield f"and {len(reasons.withheld) - _FEW:,} more such reasons are not in it"


def _told_of(edges: Edges, found: Findings) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of what a reader of edges and hashes should know."""
    if edges.unreached:
        yield "edges:unreached", str(len(edges.unreached))
    if edges.added:
        yield "edges:added", str(len(edges.added))
    if found.zips.found is None:
        yield "zips", "not looked at: no hashes of zips, and licences from unpacked files"
    if _takes_vendored(found.run):
        yield "vendor", _NOT_COMPARED


def _takes_vendored(run: GraphRun) -> bool:
    """Return whether packages of other modules are built from vendor/."""
    mains = run.inputs.mains if run.inputs is not None else ()
    return run.from_vendor and bool({*run.packages, *run.test_packages} - {main.path for main in mains})


def _own_folders(run: GraphRun) -> list[str]:
    """Return the folders of replacements that only make sense on this machine."""
    listed = run.graph.modules if run.graph is not None else ()
    named = {entry.replacement.directory for entry in listed if entry.replacement is not None}
    return sorted(folder for folder in named if is_absolute(folder))


def _native_edges(
    edges: Edges, native: Sequence[tuple[Component, Sequence[str]]], refs: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the nodes that change because modules link libraries, and those of the libraries."""
    found: dict[str, set[str]] = {}
    for component, paths in native:
        for path in paths:
            if path in refs:
                found.setdefault(refs[path], set(edges.nodes[refs[path]])).add(component.ref)
        found.setdefault(component.ref, set())
    return {ref: tuple(sorted(needed)) for ref, needed in found.items()}
