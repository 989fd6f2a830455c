"""go.env as it was shipped, and what in it is another now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.go_env_file import changed_settings, risky_settings, shipped_texts, shown_settings
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
    assert len(risky_settings(data)) <= 41


def test_a_long_file_is_not_looked_into() -> None:
    assert list(shipped_texts(b"#" * (1 << 20))) == []


def test_settings_that_changed() -> None:
    here = GO_ENV.replace(b"GOTOOLCHAIN=auto\n", b"") + b"GOFLAGS=-v\n"
    assert changed_settings(here, GO_ENV) == (("GOFLAGS", "-v"), ("GOTOOLCHAIN", None))


@pytest.mark.parametrize(
    "line",
    [
        "GOSUMDB=off",
        "GOSUMDB=sum.example+0123abcd+AAAA",
        "GOSUMDB=sum.golang.org http://mirror.example",
        "GONOSUMDB=*.corp.example",
        "GOINSECURE=a.example",
        "GOPRIVATE=?*",
        "GOPRIVATE=*.corp.example",
        "GOFLAGS=-mod=mod -toolexec=/opt/x",
        "GOFLAGS='-overlay=/opt/x.json'",
        "GOFLAGS=-ldflags=-extld=/opt/x",
        "GOFLAGS=-compiler=gccgo",
        "GOFLAGS=-trimpath",
        "GOCACHEPROG=/opt/x",
        "GOCACHE=/opt/x",
        "GOMODCACHE=/opt/x",
        "GOAUTH=/opt/x",
        "CC=/opt/x",
        "CGO_CFLAGS=-fplugin=/opt/x.so",
        "CGO_LDFLAGS_ALLOW=.*",
        "GOTOOLCHAIN=/opt/go1.26",
        "GOTOOLCHAIN=go1.20.1",
        "GOTOOLCHAIN=path",
        "GOPROXY=http://p.example,direct",
        "GOPROXY=https://p.example,file:///opt/x",
        "GOVCS=*:all",
        "GOEXPERIMENT=x",
        "GITHUB_TOKEN=x",
    ],
)
def test_every_setting_that_no_release_has_is_a_risk(line: str) -> None:
    """One that stands behind or before a harmless one of the same name counts all the same."""
    name, _, text = line.partition("=")
    for data in (line, f"{line}\n{name}=\n", f"{name}=auto\n{line}\n" if name == "GOTOOLCHAIN" else line):
        (clause,) = risky_settings(data.encode())
        assert clause.startswith(name)
        assert text == "off" or text not in clause


@pytest.mark.parametrize(
    "text",
    [
        "GOSUMDB=sum.golang.org\nGOPROXY=https://goproxy.example\nGOTOOLCHAIN=local",
        "GOSUMDB=sum.golang.org https://mirror.example",
        "GOSUMDB=sum.golang.google.cn",
        "GOPROXY=https://a.example|https://b.example, direct",
        "GOPROXY=off\nGOAUTH=netrc\nGOTELEMETRY=off",
        "GONOSUMDB=\nGOINSECURE=\nGOFLAGS=",
        "# GOSUMDB=off\ngosumdb=off\nGOSUMDB",
    ],
)
def test_settings_that_a_release_may_have(text: str) -> None:
    assert risky_settings(f"{text}\n".encode()) == ()


def test_what_is_secret_is_not_shown_and_of_unknown_settings_only_the_name() -> None:
    secret = f"ghp_{'0123456789abcdefghij' * 2}"
    settings = (
        ("GOFLAGS", f"'-ldflags=-X main.apiToken={secret}'"),
        ("GITHUB_TOKEN", secret),
        ("MY_SETTING", "word"),
        (f"X{secret}", "1"),
        ("GOSUMDB", None),
        ("GOPROXY", "https://p.example"),
    )
    shown = shown_settings(settings)
    assert secret not in repr(shown)
    assert [name for name, _ in shown][1:3] == ["GITHUB_TOKEN", "MY_SETTING"]
    assert [text for _, text in shown][1:] == ["", "", "", None, "https://p.example"]
    assert secret not in repr(risky_settings("".join(f"{name}={text}\n" for name, text in settings).encode()))
