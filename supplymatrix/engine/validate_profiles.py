"""`vendors validate`: every fault of the profiles at hand, what went stale, and what of their cells is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import value
from supplymatrix.model.vendor import EvidenceKind, VendorProfile
from supplymatrix.vendors.claim_status import claim_days
from supplymatrix.vendors.expiry import expires_on
from supplymatrix.vendors.validate import CellCounts, StaleUse, count_cells, stale_uses, strict_faults

__all__ = ["Validated", "Validation", "check_profiles"]


@value
class Validated:
    """One profile that could be read."""

    profile: VendorProfile
    counts: CellCounts
    stale: tuple[StaleUse, ...]


@value
class Validation:
    """profiles: those that could be read; faults: of all files, in their order; claims: how many could be read."""

    profiles: tuple[Validated, ...]
    claims: int
    faults: tuple[Diagnostic, ...]
    strict: bool


def check_profiles(loaded: LoadedProfiles, today: date, *, strict: bool, together: bool) -> Validation:
    """Return what is wrong with profiles and claims on a day. together: all are there, so that claims may name cells of
    any of them."""
    faults = list(loaded.faults)
    if strict:
        for profile in loaded.profiles:
            faults += strict_faults(profile, today, loaded.lines.get(profile.artifact, ()))
        faults += _stale_claims(loaded, today)
    if together:
        faults += _dangling(loaded)
    return Validation(
        profiles=tuple(
            Validated(profile=profile, counts=count_cells(profile, today), stale=stale_uses(profile, today))
            for profile in loaded.profiles
        ),
        claims=len(loaded.claims),
        faults=tuple(faults),
        strict=strict,
    )


def _stale_claims(loaded: LoadedProfiles, today: date) -> Iterator[Diagnostic]:
    """Yield a fault for each evidence under a claim that has expired; that of recall was never more than a remark."""
    told: set[tuple[str, str]] = set()
    for claim in loaded.claims:
        for item in claim.evidence:
            until = expires_on(item, claim_days(claim))
            key = (item.location.artifact, item.id)
            if until < today and item.kind is not EvidenceKind.RECALL and key not in told:
                told.add(key)
                yield Diagnostic(
                    message=f"the evidence {item.id!r} of the claim {claim.id!r} is stale since "
                    f"{until + timedelta(days=1)}: it was read on {item.retrieved_at}",
                    artifact=item.location.artifact,
                    line=item.location.line,
                    column=item.location.column,
                    expected=f"a copy that holds on {today}",
                )


def _dangling(loaded: LoadedProfiles) -> Iterator[Diagnostic]:
    """Yield a fault for each claim that names a cell which nobody has."""
    cells = {f"{profile.id}/{cell.key}" for profile in loaded.profiles for cell in profile.capabilities}
    for claim in loaded.claims:
        if claim.cell and claim.cell not in cells:
            vendor, _, key = claim.cell.partition("/")
            known = loaded.by_id.get(vendor)
            yield Diagnostic(
                message=f"the claim {claim.id!r} names a cell that is not there: {claim.cell}",
                artifact=claim.location.artifact,
                line=claim.location.line,
                column=claim.location.column,
                expected=f"a vendor that answers {key}" if known is None else f"a key that {vendor} answers",
            )
