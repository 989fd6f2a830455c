"""How long an answer of the log may be: what is longer is not taken, from whatever place it comes."""

from __future__ import annotations

__all__ = ["MAX_ANSWER", "most_bytes"]

MAX_ANSWER = 1_100_000  # the longest of all kinds: a signed head may have a text of 1,000,000, and signatures
_MAX_TILE = 1 << 14  # a tile has 8,192 at most; one that is somewhat longer is told as such by who reads tiles
_MAX_LOOK_UP = 1 << 18  # a record of a few lines and a signed head
_MAX_OTHER = 1 << 16


def most_bytes(path: str) -> int:
    """Return how many bytes the answer for a path below the log's root may have."""
    if path == "latest":
        return MAX_ANSWER
    if path.startswith("lookup/"):
        return _MAX_LOOK_UP
    return _MAX_TILE if path.startswith("tile/") else _MAX_OTHER
