"""A file is asked for on the condition that it is another one by now."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from supplymatrix.net.transport import Stored, Transport, Unchanged
from supplymatrix.sumdb.protocol import Absent, Unavailable
from tests.support.log_server import LogServer, Reply

TAG = '"abc"'
DAY = "Wed, 25 Nov 2026 12:00:00 GMT"


def ask(
    url: str, file: io.BytesIO, *, etag: str = "", last_modified: str = ""
) -> Stored | Unchanged | Absent | Unavailable:
    async def within() -> Stored | Unchanged | Absent | Unavailable:
        async with Transport(tries=1) as transport:
            return await transport.download_if_changed(
                url, file, max_bytes=1000, etag=etag, last_modified=last_modified
            )

    return asyncio.run(within())


def test_a_body_comes_with_what_the_server_calls_it() -> None:
    with LogServer({"x": b"body"}) as server:
        server.always(Reply(headers={"ETag": TAG, "Last-Modified": DAY}))
        file = io.BytesIO()
        assert ask(f"{server.url}/x", file) == Stored(4, server.url, TAG, DAY)
        assert file.getvalue() == b"body"
        assert "If-" not in server.headers[0]


def test_the_condition_is_sent_and_304_is_an_answer_of_its_own() -> None:
    with LogServer({"x": b"body"}) as server:
        server.always(Reply(status=304, body=b""))
        assert ask(f"{server.url}/x", io.BytesIO(), etag=TAG, last_modified=DAY) == Unchanged(server.url)
        assert f"If-None-Match: {TAG}" in server.headers[0]
        assert f"If-Modified-Since: {DAY}" in server.headers[0]


def test_304_without_a_condition_is_no_answer() -> None:
    with LogServer({"x": b"body"}) as server:
        server.always(Reply(status=304, body=b""))
        assert isinstance(ask(f"{server.url}/x", io.BytesIO()), Unavailable)


@pytest.mark.parametrize("odd", ["a\r\nX-Injected: 1", "é", "x" * 301])
def test_a_condition_that_is_no_short_line_of_ascii_is_not_sent(odd: str) -> None:
    with LogServer({"x": b"body"}) as server:
        assert isinstance(ask(f"{server.url}/x", io.BytesIO(), etag=odd), Stored)
        assert "Injected" not in server.headers[0]
        assert "If-None-Match" not in server.headers[0]


def test_a_condition_goes_along_with_a_redirect(tmp_path: Path) -> None:
    with LogServer({"x": b"body"}) as server:
        server.script("old", Reply(status=302, body=b"", headers={"Location": f"{server.url}/x"}))
        server.script("x", Reply(status=304, body=b""))
        assert ask(f"{server.url}/old", io.BytesIO(), etag=TAG) == Unchanged(server.url)
