"""What one look at the cryptography of projects and programs came to."""

from __future__ import annotations

from datetime import date

from supplymatrix.errors import Diagnostic
from supplymatrix.model.fips import FipsPosture, NonApprovedPackage
from supplymatrix.model.gap import Gap
from supplymatrix.model.rule import Result
from supplymatrix.model.value import value

__all__ = ["FipsRun"]


@value
class FipsRun:
    """What was found. postures: of the projects and their build files, then of the programs, in order. packages:
    cryptography beside the module. results: findings of the rules SM601 to SM608, in their order. faults: of named
    files that cannot be used. forged: files of images that are not what their digest says. table_of: the day of the
    table of certificates. exit_code: 0 nothing found, 1 something of level warn or error, 2 a file that cannot be used,
    3 something could not be looked at or judged, 5 nothing."""

    postures: tuple[FipsPosture, ...]
    packages: tuple[NonApprovedPackage, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int
    results: tuple[Result, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    forged: tuple[tuple[str, str], ...] = ()
    files: int = 0
    images: int = 0
    table_of: date | None = None
