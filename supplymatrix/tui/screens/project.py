"""Project: the modules of the opened project, what `check` says of each, and its proof in the log step by step."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.engine.events import Event, Message
from supplymatrix.errors import SupplymatrixError
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.trace_view import TITLES, WORDS, hex_lines, render_trace_json, render_trace_text
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.places import PLACE_BY_ID
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_project, project_of
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.chain import ChainPane
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.engine.project_run import ProjectRun
    from supplymatrix.model.trace import Trace
    from supplymatrix.tui.screens.project_data import ModuleRow, ProjectView

__all__ = ["ProjectScreen"]

_LIST, _VERDICT, _CHAIN = "-see-list", "-see-verdict", "-see-chain"
_WIDE = 100  # columns from which on nothing has to be turned over
_FORMATS = (("t", "text", "txt"), ("j", "json", "json"), ("s", "sarif", "sarif"), ("m", "markdown", "md"))
_NO_CHAIN = "choose a module: its chain is shown here"


class _StoppedError(SupplymatrixError):
    """Nobody waits for the run any more."""


class ProjectScreen(TableScreen):
    """Modules left, verdict in the middle, proof chain right; below 100 columns one of them at a time, by Tab."""

    PLACE = "project"
    LOADING = "proving go.sum in the log"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"failures", "failure", "bytes"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "failures", "Failures"),
        Binding("n", "failure(1)", "Next failure"),
        Binding("N", "failure(-1)", "Failure before", show=False),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
        Binding("X", "bytes", "Bytes"),
        Binding("v", "verify", "Verify again"),
        Binding("r", "recheck", "From cache"),
        Binding("c", "coverage", "Coverage"),
        Binding("p", "project", "Project", show=False),
    ]
    DEFAULT_CSS = """
    ProjectScreen {
        & > #body, & #main { visibility: hidden; }
        & #filter, & #page, & #main > * { visibility: visible; }
        & #main { height: 1fr; layout: vertical; }
        & #summary { height: 1; padding: 0 1; text-style: bold; }
        & #table, & #verdict, & #chain { width: 100%; height: 1fr; }
        &.-see-list #verdict, &.-see-list #chain, &.-see-verdict #table, &.-see-verdict #chain,
        &.-see-chain #table, &.-see-chain #verdict { display: none; }
        &.-w100, &.-w120, &.-w160 {
            & #main { layout: grid; grid-size: 2 3; grid-columns: 4fr 5fr; grid-rows: 1 2fr 3fr; }
            & #summary { column-span: 2; }
            & #table { display: block; row-span: 2; height: 100%; }
            & #verdict { display: block; height: 100%; border-left: solid $panel; }
            & #chain { display: block; height: 100%; border-left: solid $panel; border-top: solid $panel; } }
        &.-w160 {
            & #main { grid-size: 3 2; grid-columns: 56 2fr 3fr; grid-rows: 1 1fr; }
            & #summary { column-span: 3; }
            & #table { row-span: 1; }
            & #chain { border-top: none; } } }
    """

    view: ProjectView | None = None
    only_failures = False
    _mode = ""
    _told: tuple[str, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Yield summary, modules, verdict and chain."""
        yield self.compose_filter()
        with Container(id="main"):
            yield Static(Content(""), id="summary", markup=False)
            # Boxes are hidden, and what is in them is not: Textual draws what lies below what is seen, too, and with
            # three panes side by side that is most of the work.
            yield VirtualTable(id="table")
            yield Details(id="verdict")
            yield ChainPane(id="chain")
        yield Details(id="page")

    def on_mount(self) -> None:
        """Begin with the list."""
        self.add_class(_LIST)
        self._traces: dict[str, Trace] = {}
        super().on_mount()
        self.chain.show(None, why=_NO_CHAIN)

    # What is shown.

    @property
    def chain(self) -> ChainPane:
        """The proof chain."""
        return self.query_one("#chain", ChainPane)

    @property
    def row(self) -> ModuleRow | None:
        """The row of the cursor."""
        return self.view.by_id.get(self.table.current_id) if self.view is not None and self.is_attached else None

    @property
    def is_wide(self) -> bool:
        """Whether all panes are seen at once."""
        return self.app.size.width >= _WIDE

    def load(self, work: Work) -> ProjectRun | None:
        """Check as the command does; None where no project is open."""
        from supplymatrix.engine.check import CheckRequest
        from supplymatrix.engine.project_run import run_project
        from supplymatrix.tui.screens import (
            project_data,  # here, in a thread: it takes 25 ms, in which no key is answered
        )

        del project_data
        path = project_of(self.session)
        if path is None:
            return None
        messages: list[str] = []

        def on_event(event: Event) -> None:
            if work.is_cancelled:
                raise _StoppedError("stopped")
            if isinstance(event, Message):
                messages.append(event.text)
            else:
                work.tell(event.done, event.total, event.stage)

        work.tell(0, 0, f"proving the go.sum of {path.as_posix()}")
        means = self.session.means(offline=self._mode == "cache", refresh=self._mode == "fresh")
        found = run_project(CheckRequest(paths=(path,), means=means), on_event)
        self._told = tuple(messages)
        return found

    def show(self, found: ProjectRun | None) -> None:
        """Show the modules; the cursor stays where it was."""
        from supplymatrix.tui.screens.project_data import ProjectView, summary_line

        self.view = ProjectView(found) if found is not None else None
        self._traces = {}
        if self.view is None:
            self.table.empty = NO_PROJECT
            self.table.set_data(NO_DATA)
            self.query_one("#summary", Static).update(Content("no project is open"), layout=False)
            self.query_one("#verdict", Details).show((Content(NO_PROJECT), Content("or: supplymatrix tui PATH")))
            return
        self._show_table()
        self.query_one("#summary", Static).update(Content(plain(summary_line(self.view))), layout=False)
        self.table.empty = "go.sum and go.mod name no module"
        self.moved()
        if self._mode or self._told:
            self._say_how()
        self._mode = ""

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.table.empty = "no modules: nothing could be read"
        self.query_one("#verdict", Details).show((Content(plain(text)),))

    def moved(self) -> None:
        """Show what is known of the module of the cursor."""
        from supplymatrix.tui.screens.project_data import verdict_lines

        row = self.row
        if row is None or self.view is None:
            self.query_one("#verdict", Details).show(())
            self.chain.show(None, why=_NO_CHAIN)
            return
        self.query_one("#verdict", Details).show(verdict_lines(self.view, row))
        self.chain.show(self.trace_of(row), why=_NO_CHAIN)
        self.tell_place()

    def trace_of(self, row: ModuleRow) -> Trace | None:
        """Return the chain of a row; it is made of what the check has at hand."""
        if self.view is None or row.module is None:
            return None
        if row.id not in self._traces:
            self._traces[row.id] = self.view.found.trace(row.module)
        return self._traces[row.id]

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to the chain of the module of a link."""
        if not parts or self.view is None:
            return
        if parts[0] not in self.view.by_id:
            self.tell(f"{parts[0]}: the project has no such module version", is_fault=True)
            return
        if not self.table.go_to(parts[0]):
            self.only_failures = False
            self.take_filter()
            self._show_table()
            self.table.go_to(parts[0])
        self._see(_CHAIN)

    def parts(self) -> tuple[str, ...]:
        """Return the module of the cursor."""
        row = self.row
        return (row.id,) if row is not None and row.module is not None else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return project and module."""
        if self.view is None:
            return ()
        return (self.view.found.project.name, *self.parts())

    def twin(self) -> str:
        """Return `check`, or `verify` where the chain is looked at."""
        path = project_of(self.session)
        where = path.as_posix() if path is not None else "."
        options = self._options()
        if self._pane() == _CHAIN and self.parts():
            project = f" --project {shlex.quote(where)}" if where != "." else ""
            return f"supplymatrix verify {shlex.quote(self.parts()[0])}{project} --steps{options}"
        return f"supplymatrix check{f' {shlex.quote(where)}' if where != '.' else ''}{options}"

    def status(self) -> Status:
        """Count what was not checked, and say who was asked."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        log = view.audit.log if view.audit is not None else None
        notes = [f"asked: {log.route}"] if log is not None else []
        notes += ["failures only"] if self.only_failures else []
        return Status(
            as_of=log.seen_at.date() if log is not None and log.seen_at is not None else None,
            unknown=view.counts["unchecked"] + view.counts["no line"],
            notes=tuple(notes),
            offline=self.session.offline,
        )

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the log's own address for the module; none where its name must not be told."""
        from supplymatrix.sumdb.session import LATEST, lookup_path

        row, view = self.row, self.view
        if row is None or view is None or row.state == "private":
            return ()
        choice = view.found.choice
        base = choice.url or f"https://{choice.verifier.name}"
        try:
            path = lookup_path(row.module) if row.module is not None else LATEST
        except SupplymatrixError:
            return ()
        return ((f"{base.rstrip('/')}/{path}", f"{choice.verifier.name}: {path}"),)

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row, or the step that is looked at."""
        step = self.chain.step
        if self._pane() != _CHAIN or step is None or self.chain.trace is None:
            return super().copy_offer()
        rows = [("state", WORDS[step.state]), ("says", step.says), *step.values]
        found = step.difference
        rows += [(found.our_name, found.ours), (found.their_name, found.theirs)] if found is not None else []
        rows += [("means", step.meaning)] if step.meaning else []
        return CopyOffer(what=f"the step {TITLES[step.id]}", head=("name", "value"), rows=tuple(rows))

    def exports(self) -> tuple[Export, ...]:
        """Offer the reports of `check`, and the steps of the module of the cursor as `verify` writes them."""
        from supplymatrix.reports.registry import render_survey

        path = project_of(self.session)
        where = f" {shlex.quote(path.as_posix())}" if path is not None and path.as_posix() != "." else ""
        survey = self.view.found.survey if self.view is not None else None
        found = [
            Export(
                key=key,
                format=name,
                file=f"check.{suffix}",
                render=partial(render_survey, survey, name),
                command=f"supplymatrix check{where} --format {name}=check.{suffix}{self._options()}",
            )
            for key, name, suffix in _FORMATS
            if survey is not None
        ]
        trace = self.chain.trace
        if trace is not None:
            project = f" --project{where}" if where else ""
            command = f"supplymatrix verify {shlex.quote(str(trace.module))}{project} --steps{self._options()}"
            found += [
                Export(key="p", format="steps", file="steps.txt", render=partial(render_trace_text, trace),
                       command=f"{command} > steps.txt"),
                Export(key="P", format="steps-json", file="steps.json", render=partial(render_trace_json, trace),
                       command=f"{command} --format json > steps.json"),
            ]  # fmt: skip
        return tuple(found)

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every module."""
        if self.view is None:
            return ()
        return [
            PaletteItem(kind="module", text=row.id, help=row.state, go=Link(self.PLACE, (row.id,)))
            for row in self.view.rows
            if row.module is not None
        ]

    def plain_body(self, width: int) -> str:
        """Return all modules; of the one of the cursor, and of those that failed, all that is known."""
        from supplymatrix.tui.screens.project_data import summary_line, verdict_lines

        view = self.view
        if view is None:
            return NO_PROJECT
        out = [*wrap(summary_line(view), width), ""]
        for place in self.table.view.rows:
            cells = [column.texts[place] for column in self.table.data.columns.values()]
            out += wrap(f"- {', '.join(cell for cell in cells if cell)}", width)
        open_rows = [row for row in view.rows if row is self.row or (row.is_failure and row.module is not None)]
        for row in open_rows:
            out += ["", f"## {plain(row.id)}", ""]
            out += [part for line in verdict_lines(view, row) for part in wrap(line.plain, width)]
            trace = self.trace_of(row)
            if trace is not None:
                out += ["", *render_trace_text(trace).rstrip().split("\n")]
        return "\n".join(out)

    # Keys.

    def take_back(self) -> bool:
        """Take back: bytes, the step, the pane, failures only, then the filter."""
        if self.close_page():
            return True
        if self.focused is self.chain.details:
            self.chain.steps.focus()
            return True
        if self._pane() != _LIST:
            self._see(_LIST)
            return True
        if self.only_failures:
            self.action_failures()
            return True
        return self.take_filter() or super().take_back()

    def close_page(self) -> bool:
        """Close the bytes, and go back to their step."""
        was_open = super().close_page()
        if was_open:
            self.chain.steps.focus()
        return was_open

    def action_failures(self) -> None:
        """Show failures only, or all."""
        if self.view is None:
            return
        if not self.only_failures and not self.view.failures:
            self.tell("no module fails")
            return
        self.only_failures = not self.only_failures
        self._show_table()
        self._see(_LIST)

    def action_failure(self, step: int) -> None:
        """Go to the next failure, or to the one before; after the last comes the first."""
        ids = [self.table.data.row_id(row) for row in self.table.view.rows]
        failing = {row.id for row in self.view.failures} if self.view is not None else set()
        places = [place for place, name in enumerate(ids) if name in failing]
        if not places:
            self.tell("no module that is shown fails")
            return
        now = self.table.cursor_row
        after = [place for place in places if (place - now) * step > 0]
        found = (min(after) if step > 0 else max(after)) if after else places[0 if step > 0 else -1]
        self.table.go_to(ids[found])
        self.tell(f"failure {places.index(found) + 1} of {len(places)}")

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        if self.has_page:
            return
        row = self.row
        is_failed = row is not None and row.state == "failed"
        order = [_LIST, _CHAIN, _VERDICT] if is_failed and not self.is_wide else [_LIST, _VERDICT, _CHAIN]
        self._see(order[(order.index(self._pane()) + step) % len(order)])

    def action_bytes(self) -> None:
        """Show the bytes of the step of the cursor, in hex and as text."""
        step = self.chain.step
        if step is None or not step.raw:
            self.tell("no bytes are behind this" if step is not None else "choose a module first")
            return
        head = f"{len(step.raw):,} bytes of {TITLES[step.id]}: {WORDS[step.state]} · Esc closes"
        self.show_page([Content.styled(head, "bold"), Content(""), *map(Content, hex_lines(step.raw))])

    def action_verify(self) -> None:
        """Check again, with a new head of the log where there is a network."""
        self._mode = "fresh"
        self.load_again()

    def action_recheck(self) -> None:
        """Check again from the cache, with no network."""
        self._mode = "cache"
        self.load_again()

    def action_coverage(self) -> None:
        """Go to what each vendor covers of this project."""
        if "compare" in PLACE_BY_ID:
            self.post_message(LinkAsked(Link("compare"), beside=True))
        else:
            self.tell("supplymatrix compare --project tells what each vendor covers")

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self, self.load_again)

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        self._see(_CHAIN if self.parts() else _VERDICT)

    @on(ChainPane.StepMoved)
    def _step_moved(self, event: ChainPane.StepMoved) -> None:
        event.stop()

    @on(ChainPane.StepChosen)
    def _step_chosen(self, event: ChainPane.StepChosen) -> None:
        event.stop()
        self.chain.details.focus()

    def on_resize(self) -> None:
        """Fit the columns to the pane, once it has its new size."""
        super().on_resize()
        if self.is_filled:
            self.call_after_refresh(self._show_table)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a click into another pane."""
        del event
        if self.is_wide and self.is_filled:
            self.tell_place()

    # Inside.

    def _show_table(self) -> None:
        from supplymatrix.tui.screens.project_data import table_of

        if self.view is not None:
            room = self.table.size.width or self.app.size.width
            self.table.set_data(table_of(self.view, failures=self.only_failures, room=room))

    def _pane(self) -> str:
        """Return the pane that is looked at: that of the focus, or the one that is seen."""
        if not self.is_attached:
            return _LIST
        if not self.is_wide:
            return next((name for name in (_VERDICT, _CHAIN) if self.has_class(name)), _LIST)
        focused = self.focused
        if focused is self.query_one("#verdict"):
            return _VERDICT
        return _CHAIN if focused in (self.chain.steps, self.chain.details) else _LIST

    def _see(self, pane: str) -> None:
        """Show a pane, and go there."""
        if not self.has_class(pane):
            self.remove_class(_LIST, _VERDICT, _CHAIN, update=False)  # one look at all styles is enough
            self.add_class(pane)
        where = {_LIST: self.table, _VERDICT: self.query_one("#verdict"), _CHAIN: self.chain.steps}
        where[pane].focus()
        self.tell_place()

    def _options(self) -> str:
        session = self.session
        replay = f" --replay {shlex.quote(session.replay.as_posix())}" if session.replay is not None else ""
        return f"{replay}{' --offline' if session.offline and not replay else ''}"

    def _say_how(self) -> None:
        """Say how it was checked again, or what the run had to tell."""
        log = self.view.audit.log if self.view is not None and self.view.audit is not None else None
        route = f", asked: {log.route}" if log is not None else ""
        what = {"fresh": f"verified again{route}", "cache": f"checked again without a network{route}"}
        text = what.get(self._mode) or self._told[0]
        self.tell(text, details="\n".join(self._told))
