"""Rules, and what a rule says of one thing it applies to."""

from __future__ import annotations

from enum import StrEnum

from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["Confidence", "Evidence", "Finding", "Level", "Result", "Rule", "Severity", "Status"]


class Severity(StrEnum):
    """How much harm the bad state can do; fixes the weight in the score (10, 5, 2, 1)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Level(StrEnum):
    """What the gate does with a finding. ALARM is fixed in the rule: no policy and no waiver can lower it."""

    OFF = "off"
    NOTE = "note"
    WARN = "warn"
    ERROR = "error"
    ALARM = "alarm"


class Confidence(StrEnum):
    """How sure a finding is: proven by cryptography or exact text, or likely by a rule of thumb."""

    PROVEN = "proven"
    HIGH = "high"
    LOW = "low"


class Status(StrEnum):
    """What became of one rule on one subject."""

    PASS = "pass"  # noqa: S105 - a status word, no password
    FAIL = "fail"
    WAIVED = "waived"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "n/a"


@value
class Rule:
    """A rule's registry line.

    id: "SM101", never reused. name: kebab-case, names the bad state. title: one line for people. why: one sentence.
    needs: names of the fact types it reads. offline: can be judged without any network. check_kind: key of clause
    files.
    input_fault: a fail means that the user's own file is malformed, so that the run ends with exit 2 unless it ends
    in an alarm. alarms: a fail is an alarm although a policy may leave the rule off. gap_only: it never fails, it only
    says what is not known. never_off: without it what it tells would be a silent pass. of_policy: it is about the
    policy itself, so that it has no part in the score and cannot be waived.
    """

    id: str
    name: str
    title: str
    why: str
    severity: Severity
    level: Level
    needs: tuple[str, ...]
    offline: bool
    fixable: bool
    since: str
    check_kind: str
    input_fault: bool = False
    alarms: bool = False
    gap_only: bool = False
    never_off: bool = False
    of_policy: bool = False

    @property
    def is_alarm(self) -> bool:
        """Whether a fail is an alarm: always, or wherever the policy asks for the rule at all."""
        return self.level is Level.ALARM or self.alarms

    @property
    def can_be_off(self) -> bool:
        """Whether a policy may leave it out."""
        return not (self.level is Level.ALARM or self.input_fault or self.never_off)

    @property
    def is_waivable(self) -> bool:
        """Whether somebody may take a finding upon himself."""
        return not (self.is_alarm or self.input_fault or self.gap_only or self.of_policy)


@value
class Evidence:
    """What a finding rests on: label and exact value, e.g. ("log record", "31337421")."""

    label: str
    value: str


@value
class Finding:
    """A rule's bad state, seen on one subject.

    rule: rule id. subject: "path@version", with "/go.mod" where only that line is meant. module: module path, "" if
    none.
    label: short text that belongs under the caret. locations: first = primary. fingerprint: stable when lines move.
    advisories: ids of what the finding is about, with all aliases (GO-…, CVE-…, GHSA-…). replacement: what the module
    is replaced by, "path@version" or a folder as go.mod writes it, "" = nothing or not of concern. licences: of a
    finding about licences what is not wanted, for each choice that the licence leaves.
    """

    rule: str
    subject: str
    module: str
    version: str
    message: str
    label: str
    locations: tuple[Location, ...]
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    confidence: Confidence = Confidence.PROVEN
    fingerprint: str = ""
    advisories: tuple[str, ...] = ()
    replacement: str = ""
    licences: tuple[tuple[str, ...], ...] = ()


@value
class Result:
    """One rule on one subject, before any policy: PASS, FAIL (finding set) or UNKNOWN (gap set). n/a is simply not
    yielded."""

    rule: str
    subject: str
    module: str
    status: Status
    version: str = ""
    finding: Finding | None = None
    gap: Gap | None = None
