"""Credentials over real servers: where they come from, to whom they go, and what is told when there are none."""

from __future__ import annotations

import asyncio
import base64
import ssl
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.net.credentials import Credentials, netrc_path, read_credentials
from supplymatrix.net.route import Fetcher, choose_route
from supplymatrix.net.transport import TimeOuts, Transport
from supplymatrix.sumdb.protocol import Absent, Answer, Body, Unavailable
from tests.support.certificate import server_context
from tests.support.log_server import LogServer, Reply

pytestmark = pytest.mark.slow

SECRET = "correct-horse-battery"  # noqa: S105 - made up
TRUE = {"latest": b"the note\n", "a/b": b"deep\n"}


def basic(user: str = "me", password: str = SECRET) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    return server_context(tmp_path, monkeypatch.setenv)


def get(environ: Mapping[str, str], *urls: str) -> list[Answer]:
    """Get addresses one after the other in a run of its own."""

    async def pause(seconds: float) -> None:
        del seconds

    async def within() -> list[Answer]:
        credentials = read_credentials(environ, resolve_settings(environ))
        waits = TimeOuts(connect=5, read=5, whole=20)
        async with Transport(environ=environ, credentials=credentials, time_outs=waits, pause=pause) as transport:
            return [await transport.get(url) for url in urls]

    return asyncio.run(within())


def netrc(folder: Path, server: LogServer, password: str = SECRET) -> str:
    file = folder / "netrc-of-the-test"
    file.write_text(f"machine {server.url.removeprefix('https://')} login me password {password}\n")
    return str(file)


def program(folder: Path, body: str) -> str:
    """Write a program for GOAUTH; `seen` in its folder gets a line with the arguments of each run."""
    file = folder / "helper"
    file.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({str(folder / 'seen')!r}, 'a').write(repr(sys.argv[1:]) + '\\n')\n{body}\n"
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def printing(*lines: str) -> str:
    return f"print({chr(10).join(lines)!r})"


def runs(folder: Path) -> list[str]:
    seen = folder / "seen"
    return seen.read_text().splitlines() if seen.exists() else []


def reason_of(answer: Answer) -> str:
    assert isinstance(answer, Unavailable), answer
    assert SECRET not in f"{answer!r}"
    return answer.reason


def test_an_entry_of_the_netrc_file_goes_to_its_server(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        assert get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/latest") == [Body(b"the note\n", server.url)]
        assert basic() in server.headers[0]


def test_the_netrc_file_is_looked_for_in_the_home(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        Path(netrc(tmp_path, server)).rename(tmp_path / ".netrc")
        get({"HOME": str(tmp_path)}, f"{server.url}/latest")
        assert basic() in server.headers[0]


def test_an_entry_goes_to_no_other_port_of_its_host(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        get({"NETRC": netrc(tmp_path, server)}, f"{other.url}/latest")
        assert "Authorization" not in other.headers[0]


def test_nothing_is_sent_without_tls_not_even_to_loopback(tmp_path: Path) -> None:
    with LogServer(TRUE) as server:
        file = tmp_path / "n"
        file.write_text(f"machine {server.url.removeprefix('http://')} login me password {SECRET}\n")
        server.always(Reply(status=401))
        (answer,) = get({"NETRC": str(file)}, f"{server.url}/latest")
        assert "Authorization" not in server.headers[0]
        assert "https only" in reason_of(answer)


def test_user_and_password_of_the_address_come_before_the_netrc_file(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        url = server.url.replace("https://", "https://you:another-secret@")
        get({"NETRC": netrc(tmp_path, server)}, f"{url}/latest")
        assert basic("you", "another-secret") in server.headers[0]
        assert server.headers[0].count("Authorization") == 1


def test_goauth_off_sends_nothing(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        (answer,) = get({"NETRC": netrc(tmp_path, server), "GOAUTH": "off"}, f"{server.url}/latest")
        assert "Authorization" not in server.headers[0]
        assert "GOAUTH is off" in reason_of(answer)


def test_a_redirect_to_another_server_takes_nothing_along(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        server.script("a", Reply(status=302, headers={"Location": f"{other.url}/latest"}))
        assert get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/a") == [Body(b"the note\n", other.url)]
        assert basic() in server.headers[0]
        assert "Authorization" not in other.headers[0]


def test_a_redirect_brings_no_credentials_of_the_other_server_into_play(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        server.script("a", Reply(status=302, headers={"Location": f"{other.url}/latest"}))
        get({"NETRC": netrc(tmp_path, other)}, f"{server.url}/a")
        assert "Authorization" not in other.headers[0]


def test_what_has_left_its_server_gets_nothing_when_it_comes_back(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        server.script("a", Reply(status=302, headers={"Location": f"{other.url}/b"}))
        other.script("b", Reply(status=302, headers={"Location": f"{server.url}/latest"}))
        get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/a")
        assert "Authorization" not in server.headers[1]


def test_a_redirect_within_a_server_keeps_its_credentials(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: basic() in head) as server:
        server.script("a", Reply(status=302, headers={"Location": "/latest"}))
        assert get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/a") == [Body(b"the note\n", server.url)]


def test_credentials_in_the_target_of_a_redirect_are_not_used(tls: ssl.SSLContext) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls) as other:
        there = other.url.replace("https://", f"https://me:{SECRET}@")
        server.script("a", Reply(status=302, headers={"Location": f"{there}/latest"}))
        get({}, f"{server.url}/a")
        assert "Authorization" not in other.headers[0]


def test_credentials_that_are_asked_for_behind_a_redirect_are_told_with_both_hosts(
    tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with LogServer(TRUE, tls=tls) as server, LogServer(TRUE, tls=tls, admits=lambda head: False) as other:
        server.script("a", Reply(status=302, headers={"Location": f"{other.url}/latest"}))
        (answer,) = get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/a")
        assert f"{server.url} redirects to {other.url}, which answers HTTP status 401" in reason_of(answer)


def test_credentials_that_were_not_accepted_are_told_by_where_they_came_from(
    tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        file = netrc(tmp_path, server)
        (answer,) = get({"NETRC": file}, f"{server.url}/latest")
        assert f"credentials were sent, from the netrc file {file}, and were not accepted" in reason_of(answer)
        assert len(server.paths) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "there is no netrc file"), (b"machine other.example login a password b", "has no entry for it")],
)
def test_where_credentials_were_looked_for_is_told(
    tls: ssl.SSLContext, tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "n"
    if content is not None:
        file.write_bytes(content)
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        (answer,) = get({"NETRC": str(file)}, f"{server.url}/latest")
        assert "no credentials were sent" in reason_of(answer)
        assert told in reason_of(answer)
        assert str(file) in reason_of(answer)


def test_a_netrc_file_that_is_none_is_told(tls: ssl.SSLContext, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        (answer,) = get({"NETRC": str(tmp_path / "pipe")}, f"{server.url}/latest")
        assert "is no plain file" in reason_of(answer)


def test_a_program_is_run_once_without_an_address_before_the_first_request(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        body = printing(server.url, "", f"Private-Token: {SECRET}", "Host: evil.example", "")
        environ = {"GOAUTH": program(tmp_path, body), "HOME": str(tmp_path)}
        get(environ, f"{server.url}/latest", f"{server.url}/a/b")
        assert runs(tmp_path) == ["[]"]
        assert [f"Private-Token: {SECRET}" in head for head in server.headers] == [True, True]
        assert "evil.example" not in server.headers[0]


def test_a_program_is_asked_with_the_address_and_the_answer_after_a_4xx(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: f"Bearer {SECRET}" in head) as server:
        body = (
            "told = sys.stdin.read()\n"
            f"open({str(tmp_path / 'told')!r}, 'a').write(told)\n"
            f"if len(sys.argv) > 2: {printing(server.url, '', f'Authorization: Bearer {SECRET}', '')}"
        )
        environ = {"GOAUTH": f"{program(tmp_path, body)} 'with words'", "HOME": str(tmp_path)}
        assert get(environ, f"{server.url}/latest") == [Body(b"the note\n", server.url)]
        assert runs(tmp_path) == ["['with words']", f"['with words', '{server.url}/latest']"]
        assert (tmp_path / "told").read_text().startswith("HTTP/1.1 401 Unauthorized\n")


def test_many_requests_that_are_refused_at_once_run_the_program_once(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: f"Bearer {SECRET}" in head) as server:
        answer = printing(server.url, "", f"Authorization: Bearer {SECRET}", "")
        environ = {"GOAUTH": program(tmp_path, f"if len(sys.argv) > 1: {answer}"), "HOME": str(tmp_path)}

        async def within() -> list[Answer]:
            credentials = read_credentials(environ, resolve_settings(environ))
            async with Transport(environ=environ, credentials=credentials) as transport:
                return await asyncio.gather(*(transport.get(f"{server.url}/latest") for _ in range(20)))

        assert asyncio.run(within()) == [Body(b"the note\n", server.url)] * 20
        assert len(runs(tmp_path)) == 2


def test_a_program_that_has_nothing_is_not_asked_for_each_module_that_is_not_there(
    tls: ssl.SSLContext, tmp_path: Path
) -> None:
    with LogServer(TRUE, tls=tls) as server:
        environ = {"GOAUTH": program(tmp_path, ""), "HOME": str(tmp_path)}
        answers = get(environ, *(f"{server.url}/lookup/{number}" for number in range(10)))
        assert answers == [Absent(server.url, 404)] * 10
        assert len(runs(tmp_path)) == 2
        assert len(server.paths) == 10


def test_a_path_of_a_server_has_credentials_that_do_not_go_beside_it(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        body = printing(f"{server.url}/a/", "", f"X-Key: {SECRET}", "")
        get(
            {"GOAUTH": program(tmp_path, body), "HOME": str(tmp_path)},
            *(f"{server.url}/{path}" for path in ("a/b", "ab", "latest")),
        )
        assert [SECRET in head for head in server.headers] == [True, False, False]


def test_the_first_of_several_sources_wins(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        helper = program(tmp_path, printing(server.url, "", f"X-Key: {SECRET}", ""))
        environ = {"NETRC": netrc(tmp_path, server), "HOME": str(tmp_path)}
        get(environ | {"GOAUTH": f"netrc; {helper}"}, f"{server.url}/latest")
        get(environ | {"GOAUTH": f"{helper};netrc"}, f"{server.url}/latest")
        assert [basic() in head for head in server.headers] == [True, False]
        assert [f"X-Key: {SECRET}" in head for head in server.headers] == [False, True]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f"sys.exit({SECRET!r})", "it ended with status 1"),
        (f"print({SECRET!r} * 10_000)", "writes more than 65536 bytes"),
        (f"print({SECRET!r})", "gave what cannot be read"),
        ("", "command 1 of GOAUTH gave none"),
    ],
)
def test_a_program_that_fails_is_told_without_a_word_of_it(
    tls: ssl.SSLContext, tmp_path: Path, body: str, told: str
) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        environ = {"GOAUTH": f"{program(tmp_path, body)} --token={SECRET}", "HOME": str(tmp_path)}
        (answer,) = get(environ, f"{server.url}/latest")
        assert told in reason_of(answer)


@pytest.mark.parametrize("name", ["./helper", "folder/helper", "helper"])
def test_a_program_of_the_folder_at_hand_is_not_run(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    program(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        (answer,) = get({"GOAUTH": name, "HOME": str(tmp_path), "PATH": f".:{tmp_path.name}:"}, f"{server.url}/latest")
        reason_of(answer)
        assert runs(tmp_path) == []


def git_home(folder: Path, password: str) -> dict[str, str]:
    """Return the environment of a user whose git has a helper that knows a password."""
    home = folder / "git-home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[credential]\n\thelper = "!f() {{ echo username=me; echo password={password}; }}; f"\n'
    )
    return {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}


def test_git_is_asked_for_a_password_after_a_refusal(tls: ssl.SSLContext, tmp_path: Path) -> None:
    environ = git_home(tmp_path, SECRET) | {"GOAUTH": f"git {tmp_path}"}
    with LogServer(TRUE, tls=tls, admits=lambda head: basic() in head) as server:
        assert get(environ, f"{server.url}/latest", f"{server.url}/a/b") == [
            Body(b"the note\n", server.url),
            Body(b"deep\n", server.url),
        ]
        assert len(server.paths) == 3


def test_git_without_a_helper_asks_nobody(tls: ssl.SSLContext, tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin", "GOAUTH": f"git {tmp_path}"}
    with LogServer(TRUE, tls=tls, admits=lambda head: False) as server:
        (answer,) = get(environ, f"{server.url}/latest")
        assert "git credential gave none" in reason_of(answer)


@pytest.mark.parametrize("place", ["body", "location", "status"])
def test_a_server_that_repeats_what_it_was_sent_is_not_quoted(tls: ssl.SSLContext, tmp_path: Path, place: str) -> None:
    with LogServer(TRUE, tls=tls) as server:
        token = basic().rpartition(" ")[2]
        reply = {
            "body": Reply(body=f"<html>{SECRET}".encode()),
            "location": Reply(status=302, headers={"Location": f"https://{token}.example/{token}"}),
            "status": Reply(status=403, headers={"X-Echo": token}, body=token.encode()),
        }[place]
        server.always(reply)
        (answer,) = get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/latest")
        assert token not in reason_of(answer)


def test_a_goauth_that_the_go_command_refuses_is_refused_without_showing_it() -> None:
    environ = {"GOAUTH": f"off; helper --token={SECRET}"}
    with pytest.raises(InputError) as caught:
        read_credentials(environ, resolve_settings(environ))
    assert SECRET not in f"{caught.value} {caught.value.diagnostics}"


def test_no_representation_shows_a_secret(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        environ = {"NETRC": netrc(tmp_path, server), "GOAUTH": f"netrc; helper {SECRET}"}
        credentials = read_credentials(environ, resolve_settings(environ))
        attached = asyncio.run(credentials.attach(server.url))
        assert attached.headers
        shown = f"{credentials!r} {credentials._found!r} {credentials._netrc!r} {credentials._commands!r}"
        assert SECRET not in shown
        assert basic().rpartition(" ")[2] not in shown


def test_a_broken_answer_that_repeats_what_was_sent_is_not_quoted(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with LogServer(TRUE, tls=tls) as server:
        token = basic().rpartition(" ")[2]
        server.always(Reply(headers={f"X Echo {token}": "x"}))
        (answer,) = get({"NETRC": netrc(tmp_path, server)}, f"{server.url}/latest")
        assert token not in reason_of(answer)
        assert "RemoteProtocolError" in reason_of(answer)


@pytest.mark.parametrize(
    ("gosumdb", "sent"), [("", False), ("log.example+1+k https://other.example", False), ("", True)]
)
def test_an_address_that_only_a_policy_names_gets_no_credentials(
    tls: ssl.SSLContext, tmp_path: Path, gosumdb: str, sent: bool
) -> None:
    with LogServer(TRUE, tls=tls, admits=lambda head: basic() in head) as server:
        environ = {"NETRC": netrc(tmp_path, server), "GOSUMDB": f"log.example {server.url}" if sent else gosumdb}
        settings = resolve_settings(environ)

        async def within() -> Answer:
            async with Transport(environ=environ, credentials=read_credentials(environ, settings)) as transport:
                route = await choose_route(settings, "log.example", transport, log_url=server.url)
                return await Fetcher(transport, route)("latest")

        answer = asyncio.run(within())
        if sent:
            assert answer == Body(b"the note\n", server.url)
        else:
            assert "the address of the log is the policy's" in reason_of(answer)
            assert "Authorization" not in server.headers[0]


def test_nothing_is_read_before_the_first_request(tmp_path: Path) -> None:
    helper = program(tmp_path, "")
    environ = {"NETRC": str(tmp_path / "none"), "GOAUTH": f"netrc;{helper}"}
    read_credentials(environ, resolve_settings(environ))
    assert runs(tmp_path) == []


def test_a_token_that_stands_for_the_user_is_a_secret_too(tls: ssl.SSLContext) -> None:
    with LogServer(TRUE, tls=tls) as server:
        server.always(Reply(body=f"hello {SECRET}".encode()))
        (answer,) = get({}, server.url.replace("https://", f"https://{SECRET}@") + "/latest")
        assert "repeats the credentials" in reason_of(answer)


def test_without_sources_nothing_is_attached() -> None:
    assert asyncio.run(Credentials().attach("https://h.example/")).headers == ()


def test_the_netrc_file_lies_where_the_go_command_looks_for_it(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert netrc_path({"NETRC": "/n", "HOME": home}) == "/n"
    assert netrc_path({"HOME": home}, platform="linux") == f"{home}/.netrc"
    assert netrc_path({"USERPROFILE": home}, platform="win32").endswith(".netrc")
    (tmp_path / "_netrc").touch()
    assert netrc_path({"USERPROFILE": home}, platform="win32").endswith("_netrc")
    assert netrc_path({}) == ""
