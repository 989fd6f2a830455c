"""One state after the other, with undo and redo: what is tried on a screen."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["History"]

T = TypeVar("T")


class History(Generic[T]):
    """now: the state that holds; states are values and are never changed."""

    def __init__(self, now: T) -> None:
        self.now = now
        self._past: list[T] = []
        self._undone: list[T] = []

    def take(self, after: T) -> bool:
        """Go on to another state; return whether it is another one."""
        if after == self.now:
            return False
        self._past.append(self.now)
        self._undone.clear()
        self.now = after
        return True

    def undo(self) -> bool:
        """Go back by one step; return whether there was one."""
        return self._step(self._past, self._undone)

    def redo(self) -> bool:
        """Go on again; return whether there was something."""
        return self._step(self._undone, self._past)

    def copy(self) -> History[T]:
        """Return the same states in a history of its own: what to go back to where a step turns out to be none."""
        copied = History(self.now)
        copied._past, copied._undone = [*self._past], [*self._undone]
        return copied

    def _step(self, source: list[T], other: list[T]) -> bool:
        if not source:
            return False
        other.append(self.now)
        self.now = source.pop()
        return True
