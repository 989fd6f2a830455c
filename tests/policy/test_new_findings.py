"""Only what is new decides: of any verdict, and any set of what was known before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.model.fact import Gap
from supplymatrix.model.rule import Finding, Level, Severity, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Mode, Outcome, Verdict
from supplymatrix.policy.new_findings import known_key, only_new_decide
from tests.policy.policies import parse

POLICY = parse("")
STRICT = parse('[policy]\nfail_on = "warn"\n')
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALL = frozenset((rule, key) for rule in ("SM1", "SM2") for key in ("a", "b", "c"))


def judged(rule: str, key: str, status: Status, level: Level) -> Judged:
    is_gap = status is Status.UNKNOWN
    gap = Gap(wanted="record", reason="no answer", remedy="again", subject=key) if is_gap else None
    finding = None
    if not is_gap:
        finding = Finding(
            rule=rule, subject=key, module=key, version="", message="m", label="l", locations=(), fingerprint=key
        )
    return Judged(rule=rule, subject=key, level=level, status=status, severity=Severity.HIGH, finding=finding, gap=gap)


def verdict_of(*found: Judged, outcome: Outcome = Outcome.FAIL, mode: Mode = Mode.ENFORCE) -> Verdict:
    return Verdict(
        outcome=outcome, exit_code=1, score=None, min_score=80, judged=found, passed=1, gaps=(), notes=(),
        policy_name="p", policy_digest="0" * 64, tool_version="0.1.0", now=NOW, mode=mode,
    )  # fmt: skip


FAIL = judged("SM1", "a", Status.FAIL, Level.ERROR)
WARNING = judged("SM1", "b", Status.FAIL, Level.WARN)
UNKNOWN = judged("SM2", "c", Status.UNKNOWN, Level.ERROR)
ALARM = judged("SM2", "a", Status.FAIL, Level.ALARM)
STATUSES = st.sampled_from([Status.FAIL, Status.UNKNOWN, Status.WAIVED])
RESULTS = st.builds(judged, st.sampled_from(["SM1", "SM2"]), st.sampled_from("abc"), STATUSES, st.sampled_from(Level))


@pytest.mark.parametrize(
    ("found", "known", "outcome"),
    [
        ((FAIL,), [], Outcome.FAIL),
        ((FAIL,), [FAIL], Outcome.PASS),
        ((FAIL, UNKNOWN), [FAIL], Outcome.INCOMPLETE),
        ((FAIL, UNKNOWN), [UNKNOWN], Outcome.FAIL),
        ((FAIL, UNKNOWN), [FAIL, UNKNOWN], Outcome.PASS),
        ((WARNING,), [], Outcome.PASS),
    ],
)
def test_what_is_left_decides(found: tuple[Judged, ...], known: list[Judged], outcome: Outcome) -> None:
    verdict = only_new_decide(verdict_of(*found), frozenset(map(known_key, known)), POLICY)
    assert verdict.outcome is outcome
    assert [one.known_before for one in verdict.judged] == [one in known for one in found]
    assert verdict.of_all is (None if outcome is Outcome.FAIL else Outcome.FAIL)


def test_the_bar_is_the_policys() -> None:
    assert only_new_decide(verdict_of(WARNING), frozenset(), STRICT).outcome is Outcome.FAIL


@pytest.mark.parametrize("outcome", [Outcome.ALARM, Outcome.BROKEN, Outcome.NOTHING])
def test_an_alarm_broken_input_and_nothing_to_check_stay_what_they_are(outcome: Outcome) -> None:
    verdict = only_new_decide(verdict_of(FAIL, outcome=outcome), ALL, POLICY)
    assert (verdict.outcome, verdict.exit_code, verdict.of_all) == (outcome, 1, None)


def test_an_alarm_is_never_known() -> None:
    assert not only_new_decide(verdict_of(ALARM, outcome=Outcome.ALARM), ALL, POLICY).judged[0].known_before


@pytest.mark.parametrize("mode", Mode)
def test_a_mode_decides_the_exit_code_and_never_the_outcome(mode: Mode) -> None:
    verdict = only_new_decide(verdict_of(FAIL, mode=mode), frozenset(), POLICY)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.FAIL, 1 if mode is Mode.ENFORCE else 0)


@settings(max_examples=40)
@given(st.lists(RESULTS, max_size=6), st.sets(st.sampled_from(sorted(ALL))), st.sets(st.sampled_from(sorted(ALL))))
def test_knowing_more_never_makes_it_worse_and_loses_nothing(
    found: list[Judged], some: set[tuple[str, str]], more: set[tuple[str, str]]
) -> None:
    order = [Outcome.PASS, Outcome.FAIL, Outcome.INCOMPLETE]
    less = only_new_decide(verdict_of(*found), frozenset(some), POLICY)
    known = only_new_decide(verdict_of(*found), frozenset(some | more), POLICY)
    assert order.index(known.outcome) <= order.index(less.outcome)
    assert tuple(changed(one, known_before=False) for one in known.judged) == tuple(found)
