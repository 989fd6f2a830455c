"""A bill of materials beside the fields that standards ask for: as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.value import value
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import code, sentence
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted
from supplymatrix.sbom.standards import Judged, Row
from supplymatrix.sbom.standards_fields import FieldReading
from supplymatrix.sbom.standards_table import Confidence, Level, Scope

__all__ = ["CAVEAT", "StandardsReport", "render_standards_json", "render_standards_markdown", "render_standards_text"]

SCHEMA = "supplymatrix.sbom-standards/1"
CAVEAT = (
    "What is counted is whether a field is there, not whether it is true; `supplymatrix sbom verify` holds a file "
    "against the log."
)
_NAME = 72  # characters of a component's name


@value
class StandardsReport:
    """file: as the user named it. exit_code: of the run."""

    file: str
    reading: FieldReading
    judged: Sequence[Judged]
    exit_code: int


def render_standards_text(report: StandardsReport, *, width: int = 80) -> str:
    """Return the report as text: of each standard its verdict, then a line for each field."""
    out = [*wrap(_head(report), width), *wrap(CAVEAT, width)]
    for one in report.judged:
        out += ["", *wrap(f"{one.standard.id}: {_verdict(one)}", width)]
        out += [f"  {line}" for line in wrap(_source(one), width - 2)]
        out += _hang("  ", f"next: {one.remedy}", width) if one.refusal and one.remedy else []
        out += _lines(one, width)
    return "\n".join([*out, "", f"Exit {report.exit_code}.", ""])


def render_standards_markdown(report: StandardsReport) -> str:
    """Return the report as a page with a table for each standard."""
    out = [
        f"# Fields of standards in {code(report.file)}",
        "",
        f"{sentence(_about(report))}.",
        "",
        CAVEAT,
        "",
    ]
    for one in report.judged:
        out += [f"## {code(one.standard.id)}: {sentence(_verdict(one))}", "", sentence(_source(one)), ""]
        if one.refusal and one.remedy:
            out += [f"Next: {code(one.remedy)}", ""]
        if one.rows:
            out += ["| field | level | there | where | not there | what would bring it | known from |"]
            out += ["|---|---|---|---|---|---|---|"]
            out += [f"| {' | '.join(_cells(row))} |" for row in one.rows]
            out.append("")
    return "\n".join(out)


def render_standards_json(report: StandardsReport) -> str:
    """Return the report as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "file": report.file,
            "format": report.reading.format,
            "spec": report.reading.spec,
            "components": len(report.reading.components),
            "caveat": CAVEAT,
            "exit_code": report.exit_code,
            "standards": [
                {
                    "id": one.standard.id,
                    "title": one.standard.title,
                    "note": one.standard.note,
                    "applies": one.applies,
                    "met": one.is_met,
                    "refusal": one.refusal,
                    "next": one.remedy,
                    "required": len(one.required),
                    "required_there": sum(row.is_there for row in one.required),
                    "fields": [_field(row) for row in one.rows],
                }
                for one in report.judged
            ],
        }
    )


def _field(row: Row) -> dict[str, object]:
    return {
        "name": row.needed.name,
        "field": row.needed.field,
        "scope": row.needed.scope,
        "clause": row.needed.clause,
        "level": row.needed.level,
        "known_from": row.needed.confidence,
        "there": row.is_there,
        "present": row.present,
        "said_to_be_unknown": row.unknown,
        "derived": row.derived,
        "unknown_counts": row.needed.unknown_counts,
        "of": row.of,
        "pointer": row.pointer,
        "lacking": list(row.lacking),
        "next": row.remedy,
    }


def _head(report: StandardsReport) -> str:
    return f"{plain(report.file)}: {_about(report)}"


def _about(report: StandardsReport) -> str:
    reading = report.reading
    form, number = f"{reading.format} {plain(reading.spec)}", len(reading.components)
    if reading.main is None:
        return f"{form}, no subject is named, {counted(number, 'component')}"
    return f"{form}, the subject {_short(reading.main.name)} and {counted(number - 1, 'component')}"


def _verdict(one: Judged) -> str:
    if not one.applies:
        return plain(one.refusal)
    there, needed = sum(row.is_there for row in one.required), len(one.required)
    said = f"{there} of {needed} required fields are there"
    return f"{said}; {plain(one.refusal)}" if one.refusal else said


def _source(one: Judged) -> str:
    standard = one.standard
    return standard.title + (f"; {standard.note}" if standard.note else "")


def _lines(one: Judged, width: int) -> Iterator[str]:
    """Yield the fields of one standard: what it is called and in how many places it stands, then where and how."""
    longest = max((len(row.needed.name) for row in one.rows), default=0)
    same_clause = len({row.needed.clause for row in one.rows}) == 1
    for row in one.rows:
        needed = row.needed
        sign = "there  " if row.is_there else "missing" if needed.level is Level.REQUIRED else "-      "
        more = [] if same_clause else [needed.clause]
        more += [] if needed.level is Level.REQUIRED else [needed.level.value]
        more += ["known second-hand"] if needed.confidence is Confidence.SECOND_HAND else []
        said = _count(row) + (f" ({', '.join(more)})" if more else "")
        yield from _hang(f"  {sign}  {needed.name:{longest}}  ", said, width)
        place, remedy = f"at {plain(row.pointer)}", f"next: {row.remedy}"
        for line in (place if row.pointer else "", _lacking(row), remedy if row.remedy else ""):
            if line:
                yield from _hang(" " * 11, line, width)


def _hang(head: str, text: str, width: int) -> list[str]:
    indent = " " * len(head)
    first, *rest = wrap(text, max(width - len(head), 20))
    return [f"{head}{first}", *(f"{indent}{line}" for line in rest)]


def _count(row: Row) -> str:
    if row.needed.scope is Scope.DOCUMENT:
        return "yes" if row.present else "said to be unknown" if row.unknown else "no"
    said = f"{row.present} of {row.of}"
    if row.derived:
        said += f", {row.derived} of them read from a path or an address, named by nobody"
    return f"{said}, {row.unknown} said to be unknown" if row.unknown else said


def _lacking(row: Row) -> str:
    if not row.lacking:
        return ""
    more = row.of - row.satisfied - len(row.lacking)
    names = ", ".join(_short(name) for name in row.lacking)
    return f"not in {names}" + (f" and {more} more" if more else "")


def _short(name: str) -> str:
    shown = plain(name)
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        sentence(row.needed.name),
        row.needed.level.value,
        ("yes" if row.is_there else "no") + ("" if row.needed.scope is Scope.DOCUMENT else f": {_count(row)}"),
        code(row.pointer) if row.pointer else "",
        ", ".join(code(_short(name)) for name in row.lacking),
        row.remedy,
        f"{sentence(row.needed.clause)}, {row.needed.confidence}",
    )
