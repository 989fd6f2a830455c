"""The way of one module version through the log, step by step, out of what a run has at hand; nobody is asked again.

    run = survey_run(CheckRequest(paths=(Path("svc"),), means=means))
    trace = trace_of(run.prepared[0], run.answers[run.prepared[0].choice.log_key], module)

`trace_module` is the same for one module version alone, as `verify --steps` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.engine.committed_proofs import NO_PROOFS, CommittedProofs
from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import Broken, LogAnswer, LogChoice, Signer, facts_of_lines
from supplymatrix.engine.policy_source import default_policy
from supplymatrix.engine.prepare import Prepared, choose_log, prepare
from supplymatrix.engine.private import withholding_of
from supplymatrix.engine.prove_module import ProveRequest, chain_of_run, is_about
from supplymatrix.engine.shared_answers import Asker, SharedAnswers, share_answers
from supplymatrix.errors import TransportError, TrustError
from supplymatrix.gomod.goenv import GoSettings
from supplymatrix.model.fact import Fact, LineProof, ProofState, SumFault, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.trace import Step, StepId, StepState, Trace
from supplymatrix.model.value import changed, value
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.project import read_project
from supplymatrix.sumdb.chain import ProofChain, chain_of_nodes, verify_chain
from supplymatrix.sumdb.checkpoint import Checkpoint
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.line_step import compared_lines, uncompared_lines
from supplymatrix.sumdb.session import LogRecord, NotLogged, Unanswered
from supplymatrix.sumdb.steps import (
    LogNames,
    steps_not_reached,
    steps_of_absence,
    steps_of_chain,
    steps_of_lie,
)

__all__ = ["trace_module", "trace_of", "trace_of_lie"]


def trace_of(item: Prepared, shared: SharedAnswers, module: ModuleVersion) -> Trace:
    """Return the steps of a module version of a project. item, shared: of a run that has asked for it.

    Raises nothing of its own: what is not there is a step that was not checked.
    """
    private = item.private.get(module)
    reason = ""
    if private is not None:
        who = "lift.toml declares it private" if private.declared else f"withheld by {private.setting}"
        reason = f"its name is kept from the log: {who} ({private.matched_by})"
    return _trace(_Case(module=module, shared=shared, item=item, withheld=reason))


def trace_of_lie(error: TrustError, choice: LogChoice, module: ModuleVersion) -> Trace:
    """Return the steps where the log itself lied, so that nothing could be checked at all."""
    case = _Case(module=module, shared=SharedAnswers(choice=choice, answers={}))
    first = Step(id=StepId.GO_SUM, state=StepState.NOT_CHECKED, says="not compared: the log has lied")
    return _made(case, (first, *steps_of_lie(error, _names(case, "the log has lied"), None)), 4)


def trace_module(request: ProveRequest, on_event: OnEvent = ignore_event) -> Trace:
    """Return the steps of one module version, asking for no other.

    Raises InputError for a project or policy that cannot be used, and SourceError for a disk that cannot.
    """
    means, module = request.means, request.module
    settings = read_go_settings(means.environ)
    histories: dict[Signer, History] = {}
    item = _prepared(request, settings, histories)
    policy = item.policy if item is not None else default_policy()
    choice = choose_log(policy)
    lines = [line for line in item.asked if line.subject == module] if item is not None else []
    if item is not None and module in item.private:
        return trace_of(item, SharedAnswers(choice=choice, answers={}), module)
    held = withholding_of(module.path, policy, settings, send_private=means.send_private) if not lines else None
    if held is not None:
        shared = SharedAnswers(choice=choice, answers={})
        why = f"its name is kept from the log by {held}"
        return _trace(_Case(module=module, shared=shared, item=item, withheld=why))
    try:
        if item is not None and lines:
            asker = Asker(means=means, settings=settings, on_event=on_event)
            narrowed = changed(item, asked=tuple(lines))
            shared = share_answers([narrowed], histories, asker)[choice.log_key]
        else:
            run = ask_log(LogAccess(choice=choice, settings=settings, means=means, on_event=on_event), [module])
            shared = SharedAnswers(choice=choice, answers=run.answers, run=run, messages=run.messages)
    except TrustError as err:
        for note in getattr(err, "__notes__", ()):
            on_event(Message(text=note))
        return trace_of_lie(err, choice, module)
    for text in shared.messages:
        on_event(Message(text=text))
    return _trace(_Case(module=module, shared=shared, item=item))


@value
class _Case:
    """What there is to tell of a module version. item: None without a project; withheld: why it was not asked for."""

    module: ModuleVersion
    shared: SharedAnswers
    item: Prepared | None = None
    withheld: str = ""

    @property
    def facts(self) -> Sequence[Fact]:
        """What the project's files say."""
        return self.item.project.facts if self.item is not None else ()

    @property
    def committed(self) -> CommittedProofs:
        """The proofs that the project brings along."""
        return self.item.committed if self.item is not None else NO_PROOFS

    @property
    def pinned(self) -> Checkpoint | None:
        """The head in which the run has proven things."""
        return self.shared.run.session.pinned if self.shared.run is not None else None


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
    )


def _trace(case: _Case) -> Trace:
    lines = [fact for fact in case.facts if isinstance(fact, SumLine) and fact.subject == case.module]
    faults = [fact for fact in case.facts if isinstance(fact, SumFault) and is_about(fact, case.module)]
    answer = case.shared.answers.get(case.module)
    if answer is None:
        reason = case.withheld or "it was not asked for"
        remedy = "" if case.withheld else "run again"
        rest = steps_not_reached(reason, remedy, _names(case, reason), None)
        return _made(case, (uncompared_lines(lines, faults, reason), *rest), 2 if faults else 3)
    proofs, _ = facts_of_lines(lines, case.shared.answers)
    rest = _steps_of_answer(case, answer)
    if rest[0].state is not StepState.PROVEN:
        first = uncompared_lines(lines, faults, "there is no proven record")
    elif case.item is None or not case.item.project.go_sum:
        first = uncompared_lines(lines, faults, "no go.sum was given")
    else:
        first = compared_lines(proofs, faults)
    return _made(case, (first, *rest), _exit_code(answer, proofs, faults))


def _made(case: _Case, steps: tuple[Step, ...], exit_code: int) -> Trace:
    choice = case.shared.choice
    return Trace(
        module=case.module,
        steps=steps,
        exit_code=exit_code,
        log_name=choice.verifier.name,
        key_hash=choice.verifier.hash_text,
        route=_route(case),
        go_sum=case.item.project.go_sum if case.item is not None else "",
    )


def _route(case: _Case) -> str:
    if _is_committed(case):
        return case.committed.name
    is_asked = case.module in case.shared.answers
    view = case.shared.run.view if case.shared.run is not None and is_asked else None
    return view.route if view is not None else ""


def _is_committed(case: _Case) -> bool:
    """Return whether the answer is one of the proofs that the project brings along."""
    answer = case.shared.answers.get(case.module)
    head = case.committed.head
    return isinstance(answer, LogRecord) and head is not None and answer.source == case.committed.name


def _names(case: _Case, no_earlier: str = "") -> LogNames:
    verifier = case.shared.choice.verifier
    why = no_earlier or _why_no_history(case)
    return LogNames(name=verifier.name, key_hash=verifier.hash_text, route=_route(case), no_earlier=why)


def _why_no_history(case: _Case) -> str:
    """Return why no earlier head is compared, "" when the run had one that is."""
    run, pinned = case.shared.run, case.pinned
    if run is None or pinned is None:
        return "no other signed head was at hand to compare"
    if run.earlier is None:
        return "this machine had no head of an earlier run: nothing to compare"
    if run.earlier == pinned.note.raw:
        return "the head that this machine trusted before is this one: nothing to compare"
    return ""


def _steps_of_answer(case: _Case, answer: LogAnswer) -> tuple[Step, ...]:
    names, pinned = _names(case), case.pinned
    if isinstance(answer, NotLogged):
        return steps_of_absence(answer.source, answer.status, names, pinned)
    if isinstance(answer, Unanswered):
        return steps_not_reached(answer.reason, answer.remedy, names, pinned)
    if isinstance(answer, Broken):
        return steps_of_lie(answer.error, names, pinned)
    try:
        if _is_committed(case):
            chain = _committed_chain(case, answer)
            return _with_held_head(case, steps_of_chain(chain, names))
        if case.shared.run is None:
            return steps_not_reached("it was proven by the proof file of another project", "", names, None)
        return steps_of_chain(chain_of_run(case.shared.choice, case.shared.run, answer), names)
    except TrustError as err:
        return steps_of_lie(err, names, pinned)
    except TransportError as err:
        return steps_not_reached(str(err), err.remedy, names, pinned)


def _committed_chain(case: _Case, answer: LogRecord) -> ProofChain:
    head = case.committed.head
    if head is None:
        raise TransportError(f"{case.committed.name} has no head")
    chain = chain_of_nodes(answer, head, case.committed.nodes, case.committed.name)
    verify_chain(chain, [case.shared.choice.verifier])
    return chain


def _with_held_head(case: _Case, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Tell in the last step whether the head of a proof file was held against the one that this machine is shown."""
    head, run, pinned = case.committed.head, case.shared.run, case.pinned
    if head is None or run is None:
        return steps
    reason = run.not_held.get((head.size, head.root), "" if pinned is not None else "no head of the log is at hand")
    if reason or pinned is None:
        says = f"not held against the head that this machine is shown: {reason}"
        return (*steps[:-1], changed(steps[-1], says=says, meaning=says, remedy="run again with a network"))
    says = f"part of one history with the head that this machine is shown ({pinned.size:,} records)"
    note = tuple(("│", line) for line in pinned.note.raw.decode("utf-8", "replace").rstrip("\n").split("\n"))
    proven = changed(steps[-1], state=StepState.PROVEN, says=says, values=note, raw=pinned.note.raw)
    return (*steps[:-1], proven)


def _exit_code(answer: LogAnswer, proofs: Sequence[LineProof], faults: Sequence[SumFault]) -> int:
    """Return what `verify` ends with."""
    states = {proof.state for proof in proofs}
    if isinstance(answer, Broken) or ProofState.DIFFERS in states:
        return 4
    if isinstance(answer, NotLogged):
        return 1
    if isinstance(answer, Unanswered):
        return 3
    if faults:
        return 2
    return 1 if ProofState.NO_LINE in states else 0
