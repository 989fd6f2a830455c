"""An outage of the log: whether a policy lets a run pass in which the log could not be asked for some lines.

    [policy]
    on_outage = "warn until 14d"

Only what failed in a way that may pass is excused (no connection, time-out, 5xx): never an answer that was wrong, a
name that was withheld, or a run that was told to use no network. And only beside proofs that hold, for lines of this
very go.sum, and were made at most so many days ago: their age is the time for which the project stands without a word
of the log.
"""

from __future__ import annotations

from datetime import date, timedelta

from supplymatrix.model.fact import Facts, Gap, ProofFile
from supplymatrix.model.verdict import Note, WaiverUse
from supplymatrix.policy.document import Policy

__all__ = ["OUTAGE_OWNER", "OutageRule"]

OUTAGE_OWNER = "on_outage"
"""Stands as the owner of what an outage excuses."""


class OutageRule:
    """What the policy makes of gaps on one day; remembers how many it excused."""

    def __init__(self, policy: Policy, facts: Facts, today: date) -> None:
        self._policy = policy
        self._excused: set[str] = set()
        self._left: set[str] = set()
        days = [
            proof.seen_on
            for proof in facts.of(ProofFile)
            if not proof.fault and proof.seen_on is not None and proof.records > proof.unused
        ]
        self._made = min((day for day in days if day <= today), default=None)
        self._expires = self._made + timedelta(days=policy.outage_days) if self._made is not None else None
        self._holds = policy.outage_days > 0 and self._expires is not None and today <= self._expires

    def use_for(self, gap: Gap) -> WaiverUse | None:
        """Return what excuses a gap today; None when it counts."""
        if not gap.outage or not self._policy.outage_days:
            return None
        subject = f"{gap.subject} {gap.kind}"
        if not self._holds or self._expires is None:
            self._left.add(subject)
            return None
        self._excused.add(subject)
        return WaiverUse(
            reason=f"the log could not be asked, and the proofs beside go.sum are of {self._made}",
            owner=OUTAGE_OWNER,
            expires=self._expires,
            location=self._policy.outage_location,
        )

    def notes(self) -> list[Note]:
        """Return what should be said after all gaps were seen."""
        place = self._policy.outage_location
        if self._excused:
            text = (
                f"on_outage: the log could not be asked for {len(self._excused):,} go.sum lines; until {self._expires} "
                f"they are excused, since the proofs beside go.sum are of {self._made}"
            )
            return [Note(code="outage-excused", message=text, location=place)]
        if self._left:
            why = "there are no proofs with a day beside go.sum" if self._made is None else f"they are of {self._made}"
            text = f"on_outage excuses nothing: {why} (supplymatrix prove makes them)"
            return [Note(code="outage-not-excused", message=text, location=place)]
        return []
