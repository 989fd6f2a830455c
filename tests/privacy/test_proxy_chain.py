"""GOPROXY and GOSUMDB as a way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.privacy.proxy_chain import ProxyChain, StepKind, chain_of, patterns_of

PROXY, DIRECT, OFF, FOLDER = StepKind.PROXY, StepKind.DIRECT, StepKind.OFF, StepKind.FOLDER


def chain(goproxy: str, gosumdb: str = "", **more: str) -> ProxyChain:
    settings = {name: Setting(value=text) for name, text in {"goproxy": goproxy, "gosumdb": gosumdb, **more}.items()}
    return chain_of(GoSettings(**settings))


@pytest.mark.parametrize(
    ("goproxy", "steps"),
    [
        ("https://a.example,direct", [(PROXY, "a.example", ""), (DIRECT, "", "a.example answers 404 or 410")]),
        ("https://a.example|direct", [(PROXY, "a.example", ""), (DIRECT, "", "a.example fails in any way")]),
        ("off", [(OFF, "", "")]),
        ("direct,https://a.example", [(DIRECT, "", "")]),
        ("file:///p,a.example", [(FOLDER, "", ""), (PROXY, "a.example", "the folder does not have it")]),
        ("https://u:p@a.example:1|http://b.example,off",
         [(PROXY, "a.example:1", ""), (PROXY, "b.example", "a.example:1 fails in any way"),
          (OFF, "", "b.example answers 404 or 410")]),
        ("", []),
    ],
)  # fmt: skip
def test_steps_and_what_leads_to_them(goproxy: str, steps: list[tuple[StepKind, str, str]]) -> None:
    assert [(step.kind, step.host, step.after) for step in chain(goproxy).steps] == steps


def test_plain_http_is_seen() -> None:
    assert [step.is_plain for step in chain("http://a.example,https://b.example").steps] == [True, False]


@pytest.mark.parametrize(
    ("goproxy", "gosumdb", "told"),
    [
        ("https://a.example,direct", "", ("sum.golang.org", "sum.golang.org", ("a.example",), False)),
        ("https://a.example", "sum.golang.org https://m.example/x", ("sum.golang.org", "m.example", (), False)),
        ("direct", "sum.golang.google.cn", ("sum.golang.org", "sum.golang.google.cn", (), False)),
        ("file:///p,https://b.example", "log.example+1+A", ("log.example", "log.example", ("b.example",), True)),
    ],
)
def test_how_the_log_is_asked(goproxy: str, gosumdb: str, told: tuple[object, ...]) -> None:
    log = chain(goproxy, gosumdb).log
    assert (log.name, log.host, log.proxies, log.is_foreign) == told


@pytest.mark.parametrize("text", ["https://u:s3cret@log.example", "u:s3cret@log.example+1+A", "a b c", " "])
def test_a_log_that_is_none_is_a_fault_and_shows_nothing(text: str) -> None:
    log = chain("direct", text).log
    assert log.fault
    assert "s3cret" not in repr(log)


def test_off_and_patterns() -> None:
    found = chain("direct", "off", gonoproxy="*.corp.example,none,/", gonosumdb="")
    assert found.log.is_off
    assert (found.exempt, found.unlogged) == (("*.corp.example",), ())
    assert patterns_of("none,,a/") == ("a/",)


def test_a_list_that_go_refuses_is_a_fault() -> None:
    found = chain("ftp://u:s3cret@a.example")
    assert found.fault
    assert found.steps == ()
    assert "s3cret" not in repr(found)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_value_is_too_odd(goproxy: str, gosumdb: str) -> None:
    chain(goproxy, gosumdb)
