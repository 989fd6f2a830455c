"""Licences as people name them in prose: "the MIT license", "Apache License, Version 2.0", "GPLv3 or later"."""

from __future__ import annotations

import re

from supplymatrix.model.value import value

__all__ = ["ALIKE", "Named", "families_in", "names_in"]


@value
class Named:
    """A licence named in prose. licence: SPDX id; start, end: offsets."""

    licence: str
    start: int
    end: int


ALIKE = re.compile(r"\b(?:which\s+is\s+)?similar\s+to\s+[^,.;*]{0,100}", re.IGNORECASE)
"""Words that tell what a licence is like, and not what this is under."""

_V = r"(?:,?[ ]?(?:version|v\.?|ver\.?)?[ -]?)"
_LATER = (
    r"(?P<later>\+|[ ,]{0,2}\(?(?:at[ ]your[ ]option[,)]{0,2}[ ])?or[ ](?:\(at[ ]your[ ]option\)[ ])?(?:any[ ])?later)?"
    r"(?:[ ]only\b)?"
)
_GNU = r"(?:(?:GNU[ ])?{short}|GNU[ ]{long}(?:[ ]\({short}\))?)(?:[ ]licen[sc]e)?(?:[ ]\({short}\))?"

_EXACT: tuple[tuple[str, str], ...] = (
    ("MIT", r"(?:the[ ])?\bMIT\b(?!-0|[ -]?(?:style|like))(?:[ ]\(?(?:expat)?\)?[ ]?licen[sc]e)?"),
    ("Apache-2.0", rf"\bapache(?:[ ]software)?(?:[ -]licen[sc]e)?{_V}2(?:\.0)?\b|\bASL[ ]?2(?:\.0)?\b"),
    ("BSD-3-Clause", r"\bBSD[ -]3[ -]clause\b|\b(?:3|three)[ -]clause[ ]BSD\b|\b(?:new|modified|revised)[ ]BSD\b"),
    ("BSD-2-Clause", r"\bBSD[ -]2[ -]clause\b|\b(?:2|two)[ -]clause[ ]BSD\b|\b(?:simplified|FreeBSD)[ ]BSD\b"),
    ("0BSD", r"\b0BSD\b|\bzero[ -]clause[ ]BSD\b"),
    ("ISC", r"\bISC[ ]licen[sc]e\b"),
    ("MPL-2.0", rf"\bMPL{_V}2(?:\.0)?\b|\bmozilla[ ]public[ ]licen[sc]e(?:[ ]\(MPL\))?{_V}2(?:\.0)?\b"),
    ("EPL-2.0", rf"\bEPL{_V}2(?:\.0)?\b|\beclipse[ ]public[ ]licen[sc]e{_V}2(?:\.0)?\b"),
    ("EPL-1.0", rf"\bEPL{_V}1(?:\.0)?\b|\beclipse[ ]public[ ]licen[sc]e{_V}1(?:\.0)?\b"),
    ("UPL-1.0", rf"\buniversal[ ]permissive[ ]licen[sc]e(?:[ ]\(UPL\))?{_V}1(?:\.0)?\b"),
    ("BSL-1.0", rf"\bboost[ ]software[ ]licen[sc]e(?:{_V}1(?:\.0)?\b)?"),
    ("CC0-1.0", r"\bCC0(?:[ -]1\.0)?\b(?:[ ]universal)?|\bcreative[ ]commons[ ]zero\b"),
    ("Unlicense", r"\bthe[ ]unlicense\b"),
    ("WTFPL", r"\bWTFPL\b"),
    ("Zlib", r"\bzlib[ ]licen[sc]e\b"),
    ("FTL", r"\bfreetype[ ](?:project[ ])?licen[sc]e\b"),
)
_GNU_NAMES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("AGPL", r"affero[ ]general[ ]public", ("3.0",)),
    ("LGPL", r"(?:lesser|library)[ ]general[ ]public", ("2.1", "3.0")),
    ("GPL", r"general[ ]public", ("2.0", "3.0")),
)
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("AGPL-", r"\bAGPL|affero"), ("LGPL-", r"\bLGPL|lesser general"), ("GPL-", r"(?<![AL])GPL|GNU general"),
    ("MIT", r"\bMIT\b|\bexpat\b"), ("Apache-", r"\bapache|\bASL\b"), ("BSD-", r"\bBSD\b"),
    ("MPL-", r"\bMPL\b|mozilla"),
    ("UPL-", r"\bUPL\b|universal permissive"), ("EPL-", r"\bEPL\b|eclipse public"), ("CDDL-", r"\bCDDL\b"),
    ("ISC", r"\bISC\b"), ("Unlicense", r"\bunlicense\b"), ("CC0-", r"\bCC0\b|creative commons zero"),
    ("CC-BY-", r"\bCC[- ]BY\b|attribution"), ("Zlib", r"\bzlib\b"), ("BSL-", r"\bboost\b"), ("WTFPL", r"\bWTFPL\b"),
    ("0BSD", r"\b0BSD\b|zero[- ]clause BSD"), ("Artistic-", r"\bartistic\b"), ("EUPL-", r"\bEUPL\b"),
    ("FTL", r"freetype (?:project )?licen[sc]e"),
    ("MulanPSL-", r"\bmulan"), ("PSF-", r"\bPSF\b"), ("Python-", r"\bPSF\b|python software foundation"),
)  # fmt: skip


def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = [(name, _compiled(pattern)) for name, pattern in _EXACT]
    for short, long, versions in _GNU_NAMES:
        for version in versions:
            number = re.escape(version).replace(r"\.0", r"(?:\.0)?")
            named = _GNU.format(short=rf"(?<![AL]){short}", long=long)
            pattern = rf"\b(?:{named}){_V}{number}(?![\d.]\d){_LATER}"
            found.append((f"{short}-{version}", _compiled(pattern)))
    return tuple(found)


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern whose blanks may be line breaks in a text."""
    return re.compile(pattern.replace("[ ]", r"\s").replace("[ -]", r"[\s-]"), re.IGNORECASE)


def _words_of(pattern: str) -> tuple[str, ...]:
    """Return for each alternative of a family's pattern a word, in small letters, without which it cannot match."""
    plain = re.sub(r"\\b|\(\?<!\[\w+\]\)", "", pattern)
    return tuple(re.findall(r"[a-z0-9]{2,}", alternative)[0] for alternative in plain.lower().split("|"))


_COMPILED = _patterns()
_COMPILED_FAMILIES = tuple(
    (prefix, re.compile(pattern, re.IGNORECASE), _words_of(pattern)) for prefix, pattern in _FAMILIES
)


def names_in(text: str) -> list[Named]:
    """Return the licences that a text names so exactly that one SPDX id is meant, in order, none within another."""
    found: list[Named] = []
    for name, pattern in _COMPILED:
        for match in pattern.finditer(text):
            suffix = "" if "later" not in match.re.groupindex else "-or-later" if match["later"] else "-only"
            found.append(Named(licence=name + suffix, start=match.start(), end=match.end()))
    found.sort(key=lambda named: (named.start, -named.end))
    kept: list[Named] = []
    for named in found:
        if not kept or named.start >= kept[-1].end:
            kept.append(named)
    return kept


def families_in(text: str) -> list[tuple[str, int]]:
    """Return the beginnings of the ids that the licence names of a text may mean ("Apache-"), with the offset of each
    family's first mention, in order."""
    found = []
    lower = text.lower() if text.isascii() else ""
    for prefix, pattern, words in _COMPILED_FAMILIES:
        if lower and not any(word in lower for word in words):
            continue  # to look for a word is quick; to match whatever its letters are, capital or small, is not
        match = pattern.search(text)
        if match is not None:
            found.append((prefix, match.start()))
    return sorted(found, key=lambda pair: pair[1])
