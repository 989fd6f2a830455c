"""Findings and unknown things as a page shows them: both places with their source, why, what to do, evidence.

A page has room for so many findings in full; of the others it tells the number.
"""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.html_parts import Detail
from supplymatrix.reports.judged_words import chain_of, docs_of, excuse_of, level_in_mode, step_of
from supplymatrix.reports.next_step import placed_command
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.reports.text_gaps import GapGroup, gap_groups

__all__ = ["FindingView", "Place", "Room", "UnknownView", "findings", "notes", "unknowns"]

_IN_FULL = 500  # findings of one page
_NAMES = 200  # things that are unknown for one reason
_LONGEST = 160  # characters of a line before and after what is meant


@value
class Place:
    """A line of source. title: what it is to the finding. meant: the part of the line that is meant; label: said
    below it."""

    title: str
    where: str
    number: int = 0
    before: str = ""
    meant: str = ""
    after: str = ""
    label: str = ""


@value
class FindingView:
    """One finding. kind: its level as the mode allows, or "waived". steps: what to do next, one after the other.
    path: by which requirements its module comes into the project."""

    kind: str
    rule: str
    name: str
    message: str
    subject: str
    places: tuple[Place, ...]
    label: str
    why: str
    excuse: str
    before: str
    steps: tuple[str, ...]
    docs: str
    evidence: tuple[Detail, ...]
    path: tuple[str, ...] = ()


@value
class UnknownView:
    """Things that are unknown for one reason. more: how many names are left out, said."""

    things: str
    reason: str
    names: tuple[str, ...]
    more: str
    rules: str
    remedy: str
    excuse: str
    before: str


class Room:
    """How many findings may still be told in full on this page."""

    def __init__(self) -> None:
        self.left = _IN_FULL

    def take(self, wanted: int) -> int:
        """Return how many of so many there is room for, and take it."""
        taken = min(self.left, wanted)
        self.left -= taken
        return taken


def findings(audit: Audit, room: Room) -> tuple[tuple[FindingView, ...], str]:
    """Return findings in the order of the verdict, those that count first, and what is left out, said."""
    found = [item for item in audit.verdict.judged if item.finding is not None]
    found.sort(key=lambda item: item.status is Status.WAIVED)
    shown = room.take(len(found))
    left = len(found) - shown
    more = f"{counted(left, 'more finding' if shown else 'finding')}, see the JSON report" if left else ""
    return tuple(_view(audit, item) for item in found[:shown]), more


def _view(audit: Audit, item: Judged) -> FindingView:
    finding, rule = item.finding, audit.rules[item.rule]
    assert finding is not None  # noqa: S101 - the caller has looked
    step = step_of(audit, item)
    waived = item.status is Status.WAIVED
    evidence = [Detail(part.label, placed_command(audit, part.value), is_code=True) for part in finding.evidence]
    evidence.append(Detail("confidence", finding.confidence.value))
    if finding.advisories:
        evidence.append(Detail("advisories", ", ".join(finding.advisories), is_code=True))
    if finding.fingerprint:
        evidence.append(Detail("fingerprint", finding.fingerprint, is_code=True))
    return FindingView(
        kind="waived" if waived else level_in_mode(audit, item).value,
        rule=item.rule,
        name=rule.name,
        message=finding.message,
        subject=item.subject,
        places=tuple(_places(audit, item)),
        label="" if finding.locations else finding.label,
        why=rule.why,
        excuse=excuse_of(item.waiver) if item.waiver is not None else "",
        before="decides nothing: it was there before" if item.known_before else "",
        steps=tuple(step.split(" · ")) if step else (),
        docs=docs_of(item.rule),
        evidence=tuple(evidence),
        path=chain_of(audit, item),
    )


def _places(audit: Audit, item: Judged) -> Iterator[Place]:
    """Yield where the finding is, and the place of the policy that asks for it or excuses it."""
    finding = item.finding
    for number, place in enumerate(finding.locations if finding is not None else ()):
        label = finding.label if finding is not None and not number else ""
        yield _place(audit, place, "seen in" if not number else "and in", label)
    if item.required_by is not None:
        yield _place(audit, item.required_by, "asked for by")
    if item.waiver is not None:
        yield _place(audit, item.waiver.location, "excused by")


def _place(audit: Audit, place: Location, title: str, label: str = "") -> Place:
    source = audit.lines.get((place.artifact, place.line), "") if place.line else ""
    start = max(0, place.column - 1) if place.column else 0
    is_one_line = place.end_line in (0, place.line)
    stop = max(start + 1, place.end_column - 1) if place.end_column and is_one_line else len(source)
    before, meant, after = (
        plain(part.replace("\t", "    ")) for part in (source[:start], source[start:stop], source[stop:])
    )
    return Place(
        title=title,
        where=str(audit.placed(place)),
        number=place.line if source else 0,
        before=before if len(before) <= _LONGEST else f"…{before[-_LONGEST:]}",
        meant=meant if len(meant) <= 2 * _LONGEST else f"{meant[: 2 * _LONGEST]}…",
        after=after if len(after) <= _LONGEST else f"{after[:_LONGEST]}…",
        label=label,
    )


def unknowns(audit: Audit) -> tuple[UnknownView, ...]:
    """Return what is unknown, once for each reason."""
    return tuple(map(_unknown, gap_groups(audit.verdict)))


def _unknown(group: GapGroup) -> UnknownView:
    left = len(group.names) - _NAMES
    return UnknownView(
        things=counted(group.things, "thing"),
        reason=group.reason,
        names=group.names[:_NAMES],
        more=f"and {left:,} more, see the JSON report" if left > 0 else "",
        rules=", ".join(group.rules),
        remedy=group.remedy,
        excuse=excuse_of(group.waiver) if group.waiver is not None else "",
        before="decides nothing: it was there before" if group.known_before else "",
    )


def notes(audit: Audit) -> tuple[tuple[str, str], ...]:
    """Return remarks with their places, which may be ""."""
    return tuple(
        (str(audit.placed(note.location)) if note.location is not None else "", note.message)
        for note in audit.verdict.notes
    )
