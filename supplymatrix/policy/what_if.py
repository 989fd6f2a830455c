"""What if the policy said something else: other levels, further waivers, modules whose findings are mended.

    what_if = WhatIf(policy, results, facts, rules, now=now, tool_version=version)
    what_if.reckon(Trial().at_level("SM203", Level.OFF)).score

The answer is exactly that of `judge` on a policy with those levels and waivers. It comes in milliseconds for 500
modules and 60 rules: what was counted of a rule holds until its level, a waiver of it or a finding of it changes, and
only such rules are judged anew, by `judge` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from types import MappingProxyType

from supplymatrix.model.fact import Facts
from supplymatrix.model.rule import Finding, Level, Result, Rule, Status
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Contribution, Judged, Outcome, Score, Verdict
from supplymatrix.policy.document import LEVEL_ORDER, DebtEntry, Policy, Waiver
from supplymatrix.policy.score import Tally, score_of
from supplymatrix.policy.verdict import can_be_gone, judge, mended, outcome_of

__all__ = [
    "Reckoned",
    "Trial",
    "WhatIf",
    "next_level",
    "off_or_on",
    "tried_policy",
    "why_below",
    "why_fixed",
    "why_not_off",
]

_CYCLE = (Level.OFF, Level.NOTE, Level.WARN, Level.ERROR)


@value
class Trial:
    """What is tried. levels: by rule id, in the place of the policy's own; waivers: beside the policy's own; gone:
    path and version of modules whose findings are taken as mended."""

    levels: Mapping[str, Level] = MappingProxyType({})
    waivers: tuple[Waiver, ...] = ()
    gone: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is tried."""
        return not (self.levels or self.waivers or self.gone)

    def at_level(self, rule: str, level: Level | None) -> Trial:
        """Return the same with a rule at a level, None = as the policy has it."""
        levels = {name: kept for name, kept in self.levels.items() if name != rule}
        return changed(self, levels=levels if level is None else {**levels, rule: level})

    def waiving(self, waiver: Waiver) -> Trial:
        """Return the same with a waiver, in the place of one that is about the same."""
        return changed(self, waivers=(*(w for w in self.waivers if _about(w) != _about(waiver)), waiver))

    def not_waiving(self, waiver: Waiver) -> Trial:
        """Return the same without a waiver."""
        return changed(self, waivers=tuple(w for w in self.waivers if _about(w) != _about(waiver)))

    def mending(self, module: str, version: str, *, is_gone: bool = True) -> Trial:
        """Return the same with the findings of a module version gone, or there again."""
        key = frozenset({(module, version)})
        return changed(self, gone=self.gone | key if is_gone else self.gone - key)


def _about(waiver: Waiver) -> tuple[str, ...]:
    return waiver.rule, waiver.package, waiver.version, waiver.replacement, waiver.advisory, *waiver.licences


@value
class Reckoned:
    """What the gate would say. judged: by rule, every result that is no pass, as `Verdict.judged` has them."""

    outcome: Outcome
    score: Score | None
    judged: Mapping[str, tuple[Judged, ...]]


def why_fixed(rule: Rule) -> str:
    """Return why no policy can choose the level of a rule, "" where it can."""
    return f"{rule.id} is an alarm: no policy can lower it" if rule.level is Level.ALARM else ""


def why_not_off(rule: Rule) -> str:
    """Return why a rule cannot be off, "" where it can."""
    if rule.input_fault:
        return f"{rule.id} says that the input itself is malformed: it cannot be off"
    return f"{rule.id} tells what could not be checked: it cannot be off" if rule.never_off else ""


def why_below(policy: Policy, rule: Rule, level: Level) -> str:
    """Return why lift.toml may not set a rule to a level, "" where it may: what it builds on keeps a lowest one."""
    floor = policy.floors.get(rule.id, Level.OFF)
    if LEVEL_ORDER[level] >= LEVEL_ORDER[floor]:
        return ""
    place, own = policy.places.get(rule.id), policy.sources[0].artifact if policy.sources else ""
    above = f"{place.artifact}:{place.line}" if place is not None and place.artifact != own else "the policy above"
    return f"{rule.id} cannot be {level.value}: {above} asks for {floor.value} at least"


def off_or_on(level: Level, before: Level) -> Level:
    """Return off for a rule that is on; for one that is off the level before, or a warning where that is off too."""
    if level is not Level.OFF:
        return Level.OFF
    return before if before is not Level.OFF else Level.WARN


def next_level(rule: Rule, level: Level, floor: Level = Level.OFF) -> Level:
    """Return the level after another one: off, note, warn, error, and off again, but for what may not be off.

    floor: the lowest that may be set; where there is no other one than the level itself it is the one below.
    """
    cycle = _CYCLE if rule.can_be_off else _CYCLE[1:]
    allowed = [one for one in cycle if LEVEL_ORDER[one] >= LEVEL_ORDER[floor]]
    if allowed == [level]:
        return cycle[cycle.index(level) - 1]
    return allowed[(allowed.index(level) + 1) % len(allowed)] if level in allowed else allowed[0]


def tried_policy(policy: Policy, trial: Trial) -> Policy:
    """Return a policy with what is tried in it; what is gone is none of a policy."""
    origins = {name: place for name, place in policy.origins.items() if name not in trial.levels}
    places = {name: place for name, place in policy.places.items() if name not in trial.levels}
    return replace(
        policy,
        levels={**policy.levels, **trial.levels},
        origins=origins,
        places=places,
        waivers=(*policy.waivers, *trial.waivers),
    )


@value
class _Counted:
    """What was counted of a rule. tally: None = it counts nowhere."""

    tally: Tally | None = None
    judged: tuple[Judged, ...] = ()


_NOTHING = _Counted()
_Key = tuple[str, Level | None, tuple[Waiver, ...], frozenset[tuple[str, str]]]


class WhatIf:
    """Results that are kept, each rule's with what was counted of them under the policy as it is."""

    def __init__(
        self,
        policy: Policy,
        results: Sequence[Result],
        facts: Facts,
        rules: Mapping[str, Rule],
        *,
        now: datetime,
        tool_version: str,
    ) -> None:
        """Judge once. rules: by id, every one that a result names. Raises InputError as `judge` does."""
        self.policy = policy
        self._rules = rules
        self._now, self._version = now, tool_version
        self._facts = Facts(facts.items, ())  # gaps are told by a verdict, and decide nothing in it
        self._results: dict[str, list[Result]] = {}
        self._failed: dict[str, list[Result]] = {}
        self._open: dict[str, list[Result]] = {}
        for result in results:
            self._results.setdefault(result.rule, []).append(result)
            if result.status is Status.FAIL:
                self._failed.setdefault(result.rule, []).append(result)
            if result.status in (Status.FAIL, Status.UNKNOWN):
                self._open.setdefault(result.rule, []).append(result)
        self._mendable = {
            rule: frozenset((result.module, result.version) for result in failed if can_be_gone(rules[rule], result))
            for rule, failed in self._failed.items()
        }
        self._known: dict[_Key, _Counted] = {}
        self.as_it_is = self.reckon(Trial())
        """What the gate says of the policy as it is."""
        for rule, judged in self.as_it_is.judged.items():
            if rule not in self._results:  # what the policy alone asks for
                made = [_result_of(item.finding) for item in judged if item.finding is not None]
                self._failed[rule] = made
                self._mendable[rule] = frozenset((r.module, r.version) for r in made if can_be_gone(rules[rule], r))

    def reckon(self, trial: Trial) -> Reckoned:
        """Return what the gate would say. Raises InputError as `judge` does."""
        policy = tried_policy(self.policy, trial)
        keys = {rule: self._key(rule, policy, trial) for rule in self._results}
        anew = {rule for rule, key in keys.items() if key not in self._known}
        # whether a waiver or a debt is of use is only known once all findings and gaps of its rule were seen
        seen = {rule for waiver in policy.waivers for rule in waiver.rules} | {entry.rule for entry in _debts(policy)}
        verdict = self._judge(policy, self._picked(anew, seen, trial.gone), trial.gone)
        found = _counted(verdict)
        if (found.keys() & self._results.keys()) - anew - seen:
            return self._reckon_whole(policy, trial)  # results of the policy itself stand beside those of a rule
        self._known |= {keys[rule]: found.get(rule, _NOTHING) for rule in anew}
        every = {rule: self._known[key] for rule, key in keys.items()}
        every |= {rule: counted for rule, counted in found.items() if rule not in keys}
        score = score_of(
            {rule: one.tally for rule, one in every.items() if one.tally is not None}, self._rules, policy.weights
        )
        judged = {rule: one.judged for rule, one in every.items() if one.judged}
        outcome = outcome_of(policy, tuple(chain.from_iterable(judged.values())), self._rules, score)
        return Reckoned(outcome=outcome, score=score, judged=judged)

    def _reckon_whole(self, policy: Policy, trial: Trial) -> Reckoned:
        verdict = self._judge(policy, self.results_with(trial.gone), trial.gone)
        judged = {rule: one.judged for rule, one in _counted(verdict).items() if one.judged}
        return Reckoned(outcome=verdict.outcome, score=verdict.score, judged=judged)

    def results_with(self, gone: frozenset[tuple[str, str]]) -> tuple[Result, ...]:
        """Return all results, those as passes that are gone."""
        return tuple(self._picked(set(self._results), set(), gone))

    def findings(self, rule: str) -> Sequence[Result]:
        """Return what a rule found, whatever its level."""
        return self._failed.get(rule, ())

    def can_mend(self, module: str, version: str) -> bool:
        """Return whether another version of a module could mend anything."""
        return any((module, version) in mendable for mendable in self._mendable.values())

    def _key(self, rule: str, policy: Policy, trial: Trial) -> _Key:
        """Return all that is tried and may change what is counted of a rule."""
        gone = self._mendable.get(rule, frozenset()) & trial.gone if trial.gone else frozenset[tuple[str, str]]()
        waivers = tuple(waiver for waiver in trial.waivers if rule in waiver.rules)
        return rule, policy.levels.get(rule), waivers, gone

    def _picked(self, whole: set[str], opened: set[str], gone: frozenset[tuple[str, str]]) -> Iterable[Result]:
        """Return all results of some rules, and only findings and gaps of others."""
        for name, results in self._results.items():
            found = results if name in whole else self._open.get(name, ()) if name in opened else ()
            yield from mended(found, self._rules, gone)

    def _judge(self, policy: Policy, results: Iterable[Result], gone: frozenset[tuple[str, str]]) -> Verdict:
        return judge(
            policy, tuple(results), self._facts, self._rules, now=self._now, tool_version=self._version, gone=gone
        )


def _result_of(finding: Finding) -> Result:
    return Result(
        rule=finding.rule, subject=finding.subject, module=finding.module, version=finding.version, status=Status.FAIL,
        finding=finding,
    )  # fmt: skip


def _debts(policy: Policy) -> Iterable[DebtEntry]:
    return policy.debt.entries if policy.debt is not None else ()


def _counted(verdict: Verdict) -> dict[str, _Counted]:
    """Return what was counted of each rule of a verdict."""
    judged: dict[str, list[Judged]] = {}
    for item in verdict.judged:
        judged.setdefault(item.rule, []).append(item)
    shares = {share.rule: share for share in (verdict.score.contributions if verdict.score is not None else ())}
    return {
        rule: _Counted(tally=_tally(shares.get(rule)), judged=tuple(judged.get(rule, ())))
        for rule in judged.keys() | shares.keys()
    }


def _tally(share: Contribution | None) -> Tally | None:
    if share is None:
        return None
    return Tally(passed=share.passed, failed=share.failed, waived=share.waived, unknown=share.unknown)
