"""The report for people: the verdict first, then each finding with its place, then what is not known, then notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supplymatrix.model.audit import Audit
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import ExcuseKind, Judged, Score
from supplymatrix.reports.digests import digests_of
from supplymatrix.reports.judged_words import (
    chain_of,
    docs_of,
    excuse_of,
    excused_word,
    head_of,
    level_in_mode,
    step_of,
)
from supplymatrix.reports.next_step import placed_command
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, paint_for, render_snippet, wrap
from supplymatrix.reports.tally import counted, mixed
from supplymatrix.reports.text_gaps import NAMES_SHOWN, gap_lines
from supplymatrix.reports.text_head import header, last_line

__all__ = ["FOR_THE_CURIOUS", "body", "finding_lines", "note_lines", "owed_lines", "render"]

_WITH_POLICY = frozenset({Level.ERROR, Level.ALARM})
_AS = {
    Level.OFF: "nothing", Level.NOTE: "a note", Level.WARN: "a warning", Level.ERROR: "an error",
    Level.ALARM: "an alarm",
}  # fmt: skip
_OPTION = re.compile(r"\s--?[A-Za-z]")
_IN_FULL = 3  # findings of one rule that are shown whole
_FEW = 5  # up to so many, all of them are
FOR_THE_CURIOUS = frozenset({"older-heads-not-compared", "one-engine"})
"""Codes of notes that ask nothing of the reader: with --verbose only."""


def render(audit: Audit, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as text of at most about `width` columns. verbose: every finding in full."""
    out = body(audit, width, paint_for(color=color), verbose=verbose)
    out += wrap(last_line(audit), width)
    return "\n".join(line.rstrip() for line in out) + "\n"


def body(audit: Audit, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    """Return the lines of a report but its last ones, which say what the run did."""
    out = [*header(audit, width, paint, verbose=verbose), ""]
    shown = [j for j in audit.verdict.judged if j.status is not Status.WAIVED or verbose]
    out += finding_lines(audit, [j for j in shown if j.finding is not None], width, paint, verbose=verbose)
    out += [] if verbose else owed_lines(audit, width, paint)
    out += gap_lines(audit.verdict, width, paint, verbose=verbose)
    return [*out, *note_lines(audit, width, paint, verbose=verbose)]


def finding_lines(audit: Audit, found: Sequence[Judged], width: int, paint: Paint, *, verbose: bool) -> list[str]:
    """Return the lines of findings, those of one rule and level together."""
    groups = _by_rule(found)
    return [line for group in groups for line in _group(audit, group, width, paint, verbose=verbose)]


def owed_lines(audit: Audit, width: int, paint: Paint) -> list[str]:
    """Return a paragraph that names what the debt list excuses, whoever has the list before him or not."""
    names: dict[str, list[str]] = {}
    for item in audit.verdict.judged:
        if item.finding is not None and item.waiver is not None and item.waiver.kind is ExcuseKind.DEBT:
            names.setdefault(item.rule, []).append(item.subject)
    out: list[str] = []
    for rule, subjects in names.items():
        more = f" and {counted(len(subjects) - NAMES_SHOWN, 'other')}" if len(subjects) > NAMES_SHOWN else ""
        first, *rest = wrap(
            f"owed[{rule}] {', '.join(subjects[:NAMES_SHOWN])}{more} (in full with --verbose)", width - 3
        )
        out += [f"{paint.note}owed[{rule}]{paint.off}{first.removeprefix(f'owed[{rule}]')}"]
        out += [f"   {line}" for line in rest]
    return [*out, ""] if out else []


def _by_rule(judged: Sequence[Judged]) -> Iterator[list[Judged]]:
    """Yield the findings in groups of one rule, level and status, in the order of the verdict; old ones are others."""
    groups: dict[tuple[str, Level, Status, bool], list[Judged]] = {}
    for item in judged:
        groups.setdefault((item.rule, item.level, item.status, item.known_before), []).append(item)
    yield from groups.values()


def _group(audit: Audit, group: list[Judged], width: int, paint: Paint, *, verbose: bool) -> list[str]:
    whole = group if verbose or len(group) <= _FEW else group[:_IN_FULL]
    if group[0].level is Level.NOTE and not verbose:
        return [
            *(line for item in whole for line in _brief(audit, item, width, paint)),
            *_rest(audit, group, whole, width, paint),
            "",
        ]
    out, shown = [], set[Location | None]()
    for item in whole:
        whole_label = item.level in _WITH_POLICY and (verbose or item.required_by not in shown)
        out += [*_finding(audit, item, width, paint, verbose=verbose, with_policy=whole_label), ""]
        shown.add(item.required_by)
    rest = _rest(audit, group, whole, width, paint)
    return [*out, *rest, ""] if rest else out


def _brief(audit: Audit, item: Judged, width: int, paint: Paint) -> list[str]:
    """Return a finding that is a mere note as one line with its place."""
    finding = item.finding
    if finding is None:
        return []
    place = f"{plain(str(audit.placed(finding.locations[0])))}: " if finding.locations else ""
    known = "known before: " if item.known_before else ""
    first, *rest = wrap(f"note[{item.rule}] {audit.rules[item.rule].name}: {known}{place}{finding.message}", width - 2)
    head = f"note[{item.rule}]"
    return [f"{paint.note}{head}{paint.off}{first.removeprefix(head)}", *(f"  {line}" for line in rest)]


def _rest(audit: Audit, group: list[Judged], whole: list[Judged], width: int, paint: Paint) -> list[str]:
    """Name those of a group that are not shown."""
    out: list[str] = []
    rest = group[len(whole) :]
    if rest:
        names = ", ".join(plain(item.subject) for item in rest[:NAMES_SHOWN])
        more = f" and {counted(len(rest) - NAMES_SHOWN, 'other')}" if len(rest) > NAMES_SHOWN else ""
        head = f"{_level_color(level_in_mode(audit, group[0]), paint)}{head_of(audit, group[0])}{paint.off}"
        text = wrap(
            f"{len(rest):,} more of these: {names}{more} (all of them with --verbose or --format json)", width - 3
        )
        out += [f"{head} {text[0]}", *(f"   {line}" for line in text[1:])]
    return out


def _finding(audit: Audit, item: Judged, width: int, paint: Paint, *, verbose: bool, with_policy: bool) -> list[str]:
    """Return a finding. with_policy: the line of the policy that makes it so is shown, and not only told."""
    finding = item.finding
    if finding is None:
        return []
    name = audit.rules[item.rule].name
    color = _level_color(level_in_mode(audit, item), paint)
    waived = f"{excused_word(item)} " if item.status is Status.WAIVED else "known before " if item.known_before else ""
    head = wrap(f"{waived}{head_of(audit, item)} {name}: {finding.message}", width - 2)
    out = [f"{color}{head[0]}{paint.off}", *(f"  {line}" for line in head[1:])]
    locations = finding.locations
    if locations:
        out += _snippet(audit, locations[0], finding.label, width, paint)
        for related in locations[1:]:
            out += _snippet(audit, related, "", width, paint)
    elif finding.label:
        out += [f"   {line}" for line in wrap(finding.label, width - 4)]
    out += _policy_label(audit, item, width, paint, with_policy=with_policy)
    if item.waiver is not None:
        out.append(f"   = {plain(excuse_of(item.waiver))}")
    for evidence in finding.evidence:
        text = f"= {evidence.label}: {placed_command(audit, evidence.value)}"
        # What can be typed stays in one line, to be copied.
        lines = [plain(text)] if _OPTION.search(text) else wrap(text, width - 6)
        out += [f"   {'  ' if at else ''}{paint.dim}{line}{paint.off}" for at, line in enumerate(lines)]
    chain = chain_of(audit, item)
    out += _told("path", " → ".join(chain), width) if chain else []
    if verbose:
        out += _told("why", audit.rules[item.rule].why, width)
    step, explain = step_of(audit, item), f"supplymatrix explain {item.rule}"
    out += _told("next", " · ".join([step, explain] if step and not verbose else [step or explain]), width)
    return [*out, *_told("docs", docs_of(item.rule), width)] if verbose else out


def _told(what: str, text: str, width: int) -> list[str]:
    first, *rest = wrap(f"= {what}: {text}", width - 6)
    return [f"   {first}", *(f"     {line}" for line in rest)]


def _policy_label(audit: Audit, item: Judged, width: int, paint: Paint, *, with_policy: bool) -> list[str]:
    """Return the place of the policy that makes a finding what it is, unless that is one of its own places."""
    place = item.required_by
    finding = item.finding
    if place is None or (finding is not None and place in finding.locations):
        return []
    if with_policy and (place.artifact, place.line) in audit.lines:
        return _snippet(audit, place, f"makes {item.rule} {_AS[item.level]}", width, paint)
    return [f"   {paint.dim}= asked for by {plain(str(audit.placed(place)))}{paint.off}"]


def _snippet(audit: Audit, place: Location, label: str, width: int, paint: Paint) -> list[str]:
    source = audit.lines.get((place.artifact, place.line), "") if place.line else ""
    return render_snippet(
        place=str(audit.placed(place)),
        line=place.line,
        source=source,
        column=place.column,
        end_column=place.end_column if place.end_line in (0, place.line) else 0,
        label=label,
        width=width,
        paint=paint,
    )


def note_lines(audit: Audit, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    """Return the lines of notes; with `verbose` what the score is made of, and what all rests on."""
    verdict = audit.verdict
    out = []
    for note in verdict.notes:
        if note.code in FOR_THE_CURIOUS and not verbose:
            continue
        place = f"{plain(str(audit.placed(note.location)))}: " if note.location is not None else ""
        first, *rest = wrap(f"note: {place}{note.message}", width - 3)
        out += [f"{paint.note}note:{paint.off}{first.removeprefix('note:')}", *(f"   {line}" for line in rest)]
    if verbose and verdict.score is not None:
        out += [*([""] if out else []), *_sum(verdict.score)]
    if verbose:
        out += [*([""] if out else []), "SHA-256 of what this rests on"]
        for digest in digests_of(audit):
            out += [f"   {line}" for line in wrap(f"{digest.sha256}  {digest.what} {digest.name}", width - 3)]
    return [*out, ""] if out else []


def _sum(score: Score) -> Iterator[str]:
    """Yield what the score is made of: shares and caps add up to the low score, exactly."""
    for share in score.contributions:
        whole = share.passed + share.failed + share.waived + share.unknown
        parts = [f"{share.passed + share.waived} of {whole} pass"]
        parts += [
            f"{number} {word}" for number, word in ((share.waived, "waived"), (share.unknown, "unknown")) if number
        ]
        yield f"   {share.rule}  {mixed(share.low):>12} points, {', '.join(parts)}, weight {share.weight}"
    for rule, low, _, why in score.caps:
        yield f"   {rule}  {mixed(-low):>12} points, {why}"
    yield f"   score  {mixed(score.low):>12} points"


def _level_color(level: Level, paint: Paint) -> str:
    return {Level.ALARM: paint.alarm, Level.ERROR: paint.error, Level.WARN: paint.warn}.get(level, paint.note)
