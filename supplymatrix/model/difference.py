"""Where two values that should be one differ: the first character, and of hashes the first byte."""

from __future__ import annotations

import base64

__all__ = ["first_byte", "first_difference"]


def first_difference(ours: str, theirs: str) -> int:
    """Return the index of the first character in which two texts differ; of equal ones, their length."""
    both = min(len(ours), len(theirs))
    return next((at for at in range(both) if ours[at] != theirs[at]), both)


def first_byte(ours: str, theirs: str) -> tuple[int, int, int, int] | None:
    """Return which byte of two hashes differs first: its number from 1, of how many, ours and theirs.

    None where one of them is no hash, or no byte differs. A hash is in hex, or in base64 with or without "h1:".
    """
    left, right = _bytes_of(ours), _bytes_of(theirs)
    for number, (a, b) in enumerate(zip(left, right, strict=False), 1):
        if a != b:
            return number, len(left), a, b
    return None


def _bytes_of(text: str) -> bytes:
    try:
        if len(text) == 64:
            return bytes.fromhex(text)
        return base64.b64decode(text.removeprefix("h1:"), validate=True)
    except ValueError:
        return b""
