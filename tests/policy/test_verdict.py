"""The verdict: which outcome wins; and that knowing less never makes it better, and a waiver never worse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import Facts, Gap, LineProof, ProofState
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Outcome, Verdict
from supplymatrix.policy.document import Policy
from supplymatrix.policy.verdict import EXIT_CODES, judge
from supplymatrix.reports.registry import render
from tests.policy.any_policy import any_policy, any_waiver
from tests.policy.facts import any_facts, log_proof, sum_line
from tests.policy.policies import parse

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NO_FACTS = Facts([])
MODULE = ModuleVersion(path="a.example/one", version="v1.8.0")


def verdict_of(policy: Policy, results: Sequence[Result], facts: Facts = NO_FACTS) -> Verdict:
    return judge(policy, results, facts, ALL_RULES, now=NOW, tool_version="0.1.0")


def one(rule: str, status: Status, subject: str = "it") -> Result:
    """Return one result of a rule."""
    if status is Status.PASS:
        return passed(ALL_RULES[rule], subject, MODULE)
    if status is Status.UNKNOWN:
        gap = Gap(wanted="record", reason="no answer", remedy="again", subject=subject)
        return unknown(ALL_RULES[rule], subject, MODULE, gap)
    return failed(ALL_RULES[rule], subject, MODULE, message="bad", label="", locations=())


F, U, P = Status.FAIL, Status.UNKNOWN, Status.PASS
TABLE = [
    ([("SM110", F), ("SM104", F), ("SM102", U), ("SM101", F)], Outcome.ALARM),
    ([("SM111", F), ("SM110", U)], Outcome.ALARM),
    ([("SM104", F), ("SM102", U), ("SM101", F)], Outcome.BROKEN),
    ([("SM106", F)], Outcome.BROKEN),
    ([("SM102", U), ("SM101", F)], Outcome.INCOMPLETE),
    ([("SM110", U), ("SM101", P)], Outcome.INCOMPLETE),
    ([("SM103", U)], Outcome.INCOMPLETE),
    ([("SM101", F), ("SM102", P)], Outcome.FAIL),
    ([("SM203", F), ("SM102", P)], Outcome.PASS),
    ([("SM105", F), ("SM102", P)], Outcome.PASS),
    ([("SM105", F)], Outcome.FAIL),  # only a warning, but the score is 0
    ([("SM102", P)], Outcome.PASS),
    ([("SM112", F)], Outcome.NOTHING),  # off in this preset
    ([], Outcome.NOTHING),
]


@pytest.mark.parametrize(("results", "outcome"), TABLE)
def test_the_worst_that_holds_decides(results: list[tuple[str, Status]], outcome: Outcome) -> None:
    verdict = verdict_of(parse(""), [one(rule, status) for rule, status in results])
    assert (verdict.outcome, verdict.exit_code) == (outcome, EXIT_CODES[outcome])


def test_exit_codes_are_those_of_the_contract() -> None:
    assert {outcome.value: code for outcome, code in EXIT_CODES.items()} == {
        "pass": 0, "fail": 1, "broken": 2, "incomplete": 3, "alarm": 4, "nothing": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fail_on", "outcome"), [("note", Outcome.FAIL), ("warn", Outcome.FAIL), ("error", Outcome.PASS)]
)
def test_the_gate_fails_from_its_level_on(fail_on: str, outcome: Outcome) -> None:
    policy = parse(f'[policy]\nfail_on = "{fail_on}"\nmin_score = 0\n')
    assert verdict_of(policy, [one("SM105", F)]).outcome is outcome


def test_an_unknown_below_the_gate_is_incomplete_only_while_it_could_reach_the_score() -> None:
    policy = parse('[policy]\nmin_score = 60\n[rules]\nSM102 = "warn"\n')
    near = [one("SM102", P, "a"), one("SM102", U, "b")]
    far = [one("SM102", Status.FAIL, "a"), one("SM102", U, "b")]
    assert verdict_of(policy, near).outcome is Outcome.INCOMPLETE
    assert verdict_of(policy, far).outcome is Outcome.FAIL


@pytest.mark.parametrize(("needed", "outcome"), [(50, Outcome.PASS), (51, Outcome.FAIL)])
def test_the_score_that_is_needed_is_enough(needed: int, outcome: Outcome) -> None:
    policy = parse(f'[policy]\nmin_score = {needed}\n[rules]\nSM102 = "warn"\n')
    assert verdict_of(policy, [one("SM102", P, "a"), one("SM102", F, "b")]).outcome is outcome


def test_a_rule_that_is_off_counts_nowhere() -> None:
    policy = parse('[rules]\nSM101 = "off"\n')
    assert verdict_of(policy, [one("SM101", F), one("SM102", P)]) == verdict_of(policy, [one("SM102", P)])


def test_what_does_not_apply_changes_nothing() -> None:
    odd = Result(rule="SM101", subject="it", module="", status=Status.NOT_APPLICABLE)
    assert verdict_of(parse(""), [one("SM102", P), odd]) == verdict_of(parse(""), [one("SM102", P)])


def test_a_glob_that_speaks_of_nothing_is_a_finding_with_its_place() -> None:
    (judged,) = verdict_of(parse('\n[packages."x.example/**"]\n'), [one("SM102", P)]).judged
    assert judged.rule == "SM907"
    assert judged.finding is not None
    assert judged.finding.locations[0].line == 2


def low(verdict: Verdict) -> float:
    return verdict.score.low if verdict.score else 0  # type: ignore[return-value]  # Fractions compare with numbers


@settings(max_examples=60)
@given(any_facts(), any_policy(), st.data())
def test_an_answer_that_is_taken_away_never_raises_low(facts: Facts, text: str, data: st.DataObject) -> None:
    proofs = facts.of(LineProof)
    assume(proofs)
    gone = data.draw(st.sampled_from(proofs))
    less = Facts([fact for fact in facts.items if fact is not gone], facts.gaps)
    policy = parse(text)
    assert low(verdict_of(policy, run_rules(less), less)) <= low(verdict_of(policy, run_rules(facts), facts))


def test_a_wrong_answer_that_is_lost_does_not_become_better() -> None:
    """With SM102 and SM103 off nothing but the alarms themselves can say that an answer is missing."""
    policy = parse('[policy]\nmin_score = 0\n[rules]\nSM102 = "off"\nSM103 = "off"\n')
    lines = [sum_line("a.example/one", 2), sum_line("a.example/two", 3)]
    proofs = [log_proof(lines[0], ProofState.BAD_PROOF), log_proof(lines[1], ProofState.DIFFERS)]
    whole, less = Facts([*lines, *proofs]), Facts([*lines, proofs[1]])
    assert low(verdict_of(policy, run_rules(less), less)) <= low(verdict_of(policy, run_rules(whole), whole))


@settings(max_examples=30)
@given(any_facts(), any_policy(), st.data())
def test_a_result_that_is_no_longer_known_never_raises_low(facts: Facts, text: str, data: st.DataObject) -> None:
    results = list(run_rules(facts))
    assume(results)
    policy = parse(text)
    at = data.draw(st.integers(0, len(results) - 1))
    gap = Gap(wanted="it", reason="gone", remedy="again", subject=results[at].subject)
    less = [*results[:at], changed(results[at], status=U, finding=None, gap=gap), *results[at + 1 :]]
    assert low(verdict_of(policy, less, facts)) <= low(verdict_of(policy, results, facts))


@settings(max_examples=30)
@given(any_facts(), any_policy(), st.data())
def test_a_result_that_becomes_a_pass_never_lowers_low(facts: Facts, text: str, data: st.DataObject) -> None:
    results = list(run_rules(facts))
    assume(results)
    policy = parse(text)
    at = data.draw(st.integers(0, len(results) - 1))
    better = [*results[:at], changed(results[at], status=P, finding=None, gap=None), *results[at + 1 :]]
    assert low(verdict_of(policy, better, facts)) >= low(verdict_of(policy, results, facts))


@settings(max_examples=30)
@given(any_facts(), any_policy(), any_waiver())
def test_another_waiver_adds_no_finding_and_lowers_nothing(facts: Facts, text: str, waiver: str) -> None:
    results = run_rules(facts)
    before, after = (verdict_of(parse(words), results, facts) for words in (text, text + waiver))

    def failing(verdict: Verdict) -> set[tuple[str, str]]:
        return {(j.rule, j.subject) for j in verdict.judged if j.status is F and not ALL_RULES[j.rule].of_policy}

    assert failing(after) <= failing(before)
    assert low(after) >= low(before)
    told = [[j for j in verdict.judged if not ALL_RULES[j.rule].of_policy] for verdict in (before, after)]
    assert len(told[0]) == len(told[1])


@settings(max_examples=25)
@given(any_facts(), any_policy(), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_results_changes_no_byte_of_the_report(facts: Facts, text: str, random: object) -> None:
    policy = parse(text)
    items, gaps, results = list(facts.items), list(facts.gaps), list(run_rules(facts))
    for pile in (items, gaps, results):
        random.shuffle(pile)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    again = Facts(items, gaps)
    reports = [
        render(
            Audit(subject="svc", root=".", facts=known, log=None, verdict=verdict, rules=ALL_RULES, lines={}), "json"
        )
        for known, verdict in (
            (facts, verdict_of(policy, run_rules(facts), facts)),
            (again, verdict_of(policy, results, again)),
        )
    ]
    assert reports[0] == reports[1]


@settings(max_examples=25)
@given(any_facts(), any_policy())
def test_a_pass_leaves_nothing_open_that_the_gate_looks_at(facts: Facts, text: str) -> None:
    verdict = verdict_of(parse(text), run_rules(facts), facts)
    if verdict.outcome is Outcome.PASS:
        assert low(verdict) >= verdict.min_score
        assert not any(j.level in (Level.ERROR, Level.ALARM) and j.status in (F, U) for j in verdict.judged)


def test_a_verdict_says_what_decides_and_which_rules_are_off_for_everything() -> None:
    text = '[policy]\npreset = "log-verified"\nfail_on = "warn"\n\n[rules]\nSM203 = "off"\nSM207 = "off"\n'
    verdict = verdict_of(parse(text), [])
    assert verdict.fail_on is Level.WARN
    assert {"SM203", "SM207"} <= set(verdict.off)
    assert list(verdict.off) == sorted(verdict.off)
    assert not {"SM110", "SM101"} & set(verdict.off)
    some = verdict_of(parse(f'{text}\n[packages."a.example/*"]\npseudo_versions = "deny"\n'), [])
    assert set(verdict.off) - set(some.off) == {"SM203"}
