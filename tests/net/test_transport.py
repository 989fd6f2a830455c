"""The HTTP client against a real server that misbehaves."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.protocol import Absent, Answer, Body, Unavailable
from tests.support.certificate import server_context
from tests.support.log_server import LogServer, Reply

T = TypeVar("T")

QUICK = TimeOuts(connect=1, read=0.15, whole=5)
TRUE = {"latest": b"the note\n", "tile/8/0/001": bytes(8192)}


class Pauses:
    """Stands where asyncio.sleep does, and remembers how long it was asked to sleep."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def run(work: Callable[[Transport], Awaitable[T]], *, time_outs: TimeOuts = QUICK, pauses: Pauses | None = None) -> T:
    async def within() -> T:
        async with Transport(time_outs=time_outs, pause=pauses or Pauses()) as transport:
            return await work(transport)

    return asyncio.run(within())


def get(url: str, *, max_bytes: int = 1 << 20, pauses: Pauses | None = None) -> Answer:
    return run(lambda transport: transport.get(url, max_bytes=max_bytes), pauses=pauses)


def test_a_body_comes_back_whole_with_who_sent_it() -> None:
    with LogServer(TRUE) as server:
        assert get(f"{server.url}/latest") == Body(b"the note\n", server.url)
        assert "Accept-Encoding: identity" in server.headers[0]


@pytest.mark.parametrize("status", [404, 410])
def test_not_here_is_a_definite_answer_asked_once(status: int) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=status))
        assert get(f"{server.url}/x") == Absent(server.url, status)
        assert server.counts["x"] == 1


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 418])
def test_other_answers_are_no_answer_and_not_asked_again(status: int) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=status, body=b""))
        answer = get(f"{server.url}/latest")
        assert isinstance(answer, Unavailable)
        assert str(status) in answer.reason
        assert server.counts["latest"] == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(status=429),
        Reply(mode="reset"),
        Reply(mode="truncate"),
        Reply(mode="stall"),
        Reply(mode="drip"),
    ],
    ids=lambda reply: f"{reply.mode}-{reply.status}",
)
def test_a_passing_fault_is_tried_again_until_it_passes(reply: Reply) -> None:
    pauses = Pauses()
    with LogServer(TRUE) as server:
        server.script("latest", reply, reply)
        assert get(f"{server.url}/latest", pauses=pauses) == Body(b"the note\n", server.url)
        assert server.counts["latest"] == 3
    assert len(pauses.seconds) == 2
    assert 0.1 <= pauses.seconds[0] <= 0.3
    assert 0.2 <= pauses.seconds[1] <= 0.6


@pytest.mark.parametrize("mode", ["reset", "truncate", "stall"])
def test_a_fault_that_stays_is_no_answer_after_four_tries(mode: str) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(mode=mode))  # type: ignore[arg-type]  # the parameters are modes
        answer = get(f"{server.url}/latest")
        assert isinstance(answer, Unavailable)
        assert "4 tries" in answer.reason
        assert server.counts["latest"] == 4


def test_nobody_listening_and_no_such_host_are_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/latest", "http://no-such-host.invalid/latest"):
        pauses = Pauses()
        answer = get(url, pauses=pauses)
        assert isinstance(answer, Unavailable)
        assert len(pauses.seconds) == 3


def test_retry_after_is_obeyed_up_to_ten_seconds() -> None:
    pauses = Pauses()
    with LogServer(TRUE) as server:
        for seconds in ("7", "86400", "soon"):
            server.script("latest", Reply(status=429, headers={"Retry-After": seconds}))
        assert isinstance(get(f"{server.url}/latest", pauses=pauses), Body)
    assert pauses.seconds[:2] == [7.0, 10.0]
    assert pauses.seconds[2] < 2


@pytest.mark.parametrize("reply", [Reply(mode="endless"), Reply(mode="huge-length"), Reply(body=bytes(5000))])
def test_a_body_above_the_cap_is_cut_off_and_not_asked_again(reply: Reply) -> None:
    with LogServer(TRUE) as server:
        server.always(reply)

        async def work(transport: Transport) -> tuple[Answer, int]:
            return await transport.get(f"{server.url}/latest", max_bytes=4999), transport.counters.bytes

        answer, received = run(work)
        assert isinstance(answer, Unavailable)
        assert "longer than 4999 bytes" in answer.reason
        assert received < 1 << 20
        assert server.counts["latest"] == 1


def test_an_endless_error_page_ends_too() -> None:
    with LogServer(TRUE) as server:
        server.script("latest", Reply(status=503, mode="endless"))
        assert get(f"{server.url}/latest") == Body(b"the note\n", server.url)


def test_a_slow_drip_ends_at_the_time_for_the_whole() -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(mode="stall"))
        answer = run(lambda t: t.get(f"{server.url}/x"), time_outs=TimeOuts(connect=1, read=20, whole=0.2))
        assert isinstance(answer, Unavailable)
        assert "within 0.2 s" in answer.reason


def test_compressed_answers_are_refused_unread() -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"}))
        answer = get(f"{server.url}/latest")
        assert isinstance(answer, Unavailable)
        assert "compressed" in answer.reason


def test_html_is_handed_on_for_the_reader_to_refuse() -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(body=b"<html>", headers={"Content-Type": "text/html"}))
        assert get(f"{server.url}/latest") == Body(b"<html>", server.url)


def test_redirects_are_followed_five_times_at_most() -> None:
    with LogServer(TRUE) as server:
        server.script("a", Reply(status=302, headers={"Location": "/latest"}))
        assert get(f"{server.url}/a") == Body(b"the note\n", server.url)
        server.always(Reply(status=301, headers={"Location": "/round"}))
        answer = get(f"{server.url}/b")
        assert isinstance(answer, Unavailable)
        assert "more than 5" in answer.reason
        assert server.counts["round"] == 5


@pytest.mark.parametrize("host", ["xn--ls8h.example", "xn--zzzz-", "xn--", "xn--0.example"])
def test_a_redirect_to_a_name_that_cannot_be_decoded_is_no_answer(host: str) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=302, headers={"Location": f"http://{host}/x"}))
        assert isinstance(get(f"{server.url}/a"), Unavailable)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://h/x", "http://[", "//", "http://u:p@h.example/"])
def test_redirects_lead_to_http_servers_only(location: str) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=302, headers={"Location": location}))
        answer = get(f"{server.url}/a")
        assert isinstance(answer, Unavailable)
        assert ":p@" not in answer.reason


def test_credentials_are_not_sent_without_tls_and_never_shown() -> None:
    with LogServer(TRUE) as server:
        answer = get(server.url.replace("http://", "http://me:s3cret@") + "/latest")
        assert isinstance(answer, Unavailable)
        assert "s3cret" not in answer.reason
        assert server.paths == []


@pytest.mark.parametrize("url", ["", "x", "https://", "ftp://h/x", "http://[/", "http://h:99999999/", "https://\0/"])
def test_what_is_no_address_is_no_answer(url: str) -> None:
    assert isinstance(get(url), Unavailable)


def test_a_server_that_keeps_failing_is_given_up() -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=500))

        async def work(transport: Transport) -> list[Answer]:
            return [await transport.get(f"{server.url}/{number}") for number in range(20)]

        answers = run(work)
        assert len(server.paths) == 8 * 4
        assert isinstance(answers[-1], Unavailable)
        assert "given up" in answers[-1].reason


def test_no_more_than_sixteen_requests_are_in_flight() -> None:
    with LogServer(TRUE) as server:
        server.script("latest", *[Reply(mode="gather", count=16)] * 16)

        async def work(transport: Transport) -> list[Answer]:
            return await asyncio.gather(*(transport.get(f"{server.url}/latest") for _ in range(48)))

        slow = TimeOuts(connect=5, read=10, whole=30)
        assert all(isinstance(answer, Body) for answer in run(work, time_outs=slow))
        assert server.highest_in_flight == 16
        assert server.connections == 16


def test_requests_in_a_row_share_one_connection() -> None:
    with LogServer(TRUE) as server:

        async def work(transport: Transport) -> tuple[int, int, int]:
            for _ in range(5):
                await transport.get(f"{server.url}/latest")
                await transport.get(f"{server.url}/none")
            return transport.counters.requests, transport.counters.retries, transport.counters.bytes

        assert run(work) == (10, 0, 5 * 9 + 5 * 10)
        assert server.connections == 1


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts, as SSL_CERT_FILE makes it do."""
    return server_context(tmp_path, monkeypatch.setenv)


def test_https_is_used_with_the_credentials_of_the_address_for_that_server_only(tls: ssl.SSLContext) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        server.script("a", Reply(status=307, headers={"Location": f"{other.url}/latest"}))
        answer = get(server.url.replace("https://", "https://me:s%40crt@") + "/a")
        assert answer == Body(b"the note\n", other.url)
        assert "Authorization: Basic bWU6c0BjcnQ=" in server.headers[0]
        assert "Authorization" not in other.headers[0]


def test_https_never_turns_into_http(tls: ssl.SSLContext) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE) as plain:
        server.always(Reply(status=302, headers={"Location": f"{plain.url}/latest"}))
        answer = get(f"{server.url}/latest")
        assert isinstance(answer, Unavailable)
        assert "from https to" in answer.reason
        assert plain.paths == []


def test_an_unknown_certificate_is_no_answer_and_not_tried_again(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    pauses = Pauses()
    with LogServer(TRUE, tls=tls) as server:
        answer = get(f"{server.url}/latest", pauses=pauses)
        assert isinstance(answer, Unavailable)
        assert "CERTIFICATE_VERIFY_FAILED" in answer.reason
        assert pauses.seconds == []


def test_the_proxy_of_the_environment_is_asked() -> None:
    async def work() -> Answer:
        with LogServer({"http://log.example/latest": b"by proxy"}) as proxy:
            async with Transport(environ={"HTTP_PROXY": proxy.url}, pause=Pauses()) as transport:
                return await transport.get("http://log.example/latest")

    assert asyncio.run(work()) == Body(b"by proxy", "http://log.example")


@pytest.mark.parametrize(
    "proxy", ["socks5://me:s3cret@127.0.0.1:1", "ftp://me:s3cret@h", "http://me:s3cret@h:x", "http://[s3cret"]
)
def test_a_proxy_that_cannot_be_used_is_no_answer_and_shows_no_password(proxy: str) -> None:
    async def work() -> Answer:
        async with Transport(environ={"ALL_PROXY": proxy}, pause=Pauses(), tries=1) as transport:
            return await transport.get("http://log.example/latest")

    answer = asyncio.run(work())
    assert isinstance(answer, Unavailable)
    assert "s3cret" not in answer.reason


def test_a_cancelled_request_leaves_its_lane_usable() -> None:
    with LogServer(TRUE) as server:
        server.script("stalled", *[Reply(mode="stall")] * 16)

        async def work(transport: Transport) -> Answer:
            tasks = [asyncio.create_task(transport.get(f"{server.url}/stalled")) for _ in range(16)]
            await asyncio.wait(tasks, timeout=0.1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return await transport.get(f"{server.url}/latest")

        assert isinstance(run(work, time_outs=TimeOuts(connect=1, read=5, whole=5)), Body)
