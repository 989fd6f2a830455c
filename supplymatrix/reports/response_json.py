"""Response times for machines: every number with the CVE and the place that it comes from."""

from __future__ import annotations

from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.model.advisory import FeedDate, GoFix
from supplymatrix.model.fact import Gap
from supplymatrix.reports.json_report import as_json
from supplymatrix.vendors.adoption import Adoption, GoChange
from supplymatrix.vendors.response import Case
from supplymatrix.vendors.response_report import AdoptionRow, ResponseReport
from supplymatrix.vendors.response_table import ChannelRow, Clock, Pair
from supplymatrix.vendors.stages import StageLine, StageSummary
from supplymatrix.vendors.survival import Quantile

__all__ = ["SCHEMA", "render"]

SCHEMA = "supplymatrix.response/1"
_Json = dict[str, object]


def render(report: ResponseReport, *, explain: bool = False, width: int = 80) -> str:
    """Return the report as JSON, schema "supplymatrix.response/1"; always all of it."""
    del explain, width
    asked = report.asked
    return as_json(
        {
            "schema": SCHEMA,
            "day": asked.day.isoformat(),
            "asked": {
                "channels": list(asked.channels),
                "since": _day(asked.since),
                "as_of": _day(asked.as_of),
                "cve": asked.cve or None,
            },
            "source": report.source,
            "feeds": [{"feed": feed, "as_of": day.isoformat()} for feed, day in report.as_of.items()],
            "cves": [_fix(fix) for fix in report.fixes],
            "outside": report.outside,
            "channels": [_row(row) for row in report.rows],
            "pairs": [_pair(pair) for pair in report.pairs],
            "cases": [_case(case, found.id) for found in report.channels for case in found.cases],
            "project": _project(report),
            "stages": [_summary(summary) for summary in report.stages],
            "ways": [_way(line) for line in report.lines],
            "gaps": [_gap(gap) for gap in report.gaps],
            "faults": [_fault(fault) for fault in report.faults],
        }
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _when(when: FeedDate | None) -> _Json | None:
    if when is None:
        return None
    return {"day": when.day.isoformat(), "feed": when.feed, "file": when.file, "field": when.field}


def _fix(fix: GoFix) -> _Json:
    return {
        "cve": fix.cve,
        "go_id": fix.go_id,
        "aliases": list(fix.aliases),
        "fixed_in": list(fix.fixed_in),
        "released": _when(fix.released),
        "unknown_because": fix.unknown_because,
        "packages": list(fix.packages),
    }


def _row(row: ChannelRow) -> _Json:
    return {
        "id": row.id,
        "channel": row.channel.id,
        "of_programs": row.of_programs,
        "name": row.channel.name,
        "vendor": row.channel.vendor,
        "stand_in_for": row.channel.stand_in_for,
        "rebases": row.channel.rebases,
        "trust": row.channel.trust.value,
        "is_latency": row.is_latency,
        "feeds": list(row.feeds),
        "as_of": _day(row.as_of),
        "first": _day(row.first),
        "last": _day(row.last),
        "of": row.of,
        "versions": row.versions,
        "named": row.named,
        "rebased": row.rebased,
        "open": row.open,
        "open_long": row.open_long,
        "wont_fix": row.wont_fix,
        "not_affected": row.not_affected,
        "not_seen": row.not_seen,
        "not_counted": [{"because": why.value, "cves": count} for why, count in row.not_counted.items()],
        "clocks": [_clock(clock) for clock in row.clocks],
        "negatives": [{"cve": item.cve, "clock": item.clock, "days": item.days} for item in row.negatives],
        "import_days": [
            {"day": item.day.isoformat(), "state": item.state.value, "entries": item.entries}
            for item in row.import_days
        ],
    }


def _clock(clock: Clock) -> _Json:
    return {
        "clock": clock.name,
        "fixes": clock.fixes,
        "cut": clock.cut,
        "by_version": clock.by_version,
        "longest": clock.longest,
        "quantiles": [_quantile(quantile, clock.at.get(quantile.percent)) for quantile in clock.quantiles],
    }


def _quantile(quantile: Quantile, cve: str | None) -> _Json:
    return {
        "percent": quantile.percent,
        "n": quantile.n,
        "too_thin": quantile.is_too_thin,
        "nearest_rank": quantile.naive,
        "survival": quantile.survival,
        "cve": cve,
    }


def _pair(pair: Pair) -> _Json:
    return {
        "first": pair.first,
        "second": pair.second,
        "n": pair.n,
        "few": pair.rests_on_few,
        "first_faster": pair.first_faster,
        "second_faster": pair.second_faster,
        "ties": pair.ties,
        "undecided": pair.undecided,
        "both_fixed": pair.both,
        "median_difference": float(pair.median) if pair.median is not None else None,
        "cves": list(pair.cves),
    }


def _case(case: Case, row: str) -> _Json:
    return {
        "row": row,
        "cve": case.cve,
        "go_id": case.go_id,
        "channel": case.channel,
        "package": case.package,
        "outcome": case.outcome.value,
        "how": case.how.value if case.how is not None else None,
        "version": case.version,
        "advisory": case.advisory,
        "disclosed": _when(case.disclosed),
        "detected": _when(case.detected),
        "fixed": _when(case.fixed),
        "named": _when(case.named),
        "until": _day(case.until),
        "days": case.days,
        "detected_days": case.detected_days,
        "named_days": case.named_days,
        "because": case.because.value if case.because is not None else None,
        "note": case.note,
    }


def _project(report: ResponseReport) -> _Json | None:
    history = report.history
    if history is None:
        return None
    return {
        "path": report.project,
        "first_commit": _day(history.first),
        "last_commit": _day(history.last),
        "whole_history": history.whole,
        "changes": [_change(change) for change in history.changes],
        "summary": _adoption_row(report.adoption),
        "adoptions": [_adoption(adoption) for adoption in report.adoptions],
    }


def _adoption_row(row: AdoptionRow | None) -> _Json | None:
    if row is None:
        return None
    return {
        "adopted": row.adopted,
        "open": row.open,
        "not_touched": row.not_touched,
        "floats": row.floats,
        "unknown": row.unknown,
        "open_days": row.open_days,
        "quantiles": [_quantile(quantile, None) for quantile in row.quantiles],
    }


def _adoption(adoption: Adoption) -> _Json:
    return {
        "cve": adoption.cve,
        "state": adoption.state.value,
        "released": _day(adoption.released),
        "used": [_change(change) for change in adoption.used],
        "taken": _change(adoption.taken) if adoption.taken is not None else None,
        "until": _day(adoption.until),
        "days": adoption.days,
        "because": adoption.because,
    }


def _change(change: GoChange) -> _Json:
    return {
        "day": change.day.isoformat(),
        "commit": change.commit,
        "file": change.file,
        "line": change.line,
        "kind": change.kind.value,
        "go_version": change.go_version,
    }


def _summary(summary: StageSummary) -> _Json:
    return {
        "channel": summary.channel,
        "n": summary.n,
        "left_out": summary.left_out,
        "slowest": summary.slowest.value if summary.slowest is not None else None,
        "stages": [
            {"stage": name.value, "median": median, "total": summary.totals[name], "open": summary.open[name]}
            for name, median in summary.medians.items()
        ],
    }


def _way(line: StageLine) -> _Json:
    return {
        "cve": line.cve,
        "channel": line.channel,
        "released": _day(line.released),
        "stages": [
            {"stage": stage.name.value, "start": stage.start, "end": stage.end, "open": stage.is_open}
            for stage in line.stages
        ],
        "slowest": line.slowest.value if line.slowest is not None else None,
        "missing": line.missing,
    }


def _gap(gap: Gap) -> _Json:
    return {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}


def _fault(fault: Diagnostic) -> _Json:
    return {
        "message": fault.message,
        "file": fault.artifact,
        "line": fault.line,
        "column": fault.column,
        "seen": fault.seen,
        "expected": fault.expected,
        "remedy": fault.remedy,
    }
