"""Which server is asked for the log, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.errors import InputError, TransportError
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.net.route import Fetcher, Route, choose_route
from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.protocol import Answer, Body, Unavailable
from tests.support.log_server import LogServer, Reply

SUPPORTED = "sumdb/sum.example/supported"


async def no_pause(seconds: float) -> None:
    del seconds


def route(environ: Mapping[str, str], *, log_url: str = "", key: str = "") -> Route:
    async def choose() -> Route:
        async with Transport(time_outs=TimeOuts(connect=1, read=1, whole=5), pause=no_pause, tries=1) as transport:
            return await choose_route(resolve_settings(environ), "sum.example", transport, log_url=log_url, key=key)

    return asyncio.run(choose())


def test_without_go_and_goproxy_the_log_is_asked_directly_and_it_says_so() -> None:
    found = route({})
    assert found.base_url == "https://sum.example"
    assert "neither Go nor GOPROXY" in found.description


def test_a_proxy_that_serves_the_log_is_used_for_it() -> None:
    with LogServer({SUPPORTED: b"", "sumdb/sum.example/latest": b"note\n"}) as proxy:
        found = route({"GOPROXY": proxy.url})
        assert found.via_proxy == proxy.url
        assert found.base_url == f"{proxy.url}/sumdb/sum.example"

        async def latest() -> object:
            async with Transport() as transport:
                return await Fetcher(transport, found)("latest")

        assert asyncio.run(latest()) == Body(b"note\n", proxy.url)
        assert proxy.paths == [SUPPORTED, "sumdb/sum.example/latest"]


def fetch(base_url: str, path: str) -> Answer:
    async def get() -> Answer:
        async with Transport(tries=1, pause=no_pause) as transport:
            return await Fetcher(transport, Route(base_url=base_url, description=""))(path)

    return asyncio.run(get())


@pytest.mark.parametrize(("path", "most"), [("tile/8/0/000", 1 << 14), ("lookup/x@v1.0.0", 1 << 18)])
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_an_answer_above_the_cap_of_its_kind_is_no_answer(tmp_path: Path, scheme: str, path: str, most: int) -> None:
    for length, kind in ((most, Body), (most + 1, Unavailable)):
        with LogServer({path: bytes(length)}) as server:
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(length))
            base = server.url if scheme == "http" else f"file://{tmp_path}"
            assert isinstance(fetch(base, path), kind)


def test_a_proxy_that_does_not_serve_it_leaves_it_to_the_log() -> None:
    with LogServer({}) as proxy:
        found = route({"GOPROXY": f"{proxy.url},direct"})
        assert found.base_url == "https://sum.example"
        assert found.via_proxy == ""
        assert proxy.paths == [SUPPORTED]


def test_a_proxy_that_fails_leaves_no_server() -> None:
    with LogServer({}) as proxy:
        proxy.always(Reply(status=503))
        with pytest.raises(TransportError, match="503"):
            route({"GOPROXY": f"{proxy.url},direct"})
        assert route({"GOPROXY": f"{proxy.url}|direct"}).base_url == "https://sum.example"


def test_a_folder_may_be_the_proxy(tmp_path: Path) -> None:
    (tmp_path / "sumdb" / "sum.example").mkdir(parents=True)
    (tmp_path / SUPPORTED).write_bytes(b"")
    assert route({"GOPROXY": f"file://{tmp_path}"}).base_url == f"file://{tmp_path}/sumdb/sum.example"
    assert route({"GOPROXY": f"file://{tmp_path}/none"}).base_url == "https://sum.example"


def test_the_address_of_the_policy_comes_before_all() -> None:
    found = route({"GOPROXY": "off"}, log_url="https://mirror.example/x")
    assert found.base_url == "https://mirror.example/x"
    assert "lift.toml" in found.description


def test_gosumdb_may_give_an_address_for_the_pinned_key_only() -> None:
    environ = {"GOSUMDB": "sum.example+1+k https://mirror.example", "GOPROXY": "off"}
    assert route(environ, key="sum.example+1+k").base_url == "https://mirror.example"
    assert route(environ, key="sum.example+2+k").base_url == "https://sum.example"


def test_credentials_of_a_proxy_are_not_described() -> None:
    with pytest.raises(TransportError) as caught:
        route({"GOPROXY": "http://me:s3cret@127.0.0.1:1/x"})
    assert "s3cret" not in str(caught.value)


def test_a_bad_list_is_refused_before_any_contact() -> None:
    with LogServer({SUPPORTED: b""}) as proxy:
        with pytest.raises(InputError):
            route({"GOPROXY": f"{proxy.url},ftp://x"})
        assert proxy.paths == []
    with pytest.raises(InputError, match="address"):
        route({}, log_url="sum.example")
