"""Artifacts of a fixture, as `log.json` tells them, to facts: {"artifacts": [
     {"name": "dist/app", "image": false, "tag": "", "required": ["signature"],
      "signatures": [{"state": "refused", "check": "identity", "says": …, "reason": …, "expected": …, "found": …,
                      "remedy": …, "form": …, "identity": …, "logged": true, "annotations": {}}],
      "attestations": [the same with "predicate_type"], "links": [fields of a ChainLink], "provenance": fields,
      "builder": fields, "gap": reason, "fault": message, "age_days": 30}]}

What is not said of a signature is as in one that holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from supplymatrix.engine.signature_outcome import missing_kinds, signed_as
from supplymatrix.errors import Diagnostic
from supplymatrix.model.chain import ChainLink, LinkId
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.provenance import BuilderClaim, Provenance
from supplymatrix.model.signature import (
    ArtifactKind,
    Check,
    CheckState,
    LogMention,
    Reason,
    SignatureState,
    SignatureStep,
    SignatureVerdict,
    SignedArtifact,
    Signer,
    Statement,
    TrustUsed,
)

__all__ = ["IDENTITY", "artifacts_in", "made_verdict"]

IDENTITY = "https://github.com/corp/svc/.github/workflows/release.yml@refs/tags/v1.4.2"
ISSUER = "https://token.actions.githubusercontent.com"
_DIGEST = "7d" * 32
_STATES = {"valid": CheckState.VERIFIED, "refused": CheckState.FAILED, "undecided": CheckState.NOT_CHECKABLE}


def artifacts_in(log: dict[str, Any], folder: Path) -> Iterator[CheckedArtifact]:
    """Yield the artifacts of a fixture. folder: of the fixture, whose lift.toml names them."""
    for told in log.get("artifacts", []):
        yield _artifact(told, (folder / "lift.toml").read_text("utf-8").split("\n"))


def made_verdict(
    *,
    state: str = "valid",
    check: str = "identity",
    says: str = "",
    reason: str = "",
    expected: str = "",
    found: str = "",
    identity: str = IDENTITY,
    logged: bool = True,
    annotations: dict[str, str] | None = None,
    predicate_type: str = "",
    source: str = "",
    form: str = "bundle v0.3",
    remedy: str = "",
) -> SignatureVerdict:
    """Return a verdict on a signature, or on an attestation where it has a predicate type."""
    verdict = SignatureState(state)
    step = SignatureStep(
        check=Check(check), state=_STATES[state], says=says, expected=expected, found=found,
        reason=Reason(reason) if reason else None, remedy=remedy,
    )  # fmt: skip
    signer = Signer(key_name="ECDSA P-256", key_id="5a" * 32, identity=identity, identity_kind="uri", issuer=ISSUER)
    mention = LogMention(log="https://rekor.example", log_id="c0" * 32, kind="hashedrekord 0.0.1", index=1_205_991)
    statement = Statement(
        statement_type="https://in-toto.io/Statement/v1", predicate_type=predicate_type, subjects=(), payload=b"{}"
    )
    return SignatureVerdict(
        state=verdict,
        source=source or ("dist/app.intoto.jsonl" if predicate_type else "dist/app.sigstore.json"),
        form=form,
        steps=(step,),
        signer=signer if identity else None,
        log=(mention,) if logged else (),
        statement=statement if predicate_type else None,
        annotations=tuple((annotations or {}).items()),
    )


def _artifact(told: dict[str, Any], policy: Sequence[str]) -> CheckedArtifact:
    name, is_image = told["name"], told.get("image", False)
    signatures = tuple(made_verdict(**one) for one in told.get("signatures", [{}]))
    attestations = tuple(made_verdict(**one) for one in told.get("attestations", []))
    required = tuple(told.get("required", ["signature"]))
    kinds = tuple(kind for kind in required if kind != "signature")
    gaps = tuple(
        Gap(wanted="its signatures", reason=reason, remedy=told.get("remedy", ""), subject=name)
        for reason in told.get("gaps", [])
    )
    faults = tuple(Diagnostic(message=text, artifact="dist/app.sigstore.json") for text in told.get("faults", []))
    signed = SignedArtifact(
        name=name,
        kind=ArtifactKind.IMAGE if is_image else ArtifactKind.FILE,
        state=signed_as(signatures, attestations, required=kinds, has_gaps=bool(gaps), has_faults=bool(faults)),
        digests=(("sha256", _DIGEST),),
        reference=f"{name.partition('@')[0].rpartition(':')[0]}@sha256:{_DIGEST}" if is_image else "",
        tag=told.get("tag", ""),
        signatures=signatures,
        attestations=attestations,
        required=kinds,
        missing=missing_kinds(attestations, kinds),
        gaps=gaps,
        faults=faults,
    )
    provenance = told.get("provenance")
    age = told.get("age_days")
    return CheckedArtifact(
        signed=signed,
        location=_place(name, policy),
        named_by=NamedBy.POLICY,
        required=required,
        links=tuple(map(_link, told.get("links", []))),
        provenance=() if provenance is None else (_provenance(provenance),),
        builder=BuilderClaim(**told["builder"]) if "builder" in told else None,
        trust=None
        if age is None
        else TrustUsed(name="public good", sha256="6b" * 32, as_of="2025-10-01", age_days=age),
    )


def _link(told: dict[str, Any]) -> ChainLink:
    values = tuple(map(tuple, told.pop("values", ())))
    return ChainLink(id=LinkId(told.pop("id")), state=CheckState(told.pop("state")), values=values, **told)


def _provenance(told: dict[str, Any]) -> Provenance:
    known = {"predicate_type": "https://slsa.dev/provenance/v1", "version": "1", "builder_id": IDENTITY,
             "build_type": "https://actions.github.io/buildtypes/workflow/v1"}  # fmt: skip
    return Provenance(**{**known, **told})


def _place(name: str, policy: Sequence[str]) -> Location:
    """Return where the policy names an artifact."""
    for number, line in enumerate(policy, 1):
        at = line.find(f'"{name}"')
        if at >= 0:
            return Location(
                artifact="lift.toml", line=number, column=at + 1, end_line=number, end_column=at + 3 + len(name)
            )
    return Location(artifact=name)
