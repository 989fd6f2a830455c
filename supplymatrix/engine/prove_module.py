"""The whole proof chain of one module version, and what a project's go.sum has to say about it."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import Broken, LogAnswer, LogChoice, LogRun, facts_of_lines
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource, default_policy, load_policy
from supplymatrix.engine.prepare import choose_log
from supplymatrix.engine.private import withholding_of
from supplymatrix.errors import SourceError, TransportError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.fact import LineProof, SumFault, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.project import Project, read_project
from supplymatrix.sumdb.chain import ProofChain, build_chain, verify_chain
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.session import LogRecord, NotLogged

__all__ = ["ModuleProof", "ProveRequest", "chain_of_run", "is_about", "prove_module"]


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
    """The chain, checked again from its own bytes, and what go.sum has on this module version: lines, faulty lines."""

    chain: ProofChain
    lines: tuple[LineProof, ...]
    faults: tuple[SumFault, ...]
    go_sum: str
    log_name: str
    key_hash: str
    route: str


def prove_module(request: ProveRequest, on_event: OnEvent = ignore_event) -> ModuleProof | NotLogged:
    """Return the proof of a module version, or that the log does not have it.

    Raises TransportError when the log could not be asked, SourceError for a private name, TrustError for a lie.
    """
    settings = read_go_settings(request.means.environ)
    project = read_project(request.project) if request.project is not None else None
    choice = _choice(request, project, settings)
    access = LogAccess(choice=choice, settings=settings, means=request.means, on_event=on_event)
    run = ask_log(access, [request.module])
    for text in (*run.messages, *(note.message for note in run.notes)):
        on_event(Message(text=text))
    answer: LogAnswer = run.answers[request.module]
    if isinstance(answer, NotLogged):
        return answer
    if isinstance(answer, Broken):
        raise answer.error
    if not isinstance(answer, LogRecord):
        raise TransportError(answer.reason, remedy=answer.remedy)
    chain = chain_of_run(choice, run, answer)
    facts = project.facts if project else ()
    lines = [fact for fact in facts if isinstance(fact, SumLine) and fact.subject == request.module]
    proofs, _ = facts_of_lines(lines, run.answers)
    return ModuleProof(
        chain=chain,
        lines=tuple(proofs),
        faults=tuple(fact for fact in facts if isinstance(fact, SumFault) and is_about(fact, request.module)),
        go_sum=project.go_sum if project else "",
        log_name=choice.verifier.name,
        key_hash=choice.verifier.hash_text,
        route=run.view.route if run.view else "",
    )


def is_about(fault: SumFault, module: ModuleVersion) -> bool:
    """Return whether a faulty go.sum line names a module version; its subject may be the raw text."""
    words = fault.subject.replace("@", " ").split()
    return words[:1] == [module.path] and len(words) > 1 and words[1].removesuffix("/go.mod") == module.version


def chain_of_run(choice: LogChoice, run: LogRun, record: LogRecord) -> ProofChain:
    """Return the chain of a record that a run has proven, checked again from its own bytes. It asks nobody.

    Raises TransportError where the run has no head, TrustError where a step does not hold.
    """
    verifiers = [choice.verifier]
    head = run.session.pinned
    if head is None:
        raise TransportError("no signed tree head of the log is at hand")
    past = (run.earlier, open_checkpoint(run.earlier, verifiers).size) if run.earlier is not None else None
    chain = build_chain(record, run.session.tree, head.note.raw, past)
    verify_chain(chain, verifiers)
    return chain


def _choice(request: ProveRequest, project: Project | None, settings: GoSettings) -> LogChoice:
    """Return the log that the policy names; without a project, Go's own. Raises SourceError for a private name."""
    policy = load_policy(request.policy, project, request.means.environ)[0] if project is not None else default_policy()
    held = withholding_of(request.module.path, policy, settings, send_private=request.means.send_private)
    if held is not None:
        remedy = "take the pattern out of lift.toml" if held.declared else "run with --send-private"
        raise SourceError(
            f"the name of {request.module} is withheld from the log by {held}: it is not checked",
            remedy=f"{remedy} if its name may be known",
        )
    return choose_log(policy)
