"""The verdict: results, held against a policy on a day.

| outcome | when | exit |
|---|---|---|
| alarm | a finding of an alarm rule | 4 |
| broken | a finding of a rule about malformed input | 2 |
| incomplete | a gap at or above `fail_on`; or a score that could reach `min_score` if the gaps were passes | 3 |
| fail | a finding at or above `fail_on`, or a low score below `min_score` | 1 |
| nothing | no rule applied to anything | 5 |
| pass | everything else | 0 |

The first row that holds decides. A waived finding counts as a pass here and is shown apart. In the modes observe and
warn the outcome is the same and told, and "incomplete" and "fail" exit with 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap, stands_for
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Result, Rule, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Mode, Outcome, Score, Verdict, WaiverUse
from supplymatrix.policy.audits import asked_rules, check_audits, is_settled, judge_audits
from supplymatrix.policy.cooldown import AGE_RULE, check_cooldown
from supplymatrix.policy.document import LEVEL_ORDER, Policy
from supplymatrix.policy.hygiene import check_policy_itself
from supplymatrix.policy.ignored import IgnoreBook
from supplymatrix.policy.licences import asked_at, check_licences
from supplymatrix.policy.outage import OutageRule
from supplymatrix.policy.requirements import VERSION_RULE, check_requirements
from supplymatrix.policy.score import Tally, score_of
from supplymatrix.policy.signatures import asked_of_signatures, check_signatures
from supplymatrix.policy.toolchain import asked_of_go, judge_toolchains, notes_on_gos
from supplymatrix.policy.vendor_requirements import check_vendors
from supplymatrix.policy.waivers import DebtBook, WaiverBook

__all__ = ["EXIT_CODES", "can_be_gone", "exit_code_of", "judge", "mended", "outcome_of"]

EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.ALARM: 4,
    Outcome.BROKEN: 2,
    Outcome.INCOMPLETE: 3,
    Outcome.FAIL: 1,
    Outcome.NOTHING: 5,
    Outcome.PASS: 0,
}
_FORGIVEN = frozenset({Outcome.FAIL, Outcome.INCOMPLETE})
"""What ends with 0 in a mode that only tells. Never an alarm, and never input that cannot be read."""
_Group = tuple[tuple[int, ...], ...]
AUDIT_RULE = "SM910"
"""What tells a gap of an audit where the rule is off that would have answered with it, or lower than another one that
the policy names, and whose finding the gap may hide."""
_STATUS_ORDER = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.WAIVED: 2, Status.PASS: 3}


def judge(
    policy: Policy,
    results: Sequence[Result],
    facts: Facts,
    rules: Mapping[str, Rule],
    *,
    now: datetime,
    tool_version: str,
    gone: Collection[tuple[str, str]] = (),
) -> Verdict:
    """Return the verdict on a project. rules: by id, every rule that a result names. now: UTC. gone: path and
    version of modules that are taken as what the policy asks them to be; in the results they are so already.

    Raises InputError when two entries of the policy speak of one module with equal weight.
    """
    judging = _Judging(policy, facts, rules, now)
    held = judge_audits(results, policy, facts, rules, now) if policy.terms else results
    judging.take(judge_toolchains(held, policy, facts, rules))
    judging.take(mended(_required(policy, facts, rules, now), rules, gone))
    judging.take(
        check_policy_itself(policy, facts, rules, waivers=judging.waivers, debt=judging.debt, today=now.date())
    )
    score = score_of(
        {rule: tally for rule, tally in judging.tallies.items() if not rules[rule].of_policy}, rules, policy.weights
    )
    shown = sorted(judging.shown, key=_worst_first)
    outcome = outcome_of(policy, shown, rules, score)
    return Verdict(
        outcome=outcome,
        exit_code=exit_code_of(outcome, policy.mode),
        score=score,
        min_score=policy.min_score,
        judged=tuple(shown),
        passed=sum(tally.passed for tally in judging.tallies.values()),
        gaps=_distinct_gaps(policy, facts, shown),
        notes=(*policy.notes, *judging.outage.notes(), *notes_on_gos(policy, facts)),
        policy_name=policy.name,
        policy_digest=policy.digest,
        tool_version=tool_version,
        now=now,
        mode=policy.mode,
        waivers=judging.waivers.entries(),
        policy_files=policy.sources,
        frameworks=policy.frameworks,
        fail_on=policy.fail_on,
        audits_beside=tuple(sorted(policy.beside)),
        off=tuple(sorted(rule.id for rule in rules.values() if _is_off(policy, rule))),
    )


def can_be_gone(rule: Rule, result: Result) -> bool:
    """Return whether another version could mend a result: it is a finding, and no alarm."""
    return result.status is Status.FAIL and bool(result.module) and not (rule.is_alarm or rule.input_fault)


def mended(results: Iterable[Result], rules: Mapping[str, Rule], gone: Collection[tuple[str, str]]) -> Iterable[Result]:
    """Yield results, as passes those that another version of their module could mend and that are gone."""
    for result in results:
        is_gone = (result.module, result.version) in gone and can_be_gone(rules[result.rule], result)
        yield changed(result, status=Status.PASS, finding=None) if is_gone else result


def exit_code_of(outcome: Outcome, mode: Mode) -> int:
    """Return what a run ends with."""
    return 0 if mode is not Mode.ENFORCE and outcome in _FORGIVEN else EXIT_CODES[outcome]


def _is_off(policy: Policy, rule: Rule) -> bool:
    """Return whether a rule is off for the whole project, and no entry has it on for some modules."""
    if policy.level_of(rule, "")[0] is not Level.OFF:
        return False
    return all(entry.levels.get(rule.id, Level.OFF) is Level.OFF for entry in policy.packages)


def _required(policy: Policy, facts: Facts, rules: Mapping[str, Rule], now: datetime) -> Iterator[Result]:
    """Yield the results that only a policy can produce of a project."""
    if VERSION_RULE in rules:
        yield from check_requirements(policy, facts, rules[VERSION_RULE])
    if AGE_RULE in rules:
        yield from check_cooldown(policy, facts, rules[AGE_RULE], now)
    yield from check_licences(policy, facts, rules)
    yield from check_vendors(policy, facts, rules, now)
    yield from check_signatures(policy, facts, rules)
    if policy.terms:
        yield from check_audits(policy, facts, rules, now)


class _Judging:
    """What one policy makes of results, one after the other; remembers what was excused.

    tallies: of each rule that is on, what became of its results; shown: all of them but the passes.
    """

    def __init__(self, policy: Policy, facts: Facts, rules: Mapping[str, Rule], now: datetime) -> None:
        self.waivers = WaiverBook(policy, now.date())
        self.debt = DebtBook(policy.debt, now.date())
        self._ignores = IgnoreBook(policy, facts, now.date())
        self.outage = OutageRule(policy, facts, now.date())
        self._policy = policy
        self._rules = rules
        self._originals = stands_for(facts.items)
        self._groups: dict[str, _Group] = {}
        self._levels: dict[tuple[str, _Group], tuple[Level, Location | None]] = {}
        self._gaps = frozenset(gap for gap in facts.gaps if gap.family is not None and AUDIT_RULE in rules)
        self._told: set[tuple[Gap, str]] = set()
        self._asked_rules: dict[AuditFamily, tuple[Rule, ...]] = {}
        self.tallies: dict[str, Tally] = {}
        self.shown: list[Judged] = []

    def take(self, results: Iterable[Result]) -> None:
        """Judge results. Nearly all of them pass, and of a pass nothing is kept but that it was one."""
        off, passes, not_applicable = Level.OFF, Status.PASS, Status.NOT_APPLICABLE
        for found in results:
            result, status = found, found.status
            if status is not_applicable:
                continue
            rule = self._rules[result.rule]
            level, origin = self._level(rule, result.module)
            gap = result.gap
            if level is off and (gap is None or gap.family is None or AUDIT_RULE not in self._rules):
                continue
            if gap is not None and rule.id != AUDIT_RULE and (level is off or self._hides_more(gap, result, level)):
                if (gap, result.subject) in self._told:
                    continue
                self._told.add((gap, result.subject))
                rule, result = self._rules[AUDIT_RULE], changed(result, rule=AUDIT_RULE)
                level, origin = self._level(rule, result.module)
            if status is not passes:
                judged = self._judged(result, rule, level, origin)
                self.shown.append(judged)
                status = judged.status
            tally = self.tallies.get(rule.id)
            if tally is None:
                tally = self.tallies[rule.id] = Tally()
            tally.add(status)

    def _hides_more(self, gap: Gap, result: Result, level: Level) -> bool:
        """Return whether what an audit did not see may be a finding of a rule that the policy names at a higher level
        than the one that answers with the gap."""
        if gap.family is None or gap not in self._gaps:
            return False
        named = self._asked_rules.get(gap.family)
        if named is None:
            named = self._asked_rules[gap.family] = tuple(asked_rules(self._policy, gap.family, self._rules))
        return any(LEVEL_ORDER[self._level(rule, result.module)[0]] > LEVEL_ORDER[level] for rule in named)

    def _judged(self, result: Result, rule: Rule, level: Level, origin: Location | None) -> Judged:
        status = result.status
        if status is Status.FAIL and rule.alarms:
            level = Level.ALARM
        if origin is None or origin == self._policy.places.get("preset"):
            asked = asked_at(self._policy, result) or asked_of_go(self._policy, result)
            origin = asked or asked_of_signatures(self._policy, result) or origin
        excuse = self._excuse(rule, result)
        return Judged(
            rule=result.rule,
            subject=result.subject,
            level=level,
            status=Status.WAIVED if excuse is not None else status,
            severity=rule.severity,
            finding=result.finding,
            gap=result.gap,
            waiver=excuse,
            required_by=origin,
        )

    def _excuse(self, rule: Rule, result: Result) -> WaiverUse | None:
        if result.status is Status.FAIL and result.finding is not None and rule.is_waivable:
            debt = self.debt.use_for(result.finding)
            return self.waivers.use_for(result.finding) or debt or self._ignores.use_for(result.finding)
        if result.status is Status.UNKNOWN and result.gap is not None:
            self.waivers.see_unknown(result)
            self.debt.see_unknown(result)
            return self.outage.use_for(result.gap)
        return None

    def _level(self, rule: Rule, module: str) -> tuple[Level, Location | None]:
        """Return level and place. What is asked of a module is asked of the fork that replaces it as well."""
        group = self._groups.get(module)
        if group is None:
            group = self._groups[module] = self._group_of(module)
        key = (rule.id, group)
        found = self._levels.get(key)
        if found is None:
            found = self._asked(rule, module)
            original = self._originals.get(module)
            if original:
                asked = self._asked(rule, original)
                found = asked if LEVEL_ORDER[asked[0]] > LEVEL_ORDER[found[0]] else found
            self._levels[key] = found
        return found

    def _group_of(self, module: str) -> _Group:
        """Return what modules of equal levels share: which entries speak of them, and of what they are built for."""
        original = self._originals.get(module)
        names = (module, original) if original else (module,)
        return tuple(tuple(map(id, self._policy.entries_for(name) if name else ())) for name in names)

    def _asked(self, rule: Rule, module: str) -> tuple[Level, Location | None]:
        level, origin = self._policy.level_of(rule, module)
        if origin is None and rule.id in self._policy.places:  # a preset has set it: the line that names that
            origin = self._policy.places.get("preset")
        return level, origin


def outcome_of(policy: Policy, shown: Sequence[Judged], rules: Mapping[str, Rule], score: Score | None) -> Outcome:
    """Return the gate's answer to what was judged. shown: what did not pass."""
    failed = [judged for judged in shown if judged.status is Status.FAIL]
    unknown = [judged for judged in shown if judged.status is Status.UNKNOWN]
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


def _distinct_gaps(policy: Policy, facts: Facts, shown: Sequence[Judged]) -> tuple[Gap, ...]:
    gaps = dict.fromkeys(gap for gap in facts.gaps if not is_settled(policy, gap))
    gaps.update(dict.fromkeys(judged.gap for judged in shown if judged.gap is not None))
    return tuple(sorted(gaps, key=repr))
