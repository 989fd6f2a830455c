"""The vendor path of a project as JSON, "supplymatrix.path/1"."""

from __future__ import annotations

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.location import Location
from supplymatrix.model.path_run import PathRun
from supplymatrix.model.vendor_path import VendorUse
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "render_path_json"]

SCHEMA = "supplymatrix.path/1"


def render_path_json(run: PathRun) -> str:
    """Return the run as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "path": run.path,
            "module": run.module_path,
            "as_of": f"{run.day}",
            "bases_of": f"{run.bases_of}",
            "go_releases_of": f"{run.releases_of}" if run.releases_of is not None else None,
            "files": list(run.files),
            "vendors": [{"id": vendor, "name": name} for vendor, name in run.vendors],
            "uses": [_use(use) for use in run.uses],
            "findings": [
                {
                    "rule": result.rule,
                    "level": ALL_RULES[result.rule].level.value,
                    "subject": result.subject,
                    "message": result.finding.message,
                    "locations": [_place(place) for place in result.finding.locations],
                    "fix": result.finding.fix,
                }
                for result in run.results
                if result.finding is not None
            ],
            "gaps": [
                {
                    "wanted": gap.wanted,
                    "reason": gap.reason,
                    "remedy": gap.remedy,
                    "location": _place(gap.location) if gap.location is not None else None,
                }
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def _use(use: VendorUse) -> dict[str, object]:
    return {
        "part": use.part.value,
        "vendor": use.vendor,
        "what": use.what,
        "version": use.version,
        "pinned": use.pinned.value,
        "role": use.role,
        "stage": use.stage,
        "location": _place(use.location),
        "words": use.words,
        "ends": f"{use.ends}" if use.ends is not None else None,
        "ended": use.is_ended,
        "ends_source": use.ends_source,
        "wants": use.wants,
    }


def _place(place: Location) -> dict[str, object]:
    return {"file": place.artifact, "line": place.line, "column": place.column}
