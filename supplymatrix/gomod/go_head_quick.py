"""The head of a .go file in a few steps, for the usual form that nine of ten files have: a build has ten thousand.

    >>> quick_go_head(b'package p\\n\\nimport (\\n\\t"fmt"\\n\\tlog "example.com/log"\\n)\\n\\nfunc f() {}\\n')
    QuickHead(package='p', imports=('fmt', 'example.com/log'), constraints=())

Whatever is not of that form is left to `parse_go_head`, which takes all that Go takes, and says what is wrong with the
rest; so this never says that a file is faulty. The usual form: plain ASCII; a package clause; imports, alone or in
parentheses, with comments at the ends of lines only; then another declaration.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import Constraint, file_constraints
from supplymatrix.gomod.go_imports import MAX_IMPORTS

__all__ = ["QuickHead", "quick_go_head"]

# As there: no two repeats in a row can take the same byte, so that each is one pass on any input.
_SPACE = re.compile(rb"(?:[ \t\r\n]+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*")
_KEYWORD = (
    rb"(?:break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|interface|map|"
    rb"package|range|return|select|struct|switch|type|var)"
)
_END = rb"[ \t]*(?://[^\n]*)?\r?\n"
_NAME = rb"(?!" + _KEYWORD + rb"[ \t])(?:[A-Za-z_][A-Za-z0-9_]*|\.)"
_ONE = rb"(?:" + _NAME + rb"[ \t]+)?\"[A-Za-z0-9+\-./@_~]+\"" + _END
_LIST = rb"\([ \t]*\r?\n[ \t\r\n]*(?:" + _ONE + rb"[ \t\r\n]*)*\)" + _END
_HEAD = re.compile(
    rb"package[ \t]+(?!" + _KEYWORD + rb"[ \t\r\n/])([A-Za-z_][A-Za-z0-9_]*)" + _END + rb"[ \t\r\n]*"
    rb"((?:import[ \t]+(?:" + _ONE + rb"|" + _LIST + rb")[ \t\r\n]*)*)"
)
_PATH = re.compile(rb"^[ \t]*(?:import[ \t]+)?(?:[A-Za-z_.][A-Za-z0-9_]*[ \t]+)?\"([^\"\n]+)\"", re.MULTILINE)
_NEXT = frozenset(b"tfvc")
"""With what the other declarations begin: type, func, var, const."""


class QuickHead(NamedTuple):
    """As `GoHead` without the places: package name, import paths in their order, constraints that must all hold."""

    package: str
    imports: tuple[str, ...]
    constraints: tuple[Constraint, ...]


def quick_go_head(data: bytes) -> QuickHead | None:
    """Return the head of a .go file of the usual form, None for any other. data: the file, or its beginning."""
    space = _SPACE.match(data)
    clause = space.end() if space else 0
    found = _HEAD.match(data, clause)
    if found is None:
        return None
    space = _SPACE.match(data, found.end())
    end = space.end() if space else found.end()
    if end >= len(data) or data[end] not in _NEXT:
        return None
    head = data[:end]
    if not head.isascii() or b"\0" in head:
        return None
    constraints: tuple[Constraint, ...] = ()
    if b"build" in data[:clause]:
        try:
            constraints = file_constraints(data[:clause])
        except InputError:
            return None
    start = data.rfind(b"\n", 0, found.start(2)) + 1
    imports = tuple(path.decode("ascii") for path in _PATH.findall(data, start, found.end()))
    return QuickHead(found[1].decode("ascii"), imports, constraints) if len(imports) <= MAX_IMPORTS else None
