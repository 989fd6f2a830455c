"""Patterns: which are anchored, and which are not tried."""

from __future__ import annotations

import pytest

from supplymatrix.attest.patterns import LONGEST_PATTERN, is_anchored, pattern_fault

WORKFLOW = r"^https://github\.com/(foo|bar)/[^/]+/\.github/workflows/release\.ya?ml@refs/tags/v\d+(\.\d+)*$"


@pytest.mark.parametrize(
    ("pattern", "is_it"),
    [
        (WORKFLOW, True), (r"\Ax\Z", True), ("^(?:a|b)$", True), ("^[|]$", True), (r"^a\|b$", True), (r"^a\\$", True),
        ("^a|b$", False), ("x", False), ("^x", False), ("x$", False), (r"^x\$", False), ("", False), ("^(a)|b$", False),
    ],
)  # fmt: skip
def test_anchored(pattern: str, *, is_it: bool) -> None:
    assert is_anchored(pattern) == is_it


@pytest.mark.parametrize(
    "pattern",
    [
        WORKFLOW, "([a-z]+/)*x", "(-[a-z]+)?", "(abc)+", "(?P<org>[a-z]+)", ".*", r"(/[^/]+){2}", "(?i)abc", "a{2,3}b?",
        r"(?:\.[0-9]+)+", "[(+]+",
    ],
)  # fmt: skip
def test_patterns_that_are_tried(pattern: str) -> None:
    assert pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(a+)+", "for ever"), ("(a|a)*", "for ever"), ("(a|aa)+$", "for ever"), ("(a?a)*", "for ever"),
        ("((a+)b)+", "for ever"), ("(.a+)*", "for ever"), ("(a{2,})+", "for ever"), ("(?:x[a-z]*)*", "for ever"),
        ("((a*))*", "for ever"), (r"(\w\d*)+", "for ever"), (r"(a)\1", "refers back"), ("(?P<a>x)(?P=a)", "refers back"),
        ("a*" * 13, "13|12 repetitions"), ("[", "is none"), ("(", "is none"), ("a" * (LONGEST_PATTERN + 1), "characters"),
        ("(?>a+)+", "refers back|for ever"),
    ],
)  # fmt: skip
def test_patterns_that_are_not(pattern: str, said: str) -> None:
    assert any(words in pattern_fault(pattern) for words in said.split("|"))


def test_what_is_tried_is_soon_over() -> None:
    """A fenced repetition: without the fence this text would take longer than the sun has."""
    import re

    assert pattern_fault(r"^(\.[0-9]+)*$") == ""
    assert re.fullmatch(r"^(\.[0-9]+)*$", ".1" * 400 + "x") is None
