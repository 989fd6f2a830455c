r"""Patterns of identities: whether one is anchored, whether it can be used, and whether it matches a whole text.

Python's `re` goes back and tries again, and a text of a hundred letters can keep it busy for ever: "(a+)+", ".*.*.*x".
Here all ways through a pattern are followed at once, one step for each letter (Thompson 1968), so the time is at most
the length of the text by that of the pattern, whatever they are. Taken is what Python's syntax and RE2's have in
common: letters, classes, groups, "|", repetitions, anchors, and the flags i and s. What looks around or refers back is
refused, and so is what one of the two reads otherwise: the classes of POSIX ("[[:digit:]]"), octal numbers. As in RE2
"\d", "\w", "\s" and "\b" know ASCII alone, in a class too; a letter has its two cases, under the flag i, in all
scripts. Whether a class has a letter is asked of `re`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import lru_cache

from supplymatrix.model.value import value

__all__ = ["LONGEST_PATTERN", "is_anchored", "matches", "pattern_fault"]

LONGEST_PATTERN = 1_024
_MOST_STEPS = 2_000
_TOKEN = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|\((?:\?(?:P<\w+>|[a-zA-Z-]*[:)]|P[=>]|<?[=!>]|.))?|(?:[*+?]|\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]*)\})[?+]?|.",
    re.DOTALL,
)
_REPEAT = re.compile(r"([*+?]|\{([0-9]*)(,?)([0-9]*)\})([?+]?)")
_GROUP = re.compile(r"\((?:\?P<\w+>|\?([is]*):)?")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_AT = frozenset({"^", "$", r"\A", r"\Z", r"\b", r"\B"})
_BACK = ("(?P=", "(?(")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_POSIX = re.compile(r"\[[:.=]")
_END = re.compile(r"(?<!\\)(?:\\\\)*(?:\$|\\[Zz])\Z")


@value
class _Step:
    """A step of a pattern: one letter is taken (letter), or none where the place is right (place); or the way goes on
    at each of `ways`, counted from here."""

    letter: re.Pattern[str] | None = None
    place: re.Pattern[str] | None = None
    ways: tuple[int, ...] = (1,)


_Steps = list[_Step]


class _FaultError(ValueError):
    """Why a pattern is not used, as the end of "the pattern … "."""


def is_anchored(pattern: str) -> bool:
    """Return whether a pattern can match whole texts alone, wherever it is used: "^…$", no "|" outside of groups."""
    plain = _FLAGS.sub("", pattern, count=1) if _FLAGS.match(pattern) else pattern
    if not plain.startswith(("^", r"\A")) or not _END.search(plain):
        return False
    depth = 0
    for part in _TOKEN.findall(plain):
        if part[0] == "(" and part[-1] != ")":
            depth += 1
        elif part == ")":
            depth -= 1
        elif part == "|" and depth == 0:
            return False
    return True


def pattern_fault(pattern: str) -> str:
    """Return why a pattern is not used, "" where it can be."""
    if len(pattern) > LONGEST_PATTERN:
        return f"the pattern has {len(pattern):,} characters, more than {LONGEST_PATTERN:,}"
    try:
        _steps(pattern)
    except _FaultError as err:
        return f"the pattern {pattern!r} {err}"
    return ""


@lru_cache(maxsize=1_024)
def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern without a fault matches all of a text."""
    steps = _steps(pattern)
    now = _reached(steps, (0,), text, 0)
    for at, letter in enumerate(text, start=1):
        taken = (step + 1 for step in now if step < len(steps) and _takes(steps[step], letter))
        now = _reached(steps, taken, text, at)
        if not now:
            return False
    return len(steps) in now


def _takes(step: _Step, letter: str) -> bool:
    return step.letter is not None and step.letter.fullmatch(letter) is not None


def _reached(steps: tuple[_Step, ...], begun: Iterable[int], text: str, at: int) -> set[int]:
    """Return the steps that take the next letter, and the end, where one of them is come to without taking one."""
    todo, seen, found = list(begun), set[int](), set[int]()
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        step = steps[number] if number < len(steps) else None
        if step is None or step.letter is not None:
            found.add(number)
        elif step.place is None or step.place.match(text, at):
            todo += [number + way for way in step.ways]
    return found


@lru_cache(maxsize=256)
def _steps(pattern: str) -> tuple[_Step, ...]:
    """Return the steps of a pattern. Raises _FaultError."""
    try:
        parts = _TOKEN.findall(pattern)
        for part in parts:
            _refuse_part(part)
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
        flags = _FLAGS.fullmatch(parts[0]) if parts else None
        return tuple(_Reader(parts[1:] if flags else parts).choice(flags[1] if flags else ""))
    except RecursionError as err:
        raise _FaultError("is nested too deep") from err
    except FutureWarning as err:
        raise _FaultError(f"has a class that is read in two ways: {err}") from err
    except (re.error, OverflowError) as err:
        raise _FaultError(f"is none: {err}") from err


def _refuse_part(part: str) -> None:
    """Raise _FaultError for what is refused wherever it stands."""
    escaped = "".join(_ESCAPED.findall(part))
    if part.startswith(_BACK) or any(sign in "123456789" for sign in escaped):
        raise _FaultError("refers back to what it matched")
    if "0" in escaped:
        raise _FaultError(r"has an octal number, which is not used here: write \x and two hex digits")
    if part[0] == "[" and _POSIX.search(_ESCAPED.sub("a", part), 1):
        raise _FaultError(f"has {part!r}, a class of POSIX, which is not used here: write 0-9, a-z, A-Za-z0-9")


class _Reader:
    """The parts of a pattern that is one, being read: "|" binds least, then what stands side by side, then repetition.

    flags: "i", "s" or both, of the group that is read.
    """

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._at = 0

    def choice(self, flags: str) -> _Steps:
        """Read up to the end of the group. Raises _FaultError."""
        found = self._row(flags)
        while self._next() == "|":
            self._at += 1
            other = self._row(flags)
            found = [_Step(ways=(1, len(found) + 2)), *found, _Step(ways=(len(other) + 1,)), *other]
            _refuse_long(len(found))
        return found

    def _next(self) -> str:
        return self._parts[self._at] if self._at < len(self._parts) else ""

    def _row(self, flags: str) -> _Steps:
        found: _Steps = []
        while self._next() not in ("", "|", ")"):
            one = self._one(flags)
            while repeat := _REPEAT.fullmatch(self._next()):
                self._at += 1
                one = _repeated(one, repeat)
            found += one
            _refuse_long(len(found))
        return found

    def _one(self, flags: str) -> _Steps:
        part = self._next()
        self._at += 1
        if part in _AT:
            return [_Step(place=_compiled(part, ""))]
        if part[0] != "(":
            return [_Step(letter=_compiled(part, flags))]
        group = _GROUP.fullmatch(part)
        if group is None:
            raise _FaultError(f"has {part!r}, which is not used here")
        inner = self.choice(flags + (group[1] or ""))
        self._at += 1
        return inner


def _repeated(one: _Steps, repeat: re.Match[str]) -> _Steps:
    """Return the steps of something so many times. Raises _FaultError."""
    sign, least, comma, most, kind = repeat.groups()
    if kind == "+":
        raise _FaultError(f"has {repeat[0]!r}, which is not used here")
    low = {"*": 0, "?": 0, "+": 1}.get(sign, int(least or "0"))
    high = {"*": -1, "?": 1, "+": -1}.get(sign, int(most) if most else -1 if comma else low)
    _refuse_long(max(low, high, 1) * (len(one) + 2))
    always = one * low
    if high < 0:
        return [*always, _Step(ways=(1, len(one) + 2)), *one, _Step(ways=(-len(one) - 1,))]
    return always + [_Step(ways=(1, len(one) + 1)), *one] * (high - low)


def _refuse_long(steps: int) -> None:
    if steps > _MOST_STEPS:
        raise _FaultError(f"is so long, or repeats so much, that it has more than {_MOST_STEPS:,} steps")


@lru_cache(maxsize=1_024)
def _compiled(part: str, flags: str) -> re.Pattern[str]:
    found = (re.IGNORECASE if "i" in flags else 0) | (re.DOTALL if "s" in flags else 0)
    if any(sign in "bBdDsSwW" for sign in _ESCAPED.findall(part)):
        found |= re.ASCII
    return re.compile(part if part not in ("{", "}", "]") else re.escape(part), found)
