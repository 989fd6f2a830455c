"""The score: an interval of exact fractions, in which not knowing never helps.

Each rule that applies to anything has a weight by its severity (critical 10, high 5, medium 2, low 1). Of its weight it
earns the share of its subjects that pass, waived ones included. `low` takes every unknown as a fail, `high` as a pass.
An alarm caps both at 49; an unknown of an alarm rule caps `low`. What is printed adds up exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from supplymatrix.model.rule import Rule, Severity, Status
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Contribution, Score

__all__ = ["ALARM_CAP", "WEIGHTS", "Counted", "Tally", "compute_score", "score_of"]

WEIGHTS: Mapping[Severity, int] = {Severity.CRITICAL: 10, Severity.HIGH: 5, Severity.MEDIUM: 2, Severity.LOW: 1}
ALARM_CAP = 49


@value(kw_only=False)
class Counted:
    """One result as the score sees it: its rule, and what became of it (never n/a)."""

    rule: str
    status: Status


@dataclass(slots=True)
class Tally:
    """How many subjects of one rule ended how."""

    passed: int = 0
    failed: int = 0
    waived: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.waived + self.unknown

    def add(self, status: Status) -> None:
        if status is Status.PASS:
            self.passed += 1
        elif status is Status.FAIL:
            self.failed += 1
        elif status is Status.WAIVED:
            self.waived += 1
        else:
            self.unknown += 1


def compute_score(
    results: Iterable[Counted], rules: Mapping[str, Rule], weights: Mapping[str, int] = MappingProxyType({})
) -> Score | None:
    """Return the score of the results that count, None when there are none. weights: by severity, over WEIGHTS."""
    tallies: dict[str, Tally] = {}
    for result in results:
        tallies.setdefault(result.rule, Tally()).add(result.status)
    return score_of(tallies, rules, weights)


def score_of(
    tallies: Mapping[str, Tally], rules: Mapping[str, Rule], by_severity: Mapping[str, int] = MappingProxyType({})
) -> Score | None:
    """Return the score of what was counted for each rule, None where that is nothing. by_severity: over WEIGHTS."""
    if not tallies:
        return None
    weights = {rule: by_severity.get(rules[rule].severity, WEIGHTS[rules[rule].severity]) for rule in tallies}
    whole = sum(weights.values())
    contributions = []
    waived = Fraction(0)
    for rule, tally in sorted(tallies.items()):
        points = Fraction(100 * weights[rule], whole * tally.total)
        low = points * (tally.passed + tally.waived)
        waived += points * tally.waived
        contributions.append(
            Contribution(
                rule=rule,
                weight=weights[rule],
                passed=tally.passed,
                failed=tally.failed,
                waived=tally.waived,
                unknown=tally.unknown,
                low=low,
                high=low + points * tally.unknown,
            )
        )
    low, high = sum((c.low for c in contributions), Fraction(0)), sum((c.high for c in contributions), Fraction(0))
    caps = _caps(tallies, rules, low, high)
    return Score(
        low=low - sum((cap[1] for cap in caps), Fraction(0)),
        high=high - sum((cap[2] for cap in caps), Fraction(0)),
        waived=waived,
        contributions=tuple(contributions),
        caps=caps,
    )


def _caps(
    tallies: Mapping[str, Tally], rules: Mapping[str, Rule], low: Fraction, high: Fraction
) -> tuple[tuple[str, Fraction, Fraction, str], ...]:
    """Return what alarms take away: (rule, points of low, points of high, why); later caps take what is left."""
    caps = []
    for rule, tally in sorted(tallies.items(), key=lambda item: (item[1].failed == 0, item[0])):
        if not rules[rule].is_alarm or not (tally.failed or tally.unknown):
            continue
        from_low = max(Fraction(0), low - ALARM_CAP)
        from_high = max(Fraction(0), high - ALARM_CAP) if tally.failed else Fraction(0)
        if from_low or from_high:
            why = "an alarm" if tally.failed else "an alarm that could not be ruled out"
            caps.append((rule, from_low, from_high, f"{why} caps the score at {ALARM_CAP}"))
            low, high = low - from_low, high - from_high
    return tuple(caps)
