"""Credentials that settings and files give away as JSON, "supplymatrix.credentials/1". None of them is in it."""

from __future__ import annotations

from supplymatrix.model.go_sources import Credential
from supplymatrix.model.location import Location
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "render_credentials_json"]

SCHEMA = "supplymatrix.credentials/1"


def render_credentials_json(run: CredentialsRun) -> str:
    """Return the run as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "credentials": [_credential(one) for one in run.credentials],
            "sought": [{"place": place.place, "looked_at": place.looked, "found": place.found} for place in run.sought],
            "gaps": [
                {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "location": _place(gap.location)}
                for gap in run.gaps
            ],
            "notes": list(run.notes),
        }
    )


def _credential(one: Credential) -> dict[str, object]:
    return {
        "kind": one.kind,
        "where": one.where,
        "name": one.name,
        "location": _place(one.location),
        "origin": one.origin,
        "length": one.length,
        "prefix": one.prefix,
        "sha256_begins": one.digest,
        "sure": one.is_sure,
        "committed": one.is_committed,
        "readable_by_others": one.is_readable,
        "shipped": one.is_shipped,
        "advice": one.advice,
    }


def _place(place: Location | None) -> dict[str, object] | None:
    """Return a place in a file, None for a setting that stands in none."""
    if place is None or not place.artifact:
        return None
    return {"artifact": place.artifact, "line": place.line, "column": place.column, "end_column": place.end_column}
