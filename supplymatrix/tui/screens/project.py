"""Project: the opened project as a tree of modules, what `check` says of each, and its proof in the log by steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted
from supplymatrix.reports.trace_view import TITLES, WORDS, hex_lines
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.places import PLACE_BY_ID
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_project, project_of, told_to
from supplymatrix.tui.screens.project_disk_keys import DiskKeys
from supplymatrix.tui.screens.project_offers import (
    Commands,
    disk_commands,
    exports_of,
    exports_of_disk,
    linear_body,
    place_of,
    sources_of,
)
from supplymatrix.tui.screens.project_tree import TreeTable
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.chain import ChainPane
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.model.trace import Trace
    from supplymatrix.tui.screens.project_rows import Group, ModuleRow, ProjectView

__all__ = ["ProjectScreen"]

_LIST, _VERDICT, _CHAIN = "-see-list", "-see-verdict", "-see-chain"
_WHY = 2  # lines in which it is said why the project fails
_NO_CHAIN = "choose a module: its chain is shown here"
_LOCAL = "a folder is built in its place: there is nothing to prove"


@value
class _Checked:
    """What a run found. mode: how it was asked for: "fresh", "cache", or "" = as the command does."""

    view: ProjectView
    mode: str


class ProjectScreen(DiskKeys):
    """Tree of modules left, verdict in the middle, proof chain right; below 100 columns one at a time, by Tab."""

    PLACE = "project"
    WIDE = 100  # columns from which on nothing has to be turned over
    LOADING = "proving go.sum in the log"
    OF_PROJECT = True
    OF_TABLE: ClassVar[frozenset[str]] = DiskKeys.OF_TABLE | {"failures", "failure", "bytes"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "failures", "Failures"),
        Binding("n", "failure(1)", "Next failure"),
        Binding("N", "failure(-1)", "Failure before", show=False),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
        Binding("d", "disk", "Disk"),
        Binding("b", "program", "Program beside", show=False),
        Binding("X", "bytes", "Bytes"),
        Binding("v", "verify", "Verify again"),
        Binding("r", "recheck", "From cache"),
        Binding("c", "coverage", "Coverage"),
        Binding("p", "project", "Project", show=False),
        Binding("a", "audits", "Audits", show=False),
    ]
    DEFAULT_CSS = """
    ProjectScreen {
        & > #body, & #main { visibility: hidden; }
        & #filter, & #page, & #main > * { visibility: visible; }
        & #main { height: 1fr; layout: vertical; }
        & #summary { dock: top; height: auto; padding: 0 1; text-style: bold; }
        & #table, & #verdict, & #chain { width: 100%; height: 1fr; }
        &.-see-list #verdict, &.-see-list #chain, &.-see-verdict #table, &.-see-verdict #chain,
        &.-see-chain #table, &.-see-chain #verdict { display: none; }
        &.-w100, &.-w120, &.-w160 {
            & #main { layout: grid; grid-size: 2 2; grid-columns: 4fr 5fr; grid-rows: 1fr 2fr; }
            & #table { display: block; row-span: 2; height: 100%; }
            & #verdict { display: block; height: 100%; border-left: solid $panel; }
            & #chain { display: block; height: 100%; border-left: solid $panel; border-top: solid $panel; } }
        &.-w120 #main { grid-columns: 46 1fr; }
        &.-no-chain #main { grid-rows: 1fr 4; }
        &.-w160 {
            & #main { grid-size: 3 1; grid-columns: 50 1fr 2fr; grid-rows: 1fr; }
            & #table { row-span: 1; }
            & #chain { border-top: none; } } }
    """

    only_failures = False
    _mode = ""  # of the run that is shown
    _summary_lines = 1

    def compose_body(self) -> ComposeResult:
        """Yield summary, modules, verdict and chain."""
        yield self.compose_filter()
        with Container(id="main"):
            yield Static(Content(""), id="summary", markup=False)
            # Boxes are hidden, and what is in them is not: Textual draws what lies below what is seen, too, and with
            # three panes side by side that is most of the work.
            yield TreeTable(id="table")
            yield Details(id="verdict")
            yield ChainPane(id="chain")
        yield Details(id="page")

    def on_mount(self) -> None:
        """Begin with the list."""
        self.add_class(_LIST)
        self._traces: dict[str, Trace] = {}
        self.forget_disk()
        self.chain.show(None, why=_NO_CHAIN)

    # What is shown.

    @property
    def table(self) -> TreeTable:
        """The tree."""
        return self.query_one("#table", TreeTable)

    @property
    def group(self) -> Group | None:
        """The group whose head the cursor is on."""
        if self.view is None or not self.is_attached:
            return None
        return next((group for group in self.view.groups if group.head_id == self.table.current_id), None)

    @property
    def chain(self) -> ChainPane:
        """The proof chain."""
        return self.query_one("#chain", ChainPane)

    @property
    def row(self) -> ModuleRow | None:
        """The row of the cursor."""
        return self.view.by_id.get(self.table.current_id) if self.view is not None and self.is_attached else None

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it."""
        return project_of(self.session)

    def load(self, work: Work) -> _Checked | None:
        """Check as the command does; None where no project is open."""
        from supplymatrix.engine.check import CheckRequest
        from supplymatrix.engine.project_run import run_project
        from supplymatrix.tui.screens import project_data  # here, in a thread: in these 25 ms no key would be answered
        from supplymatrix.tui.screens.project_rows import ProjectView

        del project_data
        path, messages = work.project, list[str]()
        if path is None:
            return None

        work.tell(0, 0, f"proving the go.sum of {path.as_posix()}")
        means = self.session.means(offline=work.mode == "cache", refresh=work.mode == "fresh")
        run = run_project(
            CheckRequest(paths=(path,), means=means, policy=self.session.policy_source()), told_to(work, messages)
        )
        view = ProjectView(run, messages)
        view.prepare()
        return _Checked(view=view, mode=work.mode)

    def show(self, found: _Checked | None) -> None:
        """Show the modules; the cursor stays where it was."""
        self.view = found.view if found is not None else None
        self._mode = found.mode if found is not None else ""
        self.forget_disk()
        self._traces = {}
        self.only_failures = self.only_failures and self.view is not None and bool(self.view.failures)
        self._show_summary()
        if self.view is None:
            self.table.empty = NO_PROJECT
            self.table.set_tree(NO_DATA, ())
            self.query_one("#verdict", Details).show((Content(NO_PROJECT), Content("or: supplymatrix tui PATH")))
            return
        self._show_table()
        self.table.empty = "go.sum and go.mod name no module"
        self.moved()
        if self._mode:
            self.tell(self._how(), details="\n".join(self.view.told))
        elif self.view.told:  # they are in the status, and hide nothing
            self.status_line.last = (self.view.told[0], "\n".join(self.view.told))

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.table.empty = "no modules: nothing could be read"
        self.query_one("#verdict", Details).show((Content(plain(text)),))

    def moved(self) -> None:
        """Show what is known of the module of the cursor."""
        from supplymatrix.tui.screens.project_data import copies_line, group_lines, verdict_lines

        row, group = self.row, self.group
        trace = self.trace_of(row) if row is not None else None
        if (trace is None) is not self.has_class("-no-chain"):
            self.set_class(trace is None, "-no-chain")  # what is said of the project has the room of the chain
        if row is None or self.view is None:
            lines = tuple(group_lines(group)) if group is not None else ()
            self.query_one("#verdict", Details).show(lines)
            self.chain.show(None, why=_NO_CHAIN)
            self.tell_place()
            return
        self.query_one("#verdict", Details).show(verdict_lines(self.view, row))
        key = "" if self.is_wide else "Tab"
        aside = copies_line(row, self.view.disk.cells(row.module), key) if row.module is not None else None
        self.chain.show(trace, why=_LOCAL if row.state == "local" else _NO_CHAIN, aside=aside)
        self.tell_place()

    def trace_of(self, row: ModuleRow) -> Trace | None:
        """Return the chain of a row; it is made of what the check has at hand."""
        if self.view is None or row.module is None or row.state == "local":
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
        commands = self._commands()
        if self._pane() == _CHAIN and self.parts():
            return commands.verify(self.parts()[0])
        return f"{commands.check}{commands.options}"

    def status(self) -> Status:
        """Count what was not checked, and say who was asked."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        audit = view.audit
        log = audit.log if audit is not None else None
        notes = [f"asked: {log.route}"] if log is not None else []
        notes += ["failures only"] if self.only_failures else []
        notes += [f"D shows {counted(len(view.told), 'note')}"] if view.told else []
        seen = log.seen_at if log is not None else None
        return Status(
            as_of=seen.date() if seen is not None else audit.verdict.now.date() if audit is not None else None,
            unknown=view.counts["unchecked"] + view.counts["no line"] or None,  # 0 is no news, and a step may be open
            notes=tuple(notes),
            offline=self.session.offline or self._mode == "cache",
        )

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the log's own address for the module; none where its name must not be told."""
        return sources_of(self.view, self.row)

    def written_at(self) -> tuple[Path, int] | None:
        """Return the place that the gravest finding of the row names, else its first line of go.sum."""
        return place_of(self.view, self.row)

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
        found = exports_of(self.view, self.chain.trace, self._commands())
        if self.disk_found is None:
            return found
        commands = disk_commands(self.session, self.named_project, self.session.programs)
        return (*found, *exports_of_disk(self.disk_found, commands))

    def help_items(self) -> Iterable[PaletteItem]:
        """Tell the commands with what lies on the disk."""
        if self.view is None:
            return ()
        commands = disk_commands(self.session, self.named_project, self.session.programs)
        copy = partial(partial, self.house.copy_command, self)
        return [
            PaletteItem(kind="command", text=command, help="what lies on the disk", go=copy(command))
            for command in commands.values()
        ]

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
        return (
            linear_body(self.view, self.table, self.row, self.trace_of, width) if self.view is not None else NO_PROJECT
        )

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

    def view_changed(self) -> None:
        """Show more of the same modules; the cursor stays."""
        self._show_summary()
        self._show_table()
        self.moved()

    def action_failures(self) -> None:
        """Show failures only, or all."""
        if self.view is None:
            return
        failures = self.view.failures
        if not self.only_failures and not failures:
            self.tell("no module fails")
            return
        self.only_failures = not self.only_failures
        self._show_table()
        if self.only_failures and (self.row is None or not self.row.is_failure):
            self.table.go_to(next((row.id for row in failures if row.module is not None), failures[0].id))
        self._see(_LIST)
        if self.only_failures and self.view.rows[0].is_failure:
            self.tell(self.view.why)

    def action_failure(self, step: int) -> None:
        """Go to the next failure, or to the one before, and unfold it; after the last comes the first."""
        ids = [self.table.data.row_id(row) for row in self.table.full]
        failing = {row.id for row in self.view.failures} if self.view is not None else set()
        places = [place for place, name in enumerate(ids) if name in failing]
        if not places:
            self.tell("nothing that is shown fails")
            return
        now = ids.index(self.table.current_id)
        after = [place for place in places if (place - now) * step > 0]
        found = (min(after) if step > 0 else max(after)) if after else places[0 if step > 0 else -1]
        self.table.go_to(ids[found])
        self.tell(f"failure {places.index(found) + 1} of {len(places)}")

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        if self.has_page:
            return
        # What is beside each other is gone through from left to right; else the copies come after their chain.
        order = [_LIST, _CHAIN, _VERDICT] if self.parts() and not self.is_wide else [_LIST, _VERDICT, _CHAIN]
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
        self.load_again(mode="fresh")

    def action_recheck(self) -> None:
        """Check again from the cache, with no network."""
        self.load_again(mode="cache")

    def action_coverage(self) -> None:
        """Go to what each vendor covers of this project."""
        if "compare" in PLACE_BY_ID:
            self.post_message(LinkAsked(Link("compare"), beside=True))
        else:
            self.tell("supplymatrix compare --project tells what each vendor covers")

    def action_audits(self) -> None:
        """Go to the audits: to the one that has found something of this row, or to all of them."""
        from supplymatrix.engine.audit_parts import part_of_judged

        judged = self.row.judged if self.row is not None else ()
        part = next((part for item in judged if (part := part_of_judged(item)) is not None), None)
        self.post_message(LinkAsked(Link("audits", (part.value,) if part is not None else ()), beside=True))

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self)

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        if self.table.head is not None:
            self.table.action_fold()
        else:
            self._see(_CHAIN if self.parts() and not self._is_only_disk_wrong() else _VERDICT)

    @on(ChainPane.StepMoved)
    def _step_moved(self, event: ChainPane.StepMoved) -> None:
        event.stop()

    @on(ChainPane.StepChosen)
    def _step_chosen(self, event: ChainPane.StepChosen) -> None:
        event.stop()
        self.chain.details.focus()

    def on_resize(self) -> None:
        """Fit the columns to the pane, once it has its new size."""
        if self.is_filled:
            self._show_summary()
            self.call_after_refresh(self._show_table)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a click into another pane."""
        del event
        if self.is_wide and self.is_filled:
            self.tell_place()

    # Inside.

    def _is_only_disk_wrong(self) -> bool:
        """Return whether nothing of the chain of the module of the cursor fails, and a copy of it on the disk does."""
        row, trace = self.row, self.chain.trace
        return row is not None and row.disk.style == "bad" and (trace is None or trace.failed is None)

    def _show_table(self) -> None:
        from supplymatrix.tui.screens.project_data import heads_of, table_of

        if self.view is not None:
            room, failures = self.table.size.width or self.app.size.width, self.only_failures
            data = table_of(self.view, failures=failures, room=room)
            self.table.set_tree(data, heads_of(self.view, failures=failures), is_narrow=failures)

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
        if pane != _LIST:
            self.look_at_own(self.row)
        self.tell_place()

    def _show_summary(self) -> None:
        """Show what became of the project, and in further lines why, where no module tells it."""
        from supplymatrix.tui.screens.project_data import disk_words, summary_line

        view, room = self.view, max(20, self.app.size.width - 2)
        lines = [plain(summary_line(view, room)) if view is not None else "no project is open"]
        wrong = disk_words(view) if view is not None else ""
        if view is not None and view.why:
            whole = wrap(plain(view.why), room)
            lines += whole[:_WHY] if len(whole) <= _WHY else [*whole[: _WHY - 1], f"{whole[_WHY - 1][: room - 2]} …"]
        summary = self.query_one("#summary", Static)
        text = Content("\n".join(lines))
        if wrong and wrong in lines[0]:
            at = lines[0].index(wrong)
            text = text.stylize("$text-error", at, at + len(wrong))
        summary.update(text, layout=len(lines) != self._summary_lines)
        self._summary_lines = len(lines)

    def _commands(self) -> Commands:
        """Return the commands with the facts that are shown."""
        session = self.session
        replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
        is_offline = self._mode == "cache" or (session.offline and not replay)
        options = f"{replay}{' --offline' if is_offline else ''}"
        return Commands(project=self.named_project, options=options, policy=self.session.policy_again())

    def _how(self) -> str:
        """Say how what is shown was checked again."""
        log = self.view.audit.log if self.view is not None and self.view.audit is not None else None
        route = f", asked: {log.route}" if log is not None else ""
        if self._mode == "cache":
            return f"checked again without a network{route}"
        if self.session.offline:
            return f"checked again from what is here: offline, no new head is asked for{route}"
        return f"verified again{route}"
