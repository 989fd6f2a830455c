"""go.env as it was shipped, and what in it is another now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.go_env_file import changed_settings, risky_settings, shipped_texts
from supplymatrix.gomod.goenv import parse_env_file
from tests.support.made_go import GO_ENV


@given(
    st.sampled_from(["local", "go1.25.3", "auto", "path"]),
    st.lists(st.sampled_from(["GOFLAGS=-v", "GONOPROXY=x", "# y", ""])),
)
def test_what_was_shipped_is_among_the_texts(chain: str, more: list[str]) -> None:
    text = GO_ENV.replace(b"=auto", f"={chain}".encode()) + "".join(f"{line}\n" for line in more).encode()
    assert GO_ENV in list(shipped_texts(text))


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    assert len(list(shipped_texts(data))) <= 8
    assert changed_settings(data, data) == ()
    risky_settings(parse_env_file(data))


def test_a_long_file_is_not_looked_into() -> None:
    assert list(shipped_texts(b"#" * (1 << 20))) == []


def test_settings_that_changed() -> None:
    here = GO_ENV.replace(b"GOTOOLCHAIN=auto\n", b"") + b"GOFLAGS=-v\n"
    assert changed_settings(here, GO_ENV) == (("GOFLAGS", "-v"), ("GOTOOLCHAIN", None))


@pytest.mark.parametrize(
    "values",
    [
        {"GOSUMDB": "off"},
        {"GOSUMDB": "sum.example+0123abcd+AAAA"},
        {"GONOSUMDB": "*.corp.example"},
        {"GOINSECURE": "a.example"},
        {"GOPRIVATE": "a.example,*"},
        {"GOFLAGS": "-mod=mod -toolexec=/opt/x"},
        {"GOFLAGS": "'-overlay=/opt/x.json'"},
        {"GOCACHEPROG": "/opt/x"},
        {"GOAUTH": "/opt/x"},
        {"CC": "/opt/x"},
        {"GOTOOLCHAIN": "/opt/go1.26"},
    ],
    ids=str,
)
def test_settings_that_switch_checks_off_or_run_programs(values: dict[str, str]) -> None:
    assert len(risky_settings(values)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"GOSUMDB": "sum.golang.org", "GOPROXY": "https://goproxy.example", "GOTOOLCHAIN": "local"},
        {"GOSUMDB": "sum.golang.org https://mirror.example"},
        {"GOSUMDB": "sum.golang.google.cn"},
        {"GOPRIVATE": "*.corp.example", "GOFLAGS": "-mod=readonly -trimpath", "GOAUTH": "netrc", "CGO_ENABLED": "0"},
        {"GONOSUMDB": "", "GOINSECURE": ""},
    ],
    ids=str,
)
def test_settings_that_do_neither(values: dict[str, str]) -> None:
    assert risky_settings(values) == ()
