"""What a run says of clauses: unknown never supports, waived is told apart, and nothing is called met."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.value import changed
from supplymatrix.policy.check_kinds import rules_of_kind
from supplymatrix.policy.compliance import ClauseEvidence, Ran, Standing, join_evidence, rules_switched_off
from tests.policy.clause_files import HEAD, Results, audit_with, clause, house, parse
from tests.policy.policies import parse as parse_policy

_RULES = sorted(ALL_RULES)
_COUNTS = ("passed", "failed", "waived", "excused", "unknown")
_NAMES = st.sampled_from([*_RULES, "sumdb-inclusion", "gosum-complete", "replace-exclude", "sbom", "vulnerability"])
_SPEAKING = st.lists(
    st.tuples(_NAMES, st.sampled_from(["direct", "partial", "context"])), unique_by=lambda pair: pair[0]
)
_ANY = st.dictionaries(
    st.sampled_from(_RULES),
    st.builds(Results, **{name: st.integers(0, 2) for name in _COUNTS}).filter(
        lambda found: any(getattr(found, name) for name in _COUNTS)
    ),
    max_size=5,
)


def _joined(results: dict[str, Results], *, off: frozenset[str] = frozenset(), **checks: str) -> ClauseEvidence:
    (found,) = join_evidence(house(**checks), audit_with(results), off).clauses
    return found


def _with(links: list[tuple[str, str]], results: dict[str, Results]) -> ClauseEvidence:
    named: dict[str, list[str]] = {}
    for name, strength in links:
        named.setdefault(strength, []).append(name)
    framework = house(**{strength: ",".join(names) for strength, names in named.items()})
    (found,) = join_evidence(framework, audit_with(results), frozenset()).clauses
    return found


def test_what_passed_supports_a_clause() -> None:
    found = _joined({"SM110": Results(passed=4)}, direct="sumdb-inclusion")
    assert (found.standing, found.reasons) == (Standing.SUPPORTED, ())
    assert [(rule.rule.id, rule.passed) for rule in found.checks[0].rules if rule.passed] == [("SM110", 4)]


@pytest.mark.parametrize("strength", ["direct", "partial"])
def test_a_finding_is_evidence_against_whatever_passed(strength: str) -> None:
    results = {"SM110": Results(passed=400, failed=1), "SM101": Results(passed=3)}
    found = _with([("sumdb-inclusion", strength), ("gosum-complete", strength)], results)
    assert (found.standing, found.reasons) == (Standing.AGAINST, ("sumdb-inclusion has findings",))


@pytest.mark.parametrize("kind", ["unknown", "excused"])
def test_one_unknown_result_leaves_a_clause_incomplete(kind: str) -> None:
    found = _joined({"SM110": Results(passed=400, **{kind: 1})}, direct="sumdb-inclusion")
    assert found.standing is Standing.INCOMPLETE
    assert found.reasons == ("sumdb-inclusion: not all could be found out",)
    (rule,) = [rule for rule in found.checks[0].rules if rule.rule.id == "SM110"]
    assert (rule.ran, getattr(rule, kind), rule.waived) == (Ran.UNKNOWN, 1, 0)


def test_waived_findings_are_told_apart_and_alone_support_nothing() -> None:
    beside = _joined({"SM201": Results(waived=1), "SM202": Results(passed=2)}, partial="replace-exclude")
    alone = _joined({"SM201": Results(waived=1)}, partial="replace-exclude")
    assert (beside.standing, beside.checks[0].waived, beside.checks[0].ran) == (Standing.SUPPORTED, 1, Ran.WAIVED)
    assert alone.standing is Standing.INCOMPLETE
    assert alone.reasons == ("replace-exclude: all that was judged is waived",)


def test_a_check_that_this_version_has_not_is_told_and_never_counts() -> None:
    silent = _joined({"SM110": Results(passed=1)}, direct="repo-health", context="gate-enforced")
    beside = _joined({"SM110": Results(passed=1)}, direct="sumdb-inclusion,repo-health")
    part = _joined({"SM110": Results(passed=1)}, direct="sumdb-inclusion", partial="repo-health")
    assert silent.standing is Standing.SILENT
    assert beside.standing is Standing.INCOMPLETE
    assert beside.reasons == ("repo-health was not run: this version has no such check",)
    assert part.standing is Standing.SUPPORTED
    assert part.checks[1].ran is Ran.ABSENT


def test_a_clause_without_a_check_is_one_that_nothing_speaks_of() -> None:
    assert _joined({"SM110": Results(passed=1)}).standing is Standing.SILENT


def test_context_alone_supports_nothing() -> None:
    found = _joined({"SM110": Results(passed=9)}, context="sumdb-inclusion", partial="sbom")
    assert found.standing is Standing.INCOMPLETE
    assert "context" in found.reasons[0]
    bad = _joined({"SM110": Results(failed=1), "SM101": Results(passed=1)}, context="SM110", direct="SM101")
    assert bad.standing is Standing.INCOMPLETE


def test_a_rule_may_be_named_by_itself() -> None:
    found = _joined({"SM205": Results(passed=1), "SM203": Results(failed=1)}, direct="SM205")
    assert found.standing is Standing.SUPPORTED
    assert found.checks[0].what == ALL_RULES["SM205"].title


def test_off_and_nothing_to_judge_are_different_words() -> None:
    of_kind = frozenset(rule.id for rule in rules_of_kind("eol", ALL_RULES.values()))
    off = _joined({}, off=of_kind, direct="eol")
    idle = _joined({}, direct="eol")
    assert (off.checks[0].ran, off.reasons) == (Ran.OFF, ("eol was not run: off in the policy",))
    assert (idle.checks[0].ran, idle.reasons) == (Ran.NOTHING, ("eol: nothing to judge",))


def test_a_rule_of_a_direct_check_that_is_off_leaves_a_clause_incomplete() -> None:
    off, results = frozenset({"SM102"}), {"SM110": Results(passed=4)}
    direct = _joined(results, off=off, direct="sumdb-inclusion")
    part = _joined(results, off=off, partial="sumdb-inclusion")
    assert (direct.standing, direct.checks[0].ran) == (Standing.INCOMPLETE, Ran.PASSED)
    assert direct.reasons == ("sumdb-inclusion: SM102 not run, off in the policy",)
    assert part.standing is Standing.SUPPORTED


@pytest.mark.parametrize(("check", "passing"), [("sumdb-inclusion", "SM110"), ("cache-integrity", "SM112")])
def test_modules_withheld_from_the_log_leave_a_clause_incomplete_that_asks_the_log(check: str, passing: str) -> None:
    audit = audit_with({passing: Results(passed=4), "SM101": Results(passed=4)}, private=["a.example/x"])
    (found,) = join_evidence(house(direct=check), audit, frozenset()).clauses
    assert found.standing is Standing.INCOMPLETE
    assert found.reasons == (f"{check}: 1 module is private and withheld from the log",)
    (other,) = join_evidence(house(direct="gosum-complete", partial=check), audit, frozenset()).clauses
    assert other.standing is Standing.SUPPORTED


def test_a_run_without_any_result_supports_nothing() -> None:
    audit = audit_with({})
    evidence = join_evidence(parse(HEAD + clause("H-1", direct="SM101") + clause("H-2")), audit, frozenset())
    assert [found.standing for found in evidence.clauses] == [Standing.INCOMPLETE, Standing.SILENT]
    assert (evidence.number(Standing.INCOMPLETE), evidence.number(Standing.SUPPORTED)) == (1, 0)


def test_a_rule_that_a_package_raises_is_not_switched_off() -> None:
    text = '[policy]\npreset = "log-verified"\n'
    strict = '[packages."a.example/b"]\nsecurity_policy = "strict-module-integrity"\n'
    assert "SM207" in rules_switched_off(parse_policy(text), ALL_RULES)
    assert "SM207" not in rules_switched_off(parse_policy(text + strict), ALL_RULES)
    assert "SM110" not in rules_switched_off(parse_policy(text), ALL_RULES)


@settings(max_examples=40)
@given(_SPEAKING, _ANY)
def test_only_passes_with_nothing_open_support(links: list[tuple[str, str]], results: dict[str, Results]) -> None:
    found = _with(links, results)
    if found.standing is Standing.SUPPORTED:
        rules = [rule for check in found.checks for rule in check.rules]
        assert not any(rule.unknown or rule.excused or rule.failed for rule in rules)
        assert any(check.passed for check in found.checks if check.link.strength.value != "context")
        assert all(check.passed for check in found.checks if check.link.strength.value == "direct")
    if found.standing is Standing.SILENT:
        assert not any(check.rules for check in found.checks)


@settings(max_examples=40)
@given(_SPEAKING, _ANY, st.sampled_from(_RULES), st.sampled_from(["failed", "unknown", "excused", "waived"]))
def test_more_of_what_did_not_pass_never_makes_a_clause_supported(
    links: list[tuple[str, str]], results: dict[str, Results], rule: str, kind: str
) -> None:
    before = _with(links, results)
    old = results.get(rule, Results())
    after = _with(links, {**results, rule: changed(old, **{kind: getattr(old, kind) + 1})})
    assert before.standing is Standing.SUPPORTED or after.standing is not Standing.SUPPORTED


@settings(max_examples=40)
@given(_SPEAKING, _ANY, st.sampled_from(_RULES))
def test_evidence_that_is_taken_away_never_makes_a_clause_supported(
    links: list[tuple[str, str]], results: dict[str, Results], rule: str
) -> None:
    before = _with(links, results)
    if before.standing is not Standing.SUPPORTED and rule in results and results[rule].passed:
        poorer = changed(results[rule], passed=0)
        rest = {name: found for name, found in results.items() if name != rule}
        if any(getattr(poorer, name) for name in _COUNTS):
            rest[rule] = poorer
        assert _with(links, rest).standing is not Standing.SUPPORTED


@settings(max_examples=40)
@given(_ANY)
def test_every_result_of_a_clause_is_counted_once(results: dict[str, Results]) -> None:
    found = _with([(rule, "partial") for rule in _RULES], results)
    for check in found.checks:
        (rule,) = check.rules
        wanted = results.get(rule.rule.id, Results())
        assert [getattr(rule, name) for name in _COUNTS] == [getattr(wanted, name) for name in _COUNTS]
        assert len(rule.shown) == wanted.failed + wanted.unknown + wanted.waived + wanted.excused
