"""What can differ between two bills of materials, as values."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["ChangeSort", "SbomChange", "SbomDiff"]


class ChangeSort(StrEnum):
    """What is different, the gravest first."""

    HASH = "hash"
    LOG = "log"
    """What is said of the transparency log."""
    CONTENT = "content"
    """Of something without a version, such as a file."""
    NAMES = "names"
    """Name or version field beside a purl that stays the same."""
    TWICE = "twice"
    """Listed more often, or less often."""
    VULNERABLE = "vulnerable"
    """A known vulnerability that the other side has not, of a module at its version."""
    CLEARED = "cleared"
    VERSION = "version"
    ADDED = "added"
    REMOVED = "removed"
    SUBJECT = "subject"
    LICENCE = "licence"
    REPLACEMENT = "replacement"
    DROPPED = "dropped"
    """A hash or an address that only one of both files has."""
    ADDRESS = "address"
    COMPLETE = "completeness"
    EDGE = "edge"
    SCOPE = "scope"
    USE = "use"
    SUPPLIER = "supplier"
    SPELLING = "spelling"


@value(order=True)
class SbomChange:
    """One difference. before, after: of that very thing, "" for nothing. detail: more about it."""

    sort: ChangeSort
    name: str
    before: str
    after: str
    detail: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether the same version has another hash."""
        return self.sort is ChangeSort.HASH


@value
class SbomDiff:
    """changes: by sort and name. unchanged: components that are in both and alike. before, after: how many there are in
    each. not_compared: names of those that have hashes in one file or of other kinds, so that they were not compared.
    is_one_form: both files are of one format; of others what one of them has no place for is not compared.
    is_one_kind: both are of projects, or of compiled programs; else what only a project says is not compared either.
    """

    changes: tuple[SbomChange, ...]
    unchanged: int
    before: int
    after: int
    not_compared: int = 0
    is_one_form: bool = True
    is_one_kind: bool = True
