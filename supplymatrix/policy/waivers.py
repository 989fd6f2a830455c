"""Waivers: a finding that somebody has taken upon himself, with a reason, until a day.

Only findings can be waived. What could not be checked stays unknown: nobody can answer for what nobody has seen.
"""

from __future__ import annotations

from datetime import date, timedelta

from supplymatrix.model.rule import Finding
from supplymatrix.model.verdict import Note, WaiverUse
from supplymatrix.policy.document import Policy, Waiver
from supplymatrix.policy.globs import matches

__all__ = ["WaiverBook"]

_SOON = timedelta(days=14)
_LONG = timedelta(days=180)


class WaiverBook:
    """The waivers of a policy on one day; remembers which of them were used."""

    def __init__(self, policy: Policy, today: date) -> None:
        self._today = today
        self._used: set[int] = set()
        self._by_rule: dict[str, list[tuple[int, Waiver]]] = {}
        self._waivers = policy.waivers
        for number, waiver in enumerate(policy.waivers):
            self._by_rule.setdefault(waiver.rule, []).append((number, waiver))

    def use_for(self, finding: Finding) -> WaiverUse | None:
        """Return the waiver that excuses a finding today, the one that lasts longest; None without one."""
        best: Waiver | None = None
        for number, waiver in self._by_rule.get(finding.rule, ()):
            if not matches(waiver.package, finding.module) or waiver.version not in ("", finding.version):
                continue
            self._used.add(number)
            if waiver.expires >= self._today and (best is None or waiver.expires > best.expires):
                best = waiver
        if best is None:
            return None
        return WaiverUse(reason=best.reason, owner=best.owner, expires=best.expires, location=best.location)

    def notes(self) -> list[Note]:
        """Return what should be said of the waivers after all findings were seen."""
        notes = []
        for number, waiver in enumerate(self._waivers):
            name, left = f"{waiver.rule} on {waiver.package}", waiver.expires - self._today
            if number not in self._used:
                notes.append(Note(code="waiver-unused", message=f"the waiver of {name} excuses nothing: remove it",
                                  location=waiver.location))  # fmt: skip
            elif left < timedelta(0):
                text = f"the waiver of {name} ({waiver.owner}) expired on {waiver.expires}: its finding counts again"
                notes.append(Note(code="waiver-expired", message=text, location=waiver.location))
            elif left <= _SOON:
                text = f"the waiver of {name} ({waiver.owner}) expires on {waiver.expires}, in {left.days} days"
                notes.append(Note(code="waiver-expires-soon", message=text, location=waiver.location))
            elif left > _LONG:
                text = (
                    f"the waiver of {name} lasts until {waiver.expires}, more than {_LONG.days} days: review it earlier"
                )
                notes.append(Note(code="waiver-too-long", message=text, location=waiver.location))
        return notes
