"""How what a vendor delivers is signed, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from supplymatrix.model.vendor import VendorProfile
from supplymatrix.model.vendor_signer import SignedThing, SignerMechanism, SignerState, VendorSigner
from supplymatrix.reports.snippet import wrap
from supplymatrix.vendors.expiry import DAYS, expires_on
from supplymatrix.vendors.user_data import placeholder_words

__all__ = ["signer_lines", "signer_rows"]

_VERIFIED = frozenset({SignerMechanism.KEYLESS, SignerMechanism.KEY})


def signer_lines(profile: VendorProfile, today: date, width: int) -> Iterator[str]:
    """Yield all rows on signatures of a profile, with their sources; nothing where there is none."""
    if not profile.signers:
        return
    yield f"who signs it (supplymatrix verify image|blob … --vendor {profile.id})"
    yield from (f"  {line}" for line in wrap(f"by {profile.artifact}", width - 2))
    for row in profile.signers:
        yield from (f"  {line}" for line in wrap(f"{row.id}: {row.name}, {row.thing.value}: {_how(row)}", width - 2))
        for name, text in _pairs(row):
            yield from (f"    {line}" for line in wrap(f"{name} {placeholder_words(text)}", width - 4))
        for variable in row.variables:
            text = f"--var {variable.name}=…: {variable.what}; read it there: {variable.where}"
            yield from (f"    {line}" for line in wrap(text, width - 4))
        for place in row.searched if row.state is SignerState.UNKNOWN else ():
            yield from (f"    {line}" for line in wrap(f"looked on {row.searched_at} in {place}", width - 4))
        for name in row.evidence:
            item = profile.evidence[name]
            until = expires_on(item, DAYS["signer"])
            stale = f", stale since {until + timedelta(days=1)}" if until < today else ""
            yield from (
                f"    {line}" for line in wrap(f"- {name}, read {item.retrieved_at}{stale}: {item.source}", width - 4)
            )


def signer_rows(profile: VendorProfile) -> list[Mapping[str, object]]:
    """Return all rows on signatures of a profile as values of JSON."""
    return [
        {
            "id": row.id,
            "name": row.name,
            "offer": row.offer,
            "artifact": row.thing.value,
            "state": row.state.value,
            "match": list(row.match),
            "mechanism": row.mechanism.value if row.mechanism is not None else None,
            "verified_here": _is_verified(row),
            "issuer": row.issuer,
            "identity": row.identity,
            "identity_regexp": row.identity_regexp,
            "key_url": row.key_url,
            "key_sha256": row.key_sha256,
            "fingerprints": list(row.fingerprints),
            "variables": [
                {"name": variable.name, "what": variable.what, "where": variable.where} for variable in row.variables
            ],
            "log": row.log.value if row.log is not None else None,
            "attestations": list(row.attestations),
            "evidence": list(row.evidence),
            "searched": list(row.searched),
            "searched_at": str(row.searched_at) if row.searched_at else None,
            "note": row.note,
            "location": {"artifact": row.location.artifact, "line": row.location.line},
        }
        for row in profile.signers
    ]


def _how(row: VendorSigner) -> str:
    if row.state is SignerState.UNKNOWN:
        return "? (none found, which is no word on whether it is signed)"
    if row.mechanism is None:
        return "nothing of its own"
    return row.mechanism.value if _is_verified(row) else f"{row.mechanism.value} (known, not verified by us)"


def _is_verified(row: VendorSigner) -> bool:
    """Return whether signatures of that kind are verified here; of OpenPGP it is those beside a file."""
    is_detached = row.mechanism is SignerMechanism.OPENPGP and row.thing is SignedThing.BLOB
    return is_detached or row.mechanism in _VERIFIED


def _pairs(row: VendorSigner) -> Iterator[tuple[str, str]]:
    """Yield what a row says, named."""
    key = f"{row.key_url} sha256:{row.key_sha256}" if row.key_sha256 else f"{row.key_url} (no hash is pinned)"
    pairs = (
        ("named", ", ".join(row.match)),
        ("identity", row.identity or row.identity_regexp),
        ("issuer", row.issuer),
        ("key", key if row.key_url else ""),
        ("fingerprints", ", ".join(row.fingerprints)),
        ("log", row.log.value if row.log is not None else ""),
        ("attested", ", ".join(row.attestations)),
        ("note", row.note),
    )
    yield from ((name, text) for name, text in pairs if text)
