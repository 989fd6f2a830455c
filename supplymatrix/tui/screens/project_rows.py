"""The rows of the project screen: what `check` found, by module version, in groups by what go.mod says of them.

A row has the state of the worst of its go.sum lines: a line without an answer is "unchecked", never a pass, and a
faulty line that names it fails it, by the rule by which its chain fails. The project itself is a row, too: what is
wrong with no module version is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from supplymatrix.engine.module_case import named_in
from supplymatrix.model import semver
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import (
    LineProof,
    PrivateModule,
    ProjectFact,
    ProofState,
    RequiredModule,
    SumFault,
    SumFaultKind,
    SumKind,
    SumLine,
)
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.tally import MEANING
from supplymatrix.reports.text_head import score_part
from supplymatrix.tui.screens.project_disk import NO_DISK, UNSEEN, DiskView, Sign

if TYPE_CHECKING:
    from supplymatrix.engine.disk_look import DiskFound, ModuleCopies
    from supplymatrix.engine.project_run import ProjectRun

__all__ = [
    "FAILED", "GRAVE", "LOCAL", "NO_LINE", "PRIVATE", "PROJECT", "PROVEN", "UNCHECKED", "Group", "ModuleRow",
    "ProjectView", "RowState",
]  # fmt: skip

PROJECT = "the project"
"""The id of the row of the project itself."""

RowState = str
FAILED, UNCHECKED, PRIVATE, PROVEN, NO_LINE = "failed", "unchecked", "private", "proven", "no line"
LOCAL = "local"
GRAVE = (Level.ALARM, Level.ERROR)
_DIRECT, _INDIRECT, _APART, _REST = "direct", "indirect", "apart", "rest"
_GROUPS: Mapping[str, tuple[str, str]] = {
    _DIRECT: ("required directly", "go.mod requires them, and not for the sake of others alone."),
    _INDIRECT: ("required indirectly", "go.mod marks them // indirect: it is other modules that need them."),
    _APART: (
        "replaced or private",
        "Another module or a folder is built in their place, or the log must not know their names.",
    ),
    _REST: (
        "not required by go.mod",
        "go.sum names them all the same: mostly the go.mod files that were read to choose versions.",
    ),
}
_SAID: Mapping[RowState, str] = {
    FAILED: "its go.sum lines and the log do not agree",
    UNCHECKED: "not checked: the log gave no answer",
    PRIVATE: "private: its name is kept from the log, it is not checked",
    LOCAL: "local: a folder stands in its place, there is nothing to look up",
    PROVEN: "its go.sum lines are proven in the log",
    NO_LINE: "go.sum has no line of it",
}
_OF_PROOF: Mapping[ProofState, str] = {
    ProofState.BAD_PROOF: "the log's proof of it is wrong",
    ProofState.NOT_IN_LOG: "the log does not have it",
    ProofState.NO_LINE: "the log's record of it has no such line",
}
_LIED = "not checked: nothing that a log says can be believed once it has lied"


@value
class ModuleRow:
    """One module version. id: "path@version", PROJECT for the project itself; how: direct, indirect, or "" = go.sum
    alone names it; with "replaced", "workspace" or "local" where another one, or a folder, is built. group: as in
    `Group`, "" for the project. lines: its go.sum lines; judged: what the verdict says of it, worst first. says: its
    state in words. is_failure: something is wrong with it, its proof or a finding that is an error or an alarm; with
    the project itself, where it is wrong with no module version. is_private: its name must not be told to anybody, or
    nobody knows whether it may. disk: the worst of what lies on the disk of it; where that differs it is a failure."""

    id: str
    module: ModuleVersion | None
    state: RowState
    how: str
    group: str
    lines: tuple[SumLine, ...]
    judged: tuple[Judged, ...]
    says: str = ""
    is_failure: bool = False
    is_private: bool = False
    disk: Sign = UNSEEN

    @property
    def is_disk_seen(self) -> bool:
        """Whether somebody has looked at what lies on the disk of it."""
        return self.disk != UNSEEN


@value
class Group:
    """Rows that stand together. id: its name in short; rows: all of them, as go.sum and go.mod name them."""

    id: str
    rows: tuple[ModuleRow, ...]

    @property
    def title(self) -> str:
        """Its name."""
        return _GROUPS[self.id][0]

    @property
    def what(self) -> str:
        """What its modules have in common, in a sentence."""
        return _GROUPS[self.id][1]

    @property
    def head_id(self) -> str:
        """The id of its row: no module version has a blank in it."""
        return f"group {self.id}"

    @property
    def failures(self) -> tuple[ModuleRow, ...]:
        """The rows with which something is wrong."""
        return tuple(row for row in self.rows if row.is_failure)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing in it asks for a look: go.mod does not require it, and all is well with it."""
        return self.id == _REST and not self.failures and all(row.state == PROVEN for row in self.rows)


class ProjectView:
    """A checked project as rows, the project itself first, then module versions as go.sum and go.mod name them.

    told: what the run had to tell. disk: what lies on the disk, as far as the check has looked there.
    """

    def __init__(self, found: ProjectRun, told: Sequence[str] = (), disk: DiskView = NO_DISK) -> None:
        self.found = found
        self.told = tuple(told)
        self.disk = disk if disk is not NO_DISK else self.disk_of(None, {})

    def disk_of(self, found: DiskFound | None, own: Mapping[ModuleVersion, ModuleCopies]) -> DiskView:
        """Return what lies on the disk of this project. own: copies of single modules."""
        facts = self.found.project.facts
        zips = {fact.subject for fact in facts if isinstance(fact, SumLine) and fact.kind is SumKind.ZIP}
        required = {fact.effective or fact.subject for fact in facts if isinstance(fact, RequiredModule)}
        return DiskView(
            found,
            self.audit.facts if self.audit is not None else None,
            own,
            mains=[fact.module_path for fact in facts if isinstance(fact, ProjectFact)],
            go_mod_only={fact.subject for fact in facts if isinstance(fact, SumLine)} - zips - required,
        )

    def prepare(self) -> None:
        """Make all that takes its time, in a thread: a large project has thousands of rows."""
        _ = self.groups, self.by_id, self.counts, self.failures

    @property
    def audit(self) -> Audit | None:
        """What `check` says, None where the log lied as a whole."""
        return self.found.audit

    @cached_property
    def rows(self) -> tuple[ModuleRow, ...]:
        """All rows."""
        lines: dict[ModuleVersion, list[SumLine]] = {}
        for fact in self.found.project.facts:
            if isinstance(fact, SumLine):
                lines.setdefault(fact.subject, []).append(fact)
        judged, of_project = self._judged()
        how = self._how()
        states = self._states(lines)
        private = self._private
        states |= {module: (LOCAL, _SAID[LOCAL]) for module, says in how.items() if says.endswith(LOCAL)}
        found = []
        differing = frozenset(self.disk.differing)
        for module in dict.fromkeys((*lines, *self._faulty, *judged, *how, *self.disk.differing)):
            state, says = states.get(module, (NO_LINE, _SAID[NO_LINE]))
            own, need = tuple(judged.get(module, ())), how.get(module, "")
            found.append(
                ModuleRow(
                    id=str(module),
                    module=module,
                    state=state,
                    how=need,
                    group=_group_of(state, need),
                    lines=tuple(lines.get(module, ())),
                    judged=own,
                    says=says,
                    is_failure=state == FAILED or _is_grave(own) or module in differing,
                    is_private=private is None or module in private,
                    disk=UNSEEN if state == LOCAL else self.disk.sign(module),
                )
            )
        return (self._project_row(of_project, has_failures=any(row.is_failure for row in found)), *found)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups that have rows."""
        rows: dict[str, list[ModuleRow]] = {name: [] for name in _GROUPS}
        for row in self.rows[1:]:
            rows[row.group].append(row)
        return tuple(Group(id=name, rows=tuple(own)) for name, own in rows.items() if own)

    @cached_property
    def by_id(self) -> Mapping[str, ModuleRow]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}

    @cached_property
    def counts(self) -> Counter[RowState]:
        """How many module versions are in which state."""
        return Counter(row.state for row in self.rows if row.module is not None)

    @cached_property
    def failures(self) -> tuple[ModuleRow, ...]:
        """The rows with which something is wrong."""
        return tuple(row for row in self.rows if row.is_failure)

    @cached_property
    def proofs(self) -> Mapping[ModuleVersion, Sequence[LineProof]]:
        """What the log says of the go.sum lines, by module version."""
        found: dict[ModuleVersion, list[LineProof]] = {}
        for proof in self.audit.facts.of(LineProof) if self.audit is not None else ():
            found.setdefault(proof.subject, []).append(proof)
        return found

    @property
    def outcome(self) -> str:
        """The outcome in a word."""
        return self.audit.verdict.outcome.value.upper() if self.audit is not None else "ALARM"

    @property
    def why(self) -> str:
        """Why the project itself fails, or why there is nothing to check, with what to do next; else ""."""
        if self.outcome == "NOTHING":
            return self._why_nothing()
        if not self.rows[0].is_failure:
            return ""
        alone = "no module fails, the project does: " if len(self.failures) == 1 else "the project itself fails: "
        return f"{alone}{self._why_failed()}"

    @cached_property
    def _faults(self) -> Mapping[Location, tuple[SumFault, ModuleVersion | None]]:
        """The faulty lines that count, each with the module version that it names.

        What is no version belongs to the project: the first words of a merge conflict name no module.
        """
        found = {}
        for fact in self.found.project.facts:
            if isinstance(fact, SumFault) and fact.kind is not SumFaultKind.EMPTY_GO_MOD:
                named = named_in(fact)
                is_told = "@" in fact.subject.partition(" ")[0]  # fields were told apart, whatever is wrong with them
                is_module = named is not None and (is_told or semver.is_valid(named.version))
                found[fact.location] = (fact, named if is_module else None)
        return found

    @property
    def _private(self) -> frozenset[ModuleVersion] | None:
        """The module versions whose names are kept from the log, None = the run ended before that was known."""
        if self.audit is None:
            return None
        return frozenset(fact.subject for fact in self.audit.facts.of(PrivateModule))

    @cached_property
    def _faulty(self) -> Mapping[ModuleVersion, SumFault]:
        """The first faulty line of each module version that has one."""
        found: dict[ModuleVersion, SumFault] = {}
        for fault, module in self._faults.values():
            if module is not None:
                found.setdefault(module, fault)
        return found

    def _judged(self) -> tuple[dict[ModuleVersion, list[Judged]], list[Judged]]:
        """Return what the verdict says, by module version; and what it says of nothing that has a version."""
        by_module: dict[ModuleVersion, list[Judged]] = {}
        rest: list[Judged] = []
        for item in self.audit.verdict.judged if self.audit is not None else ():
            places = item.finding.locations if item.finding is not None else ()
            module = self._faults[places[0]][1] if places and places[0] in self._faults else _module_of(item)
            if module is None:
                rest.append(item)
            else:
                by_module.setdefault(module, []).append(item)
        return by_module, rest

    def _how(self) -> dict[ModuleVersion, str]:
        """Return by what is built how it is required; a folder has no version, and goes by what it replaces."""
        found: dict[ModuleVersion, str] = {}
        for fact in self.found.project.facts:
            if not isinstance(fact, RequiredModule):
                continue
            words = ["indirect" if fact.indirect else "direct"]
            words += ["workspace"] if fact.is_member else []
            words += [LOCAL] if fact.effective is None else ["replaced"] if fact.effective != fact.subject else []
            found[fact.effective or fact.subject] = ", ".join(words)
        return found

    def _states(self, lines: Mapping[ModuleVersion, Sequence[SumLine]]) -> dict[ModuleVersion, tuple[RowState, str]]:
        """Return state and words of each module version that go.sum names: those of its worst line."""
        facts = self.audit.facts if self.audit is not None else None
        proofs, private = self.proofs, self._private or ()
        found = {}
        for module in dict.fromkeys((*lines, *self._faulty)):
            answers, own = proofs.get(module, []), lines.get(module, ())
            state, says = UNCHECKED, _SAID[UNCHECKED] if facts is not None else _LIED
            wrong = [proof.state for proof in answers if proof.state is not ProofState.PROVEN]
            if wrong:
                worst = ProofState.DIFFERS if ProofState.DIFFERS in wrong else wrong[0]
                state, says = FAILED, _OF_PROOF.get(worst, _SAID[FAILED])
            elif module in self._faulty:
                fault = self._faulty[module]
                state, says = FAILED, f"a line that names it cannot count: {fault.location}: {fault.message}"
            elif module in private:
                state, says = PRIVATE, _SAID[PRIVATE]
            elif own and len(answers) == len(own):
                state, says = PROVEN, _SAID[PROVEN]
            found[module] = (state, says)
        return found

    def _project_row(self, judged: Sequence[Judged], *, has_failures: bool) -> ModuleRow:
        """Return the row of the project: it fails as `check` does, and is a failure where no module accounts for it."""
        code = self.found.exit_code
        state = {0: PROVEN, 3: UNCHECKED, 5: NO_LINE}.get(code, FAILED)
        is_failure = state == FAILED and (self.audit is None or _is_grave(judged) or not has_failures)
        is_failure = is_failure or (self._is_disk_wrong and not has_failures)
        return ModuleRow(
            id=PROJECT, module=None, state=state, how="", group="", lines=(), judged=tuple(judged),
            is_failure=is_failure, disk=self.disk.whole,
        )  # fmt: skip

    @property
    def is_disk_alone_wrong(self) -> bool:
        """Whether what lies on the disk differs, while `check` finds nothing that fails."""
        return self._is_disk_wrong and self.rows[0].state != FAILED

    @property
    def _is_disk_wrong(self) -> bool:
        return self.disk.whole.style == "bad"

    def _why_failed(self) -> str:
        if self.audit is None:
            return f"the log lied: {str(self.found.lie).partition(chr(10))[0]}"
        verdict = self.audit.verdict
        for item in self.rows[0].judged:
            if item.finding is not None and item.status is Status.FAIL and item.level in GRAVE:
                return f"{item.level.value}[{item.rule}] {item.finding.message}"
        if self._is_disk_wrong and self.rows[0].state != FAILED:
            return next(text for mark, text in self.disk.lines() if mark == self.disk.whole.mark)
        return score_part(verdict) or MEANING[verdict.outcome]

    def _why_nothing(self) -> str:
        facts = [fact for fact in self.found.project.facts if isinstance(fact, ProjectFact)]
        has_go_mod = any(fact.has_go_mod for fact in facts)
        if any(fact.has_go_sum for fact in facts):
            return "nothing to check: go.sum has no line · next: go mod tidy writes what is missing"
        if has_go_mod:
            return "nothing to check: there is no go.sum · next: go mod tidy writes one where modules are required"
        return "nothing to check: no go.mod, no go.sum is here · next: p opens another folder"


def _group_of(state: RowState, how: str) -> str:
    if state == PRIVATE or "," in how:
        return _APART
    return how or _REST


def _is_grave(judged: Sequence[Judged]) -> bool:
    return any(item.status is Status.FAIL and item.level in GRAVE for item in judged)


def _module_of(item: Judged) -> ModuleVersion | None:
    """Return the module version that something was found of, that which is built in its place if one is; None where it
    is about the project."""
    path, at, version = item.finding.replacement.rpartition("@") if item.finding is not None else ("", "", "")
    if at and path:
        return ModuleVersion(path=path, version=version)
    if item.finding is not None and item.finding.module and item.finding.version:
        return ModuleVersion(path=item.finding.module, version=item.finding.version)
    text = item.gap.subject if item.gap is not None else item.subject
    path, at, version = text.partition(" ")[0].rpartition("@")
    if not at or not path:
        return None
    return ModuleVersion(path=path, version=version.removesuffix("/go.mod"))
