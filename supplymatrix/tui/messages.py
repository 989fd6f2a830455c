"""Small typed messages that screens and widgets send upward."""

from __future__ import annotations

from textual.message import Message

from supplymatrix.tui.links import Link

__all__ = ["LinkAsked", "WorkTold"]


class LinkAsked(Message):
    """Somebody wants to go to a link. beside: whether Esc should come back here."""

    def __init__(self, link: Link, *, beside: bool = True) -> None:
        super().__init__()
        self.link = link
        self.beside = beside


class WorkTold(Message):
    """How far a work is. name: what is being done now; total: 0 = not known."""

    def __init__(self, group: str, done: int, total: int, name: str) -> None:
        super().__init__()
        self.group = group
        self.done = done
        self.total = total
        self.name = name
