"""What the views of the Audits screen share: signs, counts, and the lines about a finding or a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from textual.content import Content

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.audit_parts import AuditPart, PartFound
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.tui.screens.list_screen import Item

__all__ = [
    "BAD", "COLUMNS", "GOOD", "NOTED", "OPEN", "TITLES", "UNSEEN", "WAIVED", "WARNED", "Said", "count_words",
    "finding_items", "found_lines", "gap_items", "gap_lines", "item_of", "labelled", "note_items", "place_words",
    "said_of", "title_of", "unique", "waiver_lines", "worst_of",
]  # fmt: skip

COLUMNS = ("kind", "level", "rule", "name", "version", "says", "where")
"""What a filter may name, and what is copied of a row."""
TITLES: Mapping[AuditPart, str] = {
    AuditPart.VULNS: "known vulnerabilities",
    AuditPart.FIPS: "FIPS 140-3",
    AuditPart.CGO: "code that is not Go",
    AuditPart.SOURCES: "sources and names",
    AuditPart.CREDENTIALS: "credentials",
    AuditPart.PATH: "vendor path",
}
_FINDINGS = "what the rules find"
_GAPS = "what is not known"
_NOTES = "notes"
_LABEL = 10
_PLACES = 3
_EVIDENCE = 30
_WORDS = {Level.ALARM: "alarm", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note"}


@value
class Said:
    """What a row comes to: a sign, a word, the colour of both."""

    mark: str
    word: str
    color: str = ""


BAD = Said(mark="✘", word="error", color="bold $text-error")
WARNED = Said(mark="!", word="warning", color="$text-warning")
NOTED = Said(mark="·", word="note")
WAIVED = Said(mark="~", word="waived", color="$text-muted")
OPEN = Said(mark="?", word="not known", color="$text-warning")
GOOD = Said(mark="✔", word="nothing found", color="$text-success")
UNSEEN = Said(mark="–", word="not looked at", color="$text-muted")  # noqa: RUF001
_LEVELS = {Level.ALARM: BAD, Level.ERROR: BAD, Level.WARN: WARNED, Level.NOTE: NOTED}


def said_of(item: Judged) -> Said:
    """Return what a finding comes to, as the policy has it."""
    return WAIVED if item.status is Status.WAIVED else _LEVELS.get(item.level, NOTED)


def worst_of(found: PartFound) -> Said:
    """Return what a part comes to: its gravest finding, else that something is not known."""
    told = [said_of(item) for item in found.judged if item.status is Status.FAIL]
    for said in (BAD, WARNED):
        if said in told:
            return said
    return OPEN if found.gaps else NOTED if found.judged else GOOD if found.exit_code != _NOTHING else UNSEEN


_NOTHING = 5


def count_words(found: PartFound) -> str:
    """Return how much was found of which level, and how much is not known: "1 error, 2 notes, 3 not known"."""
    failed = Counter(item.level for item in found.judged if item.status is Status.FAIL)
    parts = [counted(failed[level], word) for level, word in _WORDS.items() if failed[level]]
    waived = sum(item.status is Status.WAIVED for item in found.judged)
    parts += [f"{waived:,} waived"] if waived else []
    parts += [f"{len(found.gaps):,} not known"] if found.gaps else []
    return ", ".join(parts) or ("nothing to look at" if found.exit_code == _NOTHING else "nothing found")


def title_of(said: Said, name: str, rest: str = "") -> Content:
    """Return the line of a row: its sign, what it is about, and more of it."""
    return Content.assemble((f"{said.mark} ", said.color), plain(name), (plain(f"  {rest}") if rest else "", "dim"))


def item_of(
    part: AuditPart,
    key: str,
    said: Said,
    title: Content,
    make: Callable[[int], Iterable[Content]],
    *,
    group: str,
    sources: tuple[tuple[str, str], ...] = (),
    **cells: str,
) -> Item:
    """Return a row of a part. key: unique in it, and what a link names. cells: by column."""
    known = {"kind": group, "level": said.word, "name": key}
    return Item(
        id=key,
        group=group,
        title=title,
        cells={column: plain(cells.get(column, known.get(column, ""))) for column in COLUMNS},
        parts=(part.value, key),
        lines=(),
        sources=sources,
        make=make,
    )


def unique(items: Iterable[Item]) -> list[Item]:
    """Return the rows, those of one name told apart by numbers."""
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        seen[item.id] += 1
        name = item.id if seen[item.id] == 1 else f"{item.id} ({seen[item.id]})"
        found.append(item if name == item.id else changed(item, id=name, parts=(item.parts[0], name)))
    return found


def labelled(name: str, text: str, color: str = "") -> Content:
    """Return a named value; what follows its first line stands below that."""
    return Content.assemble((f"{name:{_LABEL}} ", "dim"), (plain(text), color))


def place_words(location: Location | None) -> str:
    """Return where something stands, "" where nobody can say."""
    return str(location) if location is not None and location.artifact else ""


def finding_items(part: AuditPart, judged: Iterable[Judged], *, group: str = _FINDINGS) -> Iterator[Item]:
    """Yield a row for each finding."""
    for item in judged:
        finding = item.finding
        if finding is None:
            continue
        said = said_of(item)
        yield item_of(
            part,
            f"{item.rule} {item.subject}",
            said,
            title_of(said, item.rule, finding.message),
            lambda _, item=item: tuple(found_lines(item)),  # type: ignore[misc]
            group=group,
            rule=item.rule,
            version=finding.version,
            says=finding.message,
            where=place_words(finding.locations[0] if finding.locations else None),
        )


def found_lines(item: Judged) -> Iterator[Content]:
    """Yield all of a finding: what it rests on, what to do, and who waives it."""
    finding = item.finding
    if finding is None:
        return
    said = said_of(item)
    name = ALL_RULES[item.rule].name if item.rule in ALL_RULES else ""
    waived = "waived " if said is WAIVED else ""
    yield Content.styled(plain(f"{said.mark} {waived}{item.level.value}[{item.rule}] {name}"), f"bold {said.color}")
    yield Content(plain(finding.message))
    yield from _rests_on(item)
    yield from waiver_lines(item)
    if finding.fix and said is not WAIVED:
        yield labelled("next", finding.fix)
    yield labelled("more", f"supplymatrix explain {item.rule}")


def _rests_on(item: Judged) -> Iterator[Content]:
    finding = item.finding
    if finding is None:
        return
    for location in finding.locations[:_PLACES]:
        if location.artifact:
            yield labelled("at", str(location))
    if len(finding.locations) > _PLACES:
        yield labelled("", f"and {len(finding.locations) - _PLACES:,} more places")
    if finding.label:
        yield labelled("because", finding.label)
    for evidence in finding.evidence[:_EVIDENCE]:
        yield labelled("·", f"{evidence.label}: {evidence.value}")
    if len(finding.evidence) > _EVIDENCE:
        yield labelled("", f"and {len(finding.evidence) - _EVIDENCE:,} more")


def waiver_lines(item: Judged) -> Iterator[Content]:
    """Yield who has taken a finding upon himself, why, and until when."""
    waiver = item.waiver
    if waiver is None:
        return
    yield labelled("waived", f"by {waiver.owner} until {waiver.expires}: {waiver.reason}", WAIVED.color)
    yield labelled("", f"at {waiver.location}")
    if waiver.vex_justification:
        yield labelled("vex", waiver.vex_justification)


def gap_items(part: AuditPart, gaps: Sequence[Gap]) -> Iterator[Item]:
    """Yield a row for each thing that could not be looked at."""
    for gap in gaps:
        about = f"{gap.subject}: " if gap.subject and gap.subject not in gap.wanted else ""
        yield item_of(
            part,
            f"gap {about}{gap.wanted}",
            OPEN,
            title_of(OPEN, gap.wanted, gap.reason),
            lambda _, gap=gap: tuple(gap_lines(gap)),  # type: ignore[misc]
            group=_GAPS,
            says=gap.reason,
            where=place_words(gap.location),
        )


def gap_lines(gap: Gap) -> Iterator[Content]:
    """Yield what is not known, why not, and what to do."""
    yield Content.styled(plain(f"{OPEN.mark} not known: {gap.wanted}"), f"bold {OPEN.color}")
    yield Content(plain(gap.reason))
    if gap.subject and gap.subject not in gap.wanted:
        yield labelled("about", gap.subject)
    if place_words(gap.location):
        yield labelled("at", place_words(gap.location))
    if gap.remedy:
        yield labelled("next", gap.remedy)


def note_items(part: AuditPart, notes: Sequence[str]) -> Iterator[Item]:
    """Yield a row for each thing to be known beside."""
    for number, text in enumerate(notes, start=1):
        yield item_of(
            part,
            f"note {number}",
            NOTED,
            title_of(NOTED, text),
            lambda _, text=text: (Content(plain(text)),),  # type: ignore[misc]
            group=_NOTES,
            says=text,
        )
