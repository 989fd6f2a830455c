"""Response: how long channels took to fix Go's CVEs, on one axis of days; what is open; one CVE down to its dates.

What only the facts need is imported where they are loaded, in a thread: the screen is there at once.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.strip import TICKS, StripHead, StripItem, StripList
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import TableColumn, TableData

if TYPE_CHECKING:
    from supplymatrix.engine.response import ResponseRequest
    from supplymatrix.tui.screens.response_facts import CveRow, ResponseFacts
    from supplymatrix.vendors.response_report import ResponseReport
    from supplymatrix.vendors.response_table import ChannelRow

__all__ = ["WINDOWS", "ResponseScreen"]

WINDOWS: tuple[tuple[str, int], ...] = (("90 days", 90), ("1 year", 365), ("2 years", 730), ("all days", 0))
"""How far back Go's fixes are looked at, 0 = to the first one."""
_WIDE = 120  # columns
_BESIDE = 12  # of what vendors did, beside the table: it is made anew for each move of the cursor
_ALL = len(WINDOWS) - 1
_CVE = re.compile(r"(CVE|GO|GHSA|BIT)-", re.ASCII | re.IGNORECASE)
_PROJECT_FILES = ("go.mod", "go.work")
_FORMATS = (("j", "json", "json"), ("c", "csv", "csv"), ("m", "markdown", "md"), ("t", "text", "txt"))
_SHORT = {
    "disclosure": "days, Go's fix → channel's fix",
    "detection": "days, vendor's detection → its fix",
    "named": "days, Go's fix → advisory with the CVE",
}
"""The clocks in few words, where a whole sentence has no room."""
_STRIP_HEAD = ("channel", "clock", "fixed", "p50", "p90", "p99", "open", "note")


@value
class _Names:
    """What the screen can be narrowed to: ids of vendors and of channels."""

    vendors: frozenset[str]
    channels: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Return both."""
        return self.vendors | self.channels


@value
class _Found:
    """What was loaded. narrow: the vendor or channel that it is about, "" = all."""

    facts: ResponseFacts
    names: _Names
    narrow: str


_NO_NAMES = _Names(vendors=frozenset(), channels=frozenset())


class ResponseScreen(TableScreen):
    """Strips above, CVEs below; a page for one CVE, one channel, or channels in pairs."""

    PLACE = "response"
    LOADING = "reading feeds, and the project's history"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"clock", "window"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "clock", "Clock"),
        Binding("left_square_bracket", "window(-1)", "Fewer days", key_display="["),
        Binding("right_square_bracket", "window(1)", "More days", key_display="]"),
        Binding("c", "pairs", "Pairs"),
    ]
    DEFAULT_CSS = """
    ResponseScreen {
        & #main { height: 1fr; }
        & #clock { height: 1; padding: 0 1; }
        & #strips { height: auto; max-height: 50%; min-height: 2; }
        & #lower { height: 1fr; border-top: solid $panel; }
        & #table { width: 1fr; height: 100%; }
        & #beside { display: none; }
        &.-w160.-h40 #beside { display: block; width: 50%; height: 100%; border-left: solid $panel; } }
    """

    facts: ResponseFacts | None = None
    _clock = 0
    _window = _ALL
    _names = _NO_NAMES
    _narrow = ""
    _opened = ""  # what the page shows: an id of a CVE, of a row of the strips, or "pairs"
    _timeline: ResponseReport | None = None
    _to_top = False
    _told_gaps: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Yield clock, axis, strips, CVEs, and the page over them."""
        yield self.compose_filter()
        with Vertical(id="main"):
            yield Static(Content(""), id="clock", markup=False)
            yield StripHead(id="axis")
            yield StripList(id="strips", empty="reading …")
            with Horizontal(id="lower"):
                yield VirtualTable(id="table")
                yield Details(id="beside")
        yield Details(id="page")

    # What is shown.

    def load(self, work: Work) -> _Found:
        """Ask what the command asks; at first of all vendors, to know which there are."""
        from supplymatrix.engine.response import run_response
        from supplymatrix.tui.screens import response_pages  # noqa: F401 - here, since importing it takes a while
        from supplymatrix.tui.screens.response_facts import facts_of

        names, narrow = self._names, self._narrow
        report = run_response(self._request(narrow))
        if not narrow:
            vendors = frozenset(row.channel.vendor for row in report.rows if row.channel.vendor)
            names = _Names(vendors=vendors, channels=frozenset(row.channel.id for row in report.rows))
            wanted = self._wanted[0] if self._wanted else ""
            if wanted in names.all and not work.is_cancelled:
                narrow = wanted
                report = run_response(self._request(narrow, names))
        return _Found(facts=facts_of(report), names=names, narrow=narrow)

    def show(self, found: _Found) -> None:
        """Show strips and CVEs."""
        self.facts, self._names, self._narrow = found.facts, found.names, found.narrow
        self._show_facts(found.facts)

    def _show_facts(self, found: ResponseFacts) -> None:
        self._clock = min(self._clock, max(0, len(found.strips) - 1))
        self._show_strips()
        self.table.empty = self._why_no_cve()
        self.table.set_data(_table_of(found.rows))
        if self._to_top:
            self._to_top = False
            self.table.action_edge(-1, 0)
        self._tell_gaps(found.report)
        if self.has_page:
            self._show_page_again(found)
        self.moved()

    def show_error(self, text: str) -> None:
        """Say it where the strips would be."""
        self.query_one("#strips", StripList).show((), 1, empty=text)
        self.table.empty = "no CVEs: nothing could be read"

    def moved(self) -> None:
        """Show the CVE of the cursor beside the table, where there is room."""
        beside = self.query_one("#beside", Details)
        if self.facts is not None and beside.display and beside.styles.display != "none":
            cve = self.table.current_id
            from supplymatrix.tui.screens.response_pages import cve_lines

            beside.show(cve_lines(self.facts.report, cve, _BESIDE) if cve else ())

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Open a CVE, narrow to a vendor or channel, or show all."""
        name = parts[0] if parts else ""
        if _CVE.match(name):
            self._open_cve(name)
        elif not name or name in self._names.all:
            self._opened = ""
            self.close_page()
            self._narrow_to(name)
        else:
            self.tell(f"{name}: there is no such vendor or channel here", is_fault=True)

    def parts(self) -> tuple[str, ...]:
        """Return the CVE that is open, else what is narrowed to."""
        if self.has_page and self._timeline is not None:
            return (self._opened,)
        return (self._narrow,) if self._narrow else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return what is narrowed to, and the page."""
        page = (self._opened,) if self.has_page and self._opened else ()
        return (*((self._narrow,) if self._narrow else ()), *page)

    def twin(self) -> str:
        """Return the command with the same facts."""
        project = self.session.project if self._project() is not None else None
        words = ["supplymatrix response", *([shlex.quote(project.as_posix())] if project is not None else [])]
        if self.has_page and self._timeline is not None:
            return " ".join([*words, "--cve", shlex.quote(self._opened), "--explain", *self._day_words()])
        kind = "vendor" if self._narrow in self._names.vendors else "channel"
        words += [f"--{kind} {shlex.quote(self._narrow)}"] if self._narrow else []
        words += [f"--since {since}"] if (since := self._since) else []
        return " ".join([*words, *self._day_words()])

    def status(self) -> Status:
        """Count feeds, CVEs, and those of which the day of Go's fix is not known."""
        if self.facts is None:
            return super().status()
        report = self.facts.report
        shown = len(self.table.view.rows)
        count = f"{shown:,} of {len(self.facts.rows):,} CVEs"
        notes = (count, f"{report.source or 'no'} dates")
        return Status(as_of=report.asked.day, sources=len(report.as_of), unknown=report.t0_unknown, notes=notes,
                      offline=self.session.offline)  # fmt: skip

    def copy_offer(self) -> CopyOffer | None:
        """Offer the timeline or the pairs that are open, else the row of the cursor."""
        from supplymatrix.tui.screens.response_pages import pairs_offer, timeline_offer

        if self.facts is None:
            return None
        if self.has_page and self._timeline is not None:
            return timeline_offer(self._timeline, self._opened)
        if self.has_page and self._opened == "pairs":
            return pairs_offer(self.facts.report)
        strips = self.query_one("#strips", StripList)
        if self.has_page or self.focused is strips:
            return self._strip_offer(strips)
        return super().copy_offer()

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command; of a CVE, what is known of it."""
        if self.facts is None:
            return ()
        is_cve = self.has_page and self._timeline is not None
        report = self._timeline if is_cve and self._timeline is not None else self.facts.report
        name = self._opened.lower() if is_cve else "response"
        twin, base = self.twin(), self.twin().replace(" --explain", "")
        return tuple(
            Export(
                key=key,
                format=form,
                file=f"{name}.{suffix}",
                render=lambda form=form: _rendered(report, form, explain=is_cve),  # type: ignore[misc]
                command=f"{base if form in ('json', 'csv') else twin}{'' if form == 'text' else f' --format {form}'}",
            )
            for key, form, suffix in _FORMATS
        )

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the public pages of the CVE that is looked at."""
        cve = self._opened if self.has_page and self._timeline is not None else self.table.current_id
        row = next((row for row in self.facts.rows if row.cve == cve), None) if self.facts is not None else None
        if row is None or self.focused is self.query_one("#strips"):
            return ()
        return ((f"https://pkg.go.dev/vuln/{row.go_id}", f"{row.go_id} in Go's vulnerability database"),
                (f"https://www.cve.org/CVERecord?id={row.cve}", f"{row.cve} at cve.org"))  # fmt: skip

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find vendors and channels with response times."""
        names = sorted(self._names.all)
        return [PaletteItem(kind="response times", text=name, go=Link("response", (name,))) for name in names]

    def plain_body(self, width: int) -> str:
        """Return strips and CVEs, or the page, as linear text."""
        if self.facts is None:
            return "nothing was read yet"
        if self.has_page:
            lines = [line.plain for line in self.page.lines]
            return "\n".join(part.rstrip() for line in lines for part in wrap(line, width))
        return "\n".join(self._plain_lines(self.facts, width))

    def on_resize(self) -> None:
        """Say the clock in as many words as there is room for."""
        if self.facts is not None:
            self._say_clock(self.facts)

    # Keys.

    def take_back(self) -> bool:
        """Take back: the page, the filter, the narrowing, what was told."""
        if self.has_page:
            self._opened, self._timeline = "", None
            return self.close_page()
        if self.take_filter():
            return True
        if self._narrow:
            self._narrow_to("")
            return True
        return super().take_back()

    def action_clock(self) -> None:
        """Show the next clock."""
        if self.facts is not None:
            self._clock = (self._clock + 1) % max(1, len(self.facts.strips))
            self._show_strips()

    def action_window(self, step: int) -> None:
        """Look at fewer or more days."""
        wanted = max(0, min(_ALL, self._window + step))
        if wanted == self._window:
            self.tell(f"these are {'all days' if wanted else 'the fewest days: ] takes more'}")
        else:
            self._window = wanted
            self.tell("")
            self.load_again()

    def action_pairs(self) -> None:
        """Show channels in pairs."""
        if self.facts is not None:
            from supplymatrix.tui.screens.response_pages import pair_lines

            self._opened, self._timeline = "pairs", None
            self.show_page(pair_lines(self.facts.report))

    @on(LineList.Chosen, "#strips")
    def _strip_chosen(self, event: LineList.Chosen) -> None:
        from supplymatrix.tui.screens.response_pages import channel_lines

        event.stop()
        row = self._row_of(event.row.id)
        vendor = (row.channel.vendor or row.channel.id) if row is not None else ""
        if row is None or self._narrow in (vendor, row.channel.id):
            self._opened, self._timeline = event.row.id, None
            self.show_page(channel_lines(self.facts.report, event.row.id) if self.facts is not None else ())
        else:
            self._narrow_to(vendor)

    @on(LineList.Moved, "#strips")
    def _strip_moved(self, event: LineList.Moved) -> None:
        event.stop()
        beside = self.query_one("#beside", Details)
        if self.facts is not None and self.focused is self.query_one("#strips") and event.row is not None:
            from supplymatrix.tui.screens.response_pages import channel_lines

            beside.show(channel_lines(self.facts.report, event.row.id))

    @on(CellActivated, "#table")
    def _cve_chosen(self, event: CellActivated) -> None:
        event.stop()
        self._open_cve(event.row_id)

    # Inside.

    @property
    def _since(self) -> date | None:
        days = WINDOWS[self._window][1]
        return self.session.day - timedelta(days=days) if days else None

    def _day_words(self) -> list[str]:
        is_today = self.session.day == self.session.now().date()
        return [] if is_today else [f"--as-of {self.session.day}"]

    def _request(self, narrow: str = "", names: _Names | None = None, *, cve: str = "") -> ResponseRequest:
        """Return what is asked. narrow: an id of `names`, "" = all; cve: whatever its days, "" = all."""
        from supplymatrix.engine.response import ResponseRequest

        today = self.session.now().date()
        is_vendor = narrow in (names or self._names).vendors
        return ResponseRequest(
            environ=self.session.environ,
            today=today,
            path=self._project(),
            vendors=(narrow,) if narrow and is_vendor else (),
            channels=(narrow,) if narrow and not is_vendor else (),
            since=self._since if not cve else None,
            as_of=self.session.day if self.session.day != today else None,
            cve=cve,
        )

    def _project(self) -> Path | None:
        """Return the project, as the command takes it: without one the current folder, if that has a go.mod."""
        project, here = self.session.project, self.session.here
        if project is not None:
            return project if project.is_dir() or project.name in _PROJECT_FILES else None
        return here if (here / "go.mod").is_file() else None

    def _row_of(self, row_id: str) -> ChannelRow | None:
        rows = self.facts.report.rows if self.facts is not None else ()
        return next((row for row in rows if row.id == row_id), None)

    def _narrow_to(self, name: str) -> None:
        if name != self._narrow:
            self._narrow = name
            self._to_top = True
            self.load_again()

    def _open_cve(self, cve: str) -> None:
        from supplymatrix.engine.response import run_response
        from supplymatrix.tui.screens.response_pages import cve_lines

        request = self._request(cve=cve)

        def look_up(_: Work) -> tuple[ResponseReport, tuple[Content, ...]]:
            report = run_response(request)
            return report, cve_lines(report, report.asked.cve)

        self.start_work("cve", look_up, self._show_cve, name=f"looking up {cve[:40]}")

    def _show_cve(self, found: tuple[ResponseReport, tuple[Content, ...]]) -> None:
        self._timeline, lines = found
        self._opened = self._timeline.asked.cve
        self.table.go_to(self._opened)
        self.show_page(lines)

    def _show_page_again(self, facts: ResponseFacts) -> None:
        """Show the page that is open as it is by what was loaded anew."""
        from supplymatrix.tui.screens.response_pages import channel_lines, pair_lines

        if self._timeline is not None:
            self._open_cve(self._opened)
        elif self._opened == "pairs":
            self.show_page(pair_lines(facts.report))
        else:
            self.show_page(channel_lines(facts.report, self._opened))

    def _clock_name(self) -> str:
        return list(self.facts.strips)[self._clock] if self.facts is not None else ""

    def _show_strips(self) -> None:
        if self.facts is None:
            return
        self._say_clock(self.facts)
        self.query_one("#axis", StripHead).show(self.facts.longest)
        why = "no feed with CVEs of Go was read: supplymatrix feeds sync fetches them"
        strips = self.facts.strips[self._clock_name()]
        self.query_one("#strips", StripList).show(strips, self.facts.longest, empty=why)

    def _say_clock(self, facts: ResponseFacts) -> None:
        from supplymatrix.reports.response_words import CLOCKS

        name = self._clock_name()
        window = f"Go's fixes since {self._since}" if self._since else "all days"
        words = CLOCKS.get(name, name) if self.app.size.width >= _WIDE else _SHORT.get(name, name)
        number = f"t {self._clock + 1}/{len(facts.strips)} "
        said = Content.assemble((number, "bold"), plain(words), (f" · [ ] {window}", "bold"))
        self.query_one("#clock", Static).update(said, layout=False)

    def _why_no_cve(self) -> str:
        if self._since:
            return f"no CVE that Go fixed since {self._since} is in the feeds: ] takes more days"
        return "there are no CVEs of Go: supplymatrix feeds sync fetches the feeds"

    def _tell_gaps(self, report: ResponseReport) -> None:
        gaps = tuple(f"unknown: {gap.wanted}: {gap.reason}{f'; next: {gap.remedy}' if gap.remedy else ''}"
                     for gap in report.gaps)  # fmt: skip
        if gaps and gaps != self._told_gaps:
            more = f" (and {len(gaps) - 1:,} more)" if len(gaps) > 1 else ""
            self.tell(f"{gaps[0].partition('; next')[0]}{more}", details="\n".join(gaps))
        self._told_gaps = gaps

    def _strip_offer(self, strips: StripList) -> CopyOffer | None:
        chosen = strips.current.id if strips.current is not None else ""
        items = [item for item in strips.items if item.id == chosen]
        rows = tuple(_strip_cells(item, self._clock_name()) for item in items)
        return CopyOffer(what=f"{len(rows)} row", head=_STRIP_HEAD, rows=rows) if rows else None

    def _plain_lines(self, facts: ResponseFacts, width: int) -> Iterator[str]:
        from supplymatrix.reports.response_words import CLOCKS, source_words
        from supplymatrix.tui.screens.response_pages import legend_words, pair_lines

        for name, items in facts.strips.items():
            yield from (*wrap(f"## {CLOCKS.get(name, name)}", width), "")
            for item in items:
                more = f" ({item.more})" if item.more else ""
                yield from wrap(f"- {plain(f'{item.name}{more}: {_strip_words(item)}')}", width)
            yield ""
        yield from (*wrap(legend_words(), width), "", *wrap(source_words(facts.report), width), "")
        yield "## CVEs, those open longest first"
        for row in facts.rows:
            yield from wrap(f"- {_cve_words(row)}", width)
        yield ""
        for line in pair_lines(facts.report):
            yield line.plain.rstrip()


def _rendered(report: ResponseReport, form: str, *, explain: bool) -> str:
    from supplymatrix.reports.registry import render_response

    return render_response(report, form, explain=explain)


def _strip_cells(item: StripItem, clock: str) -> tuple[str, ...]:
    numbers = item.numbers or ("", "", "")
    return (item.name, clock, item.count, *numbers, item.open, item.note)


def _strip_words(item: StripItem) -> str:
    numbers = [f"P{percent} {text}" for percent, text in zip(TICKS, item.numbers, strict=False)]
    return ", ".join([f"{item.count} fixed", *numbers, f"{item.open} open"]) if numbers else item.note


def _cve_words(row: CveRow) -> str:
    waits = ", ".join(f"{name} ({'? d' if days is None else f'{days:,} d'})" for name, days in row.waiting)
    parts = [f"open in {waits}"] if waits else []
    parts += [f"won't be fixed in {', '.join(row.wont_fix)}"] if row.wont_fix else []
    parts += [f"fixed in {', '.join(row.fixed)}"] if row.fixed else []
    return plain(f"{row.cve}, Go's fix {row.released or 'not known'}: {'; '.join(parts) or 'nothing is known of it'}")


def _state(row: CveRow) -> tuple[str, str, str]:
    """Return mark, words and style of a CVE."""
    if row.waiting:
        return "○", f"open in {len(row.waiting)}", "bad"
    if row.wont_fix:
        return "○", "won't fix", "bad"
    return ("●", f"fixed in {len(row.fixed)}", "good") if row.fixed else ("?", "not known", "unknown")


def _table_of(rows: Sequence[CveRow]) -> TableData:
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
