"""A first policy is valid as it is, and with all of its examples uncommented."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.engine.policy_source import presets
from supplymatrix.policy.document import Policy, parse_policy
from supplymatrix.policy.starter import SIGNED_RELEASE, starter_policy, toml_string

TODAY = date(2026, 11, 24)


def read(text: str) -> Policy:
    return parse_policy(text.encode(), "lift.toml", presets=presets())


def uncommented(text: str) -> str:
    return re.sub(r"(?m)^#(?=\S)", "", text)


@pytest.mark.parametrize("private", [(), ("*.corp.example", "github.com/me")])
@pytest.mark.parametrize("preset", sorted(presets()))
def test_all_examples_are_valid_together(preset: str, private: tuple[str, ...]) -> None:
    policy = read(uncommented(starter_policy("example.com/svc", preset, private=private, today=TODAY)))
    assert policy.private == (private or ("*.corp.example",))
    assert len(policy.packages) == 2
    assert [waiver.expires for waiver in policy.waivers] == [date(2027, 2, 22)]
    assert policy.on_outage == "warn until 14d"
    assert policy.notes == ()


def test_nothing_but_name_and_preset_holds_before_an_example_is_uncommented() -> None:
    policy = read(starter_policy("example.com/svc", "log-verified", private=(), today=TODAY))
    assert policy.origins == {}
    assert (policy.packages, policy.waivers, policy.private, policy.on_outage) == ((), (), (), "fail")


def test_the_first_policy_of_a_release_names_what_has_to_be_filled_in() -> None:
    text = starter_policy("example.com/svc", SIGNED_RELEASE, private=(), today=TODAY)
    (section,) = read(text).signatures
    assert section.signers is not None
    assert [artifact.path for artifact in section.artifacts] == ["dist/app"]
    assert (section.require, section.slsa_level) == (("signature", "provenance", "sbom"), 2)
    marked = [line for line in text.splitlines() if line.startswith("# FILL IN ")]
    assert len(marked) == 3
    assert all(re.match(r"$|# \S|#\S|\[|\w+ = ", line) for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 120


def test_nothing_is_named_that_only_the_programs_own_repository_has() -> None:
    text = starter_policy("example.com/svc", "log-verified", private=(), today=TODAY)
    assert "docs/" not in text
    assert "supplymatrix policy schema" in text
    assert "supplymatrix explain" in text


def test_every_line_is_code_an_example_or_words() -> None:
    text = starter_policy("example.com/svc", "log-verified", private=(), today=TODAY)
    assert all(re.match(r"$|# \S|#\S|\[|\w+ = ", line) for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 120


@given(
    st.text(max_size=40),
    st.lists(st.text(max_size=20).filter(lambda text: "@" not in text and "://" not in text), max_size=3),
)
def test_any_name_and_pattern_can_be_written(name: str, private: list[str]) -> None:
    text = starter_policy(name, "log-verified", private=private, today=TODAY)
    found = tomllib.loads(uncommented(text))
    assert found["policy"]["name"] == name
    if private:
        assert found["sources"]["private"] == private


@given(st.text())
def test_any_text_without_lone_surrogates_comes_back_from_toml(text: str) -> None:
    assert tomllib.loads(f"x = {toml_string(text)}")["x"] == text


def test_a_byte_that_is_no_utf_8_does_not_break_the_file() -> None:
    assert tomllib.loads(f"x = {toml_string('a' + chr(0xDCFF))}")["x"] == "a\ufffd"


def test_a_pattern_with_a_password_is_left_out() -> None:
    text = starter_policy("a", "log-verified", private=("x.example", "https://b:k3jh4k5j@h/x", "b:k3jh@h"), today=TODAY)
    assert "k3jh" not in text
    assert read(uncommented(text)).private == ("x.example",)
