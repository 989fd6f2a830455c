"""What a look for known vulnerabilities came to, and in which order a reader is to see it."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.gap import Gap
from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import (
    GoSupport,
    IgnoredElsewhere,
    Review,
    UncheckedModule,
    VulnDatabase,
    Vulnerability,
    VulnLevel,
)

__all__ = ["VulnGroup", "VulnRun", "group_of", "is_alarming"]


class VulnGroup(StrEnum):
    """How near a vulnerability is, as reports group them, the worst first.

    MALICIOUS: the module was made to harm. CALLED: a function at fault is linked in, or called. IMPORTED: a package at
    fault is. REQUIRED: only the module is there. UNREVIEWED: likewise, by an entry that nobody has reviewed.
    """

    MALICIOUS = "malicious"
    CALLED = "called"
    IMPORTED = "imported"
    REQUIRED = "required only"
    UNREVIEWED = "unreviewed"


@value
class VulnRun:
    """What was found. subjects: names of the projects and programs that were looked at, in order. checked: module
    versions held against the databases. unchecked: those that none can speak of. ignored: what another tool's settings
    are silent about. notes: in words, of what the answer rests on.

    exit_code: 0 nothing near was found, 1 something was, or a Go is not supported any more, 3 something could not be
    had, read or judged, 5 there was nothing to look at.
    """

    databases: tuple[VulnDatabase, ...]
    vulnerabilities: tuple[Vulnerability, ...]
    go_support: tuple[GoSupport, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    exit_code: int
    subjects: tuple[str, ...] = ()
    checked: int = 0
    unchecked: tuple[UncheckedModule, ...] = ()
    ignored: tuple[IgnoredElsewhere, ...] = ()


def group_of(found: Vulnerability) -> VulnGroup:
    """Return where a report shows a vulnerability."""
    if found.is_malicious:
        return VulnGroup.MALICIOUS
    if found.level is VulnLevel.MODULE:
        return VulnGroup.UNREVIEWED if found.review is Review.UNREVIEWED else VulnGroup.REQUIRED
    return VulnGroup.CALLED if found.level is VulnLevel.SYMBOL else VulnGroup.IMPORTED


def is_alarming(found: Vulnerability) -> bool:
    """Return whether a vulnerability is more than a note: it is near, or nobody could look whether it is; a module
    that was made to harm is so wherever it stands."""
    return found.is_malicious or not found.is_ruled_out
