"""Whether the licences of a text apply together, or one may be chosen: what its own words say.

Without such words they apply together, which asks more and so cannot be wrong in the user's favour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from supplymatrix.licences.names import families_in
from supplymatrix.licences.regions import Region

__all__ = ["alternatives", "offered_families", "prose"]

_DUAL = re.compile(
    r"\b(?:dual|double|tri|triple|multi)[- ]?licen[sc](?:ed?|ing)\b"
    r"|\b(?:choose|select|pick|elect)\s+(?:either|one|any|which|between)\b"
    r"|\b(?:either|any|one)\b\*?\s+of\s+(?:the\s+)?(?:following\s+|these\s+|two\s+)?licen[sc]es\b"
    r"|\bat\s+your\s+(?:option|choice|discretion)\b(?![,)\s]{0,3}any\s+later)"
    r"|\b(?:of\s+)?your\s+(?:own\s+)?choice\b|\bunder\s+either\b|\beither\s+licen[sc]e\b",
    re.IGNORECASE,
)
_PARTLY = re.compile(r"\b(?:some|portions?|parts?|certain|examples?|recipes?|modifications?)\b", re.IGNORECASE)
"""Words of a choice that is not for the whole: "examples in the documentation are dual licensed"."""
_LICENCE = re.compile(r"licen[sc]|\bterms\b", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_HEAD_CHARACTERS = 500
"""A region may begin above its licence, at a copyright line within 50 words; what is said there is prose."""
_PARAGRAPH_CHARACTERS = 1500
_NAME_CHARACTERS = 160
_BETWEEN = 100


def alternatives(text: str, regions: Sequence[Region]) -> frozenset[str]:
    """Return the licences among those of the regions of which the text lets one choose; empty when there is no choice.

    The words count where they stand outside of the licences themselves, and speak of the whole. When they name
    licences, these are the alternatives; when they name none ("you may choose either license"), and there are two, the
    two are.
    """
    licences = list(dict.fromkeys(region.licence for region in regions))
    if len(licences) < 2:
        return frozenset()
    unnamed = False
    for paragraph in prose(text, regions):
        named = _offered(paragraph)
        if named is None:
            continue
        found = {licence for prefix in named for licence in licences if licence.startswith(prefix)}
        if len(found) > 1:
            return frozenset(found)
        unnamed |= not named
    return frozenset(licences) if unnamed and len(licences) == 2 else frozenset()


def offered_families(text: str) -> tuple[str, ...]:
    """Return the beginnings of the ids ("Apache-", "BSD-") among which a text without licences lets one choose: "either
    of the licences found in LICENSE.APACHE or LICENSE.BSD". Empty when there is no choice of two."""
    for paragraph in prose(text, ()):
        named = _offered(paragraph)
        if named and len(named) > 1:
            return tuple(named)
    return ()


def _offered(paragraph: str) -> list[str] | None:
    """Return the families among which a paragraph offers a choice, [] when it does not name them, None = no choice."""
    if _PARTLY.search(paragraph):
        return None
    families = families_in(paragraph)
    if _DUAL.search(paragraph):
        return list(dict.fromkeys(prefix for prefix, _ in families))
    joined = _joined_by_or(paragraph, families)
    return joined if joined and _LICENCE.search(paragraph) else None


def _joined_by_or(paragraph: str, families: list[tuple[str, int]]) -> list[str]:
    """Return the neighbours among the families between which an "or" stands."""
    found: list[str] = []
    for (one, start), (two, end) in pairwise(families):
        between = paragraph[start:end]
        if len(between) <= _BETWEEN and re.search(r"\bor\b", between) and not re.search(r"\band\b", between):
            found += [one, two]
    return found


def prose(text: str, regions: Sequence[Region]) -> Iterator[str]:
    """Return the paragraphs of the prose: what stands between the regions, and the heads of the regions. A region of a
    line or two is a name or a notice, and part of the prose itself."""
    end = 0
    for region in [*(region for region in regions if region.end - region.start > _NAME_CHARACTERS), None]:
        head = min(region.start + _HEAD_CHARACTERS, region.end) if region else len(text)
        for paragraph in _EMPTY_LINE.split(text[end:head]):
            yield paragraph[:_PARAGRAPH_CHARACTERS]
        if region:
            end = max(end, region.end)
