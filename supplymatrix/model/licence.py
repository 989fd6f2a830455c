"""What is known of the licence of a module: files that hold licence texts, what was recognised in them, and where.

An expression is an SPDX licence expression ("MIT AND Apache-2.0"); "" means that nobody knows.
"""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value

__all__ = ["LicenceFile", "LicenceMatch", "LicenceMethod", "LicenceSource", "ModuleLicence"]


class LicenceMethod(StrEnum):
    """How a licence was recognised in a text, the surest first."""

    TEXT = "text"
    TEMPLATE = "template"
    IDENTIFIER = "identifier"
    NOTICE = "notice"
    SIMILAR = "similar"


class LicenceSource(StrEnum):
    """Where the licence files of a module were read."""

    FOLDER = "module cache"
    ZIP = "module zip"
    VENDOR = "vendor"
    REPLACEMENT = "replacement folder"
    PROJECT = "project"
    GOROOT = "GOROOT"
    KNOWN = "known"


@value
class LicenceMatch:
    """One licence in a text. licence: an SPDX licence id, or id WITH exception. start, end: lines, from 1, both
    included. confidence: percent, 100 = word for word."""

    licence: str
    start: int
    end: int
    confidence: int
    method: LicenceMethod


@value
class LicenceFile:
    """A file that holds licences. path: slash-separated, in its module. sha256: hex, of its bytes.

    expression: what the file as a whole says, "" when nothing in it was recognised surely enough; nearest: then the
    closest known licence and its percentage ("MIT 81"), "" when none is near. copyrights: its copyright lines, each
    once, in order. packages_only: it lies below the module's root, and speaks for the packages in its folder. unread:
    how many characters at its end were not looked at. offers: beginnings of the ids ("Apache-", "BSD-") among which its
    words let one choose, whichever files have their texts. is_statement: it says whose the code is, and nothing else.
    remarks: (line, sentence) of what it says beside its licences that is of no known form, cut to 200 characters.
    """

    path: str
    sha256: str
    expression: str
    matches: tuple[LicenceMatch, ...] = ()
    copyrights: tuple[str, ...] = ()
    nearest: str = ""
    packages_only: bool = False
    unread: int = 0
    offers: tuple[str, ...] = ()
    is_statement: bool = False
    remarks: tuple[tuple[int, str], ...] = ()


@value
class ModuleLicence:
    """The licence of one module of the build list.

    subject: as the build list has it; effective: what the build takes in its place, None = a folder. declared: what the
    licence files in its root say, all together; concluded: that, and what the licence files of folders say from which
    the build takes packages, as far as it is known. "" when nobody knows, because of `reason`, which may also say what
    is not known beside them. source: where its files were read; is_read: whether all of them could be. not_built_for:
    "GOOS/GOARCH" of the build that takes nothing from it, where builds for others do; "" = this build does.
    """

    subject: ModuleVersion
    effective: ModuleVersion | None
    declared: str
    concluded: str
    files: tuple[LicenceFile, ...]
    source: LicenceSource
    reason: str = ""
    remedy: str = ""
    is_read: bool = True
    not_built_for: str = ""

    @property
    def confidence(self) -> int:
        """The percentage of the weakest match that the conclusion rests on; 0 without any."""
        return min((match.confidence for file in self.files for match in file.matches), default=0)
