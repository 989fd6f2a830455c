"""A document as JSON text: all that a report for machines needs of the others."""

from __future__ import annotations

import json
from collections.abc import Mapping

from supplymatrix.reports.plain import plain_lines

__all__ = ["as_json"]


def as_json(document: Mapping[str, object]) -> str:
    """Return a document as text, with hidden characters written out in every string."""
    return json.dumps(_clean(document), indent=2, ensure_ascii=False) + "\n"


def _clean(value: object) -> object:
    """Return the same document with hidden characters written out in every text."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else plain_lines(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value
