"""Artifacts of a project as its policy judges them, apart from all else that `check` does.

run = verify_by_policy(Path("svc"), OWN_POLICY, means)     # None where the policy says nothing of signatures
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.signed_artifacts import file_word
from supplymatrix.model.checked_artifact import CheckedArtifact, NamedBy
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.signature import SignedArtifact
from supplymatrix.model.signature_run import PolicyWord, SignatureRun
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged
from supplymatrix.policy.document import LEVEL_ORDER, Policy
from supplymatrix.sources.subjects import find_subjects, read_subject

if TYPE_CHECKING:
    from supplymatrix.engine.check_signatures import ArtifactsSeen

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
    by_policy, others = _judged(item.policy, seen, means.now)
    return SignatureRun(
        artifacts=artifacts,
        engine="both",
        exit_code=exit_code_of(artifacts, has_gaps=bool(seen.gaps)),
        trust=next((fact.trust for fact in seen.facts if fact.trust is not None), None),
        asked=tuple(_asked(item.policy)),
        gaps=seen.gaps,
        notes=(*(note.message for note in seen.notes), *others),
        by_policy=by_policy,
    )


def _judged(
    policy: Policy, seen: ArtifactsSeen, now: datetime
) -> tuple[tuple[tuple[PolicyWord, ...], ...], Iterator[str]]:
    """Return what `check` finds of each artifact by the same facts, and what it finds of none of them, a line each."""
    from supplymatrix import __version__
    from supplymatrix.checks.artifacts import ARTIFACT, artifact_subject
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.model.fact import Facts
    from supplymatrix.policy.signatures import SIGNATURE_RULES
    from supplymatrix.policy.verdict import judge

    verdict = judge(policy, (), Facts(seen.facts, seen.gaps), ALL_RULES, now=now, tool_version=__version__)
    found = [one for one in verdict.judged if one.rule in SIGNATURE_RULES and one.level is not Level.OFF]
    subjects = sorted({artifact_subject(fact) for fact in seen.facts}, key=len, reverse=True)
    words: dict[str, list[PolicyWord]] = {subject: [] for subject in subjects}
    others = dict[str, None]()
    for one in found:
        about = next((text for text in subjects if one.subject == text or one.subject.startswith(f"{text} (")), "")
        word = _word(one, policy)
        if about:
            words[about].append(word)
        elif not one.subject.startswith(ARTIFACT):  # what could not be looked at is a gap of the run
            others[f"{word.rule}: {word.says}"] = None
    return tuple(tuple(words[artifact_subject(fact)]) for fact in seen.facts), iter(others)


def _word(judged: Judged, policy: Policy) -> PolicyWord:
    from supplymatrix.checks.registry import ALL_RULES

    finding, gap = judged.finding, judged.gap
    says = finding.message if finding is not None else f"{gap.wanted}: {gap.reason}" if gap is not None else ""
    remedy = finding.fix if finding is not None else gap.remedy if gap is not None else ""
    is_grave = judged.level is Level.ALARM or ALL_RULES[judged.rule].input_fault
    is_grave |= LEVEL_ORDER[judged.level] >= LEVEL_ORDER[policy.fail_on]
    return PolicyWord(
        rule=judged.rule, state=judged.status, says=says,
        counts=is_grave and judged.status is not Status.WAIVED,
        remedy=f"waived: {judged.waiver.reason}" if judged.waiver is not None else remedy,
    )  # fmt: skip


def artifacts_of_policy(path: Path, source: PolicySource, means: Means) -> tuple[str, ...]:
    """Return the artifacts that a project's policy names, as they are seen from where the run is started."""
    from supplymatrix.engine.policy_source import load_policy

    (subject, *_) = find_subjects((path,), recursive=False).subjects
    project = read_subject(subject)
    policy, _ = load_policy(source, project, means.environ, means)
    rules = [rule for section in policy.signatures for rule in section.artifacts]
    return tuple(file_word(project.root / rule.path) if rule.path else rule.image for rule in rules)


def _as_named(fact: CheckedArtifact, root: Path) -> SignedArtifact:
    """Return an artifact under its path; the policy names it from its own folder."""
    is_path = fact.named_by is NamedBy.POLICY and (root / fact.signed.name).exists()
    return changed(fact.signed, name=file_word(root / fact.signed.name)) if is_path else fact.signed


def _asked(policy: Policy) -> Iterator[str]:
    for section in policy.signatures:
        for signer in section.signers or ():
            by = signer.issuer or (f"an issuer like {signer.issuer_regexp}" if signer.issuer_regexp else "")
            yield f"{signer}{', by ' if by else ''}{by} ({section.location})"
