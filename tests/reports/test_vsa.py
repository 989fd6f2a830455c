"""The statement: held against the specification's own rules, and against what it must never say."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest

from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Fellow, ReadFile, Unreadable
from supplymatrix.model.fact import Facts, LineProof, ProjectFact, ProofState, SumFault, SumFaultKind
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Mode, Outcome
from supplymatrix.reports.registry import render, render_survey
from supplymatrix.reports.vsa import (
    EXTENSION,
    LEVEL_LOG,
    LEVEL_NOTHING_EXCUSED,
    LEVEL_POLICY,
    PREDICATE,
    STATEMENT,
    statement_of,
)
from tests.reports.audits import fixture_audit, survey_of
from tests.reports.test_text import assert_golden

FILES = (ReadFile(name="go.mod", sha256="a" * 64), ReadFile(name="go.sum", sha256="b" * 64))
FELLOWS = (Fellow(name="out/r.json", format="json", sha256="c" * 64),)
STATES = ("pass", "fail", "incomplete", "alarm", "broken", "nothing", "waived")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_REFERENCE = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*")


def audit_in(state: str, **changes: Any) -> Audit:  # noqa: ANN401 - fields of an audit
    return changed(fixture_audit(f"projects/{state}"), subject_files=FILES, **changes)


def predicate_of(audit: Audit) -> dict[str, Any]:
    predicate: dict[str, Any] = statement_of(audit)["predicate"]
    return predicate


def check_statement(statement: dict[str, Any]) -> None:
    """Hold a statement against what the two specifications ask for.

    in-toto Statement v1: _type, subject with name and digest, predicateType, predicate. VSA v1: verifier.id,
    timeVerified, resourceUri, policy.uri and verificationResult are required, inputAttestations have digests,
    verifiedLevels are FAILED alone or names that do not begin with SLSA_; extensions are named by URIs.
    """
    assert set(statement) == {"_type", "subject", "predicateType", "predicate"}
    assert (statement["_type"], statement["predicateType"]) == (STATEMENT, PREDICATE)
    for file in statement["subject"]:
        assert re.fullmatch(r"[0-9a-f]{64}", file["digest"]["sha256"])
    predicate = statement["predicate"]
    fields = {"verifier", "timeVerified", "resourceUri", "policy", "inputAttestations", "verificationResult"}
    assert fields <= set(predicate)
    assert {name for name in predicate if not _URI.fullmatch(name)} == {*fields, "verifiedLevels"}
    assert _URI.fullmatch(predicate["verifier"]["id"])
    assert _URI.fullmatch(predicate["resourceUri"])
    assert _URI.fullmatch(predicate["policy"]["uri"])
    assert datetime.fromisoformat(predicate["timeVerified"]).tzinfo is not None
    assert predicate["verificationResult"] in ("PASSED", "FAILED")
    assert all("digest" in entry and _REFERENCE.fullmatch(entry["uri"]) for entry in predicate["inputAttestations"])
    levels = predicate["verifiedLevels"]
    assert levels == ["FAILED"] if predicate["verificationResult"] == "FAILED" else "FAILED" not in levels
    assert not [level for level in levels if level.startswith("SLSA_")]


@pytest.mark.parametrize("state", STATES)
def test_only_a_pass_is_passed_and_each_fail_says_why(state: str) -> None:
    audit = audit_in(state)
    check_statement(statement_of(audit))
    predicate = predicate_of(audit)
    is_passed = audit.verdict.outcome is Outcome.PASS
    assert (predicate["verificationResult"] == "PASSED") is is_passed
    assert bool(predicate[EXTENSION]["reasons"]) is not is_passed
    assert predicate[EXTENSION]["outcome"] == audit.verdict.outcome.value


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.WARN])
@pytest.mark.parametrize("state", ["fail", "incomplete", "alarm", "broken"])
def test_a_mode_that_lets_the_run_end_with_0_makes_no_pass(state: str, mode: Mode) -> None:
    audit = audit_in(state)
    audit = changed(audit, verdict=changed(audit.verdict, mode=mode, exit_code=0))
    predicate = predicate_of(audit)
    assert predicate["verificationResult"] == "FAILED"
    assert any(mode.value in reason for reason in predicate[EXTENSION]["reasons"])


@pytest.mark.parametrize("whole", [Outcome.FAIL, Outcome.INCOMPLETE])
def test_findings_that_decide_nothing_since_they_were_there_before_make_no_pass(whole: Outcome) -> None:
    audit = audit_in("pass")
    audit = changed(audit, verdict=changed(audit.verdict, of_all=whole, diff_base="f" * 40))
    predicate = predicate_of(audit)
    assert predicate["verificationResult"] == "FAILED"
    assert (predicate[EXTENSION]["outcome"], predicate[EXTENSION]["outcome_of_all"]) == ("pass", whole.value)
    assert any("f" * 40 in reason for reason in predicate[EXTENSION]["reasons"])


def test_a_pass_over_no_file_at_all_is_none() -> None:
    assert predicate_of(fixture_audit("projects/pass"))["verificationResult"] == "FAILED"


def test_the_levels_say_what_was_checked_and_no_more() -> None:
    audit = audit_in("pass")
    assert predicate_of(audit)["verifiedLevels"] == [LEVEL_POLICY, LEVEL_LOG, LEVEL_NOTHING_EXCUSED]
    proofs = audit.facts.of(LineProof)
    rest = [fact for fact in audit.facts.items if fact is not proofs[0]]
    facts = type(audit.facts)([*rest, changed(proofs[0], state=ProofState.NOT_IN_LOG)], audit.facts.gaps)
    assert predicate_of(changed(audit, facts=facts))["verifiedLevels"] == [LEVEL_POLICY, LEVEL_NOTHING_EXCUSED]
    waived = audit_in("waived")
    assert any(item.status is Status.WAIVED for item in waived.verdict.judged)
    assert LEVEL_NOTHING_EXCUSED not in predicate_of(waived)["verifiedLevels"]


def test_counts_are_those_of_the_verdict() -> None:
    for state in STATES:
        verdict = audit_in(state).verdict
        extension = predicate_of(audit_in(state))[EXTENSION]
        assert sum(row["count"] for row in extension["rules"]) == len(verdict.judged)
        assert extension["counts"]["excused"] == sum(item.status is Status.WAIVED for item in verdict.judged)
        assert extension["counts"]["gaps"] == len(verdict.gaps)


def test_reports_of_the_run_and_committed_proofs_are_named_with_their_digests() -> None:
    proofs = (ReadFile(name="go.sum.proof", sha256="d" * 64),)
    named = predicate_of(audit_in("pass", fellows=FELLOWS, proof_files=proofs))["inputAttestations"]
    assert [(entry["name"], entry["digest"]["sha256"][0]) for entry in named] == [
        ("go.sum.proof", "d"),
        ("out/r.json", "c"),
    ]


def test_a_project_without_a_module_line_is_named_by_itself() -> None:
    audit = audit_in("pass")
    facts = [changed(fact, module_path="") if isinstance(fact, ProjectFact) else fact for fact in audit.facts.items]
    audit = changed(audit, subject="a b/ü", facts=type(audit.facts)(facts, audit.facts.gaps))
    assert predicate_of(audit)["resourceUri"] == "urn:supplymatrix:project:a%20b%2F%C3%BC"


def test_of_several_subjects_each_has_a_line_and_what_could_not_be_read_is_about_no_file() -> None:
    fault = Diagnostic(message="the file is not UTF-8", artifact="svc/go.mod")
    survey = changed(
        survey_of(audit_in("pass"), Unreadable(path="svc", diagnostics=(fault,)), audit_in("fail")), fellows=FELLOWS
    )
    statements = [json.loads(line) for line in render_survey(survey, "vsa").splitlines()]
    assert [one["predicate"]["verificationResult"] for one in statements] == ["PASSED", "FAILED", "FAILED"]
    for statement in statements:
        check_statement(statement)
        assert [entry["name"] for entry in statement["predicate"]["inputAttestations"]] == ["out/r.json"]
    assert statements[1]["subject"] == []
    assert "not UTF-8" in statements[1]["predicate"][EXTENSION]["reasons"][0]


@pytest.mark.parametrize("state", ["waived", "fail"])
def test_a_statement_is_written_as_it_always_was(state: str) -> None:
    assert_golden(f"{state}.vsa.json", render(audit_in(state, fellows=FELLOWS), "vsa"))


@pytest.mark.parametrize("kind", SumFaultKind)
def test_a_line_that_cannot_count_leaves_go_sum_unproven_and_is_counted(kind: SumFaultKind) -> None:
    audit = audit_in("pass")
    fault = SumFault(
        kind=kind,
        subject="evil.example/x@v1.0.0",
        message="odd",
        expected="h1",
        location=Location(artifact="go.sum", line=9),
    )
    predicate = predicate_of(changed(audit, facts=Facts([*audit.facts.items, fault], audit.facts.gaps)))
    assert predicate["verifiedLevels"] == [LEVEL_POLICY, LEVEL_NOTHING_EXCUSED]
    assert predicate[EXTENSION]["go_sum"]["faults"] == 1
    assert predicate_of(audit)[EXTENSION]["go_sum"]["faults"] == 0
