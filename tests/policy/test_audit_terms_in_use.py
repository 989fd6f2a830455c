"""What a policy makes of gaps that may hide a finding, of names that are not firm enough, and of what waivers name."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.checks.native_gaps import NATIVE_WANTED
from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Status
from supplymatrix.model.vendor_path import PATH_WANTED
from supplymatrix.policy.audits import asked_rules
from supplymatrix.policy.verdict import judge
from supplymatrix.reports.registry import render
from tests.policy.policies import parse
from tests.policy.test_audit_results import DATABASE, GOPROXY, NOW, POSTURE, USE, VULN, of, verdict, waiver
from tests.support.audit_facts import audit_facts
from tests.support.data import REPO

PROJECT = {
    "type": "ProjectFact",
    "name": "svc",
    "module_path": "a.example/svc",
    "has_go_mod": True,
    "go_version": "1.26.0",
    "least_go": "1.26.0",
    "has_go_sum": False,
    "prunes_graph": True,
    "provenance": {"origin": "file", "tool": "go.mod"},
}
IMAGE = {**USE, "what": "golang:1.25.3", "version": "1.25.3", "pinned": "version", "vendor": "go-project"}
ACTION = {**USE, "part": "CI step", "what": "actions/checkout@v4", "version": "v4", "pinned": "floating"}
DIRECT = {**GOPROXY, "shown": "direct"}
HIDDEN = Gap(
    wanted=f"{PATH_WANTED}Dockerfile",
    reason="$BASE is unresolved",
    remedy="",
    subject="Dockerfile",
    location=Location(artifact="Dockerfile", line=2, column=1),
    family=AuditFamily.VENDOR_PATH,
)


class TestGapsThatHide:
    @pytest.mark.parametrize(
        ("text", "rule", "level"),
        [
            ('[path]\nvendors = ["go-project"]\n', "SM910", "error"),
            ('[path]\ntoolchains = ["go-project"]\n', "SM910", "error"),
            ('[path]\nend_of_life = "deny"\n', "SM910", "error"),
            ('[rules]\nSM806 = "error"\n', "SM910", "error"),
            ('[path]\nvendors = ["go-project"]\n[rules]\nSM804 = "off"\n', "SM910", "error"),
            ('[path]\nvendors = ["go-project"]\n[rules]\nSM803 = "warn"\n', "SM804", "warn"),
            ('[path]\nvendors = ["go-project"]\n[rules]\nSM804 = "error"\n', "SM804", "error"),
            ('[path]\npinned = "digest"\n', "SM804", "warn"),
            ("[path]\n", "SM804", "warn"),
        ],
    )
    def test_what_is_asked_for_by_a_rule_of_a_higher_level_is_told_at_that_of_gaps(
        self, text: str, rule: str, level: str
    ) -> None:
        found = [(j.rule, j.level.value, j.status) for j in verdict(text, gaps=(HIDDEN,)).judged]
        assert found == [(rule, level, Status.UNKNOWN)]

    def test_an_audit_of_the_command_line_alone_has_it_as_the_rule_that_answers(self) -> None:
        policy = parse("").with_audits({AuditFamily.VENDOR_PATH}, ALL_RULES)
        known = Facts([], [HIDDEN])
        found = judge(policy, run_rules(known), known, ALL_RULES, now=NOW, tool_version="1")
        assert [(j.rule, j.level.value) for j in found.judged] == [("SM804", "warn")]
        assert found.audits_beside == ("path",)

    def test_c_code_that_nobody_saw_may_be_what_is_not_allowed(self) -> None:
        gap = Gap(
            wanted=f"{NATIVE_WANTED}a.example/b",
            reason="r",
            remedy="",
            subject="a.example/b@v1.0.0",
            family=AuditFamily.CGO,
        )
        low = '[rules]\nSM702 = "warn"\n'
        assert [j.rule for j in verdict(f"[cgo]\nallow = false\n{low}", gaps=(gap,)).judged] == ["SM910"]
        assert [j.rule for j in verdict(f"[cgo]\n{low}", gaps=(gap,)).judged] == ["SM702"]

    def test_a_gap_that_a_rule_has_of_its_own_hides_no_other(self) -> None:
        text = '[sla]\nfix_within = "7d"\n[vulns]\nfail_at = "module"\n[rules]\nSM307 = "warn"\n'
        assert of("SM307", text, DATABASE, {**VULN, "published": None}) == "unknown"

    def test_a_posture_that_does_not_tell_is_of_no_family_that_is_allowed(self) -> None:
        text = '[crypto]\nfamilies = ["go-module"]\n[rules]\nSM602 = "off"\nSM606 = "off"\n'
        assert of("SM605", text, {**POSTURE, "family": "unknown"}) == "unknown"

    def test_rules_that_are_asked_for_are_those_that_have_a_line_of_their_own(self) -> None:
        def asked(text: str, family: AuditFamily) -> list[str]:
            return [rule.id for rule in asked_rules(parse(text), family, ALL_RULES)]

        assert asked('[rules]\nci-step-not-pinned = "error"\n', AuditFamily.VENDOR_PATH) == ["SM806"]
        assert asked("[path]\n", AuditFamily.VENDOR_PATH) == []
        assert asked('[rules]\nSM8xx = "error"\n[path]\n', AuditFamily.VENDOR_PATH) == [
            "SM803", "SM804", "SM805", "SM806", "SM807",
        ]  # fmt: skip


class TestFailAt:
    NEAR: ClassVar[dict[str, Any]] = {**VULN, "level": "package", "looked": "package"}

    @pytest.mark.parametrize(
        ("at", "facts", "rule", "expected"),
        [
            ("symbol", {}, "SM301", "unknown"),
            ("symbol", {"looked": "symbol"}, "SM301", ""),
            ("symbol", {"level": "module", "looked": "package"}, "SM301", ""),
            ("symbol", {"level": "module", "looked": "module"}, "SM301", "unknown"),
            ("package", {}, "SM302", "fail"),
            ("package", {"level": "module", "looked": "module"}, "SM302", "unknown"),
            ("module", {"level": "module", "looked": "module"}, "SM303", "fail"),
        ],
    )
    def test_what_nobody_has_followed_as_far_is_unknown(
        self, at: str, facts: dict[str, Any], rule: str, expected: str
    ) -> None:
        assert of(rule, f'[vulns]\nfail_at = "{at}"\n', DATABASE, {**self.NEAR, **facts}) == expected

    def test_a_waiver_and_a_program_that_is_looked_at_stand_for_it(self) -> None:
        text = waiver('id = "CVE-2026-10001"').replace("[vulns]\n", '[vulns]\nfail_at = "symbol"\n')
        assert of("SM301", text, DATABASE, self.NEAR) == ""
        assert of("SM302", text, DATABASE, self.NEAR) == "waived"
        program = {
            "type": "BuiltProgram", "name": "app", "state": "read", "sha256": "5" * 64, "size": 9, "location": "app",
            "main": "a.example/svc", "go_release": "1.26.0",
        }  # fmt: skip
        text = '[vulns]\nfail_at = "symbol"\n'
        assert of("SM301", text, DATABASE, PROJECT, self.NEAR, program) == ""
        assert of("SM301", text, DATABASE, PROJECT, {**self.NEAR, "program": "app"}, program) == "unknown"


class TestPinned:
    @pytest.mark.parametrize(
        ("text", "image", "action"),
        [
            ("[path]\n", "", ""),
            ('[path]\npinned = "version"\n', "", ""),
            ('[path]\npinned = "digest"\n', "fail", "fail"),
        ],
    )
    def test_digest_takes_no_version_and_no_tag_of_an_official_action(self, text: str, image: str, action: str) -> None:
        assert of("SM804", text, IMAGE) == image
        assert of("SM806", text, ACTION) == action
        assert of("SM804", text, {**IMAGE, "pinned": "digest"}) == ""

    def test_what_has_no_digest_is_not_asked_for_one(self) -> None:
        text = '[path]\npinned = "digest"\n'
        assert of("SM804", text, {**IMAGE, "location": "snap/snapcraft.yaml:3"}) == ""
        slsa = "slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml@v2.1.0"
        assert of("SM806", text, {**ACTION, "what": slsa, "pinned": "version"}) == ""


class TestWaivedBySubject:
    @pytest.mark.parametrize(
        ("text", "rule", "package", "facts", "status"),
        [
            ('[path]\nvendors = ["chainguard"]\n', "SM803", "golang:1.25.3 in Dockerfile", IMAGE, "waived"),
            ('[path]\nvendors = ["chainguard"]\n', "SM803", "golang:1.25.3 in other", IMAGE, "fail"),
            ("[path]\n", "SM804", "img", {**USE, "pinned": "floating"}, "waived"),
            ("[path]\n", "SM804", "a.example/svc", {**USE, "pinned": "floating"}, "fail"),
            ("[sources]\ndirect = false\n", "SM215", "GOPROXY of this machine", DIRECT, "waived"),
            ('[vulns]\nmax_database_age = "1d"\n', "SM308", "vulnerability database go", DATABASE, "waived"),
            (
                '[toolchain]\nminimum = "1.25.3"\n',
                "SM132",
                "Go 1.24 in Dockerfile",
                {
                    "type": "GoSupport", "subject": "svc", "go_version": "1.24", "role": "Dockerfile",
                    "is_supported": True, "location": "Dockerfile:1",
                },
                "waived",
            ),
        ],
    )  # fmt: skip
    def test_what_is_of_no_module_is_waived_by_its_subject(
        self, text: str, rule: str, package: str, facts: dict[str, Any], status: str
    ) -> None:
        text += f'[[waivers]]\nrule = "{rule}"\npackage = "{package}"\nreason = "it is agreed on"\nowner = "ada"\n'
        text += "expires = 2026-12-31\n"
        assert of(rule, text, PROJECT, facts) == status

    def test_a_waiver_of_an_audit_that_is_not_on_is_not_told_as_unused(self) -> None:
        assert of("SM901", waiver('id = "GO-2026-1001"').replace("[vulns]\n", "")) == ""
        assert of("SM901", waiver('id = "GO-2026-1001"'), DATABASE) == "fail"


class TestDays:
    @pytest.mark.parametrize("clock", ["published", "first_seen", "fix_available"])
    def test_a_day_that_is_yet_to_come_is_no_day_to_count_from(self, clock: str) -> None:
        days = {"published": "2026-11-25", "first_seen": "2026-11-25", "fix_since": "2026-11-25"}
        text = f'[sla]\nfix_within = "7d"\nfrom = "{clock}"\n'
        assert of("SM307", text, DATABASE, {**VULN, **days}) == "unknown"
        assert of("SM307", text, DATABASE, {**VULN, **dict.fromkeys(days, "2026-11-24")}) == ""

    @pytest.mark.parametrize(
        ("named", "expected"), [("1.25", ""), ("1", ""), ("1.24", "fail"), ("1.25.2", "fail"), ("1.25rc1", "fail")]
    )
    def test_a_go_of_a_build_file_is_held_as_far_as_its_name_goes(self, named: str, expected: str) -> None:
        image = {
            "type": "GoSupport", "subject": "svc", "go_version": named, "role": "Dockerfile", "is_supported": True,
            "location": "Dockerfile:1",
        }  # fmt: skip
        assert of("SM132", '[toolchain]\nminimum = "1.25.3"\n', image) == expected

    def test_an_age_that_the_policy_allows_is_no_gap_of_the_verdict(self) -> None:
        gap = Gap(wanted="advisories of go since 2026-10-01", reason="r", remedy="", family=AuditFamily.VULNS)
        assert verdict('[vulns]\nmax_database_age = "90d"\n', DATABASE, gaps=(gap,)).gaps == ()
        assert verdict("[vulns]\n", DATABASE, gaps=(gap,)).gaps == (gap,)


def test_reports_name_the_audits_beside_the_policy() -> None:
    policy = parse("[vulns]\n").with_audits({AuditFamily.VULNS, AuditFamily.CGO}, ALL_RULES)
    known = Facts(audit_facts((DATABASE,)))
    found = judge(policy, run_rules(known), known, ALL_RULES, now=NOW, tool_version="1")
    audit = Audit(subject="svc", root=".", facts=known, log=None, verdict=found, rules=ALL_RULES, lines={})
    report = json.loads(render(audit, "json"))
    assert report["policy"]["audits_beside"] == ["cgo"]
    schema = json.loads((REPO / "supplymatrix/reports/schema/report-v1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(report)
    statement = json.loads(render(audit, "vsa"))
    assert statement["predicate"]["policy"]["annotations"]["auditsBeside"] == ["cgo"]
    assert 'name="audits beside the policy" value="cgo"' in render(audit, "junit")
