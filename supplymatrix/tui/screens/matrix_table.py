"""The table of the matrix: as every table, but a click on its head orders columns; in weights mode keys weigh."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from supplymatrix.tui.widgets.table import VirtualTable

__all__ = ["MatrixTable", "OrderAsked", "WeightAsked"]

_DIGITS = "0123456789"


class OrderAsked(Message):
    """The columns are to be ordered by the row of the cursor, or no longer."""


class WeightAsked(Message):
    """The row of the cursor is to weigh something else: by a step, or by what is typed, -1 = the last digit goes."""

    def __init__(self, *, step: int = 0, digit: int | None = None) -> None:
        super().__init__()
        self.step = step
        self.digit = digit


class MatrixTable(VirtualTable):
    """Questions as rows, options as columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "activate", "Evidence", key_display="←→⏎"),
        *(Binding(digit, f"digit({digit})", "Weight", show=False) for digit in _DIGITS),
        Binding("backspace", "digit(-1)", "Weight", show=False),
    ]

    is_weighing = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave digits to the app, whose places they open, unless a weight is typed, and `s` to the screen."""
        if action == "sort":
            return False
        return self.is_weighing if action == "digit" else super().check_action(action, parameters)

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; while weights are changed, sideways changes a weight."""
        if self.is_weighing and columns:
            self.post_message(WeightAsked(step=columns))
        else:
            super().action_move(rows, columns)

    def action_digit(self, digit: int) -> None:
        """Take a digit of a weight."""
        self.post_message(WeightAsked(digit=digit))

    def sort_by(self, key: str, *, further: bool = False) -> None:
        """Order the columns, for a click on a header: the rows of a matrix stay where they are numbered."""
        del key, further
        self.post_message(OrderAsked())
