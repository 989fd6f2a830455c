"""Ignores of an osv-scanner.toml as excuses: [vulns] osv_scanner_ignores = true.

One counts while it holds, and only where it ends: within as many days as a waiver of the policy may last.
"""

from __future__ import annotations

from datetime import date, timedelta

from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Finding
from supplymatrix.model.verdict import WaiverUse
from supplymatrix.model.vulnerability import IgnoredElsewhere
from supplymatrix.policy.document import ADVISORY_RULES, Policy

__all__ = ["IgnoreBook"]

_DAY = timedelta(days=1)
_OWNER = "osv-scanner.toml"


class IgnoreBook:
    """The ignores of a project on one day, where its policy takes them."""

    def __init__(self, policy: Policy, facts: Facts, today: date) -> None:
        said = policy.terms.get("vulns.osv_scanner_ignores")
        last = today + timedelta(days=policy.max_waiver_days)
        self._ignores: dict[tuple[str, str], list[IgnoredElsewhere]] = {}
        for fact in facts.of(IgnoredElsewhere) if said is not None and said.value is True else ():
            if fact.until is not None and today < fact.until <= last + _DAY:
                key = fact.subject.path, fact.subject.version
                self._ignores.setdefault(key, []).append(fact)

    def use_for(self, finding: Finding) -> WaiverUse | None:
        """Return the ignore that excuses a finding about an advisory, the one that lasts longest; None without one."""
        if not self._ignores or finding.rule not in ADVISORY_RULES:
            return None
        known = self._ignores.get((finding.module, finding.version), ())
        about = [fact for fact in known if {fact.advisory, *fact.names} & {*finding.advisories}]
        best = max(about, key=lambda fact: (fact.until or date.min, fact.location), default=None)
        if best is None or best.until is None:
            return None
        return WaiverUse(
            reason=best.reason or "no reason is given",
            owner=_OWNER,
            expires=best.until - _DAY,
            location=best.location,
            advisory=best.advisory,
        )
