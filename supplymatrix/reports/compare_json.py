"""A comparison for machines: everything, with the place of each answer."""

from __future__ import annotations

from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.gomod.build_info import BuildInfo
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.reports.json_report import as_json
from supplymatrix.vendors.comparison import BinaryRead, Comparison, ProjectCoverage
from supplymatrix.vendors.coverage import CoverageRow, GoCoverage, Support
from supplymatrix.vendors.cve_answers import CveAnswer, CveState, TouchingCve
from supplymatrix.vendors.needs import Need
from supplymatrix.vendors.standing import Stand

__all__ = ["SCHEMA", "render_compare_json"]

SCHEMA = "supplymatrix.compare/1"


def render_compare_json(report: Comparison) -> str:
    """Return the comparison as a JSON document."""
    return as_json(
        {
            "schema": SCHEMA,
            "as_of": report.day.isoformat(),
            "exit_code": report.exit_code,
            "feeds": {
                "source": report.source,
                "as_of": [{"feed": feed, "day": day.isoformat()} for feed, day in report.as_of.items()],
                "faults": [_fault(fault) for fault in report.faults],
            },
            "projects": [_project(project) for project in report.projects],
            "unreadable": [
                {"path": item.path, "faults": [_fault(fault) for fault in item.diagnostics]}
                for item in report.unreadable
            ],
            "totals": {
                "cve_version_pairs": report.pairs,
                "rows": [
                    {
                        "id": row.id,
                        "name": row.name,
                        "projects_on_path": row.standing,
                        "ships_no_go": row.ships_no_go,
                        "cves": _counts(row.counts.get) if row.counts is not None else None,
                    }
                    for row in report.totals
                ],
            },
            "missing": [_gap(gap) for gap in report.missing],
        }
    )


def _project(project: ProjectCoverage) -> dict[str, object]:
    return {
        "name": project.name,
        "path": project.path,
        "files": list(project.files),
        "binaries": [_binary(binary) for binary in project.binaries],
        "gos": [_go(coverage) for coverage in project.gos],
        "standing": [_stand(stand) for stand in project.standing.stands],
        "needs": [_need(need) for need in project.needs],
        "gaps": [_gap(gap) for gap in project.gaps],
        "missing": [_gap(gap) for gap in project.missing],
    }


def _binary(binary: BinaryRead) -> dict[str, object]:
    return {"path": binary.path, "programs": [_program(info) for info in binary.programs]}


def _program(info: BuildInfo) -> dict[str, object]:
    """Return what a program says of itself; no settings, of which some may hold secrets."""
    main = info.main
    return {
        "format": info.format,
        "go_version": info.go_version,
        "release": info.release,
        "suffix": info.suffix,
        "is_inferred": info.is_version_inferred,
        "path": info.path,
        "main": None if main is None else {"path": main.path, "version": main.version},
        "modules": len(info.deps),
    }


def _go(coverage: GoCoverage) -> dict[str, object]:
    go = coverage.go
    return {
        "version": go.version,
        "minor": go.minor,
        "is_exact": go.is_exact,
        "uses": [{"version": use.version, "words": use.words, "location": _place(use.location)} for use in go.uses],
        "cves": None if coverage.cves is None else [_cve(cve) for cve in coverage.cves],
        "rows": [_row(row) for row in coverage.rows],
    }


def _cve(cve: TouchingCve) -> dict[str, object]:
    fix = cve.fix
    return {
        "cve": fix.cve,
        "go_id": fix.go_id,
        "fixed_in": list(fix.fixed_in),
        "released": _day(fix.released.day if fix.released is not None else None),
        "is_sure": cve.is_sure,
    }


def _row(row: CoverageRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "support": _support(row.support),
        "cves": None if row.no_feed else _counts(row.count),
        "no_feed": row.no_feed,
        "channels": [
            {"id": channel.id, "as_of": _day(channel.as_of), "stand_in_for": channel.stand_in_for}
            for channel in row.channels
        ],
        "answers": [_answer(answer) for answer in row.answers],
        "standing": len(row.stands),
    }


def _support(support: Support) -> dict[str, object]:
    return {
        "state": support.state.value,
        "until": _day(support.until),
        "offer": support.offer,
        "basis": support.basis,
        "evidence": list(support.evidence),
        "carries": list(support.carries),
    }


def _counts(count_of: object) -> dict[str, object]:
    assert callable(count_of)  # noqa: S101 - a function of a state to a number
    return {state.value: count_of(state) for state in CveState}


def _answer(answer: CveAnswer) -> dict[str, object]:
    when = answer.when
    return {
        "cve": answer.cve,
        "state": answer.state.value,
        "channel": answer.channel,
        "version": answer.version,
        "advisory": answer.advisory,
        "note": answer.note,
        "open_in": list(answer.open_in),
        "source": None
        if when is None
        else {"day": when.day.isoformat(), "feed": when.feed, "file": when.file, "field": when.field},
    }


def _stand(stand: Stand) -> dict[str, object]:
    return {
        "vendor": stand.vendor,
        "offer": stand.offer,
        "point": stand.point.value,
        "role": stand.role.value,
        "pattern": stand.pattern,
        "words": stand.words,
        "replaces_upstream": stand.replaces_upstream,
        "location": _place(stand.location),
    }


def _need(need: Need) -> dict[str, object]:
    return {"key": need.key, "must": need.must, "items": list(need.items), "why": need.why, "origin": need.origin}


def _gap(gap: Gap) -> dict[str, object]:
    place = None if gap.location is None else _place(gap.location)
    return {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject, "location": place}


def _place(place: Location) -> dict[str, object]:
    return {"artifact": place.artifact, "line": place.line, "column": place.column}


def _fault(fault: Diagnostic) -> dict[str, object]:
    return {"message": fault.message, "artifact": fault.artifact, "line": fault.line, "expected": fault.expected}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
