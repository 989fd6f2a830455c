"""The cryptography of projects and programs as JSON, "supplymatrix.fips/1"."""

from __future__ import annotations

from supplymatrix.model.fips import FipsPosture, NonApprovedPackage
from supplymatrix.model.fips_run import FipsRun
from supplymatrix.model.location import Location
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "render_fips_json"]

SCHEMA = "supplymatrix.fips/1"


def render_fips_json(run: FipsRun) -> str:
    """Return the run as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "certificates_of": f"{run.table_of:%Y-%m-%d}" if run.table_of is not None else None,
            "files": run.files,
            "images": run.images,
            "postures": [_posture(posture) for posture in run.postures],
            "packages": [_package(package) for package in run.packages],
            "findings": [
                {
                    "rule": result.rule,
                    "subject": result.subject,
                    "message": result.finding.message,
                    "fix": result.finding.fix,
                }
                for result in run.results
                if result.finding is not None
            ],
            "faults": [{"file": fault.artifact, "message": fault.message} for fault in run.faults],
            "forged": [{"file": where, "message": what} for where, what in run.forged],
            "gaps": [{"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy} for gap in run.gaps],
            "notes": list(run.notes),
        }
    )


def _posture(posture: FipsPosture) -> dict[str, object]:
    return {
        "subject": posture.subject,
        "use": posture.use.value,
        "family": posture.family.value,
        "others": [family.value for family in posture.others],
        "module": posture.module,
        "state": posture.state.value,
        "certificate": posture.certificate,
        "dated": f"{posture.dated:%Y-%m-%d}" if posture.dated is not None else None,
        "mode": posture.mode,
        "marks": [
            {
                "kind": one.kind.value,
                "family": one.family.value,
                "words": one.words,
                "location": _location(one.location),
            }
            for one in posture.marks
        ],
        "looked_at": list(posture.looked_at),
        "reason": posture.reason,
        "purpose": posture.purpose.value,
        "main": posture.main,
    }


def _package(package: NonApprovedPackage) -> dict[str, object]:
    return {
        "subject": package.subject,
        "use": package.use.value,
        "package": package.package,
        "module": package.module.path,
        "version": package.module.version,
        "what": package.what,
        "how": package.how,
        "blocked_by_only": package.is_blocked,
        "c_code": package.is_c,
        "functions": list(package.functions),
        "imported_by": package.by,
        "own": package.is_own,
        "chain": list(package.chain),
        "brought_along": package.inside,
        "under": package.under,
        "location": _location(package.location),
    }


def _location(location: Location) -> dict[str, object]:
    return {"file": location.artifact, "line": location.line, "pointer": location.pointer}
