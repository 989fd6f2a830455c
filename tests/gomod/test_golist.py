"""The output of `go list -m -json`: read as it is, or refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.golist import parse_go_list


def test_a_stream_of_objects_is_a_module_each() -> None:
    data = b'{"Path": "example.com/m", "Main": true, "GoVersion": "1"}\n{"Path": "example.com/a", "Indirect": true}\n'
    assert [(entry.path, entry.is_main, entry.is_indirect) for entry in parse_go_list(data)] == [
        ("example.com/m", True, False),
        ("example.com/a", False, True),
    ]


def test_what_is_taken_in_its_place_is_read() -> None:
    data = b'{"Path": "example.com/a", "Version": "v1.0.0", "Replace": {"Path": "../a", "Dir": "/x"}}'
    assert parse_go_list(data)[0].replace == ("../a", "")


def test_reasons_and_errors_are_read() -> None:
    document = {"Path": "a.example/a", "Retracted": ["leak"], "Deprecated": "gone", "Error": {"Err": "not known"}}
    entry = parse_go_list(json.dumps(document).encode())[0]
    assert (entry.retracted, entry.deprecated, entry.error) == (("leak",), "gone", "not known")


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{",
        b"nonsense",
        b"\xff",
        b'{"Path": 7}',
        b'{"Version": "v1.0.0"}',
        b'{"Path": "a", "Replace": 1}',
        b'{"Path": "a", "Retracted": {"a": 1}}',
        b"[" * 100_000,
    ],
)
def test_what_the_go_command_would_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="what the go command printed cannot be read"):
        parse_go_list(data)


def test_nothing_is_no_module() -> None:
    assert parse_go_list(b" \n") == ()


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InputError):
        parse_go_list(data)
