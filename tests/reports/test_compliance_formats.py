"""A compliance report says the same in every format, and no format says that a clause is met."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given, settings

from supplymatrix.engine.compliance import load_frameworks
from supplymatrix.errors import Diagnostic
from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.value import changed
from supplymatrix.policy.compliance import ComplianceReport, SubjectEvidence, join_evidence
from supplymatrix.reports import compliance_csv, compliance_json, compliance_markdown, compliance_text
from supplymatrix.reports.compliance_words import SHOWN
from supplymatrix.reports.plain import plain_lines
from tests.policy.clause_files import HEAD, Results, audit_with, clause, parse
from tests.reports.audits import hostile_audit
from tests.reports.test_schema import faults

_HOUSE = parse(
    HEAD
    + clause("H-1", direct="SM110", partial="SM101,repo-health", context="SM201")
    + clause("H-2").replace("confirmed = true", "confirmed = false").replace('catalogue = "wall"', 'note = "gone"')
)
_MIXED = {
    "SM110": Results(passed=7, failed=2),
    "SM101": Results(passed=1, waived=1, unknown=1),
    "SM201": Results(excused=1),
}
_RENDER = {
    "text": compliance_text.render,
    "json": compliance_json.render,
    "markdown": compliance_markdown.render,
    "csv": compliance_csv.render,
}


def _report(audit: Audit, *, broken: bool = False) -> ComplianceReport:
    fault = Diagnostic(message="go.sum is no text", artifact="b/go.sum")
    lost = (Unreadable(path="b", diagnostics=(fault,)),) if broken else ()
    subject = SubjectEvidence(audit=audit, frameworks=(join_evidence(_HOUSE, audit, frozenset()),))
    return ComplianceReport(survey=Survey(items=(audit, *lost), exit_code=1), subjects=(subject,))


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_every_result_that_did_not_pass_is_shown(name: str) -> None:
    text = " ".join(_RENDER[name](_report(audit_with(_MIXED)), width=200).split())
    for words in ("SM110 says fail of m0", "SM110 says fail of m1", "SM101 says waived of m0", "SM101 of m0"):
        assert words in text
    assert "go.sum:3:1" in text
    assert "waived by team-a until 2027-01-31: looked at by two of us" in text
    assert "SM201 of m0: nobody answers (excused by team-a until 2027-01-31" in text


@pytest.mark.parametrize("name", _RENDER)
def test_standing_counts_and_what_was_not_run_are_in_every_format(name: str) -> None:
    text = " ".join(_RENDER[name](_report(audit_with(_MIXED), broken=True), width=200).split())
    assert "evidence against" in text
    assert "no check of ours speaks of it" in text
    assert "this version has no such check" in text
    assert "go.sum is no text" in text
    assert "H-2" in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_an_id_that_is_not_confirmed_is_marked_where_it_stands(name: str) -> None:
    assert "H-2 (id not confirmed)" in _RENDER[name](_report(audit_with(_MIXED)))


@pytest.mark.parametrize("name", _RENDER)
def test_no_format_says_that_a_clause_is_satisfied(name: str) -> None:
    text = " ".join(_RENDER[name](_report(audit_with(_MIXED))).lower().split())
    text = text.replace("never satisfies one", "")
    assert not re.search(r"satisf|complian(?:t|ce with)|fulfil", text)


def test_what_is_not_shown_is_counted() -> None:
    audit = audit_with({"SM110": Results(failed=SHOWN + 4)})
    assert "4 more of SM110, see the report of `check`" in compliance_text.render(_report(audit))
    assert "4 more of SM110" in compliance_markdown.render(_report(audit))
    document = json.loads(compliance_json.render(_report(audit)))
    (rule,) = document["subjects"][0]["frameworks"][0]["clauses"][0]["checks"][0]["rules"]
    assert (len(rule["shown"]), rule["more"], rule["failed"]) == (SHOWN, 4, SHOWN + 4)


def test_the_table_has_a_line_for_each_rule_and_each_check_without_one() -> None:
    rows = list(csv.DictReader(io.StringIO(compliance_csv.render(_report(audit_with(_MIXED), broken=True)))))
    assert all(len(row) == len(compliance_csv.COLUMNS) and None not in row for row in rows)
    assert [(row["clause"], row["check"], row["rule"]) for row in rows] == [
        ("H-1", "SM110", "SM110"),
        ("H-1", "SM101", "SM101"),
        ("H-1", "repo-health", ""),
        ("H-1", "SM201", "SM201"),
        ("H-2", "", ""),
        ("", "", ""),
    ]
    assert [row["confirmed"] for row in rows] == ["yes"] * 4 + ["no", ""]
    assert (rows[0]["passed"], rows[0]["failed"], rows[3]["excused"]) == ("7", "2", "1")
    assert (rows[5]["subject"], rows[5]["why"]) == ("b", "go.sum is no text")


def test_text_keeps_within_its_width() -> None:
    text = compliance_text.render(_report(audit_with(_MIXED)), width=80)
    long = [line for line in text.split("\n") if len(line) > 80]
    assert long == []


def test_the_report_and_the_list_fit_the_schema() -> None:
    assert faults("compliance", compliance_json.render(_report(audit_with(_MIXED), broken=True))) == []
    assert faults("compliance", compliance_json.render_frameworks(load_frameworks(None).values())) == []


@settings(max_examples=8)
@given(hostile_audit())
def test_hostile_text_is_made_plain_in_every_format(audit: Audit) -> None:
    report = _report(audit)
    assert faults("compliance", compliance_json.render(report)) == []
    for name in ("text", "markdown", "csv"):
        text = _RENDER[name](report).replace("\r\n", "\n")
        assert text == plain_lines(text), name
    for row in csv.reader(io.StringIO(compliance_csv.render(report))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_the_list_says_how_many_ids_are_confirmed() -> None:
    text = " ".join(compliance_text.render_frameworks([_HOUSE]).split())
    assert "house House rules, version 3 1 of 2 ids confirmed against the sheet on the wall, read 2026-11-01" in text


@pytest.mark.parametrize("name", ["\uff1dcmd()", " =cmd()", "\uff0b1", "@x"])
def test_no_cell_is_a_formula_in_any_of_its_forms(name: str) -> None:
    report = _report(changed(audit_with(_MIXED), subject=name))
    rows = list(csv.DictReader(io.StringIO(compliance_csv.render(report))))
    assert {row["subject"] for row in rows} == {f"'{name}"}
