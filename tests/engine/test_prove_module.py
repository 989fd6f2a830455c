"""The whole chain of one module version: checked again from its own bytes, and held against go.sum."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.events import ignore_event
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.prove_module import ModuleProof, ProveRequest, prove_module
from supplymatrix.errors import SourceError, TransportError, TrustError
from supplymatrix.model.fact import ProofState
from supplymatrix.sumdb.chain import verify_chain
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.session import NotLogged
from tests.support.log_server import LogServer, Reply
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, made_hash, module_of, path_of, write_project, write_recording

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=600)
UNKNOWN = "example.com/none@v1.0.0"


def prove(machine: Machine, project: Path | None, name: str = A, **options: object) -> ModuleProof | NotLogged:
    own = {key: options.pop(key) for key in ("policy",) if key in options}
    means = Means(environ=machine.environ, **{"now": NOW, **options})  # type: ignore[arg-type]  # options are its fields
    request = ProveRequest(module=module_of(name), means=means, project=project, **own)  # type: ignore[arg-type]
    return prove_module(request, ignore_event)


def proven(answer: ModuleProof | NotLogged) -> ModuleProof:
    assert isinstance(answer, ModuleProof)
    return answer


def test_the_chain_holds_from_the_record_to_the_signed_head(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        proof = proven(prove(machine, write_project(tmp_path / "svc", LOG, server.url, [A, B])))
    verify_chain(proof.chain, [parse_verifier_key(LOG.key.verifier)])
    assert proof.chain.record.text == LOG.records[LOG.names.index(A)]
    assert (proof.chain.tree_size, proof.chain.root) == (LOG.size, LOG.tree().root())
    assert {line.state for line in proof.lines} == {ProofState.PROVEN}
    assert len(proof.lines) == 2


def test_a_line_that_differs_is_told_beside_an_intact_chain(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(A).replace(made_hash(A), f"h1:{'E' * 43}=")
    with LogServer(LOG.answers()) as server:
        proof = proven(prove(machine, write_project(tmp_path / "svc", LOG, server.url, [A], go_sum=go_sum)))
    assert [line.state for line in proof.lines] == [ProofState.DIFFERS, ProofState.PROVEN]


def test_a_module_that_go_sum_does_not_name_is_proven_all_the_same(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        proof = proven(prove(machine, write_project(tmp_path / "svc", LOG, server.url, [A]), B))
    assert proof.lines == ()


def test_a_module_that_is_not_logged_says_who_said_so(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        answer = prove(machine, write_project(tmp_path / "svc", LOG, server.url, [A]), UNKNOWN)
    assert answer == NotLogged(module=module_of(UNKNOWN), source=server.url, status=404)


def test_the_head_trusted_before_is_proven_a_part_of_the_new_one(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(50)))
    machine.trust(LOG.key, LOG.head(), fetched_at=NOW - timedelta(days=9))
    with LogServer(grown.answers()) as server:
        proof = proven(prove(machine, write_project(tmp_path / "svc", LOG, server.url, [A])))
    assert proof.chain.earlier == LOG.head()
    assert len(proof.chain.consistency) > 0
    verify_chain(proof.chain, [parse_verifier_key(LOG.key.verifier)])


def test_offline_the_chain_comes_from_the_cache(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        prove(machine, project)
        asked = len(server.paths)
        proof = proven(prove(machine, project, offline=True))
    assert len(server.paths) == asked
    assert proof.route == "cache"


def test_a_recording_is_proven_without_touching_the_machine(machine: Machine, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "recorded", LOG.answers())
    proof = proven(prove(machine, write_project(tmp_path / "svc", LOG, "", [A]), replay=recording))
    assert proof.chain.earlier is None
    assert not machine.state.exists()
    assert not machine.cache.exists()


def test_an_answer_that_does_not_fit_the_tree_is_raised(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers() | {path_of(A): LOG.forked(0).lookup(A, head=LOG.head())}) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        with pytest.raises(TrustError):
            prove(machine, project)
    assert machine.evidence() != {}


@pytest.mark.parametrize("path", ["latest", path_of(A)])
def test_without_an_answer_there_is_no_proof(machine: Machine, tmp_path: Path, path: str) -> None:
    with LogServer(LOG.answers()) as server:
        server.script(path, Reply(status=403))
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        with pytest.raises(TransportError, match="403"):
            prove(machine, project)


@pytest.mark.parametrize("setting", ["GOPRIVATE", "GONOSUMDB"])
def test_a_private_name_is_not_sent(machine: Machine, tmp_path: Path, setting: str) -> None:
    machine.settings[setting] = "example.com"
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        with pytest.raises(SourceError, match=f"withheld from the log by {setting}"):
            prove(machine, project)
    assert server.paths == []


def test_a_private_name_is_sent_when_that_is_asked_for(machine: Machine, tmp_path: Path) -> None:
    machine.settings["GOPRIVATE"] = "example.com"
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        assert isinstance(prove(machine, project, send_private=True), ModuleProof)


@pytest.mark.parametrize("send_private", [False, True])
def test_a_name_that_lift_toml_declares_private_is_never_sent(
    machine: Machine, tmp_path: Path, send_private: bool
) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A], private=["example.com"])
        with pytest.raises(SourceError, match=r"withheld from the log by lift\.toml=example\.com"):
            prove(machine, project, send_private=send_private)
    assert server.paths == []


def test_the_log_of_another_policy_is_asked_when_one_is_named(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        policy = tmp_path / "gate.toml"
        policy.write_text(f'[sources]\nsumdb = "{LOG.key.verifier} {server.url}"\n')
        project = write_project(tmp_path / "svc", LOG, "http://127.0.0.1:9", [A])
        assert isinstance(prove(machine, project, policy=PolicySource(file=policy)), ModuleProof)
