"""Which modules of a project are others than at an earlier revision, and what is known of each that is there now.

changes = compare_builds(before.facts, audit, times)

A module is what go.mod requires, after exclude and replace. Before go 1.17 a go.mod does not name all that give
packages: there, and where there is no go.mod, those that go.sum alone has a zip line of come on top, at their highest
version. The same version under another hash is a change too, and the gravest: nobody
publishes a version twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from supplymatrix.model import semver
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import (
    Fact,
    Gap,
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofState,
    ReplacedModule,
    RequiredModule,
    SumKind,
    SumLine,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged

__all__ = [
    "Built", "ChangeKind", "ChangeReport", "LicenceChange", "ModuleChange", "Proof", "ProofWord", "ReleasedAt",
    "build_of", "compare_builds",
]  # fmt: skip


class ChangeKind(StrEnum):
    """What happened to a module between the two states."""

    REHASHED = "rehashed"
    REPLACED = "replaced"
    DOWNGRADED = "downgraded"
    ADDED = "added"
    UPGRADED = "upgraded"
    REMOVED = "removed"


class ProofWord(StrEnum):
    """What the log says of a module's go.sum lines, the gravest of them.

    GO_MOD_ONLY: that line is proven, and there is none for its files. That may be all that a build needs of it.
    """

    DIFFERS = "differs"
    NOT_IN_LOG = "not in the log"
    UNKNOWN = "unknown"
    NO_LINE = "no go.sum line"
    GO_MOD_ONLY = "only its go.mod"
    FOLDER = "folder"
    PRIVATE = "private"
    PROVEN = "proven"
    GONE = "gone"


@value
class Built:
    """What a build takes for one module path. version: "" = a folder is taken. effective: what is fetched, None = a
    folder, which is `directory`. in_go_mod: else go.sum alone names it."""

    path: str
    version: str
    effective: ModuleVersion | None
    directory: str = ""
    indirect: bool = False
    in_go_mod: bool = True


@value
class Proof:
    """record: number of the log's record, -1 = none. detail: of UNKNOWN, PRIVATE and DIFFERS, why."""

    word: ProofWord
    record: int = -1
    detail: str = ""


@value
class ReleasedAt:
    """When a version was committed, UTC, as `source` says: whoever made the commit has chosen it."""

    time: datetime
    source: str


@value
class LicenceChange:
    """Under which licence a module was and is: SPDX expressions, "" = not known, None = it was not there, or is gone.
    reason: why it is not known, or not known as a whole, now."""

    before: str | None
    after: str | None
    reason: str = ""


@value
class ModuleChange:
    """One module that is another one now. before, after: None = it was not there, or is gone. results: what the policy
    makes of it now, gravest first. licence: None = nobody has looked."""

    path: str
    kind: ChangeKind
    before: Built | None
    after: Built | None
    proof: Proof
    released: ReleasedAt | None
    results: tuple[Judged, ...]
    licence: LicenceChange | None = None


@value
class ChangeReport:
    """The changes of one project, gravest first. path: as one would type it. base: the revision, as it was named.

    go_before, go_after: the go lines, "" = none. lines_added, lines_removed: go.sum lines. unchanged: modules that are
    as they were. judged_at: UTC. notes: what a reader should know.
    """

    name: str
    path: str
    base: str
    changes: tuple[ModuleChange, ...]
    unchanged: int
    lines_added: int
    lines_removed: int
    go_before: str
    go_after: str
    judged_at: datetime
    notes: tuple[str, ...] = ()


def build_of(facts: Iterable[Fact]) -> dict[str, Built]:
    """Return what facts say that a build takes, by module path."""
    facts = tuple(facts)
    folders = {fact.subject: fact.directory for fact in facts if isinstance(fact, ReplacedModule) and fact.directory}
    found: dict[str, Built] = {}
    for fact in facts:
        if isinstance(fact, RequiredModule):
            anywhere = ModuleVersion(path=fact.subject.path, version="")
            found[fact.subject.path] = Built(
                path=fact.subject.path,
                version=fact.subject.version,
                effective=fact.effective,
                directory=folders.get(fact.subject) or folders.get(anywhere, "") if fact.effective is None else "",
                indirect=fact.indirect,
            )
    if not any(isinstance(fact, ProjectFact) and fact.prunes_graph for fact in facts):
        found |= _of_go_sum(facts, found)
    return found


def _of_go_sum(facts: Sequence[Fact], found: Mapping[str, Built]) -> dict[str, Built]:
    """Return the modules that go.sum alone names, by path. found: those of go.mod."""
    fetched = {built.effective.path for built in found.values() if built.effective is not None}
    highest: dict[str, ModuleVersion] = {}
    for fact in facts:
        if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP and fact.subject.path not in {*found, *fetched}:
            known = highest.get(fact.subject.path)
            if known is None or semver.sort_key(known.version) < semver.sort_key(fact.subject.version):
                highest[fact.subject.path] = fact.subject
    return {
        path: Built(path=path, version=module.version, effective=module, indirect=True, in_go_mod=False)
        for path, module in highest.items()
    }


def compare_builds(
    before: Sequence[Fact],
    after: Sequence[Fact],
    audit: Audit,
    times: Mapping[ModuleVersion, ReleasedAt],
    *,
    base: str,
    notes: tuple[str, ...] = (),
) -> ChangeReport:
    """Return what changed. before, after: the project's own facts of both states. audit: of the state now.

    times: when versions came out, where anybody knows.
    """
    old, new = build_of(before), build_of(after)
    old_lines, new_lines = _lines(before), _lines(after)
    known = _Known(audit, times)
    changes = []
    for path in sorted({*old, *new}):
        kind = _kind(old.get(path), new.get(path), old_lines, new_lines)
        if kind is not None:
            changes.append(known.change(path, kind, old.get(path), new.get(path)))
    changes.sort(key=_gravest_first)
    return ChangeReport(
        name=audit.subject,
        path=audit.root or ".",
        base=base,
        changes=tuple(changes),
        unchanged=len(new) - sum(change.after is not None for change in changes),
        lines_added=len(new_lines - old_lines),
        lines_removed=len(old_lines - new_lines),
        go_before=_go_line(before),
        go_after=_go_line(after),
        judged_at=audit.verdict.now,
        notes=notes,
    )


_Line = tuple[ModuleVersion, SumKind, str]


def _lines(facts: Iterable[Fact]) -> frozenset[_Line]:
    return frozenset((fact.subject, fact.kind, fact.hash) for fact in facts if isinstance(fact, SumLine))


def _go_line(facts: Iterable[Fact]) -> str:
    return next((fact.go_version for fact in facts if isinstance(fact, ProjectFact)), "")


def _kind(
    old: Built | None, new: Built | None, old_lines: frozenset[_Line], new_lines: frozenset[_Line]
) -> ChangeKind | None:
    """Return what happened to one module, None when nothing did."""
    if old is None:
        return ChangeKind.ADDED
    if new is None:
        return ChangeKind.REMOVED
    if _is_rehashed(new.effective, old_lines, new_lines):
        return ChangeKind.REHASHED
    if _what(old) != _what(new):
        return ChangeKind.REPLACED
    one, other = _version(old), _version(new)
    if one == other:
        return None
    is_up = semver.compare(other, one) > 0
    return ChangeKind.UPGRADED if is_up else ChangeKind.DOWNGRADED


def _is_rehashed(module: ModuleVersion | None, old: frozenset[_Line], new: frozenset[_Line]) -> bool:
    """Return whether a line of a module that both states have has another hash now."""
    if module is None:
        return False
    hashes = [
        {kind: {hash_ for subject, k, hash_ in lines if subject == module and k is kind} for kind in SumKind}
        for lines in (old, new)
    ]
    return any(hashes[0][kind] and hashes[1][kind] - hashes[0][kind] for kind in SumKind)


def _what(built: Built) -> tuple[str, str]:
    """Return whose files are taken: another module's path, or a folder."""
    return ("", built.directory) if built.effective is None else (built.effective.path, "")


def _version(built: Built) -> str:
    return built.version if built.effective is None else built.effective.version


class _Known:
    """What is known of the modules of today, by module."""

    def __init__(self, audit: Audit, times: Mapping[ModuleVersion, ReleasedAt]) -> None:
        self._times = times
        self._proofs: dict[ModuleVersion, list[LineProof]] = {}
        for proof in audit.facts.of(LineProof):
            self._proofs.setdefault(proof.subject, []).append(proof)
        self._private = {fact.subject: fact for fact in audit.facts.of(PrivateModule)}
        self._lines = Counter(line.subject for line in audit.facts.of(SumLine))
        self._gaps: dict[str, Gap] = {}
        for gap in audit.facts.gaps:
            self._gaps.setdefault(gap.subject, gap)
        self._results: dict[str, list[Judged]] = {}
        for judged in audit.verdict.judged:
            path = judged.finding.module if judged.finding is not None else judged.subject.partition("@")[0]
            self._results.setdefault(path, []).append(judged)

    def change(self, path: str, kind: ChangeKind, before: Built | None, after: Built | None) -> ModuleChange:
        module = after.effective if after is not None else None
        paths = dict.fromkeys([path, *([module.path] if module is not None else [])])
        results = () if after is None else tuple(judged for name in paths for judged in self._results.get(name, ()))
        return ModuleChange(
            path=path,
            kind=kind,
            before=before,
            after=after,
            proof=self._proof(after),
            released=self._times.get(module) if module is not None else None,
            results=results,
        )

    def _proof(self, built: Built | None) -> Proof:
        if built is None:
            return Proof(word=ProofWord.GONE)
        module = built.effective
        if module is None:
            return Proof(word=ProofWord.FOLDER, detail=built.directory)
        proofs = self._proofs.get(module, [])
        bad = [proof for proof in proofs if proof.state in (ProofState.DIFFERS, ProofState.BAD_PROOF)]
        if bad:
            return Proof(word=ProofWord.DIFFERS, record=bad[0].record_id, detail=bad[0].detail)
        missing = [proof for proof in proofs if proof.state in (ProofState.NOT_IN_LOG, ProofState.NO_LINE)]
        if missing:
            return Proof(word=ProofWord.NOT_IN_LOG, detail=missing[0].answered_by)
        if proofs and len(proofs) == self._lines[module]:
            has_files = any(proof.kind is SumKind.ZIP for proof in proofs)
            word = ProofWord.PROVEN if has_files else ProofWord.GO_MOD_ONLY
            return Proof(word=word, record=proofs[0].record_id)
        if module in self._private:
            held = self._private[module]
            return Proof(word=ProofWord.PRIVATE, detail=f"{held.setting} {held.matched_by}")
        if not self._lines[module]:
            return Proof(word=ProofWord.NO_LINE)
        gap = self._gaps.get(str(module))
        return Proof(word=ProofWord.UNKNOWN, detail=gap.reason if gap is not None else "")


_WORDS = tuple(ProofWord)
_KINDS = tuple(ChangeKind)


def _gravest_first(change: ModuleChange) -> tuple[int, int, int, str]:
    return _WORDS.index(change.proof.word), -len(change.results), _KINDS.index(change.kind), change.path
