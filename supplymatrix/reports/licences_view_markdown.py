"""The licences of a build as Markdown, for a page or a comment. What comes from modules stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.reports.licences_view_words import (
    NO_ADVICE,
    UNKNOWN,
    LicencePage,
    LicenceRow,
    asked_of,
    class_word,
    footer,
    heading,
    licence_word,
    module_word,
    places_of,
    totals_of,
)
from supplymatrix.reports.markdown import code, sentence, steps

__all__ = ["render"]


def render(page: LicencePage) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: LicencePage) -> Iterator[str]:
    name, _, rest = heading(page).partition(" · ")
    yield f"## Licences of {code(name)}"
    yield ""
    yield f"{sentence(rest[:1].upper() + rest[1:])}."
    yield from ["", "| works | class | licence |", "|--:|---|---|"]
    for total in totals_of(page):
        yield f"| {total.works:,} | {total.kind.value} | {_licence(total.licence)} |"
    yield from ["", "| module | licence | class | sure | read from |", "|---|---|---|--:|---|"]
    yield from map(_row, page.rows)
    yield ""
    yield from (f"- {sentence(said)}" for said in footer(page))
    if page.gaps:
        yield from ["", "### Not known", ""]
        for gap in page.gaps:
            then = f" Next: {steps(gap.remedy)}" if gap.remedy else ""
            yield f"- {sentence(gap.wanted)}: {sentence(gap.reason)}.{then}"
    if page.use is not None:
        yield from ["", f"### {page.use.value}", "", f"{NO_ADVICE.capitalize()}."]
        for asked in asked_of(page):
            yield from ["", f"#### {_licence(asked.licence)}", ""]
            for item in asked.obligations:
                clause = f" ({sentence(item.clause)})" if item.clause else ""
                yield f"- {sentence(item.text)}{clause}"
            yield from ["", f"From {', '.join(map(code, asked.modules))}."]


def _licence(expression: str) -> str:
    return code(expression) if expression else UNKNOWN


def _row(row: LicenceRow) -> str:
    licence = row.licence
    word = licence_word(licence)
    sure = f"{licence.confidence} %" if licence.concluded and licence.files else ""
    places = ", ".join(map(code, places_of(licence)))
    name = word if word == UNKNOWN else code(word)
    return f"| {code(module_word(row))} | {name} | {class_word(licence.concluded)} | {sure} | {places} |"
