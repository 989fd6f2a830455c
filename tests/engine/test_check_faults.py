"""A log that fails, or is not reached: a finding only where somebody said "not here", a gap everywhere else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.errors import InputError
from supplymatrix.model.audit import Audit
from supplymatrix.model.fact import LineProof, ProofState
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine, codes_of, rules_of, states_of
from tests.support.made_log import MadeLog, made_hash, make_key, path_of, tiles_of, write_project

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=300)
AT_ONCE = {"Retry-After": "0"}


def check_with(machine: Machine, tmp_path: Path, path: str, *replies: Reply) -> Audit:
    """Check with a log that answers `path` as told, and everything else truly."""
    with LogServer(LOG.answers()) as server:
        server.script(path, *replies)
        return machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))


@pytest.mark.parametrize("status", [404, 410])
def test_not_in_the_log_is_a_finding_that_names_who_answered(machine: Machine, tmp_path: Path, status: int) -> None:
    with LogServer(LOG.answers()) as server:
        server.script(path_of(B), Reply(status=status))
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))
    assert (audit.verdict.exit_code, rules_of(audit)) == (1, {"SM102"})
    assert states_of(audit)[B] is ProofState.NOT_IN_LOG
    said = {proof.answered_by for proof in audit.facts.of(LineProof) if proof.state is ProofState.NOT_IN_LOG}
    assert said == {f"{server.url} (HTTP {status})"}


FAULTS = [
    pytest.param(Reply(status=500, headers=AT_ONCE), 4, id="500"),
    pytest.param(Reply(status=503, headers=AT_ONCE), 4, id="503"),
    pytest.param(Reply(status=429, headers=AT_ONCE), 4, id="429"),
    pytest.param(Reply(status=403), 1, id="403"),
    pytest.param(Reply(status=204), 1, id="204"),
    pytest.param(Reply(body=b"<!DOCTYPE html><title>Sign in</title>\n\n<p>wifi</p>\n"), 1, id="html"),
    pytest.param(Reply(body=b""), 1, id="nothing"),
    pytest.param(Reply(body=b"1\nexample.com/b v1.2.0 h1:short"), 1, id="cut-off"),
    pytest.param(Reply(mode="huge-length"), 1, id="huge"),
    pytest.param(Reply(mode="endless"), 1, id="endless"),
    pytest.param(Reply(headers={"Content-Encoding": "gzip"}), 1, id="compressed"),
    pytest.param(Reply(status=302, headers={"Location": "ftp://example.com/"}), 1, id="odd-redirect"),
]


@pytest.mark.parametrize(("reply", "times"), FAULTS)
def test_a_look_up_without_a_usable_answer_is_a_gap(machine: Machine, tmp_path: Path, reply: Reply, times: int) -> None:
    audit = check_with(machine, tmp_path, path_of(B), *[reply] * times)
    assert audit.verdict.exit_code == 3
    assert states_of(audit) == {A: ProofState.PROVEN, f"{A}/go.mod": ProofState.PROVEN}
    assert rules_of(audit) == set()
    assert {gap.subject for gap in audit.verdict.gaps} == {B}


@pytest.mark.parametrize(("reply", "times"), FAULTS)
def test_without_a_usable_head_everything_is_a_gap(machine: Machine, tmp_path: Path, reply: Reply, times: int) -> None:
    audit = check_with(machine, tmp_path, "latest", *[reply] * times)
    assert audit.verdict.exit_code == 3
    assert states_of(audit) == {}
    assert machine.trusted(LOG.key) is None


@pytest.mark.parametrize("reply", [Reply(mode="reset"), Reply(mode="truncate")], ids=["reset", "truncated"])
def test_a_fault_that_passes_is_tried_again_and_costs_nothing(machine: Machine, tmp_path: Path, reply: Reply) -> None:
    audit = check_with(machine, tmp_path, path_of(B), reply)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


@pytest.mark.parametrize(
    "reply", [Reply(status=404), Reply(body=b"short"), Reply(body=bytes(64)), Reply(status=403)], ids=repr
)
def test_a_tile_that_cannot_be_had_is_a_gap_of_what_needs_it(machine: Machine, tmp_path: Path, reply: Reply) -> None:
    first = LOG.names[0]
    with LogServer(LOG.answers()) as server:
        server.script("tile/8/0/000", reply)
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [first, A]))
    assert audit.verdict.exit_code == 3
    assert set(states_of(audit)) == {A, f"{A}/go.mod"}


def test_partial_tiles_that_a_log_no_longer_serves_are_read_from_the_full_ones(
    machine: Machine, tmp_path: Path
) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(300)))
    full = {path: data for path, data in tiles_of(grown.tree()).items() if ".p/" not in path}
    level_1 = {path: data for path, data in LOG.answers().items() if path.startswith("tile/8/1/")}
    lookups = {path: data for path, data in LOG.answers().items() if not path.startswith("tile/")}
    with LogServer({**lookups, **level_1, **full}) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


def test_a_server_that_is_not_there_is_a_gap(machine: Machine, tmp_path: Path) -> None:
    with LogServer({}) as server:
        url = server.url
    audit = machine.check(write_project(tmp_path / "svc", LOG, url, [A, B]))
    assert audit.verdict.exit_code == 3
    assert rules_of(audit) == set()


def test_a_trusted_head_and_a_server_that_fails_are_a_gap(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        machine.check(project)
        server.always(Reply(status=403))
        audit = machine.check(project, later=timedelta(days=2))
    assert audit.verdict.exit_code == 3
    assert any("--offline" in text for text in machine.messages)


@pytest.mark.parametrize("wish", ["off", "other.example+12345678+AAAA", "a b c", " "])
def test_gosumdb_never_turns_the_log_off_or_chooses_another(machine: Machine, tmp_path: Path, wish: str) -> None:
    machine.settings["GOSUMDB"] = wish
    go_sum = LOG.go_sum(A, B).replace(made_hash(A), f"h1:{'E' * 43}=")
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B], go_sum=go_sum))
    assert audit.verdict.exit_code == 4
    assert audit.log is not None
    assert (audit.log.name, audit.log.key_hash) == (LOG.key.name, LOG.key.verifier.split("+")[1])
    (note,) = [note for note in audit.verdict.notes if note.code == "gosumdb-not-followed"]
    assert LOG.key.name in note.message


def test_what_go_asks_by_itself_is_no_news_where_the_policy_pins_a_log(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOSUMDB"] = "sum.golang.org"
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A]))
    assert audit.log is not None
    assert (audit.log.name, audit.log.pinned_by_policy) == (LOG.key.name, True)
    assert "gosumdb-not-followed" not in codes_of(audit)


def test_gosumdb_may_name_an_address_for_the_log_of_the_policy(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.settings["GOSUMDB"] = f"{LOG.key.verifier} {server.url}"
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert "gosumdb-not-followed" not in codes_of(audit)


def test_an_address_for_another_key_of_the_same_name_is_not_asked(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as wrong, LogServer(LOG.answers()) as right:
        other = make_key(LOG.key.name, bytes(32))
        machine.settings |= {"GOSUMDB": f"{other.verifier} {wrong.url}"}
        machine.check(write_project(tmp_path / "svc", LOG, right.url, [A, B]))
    assert wrong.paths == []


def proxied(answers: dict[str, bytes]) -> LogServer:
    """Return a module proxy that also answers for the log."""
    return LogServer({"supported": b"", **answers}, prefix=f"sumdb/{LOG.key.name}")


def proxy_url(server: LogServer) -> str:
    return server.url.removesuffix(f"/sumdb/{LOG.key.name}")


def test_a_proxy_that_supports_the_log_is_asked_for_everything(machine: Machine, tmp_path: Path) -> None:
    with proxied(LOG.answers()) as proxy:
        machine.settings["GOPROXY"] = f"{proxy_url(proxy)},direct"
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert proxy.paths[0] == "supported"
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert audit.log is not None
    assert proxy_url(proxy) in audit.log.route
    assert "GOPROXY" in audit.log.route


def test_a_proxy_without_the_log_passes_the_question_on(machine: Machine, tmp_path: Path) -> None:
    with LogServer({}) as first, proxied(LOG.answers()) as second:
        machine.settings["GOPROXY"] = f"{first.url},{proxy_url(second)}"
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert first.paths == [f"sumdb/{LOG.key.name}/supported"]
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


def test_a_proxy_that_fails_ends_the_chain_at_a_comma(machine: Machine, tmp_path: Path) -> None:
    with LogServer({}) as first, proxied(LOG.answers()) as second:
        first.always(Reply(status=403))
        machine.settings["GOPROXY"] = f"{first.url},{proxy_url(second)}"
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert second.paths == []
    assert audit.verdict.exit_code == 3


def test_a_proxy_that_fails_is_passed_over_at_a_bar(machine: Machine, tmp_path: Path) -> None:
    with LogServer({}) as first, proxied(LOG.answers()) as second:
        first.always(Reply(status=403))
        machine.settings["GOPROXY"] = f"{first.url}|{proxy_url(second)}"
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


def test_a_proxy_that_forges_an_answer_is_found_out(machine: Machine, tmp_path: Path) -> None:
    with proxied(LOG.answers() | {path_of(A): LOG.forked(0).lookup(A, head=LOG.head())}) as proxy:
        machine.settings["GOPROXY"] = proxy_url(proxy)
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    assert rules_of(audit) == {"SM111"}


def test_a_goproxy_that_cannot_be_read_is_an_input_error(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOPROXY"] = "gopher://old.example"
    with pytest.raises(InputError, match="GOPROXY"):
        machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))


def test_credentials_of_a_proxy_are_shown_nowhere(machine: Machine, tmp_path: Path) -> None:
    with proxied(LOG.answers()) as proxy:
        machine.settings["GOPROXY"] = proxy_url(proxy).replace("http://", "http://user:hunter2@")
        audit = machine.check(write_project(tmp_path / "svc", LOG, "", [A, B]))
    told = repr(audit.verdict) + repr(audit.log) + repr(machine.events)
    assert "hunter2" not in told
    assert audit.verdict.exit_code == 3


def test_a_policy_file_may_pin_the_log_too(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, "http://127.0.0.1:9", [A, B])
        policy = tmp_path / "gate.toml"
        policy.write_text(f'[sources]\nsumdb = "{LOG.key.verifier} {server.url}"\n')
        audit = machine.check(project, policy=PolicySource(file=policy))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
