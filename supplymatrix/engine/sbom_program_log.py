"""What the log says of the modules in compiled programs: each h1 that a program records, held against the proven one.

asked = ask_log(parts, policy, means, on_event)
asked.proofs.of(module)                    # h1 as recorded, and a LogProof
asked.words[module].h1_go_mod              # what the log has of its go.mod

The h1 in a program is what its build took from go.sum: it says which zip was meant, and not what was compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.events import OnEvent
from supplymatrix.engine.log_words import ask_log_about, bare_project
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.sbom_program_parts import Part
from supplymatrix.engine.sbom_proofs import ModuleProof, Proofs, gaps_of_unlogged, together
from supplymatrix.errors import TrustError
from supplymatrix.model.fact import Gap, ProofState
from supplymatrix.model.log_word import LogWord, LogWordKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.sbom.document import LogProof

__all__ = ["LOCAL", "AskedLog", "ask_log"]

LOCAL = LogProof(state="local", reason="it was built from a folder, which no log knows")
_NO_SUM = "the program records no hash of its zip"
_UNASKED = LogWord(kind=LogWordKind.UNANSWERED, reason="the log was not asked")
_ABSENT = (LogWordKind.NOT_LOGGED, LogWordKind.IMPOSSIBLE)


@value
class AskedLog:
    """words: what the log says of each module that has a version. proofs: the same, of the hashes in the programs."""

    words: Mapping[ModuleVersion, LogWord]
    proofs: Proofs


def ask_log(parts: Sequence[Part], policy: PolicySource, means: Means, on_event: OnEvent) -> AskedLog:
    """Ask the log for every module that has a version, but main modules of which no program has a hash: their version
    may be nobody's but the builder's. The policy of the current folder counts, where there is one.

    Raises InputError and TransportError for a policy that cannot be used.
    """
    wanted = sorted({part.module for part in parts if part.module.version and (not part.is_main or any(part.sums))})
    alarms: list[str] = []
    notes: list[Note] = []
    words: Mapping[ModuleVersion, LogWord] = {}
    log = ""
    try:
        said = ask_log_about(wanted, bare_project(Path()), policy, means, on_event) if wanted else None
        if said is not None:
            words, log = said.by_module, said.log
            notes = [Note(code="log", message=text) for text in said.notes]
    except TrustError as err:
        if not getattr(err, "__notes__", ()):
            err.add_note(keep_evidence(means.environ, means.now, [err]))
        alarms.append(str(err))
        lie = LogWord(kind=LogWordKind.UNANSWERED, reason=f"the log has lied: {err}")
        words = dict.fromkeys(wanted, lie)
    modules: dict[ModuleVersion, ModuleProof] = {}
    for part in parts:
        if part.module in wanted:
            word = words.get(part.module, _UNASKED)
            modules[part.module] = _joined(modules.get(part.module), _proof(part, word, log))
            alarms += _alarms(part, word, log)
    return AskedLog(
        words=MappingProxyType(dict(words)),
        proofs=Proofs(
            modules=MappingProxyType(modules),
            gaps=tuple(_gaps(wanted, words, modules)),
            alarms=tuple(dict.fromkeys(alarms)),
            notes=tuple(notes),
            private=frozenset(module for module, word in words.items() if word.kind is LogWordKind.PRIVATE),
        ),
    )


def _proof(part: Part, word: LogWord, log: str) -> ModuleProof:
    """Return the hash that programs record of a module, and what the log says of it: of several the log's own, and that
    one differs."""
    sums = [text for text in part.sums if text]
    h1 = word.h1 if word.h1 in sums else next(iter(sums), "")
    return ModuleProof(h1=h1, proof=_log_proof(sums, word, log))


def _log_proof(sums: Sequence[str], word: LogWord, log: str) -> LogProof:
    if word.kind is LogWordKind.PRIVATE:
        return LogProof(state="private", reason=word.reason)
    if word.kind in _ABSENT:
        return LogProof(state=ProofState.NOT_IN_LOG.value, log=log, reason=word.reason)
    if word.kind is LogWordKind.BROKEN:
        return LogProof(state=ProofState.BAD_PROOF.value, log=log, reason=word.reason)
    if word.kind is not LogWordKind.PROVEN:
        return LogProof(state="not-checked", log=log, reason=word.reason)
    if not sums:
        return LogProof(state="not-checked", log=log, reason=f"{_NO_SUM}; the log has {word.h1 or 'none'}")
    if not word.h1:
        state, reason = ProofState.NO_LINE, word.reason
    else:
        others = [text for text in sums if text != word.h1]
        state = ProofState.DIFFERS if others else ProofState.PROVEN
        reason = f"the log has {word.h1}, and programs {', '.join(others)}" if others else ""
    return LogProof(state=state.value, log=log, record=word.record, tree_size=word.tree_size, reason=reason)


def _is_lacking(word: LogWord) -> bool:
    """Tell whether the log has answered, and has no hash of the module's zip."""
    return word.kind in _ABSENT or (word.kind is LogWordKind.PROVEN and not word.h1)


def _joined(known: ModuleProof | None, found: ModuleProof) -> ModuleProof:
    """Return what counts of one module that stands for several: what differs before what does not."""
    if known is None:
        return found
    bad = (ProofState.DIFFERS.value, ProofState.BAD_PROOF.value)
    if known.proof.state in bad or (known.h1 and found.proof.state not in bad):
        return known
    return found


def _alarms(part: Part, word: LogWord, log: str) -> Iterator[str]:
    sums = {text: names for text, names in part.sums.items() if text}
    if word.kind is LogWordKind.BROKEN and sums:
        yield f"{part.module}: the hash of its zip in a program is not proven: the proof does not hold: {word.reason}"
    if word.kind is LogWordKind.PROVEN and word.h1:
        for text, names in sums.items():
            if text != word.h1:
                yield f"{part.module}: {log} has {word.h1}, and {', '.join(names)} was built with {text}"
    elif len(sums) > 1:
        told = " and ".join(f"{text} ({', '.join(names)})" for text, names in sums.items())
        yield f"{part.module}: programs were built with different files under this version: {told}"


def _gaps(
    wanted: Sequence[ModuleVersion], words: Mapping[ModuleVersion, LogWord], proofs: Mapping[ModuleVersion, ModuleProof]
) -> Iterator[Gap]:
    open_words = []
    for module in wanted:
        word = words.get(module, _UNASKED)
        is_open = word.kind is LogWordKind.UNANSWERED or (word.kind is LogWordKind.PRIVATE and not word.is_declared)
        if is_open:
            open_words.append(
                Gap(wanted=f"log record of {module}", reason=word.reason, remedy=word.remedy, subject=str(module))
            )
    yield from together(open_words)
    lacking = {module: words[module] for module in wanted if module in words and _is_lacking(words[module])}
    yield from gaps_of_unlogged({module: (word.reason, word.remedy) for module, word in lacking.items()})
    without = [module for module in wanted if not proofs[module].h1]
    for module in without:
        remedy = "build it without vendor/ and without a replace, or hold the project's go.sum against the log"
        yield Gap(wanted=f"hash of {module}", reason=_NO_SUM, remedy=remedy, subject=str(module))
