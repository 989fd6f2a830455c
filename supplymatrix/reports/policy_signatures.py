"""[signatures] of a policy, as text for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.location import Location
from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import ArtifactRule, BuilderRule, SignatureRule, SignerRule, SigningFile
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap

__all__ = ["pairs_json", "signature_lines", "signatures_json"]


def signature_lines(policy: Policy, width: int) -> list[str]:
    """Return the lines of `policy show` about signatures; none where the policy asks for none."""
    out = ["", "signatures"] if policy.signatures else []
    for rule in policy.signatures:
        for text in _said(rule):
            first, *rest = wrap(text, width - 4)
            out += [f"  {first}", *(f"    {line}" for line in rest)]
        out.append(f"    {plain(str(rule.location))}")
    return out


def _said(rule: SignatureRule) -> Iterator[str]:
    if rule.require is not None:
        yield f"required  {', '.join(rule.require)}"
    yield from (f"signed by  {_signer(signer)}" for signer in rule.signers or ())
    yield from (f"built by  {_builder(builder)}" for builder in rule.builders or ())
    if rule.slsa_level:
        yield f"SLSA Build level  {rule.slsa_level}"
    if rule.source:
        yield f"built from  {rule.source}"
    if rule.trusted_root is not None:
        yield f"trusted root  {rule.trusted_root.place}, sha256 {rule.trusted_root.sha256}"
    if rule.max_root_age:
        yield f"trusted root of at most  {rule.max_root_age:,} days"
    if rule.publishers is not None:
        yield f"publishers of modules are {'asked' if rule.publishers else 'not asked'} who signed their tags"
    for what, file in (("allowed signers", rule.allowed_signers), ("keyring", rule.keyring)):
        if file is not None:
            yield f"{what} of publishers  {file.place}, sha256 {file.sha256}"
    for artifact in rule.artifacts:
        more = [f"signatures in {artifact.bundle}"] if artifact.bundle else []
        more += [f"required {', '.join(artifact.require)}"] if artifact.require is not None else []
        more += [f"signed by {' or '.join(map(_signer, artifact.signers))}"] if artifact.signers is not None else []
        yield f"artifact  {artifact.name}" + (f": {'; '.join(more)}" if more else "")


def _signer(signer: SignerRule) -> str:
    by = signer.issuer or (f"an issuer like {signer.issuer_regexp}" if signer.issuer_regexp else "")
    more = [f"by {by}"] if by else []
    more += [f"{name}={text}" for name, text in (*signer.claims, *signer.variables)]
    more += [f"sha256 {signer.key.sha256[:12]}…"] if signer.key is not None and signer.key.sha256 else []
    more += [] if signer.log else ["in no log"]
    return f"{signer}, {', '.join(more)}" if more else str(signer)


def _builder(builder: BuilderRule) -> str:
    more = [f"sha256 {builder.key.sha256[:12]}…"] if builder.key is not None and builder.key.sha256 else []
    more += [] if builder.log else ["in no log"]
    return f"{builder}, {', '.join(more)}" if more else str(builder)


def signatures_json(rule: SignatureRule) -> dict[str, object]:
    """Return the section of one file as values of JSON."""
    return {
        "require": None if rule.require is None else list(rule.require),
        "signers": _signers_json(rule.signers),
        "builders": None if rule.builders is None else [one.id for one in rule.builders if one.key is None],
        "builder_keys": [
            {"id": one.id, "key": _file_json(one.key), "log": one.log, "origin": _place(one.location)}
            for one in rule.builders or ()
            if one.key is not None
        ],
        "slsa_level": rule.slsa_level or 0,
        "source": rule.source,
        "trusted_root": _file_json(rule.trusted_root),
        "max_root_age_days": rule.max_root_age,
        "publishers": rule.publishers,
        "allowed_signers": _file_json(rule.allowed_signers),
        "keyring": _file_json(rule.keyring),
        "artifacts": [_artifact_json(artifact) for artifact in rule.artifacts],
        "layer": rule.layer,
        "origin": _place(rule.location),
    }


def _artifact_json(artifact: ArtifactRule) -> dict[str, object]:
    return {
        "path": artifact.path,
        "image": artifact.image,
        "bundle": artifact.bundle,
        "signers": _signers_json(artifact.signers),
        "require": None if artifact.require is None else list(artifact.require),
        "origin": _place(artifact.location),
    }


def _signers_json(signers: Sequence[SignerRule] | None) -> list[dict[str, object]] | None:
    if signers is None:
        return None
    return [
        {
            "identity": signer.identity,
            "identity_regexp": signer.identity_regexp,
            "issuer": signer.issuer,
            "issuer_regexp": signer.issuer_regexp,
            "claims": pairs_json(signer.claims),
            "key": _file_json(signer.key),
            "vendor": signer.vendor,
            "variables": pairs_json(signer.variables),
            "log": signer.log,
            "origin": _place(signer.location),
        }
        for signer in signers
    ]


def pairs_json(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return names and texts as values of JSON."""
    return [{"name": name, "value": text} for name, text in pairs]


def _file_json(file: SigningFile | None) -> dict[str, object] | None:
    return None if file is None else {"file": file.place, "sha256": file.sha256}


def _place(place: Location) -> dict[str, object]:
    return {"file": place.artifact, "line": place.line, "column": place.column}
