"""The rows of the Binary screen: programs, what could not be read as one, Gos of this machine; a program's modules.

Nothing that a program says of itself is proven by that: a row is as good as the worst of its modules, and one whose
modules cannot be told is never a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from supplymatrix.checks.program_gaps import PROGRAMS_WANTED
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import InstalledGo, ToolchainLevel
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState, ProgramState, WeakDefault
from supplymatrix.model.programs_run import ALARMING, OPAQUE, UNPROVEN, BinaryRun, is_other_version
from supplymatrix.model.value import value
from supplymatrix.reports.goroot_view import LEVELS, GorootView
from supplymatrix.reports.programs_view import ProgramPart
from supplymatrix.tui.screens.project_disk import Sign

__all__ = ["BinaryView", "Built", "ModuleRow", "Row", "module_rows"]

_PROVEN = Sign(word="proven", mark="✔", style="good")
_NONE = Sign(word="no modules", mark="·", style="muted")
_STATES: Mapping[ProgramModuleState, Sign] = {
    ProgramModuleState.DIFFERS: Sign(word="differs", mark="✘", style="bad"),
    ProgramModuleState.BAD_PROOF: Sign(word="bad proof", mark="✘", style="bad"),
    ProgramModuleState.UNCHECKED: Sign(word="not checked", mark="–", style="unknown"),  # noqa: RUF001
    ProgramModuleState.NOT_IN_LOG: Sign(word="not in log", mark="!", style="part"),
    ProgramModuleState.NO_SUM: Sign(word="no hash", mark="!", style="part"),
    ProgramModuleState.LOCAL: Sign(word="local", mark="!", style="part"),
    ProgramModuleState.PRIVATE: Sign(word="private", mark="–", style="unknown"),  # noqa: RUF001
    ProgramModuleState.PROVEN: _PROVEN,
}
"""The signs of modules, the worst first."""
_OPAQUE: Mapping[ProgramState, Sign] = {
    ProgramState.PACKED: Sign(word="packed", mark="!", style="part"),
    ProgramState.OBFUSCATED: Sign(word="obfuscated", mark="!", style="part"),
    ProgramState.DAMAGED: Sign(word="damaged", mark="!", style="part"),
    ProgramState.BARE: Sign(word="no modules", mark="!", style="part"),
}
_ODD = Sign(word="findings", mark="!", style="part")
_FORGED = Sign(word="forged", mark="✘", style="bad")
_UNREAD = Sign(word="not read", mark="–", style="unknown")  # noqa: RUF001
_LEVELS: Mapping[ToolchainLevel, Sign] = {
    ToolchainLevel.OFFICIAL: Sign(word="official", mark="✔", style="good"),
    ToolchainLevel.CONFIG_CHANGED: Sign(word="official", mark="✔", style="good"),
    ToolchainLevel.DISTRIBUTION: Sign(word="distribution", mark="!", style="part"),
    ToolchainLevel.UNKNOWN_VERSION: Sign(word="unknown", mark="!", style="part"),
    ToolchainLevel.MODIFIED: Sign(word="MODIFIED", mark="✘", style="bad"),
    ToolchainLevel.UNCHECKED: Sign(word="not checked", mark="–", style="unknown"),  # noqa: RUF001
}
_RISKY = Sign(word="risky config", mark="!", style="part")
_GOOD = ("good", "muted")


@value
class ModuleRow:
    """A module of a program. id: "path@version", made unique."""

    id: str
    module: ProgramModule
    sign: Sign

    @property
    def is_failure(self) -> bool:
        """Whether it is not proven, or another one than the project builds."""
        return self.sign.style not in _GOOD or is_other_version(self.module)

    @property
    def has_chain(self) -> bool:
        """Whether the log may be asked about it."""
        unasked = (ProgramModuleState.LOCAL, ProgramModuleState.PRIVATE)
        return self.module.state not in unasked and bool(self.module.subject.version)


@value
class Built:
    """A program, with its modules and the defaults that are weaker than Go's today. part: what the command says."""

    program: BuiltProgram
    part: ProgramPart
    modules: tuple[ModuleRow, ...]
    weak: tuple[WeakDefault, ...]


@value
class Row:
    """One row of the first table. id: unique; name: as it is shown; findings: what is wrong, a sentence each.

    built: of a program; go: of a Go of this machine; of neither it is a file that is none, or that could not be looked
    at. next: what to do then.
    """

    id: str
    name: str
    sign: Sign
    findings: tuple[str, ...] = ()
    built: Built | None = None
    go: InstalledGo | None = None
    next: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether there is something to look at."""
        return self.sign.style not in _GOOD or bool(self.findings)

    @property
    def modules(self) -> tuple[ModuleRow, ...]:
        """The modules of a program; of others there are none."""
        return self.built.modules if self.built is not None else ()


class BinaryView:
    """run: None = no program was named; gos: None = nobody has looked at the Gos. told: what the runs had to tell."""

    def __init__(self, run: BinaryRun | None, gos: GorootView | None = None, told: Sequence[str] = ()) -> None:
        self.run = run
        self.gos = gos
        self.told = tuple(told)

    def prepare(self) -> None:
        """Make all that takes its time, in a thread: a program may have a thousand modules, a folder many programs."""
        _ = self.rows, self.by_id, self.counts

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All rows: what is forged, programs as the command has them, what could not be read, Gos."""
        return (*self._forged(), *self.programs, *self._unread(), *self._gos())

    @cached_property
    def programs(self) -> tuple[Row, ...]:
        """The programs."""
        if self.run is None:
            return ()
        modules: dict[str, list[ProgramModule]] = {}
        weak: dict[str, list[WeakDefault]] = {}
        for module in self.run.modules:
            modules.setdefault(module.program, []).append(module)
        for item in self.run.weak:
            weak.setdefault(item.subject, []).append(item)
        project = self.run.project
        return tuple(
            _program_row(program, modules.get(program.name, ()), weak.get(program.name, ()), project)
            for program in self.run.programs
        )

    @cached_property
    def by_id(self) -> Mapping[str, Row]:
        """The rows by their id."""
        return {row.id: row for row in self.rows}

    @cached_property
    def counts(self) -> Counter[str]:
        """How many modules of all programs have which mark."""
        return Counter(module.sign.mark for row in self.programs for module in row.modules)

    @property
    def exit_code(self) -> int:
        """What `verify binary` ends with; 5 where no program was named."""
        return self.run.exit_code if self.run is not None else 5

    @property
    def unknown(self) -> int:
        """How much could not be had."""
        gaps = (self.run.gaps if self.run is not None else ()), (self.gos.gaps if self.gos is not None else ())
        return sum(map(len, gaps))

    def program(self, name: str) -> Row | None:
        """Return a program by its name."""
        row = self.by_id.get(name)
        return row if row is not None and row.built is not None else None

    def _forged(self) -> Iterator[Row]:
        for number, (where, what) in enumerate(self.run.forged if self.run is not None else ()):
            yield Row(id=f"forged {number} {where}", name=where, sign=_FORGED, findings=(what,))

    def _unread(self) -> Iterator[Row]:
        if self.run is None:
            return
        for number, fault in enumerate(self.run.faults):
            row_id = f"fault {number} {fault.artifact}"
            yield Row(id=row_id, name=fault.artifact, sign=_UNREAD, findings=(fault.message,), next=fault.remedy)
        for number, gap in enumerate(self.run.gaps):
            if gap.wanted.startswith(PROGRAMS_WANTED):
                name = gap.wanted.removeprefix(PROGRAMS_WANTED)
                row_id = f"gap {number} {name}"
                yield Row(id=row_id, name=name, sign=_UNREAD, findings=(gap.reason,), next=gap.remedy)

    def _gos(self) -> Iterator[Row]:
        for go in self.gos.installed if self.gos is not None else ():
            sign = _LEVELS[go.level]
            findings = (*go.risks, *go.fips, *((go.reason,) if go.reason and sign.style != "good" else ()))
            if go.bad_proof:
                sign = _STATES[ProgramModuleState.BAD_PROOF]
            elif go.risks and sign.style == "good":
                sign = _RISKY
            what = LEVELS[go.level] if go.level is not ToolchainLevel.UNCHECKED else ""
            yield Row(id=f"go {go.root}", name=go.root, sign=sign, findings=tuple(filter(None, findings)) or
                        ((what,) if sign.style != "good" and what else ()), go=go)  # fmt: skip


def _program_row(
    program: BuiltProgram, modules: Sequence[ProgramModule], weak: Sequence[WeakDefault], project: str
) -> Row:
    part = ProgramPart(program, modules, weak, project)
    rows = tuple(module_rows(modules))
    findings = tuple(part.faults())
    return Row(
        id=program.name,
        name=program.name,
        sign=_sign_of(program, modules, findings if len(findings) > bool(weak) else ()),
        findings=(*((program.reason,) if program.state in OPAQUE and program.reason else ()), *findings),
        built=Built(program=program, part=part, modules=rows, weak=tuple(weak)),
    )


def module_rows(modules: Sequence[ProgramModule]) -> Iterator[ModuleRow]:
    """Yield a row for each module, in their order."""
    seen: Counter[ModuleVersion] = Counter()
    for module in modules:
        seen[module.subject] += 1
        more = f" ({seen[module.subject]})" if seen[module.subject] > 1 else ""
        yield ModuleRow(id=f"{module.subject}{more}", module=module, sign=_STATES[module.state])


def _sign_of(program: BuiltProgram, modules: Sequence[ProgramModule], findings: Sequence[str]) -> Sign:
    """Return the sign of a program, in the order in which the command's exit code counts."""
    states = {module.state for module in modules}
    if states & ALARMING:
        return next(_STATES[state] for state in _STATES if state in states & ALARMING)
    if ProgramModuleState.UNCHECKED in states:
        return _STATES[ProgramModuleState.UNCHECKED]
    if program.state in OPAQUE:
        return _OPAQUE[program.state]
    unproven = states & UNPROVEN
    if unproven:
        return _STATES[next(state for state in _STATES if state in unproven)]
    if findings:
        return _ODD
    if ProgramModuleState.PRIVATE in states:
        return _STATES[ProgramModuleState.PRIVATE]
    return _PROVEN if modules else _NONE
