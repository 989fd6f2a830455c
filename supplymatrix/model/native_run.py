"""What one look at code that is not Go came to."""

from __future__ import annotations

from supplymatrix.errors import Diagnostic
from supplymatrix.model.gap import Gap
from supplymatrix.model.native_code import NationalAlgorithm, NativeCode
from supplymatrix.model.rule import Result
from supplymatrix.model.value import value

__all__ = ["TAGS_NOTE", "CPackage", "CgoRun", "CgoTarget"]

TAGS_NOTE = "with tags that nobody gave, C takes part"
"""What the note says of code of the project that no build of this look takes: it is shown always."""


@value
class CPackage:
    """A package that calls C. module: "path@version". files: that import "C", 0 of a program, in which only functions
    are seen. is_built, conditions: as of `NativeCode`. program: whose it is, "" = of a project."""

    module: str
    package: str
    files: int = 0
    is_built: bool = True
    conditions: str = ""
    program: str = ""


@value
class CgoTarget:
    """What was looked at. name: of a project or program. goos, goarch, tags: of the build. cgo: whether C takes part,
    None of a program of which nobody can tell. c_library: that a program has or loads, "" none. why: how cgo is known.
    is_program: it is one."""

    name: str
    goos: str
    goarch: str
    cgo: bool | None
    tags: tuple[str, ...] = ()
    c_library: str = ""
    why: str = ""
    is_program: bool = False


@value
class CgoRun:
    """What was found. native: by subject and library; national: packages. targets: what was looked at. c_packages: that
    call C. results: of the rules SM702 to SM708. faults: of named files that cannot be used. forged: files of images
    that are not what their digest says. exit_code: 0 nothing found, 1 something of level warn or error, 2 a file that
    cannot be used, 3 something could not be looked at, 4 a forged image, 5 nothing to look at."""

    native: tuple[NativeCode, ...]
    national: tuple[NationalAlgorithm, ...]
    targets: tuple[CgoTarget, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int
    c_packages: tuple[CPackage, ...] = ()
    results: tuple[Result, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    forged: tuple[tuple[str, str], ...] = ()
    files: int = 0
    images: int = 0
