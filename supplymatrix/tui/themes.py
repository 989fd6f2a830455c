"""Themes: dark and light, each also in colours that are told apart without red and green.

Colours never carry a meaning alone: every state has a sign and a word. The colour-blind-safe themes use blue and orange
where the others use green and red.

Source: Okabe and Ito, "Color Universal Design" (2008), for the eight colours of the safe themes.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DEFAULT_THEME", "THEMES"]

_DARK = {"foreground": "#d8dee9", "background": "#101418", "surface": "#161b21", "panel": "#1e252d"}
_LIGHT = {"foreground": "#1c2329", "background": "#fbfbf9", "surface": "#f2f2ee", "panel": "#e4e5e0"}


def _theme(name: str, base: Mapping[str, str], colors: tuple[str, str, str, str]) -> Theme:
    """Return a theme. colors: primary, accent (and warning), success, error."""
    primary, accent, success, error = colors
    return Theme(
        name=name,
        primary=primary,
        accent=accent,
        success=success,
        warning=accent,
        error=error,
        foreground=base["foreground"],
        background=base["background"],
        surface=base["surface"],
        panel=base["panel"],
        dark=base is _DARK,
    )


THEMES: tuple[Theme, ...] = (
    _theme("dark", _DARK, ("#5fb3d4", "#e0b25c", "#7fc27f", "#e57373")),
    _theme("light", _LIGHT, ("#0b6e99", "#8a5a00", "#2e7031", "#b3261e")),
    _theme("dark-safe", _DARK, ("#56b4e9", "#f0e442", "#56b4e9", "#e69f00")),
    _theme("light-safe", _LIGHT, ("#0072b2", "#7a5c00", "#0072b2", "#a34700")),
)
"""In the order in which `T` goes through them."""

DEFAULT_THEME = THEMES[0].name
