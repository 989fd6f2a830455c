"""What a look at compiled programs came to: the programs, their modules, and what could not be looked at."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic
from supplymatrix.model.fact import Gap
from supplymatrix.model.program import BuiltProgram, ProgramModule, ProgramModuleState, ProgramState, WeakDefault
from supplymatrix.model.value import value

__all__ = ["ALARMING", "OPAQUE", "UNPROVEN", "BinaryRun", "is_odd", "is_other_version"]

ALARMING = frozenset({ProgramModuleState.DIFFERS, ProgramModuleState.BAD_PROOF})
UNPROVEN = frozenset({ProgramModuleState.NOT_IN_LOG, ProgramModuleState.NO_SUM, ProgramModuleState.LOCAL})
"""States of modules that were looked at, and that nothing proves."""
OPAQUE = frozenset({ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED, ProgramState.BARE})
"""States of programs whose modules cannot be told."""


@value
class BinaryRun:
    """programs, modules, weak: in the order of the paths that were named, by name in each. gaps: of the log, of files
    and of the project. forged: files of images that are not what their digest says, as (where, sentence). faults: of
    named files that are no Go program. files, images: that were looked at. project: its name, "" without one.

    log: its name; tree_size: of the head that the proofs hold under, 0 = nobody was asked. exit_code: 0 all is proven,
    1 something is not, 2 a named file is no Go program, 3 something could not be had, 4 something is not what it claims
    to be, 5 there is no Go program.
    """

    programs: tuple[BuiltProgram, ...]
    modules: tuple[ProgramModule, ...]
    weak: tuple[WeakDefault, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    log: str
    tree_size: int
    exit_code: int
    files: int = 0
    images: int = 0
    forged: tuple[tuple[str, str], ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    project: str = ""


def is_odd(program: BuiltProgram) -> bool:
    """Return whether a program itself is not as it should be, whatever its modules are."""
    return (
        program.state in OPAQUE
        or program.is_dirty
        or program.go_is_logged is False
        or bool(program.secrets or program.main_replaced or program.unnamed or program.disputes)
    )


def is_other_version(module: ProgramModule) -> bool:
    """Return whether the project selects another version of a module, or does not have it at all."""
    return module.required is not None and module.required != module.subject.version
