"""The copyright lines of a licence text."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["copyright_lines", "copyright_spans"]

LINES_LIMIT = 500
LENGTH_LIMIT = 300
_LOOKED_AT = 1000
_WORDS_BEFORE = 8

_LINE = re.compile(r"^.*(?:copyright|copr\.|©|\(c\)|&copy;).*$", re.IGNORECASE | re.MULTILINE)
_DECORATION = " \t#*>/%;.!|-"
_NOTICE = re.compile(
    r"""\bcopyright(?:s|ed)?\b
        (?!\s+(?:notices?|holders?|owners?|laws?|licen[sc]es?|statements?|or|and|in|on|to|disclaimers?|interests?|treaty
        |act|status|protection|rights?|as|the[ ]\w+[ ](?!authors|contributors)|attribution|notifications?|files?|for)\b)
      |\bcopr\.(?=\s)|©|\(c\)|&copy;""",
    re.IGNORECASE | re.VERBOSE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SIGNED = re.compile(r"copyright\s*(?:©|\(c\)|&copy;)\s*[^\W\d_]", re.IGNORECASE)
_NAMED = re.compile(r"copyright(?:ed)?:?\s*(?:©|\(c\)|&copy;|by\b|[A-Z\d])|©|&copy;")
_SIGN_AND_NAME = re.compile(
    r"(?i:\(c\))\s+[A-Z][\w.'\u2019-]*(?:(?:,?\s+|\s*&\s*)(?:[A-Z][\w.'\u2019-]*|and|<[^>\s]+>)){1,6}"
)
_PLAIN_WORDS = 10
_NO_HOLDER = re.compile(r"[\W\d_]*(?:(?:copyright|copr\.|\(c\)|©|&copy;|by|to|present)[\W\d_]*)+", re.IGNORECASE)
"""A notice whose holder stands in the next line."""
_NO_NAME = re.compile(r"copyright(?:s|ed)?|copr\.|&copy;|\(c\)|all rights reserved", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_FORM = re.compile(
    r"[<\[{(]\s*(?:yyyy|years?|name of|names? of|full ?name|owner(?!@)|copyright holders?|insert|xxxx)|\b19yy\b"
    r"|\bxxxx\b",
    re.IGNORECASE,
)
_OF_LICENCE_TEXTS = re.compile(r"free software foundation,? inc|fsf\.org", re.IGNORECASE)
_VERBATIM = re.compile(r"everyone\s+is\s+permitted\s+to\s+copy", re.IGNORECASE)


def copyright_spans(text: str) -> list[tuple[int, int]]:
    """Return from where to where each copyright notice goes, to the end of its line, in order; 500 at most."""
    found = []
    for start, end in _notices(text):
        found.append((start, end))
        if len(found) == LINES_LIMIT:
            break
    return found


def copyright_lines(text: str) -> tuple[str, ...]:
    """Return the copyright notices of a text, one line each, each once, in order.

    Left out: sentences of licences that speak of copyright, blanks to be filled in ("[yyyy] [name]"), and what the Free
    Software Foundation says of the texts of its licences. A line is cut after 300 characters.
    """
    found: dict[str, None] = {}
    for start, end in copyright_spans(text):
        line = " ".join(text[start : min(end, start + _LOOKED_AT)].split()).rstrip(" */#|-")
        if _FORM.search(line) or (_OF_LICENCE_TEXTS.search(line) and _VERBATIM.search(text, end, end + 300)):
            continue
        found[line if len(line) <= LENGTH_LIMIT else line[:LENGTH_LIMIT] + "…"] = None
    return tuple(found)


def _notices(text: str) -> Iterator[tuple[int, int]]:
    for whole in _LINE.finditer(text):
        line = whole.group()[:_LOOKED_AT]
        match = _NOTICE.search(line)
        if match is None:
            continue
        before = line[: match.start()].strip(_DECORATION)
        if len(before.split()) > _WORDS_BEFORE or before.endswith(('"', "the", "this", "above")):
            continue
        start = whole.start() + (line.find(before) if before else match.start())
        notice = line[match.start() :]
        if _YEAR.search(notice) and (_NO_HOLDER.fullmatch(notice.strip()) or notice.rstrip().endswith(",")):
            end = _end_of_next(text, whole.end())
            if end:
                yield start, end
                continue
        if _is_notice(before, notice):
            yield start, whole.end()


def _end_of_next(text: str, end: int) -> int:
    """Return where the line after a notice ends that has the holder, 0 when there is none: it is short, and no notice
    itself."""
    stop = text.find("\n", end + 1)
    following = text[end + 1 : stop if stop >= 0 else len(text)][:_LOOKED_AT]
    is_name = _LETTERS.search(following) and len(following.split()) <= _PLAIN_WORDS and not _NOTICE.search(following)
    return end + 1 + len(following) if is_name else 0


def _is_notice(before: str, notice: str) -> bool:
    """Tell a notice from a sentence, and from point (c) of a list: it has a year, or is short and names someone. After
    "(c)" without a year every word must be part of a name."""
    if not _LETTERS.search(_NO_NAME.sub("", notice)):
        return False
    if _YEAR.search(notice[:80]) or _SIGNED.match(notice):
        return True
    if not before and notice[:1] == "(":
        return _SIGN_AND_NAME.fullmatch(notice.strip()) is not None
    is_short = not before and len(notice.split()) <= _PLAIN_WORDS and notice.count("(") == notice.count(")")
    return is_short and _NAMED.match(notice[:1].lower() + notice[1:]) is not None
