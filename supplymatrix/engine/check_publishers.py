"""Publishers' signatures as facts of a check, for SM116 and SM117: only where a policy asks for them, and the user lets
their repositories be asked (`--publishers`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.verify_publisher import PublisherRequest, judge_publishers
from supplymatrix.model.fact import LineProof, ProofState, SumKind
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.publisher import PublisherVerdict
from supplymatrix.model.publisher_fact import PublisherSignature

__all__ = ["PUBLISHER_RULES", "publisher_facts"]

PUBLISHER_RULES = ("SM116", "SM117")


def publisher_facts(
    items: Sequence[Prepared],
    proofs: Sequence[Sequence[LineProof]],
    trust: PublisherTrust,
    means: Means,
    on_event: OnEvent,
) -> Mapping[Path, tuple[PublisherSignature, ...]]:
    """Return for each subject a fact for each of its modules of which its policy asks who signed it.

    proofs: of each subject's lines; a module without a proof has no fact, since SM103 tells of it. Starts an event loop
    of its own. Raises nothing of its own.
    """
    wanted = [tuple(_wanted(item, lines)) for item, lines in zip(items, proofs, strict=True)]
    words = {module: word for modules in wanted for module, word in modules}
    request = PublisherRequest(modules=tuple(sorted(words)), means=means, trust=trust)
    verdicts = judge_publishers(request, words, [item.policy for item in items], on_event) if words else ()
    facts = {verdict.module: _fact(verdict) for verdict in verdicts}
    return {
        item.path: tuple(facts[module] for module, _ in modules) for item, modules in zip(items, wanted, strict=True)
    }


def _wanted(item: Prepared, proofs: Sequence[LineProof]) -> list[tuple[ModuleVersion, LogWord]]:
    """Return the modules whose signature is asked for, with what the log says of them."""
    found: dict[ModuleVersion, LogWord] = {}
    for proof in proofs:
        path = proof.subject.path
        asked = proof.kind is SumKind.ZIP and path != TOOLCHAIN_PATH
        if asked and any(item.policy.asks_for(rule, path) for rule in PUBLISHER_RULES):
            found.setdefault(proof.subject, _word(proof))
    return sorted(found.items())


def _word(proof: LineProof) -> LogWord:
    if proof.logged_hash and proof.state in (ProofState.PROVEN, ProofState.DIFFERS):
        return LogWord(kind=LogWordKind.PROVEN, h1=proof.logged_hash, record=proof.record_id)
    if proof.state is ProofState.NOT_IN_LOG:
        return LogWord(kind=LogWordKind.NOT_LOGGED, reason="the log has no record of it")
    return LogWord(kind=LogWordKind.BROKEN, reason="the log's answer does not hold")


def _fact(verdict: PublisherVerdict) -> PublisherSignature:
    step, signer, origin = verdict.step, verdict.signer, verdict.origin
    remedy = step.remedy if step is not None else ""
    if verdict.trust_line:
        remedy = f"supplymatrix verify publisher {verdict.module} tells what makes this key count"
    where = origin.reference.removeprefix("refs/tags/") if origin is not None else ""
    return PublisherSignature(
        subject=verdict.module,
        state=verdict.state,
        tree=verdict.tree,
        signer=", ".join(signer.names) if signer is not None else "",
        key=signer.key if signer is not None else "",
        signed=verdict.signed,
        object_name=verdict.object_name,
        commit=verdict.commit if verdict.signed != "commit" else "",
        repository=f"{origin.url}{f' at {where}' if where else ''}" if origin is not None else "",
        h1=verdict.h1,
        log_h1=verdict.log_h1,
        reason=step.says if step is not None else "",
        remedy=remedy,
    )
