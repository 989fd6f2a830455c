"""The whole proof chain of one module version, and what a project's go.sum has to say about it."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.engine.committed_proofs import NO_PROOFS
from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.lookups import Broken, Signer
from supplymatrix.engine.means import Means
from supplymatrix.engine.module_case import ModuleCase, exit_code_of, history_of, outcome_of
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource, default_policy
from supplymatrix.engine.prepare import Prepared, choose_log, prepare
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.shared_answers import Asker, SharedAnswers, share_modules
from supplymatrix.errors import SourceError, TransportError, TrustError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.fact import LineProof, SumFault
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.project import read_project
from supplymatrix.sumdb.chain import ProofChain
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.session import NotLogged, Unanswered

__all__ = ["ModuleProof", "ProveRequest", "ask_about", "prove_module"]


@value
class ProveRequest:
    """Which module version to prove.

    project: a folder, go.mod or go.sum whose lines are compared, and whose policy may name another log; None = none.
    policy: where the policy is taken from.
    """

    module: ModuleVersion
    means: Means
    project: Path | None = None
    policy: PolicySource = OWN_POLICY


@value
class ModuleProof:
    """The chain, checked again from its own bytes, and what go.sum has on this module version: lines, faulty lines.

    history: whether its head was held against another one, in words. exit_code: what `verify` ends with.
    """

    chain: ProofChain
    lines: tuple[LineProof, ...]
    faults: tuple[SumFault, ...]
    go_sum: str
    log_name: str
    key_hash: str
    route: str
    history: str
    exit_code: int


def prove_module(request: ProveRequest, on_event: OnEvent = ignore_event) -> ModuleProof | NotLogged:
    """Return the proof of a module version, or that the log does not have it.

    Raises TransportError when the log could not be asked, SourceError for a private name, TrustError for a lie, and
    InputError for a project or policy that cannot be used.
    """
    case = ask_about(request, on_event)
    outcome = outcome_of(case)
    if isinstance(outcome, NotLogged):
        return outcome
    if isinstance(outcome, Broken):
        raise outcome.error
    if isinstance(outcome, Unanswered):
        if case.held is None:
            raise TransportError(outcome.reason, remedy=outcome.remedy)
        why = f"the name of {case.module} is withheld from the log by {case.held}: it is not checked"
        raise SourceError(why, remedy=outcome.remedy)
    lines, faults, verifier = case.proofs_in(outcome), case.faults, case.shared.choice.verifier
    return ModuleProof(
        chain=outcome,
        lines=tuple(lines),
        faults=tuple(faults),
        go_sum=case.go_sum,
        log_name=verifier.name,
        key_hash=verifier.hash_text,
        route=case.route,
        history=history_of(case).says,
        exit_code=exit_code_of(outcome, lines, faults),
    )


def ask_about(request: ProveRequest, on_event: OnEvent = ignore_event) -> ModuleCase:
    """Return all that this run can know of one module version, as `check` would: the project's own proofs go first.

    Raises InputError for a project or policy that cannot be used, and SourceError for a disk that cannot.
    """
    means, module = request.means, request.module
    settings, histories = read_go_settings(means.environ), dict[Signer, History]()
    item = _prepared(request, settings, histories)
    policy = item.policy if item is not None else default_policy()
    choice = item.choice if item is not None else choose_log(policy)
    committed = item.committed if item is not None else NO_PROOFS
    case = ModuleCase(
        module=module,
        shared=SharedAnswers(choice=choice, answers={}),
        project=item.project if item is not None else None,
        committed=committed,
    )
    for text in _told_of_proofs(case, means):
        on_event(Message(text=text))
    held = withholding_of(module.path, policy, settings, send_private=means.send_private)
    if held is not None and (held.declared or module not in committed.records):
        return changed(case, held=held)
    heads = histories[choice.signer].heads if item is not None else ()
    try:
        asker = Asker(means=means, settings=settings, on_event=on_event)
        shared = share_modules(choice, [module], [committed], heads, asker)
    except TrustError as err:
        return changed(case, lie=err)
    notes = shared.notes_for(item) if item is not None else shared.notes
    for text in (*shared.messages, *(note.message for note in notes)):
        on_event(Message(text=text))
    return changed(case, shared=shared)


def _prepared(request: ProveRequest, settings: GoSettings, histories: dict[Signer, History]) -> Prepared | None:
    if request.project is None:
        return None
    return prepare(
        request.project,
        read_project(request.project),
        request.policy,
        request.means.environ,
        settings,
        histories=histories,
        send_private=request.means.send_private,
        means=request.means,
    )


def _told_of_proofs(case: ModuleCase, means: Means) -> list[str]:
    """Return what is to be told of a proof file that proves nothing; the bytes of one that lies are kept."""
    proofs = case.committed
    if proofs.error is not None:
        kept = keep_evidence(means.environ, means.now, [proofs.error])
        return [f"{proofs.name} proves nothing, so that the log is asked: {proofs.error}", kept]
    if proofs.malformed is not None:
        return [f"{proofs.name} cannot be read, so that the log is asked: {proofs.malformed.message}"]
    return []
