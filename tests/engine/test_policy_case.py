"""A project with its policy, open to what if: as `check` judges it, and lift.toml as it would be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.policy_case import (
    WAIVER_FIELDS,
    PolicyCase,
    edited_policy,
    load_policy_case,
    preset_sentences,
    read_waiver,
    refuse_changed,
    starter_text,
    waiver_entries,
    waiver_fields,
)
from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import InputError
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.policy.document import parse_policy
from supplymatrix.policy.what_if import Trial
from tests.tui.made_policy import LIFT, policy_session

TODAY = date(2026, 11, 25)
GOOD = {
    "rule": "replace-fork", "package": "example.com/lib", "version": "*", "reason": "our fork has a fix",
    "owner": "team-a", "expires": "2027-01-31",
}  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> PolicyCase:
    with pytest.MonkeyPatch.context() as patch:
        session = policy_session(tmp_path_factory.mktemp("case"), patch)
        found = load_policy_case(CheckRequest(paths=(Path("shop"),), means=session.means()))
        return changed(found, file=found.file.resolve())


def test_it_begins_with_the_verdict_of_check(case: PolicyCase) -> None:
    audit = case.run.audit
    assert audit is not None
    assert case.what_if is not None
    now = case.what_if.as_it_is
    assert (now.outcome, now.score) == (audit.verdict.outcome, audit.verdict.score)
    assert {item for items in now.judged.values() for item in items} == set(audit.verdict.judged)
    assert case.view.policy.digest == audit.verdict.policy_digest


def test_levels_and_waivers_are_written_and_no_other_byte_changes(case: PolicyCase) -> None:
    waiver, faults = read_waiver(GOOD, case, today=TODAY)
    assert faults == {}
    assert waiver is not None
    trial = Trial().at_level("SM203", Level.ERROR).at_level("SM201", Level.OFF).waiving(waiver)
    data = edited_policy(case, trial)
    assert case.data is not None
    rules = LIFT.replace('pseudo-version = "warn"\n', 'pseudo-version = "error"\nSM201 = "off"\n')
    kept = case.data.decode().replace(LIFT, rules)
    assert data.decode().startswith(kept), "a rule keeps the name under which the file has it"
    added = data.decode().removeprefix(kept)
    wanted = 'rule = "SM202"\npackage = "example.com/lib"\nreason = "our fork has a fix"\nowner = "team-a"\n'
    assert added == f"\n[[waivers]]\n{wanted}expires = 2027-01-31\n"
    policy = parse_policy(data, "lift.toml", presets=presets())
    assert (policy.levels["SM203"], policy.levels["SM201"]) == (Level.ERROR, Level.OFF)


def test_what_is_tried_can_be_the_first_policy(case: PolicyCase, tmp_path: Path) -> None:
    first = changed(case, data=None, file=tmp_path / "lift.toml")
    data = edited_policy(first, Trial().at_level("SM203", Level.ERROR))
    assert data == b'[policy]\npreset = "log-verified"\n\n[rules]\nSM203 = "error"\n'


def test_what_the_reader_would_refuse_is_not_written(case: PolicyCase) -> None:
    with pytest.raises(InputError, match="SM104"):
        edited_policy(case, Trial().at_level("SM104", Level.OFF))


def test_a_file_that_is_another_one_now_is_refused(case: PolicyCase) -> None:
    refuse_changed(case)
    with pytest.raises(InputError, match="has changed since it was read"):
        refuse_changed(changed(case, data=b"[policy]\n"))
    with pytest.raises(InputError, match="has changed since it was read"):
        edited_policy(changed(case, data=None), Trial())


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("rule", "SM110", "an alarm and cannot be waived"),
        ("rule", "nonsense", "there is no rule"),
        ("package", "a//b", "no glob"),
        ("package", "our fork carries a fix", "this is no module, and no glob"),
        ("version", "new", "no version of a Go module"),
        ("reason", "too short", "too short to be one"),
        ("owner", " ", "this is missing"),
        ("expires", "soon", "this is no day: write it as 2027-02-23"),
        ("expires", "2026-11-24", "this day is over"),
        ("expires", "2028-01-01", "2027-05-24 is the last one"),
    ],
)
def test_a_fault_of_a_new_waiver_is_said_of_its_field(field: str, text: str, says: str, case: PolicyCase) -> None:
    waiver, faults = read_waiver({**GOOD, field: text}, case, today=TODAY)
    assert waiver is None
    assert set(faults) == {field}
    assert says in faults[field]


def test_all_that_is_missing_is_said_at_once(case: PolicyCase) -> None:
    assert set(read_waiver({}, case, today=TODAY)[1]) == set(WAIVER_FIELDS)


@pytest.mark.parametrize("version", ["*", "v1.2.3"])
def test_no_version_is_every_version_and_one_is_that_one(version: str, case: PolicyCase) -> None:
    waiver, faults = read_waiver({**GOOD, "rule": "SM203", "version": version}, case, today=TODAY)
    assert (faults, waiver and waiver.version) == ({}, version.strip("*"))


def test_a_replacement_stands_in_the_place_of_a_version(case: PolicyCase) -> None:
    texts = {**GOOD, "replacement": "fork.example/lib@v1.0.1"}
    assert waiver_fields(texts) == ("rule", "package", "replacement", "reason", "owner", "expires")
    waiver, faults = read_waiver(texts, case, today=TODAY)
    assert faults == {}
    assert waiver is not None
    assert (waiver.version, waiver.replacement) == ("", "fork.example/lib@v1.0.1")
    assert waiver_entries(waiver)["replacement"] == "fork.example/lib@v1.0.1"
    waiver, faults = read_waiver({**texts, "replacement": "*"}, case, today=TODAY)
    assert (faults, waiver and waiver.replacement) == ({}, "")
    assert read_waiver({**texts, "rule": "SM203"}, case, today=TODAY)[1] == {
        "replacement": "SM203 is about no replacement: write *"
    }


def test_who_may_own_a_waiver_is_said_beside_all_other_faults(case: PolicyCase) -> None:
    policy = replace(case.view.policy, owner_domain="corp.example")
    strict = changed(case, view=changed(case.view, policy=policy))
    assert read_waiver({**GOOD, "owner": "Me@Corp.example"}, strict, today=TODAY)[1] == {}
    faults = read_waiver({**GOOD, "version": "new", "reason": "short", "expires": "soon"}, strict, today=TODAY)[1]
    assert set(faults) == {"version", "reason", "owner", "expires"}
    assert "…@corp.example" in faults["owner"]


def test_text_of_a_waiver_is_no_toml(case: PolicyCase) -> None:
    waiver, faults = read_waiver(
        {**GOOD, "owner": 'me"\nrule = "SM110', "reason": "all of \\ b ' \x1b c"}, case, today=TODAY
    )
    assert faults == {}
    assert waiver is not None
    assert (waiver.rule, waiver.owner) == ("SM202", 'me"\nrule = "SM110')


def test_each_preset_has_its_sentence() -> None:
    found = dict(preset_sentences())
    assert found.keys() == presets().keys()
    assert found["baseline"] == "What every Go project can hold from its first day."
    assert all(says[:1].isupper() and says.endswith(".") for says in found.values())


def test_a_first_policy_is_one(case: PolicyCase) -> None:
    text = starter_text(case, "baseline", {"GOPRIVATE": "corp.example"}, today=TODAY)
    assert parse_policy(text.encode(), "lift.toml", presets=presets()).preset == "baseline"
