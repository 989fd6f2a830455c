"""Rules about settings of the go command and about names that are sent, on facts that are made."""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.checks.rules import checksum_log_off, noproxy_overrides_private, private_name_sent
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Fact, Facts
from supplymatrix.model.go_sources import (
    Asked,
    EffectiveSetting,
    NameSent,
    RiskySetting,
    SendReason,
    SettingRisk,
    Width,
)
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Status
from supplymatrix.model.value import changed

NOWHERE = Location(artifact="")
PLACE = Location(artifact="main.go", line=4, column=2)


def view(*facts: Fact) -> FactView:
    return FactView(Facts(facts, ()))


def setting(name: str, shown: str = "x", context: str = "") -> EffectiveSetting:
    return EffectiveSetting(name=name, shown=shown, origin="environment", location=NOWHERE, context=context)


def risk(pattern: str, width: Width, kind: SettingRisk = SettingRisk.LOG_PART) -> RiskySetting:
    return RiskySetting(
        setting="GOPRIVATE", shown="x", risk=kind, width=width, words="what follows", location=NOWHERE, pattern=pattern
    )


def sent(name: str, *, context: str = "", by: str = "GOPRIVATE=git.corp.example", **more: object) -> NameSent:
    fields = {"version": "", "host": "a.test", "asked": Asked.PROXY, "reason": SendReason.IMPORTED, **more}
    return NameSent(name=name, location=PLACE, is_private=bool(by), private_by=by, context=context, **fields)  # type: ignore[arg-type]  # fields of a test


def subjects(results: Sequence[object], status: Status) -> list[str]:
    return [result.subject for result in results if getattr(result, "status", None) is status]  # type: ignore[attr-defined]


def test_several_patterns_are_one_finding_and_single_paths_are_none() -> None:
    facts = [setting("GOPRIVATE"), setting("GOSUMDB"), setting("GOPROXY")]
    wide = [risk("github.com", Width.DOMAIN), risk("gitlab.com", Width.DOMAIN), risk("github.com/a", Width.PATH)]
    results = list(checksum_log_off.check(view(*facts, *wide)))
    assert subjects(results, Status.FAIL) == ["GOPRIVATE"]
    assert subjects(results, Status.PASS) == ["GOSUMDB"]
    finding = results[0].finding
    assert finding is not None
    assert finding.message == "GOPRIVATE: no checksum log for some modules (2 such entries)"
    assert [each.value for each in finding.evidence if each.label == "covers"] == [
        "github.com: a whole domain", "gitlab.com: a whole domain",
    ]  # fmt: skip
    only_path = list(checksum_log_off.check(view(setting("GOPRIVATE"), risk("github.com/a", Width.PATH))))
    assert subjects(only_path, Status.PASS) == ["GOPRIVATE"]


def test_nothing_is_said_where_nothing_was_looked_at() -> None:
    assert list(checksum_log_off.check(view())) == list(private_name_sent.check(view())) == []


def test_the_beginnings_of_a_package_are_one_finding_with_it() -> None:
    names = ["git.corp.example", "git.corp.example/team", "git.corp.example/team/x", "git.corp.example/other"]
    required = sent("git.corp.example/team", context="ci.yml", reason=SendReason.REQUIRED)
    again = sent("git.corp.example/team/x", context="ci.yml")
    results = list(private_name_sent.check(view(*map(sent, names), required, again)))
    assert sorted(subjects(results, Status.FAIL)) == [
        "git.corp.example/other", "git.corp.example/team (ci.yml)", "git.corp.example/team/x",
        "git.corp.example/team/x (ci.yml)",
    ]  # fmt: skip
    whole = next(result for result in results if result.subject == "git.corp.example/team/x")
    assert whole.finding is not None
    assert [each.value for each in whole.finding.evidence if each.label == "and its beginnings"] == [
        "git.corp.example, git.corp.example/team"
    ]


def test_what_to_do_depends_on_what_goprivate_covers_there() -> None:
    covers = setting("GOPRIVATE", "git.corp.example", "ci.yml")
    (told,) = private_name_sent.check(view(covers, sent("git.corp.example/a", context="ci.yml")))
    assert told.finding is not None
    assert told.finding.fix.startswith("unset GONOPROXY and GONOSUMDB in ci.yml")
    (told,) = private_name_sent.check(view(sent("github.com/acme/a/b", context="ci.yml")))
    assert told.finding is not None
    assert told.finding.fix == "let GOPRIVATE cover it in ci.yml: GOPRIVATE=github.com/acme"


def test_a_rule_of_thumb_is_no_finding_and_servers_without_private_names_pass() -> None:
    perhaps = changed(sent("git.corp.example/a", by="same host as the main module"), is_private=False)
    results = list(private_name_sent.check(view(perhaps, sent("lib.test/a", by="", host="b.test"))))
    assert [(result.subject, result.status) for result in results] == [("b.test (module proxy)", Status.PASS)]


def test_builds_that_write_go_mod_do_not_switch_the_log_off() -> None:
    told = changed(risk("-mod=mod", Width.ALL, SettingRisk.MOD_WRITTEN), setting="GOFLAGS")
    results = list(checksum_log_off.check(view(setting("GOFLAGS"), setting("GOSUMDB"), told)))
    assert subjects(results, Status.FAIL) == []


def test_an_entry_that_covers_nothing_is_told_as_such() -> None:
    told = risk(" git.corp.example", Width.DOMAIN, SettingRisk.COVERS_NOTHING)
    (result,) = noproxy_overrides_private.check(view(setting("GOPRIVATE"), told))
    assert result.finding is not None
    assert result.finding.message == "GOPRIVATE: an entry that covers nothing"
    assert result.finding.evidence[-1].value == " git.corp.example: nothing"
