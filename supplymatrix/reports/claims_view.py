"""What is commonly said, and what the sources say to it: as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from supplymatrix.model.vendor import Claim, ClaimVerdict, VendorEvidence
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import code, sentence
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.cells import CellStatus
from supplymatrix.vendors.claim_status import ClaimStatus, claim_status

__all__ = ["evidence_of", "render_claims_json", "render_claims_markdown", "render_claims_text", "verdict_words"]

SCHEMA = "supplymatrix.claims/1"
_WORDS = {
    ClaimVerdict.SUPPORTED: "supported",
    ClaimVerdict.CONTRADICTED: "contradicted",
    ClaimVerdict.NO_EVIDENCE: "no evidence found",
}


def render_claims_text(claims: Sequence[Claim], as_of: date, *, width: int = 80) -> str:
    """Return the claims one below the other, each with its sources and their dates, and a count at the end."""
    out: list[str] = []
    for claim in claims:
        out += [*wrap(f"{_head(claim, as_of)}: “{claim.says}”", width)]
        about = f"about {claim.about}" + (f", cell {claim.cell}" if claim.cell else "")
        out += [f"  {line}" for line in wrap(f"{claim.id} · {about}", width - 2)]
        out += [f"  {line}" for line in wrap(claim.because, width - 2)]
        for item in claim.evidence:
            out += [f"  - {plain(item.source)}", *(f"    {line}" for line in wrap(_dates(item), width - 4))]
        if claim.verdict is ClaimVerdict.NO_EVIDENCE:
            out += [f"  {line}" for line in wrap(_searched(claim), width - 2)]
        out.append("")
    return "\n".join([*out, *wrap(_count(claims, as_of), width), ""])


def render_claims_markdown(claims: Sequence[Claim], as_of: date) -> str:
    """Return the claims as sections of a page."""
    out = ["# What is said about support for Go, and what the sources say", "", _count(claims, as_of), ""]
    for claim in claims:
        out += [f"## {verdict_words(claim, as_of)}: {sentence(claim.says)}", "", sentence(claim.because), ""]
        for item in claim.evidence:
            out.append(f"- {code(item.source)}: {sentence(_dates(item))}")
        if claim.verdict is ClaimVerdict.NO_EVIDENCE:
            out.append(f"- {sentence(_searched(claim))}")
        out.append("")
    return "\n".join(out)


def render_claims_json(claims: Sequence[Claim], as_of: date) -> str:
    """Return the claims as JSON, evidence in full."""
    document = {
        "schema": SCHEMA,
        "as_of": str(as_of),
        "claims": [
            {
                "id": claim.id,
                "says": claim.says,
                "about": claim.about,
                "verdict": claim.verdict.value,
                **_status(claim_status(claim, as_of)),
                "because": claim.because,
                "cell": claim.cell,
                "evidence": [evidence_of(item) for item in claim.evidence],
                "searched": list(claim.searched),
                "searched_at": str(claim.searched_at) if claim.searched_at else None,
                "location": {"artifact": claim.location.artifact, "line": claim.location.line},
            }
            for claim in claims
        ],
    }
    return as_json(document)


def evidence_of(item: VendorEvidence) -> dict[str, object]:
    """Return evidence as values of JSON."""
    return {
        "id": item.id,
        "source": item.source,
        "kind": item.kind.value,
        "source_date": str(item.source_date) if item.source_date else None,
        "retrieved_at": str(item.retrieved_at),
        "expires_at": str(item.expires_at) if item.expires_at else None,
        "confidence": item.confidence.value,
        "sha256": item.sha256,
        "locator": item.locator,
        "note": item.note,
        "conflicts_with": list(item.conflicts_with),
        "location": {"artifact": item.location.artifact, "line": item.location.line},
    }


def _dates(item: VendorEvidence) -> str:
    parts = [f"{item.kind.replace('_', ' ')}, confidence {item.confidence}"]
    parts += [f"dated {item.source_date}"] if item.source_date else []
    parts += [f"read {item.retrieved_at}", *filter(None, (item.locator, item.note))]
    return ", ".join(parts)


def _searched(claim: Claim) -> str:
    when = f" on {claim.searched_at}" if claim.searched_at else ""
    return f"looked for{when}: {'; '.join(claim.searched)}"


def _status(found: ClaimStatus) -> dict[str, object]:
    since = str(found.stale_since) if found.stale_since else None
    return {"status": found.status.value, "stale_since": since}


def _head(claim: Claim, as_of: date) -> str:
    """Return the verdict in capitals; of one that does not hold, why, and what it was."""
    head, space, rest = verdict_words(claim, as_of).partition(" (")
    return f"{head.upper()}{space}{rest}"


def verdict_words(claim: Claim, as_of: date) -> str:
    """Return the verdict as it holds on a day: of one that does not, why, and what it was."""
    found, word = claim_status(claim, as_of), _WORDS[claim.verdict]
    if found.status is CellStatus.STALE:
        return f"stale since {found.stale_since} (was {word})"
    return word if found.status is CellStatus.LIVE else f"not read by then (later {word})"


def _count(claims: Sequence[Claim], as_of: date) -> str:
    return ", ".join([counted(len(claims), "claim"), *_counts(claims, as_of)]) + f" on {as_of}"


def _counts(claims: Sequence[Claim], as_of: date) -> Iterator[str]:
    status = {claim.id: claim_status(claim, as_of).status for claim in claims}
    for verdict, word in _WORDS.items():
        held = (claim.verdict is verdict and status[claim.id] is CellStatus.LIVE for claim in claims)
        yield f"{sum(held):,} {word}"
    for state, word in ((CellStatus.STALE, "stale"), (CellStatus.UNSUPPORTED, "not read by then")):
        if number := sum(found is state for found in status.values()):
            yield f"{number:,} {word}"
