"""Use case `audit cgo`: what projects and programs have that is not Go, how it comes in, and what its licences ask.

run = run_cgo(CgoRequest(paths=(Path("."),), means=means))
run.native, run.national, run.results, run.exit_code

Nothing is compiled or run and nobody is asked: a project's files are read where its build would take them from, of a
program what its linker wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.checks.native_gaps import NATIVE_WANTED
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_subjects import subjects_of
from supplymatrix.engine.cgo_sources import CgoWish, ProjectSide, look_at_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.this_machine import SeenHere
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.native_code import LinkMode
from supplymatrix.model.native_run import CgoRun
from supplymatrix.model.rule import Level, Result, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.native.program_facts import ProgramSide, program_facts

if TYPE_CHECKING:
    from types import ModuleType

    from supplymatrix.model.native_code import NationalAlgorithm, NativeCode
    from supplymatrix.sources.programs import FoundProgram

__all__ = ["CgoRequest", "CgoRun", "facts_of", "run_cgo"]

_NOTE = "native-code"
_NOTHING = 5


@value
class CgoRequest:
    """paths: of projects, programs, folders of programs, archives, images; the current folder when empty. wish: which
    build of the projects is looked at."""

    paths: tuple[Path, ...]
    means: Means
    wish: CgoWish = CgoWish()


def run_cgo(request: CgoRequest) -> CgoRun:
    """Return what everything that paths lead to has beside Go. Raises InputError where none of them can be used."""
    from supplymatrix.sources.programs import find_programs

    projects, others, faults = subjects_of(request.paths or (Path(),))
    found = find_programs(others, jobs=request.means.jobs) if others else None
    sides: list[ProjectSide | ProgramSide] = [
        look_at_project(project, request.means.environ, request.wish) for project in projects
    ]
    gaps = [gap for side in sides if isinstance(side, ProjectSide) for gap in side.gaps]
    if found is not None:
        faults += found.faults
        gaps += found.gaps
        for one in found.programs:
            side = program_facts(one.name, one.read)
            sides.append(side)
            gaps += _program_gaps(one, side)
    if faults and not sides and not gaps:
        raise InputError(*faults)
    native = _without_known([fact for side in sides for fact in side.native], sides)
    national = tuple(fact for side in sides for fact in side.national)
    results = _findings((*native, *national), gaps)
    forged = found.forged if found is not None else ()
    return CgoRun(
        native=native,
        national=national,
        targets=tuple(side.target for side in sides),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(dict.fromkeys((*(found.notes if found is not None else ()), *_notes(sides)))),
        exit_code=_exit_code(results, gaps, faults, forged, sides),
        c_packages=tuple(package for side in sides for package in side.c_packages),
        results=results,
        faults=tuple(faults),
        forged=forged,
        files=found.files if found is not None else 0,
        images=found.images if found is not None else 0,
    )


def facts_of(wish: AuditInput) -> SeenHere:
    """Return the facts of one subject. Raises nothing for hostile input: what cannot be looked at is a gap."""
    sides: list[ProjectSide | ProgramSide] = []
    gaps: list[Gap] = []
    if wish.project is not None:
        project = look_at_project(wish.project, wish.means.environ, CgoWish())
        sides.append(project)
        gaps += project.gaps
    if wish.programs is not None:
        gaps += wish.programs.gaps
        for one in wish.programs.programs:
            sides.append(program_facts(one.name, one.read))
            gaps += _program_gaps(one, sides[-1])
    native = _without_known([fact for side in sides for fact in side.native], sides)
    return SeenHere(
        facts=tuple(dict.fromkeys((*native, *(fact for side in sides for fact in side.national)))),
        gaps=tuple(dict.fromkeys(gaps)),
        notes=tuple(Note(code=_NOTE, message=text) for text in dict.fromkeys(_notes(sides))),
    )


def _without_known(native: Sequence[NativeCode], sides: Iterable[ProjectSide | ProgramSide]) -> tuple[NativeCode, ...]:
    """Return facts without those of programs that only say "something of C", where the files of the very packages were
    looked at, in the same version of the module and as parts of a build."""
    told: dict[str, set[str]] = {}
    called: dict[tuple[str, str], set[str]] = {}
    for side in sides:
        for package in side.c_packages:
            if package.program:
                called.setdefault((package.program, _known(package.module)), set()).add(package.package)
            elif package.is_built:
                told.setdefault(_known(package.module), set()).add(package.package)

    def is_told(fact: NativeCode) -> bool:
        module = _known(str(fact.subject))
        packages = called.get((fact.program, module), set())
        return fact.mode is LinkMode.LINKED and bool(packages) and packages <= told.get(module, set())

    return tuple(fact for fact in native if not is_told(fact))


def _known(module: str) -> str:
    """Return a module as a project has it; a program built in its folder may say "(devel)" for the version."""
    return module.removesuffix("@(devel)")


def _program_gaps(one: FoundProgram, side: ProjectSide | ProgramSide) -> Iterator[Gap]:
    if isinstance(side, ProgramSide) and side.unknown:
        yield Gap(
            wanted=f"{NATIVE_WANTED}{one.name}: whether C is linked in",
            reason=side.unknown,
            remedy="look at the program as the linker wrote it: neither packed nor obfuscated",
            subject=one.name,
            location=Location(artifact=one.name),
        )


def _notes(sides: Iterable[ProjectSide | ProgramSide]) -> Iterator[str]:
    for side in sides:
        if isinstance(side, ProjectSide) and side.target.why:
            said = "C takes part" if side.target.cgo else "C takes no part"
            yield f"{side.target.name}: {said} in the build, {side.target.why}"
        yield from side.notes


def _rules() -> Sequence[ModuleType]:
    """Return the rules of this family whose results come of facts alone."""
    from supplymatrix.checks.registry import RULES

    return [module for module in RULES if module.RULE.id.startswith("SM70") and module.JUDGED_BY == "facts"]


def _findings(facts: Sequence[NativeCode | NationalAlgorithm], gaps: Sequence[Gap]) -> tuple[Result, ...]:
    from supplymatrix.checks.view import FactView
    from supplymatrix.model.fact import Facts

    view = FactView(Facts(facts, gaps))
    results = [result for module in _rules() for result in module.check(view)]
    return tuple(result for result in results if result.status is not Status.PASS)


def _exit_code(
    results: Sequence[Result],
    gaps: Sequence[Gap],
    faults: Sequence[Diagnostic],
    forged: Sequence[tuple[str, str]],
    sides: Sequence[object],
) -> int:
    levels: Mapping[str, Level] = {module.RULE.id: module.RULE.level for module in _rules()}
    if forged:
        return 4
    if faults:
        return 2
    if gaps or any(result.status is Status.UNKNOWN for result in results):
        return 3
    if any(levels[result.rule] in (Level.WARN, Level.ERROR) for result in results):
        return 1
    return 0 if sides else _NOTHING
