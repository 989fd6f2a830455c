"""Compare: what of the opened project each vendor covers, and what became of each CVE of its Go.

What only the facts need is imported where they are loaded, in a thread: the screen is there at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_project, project_of
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.tui.screens.compare_facts import CoverageView
    from supplymatrix.vendors.comparison import Comparison
    from supplymatrix.vendors.coverage import CoverageRow

__all__ = ["CompareScreen"]

_FORMATS = (("j", "json", "json"), ("m", "markdown", "md"), ("t", "text", "txt"))


class CompareScreen(TableScreen):
    """Vendors with until when the project's Go is supported, and counts of CVEs; Enter goes to the CVEs of one."""

    PLACE = "compare"
    OF_PROJECT = True
    LOADING = "reading profiles, feeds, and the project's build files"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"go"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "project", "Project"),
        Binding("t", "timeline", "Timeline"),
        Binding("left_square_bracket", "go(-1)", "Go before", key_display="[", show=False),
        Binding("right_square_bracket", "go(1)", "Next Go", key_display="]", show=False),
    ]
    DEFAULT_CSS = """
    CompareScreen {
        & #main { height: 1fr; }
        & #head { height: auto; max-height: 4; padding: 0 1; }
        & #panes { layout: vertical; height: 1fr; }
        & #table { width: 100%; height: 1fr; }
        & #beside { width: 100%; height: 30%; border-top: solid $panel; }
        & #beside:focus { border-top: solid $primary; }
        &.-w120, &.-w160 {
            & #panes { layout: horizontal; }
            & #table { width: 1fr; height: 100%; }
            & #beside { width: 40%; height: 100%; border-top: none; border-left: solid $panel; }
            & #beside:focus { border-left: solid $primary; } } }
    """

    report: Comparison | None = None
    views: tuple[CoverageView, ...] = ()
    _number = 0
    _vendor = ""
    _of: Path | None = None  # the project of the report

    def compose_body(self) -> ComposeResult:
        """Yield head, table, and what is known of its row."""
        yield self.compose_filter()
        with Container(id="main"):
            yield Static(Content(""), id="head", markup=False)
            with Container(id="panes"):
                yield VirtualTable(id="table")
                yield Details(id="beside")
        yield Details(id="page")

    # What is shown.

    @property
    def list_name(self) -> str:
        """Vendors and CVEs are kept apart."""
        return "compare-cves" if self._vendor else self.PLACE

    @property
    def view(self) -> CoverageView | None:
        """The Go that is looked at."""
        return self.views[self._number] if self._number < len(self.views) else None

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it."""
        return project_of(self.session, needs_go_mod=True)

    def load(self, work: Work) -> Comparison | None:
        """Ask what the command asks; None where no project is open."""
        project = work.project
        if project is None:
            return None
        from supplymatrix.engine.compare import CompareRequest, run_compare
        from supplymatrix.tui.screens import compare_facts  # noqa: F401 - here, since importing it takes a while

        work.tell(0, 2, "profiles")
        profiles = self.session.profiles().profiles
        work.tell(1, 2, f"feeds, and {project.as_posix()}")
        return run_compare(
            CompareRequest(
                paths=(project,),
                profiles=profiles,
                vendors=(),
                day=self.session.day,
                environ=self.session.environ,
            )
        )

    def show(self, found: Comparison | None) -> None:
        """Show the vendors, or how a project is opened."""
        self.report, is_other, self._of = found, self._of != self.shown_project, self.shown_project
        if found is not None:
            from supplymatrix.tui.screens.compare_facts import views_of

            self.views = views_of(found)
        else:
            self.views = ()
        self._number = 0 if is_other else min(self._number, max(0, len(self.views) - 1))
        view = self.view
        if self._vendor and (is_other or view is None or view.row(self._vendor) is None):
            self._vendor = ""
            self.take_state()
        self._show_table()
        if found is None:
            return
        missing = [*found.missing, *(gap for project in found.projects for gap in project.missing)]
        if missing:
            from supplymatrix.reports.diagnostic import unknown_line

            more = f" (and {len(missing) - 1:,} more)" if len(missing) > 1 else ""
            self.tell(f"unknown: {missing[0].wanted}{more}", details="\n".join(map(unknown_line, missing)))

    def show_error(self, text: str) -> None:
        """Say it where it is not cut."""
        self.table.empty = "no vendors: nothing could be read"
        self.query_one("#beside", Details).show((Content(text),))

    def moved(self) -> None:
        """Show what is known of the row of the cursor."""
        self.query_one("#beside", Details).show(tuple(self._row_lines()))
        self.tell_place()

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to a vendor, and to one of its CVEs."""
        vendor, cve = (*parts, "", "")[:2]
        self.close_page()
        if vendor and (self.view is None or self.view.row(vendor) is None):
            self.tell(f"{vendor}: there is no such vendor here", is_fault=True)
            return
        if vendor != self._vendor:
            self._enter(vendor)
        if cve and not self._go_to(cve):
            self.tell(f"{cve}: it is not among the CVEs of this Go", is_fault=True)

    def parts(self) -> tuple[str, ...]:
        """Return vendor and CVE."""
        cve = self.table.current_id if self._vendor else ""
        return tuple(filter(None, (self._vendor, cve)))

    def crumbs(self) -> tuple[str, ...]:
        """Return project, vendor and CVE."""
        project = self.view.project.name if self.view is not None else ""
        return tuple(filter(None, (project, *self.parts())))

    def twin(self) -> str:
        """Return the command with the same facts; its JSON has the CVEs of a vendor."""
        command = self._command()
        command += f" --vendor {self._vendor}" if self._vendor and self._vendor != "today" else ""
        command += " --format json" if self._vendor else ""
        return f"{command}{self.session.options_again()}"

    def status(self) -> Status:
        """Count feeds, vendors, and vendors of whom it is not known what they fixed."""
        if self.report is None or self.view is None:
            return super().status()
        rows = self.view.coverage.rows
        shown, total = len(self.table.view.rows), self.table.data.row_count
        what = "CVEs" if self._vendor else "rows"
        return Status(
            as_of=self.report.day,
            sources=len(self.report.as_of),
            unknown=sum(bool(row.no_feed) for row in rows) if not self._vendor else None,
            notes=(f"{shown:,} of {total:,} {what}", f"{self.report.source or 'no'} dates"),
            offline=self.session.offline,
        )

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command, of the whole comparison."""
        if self.report is None:
            return ()
        report = self.report
        command = f"{self._command()}{self.session.options_again()}"
        return tuple(
            Export(
                key=key,
                format=form,
                file=f"compare.{suffix}",
                render=partial(_rendered, report, form),
                command=f"{command}{'' if form == 'text' else f' --format {form}'}",
            )
            for key, form, suffix in _FORMATS
        )

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the public page of the CVE, or the sources of a vendor's support."""
        row = self._row(self._vendor or self.table.current_id)
        if row is None:
            return ()
        if self._vendor:
            cve = self.table.current_id
            return ((f"https://www.cve.org/CVERecord?id={cve}", f"{cve} at cve.org"),) if cve else ()
        loaded = self.session.profiles_if_loaded()
        found = []
        for name in row.support.evidence:
            vendor, _, key = name.partition(":")
            profile = loaded.by_id.get(vendor) if loaded is not None else None
            if profile is not None and key in profile.evidence:
                found.append((profile.evidence[key].source, name))
        return tuple(found)

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find the vendors of the comparison."""
        rows = self.view.coverage.rows if self.view is not None else ()
        return [
            PaletteItem(kind="coverage", text=row.name, help=row.id, go=Link("compare", (row.id,))) for row in rows
        ]  # fmt: skip

    def plain_body(self, width: int) -> str:
        """Return the table with what is known of each row, as linear text."""
        if self.view is None or self.report is None:
            return self.table.empty or NO_PROJECT
        lines = self._plain_lines(self.report, self.view)
        return "\n".join(part.rstrip() for line in lines for part in wrap(line, width))

    # Keys.

    def take_back(self) -> bool:
        """Take back: the page, the focus, the filter, the vendor, what was told."""
        if self.close_page():
            return True
        if self.focused is self.query_one("#beside"):
            self.table.focus()
            return True
        if self.take_filter():
            return True
        if self._vendor:
            vendor = self._vendor
            self._enter("")
            self.table.go_to(vendor)
            return True
        return super().take_back()

    def action_go(self, step: int) -> None:
        """Look at another Go of the project."""
        wanted = self._number + step
        if 0 <= wanted < len(self.views):
            self._number = wanted
            self._show_table()
        else:
            self.tell(f"the project is built with {len(self.views):,} Go" if self.views else NO_PROJECT)

    def action_timeline(self) -> None:
        """Go to the timeline of the CVE of the cursor."""
        if self._vendor and self.table.current_id:
            self.post_message(LinkAsked(Link("response", (self.table.current_id,))))
        else:
            self.tell("Enter goes to the CVEs of a vendor; t shows the timeline of one")

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self)

    @on(CellActivated, "#table")
    def _chosen(self, event: CellActivated) -> None:
        event.stop()
        if self._vendor:
            self.show_page(tuple(self._row_lines()))
        else:
            self._enter(event.row_id)

    # Inside.

    def _command(self) -> str:
        """Return the command for the whole comparison, without what the app was started with."""
        project = self.named_project
        return f"{self.place.twin}{f' {path_word(project.as_posix())}' if project is not None else ''}"

    def _row(self, vendor: str) -> CoverageRow | None:
        return self.view.row(vendor) if self.view is not None else None

    def _enter(self, vendor: str) -> None:
        """Show the CVEs of a vendor, "" = the vendors."""
        self._vendor = vendor
        self.take_state()
        self._show_table()
        self.table.action_edge(-1, 0)
        self.table.focus()

    def _go_to(self, cve: str) -> bool:
        if self.table.go_to(cve):
            return True
        self.take_filter()
        return self.table.go_to(cve)

    def _show_table(self) -> None:
        head = self.query_one("#head", Static)
        view, row = self.view, self._row(self._vendor)
        if view is not None:
            from supplymatrix.tui.screens.compare_facts import answers_table, head_lines, why_no_answers

            head.update(Content("\n").join(head_lines(view, self._number + 1, len(self.views))))
            self.table.empty = why_no_answers(row) if row is not None else "no profiles were read"
            self.table.set_data(answers_table(view, row) if row is not None else view.table)
        else:
            no_go = "no go.mod and no build file of the project names a Go"
            self.table.empty = no_go if self.report is not None else ""
            head.update(Content("" if self.report is not None else f"{NO_PROJECT}\nor: supplymatrix tui PATH"))
            self.table.set_data(NO_DATA)
        self.moved()

    def _row_lines(self) -> Iterator[Content]:
        view, chosen = self.view, self.table.current_id
        if view is None:
            gaps = [gap for project in self.report.projects for gap in project.gaps] if self.report is not None else []
            from supplymatrix.reports.diagnostic import unknown_line

            yield from (Content(plain(unknown_line(gap))) for gap in gaps)
            return
        row = self._row(self._vendor or chosen)
        if row is None:
            return
        from supplymatrix.tui.screens.compare_facts import answer_lines, legend_lines, vendor_lines

        answer = next((item for item in row.answers if item.cve == chosen), None) if self._vendor else None
        if answer is not None:
            yield from answer_lines(view, row, answer)
            return
        yield from vendor_lines(view, row)
        if self.report is not None:
            yield Content("")
            for line in legend_lines(self.report, view):
                yield Content.styled(plain(line), "dim")

    def _plain_lines(self, report: Comparison, view: CoverageView) -> Iterator[str]:
        from supplymatrix.tui.screens.compare_facts import (
            answer_lines,
            head_lines,
            legend_lines,
            vendor_lines,
            why_no_answers,
        )

        yield from (line.plain for line in head_lines(view, self._number + 1, len(self.views)))
        row = self._row(self._vendor)
        if row is not None:
            yield from ("", f"## {row.name}", "")
            if not row.answers:
                yield why_no_answers(row)
            for answer in row.answers:
                lines = [line.plain for line in answer_lines(view, row, answer)]
                yield from (f"- {lines[0]}", *(f"  {line}" for line in lines[1:]))
            return
        for item in view.coverage.rows:
            lines = [line.plain for line in vendor_lines(view, item)]
            yield from ("", f"- {lines[0]}", *(f"  {line}" for line in lines[1:]))
        yield from ("", *legend_lines(report, view))


def _rendered(report: Comparison, form: str) -> str:
    from supplymatrix.reports.registry import render_compare

    return render_compare(report, form)
