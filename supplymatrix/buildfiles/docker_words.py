"""Words of a Dockerfile: quotes, the escape character and variables, as the builder takes them.

    >>> expand("golang:${GO:-1.25}-$VARIANT", {"VARIANT": "alpine"})
    Expanded(text='golang:1.25-alpine', unresolved=(), is_open=False)

A variable without a value stays as it is written and is told as unresolved: it may come from the command line or from
an image, and nobody here knows it. `${x:?text}` and replacements in patterns are left as they are, too, and so is what
stands behind a brace that is never closed, which the builder refuses.

Source: moby/buildkit frontend/dockerfile/shell/lex.go; docs.docker.com Dockerfile reference, "Environment replacement".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from supplymatrix.model.value import value

__all__ = ["Expanded", "Variables", "expand", "split_words"]

Variables = Mapping[str, "str | None"]
"""None: declared without a value."""
_LONGEST = 1 << 16  # characters of one value: variables that hold each other can grow without end
_DEEPEST = 8
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
_WORD = {
    "\\": re.compile(r"""(?:\\(?:.|$)|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|\\?$)|[^\s\\'"])+""", re.DOTALL),
    "`": re.compile(r"""(?:`(?:.|$)|'[^']*(?:'|$)|"(?:`.|[^"`])*(?:"|`?$)|[^\s`'"])+""", re.DOTALL),
}


@value
class Expanded:
    """A word as the builder sees it. unresolved: names of variables without a value, in order; is_open: a brace of one
    is not closed."""

    text: str
    unresolved: tuple[str, ...] = ()
    is_open: bool = False


def split_words(text: str, escape: str = "\\") -> list[str]:
    """Return the words of a line, quotes and all."""
    return _WORD[escape].findall(text)


def expand(word: str, variables: Variables, escape: str = "\\") -> Expanded:
    """Return a word with its quotes taken off and its variables filled in."""
    reader = _Reader(variables, escape)
    text = reader.read(word, 0)
    return Expanded(text=text[:_LONGEST], unresolved=tuple(dict.fromkeys(reader.unresolved)), is_open=reader.is_open)


class _Reader:
    def __init__(self, variables: Variables, escape: str) -> None:
        self._variables = variables
        self._escape = escape
        self._room = 4 * _LONGEST  # of all that is put together, at every depth
        self.unresolved: list[str] = []
        self.is_open = False

    def read(self, word: str, depth: int) -> str:
        out: list[str] = []
        at, quote = 0, ""
        while at < len(word) and self._room > 0:
            char = word[at]
            taken, at = char, at + 1
            if quote == "'":
                if char == "'":
                    quote, taken = "", ""
            elif char == self._escape and at < len(word):
                keeps = quote and word[at] not in ('"', "$", self._escape)
                taken, at = (char if keeps else "") + word[at], at + 1
            elif char in "'\"" and quote in ("", char):
                quote, taken = ("" if quote else char), ""
            elif char == "$":
                taken, at = self._variable(word, at, depth)
            out.append(taken)
            self._room -= len(taken) + 1
        return "".join(out)

    def _variable(self, word: str, at: int, depth: int) -> tuple[str, int]:
        """Return what stands for the variable behind a $, and where the text goes on."""
        braced = word.startswith("{", at)
        found = _NAME.match(word, at + braced)
        if found is None:
            return "$", at
        name, end = found[0], found.end()
        if not braced:
            return self._value(name, f"${name}"), end
        close = _closing(word, end)
        if close < 0:
            self.unresolved.append(name)
            self.is_open = True
            return word[at - 1 :], len(word)
        return self._chosen(name, word[end:close], word[at - 1 : close + 1], depth), close + 1

    def _chosen(self, name: str, rest: str, whole: str, depth: int) -> str:
        """Return the value of `${name…}`. rest: what stands behind the name; whole: all of it, for what stays."""
        known = self._variables.get(name)
        if not rest:
            return self._value(name, whole)
        colon = rest.startswith(":")
        kind, other = rest[colon : colon + 1], rest[colon + 1 :]
        has_value = bool(known) if colon else known is not None
        if kind not in ("-", "+") or depth >= _DEEPEST:
            self.unresolved.append(name)
            return whole
        if kind == "-":
            return str(known) if has_value else self.read(other, depth + 1)
        return self.read(other, depth + 1) if has_value else ""

    def _value(self, name: str, whole: str) -> str:
        known = self._variables.get(name)
        if known is None:
            self.unresolved.append(name)
            return whole
        return known


def _closing(word: str, at: int) -> int:
    """Return where the brace ends that was opened before `at`, -1 when it does not."""
    depth = 1
    for place in range(at, len(word)):
        if word[place] == "{":
            depth += 1
        elif word[place] == "}":
            depth -= 1
            if not depth:
                return place
    return -1
