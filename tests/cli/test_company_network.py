"""The whole program in a company's network: four proxies explained, and no password in anything that is written.

Each proxy is a real https server on loopback. After every run stdout, stderr, all reports and every file of the machine
(cache, state, evidence, home) are searched for the secrets, as they are and in base64.
"""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.support.certificate import make_certificate
from tests.support.forward_proxy import ForwardProxy
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, path_of, write_project

pytestmark = pytest.mark.slow

NAMES = ("example.com/a@v1.0.0", "example.com/B@v1.2.0")
LOG = MadeLog.of(*NAMES, filler=300)
BELOW = "sumdb/log.example/"
SERVED = {f"{BELOW}{path}": data for path, data in {"supported": b"", **LOG.answers()}.items()}
USER, SECRET = "build-robot", "correct-horse-battery"
BASIC = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
OF_NETRC = "staple-in-the-netrc-file"
OF_PROXY = "forward-proxy-password"


class Company:
    """A machine in a company's network, and a project on it whose log is found by GOPROXY."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder)
        self.certificate = make_certificate(folder)
        self.folder = folder
        self.project = write_project(folder / "svc", LOG, "", NAMES)
        self.reports = folder / "reports"
        self.reports.mkdir()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate)

    def proxy(self, answers: dict[str, bytes], *, wants_login: bool = False) -> LogServer:
        """Return a proxy; with `wants_login`, one that answers 401 to everybody else than USER."""
        admits = (lambda head: f"Authorization: Basic {BASIC}" in head) if wants_login else None
        return LogServer(answers, tls=self.tls, admits=admits)

    def check(self, proxy: LogServer | None, *, login: str = f"{USER}:{SECRET}@", **environ: str) -> Run:
        """Run `check` with three reports, and search everything for secrets."""
        if proxy is not None:
            environ["GOPROXY"] = proxy.url.replace("https://", f"https://{login}")
        formats = [f"--format={kind}={self.reports / kind}" for kind in ("text", "json", "sarif")]
        environ = {"SSL_CERT_FILE": str(self.certificate), "SUPPLYMATRIX_DEBUG": "1", **environ}
        done = self.machine.run("check", str(self.project), "-v", "--format=text", *formats, cwd=None, **environ)
        run = Run(done, {path.name: path.read_text() for path in self.reports.iterdir()})
        self.search(done.stdout.encode(), done.stderr.encode())
        return run

    def search(self, *outputs: bytes) -> None:
        """Fail when a secret stands in one of these, or in a file that the program may have written."""
        secrets = [SECRET, OF_NETRC, OF_PROXY, BASIC]
        secrets += [base64.b64encode(f"{USER}:{each}".encode()).decode() for each in (OF_NETRC, OF_PROXY)]
        places = {f"output {number}": data for number, data in enumerate(outputs)}
        for folder in (self.machine.cache, self.machine.state, self.machine.home, self.reports):
            files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".netrc")
            places |= {f"{path}": path.read_bytes() + str(path).encode() for path in files}
        found = [(name, each) for name, data in places.items() for each in secrets if each.encode() in data]
        assert found == []


class Run:
    """What a run came to. reports: by format."""

    def __init__(self, done: subprocess.CompletedProcess[str], reports: dict[str, str]) -> None:
        self.code, self.reports = done.returncode, reports
        self.words = " ".join(f"{done.stdout} {done.stderr}".split())


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_a_proxy_that_needs_a_login_gets_the_one_of_goproxy(company: Company) -> None:
    with company.proxy(SERVED, wants_login=True) as proxy:
        run = company.check(proxy)
        assert run.code == 0, run.words
        assert {line["state"] for line in json.loads(run.reports["json"])["go_sum"]} == {"proven"}
        assert all(BASIC in head for head in proxy.headers)


def test_a_proxy_that_needs_a_login_gets_the_one_of_the_netrc_file(company: Company) -> None:
    with company.proxy(SERVED, wants_login=True) as proxy:
        machine = proxy.url.removeprefix("https://")
        (company.machine.home / ".netrc").write_text(f"machine {machine} login {USER} password {SECRET}\n")
        assert company.check(proxy, login="").code == 0


def test_a_proxy_that_needs_a_login_which_nobody_gave_is_explained(company: Company) -> None:
    with company.proxy(SERVED, wants_login=True) as proxy:
        run = company.check(proxy, login="")
        assert run.code == 3
        assert f"{proxy.url}/{BELOW}supported: HTTP status 401; no credentials were sent" in run.words
        assert f"there is no netrc file {company.machine.home}/.netrc" in run.words
        assert "user and password in GOPROXY" in run.words
        assert len(proxy.paths) == 1


def test_a_login_that_is_not_accepted_is_explained(company: Company) -> None:
    with company.proxy(SERVED, wants_login=True) as proxy:
        machine = proxy.url.removeprefix("https://")
        (company.machine.home / ".netrc").write_text(f"machine {machine} login {USER} password {OF_NETRC}\n")
        run = company.check(proxy, login="")
        assert run.code == 3
        assert "credentials were sent, from the netrc file" in run.words
        assert "and were not accepted" in run.words


def test_a_proxy_that_redirects_to_a_host_that_wants_a_login_is_explained_with_both_hosts(company: Company) -> None:
    with company.proxy(SERVED) as proxy, company.proxy(SERVED, wants_login=True) as other:
        for path in SERVED:
            proxy.script(path, Reply(status=302, headers={"Location": f"{other.url}/{path}"}))
        run = company.check(proxy)
        assert run.code == 3
        assert f"{proxy.url} redirects to {other.url}, which answers HTTP status 401" in run.words
        assert BASIC in proxy.headers[0]
        assert all("Authorization" not in head for head in other.headers)


def test_a_proxy_that_redirects_to_an_open_host_proves_all_without_sending_the_login_on(company: Company) -> None:
    with company.proxy(SERVED) as proxy, company.proxy(SERVED) as other:
        for path in SERVED:
            proxy.script(path, Reply(status=307, headers={"Location": f"{other.url}/{path}"}))
        assert company.check(proxy).code == 0
        assert other.headers
        assert all("Authorization" not in head for head in other.headers)


def test_a_proxy_without_the_log_and_no_other_way_is_explained(company: Company) -> None:
    with (
        company.proxy({}, wants_login=True) as proxy,
        ForwardProxy(proxy.url, refusal="HTTP/1.1 403 Blocked by policy") as firewall,
    ):
        way_out = f"http://{USER}:{OF_PROXY}@{firewall.address}"
        run = company.check(proxy, HTTPS_PROXY=way_out)
        assert run.code == 3
        assert f"{proxy.url} does not serve log.example (HTTP status 404 for /{BELOW}supported)" in run.words
        assert f"the proxy {firewall.url} made no connection to https://log.example" in run.words
        assert "`supplymatrix prove`" in run.words
        assert firewall.asked == ["log.example:443"]


def test_a_proxy_that_tampers_is_an_alarm_that_names_it(company: Company) -> None:
    forged = {**SERVED}
    true = made_hash(NAMES[0]).encode()
    forged[BELOW + path_of(NAMES[0])] = LOG.lookup(NAMES[0]).replace(true, b"h1:" + b"E" * 43 + b"=")
    with company.proxy(forged, wants_login=True) as proxy:
        run = company.check(proxy)
        assert run.code == 4
        assert f"not what {proxy.url} answered" in run.words
        assert company.machine.evidence()


def test_a_proxy_that_answers_with_what_it_was_sent_is_believed_in_nothing(company: Company) -> None:
    echoing = {**SERVED}
    echoing[BELOW + path_of(NAMES[0])] = LOG.lookup(NAMES[0]) + f"— {SECRET} AAAAAAAA\n".encode()
    with company.proxy(echoing, wants_login=True) as proxy:
        run = company.check(proxy)
        assert run.code == 3
        assert "repeats the credentials that were sent" in run.words


def test_a_login_page_instead_of_the_log_is_explained(company: Company) -> None:
    page = dict.fromkeys(SERVED, f"<!DOCTYPE html><form action='/login?hint={BASIC[:6]}'>".encode())
    with company.proxy(page) as proxy:
        run = company.check(proxy)
        assert run.code == 3
        assert f"{proxy.url} answers latest with an HTML page" in run.words


def test_a_certificate_of_the_company_that_is_not_known_is_explained(company: Company) -> None:
    with company.proxy(SERVED) as proxy:
        run = company.check(proxy, SSL_CERT_FILE="")
        assert run.code == 3
        assert "SUPPLYMATRIX_CA_FILE" in run.words


def test_a_password_over_plain_http_is_refused_before_it_is_sent(company: Company) -> None:
    with LogServer(SERVED) as proxy:
        run = company.check(None, GOPROXY=proxy.url.replace("http://", f"http://{USER}:{SECRET}@"))
        assert run.code == 3
        assert "credentials are not sent without https" in run.words
        assert proxy.paths == []


def test_a_proxy_that_needs_a_login_gets_the_one_of_a_program_of_goauth(company: Company) -> None:
    helper = company.folder / "helper.sh"
    helper.write_text('#!/bin/sh\nprintf "%s\\n\\nAuthorization: Basic %s\\n\\n" "$1" "$2"\n')
    helper.chmod(0o700)
    with company.proxy(SERVED, wants_login=True) as proxy:
        assert company.check(proxy, login="", GOAUTH=f"{helper} {proxy.url} {BASIC}").code == 0


def test_a_password_of_a_program_that_is_not_accepted_is_explained(company: Company) -> None:
    helper = company.folder / "helper.sh"
    helper.write_text('#!/bin/sh\nprintf "%s\\n\\nAuthorization: Basic %s\\n\\n" "$1" "$2"\n')
    helper.chmod(0o700)
    with company.proxy(SERVED, wants_login=True) as proxy:
        wrong = base64.b64encode(f"{USER}:{OF_NETRC}".encode()).decode()
        run = company.check(proxy, login="", GOAUTH=f"{helper} {proxy.url} {wrong}")
        assert run.code == 3
        assert "credentials were sent, from command 1 of GOAUTH" in run.words


def test_a_goauth_that_cannot_be_read_is_refused_without_showing_it(company: Company) -> None:
    with company.proxy(SERVED) as proxy:
        run = company.check(proxy, GOAUTH=f"off;helper --token={OF_NETRC}")
        assert run.code == 2
        assert "GOAUTH" in run.words


def test_the_search_for_secrets_finds_one(company: Company) -> None:
    company.machine.state.mkdir()
    (company.machine.state / "log.sqlite").write_bytes(b"\0" + BASIC.encode())
    with pytest.raises(AssertionError):
        company.search()
    (company.machine.state / "log.sqlite").unlink()
    with pytest.raises(AssertionError):
        company.search(f"https://{USER}:{SECRET}@proxy.example".encode())
