"""`policy test`: facts and what a policy must say of them; `policy diff`: what another policy would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.policy_tests import run_policy_tests
from supplymatrix.errors import InputError
from supplymatrix.policy.expectations import parse_policy_tests
from tests.support.machine import NOW

POLICY = '[policy]\npreset = "log-verified"\n[rules]\nSM202 = "error"\n[packages."x.example/**"]\nmin_age = "7d"\n'
FORK = '''
[[test]]
name = "a fork is an error"
on = 2026-11-26
go_mod = """
module example.com/svc
go 1.22
require github.com/gorilla/mux v1.8.1
replace github.com/gorilla/mux => github.com/someone/mux v1.8.2
"""
outcome = "fail"

[[test.expect]]
rule = "replace-fork"
module = "github.com/gorilla/mux"
level = "error"

[[test.expect]]
rule = "SM907"
'''
REQUIRE = '''
go_mod = """
module example.com/svc
go 1.22
require x.example/a v1.0.0
"""
'''


def run(folder: Path, tests: str, policy: str = POLICY) -> list[tuple[str, ...]]:
    (folder / "lift.toml").write_text(policy, encoding="utf-8")
    (folder / "lift.test.toml").write_text(tests, encoding="utf-8")
    return [result.faults for result in run_policy_tests(folder, None, NOW)]


def test_what_comes_out_as_expected_passes(tmp_path: Path) -> None:
    assert run(tmp_path, FORK) == [()]


def test_a_policy_that_says_something_else_fails_the_test_and_is_told_how(tmp_path: Path) -> None:
    (faults,) = run(tmp_path, FORK, POLICY.replace('SM202 = "error"', 'SM202 = "warn"'))
    assert faults[0] == "the outcome is pass, not fail"
    assert faults[1] == "not found: error SM202 on github.com/gorilla/mux: fail"
    assert faults[2].startswith("not expected: warn SM202 on github.com/gorilla/mux")
    assert [fault for fault in faults if "`only = false`" in fault] == [faults[-1]]


def test_what_is_not_expected_fails_the_test_unless_it_may_be_there(tmp_path: Path) -> None:
    lax = '[[test]]\nname = "x"\noutcome = "pass"\n' + REQUIRE
    (faults,) = run(tmp_path, lax)
    assert any("SM209" in fault for fault in faults)
    (faults,) = run(tmp_path, lax.replace('outcome = "pass"', 'outcome = "incomplete"\nonly = false'))
    assert faults == ()


@pytest.mark.parametrize(
    ("state", "rule", "status"),
    [("differs", "SM110", "fail"), ("not-in-log", "SM102", "fail"), ("unknown", "SM103", "unknown")],
)
def test_the_log_can_be_made_to_say_something_else(tmp_path: Path, state: str, rule: str, status: str) -> None:
    tests = (
        f'[[test]]\nname = "x"\nonly = false\n{REQUIRE}\n'
        f'[[test.log]]\nmodule = "x.example/a@v1.0.0"\nstate = "{state}"\n'
        f'[[test.expect]]\nrule = "{rule}"\nmodule = "x.example/a@v1.0.0"\nstatus = "{status}"\n'
    )
    assert run(tmp_path, tests) == [()]
    (faults,) = run(tmp_path, tests.replace(f'state = "{state}"', 'state = "proven"'))
    assert faults[0].startswith("not found:")


@pytest.mark.parametrize(("day", "found"), [("2026-11-20", True), ("2026-11-01", False)])
def test_the_age_of_a_version_can_be_said(tmp_path: Path, day: str, *, found: bool) -> None:
    tests = (
        f'[[test]]\nname = "x"\non = 2026-11-26\nonly = false\n{REQUIRE}\n'
        f'[[test.released]]\nmodule = "x.example/a@v1.0.0"\non = {day}\n[[test.expect]]\nrule = "SM209"\n'
    )
    (faults,) = run(tmp_path, tests)
    assert (faults == ()) is found


@pytest.mark.parametrize("said", ['[[test.log]]\nstate = "differs"\n', "[[test.released]]\non = 2026-11-20\n"])
def test_what_is_said_of_a_module_that_is_not_there_fails_the_test(tmp_path: Path, said: str) -> None:
    tests = f'[[test]]\nname = "x"\non = 2026-11-26\nmin_low = 0\nonly = false\n{REQUIRE}\n{said}'
    (faults,) = run(tmp_path, f'{tests}module = "x.example/a@v1.0.1"\n')
    assert faults == (
        "the test speaks of x.example/a@v1.0.1, which its facts do not have; did you mean x.example/a@v1.0.0?",
    )
    assert run(tmp_path, f'{tests}module = "x.example/a@v1.0.0"\n') == [()]


def test_the_score_can_be_held_to_a_minimum(tmp_path: Path) -> None:
    tests = f'[[test]]\nname = "x"\nmin_low = 100\nonly = false\n{REQUIRE}'
    (faults,) = run(tmp_path, tests)
    assert faults[0].startswith("the low end of the score is ")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "'test' is missing", 1),
        ("[[test]]\n", "'name' is missing", 1),
        ('[[test]]\nname = "x"\n', "this test expects nothing", 2),
        ('[[test]]\nname = "x"\noutcome = "good"\n', "there is no outcome 'good'", 3),
        ('[[test]]\nname = "x"\n[[test.expect]]\nrule = "SM999"\n', "there is no rule 'SM999'", 4),
        ('[[test]]\nname = "x"\noutcome = "pass"\n[[test.log]]\nmodule = "a"\nstate = "proven"\n', "this names no", 5),
        ('[[test]]\nname = "x"\noutcome = "pass"\nexpct = 1\n', "there is no key 'expct'", 4),
        ('[[test]]\nname = "x"\noutcome = "pass"\npolicy = "a"\n', "there is no key 'policy'", 4),
        ('[[test]]\nname = "x"\noutcome = "pass"\ngo_mod = 1\n', "this is no text", 4),
        ('[[test]]\nname = "x"\noutcome = "pass"\n[[test]]\nname = "x"\noutcome = "pass"\n', "a test of this name", 5),
    ],
)
def test_a_file_of_tests_that_is_wrong_is_told_with_its_place(text: str, message: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy_tests(text.encode(), "lift.test.toml", rules=ALL_RULES)
    assert any(fault.message.startswith(message) and fault.line == line for fault in caught.value.diagnostics)


def test_facts_that_cannot_be_read_are_told_as_the_tests(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, '[[test]]\nname = "x"\noutcome = "pass"\ngo_mod = "modul x"\n')
    fault = caught.value.diagnostics[0]
    assert "the facts of the test 'x' cannot be read: go.mod" in fault.message
    assert fault.artifact.endswith("lift.test.toml")


@pytest.mark.parametrize(
    ("said", "outcome", "rules"),
    [
        ('licence = "MIT"', "pass", {}),
        ('licence = "GPL-3.0-only OR MIT"', "pass", {}),
        ('licence = "GPL-3.0-only"', "fail", {"SM401": "fail"}),
        ('licence = "MIT"\nconfidence = 70', "fail", {"licence-unknown": "fail"}),
        ("", "fail", {"SM402": "fail"}),
        ("read = false", "incomplete", {"SM402": "unknown", "SM401": "unknown"}),
    ],
)
def test_a_licence_that_is_made_up_is_judged(tmp_path: Path, said: str, outcome: str, rules: dict[str, str]) -> None:
    text = f'[[test]]\nname = "licence"\noutcome = "{outcome}"\n{REQUIRE}'
    text += f'[[test.licence]]\nmodule = "x.example/a@v1.0.0"\n{said}\n'
    text += "".join(f'[[test.expect]]\nrule = "{rule}"\nstatus = "{status}"\n' for rule, status in rules.items())
    assert run(tmp_path, text, '[licences]\ndeny = ["GPL-*"]\nmin_confidence = 80\n') == [()]


def test_a_licence_of_a_module_that_is_not_there_is_told(tmp_path: Path) -> None:
    text = f'[[test]]\nname = "licence"\noutcome = "pass"\n{REQUIRE}[[test.licence]]\nmodule = "x.example/b@v1.0.0"\n'
    ((fault,),) = run(tmp_path, text, "[licences]\n")
    assert "did you mean x.example/a@v1.0.0?" in fault


SIGNED = (
    '[signatures]\nrequire = ["signature", "sbom"]\n'
    'signers = [{ identity = "a@b.example", issuer = "https://b.example" }]\n'
    '[[signatures.artifact]]\npath = "dist/app"\n'
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('attested = ["sbom"]', ""),
        ("", "SM513"),
        ('reason = "no-signature"\nattested = ["sbom"]', "SM501"),
        ('reason = "identity-mismatch"\nattested = ["sbom"]', "SM502"),
        ('reason = "log-entry-missing"\nattested = ["sbom"]', "SM504"),
    ],
)
def test_what_becomes_of_an_artifact_is_up_to_the_test(tmp_path: Path, said: str, expected: str) -> None:
    outcome = 'outcome = "fail"' if expected else 'outcome = "pass"'
    finding = f'[[test.expect]]\nrule = "{expected}"\nmodule = "dist/app"\n' if expected else ""
    test = f'[[test]]\nname = "x"\n{outcome}\n[[test.artifact]]\nname = "dist/app"\n{said}\n{finding}'
    assert run(tmp_path, test, f'[policy]\npreset = "log-verified"\n{SIGNED}') == [()]


def test_an_artifact_of_which_the_policy_asks_nothing_fails_the_test(tmp_path: Path) -> None:
    test = '[[test]]\nname = "x"\noutcome = "nothing"\n[[test.artifact]]\nname = "dist/app"\n'
    (faults,) = run(tmp_path, test, '[policy]\npreset = "log-verified"\n')
    assert "the policy has no [signatures]" in faults[0]


@pytest.mark.parametrize("asks", ["slsa_level = 3", 'builders = ["https://github.com/org/*"]'])
def test_what_a_policy_asks_of_builders_is_asked_of_a_test_too(tmp_path: Path, asks: str) -> None:
    test = '[[test]]\nname = "x"\noutcome = "fail"\n[[test.artifact]]\nname = "dist/app"\nattested = ["sbom"]\n'
    test += '[[test.expect]]\nrule = "SM506"\nmodule = "dist/app"\n'
    section = SIGNED.replace("[signatures]\n", f"[signatures]\n{asks}\n")
    assert run(tmp_path, test, f'[policy]\npreset = "log-verified"\n{section}') == [()]


def test_where_nobody_may_sign_a_test_passes_no_more_than_check_does(tmp_path: Path) -> None:
    test = '[[test]]\nname = "x"\noutcome = "pass"\n[[test.artifact]]\nname = "dist/app"\nattested = ["sbom"]\n'
    section = "".join(line for line in SIGNED.splitlines(keepends=True) if not line.startswith("signers"))
    (told,) = run(tmp_path, test, f'[policy]\npreset = "log-verified"\n{section}')
    assert told[0] == "the outcome is incomplete, not pass"


def test_an_artifact_that_the_policy_does_not_name_fails_the_test(tmp_path: Path) -> None:
    test = '[[test]]\nname = "x"\noutcome = "pass"\n[[test.artifact]]\nname = "dist/appp"\nattested = ["sbom"]\n'
    (told,) = run(tmp_path, test, f'[policy]\npreset = "log-verified"\n{SIGNED}')
    assert told[0].endswith("did you mean dist/app?")


VULNERABLE = f"""
[[test]]
name = "v"
on = 2026-11-26
{REQUIRE}
[[test.vulnerability]]
id = "GO-2026-1001"
also = ["CVE-2026-10001"]
module = "x.example/a@v1.0.0"
published = 2026-10-01
fixed = "v1.0.1"
"""
LOOKS = '[vulns]\nmax_database_age = "14d"\n[sla]\nfix_within = "30d"\n'


def test_a_vulnerability_that_is_made_up_is_judged(tmp_path: Path) -> None:
    expects = '[[test.expect]]\nrule = "SM301"\nmodule = "x.example/a@v1.0.0"\n[[test.expect]]\nrule = "SM307"\n'
    assert run(tmp_path, VULNERABLE + expects, LOOKS) == [()]
    waived = '[[waivers]]\nid = "CVE-2026-10001"\nreason = "it is never reached"\nowner = "ada"\nexpires = 2027-01-31\n'
    held = expects.replace('"\n[[', '"\nstatus = "waived"\n[[') + 'status = "waived"\n[[test.expect]]\nrule = "SM312"\n'
    assert run(tmp_path, VULNERABLE + held, LOOKS + waived) == [()]
    module = VULNERABLE + 'level = "module"\n[[test.expect]]\nrule = "SM303"\n[[test.expect]]\nrule = "SM307"\n'
    assert run(tmp_path, module, LOOKS) == [()]


def test_a_vulnerability_that_nobody_looks_for_or_of_no_module_fails_the_test(tmp_path: Path) -> None:
    ((fault,),) = run(tmp_path, VULNERABLE.replace(REQUIRE, f'{REQUIRE}outcome = "pass"\n'), "")
    assert "the policy does not look for" in fault
    other = VULNERABLE.replace("x.example/a@v1", "x.example/b@v1").replace(
        REQUIRE, f"{REQUIRE}only = false\nmin_low = 0\n"
    )
    ((fault,),) = run(tmp_path, other, LOOKS)
    assert "x.example/b@v1.0.0, which its facts do not have" in fault
