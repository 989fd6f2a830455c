"""The go command's settings: which source wins, and what an environment may not do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goenv import EnvFile, Setting, parse_env_file, parse_gosumdb, resolve_settings

KEY = "sum.example+00000000+AAAA"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_env_file(data: bytes) -> None:
    assert all("A" <= name[0] <= "Z" for name in parse_env_file(data))


@given(st.text(max_size=60))
def test_any_text_is_a_gosumdb_wish(value: str) -> None:
    parse_gosumdb(value)


def test_comments_and_junk_are_ignored_and_the_last_line_wins() -> None:
    assert parse_env_file(b"# GOPROXY=x\ngoproxy=y\nGOPROXY\nGOPROXY=a\nGOPROXY=b=c\n =d") == {"GOPROXY": "b=c"}


def test_environment_comes_before_user_file_before_installation() -> None:
    user = EnvFile(path="/u/env", values={"GOPROXY": "b", "GOSUMDB": ""})
    built_in = EnvFile(path="/g/go.env", values={"GOPROXY": "c", "GOSUMDB": "sum.example", "GOPRIVATE": "p"})
    settings = resolve_settings({"GOPROXY": ""}, user, built_in)
    assert settings.goproxy == Setting(value="b", origin="/u/env")
    assert settings.gosumdb == Setting(value="", origin="/u/env"), "an empty line of the user's file hides go.env"
    assert settings.goprivate == Setting(value="p", origin="/g/go.env")
    assert resolve_settings({"GOPROXY": "a"}, user).goproxy == Setting(value="a", origin="environment")


def test_empty_nosumdb_means_goprivate() -> None:
    settings = resolve_settings({"GOPRIVATE": "corp.example", "GONOSUMDB": "", "GONOPROXY": "none"})
    assert settings.gonosumdb.value == "corp.example"
    assert settings.gonoproxy.value == "none"
    assert settings.withheld_by("corp.example/x") == "GOPRIVATE=corp.example (environment)"


def test_goprivate_withholds_though_nosumdb_is_none() -> None:
    settings = resolve_settings({"GOPRIVATE": "corp.example", "GONOSUMDB": "none"})
    assert settings.withheld_by("corp.example/x") == "GOPRIVATE=corp.example (environment)"
    assert resolve_settings({"GONOSUMDB": "none"}).withheld_by("corp.example/x") == ""


def test_goprivate_withholds_also_what_another_nosumdb_does_not_name() -> None:
    settings = resolve_settings({"GOPRIVATE": "corp.example", "GONOSUMDB": "b.example"})
    assert settings.withheld_by("b.example/x") == "GONOSUMDB=b.example (environment)"
    assert settings.withheld_by("corp.example") == "GOPRIVATE=corp.example (environment)"
    assert settings.withheld_by("c.example") == ""


@pytest.mark.parametrize("value", ["", "sum.example", KEY, f"{KEY} https://mirror.example"])
def test_the_pinned_log_needs_no_sentence(value: str) -> None:
    assert resolve_settings({"GOSUMDB": value}).gosumdb_not_followed("sum.example", KEY) == ""


@pytest.mark.parametrize("value", ["off", "other.example", "sum.example+11111111+AAAA", "a b c", " "])
def test_another_log_or_none_is_told_and_not_followed(value: str) -> None:
    settings = resolve_settings({"GOSUMDB": value})
    assert "is not followed" in settings.gosumdb_not_followed("sum.example", KEY)
    assert settings.log_url("sum.example", KEY) == ""


def test_an_address_is_taken_for_the_pinned_key_only() -> None:
    settings = resolve_settings({"GOSUMDB": f"{KEY} https://mirror.example"})
    assert settings.log_url("sum.example", KEY) == "https://mirror.example"
    assert settings.log_url("other.example", "other") == ""
    alias = resolve_settings({"GOSUMDB": "sum.golang.google.cn"})
    assert alias.log_url("sum.golang.org", "k") == "https://sum.golang.google.cn"
    assert alias.gosumdb_not_followed("sum.golang.org", "k") == ""
