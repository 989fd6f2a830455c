"""The outcome of `vendors validate`: faults with their places, what went stale, and what of the cells is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from supplymatrix.errors import Diagnostic
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.reports.diagnostic import render_diagnostics
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted
from supplymatrix.reports.vendor_view import fault_of, said_of, said_stale
from supplymatrix.vendors.validate import CellCounts, StaleUse

__all__ = ["render_validation_json", "render_validation_text"]

SCHEMA = "supplymatrix.validation/1"


class _Validated(Protocol):
    """One profile that could be read."""

    @property
    def profile(self) -> VendorProfile: ...
    @property
    def counts(self) -> CellCounts: ...
    @property
    def stale(self) -> tuple[StaleUse, ...]: ...


class _Validation(Protocol):
    """What came of a check."""

    @property
    def profiles(self) -> Sequence[_Validated]: ...
    @property
    def claims(self) -> int: ...
    @property
    def faults(self) -> tuple[Diagnostic, ...]: ...
    @property
    def strict(self) -> bool: ...


def render_validation_text(found: _Validation, today: date, *, width: int = 80) -> str:
    """Return the outcome as text: faults in full, a line for each profile, what is stale, the sums."""
    out = [render_diagnostics(found.faults)] if found.faults else []
    for item in found.profiles:
        counts = item.counts
        cells = f"{counts.known} known, {counts.unknown} unknown, {counts.stale} stale, {counts.primary} primary"
        out += wrap(f"{item.profile.id}: {cells}", width)
    stale = [said_stale(use) for item in found.profiles for use in item.stale]
    out += [f"  {plain(line)}" for line in stale] if not found.strict else []
    counts = _sum(found)
    out += ["", *wrap(f"{said_of(counts)} on {today}", width)]
    out += [f"{counted(counts.without, 'cell')} without evidence"]
    faults = counted(len(found.faults), "fault") if found.faults else "no fault"
    looked = f"{counted(len(found.profiles), 'profile')}, {counted(found.claims, 'claim')}"
    out += wrap(f"{looked}: {faults}{', strictly' if found.strict else ''}", width)
    return "\n".join(out) + "\n"


def render_validation_json(found: _Validation, today: date) -> str:
    """Return the outcome as JSON."""
    document = {
        "schema": SCHEMA,
        "as_of": str(today),
        "strict": found.strict,
        "profiles": [
            {
                "id": item.profile.id,
                "artifact": item.profile.artifact,
                "sha256": item.profile.sha256,
                "cells": _cells(item.counts),
                "stale": [
                    {"evidence": use.evidence.id, "row": use.use.row, "since": str(use.since),
                     "line": use.evidence.location.line} for use in item.stale
                ],
            }
            for item in found.profiles
        ],
        "cells": _cells(_sum(found)),
        "claims": found.claims,
        "faults": [fault_of(fault) for fault in found.faults],
    }  # fmt: skip
    return as_json(document)


def _sum(found: _Validation) -> CellCounts:
    all_of = [item.counts for item in found.profiles]
    return CellCounts(
        known=sum(counts.known for counts in all_of),
        unknown=sum(counts.unknown for counts in all_of),
        stale=sum(counts.stale for counts in all_of),
        primary=sum(counts.primary for counts in all_of),
        without=sum(counts.without for counts in all_of),
    )


def _cells(counts: CellCounts) -> dict[str, int]:
    return {
        "known": counts.known, "unknown": counts.unknown, "stale": counts.stale, "primary": counts.primary,
        "without_evidence": counts.without,
    }  # fmt: skip
