"""Findings as workflow commands: GitHub Actions turns each line into an annotation beside the changed lines.

    ::error file=go.sum,line=3,col=31,endColumn=78,title=SM110 sum-differs-from-log::go.sum and the log disagree …

The runner reads commands out of everything that a step prints. So in what comes from outside `%`, CR and LF are written
as `%25`, `%0D` and `%0A`, in the words before the last `::` also `:` and `,`; hidden characters are written out; and no
other line holds anything from outside. A step has room for ten errors, ten warnings and ten notices: the gravest get
it, and a last line tells how many more there are. Where the policy's mode is `observe`, all but alarms and faults of
the input are notices; where it is `warn`, they are warnings at most.

Source: GitHub Actions, workflow commands; actions/toolkit packages/core/src/command.ts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged, Mode, Outcome
from supplymatrix.reports.judged_words import excuse_of, excused_word, next_of, told_level
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import (
    MEANING,
    QUIET,
    as_survey,
    counted,
    outcome_of_survey,
    path_of,
    say_mode,
    say_outcomes,
    say_tally,
    tally_of,
    worst_first,
)
from supplymatrix.reports.text_gaps import GapGroup, gap_groups
from supplymatrix.reports.text_head import score_part

__all__ = ["MOST", "render"]

MOST = 10
"""Annotations of one kind that a step may have."""
_KINDS = {Level.ALARM: "error", Level.ERROR: "error", Level.WARN: "warning"}
_GATES = {Mode.OBSERVE: "notice", Mode.WARN: "warning", Mode.ENFORCE: "error"}
_ORDER = ("error", "warning", "notice")
_LONGEST_TITLE = 200
_LONGEST = 4_000  # characters of a message
_NAMES = 3


@value
class _Annotation:
    """One annotation. rank: 0 is told first among those of its kind. kind: "error", "warning" or "notice"."""

    rank: int
    kind: str
    title: str
    text: str
    place: Location | None = None


def render(found: Audit | Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the commands, gravest first, and a line that sums up; the other arguments mean nothing here."""
    del color, width, verbose
    survey = as_survey(found)
    every = [note for item in worst_first(survey.items) for note in _annotations(item)]
    every.sort(key=lambda note: (_ORDER.index(note.kind), note.rank))
    shown: list[_Annotation] = []
    room = Counter(dict.fromkeys(_ORDER, MOST))
    for note in every:
        if room[note.kind]:
            room[note.kind] -= 1
            shown.append(note)
    return "".join(f"{line}\n" for line in [*map(_command, shown), _last_line(survey, len(every) - len(shown))])


def _annotations(item: Audit | Unreadable) -> Iterator[_Annotation]:
    if isinstance(item, Unreadable):
        yield from (_fault(item, fault) for fault in item.diagnostics)
        return
    found = [_finding(item, judged) for judged in item.verdict.judged if judged.finding is not None]
    kinds = _gap_kinds(item)
    found += [_gap(item, group, kinds) for group in gap_groups(item.verdict)]
    yield from found
    verdict = item.verdict
    kind = _GATES[verdict.mode] if not verdict.exit_code else "error"
    if verdict.outcome not in QUIET and not any(note.kind == kind for note in found):
        parts = [score_part(verdict), *say_tally(tally_of(verdict)), *say_mode(verdict)]
        text = f"{item.subject}: {MEANING[verdict.outcome]}: {', '.join(part for part in parts if part)}"
        yield _Annotation(rank=0, kind=kind, title=f"supplymatrix: {verdict.outcome.value}", text=_lines(text))


def _finding(audit: Audit, item: Judged) -> _Annotation:
    finding = item.finding
    assert finding is not None  # noqa: S101 - the caller has looked
    lines = [finding.message + (f": {finding.label}" if finding.label else "")]
    title = f"{item.rule} {audit.rules[item.rule].name}"
    waiver = item.waiver
    if item.status is Status.WAIVED and waiver is not None:
        title = f"{excused_word(item)} {title}"
        lines.append(excuse_of(waiver))
    lines += ["known before: it decides nothing"] if item.known_before else []
    lines.append(f"next: {next_of(audit, item)}")
    return _Annotation(
        rank=_rank(item),
        kind=_KINDS.get(told_level(audit, item), "notice"),
        title=title,
        text=_lines(*lines),
        place=audit.placed(finding.locations[0]) if finding.locations else None,
    )


def _rank(item: Judged) -> int:
    if item.status is Status.FAIL and item.level is Level.ALARM:
        return 0
    return 3 if item.status is Status.WAIVED or item.known_before else 1


def _gap_kinds(audit: Audit) -> dict[Gap, str]:
    """Return the gravest kind that a rule makes of each gap that it could not be judged for."""
    kinds: dict[Gap, str] = {}
    for item in audit.verdict.judged:
        if item.gap is not None and item.status is not Status.WAIVED:
            kind = _KINDS.get(told_level(audit, item), "notice")
            kinds[item.gap] = min(kind, kinds.get(item.gap, kind), key=_ORDER.index)
    return kinds


def _gap(audit: Audit, group: GapGroup, kinds: dict[Gap, str]) -> _Annotation:
    """Return one annotation for all that is unknown for one reason; those that no rule asked about make a notice."""
    kind = min((kinds.get(gap, "notice") for gap in group.gaps), key=_ORDER.index, default="notice")
    lines = [f"{counted(group.things, 'thing')} could not be checked: {group.reason}"]
    more = f" and {counted(len(group.names) - _NAMES, 'other')}" if len(group.names) > _NAMES else ""
    lines.append(f"{', '.join(group.names[:_NAMES])}{more}")
    if group.waiver is not None:
        kind = "notice"
        lines.append(excuse_of(group.waiver))
    lines += ["known before: it decides nothing"] if group.known_before else []
    lines += [f"next: {group.remedy}"] if group.remedy else []
    places = [gap.location for gap in group.gaps if gap.location is not None]
    return _Annotation(
        rank=2 if group.waiver is None and not group.known_before else 3,
        kind=kind,
        title=f"{'waived ' if group.waiver is not None else ''}unknown {', '.join(group.rules)}".rstrip(),
        text=_lines(*lines),
        place=audit.placed(places[0]) if places else None,
    )


def _fault(item: Unreadable, fault: Diagnostic) -> _Annotation:
    lines = [fault.message]
    lines += [f"seen: {fault.seen}"] if fault.seen else []
    lines += [f"expected: {fault.expected}"] if fault.expected else []
    lines += [f"next: {fault.remedy}"] if fault.remedy else []
    return _Annotation(
        rank=0,
        kind="error",
        title=f"supplymatrix: {path_of(item)} cannot be read",
        text=_lines(*lines),
        place=Location(
            artifact=fault.artifact or path_of(item),
            line=fault.line,
            column=fault.column,
            end_column=fault.end_column,
        ),
    )


def _lines(*lines: str) -> str:
    """Return lines from outside as one text whose only control characters are its own line ends."""
    text = "\n".join(plain(line) for line in lines)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _command(note: _Annotation) -> str:
    properties = []
    place = note.place
    if place is not None and place.artifact:
        properties.append(f"file={_property(place.artifact)}")
        if place.line:
            properties.append(f"line={place.line}")
            if place.end_line > place.line:
                properties.append(f"endLine={place.end_line}")
            elif place.column:
                properties.append(f"col={place.column}")
                properties += [f"endColumn={place.end_column}"] if place.end_column > place.column else []
    properties.append(f"title={_property(note.title[:_LONGEST_TITLE])}")
    return f"::{note.kind} {','.join(properties)}::{_data(note.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")


def _last_line(survey: Survey, more: int) -> str:
    """Return the outcome in one line, in words of our own alone."""
    outcome: Outcome = outcome_of_survey(survey)
    text = f"supplymatrix: {outcome.value}, exit {survey.exit_code}"
    if outcome not in QUIET and not survey.exit_code:
        modes = {item.verdict.mode for item in survey.items if isinstance(item, Audit)}
        text += f" in mode {', '.join(mode.value for mode in Mode if mode in modes)}"
    if len(survey.items) != 1:
        text += f"; {counted(len(survey.items), 'subject')}: {say_outcomes(survey.items) or 'none'}"
    if more:
        text += f"; {more:,} more than GitHub takes as annotations: they are in the reports of all other formats"
    return text
