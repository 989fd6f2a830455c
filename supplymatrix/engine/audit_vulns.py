"""Use case `audit vulns`: known vulnerabilities of projects, programs and images, and of the Go that makes them.

run = run_vulns(VulnRequest(paths=(Path("bin/app"),), means=means))
run.vulnerabilities, run.databases, run.gaps, run.exit_code

Nothing of what is looked at is run, and nobody is asked: the databases lie on this machine. `facts_of` is the same for
one subject of a check; how old a database is, a rule judges there, while a run of its own has a gap for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.vulnerability import GoSupport, Review, Vulnerability, VulnLevel
from supplymatrix.model.vulns_run import VulnRun, is_alarming

if TYPE_CHECKING:
    from supplymatrix.engine.audit_shared import AuditShared
    from supplymatrix.engine.this_machine import SeenHere
    from supplymatrix.engine.vuln_databases import VulnDatabases
    from supplymatrix.engine.vuln_programs import ProgramVulns
    from supplymatrix.engine.vuln_sources import SourceVulns
    from supplymatrix.sources.programs import ProgramsFound
    from supplymatrix.sources.project import Project

__all__ = ["VulnRequest", "VulnRun", "facts_of", "run_vulns"]

_PROJECT_FILES = ("go.mod", "go.work", "go.sum")
_PROJECT_SUFFIXES = (".mod", ".work", ".sum")
_NOTHING = 5


@value
class VulnRequest:
    """paths: of projects, programs, folders of programs, archives, images; the current folder when empty. databases:
    named by the user beside those of the settings. level: no deeper than this. call_graph: govulncheck's call graph may
    be asked for, which compiles the project's packages. govulncheck: a file with its JSON, read beside. private:
    patterns of modules that are declared private, beside GOPRIVATE."""

    paths: tuple[Path, ...]
    means: Means
    databases: tuple[Path, ...] = ()
    level: VulnLevel = VulnLevel.SYMBOL
    call_graph: bool = False
    govulncheck: Path | None = None
    private: tuple[str, ...] = ()


@value
class _Subjects:
    """What paths lead to."""

    projects: tuple[Project, ...]
    programs: ProgramsFound | None


def run_vulns(request: VulnRequest, databases: VulnDatabases | None = None) -> VulnRun:
    """Return what is known. databases: opened already, None = those of the request are opened. Raises InputError for a
    path or a database that cannot be used at all."""
    from supplymatrix.engine.vuln_databases import age_gap, open_databases

    databases = databases or open_databases(request.means.environ, request.databases)
    subjects = _subjects(request.paths or (Path(),), databases, request)
    if request.govulncheck is not None and len(subjects.projects) != 1:
        raise InputError(
            Diagnostic(
                message="what govulncheck has written is read for one project",
                seen=f"{len(subjects.projects)} projects",
                expected="one PATH with a go.mod",
            )
        )
    parts: list[SourceVulns | ProgramVulns] = [
        _of_one_project(project, databases, request) for project in subjects.projects
    ]
    if subjects.programs is not None:
        wish = AuditInput(means=request.means, programs=subjects.programs, private=request.private)
        parts.append(_of_programs(subjects.programs, databases, wish))
    notes = [note.message for part in parts for note in part.notes]
    notes += subjects.programs.notes if subjects.programs is not None else ()
    of_age = (age_gap(database, request.means.now.date()) for database in databases.databases)
    gaps = (
        *databases.gaps,
        *filter(None, of_age),
        *(subjects.programs.gaps if subjects.programs is not None else ()),
        *(gap for part in parts for gap in part.gaps),
    )
    found = [_limited(one, request.level) for part in parts for one in part.vulnerabilities]
    found = _with_clocks(found, request.means, notes)
    gos = tuple(go for part in parts for go in part.gos)
    names = tuple(project.name for project in subjects.projects)
    names += tuple(one.name for one in subjects.programs.programs) if subjects.programs is not None else ()
    return VulnRun(
        databases=(*databases.databases, *(one for part in parts for one in getattr(part, "databases", ()))),
        vulnerabilities=tuple(sorted(found, key=_order)),
        go_support=tuple(dict.fromkeys(gos)),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(dict.fromkeys(notes)),
        exit_code=_exit_code(found, gos, gaps, names),
        subjects=names,
        checked=sum(part.checked for part in parts),
        unchecked=tuple(dict.fromkeys(one for part in parts for one in part.unchecked)),
        ignored=tuple(one for part in parts for one in getattr(part, "ignored", ())),
    )


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the facts of one subject: databases, vulnerabilities, Go's support, modules that nobody can judge. Raises
    nothing for hostile input; InputError for settings of this machine that cannot be used."""
    from supplymatrix.engine.audit_shared import once
    from supplymatrix.engine.this_machine import SeenHere
    from supplymatrix.engine.vuln_databases import age_gap, open_databases
    from supplymatrix.model.verdict import Note

    environ, paths = wish.means.environ, wish.vuln_databases
    databases = once(wish.shared, ("vulnerabilities", paths), lambda: open_databases(environ, paths))
    of_age = filter(None, (age_gap(database, wish.means.now.date()) for database in databases.databases))
    parts: list[SourceVulns | ProgramVulns] = []
    notes: list[Note] = []
    if wish.project is not None:
        parts.append(_of_project(wish, databases))
    if wish.programs is not None:
        parts.append(_of_programs(wish.programs, databases, wish))
    notes += (note for part in parts for note in part.notes)
    told: list[str] = []
    found = _with_clocks([one for part in parts for one in part.vulnerabilities], wish.means, told, wish.shared)
    notes += [Note(code="vulns-first-seen", message=text) for text in told]
    return SeenHere(
        facts=(
            *databases.databases,
            *sorted(found, key=_order),
            *dict.fromkeys(go for part in parts for go in part.gos),
            *dict.fromkeys(one for part in parts for one in part.unchecked),
            *(one for part in parts for one in getattr(part, "ignored", ())),
        ),
        gaps=tuple(dict.fromkeys((*databases.gaps, *of_age, *(gap for part in parts for gap in part.gaps)))),
        notes=tuple(dict.fromkeys(notes)),
    )


def _of_project(
    wish: AuditInput, databases: VulnDatabases, *, call_graph: bool = False, govulncheck: Path | None = None
) -> SourceVulns:
    """Return what is known of a project, as the go command would build it: in its workspace."""
    from supplymatrix.engine.vuln_sources import SourceWish, project_vulnerabilities
    from supplymatrix.engine.work_member import in_workspace

    assert wish.project is not None  # noqa: S101 - asked before
    member = in_workspace(wish.project, wish.means.environ)
    source = SourceWish(call_graph=call_graph, govulncheck=govulncheck)
    made = project_vulnerabilities(changed(wish, project=member.project), databases, source)
    return changed(made, gaps=(*member.gaps, *made.gaps), notes=(*member.notes, *made.notes))


def _of_one_project(project: Project, databases: VulnDatabases, request: VulnRequest) -> SourceVulns:
    """Return what is known of one of a run's projects, with its name."""
    wish = AuditInput(means=request.means, project=project, private=request.private)
    made = _of_project(wish, databases, call_graph=request.call_graph, govulncheck=request.govulncheck)
    named = tuple(changed(one, project=project.name) for one in made.vulnerabilities)
    return changed(made, vulnerabilities=named)


def _of_programs(programs: ProgramsFound, databases: VulnDatabases, wish: AuditInput) -> ProgramVulns:
    from supplymatrix.engine.vuln_programs import program_vulnerabilities
    from supplymatrix.net.settings import read_go_settings

    told = read_go_settings(wish.means.environ).goprivate.value
    patterns = ",".join((*wish.private, *filter(None, [told])))
    return program_vulnerabilities(programs, databases, wish.means, private=patterns)


def _subjects(paths: Iterable[Path], databases: VulnDatabases, request: VulnRequest) -> _Subjects:
    """Return the projects and programs that paths lead to. Raises InputError for those that lead to neither."""
    of_projects, of_programs = list[Path](), list[Path]()
    for path in paths:
        (of_projects if _is_project(path) else of_programs).append(path)
    programs = None
    if of_programs:
        from supplymatrix.engine.vuln_programs import read_with_functions

        programs = read_with_functions(of_programs, databases.index.packages, jobs=request.means.jobs)
        forged = [
            Diagnostic(message=f"the image is not what it says: {what}", artifact=where)
            for where, what in programs.forged
        ]
        if programs.faults or forged:
            raise InputError(*programs.faults, *forged)
    return _Subjects(projects=tuple(_projects(of_projects)), programs=programs)


def _projects(paths: Sequence[Path]) -> Iterator[Project]:
    if paths:
        from supplymatrix.sources.subjects import find_subjects, read_subject

        yield from map(read_subject, find_subjects(paths, recursive=False).subjects)


def _is_project(path: Path) -> bool:
    if path.is_dir():
        return any((path / name).is_file() for name in _PROJECT_FILES)
    return path.suffix in _PROJECT_SUFFIXES


def _limited(found: Vulnerability, level: VulnLevel) -> Vulnerability:
    """Return a vulnerability as one sees it who looks no deeper than a level."""
    if found.looked.depth <= level.depth:
        return found
    at_package = level is VulnLevel.PACKAGE
    return changed(
        found,
        level=min(found.level, level, key=lambda one: one.depth),
        looked=level,
        packages=found.packages if at_package else (),
        symbols=(),
        chain=found.chain if at_package else (),
    )


def _with_clocks(
    found: Sequence[Vulnerability], means: Means, notes: list[str], shared: AuditShared | None = None
) -> list[Vulnerability]:
    """Return vulnerabilities with the days on which they were first seen here, and on which their fixes came out."""
    if not found:
        return []
    from supplymatrix.engine.audit_shared import once
    from supplymatrix.engine.module_graph import cache_of
    from supplymatrix.engine.vuln_clocks import clocked
    from supplymatrix.engine.vuln_go import release_table

    table = once(shared, "releases of Go", lambda: release_table(means))
    timed, told = clocked(found, means, table, cache_of(means.environ))
    notes += [note.message for note in told]
    return list(timed)


def _order(found: Vulnerability) -> tuple[object, ...]:
    """Return the key of the order in a report: by project and program, the nearest first."""
    is_last = found.review is Review.UNREVIEWED and found.level is VulnLevel.MODULE
    near = (found.project, found.program, is_last, -found.level.depth, found.subject.path, found.advisory)
    place = found.location
    return (*near, found.subject.version, place.artifact, place.line, found.database)


def _exit_code(
    found: Iterable[Vulnerability], gos: Iterable[GoSupport], gaps: Sequence[Gap], subjects: Sequence[str]
) -> int:
    if gaps:
        return 3
    if any(map(is_alarming, found)) or any(go.is_supported is False and not go.is_least for go in gos):
        return 1
    return 0 if subjects else _NOTHING
