"""What could not be checked, in the text report: once for each reason, and which rules wanted to know."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.fact import Gap
from supplymatrix.model.rule import Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Verdict, WaiverUse
from supplymatrix.reports.judged_words import excuse_of
from supplymatrix.reports.snippet import Paint, wrap
from supplymatrix.reports.tally import counted

__all__ = ["NAMES_SHOWN", "GapGroup", "gap_groups", "gap_lines"]

NAMES_SHOWN = 6
"""So many subjects are named of those that are not shown whole."""


@value
class GapGroup:
    """Gaps of one reason and remedy. names: their subjects, once each. things: how many, a module's two lines counting
    as two. rules: ids of those that wanted to know. waiver: what excuses them all. known_before: they decide nothing,
    since an earlier revision has them too."""

    reason: str
    remedy: str
    gaps: tuple[Gap, ...]
    names: tuple[str, ...]
    things: int
    rules: tuple[str, ...]
    waiver: WaiverUse | None
    known_before: bool = False


def gap_groups(verdict: Verdict) -> list[GapGroup]:
    """Return the gaps of a verdict by reason: first those that rules asked about, then the others."""
    new = {item.gap for item in verdict.judged if not item.known_before}
    known = {item.gap for item in verdict.judged} - new
    groups: dict[tuple[str, str, WaiverUse | None, bool], dict[Gap, list[str]]] = {}
    for gap, rule, waiver in _wanted(verdict):
        rules = groups.setdefault((gap.reason, gap.remedy, waiver, gap in known), {}).setdefault(gap, [])
        if rule:
            rules.append(rule)
    return [
        GapGroup(
            reason=reason,
            remedy=remedy,
            gaps=tuple(gaps),
            names=tuple(dict.fromkeys(gap.subject or gap.wanted for gap in gaps)),
            things=len({(gap.subject or gap.wanted, gap.kind) for gap in gaps}),
            rules=tuple(sorted({rule for wanting in gaps.values() for rule in wanting})),
            waiver=waiver,
            known_before=known_before,
        )
        for (reason, remedy, waiver, known_before), gaps in groups.items()
    ]


def _wanted(verdict: Verdict) -> Iterator[tuple[Gap, str, WaiverUse | None]]:
    """Yield each gap with each rule that it leaves unknown, and those that no rule asked about with none."""
    asked = set()
    for item in verdict.judged:
        if item.gap is not None:
            asked.add(item.gap)
            yield item.gap, item.rule, item.waiver if item.status is Status.WAIVED else None
    yield from ((gap, "", None) for gap in verdict.gaps if gap not in asked)


def gap_lines(verdict: Verdict, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    """Return a paragraph for each reason."""
    out = []
    for group in gap_groups(verdict):
        most = len(group.names) if verbose else NAMES_SHOWN
        more = f" and {counted(len(group.names) - most, 'other')}" if len(group.names) > most else ""
        lines = [f"because: {group.reason}", f"= {', '.join(group.names[:most])}{more}"]
        lines += [f"= needed by {', '.join(group.rules)}"] if group.rules else []
        word = f"{paint.warn}unknown{paint.off}"
        if group.known_before:
            word = f"{paint.note}known before unknown{paint.off}"
        if group.waiver is not None:
            word = f"{paint.note}waived unknown{paint.off}"
            lines.append(f"= {excuse_of(group.waiver)}")
        lines += [f"= next: {group.remedy}"] if group.remedy else []
        out.append(f"{word} {counted(group.things, 'thing')} could not be checked")
        out += [f"   {line}" for text in lines for line in wrap(text, width - 4)]
        out.append("")
    return out
