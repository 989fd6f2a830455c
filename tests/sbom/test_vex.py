"""VEX: no statement says more than was looked at, and both forms have the same statements."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import WaiverUse
from supplymatrix.model.vulnerability import EVERY_BUILD, LevelBy, Review, Vulnerability, VulnLevel
from supplymatrix.sbom.cyclonedx_vex import cyclonedx_vex
from supplymatrix.sbom.document import Party
from supplymatrix.sbom.openvex import openvex
from supplymatrix.sbom.vex import VexStatus, statement_of, statements_of

_MODULE, _PACKAGE, _SYMBOL = VulnLevel.MODULE, VulnLevel.PACKAGE, VulnLevel.SYMBOL
_TIME = datetime(2026, 11, 26, 8, tzinfo=UTC)
_FOUND = Vulnerability(
    advisory="EX-1",
    aliases=("CVE-2026-1",),
    subject=ModuleVersion(path="example.com/a", version="v1.0.0"),
    level=_SYMBOL,
    looked=_SYMBOL,
    level_by=LevelBy.FUNCTIONS,
    review=Review.REVIEWED,
    summary="made up",
    database="ours",
    location=Location(artifact="go.mod", line=3),
    fixed="v1.2.0",
)
_WAIVER = WaiverUse(
    reason="it is never given such input",
    owner="security@corp.example",
    expires=date(2027, 1, 31),
    location=Location(artifact="lift.toml", line=9),
)


@pytest.mark.parametrize(
    ("level", "looked", "by", "status", "justification"),
    [
        (_SYMBOL, _SYMBOL, LevelBy.FUNCTIONS, "affected", ""),
        (_SYMBOL, _SYMBOL, LevelBy.CALL_GRAPH, "affected", ""),
        (_PACKAGE, _SYMBOL, LevelBy.FUNCTIONS, "not_affected", "vulnerable_code_not_present"),
        (_PACKAGE, _SYMBOL, LevelBy.CALL_GRAPH, "not_affected", "vulnerable_code_not_in_execute_path"),
        (_MODULE, _SYMBOL, LevelBy.FUNCTIONS, "not_affected", "vulnerable_code_not_present"),
        (_MODULE, _PACKAGE, LevelBy.SOURCES, "not_affected", "vulnerable_code_not_present"),
        (_PACKAGE, _PACKAGE, LevelBy.SOURCES, "under_investigation", ""),
        (_MODULE, _MODULE, LevelBy.MODULES, "under_investigation", ""),
    ],
)
def test_what_was_found_and_how_deep_was_looked(
    level: VulnLevel, looked: VulnLevel, by: LevelBy, status: str, justification: str
) -> None:
    found = changed(_FOUND, level=level, looked=looked, level_by=by, built_for=EVERY_BUILD)
    said = statement_of(found, None, "pkg:golang/svc")
    assert (said.status, said.justification) == (status, justification)
    assert bool(said.impact) == (status == "not_affected")
    assert bool(said.action) == (status == "affected")


@pytest.mark.parametrize("by", [LevelBy.SOURCES, LevelBy.CALL_GRAPH])
def test_what_one_build_of_sources_has_not_is_not_cleared_for_all(by: LevelBy) -> None:
    here = "linux/amd64 without cgo, tags a"
    found = changed(_FOUND, level=_MODULE, looked=_PACKAGE, level_by=by, built_for=here)
    said = statement_of(found, None, "p")
    assert (said.status, said.looked) == (VexStatus.UNDER_INVESTIGATION, f"package level, by the {by} for {here}")
    anywhere = statement_of(changed(found, built_for=EVERY_BUILD), None, "p")
    assert anywhere.status is VexStatus.NOT_AFFECTED
    assert anywhere.impact == f"none of its vulnerable packages is there, by the {by} for any platform and any tags"


@given(st.permutations([_MODULE, _PACKAGE, _SYMBOL]))
def test_of_several_statements_about_one_component_the_gravest_stays(levels: list[VulnLevel]) -> None:
    found = [changed(_FOUND, level=level, looked=_SYMBOL if level is _MODULE else level) for level in levels]
    (said,) = statements_of([(one, None, "p") for one in found])
    assert said.status is VexStatus.AFFECTED
    (open_one,) = statements_of([(one, None, "p") for one in found if one.level is not _SYMBOL])
    assert open_one.status is VexStatus.UNDER_INVESTIGATION


def test_what_the_go_team_has_not_looked_at_is_never_cleared_by_looking() -> None:
    found = changed(_FOUND, level=_MODULE, looked=_SYMBOL, review=Review.UNREVIEWED)
    assert statement_of(found, None, "p").status is VexStatus.UNDER_INVESTIGATION


def test_a_waiver_with_a_justification_says_whose_word_it_is() -> None:
    waiver = changed(_WAIVER, vex_justification="inline_mitigations_already_exist")
    said = statement_of(_FOUND, waiver, "p")
    assert (said.status, said.justification) == (VexStatus.NOT_AFFECTED, "inline_mitigations_already_exist")
    assert (said.impact, said.by, said.until) == (_WAIVER.reason, "security@corp.example", "2027-01-31")


def test_a_waiver_without_one_takes_nothing_back() -> None:
    said = statement_of(_FOUND, _WAIVER, "p")
    assert said.status is VexStatus.AFFECTED
    assert said.action.startswith("taken on by security@corp.example until 2027-01-31: it is never given such input; ")
    unknown = statement_of(changed(_FOUND, level=_MODULE, looked=_MODULE), _WAIVER, "p")
    assert (unknown.status, unknown.by) == (VexStatus.UNDER_INVESTIGATION, "looked")


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({}, "update example.com/a to v1.2.0 or later"),
        ({"fixed": ""}, "no version of example.com/a with a fix is known"),
        (
            {"subject": ModuleVersion(path="stdlib", version="v1.24.0"), "fixed": "v1.24.4"},
            "build with Go 1.24.4 or later",
        ),
        ({"is_malicious": True, "level": _MODULE}, "take example.com/a out: it was made to harm"),
    ],
)
def test_what_to_do(change: dict[str, object], action: str) -> None:
    assert statement_of(changed(_FOUND, **change), None, "p").action == action


_LEVELS = st.sampled_from([_MODULE, _PACKAGE, _SYMBOL])


@given(
    level=_LEVELS, looked=_LEVELS, review=st.sampled_from(Review), word=st.sampled_from(["", "component_not_present"])
)
def test_both_forms_say_the_same_and_are_made_again(
    level: VulnLevel, looked: VulnLevel, review: Review, word: str
) -> None:
    looked = max(level, looked, key=lambda one: one.depth)
    found = changed(_FOUND, level=level, looked=looked, review=review)
    waiver = changed(_WAIVER, vex_justification=word) if word else None
    statements = statements_of([(found, waiver, "pkg:golang/svc@v1.0.0")])
    one = openvex(statements, author="Ada", role="", tool="t 1", time=_TIME)
    assert one == openvex(statements, author="Ada", role="", tool="t 1", time=_TIME)
    other = json.loads(
        cyclonedx_vex(
            statements, product=("svc", "pkg:golang/svc@v1.0.0"), author=Party(name="Ada"), tool=("t", "1"), time=_TIME
        )
    )
    (said,), (made,) = json.loads(one)["statements"], other["vulnerabilities"]
    states = {"affected": "exploitable", "not_affected": "not_affected", "under_investigation": "in_triage"}
    assert states[said["status"]] == made["analysis"]["state"]
    assert ("justification" in said) == ("justification" in made["analysis"]) == (said["status"] == "not_affected")
    assert said["products"][0]["subcomponents"][0]["@id"] == made["affects"][0]["ref"] == other["components"][0]["purl"]


def test_statements_point_into_a_bill_where_it_has_the_component() -> None:
    statements = statements_of([(_FOUND, None, "pkg:golang/svc")])
    links = {"pkg:golang/example.com/a@v1.0.0": "urn:cdx:1-2/1#ref"}
    made = json.loads(
        cyclonedx_vex(
            statements, product=("svc", "pkg:golang/svc"), author=None, tool=("t", "1"), time=_TIME, links=links
        )
    )
    assert made["vulnerabilities"][0]["affects"][0]["ref"] == "urn:cdx:1-2/1#ref"
    assert made["components"] == []
    assert "properties" not in made["vulnerabilities"][0]


def test_a_statement_about_another_product_names_it() -> None:
    said = statements_of([(_FOUND, None, "pkg:golang/svc/one")])
    made = json.loads(cyclonedx_vex(said, product=("w", "pkg:generic/w"), author=None, tool=("t", "1"), time=_TIME))
    assert made["vulnerabilities"][0]["properties"] == [{"name": "supplymatrix:product", "value": "pkg:golang/svc/one"}]
