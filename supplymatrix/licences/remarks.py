"""What a text says beside the licences in it, and whether that leaves them as they are.

A licence counts only where the words around it do not take back what it grants: "not for commercial use" behind the
MIT licence makes it another licence, however many percent of the text are known. Looked at are the words that stand
outside of the licences, copyright lines included, and those that a licence's pattern lets anyone fill in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.licences.names import families_in, names_in
from supplymatrix.licences.patterns import RUN, licence_runs
from supplymatrix.licences.regions import Region
from supplymatrix.model.value import value

__all__ = ["TURNS", "Remarks", "is_restricting", "read_remarks", "sentence_spans"]

TURNS = frozenset({
    "banned", "buy", "cannot", "commercial", "commercially", "competing", "confidential", "consent", "denied",
    "disallowed", "disallows", "employees", "evil", "except", "exclude", "excluded", "excludes", "excluding",
    "fee", "fees", "forbidden", "however", "interdit", "interdite", "kommerziell", "kommerzielle",
    "kommerziellen", "lease", "may", "military", "must", "need", "needed", "needs", "never", "nicht", "no", "non",
    "noncommercial", "nonprofit", "not", "notwithstanding", "nur", "only", "paid", "pay", "payment", "permission",
    "prohibida", "prohibido", "prohibited", "prohibits", "proprietary", "purchase", "rent", "require", "required",
    "requires", "resale", "restricted", "restriction", "restrictions", "revenue", "royalties", "royalty", "saas",
    "sell", "selling", "shall", "solely", "subscription", "uniquement", "unlawful", "unless", "untersagt",
    "verboten", "without",
})  # fmt: skip
"""Words that can turn the sense of a licence; one of these beside it is one too many. The few that are not English are
those of most often seen additions."""
_HARD = frozenset({
    "commercial", "commercially", "confidential", "evil", "fee", "fees", "forbidden", "military", "noncommercial",
    "nonprofit", "prohibited", "proprietary", "sell", "selling", "subscription",
})  # fmt: skip
"""Those that no one fills into a licence to name its author."""
_STRETCH = 8

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"\S{1,200}@\S{1,200}|https?://\S{1,500}|<[^<>\n]{1,300}>")
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n[^\S\n]*\n|\n[^\S\n]*(?=[*•·+-]\s)")
_HARMLESS = re.compile(
    r"""(?:unless|except)\s(?:where|as|when|if)?\s?(?:otherwise|explicitly|specifically|expressly)?\s?(?:noted|stated|
        specified|indicated|mentioned|marked)
      |unless\srequired\sby\sapplicable\slaw|(?:you|they|it|users?|anyone)\smay(?!\s(?:not|only|never))\b
      |not\suse\s(?:this|these)\s(?:files?|software|work)\sexcept\sin\scompliance\swith\sthe\slicen[sc]e
      |may\snot\sbe\s(?:copied|used|modified|distributed|\W|or|and|\s)+except\s(?:according\sto|in\scompliance\swith|
        under)\s(?:those|these|the)\s(?:terms|licen[sc]es?)
      |without\s(?:even\sthe\simplied\s)?(?:any\s)?(?:warrant(?:y|ies)|restrictions?|limitations?|conditions?)
      |no\swarrant(?:y|ies)|may\sbe\s(?:found|obtained|available)|\bMay\s\d|no\srights?\sreserved
      |should\snot\sbe\sinterpreted\sas\srepresenting\sofficial\spolicies
      |not\s(?:a\s)?(?:dual|multi)[\s-]?licen\w+|must\scomply\swith\s(?:both|all)
      |(?:used|included|reproduced|reprinted|redistributed)\s(?:here\s)?(?:with|by)\spermission""",
    re.IGNORECASE | re.VERBOSE,
)
_LIMITS = re.compile(
    r"n['\u2019]t\b|\blimited\s+to\b|\badditional\s+(?:terms|conditions)\b|禁止|不得|商用|商业|商業"
    r"|\b(?:personal|private|internal|evaluation|educational|academic|research|trial|non[\s-]?production)"
    r"(?:\s+\w+){0,3}\s+(?:use|using|purposes?)\b",
    re.IGNORECASE,
)
_NON = re.compile(r"\bnon[\s-](?!commercial|profit|military|production|academic)", re.IGNORECASE)
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
    r"\b(?:this|these|following|below|above|same|(?:under|by|to|in)\s+the\s+licen[sc]e)\b", re.IGNORECASE
)
_MIT_WITH_MORE = frozenset({"JSON", "X11", "Xnet"})
"""Licences that are MIT's with something added, and often are headed by its name."""
_ASKING = ("AGPL-", "LGPL-", "GPL-", "MPL-", "EPL-", "CDDL-", "EUPL-")
"""Families that ask much, whose name without a version is enough to doubt."""


@value
class Remarks:
    """What stands beside the licences. is_doubtful: a condition, or a licence that cannot be told; named: the licences
    that are named there and are not among those found, in order."""

    is_doubtful: bool
    named: tuple[str, ...] = ()


def read_remarks(text: str, regions: Sequence[Region], licences: Iterable[str], offered: Iterable[str] = ()) -> Remarks:
    """Return what a text says beside the regions. licences: those found in it, "id" or "id WITH exception"; offered:
    beginnings of ids that it only offers as a choice."""
    beside, inside = _split(text, regions)
    known = [licence.partition(" WITH ")[0] for licence in licences]
    is_doubtful = not _HARD.isdisjoint(inside)
    named: dict[str, None] = {}
    for sentence in (part[start:end] for part in beside for start, end in sentence_spans(part)):
        is_doubtful |= is_restricting(sentence)
        if _ASIDE.search(sentence):
            continue
        speaks = _SPEAKS.search(sentence) is not None
        exact = [found.licence for found in names_in(sentence) if speaks or found.licence != "MIT"]
        named |= dict.fromkeys(
            licence for licence in exact if not _is_known(licence, known) and not licence.startswith(tuple(offered))
        )
        is_doubtful |= _names_in_part(sentence, [*known, *exact, *offered]) or _is_under_another(sentence)
    return Remarks(is_doubtful=is_doubtful, named=tuple(named))


def is_restricting(sentence: str) -> bool:
    """Tell whether a sentence has a word that can take back what a licence grants."""
    plain = _ADDRESS.sub(" ", sentence)
    plain = _HARMLESS.sub(" ", " ".join(plain.split()))
    words = {match.group().lower() for match in _WORD.finditer(_NON.sub(" ", plain))}
    return not TURNS.isdisjoint(words) or _LIMITS.search(plain) is not None


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where each sentence of a text goes, points of a list and paragraphs each by itself."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _split(text: str, regions: Sequence[Region]) -> tuple[list[str], set[str]]:
    """Return the stretches of a text outside of the licences, and the words that were filled into them."""
    words = list(_WORD.finditer(text))
    starts = [word.start() for word in words]
    is_open = bytearray(b"\1" * len(words))
    inside: set[str] = set()
    for region in regions:
        first, last = bisect_left(starts, region.start), bisect_left(starts, region.end)
        names = [word.group().lower() for word in words[first:last]]
        if region.is_filled:
            inside.update(names)
        for start, end in _covered(names, region):
            is_open[first + start : first + end] = bytes(end - start)
        inner = [place for place in range(first, last) if not is_open[place]]
        stretches = _joined(names, is_open, first) if inner else []
        if stretches:
            for place in range(stretches[0][0], stretches[-1][1]):
                if is_open[place]:
                    inside.add(words[place].group().lower())
                    is_open[place] = 0
    return list(_stretches(text, words, is_open)), inside


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


def _stretches(text: str, words: Sequence[re.Match[str]], is_open: bytearray) -> Iterator[str]:
    start = is_open.find(1)
    while start >= 0:
        end = is_open.find(0, start)
        end = end if end >= 0 else len(words)
        yield text[words[start].start() : words[end].start() if end < len(words) else len(text)]
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
