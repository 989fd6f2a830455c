"""Known vulnerabilities of a project, from its files alone: build list, imports, and which Go builds it.

found = project_vulnerabilities(wish, databases, SourceWish())
found.vulnerabilities, found.gos, found.ignored, found.gaps, found.notes

Nothing is compiled or run, and nobody is asked; with `call_graph` govulncheck is, here, with a database of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.module_graph import GraphReader, GraphRun, PackagesBy, cache_of
from supplymatrix.model.fact import Gap, GraphModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import GoSupport, IgnoredElsewhere, UncheckedModule, VulnDatabase, Vulnerability
from supplymatrix.vulns.advisory import STDLIB, TOOLCHAIN
from supplymatrix.vulns.source_match import BuiltModule, Imports, match_module
from supplymatrix.vulns.versions import version_of_go

if TYPE_CHECKING:
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.vuln_databases import VulnDatabases
    from supplymatrix.engine.vuln_go import BuildingGo, ProjectGos
    from supplymatrix.sources.standard_packages import StandardFindings

__all__ = ["SourceVulns", "SourceWish", "project_vulnerabilities"]

_EVERY_BUILD = frozenset({"cmd/go", "cmd/compile", "cmd/link", "cmd/asm"})
"""Tools that run in each build, whatever is built."""
_WITH_C = "cmd/cgo"


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
    gos = gos_of_project(project, wish.means, release_table(wish.means), cache)
    look = _Look(wish, databases, run, facts, gos)
    found = look.found()
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
        unchecked=tuple(look.unchecked),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(dict.fromkeys((*notes, *look.notes, *said))),
        checked=look.checked,
        built_for=look.built_for,
        databases=extra,
    )


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
        imports = Imports(goos=self._run.goos, goarch=self._run.goarch, chain_to=self._chain_to)
        modules = [*self._modules()]
        self.checked = len(modules)
        found = [one for module in modules for one in match_module(module, self._index, imports)]
        for go in self._gos.built:
            parts = (self._library(go), self._tools(go))
            self.checked += len(parts)
            found += [one for part in parts for one in match_module(part, self._index, imports)]
        return found

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

    def _modules(self) -> Iterator[BuiltModule]:
        """Yield the modules of the build list whose versions a database can speak of; of the others say why not."""
        for fact in self._facts:
            if fact.is_main:
                continue
            built = fact.effective
            if built is None:
                self._cannot_check(fact.subject, "a folder is built in its place, which has no version", fact.location)
                continue
            if self._is_private(built.path):
                self._cannot_check(built, "it is private, and no database here speaks of it", fact.location)
                continue
            yield self._built(fact, built)

    def _built(self, fact: GraphModule, built: ModuleVersion) -> BuiltModule:
        path = fact.subject.path
        return BuiltModule(
            subject=built,
            location=fact.location,
            required=path if path != built.path else "",
            packages=frozenset(self._run.packages.get(path, ())),
            test_packages=frozenset(self._run.test_packages.get(path, ())),
            is_complete=self._knows_imports,
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

    def _library(self, go: BuildingGo) -> BuiltModule:
        """Return the standard library of a Go as a module, with what the build takes of it."""
        run = self._run
        standard = self._follow_standard()
        direct = run.standard or {}
        packages = {*direct, *(standard.used if standard is not None else ())}
        same = standard is not None and not standard.missing and _minor(go.version) == self._places.get("minor", "")
        notes = self._notes_of(go)
        if not same:
            notes.append("what of the standard library is imported by itself is not known for this Go")
        return BuiltModule(
            subject=ModuleVersion(path=STDLIB, version=f"v{version_of_go(go.version)}"),
            location=go.location,
            packages=frozenset(packages),
            test_packages=frozenset(run.standard_in_tests),
            is_complete=same and self._knows_imports,
            notes=tuple(notes),
        )

    def _tools(self, go: BuildingGo) -> BuiltModule:
        """Return the tools of a Go as a module: those of each build are taken, cgo where files import "C"."""
        with_c = self._run.with_c is None or any(self._run.with_c.values())
        tools = _EVERY_BUILD | {_WITH_C} if with_c and self._run.cgo else _EVERY_BUILD
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

    def _follow_standard(self) -> StandardFindings | None:
        """Follow the imports of the standard library through the Go here; None where there is none."""
        if "standard" in self._places or self._run.standard is None:
            return self._standard
        self._places["standard"] = "looked"
        from supplymatrix.gomod.build_constraint import BuildContext
        from supplymatrix.net.settings import building_goroot
        from supplymatrix.sources.go_root import go_version_of
        from supplymatrix.sources.standard_packages import OF_CGO, follow_standard

        run = self._run
        root = building_goroot(self._wish.means.environ)
        version = go_version_of(root) if root is not None else ""
        if root is None or not version:
            return None
        self._places["minor"] = _minor(version)
        roots = dict(run.standard or {})
        with_c = sorted(path for files in (run.with_c or {}).values() for path, _ in files)
        for path in OF_CGO if with_c else ():
            roots.setdefault(path, with_c[0])
        for path in run.programs or ():
            roots.setdefault("runtime", path)
        context = BuildContext(
            goos=run.goos, goarch=run.goarch, cgo=run.cgo, tags=frozenset(run.tags), go_minor=run.go_minor
        )
        self._standard = follow_standard(roots, root, context)
        return self._standard

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
