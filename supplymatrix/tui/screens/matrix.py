"""Matrix: vendors beside each other, each cell down to its dated source; and what if other things counted.

The view is the one of `supplymatrix matrix`; nothing is worked out here but which part of it is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import BaseScreen, Export, Work
from supplymatrix.tui.screens.matrix_table import MatrixTable, OrderAsked, WeightAsked
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table_columns import Arrangement
from supplymatrix.tui.widgets.table_messages import CellActivated, CellHighlighted
from supplymatrix.tui.widgets.table_model import TableState

if TYPE_CHECKING:
    from supplymatrix.tui.screens.matrix_state import MatrixState
    from supplymatrix.vendors.matrix import MatrixView, Option

__all__ = ["MatrixScreen"]

_TODAY = "today"  # as `vendors.matrix` has it, which is imported in the thread that loads
_QUESTION, _WEIGHT, _SCORE, _UNKNOWN = "?question", "?weight", "?score", "?unknown"
_FIXED = (_QUESTION, _WEIGHT, _TODAY)
_WIDE = 120  # columns from which on the evidence has a pane of its own
_WEIGHTS_FILE = "weights.toml"
_WIDEST = 160
_OF_TABLE = ("filter", "differences", "compare", "exclude", "pin", "columns", "copy_all")
_WEIGHING = "weights: ← → or digits · Z undo · R redo · W write · Esc ends"


class MatrixScreen(BaseScreen):
    """Table left, what the cell rests on right; where there are fewer than 120 columns that is a page of its own."""

    PLACE = "matrix"
    LOADING = "reading profiles"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "jump", "Jump", show=False),
        Binding("q", "app.quit", "Quit", show=False),
        Binding("e", "export_view", "Export"),
        Binding("d", "differences", "Differ"),
        Binding("w", "weigh", "Weights"),
        Binding("o", "open_source", "Source"),
        Binding("c", "compare", "Compare"),
        Binding("x", "exclude", "Exclude"),
        Binding("p", "pin", "Pin"),
        Binding("v", "place('decide')", "Decide"),
        Binding("E", "place('entries')", "Entries into a build"),
        Binding("Z", "undo", "Undo", show=False),
        Binding("R", "redo", "Redo", show=False),
        Binding("W", "write", "Write weights to a file", show=False),
        Binding("full_stop", "columns", "Columns", show=False, key_display="."),
        Binding("Y", "copy_all", "Copy the table", show=False),
        Binding("tab", "app.focus_next", "Other pane", show=False),
    ]
    DEFAULT_CSS = """
    MatrixScreen {
        & #filter { display: none; dock: top; height: 1; }
        & #panes { layout: vertical; height: 1fr; }
        & #left { height: 1fr; width: 100%; }
        & #table { height: 1fr; }
        & #legend { height: 1; color: $text-muted; padding: 0 1; }
        & #side { display: none; height: 1fr; width: 100%; }
        & #side:focus { border-left: solid $primary; }
        &.-filtering #filter { display: block; }
        &.-page #left { display: none; }
        &.-page #side { display: block; }
        &.-weights #side { display: block; height: 9; border-top: solid $panel; }
        &.-weights #legend { display: none; }
        &.-w120, &.-w160 {
            & #panes { layout: horizontal; }
            & #left { display: block; width: 1fr; height: 100%; }
            & #side { display: block; width: 41; height: 100%; border-left: solid $panel; border-top: none; }
            & #side:focus { border-left: solid $primary; } }
        &.-w160 #side { width: 60; } }
    """

    def __init__(self, link: Link | None = None) -> None:
        super().__init__(link)
        self.state: MatrixState | None = None
        self._first = ""
        self._typed = ("", 0)
        self._fitted = 0

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
        """Take up pinned columns and filter as they were left."""
        super().on_mount()
        self.table.arrangement, self.table.busy = Arrangement(pinned=_FIXED), True
        self.table.focus()
        self.watch(self.table, "window_text", self._show_legend, init=False)
        kept = self.session.state.lists.get(self.PLACE)
        if kept is not None:
            pinned = (*_FIXED, *kept.pinned)
            self.table.set_state(changed(TableState.from_list_state(kept), pinned=pinned, sort=(), order=()))
            if kept.filter:
                self.query_one("#filter", Input).value = kept.filter
                self.set_class(True, "-filtering")  # noqa: FBT003 - Textual's form

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
        project = self.session.project
        if project is not None:
            work.tell(0, 0, f"reading {project.as_posix()}")
        view = view_matrix(MatrixRequest(loaded=loaded, as_of=self.session.day, project=project))
        import supplymatrix.tui.screens.matrix_side  # noqa: F401 - loaded beside the loop, where it stops nobody

        return view

    def show(self, found: MatrixView) -> None:
        """Show the matrix; what was tried stays."""
        from supplymatrix.tui.screens.matrix_state import MatrixState

        if self.state is None:
            self.state = MatrixState(self.session, found)
            self.state.pinned = tuple(name for name in self.table.arrangement.pinned if name not in _FIXED)
        else:
            self.state.take(found)
        self.table.busy = False
        self._show_state()
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
        known = sorted(option.id for option in state.whole.matrix.options)
        if vendor not in known:
            from supplymatrix.model.spelling import nearest

            near = nearest(vendor, known)
            self.tell(f"there is no vendor {vendor}" + (f"; did you mean {near}?" if near else ""), is_fault=True)
            return
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
        side = 60 if width >= _WIDEST else 41 if width >= _WIDE else 0
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
        super().on_resize()
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

    @on(CellHighlighted, "#table")
    def _moved(self, event: CellHighlighted) -> None:
        event.stop()
        if not self.is_filled:
            return
        self._show_side()
        if self.state is not None:
            kept = self.table.state.to_list_state()
            kept = changed(kept, sort=(), order=(), pinned=self.state.pinned)
            self.session.state = remember_list(self.session.state, self.PLACE, kept)
        self.tell_place()

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
        elif self.has_class("-filtering"):
            self.query_one("#filter", Input).value = ""
            self.table.set_filter("")
            self.set_class(False, "-filtering")  # noqa: FBT003 - Textual's form
            self.table.focus()
        elif self.state is not None and (self._first or self.state.compared):
            self._first, self.state.compared = "", ()
            self.tell("")
            self._narrow()
        else:
            return super().take_back()
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out, on a page, what is of the table."""
        is_on_page = self.is_mounted and self.has_class("-page")
        return not (is_on_page and action in _OF_TABLE) and super().check_action(action, parameters)

    def action_filter(self) -> None:
        """Open the filter."""
        self.set_class(True, "-filtering")  # noqa: FBT003 - Textual's form
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_filled:
            self.table.set_filter(event.value)
            self.tell_place()

    @on(Input.Submitted, "#filter")
    def _filter_entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(event.value), "-filtering")
        self.table.focus()

    def action_differences(self) -> None:
        """Show only rows that are not answered alike, or all."""
        if self.state is not None:
            self.state.differences = not self.state.differences
            self._narrow()
            count = f"{len(self.state.keys)} questions are not answered alike · d shows all"
            self.tell(count if self.state.differences else "all questions")

    @on(OrderAsked)
    def _order(self, event: OrderAsked) -> None:
        event.stop()
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
            self.tell(f"{' and '.join(item.name for item in state.options)} · d differences only · c shows all")

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
        self._typed = ("", 0)
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
        typed = self._typed[1] if self._typed[0] == row else 0
        wanted, typed = next_weight(before, typed, step=event.step, digit=event.digit)
        self._typed = (row, typed)
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
        from supplymatrix.tui.screens.matrix_weights import Preview, preview_lines, weights_toml

        state = self.state
        if state is None:
            return
        weights = state.history.now.weights
        if not any(weights.values()):
            self.tell("nothing has a weight: such a file asks for nothing, and is refused", is_fault=True)
            return
        text = weights_toml(weights)
        export = Export(key="w", format="weights", file=_WEIGHTS_FILE, render=lambda: text,
                        command=f"supplymatrix matrix --weights {_WEIGHTS_FILE}")  # fmt: skip

        def written(path: Path) -> None:
            state.note_written(path)
            self._narrow()

        def go_on(wanted: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
            if wanted:
                self.house.ask_file(self, export, then=written)

        self.app.push_screen(Preview("write weights", preview_lines(weights)), go_on)

    def action_columns(self) -> None:
        """Choose which columns are shown."""
        from supplymatrix.tui.widgets.picker import Picker

        hidden = self.table.arrangement.hidden
        items = [
            PaletteItem(kind="hidden" if option.id in hidden else "shown", text=option.name, help=option.id,
                        go=partial(self._toggle_column, option.id))
            for option in (self.state.options if self.state is not None else ()) if option.id != _TODAY
        ]  # fmt: skip

        def chosen(item: PaletteItem | None) -> None:
            if item is not None and not isinstance(item.go, Link):
                item.go()

        self.app.push_screen(Picker("show or hide a column", items), chosen)

    def _toggle_column(self, name: str) -> None:
        kept = self.table.arrangement
        is_hidden = name in kept.hidden
        hidden = tuple(item for item in kept.hidden if item != name) if is_hidden else (*kept.hidden, name)
        self.table.set_arrangement(changed(kept, hidden=hidden))
        self.tell(f"{name} is {'shown' if is_hidden else 'hidden'} · . changes that")

    def action_place(self, place: str) -> None:
        """Go to another place, and come back by Esc."""
        self.post_message(LinkAsked(Link(place)))

    # copying and export

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the addresses behind the cell of the cursor."""
        from supplymatrix.tui.widgets.evidence import cell_sources

        option, key = self.option, self.question
        return cell_sources(option.cells[key]) if option is not None and key else ()

    def copy_offer(self) -> CopyOffer | None:
        """Offer the cell with its sources, or the row where the cursor is on no cell."""
        from supplymatrix.tui.screens.matrix_data import offer_of_cell

        option, key = self.option, self.question
        if option is None or not key:
            return self.table.offer("row") if self.table.current_id else None
        return offer_of_cell(option, key, self.sources())

    def action_copy_all(self) -> None:
        """Offer the table as it is seen."""
        if self.table.view.rows:
            self.house.ask_copy(self, self.table.offer("view"))

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

        return plain_matrix(self.state, self.option, self.question, width)
