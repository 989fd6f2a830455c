"""What the log says of the modules of a bill of materials: their go.sum lines, proven as in a check, and not judged.

proofs = read_proofs((project,), wanted, source=source, means=means, on_event=on_event)
proofs.of(ModuleVersion(path="example.com/a", version="v1.0.0"))         # its hashes and a LogProof

A log that lied as a whole proves nothing; that is told as an alarm, beside whatever else is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from supplymatrix.engine.events import Message, OnEvent
from supplymatrix.engine.lookups import LogKey, Signer, facts_of_lines
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prepare import Prepared, keep_names, prepare
from supplymatrix.engine.shared_answers import Asker, SharedAnswers, share_answers
from supplymatrix.errors import TrustError
from supplymatrix.model.fact import Gap, LineProof, ProofState, SumKind, SumLine
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.net.evidence import keep_evidence
from supplymatrix.net.settings import read_go_settings
from supplymatrix.sbom.document import LogProof
from supplymatrix.sources.project import Project
from supplymatrix.sumdb.history import History

__all__ = ["ModuleProof", "Proofs", "gaps_of_unlogged", "read_proofs", "together"]

_FEW = 3
"""Gaps for one reason that are told one by one."""
_MOST = 20
"""Modules that the log does not have and that are told one by one; each component says it of itself."""
_NOT_THERE = "check capitals and version; a private module belongs under [sources] private in lift.toml"
_ABSENT = (ProofState.NOT_IN_LOG, ProofState.NO_LINE)
_ALARMS = (ProofState.DIFFERS, ProofState.BAD_PROOF)


@value
class ModuleProof:
    """The hashes of go.sum for a module version, "" without a line, and what the log says of them."""

    h1: str = ""
    h1_go_mod: str = ""
    proof: LogProof = LogProof(state="not-checked", reason="go.sum has no line for it")


@value
class Proofs:
    """modules: module version → what is known. gaps: of those that are not proven. alarms: sentences about lines that
    differ from the log, or a log that lied. notes: on how the log was asked. private: modules whose names are withheld.
    """

    modules: Mapping[ModuleVersion, ModuleProof]
    gaps: tuple[Gap, ...]
    alarms: tuple[str, ...]
    notes: tuple[Note, ...]
    private: frozenset[ModuleVersion] = frozenset()

    def of(self, module: ModuleVersion) -> ModuleProof:
        """Return what is known of a module version."""
        return self.modules.get(module, ModuleProof())


def read_proofs(
    projects: Sequence[Project],
    wanted: AbstractSet[ModuleVersion],
    *,
    source: PolicySource,
    means: Means,
    on_event: OnEvent,
) -> Proofs:
    """Prove the go.sum lines of some modules, as they stand in the files of a project or of a workspace's members.

    Raises InputError and TransportError for a policy or a proof file that cannot be used.
    """
    settings = read_go_settings(means.environ)
    histories: dict[Signer, History] = {}
    prepared = (
        prepare(
            project.root, project, source, means.environ, settings,
            histories=histories, send_private=means.send_private, means=means,
        )
        for project in projects
    )  # fmt: skip
    items = keep_names([_about(item, wanted) for item in prepared])
    lie = None
    answers: Mapping[LogKey, SharedAnswers] = {}
    try:
        answers = share_answers(items, histories, Asker(means=means, settings=settings, on_event=on_event))
    except TrustError as err:
        lie = err
        if not getattr(err, "__notes__", ()):
            err.add_note(keep_evidence(means.environ, means.now, [err]))
    for shared in answers.values():
        for text in shared.messages:
            on_event(Message(text=text))
    modules: dict[ModuleVersion, ModuleProof] = {}
    gaps: list[Gap] = []
    unlogged: dict[ModuleVersion, tuple[str, str]] = {}
    alarms: list[str] = [str(lie)] if lie is not None else []
    notes: list[Note] = []
    for project, item in zip(projects, items, strict=True):
        said = answers.get(item.choice.log_key)
        proofs, open_lines = facts_of_lines(item.asked, said.answers if said is not None else {})
        told = _Told(proofs=proofs, gaps=open_lines, log=item.choice.verifier.name, lie=lie)
        lines = [fact for fact in project.facts if isinstance(fact, SumLine) and fact.subject in wanted]
        for module, hashes in _by_module(lines).items():
            modules.setdefault(module, told.of(module, hashes, item))
        gaps += open_lines
        gaps += item.withheld
        unlogged |= {proof.subject: (_why_absent(proof), _NOT_THERE) for proof in proofs if _is_absent(proof)}
        alarms += _alarms(proofs, item.choice.verifier.name)
        notes += (*item.notes, *(said.notes_for(item) if said is not None else ()))
    return Proofs(
        modules=modules,
        gaps=(*together(gaps), *gaps_of_unlogged(unlogged)),
        alarms=tuple(dict.fromkeys(alarms)),
        notes=tuple(dict.fromkeys(notes)),
        private=frozenset(module for item in items for module in item.private),
    )


def _about(item: Prepared, wanted: AbstractSet[ModuleVersion]) -> Prepared:
    """Return a project of which only the lines of some modules are asked for."""
    names = {str(module) for module in wanted}
    return changed(
        item,
        asked=tuple(line for line in item.asked if line.subject in wanted),
        private={module: held for module, held in item.private.items() if module in wanted},
        withheld=tuple(gap for gap in item.withheld if gap.subject in names),
    )


def _by_module(lines: Sequence[SumLine]) -> dict[ModuleVersion, dict[SumKind, str]]:
    """Return the hashes of each module version; of two the first one, as the go command refuses the second."""
    found: dict[ModuleVersion, dict[SumKind, str]] = {}
    for line in lines:
        found.setdefault(line.subject, {}).setdefault(line.kind, line.hash)
    return found


class _Told:
    """What the log told of some lines."""

    def __init__(self, *, proofs: Sequence[LineProof], gaps: Sequence[Gap], log: str, lie: TrustError | None) -> None:
        self._proofs = {(proof.subject, proof.kind, proof.hash): proof for proof in proofs}
        self._reasons = {(gap.subject, gap.kind): gap.reason for gap in gaps}
        self._log = log
        self._lie = lie

    def of(self, module: ModuleVersion, hashes: Mapping[SumKind, str], item: Prepared) -> ModuleProof:
        """Return the hashes of a module version, and what is known of that of its zip."""
        h1 = hashes.get(SumKind.ZIP, "")
        proof = self._unproven("go.sum has no line for its zip") if not h1 else self._proof(module, h1, item)
        return ModuleProof(h1=h1, h1_go_mod=hashes.get(SumKind.GO_MOD, ""), proof=proof)

    def _proof(self, module: ModuleVersion, h1: str, item: Prepared) -> LogProof:
        held = item.private.get(module)
        if held is not None:
            why = f"its name is withheld from the log by {held.setting}={held.matched_by}"
            return LogProof(state="private", reason=why)
        if self._lie is not None:
            return self._unproven(f"the log has lied: {self._lie}")
        found = self._proofs.get((module, SumKind.ZIP, h1))
        if found is None:
            return self._unproven(self._reasons.get((str(module), SumKind.ZIP)) or "the log was not asked")
        return LogProof(
            state=found.state.value,
            log=self._log,
            record=found.record_id,
            tree_size=found.tree_size,
            reason=found.detail,
        )

    def _unproven(self, reason: str) -> LogProof:
        return LogProof(state="not-checked", log=self._log, reason=reason)


def _alarms(proofs: Sequence[LineProof], log: str) -> list[str]:
    return [
        f"{proof.subject}: the hash of its {proof.kind.value} in go.sum is not proven: {_words(proof, log)}"
        for proof in proofs
        if proof.state in _ALARMS
    ]


def _words(proof: LineProof, log: str) -> str:
    if proof.state is ProofState.DIFFERS:
        return f"{log} has {proof.logged_hash}, go.sum {proof.hash}"
    return f"the proof does not hold: {proof.detail}"


def _is_absent(proof: LineProof) -> bool:
    return proof.kind is SumKind.ZIP and proof.state in _ABSENT


def _why_absent(proof: LineProof) -> str:
    if proof.state is ProofState.NOT_IN_LOG:
        return f"{proof.answered_by} has no record of it" if proof.answered_by else "the log has no record of it"
    return "its record in the log has no hash of its zip"


def gaps_of_unlogged(modules: Mapping[ModuleVersion, tuple[str, str]]) -> Iterator[Gap]:
    """Yield a gap for each module that the log was asked for and cannot prove, with (reason, remedy)."""
    for module in sorted(modules)[:_MOST]:
        reason, remedy = modules[module]
        yield Gap(wanted=f"log record of {module}", reason=reason, remedy=remedy, subject=str(module))
    if len(modules) > _MOST:
        left = f"{len(modules) - _MOST:,} more modules"
        yield Gap(wanted=f"log records of {left}", reason="the log has none of them", remedy=_NOT_THERE)


def together(gaps: Sequence[Gap]) -> Iterator[Gap]:
    """Yield one gap for each module, and one for all modules that have the same reason where they are many."""
    alike: dict[tuple[str, str, bool], dict[str, Gap]] = {}
    for gap in gaps:
        alike.setdefault((gap.reason, gap.remedy, gap.outage), {}).setdefault(gap.subject, gap)
    for (reason, remedy, outage), found in alike.items():
        if len(found) <= _FEW:
            yield from found.values()
        else:
            yield Gap(wanted=f"log records of {len(found):,} modules", reason=reason, remedy=remedy, outage=outage)
