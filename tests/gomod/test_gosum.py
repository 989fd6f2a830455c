"""go.sum, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.gosum import EMPTY_GO_MOD_HASH, parse_go_sum
from supplymatrix.model.fact import SumFaultKind, SumKind

_HASH = "h1:i40aqfkR1h2SlN9hojwV5ZA91wcXFOvkdNIeFDP5koI="
_LINE = f"github.com/gorilla/mux v1.8.0 {_HASH}"


def _fault(text: str) -> tuple[SumFaultKind, str]:
    (fault,) = parse_go_sum(text.encode()).faults
    return fault.kind, fault.message


def test_both_lines_of_a_module_are_read_with_the_place_of_their_hash() -> None:
    go_sum = parse_go_sum(f"{_LINE}\ngithub.com/gorilla/mux v1.8.0/go.mod {_HASH}\n".encode())
    assert [(line.kind, line.location.line, line.location.column) for line in go_sum.lines] == [
        (SumKind.ZIP, 1, 31),
        (SumKind.GO_MOD, 2, 38),
    ]
    assert go_sum.lines[0].location.end_column == 31 + len(_HASH)
    assert not go_sum.faults


@pytest.mark.parametrize("text", [f"{_LINE}\r\n", f"\n\n  {_LINE}\n", _LINE.replace(" ", "\t")])
def test_white_space_that_go_passes_over_is_passed_over(text: str) -> None:
    go_sum = parse_go_sum(text.encode())
    assert (len(go_sum.lines), go_sum.faults) == (1, ())
    assert go_sum.lines[0].hash == _HASH


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<<<<<<< HEAD", "merge conflict"),
        (f"\ufeff{_LINE} x", "byte order mark"),
        ("github.com/gorilla/mux v1.8.0", "2 fields"),
        (f"../../etc/passwd v1.8.0 {_HASH}", "no module path"),
        (f"github.com/gorilla/mux 1.8.0 {_HASH}", "not a semantic version"),
        ("github.com/gorilla/mux v1.8.0 i40aqfkR1h2", "no algorithm"),
        (f"github.com/gorilla/mux\x1cv1.8.0 {_HASH}", "2 fields"),
        (f"{_LINE} {'x' * 30_000}", "longer than"),
    ],
)
def test_a_line_that_cannot_be_read_is_a_fault_that_says_why(text: str, words: str) -> None:
    kind, message = _fault(text)
    assert kind is SumFaultKind.MALFORMED
    assert words in message


def test_a_second_hash_for_one_key_is_a_conflict_and_both_are_judged() -> None:
    go_sum = parse_go_sum(f"{_LINE}\n{_LINE.replace('i40', 'j40')}\n{_LINE}\n".encode())
    assert [line.location.line for line in go_sum.lines] == [1, 2]
    assert [fault.kind for fault in go_sum.faults] == [SumFaultKind.CONFLICT]


def test_an_unknown_algorithm_and_the_hash_of_an_empty_go_mod_are_no_lines_but_are_told() -> None:
    text = f"example.com/a v1.0.0 h2:abc\nexample.com/a v1.0.0/go.mod {EMPTY_GO_MOD_HASH}\n"
    go_sum = parse_go_sum(text.encode())
    assert not go_sum.lines
    assert [fault.kind for fault in go_sum.faults] == [SumFaultKind.UNKNOWN_ALGORITHM, SumFaultKind.EMPTY_GO_MOD]


@given(st.binary(max_size=400))
def test_any_bytes_are_lines_and_faults_and_no_line_that_says_something_is_lost(data: bytes) -> None:
    go_sum = parse_go_sum(data)
    told = {line.location.line for line in go_sum.lines} | {fault.location.line for fault in go_sum.faults}
    said = {number for number, text in enumerate(data.split(b"\n"), start=1) if text.strip(b" \t\r\n\x0b\x0c")}
    seen = [go_sum.line_text(number) for number in sorted(said - told)]
    # What is neither a line nor a fault is white space to Go, or says again what an earlier line said.
    assert all(not text.split() or text.split() in [other.split() for other in go_sum.source[:-1]] for text in seen)


_FIELDS = st.tuples(
    st.sampled_from(["example.com/a", "example.com/b", "bad path", "../x"]),
    st.sampled_from(["v1.0.0", "v1.0.0/go.mod", "1.0"]),
    st.sampled_from([_HASH, "h1:other", "h2:x", EMPTY_GO_MOD_HASH]),
)


@given(st.lists(_FIELDS, max_size=6))
def test_every_line_of_a_go_sum_is_kept_told_or_a_repetition(rows: list[tuple[str, str, str]]) -> None:
    go_sum = parse_go_sum("".join(" ".join(row) + "\n" for row in rows).encode())
    told = {line.location.line for line in go_sum.lines} | {fault.location.line for fault in go_sum.faults}
    for number, row in enumerate(rows, start=1):
        assert number in told or row in rows[: number - 1]
