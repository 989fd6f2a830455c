"""A module's file from the GOPROXY chain: who is asked, who is not, and what becomes of every kind of bad answer."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import pytest

from supplymatrix.gomod.goenv import GoSettings, Setting
from supplymatrix.gomod.goproxy import Via
from supplymatrix.gomod.module_info import INFO_LIMIT
from supplymatrix.model.fact import SumKind
from supplymatrix.model.module import ModuleVersion
from supplymatrix.net.module_files import MOD_LIMIT, Fetched, fetch_module_file, fetch_module_info
from supplymatrix.net.transport import Stored, TimeOuts, Transport
from supplymatrix.sumdb.protocol import Absent, Unavailable
from tests.support.log_server import LogServer, Reply

MODULE = ModuleVersion(path="example.com/Mod", version="v1.0.0-RC1")
ZIP = "example.com/!mod/@v/v1.0.0-!r!c1.zip"
MOD = "example.com/!mod/@v/v1.0.0-!r!c1.mod"
TRUE = {ZIP: b"the zip", MOD: b"module example.com/Mod\n"}
QUICK = TimeOuts(connect=1, read=0.15, whole=5)


def settings_of(goproxy: str, *, gonoproxy: str = "", goprivate: str = "") -> GoSettings:
    private = Setting(value=goprivate, origin="environment")
    return GoSettings(
        goproxy=Setting(value=goproxy, origin="environment"),
        goprivate=private,
        gonoproxy=Setting(value=gonoproxy, origin="/there/go/env") if gonoproxy else private,
    )


async def no_pause(seconds: float) -> None:
    del seconds


def fetch(settings: GoSettings, kind: SumKind = SumKind.ZIP) -> tuple[Fetched, bytes]:
    """Return what came of it, and what lies in the file."""
    file = io.BytesIO()

    async def work() -> Fetched:
        async with Transport(time_outs=QUICK, tries=2, pause=no_pause) as transport:
            return await fetch_module_file(MODULE, kind, settings, transport, file)

    return asyncio.run(work()), file.getvalue()


def reasons(fetched: Fetched) -> list[str]:
    return [answer.reason for answer in fetched.answers]


@pytest.mark.parametrize(("kind", "path"), [(SumKind.ZIP, ZIP), (SumKind.GO_MOD, MOD)])
def test_a_file_is_asked_for_by_its_escaped_name(kind: SumKind, path: str) -> None:
    with LogServer(TRUE, prefix="goproxy") as server:
        fetched, data = fetch(settings_of(server.url), kind)
        assert server.paths == [path]
        assert (fetched.via, data) == (Via.PROXY, TRUE[path])
        assert [answer.source for answer in fetched.answers] == [f"{server.url}/{path}"]


def test_an_info_is_asked_for_by_its_escaped_name_and_not_taken_above_its_limit() -> None:
    async def work(url: str) -> tuple[Fetched, bytes]:
        file = io.BytesIO()
        async with Transport(time_outs=QUICK, tries=1) as transport:
            return await fetch_module_info(MODULE, settings_of(url), transport, file), file.getvalue()

    name = MOD.replace(".mod", ".info")
    with LogServer({name: b"{}"}) as server:
        fetched, data = asyncio.run(work(server.url))
        assert (fetched.via, data, server.paths) == (Via.PROXY, b"{}", [name])
        server.always(Reply(body=b" " * (INFO_LIMIT + 1)))
        assert asyncio.run(work(server.url))[0].via is Via.FAILED


@pytest.mark.parametrize(("mark", "status", "goes_on"), [(",", 404, True), (",", 500, False), ("|", 500, True)])
def test_the_list_is_walked_as_the_go_command_walks_it(mark: str, status: int, goes_on: bool) -> None:
    with LogServer(TRUE) as first, LogServer(TRUE) as second:
        first.always(Reply(status=status))
        fetched, data = fetch(settings_of(f"{first.url}{mark}{second.url}"))
        assert bool(second.paths) is goes_on
        assert (data == TRUE[ZIP]) is goes_on
        assert str(status) in reasons(fetched)[0]


@pytest.mark.parametrize(
    ("goproxy", "via", "why"),
    [
        ("direct", Via.DIRECT, "leads to its repository"),
        ("off", Via.OFF, "GOPROXY is off"),
        ("", Via.ABSENT, "GOPROXY is empty"),
        ("ftp://proxy.example", Via.FAILED, "unknown kind"),
    ],
)
def test_a_list_that_names_no_proxy_is_told_with_what_it_says(goproxy: str, via: Via, why: str) -> None:
    fetched, _ = fetch(settings_of(goproxy))
    assert (fetched.via, fetched.answers) == (via, ())
    assert why in fetched.reason


def test_without_go_and_goproxy_nobody_is_asked() -> None:
    fetched, _ = fetch(GoSettings())
    assert fetched.reason == "neither Go nor GOPROXY was found"


def test_direct_behind_a_proxy_that_does_not_have_it_is_not_followed() -> None:
    with LogServer({}) as server:
        fetched, _ = fetch(settings_of(f"{server.url},direct"))
        assert fetched.via is Via.DIRECT
        assert reasons(fetched) == ["it does not have it (HTTP status 404)"]
        assert "not asked" in fetched.reason


@pytest.mark.parametrize(
    ("gonoproxy", "goprivate", "why"),
    [
        ("example.com/*", "", "GONOPROXY=example.com/* (/there/go/env)"),
        ("", "example.com", "GOPRIVATE=example.com (environment)"),
        ("none", "example.com", "GOPRIVATE=example.com (environment)"),
    ],
)
def test_a_private_name_is_sent_to_no_proxy(gonoproxy: str, goprivate: str, why: str) -> None:
    with LogServer(TRUE) as server:
        fetched, _ = fetch(settings_of(server.url, gonoproxy=gonoproxy, goprivate=goprivate))
        assert server.paths == []
        assert why in fetched.reason


@pytest.mark.parametrize("mode", ["endless", "huge-length"])
def test_a_go_mod_above_its_limit_is_not_taken(mode: str) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(mode=mode))  # type: ignore[arg-type]  # the parameters are modes
        fetched, data = fetch(settings_of(server.url), SumKind.GO_MOD)
        assert fetched.via is Via.FAILED
        assert f"longer than {MOD_LIMIT} bytes" in reasons(fetched)[0]
        assert len(data) <= MOD_LIMIT


@pytest.mark.parametrize("mode", ["stall", "reset", "truncate", "drip"])
def test_a_proxy_that_never_ends_its_answer_is_told_with_the_reason(mode: str) -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(mode=mode))  # type: ignore[arg-type]  # the parameters are modes
        fetched, _ = fetch(settings_of(server.url))
        assert fetched.via is Via.FAILED
        assert reasons(fetched)[0]


def test_a_loop_of_redirects_ends() -> None:
    with LogServer(TRUE) as server:
        server.always(Reply(status=302, headers={"Location": f"/{ZIP}"}))
        fetched, _ = fetch(settings_of(server.url))
        assert fetched.via is Via.FAILED
        assert "redirects more than" in reasons(fetched)[0]


def test_who_really_sent_it_is_named() -> None:
    with LogServer({}) as server, LogServer({"there.zip": b"from elsewhere"}) as other:
        server.always(Reply(status=302, headers={"Location": f"{other.url}/there.zip"}))
        fetched, data = fetch(settings_of(server.url))
        assert data == b"from elsewhere"
        assert fetched.answers[0].source == f"{server.url}/{ZIP} (sent by {other.url})"


def test_credentials_of_a_proxy_are_never_shown() -> None:
    with LogServer(TRUE) as server:
        fetched, _ = fetch(settings_of(server.url.replace("http://", "http://me:s3cret@") + ",direct"))
        assert fetched.via is Via.FAILED
        assert "s3cret" not in repr(fetched)


def test_a_second_try_begins_with_an_empty_file() -> None:
    with LogServer(TRUE) as server:
        server.script(ZIP, Reply(body=b"a longer body than the true one", mode="truncate"))
        fetched, data = fetch(settings_of(server.url))
        assert (fetched.via, data) == (Via.PROXY, TRUE[ZIP])


def folder_proxy(folder: Path) -> str:
    """Return the address of a folder that is a proxy."""
    for name, data in TRUE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder.as_uri()


def test_a_folder_is_a_proxy_too(tmp_path: Path) -> None:
    fetched, data = fetch(settings_of(folder_proxy(tmp_path / "a proxy")))
    assert (fetched.via, data) == (Via.PROXY, TRUE[ZIP])
    assert fetched.answers[0].folder_file == tmp_path / "a proxy" / ZIP


def test_a_folder_without_the_file_does_not_have_it(tmp_path: Path) -> None:
    fetched, _ = fetch(settings_of(tmp_path.as_uri()))
    assert (fetched.via, reasons(fetched)) == (Via.ABSENT, ["there is no such file"])


def test_a_folder_with_a_pipe_in_the_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    url = folder_proxy(tmp_path)
    (tmp_path / ZIP).unlink()
    os.mkfifo(tmp_path / ZIP)
    fetched, _ = fetch(settings_of(url))
    assert reasons(fetched) == ["it is no plain file"]


def test_a_go_mod_in_a_folder_above_its_limit_is_not_taken(tmp_path: Path) -> None:
    url = folder_proxy(tmp_path)
    with (tmp_path / MOD).open("r+b") as file:
        file.truncate(MOD_LIMIT + 1)
    fetched, _ = fetch(settings_of(url), SumKind.GO_MOD)
    assert "longer than" in reasons(fetched)[0]


def download(url: str, most: int) -> tuple[Stored | Absent | Unavailable, bytes]:
    file = io.BytesIO()

    async def work() -> Stored | Absent | Unavailable:
        async with Transport(time_outs=QUICK, tries=2, pause=no_pause) as transport:
            return await transport.download(url, file, max_bytes=most)

    return asyncio.run(work()), file.getvalue()


def test_a_download_goes_into_the_file_and_says_who_sent_it() -> None:
    with LogServer(TRUE) as server:
        assert download(f"{server.url}/{ZIP}", 7) == (Stored(7, server.url), TRUE[ZIP])


def test_a_download_stops_at_its_limit() -> None:
    with LogServer(TRUE) as server:
        said, data = download(f"{server.url}/{ZIP}", 6)
        assert isinstance(said, Unavailable)
        assert len(data) <= 6


def test_a_download_of_nothing_is_absent() -> None:
    with LogServer(TRUE) as server:
        assert download(f"{server.url}/none", 6)[0] == Absent(server.url, 404)
