"""Waivers: what they need, what they excuse, until when, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.checks.result import failed, unknown
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.policy.verdict import judge
from tests.policy.policies import WAIVER, faults, parse

MODULE = ModuleVersion(path="github.com/a/b", version="v1.2.0")
ALARMS = sorted(rule.id for rule in ALL_RULES.values() if rule.is_alarm)
INPUT_FAULTS = sorted(rule.id for rule in ALL_RULES.values() if rule.input_fault)
GAPS = sorted(rule.id for rule in ALL_RULES.values() if not rule.is_waivable and rule.id not in ALARMS + INPUT_FAULTS)


def finding(rule: str = "SM202", module: ModuleVersion = MODULE) -> Result:
    return failed(ALL_RULES[rule], str(module), module, message="bad", label="", locations=())


def verdict_of(text: str, *results: Result, day: str = "2026-11-24") -> Verdict:
    now = datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=UTC)
    return judge(parse(text), results or (finding(),), Facts([]), ALL_RULES, now=now, tool_version="0.1.0")


def only(verdict: Verdict) -> Judged:
    (judged,) = verdict.judged
    return judged


def codes(verdict: Verdict) -> list[str]:
    return [note.code for note in verdict.notes]


@pytest.mark.parametrize("key", ["rule", "package", "reason", "owner", "expires"])
def test_each_of_the_five_keys_is_required(key: str) -> None:
    text = "\n".join(line for line in WAIVER.splitlines() if not line.startswith(f"{key} "))
    (fault,) = faults(text)
    assert fault.message == f"the waiver has no {key}"
    assert (fault.line, fault.column, fault.end_column) == (2, 1, 12)


def test_all_missing_keys_are_named_together() -> None:
    (fault,) = faults("[[waivers]]\n")
    assert fault.message == "the waiver has no rule and no package and no reason and no owner and no expires"


WRONG = [
    ('rule = "SM202"', 'rule = ""', "there is no rule ''", (3, 8)),
    ('rule = "SM202"', "rule = 202", "this is no text", (3, 8)),
    ('rule = "SM202"', 'rule = "SM2xx"', "there is no rule 'SM2xx'", (3, 8)),
    ('package = "github.com/a/b"', 'package = ""', "this is no glob", (4, 11)),
    ('package = "github.com/a/b"', 'package = "github.com/a*"', "this is no glob", (4, 11)),
    ('reason = "our fork carries the fix"', 'reason = "  because   "', "the reason is too short", (5, 10)),
    ('owner = "team-a"', 'owner = " "', "the waiver has an empty owner", (6, 9)),
    ("2027-01-31", '"2027-01-31"', "this is no date", (7, 11)),
    ("2027-01-31", "2027-01-31T00:00:00Z", "this is no date", (7, 11)),
    ("2027-01-31", "2027-01-31 12:00:00", "this is no date", (7, 11)),
    ("2027-01-31", "12:00:00", "this is no date", (7, 11)),
    ("2027-01-31", "true", "this is no date", (7, 11)),
]


@pytest.mark.parametrize(("right", "wrong", "message", "place"), WRONG)
def test_a_wrong_value_in_a_waiver_is_told_with_its_place(
    right: str, wrong: str, message: str, place: tuple[int, int]
) -> None:
    (fault,) = faults(WAIVER.replace(right, wrong))
    assert fault.message.startswith(message)
    assert (fault.line, fault.column) == place


@pytest.mark.parametrize("rule", ALARMS)
def test_an_alarm_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is an alarm and cannot be waived"


@pytest.mark.parametrize("rule", INPUT_FAULTS)
def test_a_fault_of_the_file_itself_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is a fault of the file itself and cannot be waived"


@pytest.mark.parametrize("rule", GAPS)
def test_what_could_not_be_checked_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is what could not be checked and cannot be waived"


def test_a_waived_finding_counts_as_a_pass_and_tells_who_answers_for_it() -> None:
    verdict = verdict_of(WAIVER)
    judged = only(verdict)
    assert (verdict.exit_code, judged.status) == (0, Status.WAIVED)
    assert judged.waiver is not None
    assert (judged.waiver.owner, judged.waiver.location.line) == ("team-a", 2)


def test_a_waiver_holds_on_its_last_day() -> None:
    assert only(verdict_of(WAIVER, day="2027-01-31")).status is Status.WAIVED


def test_a_finding_is_back_on_the_day_after() -> None:
    verdict = verdict_of(WAIVER, day="2027-02-01")
    assert only(verdict).status is Status.FAIL
    assert codes(verdict) == ["waiver-expired"]
    assert verdict.notes[0].message == (
        "the waiver of SM202 on github.com/a/b (team-a) expired on 2027-01-31: its finding counts again"
    )


@pytest.mark.parametrize(
    ("package", "version", "excused"),
    [
        ("github.com/a/b", "", True),
        ("github.com/a/*", "", True),
        ("**", "", True),
        ("github.com/a", "", False),
        ("github.com/a/b", "v1.2.0", True),
        ("github.com/a/b", "v1.2.1", False),
    ],
)
def test_a_waiver_excuses_what_its_glob_and_version_say(package: str, version: str, *, excused: bool) -> None:
    text = WAIVER.replace("github.com/a/b", package) + (f'version = "{version}"\n' if version else "")
    assert only(verdict_of(text)).status is (Status.WAIVED if excused else Status.FAIL)


def test_a_waiver_excuses_no_other_rule() -> None:
    assert only(verdict_of(WAIVER, finding("SM201"))).status is Status.FAIL


def test_nobody_can_waive_what_nobody_has_seen() -> None:
    gap = Gap(wanted="record", reason="no answer", remedy="again", subject=str(MODULE))
    result = unknown(ALL_RULES["SM102"], str(MODULE), MODULE, gap)
    assert only(verdict_of(WAIVER.replace("SM202", "SM102"), result)).status is Status.UNKNOWN


def test_of_several_waivers_the_one_that_lasts_longest_is_named() -> None:
    text = WAIVER + WAIVER.replace("2027-01-31", "2027-03-31").replace("team-a", "team-b")
    waiver = only(verdict_of(text)).waiver
    assert waiver is not None
    assert waiver.owner == "team-b"


def test_an_expired_waiver_does_not_hide_one_that_holds() -> None:
    text = WAIVER.replace("2027-01-31", "2026-01-31") + WAIVER
    assert only(verdict_of(text)).status is Status.WAIVED


def test_a_waiver_that_excuses_nothing_is_noted() -> None:
    verdict = verdict_of(WAIVER, finding(module=ModuleVersion(path="x.example/y", version="v1.0.0")))
    assert codes(verdict) == ["waiver-unused"]
    assert verdict.notes[0].location is not None
    assert verdict.notes[0].location.line == 2


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-08-03", ["waiver-too-long"]),  # 181 days left
        ("2026-08-04", []),
        ("2027-01-16", []),  # 15 days left
        ("2027-01-17", ["waiver-expires-soon"]),
        ("2027-01-31", ["waiver-expires-soon"]),
    ],
)
def test_a_waiver_that_lasts_too_long_or_ends_soon_is_noted(day: str, expected: list[str]) -> None:
    assert codes(verdict_of(WAIVER, day=day)) == expected


def test_a_waiver_of_a_rule_that_is_off_excuses_nothing() -> None:
    assert codes(verdict_of('[rules]\nSM202 = "off"\n' + WAIVER)) == ["waiver-unused"]
