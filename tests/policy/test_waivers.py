"""Waivers: what they need, what they excuse, until when, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.checks.result import failed, unknown
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Judged, Verdict, WaiverState
from supplymatrix.policy.verdict import judge
from tests.policy.policies import WAIVER, faults, parse

MODULE = ModuleVersion(path="github.com/a/b", version="v1.2.0")
ALARMS = sorted(rule.id for rule in ALL_RULES.values() if rule.is_alarm)
INPUT_FAULTS = sorted(rule.id for rule in ALL_RULES.values() if rule.input_fault)
OF_POLICY = sorted(rule.id for rule in ALL_RULES.values() if rule.of_policy)
GAPS = sorted(rule.id for rule in ALL_RULES.values() if rule.gap_only)


def finding(rule: str = "SM202", module: ModuleVersion = MODULE) -> Result:
    return failed(ALL_RULES[rule], str(module), module, message="bad", label="", locations=())


def verdict_of(text: str, *results: Result, day: str = "2026-11-24") -> Verdict:
    now = datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=UTC)
    return judge(parse(text), results or (finding(),), Facts([]), ALL_RULES, now=now, tool_version="0.1.0")


def only(verdict: Verdict) -> Judged:
    (judged,) = [judged for judged in verdict.judged if not ALL_RULES[judged.rule].of_policy]
    return judged


def of_policy(verdict: Verdict) -> list[str]:
    """Return the names of the findings about the policy itself."""
    return [ALL_RULES[judged.rule].name for judged in verdict.judged if ALL_RULES[judged.rule].of_policy]


def message(verdict: Verdict, rule: str) -> str:
    (found,) = [judged.finding.message for judged in verdict.judged if judged.rule == rule and judged.finding]
    return found


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
    ('rule = "SM202"', 'rule = "SM2xx"', "'SM2xx' is a family of rules, and a waiver is of one", (3, 8)),
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


def test_a_family_in_a_waiver_is_told_its_rules() -> None:
    (fault,) = faults(WAIVER.replace("SM202", "SM2xx"))
    assert "SM201, SM202" in fault.expected
    assert fault.remedy == ""


@pytest.mark.parametrize("rule", ALARMS)
def test_an_alarm_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is an alarm and cannot be waived"


@pytest.mark.parametrize("rule", INPUT_FAULTS)
def test_a_fault_of_the_file_itself_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is a fault of the file itself and cannot be waived"


@pytest.mark.parametrize("rule", OF_POLICY)
def test_what_is_wrong_with_the_policy_itself_cannot_be_waived(rule: str) -> None:
    (fault,) = faults(WAIVER.replace("SM202", rule))
    assert fault.message == f"{rule} is about the policy itself and cannot be waived"


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
    assert of_policy(verdict) == ["waiver-expired"]
    assert message(verdict, "SM902") == (
        "the waiver of SM202 on github.com/a/b (team-a) expired on 2027-01-31: what it excused counts again"
    )
    assert verdict.exit_code == 1


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


def test_a_waiver_that_excuses_nothing_is_a_finding() -> None:
    verdict = verdict_of(WAIVER, finding(module=ModuleVersion(path="x.example/y", version="v1.0.0")))
    assert of_policy(verdict) == ["waiver-unused"]
    (place,) = [judged.finding.locations[0] for judged in verdict.judged if judged.rule == "SM901" and judged.finding]
    assert (place.artifact, place.line) == ("lift.toml", 2)


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
def test_a_waiver_that_lasts_too_long_or_ends_soon_is_a_finding(day: str, expected: list[str]) -> None:
    assert of_policy(verdict_of(WAIVER, day=day)) == expected


def test_a_waiver_of_a_rule_that_is_off_excuses_nothing() -> None:
    assert of_policy(verdict_of('[rules]\nSM202 = "off"\n' + WAIVER)) == ["waiver-unused"]


def test_a_waiver_beyond_the_cap_excuses_nothing_until_it_is_near_enough() -> None:
    assert only(verdict_of(WAIVER, day="2026-08-03")).status is Status.FAIL
    assert only(verdict_of(WAIVER, day="2026-08-04")).status is Status.WAIVED
    short = "[policy]\nmax_waiver_days = 30\n" + WAIVER
    assert only(verdict_of(short, day="2026-12-31")).status is Status.FAIL
    assert only(verdict_of(short, day="2027-01-01")).status is Status.WAIVED


@pytest.mark.parametrize(
    ("package", "extra", "wide"),
    [
        ("**", "", True),
        ("github.com/**", "", True),
        ("*/a/b", "", True),
        ("github.com/*/b", "", True),
        ("github.com/a/*", "", False),
        ("github.com/a/**", "", False),
        ("github.com/a/b", "", False),
        ("**", 'id = "GO-2026-0001"\n', False),
    ],
)
def test_a_waiver_over_many_owners_is_too_wide(package: str, extra: str, *, wide: bool) -> None:
    verdict = verdict_of(WAIVER.replace("github.com/a/b", package) + extra)
    assert ("waiver-too-wide" in of_policy(verdict)) is wide


ADVISORIES = ("GO-2026-0001", "CVE-2026-1111", "GHSA-aaaa-bbbb-cccc")


@pytest.mark.parametrize(
    ("named", "excused"), [*((name, True) for name in ADVISORIES), ("GO-2026-0002", False), ("CVE-2026-1112", False)]
)
def test_a_waiver_of_an_advisory_knows_it_by_all_its_names(named: str, *, excused: bool) -> None:
    result = finding()
    assert result.finding is not None
    about = changed(result, finding=changed(result.finding, advisories=ADVISORIES))
    verdict = verdict_of(WAIVER + f'id = "{named}"\n', about)
    assert only(verdict).status is (Status.WAIVED if excused else Status.FAIL)
    assert ("waiver-unused" in of_policy(verdict)) is not excused


def test_a_waiver_of_an_advisory_excuses_no_finding_without_one() -> None:
    assert only(verdict_of(WAIVER + 'id = "GO-2026-0001"\n')).status is Status.FAIL


def test_a_waiver_of_what_could_not_be_checked_is_not_unused() -> None:
    gap = Gap(wanted="graph", reason="no answer", remedy="again", subject=str(MODULE))
    verdict = verdict_of(WAIVER, unknown(ALL_RULES["SM202"], str(MODULE), MODULE, gap))
    assert of_policy(verdict) == []
    assert [entry.state for entry in verdict.waivers] == [WaiverState.UNKNOWN]


def test_the_register_has_every_waiver_with_what_became_of_it() -> None:
    text = (
        WAIVER
        + WAIVER.replace("2027-01-31", "2026-01-31")
        + WAIVER.replace("2027-01-31", "2029-01-31")
        + WAIVER.replace("github.com/a/b", "x.example/y")
        + 'ticket = "T-1"\nvex_justification = "component_not_present"\n'
    )
    verdict = verdict_of(text)
    assert [(entry.state, entry.findings) for entry in verdict.waivers] == [
        (WaiverState.IN_USE, 1), (WaiverState.EXPIRED, 0), (WaiverState.REFUSED, 0), (WaiverState.UNUSED, 0),
    ]  # fmt: skip
    assert (verdict.waivers[3].ticket, verdict.waivers[3].vex_justification) == ("T-1", "component_not_present")
    assert [entry.location.line for entry in verdict.waivers] == [2, 9, 16, 23]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('id = "OSV-1"\n', "this is no id of an advisory"),
        ('vex_justification = "because"\n', "there is no justification 'because'"),
        ("ticket = 5\n", "this is no text"),
        ('version = "latest"\n', "this is no version of a Go module"),
        ('version = ""\n', "this is no version of a Go module"),
        ('replacement = ""\n', "this names no replacement"),
    ],
)
def test_the_keys_that_a_waiver_may_have_are_checked(line: str, message: str) -> None:
    (fault,) = faults(WAIVER + line)
    assert fault.message.startswith(message)
    assert fault.line == 8


def test_an_owner_outside_of_the_domain_is_none() -> None:
    text = '[policy]\nowner_domain = "corp.example"\n' + WAIVER
    (fault,) = faults(text)
    assert fault.expected == "…@corp.example"
    assert parse(text.replace("team-a", "team-a@corp.example")).waivers[0].owner == "team-a@corp.example"
    assert faults(text.replace("team-a", "team-a@evil-corp.example"))


def test_findings_about_the_policy_have_no_part_in_the_score() -> None:
    spent = WAIVER.replace("2027-01-31", "2026-01-31")
    plain, marked = verdict_of(""), verdict_of(spent)
    assert of_policy(marked) == ["waiver-expired"]
    assert plain.score == marked.score


@pytest.mark.parametrize(
    ("named", "excused"),
    [
        ("github.com/us/b", True),
        ("github.com/us/b@v1.2.1", True),
        ("github.com/us/b@v1.2.2", False),
        ("github.com/evil/b", False),
        ("../b", False),
    ],
)
def test_a_waiver_of_one_replacement_excuses_no_other(named: str, *, excused: bool) -> None:
    result = finding()
    assert result.finding is not None
    forked = changed(result, finding=changed(result.finding, replacement="github.com/us/b@v1.2.1"))
    verdict = verdict_of(WAIVER + f'replacement = "{named}"\n', forked)
    assert only(verdict).status is (Status.WAIVED if excused else Status.FAIL)


@pytest.mark.parametrize(
    ("rule", "subject", "package"),
    [
        ("SM121", "vendor/a.example/b/notes.txt", "vendor/a.example/b/notes.txt"),
        ("SM121", "vendor/a.example/b/notes.txt", "vendor/a.example/**"),
        ("SM122", "vendor/modules.txt", "vendor/modules.txt"),
        ("SM148", "program:bin/app", "program:bin/app"),
        ("SM148", "program:image.tar: usr/bin/app", "program:image.tar: usr/bin/app"),
    ],
)
def test_what_is_no_module_is_waived_by_its_subject(rule: str, subject: str, package: str) -> None:
    about = failed(ALL_RULES[rule], subject, ModuleVersion(path="", version=""), message="bad", label="", locations=())
    waiver = WAIVER.replace("SM202", rule).replace("github.com/a/b", package)
    text = f'[policy]\npreset = "strict-module-integrity"\n{waiver}'
    assert only(verdict_of(text, about)).status is Status.WAIVED
    other = failed(
        ALL_RULES[rule], f"x{subject}", ModuleVersion(path="", version=""), message="bad", label="", locations=()
    )
    assert only(verdict_of(text, other)).status is Status.FAIL
