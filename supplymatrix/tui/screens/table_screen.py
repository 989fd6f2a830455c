"""A screen with a table, a filter over it, and a page of text that lies over both until Esc.

A subclass puts `Input(id="filter")`, `VirtualTable(id="table")` and `Details(id="page")` where it wants them, by
`compose_filter` and `compose_page`; keys, state, columns and copying are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from supplymatrix.engine.screen_state import remember_list
from supplymatrix.model.value import changed
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import BaseScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_columns import hide
from supplymatrix.tui.widgets.table_messages import CellHighlighted, FilterChanged, SortChanged
from supplymatrix.tui.widgets.table_model import TableState

__all__ = ["TableScreen"]

_FUZZY = "nothing has these words: these have their letters in this order"


class TableScreen(BaseScreen):
    """A table with all that tables have."""

    IS_KIND = True
    OF_TABLE: ClassVar[frozenset[str]] = frozenset({"filter", "columns", "copy_all", "pin_column", "move_column"})
    """Actions that are of no use on a page."""
    ALWAYS: ClassVar[tuple[str, ...]] = ()
    """Keys of columns that cannot be hidden."""
    WIDE: ClassVar[int] = 0
    """Columns from which on all panes are seen at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop", "columns", "Columns", key_display=".", show=False),
        Binding("P", "pin_column", "Pin this column", show=False),
        Binding("less_than_sign", "move_column(-1)", "Column to the left", key_display="<", show=False),
        Binding("greater_than_sign", "move_column(1)", "Column to the right", key_display=">", show=False),
        Binding("Y", "copy_all", "Copy all rows", show=False),
        Binding("tab", "app.focus_next", "Other pane", show=False),
    ]
    DEFAULT_CSS = """
    TableScreen {
        & #filter { display: none; dock: top; height: 1; }
        & #page { display: none; height: 1fr; width: 100%; }
        &.-filtering #filter { display: block; }
        &.-page { & #page { display: block; } & #main { display: none; } & #filter { display: none; } } }
    """

    @property
    def list_name(self) -> str:
        """The name under which it is kept how the table was left."""
        return self.PLACE

    @property
    def table(self) -> VirtualTable:
        """The table."""
        return self.query_one("#table", VirtualTable)

    @property
    def page(self) -> Details:
        """What lies over the table when something is open."""
        return self.query_one("#page", Details)

    @property
    def has_page(self) -> bool:
        """Whether a page is open."""
        return self.has_class("-page")

    @property
    def is_wide(self) -> bool:
        """Whether all panes are seen at once."""
        return self.app.size.width >= self.WIDE

    def compose_filter(self) -> Input:
        """Return the field of the filter."""
        return Input(placeholder="words, or column:word · Esc takes it away", id="filter")

    def on_mount(self) -> None:
        """Take up the table as it was left."""
        self.take_state()
        self.table.focus()

    def moved(self) -> None:
        """Follow the cursor of the table."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key of the table while a page lies over it."""
        if action in self.OF_TABLE and self.has_page:
            return False
        return super().check_action(action, parameters)

    def show_page(self, lines: Sequence[Content]) -> None:
        """Open a page, or show other lines in it."""
        self.set_class(True, "-page")  # noqa: FBT003 - Textual's form
        self.page.show(lines)
        self.page.focus()
        self.refresh_bindings()
        self.tell_place()

    def close_page(self) -> bool:
        """Close the page; return whether one was open."""
        if not self.has_page:
            return False
        self.set_class(False, "-page")  # noqa: FBT003 - Textual's form
        self.table.focus()
        self.refresh_bindings()
        self.tell_place()
        return True

    def take_state(self) -> None:
        """Take up sort, filter and columns of the table as they were left."""
        kept = self.session.state.lists.get(self.list_name)
        state = TableState.from_list_state(kept) if kept is not None else TableState()
        self.query_one("#filter", Input).value = state.filter
        self.set_class(bool(state.filter), "-filtering")
        self.table.set_state(state)

    def take_filter(self) -> bool:
        """Take the filter away; return whether there was one."""
        if not self.has_class("-filtering"):
            return False
        self.query_one("#filter", Input).value = ""
        self.table.set_filter("")  # at once: the field tells of its change a little later
        self.set_class(False, "-filtering")  # noqa: FBT003 - Textual's form
        self.table.focus()
        return True

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row of the cursor."""
        return self.table.offer("row") if self.table.current_row is not None else None

    def action_copy_all(self) -> None:
        """Offer all rows that are shown."""
        if self.table.current_row is not None:
            self.house.ask_copy(self, self.table.offer("view"))

    def action_filter(self) -> None:
        """Open the filter."""
        self.set_class(True, "-filtering")  # noqa: FBT003 - Textual's form
        self.query_one("#filter", Input).focus()

    def action_columns(self) -> None:
        """Ask which columns are shown."""
        from supplymatrix.tui.widgets.picker import Picker

        hidden = self.table.arrangement.hidden
        items = [
            PaletteItem(
                kind="hidden" if column.key in hidden else "shown",
                text=column.title,
                help="Enter shows it" if column.key in hidden else "Enter hides it",
                go=partial(self._toggle_column, column.key),
            )
            for column in self.table.data.columns.values()
            if column.key not in self.ALWAYS
        ]
        self.app.push_screen(Picker("columns", items), self._toggled)

    def action_pin_column(self) -> None:
        """Let the column of the cursor stay at the left when the others move, or no longer."""
        self.table.toggle_pin()
        self._keep()
        is_pinned = self.table.current_column in self.table.arrangement.pinned
        self.tell("this column stays at the left; P lets it go" if is_pinned else "this column moves with the others")

    def action_move_column(self, step: int) -> None:
        """Move the column of the cursor among the others."""
        before = self.table.arrangement
        self.table.move_column(step)
        self._keep()
        if self.table.arrangement == before:
            self.tell("there is no further column on that side; a pinned one moves among the pinned ones")

    def _toggled(self, item: PaletteItem | None) -> None:
        if item is not None and callable(item.go):
            item.go()

    def _toggle_column(self, key: str) -> None:
        kept = self.table.arrangement
        if key in kept.hidden:
            after = changed(kept, hidden=tuple(name for name in kept.hidden if name != key))
        else:
            after = hide(tuple(self.table.data.columns), kept, key)
        if after == kept:
            self.tell("one column stays")
        else:
            self.table.set_arrangement(after)
            self._keep()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self.table.filter_text:
            self.table.set_filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.set_class(False, "-filtering")  # noqa: FBT003 - Textual's form
        self.table.focus()

    @on(FilterChanged, "#table")
    def _filtered(self, event: FilterChanged) -> None:
        event.stop()
        self._keep()
        self.tell_place()
        if event.is_fuzzy:
            self.tell(_FUZZY)
        elif self.status_line.told == _FUZZY:  # of what was typed a letter ago: `class`, before it was `class:mit`
            self.tell("")

    @on(SortChanged, "#table")
    def _sorted(self, event: SortChanged) -> None:
        event.stop()
        self._keep()

    @on(CellHighlighted, "#table")
    def _highlighted(self, event: CellHighlighted) -> None:
        event.stop()
        if self.is_filled:
            self._keep()
            self.moved()

    def _keep(self) -> None:
        self.session.state = remember_list(self.session.state, self.list_name, self.table.state.to_list_state())
