"""What the Response screen shows of a report: a strip for each channel and clock, a row for each CVE.

No number is worked out here that the report does not have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from supplymatrix.model.advisory import FeedDate
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.response_words import clock_cells, quantile_words
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.widgets.strip import TICKS, StateColumn, StripItem
from supplymatrix.tui.widgets.table_model import TableColumn, TableData
from supplymatrix.vendors.adoption import AdoptionState
from supplymatrix.vendors.response import Case, Outcome
from supplymatrix.vendors.response_report import AdoptionRow, ResponseReport
from supplymatrix.vendors.response_table import DISCLOSURE, OPEN_DAYS, ChannelRow, Clock

if TYPE_CHECKING:
    from supplymatrix.tui.session import Session

__all__ = ["YOU", "CveRow", "ResponseFacts", "cve_words", "cves", "facts_of", "states_of", "strip_cells", "strip_words",
           "table_of"]  # fmt: skip

YOU = "your project"
"""The id of the row of the project; no channel is called so."""
_NAMED = "named"
_STATES = (
    StateColumn(title="open", short="open"),
    StateColumn(title=f">{OPEN_DAYS} d", short=""),
    StateColumn(title="won't fix", short="won't"),
)
_UNFIXED = (StateColumn(title="unfixed", short="unfixed"),)


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

    @property
    def is_unknown(self) -> bool:
        """Whether no channel has said what became of it."""
        return not (self.waiting or self.wont_fix or self.fixed)


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


def states_of(clock: str) -> tuple[StateColumn, ...]:
    """Return the columns of what is not fixed on a clock: the first one counts apart what will never be."""
    return _STATES if clock == DISCLOSURE else _UNFIXED


def cves(session: Session) -> Iterable[PaletteItem]:
    """Return one item for each CVE of Go that the feeds have, for the palette."""
    from supplymatrix.engine.response import ResponseRequest, run_response

    request = ResponseRequest(environ=session.environ, today=session.now().date(), as_of=session.as_of)
    report = run_response(request)
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
    more = stands_for or (row.channel.name if row.channel.name.casefold().replace(" ", "-") != row.id else "")
    vendor = row.channel.vendor if row.channel.vendor != row.id else ""
    note = ""
    if not row.is_latency:
        note = "– its dates are days of import, or none"  # noqa: RUF001 - the sign of "not applicable"
    elif not clock.fixes + clock.cut:
        note = "– nothing on this clock"  # noqa: RUF001 - the same
    if note:
        return StripItem(id=row.id, name=row.id, more=more, vendor=vendor, note=note)
    fixed = [case for case in cases if case.outcome is Outcome.FIXED and _days(case, clock) is not None]
    unfixed = (row.open, row.open_long, row.wont_fix) if clock is row.disclosure else (clock.cut,)
    return StripItem(
        id=row.id,
        name=row.id,
        more=more,
        vendor=vendor,
        count=f"{clock.fixes:,}",
        numbers=clock_cells(clock),
        days=_counted(max(0, _days(case, clock) or 0) for case in fixed),
        marks=tuple((item.percent, item.naive) for item in clock.quantiles if item.naive is not None),
        states=tuple(f"{number:,}" for number in unfixed),
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
        numbers=tuple(map(quantile_words, adoption.quantiles)),
        days=_counted(max(0, item.days or 0) for item in taken),
        marks=tuple((item.percent, item.naive) for item in adoption.quantiles if item.naive is not None),
        states=(f"{adoption.open:,}",),
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


def strip_cells(item: StripItem, clock: str, states: int) -> tuple[str, ...]:
    """Return a strip as the cells of a row. states: the number of columns behind it."""
    numbers = item.numbers or ("", "", "")
    counts = (*item.states, *[""] * (states - len(item.states)))
    return (item.name, item.vendor, clock, item.count, *numbers, *counts, item.note)


def strip_words(item: StripItem, clock: str) -> str:
    """Return the numbers of a strip in words."""
    numbers = [f"P{percent} {text}" for percent, text in zip(TICKS, item.numbers, strict=False)]
    states = [f"{text} {column.title}" for column, text in zip(states_of(clock), item.states, strict=False)]
    return ", ".join([f"{item.count} fixed", *numbers, *states]) if numbers else item.note


def cve_words(row: CveRow) -> str:
    """Return in which channels a CVE is open, and in which it is fixed."""
    waits = ", ".join(f"{name} ({'? d' if days is None else f'{days:,} d'})" for name, days in row.waiting)
    parts = [f"open in {waits}"] if waits else []
    parts += [f"won't be fixed in {', '.join(row.wont_fix)}"] if row.wont_fix else []
    parts += [f"fixed in {', '.join(row.fixed)}"] if row.fixed else []
    return plain(f"{row.cve}, Go's fix {row.released or 'not known'}: {'; '.join(parts) or 'nothing is known of it'}")


def _state(row: CveRow) -> tuple[str, str, str]:
    """Return mark, words and style of a CVE."""
    if row.is_unknown:
        return "?", "not known", "unknown"
    if row.waiting:
        return "○", f"open in {len(row.waiting)}", "bad"
    return ("○", "won't fix", "bad") if row.wont_fix else ("●", f"fixed in {len(row.fixed)}", "good")


def table_of(rows: Sequence[CveRow]) -> TableData:
    """Return the CVEs as a table."""
    states = [_state(row) for row in rows]
    waits = [", ".join(name for name, _ in row.waiting) for row in rows]
    return TableData(
        [
            TableColumn(key="state", title="state", texts=[words for _, words, _ in states],
                        marks=[mark for mark, _, _ in states], styles=[style for _, _, style in states]),
            TableColumn(key="cve", title="CVE", texts=[row.cve for row in rows]),
            TableColumn(key="days", title="open d", is_number=True, sort_keys=[row.oldest for row in rows],
                        texts=["" if row.oldest is None else f"{row.oldest:,}" for row in rows]),
            TableColumn(key="released", title="Go's fix", texts=[str(row.released or "?") for row in rows]),
            TableColumn(key="open", title="open in", texts=waits, max_width=60),
            TableColumn(key="wont", title="won't fix", texts=[", ".join(row.wont_fix) for row in rows]),
            TableColumn(key="fixed", title="fixed in", texts=[", ".join(row.fixed) for row in rows], max_width=80),
        ],
        [row.cve for row in rows],
    )  # fmt: skip
