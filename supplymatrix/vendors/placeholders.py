"""The places in a profile's texts that a user fills: `{identity}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["PLACEHOLDER", "VARIABLE", "fill", "placeholders_of"]

VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}")


def placeholders_of(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def fill(text: str, words: Mapping[str, str]) -> str:
    """Return a text with those placeholders filled that are known."""
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)
