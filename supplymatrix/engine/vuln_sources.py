"""Known vulnerabilities of a project, from its files alone: build list, imports, and which Go builds it.

found = project_vulnerabilities(wish, databases, SourceWish())
found.vulnerabilities, found.gos, found.ignored, found.gaps, found.notes

Nothing is compiled or run, and nobody is asked; with `call_graph` govulncheck is, here, with a database of ours. What
is ruled out by imports is so for one platform and its tags; with `wish.every_build` for all of them, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.audit_shared import once
from supplymatrix.engine.module_graph import GraphReader, GraphRun, PackagesBy, cache_of
from supplymatrix.model.fact import Gap, GraphModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import (
    EVERY_BUILD,
    GoSupport,
    IgnoredElsewhere,
    UncheckedModule,
    VulnDatabase,
    Vulnerability,
)
from supplymatrix.vulns.advisory import STDLIB, TOOLCHAIN
from supplymatrix.vulns.source_match import BuiltModule, Imports, match_module
from supplymatrix.vulns.versions import version_of_go

if TYPE_CHECKING:
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.packages_anywhere import PackagesAnywhere
    from supplymatrix.engine.vuln_databases import VulnDatabases
    from supplymatrix.engine.vuln_go import BuildingGo, ProjectGos
    from supplymatrix.gomod.any_platform import AnyPlatform
    from supplymatrix.gomod.build_constraint import BuildContext
    from supplymatrix.sources.standard_packages import StandardFindings

__all__ = ["SourceVulns", "SourceWish", "project_vulnerabilities"]

_EACH_BUILD = frozenset({"cmd/go", "cmd/compile", "cmd/link", "cmd/asm"})
"""Tools that run in each build, whatever is built."""
_WITH_C = "cmd/cgo"
_SHOWN = 3


@value
class SourceWish:
    """What is asked beyond the project itself. goos, goarch: built for, "" = as this machine's settings say. tags: of
    the build, None = as GOFLAGS says. cgo: whether C takes part, None = as the go command would decide. call_graph:
    have govulncheck look for calls, with the go command; nothing is run without it. govulncheck: a file with its JSON.
    """

    goos: str = ""
    goarch: str = ""
    tags: tuple[str, ...] | None = None
    cgo: bool | None = None
    call_graph: bool = False
    govulncheck: Path | None = None


@value
class SourceVulns:
    """What was found. gos: every Go that the project names, and the one here. ignored: entries of osv-scanner.toml that
    apply. unchecked: modules that no database can answer for. checked: how many module versions were held against the
    databases. built_for: "linux/amd64 without cgo", "" where nobody could say. databases: what others asked, whose
    answers were read in."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    gos: tuple[GoSupport, ...] = ()
    ignored: tuple[IgnoredElsewhere, ...] = ()
    unchecked: tuple[UncheckedModule, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Note, ...] = ()
    checked: int = 0
    built_for: str = ""
    databases: tuple[VulnDatabase, ...] = ()


def project_vulnerabilities(wish: AuditInput, databases: VulnDatabases, source: SourceWish) -> SourceVulns:
    """Return the known vulnerabilities of a project, {} of programs. What could not be had is a gap. Raises InputError
    for the file that `source.govulncheck` names, and for nothing else."""
    from supplymatrix.engine.vuln_go import gos_of_project, release_table

    project = wish.project
    if project is None:
        return SourceVulns()
    member = project.name if project.workspace is not None else ""
    reader = GraphReader(
        wish.means.environ, go=False, goos=source.goos, goarch=source.goarch, cgo=source.cgo, tags=source.tags,
        tests=True, member=member, authors=False,
    )  # fmt: skip
    facts, gaps, notes = reader.facts_of(project)
    run = reader.read(project)
    known = {fact.subject.path for fact in facts}  # a member of a workspace may import what it does not require
    facts += [fact for fact in run.facts if fact.subject.path in run.packages and fact.subject.path not in known]
    cache = cache_of(wish.means.environ)
    table = once(wish.shared, "releases of Go", lambda: release_table(wish.means))
    gos = gos_of_project(project, wish.means, table, cache)
    look = _Look(wish, databases, run, facts, gos)
    found = look.found()
    if wish.every_build and any(one.is_ruled_out for one in found):
        from supplymatrix.engine.packages_anywhere import packages_anywhere

        anywhere = packages_anywhere(run, wish.means.environ, tags=set(run.tags), every_tag=True, member=member)
        found = look.in_every_build(found, anywhere)
    gaps += [*gos.gaps, *look.gaps]
    extra: tuple[VulnDatabase, ...] = ()
    if source.call_graph or source.govulncheck is not None:
        from supplymatrix.engine.vuln_calls import with_calls

        answer = with_calls(found, wish, run, databases, source)
        found, gaps, notes = answer.vulnerabilities, [*gaps, *answer.gaps], [*notes, *answer.notes]
        extra = answer.databases
    from supplymatrix.engine.vuln_ignores import ignores_of
    from supplymatrix.engine.vuln_mentions import with_mentions

    found = with_mentions(found, run, databases)
    ignored, said = ignores_of(project, found, wish.means)
    return SourceVulns(
        vulnerabilities=tuple(found),
        gos=gos.gos,
        ignored=ignored,
        unchecked=(*look.unchecked, *gos.unchecked),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(dict.fromkeys((*notes, *look.notes, *said))),
        checked=look.checked,
        built_for=look.built_for,
        databases=extra,
    )


@value
class _Taken:
    """What builds take. goos, goarch: built for, "" = any. modules, test_modules: module path → its packages. standard:
    import path of the standard library → what asks for it. has_c: C takes part. is_complete: nothing can be missing."""

    goos: str
    goarch: str
    modules: Mapping[str, tuple[str, ...]]
    test_modules: Mapping[str, tuple[str, ...]]
    standard: Mapping[str, str]
    has_c: bool
    is_complete: bool
    context: BuildContext | AnyPlatform


class _Look:
    """One project held against the databases."""

    def __init__(
        self,
        wish: AuditInput,
        databases: VulnDatabases,
        run: GraphRun,
        facts: Iterable[GraphModule],
        gos: ProjectGos,
    ) -> None:
        self._wish = wish
        self._index = databases.index
        self._run = run
        self._facts = list(facts)
        self._gos = gos
        self._standard: StandardFindings | None = None
        self._places: dict[str, str] = {}
        self.gaps: list[Gap] = []
        self.notes: list[Note] = []
        self.unchecked: list[UncheckedModule] = []
        self.checked = 0
        self.built_for = ""
        if run.goos:
            self.built_for = f"{run.goos}/{run.goarch} with{'' if run.cgo else 'out'} cgo"
            self.built_for += f", tags {','.join(run.tags)}" if run.tags else ""

    def found(self) -> list[Vulnerability]:
        """Return all vulnerabilities, those of the modules first."""
        self._tell_imports()
        taken = self._taken_here()
        self._standard = self._follow_standard(taken)
        modules = [*self._modules(taken)]
        parts = [*modules, *self._of_go(taken, self._standard)]
        self.checked = len(parts)
        imports = Imports(goos=taken.goos, goarch=taken.goarch, chain_to=self._chain_to)
        found = [one for part in parts for one in match_module(part, self._index, imports)]
        return [changed(one, built_for=self.built_for) for one in found]

    def in_every_build(self, found: Iterable[Vulnerability], anywhere: PackagesAnywhere) -> list[Vulnerability]:
        """Return vulnerabilities of which none is ruled out by what one platform, or one set of tags, leaves out."""
        unchecked, notes = [*self.unchecked], [*self.notes]
        taken = self._taken_anywhere(anywhere)
        parts = [*self._modules(taken), *self._of_go(taken, self._follow_standard(taken))]
        self.unchecked, self.notes = unchecked, notes  # told already
        imports = Imports(goos="", goarch="", chain_to=lambda _: ())
        all_of_them = [one for part in parts for one in match_module(part, self._index, imports)]
        wider = {
            (one.advisory, one.subject, one.location): one
            for one in sorted(all_of_them, key=lambda one: not one.is_ruled_out)  # of two the one that is not
        }
        return [
            one if not one.is_ruled_out else _as_anywhere(one, wider[one.advisory, one.subject, one.location])
            for one in found
        ]

    def _taken_here(self) -> _Taken:
        from supplymatrix.gomod.build_constraint import BuildContext

        run = self._run
        return _Taken(
            goos=run.goos,
            goarch=run.goarch,
            modules=run.packages,
            test_modules=run.test_packages,
            standard=run.standard or {},
            has_c=run.cgo and (run.with_c is None or any(run.with_c.values())),
            is_complete=self._knows_imports,
            context=BuildContext(
                goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=frozenset(run.tags), go_minor=run.go_minor
            ),
        )

    def _taken_anywhere(self, anywhere: PackagesAnywhere) -> _Taken:
        from supplymatrix.gomod.any_platform import AnyPlatform

        run = self._run
        return _Taken(
            goos="",
            goarch="",
            modules=anywhere.packages,
            test_modules={},
            standard=dict.fromkeys(anywhere.standard, run.name),
            has_c=any(anywhere.with_c.values()),
            is_complete=self._knows_imports and not anywhere.absent and not anywhere.unreadable,
            context=AnyPlatform(tags=frozenset(run.tags), go_minor=run.go_minor, every_tag=True),
        )

    @property
    def _knows_imports(self) -> bool:
        run = self._run
        return run.packages_by is PackagesBy.SOURCES and not run.missing_packages and not run.package_gaps

    def _tell_imports(self) -> None:
        """Say what of the imports is not known, and for which platform they were followed."""
        run = self._run
        if run.graph is None:
            return
        self.gaps += run.package_gaps
        missing = (*run.missing_packages, *run.missing_test_packages)
        if missing:
            reason = f"{len(missing):,} packages could not be found or read, the first is {missing[0]}"
            remedy = "go mod download, and mend files that Go cannot read; then run it again"
            self.gaps.append(Gap(wanted=f"imports of {run.name}", reason=reason, remedy=remedy, subject=run.name))
        text = f"imports were followed for {self.built_for}: on another platform other packages may be taken"
        self.notes.append(Note(code="vulns-built-for", message=text))

    def _modules(self, taken: _Taken) -> Iterator[BuiltModule]:
        """Yield the modules of the build list whose versions a database can speak of; of the others say why not."""
        for fact in self._facts:
            if fact.is_main:
                yield from self._main(fact, taken)
                continue
            built = fact.effective
            if built is None:
                self._cannot_check(fact.subject, "a folder is built in its place, which has no version", fact.location)
                continue
            if self._is_private(built.path):
                self._cannot_check(built, "it is private, and no database here speaks of it", fact.location)
                continue
            self._tell_fork(fact.subject.path, built)
            yield self._built(fact, built, taken)

    def _main(self, fact: GraphModule, taken: _Taken) -> Iterator[BuiltModule]:
        """Yield a main module where entries concern each version of it; of others that name it nobody can judge."""
        known = len(self._index.of_module(fact.subject.path))
        always = len(self._index.affecting(fact.subject.path, fact.subject.version))
        if always:
            yield self._built(fact, fact.subject, taken)
        if known > always:
            reason = f"it is a main module, whose version nobody knows; {known - always:,} entries name it"
            self._cannot_check(fact.subject, reason, fact.location)

    def _tell_fork(self, path: str, built: ModuleVersion) -> None:
        """Say that entries about a module were not held against what is built in its place."""
        known = len(self._index.of_module(path)) if path != built.path else 0
        if known:
            text = f"{built} is built in the place of {path}: {known:,} entries about that were not held against it"
            self.notes.append(Note(code="vulns-fork", message=text))

    @staticmethod
    def _built(fact: GraphModule, built: ModuleVersion, taken: _Taken) -> BuiltModule:
        path = fact.subject.path
        return BuiltModule(
            subject=built,
            location=fact.location,
            required=path if path != built.path else "",
            packages=frozenset(taken.modules.get(path, ())),
            test_packages=frozenset(taken.test_modules.get(path, ())),
            is_complete=taken.is_complete,
        )

    def _is_private(self, path: str) -> bool:
        """Return whether a module's name is kept back, and no database that was read knows it all the same."""
        from supplymatrix.gomod.goprivate import match

        return match(self._private, path) is not None and not self._index.of_module(path)

    @property
    def _private(self) -> str:
        from supplymatrix.net.settings import read_go_settings

        if "private" not in self._places:
            told = read_go_settings(self._wish.means.environ).goprivate.value
            self._places["private"] = ",".join((*self._wish.private, *filter(None, [told])))
        return self._places["private"]

    def _cannot_check(self, module: ModuleVersion, reason: str, location: Location) -> None:
        self.unchecked.append(UncheckedModule(subject=module, reason=reason, location=location))

    def _of_go(self, taken: _Taken, standard: StandardFindings | None) -> Iterator[BuiltModule]:
        for go in self._gos.built:
            yield self._library(go, taken, standard)
            yield self._tools(go, taken)

    def _library(self, go: BuildingGo, taken: _Taken, standard: StandardFindings | None) -> BuiltModule:
        """Return the standard library of a Go as a module, with what the build takes of it."""
        packages = {*taken.standard, *(standard.used if standard is not None else ())}
        same = standard is not None and not standard.missing and _minor(go.version) == self._places.get("minor", "")
        notes = self._notes_of(go)
        if not same:
            notes.append("what of the standard library is imported by itself is not known for this Go")
        return BuiltModule(
            subject=ModuleVersion(path=STDLIB, version=f"v{version_of_go(go.version)}"),
            location=go.location,
            packages=frozenset(packages),
            test_packages=frozenset(self._run.standard_in_tests if taken.goos else ()),
            is_complete=same and taken.is_complete,
            notes=tuple(notes),
        )

    def _tools(self, go: BuildingGo, taken: _Taken) -> BuiltModule:
        """Return the tools of a Go as a module: those of each build are taken, cgo where files import "C"."""
        tools = _EACH_BUILD | {_WITH_C} if taken.has_c else _EACH_BUILD
        named = {
            package.path
            for advisory in self._index.of_module(TOOLCHAIN)
            for block in advisory.affected
            for package in block.packages
            if any(package.path == tool or package.path.startswith(f"{tool}/") for tool in tools)
        }
        return BuiltModule(
            subject=ModuleVersion(path=TOOLCHAIN, version=f"v{version_of_go(go.version)}"),
            location=go.location,
            packages=frozenset(tools | named),
            notes=tuple(self._notes_of(go)),
        )

    @staticmethod
    def _notes_of(go: BuildingGo) -> list[str]:
        if not go.is_sure:
            return [f"which Go builds it is not known; this is the one of the {go.says}"]
        return [f"Go {go.version}: {go.says}"]

    def _follow_standard(self, taken: _Taken) -> StandardFindings | None:
        """Follow the imports of the standard library through the Go here; None where there is none."""
        if self._run.standard is None:
            return None
        from supplymatrix.net.settings import building_goroot
        from supplymatrix.sources.go_root import go_version_of
        from supplymatrix.sources.standard_packages import OF_CGO, StandardSearch, follow_standard

        run = self._run
        root = building_goroot(self._wish.means.environ)
        version = go_version_of(root) if root is not None else ""
        if root is None or not version:
            return None
        self._places["minor"] = _minor(version)
        roots = dict(taken.standard)
        with_c = sorted(path for files in (run.with_c or {}).values() for path, _ in files)
        for path in OF_CGO if with_c or (taken.has_c and not taken.goos) else ():
            roots.setdefault(path, with_c[0] if with_c else run.name)
        for path in run.programs or ():
            roots.setdefault("runtime", path)
        context = taken.context
        key = ("standard library", root, context)
        search = once(self._wish.shared, key, lambda: StandardSearch(root, context))
        return follow_standard(roots, root, context, search=search)

    def _chain_to(self, path: str) -> tuple[str, ...]:
        """Return the import paths from a main module's package to another one."""
        own: Mapping[str, str] = self._run.importers or {}
        standard: Mapping[str, str] = self._standard.importers if self._standard is not None else {}
        direct: Mapping[str, str] = self._run.standard or {}
        chain: list[str] = []
        here = path
        while here and here not in chain:
            chain.append(here)
            here = own.get(here) or standard.get(here) or direct.get(here, "")
        return tuple(reversed(chain)) if len(chain) > 1 else ()


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _as_anywhere(one: Vulnerability, wider: Vulnerability) -> Vulnerability:
    """Return what is ruled out for one build as what is known of all of them. wider: the same, for all of them."""
    if wider.is_ruled_out:
        return changed(one, built_for=EVERY_BUILD)
    why = "another build takes it in" if wider.packages else "what other builds take in is not known"
    seen = f": {', '.join(wider.packages[:_SHOWN])}" if wider.packages else ""
    return changed(one, looked=one.level, notes=(*one.notes, f"not for {one.built_for}, yet {why}{seen}"))
