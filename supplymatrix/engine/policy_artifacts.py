"""Artifacts of a project as its policy judges them, apart from all else that `check` does.

run = verify_by_policy(Path("svc"), OWN_POLICY, means)     # None where the policy says nothing of signatures
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.signature import SignedArtifact
from supplymatrix.model.signature_run import SignatureRun
from supplymatrix.model.value import changed
from supplymatrix.policy.document import Policy
from supplymatrix.sources.subjects import find_subjects, read_subject

__all__ = ["artifacts_of_policy", "verify_by_policy"]


def verify_by_policy(
    path: Path, source: PolicySource, means: Means, named: tuple[str, ...] = ()
) -> SignatureRun | None:
    """Return what became of the artifacts that a project's policy names, and of others; None where it says nothing of
    signatures. named: as --artifact of `check` names them.

    Raises InputError for a project, a policy, a key or an artifact that cannot be read, TransportError for a policy
    that cannot be had.
    """
    from supplymatrix.engine.check_signatures import look_at_artifacts, refuse_missing
    from supplymatrix.engine.prepare import prepare
    from supplymatrix.engine.signature_outcome import exit_code_of
    from supplymatrix.gomod.goenv import resolve_settings
    from supplymatrix.net.settings import read_env_files

    (subject, *_) = find_subjects((path,), recursive=False).subjects
    settings = resolve_settings(means.environ, *read_env_files(means.environ))
    item = prepare(
        subject.path, read_subject(subject), source, means.environ, settings, histories={}, send_private=False,
        means=means,
    )  # fmt: skip
    if not item.policy.asks_for_signatures:
        return None
    refuse_missing(named)
    seen = look_at_artifacts(item, named, (), means)
    artifacts = tuple(_as_named(fact, item.project.root) for fact in seen.facts)
    return SignatureRun(
        artifacts=artifacts,
        engine="both",
        exit_code=exit_code_of(artifacts, has_gaps=bool(seen.gaps)),
        trust=next((fact.trust for fact in seen.facts if fact.trust is not None), None),
        asked=tuple(_asked(item.policy)),
        gaps=seen.gaps,
        notes=tuple(note.message for note in seen.notes),
    )


def artifacts_of_policy(path: Path, source: PolicySource, means: Means) -> tuple[str, ...]:
    """Return the artifacts that a project's policy names, as they are seen from where the run is started."""
    from supplymatrix.engine.policy_source import load_policy

    (subject, *_) = find_subjects((path,), recursive=False).subjects
    project = read_subject(subject)
    policy, _ = load_policy(source, project, means.environ, means)
    rules = [rule for section in policy.signatures for rule in section.artifacts]
    return tuple((project.root / rule.path).as_posix() if rule.path else rule.image for rule in rules)


def _as_named(fact: CheckedArtifact, root: Path) -> SignedArtifact:
    """Return an artifact under its path; the policy names it from its own folder."""
    is_path = fact.named_by is NamedBy.POLICY and (root / fact.signed.name).exists()
    return changed(fact.signed, name=(root / fact.signed.name).as_posix()) if is_path else fact.signed


def _asked(policy: Policy) -> Iterator[str]:
    for section in policy.signatures:
        for signer in section.signers or ():
            by = signer.issuer or (f"an issuer like {signer.issuer_regexp}" if signer.issuer_regexp else "")
            yield f"{signer}{', by ' if by else ''}{by} ({section.location})"
