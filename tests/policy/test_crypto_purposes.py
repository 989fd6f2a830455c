"""[crypto]: what builds sources is judged, each build by itself; what CI, tests and starts show is no module."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.model.fact import Facts
from supplymatrix.policy.verdict import judge
from tests.policy.policies import parse
from tests.support.audit_facts import audit_facts

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_REQUIRED = '[crypto]\nfips = "required"\n'
_V1 = {
    "family": "go-module", "module": "v1.0.0-c2097c7c", "state": "certified", "certificate": "CMVP #5247",
    "dated": "2026-04-28", "mode": "on",
}  # fmt: skip
_NONE = {"family": "none"}


def _posture(subject: str, use: str, **fields: object) -> dict[str, Any]:
    return {"type": "FipsPosture", "subject": subject, "use": use, "location": subject, **fields}


def _source(**fields: object) -> dict[str, Any]:
    return _posture("example.com/svc", "source", main="example.com/svc", **{**_NONE, **fields})


def _file(**fields: object) -> dict[str, Any]:
    return _posture("Dockerfile", "build file", **fields)


def _program(main: str = "example.com/svc", **fields: object) -> dict[str, Any]:
    return _posture("bin/svc", "program", main=main, **{**_V1, **fields})


def _found(rule: str, *facts: dict[str, Any]) -> dict[str, str]:
    """Return the subjects of which a rule says that they fail, or that nobody knows."""
    known = Facts(audit_facts(facts), ())
    verdict = judge(parse(_REQUIRED), run_rules(known), known, ALL_RULES, now=_NOW, tool_version="1")
    return {one.subject: one.status.value for one in verdict.judged if one.rule == rule}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([_source()], {"example.com/svc": "fail"}),
        ([_source(), _file(**_V1)], {}),
        ([_source(), _file(**_NONE)], {"Dockerfile": "fail"}),
        ([_source(), _file(**_V1, purpose="ci")], {"example.com/svc": "fail"}),
        ([_source(), _file(**_V1, purpose="aside")], {"example.com/svc": "fail"}),
        ([_source(), _file(**_V1, purpose="run time")], {"example.com/svc": "fail"}),
        ([_source(), _file(family="unknown", reason="a condition decides")], {"Dockerfile": "unknown"}),
        ([_source(mode="off"), _file(**_V1)], {"example.com/svc": "fail"}),
        ([_source(), _program()], {}),
        ([_source(), _program("example.com/other")], {"example.com/svc": "fail"}),
        ([_source(), _program(family="unknown", reason="it is packed")],
         {"example.com/svc": "fail", "program:bin/svc": "unknown"}),
        ([_program(state="nothing of it is linked in", certificate="")], {"program:bin/svc": "unknown"}),
    ],
)  # fmt: skip
def test_a_module_is_asked_of_what_is_shipped(facts: list[dict[str, Any]], expected: dict[str, str]) -> None:
    assert _found("SM601", *facts) == expected


@pytest.mark.parametrize("rule", ["SM602", "SM606"])
def test_a_module_that_is_claimed_and_not_linked_in_is_unknown(rule: str) -> None:
    claim = {"kind": "claim", "family": "go-module", "words": "GOFIPS140 is recorded", "location": "bin/svc"}
    fact = _program(state="nothing of it is linked in", certificate="", marks=[claim])
    assert _found(rule, fact) == {"program:bin/svc": "unknown"}
    assert _found(rule, _program(marks=[claim])) == {}


def test_what_is_brought_along_passes_where_the_sources_of_that_program_were_read() -> None:
    brought = {
        "type": "NonApprovedPackage", "subject": "bin/svc", "use": "program", "package": "crypto/rc4", "what": "RC4",
        "module": {"path": "std", "version": ""}, "how": "linked", "location": "bin/svc",
        "inside": "crypto/tls brings it",
    }  # fmt: skip
    assert _found("SM603", _program(), brought) == {"program:bin/svc": "unknown"}
    assert _found("SM603", _program(), _source(), brought) == {}
    assert _found("SM603", _program("example.com/other"), _source(), brought) == {"program:bin/svc": "unknown"}


@pytest.mark.parametrize("purpose", ["aside", "shipped"])
def test_tests_and_other_stages_are_judged_by_no_rule(purpose: str) -> None:
    defeat = {"kind": "defeat", "family": "microsoft", "words": "it is off", "location": "Dockerfile:2"}
    fact = _file(
        family="microsoft", state="that of the system where it runs", marks=[defeat], purpose=purpose, mode="only"
    )
    expected = {} if purpose == "aside" else {"Dockerfile": "fail"}
    assert _found("SM604", fact) == _found("SM608", fact) == expected


def test_a_certificate_is_asked_of_what_ci_builds_by_no_rule() -> None:
    open_state = {**_V1, "module": "v1.0.0", "state": "not in the table", "certificate": ""}
    assert _found("SM606", _file(**open_state)) == {"Dockerfile": "unknown"}
    assert _found("SM606", _file(**open_state, purpose="ci")) == {}


def test_one_program_of_a_project_with_the_mode_for_tests_is_enough() -> None:
    claim = {"kind": "claim", "family": "none", "words": "fips140=only is written", "location": "cmd/z/main.go:1"}
    assert _found("SM608", _source(mode="on", family="go-module", marks=[claim])) == {"example.com/svc": "fail"}
