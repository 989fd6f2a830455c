"""How a rule says pass, fail or unknown of one thing; and where a finding's fingerprint comes from."""

from __future__ import annotations

import hashlib

from supplymatrix.model.fact import Gap, SumKind, SumLine
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Finding, Result, Rule, Status

__all__ = [
    "failed", "fingerprint_of", "gap_of", "line_subject", "passed", "shorten_hash", "unknown",
]  # fmt: skip


def line_subject(module: ModuleVersion, kind: SumKind) -> str:
    """Return the subject of a go.sum line: "path@version", with "/go.mod" for the line of the go.mod alone."""
    return f"{module}/go.mod" if kind is SumKind.GO_MOD else str(module)


def passed(rule: Rule, subject: str, module: ModuleVersion) -> Result:
    """Return that the rule holds for a subject."""
    return Result(rule=rule.id, subject=subject, module=module.path, version=module.version, status=Status.PASS)


def unknown(rule: Rule, subject: str, module: ModuleVersion, gap: Gap) -> Result:
    """Return that nobody can say, and why."""
    return Result(
        rule=rule.id, subject=subject, module=module.path, version=module.version, status=Status.UNKNOWN, gap=gap
    )


def failed(
    rule: Rule,
    subject: str,
    module: ModuleVersion,
    *,
    message: str,
    label: str,
    locations: tuple[Location, ...],
    evidence: tuple[Evidence, ...] = (),
    fix: str = "",
    identity: str = "",
    replacement: str = "",
    advisories: tuple[str, ...] = (),
) -> Result:
    """Return a finding. Its fingerprint depends on rule and subject, not on the place in the file.

    identity: what the fingerprint is made of where the subject does not say it all. replacement, advisories: as in
    `Finding`.
    """
    finding = Finding(
        rule=rule.id,
        subject=subject,
        module=module.path,
        version=module.version,
        message=message,
        label=label,
        locations=locations,
        evidence=evidence,
        fix=fix,
        fingerprint=fingerprint_of(rule.id, identity or subject),
        advisories=advisories,
        replacement=replacement,
    )
    return Result(
        rule=rule.id,
        subject=subject,
        module=module.path,
        version=module.version,
        status=Status.FAIL,
        finding=finding,
    )


def fingerprint_of(rule_id: str, identity: str) -> str:
    """Return the name under which a result is known again in a later run, 32 hex digits."""
    return hashlib.sha256(f"{rule_id}\n{identity}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def gap_of(
    line: SumLine, reason: str = "it was not looked up", remedy: str = "run again", *, outage: bool = False
) -> Gap:
    """Return the gap of a go.sum line without a proof; one that was forgotten has one too, to be no pass.

    outage: as in `Gap`.
    """
    return Gap(
        wanted=f"log record of {line.subject}",
        reason=reason,
        remedy=remedy,
        subject=str(line.subject),
        kind=line.kind,
        location=line.location,
        outage=outage,
    )


def shorten_hash(value: str) -> str:
    """Return a hash short enough for a label: "h1:i40aqf…"."""
    return value if len(value) <= 12 else f"{value[:10]}…"
