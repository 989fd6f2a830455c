"""Make the proofs that are committed beside go.sum: every module version of it, proven under one signed head.

What `update` keeps: the head of the file that is there, as long as no wanted record is newer; its records; its hashes.
So only what is new is asked for, and the text changes in no other place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from supplymatrix.engine.committed_proofs import NO_PROOFS, CommittedProofs, load_proofs, proof_path
from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.lookups import LogAnswer, LogChoice, Signer, facts_of_lines
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import OWN_POLICY, PolicySource
from supplymatrix.engine.prepare import Prepared, keep_names, prepare
from supplymatrix.engine.shared_answers import Asker, SharedAnswers, share_answers
from supplymatrix.errors import InputError, TransportError, TrustError
from supplymatrix.model.fact import Gap, LineProof, ProofState, SumFault, SumFaultKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.files import read_if_there
from supplymatrix.sources.project import Project
from supplymatrix.sources.subjects import find_subjects, read_subject
from supplymatrix.sumdb.history import History
from supplymatrix.sumdb.proof_file import PROOF_LIMIT, LoggedText, ProofFile, build_proof_file, parse_proof_file
from supplymatrix.sumdb.protocol import run_over
from supplymatrix.sumdb.session import LogRecord

__all__ = ["MadeProofs", "MakeProofsRequest", "make_proofs"]

_LATER = "older-heads-not-compared"  # what later checks go on with
_WRONG = (ProofState.DIFFERS, ProofState.BAD_PROOF)


@value
class MakeProofsRequest:
    """What to prove; the fields are those of `CheckRequest`. update: keep what the files hold that are there."""

    paths: tuple[Path, ...]
    means: Means
    update: bool = False
    recursive: bool = False
    policy: PolicySource = OWN_POLICY


@value
class MadeProofs:
    """The proofs of one subject. path: of the file, None without a go.sum. data: its bytes, None when there are none to
    write.

    records, tree_size: what it proves under which head; added, dropped: records that the file there has not, and has
    too many; is_new: there was none that could be read. wrong: lines that differ from the log, or whose proof fails:
    then nothing is written. absent: lines that the log does not know. gaps: lines that could not be proven, by reason.
    """

    name: str
    path: Path | None
    data: bytes | None
    records: int = 0
    tree_size: int = 0
    added: int = 0
    dropped: int = 0
    is_new: bool = True
    is_unchanged: bool = False
    wrong: tuple[LineProof, ...] = ()
    absent: tuple[LineProof, ...] = ()
    gaps: tuple[Gap, ...] = ()
    private: int = 0

    @property
    def exit_code(self) -> int:
        """4: a line is wrong; 3: a line could not be proven; 1: the log does not know a line; 5: nothing to prove."""
        if self.wrong:
            return 4
        if self.gaps:
            return 3
        if self.absent:
            return 1
        return 0 if self.data is not None else 5


def make_proofs(request: MakeProofsRequest, on_event: OnEvent = ignore_event) -> tuple[MadeProofs, ...]:
    """Return the proofs of every subject that the paths name; nothing is written here.

    Raises InputError for what cannot be read (with `update`, a proof file too), TrustError for a log that lied and for
    a proof file that is there and proves nothing.
    """
    settings = read_go_settings(request.means.environ)
    histories: dict[Signer, History] = {}
    reader = _Reader(update=request.update, on_event=on_event)
    try:
        subjects = [
            prepare(
                subject.path,
                read_subject(subject),
                request.policy,
                request.means.environ,
                settings,
                histories=histories,
                send_private=request.means.send_private,
                means=request.means,
                read_proofs=reader,
            )
            for subject in find_subjects(request.paths, recursive=request.recursive).subjects
        ]
        subjects = keep_names(subjects)
        if not request.update:
            subjects = [_asks_anew(item) for item in subjects]
        answers = share_answers(subjects, histories, Asker(means=request.means, settings=settings, on_event=on_event))
    except TrustError as err:
        if not getattr(err, "__notes__", ()):
            err.add_note(keep_evidence(request.means.environ, request.means.now, [err]))
        raise
    for shared in answers.values():
        told = [note.message for note in shared.notes if note.code != _LATER]
        for text in (*shared.messages, *told):
            on_event(Message(text=text))
    made = []
    for item in subjects:
        shared = answers[item.choice.log_key]
        for note in shared.notes_for(item)[len(shared.notes) :]:
            on_event(Message(text=note.message))
        made.append(_make(request, item, shared, reader.there.get(item.project.go_sum)))
    return tuple(made)


class _Reader:
    """Reads the proof file that is there, once: all of it counts for an update, only its head for a new one.

    One that is well-formed and proves nothing is never written over: somebody has forged it, or a merge went wrong.
    """

    def __init__(self, *, update: bool, on_event: OnEvent) -> None:
        self._update = update
        self._on_event = on_event
        self.there: dict[str, ProofFile] = {}

    def __call__(self, project: Project, choice: LogChoice, history: History) -> CommittedProofs:
        found, proof = load_proofs(project, choice)
        if found.error is not None:
            raise TrustError(
                f"{found.error}; it is not written over: find out who changed it, remove it, and prove again",
                evidence=found.error.evidence,
            )
        if found.malformed is not None:
            if self._update:
                raise InputError(found.malformed)
            self._on_event(Message(text=f"{found.malformed}: it is written anew"))
            return NO_PROOFS
        if proof is None:
            return found
        history.add(proof)
        self.there[project.go_sum] = proof
        return found


def _asks_anew(item: Prepared) -> Prepared:
    """Return a subject whose modules are all asked for again, but for those whose names must not be sent."""
    kept = {module: record for module, record in item.committed.records.items() if module in item.proven_unsent}
    return changed(item, committed=changed(item.committed, records=kept))


def _make(request: MakeProofsRequest, item: Prepared, shared: SharedAnswers, there: ProofFile | None) -> MadeProofs:
    lines, gaps = facts_of_lines(item.asked, shared.answers)
    made = MadeProofs(
        name=item.project.name,
        path=proof_path(item.project),
        data=None,
        wrong=tuple(line for line in lines if line.state in _WRONG),
        absent=tuple(line for line in lines if line.state in (ProofState.NOT_IN_LOG, ProofState.NO_LINE)),
        gaps=(*item.withheld, *gaps, *_faulty_lines(item)),
        private=sum(module.declared for module in item.private.values()),
    )
    records = _records(item.modules, shared.answers)
    if made.path is None or made.wrong or not records:
        return made
    if there is not None and _is_unheld(there, shared) and not request.update:
        return changed(made, gaps=(*made.gaps, _not_compared(made.path)))
    data, size = _build(request, records, there, shared)
    if data is None:
        return changed(made, gaps=(*made.gaps, _no_head()))
    old = {record.number for record in there.records} if there else set()
    new = {record.number for record in records}
    return changed(
        made,
        data=data,
        records=len(new),
        tree_size=size,
        added=len(new - old),
        dropped=len(old - new),
        is_new=there is None,
        is_unchanged=there is not None and data == read_if_there(made.path, PROOF_LIMIT, "proof file"),
    )


def _is_unheld(there: ProofFile, shared: SharedAnswers) -> bool:
    """Return whether the log had a head, and the one in the file could not be held against it."""
    run = shared.run
    return run is not None and run.view is not None and (there.head.size, there.head.root) in run.not_held


def _not_compared(path: Path) -> Gap:
    return Gap(
        wanted=f"that the head in {path.name} and the log's own belong to one history",
        reason="they could not be held against each other, and a new head would put the old one out of sight",
        remedy="run again, or with --update; remove the file if its head does not matter",
    )


def _faulty_lines(item: Prepared) -> list[Gap]:
    """Return a gap for each line that is none: nothing proves it."""
    return [
        Gap(wanted="a go.sum line", reason=fact.message, remedy="supplymatrix check tells more", subject=fact.subject)
        for fact in item.project.facts
        if isinstance(fact, SumFault) and fact.kind is not SumFaultKind.EMPTY_GO_MOD
    ]


def _records(modules: Sequence[ModuleVersion], answers: Mapping[ModuleVersion, LogAnswer]) -> list[LoggedText]:
    """Return the proven records of module versions, each once."""
    found = (answers.get(module) for module in modules)
    texts = {answer.number: answer.text for answer in found if isinstance(answer, LogRecord)}
    return [LoggedText(number=number, text=text) for number, text in sorted(texts.items())]


def _build(
    request: MakeProofsRequest, records: Sequence[LoggedText], there: ProofFile | None, shared: SharedAnswers
) -> tuple[bytes | None, int]:
    """Return the bytes of the proofs and the size of the tree; None without a head to prove them under."""
    session = shared.run.session if shared.run is not None else None
    pinned = session.pinned if session is not None else None
    keeps = request.update and there is not None and records[-1].number < there.head.size
    if there is not None and keeps and not (request.means.refresh and pinned is not None):
        head, seen_on = there.head, there.seen_on
    elif pinned is not None:
        is_known = there is not None and pinned.note.raw == there.head.note.raw
        head, seen_on = pinned, there.seen_on if there is not None and is_known else _day(shared)
    else:
        return None, 0
    tree = session.tree if session is not None and pinned is not None else None
    known = there.nodes if there is not None else {}
    try:
        data = run_over(build_proof_file(head, records, tree=tree, known=known, seen_on=seen_on), {})
        parse_proof_file(data, [shared.choice.verifier])  # what is handed out has been read back
    except (TransportError, TrustError, InputError):
        return None, 0
    return data, head.size


def _day(shared: SharedAnswers) -> date | None:
    view = shared.run.view if shared.run is not None else None
    return view.seen_at.date() if view is not None and view.seen_at is not None else None


def _no_head() -> Gap:
    return Gap(
        wanted="the hashes beside the records, under a signed head",
        reason="they are neither in the file that is there nor in this machine's cache",
        remedy="run once with a network, or without --update",
    )
