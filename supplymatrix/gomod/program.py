"""A compiled Go program as a whole: its build info, what is linked in, which libraries it loads, and what hides that.

    for program in read_programs(file):
        program.state, program.info, program.packages, program.libraries
"""

from __future__ import annotations

from supplymatrix.gomod.build_info import BuildInfo
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.program import ProgramState
from supplymatrix.model.value import value

__all__ = ["ReadProgram", "read_programs"]


@value
class ReadProgram:
    """One program of a file.

    info: what its build info says, None where none can be read (then its state is PACKED, OBFUSCATED or DAMAGED, and
    reason tells). format: "ELF", "PE", "Mach-O", "XCOFF", "Plan 9", "WebAssembly". goos, goarch: as its settings say,
    else as the format tells, "" unknown. libraries: dynamic libraries that it names, in their order; interpreter: of a
    dynamic ELF program, "" for none. packages: import paths in its function table, sorted; None where there is no table
    that can be read.
    """

    info: BuildInfo | None
    state: ProgramState
    format: str
    goos: str = ""
    goarch: str = ""
    libraries: tuple[str, ...] = ()
    interpreter: str = ""
    packages: tuple[str, ...] | None = None
    reason: str = ""


def read_programs(file: ReadAt) -> tuple[ReadProgram, ...]:
    """Return each program of a file: one, more only for fat Mach-O.

    Raises NoBuildInfoError for what is no Go program, OSError as the file does.
    """
    raise NotImplementedError
