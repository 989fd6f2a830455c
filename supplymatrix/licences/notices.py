"""Licences that a text declares without bringing their texts: SPDX identifier lines, short notices, bare names."""

from __future__ import annotations

import re

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import parse_expression
from supplymatrix.licences.names import names_in
from supplymatrix.licences.regions import Region

__all__ = ["declared_names", "identifier_regions", "short_notices"]

_IDENTIFIER = re.compile(
    r"^[ \t]*(?:[#*/;!%.-]+[ \t]*|<!--[ \t]*)?SPDX-License-Identifier:[ \t]*(?P<text>[^\n]{1,500})",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT_END = re.compile(r"\s*(?:\*/|-->|#+|\*+)\s*$")

_CC0 = (
    r"To the extent possible under law, [^\n]{1,200}(?:\n[^\n]{1,200})? waived all copyright and related or neighboring"
    r" rights to [^.]{1,200}\."
)
_PUBLIC_DOMAIN = (
    r"(?:released|placed|put|dedicated|donated) (?:in)?to the public domain|\bis in the public domain\b"
    r"|\bThis is public domain\b"
)
_SHORT = tuple(
    (licence, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE))
    for licence, pattern in (("CC0-1.0", _CC0), ("LicenseRef-public-domain", _PUBLIC_DOMAIN))
)

_DECLARES = re.compile(
    r"licen[sc]ed|licen[sc]e:|(?:released|distributed|available|published|provided|redistributed|covered|governed)\s+"
    r"(?:\w+\s+){0,4}?(?:under|by)|under\s+the\s+(?:terms|conditions)|use\s+of\s+this\s+source",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|except|unless|was|were|before|until|earlier|formerly|previously|compatib\w+|style|like|instead)\b",
    re.IGNORECASE,
)
_DECLARED_WORDS = 250
"""A text of more words, of which nothing is a known licence, is about something else: the names in it prove nothing."""
_TITLE_WORDS, _TITLED_WORDS = 6, 60
"""Words of a title, and of a text that has hardly more than a title; over a longer text the title proves nothing."""
_NO_TITLE = re.compile(r"\b(?:or|not)\b|SPDX-", re.IGNORECASE)
_BEFORE = 160


def identifier_regions(text: str) -> list[Region]:
    """Return a region for each line `SPDX-License-Identifier: EXPRESSION`; lines with a faulty expression are left."""
    found = []
    for match in _IDENTIFIER.finditer(text):
        try:
            licence = str(parse_expression(_COMMENT_END.sub("", match["text"]).strip()))
        except InputError:
            continue
        found.append(Region(licence=licence, start=match.start(), end=match.end(), is_notice=True))
    return found


def short_notices(text: str) -> list[Region]:
    """Return a region for each notice in words that name no licence: of CC0, and of the public domain."""
    if _is_long(text):
        return []
    found = []
    for licence, pattern in _SHORT:
        match = pattern.search(text)
        if match is not None:
            found.append(Region(licence=licence, start=match.start(), end=match.end(), is_notice=True))
    return found[:1]


def declared_names(text: str) -> list[Region]:
    """Return a region for each licence that a short text declares by its exact name.

    That is: after words such as "licensed under", or as a title over hardly anything; never after a "not".
    """
    if _is_long(text):
        return []
    found = []
    is_brief = len(text.split()) <= _TITLED_WORDS
    is_declared, last = False, 0
    for named in names_in(text):
        before = text[max(named.start - _BEFORE, last) : named.start]
        line_start = text.rfind("\n", 0, named.start) + 1
        line_end = text.find("\n", named.end)
        line = text[line_start : line_end if line_end >= 0 else len(text)]
        is_title = is_brief and len(line.split()) <= _TITLE_WORDS and not _NO_TITLE.search(line)
        follows = is_declared and len(before) < _BEFORE // 2
        is_declared = (follows or is_title or _DECLARES.search(before) is not None) and not _DENIES.search(before)
        if is_declared:
            found.append(Region(licence=named.licence, start=named.start, end=named.end, is_notice=True))
        last = named.end
    return found


def _is_long(text: str) -> bool:
    return len(text) > 20 * _DECLARED_WORDS or len(text.split()) > _DECLARED_WORDS
