"""What the policy screen asks: a new waiver, field by field, and whether what is shown should be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import unified_diff
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Label, Static

from supplymatrix.engine.policy_case import waiver_fields
from supplymatrix.policy.document import Waiver
from supplymatrix.reports.plain import plain
from supplymatrix.tui.widgets.details import Details, Over, set_title

__all__ = ["Confirm", "WaiverForm", "diff_lines"]

Check = Callable[[Mapping[str, str]], tuple[Waiver | None, Mapping[str, str]]]
_HINTS: Mapping[str, str] = {
    "rule": "an id or a name, as in SM202",
    "package": "a module, or a glob: github.com/gorilla/*",
    "version": "v1.8.0, or * for every version",
    "replacement": "path, path@version or folder, or * for everything",
    "reason": "why it is right to go on, 12 characters or more",
    "owner": "who answers for it",
    "expires": "the last day on which it holds",
}
_NAMES: Mapping[str, str] = {"package": "module"}


class WaiverForm(Over[Waiver | None]):
    """A field for each thing that a waiver needs. check: returns the waiver, or what is wrong with which field."""

    DEFAULT_CSS = """
    WaiverForm { align: center middle;
        & > Vertical { width: 78; max-width: 98%; height: auto; max-height: 96%; border: round $primary;
            background: $surface; padding: 0 1; }
        & VerticalScroll { height: auto; max-height: 100%; }
        & Horizontal { height: 1; }
        & Label { width: 12; text-style: bold; }
        & Input { border: none; height: 1; padding: 0; background: $panel; width: 1fr; }
        & .says { height: auto; color: $text-muted; padding: 0 0 0 13; }
        & .says.-fault { color: $error; } }
    """
    AUTO_FOCUS = ""  # the first field that is empty gets the keys
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, texts: Mapping[str, str], check: Check) -> None:
        super().__init__()
        self._texts = texts
        self._fields = waiver_fields(texts)
        self._check = check

    def compose(self) -> ComposeResult:
        """Lay out the fields, each with what is said to it."""
        with Vertical() as box:
            set_title(box, "a new waiver", "Tab next field · Enter takes it · Esc closes")
            with VerticalScroll(can_focus=False):
                for name in self._fields:
                    with Horizontal():
                        yield Label(Content(_NAMES.get(name, name)))
                        yield Input(self._texts.get(name, ""), id=name, select_on_focus=False)
                    yield Static(Content(_HINTS[name]), id=f"{name}-says", classes="says", markup=False)

    def on_mount(self) -> None:
        """Begin with the first field that is empty."""
        first = next((name for name in self._fields if not self._texts.get(name)), self._fields[0])
        self.query_one(f"#{first}", Input).focus()

    def action_close(self) -> None:
        """Close without a waiver."""
        self.dismiss(None)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        waiver, faults = self._check({name: self.query_one(f"#{name}", Input).value for name in self._fields})
        if waiver is not None:
            self.dismiss(waiver)
            return
        for name in self._fields:
            says = self.query_one(f"#{name}-says", Static)
            fault = faults.get(name, "")
            says.set_class(bool(fault), "-fault")
            says.update(Content(plain(f"✘ {fault}" if fault else _HINTS[name])))
        first = next(name for name in self._fields if name in faults)
        self.query_one(f"#{first}", Input).focus()


class Confirm(Over[bool]):
    """What is about to be written, and how. The result is whether it should be."""

    DEFAULT_CSS = """
    Confirm { align: center middle;
        & > Details { width: 90%; max-width: 110; height: auto; max-height: 90%; border: round $primary;
            background: $surface; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,n", "close(False)", "Close")]

    def __init__(self, title: str, lines: Sequence[Content], *, keys: str) -> None:
        super().__init__()
        self._title, self._lines, self._keys = title, tuple(lines), keys

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        details = Details()
        set_title(details, self._title, self._keys)
        yield details

    def on_mount(self) -> None:
        """Fill in the text."""
        self.query_one(Details).show(self._lines)

    def on_key(self, event: events.Key) -> None:
        """Say yes."""
        if event.key == "enter":
            event.stop()
            self.dismiss(True)  # noqa: FBT003 - Textual's form

    def action_close(self, result: bool) -> None:  # noqa: FBT001 - Textual passes it by place
        """Close."""
        self.dismiss(result)


_DIFF_STYLES: Mapping[str, str] = {"+": "$success", "-": "$error", "@": "$accent"}


def diff_lines(before: str, after: str, name: str) -> list[Content]:
    """Return how a file changes, as `diff -u` says it."""
    diff = unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=3)
    return [Content.styled(plain(line), _DIFF_STYLES.get(line[:1], "")) for line in diff]
