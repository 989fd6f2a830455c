"""The registry client against a registry that gives in, refuses, lies, loops and stalls."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.errors import InputError, SourceError, SupplymatrixError
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    GetReferrers,
    ImageReference,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.net.registry import RegistrySource, Search, drive_search, drive_searches, registry_source
from supplymatrix.net.registry_client import run_searches
from supplymatrix.net.transport import TimeOuts
from tests.support.certificate import make_certificate, server_context
from tests.support.registry_server import INDEX, MANIFEST, Fault, Mode, RegistryServer, digest_of

REPOSITORY = "team/app"
DATA = b'{"schemaVersion":2,"layers":[]}'
DIGEST = digest_of(DATA)
OTHER = digest_of(b"another")
TAG = GetManifest(reference="v1")
QUICK = TimeOuts(connect=1, read=0.15, whole=5)

Asks = tuple[OciAsk, ...]
Answers = tuple[OciAnswer, ...]


def asking(*rounds: Asks) -> Search[list[OciAnswer]]:
    """Ask one round after the other, and return all answers."""
    answers: list[OciAnswer] = []
    for asks in rounds:
        answers += yield asks
    return answers


def source_of(
    server: RegistryServer | str,
    environ: Mapping[str, str] | None = None,
    **means: Any,  # noqa: ANN401 - as `registry_source` takes them
) -> RegistrySource:
    host = server if isinstance(server, str) else server.host
    reference = ImageReference(registry=host, repository=REPOSITORY, tag="v1")
    return registry_source(reference, environ=environ or {}, **means)


def ask(server: RegistryServer | str, *asks: OciAsk, **means: Any) -> list[OciAnswer]:  # noqa: ANN401
    """Ask all at once, without real pauses between tries."""

    async def no_pause(_: float) -> None:
        return

    search = run_searches([(asking(asks), source_of(server, **means))], time_outs=QUICK, pause=no_pause)
    (found,) = asyncio.run(search)
    assert isinstance(found, list)
    return found


@pytest.fixture
def server() -> Generator[RegistryServer]:
    with RegistryServer() as made:
        made.add_manifest(REPOSITORY, DATA, MANIFEST, "v1")
        made.add_blob(REPOSITORY, b"a blob")
        yield made


def refer(server: RegistryServer, count: int) -> list[str]:
    """Store manifests that refer to the image, and return their digests in order."""
    made = (json.dumps({"number": number, "subject": {"digest": DIGEST}}).encode() for number in range(count))
    return sorted(server.add_manifest(REPOSITORY, data) for data in made)


# what is there


def test_a_tag_a_digest_and_a_blob_come_back_with_digest_type_and_source(server: RegistryServer) -> None:
    blob = digest_of(b"a blob")
    found = drive_search(asking((TAG,), (GetManifest(reference=DIGEST), GetBlob(digest=blob))), source_of(server))
    manifest = OciBytes(data=DATA, digest=DIGEST, media_type=MANIFEST, source=server.url)
    assert found == [
        manifest,
        manifest,
        OciBytes(data=b"a blob", digest=blob, media_type="application/octet-stream", source=server.url),
    ]


def test_manifests_of_oci_and_of_docker_are_asked_for(server: RegistryServer) -> None:
    ask(server, TAG)
    (seen,) = server.asked("manifests")
    kinds = seen.headers["accept"].split(", ")
    assert {INDEX, MANIFEST, "application/vnd.docker.distribution.manifest.v2+json"} <= set(kinds)


@pytest.mark.parametrize(
    "what", [TAG, GetManifest(reference="v2"), GetManifest(reference=OTHER), GetBlob(digest=OTHER)]
)
def test_what_is_not_there_is_absent_and_asked_once(what: OciAsk) -> None:
    with RegistryServer() as server:
        assert ask(server, what) == [OciAbsent(source=server.url)]
        assert len(server.requests) == 2  # the look at what the server speaks, and the question


def test_what_is_asked_twice_is_fetched_once_also_by_two_searches(server: RegistryServer) -> None:
    asks = (GetBlob(digest=digest_of(b"a blob")), TAG)
    rounds = asks, (GetManifest(reference=DIGEST), *asks)
    searches = [(asking(*rounds), source_of(server)) for _ in range(3)]
    found = drive_searches(searches)
    assert found[0] == found[1] == found[2]
    assert len(server.asked("blobs")) == 1
    assert len(server.asked("manifests")) == 1  # by its digest it is known from the tag


def test_a_search_that_fails_does_not_stop_the_others(server: RegistryServer) -> None:
    def failing() -> Search[list[OciAnswer]]:
        yield (TAG,)
        raise SourceError("as the test has it")

    first, second = drive_searches([(failing(), source_of(server)), (asking((TAG,)), source_of(server))])
    assert isinstance(first, SourceError)
    assert isinstance(second, list)
    with pytest.raises(SourceError, match="as the test has it"):
        drive_search(failing(), source_of(server))


def test_a_digest_of_another_kind_is_checked_by_its_own_algorithm(
    server: RegistryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.net.registry_client._LONG_HASH", 1)  # in a thread, as large ones are
    data = b"long digest"
    right, wrong = (f"sha512:{hashlib.sha512(text).hexdigest()}" for text in (data, b"?"))
    for digest in (right, wrong):
        server.blobs[REPOSITORY][digest] = data
    found = ask(server, GetBlob(digest=right), GetBlob(digest=wrong))
    assert found[0] == OciBytes(data=data, digest=right, media_type="application/octet-stream", source=server.url)
    assert found[1] == OciForged(wanted=wrong, found=right, source=server.url)


@pytest.mark.parametrize(
    "what",
    [
        GetManifest(reference="../../v2/other/manifests/v1"),
        GetManifest(reference="sha256:abc"),
        GetManifest(reference=""),
        GetBlob(digest="md5:d41d8cd98f00b204e9800998ecf8427e"),
        GetBlob(digest=DIGEST.upper()),
        GetReferrers(digest="v1"),
        GetReferrers(digest=f"{DIGEST}\n"),
    ],
)
def test_what_can_be_no_name_is_never_put_into_an_address(server: RegistryServer, what: OciAsk) -> None:
    (answer,) = ask(server, what)
    assert isinstance(answer, OciUnavailable)
    assert not answer.outage
    assert not server.requests


@pytest.mark.parametrize(
    ("registry", "repository"),
    [
        ("", "app"),
        ("user:password@registry.example", "app"),
        ("registry.example/other", "app"),
        ("registry.example", "App"),
        ("registry.example", "../app"),
        ("registry.example", "app?x=1"),
        ("registry.example:99999999", "app"),
        ("registry.example:70000", "app"),
        ("[1:2:3]", "app"),
        ("[::1]:0", "app"),
        ("999.999.999.999", "app"),
        ("1.2.3.4.5:x", "app"),
        ("registry.example", "a" * 300),
    ],
)
def test_a_registry_that_cannot_be_is_refused_at_once(registry: str, repository: str) -> None:
    with pytest.raises(InputError):
        registry_source(ImageReference(registry=registry, repository=repository), environ={})


# offline


def test_offline_nothing_is_asked_and_no_http_client_loaded() -> None:
    script = """
import socket, sys
def refuse(*_, **__): raise SystemExit("a socket was opened")
socket.socket = refuse
from supplymatrix.model.oci import GetManifest, ImageReference
from supplymatrix.net.registry import drive_search, registry_source
def search():
    return (yield (GetManifest(reference="v1"), GetManifest(reference="v2")))
source = registry_source(ImageReference(registry="registry.example", repository="app"), environ={}, offline=True)
first, second = drive_search(search(), source)
assert first == second and "offline" in first.reason and "cosign save" in first.remedy, first
assert not {"httpx", "asyncio", "ssl"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_offline_a_search_goes_on_with_what_it_is_told() -> None:
    found = drive_search(asking((TAG,), (TAG, TAG)), source_of("registry.example", offline=True))
    assert len(found) == 3
    assert {type(answer) for answer in found} == {OciUnavailable}

    def failing() -> Search[None]:
        yield (TAG,)
        raise SourceError("as the test has it")

    with pytest.raises(SourceError):
        drive_search(failing(), source_of("registry.example", offline=True))


def test_offline_and_online_searches_may_be_of_one_run(server: RegistryServer) -> None:
    sources = [source_of(server), source_of(server, offline=True)]
    online, offline = drive_searches([(asking((TAG,)), source) for source in sources])
    assert isinstance(online, list)
    assert isinstance(online[0], OciBytes)
    assert isinstance(offline, list)
    assert isinstance(offline[0], OciUnavailable)


# lies


@pytest.mark.parametrize("what", [GetManifest(reference=DIGEST), GetBlob(digest=digest_of(b"a blob"))])
def test_a_body_that_is_not_what_it_was_asked_by_is_forged(server: RegistryServer, what: OciAsk) -> None:
    server.always(Fault(body=b'{"schemaVersion":2}'))
    (answer,) = ask(server, what)
    wanted = what.reference if isinstance(what, GetManifest) else what.digest
    assert answer == OciForged(wanted=wanted, found=digest_of(b'{"schemaVersion":2}'), source=server.url)
    assert len(server.asked(wanted)) == 1  # a lie is not asked for again


def test_a_tag_whose_digest_is_another_than_the_registry_says_is_forged(server: RegistryServer) -> None:
    server.always(Fault(headers={"Docker-Content-Digest": OTHER}), "v1")
    assert ask(server, TAG) == [OciForged(wanted=OTHER, found=DIGEST, source=server.url)]


@pytest.mark.parametrize("said", ["", "what?", "sha256:short"])
def test_a_registry_need_not_say_a_tags_digest(server: RegistryServer, said: str) -> None:
    server.always(Fault(headers={"Docker-Content-Digest": said}), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciBytes)
    assert answer.digest == DIGEST


@pytest.mark.parametrize(("said", "told"), [
    ("application/vnd.oci.image.index.v1+json; charset=utf-8", INDEX),
    ("TEXT/plain", "text/plain"),
    ("\x1b[31mred", ""),
    ("", ""),
    ("a/b" * 200, ""),
])  # fmt: skip
def test_the_media_type_is_told_as_it_came_or_not_at_all(server: RegistryServer, said: str, told: str) -> None:
    server.always(Fault(headers={"Content-Type": said}), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciBytes)
    assert answer.media_type == told


@pytest.mark.parametrize("what", [TAG, GetManifest(reference=DIGEST), GetBlob(digest=digest_of(b"a blob"))])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=200, body=b"  \n<!DOCTYPE html><p>Please log in", headers={"Docker-Content-Digest": ""}),
        Fault(status=200, body=b"hello", headers={"Content-Type": "text/html", "Docker-Content-Digest": ""}),
        Fault(status=200, body=b"", headers={"Docker-Content-Digest": ""}),
        Fault(mode="cut-off"),
    ],
    ids=["page", "html", "empty", "cut-off"],
)
def test_a_page_or_half_an_answer_is_no_answer_and_no_lie(server: RegistryServer, what: OciAsk, fault: Fault) -> None:
    server.always(fault)
    (answer,) = ask(server, what)
    assert isinstance(answer, OciUnavailable), answer
    assert answer.outage
    assert answer.remedy


# limits


def test_more_than_a_question_allows_is_no_answer(server: RegistryServer) -> None:
    digest = server.add_blob(REPOSITORY, bytes(5000))
    found = ask(server, GetBlob(digest=digest, limit=4999), GetBlob(digest=digest, limit=5000))
    assert isinstance(found[0], OciUnavailable)
    assert "longer than 4999 bytes" in found[0].reason
    assert (found[0].is_too_long, found[0].source) == (True, server.url)
    assert isinstance(found[1], OciBytes)
    (late,) = drive_search(asking((GetBlob(digest=digest),), (GetBlob(digest=digest, limit=7),)), source_of(server))[1:]
    assert isinstance(late, OciUnavailable)


@pytest.mark.parametrize("mode", ["endless", "huge-length"])
def test_a_manifest_without_end_is_cut_off(server: RegistryServer, mode: Mode) -> None:
    server.always(Fault(mode=mode), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciUnavailable)
    assert "longer than 4194304 bytes" in answer.reason
    assert not answer.outage


def test_a_search_ends_when_its_time_is_over(server: RegistryServer) -> None:
    server.always(Fault(mode="stall"), "v1")
    (answer,) = drive_search(asking((TAG,)), source_of(server, seconds=0.1))
    assert isinstance(answer, OciUnavailable)
    assert answer.outage
    assert "within 0.1 s" in answer.reason


def test_what_may_be_large_has_more_time(server: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.net.registry_client._LARGE", 1000)
    monkeypatch.setattr("supplymatrix.net.registry_client._SLOWEST", 100)
    small, large = (server.add_blob(REPOSITORY, data) for data in (b"small", b"large"))
    asks = (GetBlob(digest=small, limit=1000), GetBlob(digest=large, limit=1001))
    search = run_searches([(asking(asks), source_of(server))], time_outs=TimeOuts(whole=0.0001))
    (found,) = asyncio.run(search)
    assert isinstance(found, list)
    assert isinstance(found[0], OciUnavailable)
    assert "within 0.0001 s" in found[0].reason
    assert isinstance(found[1], OciBytes)
    (late,) = drive_search(asking((asks[1],)), source_of(server, seconds=0))
    assert isinstance(late, OciBytes)


def test_a_search_may_not_ask_for_ever(server: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.net.registry_client._MOST_ASKS", 3)
    found = ask(server, *[GetManifest(reference=f"v{number}") for number in range(5)])
    assert [isinstance(answer, OciUnavailable) for answer in found] == [False, False, False, True, True]
    monkeypatch.setattr("supplymatrix.net.registry_client._MOST_IN_ALL", 10)
    answers = drive_search(asking((TAG,), (GetBlob(digest=digest_of(b"a blob")),)), source_of(server))
    assert isinstance(answers[1], OciUnavailable)
    assert not server.asked("blobs")


# faults that pass, and that do not


@pytest.mark.parametrize(
    "fault",
    [Fault(status=429, headers={"Retry-After": "1"}), Fault(status=500), Fault(status=503), Fault(mode="reset"),
     Fault(mode="truncate"), Fault(mode="stall"), Fault(mode="drip")],
    ids=lambda fault: f"{fault.mode}-{fault.status}",
)  # fmt: skip
def test_a_passing_fault_is_tried_again_and_an_outage_in_the_end(server: RegistryServer, fault: Fault) -> None:
    server.script("v1", fault, fault)
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciBytes)
    assert len(server.asked("v1")) == 3
    server.always(fault, "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciUnavailable)
    assert answer.outage
    assert "network" in answer.remedy
    assert len(server.asked("v1")) == 7


def test_a_registry_that_is_gone_is_an_outage() -> None:
    with RegistryServer() as server:
        host = server.host
    (answer,) = ask(host, TAG)
    assert isinstance(answer, OciUnavailable)
    assert answer.outage


@pytest.mark.parametrize("status", [403, 418, 451])
def test_a_refusal_is_told_and_not_repeated(server: RegistryServer, status: int) -> None:
    server.always(Fault(status=status), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciUnavailable)
    assert f"HTTP status {status}" in answer.reason
    assert answer.remedy
    assert not answer.outage
    assert len(server.asked("v1")) == 1


# redirects


def test_blobs_may_lie_elsewhere_and_are_checked_all_the_same(server: RegistryServer) -> None:
    with RegistryServer() as other:
        right, wrong = digest_of(b"a blob"), server.add_blob(REPOSITORY, b"another blob")
        other.script(right, Fault(status=200, body=b"a blob"))
        other.script(wrong, Fault(status=200, body=b"a trick"))
        for digest in (right, wrong):
            server.always(Fault(status=307, headers={"Location": f"{other.url}/{digest}"}), digest)
        good, bad = ask(server, GetBlob(digest=right), GetBlob(digest=wrong))
    assert isinstance(good, OciBytes)
    assert good.source == other.url
    assert bad == OciForged(wanted=wrong, found=digest_of(b"a trick"), source=other.url)


def test_a_loop_ends(server: RegistryServer) -> None:
    server.always(Fault(status=302, headers={"Location": "/v2/team/app/manifests/v1"}), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciUnavailable)
    assert "more than 5 times" in answer.reason
    assert len(server.asked("v1")) == 6


def test_nothing_goes_on_from_https_to_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RegistryServer() as plain, RegistryServer(tls=server_context(tmp_path, monkeypatch.setenv)) as server:
        server.always(Fault(status=302, headers={"Location": f"{plain.url}/v2/x"}), "v1")
        (answer,) = ask(server, TAG)
        assert isinstance(answer, OciUnavailable)
        assert "from https to" in answer.reason
        assert not plain.requests


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://", "https://[", "javascript:alert(1)", "\\\\x"])
def test_a_redirect_to_no_address_is_no_answer(server: RegistryServer, location: str) -> None:
    server.always(Fault(status=302, headers={"Location": location}), "v1")
    (answer,) = ask(server, TAG)
    assert isinstance(answer, OciUnavailable | OciAbsent)


# http and https


def test_a_registry_on_this_machine_is_asked_as_it_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RegistryServer(tls=server_context(tmp_path, monkeypatch.setenv)) as server:
        server.add_manifest(REPOSITORY, DATA, MANIFEST, "v1")
        (answer,) = ask(server, TAG)
        assert isinstance(answer, OciBytes)
        assert answer.source == f"https://{server.host}"


def test_a_companys_certificate_is_taken_from_ca_file(tmp_path: Path) -> None:
    import ssl

    file = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with RegistryServer(tls=context) as server:
        server.add_manifest(REPOSITORY, DATA, MANIFEST, "v1")
        (untrusted,), (trusted,) = ask(server, TAG), ask(server, TAG, ca_file=file)
    assert isinstance(untrusted, OciUnavailable)
    assert "--ca-file" in untrusted.remedy
    assert isinstance(trusted, OciBytes)


def test_plain_http_is_used_where_it_is_asked_for() -> None:
    (secure,), (plain,) = (ask("registry.invalid", TAG, plain_http=plain) for plain in (False, True))
    assert isinstance(secure, OciUnavailable)
    assert secure.reason.startswith("https://registry.invalid/")
    assert isinstance(plain, OciUnavailable)
    assert plain.reason.startswith("http://registry.invalid/")


def test_the_hub_is_asked_at_its_own_host_and_its_images_lie_in_library() -> None:
    reference = ImageReference(registry="docker.io", repository="alpine", tag="3")
    source = registry_source(reference, environ={"HTTPS_PROXY": "http://127.0.0.1:9"})
    search = run_searches(
        [(asking((GetManifest(reference="3"),)), source)], time_outs=QUICK, pause=lambda _: asyncio.sleep(0)
    )
    (found,) = asyncio.run(search)
    assert isinstance(found, list)
    (answer,) = found
    assert isinstance(answer, OciUnavailable)
    assert answer.reason.startswith("https://registry-1.docker.io/v2/library/alpine/manifests/3:")


# referrers


@pytest.mark.parametrize("page", [0, 1, 3])
def test_referrers_come_from_all_pages_as_one_index(server: RegistryServer, page: int) -> None:
    digests, server.page = refer(server, 7), page
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciBytes)
    index = json.loads(answer.data)
    assert [entry["digest"] for entry in index["manifests"]] == digests
    assert (answer.media_type, index["mediaType"]) == (INDEX, INDEX)
    assert answer.digest == digest_of(answer.data)
    assert len(server.asked("referrers")) == (-(-7 // page) if page else 1)


def test_nothing_refers_is_a_list_and_no_question_is_absent(server: RegistryServer) -> None:
    (empty,) = ask(server, GetReferrers(digest=OTHER))
    assert isinstance(empty, OciBytes)
    assert json.loads(empty.data)["manifests"] == []
    server.referrers = False
    assert ask(server, GetReferrers(digest=OTHER)) == [OciAbsent(source=server.url)]


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(status=status) for status in (400, 404, 405, 406, 501)),
        Fault(status=303, headers={"Location": "https://pages.example/packages"}),
        Fault(status=200, body=b"<html>Sign in"),
    ],
    ids=lambda fault: str(fault.status),
)
def test_a_registry_that_does_not_know_the_question_has_many_words_for_it(server: RegistryServer, fault: Fault) -> None:
    server.always(fault, DIGEST)
    assert ask(server, GetReferrers(digest=DIGEST)) == [OciAbsent(source=server.url)]
    assert len(server.asked("referrers")) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(body=b"[]"), "no image index"),
        (Fault(body=b'{"manifests":{}}'), "no image index"),
        (Fault(body=b"{"), "no JSON"),
        (Fault(body=b"[" * 100_000), "no JSON"),
        (Fault(headers={"OCI-Filters-Applied": "artifactType"}), "not whole"),
        (Fault(headers={"Link": '</v2/team/app/nothing?start=1>; rel="next"'}), "lacks its next page"),
        (Fault(headers={"Link": '<https://other.example/v2/x>; rel="next"'}), "another server"),
        (Fault(headers={"Link": "<//other.example/v2/x>; rel=next"}), "another server"),
        (Fault(headers={"Link": "<//r.example:port/>; rel=next"}), "cannot be read"),
        (Fault(headers={"Link": '</elsewhere>; rel="next"'}), "another server"),
        (Fault(headers={"Link": f'</v2/team/app/referrers/{DIGEST}>; rel="next"'}), "comes back"),
    ],
)
def test_a_list_that_is_not_whole_is_no_list(server: RegistryServer, fault: Fault, words: str) -> None:
    refer(server, 2)
    server.always(fault, DIGEST)
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciUnavailable), answer
    assert words in answer.reason


def test_a_list_without_end_is_given_up(server: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> None:
    refer(server, 8)
    server.page = 1
    monkeypatch.setattr("supplymatrix.net.registry_answers._MOST_PAGES", 5)
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciUnavailable)
    assert len(server.asked("referrers")) == 5
    monkeypatch.setattr("supplymatrix.net.registry_answers._MOST_PAGES", 100)
    monkeypatch.setattr("supplymatrix.net.registry_answers._MOST_LIST", 500)
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciUnavailable)
    assert "longer" in answer.reason


@pytest.mark.parametrize(
    "link",
    [
        "<{path}?start=1>; rel=next",
        '<?start=1>; title="a, b"; rel="prev next"',
        '<{path}?start=0>; rel="first", <{path}?start=1>; rel="next"',
        '<http://127.0.0.1{path}?start=1>; rel="next"',
    ],
)
def test_the_next_page_is_found_in_every_form_of_its_header(server: RegistryServer, link: str) -> None:
    digests = refer(server, 2)
    server.page = 1
    path = f"/v2/team/app/referrers/{DIGEST}"
    server.script(DIGEST, Fault(headers={"Link": link.format(path=path)}))
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciBytes), answer
    assert [entry["digest"] for entry in json.loads(answer.data)["manifests"]] == digests
    assert len(server.asked("referrers")) == 2


def test_an_empty_list_may_be_null(server: RegistryServer) -> None:
    server.always(Fault(body=b'{"schemaVersion":2,"manifests":null}'), DIGEST)
    (answer,) = ask(server, GetReferrers(digest=DIGEST))
    assert isinstance(answer, OciBytes)
    assert json.loads(answer.data)["manifests"] == []


def test_errors_of_ours_are_told_from_faults(server: RegistryServer) -> None:
    with pytest.raises(SupplymatrixError):
        drive_search(asking((TAG,)), source_of(server, ca_file=Path("/no/such/file.pem")))
