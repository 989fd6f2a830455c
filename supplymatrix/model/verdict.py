"""The verdict: what a policy makes of the results, with the score as an interval of exact fractions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding, Level, Severity, Status
from supplymatrix.model.value import value

__all__ = ["Contribution", "Judged", "Note", "Outcome", "Score", "Verdict", "WaiverUse"]


class Outcome(StrEnum):
    """The gate's answer. NOTHING: no rule applied to anything (exit 5). BROKEN: the user's input is malformed (exit
    2)."""

    PASS = "pass"  # noqa: S105 - a status word, no password
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    ALARM = "alarm"
    NOTHING = "nothing"
    BROKEN = "broken"


@value
class WaiverUse:
    """The waiver that excuses a finding. location: its table in lift.toml."""

    reason: str
    owner: str
    expires: date
    location: Location


@value
class Judged:
    """One finding or gap after the policy. level: what the policy makes of it. required_by: the lift.toml place that
    asks for the rule."""

    rule: str
    subject: str
    level: Level
    status: Status
    severity: Severity
    finding: Finding | None = None
    gap: Gap | None = None
    waiver: WaiverUse | None = None
    required_by: Location | None = None


@value
class Contribution:
    """One rule's share of the score: weight, how many subjects passed, failed, were waived or unknown, and the points
    of 100."""

    rule: str
    weight: int
    passed: int
    failed: int
    waived: int
    unknown: int
    low: Fraction
    high: Fraction


@value
class Score:
    """low takes every unknown as a fail, high as a pass; waived is the share of points that rest on waivers. All of
    0..100.

    contributions add up to low/high before caps; caps: (rule, points taken from low, points taken from high, text).
    Contributions + caps = the printed score, exactly.
    """

    low: Fraction
    high: Fraction
    waived: Fraction
    contributions: tuple[Contribution, ...]
    caps: tuple[tuple[str, Fraction, Fraction, str], ...]


@value
class Note:
    """Something a reader should know that is no finding, e.g. "version 1.8.0 read as v1.8.0". code: kebab-case."""

    code: str
    message: str
    location: Location | None = None


@value
class Verdict:
    """What the gate decides on one subject.

    judged: every fail, waived and unknown result at a level above off, worst first. passed: number of passes.
    now: the moment (UTC) that waivers were judged at. policy_digest: sha256 hex of the resolved policy.
    """

    outcome: Outcome
    exit_code: int
    score: Score | None
    min_score: int
    judged: tuple[Judged, ...]
    passed: int
    gaps: tuple[Gap, ...]
    notes: tuple[Note, ...]
    policy_name: str
    policy_digest: str
    tool_version: str
    now: datetime
