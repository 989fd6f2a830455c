"""Response: how long channels took to fix Go's CVEs, on one axis of days; what is open; one CVE down to its dates.

What only the facts need is imported where they are loaded, in a thread: the screen is there at once.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
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
from supplymatrix.tui.screens.open_project import project_of
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.strip import TICKS, StripHead, StripList
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated

if TYPE_CHECKING:
    from supplymatrix.engine.response import ResponseRequest
    from supplymatrix.tui.screens.response_facts import ResponseFacts
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
_LEGEND = (
    "28/31: 28 days among the fixed, 31 with the open ones counted in · open: not reached yet · ≤: at most"
    " · too few fixes to tell · █ fixes · ┃│┊ P50 P90 P99"
)
_LEGENDS = (
    (150, _LEGEND),
    (100, "28/31: of the fixed/with the open ones · open: not reached yet · ≤: at most · too few to tell"),
    (0, "28/31 fixed/with open ones · open: not reached · ≤ at most · too few: unsure"),
)
"""What the cells of the strips mean, by the least columns; a channel's page has it in full."""
_STRIP_HEAD = ("channel", "vendor", "clock", "fixed", "p50", "p90", "p99")


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


@value
class _Timeline:
    """What is known of one CVE, and of how many channels nothing is."""

    report: ResponseReport
    lines: tuple[Content, ...]
    not_known: int


_NO_NAMES = _Names(vendors=frozenset(), channels=frozenset())


class ResponseScreen(TableScreen):
    """Strips above, CVEs below; a page for one CVE, one channel, or channels in pairs."""

    PLACE = "response"
    OF_PROJECT = True
    LOADING = "reading feeds, and the project's history"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"clock", "window"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "clock", "Clock"),
        Binding("left_square_bracket", "window(-1)", "Fewer days", key_display="["),
        Binding("right_square_bracket", "window(1)", "More days", key_display="]"),
        Binding("c", "pairs", "Pairs"),
        Binding("n", "cve(1)", "Next CVE"),
        Binding("N", "cve(-1)", "CVE before", show=False),
    ]
    DEFAULT_CSS = """
    ResponseScreen {
        & #main { height: 1fr; }
        & #clock { height: 1; padding: 0 1; }
        & #strips { height: auto; max-height: 50%; min-height: 2; }
        & #legend { display: none; height: 1; padding: 0 1; color: $text-muted; }
        &.-h24 #legend, &.-h40 #legend { display: block; }
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
    _not_known = 0  # channels of which it is not known what became of the CVE of the timeline
    _to_top = False
    _told_gaps: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Yield clock, axis, strips, CVEs, and the page over them."""
        yield self.compose_filter()
        with Vertical(id="main"):
            yield Static(Content(""), id="clock", markup=False)
            yield StripHead(id="axis")
            yield StripList(id="strips", empty="reading …")
            yield Static(Content(""), id="legend", markup=False)
            with Horizontal(id="lower"):
                yield VirtualTable(id="table")
                yield Details(id="beside")
        yield Details(id="page")

    # What is shown.

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it: without one the current folder, if that has a go.mod."""
        project = project_of(self.session, needs_go_mod=True)
        return project if project is None or project.is_dir() or project.name in _PROJECT_FILES else None

    def load(self, work: Work) -> _Found:
        """Ask what the command asks; at first of all vendors, to know which there are."""
        from supplymatrix.engine.response import run_response
        from supplymatrix.tui.screens import response_pages  # noqa: F401 - here, since importing it takes a while
        from supplymatrix.tui.screens.response_facts import facts_of

        names, narrow = self._names, self._narrow
        report = run_response(self._request(work.project, narrow))
        if not narrow:
            vendors = frozenset(row.channel.vendor for row in report.rows if row.channel.vendor)
            names = _Names(vendors=vendors, channels=frozenset(row.channel.id for row in report.rows))
            wanted = self._wanted[0] if self._wanted else ""
            if wanted in names.all and not work.is_cancelled:
                narrow = wanted
                report = run_response(self._request(work.project, narrow, names))
        return _Found(facts=facts_of(report), names=names, narrow=narrow)

    def show(self, found: _Found) -> None:
        """Show strips and CVEs."""
        self.facts, self._names, self._narrow = found.facts, found.names, found.narrow
        self._show_facts(found.facts)

    def _show_facts(self, found: ResponseFacts) -> None:
        from supplymatrix.tui.screens.response_facts import table_of

        self._clock = min(self._clock, max(0, len(found.strips) - 1))
        self._show_strips()
        self.table.empty = self._why_no_cve()
        self.table.set_data(table_of(found.rows))
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
        again = self.session.options_again(profiles=False)
        project = self.named_project
        words = ["supplymatrix response", *([path_word(project.as_posix())] if project is not None else [])]
        if self.has_page and self._timeline is not None:
            return " ".join([*words, "--cve", shlex.quote(self._opened), "--explain"]) + again
        kind = "vendor" if self._narrow in self._names.vendors else "channel"
        words += [f"--{kind} {shlex.quote(self._narrow)}"] if self._narrow else []
        words += [f"--since {since}"] if (since := self._since) else []
        return " ".join(words) + again

    def status(self) -> Status:
        """Count feeds, CVEs, and those of which nothing is known."""
        if self.facts is None:
            return super().status()
        is_cve = self.has_page and self._timeline is not None
        report = self._timeline if is_cve and self._timeline is not None else self.facts.report
        shown = len(self.table.view.rows)
        count = "one CVE" if is_cve else f"{shown:,} of {len(self.facts.rows):,} CVEs"
        notes = (count, f"{report.source or 'no'} dates")
        unknown = self._not_known if is_cve else sum(row.is_unknown for row in self.facts.rows)
        return Status(as_of=report.asked.day, sources=len(report.as_of), unknown=unknown, notes=notes,
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
                render=partial(_rendered, report, form, explain=is_cve),
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

    def help_items(self) -> Iterable[PaletteItem]:
        """Say what stands in the strips."""
        from supplymatrix.reports.response_words import thin_words

        ticks = ", ".join(f"{sign} P{percent}" for percent, sign in TICKS.items())
        said = (f"strips: a block is as high as its part of the fixes; {ticks}", *thin_words().rstrip(".").split("; "))
        return [PaletteItem(kind="legend", text=text, go=partial(self.tell, text)) for text in said]

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer pairs where they are not shown already, and other CVEs where one is."""
        if action == "pairs" and self.has_page and self._opened == "pairs":
            return False
        if action == "cve" and not (self.has_page and self._timeline is not None):
            return False
        return super().check_action(action, parameters)

    def action_cve(self, step: int) -> None:
        """Go to the next CVE of the list below the strips, as it is filtered and sorted, or to the one before."""
        rows = [self.table.data.row_id(row) for row in self.table.view.rows]
        place = rows.index(self._opened) if self._opened in rows else -1
        wanted = place + step
        if place < 0:
            self.tell("this CVE is not in the list as it is filtered: Esc goes back to that")
        elif 0 <= wanted < len(rows):
            self._open_cve(rows[wanted])
        else:
            self.tell(f"this is the {'last' if step > 0 else 'first'} CVE of the list")

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

    def _request(
        self, project: Path | None, narrow: str = "", names: _Names | None = None, *, cve: str = ""
    ) -> ResponseRequest:
        """Return what is asked. narrow: an id of `names`, "" = all; cve: whatever its days, "" = all."""
        from supplymatrix.engine.response import ResponseRequest

        today = self.session.now().date()
        is_vendor = narrow in (names or self._names).vendors
        return ResponseRequest(
            environ=self.session.environ,
            today=today,
            path=project,
            vendors=(narrow,) if narrow and is_vendor else (),
            channels=(narrow,) if narrow and not is_vendor else (),
            since=self._since if not cve else None,
            as_of=self.session.as_of,
            cve=cve,
        )

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
        from supplymatrix.tui.screens.response_pages import cve_lines, moments_of

        request = self._request(self.shown_project, cve=cve)

        def look_up(_: Work) -> _Timeline:
            report = run_response(request)
            not_known = sum(moment.is_unknown for moment in moments_of(report, report.asked.cve))
            return _Timeline(report=report, lines=cve_lines(report, report.asked.cve), not_known=not_known)

        self.start_work("cve", look_up, self._show_cve, name=f"looking up {cve[:40]}")

    def _show_cve(self, found: _Timeline) -> None:
        self._timeline, self._not_known = found.report, found.not_known
        self._opened = self._timeline.asked.cve
        self.table.go_to(self._opened)
        self.show_page(found.lines)

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
        from supplymatrix.tui.screens.response_facts import states_of

        self._say_clock(self.facts)
        states = states_of(self._clock_name())
        self.query_one("#axis", StripHead).show(self.facts.longest, states)
        why = "no feed with CVEs of Go was read: supplymatrix feeds sync fetches them"
        strips = self.facts.strips[self._clock_name()]
        self.query_one("#strips", StripList).show(strips, self.facts.longest, states, empty=why)

    def _say_clock(self, facts: ResponseFacts) -> None:
        from supplymatrix.reports.response_words import CLOCKS

        name = self._clock_name()
        window = f"Go's fixes since {self._since}" if self._since else "all days"
        words = CLOCKS.get(name, name) if self.app.size.width >= _WIDE else _SHORT.get(name, name)
        number = f"t {self._clock + 1}/{len(facts.strips)} "
        said = Content.assemble((number, "bold"), plain(words), (f" · [ ] {window}", "bold"))
        self.query_one("#clock", Static).update(said, layout=False)
        has_numbers = any(not item.note for item in facts.strips[name])
        legend = next(text for least, text in _LEGENDS if self.app.size.width >= least)
        self.query_one("#legend", Static).update(Content(legend if has_numbers else ""), layout=False)

    def _why_no_cve(self) -> str:
        if self._since:
            return f"no CVE that Go fixed since {self._since} is in the feeds: ] takes more days"
        return "there are no CVEs of Go: supplymatrix feeds sync fetches the feeds"

    def _tell_gaps(self, report: ResponseReport) -> None:
        from supplymatrix.reports.diagnostic import unknown_line

        gaps = tuple(map(unknown_line, report.gaps))
        if gaps and gaps != self._told_gaps:
            more = f" (and {len(gaps) - 1:,} more)" if len(gaps) > 1 else ""
            self.tell(f"{gaps[0].partition('; next')[0]}{more}", details="\n".join(gaps))
        self._told_gaps = gaps

    def _strip_offer(self, strips: StripList) -> CopyOffer | None:
        chosen = strips.current.id if strips.current is not None else ""
        items = [item for item in strips.items if item.id == chosen]
        if not items:
            return None
        from supplymatrix.tui.screens.response_facts import states_of, strip_cells

        clock = self._clock_name()
        states = tuple(column.title for column in states_of(clock))
        rows = tuple(strip_cells(item, clock, len(states)) for item in items)
        return CopyOffer(what=f"{len(rows)} row", head=(*_STRIP_HEAD, *states, "note"), rows=rows)

    def _plain_lines(self, facts: ResponseFacts, width: int) -> Iterator[str]:
        from supplymatrix.reports.response_words import CLOCKS, source_words, thin_words
        from supplymatrix.tui.screens.response_facts import cve_words, strip_words
        from supplymatrix.tui.screens.response_pages import pair_lines

        for name, items in facts.strips.items():
            yield from (*wrap(f"## {CLOCKS.get(name, name)}", width), "")
            for item in items:
                said = ", ".join(filter(None, (item.vendor, item.more)))
                more = f" ({said})" if said else ""
                yield from wrap(f"- {plain(f'{item.name}{more}: {strip_words(item, name)}')}", width)
            yield ""
        yield from (*wrap(thin_words(), width), "", *wrap(source_words(facts.report), width), "")
        yield "## CVEs, those open longest first"
        for row in facts.rows:
            yield from wrap(f"- {cve_words(row)}", width)
        yield ""
        for line in pair_lines(facts.report):
            yield line.plain.rstrip()


def _rendered(report: ResponseReport, form: str, *, explain: bool) -> str:
    from supplymatrix.reports.registry import render_response

    return render_response(report, form, explain=explain)
