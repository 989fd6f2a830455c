"""One way to choose from many: type, move, Enter. The palette, the key help, jumps and menus are pickers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState, get_current_worker

from supplymatrix.reports.plain import plain
from supplymatrix.tui.palette import PaletteItem, find_items
from supplymatrix.tui.widgets.details import Over, set_title
from supplymatrix.tui.widgets.line_list import LineList, Row

__all__ = ["Ask", "Menu", "Picker"]

Tell = Callable[[BaseException], object]
More = Callable[[Callable[[], bool], Tell], Sequence[PaletteItem]]
_TEXT_WIDTH = 34


class Picker(Over[PaletteItem | None]):
    """A field to search in, and what is found.

    more: asked for further items in a thread; gets "is it cancelled", and what takes an error that leaves others.
    tell_error: takes all errors of it, in the app's thread; the screen below says them.
    """

    DEFAULT_CSS = """
    Picker { align: center top;
        & > Vertical { width: 90%; max-width: 100; height: auto; max-height: 90%; margin-top: 1;
            border: round $primary; background: $surface; }
        & Input { border: none; height: 1; padding: 0 1; background: $panel; }
        & LineList { height: auto; max-height: 100%; min-height: 1; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("down", "move('move', 1)", show=False),
        Binding("up", "move('move', -1)", show=False),
        Binding("pagedown", "move('page', 1)", show=False),
        Binding("pageup", "move('page', -1)", show=False),
    ]

    def __init__(
        self, title: str, items: Sequence[PaletteItem], *, more: More | None = None, tell_error: Tell = lambda _: None
    ) -> None:
        super().__init__()
        self._title = title
        self.items = tuple(items)
        self.found: tuple[PaletteItem, ...] = ()
        self._more = more
        self._tell_error = tell_error

    def compose(self) -> ComposeResult:
        """Lay out the field over the list."""
        with Vertical() as box:
            set_title(box, self._title, "Enter does it · Esc closes")
            yield Input(placeholder="type to search, a key or a word", select_on_focus=False)
            yield LineList(empty="nothing of that kind here")

    def on_mount(self) -> None:
        """Show what is at hand, and ask for the rest."""
        self.query_one(LineList).can_focus = False
        self._find("")
        if self._more is not None:
            self.run_worker(self._ask_more, thread=True, exit_on_error=False, name="palette")

    def action_close(self) -> None:
        """Close without a choice."""
        self.dismiss(None)

    def action_move(self, how: str, step: int) -> None:
        """Move the cursor of the list while the field keeps the focus."""
        found = self.query_one(LineList)
        found.action_page(step) if how == "page" else found.action_move(step)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._find(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(LineList).action_choose()

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.dismiss(self.found[int(event.row.id)])

    def _ask_more(self) -> None:
        worker = get_current_worker()
        assert self._more is not None  # noqa: S101 - as the caller has seen
        found = self._more(lambda: worker.is_cancelled, partial(self.app.call_from_thread, self._tell_error))
        if not worker.is_cancelled:
            self.app.call_from_thread(self._take, found)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell what ended the asking; it raises nothing that was expected."""
        event.stop()
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._tell_error(event.worker.error)

    def _take(self, found: Sequence[PaletteItem]) -> None:
        self.items = (*self.items, *found)
        if self.is_attached:
            self._find(self.query_one(Input).value)

    def _find(self, query: str) -> None:
        self.found = find_items(self.items, query)
        rows = [Row(id=str(number), text=_line(item)) for number, item in enumerate(self.found)]
        self.query_one(LineList).set_rows(rows, current="0")


def _line(item: PaletteItem) -> Content:
    key = Content.styled(f"{item.key:>9}  ", "bold")
    text = Content(plain(item.text))
    text = text.truncate(max(_TEXT_WIDTH, text.cell_length), pad=True)
    return key + text + Content.styled(f"  {plain(item.kind)}{' · ' if item.help else ''}{plain(item.help)}", "dim")


class Menu(Over[str]):
    """A few choices with a key each. The result is the id that was chosen, "" = none."""

    DEFAULT_CSS = """
    Menu { align: center middle;
        & > LineList { width: 56; max-width: 90%; height: auto; border: round $primary; background: $surface; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str, str]]) -> None:
        """choices: key, id and text of each."""
        super().__init__()
        self._title = title
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """Lay out the choices."""
        rows = LineList()
        set_title(rows, self._title, "Esc closes")
        yield rows

    def on_mount(self) -> None:
        """Fill in the choices."""
        rows = [
            Row(id=name, text=Content.assemble((f"{key}  ", "bold"), plain(text))) for key, name, text in self._choices
        ]
        self.query_one(LineList).set_rows(rows)
        self.query_one(LineList).focus()

    def on_key(self, event: events.Key) -> None:
        """Take the key of a choice."""
        for key, name, _ in self._choices:
            if event.character == key:
                event.stop()
                self.dismiss(name)
                return

    def action_close(self) -> None:
        """Close without a choice."""
        self.dismiss("")

    @on(LineList.Chosen)
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.dismiss(event.row.id)


class Ask(Over[str]):
    """One line of text. refuse: returns why a text cannot be taken yet, "" = it can. is_selected: what is typed takes
    the place of the text, which is a proposal. The result is "" when left."""

    DEFAULT_CSS = """
    Ask { align: center middle;
        & > Vertical { width: 76; max-width: 95%; height: auto; border: round $primary; background: $surface;
            padding: 0 1; }
        & Input { border: none; height: 1; padding: 0; background: $panel; }
        & Static { height: auto; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def __init__(
        self, title: str, *, text: str = "", hint: str = "", refuse: Callable[[str], str] = lambda _: "",
        is_selected: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._title = title
        self._text = text
        self._is_selected = is_selected
        self._hint = hint
        self._refuse = refuse

    def compose(self) -> ComposeResult:
        """Lay out the field and what is said to it."""
        with Vertical() as box:
            set_title(box, self._title, "Enter · Esc closes")
            yield Input(self._text, select_on_focus=self._is_selected)
            yield Static(Content(plain(self._hint)), id="hint", markup=False)

    def action_close(self) -> None:
        """Close without a text."""
        self.dismiss("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        why = self._refuse(event.value.strip())
        if why:
            self.query_one("#hint", Static).update(Content(plain(why)))
        else:
            self.dismiss(event.value.strip())
