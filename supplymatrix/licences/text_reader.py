"""Read the text of a licence file: which licences it holds, where, how surely, and its copyright lines.

In this order, until something is found: the texts and notices of licences that `licenseclassifier` knows; the
similarity to known texts; lines `SPDX-License-Identifier`; short notices and names. What else the text says must leave
it so. How all this is put together, and what the confidence says, stands in `docs/formats/licence-texts.md`.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence

from supplymatrix.licences.choice import Choice, choice_of, offered_families, prose
from supplymatrix.licences.copyrights import copyright_lines, copyright_spans
from supplymatrix.licences.decoding import decode
from supplymatrix.licences.expression import joined_or_none, parse_expression
from supplymatrix.licences.names import names_in
from supplymatrix.licences.notices import declared_names, has_faulty_identifier, identifier_regions, short_notices
from supplymatrix.licences.regions import Region, find_regions
from supplymatrix.licences.remarks import read_remarks
from supplymatrix.licences.similar import nearest_licence
from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod
from supplymatrix.model.value import changed

__all__ = ["read_licence_text"]

_WORD = re.compile(r"\w+")
_FEW_WORDS = 25
"""A text of fewer words is no licence's text."""
_ADDRESS_WORDS = 60
"""In a longer text a licence's web address alone proves nothing; a shorter one is no licence's text."""
_ASIDE_WORDS, _ASIDE_PERCENT = 250, 15
_REGIONS_LIMIT = 1000
_UNSURE_PERCENT = 79
"""At most, beside a remark that may be about what is allowed: below what a policy asks for when it does not say."""


def read_licence_text(data: bytes, path: str) -> LicenceFile:
    """Return what a licence file says. Never raises: what cannot be read, or says nothing, has no expression.

    Of a text of more than 512 Ki characters only these are looked at; `unread` then says how many were not.
    """
    text, left_out = decode(data)
    file = LicenceFile(path=path, sha256=hashlib.sha256(data).hexdigest(), expression="", unread=left_out)
    if not text.strip():
        return file
    file = changed(file, copyrights=copyright_lines(text), offers=offered_families(text))
    regions = _known_texts(text)[:_REGIONS_LIMIT]
    if any(region.licence for region in regions):
        return _with(file, text, regions, LicenceMethod.TEMPLATE, _covered(text, regions))
    identifiers = identifier_regions(text)[:_REGIONS_LIMIT]
    declared = [*short_notices(text), *_declared(text)]
    rest = _without(text, [*copyright_spans(text), *((region.start, region.end) for region in identifiers)])
    likeness = nearest_licence(rest) if len(rest.split()) > _FEW_WORDS else None
    if likeness is not None and not likeness.is_similar:
        return changed(file, nearest=f"{likeness.licence} {likeness.percent}")
    if likeness is not None:
        regions = [Region(licence=likeness.licence, start=likeness.start, end=likeness.end)]
        return _with(file, text, regions, LicenceMethod.SIMILAR, likeness.percent)
    if identifiers:
        return _with(file, text, identifiers, LicenceMethod.IDENTIFIER, 100)
    if declared:
        return _with(file, text, declared, LicenceMethod.NOTICE, _covered(text, declared))
    return file


def _with(
    file: LicenceFile, text: str, regions: Sequence[Region], method: LicenceMethod, confidence: int
) -> LicenceFile:
    """Return what the regions say together, unless something beside them says otherwise, or nobody can write it."""
    identifiers = identifier_regions(text)
    choice = choice_of(text, regions)
    expression = _expression(regions, choice, identifiers)
    if expression is None:
        return file
    found = parse_expression(expression).licences
    remarks = read_remarks(text, [*regions, *identifiers], found, choice.families)
    is_doubtful = remarks.is_doubtful or has_faulty_identifier(text)
    whole = None if is_doubtful else joined_or_none([expression, *remarks.named])
    if whole is None:
        longest = max((region for region in regions if region.licence), key=lambda region: region.end - region.start)
        share = min(_covered(text, regions), 99)
        return changed(file, nearest=f"{_parts(longest.licence)[0].partition(' WITH ')[0]} {share}")
    sure = min(confidence, _UNSURE_PERCENT) if remarks.is_unsure else confidence
    return changed(file, matches=_matches(text, regions, method, sure), expression=whole, remarks=remarks.told)


def _known_texts(text: str) -> list[Region]:
    """Return the texts and notices that the library knows, and what the prose above a GNU licence adds to them."""
    regions = find_regions(text)
    if all(region.is_address for region in regions):
        if len(text.split()) > _ADDRESS_WORDS:
            return []
        return sorted([*regions, *short_notices(text)], key=lambda region: region.start) if regions else []
    if all(region.is_notice or not region.licence for region in regions) and _is_aside(text, regions):
        return []
    return _said_later(text, regions)


def _said_later(text: str, regions: list[Region]) -> list[Region]:
    """Return the regions, "or later" where the prose around the text of a GNU licence says so."""
    only = {region.licence for region in regions if region.licence.endswith("-only") and not region.is_notice}
    if not only:
        return regions
    later = {name.licence for paragraph in prose(text, regions) for name in names_in(paragraph)}
    return [
        changed(region, licence=wanted)
        if region.licence in only and (wanted := region.licence.replace("-only", "-or-later")) in later
        else region
        for region in regions
    ]


def _is_aside(text: str, regions: Sequence[Region]) -> bool:
    """Tell whether notices are a small part of a long text: the form at the end of a licence that was changed, or a
    sentence about a part of something else."""
    return len(text.split()) > _ASIDE_WORDS and _covered(text, regions) < _ASIDE_PERCENT


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text with some of it blanked out; offsets stay."""
    parts, end = [], 0
    for first, last in sorted(spans):
        start, stop = max(first, end), max(first, last, end)
        parts += [text[end:start], " " * (stop - start)]
        end = stop
    return "".join([*parts, text[end:]])


def _declared(text: str) -> list[Region]:
    """Return the licences that a short text declares by name; none when it offers a choice and names only some."""
    regions = declared_names(text)
    named = {region.licence for region in regions}
    is_whole = all(any(name.startswith(prefix) for name in named) for prefix in offered_families(text))
    return regions if is_whole else []


def _expression(regions: Sequence[Region], choice: Choice, identifiers: Sequence[Region]) -> str | None:
    """Return what the regions say together, None when no expression can hold it. A line `SPDX-License-Identifier` that
    names them all says how they join."""
    said = [region.licence for region in regions if region.licence and not region.is_supplement]
    licences = list(dict.fromkeys(said))
    if identifiers:
        whole = joined_or_none(region.licence for region in identifiers)
        if whole is None:
            return None
        named = set(parse_expression(whole).licences)
        return joined_or_none([whole, *(licence for licence in licences if not set(_parts(licence)) <= named)])
    chosen = [licence for licence in licences if licence in choice.licences]
    joined = [" OR ".join(f"({licence})" for licence in chosen)] if chosen else []
    return joined_or_none([*joined, *(licence for licence in licences if licence not in choice.licences)])


def _matches(text: str, regions: Sequence[Region], method: LicenceMethod, confidence: int) -> tuple[LicenceMatch, ...]:
    newlines = [match.start() for match in re.finditer("\n", text)]
    found = []
    for region in regions:
        if region.is_supplement:
            continue
        how = method
        if method is LicenceMethod.TEMPLATE:
            how = LicenceMethod.NOTICE if region.is_notice else LicenceMethod.TEXT if confidence == 100 else method
        body = text[region.start : region.end]
        start = bisect_right(newlines, region.start + len(body) - len(body.lstrip()) - 1) + 1
        end = bisect_right(newlines, region.start + len(body.rstrip()) - 1) + 1
        found += [
            LicenceMatch(licence=licence, start=start, end=end, confidence=confidence, method=how)
            for licence in _parts(region.licence)
        ]
    return tuple(found)


def _parts(licence: str) -> tuple[str, ...]:
    return parse_expression(licence).licences if licence else ()


def _covered(text: str, regions: Sequence[Region]) -> int:
    """Return which percentage of a text's words the regions cover; copyright lines outside of them do not count."""
    inside = outside = end = 0
    for region in sorted(regions, key=lambda region: region.start):
        start = max(region.start, end)
        outside += _words(text, end, start)
        inside += _words(text, start, region.end)
        end = max(end, region.end)
    outside += _words(text, end, len(text))
    spans = [(region.start, region.end) for region in regions]
    for start, stop in copyright_spans(text):
        if not any(low <= start < high for low, high in spans):
            outside -= _words(text, start, stop)
    return max(1, min(100, 100 * inside // max(inside + max(outside, 0), 1)))


def _words(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _WORD.finditer(text, start, end)) if end > start else 0
