"""Publishers' signatures as facts of a check, for SM116 and SM117.

A policy has these rules on, and it or the user lets repositories be asked (`[signatures] publishers`, `--publishers`):
then every module has a fact, if only that it could not be looked at. Where nobody lets them be asked, a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.attest.ssh_signature import parse_allowed_signers
from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.means import Means
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.publisher_signature import PublisherTrust
from supplymatrix.engine.verify_publisher import PublisherRequest, judge_publishers
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goprivate import match
from supplymatrix.model.fact import Gap, LineProof, ProofState, RequiredModule, SumKind, SumLine
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import TOOLCHAIN_PATH, ModuleVersion
from supplymatrix.model.publisher import PublisherVerdict
from supplymatrix.model.publisher_fact import PublisherSignature, PublisherState, TreeState
from supplymatrix.model.rule import Level
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.policy.document import Policy
from supplymatrix.policy.signature_terms import publisher_keys_of
from supplymatrix.sources.gpgv import keyring_bytes

__all__ = ["PUBLISHER_RULES", "PublishersSeen", "look_for_publishers", "trust_of"]

PUBLISHER_RULES = ("SM116", "SM117")
_HELD = "list it in lift.toml under [sources] private, or run with --send-private"


@value
class PublishersSeen:
    """What came out for one subject."""

    facts: tuple[PublisherSignature, ...] = ()
    notes: tuple[Note, ...] = ()


def trust_of(policy: Policy, given: PublisherTrust | None) -> PublisherTrust | None:
    """Return whose signatures count, None where nobody is to be asked. given: by the command line, None = it asks
    nobody.

    Raises InputError for files of the policy that cannot be read, and where the command line names others.
    """
    signers, keyring = publisher_keys_of(policy.signatures)
    if given is None and not policy.asks_publishers:
        return None
    if signers is None and keyring is None:
        return given if given is not None else PublisherTrust()
    if given is not None and (given.signers_file or given.keyring_file):
        named = ", ".join(file.artifact for file in (signers, keyring) if file is not None)
        raise InputError(
            Diagnostic(
                message="the policy says itself whose signatures of modules count",
                seen=given.signers_file or given.keyring_file,
                expected=named,
                remedy="leave out --allowed-signers and --keyring",
            )
        )
    return PublisherTrust(
        signers=parse_allowed_signers(signers.data, signers.artifact) if signers is not None else (),
        signers_file=signers.artifact if signers is not None else "",
        keyring=keyring_bytes(keyring.data, keyring.artifact) if keyring is not None else b"",
        keyring_file=keyring.artifact if keyring is not None else "",
    )


def look_for_publishers(
    items: Sequence[Prepared],
    answered: Sequence[tuple[Sequence[LineProof], Sequence[Gap]]],
    given: PublisherTrust | None,
    means: Means,
    on_event: OnEvent,
) -> Mapping[Path, PublishersSeen]:
    """Return for each subject a fact for each of its modules of which its policy asks who signed it.

    answered: what the log said of each subject's lines, and what it did not. given: by the command line, None = it asks
    nobody. Starts an event loop of its own. Raises InputError as `trust_of` does.
    """
    asked = [_Asked(item, proofs, gaps) for item, (proofs, gaps) in zip(items, answered, strict=True)]
    trusts = [trust_of(item.policy, given) for item in items]
    facts: dict[tuple[PublisherTrust, ModuleVersion], PublisherSignature] = {}
    for trust in dict.fromkeys(trust for trust in trusts if trust is not None):
        of_trust = [one for one, its in zip(asked, trusts, strict=True) if its == trust]
        words = {module: word for one in of_trust for module, word in one.words.items()}
        request = PublisherRequest(modules=tuple(sorted(words)), means=means, trust=trust)
        policies = [one.item.policy for one in of_trust]
        verdicts = judge_publishers(request, words, policies, on_event) if words else ()
        facts |= {(trust, verdict.module): _fact(verdict) for verdict in verdicts}
    found = {}
    for one, counting in zip(asked, trusts, strict=True):
        if counting is None:
            found[one.item.path] = PublishersSeen(notes=one.not_asked)
            continue
        looked_at = [facts[counting, module] for module in one.words]
        every = sorted([*looked_at, *one.not_had], key=lambda fact: fact.subject)
        found[one.item.path] = PublishersSeen(facts=tuple(every), notes=one.not_applicable)
    return found


class _Asked:
    """The modules of a subject whose signature its policy asks for. words: of the log, of those that can be looked
    at; not_had: facts of the others; private: those that the policy declares."""

    def __init__(self, item: Prepared, proofs: Sequence[LineProof], gaps: Sequence[Gap]) -> None:
        self.item = item
        self.words: dict[ModuleVersion, LogWord] = {}
        self.private: list[ModuleVersion] = []
        self._reasons = {gap.subject: gap for gap in (*gaps, *item.withheld) if gap.kind is not SumKind.GO_MOD}
        proven = {proof.subject: proof for proof in proofs if proof.kind is SumKind.ZIP}
        declared = ",".join(item.policy.private)
        not_had = []
        for module in sorted({*self._modules()}):
            if not any(item.policy.asks_for(rule, module.path) for rule in PUBLISHER_RULES):
                continue
            if module in proven:
                self.words[module] = _word(proven[module])
            elif match(declared, module.path) is not None:
                self.private.append(module)
            else:
                not_had.append(self._not_had(module))
        self.not_had = tuple(not_had)

    def _modules(self) -> Iterator[ModuleVersion]:
        for fact in self.item.project.facts:
            if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP and fact.subject.path != TOOLCHAIN_PATH:
                yield fact.subject
            elif isinstance(fact, RequiredModule) and fact.effective is not None and not fact.is_member:
                yield fact.effective

    def _not_had(self, module: ModuleVersion) -> PublisherSignature:
        held, gap = self.item.private.get(module), self._reasons.get(str(module))
        if held is not None:
            reason, remedy = f"its name is withheld from the log by {held.setting}={held.matched_by}", _HELD
        elif gap is not None:
            reason, remedy = f"the log's hash of it is not known: {gap.reason}", gap.remedy
        else:
            reason, remedy = "go.sum has no hash of its zip", "go mod tidy"
        return PublisherSignature(
            subject=module, state=PublisherState.NOT_CHECKABLE, tree=TreeState.NOT_CHECKABLE, reason=reason,
            remedy=remedy,
        )  # fmt: skip

    @property
    def not_applicable(self) -> tuple[Note, ...]:
        """What is told of the modules that the policy declares private."""
        if not self.private:
            return ()
        names = f"{len(self.private):,} modules" if len(self.private) > 1 else str(self.private[0])
        text = f"publishers of {names} were not asked: the policy declares them private (SM116, SM117 do not apply)"
        return (Note(code="publishers-private", message=text),)

    @property
    def not_asked(self) -> tuple[Note, ...]:
        """What is told where nobody lets publishers be asked."""
        said = (self.item.policy.levels, *(entry.levels for entry in self.item.policy.packages))
        on = [rule for rule in PUBLISHER_RULES if any(levels.get(rule, Level.OFF) is not Level.OFF for levels in said)]
        if not on:
            return ()
        rules = f"{' and '.join(on)} {'have' if len(on) > 1 else 'has'}"
        text = (
            f"publishers were not asked, so that {rules} no result: `publishers = true` under [signatures], or "
            "--publishers, lets the repositories of modules be asked"
        )
        return (Note(code="publishers-not-asked", message=text),)


def _word(proof: LineProof) -> LogWord:
    if proof.logged_hash and proof.state in (ProofState.PROVEN, ProofState.DIFFERS):
        return LogWord(kind=LogWordKind.PROVEN, h1=proof.logged_hash, record=proof.record_id)
    if proof.state in (ProofState.NOT_IN_LOG, ProofState.NO_LINE):
        is_there = proof.state is ProofState.NO_LINE
        reason = "the log's record of it has no hash of its zip" if is_there else "the log has no record of it"
        return LogWord(kind=LogWordKind.NOT_LOGGED, reason=reason, record=proof.record_id)
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
