"""What the audits of several projects of one run have in common, read when it is first asked for and then kept:
databases, vendor profiles, the imports of the standard library.

    shared = AuditShared()
    shared.once(("databases", paths), lambda: open_databases(environ, paths))

It belongs to one run with its environment and day. What raises is not kept, and raises again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

__all__ = ["AuditShared", "once"]

T = TypeVar("T")


class AuditShared:
    """The values of one run, by what they are of."""

    def __init__(self) -> None:
        self._had: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made where there is none yet."""
        if key not in self._had:
            self._had[key] = make()
        return cast("T", self._had[key])


def once(shared: AuditShared | None, key: Hashable, make: Callable[[], T]) -> T:
    """Return a value that a run keeps; where it keeps nothing, a new one."""
    return shared.once(key, make) if shared is not None else make()
