"""One module version, with all that a run knows of it, and what came of it: its chain, or why there is none.

    case = ModuleCase(module=module, shared=shared, project=item.project, committed=item.committed)
    outcome = outcome_of(case)      # a ProofChain, checked again from its own bytes; or NotLogged, Unanswered, Broken
    last = history_of(case)         # whether its head was held against another one

`verify`, its steps, and the screen of a project stand on this alone, so that they say the same. Nobody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.engine.committed_proofs import NO_PROOFS, CommittedProofs
from supplymatrix.engine.lookups import Broken, LogChoice, LogRun, facts_of_lines
from supplymatrix.engine.private import Withholding
from supplymatrix.engine.shared_answers import SharedAnswers
from supplymatrix.errors import TransportError, TrustError
from supplymatrix.model.fact import Fact, LineProof, ProofState, SumFault, SumFaultKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.trace import Step
from supplymatrix.model.value import value
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.chain import ProofChain, build_chain, chain_of_nodes, verify_chain
from supplymatrix.sumdb.checkpoint import Checkpoint, open_checkpoint
from supplymatrix.sumdb.session import LogRecord, NotLogged, Unanswered
from supplymatrix.sumdb.steps import history_not_held, history_of_heads, history_of_proofs, history_of_same_tree
from supplymatrix.sumdb.tlog import verify_consistency

__all__ = ["ModuleCase", "Outcome", "exit_code_of", "history_of", "named_in", "outcome_of"]

Outcome = ProofChain | NotLogged | Unanswered | Broken


@value
class ModuleCase:
    """What there is to tell of a module version. project: None without one; held: who kept its name from the log.

    lie: the log lied as a whole, so that there is nothing else to tell.
    """

    module: ModuleVersion
    shared: SharedAnswers
    project: Project | None = None
    committed: CommittedProofs = NO_PROOFS
    held: Withholding | None = None
    lie: TrustError | None = None

    @property
    def facts(self) -> Sequence[Fact]:
        """What the project's files say."""
        return self.project.facts if self.project is not None else ()

    @property
    def lines(self) -> Sequence[SumLine]:
        """The go.sum lines of the module version."""
        return [fact for fact in self.facts if isinstance(fact, SumLine) and fact.subject == self.module]

    @property
    def faults(self) -> Sequence[SumFault]:
        """The faulty go.sum lines that name it, but those that the go command ignores, which `check` notes only."""
        return [
            fact
            for fact in self.facts
            if isinstance(fact, SumFault)
            and fact.kind is not SumFaultKind.EMPTY_GO_MOD
            and named_in(fact) == self.module
        ]

    @property
    def go_sum(self) -> str:
        """The go.sum of the project, "" when there is none."""
        return self.project.go_sum if self.project is not None else ""

    @property
    def was_asked(self) -> bool:
        """Whether somebody had to answer for it. A project's run asks for the module versions of go.sum alone."""
        return self.lie is not None or self.held is not None or self.module in self.shared.answers

    @property
    def is_committed(self) -> bool:
        """Whether the answer is one of the proofs that the project brings along: these go before all others."""
        return self.module in self.shared.answers and self.module in self.committed.records

    @property
    def pinned(self) -> Checkpoint | None:
        """The head in which the run has proven things."""
        return self.shared.run.session.pinned if self.shared.run is not None else None

    @property
    def route(self) -> str:
        """Who answered, "" = nobody."""
        if self.is_committed:
            return self.committed.name
        view = self.shared.run.view if self.shared.run is not None and self.module in self.shared.answers else None
        return view.route if view is not None else ""

    def proofs_in(self, chain: ProofChain) -> Sequence[LineProof]:
        """Return its go.sum lines, held against a proven record."""
        return facts_of_lines(self.lines, {self.module: chain.record})[0]


def outcome_of(case: ModuleCase) -> Outcome:
    """Return what came of a module version; a chain is built here, and checked again from its own bytes."""
    module = case.module
    if case.lie is not None:
        return Broken(module=module, error=case.lie)
    if case.held is not None:
        remedy = "take the pattern out of lift.toml" if case.held.declared else "run with --send-private"
        reason = f"its name is kept from the log by {case.held}"
        return Unanswered(module=module, reason=reason, remedy=f"{remedy} if its name may be known")
    answer = case.shared.answers.get(module)
    if answer is None:
        reason = "it was not asked for: go.sum has no line of it"
        return Unanswered(module=module, reason=reason, remedy=f"supplymatrix verify {module} asks for it")
    if not isinstance(answer, LogRecord):
        return answer
    try:
        return _chain_of(case, answer)
    except TrustError as err:
        return Broken(module=module, error=err)
    except TransportError as err:
        return Unanswered(module=module, reason=str(err), remedy=err.remedy, outage=err.outage)


def exit_code_of(outcome: Outcome, proofs: Sequence[LineProof], faults: Sequence[SumFault]) -> int:
    """Return what `verify` ends with. proofs: the go.sum lines, held against the record of a chain."""
    if isinstance(outcome, NotLogged | Unanswered | Broken):
        return 4 if isinstance(outcome, Broken) else 3 if isinstance(outcome, Unanswered) else 1
    states = {proof.state for proof in proofs}
    if ProofState.DIFFERS in states:
        return 4
    if faults:
        return 2
    return 1 if ProofState.NO_LINE in states else 0


def history_of(case: ModuleCase) -> Step:
    """Return the step that tells whether the head was held against another one in this run."""
    run, pinned = case.shared.run, case.pinned
    if case.is_committed and case.committed.head is not None:
        return _history_of_proofs(case.committed.head, run, pinned)
    if run is None or pinned is None:
        return history_not_held("no signed head of the log is at hand")
    earlier = _earlier_head(case.shared.choice, run)
    if isinstance(earlier, str):
        return history_not_held(earlier)
    if _is_of_same_tree(earlier, pinned):
        return history_of_same_tree(earlier)
    try:
        hashes = run.session.tree.prove_prefix(earlier.size)
    except KeyError:  # the run ended before it had the tiles
        return history_not_held("the tiles to compare the head trusted before were not had", "run again with a network")
    verify_consistency(hashes, earlier.size, earlier.root, pinned.size, pinned.root)
    return history_of_heads(earlier, hashes)


def named_in(fault: SumFault) -> ModuleVersion | None:
    """Return the module version that a faulty go.sum line names, None = it has no two words; its subject may be the
    raw text."""
    words = fault.subject.replace("@", " ").split()
    if len(words) < 2:
        return None
    return ModuleVersion(path=words[0], version=words[1].removesuffix("/go.mod"))


def _chain_of(case: ModuleCase, answer: LogRecord) -> ProofChain:
    """Return the chain of a proven record. Raises TransportError where it is not at hand, TrustError for a lie."""
    choice, run, proofs = case.shared.choice, case.shared.run, case.committed
    if case.is_committed and proofs.head is not None:
        own = proofs.answers([case.module])[case.module]
        chain = chain_of_nodes(own, proofs.head, proofs.nodes, proofs.name)
    elif run is None or case.module not in run.answers:
        raise TransportError("it was proven by the proof file of another project")
    elif case.pinned is None:
        raise TransportError("no signed tree head of the log is at hand")
    else:
        head, tree = case.pinned, run.session.tree
        earlier = _earlier_head(choice, run)
        past = None
        if isinstance(earlier, Checkpoint) and not _is_of_same_tree(earlier, head):
            past = (earlier.note.raw, earlier.size)
        chain = build_chain(answer, tree, head.note.raw, past)
    verify_chain(chain, [choice.verifier])
    return chain


def _earlier_head(choice: LogChoice, run: LogRun) -> Checkpoint | str:
    """Return the head that this machine trusted before the run, of no empty tree; or why there is none to compare."""
    if run.earlier is None:
        return "no head of an earlier run is at hand: nothing to compare"
    earlier = open_checkpoint(run.earlier, [choice.verifier])
    return earlier if earlier.size else "the head that this machine trusted before is of an empty log"


def _is_of_same_tree(head: Checkpoint, other: Checkpoint) -> bool:
    """Return whether two heads sign one tree; their notes may differ, by a further signature for instance."""
    return (head.size, head.root) == (other.size, other.root)


def _history_of_proofs(head: Checkpoint, run: LogRun | None, pinned: Checkpoint | None) -> Step:
    """Return whether the head of a proof file was held against the one that this machine is shown."""
    reason = run.not_held.get((head.size, head.root), "") if run is not None else ""
    if pinned is not None and not reason:
        return history_of_proofs(head, pinned)
    why = reason or "no other signed head of the log is at hand"
    return history_not_held(f"not held against the head that this machine is shown: {why}", "run again with a network")
