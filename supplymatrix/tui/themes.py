"""Themes: dark and light, each also in colours that are told apart without red and green.

Colours never carry a meaning alone: every state has a sign and a word. The colour-blind-safe themes use blue and orange
where the others use green and red, and what is partly so and what is not differ in lightness as well.

Source: Okabe and Ito, "Color Universal Design" (2008), for the eight colours of the safe themes: sky blue, yellow and
vermilion on dark ground; on light ground blue, and yellow and vermilion darkened until they can be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DEFAULT_THEME", "THEMES"]

_DARK = {"foreground": "#d8dee9", "background": "#101418", "surface": "#161b21", "panel": "#1e252d"}
_LIGHT = {"foreground": "#1c2329", "background": "#fbfbf9", "surface": "#f2f2ee", "panel": "#e4e5e0"}

_SLIDER = {True: "#3a4450", False: "#b9bbb4"}  # of scroll bars, on dark ground and on light


def _calm(base: Mapping[str, str]) -> dict[str, str]:
    """Return the colours of scroll bars: their way is the ground they lie on, whatever the mouse does."""
    way = "scrollbar-background"
    ways = (way, f"{way}-hover", f"{way}-active", "scrollbar-corner-color")
    slider = _SLIDER[base is _DARK]
    return {**dict.fromkeys(ways, base["background"]), "scrollbar": slider, "scrollbar-hover": slider}


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
        variables=_calm(base),
    )


THEMES: tuple[Theme, ...] = (
    _theme("dark", _DARK, ("#5fb3d4", "#e0b25c", "#7fc27f", "#e57373")),
    _theme("light", _LIGHT, ("#0b6e99", "#8a5a00", "#2e7031", "#b3261e")),
    _theme("dark-safe", _DARK, ("#56b4e9", "#f0e442", "#56b4e9", "#d55e00")),
    _theme("light-safe", _LIGHT, ("#0072b2", "#8a6d00", "#0072b2", "#7a3000")),
)
"""In the order in which `T` goes through them."""

DEFAULT_THEME = THEMES[0].name
