"""Patterns: which are anchored, which are not tried, and that those that are match what they do elsewhere, and soon."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.attest.patterns import LONGEST_PATTERN, is_anchored, matches, pattern_fault

WORKFLOW = r"^https://github\.com/(foo|bar)/[^/]+/\.github/workflows/release\.ya?ml@refs/tags/v\d+(\.\d+)*$"


@pytest.mark.parametrize(
    ("pattern", "is_it"),
    [
        (WORKFLOW, True), (r"\Ax\Z", True), ("^(?:a|b)$", True), ("^[|]$", True), (r"^a\|b$", True), (r"^a\\$", True),
        ("^a|b$", False), ("x", False), ("^x", False), ("x$", False), (r"^x\$", False), ("", False), ("^(a)|b$", False),
        ("(?i)^x$", True), ("(?is)^x|y$", False), ("(?:^x$)", False),
    ],
)  # fmt: skip
def test_anchored(pattern: str, *, is_it: bool) -> None:
    assert is_anchored(pattern) == is_it


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a)\1", "refers back"), (r"[\1]", "refers back"), (r"\012", "octal"), (r"[\012]", "octal"),
        ("[[:digit:]]+", "POSIX"), ("[^[:alpha:]]", "POSIX"), ("[x[=a=]]", "POSIX"), ("[x[.a.]]", "POSIX"),
        ("[[a]]", "two ways"), ("[a--b]", "two ways"), ("a{1900}|b{1900}", "2,000 steps"),
        ("(?P<a>x)(?P=a)", "refers back"), ("(a)?(?(1)b|c)", "refers back"),
        ("[", "is none"), ("(", "is none"), ("a" * (LONGEST_PATTERN + 1), "characters"), ("a**", "is none"),
        *((pattern, "is not used here") for pattern in (
            "(?>a+)+", "(?=a)b", "(?!a)b", "(?<=a)b", "(?<!a)b", "a++", "a{2}+", "(?x)(a +)+ b", "(?m)^a$", "(?x:a b)",
            "(?-i:a)", "a(?#b)c",
        )),
        ("(a{1000}){1000}", "2,000 steps"), ("(((a{9}){9}){9}){9}", "2,000 steps"), ("(" * 490 + ")" * 490, "deep"),
    ],
)  # fmt: skip
def test_patterns_that_are_not_tried(pattern: str, said: str) -> None:
    assert said in pattern_fault(pattern)


_ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "A",
        ".",
        "[ab]",
        "[^a]",
        "[]a-]",
        r"\w",
        r"\.",
        r"\n",
        r"\x61",
        "^",
        "$",
        r"\b",
        r"\Z",
        "/",
        "{",
        "]",
        "-",
    ]
)
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(st.sampled_from(["", "?:", "?i:", "?s:"]), inner, inner).map(lambda p: f"({p[0]}{p[1]}|{p[2]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,2}", "{,2}", "{2,}", "{,}", "{0}"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
    ),
    max_leaves=8,
)


@given(flags=st.sampled_from(["", "(?i)", "(?is)"]), pattern=_PATTERNS, text=st.text("abA\n/.]{-", max_size=6))
def test_a_pattern_matches_what_it_does_elsewhere(flags: str, pattern: str, text: str) -> None:
    whole = flags + pattern
    assert pattern_fault(whole) == ""
    assert matches(whole, text) == (re.fullmatch(whole, text) is not None)


def test_a_workflow_of_a_release() -> None:
    text = "https://github.com/foo/app/.github/workflows/release.yml@refs/tags/v1.2.3"
    assert matches(WORKFLOW, text)
    assert not matches(WORKFLOW, text + "/")
    assert not matches(WORKFLOW, text.replace("foo", "baz"))
    assert matches("(?P<who>[^@]+)@corp.example", "dev@corp.example")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "(a|a)*b", "(a|aa)+b", "((a?){9}){9}b", ".*.*.*.*.*.*x", "a?" * 200 + "a" * 200 + "b", "(a|a)" * 100,
        r"^(\.[0-9]+|a)*$b", "((a*))*b",
    ],
)  # fmt: skip
def test_no_pattern_takes_long(pattern: str) -> None:
    """Tried one way after the other, each of these would take longer than the sun has."""
    assert pattern_fault(pattern) == ""
    assert not matches(pattern, "a" * 1_000)


def test_no_warning_is_let_out(recwarn: pytest.WarningsRecorder) -> None:
    for pattern in ("[[:digit:]]", "[[a]]", "[a||b]", "[a&&b]"):
        assert pattern_fault(pattern)
    assert not recwarn.list


@pytest.mark.parametrize(
    ("pattern", "text", "is_one"),
    [
        (r"\d", "3", True), (r"\d", "٣", False), (r"[\d]", "٣", False), (r"\w", "é", False),
        (r"(?i)[\w]", "\u017f", False),
        (r"\W", "é", True), (r"\s", "\u00a0", False), (r"a\bé", "aé", True), (r"a\Bé", "aé", False),
        ("(?i)É", "é", True), ("(?i)[É]", "é", True), ("x{٣}", "x{٣}", True), ("x{٣}", "xxx", False),
        (r"\\1", r"\1", True), ("[(?P=]", "=", True),
    ],
)  # fmt: skip
def test_digits_and_words_are_of_ascii_and_letters_of_all_scripts(pattern: str, text: str, *, is_one: bool) -> None:
    assert pattern_fault(pattern) == ""
    assert matches(pattern, text) is is_one
