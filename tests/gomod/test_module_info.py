"""`.info` of a module version: the time of its commit, or why there is none, whatever a server sends."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.gomod.module_info import parse_info_time
from supplymatrix.model.module import ModuleVersion

MODULE = ModuleVersion(path="example.com/mod", version="v1.2.3")


def info(time: object, version: object = "v1.2.3", **more: object) -> bytes:
    return json.dumps({"Version": version, "Time": time, **more}).encode()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2023-10-18T11:23:00Z", datetime(2023, 10, 18, 11, 23, tzinfo=UTC)),
        ("2023-10-18T11:23:00.123456789Z", datetime(2023, 10, 18, 11, 23, tzinfo=UTC)),
        ("2023-10-18T01:23:00+02:30", datetime(2023, 10, 17, 22, 53, tzinfo=UTC)),
        ("2023-10-18T23:23:00-01:00", datetime(2023, 10, 19, 0, 23, tzinfo=UTC)),
        ("2101-01-01T00:00:00Z", datetime(2101, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc_whatever_its_offset(text: str, time: datetime) -> None:
    assert parse_info_time(info(text, Origin={"VCS": "git"}), MODULE) == time


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is no JSON"),
        (b"<!DOCTYPE html><title>Sign in</title>", "it looks like a web page"),
        (b"[" * 200_000, "it is no JSON"),
        (b'"v1.2.3"', "it is no JSON object"),
        (b"\xff\xfe", "it is no JSON"),
        (info("2023-10-18T11:23:00Z", "v1.2.4"), "another version"),
        (info("2023-10-18T11:23:00Z", None), "another version"),
        (b'{"Version": "v1.2.3"}', "it names no time"),
        (info(1697628180), "it names no time"),
        (info("yesterday"), "it names no time"),
        (info("2023-10-18 11:23:00Z"), "it names no time"),
        (info("2023-13-18T11:23:00Z"), "it names no time"),
        (info("9999-12-31T23:59:59-23:59"), "it names no time"),
        (info("\uff12\uff10\uff12\uff13-10-18T11:23:00Z"), "it names no time"),
        (info("0001-01-01T00:00:00Z"), "before there was any Go"),
        (info("1970-01-01T00:00:00Z"), "before there was any Go"),
    ],
)
def test_what_is_no_info_of_this_version_is_told(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_info_time(data, MODULE)
    assert message in caught.value.diagnostics[0].message


@given(st.one_of(st.binary(max_size=80), st.text(max_size=40).map(info), st.integers().map(info)))
def test_any_bytes_give_a_time_or_an_input_error(data: bytes) -> None:
    with suppress(InputError):
        assert parse_info_time(data, MODULE).tzinfo is UTC
