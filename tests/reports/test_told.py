"""What people's formats say of excuses, of the mode of a policy and of the revision that a run is held against."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import ExcuseKind, Mode, Outcome
from supplymatrix.reports.judged_words import distinct, level_in_mode, told_level
from supplymatrix.reports.markdown import steps
from supplymatrix.reports.registry import render, render_survey
from supplymatrix.reports.tally import Tally, outcome_of_survey, say_excuses, say_tally
from tests.reports.audits import excused_audit, fixture_audit, main_survey, placed_audit, survey_of
from tests.reports.test_github import commands

pytestmark = pytest.mark.slow

_FOR_PEOPLE = ("text", "markdown", "summary", "junit")


def words(text: str) -> str:
    return " ".join(text.replace("`", "").split())


@pytest.mark.parametrize("fmt", _FOR_PEOPLE)
def test_the_share_of_waivers_and_of_debt_is_said_apart(fmt: str) -> None:
    text = words(render(excused_audit(), fmt))
    assert "1 of 41 waived (2 %, expires in 9 days)" in text
    assert "1 of 41 on the debt list (2 %, is due in 69 days)" in text


@pytest.mark.parametrize("fmt", _FOR_PEOPLE)
@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.WARN])
def test_a_mode_that_decides_nothing_is_said(fmt: str, mode: Mode) -> None:
    assert f"mode {mode.value}: what is found is " in words(render(excused_audit(mode), fmt))
    assert "mode " not in words(render(excused_audit(), fmt)).replace('"mode"', "")


@pytest.mark.parametrize("fmt", _FOR_PEOPLE)
def test_the_revision_that_a_run_is_held_against_is_said(fmt: str) -> None:
    assert "held against 1a2b3c4d: what that has too is told, and decides nothing" in words(
        render(excused_audit(), fmt)
    )
    assert "held against" not in render(fixture_audit("projects/fail"), fmt)


@pytest.mark.parametrize(
    ("waived", "checked", "said"),
    [
        (3, 41, "3 of 41 waived (7 %, the first expires in 2 days)"),
        (1, 500, "1 of 500 waived (under 1 %, expires in 2 days)"),
        (5, 5, "5 of 5 waived (100 %, the first expires in 2 days)"),
    ],
)
def test_a_share_is_rounded_down_and_never_to_nothing(waived: int, checked: int, said: str) -> None:
    tally = Tally(
        alarms=0, errors=0, warnings=0, notes=0, unknown=0, waived=waived, checked=checked, expires_in=2
    )  # fmt: skip
    assert say_tally(tally) == [said]


@pytest.mark.parametrize("fmt", ["text", "markdown"])
def test_an_exit_code_that_a_mode_keeps_at_0_is_no_pass(fmt: str) -> None:
    text = words(render(excused_audit(Mode.OBSERVE), fmt))
    assert "the policy is not met; mode observe: what is found is told, and decides nothing" in text
    assert "the policy is met" not in text


def test_a_survey_in_a_mode_that_decides_nothing_has_the_gravest_outcome() -> None:
    survey = survey_of(placed_audit("pass", "a"), changed(excused_audit(Mode.WARN), root="b"))
    assert survey.exit_code == 0
    assert outcome_of_survey(survey) is Outcome.FAIL
    assert json.loads(render_survey(survey, "json"))["outcome"] == "fail"
    assert "mode warn" in words(render_survey(survey, "text"))


@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        (Mode.ENFORCE, ["error", "notice", "notice", "notice"]),
        (Mode.WARN, ["warning", "notice", "notice", "notice"]),
        (Mode.OBSERVE, ["notice", "notice", "notice", "notice"]),
    ],
)
def test_annotations_are_as_loud_as_the_mode_allows(mode: Mode, kinds: list[str]) -> None:
    text = render(excused_audit(mode), "github")
    assert [command.name for command in commands(text)] == kinds
    assert ("in mode" in text.splitlines()[-1]) is (mode is not Mode.ENFORCE)


@pytest.mark.parametrize(
    ("mode", "head"),
    [
        (Mode.ENFORCE, "error[SM101] "),
        (Mode.WARN, "warn[SM101] (mode warn) "),
        (Mode.OBSERVE, "note[SM101] (mode observe) "),
    ],
)
def test_the_head_of_a_finding_is_as_loud_as_the_mode_allows(mode: Mode, head: str) -> None:
    assert f"\n{head}sum-missing: " in render(excused_audit(mode), "text")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("state", ["alarm", "broken"])
def test_an_alarm_and_malformed_input_are_as_loud_in_every_mode(mode: Mode, state: str) -> None:
    audit = fixture_audit(f"projects/{state}")
    audit = changed(audit, verdict=changed(audit.verdict, mode=mode))
    grave = [
        item for item in audit.verdict.judged
        if item.status is Status.FAIL and (item.level is Level.ALARM or audit.rules[item.rule].input_fault)
    ]  # fmt: skip
    assert grave
    assert all(told_level(audit, item) is level_in_mode(audit, item) is item.level for item in grave)


def test_an_alarm_that_was_there_before_is_an_alarm() -> None:
    audit = fixture_audit("projects/alarm")
    item = changed(audit.verdict.judged[0], known_before=True)
    assert told_level(audit, item) is Level.ALARM


@given(st.lists(st.sampled_from(["a", "b", "a #2", "a #3", "a #2 #2"]), max_size=12))
def test_distinct_names_are_distinct_and_the_first_of_each_is_itself(names: list[str]) -> None:
    found = list(distinct(names))
    assert len(set(found)) == len(found) == len(names)
    assert found[:1] == names[:1]


def test_new_findings_are_not_hidden_behind_old_ones() -> None:
    audit = fixture_audit("projects/fail")
    (first, *_) = audit.verdict.judged
    assert first.finding is not None
    judged = [
        changed(first, known_before=number < 8, finding=changed(first.finding, message=f"finding {number}"))
        for number in range(9)
    ]
    text = render(changed(audit, verdict=changed(audit.verdict, judged=tuple(judged))), "text")
    assert "finding 8" in text
    assert "finding 7" not in text


def test_the_main_survey_has_no_mode() -> None:
    assert " in mode" not in render_survey(main_survey(), "github")


@pytest.mark.parametrize(
    ("number", "alike", "said"), [(3, True, "due"), (3, False, "the first is due"), (1, True, "is due")]
)
def test_an_end_that_all_share_is_no_first_one(number: int, alike: bool, said: str) -> None:
    kinds = frozenset({ExcuseKind.DEBT}) if alike else frozenset()
    tally = Tally(
        alarms=0, errors=0, warnings=0, notes=0, unknown=0, waived=0, debt=number, checked=100, due_in=180,
        ends_alike=kinds,
    )  # fmt: skip
    assert say_tally(tally) == [f"{number} of 100 on the debt list ({number} %, {said} in 180 days)"]


def test_what_the_points_rest_on_is_named_by_its_kind() -> None:
    verdict = excused_audit().verdict
    excused = [item for item in verdict.judged if item.waiver is not None]
    assert verdict.score is not None
    share = verdict.score.contributions[0]
    shares = tuple(changed(share, rule=item.rule, waived=1) for item in excused)
    both = changed(verdict, score=changed(verdict.score, contributions=shares))
    assert say_excuses(both) == "waivers and debt"
    owed = changed(both, judged=tuple(item for item in excused if item.waiver and item.waiver.kind is ExcuseKind.DEBT))
    assert say_excuses(owed) == "debt"


@pytest.mark.parametrize("fmt", ["text", "markdown", "github", "html"])
def test_nobody_is_advised_to_waive_what_is_waived(fmt: str) -> None:
    audit = excused_audit()
    judged = tuple(
        changed(item, finding=changed(item.finding, fix="publish it, or waive the finding with a reason and a date"))
        for item in audit.verdict.judged
        if item.waiver is not None
    )
    text = render(changed(audit, verdict=changed(audit.verdict, judged=judged)), fmt, verbose=True)
    assert "or waive the finding" not in text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("go mod tidy, then look at go.sum", "`go mod tidy`, then look at go.sum"),
        ("go back to the original, or [[waivers]]", "go back to the original, or `[[waivers]]`"),
        ("run `go mod tidy` and look", "run `go mod tidy` and look"),
        (
            "mend it, or agree on a day (supplymatrix waive SM201 x)",
            "mend it, or agree on a day (`supplymatrix waive SM201 x`)",
        ),
        ("an odd `backquote", "an odd `\\x60backquote`"),
    ],
)
def test_a_command_is_code_and_a_sentence_is_none(step: str, said: str) -> None:
    assert steps(step) == said
