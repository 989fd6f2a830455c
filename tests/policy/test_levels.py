"""Which level a rule has: the preset's, the family's, the rule's, the package's; and that of an alarm, always."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import InputError
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.policy.document import LEVEL_ORDER, Policy, preset_policy
from tests.policy.policies import parse

ALARMS = sorted(rule.id for rule in ALL_RULES.values() if rule.level is Level.ALARM)
FAULTS = sorted(rule.id for rule in ALL_RULES.values() if rule.input_fault or rule.never_off)
OTHERS = sorted(ALL_RULES.keys() - set(ALARMS) - set(FAULTS))
_LEVELS = st.sampled_from(["off", "note", "warn", "error"])


def level(policy: Policy, rule: str, module: str = "") -> Level:
    return policy.level_of(ALL_RULES[rule], module)[0]


def origin(policy: Policy, rule: str, module: str = "") -> Location | None:
    return policy.level_of(ALL_RULES[rule], module)[1]


def test_the_preset_gives_the_levels() -> None:
    assert level(parse('[policy]\npreset = "baseline"\n'), "SM107") is Level.NOTE
    assert level(parse('[policy]\npreset = "strict-module-integrity"\n'), "SM107") is Level.ERROR


def test_a_level_in_the_file_wins_over_the_preset_and_has_a_place() -> None:
    policy = parse('[rules]\nsum-missing = "note"\n')
    assert level(policy, "SM101") is Level.NOTE
    place = origin(policy, "SM101")
    assert place is not None
    assert (place.line, place.column, place.pointer) == (2, 15, "rules.sum-missing")


def test_a_level_of_the_preset_has_no_place_in_the_file() -> None:
    assert origin(parse(""), "SM101") is None


@pytest.mark.parametrize("order", [("SM1xx", "SM105"), ("SM105", "SM1xx")])
def test_a_rule_wins_over_its_family_in_any_order(order: tuple[str, str]) -> None:
    words = {"SM1xx": "warn", "SM105": "error"}
    policy = parse("[rules]\n" + "".join(f'{word} = "{words[word]}"\n' for word in order))
    assert level(policy, "SM105") is Level.ERROR
    assert level(policy, "SM101") is Level.WARN


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_about_what_cannot_be_read_or_was_not_checked_cannot_be_off(rule: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f'[rules]\n{rule} = "off"\n')
    (fault,) = caught.value.diagnostics
    assert (fault.line, fault.column, fault.expected) == (2, 9, "note, warn or error")
    assert level(parse(f'[rules]\n{rule[:3]}xx = "off"\n'), rule) is Level.ERROR
    assert level(parse(f'[rules]\n{rule} = "note"\n'), rule) is Level.NOTE


@pytest.mark.parametrize("word", ["sm105", "SM105", "Sum-Unknown-Algorithm"])
def test_a_rule_is_named_in_any_case(word: str) -> None:
    assert level(parse(f'[rules]\n"{word}" = "error"\n'), "SM105") is Level.ERROR


@given(st.dictionaries(st.sampled_from([*OTHERS, "SM1xx", "SM2XX"]), _LEVELS))
def test_no_file_lowers_an_alarm(levels: dict[str, str]) -> None:
    policy = parse("[rules]\n" + "".join(f'{word} = "{value}"\n' for word, value in levels.items()))
    for rule in ALARMS:
        assert level(policy, rule) is Level.ALARM
        assert level(policy, rule, "github.com/a/b") is Level.ALARM


@given(st.dictionaries(st.sampled_from(OTHERS), _LEVELS), st.sampled_from(sorted(presets())), st.sampled_from(OTHERS))
def test_a_package_never_has_a_lower_level_than_the_project(levels: dict[str, str], preset: str, rule: str) -> None:
    text = "[rules]\n" + "".join(f'{word} = "{value}"\n' for word, value in levels.items())
    policy = parse(f'{text}[packages."x.example/**"]\nsecurity_policy = "{preset}"\n')
    strictest = max(
        level(policy, rule), preset_policy(preset, presets=presets()).levels[rule], key=lambda found: LEVEL_ORDER[found]
    )
    assert level(policy, rule, "x.example/a") is strictest


def test_a_level_that_a_package_asks_for_has_the_place_of_its_policy() -> None:
    policy = parse('[packages."x.example/a"]\nsecurity_policy = "strict-module-integrity"\n')
    place = origin(policy, "SM203", "x.example/a")
    assert place is not None
    assert (place.line, place.column) == (2, 19)
    assert origin(policy, "SM203", "x.example/other") is None


def test_only_the_package_that_asks_for_it_has_its_copies_hashed() -> None:
    policy = parse('[packages."x.example/a"]\nsecurity_policy = "strict-module-integrity"\n')
    assert policy.asks_for("SM112", "x.example/a")
    assert not policy.asks_for("SM112", "x.example/b")


def test_a_project_that_asks_for_it_has_all_copies_hashed() -> None:
    assert parse('[policy]\npreset = "strict-module-integrity"\n').asks_for("SM112", "x.example/b")
