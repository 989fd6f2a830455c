"""What a policy makes of the facts of audits: results of its own, excuses, and what nobody could look at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.checks.registry import ALL_RULES, run_rules
from supplymatrix.model.audit import Audit
from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import Judged, Verdict
from supplymatrix.policy.verdict import judge
from supplymatrix.reports.registry import render
from supplymatrix.vulns.cvss import base_score, severity_of
from tests.policy.policies import parse
from tests.support.audit_facts import audit_facts
from tests.support.data import REPO

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATABASE = {
    "type": "VulnDatabase", "id": "go", "name": "made", "dated": "2026-11-20", "dated_by": "newest entry",
    "entries": 1, "withdrawn": 0, "sha256": "a" * 64, "source": "vulns.json",
}  # fmt: skip
VULN = {
    "type": "Vulnerability", "advisory": "GO-2026-1001", "aliases": ["CVE-2026-10001", "GHSA-aaaa-bbbb-cccc"],
    "subject": "a.example/b@v1.0.0", "level": "symbol", "looked": "symbol", "level_by": "function table of the program",
    "review": "reviewed", "summary": "it breaks", "database": "go", "location": "go.mod:5:2", "fixed": "v1.0.1",
    "published": "2026-10-25",
}  # fmt: skip
UNREVIEWED = {"review": "unreviewed", "level": "module", "looked": "module"}
FAR = {**VULN, "level": "module", "looked": "symbol"}
POSTURE = {"type": "FipsPosture", "subject": "svc", "use": "source", "family": "go-module", "location": "go.mod:3:4"}
GOPROXY = {"type": "EffectiveSetting", "name": "GOPROXY", "origin": "environment", "location": ""}
USE = {
    "type": "VendorUse",
    "part": "base image",
    "vendor": "",
    "what": "img",
    "location": "Dockerfile:1",
    "pinned": "digest",
}
SQLITE = {
    "type": "NativeCode", "subject": "a.example/b@v1.0.0", "library": "sqlite3", "mode": "bundled source",
    "proof": "source files", "location": "go.mod:5",
    "position": {"outcome": "permissive", "of": "text of the licence", "source": "itself", "words": "keep the notice"},
}  # fmt: skip


def verdict(text: str, *facts: dict[str, Any], gaps: tuple[Gap, ...] = ()) -> Verdict:
    known = Facts(audit_facts(facts), gaps)
    return judge(parse(text), run_rules(known), known, ALL_RULES, now=NOW, tool_version="1")


def of(rule: str, text: str, *facts: dict[str, Any]) -> str:
    """Return what became of a rule: "fail", "unknown", "waived", or "" where it passes or has nothing to say."""
    found = {judged.status.value for judged in verdict(text, *facts).judged if judged.rule == rule}
    assert len(found) <= 1
    return next(iter(found), "")


def one(rule: str, text: str, *facts: dict[str, Any]) -> Judged:
    (found,) = [judged for judged in verdict(text, *facts).judged if judged.rule == rule]
    return found


class TestSla:
    @pytest.mark.parametrize(
        ("keys", "facts", "expected"),
        [
            ('fix_within = "30d"', {}, ""),
            ('fix_within = "29d"', {}, "fail"),
            ('fix_within = "30d"\ncalled = "7d"', {}, "fail"),
            ('fix_within = "30d"\ncalled = "7d"', {"level": "package"}, ""),
            ('fix_within = "7d"\ncalled = "30d"', {}, "fail"),
            ('fix_within = "7d"', {"level": "module", "looked": "symbol"}, ""),
            ('fix_within = "7d"', {"level": "module", "looked": "module"}, "fail"),
            ('fix_within = "7d"\n[vulns]\nfail_at = "module"', {"level": "module", "looked": "symbol"}, "fail"),
            ('fix_within = "7d"', UNREVIEWED, "fail"),
            ('fix_within = "7d"\n[rules]\nSM304 = "off"', UNREVIEWED, ""),
            ('fix_within = "7d"\nlow = "90d"', {"severity": "low"}, ""),
            ('fix_within = "90d"\nhigh = "7d"', {"severity": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}, "fail"),
            ('fix_within = "7d"\nlow = "90d"', {"severity": ""}, "fail"),
            ('fix_within = "7d"', {"published": None}, "unknown"),
            ('fix_within = "7d"\nfrom = "first_seen"', {"first_seen": "2026-11-20"}, ""),
            ('fix_within = "7d"\nfrom = "fix_available"', {"fix_since": "2026-11-01"}, "fail"),
            ('fix_within = "7d"\nfrom = "fix_available"', {}, "unknown"),
            ('fix_within = "7d"\nfrom = "fix_available"', {"fixed": ""}, ""),
        ],
    )  # fmt: skip
    def test_a_deadline_is_counted_from_the_day_and_to_the_length_that_hold(
        self, keys: str, facts: dict[str, Any], expected: str
    ) -> None:
        assert of("SM307", f"[sla]\n{keys}\n", DATABASE, {**VULN, **facts}) == expected

    def test_a_finding_carries_all_names_of_the_advisory(self) -> None:
        found = one("SM307", '[sla]\nfix_within = "7d"\n', DATABASE, VULN).finding
        assert found is not None
        assert found.advisories == ("GO-2026-1001", "CVE-2026-10001", "GHSA-aaaa-bbbb-cccc")
        assert "30 days since it was published, the policy gives 7" in found.message

    def test_severities_are_words_or_scores(self) -> None:
        vectors = {
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
            "CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N": 4.7,
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
            "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N": 0.0,
        }
        assert {vector: base_score(vector) for vector in vectors} == vectors
        assert [severity_of(text) for text in ("Moderate", "CRITICAL", "CVSS:4.0/AV:N", "CVSS:3.1/AV:X", "")] == [
            "medium", "critical", "", "", "",
        ]  # fmt: skip


class TestDatabases:
    def test_one_that_is_too_old_is_a_finding_and_one_without_a_day_unknown(self) -> None:
        assert of("SM308", '[vulns]\nmax_database_age = "4d"\n', DATABASE) == ""
        assert of("SM308", '[vulns]\nmax_database_age = "3d"\n', DATABASE) == "fail"
        assert of("SM308", '[vulns]\nmax_database_age = "90d"\n', {**DATABASE, "dated": None}) == "unknown"
        ahead = one("SM308", '[vulns]\nmax_database_age = "90d"\n', {**DATABASE, "dated": "2099-01-01"})
        assert ahead.gap is not None
        assert "2099-01-01, which is yet to come" in ahead.gap.reason

    def test_one_that_is_named_and_not_there_is_unknown(self) -> None:
        assert of("SM308", '[vulns]\ndatabases = ["go"]\n', DATABASE) == ""
        found = one("SM308", '[vulns]\ndatabases = ["go", "corp"]\n', DATABASE)
        assert found.gap is not None
        assert (found.status, found.subject) == (Status.UNKNOWN, "vulnerability database corp")

    def test_a_database_that_is_missing_is_told_even_where_its_rule_is_off(self) -> None:
        text = '[vulns]\ndatabases = ["corp"]\n[rules]\nSM308 = "off"\n'
        assert {(j.rule, j.status) for j in verdict(text, DATABASE).judged} == {("SM910", Status.UNKNOWN)}


class TestModules:
    def test_a_module_of_which_nothing_is_taken_fails_where_the_policy_fails_there(self) -> None:
        assert of("SM303", '[vulns]\nfail_at = "package"\n', DATABASE, FAR) != "fail"
        found = one("SM303", '[vulns]\nfail_at = "module"\n', DATABASE, FAR)
        assert found.level.value == "error"
        assert found.finding is not None
        assert "none of its functions is there" in found.finding.message

    @pytest.mark.parametrize(("at", "expected"), [("symbol", ""), ("package", "fail"), ("module", "fail")])
    def test_a_package_whose_functions_are_not_there_fails_where_the_policy_fails_there(
        self, at: str, expected: str
    ) -> None:
        near = {**VULN, "level": "package", "looked": "symbol"}
        assert of("SM302", f'[vulns]\nfail_at = "{at}"\n', DATABASE, near) == expected
        assert of("SM303", f'[vulns]\nfail_at = "{at}"\n', DATABASE, near) == ""

    def test_what_could_not_be_looked_for_is_told_once(self) -> None:
        near = {**VULN, "level": "module", "looked": "module"}
        assert (
            len([j for j in verdict('[vulns]\nfail_at = "module"\n', DATABASE, near).judged if j.rule == "SM303"]) == 1
        )


def waiver(*lines: str, until: str = "2027-01-31") -> str:
    body = "\n".join(lines)
    return f'[vulns]\n[[waivers]]\n{body}\nreason = "it is never reached"\nowner = "ada"\nexpires = {until}\n'


class TestWaivers:
    @pytest.mark.parametrize("name", ["GO-2026-1001", "CVE-2026-10001", "GHSA-aaaa-bbbb-cccc"])
    def test_an_advisory_is_waived_by_any_of_its_names_for_all_rules_about_it(self, name: str) -> None:
        text = waiver(f'id = "{name}"', 'vex_justification = "vulnerable_code_not_in_execute_path"')
        text = f'[sla]\nfix_within = "7d"\n{text}'
        found = verdict(text, DATABASE, VULN)
        assert {(j.rule, j.status) for j in found.judged} == {("SM301", Status.WAIVED), ("SM307", Status.WAIVED)}
        assert found.waivers[0].findings == 2
        use = found.judged[0].waiver
        assert use is not None
        assert (use.advisory, use.vex_justification) == (name, "vulnerable_code_not_in_execute_path")

    @pytest.mark.parametrize(
        ("lines", "status"),
        [
            (('id = "GO-2026-1002"',), "fail"),
            (('id = "GO-2026-1001"', 'package = "a.example/b"'), "waived"),
            (('id = "GO-2026-1001"', 'package = "a.example/c"'), "fail"),
            (('id = "GO-2026-1001"', 'package = "a.example/**"', 'version = "v1.0.0"'), "waived"),
            (('id = "GO-2026-1001"', 'version = "v1.0.2"'), "fail"),
            (('rule = "SM301"', 'package = "a.example/b"', 'id = "CVE-2026-10001"'), "waived"),
            (('rule = "SM302"', 'package = "a.example/b"', 'id = "CVE-2026-10001"'), "fail"),
        ],
    )
    def test_it_can_be_narrowed_to_modules_versions_and_a_rule(self, lines: tuple[str, ...], status: str) -> None:
        assert of("SM301", waiver(*lines), DATABASE, VULN) == status

    def test_it_ends(self) -> None:
        found = verdict(waiver('id = "GO-2026-1001"', until="2026-11-23"), DATABASE, VULN)
        assert {j.rule: j.status for j in found.judged}["SM301"] is Status.FAIL
        (expired,) = [j for j in found.judged if j.rule == "SM902"]
        assert expired.finding is not None
        assert "supplymatrix waive GO-2026-1001 --renew" in expired.finding.fix

    def test_one_without_a_justification_is_told_and_one_that_excuses_nothing_too(self) -> None:
        found = verdict(waiver('id = "GO-2026-1001"'), DATABASE)
        assert {j.rule for j in found.judged} == {"SM312", "SM901"}
        assert of("SM312", waiver('id = "GO-2026-1001"').replace("[vulns]\n", ""), DATABASE) == ""

    def test_it_is_not_unused_where_nobody_could_look(self) -> None:
        gap = Gap(wanted="audit: x", reason="r", remedy="", family=AuditFamily.VULNS)
        found = verdict(waiver('id = "GO-2026-1001"'), gaps=(gap,))
        assert {(j.rule, j.status) for j in found.judged} == {("SM910", Status.UNKNOWN), ("SM312", Status.FAIL)}

    def test_a_malicious_module_is_waived_like_any_other(self) -> None:
        bad = {**VULN, "advisory": "MAL-2026-7", "aliases": [], "is_malicious": True, "level": "module"}
        assert of("SM309", "[vulns]\n", DATABASE, bad) == "fail"
        assert of("SM309", waiver('id = "MAL-2026-7"'), DATABASE, bad) == "waived"


class TestIgnores:
    TEXT = "[vulns]\nosv_scanner_ignores = true\n"

    @staticmethod
    def ignore(until: str | None, *, module: str = "a.example/b@v1.0.0") -> dict[str, Any]:
        return {
            "type": "IgnoredElsewhere", "advisory": "CVE-2026-10001", "subject": module, "until": until,
            "reason": "not reached", "location": "osv-scanner.toml:2:1", "names": list(VULN["aliases"]),
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("until", "status"),
        [
            ("2026-11-25", "waived"),
            ("2026-11-24", "fail"),
            ("2027-05-24", "waived"),
            ("2027-05-25", "fail"),
            (None, "fail"),
        ],
    )
    def test_one_excuses_while_it_holds_and_no_longer_than_a_waiver_may(self, until: str | None, status: str) -> None:
        assert of("SM301", self.TEXT, DATABASE, VULN, self.ignore(until)) == status

    def test_one_excuses_nothing_where_the_policy_does_not_say_so_or_of_another_module(self) -> None:
        assert of("SM301", "[vulns]\n", DATABASE, VULN, self.ignore("2026-12-01")) == "fail"
        other = self.ignore("2026-12-01", module="a.example/c@v1.0.0")
        assert of("SM301", self.TEXT, DATABASE, VULN, other) == "fail"


class TestCrypto:
    REQUIRED = '[crypto]\nfips = "required"\n[rules]\nSM606 = "off"\n'

    @pytest.mark.parametrize(
        ("keys", "facts", "expected"),
        [
            ("", {"family": "none"}, "fail"),
            ("", {"family": "unknown"}, "unknown"),
            ("", {"mode": "off"}, "fail"),
            ("", {"mode": ""}, ""),
            ('mode = "on"', {"mode": ""}, "unknown"),
            ('mode = "on"', {"mode": "", "family": "redhat"}, "unknown"),
            ('mode = "on"', {"mode": "only"}, ""),
            ('mode = "only"', {"mode": "on"}, "fail"),
            ('mode = "only"', {"mode": "only"}, ""),
        ],
    )
    def test_a_module_must_be_there_and_on(self, keys: str, facts: dict[str, Any], expected: str) -> None:
        text = self.REQUIRED.replace("[rules]", f"{keys}\n[rules]")
        assert of("SM601", text, {**POSTURE, **facts}) == expected
        assert of("SM601", "[crypto]\n", {**POSTURE, **facts}) == ""

    def test_a_build_file_that_switches_it_on_stands_for_the_sources(self) -> None:
        source = {**POSTURE, "family": "none"}
        file = {**POSTURE, "use": "build file", "location": "Dockerfile:3", "mode": "on"}
        assert of("SM601", self.REQUIRED, source, file) == ""
        assert of("SM601", self.REQUIRED, source, {**file, "family": "none"}) == "fail"

    def test_a_family_that_is_not_named_is_a_finding(self) -> None:
        text = '[crypto]\nfamilies = ["go-module"]\n[rules]\nSM606 = "off"\n'
        assert of("SM605", text, POSTURE) == ""
        assert of("SM605", text, {**POSTURE, "family": "none"}) == ""
        assert of("SM605", text, {**POSTURE, "family": "microsoft"}) == "fail"

    def test_states_and_packages_are_taken_as_the_policy_says(self) -> None:
        pending = {**POSTURE, "state": "in process", "module": "v1.26.0", "mode": "on"}
        assert of("SM606", "[crypto]\n", pending) == "fail"
        assert of("SM606", '[crypto]\nstate = ["certified", "in process"]\n', pending) == ""
        assert of("SM606", '[crypto]\nstate = ["in process"]\n', {**pending, "state": "certified"}) == "fail"
        md5 = {
            "type": "NonApprovedPackage", "subject": "svc", "package": "crypto/md5", "module": "std", "what": "MD5",
            "how": "imported", "location": "main.go:3", "is_own": True,
        }  # fmt: skip
        assert of("SM603", "[crypto]\n", POSTURE, md5) == "fail"
        assert of("SM603", '[crypto]\nallow_packages = ["crypto/md5"]\n', POSTURE, md5) == ""
        assert of("SM603", '[crypto]\nallow_packages = ["crypto/rc4"]\n', POSTURE, md5) == "fail"


class TestOthers:
    @pytest.mark.parametrize(
        ("keys", "shown", "expected"),
        [
            ('proxies = ["proxy.corp.example"]', "https://proxy.corp.example", ""),
            ('proxies = ["proxy.corp.example"]', "https://proxy.corp.example,direct", ""),
            ('proxies = ["proxy.corp.example"]\ndirect = false', "https://proxy.corp.example,direct", "fail"),
            ("direct = false", "https://other.example,off", ""),
            ('proxies = ["proxy.corp.example"]', "https://other.example|https://proxy.corp.example", "fail"),
            ('proxies = ["proxy.corp.example"]', "https://proxy.corp.example.evil.example", "fail"),
            ('proxies = ["proxy.corp.example/go"]', "https://proxy.corp.example/go/x", ""),
            ('proxies = ["proxy.corp.example/go"]', "https://proxy.corp.example/gone", "fail"),
            ('proxies = ["proxy.corp.example:8443"]', "https://…@PROXY.corp.example:8443", ""),
            ('proxies = ["proxy.corp.example"]', "file:///srv/modules", "fail"),
            ('proxies = ["proxy.corp.example"]', "off", ""),
            ('proxies = ["proxy.corp.example"]', "ftp://proxy.corp.example", "unknown"),
        ],
    )
    def test_proxies_are_held_against_their_hosts(self, keys: str, shown: str, expected: str) -> None:
        assert of("SM215", f"[sources]\n{keys}\n", {**GOPROXY, "shown": shown}) == expected

    @pytest.mark.parametrize(
        ("allow", "facts", "expected"),
        [
            ("false", {}, "fail"),
            ("true", {}, ""),
            ('["a.example/*"]', {}, ""),
            ('["b.example/*"]', {}, "fail"),
            ("false", {"mode": "loaded at run time"}, ""),
            ("false", {"mode": "translated to Go"}, ""),
            ("false", {"subject": "std"}, ""),
            ("false", {"subject": "std", "proof": "program", "program": "app"}, "fail"),
        ],
    )
    def test_modules_with_c_code_are_those_that_are_allowed(
        self, allow: str, facts: dict[str, Any], expected: str
    ) -> None:
        assert of("SM701", f"[cgo]\nallow = {allow}\n", {**SQLITE, **facts}) == expected

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"vendor": "chainguard"}, ""),
            ({"vendor": "microsoft"}, "fail"),
            ({}, "fail"),
            ({"what": "docker/dockerfile:1"}, ""),
            ({"what": "evil.example/dockerfile:1"}, "fail"),
            ({"part": "CI step"}, ""),
            ({"part": "CI step", "vendor": "microsoft"}, "fail"),
            ({"part": "toolchain", "vendor": "chainguard"}, "fail"),
            ({"part": "toolchain", "vendor": "go-project"}, ""),
        ],
    )
    def test_vendors_are_those_that_are_allowed(self, facts: dict[str, Any], expected: str) -> None:
        text = '[path]\nvendors = ["chainguard", "go-project"]\ntoolchains = ["go-project"]\n'
        assert of("SM803", text, {**USE, **facts}) == expected

    def test_a_go_in_a_program_or_build_file_is_held_to_the_minimum(self) -> None:
        text = '[toolchain]\nminimum = "1.25.3"\n'
        program = {
            "type": "BuiltProgram",
            "name": "app",
            "state": "read",
            "sha256": "5" * 64,
            "size": 9,
            "location": "app",
        }
        assert of("SM132", text, {**program, "go_release": "1.25.2"}) == "fail"
        assert of("SM132", text, {**program, "go_release": "1.26rc1"}) == ""
        assert of("SM132", text, {**program, "go_version": "devel", "go_release": ""}) == "unknown"
        image = {
            "type": "GoSupport", "subject": "svc", "go_version": "1.24", "role": "Dockerfile", "is_supported": True,
            "location": "Dockerfile:1",
        }  # fmt: skip
        assert of("SM132", text, image) == "fail"
        assert of("SM132", text, {**image, "location": "go.mod:3:4"}) == ""


def test_a_gap_that_a_rule_answers_with_is_told_once() -> None:
    text = '[sources]\nproxies = ["a.example"]\n'
    found = verdict(text, {**GOPROXY, "shown": "ftp://a.example"})
    assert [(j.rule, j.status) for j in found.judged] == [("SM215", Status.UNKNOWN)]


def test_reports_have_the_waiver_of_an_advisory_with_its_justification() -> None:
    text = waiver('id = "CVE-2026-10001"', 'vex_justification = "vulnerable_code_not_in_execute_path"')
    known = Facts(audit_facts((DATABASE, VULN)))
    found = judge(parse(text), run_rules(known), known, ALL_RULES, now=NOW, tool_version="1")
    audit = Audit(subject="svc", root=".", facts=known, log=None, verdict=found, rules=ALL_RULES, lines={})
    for fmt in ("text", "json", "markdown", "html", "sarif"):
        told = render(audit, fmt, verbose=True)
        assert "CVE-2026-10001" in told
        assert "vulnerable_code_not_in_execute_path" in told
    schema = json.loads((REPO / "supplymatrix/reports/schema/report-v1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(render(audit, "json")))
