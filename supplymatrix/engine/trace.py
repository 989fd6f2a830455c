"""The way of one module version through the log, step by step, out of what a run has at hand; nobody is asked again.

    run = survey_run(CheckRequest(paths=(Path("svc"),), means=means))
    trace = trace_of(run.prepared[0], run.answers[run.prepared[0].choice.log_key], module)

`trace_module` is the same for one module version alone, as `verify --steps` shows it.
"""

from __future__ import annotations

from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.lookups import Broken, LogChoice
from supplymatrix.engine.module_case import ModuleCase, Outcome, exit_code_of, history_of, outcome_of
from supplymatrix.engine.prepare import Prepared
from supplymatrix.engine.private import Withholding
from supplymatrix.engine.prove_module import ProveRequest, ask_about
from supplymatrix.engine.shared_answers import SharedAnswers
from supplymatrix.errors import TrustError
from supplymatrix.model.fact import ReplacedModule
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.trace import Step, Trace
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.chain import ProofChain
from supplymatrix.sumdb.line_step import compared_lines, uncompared_lines
from supplymatrix.sumdb.session import NotLogged, Unanswered
from supplymatrix.sumdb.steps import LogNames, steps_not_reached, steps_of_absence, steps_of_chain, steps_of_lie

__all__ = ["trace_module", "trace_of", "trace_of_lie"]


def trace_of(item: Prepared, shared: SharedAnswers, module: ModuleVersion) -> Trace:
    """Return the steps of a module version of a project. item, shared: of a run that has asked for it.

    Raises nothing of its own: what is not there is a step that was not checked.
    """
    private = item.private.get(module)
    held = (
        Withholding(setting=private.setting, pattern=private.matched_by, declared=private.declared)
        if private is not None
        else None
    )
    return _trace(ModuleCase(module=module, shared=shared, project=item.project, committed=item.committed, held=held))


def trace_of_lie(error: TrustError, choice: LogChoice, module: ModuleVersion, project: Project) -> Trace:
    """Return the steps where the log itself lied, so that nothing could be checked at all."""
    shared = SharedAnswers(choice=choice, answers={})
    return _trace(ModuleCase(module=module, shared=shared, project=project, lie=error))


def trace_module(request: ProveRequest, on_event: OnEvent = ignore_event) -> Trace:
    """Return the steps of one module version, asking for no other.

    Raises InputError for a project or policy that cannot be used, and SourceError for a disk that cannot.
    """
    case = ask_about(request, on_event)
    for note in getattr(case.lie, "__notes__", ()):
        on_event(Message(text=note))
    return _trace(case)


def _trace(case: ModuleCase) -> Trace:
    outcome, verifier = outcome_of(case), case.shared.choice.verifier
    proofs = case.proofs_in(outcome) if isinstance(outcome, ProofChain) else ()
    if isinstance(outcome, ProofChain):
        first = compared_lines(proofs, case.faults, _no_line(case))
    else:
        why = "the log has lied" if case.lie is not None else "there is no proven record"
        first = uncompared_lines(case.lines, case.faults, why, _no_line(case))
    return Trace(
        module=case.module,
        steps=(first, *_steps(case, outcome)),
        exit_code=exit_code_of(outcome, proofs, case.faults),
        log_name=verifier.name,
        key_hash=verifier.hash_text,
        route=case.route,
        go_sum=case.go_sum,
        was_asked=case.was_asked,
    )


def _steps(case: ModuleCase, outcome: Outcome) -> tuple[Step, ...]:
    """Return all steps but that of the go.sum lines."""
    verifier, pinned = case.shared.choice.verifier, case.pinned if case.module in case.shared.answers else None
    names = LogNames(name=verifier.name, key_hash=verifier.hash_text, route=case.route, history=history_of(case))
    if isinstance(outcome, NotLogged):
        return steps_of_absence(outcome.source, outcome.status, names, pinned)
    if isinstance(outcome, Unanswered):
        return steps_not_reached(outcome.reason, outcome.remedy, names, pinned)
    if isinstance(outcome, Broken):
        return steps_of_lie(outcome.error, names, pinned)
    return steps_of_chain(outcome, names)


def _no_line(case: ModuleCase) -> str:
    """Return why there is nothing to compare where there is nothing."""
    if not case.go_sum:
        return "no go.sum was given"
    for fact in case.facts:
        if (
            isinstance(fact, ReplacedModule)
            and fact.subject.path == case.module.path
            and fact.subject.version in ("", case.module.version)
        ):
            return f"go.sum has no line of it: go.mod replaces it by {fact.directory or fact.target}"
    return "go.sum has no line of it"
