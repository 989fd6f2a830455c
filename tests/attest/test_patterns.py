"""Patterns: which are anchored, and which are not tried."""

from __future__ import annotations

import re

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
        *((pattern, "for ever") for pattern in (
            "(a+)+", "(a|a)*", "(a|aa)+$", "(a?a)*", "((a+)b)+", "(.a+)*", "(a{2,})+", "(?:x[a-z]*)*", "((a*))*",
            r"(\w\d*)+",
        )),
        (r"(a)\1", "refers back"), ("(?P<a>x)(?P=a)", "refers back"), ("(?>a+)+", "refers back"),
        ("a*" * 13, "12 repetitions"), ("[", "is none"), ("(", "is none"), ("a" * (LONGEST_PATTERN + 1), "characters"),
    ],
)  # fmt: skip
def test_patterns_that_are_not(pattern: str, said: str) -> None:
    assert said in pattern_fault(pattern)


def test_what_is_tried_is_soon_over() -> None:
    """A fenced repetition: without the fence this text would take longer than the sun has."""
    assert pattern_fault(r"^(\.[0-9]+)*$") == ""
    assert re.fullmatch(r"^(\.[0-9]+)*$", ".1" * 400 + "x") is None
