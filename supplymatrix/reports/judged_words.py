"""How one judged result is said: the same words, place and fingerprint in every format for machines and build systems.

A mode of the policy (`observe`, `warn`) lowers what is told, and so does the revision that a run is held against; an
alarm, and a fault of the user's own input, stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supplymatrix.checks.result import fingerprint_of
from supplymatrix.model.audit import Audit, Unreadable
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import ExcuseKind, Judged, Mode, Verdict, WaiverUse
from supplymatrix.policy.document import LEVEL_ORDER
from supplymatrix.reports.next_step import next_step
from supplymatrix.reports.tally import path_of

__all__ = [
    "chain_of", "decides", "distinct", "docs_of", "excuse_of", "excused_word", "fingerprint_in", "head_of",
    "level_in_mode", "main_file", "message_of", "next_of", "place_of", "step_of", "told_level", "unasked_gaps",
]  # fmt: skip

_OR_WAIVE = re.compile(r", or waive the finding( with a reason and a date)?")
_MOST = {Mode.OBSERVE: Level.NOTE, Mode.WARN: Level.WARN, Mode.ENFORCE: Level.ALARM}


def level_in_mode(audit: Audit, item: Judged) -> Level:
    """Return the level at which a result is told: its own, or the most that the policy's mode allows."""
    if item.status is Status.FAIL and (item.level is Level.ALARM or audit.rules[item.rule].input_fault):
        return item.level
    return min(item.level, _MOST[audit.verdict.mode], key=LEVEL_ORDER.__getitem__)


def head_of(audit: Audit, item: Judged) -> str:
    """Return what a finding begins with: "error[SM101]", or "note[SM101] (mode observe)" where a mode lowers it."""
    level = level_in_mode(audit, item)
    mode = "" if level is item.level else f" (mode {audit.verdict.mode.value})"
    return f"{level.value}[{item.rule}]{mode}"


def told_level(audit: Audit, item: Judged) -> Level:
    """Return the same, at most a note for what decides nothing (it is waived, or was there before), and at most an
    error for what could not be checked."""
    level = level_in_mode(audit, item)
    if item.status is Status.FAIL and level is Level.ALARM:
        return level
    quiet = item.status is Status.WAIVED or item.known_before
    return min(level, Level.NOTE if quiet else Level.ERROR, key=LEVEL_ORDER.__getitem__)


def decides(audit: Audit, item: Judged) -> bool:
    """Return whether a run cannot end with 0 because of a result, whatever the others are."""
    if item.status is Status.WAIVED:
        return False
    if item.status is Status.FAIL and (item.level is Level.ALARM or audit.rules[item.rule].input_fault):
        return True
    verdict = audit.verdict
    is_at_bar = LEVEL_ORDER[item.level] >= LEVEL_ORDER[verdict.fail_on]
    return verdict.mode is Mode.ENFORCE and not item.known_before and is_at_bar


def message_of(item: Judged) -> str:
    """Return what a result says, in one line. Text from outside."""
    finding, gap = item.finding, item.gap
    if finding is not None:
        return f"{finding.message}: {finding.label}" if finding.label else finding.message
    return f"{item.subject} could not be checked: {gap.reason}" if gap is not None else f"{item.subject}: not checked"


def next_of(audit: Audit, item: Judged) -> str:
    """Return what to do next. Text from outside."""
    step = step_of(audit, item) if item.finding is not None else item.gap.remedy if item.gap else ""
    return step or f"supplymatrix explain {item.rule}"


def step_of(audit: Audit, item: Judged) -> str:
    """Return the next step of a finding, "" for none; to waive it is none where that was done. Text from outside."""
    step = next_step(audit, item.finding) if item.finding is not None else ""
    return _OR_WAIVE.sub("", step) if item.waiver is not None else step


def excuse_of(waiver: WaiverUse) -> str:
    """Return who answers for a result, until when, and why. Text from outside."""
    what = "on the debt list of" if waiver.kind is ExcuseKind.DEBT else "waived by"
    ticket = f" ({waiver.ticket})" if waiver.ticket else ""
    vex = f" (VEX: {waiver.vex_justification})" if waiver.vex_justification else ""
    return f"{what} {waiver.owner} until {waiver.expires}: {waiver.reason}{vex}{ticket}"


def excused_word(item: Judged) -> str:
    """Return what a result is that somebody answers for: "owed" by the debt list, else "waived"."""
    return "owed" if item.waiver is not None and item.waiver.kind is ExcuseKind.DEBT else "waived"


def docs_of(rule: str) -> str:
    """Return where a rule is explained: its page, and the command that shows it anywhere."""
    return f"docs/rules/{rule}.md, or supplymatrix explain {rule}"


def chain_of(audit: Audit, item: Judged) -> tuple[str, ...]:
    """Return by which requirements the module of a result comes into the project, its own module first.

    Nothing where it is about no module, or one that go.mod itself requires, and where no chain is known. Text from
    outside.
    """
    return audit.paths.get(item.finding.module if item.finding is not None else item.subject.partition("@")[0], ())


def place_of(audit: Audit, item: Judged) -> Location | None:
    """Return where a result stands, with the path by which a reader finds it; None when that is not known."""
    places = item.finding.locations if item.finding is not None else ()
    place = places[0] if places else item.gap.location if item.gap is not None else None
    return None if place is None else audit.placed(place)


def main_file(audit: Audit) -> Location:
    """Return the file that a result without a place is shown at."""
    name = next((artifact for artifact, _ in audit.lines if artifact.startswith("go.")), "go.mod")
    return audit.placed(Location(artifact=name))


def fingerprint_in(audit: Audit | Unreadable, item: Judged, *, alone: bool) -> str:
    """Return the name under which a result is known again, 32 hex digits; it stays when lines move.

    alone: its subject is the only one of the run, so that its path need not tell it from the others.
    """
    finding = item.finding
    own = finding.fingerprint if finding is not None else fingerprint_of(item.rule, item.subject)
    return own if alone else fingerprint_of(path_of(audit), own)


def unasked_gaps(verdict: Verdict) -> Iterator[Gap]:
    """Yield what could not be had although no rule asked for it."""
    asked: set[Gap | None] = {item.gap for item in verdict.judged}
    yield from (gap for gap in verdict.gaps if gap not in asked)


def distinct(names: Iterable[str]) -> Iterator[str]:
    """Yield names; one that was there before gets a number behind it, so that no two are the same."""
    seen: dict[str, int] = {}
    for name in names:
        number = seen.get(name, 0) + 1
        made = name if number == 1 else f"{name} #{number}"
        while made in seen:
            number += 1
            made = f"{name} #{number}"
        seen[name] = number
        seen.setdefault(made, 1)
        yield made
