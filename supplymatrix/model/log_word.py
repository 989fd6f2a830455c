"""What the log says of one module version, whoever asks: of a bill of materials, a program, a copy on a disk."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["LogWord", "LogWordKind"]


class LogWordKind(StrEnum):
    """What came of asking the log."""

    PROVEN = "proven"
    NOT_LOGGED = "not in the log"
    IMPOSSIBLE = "impossible"
    """No log can have a module of this path."""
    PRIVATE = "private"
    UNANSWERED = "unanswered"
    BROKEN = "broken"


@value
class LogWord:
    """What the log says of a module version. h1: of its zip, h1_go_mod: of its go.mod, "" = its record has no such
    line. reason, remedy: of what is not proven. is_declared: the policy says that the module is private, so that nobody
    expects an answer."""

    kind: LogWordKind
    h1: str = ""
    record: int = -1
    tree_size: int = 0
    reason: str = ""
    remedy: str = ""
    is_declared: bool = False
    h1_go_mod: str = ""
