"""How the log's code asks for bytes without doing I/O.

Everything that needs the network is a generator: it yields an `Ask` (paths below the log's root, without a leading
slash: "latest", "lookup/github.com/gorilla/mux@v1.8.0", "tile/8/0/x281/247") and is sent one `Answer` per path, in the
same order. A driver runs it: over a dict in tests, over a folder for a replay, over SQLite offline, over HTTP in `net`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from supplymatrix.model.value import value

__all__ = ["Absent", "Answer", "Ask", "Asking", "Body", "Unavailable", "run_over"]

T = TypeVar("T")


@value(kw_only=False)
class Ask:
    """Paths to get, all at once; the driver may fetch them in parallel and share equal ones with other generators.

    fresh: cached copies of these did not verify; the driver must drop them and ask the server itself.
    """

    paths: tuple[str, ...]
    fresh: bool = False


@value(kw_only=False)
class Body:
    """The bytes of one path, whole. source: who answered ("https://proxy.example", "cache", "replay")."""

    data: bytes
    source: str


@value(kw_only=False)
class Absent:
    """A definite "not here" (HTTP 404 or 410). source: who said so."""

    source: str
    status: int = 404


@value(kw_only=False)
class Unavailable:
    """No usable answer (network, time-out, 5xx, other 4xx, oversized, offline): whatever needed it becomes a gap.

    outage: the server or the way to it failed, in a way that may pass.
    """

    reason: str
    remedy: str = ""
    outage: bool = False


Answer = Body | Absent | Unavailable
Asking = Generator[Ask, tuple[Answer, ...], T]


def run_over(asking: Asking[T], answers: dict[str, bytes], source: str = "memory") -> T:
    """Run `asking` over a mapping from path to bytes; a path that is not in it is `Absent`. For tests and examples."""
    try:
        ask = next(asking)
        while True:
            ask = asking.send(tuple(Body(answers[p], source) if p in answers else Absent(source) for p in ask.paths))
    except StopIteration as done:
        result: T = done.value
        return result
