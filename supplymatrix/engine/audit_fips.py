"""Use case `audit fips`: whose validated cryptography programs and projects use, and what is beside it.

run = run_fips(FipsRequest(paths=(Path("bin/app"),), means=means))
run.postures, run.packages, run.results, run.exit_code

Nothing is run and nobody is asked: programs are read once, a project's imports are followed through the module cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.checks.crypto import CRYPTO_WANTED
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.fips.certificates import READ_ON
from supplymatrix.fips.non_approved import FUNCTIONS_IN as CALLED
from supplymatrix.fips.non_approved import linked_in_program
from supplymatrix.fips.program import FUNCTIONS_IN as TOLD_BY
from supplymatrix.fips.program import posture_of_program
from supplymatrix.model.fips import FipsFamily, FipsMark, FipsPosture, NonApprovedPackage
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed, value

if TYPE_CHECKING:
    from types import ModuleType

    from supplymatrix.buildfiles.found import BuildFile
    from supplymatrix.engine.module_graph import GraphRun
    from supplymatrix.engine.this_machine import SeenHere
    from supplymatrix.fips.sources import DebugLine, MachineSetting
    from supplymatrix.model.module import ModuleVersion
    from supplymatrix.sources.programs import FoundProgram, ProgramsFound
    from supplymatrix.sources.project import Project

__all__ = ["FUNCTIONS_IN", "FipsRequest", "FipsRun", "facts_of", "run_fips"]

FUNCTIONS_IN = TOLD_BY | CALLED
"""Packages whose functions a reader of programs has to keep for this audit."""
_SETTINGS = ("GOFIPS140", "GOEXPERIMENT", "MS_GO_NOSYSTEMCRYPTO")
_DOWNLOAD = "go mod download, with a go.sum that is proven first"
_MEND = "mend what it says, and run it again"
_PROJECT_FILES = ("go.mod", "go.work")


@value
class FipsRequest:
    """paths: of projects, programs, folders of programs, archives, images; the current folder when empty."""

    paths: tuple[Path, ...]
    means: Means


@value
class _Seen:
    """What was seen of one subject, or of all programs."""

    facts: tuple[FipsPosture | NonApprovedPackage, ...]
    gaps: tuple[Gap, ...] = ()


def run_fips(request: FipsRequest) -> FipsRun:
    """Return the posture of everything that paths lead to. Raises InputError where none of them can be used."""
    from supplymatrix.sources.programs import find_programs

    projects, others, faults = _subjects(request.paths or (Path(),))
    found = find_programs(others, jobs=request.means.jobs, functions_in=FUNCTIONS_IN) if others else None
    seen = [_of_project(project, request.means) for project in projects]
    if found is not None:
        faults += found.faults
        seen.append(_of_programs(found))
    if faults and not any(one.facts or one.gaps for one in seen):
        raise InputError(*faults)
    postures = tuple(fact for one in seen for fact in one.facts if isinstance(fact, FipsPosture))
    packages = tuple(fact for one in seen for fact in one.facts if isinstance(fact, NonApprovedPackage))
    gaps = tuple(dict.fromkeys(gap for one in seen for gap in one.gaps))
    results = _findings((*postures, *packages), gaps)
    run = FipsRun(
        postures=postures,
        packages=packages,
        gaps=gaps,
        notes=found.notes if found is not None else (),
        exit_code=0,
        results=results,
        faults=tuple(faults),
        forged=found.forged if found is not None else (),
        files=found.files if found is not None else 0,
        images=found.images if found is not None else 0,
        table_of=READ_ON,
    )
    return changed(run, exit_code=_exit_code(run))


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the facts of one subject: postures, and cryptography beside the module. Raises nothing for hostile
    input: what cannot be looked at is a gap."""
    from supplymatrix.engine.this_machine import SeenHere

    parts: list[_Seen] = []
    if wish.project is not None:
        parts.append(_of_project(wish.project, wish.means))
    if wish.programs is not None and wish.programs.programs:
        parts.append(_of_programs(_with_functions(wish.programs, wish.means)))
    return SeenHere(
        facts=tuple(fact for part in parts for fact in part.facts),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
    )


def _subjects(paths: Sequence[Path]) -> tuple[list[Project], list[Path], list[Diagnostic]]:
    """Return the projects that paths name, and the paths that lead to programs."""
    from supplymatrix.sources.subjects import find_subjects, read_subject

    projects: list[Project] = []
    others: list[Path] = []
    faults: list[Diagnostic] = []
    for path in dict.fromkeys(paths):
        if not _is_project(path):
            others.append(path)
            continue
        for subject in find_subjects((path,), recursive=False).subjects:
            try:
                projects.append(read_subject(subject))
            except InputError as err:
                faults += err.diagnostics
    return projects, others, faults


def _is_project(path: Path) -> bool:
    try:
        return path.name in _PROJECT_FILES or any((path / name).is_file() for name in _PROJECT_FILES)
    except (OSError, ValueError):
        return False


def _with_functions(found: ProgramsFound, means: Means) -> ProgramsFound:
    """Return programs with the functions that tell something here; they are read again where nobody kept these."""
    if found.functions_in >= FUNCTIONS_IN or all(one.read.packages is None for one in found.programs):
        return found
    from supplymatrix.sources.programs import find_programs

    paths = list(dict.fromkeys(one.path for one in found.programs))
    again = find_programs(paths, jobs=means.jobs, functions_in=FUNCTIONS_IN)
    kept = {(one.name, one.sha256): one for one in again.programs}
    programs = tuple(kept.get((one.name, one.sha256), one) for one in found.programs)
    return changed(found, programs=programs)


def _of_programs(found: ProgramsFound) -> _Seen:
    facts: list[FipsPosture | NonApprovedPackage] = []
    gaps: list[Gap] = list(found.gaps)
    for one in found.programs:
        posture = posture_of_program(one.name, one.read)
        facts.append(posture)
        facts += linked_in_program(one.name, one.read)
        gaps += _program_gaps(one, posture)
    return _Seen(facts=tuple(facts), gaps=tuple(gaps))


def _program_gaps(one: FoundProgram, posture: FipsPosture) -> Iterator[Gap]:
    place = Location(artifact=one.name)
    if posture.family is FipsFamily.UNKNOWN:
        yield Gap(
            wanted=f"{CRYPTO_WANTED}{one.name}",
            reason=posture.reason,
            remedy="name the program as it was built, neither packed nor obfuscated",
            subject=one.name,
            location=place,
        )
    elif one.read.packages is None:
        yield Gap(
            wanted=f"{CRYPTO_WANTED}{one.name}: what is linked in",
            reason=one.read.reason or "its table of functions cannot be read",
            remedy="build it again, and look at the program as the linker wrote it",
            subject=one.name,
            location=place,
        )
    elif one.read.functions is None:
        yield Gap(
            wanted=f"{CRYPTO_WANTED}{one.name}: its functions",
            reason="it changed while it was looked at",
            remedy="run it again when nobody writes to it",
            subject=one.name,
            location=place,
        )


def _of_project(project: Project, means: Means) -> _Seen:
    """Return what the files of a project show, and what its build imports."""
    from supplymatrix.engine.module_graph import GraphReader
    from supplymatrix.fips.sources import marks_of_imports, posture_of_project
    from supplymatrix.sources.build_files import read_project_build
    from supplymatrix.sources.fips_files import read_fips_files

    member = project.name if project.workspace is not None else ""
    graph = GraphReader(means.environ, go=False, own_first=True, member=member, unused_too=False).read(project)
    packages, gaps = _imports(project, graph)
    imports = marks_of_imports(graph.standard or {}, (name for names in graph.packages.values() for name in names))
    settings = tuple(_machine_settings(means.environ))
    place = _module_line(project, graph)
    looked = ["go.mod", "Go files", "imports", "settings of this machine"]
    try:
        build = read_project_build(project.root)
    except InputError as err:
        posture = posture_of_project(project.name, (), settings, imports, looked[2:], place=place)
        gaps.append(_unread(project, err))
        return _Seen(facts=(posture, *packages), gaps=tuple(gaps))
    files = read_fips_files(build)
    lines = (*_godebug_lines(project, build.files), *files.lines)
    posture = posture_of_project(project.name, lines, settings, imports, [*looked, "build files"], place=place)
    built = _build_postures(build.files, files.scripts, files.tags, posture.marks)
    gaps += [*build.gaps, *files.gaps]
    return _Seen(facts=(posture, *built, *packages), gaps=tuple(gaps))


def _module_line(project: Project, graph: GraphRun) -> Location:
    return graph.module_lines.get(project.name) or Location(artifact="go.mod")


def _unread(project: Project, err: InputError) -> Gap:
    return Gap(
        wanted=f"{CRYPTO_WANTED}{project.name}: its build files",
        reason=err.diagnostics[0].message,
        remedy=err.diagnostics[0].remedy or "mend the file",
        subject=project.name,
    )


def _godebug_lines(project: Project, files: Sequence[BuildFile]) -> Iterator[DebugLine]:
    """Yield the godebug lines that count: those of go.work where the project is read as a member of a workspace."""
    from supplymatrix.buildfiles.go_mod import read_go_work
    from supplymatrix.fips.sources import DebugLine
    from supplymatrix.fips.words import MODE, setting_of
    from supplymatrix.model.vendor import DetectKind
    from supplymatrix.sources.files import GO_MOD_LIMIT, read_limited

    name = "go.mod"
    if project.workspace is not None:
        name = "go.work"
        try:
            files = (read_go_work(read_limited(project.workspace, GO_MOD_LIMIT, "go.work"), name),)
        except InputError:
            files = ()  # the project could not have been read, then
    for file in files:
        for sign in file.signs if file.artifact == name else ():
            mode = setting_of(sign.texts[0], MODE) if sign.kind is DetectKind.GODEBUG else ""
            if mode:
                yield DebugLine(value=mode, location=sign.location)


def _build_postures(
    files: Sequence[BuildFile], scripts: Sequence[BuildFile], tags: Sequence[BuildFile], marks: Sequence[FipsMark]
) -> Iterator[FipsPosture]:
    """Yield the postures of the build files that show something of FIPS, by file."""
    from supplymatrix.buildfiles.found import together
    from supplymatrix.fips.build_file import posture_of_build_file

    beside = {file.artifact: file for file in tags}
    for file in (*files, *scripts):
        if file.artifact in _PROJECT_FILES:
            continue
        more = beside.get(file.artifact)
        whole = together(file.artifact, file.kind, file, more) if more is not None else file
        posture = posture_of_build_file(whole, marks)
        if posture is not None:
            yield posture


def _imports(project: Project, graph: GraphRun) -> tuple[tuple[NonApprovedPackage, ...], list[Gap]]:
    """Return what the build imports that is not approved, and why there may be more."""
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
    mains = frozenset(path for path, one in by_path.items() if one.is_main)
    packages: dict[ModuleVersion, Sequence[str]] = {}
    for path, names in graph.packages.items():
        listed_one = by_path.get(path)
        if listed_one is not None:
            packages[listed_one.module] = names
    own = frozenset(name for path in mains for name in graph.packages.get(path, ()))
    imports = ProjectImports(
        subject=project.name,
        packages=packages,
        standard=graph.standard or {},
        importers=graph.importers or {},
        own=own,
        places=places,
        place=_module_line(project, graph),
    )
    gaps = [_no_imports(project, graph)] if graph.missing_packages or graph.package_gaps else []
    return imported_by_project(imports), gaps


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


def _machine_settings(environ: Mapping[str, str]) -> Iterator[MachineSetting]:
    """Yield what the go command of this machine is told: by the environment, its settings file, the go.env of its Go;
    the first that says something counts."""
    from supplymatrix.fips.sources import MachineSetting
    from supplymatrix.net.settings import building_goroot, read_built_in, read_env_values

    built_in = read_built_in(building_goroot(environ))
    layers: Iterable[tuple[str, Mapping[str, str]]] = (
        ("environment", environ),
        ("go env file", read_env_values(environ)),
        ("go.env of that Go", built_in.values if built_in is not None else {}),
    )
    layers = tuple(layers)
    for name in _SETTINGS:
        found = next(((text, origin) for origin, values in layers if (text := values.get(name, ""))), None)
        if found is not None and found[0] != "off":
            yield MachineSetting(name=name, text=found[0], origin=found[1])


def _rules() -> Sequence[ModuleType]:
    """Return the rules of this family that need no policy."""
    from supplymatrix.checks.rules import (
        c_crypto_outside_module,
        fips_claim_contradicted,
        fips_defeated,
        fips_mode_only_in_production,
        fips_not_certified,
        non_approved_crypto,
    )

    return (
        fips_claim_contradicted,
        non_approved_crypto,
        fips_defeated,
        fips_not_certified,
        c_crypto_outside_module,
        fips_mode_only_in_production,
    )


def _findings(facts: Sequence[FipsPosture | NonApprovedPackage], gaps: Sequence[Gap]) -> tuple[Result, ...]:
    """Return what the rules of this family find at the level of a note and above."""
    from supplymatrix.checks.view import FactView
    from supplymatrix.model.fact import Facts

    view = FactView(Facts(facts, gaps))
    return tuple(one for module in _rules() for one in module.check(view) if one.status is Status.FAIL)


def _exit_code(run: FipsRun) -> int:
    if run.faults:
        return 2
    if run.gaps or run.forged:
        return 3
    return 1 if run.results else 0 if run.postures else 5
