"""The formats in which a bill of materials is written, by the words that name them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ALIASES", "FORMATS", "canonical_format"]

FORMATS = ("cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-3-json")
ALIASES: Mapping[str, str] = {
    "cyclonedx": "cyclonedx-json", "json": "cyclonedx-json", "xml": "cyclonedx-xml", "spdx": "spdx-json",
    "spdx-2.3-json": "spdx-json", "spdx3": "spdx-3-json", "spdx-3": "spdx-3-json",
}  # fmt: skip
"""Other words for them."""


def canonical_format(word: str) -> str:
    """Return the format that a word names; a word that names none as it is."""
    return ALIASES.get(word, word)
