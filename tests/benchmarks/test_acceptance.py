"""The acceptance table is worth something only if what is not shown never reads as shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.acceptance.promise import Outcome, State, by_count, by_program, by_tests, naming
from benchmarks.measure import Figure
from benchmarks.tampering import TAMPERINGS, Tampering, try_one
from benchmarks.tampering import Outcome as Answer

pytestmark = pytest.mark.slow


def _only(outcomes: list[Outcome]) -> State:
    (outcome,) = outcomes
    return outcome.state


def test_a_promise_whose_tests_are_not_there_fails(tmp_path: Path) -> None:
    assert _only(list(by_tests("tests/nowhere/test_nothing.py")(tmp_path))) is State.FAIL


def test_a_promise_whose_tests_are_not_found_fails(tmp_path: Path) -> None:
    assert _only(list(by_tests(naming("no test " + "names this"))(tmp_path))) is State.FAIL


def test_a_selection_without_any_test_fails(tmp_path: Path) -> None:
    assert (
        _only(list(by_tests("tests/benchmarks/test_acceptance.py", "-k", "nothing_is_called_so")(tmp_path)))
        is State.FAIL
    )


def test_a_selection_of_skipped_tests_is_not_run(tmp_path: Path) -> None:
    skipped = tmp_path / "test_skipped.py"
    skipped.write_text("import pytest\n\n@pytest.mark.skip(reason='x')\ndef test_a() -> None: ...\n", encoding="utf-8")
    assert _only(list(by_tests(str(skipped))(tmp_path))) is State.NOT_RUN


@pytest.mark.slow
def test_too_few_tests_with_a_marker_fail(tmp_path: Path) -> None:
    assert _only(list(by_count("network", 1_000_000, among="tests/benchmarks")(tmp_path))) is State.FAIL


def test_a_program_that_ends_badly_fails(tmp_path: Path) -> None:
    assert _only(list(by_program("python", "-c", "raise SystemExit(3)")(tmp_path))) is State.FAIL


def test_a_program_without_its_peer_is_not_run(tmp_path: Path) -> None:
    assert (
        _only(list(by_program("python", "-c", "print('ours alone')", needs="no-such-peer")(tmp_path))) is State.NOT_RUN
    )


@pytest.mark.parametrize(("measured", "is_met"), [(9.99, True), (10, True), (10.01, False)])
def test_a_figure_is_met_up_to_its_target(measured: float, is_met: bool) -> None:
    assert Figure(name="requests", measured=measured, unit="", most=10).is_met is is_met


def test_a_missed_figure_says_so_in_its_row() -> None:
    assert Figure(name="requests", measured=11, unit="", most=10).row().endswith("MISSED")


def test_a_tampering_that_nothing_answers_is_wrong() -> None:
    untouched = TAMPERINGS[0]
    row = try_one(Tampering(name="unseen", do=untouched.do, rule="SM110", code=4), None)
    assert row.outcome is Answer.WRONG


def test_a_finding_where_nothing_was_changed_is_wrong() -> None:
    changed = TAMPERINGS[1]
    row = try_one(Tampering(name="false alarm", do=changed.do, rule="", code=0, may_be_gap=True), None)
    assert row.outcome is Answer.WRONG
