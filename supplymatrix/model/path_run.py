"""What one look at the vendor path of a project came to."""

from __future__ import annotations

from datetime import date

from supplymatrix.model.gap import Gap
from supplymatrix.model.rule import Result
from supplymatrix.model.value import value
from supplymatrix.model.vendor_path import VendorUse

__all__ = ["PathRun"]


@value
class PathRun:
    """What was found. path: as the user named it; module_path: "" for none. files: build files that were read. uses:
    in the order of the way, then of files and lines. vendors: id → name, of those in use. results: findings of the
    rules SM804 to SM807, in their order. day: on which ends are judged; bases_of: the day of the table of base
    distributions; releases_of: the day up to which Go's releases are known, None = not. exit_code: 0 nothing found, 1
    something of level warn or error, 3 something could not be looked at, 5 nothing."""

    path: str
    module_path: str
    files: tuple[str, ...]
    uses: tuple[VendorUse, ...]
    vendors: tuple[tuple[str, str], ...]
    results: tuple[Result, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    day: date
    bases_of: date
    exit_code: int
    releases_of: date | None = None
