"""Builders of [signatures]: by the id of a certificate, and by a key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.location import Location
from supplymatrix.policy.compare import compare_policies
from supplymatrix.policy.signature_terms import BuilderRule
from supplymatrix.reports.policy_signatures import signature_lines, signatures_json
from tests.policy.policies import build, faults, parse

KEYED = """[signatures]
builders = ["https://a.example/*", { key = "key.toml", id = "https://b.example/*", log = false }]
"""


@pytest.mark.parametrize(
    ("text", "words", "at"),
    [
        ('builders = [{ id = "x" }]\n', "this names no key", "2:13"),
        ('builders = [{ key = "../k.pub" }]\n', "this is no file of this folder", "2:21"),
        ('builders = [{ key = "k", id = "" }]\n', "this is empty", "2:31"),
        ('builders = [{ key = "k", log = 1 }]\n', "this is neither true nor false", "2:32"),
        ("builders = [5]\n", "this names no builder", "2:13"),
        ("builders = []\n", "this takes no builder at all", "2:12"),
        ('builders = "x"\n', "this is no list of builders", "2:12"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, words: str, at: str) -> None:
    found = faults(f"[signatures]\n{text}")
    assert any(words in fault.message for fault in found)
    assert at in {f"{fault.line}:{fault.column}" for fault in found}


def test_a_key_is_part_of_what_decides_and_is_shown() -> None:
    one, other = build(KEYED, key="one"), build(KEYED, key="other")
    assert one.digest != other.digest
    shown = "\n".join(signature_lines(one, 200))
    assert re.search(r"built by  the key key\.toml as https://b\.example/\*, sha256 \w{12}…, in no log", shown)
    told = signatures_json(one.signatures[0])
    assert told["builders"] == ["https://a.example/*"]
    assert "'log': False" in repr(told["builder_keys"])
    assert compare_policies(one, other)


def test_a_further_key_is_weaker() -> None:
    alone = parse('[signatures]\nbuilders = ["https://a.example/*"]\n')
    (told,) = compare_policies(alone, build(KEYED, key="one"))
    assert told.startswith("weaker: the key key.toml as https://b.example/* (sha256 ")


def test_builders_that_are_named_twice_are_one() -> None:
    (section,) = parse('[signatures]\nbuilders = ["x", "x"]\n').signatures
    assert section.builders is not None
    assert [str(one) for one in section.builders] == ["x"]


@given(st.text("ab*", min_size=1, max_size=6), st.text("ab", max_size=8))
def test_a_star_stands_for_any_text(pattern: str, text: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert BuilderRule(location=Location(artifact="lift.toml"), id=pattern).takes(text) is expected
