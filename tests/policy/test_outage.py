"""An outage of the log is excused only where the policy says so, beside young proofs, and never for a wrong answer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.checks.result import failed, unknown
from supplymatrix.model.fact import Facts, Gap, ProofFile
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Outcome, Verdict
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.verdict import judge
from tests.policy.policies import faults, parse

MODULE = ModuleVersion(path="github.com/a/b", version="v1.2.0")
MADE = date(2026, 11, 20)
POLICY = '[policy]\non_outage = "warn until 7d"\n'


def _proofs(seen_on: date | None = MADE, fault: str = "") -> ProofFile:
    place = Location(artifact="go.sum.proof", line=1, column=1)
    return ProofFile(tree_size=9, root="", records=1, unused=0, seen_on=seen_on, fault=fault, location=place)


def _verdict(text: str, *proofs: ProofFile, outage: bool = True, day: int = 25, rule: str = "SM103") -> Verdict:
    gap = Gap(wanted="log record", reason="time-out", remedy="run again", subject=str(MODULE), outage=outage)
    result = unknown(ALL_RULES[rule], str(MODULE), MODULE, gap)
    now = datetime(2026, 11, day, 12, tzinfo=UTC)
    return judge(parse(text), [result], Facts(proofs), ALL_RULES, now=now, tool_version="0.1.0")


def test_without_the_key_an_outage_leaves_the_run_incomplete() -> None:
    assert _verdict("", _proofs()).outcome is Outcome.INCOMPLETE


@pytest.mark.parametrize("rule", ["SM103", "SM110", "SM111"])
def test_young_proofs_excuse_an_outage_and_it_is_said(rule: str) -> None:
    verdict = _verdict(POLICY, _proofs(), rule=rule)
    assert verdict.outcome is Outcome.PASS
    assert [judged.status for judged in verdict.judged] == [Status.WAIVED]
    waiver = verdict.judged[0].waiver
    assert waiver is not None
    assert (waiver.owner, waiver.expires, waiver.location.line) == ("on_outage", date(2026, 11, 27), 2)
    assert "outage-excused" in [note.code for note in verdict.notes]
    assert verdict.score is not None
    assert verdict.score.waived > 0


@pytest.mark.parametrize(
    ("proofs", "day"),
    [
        ((), 25),
        ((_proofs(),), 28),
        ((_proofs(seen_on=None),), 25),
        ((_proofs(seen_on=date(2026, 12, 24)),), 25),
        ((_proofs(fault="it leads to another root"),), 25),
        ((_proofs(seen_on=date(2026, 11, 2)), _proofs()), 25),
    ],
    ids=["no proofs", "too old", "no day", "a day to come", "wrong", "one of two too old"],
)
def test_what_does_not_excuse_an_outage(proofs: tuple[ProofFile, ...], day: int) -> None:
    verdict = _verdict(POLICY, *proofs, day=day)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert "outage-not-excused" in [note.code for note in verdict.notes]


def test_what_was_no_outage_is_never_excused() -> None:
    verdict = _verdict(POLICY, _proofs(), outage=False)
    assert verdict.outcome is Outcome.INCOMPLETE
    assert not [note for note in verdict.notes if "outage" in note.code]


def test_an_alarm_stays_one_beside_an_excused_outage() -> None:
    gap = Gap(wanted="log record", reason="time-out", remedy="run again", subject=str(MODULE), outage=True)
    alarm = failed(ALL_RULES["SM110"], str(MODULE), MODULE, message="differs", label="", locations=())
    results = [unknown(ALL_RULES["SM103"], str(MODULE), MODULE, gap), alarm]
    now = datetime(2026, 11, 25, tzinfo=UTC)
    verdict = judge(parse(POLICY), results, Facts([_proofs()]), ALL_RULES, now=now, tool_version="0.1.0")
    assert verdict.outcome is Outcome.ALARM


@pytest.mark.parametrize(
    "text", ['"warn"', '"warn until 0d"', '"warn until 91d"', '"warn until 1w"', '"off"', "7", '""']
)
def test_other_words_are_refused_with_what_is_expected(text: str) -> None:
    (fault,) = faults(f"[policy]\non_outage = {text}\n")
    assert fault.line == 2
    assert "warn until 14d" in fault.expected or "quotes" in fault.expected


def test_a_longer_time_is_a_weaker_policy() -> None:
    assert compare_policies(parse(""), parse(POLICY)) == ["weaker: on_outage 'fail' becomes 'warn until 7d'"]
    assert compare_policies(parse(POLICY), parse("")) == ["stricter: on_outage 'warn until 7d' becomes 'fail'"]
