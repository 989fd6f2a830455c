"""The head of a .go file: Go's own answers to made-up heads, and what holds for any bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.go_imports import GoHead, GoImport, parse_go_head
from tests.gomod.test_build_constraint import ANSWERS, data_of

PIECES = st.sampled_from(
    rb'package |p|import |"a/b"|`c`|(|)|;| |/* y */|/*|_ |. |\|"|i|/'.split(b"|")
    + b"\n|\xff|\0|\xef\xbb\xbf|//go:build x\n|// +build y\n\n|\x0c|// x\n".split(b"|")
)
HEADS = st.lists(PIECES, max_size=30).map(b"".join)
COMMENTS = st.lists(
    st.sampled_from([b"\n", b"\r\n", b" ", b"\t", b"// a comment\n", b"/* one\n * two */", "/* é */".encode()]),
    max_size=6,
).map(b"".join)
BODY = b'package p\n\nimport (\n\t"fmt"\n\tx "example.com/x" // y\n)\n\nfunc f() { "\xff\x00" }\n'


def head_of(data: bytes) -> GoHead:
    head = parse_go_head(data)
    assert head is not None
    return head


def paths(head: GoHead) -> list[str]:
    return [found.path for found in head.imports]


@pytest.mark.parametrize("case", ANSWERS["heads"], ids=lambda case: repr(data_of(case)[-30:]))
def test_a_head_is_read_as_go_reads_it(case: dict[str, Any]) -> None:
    head = head_of(data_of(case))
    bad = bool(head.fault or head.refused)
    imports = [] if bad else sorted(f"{found.path}:{found.line}:{found.column}" for found in head.imports)
    assert (bad, "" if bad else head.package, imports) == (case["bad"], case["package"], case["imports"])


def test_imports_have_their_places() -> None:
    assert head_of(BODY).imports == (
        GoImport(path="fmt", line=4, column=2),
        GoImport(path="example.com/x", line=5, column=2),
    )


def test_a_file_for_cgo_says_so() -> None:
    assert head_of(b'package p\n/* #include <x.h> */\nimport "C"\n').uses_c


def test_a_broken_file_says_why_and_where() -> None:
    assert head_of(b'package p\nimport (\n\t"a"\n\t"b').fault == "4:2: an import path is missing, or not closed"


def test_a_broken_file_has_no_imports() -> None:
    assert head_of(b'package p\nimport "a"\nimport "b\n').imports == ()


def test_a_nul_byte_is_refused_whatever_the_constraints_say() -> None:
    assert head_of(b"//go:build ignore\n\npackage p // \0\n").refused == "the file holds a NUL byte"


def test_what_follows_the_imports_is_not_looked_at() -> None:
    assert head_of(BODY).fault == ""


def test_a_head_of_very_many_imports_on_one_line_is_read() -> None:
    assert len(head_of(b"package p;" + b'import "a";' * 20_000).imports) == 20_000


@given(st.one_of(st.binary(max_size=300), HEADS, HEADS.map(lambda tail: b"package p\n" + tail)))
def test_any_bytes_give_a_head(data: bytes) -> None:
    head = head_of(data)
    assert not (head.fault and head.imports)


@given(COMMENTS)
def test_comments_in_front_change_no_imports(comments: bytes) -> None:
    head = head_of(comments + BODY)
    assert (head.package, paths(head), head.fault) == ("p", ["fmt", "example.com/x"], "")


@given(st.one_of(HEADS.map(lambda tail: b"package p\n" + tail), st.just(BODY)), st.integers(0, 200))
def test_a_head_read_in_part_is_the_same_or_not_known_yet(data: bytes, length: int) -> None:
    whole = head_of(data)
    part = parse_go_head(data[:length], whole=length >= len(data))
    assert part is None or part == whole or whole.refused


def test_a_file_of_nothing_but_imports_is_refused_and_costs_little() -> None:
    head = parse_go_head(b"package p\nimport (" + b'"a";' * 500_000 + b")")
    assert head is not None
    assert (head.imports, head.fault) == ((), "")
    assert "more than 20,000 imports" in head.refused
