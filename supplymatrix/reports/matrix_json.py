"""The matrix for programs: every cell with its answers, every answer with its sources; fractions are exact.

Schema: `schema/matrix-v1.schema.json`; described in docs/formats/matrix-json.md.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from supplymatrix.model.vendor import Capability
from supplymatrix.reports.claims_view import evidence_of
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.matrix_cells import tally_of, value_of
from supplymatrix.reports.vendor_view import fault_of
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import Answer, Cell, CellEvidence
from supplymatrix.vendors.matrix import MatrixScore, MatrixView, Option, stale_answers

__all__ = ["SCHEMA", "render_matrix_json"]

SCHEMA = "supplymatrix.matrix/1"


def render_matrix_json(view: MatrixView) -> str:
    """Return the matrix as JSON."""
    matrix, scores = view.matrix, view.scores
    tally = tally_of(matrix.options, matrix.keys)
    return as_json(
        {
            "schema": SCHEMA,
            "as_of": str(matrix.as_of),
            "weights": {"from": view.weights_from or "default", "sum": sum(matrix.weights.get(key, 0) for key in KEYS)},
            "keys": [
                {
                    "key": key.id,
                    "title": key.title,
                    "question": key.question,
                    "role": key.role.value,
                    "weight": matrix.weights.get(key.id, 0),
                }
                for key in matrix.keys
            ],
            "options": [_option(view, option, scores[option.id]) for option in matrix.options],
            "counts": {
                "cells": tally.cells,
                "known": tally.known,
                "unknown": tally.unknown,
                "stale": tally.stale,
                "conflict": tally.conflict,
                "not_asked": tally.not_asked,
            },
            "stale": [
                {
                    "vendor": item.answer.vendor,
                    "key": item.key,
                    "since": _day(item.answer.stale_since),
                    "options": list(item.options),
                }
                for item in stale_answers(matrix)
            ],
            "gaps": [
                {"wanted": gap.wanted, "reason": gap.reason, "remedy": gap.remedy, "subject": gap.subject}
                for gap in view.gaps
            ],
            "faults": [fault_of(fault) for fault in view.faults],
            "notes": list(view.notes),
        }
    )


def _option(view: MatrixView, option: Option, score: MatrixScore) -> dict[str, object]:
    profile = option.profile
    return {
        "id": option.id,
        "name": option.name,
        "kind": profile.kind.value if profile is not None else None,
        "status": profile.status.value if profile is not None else None,
        "core": profile is not None and profile.core,
        "url": profile.url if profile is not None else "",
        "reviewed_at": str(profile.reviewed_at) if profile is not None else None,
        "artifact": profile.artifact if profile is not None else "",
        "sha256": profile.sha256 if profile is not None else "",
        "standing": [{"vendor": vendor, "why": why} for vendor, why in option.standing],
        "score": _span(score.low, score.high),
        "contributions": [
            {"key": part.key, "weight": part.weight, **_span(part.low, part.high)} for part in score.contributions
        ],
        "cells": [_cell(option.cells[key.id]) for key in view.matrix.keys],
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "key": cell.key,
        "state": cell.state.value,
        "status": cell.status.value,
        "text": value_of(cell),
        "earns": _span(cell.low, cell.high),
        "conflicts": [list(pair) for pair in cell.conflicts],
        "answers": [_answer(answer) for answer in cell.answers],
    }


def _answer(answer: Answer) -> dict[str, object]:
    row = answer.capability
    return {
        "vendor": answer.vendor,
        "said": answer.said.value,
        "state": answer.state.value,
        "status": answer.status.value,
        "value": row.value,
        "items": list(row.items),
        "numbers": _numbers(row),
        "offer": row.scope.offer,
        "minor": row.scope.minor,
        "arch": row.scope.arch,
        "note": row.note,
        "stale_since": _day(answer.stale_since),
        "outranked_by": answer.outranked_by,
        "searched": list(row.searched),
        "searched_at": _day(row.searched_at),
        "location": {"artifact": row.location.artifact, "line": row.location.line},
        "evidence": [_source(source) for source in answer.evidence],
        "against": [_source(source) for source in answer.against],
    }


def _source(source: CellEvidence) -> dict[str, object]:
    return {**evidence_of(source.evidence), "live": source.is_live, "counts_until": str(source.expires_at)}


def _numbers(row: Capability) -> list[dict[str, object]]:
    return [{"name": name, "number": number, "unit": row.unit} for name, number in row.numbers.items()]


def _span(low: Fraction, high: Fraction) -> dict[str, object]:
    """Return a span exactly, and rounded to hundredths for who only wants to show it."""
    return {
        "low": str(low),
        "high": str(high),
        "low_rounded": round(float(low), 2),
        "high_rounded": round(float(high), 2),
    }


def _day(day: date | None) -> str | None:
    return str(day) if day is not None else None
