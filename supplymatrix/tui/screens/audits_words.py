"""What the views of the Audits screen share: signs, counts, and the lines about a finding or a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from textual.content import Content

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.audit_parts import AuditPart, PartFound
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Judged
from supplymatrix.model.vulns_run import VulnRun
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.tui.screens.audits_offers import COLUMNS, PartView
from supplymatrix.tui.screens.list_screen import Item

__all__ = [
    "BAD", "GOOD", "NOTED", "OPEN", "TITLES", "UNSEEN", "WAIVED", "WARNED", "Labelled", "Line", "Said", "count_words",
    "finding_items", "found_lines", "gap_items", "gap_lines", "item_of", "labelled", "note_items", "part_items",
    "place_words", "said_of", "summary_line", "title_of", "title_of_part", "unique", "waiver_lines", "worst_of",
]  # fmt: skip

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


@value
class Labelled:
    """A named value, which is laid out once it is known how wide."""

    name: str
    text: str
    color: str = ""


Line = Content | Labelled
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
    if isinstance(found.run, VulnRun):
        ruled_out = sum(one.is_ruled_out and not one.is_malicious for one in found.run.vulnerabilities)
        parts += [f"{ruled_out:,} ruled out"] if ruled_out else []
    return ", ".join(parts) or ("nothing to look at" if found.exit_code == _NOTHING else "nothing found")


def title_of(said: Said, name: str, rest: str = "") -> Content:
    """Return the line of a row: its sign, what it is about, and more of it."""
    return Content.assemble((f"{said.mark} ", said.color), plain(name), (plain(f"  {rest}") if rest else "", "dim"))


def item_of(
    part: AuditPart,
    key: str,
    said: Said,
    title: Content,
    make: Callable[[int], Iterable[Line]],
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
        make=partial(_laid, make),
    )


def _laid(make: Callable[[int], Iterable[Line]], width: int) -> Iterator[Content]:
    """Yield lines as they are drawn: what follows the first line of a named value stands below that."""
    room = width - _LABEL - 1
    for line in make(width):
        if isinstance(line, Content):
            yield line
            continue
        text = Content.styled(plain(line.text), line.color)
        parts = text.wrap(room) if room >= _LABEL and text.plain else [text]
        for number, part in enumerate(parts):
            yield Content.assemble((f"{line.name if number == 0 else '':{_LABEL}} ", "dim"), part)


def unique(items: Iterable[Item]) -> list[Item]:
    """Return the rows, those of one name told apart by numbers."""
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        seen[item.id] += 1
        name = item.id if seen[item.id] == 1 else f"{item.id} ({seen[item.id]})"
        found.append(item if name == item.id else changed(item, id=name, parts=(item.parts[0], name)))
    return found


def labelled(name: str, text: str, color: str = "") -> Labelled:
    """Return a named value."""
    return Labelled(name=name, text=text, color=color)


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
            _finding_title(item, said),
            lambda _, item=item: tuple(found_lines(item)),  # type: ignore[misc]
            group=group,
            rule=item.rule,
            version=finding.version,
            says=finding.message,
            where=place_words(finding.locations[0] if finding.locations else None),
        )


def _finding_title(item: Judged, said: Said) -> Content:
    name = ALL_RULES[item.rule].name if item.rule in ALL_RULES else ""
    return Content.assemble(
        (f"{said.mark} {item.rule}  ", said.color), plain(item.subject), (f"  {name}", "dim"),
    )  # fmt: skip


def found_lines(item: Judged) -> Iterator[Line]:
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


def _rests_on(item: Judged) -> Iterator[Line]:
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


def waiver_lines(item: Judged) -> Iterator[Line]:
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


def gap_lines(gap: Gap) -> Iterator[Line]:
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


def title_of_part(name: str) -> str:
    """Return what a part looks at, in words."""
    return TITLES[AuditPart(name)]


def summary_line(parts: Sequence[PartFound], total: int) -> str:
    """Return what parts come to together, in a line. total: how many there are to look at."""
    failed = Counter(item.level for part in parts for item in part.judged if item.status is Status.FAIL)
    marks = {Level.ALARM: f"{BAD.mark} ", Level.ERROR: f"{BAD.mark} ", Level.WARN: f"{WARNED.mark} "}
    words = [f"{marks.get(level, '')}{counted(failed[level], word)}" for level, word in _WORDS.items() if failed[level]]
    waived = sum(item.status is Status.WAIVED for part in parts for item in part.judged)
    words += [f"{WAIVED.mark} {waived:,} waived"] if waived else []
    gaps = sum(len(part.gaps) for part in parts)
    words += [f"{OPEN.mark} {gaps:,} not known"] if gaps else []
    words += ["nothing found"] if parts and not words else []
    left = total - len(parts)
    words += [f"{UNSEEN.mark} {left} not looked at yet" if total > 1 else "not looked at yet"] if left else []
    return " · ".join(words)


_ABOUT: Mapping[AuditPart, str] = {
    AuditPart.VULNS: "What is known against its modules, packages and functions, and against the Go that builds it.",
    AuditPart.FIPS: "Whose FIPS 140-3 module is used, what is claimed and what the code shows, what is beside it.",
    AuditPart.CGO: "C code and libraries: how they come in, under which licence, and what somebody says follows.",
    AuditPart.SOURCES: "Whom the go command asks for modules, which names it tells to whom, settings that weaken that.",
    AuditPart.CREDENTIALS: "What settings and files give away. None is shown: place, kind and length are.",
    AuditPart.PATH: "Whose toolchain, images, proxies and signing are in use, how firmly named, until when supported.",
}
_NAMED = 6
_WIDE = 24


def part_items(views: Mapping[str, PartView | None], looking: str) -> list[Item]:
    """Return a row for each part. views: by name, None = not looked at. looking: the one that is being looked at."""
    return [_part_item(AuditPart(name), view, is_looking=name == looking) for name, view in views.items()]


def _part_item(part: AuditPart, view: PartView | None, *, is_looking: bool) -> Item:
    if view is None:
        said = UNSEEN
        words = "is being looked at …" if is_looking else UNSEEN.word
        lines: Callable[[int], Iterable[Content]] = partial(_unseen_lines, part, words)
    else:
        said, words = worst_of(view.found), count_words(view.found)
        lines = partial(_part_lines, view.found, said, words)
    title = Content.assemble((f"{said.mark} ", said.color), (f"{TITLES[part]:{_WIDE}}", "bold"), plain(words))
    return Item(
        id=f"part {part.value}",
        title=title,
        cells={column: {"name": TITLES[part], "says": words, "level": said.word}.get(column, "") for column in COLUMNS},
        parts=(part.value,),
        lines=(),
        make=lines,
    )


def _unseen_lines(part: AuditPart, words: str, width: int) -> Iterator[Content]:
    del width
    yield Content.styled(f"{TITLES[part]}: {words}", "bold")
    yield Content(_ABOUT[part])


def _part_lines(found: PartFound, said: Said, words: str, width: int) -> Iterator[Content]:
    """Yield what a part comes to: the worst of what was found, what is not known, what its command ends with."""
    del width
    yield Content.styled(plain(f"{said.mark} {TITLES[found.part]}: {words}"), f"bold {said.color}")
    yield Content(_ABOUT[found.part])
    failed = [item for item in found.judged if item.status is Status.FAIL and item.finding is not None]
    if failed:
        yield Content("")
        yield Content.styled("the worst", "bold")
    for item in failed[:_NAMED]:
        own = said_of(item)
        message = item.finding.message if item.finding is not None else ""
        yield Content.assemble((f"{own.mark} {item.rule} ", own.color), plain(message))
    if len(failed) > _NAMED:
        yield Content(f"  and {len(failed) - _NAMED:,} more: Enter shows all")
    if found.gaps:
        yield Content("")
        yield Content.styled("what is not known", "bold")
    for gap in found.gaps[:_NAMED]:
        yield Content.assemble((f"{OPEN.mark} ", OPEN.color), plain(f"{gap.wanted}: {gap.reason}"))
    if len(found.gaps) > _NAMED:
        yield Content(f"  and {len(found.gaps) - _NAMED:,} more: Enter shows all")
    yield Content("")
    also = " and `audit leaks`" if found.part is AuditPart.SOURCES else ""
    ends = f"exit {found.exit_code} of `supplymatrix audit {found.part.value}`{also}"
    yield Content.styled(f"{ends} · Enter shows all", "dim")
