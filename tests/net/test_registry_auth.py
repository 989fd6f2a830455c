"""How a registry is entered: tokens, passwords, and that neither goes where it does not belong."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.model.oci import GetBlob, GetManifest, ImageReference, OciAnswer, OciAsk, OciBytes, OciUnavailable
from supplymatrix.net.docker_config import Login
from supplymatrix.net.registry import Search, registry_source
from supplymatrix.net.registry_auth import Challenge, parse_challenges, scopes_of
from supplymatrix.net.registry_client import run_searches
from supplymatrix.net.transport import TimeOuts
from tests.support.certificate import server_context
from tests.support.registry_server import MANIFEST, Fault, RegistryServer, digest_of

REPOSITORY = "team/app"
DATA = b'{"schemaVersion":2,"layers":[]}'
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that lives for the time of a test
IDENTITY = "identity-token-of-alice"
USERS = {"alice": PASSWORD}
PAIR = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
TAG = GetManifest(reference="v1")
QUICK = TimeOuts(connect=1, read=0.15, whole=5)


def asking(*rounds: tuple[OciAsk, ...]) -> Search[list[OciAnswer]]:
    answers: list[OciAnswer] = []
    for asks in rounds:
        answers += yield asks
    return answers


def ask(
    server: RegistryServer,
    *rounds: tuple[OciAsk, ...],
    config: Mapping[str, object] | None = None,
    registry: str = "",
    plain_http: bool = False,
) -> list[OciAnswer]:
    """Ask with the logins of a docker config."""

    async def no_pause(_: float) -> None:
        return

    environ = {"DOCKER_AUTH_CONFIG": json.dumps(config)} if config is not None else {}
    reference = ImageReference(registry=registry or server.host, repository=REPOSITORY)
    source = registry_source(reference, environ=environ, plain_http=plain_http)
    search = run_searches([(asking(*(rounds or ((TAG,),))), source)], time_outs=QUICK, pause=no_pause)
    (found,) = asyncio.run(search)
    assert isinstance(found, list)
    return found


def filled(server: RegistryServer) -> RegistryServer:
    server.add_manifest(REPOSITORY, DATA, MANIFEST, "v1")
    return server


def login(server: RegistryServer, **entry: str) -> Mapping[str, object]:
    return {"auths": {server.host: entry or {"auth": PAIR}}}


def refusal(answers: list[OciAnswer]) -> OciUnavailable:
    (answer,) = answers
    assert isinstance(answer, OciUnavailable), answer
    assert PASSWORD not in repr(answer)
    assert PAIR not in repr(answer)
    assert IDENTITY not in repr(answer)
    return answer


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[RegistryServer]:
    """A registry over https whose tokens want a login."""
    context = server_context(tmp_path, monkeypatch.setenv)
    with RegistryServer(auth="bearer", users=USERS, tls=context) as server:
        yield filled(server)


# challenges


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (['Bearer realm="https://t.example/token",service="s, with comma",scope="repository:a/b:pull,push"'],
         [("bearer", {"realm": "https://t.example/token", "service": "s, with comma",
                      "scope": "repository:a/b:pull,push"})]),
        (['BEARER Realm = "x" , error="invalid_token"'], [("bearer", {"realm": "x", "error": "invalid_token"})]),
        (['Basic realm="a \\"quoted\\" word"'], [("basic", {"realm": 'a "quoted" word'})]),
        (['Negotiate, Basic realm="r", Bearer realm=bare'],
         [("negotiate", {}), ("basic", {"realm": "r"}), ("bearer", {"realm": "bare"})]),
        (["Negotiate", 'Basic realm="r"'], [("negotiate", {}), ("basic", {"realm": "r"})]),
        (['Bearer realm="first",realm="second"'], [("bearer", {"realm": "first"})]),
        (['Bearer realm="open'], [("bearer", {})]),
        (["", ",", "=", '"x"', "\x00"], []),
        (['Bearer realm="' + "x" * 9000 + '"'], [("bearer", {})]),
    ],
)  # fmt: skip
def test_challenges_are_read_as_they_are_written(
    headers: list[str], expected: list[tuple[str, dict[str, str]]]
) -> None:
    made = tuple(Challenge(scheme=scheme, parameters=tuple(found.items())) for scheme, found in expected)
    assert parse_challenges(headers) == made


@given(st.lists(st.text(st.sampled_from('Bearer realm="x\\,;=\t \x00é'), max_size=60), max_size=4))
def test_no_header_breaks_the_reader(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower() != ""


# tokens


@pytest.mark.parametrize("key", ["token", "access_token"])
def test_a_token_for_everybody_is_asked_for_once_and_for_reading_alone(key: str) -> None:
    with filled(RegistryServer(auth="bearer", token_key=key)) as server:
        blob = GetBlob(digest=server.add_blob(REPOSITORY, b"x"))
        answers = ask(server, (TAG, blob), (GetManifest(reference="v2"),))
        assert [type(answer).__name__ for answer in answers] == ["OciBytes", "OciBytes", "OciAbsent"]
        (seen,) = server.asked("/token")
        assert "scope=repository%3Ateam%2Fapp%3Apull" in seen.path
        assert "push" not in seen.path
        assert not seen.authorization


def test_a_token_that_is_used_up_is_renewed() -> None:
    with filled(RegistryServer(auth="bearer", uses=1)) as server:
        asks = [(GetManifest(reference=f"v{number}"),) for number in range(4)]
        assert [type(answer).__name__ for answer in ask(server, *asks)].count("OciUnavailable") == 0
        assert len(server.asked("/token")) == 4


def test_a_token_that_is_over_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.net.registry_auth._LEAST_LIFE", 1)
    with filled(RegistryServer(auth="bearer", life=2)) as server:  # it counts as over ten seconds before its end
        ask(server, (TAG,), (GetManifest(reference="v2"),))
        assert len(server.asked("/token")) == 2


def test_a_login_goes_to_the_token_server_and_its_token_to_the_registry(tls: RegistryServer) -> None:
    (answer,) = ask(tls, config=login(tls))
    assert isinstance(answer, OciBytes)
    (token,) = tls.asked("/token")
    assert token.authorization == f"Basic {PAIR}"
    others = {seen.authorization for seen in tls.requests if seen is not token}
    assert others == {"", "Bearer token-0-of-alice-with-1-scope"}


def test_an_identity_token_is_exchanged_and_sent_nowhere_else(tls: RegistryServer) -> None:
    tls.identity_tokens = {IDENTITY: "alice"}
    (answer,) = ask(tls, config=login(tls, auth=PAIR, identitytoken=IDENTITY))
    assert isinstance(answer, OciBytes)
    (token,) = tls.asked("/token")
    assert (token.method, token.authorization) == ("POST", "")
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b"grant_type=refresh_token" in token.body
    assert b"service=registry%2C+of+the+test" in token.body
    assert all(IDENTITY not in repr(seen) for seen in tls.requests if seen is not token)


def test_a_registry_token_is_sent_as_it_is(tls: RegistryServer) -> None:
    tls.tokens["made-by-somebody-else"] = 10
    (answer,) = ask(tls, config=login(tls, registrytoken="made-by-somebody-else"))
    assert isinstance(answer, OciBytes)
    assert not tls.asked("/token")


def test_a_password_is_sent_where_the_registry_wants_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = server_context(tmp_path, monkeypatch.setenv)
    with filled(RegistryServer(auth="basic", users=USERS, tls=context)) as server:
        (answer,) = ask(server, config=login(server))
        assert isinstance(answer, OciBytes)
        assert {seen.authorization for seen in server.requests} == {"", f"Basic {PAIR}"}


# refusals


def test_without_a_login_the_remedy_names_the_registry(tls: RegistryServer) -> None:
    answer = refusal(ask(tls))
    assert "no login was sent" in answer.reason
    assert answer.remedy == f"docker login {tls.host}"
    assert not answer.outage


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_a_wrong_password_is_sent_once_and_named_by_its_place(
    auth: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = server_context(tmp_path, monkeypatch.setenv)
    with RegistryServer(auth="basic" if auth == "basic" else "bearer", users={"alice": "other"}, tls=context) as server:
        answers = ask(server, (TAG,), (GetManifest(reference="v2"), GetManifest(reference="v3")), config=login(server))
        for answer in answers:
            found = refusal([answer])
            assert "the login from $DOCKER_AUTH_CONFIG is not accepted" in found.reason
            assert found.remedy == f"docker login {server.host}"
        with_password = [seen for seen in server.requests if seen.authorization.startswith("Basic")]
        assert len(with_password) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_what_stays_refused_after_a_login_is_told_once(tls: RegistryServer, status: int) -> None:
    headers = {"WWW-Authenticate": f'Bearer realm="{tls.realm}"'}
    tls.always(Fault(status=status, headers=headers), "v1")
    answer = refusal(ask(tls, config=login(tls)))
    assert f"HTTP status {status}" in answer.reason
    assert "$DOCKER_AUTH_CONFIG" in answer.reason
    assert len(tls.asked("v1")) <= 3


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ('Negotiate, Digest realm="x"', "'digest, negotiate'"),
        ('Bearer service="x"', "cannot be read"),
        ('Bearer realm="//t.example/token"', "none of https"),
        ('Bearer realm="https://"', "cannot be read"),
        ('Bearer realm="https://t.example:port/"', "cannot be read"),
        ('Bearer realm="https://a b.example/"', "cannot be read"),
        ('Bearer realm="http://t.example/token"', "none of https"),
        ('Bearer realm="http://127.0.0.1:1/token"', "none of https"),
        ('Bearer realm="file:///etc/passwd"', "cannot be read"),
        ('Bearer realm="https://eve:secret@t.example/token"', "has a login in it"),
        (f'Bearer realm="https://t.example/{"x" * 3000}"', "cannot be read"),
        ("", "HTTP status 401"),
    ],
)
def test_a_realm_that_is_none_gets_nothing(tls: RegistryServer, header: str, words: str) -> None:
    tls.always(Fault(status=401, headers={"WWW-Authenticate": header}), "v1")
    answer = refusal(ask(tls, config=login(tls)))
    assert words in answer.reason
    assert "secret" not in answer.reason
    assert all(not seen.authorization for seen in tls.requests)


@pytest.mark.parametrize(
    ("fault", "is_outage"),
    [
        (Fault(status=500), True),
        (Fault(mode="stall"), True),
        (Fault(status=429), True),
        (Fault(status=404), False),
        (Fault(body=b"<html>"), False),
        (Fault(body=b"[]"), False),
        (Fault(body=b'{"token":17}'), False),
        (Fault(body=b'{"token":"two\\r\\nlines"}'), False),
        (Fault(body=b'{"token":"' + b"x" * 300_000 + b'"}'), False),
    ],
)
def test_a_token_server_that_gives_none_is_asked_once_a_run(fault: Fault, is_outage: bool) -> None:
    with filled(RegistryServer(auth="bearer")) as server:
        server.always(fault, "/token")
        first, second = ask(server, (TAG,), (GetManifest(reference="v2"),))
        assert refusal([first]).outage == is_outage
        assert first == second
        assert len(server.asked("/token")) == (4 if is_outage else 1)


# where credentials do not go


def test_nothing_goes_on_to_another_server(tls: RegistryServer) -> None:
    with RegistryServer(tls=tls.context) as other:
        blob = tls.add_blob(REPOSITORY, b"elsewhere")
        other.always(Fault(status=200, body=b"elsewhere"))
        tls.tokens["token-0-of-alice-with-1-scope"] = 10
        tls.script(blob, Fault())  # the 401
        tls.always(Fault(status=307, headers={"Location": f"{other.url}/{blob}"}), blob)
        (answer,) = ask(tls, (GetBlob(digest=blob),), config=login(tls))
        assert isinstance(answer, OciBytes)
        (seen,) = other.requests
        assert not seen.authorization
        assert any(seen.authorization for seen in tls.requests)
        other.always(Fault(status=401, headers={"WWW-Authenticate": 'Basic realm="mine now"'}))
        second = GetManifest(reference="v1")
        tls.always(Fault(status=302, headers={"Location": f"{other.url}/v2/x"}), "v1")
        assert "another server" in refusal(ask(tls, (second,), config=login(tls))).reason
        assert all(not seen.authorization for seen in other.requests)


def test_a_token_server_cannot_send_a_login_on(tls: RegistryServer) -> None:
    with RegistryServer(tls=tls.context) as other:
        tls.identity_tokens = {IDENTITY: "alice"}
        tls.always(Fault(status=307, headers={"Location": f"{other.url}/token"}), "/token")
        refusal(ask(tls, config=login(tls, identitytoken=IDENTITY)))
        assert not other.requests
        ask(tls, config=login(tls))
        assert all(not seen.authorization for seen in other.requests)


def test_a_realm_at_another_host_gets_the_login_of_its_own_registry_alone(tls: RegistryServer) -> None:
    with filled(RegistryServer(auth="bearer", realm=tls.realm, tls=tls.context)) as eve:
        config = {"auths": {tls.host: {"auth": PAIR}}}
        assert "no login was sent" in refusal(ask(eve, config=config)).reason
        assert all(not seen.authorization for seen in [*tls.requests, *eve.requests])


def test_over_plain_http_only_this_machine_gets_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(RegistryServer(auth="bearer", users=USERS)) as server:
        (answer,) = ask(server, config=login(server))
        assert isinstance(answer, OciBytes)
        # As if it were elsewhere: the same address, not known as this machine's.
        for room in ("registry_auth", "registry_client", "transport"):
            monkeypatch.setattr(f"supplymatrix.net.{room}.is_loopback", lambda _: False)
        before = len(server.requests)
        found = refusal(ask(server, config=login(server), plain_http=True))
        assert "over plain http" in found.reason
        assert all(not seen.authorization for seen in server.requests[before:])


def test_over_plain_http_a_token_for_everybody_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("registry_auth", "registry_client", "transport"):
        monkeypatch.setattr(f"supplymatrix.net.{room}.is_loopback", lambda _: False)
    with filled(RegistryServer(auth="bearer")) as server:
        (answer,) = ask(server, config=login(server), plain_http=True)
        assert isinstance(answer, OciBytes)
        assert {seen.authorization for seen in server.requests} == {"", "Bearer token-0-of-everybody-with-1-scope"}


def test_an_answer_that_repeats_a_login_is_not_used(tls: RegistryServer) -> None:
    tls.script(
        "v1", Fault(), Fault(body=f'{{"annotations":{{"x":"{PAIR}"}}}}'.encode(), headers={"Docker-Content-Digest": ""})
    )
    assert "repeats the login" in refusal(ask(tls, config=login(tls))).reason


def test_a_token_cannot_stand_for_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = server_context(tmp_path, monkeypatch.setenv)
    with filled(RegistryServer(auth="basic", users=USERS, tls=context)) as server:
        refusal(ask(server, config=login(server, identitytoken=IDENTITY)))
        assert all(not seen.authorization for seen in server.requests)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("repository:a/b:pull,push", ["repository:a/b:pull"]),
        ("repository:a/b:push", ["repository:own:pull"]),
        ("", ["repository:own:pull"]),
        ("aws", ["aws"]),
        (
            "repository(plugin):a:pull repository:r.example:5000/x:delete,pull",
            ["repository(plugin):a:pull", "repository:r.example:5000/x:pull"],
        ),
        ("x" * 600, ["repository:own:pull"]),
        ("s" + " s" * 50, ["s"] * 10),
    ],
)
def test_a_token_is_asked_for_reading_alone(asked: str, expected: list[str]) -> None:
    assert scopes_of(asked, "own") == expected


def test_a_login_is_shown_nowhere() -> None:
    made = Login(origin="a file", user="alice", password=PASSWORD, identity_token=IDENTITY)
    assert PASSWORD not in repr(made)
    assert IDENTITY not in repr(made)


def test_a_digest_is_checked_behind_a_login_too(tls: RegistryServer) -> None:
    blob = tls.add_blob(REPOSITORY, b"true")
    tls.script(blob, Fault(), Fault(body=b"a lie"))
    (answer,) = ask(tls, (GetBlob(digest=blob),), config=login(tls))
    assert type(answer).__name__ == "OciForged"
    assert digest_of(b"a lie") in repr(answer)
