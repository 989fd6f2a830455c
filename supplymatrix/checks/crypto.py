"""What rules about cryptography share: how a posture is named in a result, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject, programs_by_name
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.fips import FipsFamily, FipsMark, FipsPosture, FipsPurpose, FipsUse, NonApprovedPackage
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule

__all__ = [
    "CRYPTO_WANTED", "beside_module", "evidence_of", "gap_about", "main_of", "marks_finding", "module_of",
    "places_of", "postures", "subject_of", "told_postures", "unlinked_gap",
]  # fmt: skip

_FEW = 5
CRYPTO_WANTED = "cryptography of "
"""With this begins what the gaps of the FIPS audit wanted of a program or project."""


def postures(view: FactView) -> tuple[FipsPosture, ...]:
    """Return the postures of projects, build files and programs."""
    return view.facts.of(FipsPosture)


def told_postures(view: FactView) -> Iterator[FipsPosture]:
    """Yield those of which a family can be told, NONE included; tests, and what is built beside the way, are none."""
    return (
        one for one in postures(view) if one.family is not FipsFamily.UNKNOWN and one.purpose is not FipsPurpose.ASIDE
    )


def main_of(view: FactView, posture: FipsPosture) -> str:
    """Return the path of the module that a program or project is of, "" unknown."""
    if posture.main or posture.use is FipsUse.BUILD_FILE:
        return posture.main
    return posture.subject if posture.use is FipsUse.SOURCE else module_of(view, posture).path


def unlinked_gap(posture: FipsPosture) -> Gap:
    """Return why nothing can be said of a module that a program claims, and does not have."""
    return Gap(
        wanted=f"{CRYPTO_WANTED}{posture.subject}: the module {posture.module} that it claims",
        reason="nothing of that module is linked in, so that no code bears the claim out",
        remedy="look at what it uses instead; a program without cryptography needs no module, and can be left out",
        subject=posture.subject,
        location=posture.location,
    )


def subject_of(posture: FipsPosture) -> str:
    """Return the subject of a result about a posture: "program:bin/app", a module's path, or a build file."""
    return program_subject(posture.subject) if posture.use is FipsUse.PROGRAM else posture.subject


def module_of(view: FactView, posture: FipsPosture) -> ModuleVersion:
    """Return the module under which a waiver speaks of a posture."""
    if posture.use is FipsUse.PROGRAM:
        return main_module(programs_by_name(view).get(posture.subject))
    project = next(iter(view.facts.of(ProjectFact)), None)
    path = project.module_path if project is not None else ""
    return ModuleVersion(path=path or (posture.subject if posture.use is FipsUse.SOURCE else ""), version="")


def gap_about(view: FactView, subject: str) -> Gap | None:
    """Return why something of a program or project was not looked at, None where all was. subject: its name."""
    start = f"{CRYPTO_WANTED}{subject}"
    for gap in view.facts.gaps:
        if gap.wanted == start or gap.wanted.startswith(f"{start}: "):
            return gap
    return None


def marks_finding(
    rule: Rule, view: FactView, posture: FipsPosture, marks: tuple[FipsMark, ...], *, message: str, fix: str
) -> Result:
    """Return the finding of marks that speak against a posture: the first one in the label, all as evidence."""
    subject = subject_of(posture)
    more = f"; and {len(marks) - 1} more" if len(marks) > 1 else ""
    return failed(
        rule,
        subject,
        module_of(view, posture),
        message=message,
        label=f"{marks[0].words}{more}",
        locations=places_of(posture, marks),
        evidence=evidence_of(marks),
        fix=fix,
        identity="\n".join((subject, *sorted(one.words for one in marks))),
    )


def places_of(posture: FipsPosture, marks: tuple[FipsMark, ...] = ()) -> tuple[Location, ...]:
    """Return where marks stand, those with a line first; else where the posture is told of."""
    found = dict.fromkeys(one.location for one in marks)
    lines = [place for place in found if place.line]
    return tuple(lines) or (posture.location,)


def evidence_of(marks: tuple[FipsMark, ...]) -> tuple[Evidence, ...]:
    """Return what a finding rests on, a line for each mark."""
    return tuple(Evidence(label=one.kind.value, value=one.words) for one in marks)


def beside_module(rule: Rule, view: FactView, *, is_c: bool) -> Iterator[Result]:
    """Yield what cryptography beside the module comes to for a rule: a finding for each package, a pass for each
    program and project that has none, unknown where that could not be looked at. is_c: of C code alone.

    What Go's own packages bring into a program is none where the sources of that program were read, which say whether
    anybody else calls it; else it is unknown.
    """
    modes = {(one.use, one.subject): one.mode for one in postures(view)}
    read = {main_of(view, one) for one in postures(view) if one.use is FipsUse.SOURCE}
    found: set[tuple[FipsUse, str]] = set()
    brought: dict[tuple[FipsUse, str], list[str]] = {}
    for fact in view.facts.of(NonApprovedPackage):
        if fact.is_c is not is_c:
            continue
        if fact.inside:
            brought.setdefault((fact.use, fact.subject), []).append(fact.what)
            continue
        found.add((fact.use, fact.subject))
        yield _beside(rule, view, fact, modes.get((fact.use, fact.subject), ""))
    for posture in postures(view):
        key = (posture.use, posture.subject)
        if posture.use is FipsUse.BUILD_FILE or key in found:
            continue
        gap = gap_about(view, posture.subject)
        if gap is None and key in brought and main_of(view, posture) not in read:
            gap = _brought_gap(posture, brought[key])
        subject, module = subject_of(posture), module_of(view, posture)
        yield unknown(rule, subject, module, gap) if gap is not None else passed(rule, subject, module)


def _brought_gap(posture: FipsPosture, whats: list[str]) -> Gap:
    return Gap(
        wanted=f"{CRYPTO_WANTED}{posture.subject}: who calls {', '.join(dict.fromkeys(whats))}",
        reason="crypto/tls or crypto/x509 brings it along, and the program does not tell whether anybody else calls it",
        remedy="look at the sources as well: name the project beside the program",
        subject=posture.subject,
        location=posture.location,
    )


def _beside(rule: Rule, view: FactView, fact: NonApprovedPackage, mode: str) -> Result:
    subject = f"{fact.package} in {fact.subject}"
    gap = gap_about(view, fact.subject)
    if fact.how == "module" and gap is not None:  # nobody knows whether a package of it is built
        return unknown(rule, subject, fact.module, gap)
    verb = {"linked": "links", "called": "calls"}.get(fact.how, "imports")
    under = f", under {fact.under} alone" if fact.under else ""
    if fact.how == "called":
        subject = f"{fact.what} in {fact.subject}"
    refused = ": fips140=only refuses it where it is called" if fact.is_blocked and mode == "only" else ""
    how = {"linked": "linked", "called": "called"}.get(fact.how, "imported")
    by = f", {how} by {fact.by}" if fact.by else ""
    functions = sorted(fact.functions, key=lambda name: (".(" in name, name))
    evidence = [
        Evidence(label="algorithm", value=fact.what),
        *(Evidence(label="module", value=str(fact.module)) for _ in (1,) if fact.module.version),
        *(Evidence(label="function", value=name) for name in functions[:_FEW]),
        *(Evidence(label="imports", value=" → ".join(fact.chain)) for _ in (1,) if len(fact.chain) > 2),
    ]
    return failed(
        rule,
        subject,
        fact.module,
        message=f"{fact.subject} {verb} {fact.package}: {fact.what}",
        label=f"{fact.what}{by}{under}{refused}",
        locations=(fact.location,),
        evidence=tuple(evidence),
        fix="take an approved algorithm of the standard library, or waive it where it protects nothing",
    )
