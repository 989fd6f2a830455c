"""A message to a webhook, against a real one that fails in every way it can."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from supplymatrix.net.notify import Delivery, post
from tests.support.certificate import make_certificate
from tests.support.webhook import HANG, SECRET_PATH, Webhook

BODY = b'{"text":"hello"}'


class Pauses:
    """Stands where time.sleep does."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def send(url: str, *, limit: float = 5, pauses: Pauses | None = None, ca_file: Path | None = None) -> str:
    delivery = Delivery(url=url, body=BODY, headers={"X-Mark": "1"})
    return post(delivery, environ={}, limit=limit, pause=pauses or Pauses(), ca_file=ca_file)


def test_a_message_arrives_once_as_it_was_given() -> None:
    with Webhook() as hook:
        assert send(hook.url) == ""
    assert hook.bodies == [BODY]
    assert hook.paths == [SECRET_PATH]
    assert (hook.headers[0]["X-Mark"], hook.headers[0]["Content-Type"]) == ("1", "application/json; charset=utf-8")


@pytest.mark.parametrize("status", [201, 202, 204])
def test_every_answer_of_the_two_hundreds_will_do(status: int) -> None:
    with Webhook(status) as hook:
        assert send(hook.url) == ""


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_passing_fault_is_tried_again(status: int) -> None:
    pauses = Pauses()
    with Webhook(status, 200) as hook:
        assert send(hook.url, pauses=pauses) == ""
    assert hook.bodies == [BODY, BODY]
    assert pauses.seconds == [0.5]


def test_a_fault_that_stays_is_given_up_after_three_tries() -> None:
    pauses = Pauses()
    with Webhook(500) as hook:
        assert send(hook.url, pauses=pauses) == "HTTP status 500 (3 tries)"
    assert len(hook.bodies) == 3
    assert pauses.seconds == [0.5, 1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with Webhook(status) as hook:
        assert send(hook.url) == f"HTTP status {status}"
    assert len(hook.bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with Webhook() as other, Webhook(status, location=other.url) as hook:
        said = send(hook.url)
    assert "not followed" in said
    assert (len(hook.bodies), other.bodies) == (1, [])


def test_a_webhook_that_hangs_costs_no_more_than_the_limit() -> None:
    with Webhook(HANG) as hook:
        assert send(hook.url, limit=0.2) == "no answer within 0.2 s"


def test_no_pause_is_begun_that_would_go_beyond_the_limit() -> None:
    pauses = Pauses()
    with Webhook(500) as hook:
        assert send(hook.url, limit=0.4, pauses=pauses) == "HTTP status 500"
    assert pauses.seconds == []


def test_nobody_listening_is_told_without_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    said = send(f"http://127.0.0.1:{port}{SECRET_PATH}")
    assert said == "no connection, or it broke (ConnectError) (3 tries)"


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Webhook(tls=context) as hook:
        assert send(hook.url) == "its certificate is not one that is trusted here"
        assert hook.bodies == []
        assert send(hook.url, ca_file=certificate) == ""


def test_a_file_of_certificates_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n")
    assert send("https://127.0.0.1:1/x", ca_file=tmp_path / "ca.pem") == (
        "the file of further certificates cannot be used"
    )
