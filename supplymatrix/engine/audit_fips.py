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
from supplymatrix.engine.audit_subjects import subjects_of
from supplymatrix.engine.means import Means
from supplymatrix.errors import InputError
from supplymatrix.fips.certificates import READ_ON
from supplymatrix.fips.linked import FUNCTIONS_IN as CALLED
from supplymatrix.fips.linked import linked_in_program
from supplymatrix.fips.program import FUNCTIONS_IN as TOLD_BY
from supplymatrix.fips.program import default_bytes, posture_of_program, with_other_default
from supplymatrix.model.fips import FipsFamily, FipsPosture, FipsPurpose, NonApprovedPackage
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note

if TYPE_CHECKING:
    from types import ModuleType

    from supplymatrix.buildfiles.found import BuildFile
    from supplymatrix.engine.this_machine import SeenHere
    from supplymatrix.fips.debug_lines import DebugLine
    from supplymatrix.fips.sources import MachineSetting
    from supplymatrix.sources.programs import FoundProgram, ProgramsFound
    from supplymatrix.sources.project import Project

__all__ = ["FUNCTIONS_IN", "FipsRequest", "FipsRun", "facts_of", "run_fips"]

FUNCTIONS_IN = TOLD_BY | CALLED
"""Packages whose functions a reader of programs has to keep for this audit."""
_SETTINGS = ("GOFIPS140", "GOEXPERIMENT", "GOFLAGS", "MS_GO_NOSYSTEMCRYPTO")
_OWN_CALLS = (
    "functions of packages that are approved otherwise (CFB, OFB, X25519, RSA with PKCS #1 v1.5, …) were looked for in "
    "the project's own files alone; of its modules the built program tells them"
)


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
    notes: tuple[str, ...] = ()


def run_fips(request: FipsRequest) -> FipsRun:
    """Return the posture of everything that paths lead to. Raises InputError where none of them can be used."""
    from supplymatrix.sources.programs import find_programs

    projects, others, faults = subjects_of(request.paths or (Path(),))
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
    results, unknown = _findings((*postures, *packages), gaps)
    run = FipsRun(
        postures=postures,
        packages=packages,
        gaps=tuple(dict.fromkeys((*gaps, *unknown))),
        notes=tuple(dict.fromkeys(note for one in seen for note in one.notes)),
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
    said = _OWN_CALLS if any(_OWN_CALLS in part.notes for part in parts) else ""
    return SeenHere(
        facts=tuple(fact for part in parts for fact in part.facts),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
        notes=(Note(code="crypto-functions", message=said),) if said else (),
    )


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
        posture = _with_default(one, posture_of_program(one.name, one.read))
        facts.append(posture)
        facts += linked_in_program(one.name, one.read, posture.family)
        gaps += _program_gaps(one, posture)
    return _Seen(facts=tuple(facts), gaps=tuple(gaps), notes=found.notes)


def _with_default(one: FoundProgram, posture: FipsPosture) -> FipsPosture:
    """Return a posture that knows whether the program has the default of GODEBUG that it records. Of programs in
    archives nobody looks."""
    from supplymatrix.sources.fips_files import has_bytes

    wanted = default_bytes(one.read)
    if wanted and has_bytes(one.path, wanted, size=one.size) is False:
        return with_other_default(posture)
    return posture


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
    """Return what the files of a project show, and what its builds import."""
    from supplymatrix.engine.fips_imports import read_imports
    from supplymatrix.fips.build_file import Beside, postures_of_build_file
    from supplymatrix.fips.own_files import counting_lines, of_own_files
    from supplymatrix.fips.sources import Sources, posture_of_project
    from supplymatrix.sources.build_files import read_project_build
    from supplymatrix.sources.fips_files import FipsFiles, read_fips_files

    gaps: list[Gap] = []
    build_files: Sequence[BuildFile] = ()
    files = FipsFiles(own=(), builds=(), gaps=())
    try:
        build = read_project_build(project.root)
        build_files, files = build.files, read_fips_files(build)
        gaps += [*build.gaps, *files.gaps]
    except InputError as err:
        gaps.append(_unread(project, err))
    runs = [run for one in files.builds for run in one.runs.runs]
    found = read_imports(project, means.environ, runs)
    lines = (*_godebug_lines(project, build_files), *counting_lines(files.own, found.contexts))
    versions = _versions(project, means.environ)
    sources = Sources(
        subject=project.name, lines=lines, imports=found.marks, others=_has_others(lines, found.programs),
        place=found.place, versions=versions,
    )  # fmt: skip
    looked = ["go.mod", "Go files", "imports", "settings of this machine", "build files"]
    posture = posture_of_project(sources, tuple(_machine_settings(means.environ)), looked)
    beside = Beside(marks=tuple(found.marks), lines=lines, versions=versions)
    built = [one for each in files.builds for one in postures_of_build_file(each.file, each.runs, beside)]
    own = of_own_files(project.name, files.own, found.contexts, project.name)
    packages = _once(found.packages, own, built)
    gaps = [*found.gaps, *gaps, *_unclear(built)]
    notes = (_OWN_CALLS,) if found.with_modules else ()
    return _Seen(facts=(posture, *built, *packages), gaps=tuple(gaps), notes=notes)


def _once(
    imported: Sequence[NonApprovedPackage], own: Sequence[NonApprovedPackage], built: Sequence[FipsPosture]
) -> Iterator[NonApprovedPackage]:
    """Yield what is beside the module: what builds import, and of the project's own files what that does not tell. The
    system's OpenSSL is none where all that is shipped goes that way."""
    from supplymatrix.fips.families import AT_RUN_TIME
    from supplymatrix.fips.non_approved import OPENSSL

    shipped = {one.family for one in built if one.purpose is FipsPurpose.SHIPPED}
    is_way = bool(shipped) and shipped <= AT_RUN_TIME
    known = {one.package for one in imported}
    for one in imported:
        if not (is_way and one.how == "linked" and one.what == OPENSSL):
            yield one
    for one in own:
        if one.how == "called" or one.package not in known:
            yield one


def _has_others(lines: Sequence[DebugLine], programs: int) -> bool:
    """Return whether the project has programs that no line of their own speaks of. programs: how many it has."""
    return programs == 0 or programs > len({line.folder for line in lines if not line.is_of_module})


def _unclear(built: Sequence[FipsPosture]) -> Iterator[Gap]:
    """Yield why of a build file nobody knows whose cryptography it takes."""
    for one in built:
        if one.family is FipsFamily.UNKNOWN and one.purpose is FipsPurpose.SHIPPED:
            yield Gap(
                wanted=f"{CRYPTO_WANTED}{one.subject}",
                reason=one.reason,
                remedy="say it in the file, or look at the program that it makes: check --binary",
                subject=one.subject,
                location=one.location,
            )


def _versions(project: Project, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what words of GOFIPS140 mean for the Go that builds a project on this machine."""
    from supplymatrix.engine.cached_go import cached_go
    from supplymatrix.fips.certificates import WORDS
    from supplymatrix.net.settings import building_goroot, read_env_values
    from supplymatrix.sources.go_fips import fips_version
    from supplymatrix.sources.modcache import module_cache

    cache = module_cache(environ, read_env_values(environ))
    root = cached_go(project.workspace or project.root / "go.mod", environ, cache) or building_goroot(environ)
    return {word: fips_version(root, word) for word in WORDS} if root is not None else {}


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
    from supplymatrix.fips.debug_lines import DebugLine
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


def _findings(
    facts: Sequence[FipsPosture | NonApprovedPackage], gaps: Sequence[Gap]
) -> tuple[tuple[Result, ...], tuple[Gap, ...]]:
    """Return what the rules of this family find at the level of a note and above, and what they cannot tell."""
    from supplymatrix.checks.view import FactView
    from supplymatrix.model.fact import Facts

    view = FactView(Facts(facts, gaps))
    results = [one for module in _rules() for one in module.check(view)]
    unknown = dict.fromkeys(one.gap for one in results if one.status is Status.UNKNOWN and one.gap is not None)
    return tuple(one for one in results if one.status is Status.FAIL), tuple(unknown)


def _exit_code(run: FipsRun) -> int:
    if run.faults:
        return 2
    if run.gaps or run.forged:
        return 3
    return 1 if run.results else 0 if run.postures else 5
