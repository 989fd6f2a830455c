"""Audits of a check in words: which families were on, and of each how much was found and the worst of it."""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.verdict import Judged
from supplymatrix.reports.tally import counted

__all__ = ["FAMILY_TITLES", "families_on", "family_of_judged", "family_words"]

FAMILY_TITLES: Mapping[AuditFamily, str] = {
    AuditFamily.VULNS: "known vulnerabilities",
    AuditFamily.CRYPTO: "FIPS 140-3",
    AuditFamily.CGO: "code that is not Go",
    AuditFamily.SOURCES: "sources, names and credentials",
    AuditFamily.VENDOR_PATH: "vendor path",
}
"""What a family looks at."""
_WORDS = {Level.ALARM: "alarm", Level.ERROR: "error", Level.WARN: "warning", Level.NOTE: "note"}


def families_on(audit: Audit) -> tuple[AuditFamily, ...]:
    """Return the families of which a rule was on."""
    found = {family_of(rule) for rule in audit.rules if rule not in audit.verdict.off}
    return tuple(family for family in AuditFamily if family in found)


def family_of_judged(item: Judged) -> AuditFamily | None:
    """Return the family whose audit a finding or gap comes from, None for those of the check itself."""
    return item.gap.family if item.gap is not None and item.gap.family is not None else family_of(item.rule)


def family_words(audit: Audit, family: AuditFamily) -> str:
    """Return how much of what was found, and the worst of it: "2 errors, 1 unknown · worst: SM301 GO-… in a@v1"."""
    own = [item for item in audit.verdict.judged if family_of_judged(item) is family]
    failed = [item for item in own if item.status is Status.FAIL]
    parts = [
        counted(number, word)
        for level, word in _WORDS.items()
        if (number := sum(item.level is level for item in failed))
    ]
    unknown = len({item.gap for item in own if item.status is Status.UNKNOWN})
    waived = sum(item.status is Status.WAIVED for item in own)
    parts += [f"{unknown:,} unknown"] if unknown else []
    parts += [f"{waived:,} waived"] if waived else []
    if not parts:
        checked = _passed(audit, family)
        return f"nothing found, {counted(checked, 'thing')} checked" if checked else "nothing to look at"
    worst = next(iter(failed), None)  # the verdict has the worst first
    return ", ".join(parts) + (f" · worst: {worst.rule} {worst.subject}" if worst is not None else "")


def _passed(audit: Audit, family: AuditFamily) -> int:
    score = audit.verdict.score
    return sum(share.passed for share in score.contributions if family_of(share.rule) is family) if score else 0
