"""The licence patterns of `licenseclassifier`, read as sets of word runs that a text can be compared with.

A pattern is a text with markup: `((a || b))` one of them, `((a))??` perhaps, `__5__` up to five words of any kind,
`//** … **//` a remark. From it comes every run of four words that the licence can have, whichever way it is worded, and
how many runs it has at least. The file that they are in is private to the package, whose version is pinned; a test
tells when it changes.
"""

from __future__ import annotations

import gzip
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache

from supplymatrix.licences.spdx_ids import canonical_id, replacement_of
from supplymatrix.model.value import value

__all__ = ["RUN", "Pattern", "Runs", "licence_runs", "pattern_runs", "patterns"]

RUN = 4
_PACKAGE, _PATTERNS = "licenseclassifier", "_engine/licenses.json.gz"
_RUNS_LIMIT = 100_000
_DEPTH_LIMIT = 100
_SHORTEST = 400
"""Characters; what is shorter points to a licence and is none."""

_WORD = re.compile(r"[^\W_]+")
_REMARK = re.compile(r"//\*\*.*?\*\*//", re.DOTALL)
_TOKEN = re.compile(r"\(\(|\)\)(?:\?\?)?|\|\||__\d+__|[^\W_]+")

Run = tuple[str, ...]


@value
class Pattern:
    """The pattern of one licence. licence: SPDX id. source: the pattern's text, without remarks. words: all that occur
    in it."""

    licence: str
    source: str
    words: frozenset[str]


@value
class Runs:
    """What a pattern allows. runs: of words; gaps: by the words before and after a place where any words may stand, how
    many; size: number of runs, without what may be left out; needed: words that stand outside of all that may be left
    out or be worded otherwise."""

    runs: frozenset[Run]
    gaps: Mapping[tuple[str, str], int]
    size: int
    needed: frozenset[str]


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of whole licences in SPDX's list. Raises ValueError when the package is not the known one."""
    return tuple(pattern for licence in _sources() for pattern in _patterns_of(licence))


@cache
def licence_runs(licence: str) -> frozenset[Run]:
    """Return every run of words that the text of a licence allows, none for one that has no pattern. licence: SPDX id,
    perhaps WITH an exception; of the GNU licences "or later" has the text of "only"."""
    name = licence.partition(" WITH ")[0].replace("-or-later", "-only")
    return frozenset().union(*(pattern_runs(pattern).runs for pattern in _patterns_of(name)))


@cache
def _patterns_of(licence: str) -> tuple[Pattern, ...]:
    found = []
    for raw in _sources().get(licence, ()):
        source = _REMARK.sub(" ", raw)
        if len(source) > _SHORTEST:
            words = frozenset(word.lower() for word in _WORD.findall(source))
            found.append(Pattern(licence=licence, source=source, words=words))
    return tuple(found)


@cache
def _sources() -> Mapping[str, tuple[str, ...]]:
    """Return the sources of the patterns by licence, as they are in the package."""
    content = pkgutil.get_data(_PACKAGE, _PATTERNS)
    if content is None:
        raise ValueError(f"the installed {_PACKAGE} has no {_PATTERNS}")
    found: dict[str, tuple[str, ...]] = {}
    for entry in json.loads(gzip.decompress(content)):
        known = canonical_id(entry["id"])
        if known and len(entry["lre"]) > _SHORTEST:
            licence = replacement_of(known)
            found[licence] = (*found.get(licence, ()), entry["lre"])
    return found


@cache
def pattern_runs(pattern: Pattern) -> Runs:
    """Return every run of words that a pattern allows."""
    positions = _Positions()
    whole = positions.read(_TOKEN.finditer(pattern.source))
    size = max(whole.size - RUN + 1, 1)
    return Runs(runs=frozenset(positions.runs()), gaps=positions.gaps(), size=size, needed=_needed(pattern.source))


def _needed(source: str) -> frozenset[str]:
    found, depth = set(), 0
    for token in _TOKEN.finditer(source):
        text = token.group()
        if text == "((":
            depth += 1
        elif text.startswith("))"):
            depth -= 1
        elif not depth and text != "||" and not text.startswith("__"):
            found.add(text.lower())
    return frozenset(found)


@value
class _Part:
    """A part of a pattern. first, last: positions that can begin and end it. size: words, without what may be left
    out. is_empty: all of it may be."""

    first: frozenset[int]
    last: frozenset[int]
    size: int
    is_empty: bool


_NOTHING = _Part(first=frozenset(), last=frozenset(), size=0, is_empty=True)


class _Positions:
    """The positions of a pattern's words, and which can follow which (the automaton of Glushkov)."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._free: list[int] = []
        self._next: list[set[int]] = []

    def read(self, tokens: Iterator[re.Match[str]], depth: int = 0) -> _Part:
        """Read up to the end of the group, or of the pattern."""
        if depth > _DEPTH_LIMIT:
            return _NOTHING
        choices: list[_Part] = []
        part = _NOTHING
        for token in tokens:
            text = token.group()
            if text == "||":
                choices.append(part)
                part = _NOTHING
            elif text == "((":
                part = self._joined(part, self.read(tokens, depth + 1))
            elif text.startswith("))"):
                found = self._one_of([*choices, part])
                if not text.endswith("??"):
                    return found
                return _Part(first=found.first, last=found.last, size=0, is_empty=True)
            else:
                part = self._joined(part, self._word(text))
        return self._one_of([*choices, part])

    def runs(self) -> set[Run]:
        """Return the words along every way of four positions."""
        found: set[Run] = set()
        for start, word in enumerate(self._words):
            ways: list[tuple[int, Run]] = [(start, (word,))] if word else []
            for _ in range(RUN - 1):
                ways = [(to, (*run, self._words[to])) for at, run in ways for to in self._next[at] if self._words[to]]
            found.update(run for _, run in ways)
            if len(found) > _RUNS_LIMIT:
                break
        return found

    def gaps(self) -> dict[tuple[str, str], int]:
        """Return how many words may stand between two words where any words may, with fewer than four known ones among
        them ("neither" between two blanks): too few for a run."""
        found: dict[tuple[str, str], int] = {}
        for start, word in enumerate(self._words):
            todo = [(place, self._free[place], 0) for place in self._next[start] if word and not self._words[place]]
            seen = {place for place, _, _ in todo}
            while todo:
                at, size, known = todo.pop()
                for place in self._next[at]:
                    after = self._words[place]
                    if after and not self._words[at]:
                        found[word, after] = max(found.get((word, after), 0), size)
                    if place not in seen and known + bool(after) < RUN:
                        seen.add(place)
                        todo.append((place, size + (1 if after else self._free[place]), known + bool(after)))
        return found

    def _word(self, text: str) -> _Part:
        """Return the part of one word; words of any kind are the word ""."""
        is_any = text.startswith("__")
        self._words.append("" if is_any else text.lower())
        self._free.append(int(text.strip("_")[:4]) if is_any else 0)
        self._next.append(set())
        here = frozenset({len(self._words) - 1})
        return _Part(first=here, last=here, size=0 if is_any else 1, is_empty=is_any)

    def _joined(self, one: _Part, two: _Part) -> _Part:
        for place in one.last:
            self._next[place] |= two.first
        return _Part(
            first=one.first | two.first if one.is_empty else one.first,
            last=one.last | two.last if two.is_empty else two.last,
            size=one.size + two.size,
            is_empty=one.is_empty and two.is_empty,
        )

    def _one_of(self, parts: list[_Part]) -> _Part:
        """Return the part that is one of the parts: as long as the shortest, unless that is a notice and no licence."""
        sizes = [part.size for part in parts]
        return _Part(
            first=frozenset().union(*(part.first for part in parts)),
            last=frozenset().union(*(part.last for part in parts)),
            size=min(sizes) if 4 * min(sizes) > max(sizes) else max(sizes),
            is_empty=any(part.is_empty for part in parts),
        )
