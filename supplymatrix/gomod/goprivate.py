"""GOPRIVATE-style lists: which comma-separated pattern, if any, covers a module path.

The rules, as the go command applies them to GOPRIVATE, GONOSUMDB, GONOPROXY and GOINSECURE:

- elements are split at every comma, nothing is trimmed but one trailing `/`, empty elements say nothing;
- a pattern of N elements is held against the first N elements of the path, so `example.com/a` covers `example.com/a/b`;
- `*` and `?` stop at `/`; `[a-c]` and `[^a-c]` are classes; `\\` takes the next character as it stands;
- a malformed pattern covers nothing, and does not disturb its neighbours.

    >>> match("*.corp.example,github.com/me", "git.corp.example/team/tool")
    '*.corp.example'

Source: golang.org/ref/mod#private-modules; golang/mod module.MatchPrefixPatterns; Go path.Match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

__all__ = ["is_pattern", "match"]

_Class = tuple[bool, tuple[tuple[int, int], ...]]  # negated, code point ranges
_Token = str | _Class | None  # one literal character, a class, or None for `?`


class _Chunk(NamedTuple):
    """A stretch of pattern without `*`; star: a `*` stands before it."""

    star: bool
    tokens: tuple[_Token, ...]


class _BadPatternError(Exception):
    """The pattern is not well formed."""


def match(globs: str, path: str) -> str | None:
    """Return the first pattern of `globs`, as written, that covers `path`, or None.

    globs: comma-separated patterns; path: a module path, unescaped. Any text is accepted; time is bounded by the
    product of the two lengths, since a `*` never looks back.
    """
    for glob in globs.split(","):
        bare = glob.removesuffix("/")
        if bare and _covers(bare, path):
            return glob
    return None


def is_pattern(text: str) -> bool:
    """Return whether a text is one pattern that can cover anything, and is written without stray blanks."""
    bare = text.removesuffix("/")
    return bool(bare) and "," not in text and text.strip() == text and _compile(bare) is not None


def _covers(glob: str, path: str) -> bool:
    slashes = glob.count("/")
    elements = path.split("/", slashes + 1)
    if len(elements) <= slashes:
        return False
    prefix = "/".join(elements[: slashes + 1])
    if glob.isascii() and not _MAGIC.intersection(glob):
        return glob == prefix
    chunks = _compile(glob)
    return chunks is not None and _matches(chunks, prefix)


_MAGIC = frozenset("*?[]\\")


def _matches(chunks: tuple[_Chunk, ...], name: str) -> bool:
    """Match as a sequence of leftmost chunk matches: a later star can always take what an earlier one left."""
    at = 0
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        if chunk.star and not chunk.tokens:
            return "/" not in name[at:]
        found = _find(chunk, name, at, last=last)
        if found < 0:
            return False
        at = found
    return at == len(name)


def _find(chunk: _Chunk, name: str, start: int, *, last: bool) -> int:
    """Return where `chunk` ends when matched at `start` or, after a star, at the first place beyond it; -1 = nowhere.

    last: the match must reach the end of the name.
    """
    width = len(chunk.tokens)
    at = start
    while True:
        end = at + width
        if end <= len(name) and (not last or end == len(name)) and _fits(chunk.tokens, name, at):
            return end
        if not chunk.star or at >= len(name) or name[at] == "/":
            return -1
        at += 1


def _fits(tokens: tuple[_Token, ...], name: str, at: int) -> bool:
    for offset, token in enumerate(tokens):
        char = name[at + offset]
        if token is None:
            if char == "/":
                return False
        elif isinstance(token, str):
            if token != char:
                return False
        else:
            negated, ranges = token
            code = _code(char)
            if any(low <= code <= high for low, high in ranges) == negated:
                return False
    return True


def _code(char: str) -> int:
    """Return the code point as Go decodes it: a byte that is no UTF-8 (a lone surrogate here) reads as U+FFFD."""
    code = ord(char)
    return 0xFFFD if 0xD800 <= code <= 0xDFFF else code


@lru_cache(maxsize=256)
def _compile(glob: str) -> tuple[_Chunk, ...] | None:
    """Return the chunks of a pattern, or None when it is malformed."""
    chunks = []
    at = 0
    try:
        while at < len(glob):
            start = at
            while at < len(glob) and glob[at] == "*":
                at += 1
            star = at > start
            end = _chunk_end(glob, at)
            chunks.append(_Chunk(star, _tokens(glob[at:end])))
            at = end
    except _BadPatternError:
        return None
    return tuple(chunks)


def _chunk_end(glob: str, at: int) -> int:
    """Return where the next `*` outside a class stands; a `[` or `]` counts wherever it is, as in Go's scanner."""
    in_class = False
    while at < len(glob):
        char = glob[at]
        if char == "\\":
            at += 1
        elif char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "*" and not in_class:
            return at
        at += 1
    return len(glob)


def _tokens(chunk: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    at = 0
    while at < len(chunk):
        char = chunk[at]
        at += 1
        if char == "[":
            token, at = _class(chunk, at)
            tokens.append(token)
        elif char == "?":
            tokens.append(None)
        elif char == "\\":
            if at == len(chunk):
                raise _BadPatternError
            tokens.append(chunk[at])
            at += 1
        else:
            tokens.append(char)
    return tuple(tokens)


def _class(chunk: str, at: int) -> tuple[_Class, int]:
    """Read a class from behind its `[`; return it and the place behind its `]`."""
    negated = chunk[at : at + 1] == "^"
    if negated:
        at += 1
    ranges: list[tuple[int, int]] = []
    while not (ranges and chunk[at] == "]"):
        low, at = _class_character(chunk, at)
        high = low
        if chunk[at] == "-":
            high, at = _class_character(chunk, at + 1)
        ranges.append((low, high))
    return (negated, tuple(ranges)), at + 1


def _class_character(chunk: str, at: int) -> tuple[int, int]:
    """Return one, perhaps escaped, character of a class; something must follow it, since a class ends with `]`."""
    if chunk[at : at + 1] in ("", "-", "]"):
        raise _BadPatternError
    if chunk[at] == "\\":
        at += 1
    if at + 1 >= len(chunk) or 0xD800 <= ord(chunk[at]) <= 0xDFFF:
        raise _BadPatternError
    return ord(chunk[at]), at + 1
