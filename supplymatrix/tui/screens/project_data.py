"""The rows of the project screen, and the text beside them: what `check` found, by module version.

A row has the state of the worst of its go.sum lines: a line without an answer is "unchecked", never a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content

from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, PrivateModule, ProofState, RequiredModule, SumFault, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.next_step import next_step, placed_command
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import paint_for
from supplymatrix.reports.tally import counted
from supplymatrix.reports.text_head import header, last_line
from supplymatrix.tui.widgets.table_model import TableColumn, TableData

if TYPE_CHECKING:
    from supplymatrix.engine.project_run import ProjectRun

__all__ = ["PROJECT", "ModuleRow", "ProjectView", "RowState", "summary_line", "table_of", "verdict_lines"]

PROJECT = "the project"
"""The id of the row of the project itself."""

RowState = str
_FAILED, _UNCHECKED, _PRIVATE, _PROVEN, _NO_LINE = "failed", "unchecked", "private", "proven", "no line"
_MARKS: Mapping[RowState, str] = {_FAILED: "✘", _UNCHECKED: "–", _PRIVATE: "–", _PROVEN: "✔", _NO_LINE: "·"}  # noqa: RUF001
_STYLES: Mapping[RowState, str] = {
    _FAILED: "bad",
    _UNCHECKED: "unknown",
    _PRIVATE: "unknown",
    _PROVEN: "good",
    _NO_LINE: "muted",
}
_ORDER = (_FAILED, _UNCHECKED, _PRIVATE, _NO_LINE, _PROVEN)
_VERSION = 9  # columns that a version has at least
_GUTTER = 3  # for the mark of the cursor and the scroll bar
_GRAVE = (Level.ALARM, Level.ERROR)


@value
class ModuleRow:
    """One module version. id: "path@version", PROJECT for the project itself; how: direct, indirect, or "" = go.sum
    alone names it. lines: its go.sum lines; judged: what the verdict says of it, worst first."""

    id: str
    module: ModuleVersion | None
    state: RowState
    how: str
    lines: tuple[SumLine, ...]
    judged: tuple[Judged, ...]

    @property
    def is_failure(self) -> bool:
        """Whether something is wrong with it: its proof, or a finding that is an error or an alarm."""
        return self.state == _FAILED or any(item.status is Status.FAIL and item.level in _GRAVE for item in self.judged)


class ProjectView:
    """A checked project as rows, the project itself first, then module versions as go.sum and go.mod name them."""

    def __init__(self, found: ProjectRun) -> None:
        self.found = found

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
        modules = list(dict.fromkeys((*lines, *judged)))
        first = ModuleRow(
            id=PROJECT, module=None, state=self._whole_state(), how="", lines=(), judged=tuple(of_project)
        )
        states = self._states(lines)
        return (
            first,
            *(
                ModuleRow(
                    id=str(module),
                    module=module,
                    state=states.get(module, _NO_LINE),
                    how=how.get(module, ""),
                    lines=tuple(lines.get(module, ())),
                    judged=tuple(judged.get(module, ())),
                )
                for module in modules
            ),
        )

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
        """The rows with which something is wrong, but for the project itself."""
        return tuple(row for row in self.rows if row.is_failure and row.module is not None)

    def _judged(self) -> tuple[dict[ModuleVersion, list[Judged]], list[Judged]]:
        """Return what the verdict says, by module version; and what it says of nothing that has a version."""
        by_module: dict[ModuleVersion, list[Judged]] = {}
        rest: list[Judged] = []
        for item in self.audit.verdict.judged if self.audit is not None else ():
            module = _module_of(item)
            if module is None:
                rest.append(item)
            else:
                by_module.setdefault(module, []).append(item)
        return by_module, rest

    def _how(self) -> dict[ModuleVersion, str]:
        found: dict[ModuleVersion, str] = {}
        for fact in self.found.project.facts:
            if isinstance(fact, RequiredModule) and fact.effective is not None:
                found[fact.effective] = "indirect" if fact.indirect else "direct"
        return found

    def _states(self, lines: Mapping[ModuleVersion, Sequence[SumLine]]) -> dict[ModuleVersion, RowState]:
        """Return the state of each module version that go.sum names: that of its worst line."""
        if self.audit is None:
            return dict.fromkeys(lines, _UNCHECKED)
        facts = self.audit.facts
        proofs: dict[ModuleVersion, list[LineProof]] = {}
        for proof in facts.of(LineProof):
            proofs.setdefault(proof.subject, []).append(proof)
        private = {fact.subject for fact in facts.of(PrivateModule)}
        faulty = {fault.subject for fault in facts.of(SumFault)}
        found = {}
        for module, own in lines.items():
            answers = proofs.get(module, [])
            if str(module) in faulty or any(proof.state is not ProofState.PROVEN for proof in answers):
                found[module] = _FAILED
            elif module in private:
                found[module] = _PRIVATE
            else:
                found[module] = _PROVEN if len(answers) == len(own) else _UNCHECKED
        return found

    def _whole_state(self) -> RowState:
        if self.found.exit_code in (0, 5):
            return _PROVEN if self.found.exit_code == 0 else _NO_LINE
        return _UNCHECKED if self.found.exit_code == 3 else _FAILED


def table_of(view: ProjectView, *, failures: bool, room: int) -> TableData:
    """Return the table of the rows. failures: those alone with which something is wrong. room: columns of the pane."""
    rows = view.failures if failures else view.rows
    states = [row.state for row in rows]
    log = 2 + max((len(state) for state in states), default=6)
    module = max(16, min(room - _GUTTER - log - _VERSION - 2, 44))
    version = max(_VERSION, min(room - _GUTTER - log - module - 2, 36))
    return TableData(
        [
            TableColumn(
                key="log",
                title="log",
                texts=states,
                marks=[_MARKS[state] for state in states],
                styles=[_STYLES[state] for state in states],
                sort_keys=[_ORDER.index(state) for state in states],
                width=log,
            ),
            TableColumn(
                key="module", title="module", width=module,
                texts=[row.module.path if row.module is not None else _name(view) for row in rows],
                styles=["bad" if row.is_failure else "strong" if row.module is None else "" for row in rows],
            ),
            TableColumn(
                key="version", title="version", width=version,
                texts=[row.module.version if row.module is not None else _outcome(view) for row in rows],
            ),
            TableColumn(key="findings", title="findings", texts=[_findings(row.judged) for row in rows], max_width=24),
            TableColumn(key="how", title="required", texts=[row.how for row in rows], width=9),
        ],
        [row.id for row in rows],
    )  # fmt: skip


def summary_line(view: ProjectView) -> str:
    """Return what became of the project in a line."""
    counts = view.counts
    total = sum(counts.values())
    not_checked = counts[_UNCHECKED] + counts[_NO_LINE]
    parts = [_outcome(view), f"exit {view.found.exit_code}", counted(total, "module")]
    parts += [f"✔ {counts[_PROVEN]:,} proven", f"✘ {counts[_FAILED]:,} failed", f"– {not_checked:,} not checked"]  # noqa: RUF001
    parts += [f"– {counts[_PRIVATE]:,} private"] if counts[_PRIVATE] else []  # noqa: RUF001
    log = view.audit.log if view.audit is not None else None
    parts += [f"tree {log.tree_size:,}"] if log is not None else []
    return " · ".join(parts)


def verdict_lines(view: ProjectView, row: ModuleRow) -> tuple[Content, ...]:
    """Return what `check` says of a row, the gravest first."""
    return tuple(_project_lines(view, row) if row.module is None else _module_lines(view, row))


def _module_lines(view: ProjectView, row: ModuleRow) -> Iterator[Content]:
    yield Content.styled(plain(row.id), "bold")
    how = f", required: {row.how}" if row.how else ""
    yield Content(f"{_MARKS[row.state]} {_SAID[row.state]}{how}")
    for item in row.judged:
        yield Content("")
        yield from _judged_lines(view, item)
    if not row.judged:
        yield Content("")
        yield Content("nothing is wrong with it" if row.state == _PROVEN else "no rule says anything of it")
    if row.lines:
        yield Content("")
        yield Content.styled("its lines", "bold")
        for line in row.lines:
            yield Content(plain(f"{_placed(view, line.location)} {line.kind.value}"))
            yield Content(plain(f"  {line.hash}"))


_SAID: Mapping[RowState, str] = {
    _FAILED: "its go.sum lines and the log do not agree",
    _UNCHECKED: "not checked: the log gave no answer",
    _PRIVATE: "private: its name is kept from the log, it is not checked",
    _PROVEN: "its go.sum lines are proven in the log",
    _NO_LINE: "go.sum has no line of it",
}


def _project_lines(view: ProjectView, row: ModuleRow) -> Iterator[Content]:
    audit = view.audit
    if audit is None:
        yield Content.styled("✘ the log lied", "bold $text-error")
        yield Content(plain(str(view.found.lie)))
        for note in getattr(view.found.lie, "__notes__", ()):
            yield Content(plain(note))
        yield Content("")
        yield Content("Nothing that this log says can be believed now, so that there is no verdict. Do not build.")
        yield Content(f"exit {view.found.exit_code}")
        return
    for number, line in enumerate(header(audit, 10_000, paint_for(color=False))):
        yield Content.styled(line.strip(), "bold" if number == 0 else "")
    yield Content(plain(last_line(audit)))
    for item in row.judged:
        yield Content("")
        yield from _judged_lines(view, item)
    for note in audit.verdict.notes:
        yield Content("")
        place = f"{_placed(view, note.location)}: " if note.location is not None else ""
        yield Content(plain(f"note: {place}{note.message}"))


def _judged_lines(view: ProjectView, item: Judged) -> Iterator[Content]:
    audit = view.audit
    if audit is None:
        return
    name = audit.rules[item.rule].name
    if item.gap is not None:
        yield Content.styled(plain(f"? unknown[{item.rule}] {name}"), "bold")
        yield Content(plain(f"  {item.gap.wanted}: {item.gap.reason}"))
        yield Content(plain(f"  = next: {item.gap.remedy}"))
    finding = item.finding
    if finding is not None:
        is_waived = item.status is Status.WAIVED
        mark = "○" if is_waived else "✘" if item.level in _GRAVE else "!"
        word = f"{'waived ' if is_waived else ''}{item.level.value}[{item.rule}]"
        color = " $text-error" if mark == "✘" else " $text-warning" if mark == "!" else ""
        yield Content.styled(plain(f"{mark} {word} {name}"), f"bold{color}")
        yield Content(plain(f"  {finding.message}"))
        for location in finding.locations[:3]:
            yield Content(plain(f"  --> {_placed(view, location)}"))
        if finding.label:
            yield Content(plain(f"  {finding.label}"))
        for evidence in finding.evidence:
            yield Content.styled(plain(f"  = {evidence.label}: {placed_command(audit, evidence.value)}"), "dim")
        steps = [step for step in (next_step(audit, finding), f"supplymatrix explain {item.rule}") if step]
        yield Content(plain(f"  = next: {' · '.join(steps)}"))
    if item.waiver is not None:
        yield Content(plain(f"  = waived by {item.waiver.owner} until {item.waiver.expires}: {item.waiver.reason}"))


def _placed(view: ProjectView, location: Location) -> str:
    return str(view.audit.placed(location) if view.audit is not None else location)


def _name(view: ProjectView) -> str:
    return view.audit.subject if view.audit is not None else view.found.project.name


def _outcome(view: ProjectView) -> str:
    return view.audit.verdict.outcome.value.upper() if view.audit is not None else "ALARM"


def _findings(judged: Sequence[Judged]) -> str:
    """Return what is found in words, gravest first: "1 alarm, 2 unknown"."""
    levels = Counter(item.level for item in judged if item.status is Status.FAIL)
    words = {Level.ALARM: "alarm", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note"}
    parts = [counted(levels[level], word) for level, word in words.items() if levels[level]]
    unknown = sum(item.status is Status.UNKNOWN for item in judged)
    waived = sum(item.status is Status.WAIVED for item in judged)
    parts += [f"{unknown} unknown"] if unknown else []
    return ", ".join([*parts, *([f"{waived} waived"] if waived else [])])


def _module_of(item: Judged) -> ModuleVersion | None:
    """Return the module version that something was found of; None where it is about the project."""
    if item.finding is not None and item.finding.module and item.finding.version:
        return ModuleVersion(path=item.finding.module, version=item.finding.version)
    text = item.gap.subject if item.gap is not None else item.subject
    path, at, version = text.partition(" ")[0].rpartition("@")
    if not at or not path:
        return None
    return ModuleVersion(path=path, version=version.removesuffix("/go.mod"))
