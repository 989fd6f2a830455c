"""Build constraints: which files a build takes, and Go's own answers to made-up files."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import (
    BuildContext,
    Constraint,
    file_constraints,
    parse_go_build,
    parse_plus_build,
)
from supplymatrix.gomod.go_imports import parse_go_head

ANSWERS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).parents[1].joinpath("data", "go_build", "go_build.json").read_bytes()
)
LINUX = BuildContext()


def data_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["base64"]) if "base64" in case else str(case["text"]).encode()


@pytest.mark.parametrize("case", ANSWERS["match"], ids=lambda case: f"{case['goos']} {case['name']}")
def test_a_file_is_taken_as_go_takes_it(case: dict[str, Any]) -> None:
    context = BuildContext(
        goos=case["goos"],
        goarch=case["goarch"],
        tags=frozenset(case["tags"]),
        cgo=case["cgo"],
        go_minor=case["go_minor"],
    )
    head = parse_go_head(data_of(case))
    assert head is not None
    answer = "yes" if all(map(context.satisfies, head.constraints)) else "no"
    if case["name"][0] in "._" or not context.allows_name(case["name"]):
        answer = "no"
    elif head.refused:
        answer = "error"
    assert answer == case["match"]


@pytest.mark.parametrize(
    ("goos", "tag"),
    [("android", "linux"), ("illumos", "solaris"), ("ios", "darwin"), ("openbsd", "unix"), ("aix", "unix")],
)
def test_a_system_brings_the_tags_of_its_kind(goos: str, tag: str) -> None:
    assert BuildContext(goos=goos).has_tag(tag)


@pytest.mark.parametrize("goos", ["windows", "plan9", "js", "wasip1"])
def test_what_is_no_unix_lacks_the_tag(goos: str) -> None:
    assert not BuildContext(goos=goos).has_tag("unix")


def test_the_name_of_a_system_alone_restricts_nothing() -> None:
    assert LINUX.allows_name("windows.go")


def test_unix_restricts_nothing_in_a_name() -> None:
    assert BuildContext(goos="windows").allows_name("a_unix.go")


def test_releases_up_to_the_one_that_builds_are_tags() -> None:
    context = BuildContext(go_minor=21)
    assert [context.has_tag(f"go1.{minor}") for minor in (1, 21, 22)] == [True, True, False]


def test_two_build_lines_are_refused() -> None:
    with pytest.raises(InputError, match="several //go:build lines"):
        file_constraints(b"//go:build linux\n//go:build linux\n\npackage p\n")


def test_an_expression_that_is_none_says_where() -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        parse_go_build("linux && ?odd")
    assert caught.value.diagnostics[0].seen == " ?odd"


def test_an_expression_as_deep_as_go_reads_is_read() -> None:
    text = "!(" * 999 + "linux" + ")" * 999
    assert LINUX.satisfies(parse_go_build(text)) is False


def test_a_deeper_one_is_refused_without_recursion() -> None:
    with pytest.raises(InputError, match="more than 1000"):
        parse_go_build("(" * 100_000)


@given(st.text(alphabet="()!&| \tabc.1_é²\x00\ud800", max_size=60))
def test_any_text_is_an_expression_or_an_input_error(text: str) -> None:
    try:
        constraint = parse_go_build(text)
    except InputError:
        return
    assert LINUX.satisfies(constraint) in (True, False)


@given(st.text(alphabet="!, \tabc.1_é\ud800", max_size=60))
def test_any_text_is_a_plus_build_expression(text: str) -> None:
    constraint = parse_plus_build(text)
    assert constraint is not None
    assert LINUX.satisfies(constraint) in (True, False)


@given(st.lists(st.lists(st.sampled_from(["linux", "!linux", "js", "!js", "gc"]), min_size=1, max_size=4), max_size=4))
def test_both_spellings_of_a_constraint_mean_the_same(clauses: list[list[str]]) -> None:
    old = parse_plus_build(" ".join(",".join(clause) for clause in clauses))
    new = parse_go_build(" || ".join("(" + " && ".join(clause) + ")" for clause in clauses) or "ignore")
    assert old is not None
    assert LINUX.satisfies(old) == LINUX.satisfies(new)


@given(st.binary(max_size=200).map(lambda tail: b"//go:build linux\n" + tail))
def test_any_head_gives_constraints_or_an_input_error(head: bytes) -> None:
    try:
        found = file_constraints(head)
    except InputError:
        return
    assert found == (Constraint(steps=("linux",)),)
