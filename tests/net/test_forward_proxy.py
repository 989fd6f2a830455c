"""https through a proxy of the environment: CONNECT, its credentials, and its refusals in words of our own."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.protocol import Answer, Body, Unavailable
from tests.support.certificate import make_certificate
from tests.support.forward_proxy import ForwardProxy
from tests.support.log_server import LogServer

SECRET = "correct-horse-battery"  # noqa: S105 - made up
TRUE = {"latest": b"the note\n"}
URL = "https://log.example/latest"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path, "log.example")


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def get(environ: Mapping[str, str], ca_file: Path | None, url: str = URL, times: int = 1) -> tuple[list[Answer], int]:
    """Return the answers, and how many tries were repeated."""

    async def pause(seconds: float) -> None:
        del seconds

    async def within() -> tuple[list[Answer], int]:
        waits = TimeOuts(connect=5, read=5, whole=20)
        async with Transport(environ=environ, ca_file=ca_file, time_outs=waits, pause=pause) as transport:
            return [await transport.get(url) for _ in range(times)], transport.counters.retries

    return asyncio.run(within())


def reason_of(answer: Answer) -> str:
    assert isinstance(answer, Unavailable), answer
    assert SECRET not in f"{answer!r}"
    return answer.reason


def test_https_goes_through_the_proxy_by_connect(tls: ssl.SSLContext, certificate: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, ForwardProxy(server.url) as proxy:
        answers, _ = get({"HTTPS_PROXY": proxy.url}, certificate, times=3)
        assert answers == [Body(b"the note\n", "https://log.example")] * 3
        assert proxy.asked == ["log.example:443"], "one connection for all"


def test_the_proxy_gets_the_password_of_its_address_and_the_server_does_not(
    tls: ssl.SSLContext, certificate: Path
) -> None:
    with LogServer(TRUE, tls=tls) as server, ForwardProxy(server.url, login="me:p@ss:word") as proxy:
        answers, _ = get({"https_proxy": f"me:p%40ss%3Aword@{proxy.address}"}, certificate)
        assert answers == [Body(b"the note\n", "https://log.example")]
        assert "uthorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("login", "told"), [("", "its address holds none"), (f"me:{SECRET}@", "those in its address were not accepted")]
)
def test_a_proxy_that_wants_credentials_is_told_and_not_asked_again(
    tls: ssl.SSLContext, certificate: Path, login: str, told: str
) -> None:
    with LogServer(TRUE, tls=tls) as server, ForwardProxy(server.url, login="you:other") as proxy:
        (answer,), retries = get({"HTTPS_PROXY": f"http://{login}{proxy.address}"}, certificate)
        assert f"the proxy {proxy.url} wants credentials (HTTP status 407); {told}" in reason_of(answer)
        assert isinstance(answer, Unavailable)
        assert "HTTPS_PROXY" in answer.remedy
        assert retries == 0
        assert server.paths == []


@pytest.mark.parametrize(("status", "retries"), [(403, 0), (503, 3)])
def test_a_refusal_of_the_proxy_is_told_without_its_words(certificate: Path, status: int, retries: int) -> None:
    with ForwardProxy("http://127.0.0.1:1", refusal=f"HTTP/1.1 {status} go away {SECRET}") as proxy:
        (answer,), tried = get({"HTTPS_PROXY": f"http://me:{SECRET}@{proxy.address}"}, certificate)
        assert f"the proxy {proxy.url} made no connection to https://log.example (HTTP status {status})" in reason_of(
            answer
        )
        assert tried == retries


def test_a_proxy_that_answers_no_http_and_repeats_its_password_is_not_quoted(certificate: Path) -> None:
    token = base64.b64encode(f"me:{SECRET}".encode()).decode()
    with ForwardProxy("http://127.0.0.1:1", refusal=f"220 hello {token} {SECRET}") as proxy:
        (answer,), _ = get({"HTTPS_PROXY": f"http://me:{SECRET}@{proxy.address}"}, certificate)
        assert token not in reason_of(answer)


def test_a_407_for_plain_http_names_the_proxy() -> None:
    with LogServer({}, admits=lambda head: True) as proxy:
        from tests.support.log_server import Reply

        proxy.always(Reply(status=407))
        address = proxy.url.removeprefix("http://")
        (answer,), _ = get({"HTTP_PROXY": f"http://me:{SECRET}@{address}"}, None, "http://log.example/latest")
        assert f"the proxy {proxy.url} wants credentials" in reason_of(answer)


def test_no_proxy_is_for_hosts_as_they_go_over_the_wire(tls: ssl.SSLContext, certificate: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, ForwardProxy(server.url) as proxy:
        environ = {"HTTPS_PROXY": proxy.url, "NO_PROXY": "bücher.invalid"}
        (answer,), _ = get(environ, certificate, "https://www.bücher.invalid/latest")
        reason_of(answer)
        assert proxy.asked == []


def test_a_certificate_that_nobody_vouches_for_is_told_with_the_setting_for_it(tls: ssl.SSLContext) -> None:
    with LogServer(TRUE, tls=tls) as server, ForwardProxy(server.url) as proxy:
        (answer,), _ = get({"HTTPS_PROXY": proxy.url}, None)
        assert "CERTIFICATE_VERIFY_FAILED" in reason_of(answer)
        assert isinstance(answer, Unavailable)
        assert "SUPPLYMATRIX_CA_FILE" in answer.remedy
