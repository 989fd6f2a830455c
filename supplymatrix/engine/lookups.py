"""Ask the log for many module versions, and turn its answers into facts and gaps about go.sum lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from supplymatrix.checks.result import gap_of
from supplymatrix.errors import InputError, TransportError, TrustError
from supplymatrix.model.audit import LogView
from supplymatrix.model.fact import Gap, LineProof, ProofState, SumKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.sumdb.history import SeenHead
from supplymatrix.sumdb.note import Verifier
from supplymatrix.sumdb.protocol import Asking
from supplymatrix.sumdb.session import LogRecord, LogSession, NotLogged, Unanswered

__all__ = [
    "Broken", "LogAnswer", "LogChoice", "LogKey", "LogRun", "Signer", "facts_of_lines", "hold", "modules_of",
    "none_held", "not_held", "notes_about_older_heads", "settle", "unanswered",
]  # fmt: skip


@value
class Broken:
    """A well-formed answer that does not fit the log: the alarm of this module version."""

    module: ModuleVersion
    error: TrustError


LogAnswer = LogRecord | NotLogged | Unanswered | Broken


LogKey = tuple[str, str]
"""Verifier key and address: which log is meant, and where."""
Signer = tuple[str, int]
"""Name and hash of a verifier key: who signs, wherever he is asked. All he has signed must be of one history."""


@value
class LogChoice:
    """Which log is asked. url: "" = found as the go command finds it. by_policy: lift.toml names it."""

    verifier: Verifier
    url: str = ""
    by_policy: bool = False

    @property
    def log_key(self) -> LogKey:
        """What two choices have in common when they mean one log at one address."""
        return self.verifier.text, self.url

    @property
    def signer(self) -> Signer:
        """Whose signed heads belong to one history."""
        return self.verifier.name, self.verifier.key_hash


@dataclass(slots=True, kw_only=True)
class LogRun:
    """What came of asking the log. view: None when no signed head could be had. session: for proof chains.

    earlier: the signed head that this machine trusted before the run, None = none, or it was not asked for.
    not_held: why heads of committed proofs could not be held against the pinned one, by size and root; those that were
    are not in it.
    """

    answers: Mapping[ModuleVersion, LogAnswer]
    session: LogSession
    view: LogView | None = None
    earlier: bytes | None = None
    not_held: Mapping[tuple[int, bytes], str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def settle(session: LogSession, module: ModuleVersion) -> Asking[LogAnswer]:
    """Look a module version up; a broken proof of this one module is a value, a broken log is raised."""
    try:
        answer = yield from session.lookup(module)
    except TrustError as err:
        if err.whole_log:
            raise
        return Broken(module=module, error=err)
    except InputError as err:
        return Unanswered(module=module, reason=str(err), remedy="mend the module path or version")
    if isinstance(answer, LogRecord) and not answer.hashes:
        # CVE-2026-42501: authentic, in the log, and not about what was asked.
        text = f"{answer.source} answered with record {answer.number:,}, which is of another module"
        return Broken(module=module, error=TrustError(text, evidence={"record": answer.text}))
    return answer


def hold(session: LogSession, seen: SeenHead) -> Asking[str]:
    """Hold a head from elsewhere against the pinned one; return why that could not be done, "" when it was."""
    try:
        yield from session.hold(seen.head.note.raw, seen.nodes)
    except TransportError as err:
        return str(err)
    return ""


def not_held(heads: Sequence[SeenHead], reasons: Sequence[str]) -> dict[tuple[int, bytes], str]:
    """Return size and root of the heads that were not held against the pinned one. reasons: as `hold` returns them."""
    return {(seen.head.size, seen.head.root): reason for seen, reason in zip(heads, reasons, strict=True) if reason}


def none_held(heads: Sequence[SeenHead], reason: str) -> dict[tuple[int, bytes], str]:
    """Return that no head was held against anything, and why."""
    return not_held(heads, [reason] * len(heads))


def unanswered(
    modules: Iterable[ModuleVersion], reason: str, remedy: str, *, outage: bool = False
) -> dict[ModuleVersion, LogAnswer]:
    """Return the same missing answer for every module version."""
    return {module: Unanswered(module=module, reason=reason, remedy=remedy, outage=outage) for module in modules}


def modules_of(lines: Iterable[SumLine]) -> tuple[ModuleVersion, ...]:
    """Return the module versions of go.sum lines, each once, in the order of the lines."""
    return tuple(dict.fromkeys(line.subject for line in lines))


def notes_about_older_heads(session: LogSession) -> list[Note]:
    """Return what to tell of signed heads that came with look-ups and were not held against the pinned one.

    Their tiles were not at hand, or too many to ask for in one run.
    """
    if not session.uncompared_heads:
        return []
    text = (
        f"{session.uncompared_heads} of {session.heads_seen} signed heads that came with look-ups are older than the "
        "pinned head and not yet compared with it: harmless, nothing told here rests on them, and later runs that may "
        "use the network compare them"
    )
    return [Note(code="older-heads-not-compared", message=text)]


def facts_of_lines(
    lines: Sequence[SumLine], answers: Mapping[ModuleVersion, LogAnswer]
) -> tuple[list[LineProof], list[Gap]]:
    """Hold each go.sum line against the log's answer for its module version: a proof, or a gap, for every line."""
    proofs: list[LineProof] = []
    gaps: list[Gap] = []
    for line in lines:
        answer = answers.get(line.subject)
        if answer is None or isinstance(answer, Unanswered):
            gaps.append(
                gap_of(line) if answer is None else gap_of(line, answer.reason, answer.remedy, outage=answer.outage)
            )
        else:
            proofs.append(_proof(line, answer))
    return proofs, gaps


def _proof(line: SumLine, answer: LogRecord | NotLogged | Broken) -> LineProof:
    state, logged, number, size, source, detail = ProofState.BAD_PROOF, "", -1, 0, "", ""
    if isinstance(answer, LogRecord):
        key = line.subject.version + ("/go.mod" if line.kind is SumKind.GO_MOD else "")
        logged = answer.hashes.get(key, "")
        number, size, source = answer.number, answer.tree_size, answer.source
        state = ProofState.PROVEN if logged == line.hash else ProofState.DIFFERS
        if not logged:
            state = ProofState.NO_LINE
    elif isinstance(answer, NotLogged):
        state, source = ProofState.NOT_IN_LOG, f"{answer.source} (HTTP {answer.status})"
    else:
        detail = str(answer.error)
    return LineProof(
        subject=line.subject,
        kind=line.kind,
        hash=line.hash,
        state=state,
        logged_hash=logged,
        record_id=number,
        tree_size=size,
        answered_by=source,
        location=line.location,
        detail=detail,
    )
