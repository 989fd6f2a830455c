"""Audits of a policy: which families are on, at which levels, and how files with their sections are put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import InputError
from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.rule import Level
from supplymatrix.policy.audit_reader import _FAIL_AT, _WORDS
from supplymatrix.policy.audit_terms import TERMS
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.document import LEVEL_ORDER, Policy
from tests.policy.policies import PRESETS, build, faults, parse

VULNS, CRYPTO, CGO, SOURCES, PATH = AuditFamily
SECTIONS = {
    "[vulns]\n": VULNS,
    '[sla]\nfix_within = "30d"\n': VULNS,
    "[crypto]\n": CRYPTO,
    "[cgo]\n": CGO,
    "[path]\n": PATH,
    '[sources]\nproxies = ["proxy.corp.example"]\n': SOURCES,
    "[sources]\ndirect = false\n": SOURCES,
    '[sources]\nlog = "required"\n': SOURCES,
}


@pytest.mark.parametrize("text", ["", '[sources]\nprivate = ["a.example"]\n', '[toolchain]\nminimum = "1.25"\n'])
def test_no_audit_is_on_where_none_is_asked_for(text: str) -> None:
    policy = parse(text)
    assert policy.audits == frozenset()
    assert {policy.levels[rule] for rule in ALL_RULES if family_of(rule) is not None} == {Level.OFF}


@pytest.mark.parametrize("text", SECTIONS)
def test_a_section_switches_its_family_on_at_the_levels_of_the_rules(text: str) -> None:
    policy, family = parse(text), SECTIONS[text]
    assert policy.audits == {family}
    for rule in ALL_RULES.values():
        if family_of(rule.id) is family and not (rule.id == "SM212" and "log" in text):
            assert policy.levels[rule.id] is rule.level
            assert str(policy.origins[rule.id]).startswith("lift.toml:")
        elif family_of(rule.id) is not None and family_of(rule.id) is not family:
            assert policy.levels[rule.id] is Level.OFF


def test_a_rule_or_a_whole_family_of_rules_does_so_and_one_with_others_does_not() -> None:
    assert parse('[rules]\nSM302 = "note"\n').levels["SM302"] is Level.NOTE
    assert parse('[rules]\nSM302 = "note"\n').levels["SM301"] is Level.ERROR
    assert parse('[rules]\nSM3xx = "note"\n').levels["SM301"] is Level.NOTE
    for text in ('[rules]\nSM302 = "off"\n', '[rules]\nSM2xx = "error"\n', '[rules]\nSM8xx = "error"\n'):
        assert parse(text).audits == frozenset()


def test_a_level_that_is_named_holds_once_something_else_switches_the_audit_on() -> None:
    policy = parse('[rules]\nSM2xx = "error"\nSM219 = "off"\n')
    assert policy.levels["SM214"] is Level.OFF
    on = policy.with_audits({SOURCES}, ALL_RULES)
    assert (on.levels["SM214"], on.levels["SM219"], on.audits) == (Level.ERROR, Level.OFF, frozenset({SOURCES}))
    assert parse('[rules]\nSM2xx = "error"\n[sources]\ndirect = false\n').levels["SM214"] is Level.ERROR


def test_the_command_line_changes_nothing_that_a_policy_has_said() -> None:
    policy = parse('[vulns]\nunreviewed = "ignore"\n').with_audits({VULNS, CGO}, ALL_RULES)
    assert (policy.levels["SM304"], policy.levels["SM701"]) == (Level.OFF, Level.ERROR)
    assert policy.with_audits((), ALL_RULES) is policy


def test_a_preset_for_some_modules_switches_an_audit_on_for_these_alone() -> None:
    policy = parse('[packages."a.example/**"]\nsecurity_policy = "no-known-vulns"\n')
    rule = ALL_RULES["SM301"]
    assert policy.audits == {VULNS}
    assert policy.level_of(rule, "a.example/x")[0] is Level.ERROR
    assert policy.level_of(rule, "b.example/x")[0] is Level.OFF
    assert policy.level_of(ALL_RULES["SM308"], "")[0] is Level.ERROR  # no database is no pass of those
    assert not parse('[packages."a.example/**"]\nsecurity_policy = "baseline"\n').audits


@pytest.mark.parametrize(("name", "family"), [("no-known-vulns", VULNS), ("fips", CRYPTO)])
def test_the_presets_switch_theirs_on(name: str, family: AuditFamily) -> None:
    policy = parse(f'[policy]\npreset = "{name}"\n')
    assert policy.audits == {family}
    assert policy.levels["SM103"] is Level.ERROR
    assert build(f'extends = ["preset:{name}", "preset:baseline"]\n').audits == {family}


def test_what_was_there_before_audits_is_the_same_policy() -> None:
    assert parse("").digest == parse('[rules]\nSM910 = "error"\n').digest
    assert parse("").digest != parse("[vulns]\n").digest
    assert parse("[vulns]\n").digest == parse('[vulns]\nunreviewed = "warn"\n').digest


WRONG = [
    ('[vulns]\nfail_at = "call"\n', "there is no fail_at 'call'", (2, 11)),
    ('[vulns]\nfail_att = "symbol"\n', "there is no key 'fail_att'", (2, 1)),
    ('[vulns]\nmax_database_age = "36h"\n', "this is no length of time in whole days", (2, 20)),
    ("[vulns]\nmax_database_age = 14\n", "this is no text", (2, 20)),
    ("[vulns]\ndatabases = []\n", "this names nothing", (2, 13)),
    ("[vulns]\ndatabases = [3]\n", "this is no name of a database", (2, 14)),
    ('[vulns]\nosv_scanner_ignores = "yes"\n', "this is neither true nor false", (2, 23)),
    ('[vulns]\nunreviewed = "off"\n', "there is no unreviewed 'off'", (2, 14)),
    ('[vulns]\nunreviewed = "note"\n[rules]\nSM304 = "warn"\n', "SM304 is said twice: line 2", (4, 1)),
    ("[sla]\n", "[sla] has no fix_within", (1, 1)),
    ('[sla]\nfix_within = "30d"\nfrom = "today"\n', "there is no from 'today'", (3, 8)),
    ('[crypto]\nfips = "yes"\n', "there is no fips 'yes'", (2, 8)),
    ('[crypto]\nfamilies = ["google"]\n', "there is no family 'google'", (2, 13)),
    ('[crypto]\nstate = ["ok"]\n', "there is no state of a certificate 'ok'", (2, 10)),
    ('[crypto]\nallow_packages = [""]\n', "this is no import path", (2, 19)),
    ('[cgo]\nallow = "no"\n', "this is no list", (2, 9)),
    ('[cgo]\nallow = ["a.example/x*"]\n', "this is no glob", (2, 10)),
    ('[cgo]\ndeny = ["GPL"]\n', "there is no outcome 'GPL'", (2, 9)),
    ("[cgo]\ndlopen = true\n", "there is no dlopen 'true'", (2, 10)),
    ('[path]\nvendors = ["Red Hat"]\n', "there is no vendor 'Red Hat'", (2, 12)),
    ('[path]\npinned = "tag"\n', "there is no pinned 'tag'", (2, 10)),
    ('[sources]\nproxies = ["https://a.example"]\n', "this is no host", (2, 12)),
    ('[sources]\nlog = "on"\n', "there is no log 'on'", (2, 7)),
    ('[toolchain]\nminimum = "latest"\n', "this is no version of Go", (2, 11)),
    ("vulns = 3\n", "this is no table", (1, 9)),
]


@pytest.mark.parametrize(("text", "message", "place"), WRONG)
def test_a_wrong_value_is_told_with_its_place(text: str, message: str, place: tuple[int, int]) -> None:
    first = faults(text)[0]
    assert message in first.message
    assert (first.line, first.column) == place


def test_a_vendor_that_nobody_knows_is_told_with_the_one_that_was_meant() -> None:
    from supplymatrix.policy.document import parse_policy

    data = b'[path]\nvendors = ["chaingard"]\n'
    with pytest.raises(InputError) as caught:
        parse_policy(data, "lift.toml", presets=PRESETS, vendors=lambda: ("chainguard",))
    assert caught.value.diagnostics[0].remedy == "did you mean 'chainguard'?"


def test_keys_that_stand_for_levels_name_rules_that_there_are() -> None:
    named = {rule for rule, _ in _WORDS.values()} | {rule for levels in _FAIL_AT.values() for rule in levels}
    assert sorted(named - ALL_RULES.keys()) == []


def test_how_near_a_vulnerability_fails_is_told_by_levels() -> None:
    symbol, package, module = (parse(f'[vulns]\nfail_at = "{at}"\n') for at in ("symbol", "package", "module"))
    assert [symbol.levels[rule].value for rule in ("SM301", "SM302", "SM303")] == ["error", "warn", "note"]
    assert [package.levels[rule].value for rule in ("SM301", "SM302", "SM303")] == ["error", "error", "warn"]
    assert [module.levels[rule].value for rule in ("SM301", "SM302", "SM303")] == ["error", "error", "error"]


LOOSE_TO_STRICT = [
    ("vulns", 'max_database_age = "{}"', ("30d", "14d")),
    ("vulns", 'unreviewed = "{}"', ("ignore", "warn", "error")),
    ("vulns", 'fail_at = "{}"', ("symbol", "package", "module")),
    ("vulns", "osv_scanner_ignores = {}", ("true", "false")),
    ("sla", 'fix_within = "{}"', ("90d", "4w", "7d")),
    ("sla", 'fix_within = "90d"\nfrom = "{}"', ("fix_available", "first_seen", "published")),
    ("crypto", 'fips = "{}"', ("off", "required")),
    ("crypto", "families = {}", ('["go-module", "redhat"]', '["go-module"]')),
    ("crypto", "allow_packages = {}", ('["crypto/md5", "crypto/rc4"]', '["crypto/md5"]', "[]")),
    ("cgo", "allow = {}", ("true", '["a.example/**"]', '["a.example/b/*"]', '["a.example/b/c"]', "false")),
    ("cgo", 'dlopen = "{}"', ("allow", "deny")),
    ("path", 'pinned = "{}"', ("version", "digest")),
    ("sources", "direct = {}", ("true", "false")),
    ("sources", "proxies = {}", ('["a.example", "b.example"]', '["b.example"]')),
    ("toolchain", 'minimum = "{}"', ("1.24", "1.25.3", "1.26.0")),
]
STEPS = [
    (f"[{section}]\n{key.format(loose)}\n", f"[{section}]\n{key.format(strict)}\n")
    for section, key, values in LOOSE_TO_STRICT
    for at, loose in enumerate(values)
    for strict in values[at + 1 :]
]


@pytest.mark.parametrize(("loose", "strict"), STEPS)
def test_a_key_can_be_tightened_and_not_loosened(loose: str, strict: str) -> None:
    assert content(build(f'extends = ["org.toml"]\n{strict}', org=loose)) == content(parse(strict))
    with pytest.raises(InputError) as caught:
        build(f'extends = ["org.toml"]\n{loose}', org=strict)
    fault = caught.value.diagnostics[0]
    assert "is set lower than the policy that this one builds on" in fault.message
    assert (fault.artifact, fault.line) == ("lift.toml", 1 + len(loose.strip().split("\n")))


@pytest.mark.parametrize(("loose", "strict"), STEPS)
def test_of_several_parents_the_stricter_value_holds_whatever_their_order(loose: str, strict: str) -> None:
    for parents in ('["one.toml", "two.toml"]', '["two.toml", "one.toml"]'):
        assert content(build(f"extends = {parents}\n", one=loose, two=strict)) == content(parse(strict))


@pytest.mark.parametrize(("loose", "strict"), STEPS)
def test_a_difference_is_told_with_its_direction(loose: str, strict: str) -> None:
    there, back = (compare_policies(parse(a), parse(b)) for a, b in ((loose, strict), (strict, loose)))
    assert {line.partition(":")[0] for line in there} == {"stricter"}
    assert {line.partition(":")[0] for line in back} == {"weaker"}


def content(policy: Policy) -> dict[str, object]:
    levels = {rule: level for rule, level in policy.levels.items() if family_of(rule) is not None}
    return {**levels, **{key: said.value for key, said in policy.terms.items()}}


def test_databases_of_all_files_are_needed_and_named_in_a_difference() -> None:
    org = '[vulns]\ndatabases = ["go"]\n'
    policy = build('extends = ["org.toml"]\n[vulns]\ndatabases = ["corp"]\n', org=org)
    assert policy.terms["vulns.databases"].value == ("corp", "go")
    both = build('extends = ["a.toml", "b.toml"]\n', a=org, b='[vulns]\ndatabases = ["corp"]\n')
    assert both.terms["vulns.databases"].value == ("corp", "go")
    assert compare_policies(parse(org), both) == ["stricter: databases of [vulns] go becomes corp, go"]


def test_what_a_parent_does_not_excuse_nobody_excuses() -> None:
    with pytest.raises(InputError, match="allow_packages of \\[crypto\\] is set lower"):
        build('extends = ["preset:fips"]\n[crypto]\nallow_packages = ["crypto/md5"]\n')
    excusing = '[crypto]\nallow_packages = ["crypto/md5"]\n'
    assert "crypto.allow_packages" not in build('extends = ["a.toml", "b.toml"]\n', a=excusing, b="[crypto]\n").terms
    assert "crypto.allow_packages" in build('extends = ["a.toml", "b.toml"]\n', a=excusing, b="").terms
    assert parse(f'[policy]\npreset = "fips"\n{excusing}').terms["crypto.allow_packages"].value == ("crypto/md5",)


def test_an_audit_that_a_parent_has_on_stays_on() -> None:
    with pytest.raises(InputError, match="SM301 is set lower"):
        build('extends = ["org.toml"]\n[rules]\nSM301 = "off"\n', org="[vulns]\n")
    policy = build('extends = ["org.toml"]\n[rules]\nSM302 = "warn"\n', org='[rules]\nSM203 = "warn"\n')
    assert (policy.audits, policy.levels["SM302"]) == (frozenset({VULNS}), Level.WARN)


UNSAID = [
    ("[vulns]\n", "[vulns]\nosv_scanner_ignores = true\n", "[vulns]\nosv_scanner_ignores = false\n"),
    ("[vulns]\n", '[vulns]\nmax_database_age = "31d"\n', '[vulns]\nmax_database_age = "30d"\n'),
    ('[sla]\nfix_within = "7d"\n', '[sla]\nfix_within = "7d"\nlow = "8d"\n', '[sla]\nfix_within = "7d"\nlow = "7d"\n'),
    (
        '[sla]\nfix_within = "7d"\n',
        '[sla]\nfix_within = "7d"\nfrom = "first_seen"\n',
        '[sla]\nfix_within = "7d"\nfrom = "published"\n',
    ),
    ("[crypto]\n", '[crypto]\nstate = ["certified", "in process"]\n', '[crypto]\nstate = ["certified"]\n'),
    ("[crypto]\n", '[crypto]\nallow_packages = ["crypto/md5"]\n', "[crypto]\nallow_packages = []\n"),
    ("[path]\n", '[path]\npinned = "version"\n', '[path]\npinned = "digest"\n'),
]


@pytest.mark.parametrize(("org", "looser", "least"), UNSAID)
def test_what_a_parent_does_not_say_cannot_be_loosened(org: str, looser: str, least: str) -> None:
    with pytest.raises(InputError, match="is set lower than the policy that this one builds on") as caught:
        build(f'extends = ["org.toml"]\n{looser}', org=org)
    assert "lift.toml" not in caught.value.diagnostics[0].message
    build(f'extends = ["org.toml"]\n{least}', org=org)
    key = next(key for key in parse(looser).terms if key not in parse(org).terms)
    for parents in ('["one.toml", "two.toml"]', '["two.toml", "one.toml"]'):
        assert content(build(f"extends = {parents}\n", one=org, two=looser)).get(key) in (
            None,
            parse(least).terms[key].value,
        )
    assert [line.partition(":")[0] for line in compare_policies(parse(org), parse(looser))] == ["weaker"]
    assert [line.partition(":")[0] for line in compare_policies(parse(looser), parse(org))] == ["stricter"]
    assert [line.partition(":")[0] for line in compare_policies(parse(org), parse(least))] == (
        ["stricter" if "pinned" in least else "other"]
    )


def test_a_family_that_a_parent_has_on_for_some_modules_cannot_be_loosened_either() -> None:
    org = '[packages."a.example/**"]\nsecurity_policy = "fips"\n'
    with pytest.raises(InputError, match="allow_packages of \\[crypto\\] is set lower"):
        build('extends = ["org.toml"]\n[crypto]\nallow_packages = ["crypto/md5"]\n', org=org)


def test_of_parents_with_other_deadlines_each_severity_has_the_shortest() -> None:
    one, two = '[sla]\nfix_within = "30d"\n', '[sla]\nfix_within = "7d"\ncritical = "365d"\nhigh = "20d"\n'
    for parents in ('["one.toml", "two.toml"]', '["two.toml", "one.toml"]'):
        terms = build(f"extends = {parents}\n", one=one, two=two).terms
        found = {key: said.value for key, said in terms.items()}
        assert found == {"sla.fix_within": 7, "sla.critical": 30, "sla.high": 20}


def test_the_digest_tells_what_the_command_line_has_looked_at() -> None:
    plain, on = parse(""), parse("[vulns]\n")
    assert plain.with_audits({VULNS}, ALL_RULES).digest not in (
        plain.digest,
        plain.with_audits({CGO}, ALL_RULES).digest,
    )
    assert on.with_audits({VULNS}, ALL_RULES).digest == on.digest
    assert on.with_audits({VULNS, CGO}, ALL_RULES).beside == {CGO}


_TEXTS = st.sampled_from(["", *SECTIONS, *(text for step in STEPS for text in step)])


@given(_TEXTS, _TEXTS)
def test_a_file_that_is_accepted_over_another_never_asks_for_less(org: str, own: str) -> None:
    try:
        policy = build(f'extends = ["org.toml"]\n{own}', org=org)
    except InputError:
        return
    above = build('extends = ["org.toml"]\n', org=org)
    assert policy.audits >= above.audits
    assert all(LEVEL_ORDER[policy.levels[rule]] >= LEVEL_ORDER[level] for rule, level in above.levels.items())
    assert policy.terms.keys() >= above.terms.keys()
    lines = compare_policies(above, policy)
    words = {line.partition(":")[0] for line in lines if not line.endswith("is what it is without that")}
    is_excusing = "crypto.allow_packages" in policy.terms.keys() - above.terms.keys()
    assert words <= {"stricter", *(["weaker"] if is_excusing else [])}


def test_every_term_is_of_a_section_and_a_kind_that_reads_it() -> None:
    assert {term.section for term in TERMS.values()} == {
        *("vulns", "sla", "crypto", "cgo", "sources", "toolchain", "path"),
    }
