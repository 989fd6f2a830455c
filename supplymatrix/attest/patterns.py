"""Patterns of identities: whether one is anchored, and whether it could keep a match busy for ever.

Python's `re` goes back and tries again. A pattern costs more than the text is long to the power of its repetitions only
where something repeated is repeated as a whole and can be cut in several ways, "(a+)+". Of these only the harmless kind
is taken, in which each round begins or ends with a letter that nothing else in it can match: "(\\.[0-9]+)*".
"""

from __future__ import annotations

import re

__all__ = ["LONGEST_PATTERN", "is_anchored", "pattern_fault"]

LONGEST_PATTERN = 1_024
_MOST_REPEATS = 12
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|\(\?[aiLmsux-]+\)|\(\?(?:[aiLmsux-]*:|=|!|<=|<!)|\{\d*,?\d*\}\??|[*+?]\??|.",
    re.DOTALL,
)
_OPEN = re.compile(r"[*+]\??|\{\d*,\d*\}\??|\{(?:[1-9]\d|\d{3,})\}\??")
_MAYBE = re.compile(r"\?\??|\{\d+\}\??")
_BACK = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?>")
_END = re.compile(r"(?<!\\)(?:\\\\)*(?:\$|\\[Zz])\Z")


class _Group:
    """What is inside of a pair of brackets. letters: its single ones; is_loose: it can be matched in several ways."""

    __slots__ = ("has_groups", "is_loose", "last", "letters")

    def __init__(self) -> None:
        self.letters: list[tuple[str, bool]] = []
        self.has_groups = False
        self.is_loose = False
        self.last: _Group | None = None

    def is_fenced(self) -> bool:
        """Return whether the first or the last letter stands once in each round, and nothing else can match it."""
        if self.has_groups or len(self.letters) < 2:
            return False
        return any(self._is_fence(at) for at in (0, len(self.letters) - 1))

    def _is_fence(self, at: int) -> bool:
        text, is_repeated = self.letters[at]
        plain = text[1:] if len(text) == 2 and text[0] == "\\" and not text[1].isalnum() else text
        if is_repeated or len(plain) != 1 or (text == plain and plain in ".^$|"):
            return False
        others = [one for number, (one, _) in enumerate(self.letters) if number != at]
        return not any(one == "|" or re.fullmatch(one, plain, re.IGNORECASE | re.DOTALL) for one in others)


def is_anchored(pattern: str) -> bool:
    """Return whether a pattern can match whole texts alone, wherever it is used: "^…$", no "|" outside of groups."""
    if not pattern.startswith(("^", r"\A")) or not _END.search(pattern):
        return False
    depth = 0
    for part in _TOKEN.findall(pattern):
        if _opens(part):
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
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as err:
        return f"the pattern {pattern!r} is none: {err}"
    if _BACK.search(pattern):
        return f"the pattern {pattern!r} refers back to what it matched"
    return _cost(pattern)


def _cost(pattern: str) -> str:
    """Return what makes a pattern that is one too dear, "" where nothing does."""
    groups, repeats = [_Group()], 0
    for part in _TOKEN.findall(pattern):
        group = groups[-1]
        if _opens(part):
            groups.append(_Group())
        elif part == ")" and len(groups) > 1:
            done = groups.pop()
            groups[-1].last = done
            groups[-1].has_groups = True
            groups[-1].is_loose |= done.is_loose
        elif _OPEN.fullmatch(part) or _MAYBE.fullmatch(part):
            is_open = _OPEN.fullmatch(part) is not None
            if is_open and group.last is not None and group.last.is_loose and not group.last.is_fenced():
                return f"the pattern {pattern!r} repeats what is repeated already, which could take for ever"
            if group.last is None and group.letters:
                group.letters[-1] = (group.letters[-1][0], True)
            group.is_loose, group.last = True, None
            repeats += is_open
        else:
            group.letters.append((part, False))
            group.is_loose |= part == "|"
            group.last = None
    return f"the pattern {pattern!r} has more than {_MOST_REPEATS} repetitions" if repeats > _MOST_REPEATS else ""


def _opens(part: str) -> bool:
    return part[0] == "(" and part[-1] != ")"
