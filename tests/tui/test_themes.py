"""Themes: words can be read on their ground, and the safe ones tell what is partly so from what is not by lightness."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import Monochrome
from textual.theme import Theme

from supplymatrix.tui.themes import THEMES
from supplymatrix.tui.widgets.table_columns import ColumnWindow
from supplymatrix.tui.widgets.table_paint import LineFacts, strip_of

_WORDS = ("text-success", "text-warning", "text-error")


def _luminance(color: Color) -> float:
    """Return the relative luminance of WCAG 2.2, 0 to 1."""
    parts = color.normalized
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lightness(color: Color) -> float:
    """Return L* of CIELAB, 0 to 100."""
    return float(116 * _luminance(color) ** (1 / 3) - 16)


def _colors(theme: Theme) -> dict[str, Color]:
    return {name: Color.parse(text) for name, text in theme.to_color_system().generate().items() if text[:1] == "#"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_words_can_be_read_on_their_ground(theme: Theme) -> None:
    colors = _colors(theme)
    ground = _luminance(colors["background"])
    for name in _WORDS:
        low, high = sorted((ground, _luminance(colors[name])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


@pytest.mark.parametrize("theme", [theme for theme in THEMES if "safe" in theme.name], ids=lambda theme: theme.name)
def test_partly_and_no_differ_in_lightness_where_hues_may_not(theme: Theme) -> None:
    colors = _colors(theme)
    assert abs(_lightness(colors["text-warning"]) - _lightness(colors["text-error"])) >= 10


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_scroll_bars_run_on_the_ground_of_the_screen(theme: Theme) -> None:
    assert theme.variables["scrollbar-background"] == theme.background
    assert theme.variables["scrollbar"] != theme.background


def test_without_colours_the_rest_of_a_line_has_none_either() -> None:
    ground = Style(bgcolor="#101418")
    facts = LineFacts(
        columns=(), window=ColumnWindow(places=(), first=0, last=0, total=0), pinned=0, width=20,
        style=lambda *_: ground, filters=[Monochrome()], background=Color.parse("#101418"),
    )  # fmt: skip
    pieces = list(strip_of(facts, [Segment("a head", ground)], ground))
    assert sum(len(piece.text) for piece in pieces) == 20
    grounds = [piece.style.bgcolor.triplet for piece in pieces if piece.style and piece.style.bgcolor]
    assert len(grounds) == len(pieces)
    assert all(ground is not None and len(set(ground)) == 1 for ground in grounds)
