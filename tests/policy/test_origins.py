"""Every value of a policy is told with the place that it really comes from."""

from __future__ import annotations

import pytest
from hypothesis import given

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.policy_source import default_policy, presets
from supplymatrix.model.audit_family import family_of
from supplymatrix.model.rule import Level
from supplymatrix.policy.document import parse_policy
from supplymatrix.policy.origins import PolicyView, explain_policy
from tests.policy.any_policy import any_policy

PRESETS = presets()


def view_of(text: str) -> PolicyView:
    policy = parse_policy(text.encode(), "lift.toml", presets=PRESETS)
    return explain_policy(policy, "lift.toml", rules=ALL_RULES)


@given(any_policy())
def test_what_stands_at_the_origin_is_the_level(text: str) -> None:
    lines = {"lift.toml": text.split("\n")}
    lines |= {f"preset {name}": data.decode().split("\n") for name, data in PRESETS.items()}
    for item in view_of(text).levels:
        if item.origin is None:
            is_of_audit = family_of(item.name) is not None  # off, until something switches the audit on
            assert item.text == ("off" if is_of_audit else ALL_RULES[item.name].level.value)
        else:
            source = lines[item.origin.artifact][item.origin.line - 1]
            if family_of(item.name) is not None and not source.startswith(f"{item.name} = "):
                continue  # what stands there switches its audit on
            assert source[item.origin.column :].startswith(item.text)
            assert item.by_file == (item.origin.artifact == "lift.toml")


@given(any_policy())
def test_every_rule_has_a_level_or_is_fixed(text: str) -> None:
    view = view_of(text)
    assert {item.name for item in view.levels} | set(view.fixed) == set(ALL_RULES)
    assert all(ALL_RULES[rule].level is Level.ALARM for rule in view.fixed)


@pytest.mark.parametrize(
    ("text", "key", "origin"),
    [
        ('[policy]\npreset = "baseline"\n', "preset", "lift.toml:2:10"),
        ('[policy]\npreset = "baseline"\n', "min_score", "preset baseline:4:13"),
        ("[policy]\nmin_score = 7\n", "min_score", "lift.toml:2:13"),
        ('[sources]\nprivate = ["a.example"]\n', "private", "lift.toml:2:11"),
        ("", "on_outage", "None"),
        ("", "name", "None"),
    ],
)
def test_a_value_of_the_head_has_its_line(text: str, key: str, origin: str) -> None:
    (found,) = [item for item in view_of(text).head if item.name == key]
    assert str(found.origin) == origin


def test_a_policy_without_a_file_has_no_line_of_a_file() -> None:
    view = explain_policy(default_policy(PRESETS), "", rules=ALL_RULES)
    assert view.artifact == ""
    assert not any(item.by_file for item in (*view.head, *view.levels))
    assert {item.origin.artifact for item in view.levels if item.origin} == {"preset log-verified"}
