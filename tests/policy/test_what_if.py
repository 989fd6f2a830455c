"""What if: exactly what `judge` says of such a policy, whatever was tried before; and what cannot be tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts, RequiredModule
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Status
from supplymatrix.model.verdict import Judged, Outcome
from supplymatrix.policy.document import Policy, Waiver
from supplymatrix.policy.verdict import can_be_gone, judge
from supplymatrix.policy.what_if import Reckoned, Trial, WhatIf, next_level, tried_policy, why_fixed
from tests.policy.any_policy import OTHERS, any_policy, any_waiver
from tests.policy.facts import MODULES, any_facts
from tests.policy.policies import parse

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ONE, TWO = (ModuleVersion(path=path, version="v1.8.0") for path in MODULES[:2])
PLACE = Location(artifact="lift.toml")
_TRIALS = st.builds(
    Trial,
    levels=st.dictionaries(st.sampled_from(OTHERS), st.sampled_from(list(Level)[:4]), max_size=4),
    waivers=st.lists(
        st.builds(
            Waiver,
            rule=st.sampled_from([rule for rule in OTHERS if ALL_RULES[rule].is_waivable]),
            package=st.sampled_from([*MODULES, "**", "a.example/*"]),
            version=st.sampled_from(["", "v1.8.0"]),
            reason=st.just("it is known to us"),
            owner=st.just("team-a"),
            expires=st.sampled_from([date(2026, 11, 23), date(2027, 1, 31)]),
            location=st.just(PLACE),
        ),
        max_size=2,
    ).map(tuple),
    gone=st.frozensets(st.tuples(st.sampled_from(MODULES), st.just("v1.8.0")), max_size=2),
)


def what_if(policy: Policy, results: Sequence[Result], facts: Facts) -> WhatIf:
    return WhatIf(policy, results, facts, ALL_RULES, now=NOW, tool_version="0.1.0")


def bad(rule: str, module: ModuleVersion = ONE) -> Result:
    return failed(ALL_RULES[rule], str(module), module, message="it is bad", label="bad", locations=())


def good(rule: str, module: ModuleVersion = TWO) -> Result:
    return passed(ALL_RULES[rule], str(module), module)


def waiver(rule: str = "SM202", package: str = ONE.path, version: str = "") -> Waiver:
    return Waiver(
        rule=rule, package=package, version=version, reason="our fork carries a fix", owner="team-a",
        expires=date(2027, 1, 31), location=PLACE,
    )  # fmt: skip


def _told(judged: Sequence[Judged]) -> list[str]:
    """Return what was judged but for the place that asks for it: a level that is tried stands nowhere yet."""
    return sorted(repr((j.rule, j.subject, j.level, j.status, j.finding, j.gap, j.waiver)) for j in judged)


def low(found: Reckoned) -> float:
    assert found.score is not None
    return float(found.score.low)


@pytest.mark.slow
@settings(max_examples=30)
@given(any_facts(), any_policy(), any_waiver(), st.lists(_TRIALS, min_size=1, max_size=4))
def test_the_answer_is_that_of_a_whole_judgement_whatever_was_tried_before(
    facts: Facts, text: str, own: str, trials: list[Trial]
) -> None:
    policy = parse(text + own)
    tried = what_if(policy, run_rules(facts), facts)
    for trial in trials:
        found = tried.reckon(trial)
        results = tried.results_with(trial.gone)
        policy_tried = tried_policy(policy, trial)
        wanted = judge(policy_tried, results, facts, ALL_RULES, now=NOW, tool_version="0.1.0", gone=trial.gone)
        assert (found.outcome, found.score) == (wanted.outcome, wanted.score)
        assert _told([item for items in found.judged.values() for item in items]) == _told(wanted.judged)
    assert tried.reckon(Trial()) == tried.as_it_is


def test_a_level_changes_outcome_and_score_and_comes_back() -> None:
    tried = what_if(
        parse('[policy]\nmin_score = 0\n[rules]\nSM202 = "error"\n'), [bad("SM202"), good("SM101")], Facts([])
    )
    assert tried.as_it_is.outcome is Outcome.FAIL
    off = tried.reckon(Trial().at_level("SM202", Level.OFF))
    assert (off.outcome, low(off), off.judged) == (Outcome.PASS, 100.0, {})
    assert tried.reckon(Trial().at_level("SM202", Level.OFF).at_level("SM202", None)) == tried.as_it_is


def test_a_waiver_counts_as_a_pass_and_is_taken_back() -> None:
    tried = what_if(parse('[policy]\nmin_score = 0\n[rules]\nSM202 = "error"\n'), [bad("SM202")], Facts([]))
    waived = Trial().waiving(waiver())
    assert tried.reckon(waived).outcome is Outcome.PASS
    assert waived.waiving(waiver()) == waived, "the same one twice is one"
    assert waived.not_waiving(waiver()).is_empty


def test_what_is_gone_is_a_pass_of_every_rule_but_not_of_alarms() -> None:
    results = [bad("SM202"), bad("SM203"), bad("SM110"), good("SM202")]
    tried = what_if(parse('[policy]\nmin_score = 0\n[rules]\nSM203 = "warn"\n'), results, Facts([]))
    found = tried.reckon(Trial().mending(ONE.path, ONE.version))
    assert set(found.judged) == {"SM110"}
    assert found.outcome is Outcome.ALARM
    assert Trial().mending(*_key(ONE)).mending(*_key(ONE), is_gone=False).is_empty
    assert [can_be_gone(ALL_RULES[result.rule], result) for result in results] == [True, True, False, False]


def test_what_the_policy_asks_of_a_module_can_be_taken_as_mended() -> None:
    required = RequiredModule(subject=ONE, effective=ONE, indirect=False, location=PLACE)
    policy = parse(f'[packages."{ONE.path}"]\nversion = ">=v1.9.0"\n')
    tried = what_if(policy, [good("SM101")], Facts([required]))
    assert [item.status for item in tried.as_it_is.judged["SM205"]] == [Status.FAIL]
    assert tried.can_mend(*_key(ONE))
    found = tried.reckon(Trial().mending(*_key(ONE)))
    assert (found.outcome, low(found), found.judged) == (Outcome.PASS, 100.0, {})
    assert [result.subject for result in tried.findings("SM205")] == [ONE.path]
    assert tried.reckon(Trial()) == tried.as_it_is


def _key(module: ModuleVersion) -> tuple[str, str]:
    return module.path, module.version


def test_a_waiver_that_is_in_use_is_not_told_as_unused_while_another_rule_is_tried() -> None:
    own = f'[[waivers]]\nrule = "SM202"\npackage = "{ONE.path}"\nreason = "our fork carries a fix"\nowner = "us"\n'
    policy = parse(f"[policy]\nmin_score = 0\n{own}expires = 2027-01-31\n")
    tried = what_if(policy, [bad("SM202"), bad("SM203")], Facts([]))
    assert "SM901" not in tried.as_it_is.judged
    assert "SM901" not in tried.reckon(Trial().at_level("SM203", Level.ERROR)).judged
    assert "SM901" in tried.reckon(Trial().mending(*_key(ONE))).judged, "nothing is left that it excuses"


def test_weights_of_the_policy_hold_for_what_is_tried() -> None:
    policy = replace(parse("[policy]\nmin_score = 0\n"), weights={"high": 1, "medium": 9, "low": 0})
    tried = what_if(policy, [bad("SM202"), good("SM101"), bad("SM203")], Facts([]))
    found = tried.reckon(Trial().at_level("SM203", Level.OFF))
    assert found.score is not None
    assert {share.rule: share.weight for share in found.score.contributions} == {"SM101": 1, "SM202": 9}


def test_a_finding_of_a_rule_that_is_off_is_still_known() -> None:
    tried = what_if(parse('[policy]\n[rules]\nSM202 = "off"\n'), [bad("SM202"), good("SM202")], Facts([]))
    assert tried.as_it_is.judged == {}
    assert [result.subject for result in tried.findings("SM202")] == [str(ONE)]
    assert not tried.findings("SM203")


def test_levels_go_round_and_what_is_broken_input_is_never_off() -> None:
    seen, level = [], Level.OFF
    for _ in range(4):
        level = next_level(ALL_RULES["SM202"], level)
        seen.append(level)
    assert seen == [Level.NOTE, Level.WARN, Level.ERROR, Level.OFF]
    assert next_level(ALL_RULES["SM104"], Level.ERROR) is Level.NOTE
    assert next_level(ALL_RULES["SM202"], Level.ERROR, Level.WARN) is Level.WARN, "none below the lowest"


def test_no_policy_can_choose_the_level_of_an_alarm() -> None:
    assert why_fixed(ALL_RULES["SM110"]) == "SM110 is an alarm: no policy can lower it"
    assert why_fixed(ALL_RULES["SM202"]) == ""
