"""The verdict: results, held against a policy on a day.

| outcome | when | exit |
|---|---|---|
| alarm | a finding of an alarm rule | 4 |
| broken | a finding of a rule about malformed input | 2 |
| incomplete | a gap at or above `fail_on`; or a score that could reach `min_score` if the gaps were passes | 3 |
| fail | a finding at or above `fail_on`, or a low score below `min_score` | 1 |
| nothing | no rule applied to anything | 5 |
| pass | everything else | 0 |

The first row that holds decides. A waived finding counts as a pass here and is shown apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from supplymatrix.model.fact import Facts, Gap, stands_for
from supplymatrix.model.rule import Level, Result, Rule, Status
from supplymatrix.model.verdict import Judged, Note, Outcome, Score, Verdict, WaiverUse
from supplymatrix.policy.document import LEVEL_ORDER, Policy
from supplymatrix.policy.outage import OutageRule
from supplymatrix.policy.requirements import VERSION_RULE, check_requirements, matched_globs
from supplymatrix.policy.score import Counted, compute_score
from supplymatrix.policy.waivers import WaiverBook

__all__ = ["EXIT_CODES", "judge"]

EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.ALARM: 4,
    Outcome.BROKEN: 2,
    Outcome.INCOMPLETE: 3,
    Outcome.FAIL: 1,
    Outcome.NOTHING: 5,
    Outcome.PASS: 0,
}
_STATUS_ORDER = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WAIVED: 2, Status.PASS: 3}


def judge(
    policy: Policy,
    results: Sequence[Result],
    facts: Facts,
    rules: Mapping[str, Rule],
    *,
    now: datetime,
    tool_version: str,
) -> Verdict:
    """Return the verdict on a project. rules: by id, every rule that a result names. now: UTC.

    Raises InputError when two entries of the policy speak of one module with equal weight.
    """
    book, outage = WaiverBook(policy, now.date()), OutageRule(policy, facts, now.date())
    required = check_requirements(policy, facts, rules[VERSION_RULE]) if VERSION_RULE in rules else ()
    applicable = [result for result in (*results, *required) if result.status is not Status.NOT_APPLICABLE]
    originals = stands_for(facts.items)
    everything = [
        _judge_one(policy, result, rules[result.rule], book, outage, original=originals.get(result.module, ""))
        for result in applicable
    ]
    counting = [judged for judged in everything if judged.level is not Level.OFF]
    score = compute_score((Counted(judged.rule, judged.status) for judged in counting), rules)
    outcome = _outcome(policy, counting, rules, score)
    shown = [judged for judged in counting if judged.status is not Status.PASS]
    shown.sort(key=_worst_first)
    return Verdict(
        outcome=outcome,
        exit_code=EXIT_CODES[outcome],
        score=score,
        min_score=policy.min_score,
        judged=tuple(shown),
        passed=sum(judged.status is Status.PASS for judged in counting),
        gaps=_distinct_gaps(facts, shown),
        notes=(*policy.notes, *book.notes(), *outage.notes(), *_notes_on_globs(policy, facts)),
        policy_name=policy.name,
        policy_digest=policy.digest,
        tool_version=tool_version,
        now=now,
    )


def _judge_one(
    policy: Policy, result: Result, rule: Rule, book: WaiverBook, outage: OutageRule, *, original: str
) -> Judged:
    """Judge one result. original: the module that this one is built in the place of, whose policy holds for it too."""
    level, origin = policy.level_of(rule, result.module)
    if original:
        asked, place = policy.level_of(rule, original)
        if LEVEL_ORDER[asked] > LEVEL_ORDER[level]:
            level, origin = asked, place
    status: Status = result.status
    waiver: WaiverUse | None = None
    if status is Status.FAIL and rule.alarms and level is not Level.OFF:
        level = Level.ALARM
    if status is Status.FAIL and result.finding is not None and rule.is_waivable and level is not Level.OFF:
        waiver = book.use_for(result.finding)
    if status is Status.UNKNOWN and result.gap is not None and level is not Level.OFF:
        waiver = outage.use_for(result.gap)
    if waiver is not None:
        status = Status.WAIVED
    return Judged(
        rule=result.rule,
        subject=result.subject,
        level=level,
        status=status,
        severity=rule.severity,
        finding=result.finding,
        gap=result.gap,
        waiver=waiver,
        required_by=origin,
    )


def _outcome(policy: Policy, counting: Sequence[Judged], rules: Mapping[str, Rule], score: Score | None) -> Outcome:
    failed = [judged for judged in counting if judged.status is Status.FAIL]
    unknown = [judged for judged in counting if judged.status is Status.UNKNOWN]
    if any(judged.level is Level.ALARM for judged in failed):
        return Outcome.ALARM
    if any(rules[judged.rule].input_fault for judged in failed):
        return Outcome.BROKEN
    if score is None:
        return Outcome.NOTHING
    bar = LEVEL_ORDER[policy.fail_on]
    if any(LEVEL_ORDER[judged.level] >= bar for judged in unknown):
        return Outcome.INCOMPLETE
    too_low = score.low < policy.min_score
    if too_low and unknown and score.high >= policy.min_score:
        return Outcome.INCOMPLETE
    if too_low or any(LEVEL_ORDER[judged.level] >= bar for judged in failed):
        return Outcome.FAIL
    return Outcome.PASS


def _worst_first(judged: Judged) -> tuple[int, int, str, str, int, str]:
    locations = judged.finding.locations if judged.finding else ()
    first = locations[0] if locations else judged.gap.location if judged.gap else None
    place = (first.artifact, first.line) if first else ("", 0)
    order = _STATUS_ORDER.get(judged.status, 3)
    return (order, -LEVEL_ORDER[judged.level], judged.rule, *place, judged.subject)


def _distinct_gaps(facts: Facts, shown: Sequence[Judged]) -> tuple[Gap, ...]:
    gaps = dict.fromkeys(facts.gaps)
    gaps.update(dict.fromkeys(judged.gap for judged in shown if judged.gap is not None))
    return tuple(sorted(gaps, key=repr))


def _notes_on_globs(policy: Policy, facts: Facts) -> list[Note]:
    if not policy.packages:
        return []
    matched = matched_globs(policy, facts)
    return [
        Note(
            code="package-matches-nothing",
            message=f"[packages.{entry.glob!r}] speaks of no module of this project",
            location=entry.location,
        )
        for entry in policy.packages
        if entry.glob not in matched
    ]
