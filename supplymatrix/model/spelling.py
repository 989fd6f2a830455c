"""What somebody probably meant: the nearest of the known words."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]

_LIKE_ENOUGH = 0.6


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like `word`, whatever its case; "" when none is."""
    import difflib

    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower()[:200], by_lower, n=1, cutoff=_LIKE_ENOUGH)
    return by_lower[found[0]] if found else ""
