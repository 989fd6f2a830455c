"""The verdict: what a policy makes of the results, with the score as an interval of exact fractions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Finding, Level, Severity, Status
from supplymatrix.model.value import value

__all__ = [
    "HISTORY_UNKNOWN", "NOT_COMMITTED", "Contribution", "ExcuseKind", "Judged", "Mode", "Note", "Outcome", "PolicyFile",
    "Score", "Verdict", "WaiverEntry", "WaiverState", "WaiverUse",
]  # fmt: skip

HISTORY_UNKNOWN = "waiver-history-unknown"
"""Code of the note that says why the register names no commit."""
NOT_COMMITTED = "not committed"
"""The commit of a register line that no commit has as it stands."""


class Outcome(StrEnum):
    """The gate's answer. NOTHING: no rule applied to anything (exit 5). BROKEN: the user's input is malformed (exit
    2)."""

    PASS = "pass"  # noqa: S105 - a status word, no password
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    ALARM = "alarm"
    NOTHING = "nothing"
    BROKEN = "broken"


class Mode(StrEnum):
    """What the gate does with its own answer. OBSERVE: findings are told as notes and exit 0; WARN: as warnings and
    exit 0; ENFORCE: they decide. An alarm and broken input decide in every mode."""

    OBSERVE = "observe"
    WARN = "warn"
    ENFORCE = "enforce"


class ExcuseKind(StrEnum):
    """Why a result counts as passed though it is none: [[waivers]], the debt list of `policy adopt`, or on_outage."""

    WAIVER = "waiver"
    DEBT = "debt"
    OUTAGE = "outage"


@value
class WaiverUse:
    """What excuses a finding. location: its table in lift.toml. advisory: the id that it names, "" = any."""

    reason: str
    owner: str
    expires: date
    location: Location
    kind: ExcuseKind = ExcuseKind.WAIVER
    ticket: str = ""
    advisory: str = ""
    vex_justification: str = ""


class WaiverState(StrEnum):
    """What became of a waiver in a run. UNKNOWN: what it speaks of could not be checked. REFUSED: it asks for more than
    the policy's cap and excuses nothing."""

    IN_USE = "in use"
    UNUSED = "unused"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REFUSED = "refused"


@value
class WaiverEntry:
    """One line of the waiver register: a waiver as the policy has it, and what it did in this run.

    package: glob; version, advisory: "" = any; licences: none = any. findings: how many it excuses now. commit (hex,
    shortened, or NOT_COMMITTED), author and committed_on (the author's day): who last changed the entry, from git; ""
    and None where nobody asked or git does not know.
    """

    rule: str
    package: str
    version: str
    advisory: str
    reason: str
    owner: str
    expires: date
    ticket: str
    vex_justification: str
    location: Location
    state: WaiverState
    findings: int
    licences: tuple[str, ...] = ()
    commit: str = ""
    author: str = ""
    committed_on: date | None = None


@value
class PolicyFile:
    """One file that the policy was put together from. artifact: path, "preset NAME" or address; sha256: hex, of its
    bytes."""

    artifact: str
    sha256: str


@value
class Judged:
    """One finding or gap after the policy. level: what the policy makes of it. required_by: the place in
    lift.toml or a parent that makes it so, None where that is the program or its default preset. known_before: the run
    compares with an earlier revision (--diff-base), and that has it too, so that it is told and decides nothing."""

    rule: str
    subject: str
    level: Level
    status: Status
    severity: Severity
    finding: Finding | None = None
    gap: Gap | None = None
    waiver: WaiverUse | None = None
    required_by: Location | None = None
    known_before: bool = False


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
    mode: what exit_code makes of the outcome. waivers: the register, in the order of the policy. policy_files: what
    the policy was put together from. frameworks: of [compliance]. diff_base: the commit whose findings decide nothing,
    "" = all decide; of_all: what the outcome would be if all did, None where that is `outcome`. fail_on: the level from
    which on a result decides. off: ids of the rules that the policy has off for the project and for every module.
    audits_beside: families of audits that the command line had looked at beside those of the policy.
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
    mode: Mode = Mode.ENFORCE
    waivers: tuple[WaiverEntry, ...] = ()
    policy_files: tuple[PolicyFile, ...] = ()
    frameworks: tuple[str, ...] = ()
    diff_base: str = ""
    of_all: Outcome | None = None
    fail_on: Level = Level.ERROR
    off: tuple[str, ...] = ()
    audits_beside: tuple[str, ...] = ()
