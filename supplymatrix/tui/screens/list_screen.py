"""A screen with a list and, beside or below it, what is known of the row of the cursor.

A subclass tells what its items are; filter, layout, links, copying and plain text are here. The filter takes words, all
of which must be there, and `column:word` for a word in one column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input

from supplymatrix.engine.screen_state import ListState, remember_list
from supplymatrix.model.value import changed, value
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.screens.base import BaseScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList, Row

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["Item", "ListScreen", "matches"]


@value
class Item:
    """One row of a list. id: unique; group: the heading it stands under, "" = none; title: what the row says.

    cells: by column, what the filter looks at and what is copied. parts: of the link to it. lines: its details.
    sources: addresses behind it, each with a name. make: makes the details for so many columns when they are looked at,
    in the place of `lines`.
    """

    id: str
    title: Content
    cells: Mapping[str, str]
    parts: tuple[str, ...]
    lines: tuple[Content, ...]
    group: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    make: Callable[[int], Iterable[Content]] | None = None

    def lines_for(self, width: int) -> tuple[Content, ...]:
        """Return the details. width: columns of the pane, for what is drawn."""
        return self.lines if self.make is None else tuple(self.make(width))


def matches(cells: Mapping[str, str], query: str) -> bool:
    """Return whether every word of a query is in the cells, a `column:word` in that column."""
    for word in query.casefold().split():
        column, colon, rest = word.partition(":")
        if colon and column in cells:
            if rest not in cells[column].casefold():
                return False
        elif not any(word in cell.casefold() for cell in cells.values()):
            return False
    return True


class ListScreen(BaseScreen):
    """List left, details right; below each other where there are fewer than 100 columns."""

    IS_KIND = True
    WHAT: ClassVar[str] = "rows"
    """The items in the plural."""
    COLUMNS: ClassVar[tuple[str, ...]] = ()

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Other pane", show=False),
        Binding("Y", "copy_all", "Copy all rows", show=False),
    ]
    DEFAULT_CSS = """
    ListScreen {
        & #filter { display: none; dock: top; height: 1; }
        & #panes { layout: vertical; height: 1fr; }
        & #list { height: 45%; width: 100%; }
        & #details { height: 1fr; width: 100%; border-top: solid $panel; }
        & #details:focus { border-top: solid $primary; }
        &.-filtering #filter { display: block; }
        &.-w100, &.-w120, &.-w160 {
            & #panes { layout: horizontal; }
            & #list { width: 46%; height: 100%; }
            & #details { height: 100%; width: 1fr; border-top: none; border-left: solid $panel; }
            & #details:focus { border-left: solid $primary; } } }
    """

    items: Sequence[Item] = ()

    def items_of(self, found: Any) -> Sequence[Item]:  # noqa: ANN401 - what `load` of the same class returned
        """Return the items of what was loaded, those of a group one after the other."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        """Yield filter, list and details."""
        yield Input(placeholder=f"words, or {self.COLUMNS[0]}:word · Esc takes it away", id="filter")
        with Container(id="panes"):
            yield LineList(id="list")
            yield Details(id="details")

    def on_mount(self) -> None:
        """Take up the filter as it was left."""
        self.query_one("#list").focus()
        kept = self.session.state.lists.get(self.PLACE)
        if kept is not None and kept.filter:
            self.query_one("#filter", Input).value = kept.filter
            self.set_class(True, "-filtering")  # noqa: FBT003 - Textual's form

    def show(self, found: Any) -> None:  # noqa: ANN401 - as `items_of`
        """Show the items."""
        self.items = self.items_of(found)
        kept = self.session.state.lists.get(self.PLACE)
        self._show_rows(current=kept.current if kept is not None else "")

    def show_error(self, text: str) -> None:
        """Say it in the details, where it is not cut, and that the list is empty."""
        self.query_one("#list", LineList).set_rows((), empty=f"no {self.WHAT}: nothing could be read")
        self.query_one("#details", Details).show((Content(text),))

    @property
    def query_text(self) -> str:
        """The filter as typed."""
        return self.query_one("#filter", Input).value

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items that the filter lets through."""
        return tuple(item for item in self.items if matches(item.cells, self.query_text))

    @property
    def current(self) -> Item | None:
        """The item of the cursor."""
        if not self.is_attached:
            return None
        row = self.query_one("#list", LineList).current
        return next((item for item in self.items if row is not None and item.id == row.id), None)

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Put the cursor on the item of a link; the filter goes where it hides it."""
        found = next((item for item in self.items if item.parts == parts), None)
        found = found or next((item for item in self.items if parts and item.parts[: len(parts)] == parts), None)
        if found is None:
            if parts:
                self.tell(f"{'/'.join(parts)}: there is nothing of that name here", is_fault=True)
            return
        rows = self.query_one("#list", LineList)
        if not rows.go_to(found.id):
            self.query_one("#filter", Input).value = ""
            self._show_rows(current=found.id)

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the item of the cursor."""
        return self.current.parts if self.current is not None else ()

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the sources of the item of the cursor."""
        return self.current.sources if self.current is not None else ()

    def copy_offer(self) -> CopyOffer | None:
        """Offer the item of the cursor."""
        return self._offer((self.current,)) if self.current is not None else None

    def action_copy_all(self) -> None:
        """Offer all items that are shown."""
        if self.shown:
            self.house.ask_copy(self, self._offer(self.shown))

    def action_filter(self) -> None:
        """Open the filter."""
        self.set_class(True, "-filtering")  # noqa: FBT003 - Textual's form
        self.query_one("#filter", Input).focus()

    def take_back(self) -> bool:
        """Take back: the focus of the details, then the filter, then what was told."""
        if self.focused is self.query_one("#details"):
            self.query_one("#list").focus()
            return True
        if self.has_class("-filtering"):
            self.query_one("#filter", Input).value = ""
            self.set_class(False, "-filtering")  # noqa: FBT003 - Textual's form
            self.query_one("#list").focus()
            return True
        return super().take_back()

    def plain_body(self, width: int) -> str:
        """Return every item that is shown with its details."""
        out: list[str] = []
        group = ""
        for item in self.shown:
            if item.group != group:
                group = item.group
                out += [f"## {group}", ""]
            out += wrap(f"- {item.title.plain.strip()}", width)
            for line in item.lines_for(width - 2):
                out += [f"  {part}".rstrip() for part in wrap(line.plain, width - 2)]
            out.append("")
        return "\n".join(out) if out else f"no {self.WHAT}"

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_filled:
            self._show_rows()

    @on(Input.Submitted, "#filter")
    def _filter_entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.set_class(False, "-filtering")  # noqa: FBT003 - Textual's form
        self.query_one("#list").focus()

    @on(LineList.Moved, "#list")
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        item = self.current
        details = self.query_one("#details", Details)
        if item is not None:
            details.show(item.lines_for(details.scrollable_content_region.width))
        elif self.is_filled:  # else it is said there why there is nothing
            details.show(())
        kept = self.session.state.lists.get(self.PLACE, ListState())
        kept = changed(kept, filter=self.query_text, current=item.id if item is not None else "")
        self.session.state = remember_list(self.session.state, self.PLACE, kept)
        self.tell_place()

    @on(LineList.Chosen, "#list")
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.query_one("#details").focus()

    def _show_rows(self, *, current: str = "") -> None:
        rows: list[Row] = []
        group = ""
        for item in self.shown:
            if item.group != group:
                group = item.group
                rows.append(Row(id=f"head {group}", text=Content(group), is_head=True))
            rows.append(Row(id=item.id, text=item.title))
        why = f"no {self.WHAT} with {self.query_text!r}: Esc takes the filter away" if self.items else self.why_empty()
        self.query_one("#list", LineList).set_rows(rows, current=current, empty=why)

    def tell_loading(self, loaded: LoadedProfiles) -> None:
        """Say which files could not be used; the others are shown."""
        if loaded.faults:
            from supplymatrix.reports.diagnostic import render_diagnostics

            count = f"{len(loaded.faults):,} fault{'' if len(loaded.faults) == 1 else 's'} in your profiles"
            details = render_diagnostics(loaded.faults, color=False)
            self.tell(f"{count}: {loaded.faults[0]}", details=details, is_fault=True)
        elif loaded.notes:
            self.tell(loaded.notes[0], details="\n".join(loaded.notes))

    def why_empty(self) -> str:
        """Return why there is no item at all, and what fills the screen."""
        return f"there are no {self.WHAT}"

    def _offer(self, items: Sequence[Item]) -> CopyOffer:
        count = f"{len(items):,} {self.WHAT}" if len(items) != 1 else items[0].id
        rows = tuple(tuple(item.cells.get(column, "") for column in self.COLUMNS) for item in items)
        return CopyOffer(what=count, head=self.COLUMNS, rows=rows)
