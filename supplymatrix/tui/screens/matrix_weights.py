"""What if other things counted: weights and vendors as somebody tries them, with undo, a ranking, and the file that
`supplymatrix matrix --weights FILE` reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from supplymatrix.model.value import changed, value
from supplymatrix.reports.matrix_cells import span_of
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width
from supplymatrix.tui.screens.matrix_data import ordered_ids
from supplymatrix.tui.widgets.details import Details, Over, heading, set_title
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.matrix import DEFAULT_WEIGHTS, MatrixScore, Option

__all__ = [
    "HEAVIEST", "WEIGHTS_FILE", "Preview", "WhatIf", "next_weight", "preview_lines", "ranking_lines",
    "weight_changes", "weights_toml",
]  # fmt: skip

HEAVIEST = 100
WEIGHTS_FILE = "weights.toml"
"""The name that is offered for a file of weights."""
_NAME, _BAR = 22, 20  # cells at most
_OTHERS = 16  # cells of a line of the ranking beside name and bar


@value
class WhatIf:
    """What is tried. excluded: ids of vendors that are left out."""

    weights: Mapping[str, int]
    excluded: tuple[str, ...] = ()

    def weighing(self, key: str, weight: int) -> WhatIf:
        """Return the same with another weight, 0 to 100, for a key."""
        return changed(self, weights={**self.weights, key: max(0, min(weight, HEAVIEST))})

    def without(self, vendor: str) -> WhatIf:
        """Return the same without a vendor."""
        return changed(self, excluded=(*self.excluded, vendor))


def next_weight(before: int, typed: int, *, step: int, digit: int | None) -> tuple[int, int]:
    """Return the weight after a key, and what of it was typed so far: digits stand behind each other up to 100.

    digit: None = a step; -1 = the last digit goes.
    """
    if digit is None:
        return before + step, 0
    after = before // 10 if digit < 0 else typed * 10 + digit
    after = after if after <= HEAVIEST else digit
    return after, after


def weights_toml(weights: Mapping[str, int]) -> str:
    """Return the weights as a file: only what counts. `vendors.matrix.parse_weights` reads it."""
    lines = [f"{key} = {weights[key]}" for key in KEYS if weights.get(key, 0)]
    return "\n".join(["[weights]", *lines, ""])


def weight_changes(weights: Mapping[str, int], before: Mapping[str, int] = DEFAULT_WEIGHTS) -> tuple[str, ...]:
    """Return what differs from the weights before: "FIPS mode 3 → 8"."""
    return tuple(
        f"{KEYS[key].title} {before.get(key, 0)} → {weights.get(key, 0)}"
        for key in KEYS
        if before.get(key, 0) != weights.get(key, 0)
    )


def ranking_lines(
    options: Sequence[Option], scores: Mapping[str, MatrixScore], before: Mapping[str, MatrixScore], width: int
) -> Iterator[Content]:
    """Yield the options by score, those first that are sure to have the most, each with its span as a bar.

    before: scores under the weights that the program has, for who has moved.
    """
    old = {name: place for place, name in enumerate(ordered_ids(options, "", before))}
    by_id = {option.id: option for option in options}
    names = max(8, min(_NAME, width - _OTHERS - _BAR // 2))
    cells = max(5, min(_BAR, width - _OTHERS - names))
    for place, name in enumerate(ordered_ids(options, "", scores)):
        moved = old[name] - place
        sign = f" ▲{moved}" if moved > 0 else f" ▼{-moved}" if moved < 0 else ""
        score = scores[name]
        low, high = round(score.low * cells / 100), round(score.high * cells / 100)
        bar = "█" * low + "░" * (high - low) + "·" * (cells - high)
        short = shorten(plain(by_id[name].name), names)
        pad = " " * (names - text_width(short))
        yield Content.assemble(
            f"{place + 1:>2} {short}{pad} ", (bar, "$primary"), f" {span_of(score):>6}", (sign, "bold")
        )


def preview_lines(weights: Mapping[str, int]) -> list[Content]:
    """Return what is about to be written: what has changed, and the file."""
    changes = weight_changes(weights) or ("nothing: these are the weights of the program",)
    lines = [heading("changed"), *map(Content, changes), Content(""), heading("the file")]
    return [*lines, *map(Content, weights_toml(weights).splitlines())]


class Preview(Over[bool]):
    """What is about to be written. The result is whether it should be."""

    DEFAULT_CSS = """
    Preview { align: center middle;
        & > Details { width: 76; max-width: 95%; height: auto; max-height: 90%; border: round $primary;
            background: $surface; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close(False)", "Close")]

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        details = Details()
        set_title(details, self._title, "Enter goes on to its name · Esc closes")
        yield details

    def on_mount(self) -> None:
        """Fill in the text."""
        self.query_one(Details).show(self._lines)

    def on_key(self, event: events.Key) -> None:
        """Go on."""
        if event.key == "enter":
            event.stop()
            self.dismiss(True)  # noqa: FBT003 - Textual's form

    def action_close(self, result: bool) -> None:  # noqa: FBT001 - Textual passes it by place
        """Close."""
        self.dismiss(result)
