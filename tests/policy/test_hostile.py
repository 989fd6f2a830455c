"""Whatever a lift.toml holds, the answer is a policy or an InputError with places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.policy.document import Policy
from tests.policy.policies import WAIVER, parse
from tests.policy.toml_documents import toml_values

pytestmark = pytest.mark.slow

GOOD = (
    '[policy]\nname = "svc"\npreset = "baseline"\nmin_score = 80\nfail_on = "warn"\n[rules]\nSM1xx = "warn"\n'
    'SM105 = "note"\n[sources]\nprivate = ["*.corp.example"]\n[packages."x.example/**"]\nversion = "1.8.0"\n'
    f'security_policy = "baseline"\n{WAIVER}'
).encode()


def policy_or_fault(data: bytes) -> Policy | InputError:
    """Return what came of a file; whatever else is raised fails the test."""
    try:
        return parse(data)
    except InputError as err:
        for fault in err.diagnostics:
            assert fault.artifact == "lift.toml"
            assert fault.line >= 1
            assert fault.message
        return err


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_an_input_error(data: bytes) -> None:
    policy_or_fault(data)


@settings(max_examples=100)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_policy_is_a_policy_or_an_input_error(at: int, put: bytes, drop: int) -> None:
    policy_or_fault(GOOD[:at] + put + GOOD[at + drop :])


_KEYS = [
    "policy", "policy.name", "policy.preset", "policy.min_score", "policy.fail_on", "rules", "rules.SM101",
    "rules.SM1xx", "sources", "sources.private", "sources.sumdb", "packages", 'packages."a.example"',
    'packages."a.example".version',
    'packages."a.example".security_policy', "waivers", "other",
]  # fmt: skip


@settings(max_examples=100)
@given(st.sampled_from(_KEYS), toml_values())
def test_any_value_at_any_key_is_a_policy_or_an_input_error(key: str, value: str) -> None:
    policy_or_fault(f"{key} = {value}\n".encode())


@settings(max_examples=50)
@given(st.sampled_from(["rule", "package", "version", "reason", "owner", "expires", "other"]), toml_values())
def test_any_value_in_a_waiver_is_a_policy_or_an_input_error(key: str, value: str) -> None:
    lines = [line for line in WAIVER.splitlines() if not line.startswith(f"{key} ")]
    policy_or_fault("\n".join([*lines, f"{key} = {value}"]).encode())


@pytest.mark.parametrize("depth", range(20, 1000, 49))
@pytest.mark.parametrize("form", ["array", "table", "quoted", "dotted", "header"])
def test_deep_nesting_is_a_policy_or_an_input_error(form: str, depth: int) -> None:
    text = {
        "array": "a = " + "[" * depth + "]" * depth,
        "table": "a = " + "{a = " * depth + "1" + "}" * depth,
        "quoted": "a = " + "[{'a' = " * depth + "1" + "}]" * depth,
        "dotted": ".".join(["a"] * depth) + " = 1",
        "header": f"[{'.'.join(['a'] * depth)}]",
    }[form]
    assert isinstance(policy_or_fault(text.encode()), InputError)


def test_thousands_of_faults_are_all_kept() -> None:
    found = policy_or_fault(b"[rules]\n" + b"".join(b'SX%d = "warn"\n' % number for number in range(5000)))
    assert isinstance(found, InputError)
    assert len(found.diagnostics) == 5000


def test_thousands_of_waivers_are_all_kept() -> None:
    text = "".join(WAIVER.replace("github.com/a/b", f"github.com/a/b{number}") for number in range(5000))
    assert len(parse(text).waivers) == 5000
