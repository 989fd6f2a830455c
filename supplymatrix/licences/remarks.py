"""What a text says beside the licences in it, and whether that leaves them as they are.

A licence counts only where the words around it do not take back what it grants: "not for commercial use" behind the
MIT licence makes it another licence, however many percent of the text are known. Looked at are the words that stand
outside of the licences, copyright lines included, and those that a licence's pattern lets anyone fill in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.licences.copyrights import copyright_spans
from supplymatrix.licences.names import families_in, names_in
from supplymatrix.licences.patterns import RUN, licence_runs
from supplymatrix.licences.regions import Region
from supplymatrix.licences.sentences import HARD, Verdict, judge_copyright, judge_sentence
from supplymatrix.model.value import value

__all__ = ["Remarks", "read_remarks", "sentence_spans"]

_STRETCH = 8

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n[^\S\n]*\n|\n[^\S\n]*(?=[*•·+-]\s)")
_SHOWN = 200
"""Characters of a remark that are shown."""
_REMARKS = 50
_NAMES = re.compile(
    r"\b(?:names?\s+of|by|shall)\s+(?:the\s+)?[^;:\n]{1,50}(?:\n[^;:\n]{1,50}?)?\s(?=nor\b|or\b|and\b|may\b)",
    re.IGNORECASE,
)
"""A name where a licence has one: "neither the name of … nor"."""
_OF_NAME = re.compile(r"(?:\bnames?\s+of|\bby|\bshall)(?:\s+the)?\s*$", re.IGNORECASE)
"""Words before a name that was filled in."""
_NAME_WORDS, _BEFORE = 8, 40
_ASIDE = re.compile(
    r"\bcompatib\w+|\bformerly\b|\bpreviously\b|\bearlier\b|\binstead\s+of\b|\b(?:style|like|inspired|similar)\b",
    re.IGNORECASE,
)
"""Of a sentence that names a licence without putting anything under it."""
_SPEAKS = re.compile(r"li[sc]{1,3}en[sc]|\bunder\b|\bterms\b|GPL", re.IGNORECASE)
"""Of a sentence that speaks of licences: MIT is a university too."""
_OTHER = re.compile(
    r"\b(?:licen[sc]ed|covered|governed|subject|available|distributed|released)\s+(?:\w+\s+){0,2}?(?:under|by|to)\s+"
    r"(?:\S+\s+){0,6}?(?:licen[sc]es?|agreement|eula)\b",
    re.IGNORECASE,
)
"""That something is under a licence, which the sentence may not name."""
_THIS = re.compile(
    r"\b(?:this|these|following|below|above|same|(?:under|by|to|in)\s+the\s+licen[sc]e)\b"
    r"|\b(?:may|might|can|could)\s+(?:be|fall)\b.{0,80}\b(?:other|different|own|separate|respective)\b",
    re.IGNORECASE,
)
_MIT_WITH_MORE = frozenset({"JSON", "X11", "Xnet"})
"""Licences that are MIT's with something added, and often are headed by its name."""
_ASKING = ("AGPL-", "LGPL-", "GPL-", "MPL-", "EPL-", "CDDL-", "EUPL-")
"""Families that ask much, whose name without a version is enough to doubt."""


@value
class Remarks:
    """What stands beside the licences. is_doubtful: a condition, or a licence that cannot be told; named: the licences
    that are named there and are not among those found, in order; told: (line, sentence) of what nobody can judge but a
    reader, 50 at most; is_unsure: one of these may be about what is allowed."""

    is_doubtful: bool
    named: tuple[str, ...] = ()
    told: tuple[tuple[int, str], ...] = ()
    is_unsure: bool = False


def read_remarks(text: str, regions: Sequence[Region], licences: Iterable[str], offered: Iterable[str] = ()) -> Remarks:
    """Return what a text says beside the regions. licences: those found in it, "id" or "id WITH exception"; offered:
    beginnings of ids that it only offers as a choice."""
    beside, is_doubtful = _split(text, regions)
    known = [licence.partition(" WITH ")[0] for licence in licences]
    named: dict[str, None] = {}
    told: dict[str, int] = {}
    is_unsure = False
    for start, end, is_copyright in _sentences(text, beside):
        sentence = " ".join(text[start:end].split())
        verdict = judge_copyright(sentence) if is_copyright else judge_sentence(text[start:end])
        is_doubtful |= verdict is Verdict.RESTRICTS
        is_unsure |= verdict is Verdict.UNSURE
        if verdict in (Verdict.REMARK, Verdict.UNSURE) and len(told) < _REMARKS:
            told.setdefault(sentence, start)
        if is_copyright or _ASIDE.search(sentence):
            continue
        speaks = _SPEAKS.search(sentence) is not None
        exact = [found.licence for found in names_in(sentence) if speaks or found.licence != "MIT"]
        named |= dict.fromkeys(
            licence for licence in exact if not _is_known(licence, known) and not licence.startswith(tuple(offered))
        )
        is_doubtful |= _names_in_part(sentence, [*known, *exact, *offered]) or _is_under_another(sentence)
    return Remarks(
        is_doubtful=is_doubtful,
        named=tuple(named),
        told=tuple((text.count("\n", 0, start) + 1, _cut(sentence)) for sentence, start in told.items()),
        is_unsure=is_unsure,
    )


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where each sentence of a text goes, points of a list and paragraphs each by itself."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= _SHOWN else sentence[: _SHOWN - 1] + "…"


def _sentences(text: str, beside: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """Yield from where to where each sentence of the stretches goes, and whether it is a copyright line: these are
    taken out first, as a name may have any sign in it."""
    notices = copyright_spans(text)
    for first, last in beside:
        end = first
        for low, high in notices:
            start, stop = max(low, end), min(high, last)
            if start >= stop:
                continue
            yield from ((end + one, end + two, False) for one, two in sentence_spans(text[end:start]))
            yield start, stop, True
            end = stop
        yield from ((end + one, end + two, False) for one, two in sentence_spans(text[end:last]))


def _split(text: str, regions: Sequence[Region]) -> tuple[list[tuple[int, int]], bool]:
    """Return the stretches of a text outside of the licences, and whether words were filled into them that restrict."""
    words = list(_WORD.finditer(text))
    starts = [word.start() for word in words]
    is_open = bytearray(b"\1" * len(words))
    is_doubtful = False
    for region in regions:
        first, last = bisect_left(starts, region.start), bisect_left(starts, region.end)
        names = [word.group().lower() for word in words[first:last]]
        if region.is_filled:
            is_doubtful |= not HARD.isdisjoint(names)
        for start, end in _covered(names, region):
            is_open[first + start : first + end] = bytes(end - start)
        inner = [place for place in range(first, last) if not is_open[place]]
        stretches = _joined(names, is_open, first) if inner else []
        if stretches:
            is_doubtful |= _fills_in(text, words, is_open, stretches[0][0], stretches[-1][1])
            is_open[stretches[0][0] : stretches[-1][1]] = bytes(stretches[-1][1] - stretches[0][0])
    return list(_stretches(text, words, is_open)), is_doubtful


def _fills_in(text: str, words: Sequence[re.Match[str]], is_open: bytearray, first: int, last: int) -> bool:
    """Tell whether words that restrict are filled into a licence, from one word to another: other than in a name where
    its text has one, and in a copyright line."""
    start = is_open.find(1, first, last)
    while start >= 0:
        end = is_open.find(0, start, last)
        end = end if end >= 0 else last
        filled = text[words[start].start() : words[end - 1].end()]
        if not HARD.isdisjoint(word.group().lower() for word in _WORD.finditer(_NAMES.sub(" ", filled))):
            before = text[max(0, words[start].start() - _BEFORE) : words[start].start()]
            is_name = end - start <= _NAME_WORDS and _OF_NAME.search(before) is not None
            if not is_name and not _is_in_notice(text, words[start].start(), words[end - 1].end()):
                return True
        start = is_open.find(1, end, last)
    return False


def _is_in_notice(text: str, start: int, end: int) -> bool:
    return any(
        low <= start and end <= high and judge_copyright(text[low:high]) is not Verdict.RESTRICTS
        for low, high in copyright_spans(text)
    )


def _covered(names: Sequence[str], region: Region) -> Iterator[tuple[int, int]]:
    """Yield from which to which word a region is its licence; all of it where there is no pattern to tell."""
    runs = frozenset() if region.is_notice else licence_runs(region.licence)
    if not runs:
        yield 0, len(names)
        return
    for place, run in enumerate(zip(*(names[shift:] for shift in range(RUN)), strict=False)):
        if run in runs:
            yield place, place + RUN


def _joined(names: Sequence[str], is_open: bytearray, first: int) -> list[tuple[int, int]]:
    """Return the long pieces of a licence in its region; what stands before the first and after the last is beside."""
    found, start = [], None
    for place in range(first, first + len(names) + 1):
        is_end = place == first + len(names) or is_open[place]
        if not is_end and start is None:
            start = place
        elif is_end and start is not None:
            found.append((start, place))
            start = None
    return [pair for pair in found if pair[1] - pair[0] >= _STRETCH]


def _stretches(text: str, words: Sequence[re.Match[str]], is_open: bytearray) -> Iterator[tuple[int, int]]:
    start = is_open.find(1)
    while start >= 0:
        end = is_open.find(0, start)
        end = end if end >= 0 else len(words)
        yield words[start].start(), words[end].start() if end < len(words) else len(text)
        start = is_open.find(1, end)


def _is_known(licence: str, known: Sequence[str]) -> bool:
    """Tell whether a licence is among those known, in any of its forms: -only and -or-later, BSD-3-Clause-Clear."""
    base = _base(licence)
    if licence == "MIT" and not _MIT_WITH_MORE.isdisjoint(known):
        return True
    return any(name == licence or _base(name) == base or name.startswith(f"{base}-") for name in known)


def _names_in_part(sentence: str, known: Sequence[str]) -> bool:
    """Tell whether a family of licences that ask much is named without its version, and none of it is known."""
    for prefix, _ in families_in(sentence):
        if prefix in _ASKING and not any(name.startswith(prefix) for name in known):
            is_part_of_other = prefix == "GPL-" and any(name.startswith(("LGPL-", "AGPL-")) for name in known)
            if not is_part_of_other:
                return True
    return False


def _is_under_another(sentence: str) -> bool:
    """Tell whether a sentence puts something under a licence of which only the authors know which it is."""
    return _OTHER.search(sentence) is not None and not _THIS.search(sentence) and not families_in(sentence)


def _base(licence: str) -> str:
    return licence.removesuffix("-only").removesuffix("-or-later")
