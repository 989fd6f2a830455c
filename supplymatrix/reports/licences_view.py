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
    heading,
    licence_word,
    module_word,
    places_of,
    totals_of,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["render", "render_module"]

_MOST_PLACES = 3
_WIDEST = 40  # of the column of licences; a longer one pushes its line to the right
_HASH = 16


def render(page: LicencePage, *, width: int = 80) -> str:
    """Return the page as text. width: in columns, of what is folded; rows of tables are not."""
    lines = [plain(heading(page)), ""]
    lines += _totals(page)
    lines += ["", *_rows(page)]
    lines += _gaps(page.gaps, width)
    if page.use is not None:
        lines += ["", f"{page.use.value}: {NO_ADVICE}"]
        for asked in asked_of(page):
            lines += ["", *_asked(asked, width)]
    return "\n".join(lines) + "\n"


def _totals(page: LicencePage) -> Iterator[str]:
    yield f"  works  {'class':17}  licence"
    for total in totals_of(page):
        yield plain(f"{total.works:7,}  {total.kind.value:17}  {total.licence or UNKNOWN}")


def _rows(page: LicencePage) -> Iterator[str]:
    words = [plain(licence_word(row.licence)) for row in page.rows]
    wide = min(_WIDEST, max(map(text_width, [*words, "licence"])))
    names = [plain(module_word(row)) for row in page.rows]
    widest = min(60, max(map(text_width, [*names, "module"])))
    yield f"{'licence':{wide}}  sure  {'module':{widest}}  read from"
    for row, word, name in zip(page.rows, words, names, strict=True):
        line = f"{_padded(word, wide)}  {_sure(row):>4}  {_padded(name, widest)}  {_places(row)}"
        yield line.rstrip()


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
        yield from (plain(f"    {gap.wanted}") for gap in group)


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
