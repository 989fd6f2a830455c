"""How near a text is to the known licences, for texts that no pattern fits word for word.

A text is called similar to a licence only when nearly all of the licence is there and little else is between: a
condition that someone put into the MIT licence makes it another licence, and must not be read over. The thresholds are
from a trial with known texts, in which words were changed and sentences were put in: `docs/formats/licence-texts.md`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from supplymatrix.licences.patterns import RUN, Pattern, Runs, pattern_runs, patterns
from supplymatrix.licences.sentences import TURNS
from supplymatrix.model.value import value

__all__ = ["SIMILAR_PERCENT", "Likeness", "nearest_licence"]

SIMILAR_PERCENT = 85
NEAREST_PERCENT = 50
WORDS_LIMIT = 12_000
"""Words of a text that are compared; the longest licence has 9,000. A text with more is never called similar."""
_COMPARED = 12
_COMMON = ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0")
_SIZE = 40
"""Runs of words; what is shorter is the pattern of a notice, not of a licence."""
_ADDED_WORDS = 6
_WORDS_AROUND = 40
_STRETCH = 8
"""Words in common that count as a piece of the licence; fewer may be what any condition has ("shall not be used")."""

_WORD = re.compile(r"[^\W_]+")
_GRANTS = frozenset({"copy", "distribute", "merge", "modify", "sell", "sublicense", "use"})
"""Words that name what is granted; a text that lacks one which the licence has is another licence."""
_LACKING_WORDS = 2


@value
class Likeness:
    """licence: the known licence that a text is nearest to. percent: the share of the text's words that it has, times
    the share of its own that the text has. start, end: offsets of the first and the last word in common. is_similar:
    surely enough to be called so."""

    licence: str
    percent: int
    start: int
    end: int
    is_similar: bool


def nearest_licence(text: str) -> Likeness | None:
    """Return the licence that a text is nearest to; None when less than half of it is in the text, or the reverse.

    The licences are first held against the text by their words alone; the twelve best, and those that Go modules mostly
    have, are compared in full.
    """
    words = _words(text)
    all_words = frozenset(word for word, _, _ in words)
    best: tuple[float, Pattern | None, list[tuple[int, int]]] = (0.0, None, [])
    for pattern in _likely(all_words):
        known = pattern_runs(pattern)
        share, common = _compared(words, known) if known.size >= _SIZE else (0.0, [])
        if share > best[0]:
            best = (share, pattern, common)
    share, nearest, common = best
    percent = min(int(share * 100), 99)
    if nearest is None or percent < NEAREST_PERCENT:
        return None
    is_whole = len(words) < WORDS_LIMIT and not _lacks(all_words, nearest)
    is_similar = is_whole and percent >= SIMILAR_PERCENT and not _is_altered(words, common)
    start, end = words[common[0][0]][1], words[common[-1][1] - 1][2]
    return Likeness(licence=nearest.licence, percent=percent, start=start, end=end, is_similar=is_similar)


def _compared(words: Sequence[tuple[str, int, int]], known: Runs) -> tuple[float, list[tuple[int, int]]]:
    """Return the share of words and licence that both have, and from which to which word (excluded) they agree."""
    names = [word for word, _, _ in words]
    common: list[tuple[int, int]] = []
    runs: set[tuple[str, ...]] = set()
    for place in range(len(names) - RUN + 1):
        run = tuple(names[place : place + RUN])
        if run not in known.runs:
            continue
        runs.add(run)
        start, end = common[-1] if common else (place, place)
        is_joined = bool(common) and (place <= end or place - end <= known.gaps.get((names[end - 1], names[place]), 0))
        if is_joined:
            common[-1] = (start, place + RUN)
        else:
            common.append((place, place + RUN))
    covered = sum(end - start for start, end in common) / max(len(names), 1)
    return covered * min(len(runs) / known.size, 1.0), common


def _lacks(words: frozenset[str], pattern: Pattern) -> bool:
    """Tell whether a text lacks a word of what the licence grants, or more of its words than are misspelt."""
    missing = pattern_runs(pattern).needed - words
    return len(missing) > _LACKING_WORDS or not _GRANTS.isdisjoint(pattern.words - words)


def _words(text: str) -> list[tuple[str, int, int]]:
    found = []
    for match in _WORD.finditer(text):
        found.append((match.group().lower(), match.start(), match.end()))
        if len(found) == WORDS_LIMIT:
            break
    return found


def _likely(words: frozenset[str]) -> list[Pattern]:
    """Return the patterns that share most words with a text, measured by what both have of what either has."""
    ranked = sorted(patterns(), key=lambda pattern: len(pattern.words & words) / len(pattern.words | words))
    best = ranked[: -_COMPARED - 1 : -1]
    return best + [pattern for pattern in patterns() if pattern.licence in _COMMON and pattern not in best]


def _is_altered(words: Sequence[tuple[str, int, int]], common: Sequence[tuple[int, int]]) -> bool:
    """Tell whether words stand between those that text and licence share, many or one that turns the sense; or many
    before the first or after the last."""
    common = [(start, end) for start, end in common if end - start >= _STRETCH] or common[:1]
    for (_, end), (start, _) in pairwise(common):
        added = [word for word, _, _ in words[end:start]]
        if len(added) > _ADDED_WORDS or TURNS.intersection(added):
            return True
    around = [word for word, _, _ in [*words[: common[0][0]], *words[common[-1][1] :]]]
    return len(around) > _WORDS_AROUND or bool(TURNS.intersection(around))
