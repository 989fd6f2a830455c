"""What the doctor says of machines in good and in bad health."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.bug_report import render_bug_report
from supplymatrix.engine.doctor import DoctorRequest, Line, Mark, Terminal, examine
from supplymatrix.engine.doctor_network import ask_servers
from supplymatrix.net.head_file import HeadFile, SavedHead
from supplymatrix.sumdb.known import GO_LOG_KEY
from supplymatrix.sumdb.note import parse_verifier_key
from tests.support.certificate import make_certificate
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine
from tests.support.made_log import LogKey, MadeLog, make_key

UTF8 = Terminal(encoding="utf-8", is_terminal=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, GOENV="off")


def lines_of(machine: Machine, topic: str, *, now: datetime = NOW, terminal: Terminal = UTF8) -> list[Line]:
    found = examine(DoctorRequest(environ=machine.environ, now=now, terminal=terminal))
    return [line for line in found if line.topic == topic]


def line_of(machine: Machine, topic: str, *, now: datetime = NOW) -> Line:
    (line,) = lines_of(machine, topic, now=now)
    return line


def test_a_new_machine_has_nothing_broken(machine: Machine) -> None:
    found = examine(DoctorRequest(environ=machine.environ, now=NOW, terminal=UTF8))
    assert [line for line in found if line.mark in (Mark.BROKEN, Mark.LOOK)] == []


def test_nothing_is_made_on_the_machine(machine: Machine) -> None:
    examine(DoctorRequest(environ=machine.environ, now=NOW, terminal=UTF8))
    assert list(machine.home.iterdir()) == []
    assert not machine.cache.exists()
    assert not machine.state.exists()


def test_whatever_is_not_well_comes_with_what_to_do(machine: Machine) -> None:
    machine.settings |= {"GOPROXY": "ftp://x", "SUPPLYMATRIX_JOBS": "x", "HTTPS_PROXY": "::", "SSL_CERT_FILE": "/none"}
    machine.state.write_bytes(b"")
    found = examine(DoctorRequest(environ=machine.environ, now=NOW - timedelta(days=900), terminal=UTF8))
    broken = [line for line in found if line.mark is Mark.BROKEN]
    assert {line.topic for line in broken} == {"settings", "state", "clock", "route", "proxy", "certificates"}
    assert all(line.remedy for line in broken)


def test_a_broken_settings_file_is_told_with_its_line(machine: Machine) -> None:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text("\n[rules]\n", encoding="utf-8")
    line = line_of(machine, "settings")
    assert line.mark is Mark.BROKEN
    assert f"{file}:2:" in line.text


def test_a_settings_file_in_use_is_named(machine: Machine) -> None:
    file = machine.home / ".config" / "supplymatrix" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text("network.jobs = 2\n", encoding="utf-8")
    assert str(file) in line_of(machine, "settings").text


def test_a_machine_without_a_home_is_told_where_to_name_one() -> None:
    found = examine(DoctorRequest(environ={}, now=NOW, terminal=UTF8))
    (state,) = [line for line in found if line.topic == "state"]
    assert (state.mark, "SUPPLYMATRIX_STATE_DIR" in state.remedy) == (Mark.BROKEN, True)


def test_a_damaged_cache_can_be_looked_at_and_cleared(machine: Machine) -> None:
    machine.cache.mkdir()
    (machine.cache / "sumdb-sum.golang.org+033de0ae.v1.sqlite").write_bytes(b"no database" * 100)
    line = line_of(machine, "cache")
    assert (line.mark, line.remedy) == (Mark.LOOK, "supplymatrix cache clear")


def test_a_cache_in_use_is_counted(machine: Machine, log_key: LogKey) -> None:
    machine.put_in_cache(log_key, {"tile/8/0/000": b"x"})
    assert "1 answers" in line_of(machine, "cache").text


@pytest.fixture
def log_key() -> LogKey:
    return make_key("sum.example")


def test_a_young_head_is_well(machine: Machine, log_key: LogKey) -> None:
    machine.trust(log_key, b"note\n")
    line = line_of(machine, "trusted head", now=NOW + timedelta(days=2))
    assert (line.mark, "2026-11-24 12:00" in line.text) == (Mark.OK, True)


def test_a_head_of_last_season_should_be_renewed(machine: Machine, log_key: LogKey) -> None:
    machine.trust(log_key, b"note\n")
    assert line_of(machine, "trusted head", now=NOW + timedelta(days=31)).mark is Mark.LOOK


def test_a_head_from_the_future_tells_of_a_wrong_clock(machine: Machine, log_key: LogKey) -> None:
    machine.trust(log_key, b"note\n")
    line = line_of(machine, "trusted head", now=NOW - timedelta(hours=1))
    assert (line.mark, "clock" in line.remedy) == (Mark.LOOK, True)


def test_a_head_of_the_log_that_the_log_did_not_sign_is_broken(machine: Machine) -> None:
    verifier = parse_verifier_key(GO_LOG_KEY)
    head = SavedHead(note=b"go.sum database tree\n1\nx\n\n", fetched_at=NOW)
    assert HeadFile(machine.state, verifier.name, verifier.key_hash).replace(None, head) is None
    line = line_of(machine, "trusted head")
    assert (line.mark, "not signed by the log" in line.text) == (Mark.BROKEN, True)


def test_a_damaged_head_file_is_broken(machine: Machine, log_key: LogKey) -> None:
    machine.state.mkdir()
    machine.head_file(log_key).path.write_bytes(b"x")
    line = line_of(machine, "trusted head")
    assert (line.mark, "backup" in line.remedy) == (Mark.BROKEN, True)


def test_a_head_file_with_an_odd_name_is_left_alone(machine: Machine) -> None:
    machine.state.mkdir()
    (machine.state / "x.head").write_bytes(b"")
    assert line_of(machine, "trusted head").mark is Mark.OPEN


def test_kept_evidence_is_not_forgotten(machine: Machine) -> None:
    (machine.state / "evidence" / "2026-11-24-abc").mkdir(parents=True)
    assert "what.txt" in line_of(machine, "evidence").remedy


def test_go_is_known_by_its_files_and_never_run(machine: Machine, tmp_path: Path) -> None:
    root = tmp_path / "go"
    (root / "bin").mkdir(parents=True)
    (root / "pkg" / "tool").mkdir(parents=True)
    (root / "VERSION").write_text("go1.26.8\ntime 2026-01-01\n", encoding="utf-8")
    go = root / "bin" / "go"
    go.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n", encoding="utf-8")
    go.chmod(0o755)
    machine.settings["PATH"] = str(go.parent)
    line = line_of(machine, "go")
    assert (line.mark, line.text) == (Mark.OK, f"go1.26.8 in {root}")
    assert not (tmp_path / "was-run").exists()


def test_a_goroot_without_go_should_be_looked_at(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOROOT"] = str(tmp_path)
    assert line_of(machine, "go").mark is Mark.LOOK


def test_the_route_names_servers_and_no_secrets(machine: Machine) -> None:
    machine.settings["GOPROXY"] = "https://ada:s3cret@one.example/t0ken,https://two.example|direct"
    text = line_of(machine, "route").text
    assert text.startswith("asked in turn: https://one.example, then https://two.example, then the log itself")


def test_a_gosumdb_that_is_not_followed_is_told_without_its_password(machine: Machine) -> None:
    machine.settings["GOSUMDB"] = "https://ada:s3cret@log.example"
    line = line_of(machine, "GOSUMDB")
    assert (line.mark, "s3cret" in line.text) == (Mark.LOOK, False)


def test_a_goauth_that_go_refuses_is_broken(machine: Machine) -> None:
    machine.settings["GOAUTH"] = "git"
    assert line_of(machine, "GOAUTH").mark is Mark.BROKEN


def test_what_the_disk_refuses_to_tell_is_told(machine: Machine) -> None:
    machine.settings["SSL_CERT_FILE"] = "/" + "a" * 5000
    line = line_of(machine, "certificates")
    assert (line.mark, "refuses" in line.text) == (Mark.BROKEN, True)


def test_a_company_certificate_is_looked_into(machine: Machine, tmp_path: Path) -> None:
    machine.settings["SUPPLYMATRIX_CA_FILE"] = str(make_certificate(tmp_path))
    assert line_of(machine, "certificates").mark is Mark.OK


def test_a_company_certificate_that_is_none_is_broken(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    machine.settings["SUPPLYMATRIX_CA_FILE"] = str(tmp_path / "ca.pem")
    assert line_of(machine, "certificates").mark is Mark.BROKEN


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", Mark.OK), ("UTF8", Mark.OK), ("ascii", Mark.LOOK), ("", Mark.LOOK)]
)
def test_a_terminal_should_be_utf8(machine: Machine, encoding: str, mark: Mark) -> None:
    (line,) = lines_of(machine, "terminal", terminal=Terminal(encoding=encoding, is_terminal=True))
    assert line.mark is mark


def ask(machine: Machine, key: LogKey, server: LogServer, ca_file: Path | None = None) -> list[tuple[bool, str, str]]:
    environ = {**machine.environ, "GOPROXY": server.url}
    return ask_servers(environ, ca_file, key=key.verifier, log_name="sum.example")


def served(key: LogKey, head: bytes) -> dict[str, bytes]:
    return {"sumdb/sum.example/supported": b"", "sumdb/sum.example/latest": head}


def test_a_signed_head_from_a_proxy_is_well_and_names_who_answered(machine: Machine, log_key: LogKey) -> None:
    head = MadeLog.of("a", key=log_key).head()
    with LogServer(served(log_key, head)) as server:
        route, answer = ask(machine, log_key, server)
        assert server.paths == ["sumdb/sum.example/supported", "sumdb/sum.example/latest"]
    assert (route[0], answer[0]) == (True, True)
    assert server.url in answer[1]


def test_nothing_is_kept_of_what_servers_say(machine: Machine, log_key: LogKey) -> None:
    with LogServer(served(log_key, MadeLog.of("a", key=log_key).head())) as server:
        ask(machine, log_key, server)
    assert not machine.state.exists()
    assert not machine.cache.exists()


def test_a_login_page_in_place_of_the_log_is_noticed(machine: Machine, log_key: LogKey) -> None:
    with LogServer(served(log_key, b"<html>log in</html>")) as server:
        _, (fit, text, remedy) = ask(machine, log_key, server)
    assert (fit, server.url in text, bool(remedy)) == (False, True, True)


def test_a_head_that_somebody_else_signed_is_noticed(machine: Machine, log_key: LogKey) -> None:
    other = make_key("sum.example", bytes(32))
    with LogServer(served(log_key, MadeLog.of("a", key=other).head())) as server:
        _, (fit, text, remedy) = ask(machine, log_key, server)
    assert (fit, "not signed by the log" in text, server.url in remedy) == (False, True, True)


def test_a_server_that_is_down_is_told_with_its_name(machine: Machine, log_key: LogKey) -> None:
    with LogServer({}) as server:
        url = server.url
    ((fit, text, remedy),) = ask(machine, log_key, server)
    assert (fit, url in text, bool(remedy)) == (False, True, True)


def test_a_certificate_that_nobody_knows_is_told(machine: Machine, log_key: LogKey, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = make_certificate(tmp_path)
    context.load_cert_chain(pem)
    with LogServer(served(log_key, MadeLog.of("a", key=log_key).head()), tls=context) as server:
        unknown = ask(machine, log_key, server)
        known = ask(machine, log_key, server, ca_file=pem)
    assert ([told[0] for told in unknown], [told[0] for told in known]) == ([False], [True, True])
    assert "CERTIFICATE" in unknown[0][1].upper()


def test_a_proxy_with_no_head_is_told(machine: Machine, log_key: LogKey) -> None:
    with LogServer({"sumdb/sum.example/supported": b""}) as server:
        _, (fit, text, _) = ask(machine, log_key, server)
    assert (fit, "no head of the log" in text) == (False, True)


def test_an_answer_that_is_refused_is_told(machine: Machine, log_key: LogKey) -> None:
    with LogServer({"sumdb/sum.example/supported": b""}) as server:
        server.script("sumdb/sum.example/latest", Reply(status=403), Reply(status=403), Reply(status=403))
        _, (fit, text, _) = ask(machine, log_key, server)
    assert (fit, "403" in text) == (False, True)


def test_a_bug_report_is_the_same_each_time(machine: Machine, log_key: LogKey) -> None:
    machine.trust(log_key, b"note\n")
    texts = {
        render_bug_report(
            examine(DoctorRequest(environ=machine.environ, now=NOW + timedelta(hours=hours), terminal=UTF8)),
            machine.environ,
        )
        for hours in (1, 2)
    }
    assert len(texts) == 1
    assert datetime.now(UTC).isoformat()[:13] not in texts.pop()


def test_a_bug_report_is_made_of_a_broken_machine_too(machine: Machine) -> None:
    machine.settings["SUPPLYMATRIX_JOBS"] = "x"
    text = render_bug_report(examine(DoctorRequest(environ=machine.environ, now=NOW, terminal=UTF8)), machine.environ)
    assert "cannot be used: SUPPLYMATRIX_JOBS" in text


def test_a_bug_report_has_no_path_below_a_server(machine: Machine) -> None:
    line = Line(mark=Mark.BROKEN, topic="network", text="https://p.example/t0ken/x: HTTP status 401", remedy="")
    assert "https://p.example/…" in render_bug_report([line], machine.environ)
