"""What programs do not say, as gaps of their bill, and how complete the bill is for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from supplymatrix.engine.sbom_gaps import ANY_MODULE, zip_gaps
from supplymatrix.engine.sbom_program_parts import OPAQUE, Part, SbomProgram
from supplymatrix.engine.sbom_proofs import Proofs
from supplymatrix.engine.sbom_zips import HeldZips
from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import ProgramState
from supplymatrix.model.value import value
from supplymatrix.sbom.document import Aggregate, Completeness
from supplymatrix.sources.main_version import MainVersion

__all__ = ["ProgramFindings", "program_completeness", "program_gaps"]

_FEW = 3
_BUILD_AGAIN = (
    "build it again, unpacked and not obfuscated, or make the bill from its project: supplymatrix sbom FOLDER"
)
_FROM_PROJECT = "make the bill from its project: supplymatrix sbom FOLDER"
_NATIVE = (
    "build it with CGO_ENABLED=0 if nothing but net and os/user of the standard library uses C; else the bill of its "
    "project names the files that link C: supplymatrix sbom FOLDER --cgo"
)
_ONLY_GO = "of an image its Go programs are listed, and nothing else that is in it, such as packages of its system"
_NO_EDGES = (
    "a program records which modules are in it, and not which of them needs which: all are told as needed by the "
    "program, and of each other only what proven go.mod files require, without what these mark // indirect"
)


@value
class ProgramFindings:
    """What a bill was made from. several: the subject is what holds the programs. search: what could not be looked at.
    forged: sentences about files of an image that are not what their digests say. licences: None when they were not
    asked for. version, name: of the subject. declared: its licence as the user says. fetch: what to do where a zip is
    not on this machine."""

    programs: tuple[SbomProgram, ...]
    parts: tuple[Part, ...]
    several: bool
    search: tuple[Gap, ...]
    forged: tuple[str, ...]
    proofs: Proofs
    zips: HeldZips
    licences: Mapping[ModuleVersion, ModuleLicence] | None
    version: MainVersion
    name: str
    declared: str
    fetch: str

    @property
    def alarms(self) -> tuple[str, ...]:
        """Sentences about what is not as the log, or a digest, has it."""
        return (*self.forged, *self.proofs.alarms, *self.zips.alarms)


def program_gaps(found: ProgramFindings) -> tuple[Gap, ...]:
    """Return all gaps, each once."""
    remedy = "take nothing of it; find out who is wrong: supplymatrix verify binary, supplymatrix verify cache"
    gaps = [
        *(Gap(wanted="alarm", reason=text, remedy=remedy) for text in found.alarms),
        *found.search,
        *(gap for program in found.programs for gap in _of_program(program)),
        *_version_gaps(found),
        *(_local_gap(part) for part in found.parts if part.is_local and not part.is_main),
        *found.proofs.gaps,
        *zip_gaps(found.zips, found.fetch),
        *_licence_gaps(found),
    ]
    return tuple(dict.fromkeys(gaps))


def program_completeness(found: ProgramFindings) -> Completeness:
    """Return how complete the components and the edges are, with the reasons."""
    forged = [f"alarm: {text}" for text in (*found.forged, *found.proofs.alarms)]
    search = [f"{gap.wanted}: {gap.reason}" for gap in found.search]
    lacking = [f"{gap.wanted}: {gap.reason}" for program in found.programs for gap in _lacks(program)]
    unsure = [f"{gap.wanted}: {gap.reason}" for program in found.programs for gap in _unsure(program)]
    local = [
        f"{part.path} has neither a version nor a hash: {part.why_no_version}"
        for part in found.parts
        if part.is_local and not part.is_main
    ]
    is_unknown = bool(unsure) or (bool(lacking) and all(program.info is None for program in found.programs))
    others = [_ONLY_GO] if any(program.image for program in found.programs) else []
    is_incomplete = bool(forged or search or local or others or (lacking and not is_unknown))
    components = Aggregate.INCOMPLETE if is_incomplete else Aggregate.UNKNOWN if is_unknown else Aggregate.COMPLETE
    edges = [_NO_EDGES] if any(program.deps for program in found.programs) else []
    is_whole = not edges and components is Aggregate.COMPLETE
    return Completeness(
        components=components,
        dependencies=Aggregate.COMPLETE if is_whole else Aggregate.INCOMPLETE,
        reasons=tuple(dict.fromkeys((*forged, *search, *others, *lacking, *unsure, *local, *edges))),
    )


def _of_program(program: SbomProgram) -> Iterator[Gap]:
    yield from _lacks(program)
    yield from _unsure(program)
    info = program.info
    if info is None:
        return
    if not info.release:
        said = f"the program records {info.go_version}" if info.go_version else "the program does not record it"
        yield _gap(f"version of the standard library of {program.name}", said, "build it with a release of Go", program)
    elif info.is_version_inferred:
        reason = "it is the only version of Go among the program's texts, and not recorded as such"
        yield _gap(f"version of the standard library of {program.name}", reason, _FROM_PROJECT, program)


def _lacks(program: SbomProgram) -> Iterator[Gap]:
    """Yield why something is in a program that is not listed."""
    info, state = program.info, program.read.state
    if info is None or state in OPAQUE:
        reason = program.read.reason or f"the program is {state}, and its build info cannot be read"
        yield _gap(f"modules of {program.name}", reason, _BUILD_AGAIN, program)
        return
    is_bare = program.main is None and not program.deps
    if is_bare and (program.packages is None or program.strangers):
        reason = program.read.reason or "the program names no module: it was built without modules, or before Go 1.13"
        yield _gap(f"modules of {program.name}", f"{reason}{_named(program)}", _FROM_PROJECT, program)
    elif program.strangers:
        what = f"modules of {len(program.strangers):,} packages of {program.name}"
        yield _gap(what, f"the program names none of them{_named(program)}", _FROM_PROJECT, program)
    if program.uses_cgo or (program.uses_cgo is None and program.setting("CGO_ENABLED") == "1"):
        loads = "the libraries that it loads are listed" if program.read.libraries else "it loads none at its start"
        reason = f"it is built with cgo; {loads}, and which code in C is linked into it, a program does not say"
        yield _gap(f"native code in {program.name}", reason, _NATIVE, program)


def _named(program: SbomProgram) -> str:
    shown = ", ".join(program.strangers[:_FEW])
    more = f" and {len(program.strangers) - _FEW:,} more" if len(program.strangers) > _FEW else ""
    return f"; there are functions of {shown}{more}" if shown else ""


def _unsure(program: SbomProgram) -> Iterator[Gap]:
    """Yield why what is listed may be that of something else."""
    if program.read.state is ProgramState.SEARCHED:
        reason = f"{program.read.format or 'its format'} has no place for it: the whole file was searched"
        yield _gap(f"build info of {program.name} in its own place", reason, _FROM_PROJECT, program)


def _version_gaps(found: ProgramFindings) -> Iterator[Gap]:
    version = found.version
    if version.reason:
        yield Gap(wanted=f"version of {found.name}", reason=version.reason, remedy=version.remedy, subject=found.name)
    if not found.several:
        return
    for part in found.parts:
        if part.is_main and part.is_local:
            said = ", ".join(text or "none" for text in part.recorded)
            reason = f"programs record {said}: {', '.join(part.programs[:_FEW])}"
            remedy = "build them where git or the module's version is known"
            yield Gap(wanted=f"version of {part.path}", reason=reason, remedy=remedy, subject=part.path)


def _local_gap(part: Part) -> Gap:
    return Gap(
        wanted=f"version and hashes of {part.path}",
        reason=part.why_no_version,
        remedy="build it with a version of it",
        subject=part.path,
    )


def _licence_gaps(found: ProgramFindings) -> Iterator[Gap]:
    """Yield licences that are not known, those of many modules for one reason together."""
    if found.licences is None:
        return
    reasons: dict[tuple[str, str], list[ModuleVersion]] = {}
    for part in found.parts:
        licence = found.licences.get(part.module)
        if licence is not None and licence.reason:
            remedy = licence.remedy.replace(str(part.module), ANY_MODULE)
            reasons.setdefault((licence.reason, remedy), []).append(part.module)
        elif licence is None and (found.several or not found.declared):
            remedy = "name it with --licence" if not found.several else _FROM_PROJECT
            reasons.setdefault(("a program does not say it", remedy), []).append(part.module)
    yield from _together(reasons)


def _together(reasons: Mapping[tuple[str, str], Sequence[ModuleVersion]]) -> Iterator[Gap]:
    for (reason, remedy), modules in reasons.items():
        names = sorted({str(module) for module in modules})
        if len(names) > _FEW:
            told = f"{remedy}, for each of them" if ANY_MODULE in remedy else remedy
            yield Gap(wanted=f"licences of {len(names):,} modules", reason=reason, remedy=told)
            continue
        for name in names:
            told = remedy.replace(ANY_MODULE, name)
            yield Gap(wanted=f"licence of {name}", reason=reason, remedy=told, subject=name)


def _gap(wanted: str, reason: str, remedy: str, program: SbomProgram) -> Gap:
    return Gap(wanted=wanted, reason=reason, remedy=remedy, subject=program.name)
