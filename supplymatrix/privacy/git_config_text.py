r"""The text of a git config file, entry by entry, as git reads it.

    >>> entries, faults = parse_git_config('[url "https://h/"]\n\tinsteadOf = git@h:\n')
    >>> [(entry.key, entry.line) for entry in entries], faults
    ([('url.*.insteadof', 2)], ())

Nothing is followed here: an include is an entry as any other. A line that is none is a fault, and the others count.

Source: git-config(1), "CONFIGURATION FILE"; git config.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.model.value import value

__all__ = ["GitEntry", "parse_git_config"]

_SECTION = re.compile(r"\[[ \t]*([A-Za-z0-9.-]{1,200})(?:[ \t]+\"((?:\\.|[^\"\\\n]){0,4000})\")?[ \t]*\]")
_NAME = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9-]{0,200})[ \t]*(=?)")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}
_MOST_ENTRIES = 20_000


@value
class GitEntry:
    """One entry. section, name: in lower case. subsection: as written, "" for none. text: its value, "" where it has
    none. line: of the file, from 1. text and subsection may hold secrets: never show them."""

    section: str
    subsection: str
    name: str
    text: str
    line: int

    def __repr__(self) -> str:
        return f"GitEntry(key={self.key!r}, line={self.line})"

    @property
    def key(self) -> str:
        """The key without what stands in its middle: "url.*.insteadof", "user.name"."""
        return f"{self.section}.*.{self.name}" if self.subsection else f"{self.section}.{self.name}"


def parse_git_config(text: str) -> tuple[tuple[GitEntry, ...], tuple[int, ...]]:
    """Return the entries, and the lines that are none. Any text is read."""
    reader = _Reader(text)
    entries = tuple(reader.entries())
    return entries, tuple(reader.faults)


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        self._at = 0
        self.faults: list[int] = []

    def entries(self) -> Iterator[GitEntry]:
        """Yield them in their order."""
        section = subsection = ""
        count = 0
        while self._at < len(self._lines):
            rest = self._lines[self._at].strip(" \t")
            number = self._at + 1
            self._at += 1
            head = _SECTION.match(rest)
            if head:
                section, dot, old = head[1].lower().partition(".")
                subsection = re.sub(r"\\(.)", r"\1", head[2]) if head[2] is not None else (old if dot else "")
                rest = rest[head.end() :].lstrip(" \t")
            if not rest or rest[0] in "#;":
                continue
            found = _NAME.match(rest)
            count += 1
            if found is None or not section or count > _MOST_ENTRIES:
                self.faults.append(number)
                if count > _MOST_ENTRIES:
                    return
                continue
            text = self._value(rest[found.end() :]) if found[2] else ""
            yield GitEntry(section=section, subsection=subsection, name=found[1].lower(), text=text, line=number)

    def _value(self, rest: str) -> str:
        """Return a value, the lines that go on with it included: quotes and escapes taken off, comments left out."""
        out: list[str] = []
        is_quoted = False
        rest = rest.lstrip(" \t")
        while True:
            goes_on = False
            at = 0
            while at < len(rest):
                char = rest[at]
                if char == "\\":
                    if at + 1 == len(rest):
                        goes_on = True
                    else:
                        out.append(_ESCAPES.get(rest[at + 1], rest[at + 1]))
                    at += 2
                    continue
                if char == '"':
                    is_quoted = not is_quoted
                elif char in "#;" and not is_quoted:
                    break
                else:
                    out.append(char)
                at += 1
            if not goes_on or self._at >= len(self._lines):
                return "".join(out).rstrip(" \t") if not is_quoted else "".join(out)
            rest = self._lines[self._at]
            self._at += 1
