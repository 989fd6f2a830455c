"""Code that is not Go, for machines: everything that was found, "supplymatrix.cgo/1", and the ways to a library."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.errors import InputError
from supplymatrix.licences.obligations import Use, obligations_of
from supplymatrix.model.location import Location
from supplymatrix.model.native_code import LicencePosition, NationalAlgorithm, NativeCode
from supplymatrix.model.native_run import CgoRun, CgoTarget
from supplymatrix.model.rule import Status
from supplymatrix.native.libraries import DATED
from supplymatrix.native.strategies import Strategy
from supplymatrix.reports.json_text import as_json

__all__ = ["SCHEMA", "STRATEGIES_SCHEMA", "render_native_json", "render_strategies_json"]

SCHEMA = "supplymatrix.cgo/1"
STRATEGIES_SCHEMA = "supplymatrix.cgo-strategies/1"


def render_native_json(run: CgoRun, *, use: Use | None = None) -> str:
    """Return a run as JSON. use: with what the licences ask of whoever uses the code so."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "table_of": DATED.isoformat(),
            "use": use.value if use is not None else None,
            "targets": [_target(target) for target in run.targets],
            "native": [_fact(fact, use) for fact in run.native],
            "national": [_national(fact) for fact in run.national],
            "c_packages": [
                {
                    "module": package.module,
                    "package": package.package,
                    "files": package.files,
                    "is_built": package.is_built,
                    "conditions": package.conditions,
                    "program": package.program,
                }
                for package in run.c_packages
            ],
            "findings": [
                {
                    "rule": result.rule,
                    "subject": result.subject,
                    "message": result.finding.message,
                    "fix": result.finding.fix,
                    "fingerprint": result.finding.fingerprint,
                }
                for result in run.results
                if result.status is Status.FAIL and result.finding is not None
            ],
            "gaps": [{"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy} for gap in run.gaps],
            "faults": [{"artifact": fault.artifact, "message": fault.message} for fault in run.faults],
            "forged": [{"place": place, "message": words} for place, words in run.forged],
            "notes": list(run.notes),
        }
    )


def _target(target: CgoTarget) -> dict[str, object]:
    return {
        "name": target.name,
        "is_program": target.is_program,
        "goos": target.goos,
        "goarch": target.goarch,
        "tags": list(target.tags),
        "cgo": target.cgo,
        "c_library": target.c_library,
        "why": target.why,
    }


def _national(fact: NationalAlgorithm) -> dict[str, object]:
    return {
        "module": fact.subject.path,
        "version": fact.subject.version,
        "program": fact.program,
        "package": fact.package,
        "algorithms": list(fact.algorithms),
        "standard": fact.standard,
        "how": fact.how,
        "location": _place(fact.location),
    }


def _fact(fact: NativeCode, use: Use | None) -> dict[str, object]:
    return {
        "module": fact.subject.path,
        "version": fact.subject.version,
        "program": fact.program,
        "library": fact.library,
        "mode": fact.mode.value,
        "proof": fact.proof.value,
        "licence": fact.licence,
        "licence_from": fact.licence_from,
        "position": _position(fact.position),
        "own_licence": fact.own_licence,
        "is_crypto": fact.is_crypto,
        "is_built": fact.is_built,
        "conditions": fact.conditions,
        "files": list(fact.files),
        "file_count": fact.count,
        "packages": list(fact.packages),
        "location": _place(fact.location),
        "notes": list(fact.notes),
        "obligations": _obligations(fact.licence, use) if use is not None else [],
    }


def _obligations(licence: str, use: Use) -> list[dict[str, str]]:
    try:
        asked = obligations_of(licence, use)
    except InputError:
        asked = obligations_of("", use)
    return [{"key": one.key, "text": one.text, "licence": one.licence, "clause": one.clause} for one in asked]


def render_strategies_json(library: str, licence: str, source: str, ways: Sequence[Strategy]) -> str:
    """Return the ways to a library as JSON, "supplymatrix.cgo-strategies/1"."""
    return as_json(
        {
            "schema": STRATEGIES_SCHEMA,
            "library": library,
            "licence": licence,
            "licence_from": source,
            "table_of": DATED.isoformat(),
            "strategies": [
                {
                    "key": way.key,
                    "title": way.title,
                    "position": _position(way.position),
                    "builds": way.builds,
                    "runs": way.runs,
                    "fits": way.fits,
                    "mind": way.mind,
                }
                for way in ways
            ],
        }
    )


def _position(position: LicencePosition) -> dict[str, object]:
    return {
        "outcome": position.outcome.value,
        "of": position.of.value,
        "source": position.source,
        "words": position.words,
        "is_disputed": position.is_disputed,
    }


def _place(location: Location) -> dict[str, object]:
    return {"file": location.artifact, "line": location.line or None}
