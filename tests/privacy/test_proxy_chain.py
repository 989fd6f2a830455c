"""GOPROXY and GOSUMDB as a way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.privacy.proxy_chain import ProxyChain, StepKind, chain_of, log_wish
from supplymatrix.sumdb.known import GO_LOG_KEY
from tests.support.made_log import make_key

OTHER = make_key("log.example").verifier
SAME_NAME = make_key("sum.golang.org").verifier
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
        ("file:///p,https://b.example", OTHER, ("log.example", "log.example", ("b.example",), True)),
        ("direct", GO_LOG_KEY, ("sum.golang.org", "sum.golang.org", (), False)),
        ("direct", SAME_NAME, ("sum.golang.org", "sum.golang.org", (), True)),
        ("direct", "sum.golang.org file:///log", ("sum.golang.org", "", (), False)),
    ],
)
def test_how_the_log_is_asked(goproxy: str, gosumdb: str, told: tuple[object, ...]) -> None:
    log = chain(goproxy, gosumdb).log
    assert (log.name, log.host, log.proxies, log.is_foreign) == told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("off ", "Go knows no log off by its name alone"),
        ("off\r", "Go knows no log off by its name alone"),
        ("log.example", "Go knows no log log.example by its name alone"),
        ("log.example+1+A", "neither Go's log nor a whole verifier key"),
        ("sum.golang.google.cn https://m.example", "Go knows no log sum.golang.google.cn by its name alone"),
        ("sum.golang.google.cn ", "only where nothing stands beside it"),
        ("sum.golang.org ftp://m.example", "its address is none that Go can ask"),
    ],
)
def test_what_go_refuses_as_a_log_is_a_fault(text: str, fault: str) -> None:
    assert fault in log_wish(text).fault
    log = chain("direct", text).log
    assert (log.name, fault in log.fault) == ("", True)


@pytest.mark.parametrize("text", ["https://u:s3cret@log.example", "u:s3cret@log.example+1+A", "a b c", " "])
def test_a_log_that_is_none_is_a_fault_and_shows_nothing(text: str) -> None:
    log = chain("direct", text).log
    assert log.fault
    assert "s3cret" not in repr(log)


def test_off_and_patterns() -> None:
    found = chain("direct", "off", gonoproxy="*.corp.example,none,/", gonosumdb="")
    assert found.log.is_off
    assert (found.exempt, found.unlogged) == (("*.corp.example",), ())


def test_patterns_that_cover_nothing_keep_nothing_back_and_a_login_is_not_shown() -> None:
    found = chain("direct", gonoproxy="a.test, b.test,c.test/...", gonosumdb="bot:s3cret,x@b.test,*")
    assert (found.exempt, found.unlogged, found.is_unlogged) == (("a.test",), ("*",), True)
    assert "s3cret" not in repr(found)


def test_a_password_is_not_sent_by_http_and_a_list_without_end_is_a_fault() -> None:
    assert [step.refuses for step in chain("http://u:p@a.test,http://b.test/@x").steps] == [True, False]
    assert "101 elements" in chain(",".join(["https://a.test"] * 101)).fault


def test_a_list_that_go_refuses_is_a_fault() -> None:
    found = chain("ftp://u:s3cret@a.example")
    assert found.fault
    assert found.steps == ()
    assert "s3cret" not in repr(found)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_value_is_too_odd(goproxy: str, gosumdb: str) -> None:
    chain(goproxy, gosumdb)
