"""A pane of text that scrolls, and the same as a panel over a screen. Text is never read as markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen, ScreenResultType
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from supplymatrix.reports.plain import plain, plain_lines

__all__ = ["Details", "Over", "Panel", "field", "heading", "set_title"]

_NAME = 8  # columns of a field's name


def heading(text: str) -> Content:
    """Return a line of its own that is seen as a heading without colours too."""
    return Content.styled(plain(text), "bold")


def field(name: str, text: str) -> Content:
    """Return a named value as a line."""
    return Content.assemble((f"{name:{_NAME}}  ", "dim"), plain(text))


def set_title(box: Widget, title: str, keys: str) -> None:
    """Write a title and the keys into the frame of a widget, as they are: a title that is a str is read as markup."""
    box.border_title = Content(plain(title))
    box.border_subtitle = Content(keys)


class Details(ScrollView, can_focus=True):
    """Lines of text, wrapped and scrolled; empty lines part what is together.

    Drawn line by line: other lines repaint this pane alone, where a text widget would lay out the whole screen anew.
    """

    DEFAULT_CSS = """
    Details { padding: 0 0 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll;
        scrollbar-background: $background; scrollbar-color: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.lines: tuple[Content, ...] = ()
        self._wrapped: list[Content] = []
        self._width = 0

    def show(self, lines: Sequence[Content]) -> None:
        """Show other lines, from the first one."""
        if tuple(lines) != self.lines:
            self.lines = tuple(lines)
            self._width = 0
            self._wrap()
            self.scroll_to(y=0, animate=False, force=True)
            height = self.styles.height
            self.refresh(layout=height is not None and height.is_auto)

    def on_resize(self) -> None:
        """Wrap anew for another width."""
        self._wrap()
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the text takes, where the height follows it."""
        del container, viewport
        return max(1, sum(len(_wrap(line, width)) for line in self.lines))

    def render_line(self, y: int) -> Strip:
        """Return one line of what is in view."""
        width = self.scrollable_content_region.width
        number = y + self.scroll_offset.y
        line = self._wrapped[number] if number < len(self._wrapped) else Content("")
        return Strip(line.truncate(width, pad=True).render_segments(self.visual_style), width)

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width and width != self._width:
            self._width = width
            self._wrapped = [part for line in self.lines for part in _wrap(line, width)]
            size = Size(1, len(self._wrapped))
            # Set past its watchers, which would lay out and paint the whole screen anew for every row of a list.
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height


def _wrap(line: Content, width: int) -> list[Content]:
    """Return a line in lines of a width; what follows the first stands as far in as that does."""
    text = line.plain
    indent = len(text) - len(text.lstrip(" "))
    if not text or not 0 < indent < width // 2:
        return line.wrap(max(1, width)) if text else [line]
    return [Content(" " * indent) + part for part in line[indent:].wrap(width - indent)]


class Over(ModalScreen[ScreenResultType]):
    """What lies over a screen. It closes once: a key that is held comes again before the first one has closed it."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with a result; where it is closed already, or lies under another one, nothing happens."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Panel(Over[None]):
    """A text over the screen; Esc closes it."""

    DEFAULT_CSS = """
    Panel { align: center middle;
        & > Details { width: 90%; height: auto; max-height: 90%; max-width: 110; border: round $primary;
            background: $surface; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,D", "close", "Close")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._said = text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        details = Details()
        set_title(details, self._title, "Esc closes")
        yield details

    def on_mount(self) -> None:
        """Fill in the text."""
        lines = [Content(line) for line in plain_lines(self._said).splitlines()]
        self.query_one(Details).show(lines)

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
