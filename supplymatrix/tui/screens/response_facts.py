"""What the Response screen shows of a report: a strip for each channel and clock, a row for each CVE.

No number is worked out here that the report does not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from supplymatrix.model.advisory import FeedDate
from supplymatrix.model.value import value
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.widgets.strip import StripItem
from supplymatrix.vendors.adoption import AdoptionState
from supplymatrix.vendors.response import Case, How, Outcome
from supplymatrix.vendors.response_report import AdoptionRow, ResponseReport
from supplymatrix.vendors.response_table import DISCLOSURE, ChannelRow, Clock
from supplymatrix.vendors.survival import Quantile

if TYPE_CHECKING:
    from supplymatrix.tui.session import Session

__all__ = ["YOU", "CveRow", "ResponseFacts", "cves", "facts_of", "is_bound_of", "number_text"]

YOU = "your project"
"""The id of the row of the project; no channel is called so."""
_NAMED = "named"


@value
class CveRow:
    """One CVE over all channels. released: Go's fix. waiting: rows in which it is open, with days where they are known;
    wont_fix, fixed: rows. oldest: days of the longest wait, None = it waits nowhere, or nobody knows since when."""

    cve: str
    go_id: str
    released: date | None
    waiting: tuple[tuple[str, int | None], ...]
    wont_fix: tuple[str, ...]
    fixed: tuple[str, ...]
    oldest: int | None


@value
class ResponseFacts:
    """report: as the engine gave it. strips: by clock, in the order of the command. longest: days of the axis, for all
    clocks. rows: CVEs that are open first, those that wait longest before the others, then the newest first."""

    report: ResponseReport
    strips: Mapping[str, tuple[StripItem, ...]]
    longest: int
    rows: tuple[CveRow, ...]


def facts_of(report: ResponseReport) -> ResponseFacts:
    """Return what is shown of a report."""
    clocks = [clock.name for clock in report.rows[0].clocks] if report.rows else [DISCLOSURE]
    by_row = {found.id: found.cases for found in report.channels}
    strips = {}
    for number, name in enumerate(clocks):
        items = [_strip(row, row.clocks[number], by_row.get(row.id, ())) for row in report.rows]
        if name == DISCLOSURE and report.adoption is not None:
            items.append(_own_strip(report, report.adoption))
        strips[name] = tuple(sorted(items, key=lambda item: bool(item.note)))  # what has no days stands below
    days = (day for items in strips.values() for item in items for day, _ in item.days)
    return ResponseFacts(report=report, strips=strips, longest=max(days, default=1), rows=_cve_rows(report))


def number_text(quantile: Quantile, *, is_bound: bool = False) -> str:
    """Return a percentile in days: "28", "28/31" where those still open make it 31, "too few", a dash of nothing.

    is_bound: the dates are the latest possible ones.
    """
    if not quantile.n:
        return "–"  # noqa: RUF001 - the sign of "not applicable"
    if quantile.is_too_thin or quantile.naive is None:
        return "too few"
    bound = "≤" if is_bound else ""
    if quantile.survival == quantile.naive:
        return f"{bound}{quantile.naive}"
    return f"{bound}{quantile.naive}/{'open' if quantile.survival is None else quantile.survival}"


def is_bound_of(clock: Clock, cases: Iterable[Case]) -> bool:
    """Return whether the percentiles of a clock are bounds: a shipped version tells some of its fixes, on the latest
    possible day."""
    fixed = (case for case in cases if case.outcome is Outcome.FIXED and _days(case, clock) is not None)
    return clock.name != _NAMED and any(case.how is How.REBASED for case in fixed)


def cves(session: Session) -> Iterable[PaletteItem]:
    """Return one item for each CVE of Go that the feeds have, for the palette."""
    from supplymatrix.engine.response import ResponseRequest, run_response

    report = run_response(ResponseRequest(environ=session.environ, today=session.now().date()))
    return [
        PaletteItem(
            kind="CVE",
            text=fix.cve,
            help=" ".join(dict.fromkeys((fix.go_id, *fix.packages[:3]))),
            go=Link("response", (fix.cve,)),
        )
        for fix in reversed(report.fixes)
    ]


def _strip(row: ChannelRow, clock: Clock, cases: Iterable[Case]) -> StripItem:
    stands_for = f"for {row.channel.stand_in_for}" if row.channel.stand_in_for else ""
    more = stands_for or (row.channel.name if row.channel.name.casefold() != row.id else "")
    if not row.is_latency:
        return StripItem(id=row.id, name=row.id, more=more, note="– its dates are days of import, or none")  # noqa: RUF001
    if not clock.fixes + clock.cut:
        return StripItem(id=row.id, name=row.id, more=more, note="– nothing on this clock")  # noqa: RUF001
    fixed = [case for case in cases if case.outcome is Outcome.FIXED and _days(case, clock) is not None]
    is_bound = is_bound_of(clock, fixed)
    return StripItem(
        id=row.id,
        name=row.id,
        more=more,
        count=f"{clock.fixes:,}",
        numbers=tuple(number_text(quantile, is_bound=is_bound) for quantile in clock.quantiles),
        days=_counted(max(0, _days(case, clock) or 0) for case in fixed),
        marks=tuple((item.percent, item.naive) for item in clock.quantiles if item.naive is not None),
        open=f"{row.open if clock is row.disclosure else clock.cut:,}",
    )


def _days(case: Case, clock: Clock) -> int | None:
    return {DISCLOSURE: case.days, "detection": case.detected_days, _NAMED: case.named_days}.get(clock.name)


def _counted(days: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(Counter(days).items()))


def _own_strip(report: ResponseReport, adoption: AdoptionRow) -> StripItem:
    taken = [item for item in report.adoptions if item.state is AdoptionState.ADOPTED and item.days is not None]
    if not adoption.adopted + adoption.open:
        return StripItem(id=YOU, name=YOU, note=_no_adoption(report, adoption))
    return StripItem(
        id=YOU,
        name=YOU,
        more="moved to a Go with the fix",
        count=f"{adoption.adopted:,}",
        numbers=tuple(map(number_text, adoption.quantiles)),
        days=_counted(max(0, item.days or 0) for item in taken),
        marks=tuple((item.percent, item.naive) for item in adoption.quantiles if item.naive is not None),
        open=f"{adoption.open:,}",
    )


def _no_adoption(report: ResponseReport, adoption: AdoptionRow) -> str:
    """Return why the project has no strip; what is not known is never said to be nothing."""
    if report.history is not None and report.history.first is None:
        return f"? not known: {report.history.gap}"
    unknown = adoption.floats + adoption.unknown
    return f"? not known of {unknown:,} CVEs" if unknown else "– no CVE touched the Go it had"  # noqa: RUF001


def _cve_rows(report: ResponseReport) -> tuple[CveRow, ...]:
    cases: dict[str, list[tuple[str, Case]]] = {}
    for found in report.channels:
        for case in found.cases:
            cases.setdefault(case.cve, []).append((found.id, case))
    rows = [_cve_row(fix.cve, fix.go_id, fix.released, cases.get(fix.cve, ())) for fix in report.fixes]
    rows.sort(key=lambda row: row.released or date.min, reverse=True)
    return tuple(sorted(rows, key=_rank))


def _rank(row: CveRow) -> tuple[int, int]:
    if row.waiting:
        return 0, -(row.oldest or 0)
    return (1, 0) if row.wont_fix else (2, 0)


def _cve_row(cve: str, go_id: str, released: FeedDate | None, cases: Iterable[tuple[str, Case]]) -> CveRow:
    waiting: dict[str, int | None] = {}
    rest: dict[Outcome, dict[str, None]] = {Outcome.WONT_FIX: {}, Outcome.FIXED: {}}
    for row, case in cases:
        if case.outcome is Outcome.OPEN:
            days = [item for item in (waiting.get(row), case.days) if item is not None]
            waiting[row] = max(days, default=None)
        elif case.outcome in rest:
            rest[case.outcome][row] = None
    known = [days for days in waiting.values() if days is not None]
    return CveRow(
        cve=cve,
        go_id=go_id,
        released=released.day if released is not None else None,
        waiting=tuple(waiting.items()),
        wont_fix=tuple(rest[Outcome.WONT_FIX]),
        fixed=tuple(row for row in rest[Outcome.FIXED] if row not in waiting),
        oldest=max(known, default=None),
    )
