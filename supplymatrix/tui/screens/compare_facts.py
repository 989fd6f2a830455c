"""What the Compare screen shows of a comparison: a row for each vendor of one Go, a row for each CVE of one vendor.

The words are those of the command. No number is worked out here that the comparison does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from supplymatrix.model.value import value
from supplymatrix.reports.compare_words import (
    COLUMNS,
    cell,
    feed_line,
    gap_line,
    go_line,
    legend,
    partly_notes,
    support_words,
    title_of,
    touching_line,
)
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.details import field, heading
from supplymatrix.tui.widgets.table_model import TableColumn, TableData
from supplymatrix.vendors.comparison import Comparison, ProjectCoverage
from supplymatrix.vendors.coverage import CoverageRow, GoCoverage, SupportState
from supplymatrix.vendors.cve_answers import CveAnswer, CveState, TouchingCve
from supplymatrix.vendors.matrix import TODAY

__all__ = ["CoverageView", "answer_lines", "answers_table", "head_lines", "legend_lines", "vendor_lines", "views_of",
           "why_no_answers"]  # fmt: skip

_MOST_STANDS = 30
_SIGNS = {
    CveState.FIXED: ("●", "fixed", "good"),
    CveState.OPEN: ("○", "open", "bad"),
    CveState.WONT_FIX: ("○", "won't fix", "bad"),
    CveState.NOT_AFFECTED: ("–", "not affected", "muted"),  # noqa: RUF001 - the sign of "not applicable"
    CveState.SILENT: ("?", "silent", "unknown"),
}
"""Sign, word and style of each state; what stands not here is told by nobody."""
_SUPPORT = {
    SupportState.UNTIL: ("●", "good"),
    SupportState.NO_END: ("●", "good"),
    SupportState.ROLLING: ("◐", "part"),
    SupportState.ENDED: ("○", "bad"),
    SupportState.NO_GO: ("–", "muted"),  # noqa: RUF001 - the same
    SupportState.UNKNOWN: ("?", "unknown"),
}


@value
class CoverageView:
    """One Go of the project. coverage: as the engine gave it. table: a row for each vendor, `today` first."""

    project: ProjectCoverage
    coverage: GoCoverage
    table: TableData

    def row(self, vendor: str) -> CoverageRow | None:
        """Return the row of a vendor, None = there is none."""
        return next((row for row in self.coverage.rows if row.id == vendor), None)


def views_of(report: Comparison) -> tuple[CoverageView, ...]:
    """Return one view for each Go that the project is built with."""
    return tuple(
        CoverageView(project=project, coverage=coverage, table=_vendor_table(coverage, project.standing.vendors))
        for project in report.projects
        for coverage in project.gos
    )


def head_lines(view: CoverageView, number: int, count: int) -> tuple[Content, ...]:
    """Return what stands over the table. number, count: of the Gos of the project."""
    which = f"{number}/{count} " if count > 1 else ""
    return (
        Content.assemble((plain(title_of(view.project)), "bold"), plain(f" · {which}{go_line(view.coverage)}")),
        Content(plain(touching_line(view.coverage))),
    )


def vendor_lines(view: CoverageView, row: CoverageRow) -> Iterator[Content]:
    """Yield what is known of one vendor: its support, feeds, notes; of `today`, what the project shows, too."""
    yield heading(row.name if row.id != TODAY else "today: what the project has")
    support = row.support
    yield field("support", f"Go {view.coverage.go.minor} {support_words(support)}")
    for name, text in (("offer", support.offer), ("because", support.basis), ("sources", ", ".join(support.evidence))):
        if text:
            yield field(name, text)
    numbers = ", ".join(f"{cell(row, state)} {name}" for state, name in COLUMNS)
    yield field("CVEs", numbers if not row.no_feed else f"not known: {row.no_feed}")
    for channel in row.channels:
        stands_for = f", for {channel.stand_in_for}" if channel.stand_in_for else ""
        yield field("feed", f"{channel.id} to {channel.as_of or '?'}{stands_for}")
    for note in partly_notes(view.coverage):
        if note.startswith(f"{row.id}: "):
            yield field("note", note.removeprefix(f"{row.id}: "))
    texts = dict.fromkeys(f"{stand.text} ({stand.role}: {stand.point.replace('_', ' ')})" for stand in row.stands)
    for text in list(texts)[:_MOST_STANDS]:
        yield field("on path", text)
    if row.id == TODAY:
        yield from _project_lines(view)


def answers_table(view: CoverageView, row: CoverageRow) -> TableData:
    """Return the CVEs of one vendor, those that are open first."""
    answers = sorted(row.answers, key=_urgency)
    signs = [_sign(answer) for answer in answers]
    cves = _touching(view)
    released = [cve.fix.released.day if cve is not None and cve.fix.released is not None else None
                for cve in (cves.get(answer.cve) for answer in answers)]  # fmt: skip
    sure = ["yes" if (cve := cves.get(answer.cve)) is not None and cve.is_sure else "perhaps" for answer in answers]
    return TableData(
        [
            TableColumn(key="state", title="state", texts=[word for _, word, _ in signs],
                        marks=[sign for sign, _, _ in signs], styles=[style for _, _, style in signs]),
            TableColumn(key="cve", title="CVE", texts=[answer.cve for answer in answers]),
            TableColumn(key="day", title="dated", texts=[str(a.when.day) if a.when else "" for a in answers]),
            TableColumn(key="released", title="Go's fix", texts=[str(day or "?") for day in released]),
            TableColumn(key="touches", title="touches", texts=sure),
            TableColumn(key="channel", title="channel", texts=[answer.channel for answer in answers]),
            TableColumn(key="version", title="version", texts=[answer.version for answer in answers]),
            TableColumn(key="advisory", title="advisory", texts=[answer.advisory for answer in answers]),
        ],
        [answer.cve for answer in answers],
    )  # fmt: skip


def answer_lines(view: CoverageView, row: CoverageRow, answer: CveAnswer) -> Iterator[Content]:
    """Yield what a vendor did about one CVE, and where that stands."""
    cve = _touching(view).get(answer.cve)
    sign, word, _ = _sign(answer)
    yield heading(f"{answer.cve}{f' · {cve.fix.go_id}' if cve is not None else ''}")
    yield field("state", f"{sign} {word} · {row.name if row.id != TODAY else 'today'}")
    for name, text in (("note", answer.note), ("channel", answer.channel), ("version", answer.version),
                       ("advisory", answer.advisory), ("not in", ", ".join(answer.open_in))):  # fmt: skip
        if text:
            yield field(name, text)
    if answer.when is not None:
        when = answer.when
        yield field("dated", str(when.day))
        yield field("place", f"{when.feed}: {when.file} {when.field}")
    if cve is None:
        return
    fix = cve.fix
    yield field("Go's fix", f"{fix.released.day if fix.released else '?'} in Go {', '.join(fix.fixed_in) or 'none'}")
    yield field("touches", _touch_words(view, cve))


def why_no_answers(row: CoverageRow) -> str:
    """Return why a vendor has no list of CVEs."""
    if row.support.state is SupportState.NO_GO:
        return f"{row.name} ships no Go: there is nothing for it to fix"
    return f"not known: {row.no_feed}" if row.no_feed else "no CVE touches this Go"


def legend_lines(report: Comparison, view: CoverageView) -> Iterator[str]:
    """Yield what the signs mean, and which feeds the numbers rest on."""
    yield from legend(view.coverage)
    yield "* = the project stands on the path of this vendor"
    yield feed_line(report)


def _vendor_table(coverage: GoCoverage, standing: Sequence[str]) -> TableData:
    rows = coverage.rows
    signs = [_SUPPORT[row.support.state] for row in rows]
    columns = [
        TableColumn(key="vendor", title="vendor", texts=[row.id for row in rows],
                    marks=["*" if row.id in standing else " " for row in rows], max_width=24),
        TableColumn(key="support", title=f"Go {coverage.go.minor} supported", max_width=21,
                    texts=[_support_text(row) for row in rows], sort_keys=[_support_key(row) for row in rows],
                    marks=[sign for sign, _ in signs], styles=[style for _, style in signs]),
    ]  # fmt: skip
    for state, name in COLUMNS:
        texts = [cell(row, state) for row in rows]
        columns.append(
            TableColumn(key=state.value, title=name, texts=texts, is_number=True, width=max(4, len(name)),
                        styles=["unknown" if text == "?" else "" for text in texts])
        )  # fmt: skip
    columns.append(TableColumn(key="name", title="name", texts=[row.name for row in rows], max_width=30))
    return TableData(columns, [row.id for row in rows])


def _support_text(row: CoverageRow) -> str:
    return support_words(row.support) if row.support.state is not SupportState.UNKNOWN else "not known"


def _support_key(row: CoverageRow) -> str | None:
    """Return by what a support is sorted: what is known to end, by its day; what has no end known behind it."""
    if row.support.state in (SupportState.UNKNOWN, SupportState.NO_GO):
        return None
    return str(row.support.until) if row.support.until is not None else "9999"


def _touching(view: CoverageView) -> dict[str, TouchingCve]:
    return {cve.fix.cve: cve for cve in view.coverage.cves or ()}


def _touch_words(view: CoverageView, cve: TouchingCve) -> str:
    go = view.coverage.go
    if cve.is_sure:
        return f"Go {go.text}" if go.is_exact else f"every release of {go.minor}"
    return f"some releases of {go.minor}; which one is used is not pinned"


def _urgency(answer: CveAnswer) -> tuple[int, bool]:
    """Return the order of answers: what is open, what nobody knows, what is fixed in part, the rest."""
    order = (CveState.OPEN, CveState.WONT_FIX, None, CveState.FIXED, CveState.NOT_AFFECTED)
    return order.index(answer.state if answer.state in order else None), not answer.open_in


def _sign(answer: CveAnswer) -> tuple[str, str, str]:
    if answer.state is CveState.FIXED and answer.open_in:
        return "◐", "fixed in part", "part"
    words = dict(COLUMNS).get(answer.state, answer.state.value.replace("_", " "))
    return _SIGNS.get(answer.state, ("?", words, "unknown"))


def _project_lines(view: CoverageView) -> Iterator[Content]:
    project = view.project
    if not project.standing.stands:
        yield field("on path", "of nobody that was seen: Go as the Go project releases it")
    for need in project.needs:
        items = f" {', '.join(need.items)}" if need.items else ""
        yield field("needs", f"{'must' if need.must else 'has'} {need.key}{items}: {need.origin}")
    for gap in project.gaps:
        yield field("unknown", gap_line(gap))
