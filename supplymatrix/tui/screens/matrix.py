"""Matrix: vendors beside each other, each cell down to its dated source; and what if other things counted.

The view is the one of `supplymatrix matrix`; nothing is worked out here but which part of it is seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from supplymatrix.engine.screen_state import remember_list
from supplymatrix.model.value import changed
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.matrix_table import MatrixTable, OrderAsked, WeightAsked
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table_columns import Arrangement
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import TableState

if TYPE_CHECKING:
    from supplymatrix.tui.screens.matrix_state import MatrixState
    from supplymatrix.vendors.matrix import MatrixView, Option

__all__ = ["MatrixScreen"]

_TODAY = "today"  # as `vendors.matrix` has it, which is imported in the thread that loads
_QUESTION, _WEIGHT, _SCORE, _UNKNOWN = "?question", "?weight", "?score", "?unknown"
_FIXED = (_QUESTION, _WEIGHT, _TODAY)
_WIDE = 120  # columns from which on the evidence has a pane of its own
_WIDEST = 160
_SIDE = {_WIDE: 41, _WIDEST: 48}  # cells of that pane: at 160 columns six vendors have room beside it
_PAUSE = 1.0  # seconds after which a digit is no longer the next one of a weight
_NO_SOURCE = "no source here: nobody has found one · ← → go to another vendor's cell"
_NO_CELL = "no source here: a sum rests on its cells · ↓ goes to a question, ← → from vendor to vendor"
_WEIGHING = "weights: ← → or digits · Z undo · R redo · W write · Esc ends"


class MatrixScreen(TableScreen):
    """Table left, what the cell rests on right; where there are fewer than 120 columns that is a page of its own."""

    PLACE = "matrix"
    OF_PROJECT = True
    LOADING = "reading profiles"
    OF_TABLE = frozenset({"filter", "differences", "compare", "exclude", "pin", "columns", "copy_all", "order"})
    ALWAYS = _FIXED

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose_cell", "Vendors"),
        Binding("left,h", "beside(-1)", "Vendor before", show=False),
        Binding("right", "beside(1)", "Next vendor", show=False),
        Binding("l", "beside(1)", "Next vendor", key_display="← →"),
        Binding("g", "jump", "Jump", show=False),
        Binding("q", "app.quit", "Quit", show=False),
        Binding("e", "export_view", "Export"),
        Binding("d", "differences", "Differ"),
        Binding("w", "weigh", "Weights"),
        Binding("o", "open_source", "Source"),
        Binding("c", "compare", "Compare"),
        Binding("s", "order", "Order"),
        Binding("x", "exclude", "Exclude"),
        Binding("p", "pin", "Pin"),
        Binding("v", "place('decide')", "Decide"),
        Binding("E", "place('entries')", "Entries into a build"),
        Binding("Z", "undo", "Undo", show=False),
        Binding("R", "redo", "Redo", show=False),
        Binding("W", "write", "Write weights to a file", show=False),
        Binding("L", "read_weights", "Read weights of a file", show=False),
    ]
    DEFAULT_CSS = """
    MatrixScreen {
        & #panes { layout: vertical; height: 1fr; }
        & #left { height: 1fr; width: 100%; }
        & #table { height: 1fr; }
        & #legend { height: 1; color: $text-muted; padding: 0 1; }
        & #side { display: none; height: 1fr; width: 100%; }
        & #side:focus { border-left: solid $primary; }
        &.-page #left { display: none; }
        &.-page #side { display: block; }
        &.-weights #side { display: block; height: 9; border-top: solid $panel; }
        &.-weights #legend { display: none; }
        &.-w120, &.-w160 {
            & #panes { layout: horizontal; }
            & #left { display: block; width: 1fr; height: 100%; }
            & #side { display: block; width: 41; height: 100%; border-left: solid $panel; border-top: none; }
            & #side:focus { border-left: solid $primary; } }
        &.-w160 #side { width: 48; } }
    """

    def __init__(self, link: Link | None = None) -> None:
        super().__init__(link)
        self.state: MatrixState | None = None
        self._first = ""
        self._typed = ("", 0, 0.0)  # row, number and time of the last digit
        self._fitted = 0
        self._opened = ("", "")  # what a link named last
        self.clock: Callable[[], float] = time.monotonic

    # what the screen is made of

    def compose_body(self) -> ComposeResult:
        """Yield filter, table, legend and the pane beside them."""
        yield Input(placeholder="words, as in fips, or redhat:unknown · Esc takes it away", id="filter")
        with Container(id="panes"):
            with Vertical(id="left"):
                yield MatrixTable(empty="no row", id="table")
                yield Static(Content(""), id="legend", markup=False)
            yield Details(id="side")

    def on_mount(self) -> None:
        """Follow which columns are seen. The table is taken up as it was left by the class below."""
        self.table.busy = True
        self.watch(self.table, "window_text", self._show_legend, init=False)

    def take_state(self) -> None:
        """Take up pinned columns and filter as they were left."""
        kept = self.session.state.lists.get(self.PLACE)
        self.table.arrangement = Arrangement(pinned=_FIXED)
        if kept is not None:
            pinned = (*_FIXED, *kept.pinned)
            self.table.set_state(changed(TableState.from_list_state(kept), pinned=pinned, sort=(), order=()))
            self.query_one("#filter", Input).value = kept.filter
            self.set_class(bool(kept.filter), "-filtering")

    @property
    def table(self) -> MatrixTable:
        """The table."""
        return self.query_one("#table", MatrixTable)

    @property
    def side(self) -> Details:
        """The pane for evidence, or for the ranking."""
        return self.query_one("#side", Details)

    def load(self, work: Work) -> MatrixView:
        """Read profiles and project, as `supplymatrix matrix` does."""
        from supplymatrix.engine.matrix import MatrixRequest, view_matrix

        loaded = self.session.profiles()
        project = work.project
        if project is not None:
            work.tell(0, 0, f"reading {project.as_posix()}")
        view = view_matrix(MatrixRequest(loaded=loaded, as_of=self.session.day, project=project))
        import supplymatrix.tui.screens.matrix_side  # noqa: F401 - loaded beside the loop, where it stops nobody

        return view

    def show(self, found: MatrixView) -> None:
        """Show the matrix; what was tried stays."""
        from supplymatrix.tui.screens.matrix_state import MatrixState

        if self.state is None:
            self.state = MatrixState(self.session, found, self.named_project)
            self.state.pinned = tuple(name for name in self.table.arrangement.pinned if name not in _FIXED)
        else:
            self.state.take(found, self.named_project)
        self.table.busy = False
        kept = self.table.state
        self._show_state()
        if not kept.column and self.state.keys:  # a cell has sources to show, a score has none
            self.table.go_to(kept.current or self.state.keys[0].id, self.state.first_vendor())
        self._show_legend()
        if found.faults:
            from supplymatrix.reports.diagnostic import render_diagnostics

            count = f"{len(found.faults):,} in all, of your profiles"
            details = render_diagnostics(found.faults, color=False)
            self.tell(f"{found.faults[0]} ({count})", details=details, is_fault=True)
        elif notes := self.state.notes():
            self.tell(notes[0], details="\n".join(notes))

    def on_screen_resume(self) -> None:
        """Follow what was tried on a screen that lay over this one."""
        if self.state is not None and self.state.follow():
            self.call_after_refresh(self._narrow)

    def show_error(self, text: str) -> None:
        """Say in the table why there is nothing."""
        self.table.busy, self.table.empty = False, text

    # where one is

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to a vendor's column, or to one of its cells with what that rests on."""
        state = self.state
        if not parts or state is None:
            return
        vendor, key = (*parts, "")[:2]
        if why := state.why_no_vendor(vendor):
            self.tell(why, is_fault=True)
            return
        self._opened = (vendor, key)
        state.make_visible(vendor, key)
        hidden = tuple(name for name in self.table.arrangement.hidden if name != vendor)
        self.table.set_arrangement(changed(self.table.arrangement, hidden=hidden))
        if key and self.table.filter_text:
            self.query_one("#filter", Input).value = ""
            self.table.set_filter("")
        self._show_state()
        if not self.table.go_to(key or _SCORE, vendor):
            self.tell(f"there is no question {key}", is_fault=True)
        elif key and vendor != _TODAY:
            self._open_page()

    @property
    def option(self) -> Option | None:
        """The option of the cursor's column, None = it is on the question or its weight."""
        return self.state.option(self.table.current_column) if self.state is not None else None

    @property
    def question(self) -> str:
        """The question of the cursor's row, "" = it is on none."""
        row = self.table.current_id
        return "" if row in (_SCORE, _UNKNOWN) else row

    def parts(self) -> tuple[str, ...]:
        """Return vendor and question of the cursor."""
        if not self.is_attached or self.state is None:
            return ()
        option = self.option
        if option is None:
            return (_TODAY, self.question) if self.question else ()
        return (option.id, self.question) if self.question else (option.id,)

    @property
    def _is_named(self) -> bool:
        """Whether somebody has asked for the place of the cursor, by a link."""
        return self.parts() == tuple(filter(None, self._opened))

    def plain_text(self, width: int) -> str:
        """Return the cell that a link names, else the matrix; the cursor stands there of itself, on no choice."""
        if not self._is_named:
            self.table.go_to(_SCORE, _QUESTION)
        return super().plain_text(width)

    def crumbs(self) -> tuple[str, ...]:
        """Return vendor and question by their names."""
        if self.state is None:
            return ()
        title = {_SCORE: "score", _UNKNOWN: "unknown"}.get(self.table.current_id) or self.state.title(self.question)
        return tuple(part for part in (self.option.name if self.option is not None else "all", title) if part)

    def twin(self) -> str:
        """Return the command: of the page with one cell, else of the table."""
        if self.state is None:
            return self.place.twin
        is_page = self.has_class("-page") and self.option is not None
        return self.state.command("/".join(self.parts()) if is_page else "")

    def status(self) -> Status:
        """Return what it stands on."""
        return self.state.status() if self.state is not None else super().status()

    # what the table and the pane show

    def _narrow(self) -> None:
        """Show what is seen now that something was changed."""
        if self.state is not None:
            self.state.narrow()
            self._show_state()

    def _show_state(self) -> None:
        from supplymatrix.tui.screens.matrix_data import matrix_data

        state = self.state
        assert state is not None  # noqa: S101 - as the callers have seen
        order = state.order()
        table = self.table
        table.arrangement = changed(table.arrangement, order=(*_FIXED, *order) if order else ())
        table.set_data(matrix_data(state.view, state.options, state.keys, state.scores, state.said))
        self._show_side()
        self.tell_place()

    def _show_legend(self, _: object = None) -> None:
        from supplymatrix.tui.screens.matrix_data import LEGEND_LINE

        window, room = self.table.window_text, self._panes[0] - 2
        has_room = len(window) + 2 + len(LEGEND_LINE) <= room
        legend = LEGEND_LINE if has_room else LEGEND_LINE.replace("  ", " ")
        text = Content.assemble((f"{window}  " if window else "", "bold"), legend)
        self.query_one("#legend", Static).update(text.truncate(room, ellipsis=True), layout=False)

    @property
    def _panes(self) -> tuple[int, int]:
        """The columns of the table and of the pane beside it, as the rules above give them."""
        width = self.app.size.width
        side = _SIDE[_WIDEST] if width >= _WIDEST else _SIDE[_WIDE] if width >= _WIDE else 0
        return width - side, side or width

    def _show_side(self) -> None:
        is_seen = self.app.size.width >= _WIDE or self.has_class("-page") or self.has_class("-weights")
        if self.state is not None and is_seen:
            from supplymatrix.tui.screens.matrix_side import side_lines

            row = _SCORE if self.table.is_weighing else self.table.current_id
            option = None if self.table.is_weighing else self.option
            self.side.show(tuple(side_lines(self.state, option, row, self._panes[1] - 4)))

    def _open_page(self) -> None:
        """Show what the cell rests on: as a page, or by going to the pane that shows it already."""
        if self.app.size.width < _WIDE:
            self.add_class("-page")
        self._show_side()
        self.side.focus()
        self.refresh_bindings()
        self.tell_place()

    def on_resize(self) -> None:
        """Fit pane and legend to the new width, when the terminal has been drawn at it: both at once take too long."""
        if self.is_filled and self._fitted != self.app.size.width:
            self._fitted = self.app.size.width
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if self.app.size.width >= _WIDE and self.has_class("-page"):
            self.remove_class("-page")
            self.refresh_bindings()
            self.tell_place()
        self._show_side()
        self._show_legend()

    def moved(self) -> None:
        """Follow the cursor of the table."""
        if self.table.current_id != self._typed[0]:
            self._typed = ("", 0, 0.0)
        self._show_side()
        self.tell_place()

    def _keep(self) -> None:
        """Keep filter, columns and cursor; the order of columns hangs on a row, and begins anew."""
        if self.is_filled and self.state is not None:
            kept = changed(self.table.state.to_list_state(), sort=(), order=(), pinned=self.state.pinned)
            self.session.state = remember_list(self.session.state, self.PLACE, kept)

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        if self.table.is_weighing:
            self.action_weigh()
        else:
            self._open_page()

    # keys

    def take_back(self) -> bool:
        """Take back: the page, weights mode, the filter, a comparison that was begun or made, then what was told."""
        if self.focused is self.side or self.has_class("-page"):
            self.remove_class("-page")
            self.table.focus()
            self.refresh_bindings()
            self.tell_place()
        elif self.table.is_weighing:
            self.action_weigh()
        elif self.take_filter():
            pass
        elif self.state is not None and (self._first or self.state.compared):
            self._first, self.state.compared = "", ()
            self.tell("")
            self._narrow()
        else:
            return super().take_back()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what is of the table on a page, and on the table what goes from cell to cell of a page."""
        if action in ("beside", "choose_cell") and self.is_mounted:
            is_open = self.focused is self.side and bool(self.question)
            return is_open and (action == "beside" or self.option is None)
        return super().check_action(action, parameters)

    def action_beside(self, step: int) -> None:
        """Show the same question of the next vendor."""
        self.table.action_move(0, step)
        self.refresh_bindings()

    def action_choose_cell(self) -> None:
        """From a question with what all answer: choose whose answer is shown down to its source."""
        from supplymatrix.tui.screens.matrix_side import cell_items
        from supplymatrix.tui.widgets.picker import Picker

        if self.state is not None:
            items = cell_items(self.state, self.question, self.open_parts)
            self.app.push_screen(Picker(self.crumbs()[-1], items), self._toggled)

    def action_differences(self) -> None:
        """Show only rows that are not answered alike, or all."""
        if self.state is not None:
            self.state.differences = not self.state.differences
            self._narrow()
            self.tell(self.state.say_differences())

    @on(OrderAsked)
    def _order_asked(self, event: OrderAsked) -> None:
        event.stop()
        self.action_order()

    def action_order(self) -> None:
        """Order the columns by the row of the cursor, or no longer."""
        state, row = self.state, self.table.current_id
        if state is None or not row:
            return
        state.ordered_by = "" if state.ordered_by == row else row
        self._narrow()
        by = f"columns by {self.crumbs()[-1]}, what is surest to earn most first · s ends it"
        self.tell(by if state.ordered_by else "columns in their own order")

    def action_pin(self) -> None:
        """Keep the column of the cursor in view, or no longer."""
        option, state = self.option, self.state
        if state is None or option is None or option.id == _TODAY:
            self.tell("this column always stays")
            return
        name = option.id
        has_it = name in state.pinned
        state.pinned = tuple(item for item in state.pinned if item != name) if has_it else (*state.pinned, name)
        self.table.set_arrangement(changed(self.table.arrangement, pinned=(*_FIXED, *state.pinned)))
        self.tell(f"{option.name} is {'no longer ' if has_it else ''}pinned")
        self.tell_place()

    def action_exclude(self) -> None:
        """Leave the vendor of the cursor out."""
        option, state = self.option, self.state
        if state is None or option is None:
            self.tell("put the cursor on a vendor's column")
        elif option.id == _TODAY:
            self.tell("the column today stays: it is what all others are compared with")
        else:
            state.history.take(state.history.now.without(option.id))
            state.compared = ()
            self._narrow()
            self.tell(f"without {option.name} · Z undoes")

    def action_compare(self) -> None:
        """Compare two: the first press takes one column, the second the other; once more shows all."""
        option, state = self.option, self.state
        if state is None:
            return
        if state.compared:
            state.compared = ()
            self._narrow()
            self.tell("all columns")
        elif option is None:
            self.tell("put the cursor on a column, press c, then c again on the other one")
        elif self._first in ("", option.id):
            self._first = option.id
            self.tell(f"compare {option.name} with …: c on another column · Esc leaves it")
        else:
            state.compared, self._first = (self._first, option.id), ""
            self._narrow()
            named = [item.name for item in state.options if item.id in state.compared]
            beside = "" if _TODAY in state.compared else ", beside what you have"
            self.tell(f"{' and '.join(named)}{beside} · d differences only · c shows all")

    def action_weigh(self) -> None:
        """Change weights, or no longer."""
        state, table = self.state, self.table
        if state is None:
            return
        table.is_weighing = not table.is_weighing
        self.set_class(table.is_weighing, "-weights")
        self.remove_class("-page")
        table.focus()
        if table.is_weighing and not self.question and state.keys:
            table.go_to(max(state.keys, key=lambda key: key.weight).id)
        self._typed = ("", 0, 0.0)
        self.refresh_bindings()
        self._show_side()
        self.tell(_WEIGHING if table.is_weighing else "")

    @on(WeightAsked)
    def _weighed(self, event: WeightAsked) -> None:
        event.stop()
        from supplymatrix.tui.screens.matrix_weights import next_weight

        state, row = self.state, self.question
        if state is None or not row:
            self.tell("this row has no weight: go to a question")
            return
        before = state.history.now.weights.get(row, 0)
        now = self.clock()
        typed = self._typed[1] if self._typed[0] == row and now - self._typed[2] <= _PAUSE else 0
        wanted, typed = next_weight(before, typed, step=event.step, digit=event.digit)
        self._typed = (row, typed, now)
        if state.history.take(state.history.now.weighing(row, wanted)):
            self._narrow()
        after = state.history.now.weights[row]
        self.tell(f"{state.title(row)}: weight {before} → {after} · Z undo · W write · Esc ends")

    def action_undo(self) -> None:
        """Take the last weight or exclusion back."""
        if self.state is not None:
            self._stepped(done=self.state.history.undo(), what="undone · R redoes", nothing="nothing to undo")

    def action_redo(self) -> None:
        """Do again what was taken back."""
        if self.state is not None:
            self._stepped(done=self.state.history.redo(), what="done again · Z undoes", nothing="nothing to redo")

    def _stepped(self, *, done: bool, what: str, nothing: str) -> None:
        if done:
            self._narrow()
        self.tell(what if done else nothing)

    def action_write(self) -> None:
        """Write the weights to a file, after showing what is written."""
        from supplymatrix.tui.screens.matrix_weights import Preview, preview_lines

        state = self.state
        if state is None:
            return
        weights = state.history.now.weights
        if not any(weights.values()):
            self.tell("nothing has a weight: such a file asks for nothing, and is refused", is_fault=True)
            return
        export, written = state.weights_export(self._narrow)

        def go_on(wanted: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
            if wanted:
                self.house.ask_file(self, export, then=written)

        self.app.push_screen(Preview("write weights", preview_lines(weights)), go_on)

    def action_read_weights(self) -> None:
        """Take the weights of a file, as `--weights` does; Z takes them back."""
        from supplymatrix.engine.matrix import read_weights
        from supplymatrix.tui.screens.matrix_weights import WEIGHTS_FILE
        from supplymatrix.tui.widgets.picker import Ask

        def taken(path: Path, weights: Mapping[str, int]) -> None:
            if self.state is not None:
                self.state.read_weights(path, weights)
                self._narrow()
                self.tell(f"weights of {path.as_posix()} · Z undoes")

        def chosen(text: str | None) -> None:
            if text:
                path = self.session.here / text
                self.start_work("weights", lambda _: read_weights(path), partial(taken, path), name=f"reading {text}")

        self.app.push_screen(Ask("weights of a file", text=WEIGHTS_FILE, hint="key = 0 to 100"), chosen)

    def action_place(self, place: str) -> None:
        """Go to another place, and come back by Esc."""
        self.post_message(LinkAsked(Link(place)))

    # copying and export

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the addresses behind the cell of the cursor; on a question those behind all cells of its row."""
        from supplymatrix.tui.screens.matrix_data import sources_of

        key = self.question
        options = (self.option,) if self.option is not None else self.state.options if self.state is not None else ()
        return sources_of(options, key) if key else ()

    def action_open_source(self) -> None:
        """Open what stands behind a cell, or say where there is something."""
        if self.sources():
            super().action_open_source()
        else:
            self.tell(_NO_SOURCE if self.question else _NO_CELL)

    def copy_offer(self) -> CopyOffer | None:
        """Offer the cell with its sources, or the row where the cursor is on no cell."""
        from supplymatrix.tui.screens.matrix_data import offer_of_cell

        option, key = self.option, self.question
        if option is None or not key:
            return self.table.offer("row") if self.table.current_id else None
        return offer_of_cell(option, key, self.sources())

    def action_export_view(self) -> None:
        """Export; by a name of its own the line of keys has it among the first."""
        self.action_export()

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command."""
        return self.state.exports() if self.state is not None else ()

    def plain_body(self, width: int) -> str:
        """Return the cell that a link names, else each question with what every option answers."""
        if self.state is None:
            return "no matrix"
        from supplymatrix.tui.screens.matrix_side import plain_matrix

        return plain_matrix(self.state, self.option if self._is_named else None, self.question, width)
