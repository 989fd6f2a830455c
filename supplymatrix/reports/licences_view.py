"""The licences of a build for people: how many have which, then every module, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.fact import Gap
from supplymatrix.model.licence import LicenceFile
from supplymatrix.reports.diagnostic import unknown_line
from supplymatrix.reports.licences_view_words import (
    NO_ADVICE,
    UNKNOWN,
    AskedLicence,
    LicencePage,
    LicenceRow,
    Role,
    asked_of,
    class_word,
    footer,
    heading,
    licence_word,
    module_word,
    places_of,
    totals_of,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, shorten, text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["render", "render_module"]

_MOST_PLACES = 3
_HEADS = ("licence", "class", "sure", "module", "read from")
_SURE = _HEADS.index("sure")
_SURE_CELLS = 8  # before a module below its licence
_PLACE_CELLS = 15  # behind it; most places are no wider
_HASH = 16


def render(page: LicencePage, *, width: int = 80) -> str:
    """Return the page as text, in lines of at most `width` columns but for words that are longer.

    Modules stand in a table where it is not wider than that; else below their licence, which is the heading then.
    """
    lines = [*wrap(heading(page), width), ""]
    if page.rows:
        lines += _totals(page, width)
        lines += ["", *_rows(page, width)]
    else:
        lines.append("none")
    lines += _gaps(page.gaps, width)
    if page.use is not None:
        lines += ["", f"{page.use.value}: {NO_ADVICE}"]
        for asked in asked_of(page):
            lines += ["", *_asked(asked, width)]
    lines += ["", *(line for said in footer(page) for line in wrap(said, width))]
    return "\n".join(lines) + "\n"


def _totals(page: LicencePage, width: int) -> Iterator[str]:
    totals = totals_of(page)
    if totals:
        yield f"  works  {'class':17}  licence"
    for total in totals:
        first, *rest = wrap(total.licence or UNKNOWN, max(20, width - 28))
        yield f"{total.works:7,}  {total.kind.value:17}  {first}"
        yield from (f"{'':28}{line}" for line in rest)


def _rows(page: LicencePage, width: int) -> Iterator[str]:
    cells = [tuple(map(plain, _cells(row))) for row in page.rows]
    wide = [max(map(text_width, column)) for column in zip(_HEADS, *cells, strict=True)]
    if sum(wide) + 2 * (len(wide) - 1) > width:
        yield from _under_licences(cells, width)
        return
    for row in (_HEADS, *cells):
        padded = (
            text.rjust(size) if number == _SURE else _padded(text, size)
            for number, (text, size) in enumerate(zip(row, wide, strict=True))
        )
        yield "  ".join(padded).rstrip()


def _under_licences(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[str]:
    """Yield the modules of each licence, the most frequent first, what is not known last; a place that does not fit
    beside its module stands below it."""
    groups: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for licence, kind, *rest in rows:
        groups.setdefault((licence, kind), []).append(tuple(rest))
    widths = [text_width(name) for *_, name, _ in rows]
    column = max((size for size in widths if size <= width - _SURE_CELLS - _PLACE_CELLS), default=0)
    order = sorted(groups.items(), key=lambda item: (item[0][0] == UNKNOWN, -len(item[1]), item[0]))
    for number, ((licence, kind), found) in enumerate(order):
        if number:
            yield ""
        yield from fold("", licence if licence == UNKNOWN else f"{licence} · {kind}", width)
        for sure, name, place in found:
            if text_width(name) <= column and text_width(place) <= width - _SURE_CELLS - column - 2:
                yield f"  {sure:>4}  {_padded(name, column)}  {place}".rstrip()
                continue
            first, *more = wrap(name, width - _SURE_CELLS)
            yield f"  {sure:>4}  {shorten(first, width - _SURE_CELLS)}"
            yield from (f"{'':10}{shorten(line, width - 10)}" for line in (*more, *wrap(place, width - 10)) if line)


def _cells(row: LicenceRow) -> tuple[str, ...]:
    return licence_word(row.licence), class_word(row.licence.concluded), _sure(row), module_word(row), _places(row)


def _padded(text: str, cells: int) -> str:
    return text + " " * max(0, cells - text_width(text))


def _sure(row: LicenceRow) -> str:
    licence = row.licence
    return f"{licence.confidence}%" if licence.concluded and licence.files else ""


def _places(row: LicenceRow) -> str:
    """Return where a licence was read; of the project's own, which is no gap, why there is none."""
    if row.role is Role.MAIN and not row.licence.concluded:
        return plain(row.licence.reason)
    places = places_of(row.licence)
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    return plain(f"{', '.join(places[:_MOST_PLACES])}{more}")


def _gaps(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    if gaps:
        yield ""
        yield f"not known: {len(gaps):,}"
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.reason, gap.remedy), []).append(gap)
    for (reason, remedy), group in alike.items():
        if len(group) == 1:
            yield from fold("  ", unknown_line(group[0]).removeprefix("unknown: "), width)
            continue
        yield from fold("  ", f"{reason}{f'; next: {remedy}' if remedy else ''}", width)
        yield from (line for gap in group for line in fold("    ", gap.wanted, width))


def _asked(asked: AskedLicence, width: int) -> Iterator[str]:
    yield plain(f"{asked.licence or UNKNOWN} · of {counted(len(asked.modules), 'work')}")
    for obligation in asked.obligations:
        clause = f" ({obligation.clause})" if obligation.clause else ""
        yield from fold("  - ", f"{obligation.text}{clause} [{obligation.key}]", width)
    yield from (f"  {line}" for line in wrap(f"from {', '.join(asked.modules)}", width - 2))


def render_module(row: LicenceRow, gaps: Sequence[Gap], *, width: int = 80) -> str:
    """Return all that is known of one module's licence. gaps: those about it."""
    licence = row.licence
    lines = [plain(module_word(row)), ""]
    lines.append(plain(f"declared   {licence.declared or UNKNOWN}"))
    lines.append(plain(f"concluded  {licence_word(licence)}"))
    lines.append(f"class      {class_word(licence.concluded)}")
    lines.append(f"read from  {licence.source}")
    if licence.reason:
        lines += fold("reason     ", licence.reason, width)
    if licence.remedy:
        lines += fold("next       ", licence.remedy, width)
    for file in licence.files:
        lines += ["", *_file(file, width)]
    lines += _gaps([gap for gap in gaps if gap.reason != licence.reason], width)
    return "\n".join(lines) + "\n"


def _file(file: LicenceFile, width: int) -> Iterator[str]:
    where = ", for the packages in its folder" if file.packages_only else ""
    yield plain(f"{file.path}  {file.expression or UNKNOWN}{where}  sha256 {file.sha256[:_HASH]}…")
    if file.nearest:
        yield plain(f"  nearest is {file.nearest} %")
    for match in file.matches:
        lines = f"lines {match.start}-{match.end}" if match.end > match.start else f"line {match.start}"
        yield plain(f"  {lines}: {match.licence}, {match.confidence} %, by {match.method}")
    for line in file.copyrights:
        yield from fold("  ", line, width)
    for number, text in file.remarks:
        yield from fold(f"  line {number} says beside it: ", text, width)
