"""One connection at a time: when it is used again, when it is not, and what a server can do to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import httpx
import pytest

from supplymatrix.net.lane import Lane

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
WAITS = {"connect": 5.0, "read": 0.3}


async def head(reader: asyncio.StreamReader) -> bytes:
    """Read one request."""
    return await reader.readuntil(b"\r\n\r\n")


def serves(*answers: bytes) -> Serve:
    """Answer the requests of each connection with these, then close it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await head(reader)
            writer.write(answer)
            await writer.drain()
        writer.close()

    return serve


async def settled() -> None:
    """Let everything happen that is under way on loopback."""
    for _ in range(300):
        await asyncio.sleep(0)


class Talk:
    """A lane and the server that it talks to. connections: how many there were."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.connections = 0
        self.lane = Lane(ssl.create_default_context, lambda _: "")
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def get(self, path: str = "/") -> bytes:
        request = httpx.Request("GET", f"http://127.0.0.1:{self.port}{path}", extensions={"timeout": WAITS})
        response = await self.lane.handle_async_request(request)
        try:
            return await response.aread()
        finally:
            await response.aclose()


def talk(serve: Serve, work: Callable[[Talk], Awaitable[None]]) -> Talk:
    """Run `work` against a server, and return what was talked."""
    spoken = Talk(serve)

    async def run() -> None:
        server = await asyncio.start_server(spoken.handle, "127.0.0.1", 0)
        spoken.port = server.sockets[0].getsockname()[1]
        try:
            await work(spoken)
        finally:
            await spoken.lane.aclose()
            server.close()
            await asyncio.sleep(0)

    asyncio.run(run())
    return spoken


def test_a_connection_is_used_again() -> None:
    async def work(spoken: Talk) -> None:
        assert [await spoken.get() for _ in range(3)] == [b"ok"] * 3

    assert talk(serves(GOOD, GOOD, GOOD), work).connections == 1


def test_a_connection_that_the_server_has_closed_is_opened_anew() -> None:
    async def work(spoken: Talk) -> None:
        assert await spoken.get() == b"ok"
        await settled()
        assert await spoken.get() == b"ok"

    assert talk(serves(GOOD), work).connections == 2


def test_bytes_that_nobody_asked_for_are_not_taken_for_the_next_answer() -> None:
    async def work(spoken: Talk) -> None:
        assert await spoken.get() == b"ok"
        await settled()
        assert await spoken.get() == b"ok"

    forged = GOOD + GOOD.replace(b"ok", b"no")
    assert talk(serves(forged, GOOD), work).connections == 2


def test_connection_close_is_obeyed() -> None:
    async def work(spoken: Talk) -> None:
        assert [await spoken.get() for _ in range(2)] == [b"ok"] * 2

    answer = GOOD.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
    assert talk(serves(answer, answer), work).connections == 2


def test_a_body_that_was_not_read_to_its_end_costs_the_connection() -> None:
    async def work(spoken: Talk) -> None:
        request = httpx.Request("GET", f"http://127.0.0.1:{spoken.port}/", extensions={"timeout": WAITS})
        response = await spoken.lane.handle_async_request(request)
        await response.aclose()
        assert await spoken.get() == b"ok"

    assert talk(serves(GOOD, GOOD), work).connections == 2


def test_a_body_may_come_in_chunks_and_after_an_informational_answer() -> None:
    async def work(spoken: Talk) -> None:
        assert await spoken.get() == b"okay"

    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n2\r\nay\r\n0\r\n\r\n"
    talk(serves(b"HTTP/1.1 100 Continue\r\n\r\n" + chunked), work)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", httpx.RemoteProtocolError),
        (b"220 mail.example ESMTP\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + GOOD, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", httpx.RemoteProtocolError),
    ],
)
def test_what_is_no_answer_is_an_error_of_httpx(answer: bytes, error: type[Exception]) -> None:
    async def work(spoken: Talk) -> None:
        with pytest.raises(error):
            await spoken.get()

    talk(serves(answer), work)


def test_a_server_that_says_nothing_is_a_time_out() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        await reader.read()

    async def work(spoken: Talk) -> None:
        with pytest.raises(httpx.ReadTimeout):
            await spoken.get()

    talk(serve, work)


def test_a_server_that_floods_an_idle_connection_has_to_wait() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(GOOD)
        for _ in range(400):
            writer.write(b"x" * (1 << 16))
            await writer.drain()

    async def work(spoken: Talk) -> None:
        assert await spoken.get() == b"ok"
        connection = spoken.lane._connection
        assert connection is not None
        await settled()
        assert len(connection._received.data) < 1 << 20

    talk(serve, work)


def test_a_request_with_odd_characters_is_refused_before_it_is_sent() -> None:
    async def work(spoken: Talk) -> None:
        request = httpx.Request("GET", f"http://127.0.0.1:{spoken.port}/", headers=[(b"A\nB", b"c")])
        with pytest.raises(httpx.LocalProtocolError):
            await spoken.lane.handle_async_request(request)

    talk(serves(GOOD), work)
