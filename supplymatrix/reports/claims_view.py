"""What is commonly said, and what the sources say to it: as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.vendor import Claim, ClaimVerdict, VendorEvidence
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.markdown import code, sentence
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted

__all__ = ["evidence_of", "render_claims_json", "render_claims_markdown", "render_claims_text"]

SCHEMA = "supplymatrix.claims/1"
_WORDS = {
    ClaimVerdict.SUPPORTED: "supported",
    ClaimVerdict.CONTRADICTED: "contradicted",
    ClaimVerdict.NO_EVIDENCE: "no evidence found",
}


def render_claims_text(claims: Sequence[Claim], *, width: int = 80) -> str:
    """Return the claims one below the other, each with its sources and their dates, and a count at the end."""
    out: list[str] = []
    for claim in claims:
        out += [*wrap(f"{_WORDS[claim.verdict].upper()}: “{claim.says}”", width)]
        about = f"about {claim.about}" + (f", cell {claim.cell}" if claim.cell else "")
        out += [f"  {line}" for line in wrap(f"{claim.id} · {about}", width - 2)]
        out += [f"  {line}" for line in wrap(claim.because, width - 2)]
        for item in claim.evidence:
            out += [f"  - {plain(item.source)}", *(f"    {line}" for line in wrap(_dates(item), width - 4))]
        if claim.verdict is ClaimVerdict.NO_EVIDENCE:
            out += [f"  {line}" for line in wrap(_searched(claim), width - 2)]
        out.append("")
    return "\n".join([*out, _count(claims), ""])


def render_claims_markdown(claims: Sequence[Claim]) -> str:
    """Return the claims as sections of a page."""
    out = ["# What is said about support for Go, and what the sources say", "", _count(claims), ""]
    for claim in claims:
        out += [f"## {_WORDS[claim.verdict]}: {sentence(claim.says)}", "", sentence(claim.because), ""]
        for item in claim.evidence:
            out.append(f"- {code(item.source)}: {sentence(_dates(item))}")
        if claim.verdict is ClaimVerdict.NO_EVIDENCE:
            out.append(f"- {sentence(_searched(claim))}")
        out.append("")
    return "\n".join(out)


def render_claims_json(claims: Sequence[Claim]) -> str:
    """Return the claims as JSON, evidence in full."""
    document = {
        "schema": SCHEMA,
        "claims": [
            {
                "id": claim.id,
                "says": claim.says,
                "about": claim.about,
                "verdict": claim.verdict.value,
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


def _count(claims: Sequence[Claim]) -> str:
    return ", ".join([counted(len(claims), "claim"), *_counts(claims)])


def _counts(claims: Sequence[Claim]) -> Iterator[str]:
    for verdict, word in _WORDS.items():
        yield f"{sum(claim.verdict is verdict for claim in claims):,} {word}"
