"""Whether the licences of a text apply together, or one may be chosen: what its own words say.

Without such words they apply together, which asks more and so cannot be wrong in the user's favour. A choice is
believed only where one clause offers it, of licences, now: not where it is denied, past, or about something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from supplymatrix.licences.names import ALIKE, families_in
from supplymatrix.licences.regions import Region
from supplymatrix.model.value import value

__all__ = ["Choice", "choice_of", "offered_families", "prose"]

_DUAL = re.compile(
    r"\b(?:dual|double|tri|triple|multi)[- ]?licen[sc](?:ed?|ing)\b"
    r"|\b(?:choose|select|pick|elect)\s+(?:either|one|any|which|between)\b"
    r"|\b(?:either|any|one)\b\*?\s+of\s+(?:the\s+)?(?:following\s+|these\s+|two\s+)?licen[sc]es\b"
    r"|\bat\s+your\s+(?:option|choice|discretion)\b(?![,)\s]{0,3}any\s+later)"
    r"|\byour\s+choice\s+of\s+(?:exactly\s+)?(?:one|either|any)\b"
    r"|\b(?:licen[sc]es?|one)\s+of\s+your\s+(?:own\s+)?choice\b|\bunder\s+either\b|\beither\s+licen[sc]e\b",
    re.IGNORECASE,
)
_PARTLY = re.compile(r"\b(?:some|portions?|parts?|certain|examples?|recipes?|modifications?)\b", re.IGNORECASE)
"""Words of a choice that is not for the whole: "examples in the documentation are dual licensed"."""
_DENIES = re.compile(
    r"\b(?:not|no|never|nor|neither|cannot|was|were|had|used\s+to|until|before|prior|earlier|formerly|previously|once"
    r"|longer|comply\s+with|must|shall)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words of a clause that says there is no choice, or that there was one."""
_UNDER = re.compile(r"\b(?:under|licen[sc]\w+|terms\s+of|either|choose)\b[^.;]{0,60}$", re.IGNORECASE)
_THINGS = re.compile(
    r"[\s-]*(?:licen[sc]ed\s+)?(?:projects?|code|software|files?|librar\w+|packages?|modules?|works?|style|compatible)\b",
    re.IGNORECASE,
)
"""What follows a licence's name that tells of things under it, and not of what this is under."""
_LICENCE = re.compile(r"licen[sc]|\bterms\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.!?](?=\s|$)|;")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_HEAD_CHARACTERS = 500
"""A region may begin above its licence, at a copyright line within 50 words; what is said there is prose."""
_PARAGRAPH_CHARACTERS = 1500
_NAME_CHARACTERS = 160
_BETWEEN = 100
_FEW_WORDS = 8


@value
class Choice:
    """What a text lets one choose. licences: those among which, none when there is no choice; families: beginnings of
    the ids that are offered by name, whether or not they are among the licences found."""

    licences: frozenset[str] = frozenset()
    families: tuple[str, ...] = ()


def choice_of(text: str, regions: Sequence[Region]) -> Choice:
    """Return which of the licences of the regions a text lets one choose.

    The words count where they stand outside of the licences themselves, and speak of the whole. When they name
    licences, these are the alternatives; when they name none ("you may choose either license"), and there are two, the
    two are.
    """
    licences = list(dict.fromkeys(region.licence for region in regions if region.licence))
    unnamed = False
    for paragraph in prose(text, regions):
        named = _offered(paragraph)
        if named is None:
            continue
        found = {licence for prefix in named for licence in licences if licence.startswith(prefix)}
        if found and len(named) > 1:
            return Choice(licences=frozenset(found), families=tuple(named))
        unnamed |= not named
    return Choice(licences=frozenset(licences) if unnamed and len(licences) == 2 else frozenset())


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
    is_unnamed = False
    for clause in _CLAUSE_END.split(paragraph):
        named = None if _DENIES.search(clause) else _offered_in(clause)
        if named:
            return named
        is_unnamed |= named is not None
    return [] if is_unnamed else None


def _offered_in(clause: str) -> list[str] | None:
    clause = ALIKE.sub(" ", clause)
    families = families_in(clause)
    if _DUAL.search(clause) and _LICENCE.search(clause):
        named = list(dict.fromkeys(prefix for prefix, _ in families))
        return named if len(named) != 1 else None
    if not families:
        return None
    is_heading = len(clause.split()) <= _FEW_WORDS
    if not is_heading and not _UNDER.search(clause[: families[0][1]]):
        return None
    return _joined_by_or(clause, families) or None


def _joined_by_or(clause: str, families: list[tuple[str, int]]) -> list[str]:
    """Return the neighbours among the families between which an "or" stands."""
    found: list[str] = []
    for (one, start), (two, end) in pairwise(families):
        between = clause[start:end]
        is_of_things = _THINGS.match(clause, _word_end(clause, end))
        if len(between) > _BETWEEN or is_of_things or not re.search(r"\bor\b", between, re.IGNORECASE):
            continue
        if not re.search(r"\band\b", between, re.IGNORECASE):
            found += [one, two]
    return list(dict.fromkeys(found))


def _word_end(text: str, start: int) -> int:
    match = re.compile(r"[\w.+-]*").match(text, start)
    return match.end() if match else start


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
