"""The whole proof chain of one module version, and what a project's go.sum has to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from supplymatrix.engine.events import Message, OnEvent, ignore_event
from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import Broken, LogAnswer, LogChoice, LogRun, facts_of_lines
from supplymatrix.errors import Diagnostic, InputError, TransportError
from supplymatrix.model.fact import LineProof, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.net.folders import state_folder
from supplymatrix.net.head_file import HeadFile
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sources.project import read_project
from supplymatrix.sumdb.chain import ProofChain, build_chain, verify_chain
from supplymatrix.sumdb.checkpoint import open_checkpoint
from supplymatrix.sumdb.session import LogRecord, NotLogged

__all__ = ["ModuleProof", "ProveRequest", "prove_module"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveRequest:
    """Which module version to prove, and how the log may be asked; the other fields are those of `CheckRequest`.

    project: a folder, go.mod or go.sum whose lines are compared; None = none.
    """

    module: ModuleVersion
    choice: LogChoice
    environ: Mapping[str, str]
    now: datetime
    project: Path | None = None
    offline: bool = False
    replay: Path | None = None
    cache_dir: Path | None = None
    send_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleProof:
    """The chain, checked again from its own bytes, and the judged go.sum lines of this module version."""

    chain: ProofChain
    lines: tuple[LineProof, ...]
    go_sum: str
    route: str


def prove_module(request: ProveRequest, on_event: OnEvent = ignore_event) -> ModuleProof | NotLogged:
    """Return the proof of a module version, or that the log does not have it.

    Raises TransportError when the log could not be asked, TrustError when a proof fails, InputError for a private name.
    """
    settings = read_go_settings(request.environ)
    withheld = "" if request.send_private else settings.withheld_by(request.module.path)
    if withheld:
        raise InputError(
            Diagnostic(
                message=f"the name of {request.module} is withheld from the log by {withheld}",
                remedy="run with --send-private if its name may be known",
            )
        )
    lines = _lines_of(request)
    access = LogAccess(
        choice=request.choice,
        settings=settings,
        environ=request.environ,
        now=request.now,
        offline=request.offline,
        replay=request.replay,
        cache_dir=request.cache_dir,
        refresh=True,
        on_event=on_event,
    )
    earlier = _earlier_head(request)
    run = ask_log(access, [request.module])
    for text in run.messages:
        on_event(Message(text=text))
    answer: LogAnswer = run.answers[request.module]
    if isinstance(answer, NotLogged):
        return answer
    if isinstance(answer, Broken):
        raise answer.error
    if not isinstance(answer, LogRecord):
        raise TransportError(answer.reason, remedy=answer.remedy)
    chain = _chain(request, run, answer, earlier)
    proofs, _ = facts_of_lines(lines, run.answers)
    return ModuleProof(
        chain=chain,
        lines=tuple(proofs),
        go_sum=str(request.project) if request.project else "",
        route=run.view.route if run.view else "",
    )


def _chain(request: ProveRequest, run: LogRun, record: LogRecord, earlier: bytes | None) -> ProofChain:
    verifiers = [request.choice.verifier]
    head = run.session.pinned
    if head is None:
        raise TransportError("no signed tree head of the log is at hand")
    past = (earlier, open_checkpoint(earlier, verifiers).size) if earlier is not None else None
    chain = build_chain(record, run.session.tree, head.note.raw, past)
    verify_chain(chain, verifiers)
    return chain


def _earlier_head(request: ProveRequest) -> bytes | None:
    """Return the head that this machine trusted before the run; a replay has none of its own."""
    if request.replay is not None:
        return None
    verifier = request.choice.verifier
    saved = HeadFile(state_folder(request.environ), verifier.name, verifier.key_hash).read()
    return saved.note if saved else None


def _lines_of(request: ProveRequest) -> list[SumLine]:
    if request.project is None:
        return []
    facts = read_project(request.project).facts
    return [fact for fact in facts if isinstance(fact, SumLine) and fact.subject == request.module]
