"""Known vulnerabilities as JSON: one document with the databases, what was found, and what could not be judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from supplymatrix.model.location import Location
from supplymatrix.model.vulnerability import GoSupport, VulnDatabase, Vulnerability
from supplymatrix.model.vulns_run import VulnRun, group_of
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "database_document", "render_vulns_json", "vulnerability_document"]

SCHEMA = "supplymatrix.vulns/1"


def render_vulns_json(run: VulnRun) -> str:
    """Return the run as JSON, "supplymatrix.vulns/1"."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "subjects": list(run.subjects),
            "checked": run.checked,
            "databases": [database_document(database) for database in run.databases],
            "vulnerabilities": [vulnerability_document(found) for found in run.vulnerabilities],
            "go": [_go(support) for support in run.go_support],
            "unchecked": [
                {
                    "module": one.subject.path,
                    "version": one.subject.version,
                    "program": one.program,
                    "reason": one.reason,
                    "location": _place(one.location),
                }
                for one in run.unchecked
            ],
            "ignored_elsewhere": [
                {
                    "advisory": one.advisory,
                    "module": one.subject.path,
                    "version": one.subject.version,
                    "package": one.package,
                    "until": _day(one.until),
                    "reason": one.reason,
                    "program": one.program,
                    "location": _place(one.location),
                }
                for one in run.ignored
            ],
            "gaps": [
                {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def database_document(database: VulnDatabase) -> Mapping[str, object]:
    """Return a database as it stands in documents."""
    return {
        "id": database.id,
        "name": database.name,
        "dated": _day(database.dated),
        "dated_by": database.dated_by,
        "entries": database.entries,
        "withdrawn": database.withdrawn,
        "sha256": database.sha256,
        "source": database.source,
        "licence": database.licence,
        "attribution": database.attribution,
    }


def vulnerability_document(found: Vulnerability) -> Mapping[str, object]:
    """Return a vulnerability as it stands in documents."""
    return {
        "id": found.advisory,
        "aliases": list(found.aliases),
        "group": group_of(found).value,
        "level": found.level.value,
        "looked": found.looked.value,
        "level_by": found.level_by.value,
        "review": found.review.value,
        "malicious": found.is_malicious,
        "module": found.subject.path,
        "version": found.subject.version,
        "stands_for": found.required,
        "project": found.project,
        "program": found.program,
        "location": _place(found.location),
        "packages": list(found.packages),
        "symbols": list(found.symbols),
        "chain": list(found.chain),
        "fixed": found.fixed,
        "published": _day(found.published),
        "first_seen": _day(found.first_seen),
        "fix_since": _day(found.fix_since),
        "summary": found.summary,
        "severity": found.severity,
        "url": found.url,
        "database": found.database,
        "notes": list(found.notes),
    }


def _go(support: GoSupport) -> Mapping[str, object]:
    return {
        "subject": support.subject,
        "program": support.program,
        "go_version": support.go_version,
        "role": support.role,
        "least": support.is_least,
        "supported": support.is_supported,
        "ended": _day(support.ended),
        "newest_minor": support.newest_minor,
        "newest": support.newest,
        "as_of": _day(support.as_of),
        "reason": support.reason,
        "location": _place(support.location),
    }


def _place(location: Location) -> Mapping[str, object]:
    return {"file": location.artifact, "line": location.line, "column": location.column}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
