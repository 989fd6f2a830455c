"""Licences that a text declares without bringing their texts: SPDX identifier lines, short notices, bare names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import parse_expression
from supplymatrix.licences.names import ALIKE, names_in
from supplymatrix.licences.regions import Region
from supplymatrix.licences.remarks import sentence_spans
from supplymatrix.licences.sentences import is_restricting

__all__ = ["declared_names", "has_faulty_identifier", "identifier_regions", "short_notices"]

_IDENTIFIER = re.compile(
    r"^[ \t]*(?:[#*/;!%.-]+[ \t]*|<!--[ \t]*)?SPDX-License-Identifier:[ \t]*(?P<text>[^\n]{1,500})",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENT_END = re.compile(r"\s*(?:\*/|-->|#+|\*+)\s*$")

_CC0 = (
    r"To the extent possible under law, [^\n]{1,200}(?:\n[^\n]{1,200})? waived all copyright and related or neighboring"
    r" rights to [^.]{1,200}\."
)
_WORK = (
    r"(?:(?:this|the|my|our|all|all of this|all of the|all the)(?: (?:whole|entire|complete|following|source))*"
    r" (?:software|source|code|library|work|project|package|program|module|repository|implementation)s?"
    r"(?: and (?:its |the |all )?documentation)?(?: in [a-z]+(?= (?:is|are|has|have)))?"
    r"(?: (?:in|of) this (?:repository|project|package|module|library|folder|directory))?"
    r"|this|it|all of it|all of this|everything(?: (?:here|in this repository))?)"
)
_TO_PUBLIC = r"(?:in|into|to) the public domain"
_PUBLIC_DOMAIN = re.compile(
    rf"(?:{_WORK} (?:is|are|has been|have been)(?: hereby)?(?: (?:released|placed|put|dedicated|donated))? {_TO_PUBLIC}"
    rf"|(?:i|we|the authors?|the copyright holders?)(?: hereby)? (?:releases?|places?|puts?|dedicates?|donates?)"
    rf" {_WORK} {_TO_PUBLIC}|(?:released|placed|dedicated) {_TO_PUBLIC}|(?:{_WORK} is )?public domain)"
    r"(?:[, ]+\w+){0,12}".replace(" ", r"\s+"),
    re.IGNORECASE,
)
"""A whole sentence that says so of the whole work; of a table or of some routines it proves nothing for the rest."""
_KEEPS_RIGHTS = re.compile(r"all\s+rights\s+reserved|\bproprietary\b|\bconfidential\b", re.IGNORECASE)
_CC0_NOTICE = re.compile(_CC0.replace(" ", r"\s+"), re.IGNORECASE)
_OPENING = "#*/=-> \t\n"

_DECLARES = re.compile(
    r"licen[sc]ed|licen[sc]e:|(?:released|distributed|available|published|provided|redistributed|covered|governed)\s+"
    r"(?:\w+\s+){0,4}?(?:under|by)|under\s+the\s+(?:terms|conditions)|use\s+of\s+this\s+source"
    r"|subject\s+to\s+your\s+choice",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|except|unless|was|were|before|until|earlier|formerly|previously|compatib\w+|style|like|instead)\b",
    re.IGNORECASE,
)
_DECLARED_WORDS = 250
"""A text of more words, of which nothing is a known licence, is about something else: the names in it prove nothing."""
_TITLE_WORDS, _TITLED_WORDS = 6, 60
_BODY = re.compile(
    r"hereby\s+granted|redistribution\s+and\s+use|permission\s+to\s+use|terms\s+and\s+conditions\s+for", re.IGNORECASE
)
"""Words of a licence's own text: where there are some, the text counts, and no title over it."""
"""Words of a title, and of a text that has hardly more than a title; over a longer text the title proves nothing."""
_NO_TITLE = re.compile(r"\b(?:or|not)\b|SPDX-", re.IGNORECASE)
_BEFORE = 160


def identifier_regions(text: str) -> list[Region]:
    """Return a region for each line `SPDX-License-Identifier: EXPRESSION`; lines with a faulty expression are left."""
    return [
        Region(licence=licence, start=match.start(), end=match.end(), is_notice=True)
        for match, licence in _identifiers(text)
        if licence
    ]


def has_faulty_identifier(text: str) -> bool:
    """Tell whether a line `SPDX-License-Identifier:` has what is no expression: nobody can say what it would be."""
    return any(not licence for _, licence in _identifiers(text))


def _identifiers(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the lines with their expressions, "" for one that is none."""
    for match in _IDENTIFIER.finditer(text):
        try:
            yield match, str(parse_expression(_COMMENT_END.sub("", match["text"]).strip()))
        except InputError:
            yield match, ""


def short_notices(text: str) -> list[Region]:
    """Return a region for each notice in words that name no licence: of CC0, and of the public domain."""
    if _is_long(text):
        return []
    found = []
    match = _CC0_NOTICE.search(text)
    if match is not None:
        found.append(Region(licence="CC0-1.0", start=match.start(), end=match.end(), is_notice=True))
    elif not _KEEPS_RIGHTS.search(text):
        found += _public_domain(text)
    return found


def _public_domain(text: str) -> Iterator[Region]:
    """Yield the sentence that puts the whole work into the public domain."""
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip(_OPENING)
        if _PUBLIC_DOMAIN.fullmatch(sentence) and not is_restricting(sentence):
            yield Region(licence="LicenseRef-public-domain", start=start, end=end, is_notice=True)
            return


def declared_names(text: str) -> list[Region]:
    """Return a region for each licence that a short text declares by its exact name.

    That is: after words such as "licensed under", or as a title over hardly anything; never after a "not".
    """
    if _is_long(text):
        return []
    found = []
    is_brief = len(text.split()) <= _TITLED_WORDS and not _BODY.search(text)
    is_declared, last = False, 0
    for named in names_in(text):
        before = ALIKE.sub(" ", text[max(named.start - _BEFORE, last) : named.start])
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
