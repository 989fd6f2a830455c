"""Where the files of a project's modules lie on this machine: module cache, vendor/, programs; and which agree.

    disk = DiskView(found, facts, own, mains)
    disk.cells(module)      # one for each place of the disk, what nobody has looked at is UNSEEN
    disk.sign(module)       # the worst of them

Nothing agrees here that was not held against a hash: what only go.sum vouches for says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from supplymatrix.model.fact import CachedCopy, CopyKind, CopyState, Facts
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileDifference, VendoredModule, VendorState
from supplymatrix.model.program import ProgramModule, ProgramModuleState
from supplymatrix.model.programs_run import ALARMING
from supplymatrix.model.value import value
from supplymatrix.reports.programs_view import state_words
from supplymatrix.reports.tally import counted

if TYPE_CHECKING:
    from supplymatrix.engine.disk_look import DiskFound, ModuleCopies

__all__ = [
    "ABSENT", "AGREES", "BY_SUM", "DIFFERS", "NO_DISK", "OPEN", "OTHER", "PLACES_ON_DISK", "UNSEEN", "Cell", "DiskView",
    "Sign",
]  # fmt: skip


@value
class Sign:
    """What became of one place. mark: of one character; style: a name of the table's styles."""

    word: str
    mark: str
    style: str


AGREES = Sign(word="agrees", mark="✔", style="good")
BY_SUM = Sign(word="as go.sum", mark="◐", style="part")
"""It agrees with go.sum, and the log has said nothing of it."""
DIFFERS = Sign(word="differs", mark="✘", style="bad")
OTHER = Sign(word="other", mark="!", style="part")
"""Something else than was expected, and no other bytes under the same name: another version, or nothing where something
is listed."""
ABSENT = Sign(word="not there", mark="·", style="muted")
OPEN = Sign(word="not checked", mark="–", style="unknown")  # noqa: RUF001
UNSEEN = Sign(word="", mark="", style="")
_WORST_FIRST = (DIFFERS, OPEN, OTHER, BY_SUM, AGREES, ABSENT, UNSEEN)


@value
class Cell:
    """One place. says: what is known beside its sign; path: where it lies, "" = it is told elsewhere."""

    place: str
    sign: Sign
    says: str = ""
    path: str = ""


PLACES_ON_DISK = ("zip", "folder", "go.mod", ".ziphash", "vendor", "program")
"""Places of the disk, as they are told; .ziphash only where it differs."""
_SIGNS: Mapping[int, Sign] = {0: AGREES, 1: OTHER, 3: OPEN, 4: DIFFERS, 5: ABSENT}
"""What the commands end with."""
_KINDS: Mapping[CopyKind, str] = {
    CopyKind.ZIP: "zip", CopyKind.FOLDER: "folder", CopyKind.GO_MOD: "go.mod", CopyKind.HASH_FILE: ".ziphash",
}  # fmt: skip
_STATES = {CopyState.EQUAL: AGREES, CopyState.DIFFERS: DIFFERS, CopyState.UNCHECKED: OPEN}
_VENDORED = {
    VendorState.EQUAL: AGREES, VendorState.DIFFERS: DIFFERS, VendorState.ABSENT: OTHER, VendorState.LOCAL: OPEN,
    VendorState.UNCHECKED: OPEN,
}  # fmt: skip


class DiskView:
    """found: what was looked at, None = nothing; facts: of the check, which may have looked, too. own: copies of single
    modules. mains: paths of the project's own modules. go_mod_only: module versions of which only the go.mod counts."""

    def __init__(
        self,
        found: DiskFound | None = None,
        facts: Facts | None = None,
        own: Mapping[ModuleVersion, ModuleCopies] | None = None,
        mains: Iterable[str] = (),
        go_mod_only: Iterable[ModuleVersion] = (),
    ) -> None:
        self.found = found
        self._facts = facts
        self._own = own or {}
        self._mains = frozenset(mains)
        self._go_mod_only = frozenset(go_mod_only)
        self._cells: dict[ModuleVersion, tuple[Cell, ...]] = {}

    @property
    def is_known_of_all(self) -> bool:
        """Whether somebody has looked at more than single modules."""
        return bool(self.found is not None or self._of_check or self._vendored)

    def cells(self, module: ModuleVersion) -> tuple[Cell, ...]:
        """Return what is known of each place of the disk, in the order of PLACES_ON_DISK."""
        if module not in self._cells:
            self._cells[module] = (*self._cached(module), self._of_vendor(module), self._of_programs(module))
        return self._cells[module]

    def sign(self, module: ModuleVersion) -> Sign:
        """Return the worst sign of a module version."""
        signs = {cell.sign for cell in self.cells(module)}
        return next(sign for sign in _WORST_FIRST if sign in signs)

    @cached_property
    def differing(self) -> tuple[ModuleVersion, ...]:
        """The module versions of which something differs, whether the project names them or not."""
        named = {module for module, _ in self._copies} | set(self._vendored)
        named |= {item.subject for item in self._programmed if item.state in ALARMING}
        return tuple(sorted(module for module in named if self.sign(module) == DIFFERS))

    @property
    def whole(self) -> Sign:
        """The sign of the project: the worst that a command ends with, or that of a single module."""
        found = self.found
        if self.differing:
            return DIFFERS
        if found is None:
            return UNSEEN
        programs = found.programs if self.programs else None
        signs = [_SIGNS.get(run.exit_code, OTHER) for run in (found.cache, found.vendor, programs) if run is not None]
        return min((*signs, *([OPEN] * bool(found.faults))), key=_WORST_FIRST.index, default=ABSENT)

    # The module cache.

    @cached_property
    def _copies(self) -> Mapping[tuple[ModuleVersion, CopyKind], CachedCopy]:
        run = self.found.cache if self.found is not None else None
        copies: list[CachedCopy] = list(self._facts.of(CachedCopy)) if self._facts is not None else []
        copies += [copy for found in self._own.values() for copy in found.copies]
        copies += run.copies if run is not None else ()
        return {(copy.subject, copy.kind): copy for copy in copies}

    @cached_property
    def _of_check(self) -> frozenset[ModuleVersion]:
        copies = self._facts.of(CachedCopy) if self._facts is not None else ()
        return frozenset(copy.subject for copy in copies)

    @cached_property
    def _absent(self) -> frozenset[ModuleVersion]:
        run = self.found.cache if self.found is not None else None
        return frozenset(run.absent) if run is not None else frozenset()

    @cached_property
    def _unproven(self) -> Mapping[ModuleVersion, tuple[bool, str]]:
        """Modules of which the log proves no hash: whether go.sum's stood for it, and why."""
        run = self.found.cache if self.found is not None else None
        found = {module: (True, "the log gave no hash of it") for module, own in self._own.items() if own.by_go_sum}
        for item in run.unproven if run is not None else ():
            found[item.subject] = (item.by_go_sum, item.reason or item.kind.value)
        return found

    def _cached(self, module: ModuleVersion) -> Iterator[Cell]:
        for kind, place in _KINDS.items():
            copy = self._copies.get((module, kind))
            cell = _cell_of(copy, place, self._unproven.get(module)) if copy is not None else None
            if kind is not CopyKind.HASH_FILE:
                yield cell if cell is not None else self._no_copy(module, kind)
            elif cell is not None and cell.sign in (DIFFERS, OPEN):
                yield cell

    def _no_copy(self, module: ModuleVersion, kind: CopyKind) -> Cell:
        """Return what is known of a place where no copy was found, or none was looked for."""
        found, own = self.found, self._own.get(module)
        is_looked_at = own is not None or (found is not None and found.cache is not None) or module in self._of_check
        sign, says = ABSENT, ""
        if not is_looked_at:
            sign, says = (OPEN, found.faults.get("cache", "")) if found is not None else (UNSEEN, "")
        elif kind is CopyKind.GO_MOD:
            pass
        elif module in self._go_mod_only:
            says = "only its go.mod counts"
        elif own is not None and own.reason:
            sign, says = OPEN, own.reason
        elif module in self._unproven and module not in self._absent and not self._unproven[module][0]:
            sign, says = OPEN, f"there is no hash to hold it against: {self._unproven[module][1]}"
        return Cell(place=_KINDS[kind], sign=sign, says=says)

    # vendor/

    @cached_property
    def _vendored(self) -> Mapping[ModuleVersion, VendoredModule]:
        run = self.found.vendor if self.found is not None else None
        modules = run.modules if run is not None else self._facts.of(VendoredModule) if self._facts is not None else ()
        return {item.effective or item.subject: item for item in modules}

    def _of_vendor(self, module: ModuleVersion) -> Cell:
        item, found = self._vendored.get(module), self.found
        run = found.vendor if found is not None else None
        if item is not None:
            return _cell_of_vendored(item)
        if run is not None:
            says = "no package of it is vendored" if run.tree is not None else "there is no vendor/"
            return Cell(place="vendor", sign=ABSENT, says=says)
        if found is not None:
            return Cell(place="vendor", sign=OPEN, says=found.faults.get("vendor", ""))
        return Cell(place="vendor", sign=ABSENT if self._vendored else UNSEEN)

    # Programs

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """The programs that are held beside the project: those that were named, else those that are built of it."""
        found = self.found
        run = found.programs if found is not None else None
        if found is None or run is None:
            return ()
        mine = (item for item in run.programs if found.are_named or item.main in self._mains)
        return tuple(item.name for item in mine)

    @cached_property
    def _programmed(self) -> Sequence[ProgramModule]:
        run = self.found.programs if self.found is not None else None
        mine = frozenset(self.programs)
        return [item for item in run.modules if item.program in mine] if run is not None else ()

    @cached_property
    def _by_path(self) -> Mapping[str, Sequence[ProgramModule]]:
        found: dict[str, list[ProgramModule]] = {}
        for item in self._programmed:
            found.setdefault(item.subject.path, []).append(item)
        return found

    def _of_programs(self, module: ModuleVersion) -> Cell:
        found, items = self.found, self._by_path.get(module.path, ())
        if found is None:
            return Cell(place="program", sign=UNSEEN)
        if found.programs is None:
            return Cell(place="program", sign=OPEN, says=found.faults.get("programs", ""))
        if not self.programs:
            others = len(found.programs.programs)
            beside = f"; of {counted(others, 'other program')} B tells" if others else ""
            what = "no Go program is there" if found.are_named else f"none in its folder is built of it{beside}"
            return Cell(place="program", sign=ABSENT, says=f"{what}; b names one")
        cells = [_cell_of_program(item, module, several=len(self.programs) > 1) for item in items]
        name = self.programs[0] if len(self.programs) == 1 else f"{len(self.programs):,} programs"
        nothing = Cell(place="program", sign=ABSENT, says=f"not in {name}")
        return min(cells, key=lambda cell: _WORST_FIRST.index(cell.sign), default=nothing)

    # The project

    def counts(self, modules: Iterable[ModuleVersion]) -> Counter[Sign]:
        """Return how many modules have which sign."""
        return Counter(self.sign(module) for module in modules)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what belongs to the project and to no module: a mark and a sentence each."""
        found = self.found
        if found is None:
            return
        for what in ("cache", "vendor", "programs"):
            if what in found.faults:
                yield OPEN.mark, f"{what}: not looked at: {found.faults[what]}"
        if found.cache is not None:
            run = found.cache
            yield _mark(run.exit_code), f"verify cache ends with {run.exit_code}: {_tally(run.copies)}"
            for gap in run.gaps[:3]:
                yield OPEN.mark, f"{gap.wanted}: {gap.reason}"
        if found.vendor is not None:
            yield from self._vendor_lines()
        if found.programs is not None:
            yield from self._program_lines()

    def _vendor_lines(self) -> Iterator[tuple[str, str]]:
        run = self.found.vendor if self.found is not None else None
        if run is None:
            return
        tree = run.tree
        what = f"{counted(tree.files, 'file')} of {counted(tree.modules, 'module')}" if tree is not None else "none"
        yield _mark(run.exit_code), f"verify vendor ends with {run.exit_code}: {what}"
        yield from ((DIFFERS.mark, text) for text in run.alarms)
        if tree is not None:
            yield from ((OTHER.mark, text) for text in tree.inconsistencies)
            if tree.unexplained_total:
                first = tree.unexplained[0].name if tree.unexplained else ""
                many = counted(tree.unexplained_total, "file")
                yield OTHER.mark, f"{many} in vendor/ of no module, the first: {first}"

    def _program_lines(self) -> Iterator[tuple[str, str]]:
        found = self.found
        run = found.programs if found is not None else None
        if found is None or run is None:
            return
        programs = f"{counted(len(run.programs), 'Go program')}"
        yield _mark(run.exit_code), f"verify binary ends with {run.exit_code}: {programs}; B tells all of them"
        if len(run.programs) > len(self.programs):
            yield ABSENT.mark, f"{counted(len(run.programs) - len(self.programs), 'program')} not built of this project"
        yield from ((DIFFERS.mark, f"{where}: {what}") for where, what in run.forged)


NO_DISK = DiskView()


def _cell_of(copy: CachedCopy, place: str, unproven: tuple[bool, str] | None) -> Cell:
    sign, says = _STATES[copy.state], copy.reason
    if sign == AGREES:
        says = copy.reason
        if unproven is not None:
            sign, says = BY_SUM, unproven[1]
    elif sign == DIFFERS and copy.differences:
        says = _files(copy.differences, copy.differing)
    elif sign == DIFFERS and not says:
        says = f"it has {copy.hash}, and should have {copy.logged_hash}"
    return Cell(place=place, sign=sign, says=says, path=copy.path if sign in (DIFFERS, OPEN) else "")


def _cell_of_vendored(item: VendoredModule) -> Cell:
    sign, says = _VENDORED[item.state], item.reason
    if sign == AGREES and not item.is_proven:
        sign = BY_SUM
    elif sign == AGREES:
        says = f"{counted(item.files, 'file')}, compared with {item.compared_with}" if item.compared_with else ""
    elif item.differences:
        says = _files(item.differences, item.differing)
    elif item.state is VendorState.ABSENT:
        says = item.reason or "listed in modules.txt, and not there"
    elif item.state is VendorState.LOCAL:
        says = item.reason or "from a folder: nothing proves it"
    return Cell(place="vendor", sign=sign, says=says, path=f"{item.location}" if sign == DIFFERS else "")


def _cell_of_program(item: ProgramModule, module: ModuleVersion, *, several: bool) -> Cell:
    where = f"{item.program}: " if several else ""
    if item.state in ALARMING:
        sign, says = DIFFERS, item.reason or state_words(item.state)
    elif item.subject.version != module.version:
        sign, says = OTHER, f"it has {item.subject.version or 'no version'}"
    elif item.state is ProgramModuleState.PROVEN:
        sign, says = AGREES, item.program
        where = ""
    else:
        sign, says = OPEN, f"{state_words(item.state)}: {item.reason}" if item.reason else state_words(item.state)
    return Cell(place="program", sign=sign, says=f"{where}{says}")


def _files(differences: Sequence[FileDifference], total: int) -> str:
    """Return the first file that differs, and how many more do."""
    first = differences[0]
    detail = f", {first.detail}" if first.detail else ""
    more = f"; and {total - 1:,} more" if total > 1 else ""
    return f"{first.name} is {first.change.value}{detail}{more}"


def _tally(copies: Sequence[CachedCopy]) -> str:
    states = Counter(copy.state for copy in copies)
    words = {CopyState.EQUAL: "agree", CopyState.DIFFERS: "differ", CopyState.UNCHECKED: "not checked"}
    parts = [f"{states[state]:,} {word}" for state, word in words.items() if states[state]]
    return f"of its copies {', '.join(parts)}" if parts else "there is no copy"


def _mark(exit_code: int) -> str:
    return _SIGNS.get(exit_code, OTHER).mark
