"""Which state of the rules in this room read a licence text, so that readings that are kept can grow old."""

from __future__ import annotations

__all__ = ["READING"]

READING = 6
"""Raised when the same text may be read as something else. Who keeps readings adds to it the versions of the packages
that have the patterns and the list of ids."""
