"""The steps of a proof, one by one: proven, failed with both values, or not checked with the reason; never guessed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.make_proofs import MakeProofsRequest, make_proofs
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.engine.project_run import ProjectRun, run_project
from supplymatrix.engine.prove_module import ProveRequest
from supplymatrix.engine.trace import trace_module
from supplymatrix.errors import InputError
from supplymatrix.model.trace import StepId, StepState, Trace
from supplymatrix.reports.trace_view import sum_up
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine
from tests.support.made_log import MadeLog, made_hash, module_of, path_of, write_project, write_recording

A, B, GONE = "example.com/a@v1.0.0", "example.com/b@v1.2.0", "example.com/none@v1.0.0"
LOG = MadeLog.of(A, B, filler=600)
EVIL = f"h1:{'E' * 43}="
OK, BAD, OPEN = StepState.PROVEN, StepState.FAILED, StepState.NOT_CHECKED


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def means(machine: Machine, **options: object) -> Means:
    return Means(environ=machine.environ, **{"now": NOW, **options})  # type: ignore[arg-type]  # options are its fields


def traced(machine: Machine, project: Path | None, name: str = A, **options: object) -> Trace:
    return trace_module(ProveRequest(module=module_of(name), means=means(machine, **options), project=project))


def opened(machine: Machine, project: Path, **options: object) -> ProjectRun:
    return run_project(CheckRequest(paths=(project,), means=means(machine, **options)))


def states(trace: Trace) -> list[StepState]:
    assert [step.id for step in trace.steps] == list(StepId)
    return [step.state for step in trace.steps]


def recorded(tmp_path: Path, change: Callable[[dict[str, bytes]], object] = lambda _: None) -> Path:
    answers = LOG.answers()
    change(answers)
    return write_recording(tmp_path / "recorded", answers)


def test_every_step_of_a_good_proof_has_its_bytes(machine: Machine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "svc", LOG, "", [A, B])
    trace = traced(machine, project, replay=recorded(tmp_path))
    assert states(trace) == [OK] * 6 + [OPEN]
    assert trace.exit_code == 0
    record = trace.step(StepId.RECORD).raw
    assert record == LOG.records[LOG.names.index(A)]
    assert trace.step(StepId.LEAF).raw == sha256(b"\x00" + record).digest()
    assert trace.step(StepId.ROOT).raw == LOG.tree().root()
    assert trace.step(StepId.HEAD).raw == LOG.head()
    assert trace.step(StepId.GO_SUM).raw.decode() == f"{made_hash(A)}\n{made_hash(A, go_mod=True)}\n"
    assert len(trace.step(StepId.TILES).raw) % 32 == 0
    assert "no head of an earlier run" in trace.step(StepId.HISTORY).says


def test_the_head_trusted_before_is_the_last_step(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(50)))
    machine.trust(LOG.key, LOG.head(), fetched_at=NOW - timedelta(days=9))
    with LogServer(grown.answers()) as server:
        trace = traced(machine, write_project(tmp_path / "svc", LOG, server.url, [A]))
    assert states(trace) == [OK] * 7
    assert trace.step(StepId.HISTORY).raw.startswith(LOG.head())


def test_a_changed_line_fails_in_the_first_step_with_both_values(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(A).replace(made_hash(A), EVIL)
    project = write_project(tmp_path / "svc", LOG, "", [A], go_sum=go_sum)
    trace = traced(machine, project, replay=recorded(tmp_path))
    assert states(trace) == [BAD, *[OK] * 5, OPEN]
    found = trace.step(StepId.GO_SUM).difference
    assert found is not None
    assert (found.ours, found.theirs) == (EVIL, made_hash(A))
    assert found.ours[: found.at] == found.theirs[: found.at]
    assert found.ours[found.at] != found.theirs[found.at]
    there = base64.b64decode(made_hash(A).removeprefix("h1:"))[0]
    assert found.byte == f"byte 1 of 32: 10 here, {there:02x} there"
    assert "do not build" in trace.step(StepId.GO_SUM).remedy
    assert trace.exit_code == 4


def test_a_record_that_is_not_the_logged_one_fails_at_the_leaf(machine: Machine, tmp_path: Path) -> None:
    def forge(answers: dict[str, bytes]) -> None:
        answers[path_of(A)] = answers[path_of(A)].replace(made_hash(A).encode(), EVIL.encode())

    project = write_project(tmp_path / "svc", LOG, "", [A, B])
    trace = traced(machine, project, replay=recorded(tmp_path, forge))
    assert states(trace) == [OPEN, OPEN, BAD, OPEN, OK, OK, OPEN]
    found = trace.step(StepId.LEAF).difference
    assert found is not None
    assert found.theirs == sha256(b"\x00" + LOG.records[LOG.names.index(A)]).hexdigest()
    assert trace.exit_code == 4
    assert "not proven" in trace.step(StepId.RECORD).says


def test_a_tile_that_does_not_fit_its_parent_fails_at_the_tiles(machine: Machine, tmp_path: Path) -> None:
    name = LOG.names[3]

    def forge(answers: dict[str, bytes]) -> None:
        answers["tile/8/0/000"] = answers["tile/8/0/000"][:-1] + b"\x00"

    project = write_project(tmp_path / "svc", LOG, "", [name])
    trace = traced(machine, project, name, replay=recorded(tmp_path, forge))
    assert states(trace) == [OPEN, OPEN, OPEN, BAD, OK, OK, OPEN]
    assert trace.step(StepId.TILES).difference is not None


def test_a_module_that_the_log_does_not_have_fails_at_the_record(machine: Machine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "svc", LOG, "", [A])
    trace = traced(machine, project, GONE, replay=recorded(tmp_path))
    assert states(trace) == [OPEN, BAD, OPEN, OPEN, OK, OK, OPEN]
    assert trace.exit_code == 1


def test_without_a_network_what_is_cached_is_proven_and_the_rest_is_not_checked(
    machine: Machine, tmp_path: Path
) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        traced(machine, project)
    write_project(tmp_path / "svc", LOG, server.url, [A, B])
    trace = traced(machine, project, B, offline=True)
    assert states(trace) == [OPEN, OPEN, OPEN, OPEN, OK, OK, OK]  # the head is the one that was trusted before
    assert sum_up(trace) == "3 steps proven from cache, steps 1-4 not checked"
    assert trace.exit_code == 3
    assert states(traced(machine, project, A, offline=True)) == [OK] * 7


def test_without_any_head_nothing_is_proven(machine: Machine, tmp_path: Path) -> None:
    trace = traced(machine, write_project(tmp_path / "svc", LOG, "", [A]), offline=True)
    assert states(trace) == [OPEN] * 7
    assert sum_up(trace) == "0 steps proven, steps 1-7 not checked"


def test_a_private_name_is_not_asked_for(machine: Machine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "svc", LOG, "http://127.0.0.1:9", [A, B], private=["example.com/a"])
    trace = traced(machine, project)
    assert states(trace) == [OPEN] * 7
    assert "kept from the log" in trace.step(StepId.RECORD).says
    machine.settings["GOPRIVATE"] = "example.com/none"
    assert states(traced(machine, None, GONE)) == [OPEN] * 7


def test_a_log_that_has_forked_fails_in_its_history_with_both_roots(machine: Machine, tmp_path: Path) -> None:
    forked = LOG.forked(500).grown(*(f"later.example/m{number}@v1.0.0" for number in range(9)))
    machine.trust(LOG.key, LOG.head(), fetched_at=NOW - timedelta(days=9))
    with LogServer(forked.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        trace = traced(machine, project)
        found = opened(machine, project)
    assert states(trace) == [OPEN] * 6 + [BAD]
    assert trace.exit_code == found.exit_code == 4
    assert found.audit is None
    difference = found.trace(module_of(A)).step(StepId.HISTORY).difference
    assert difference is not None
    assert difference.ours == base64.b64encode(LOG.tree().root()).decode()
    assert LOG.head() in trace.step(StepId.HISTORY).raw


def test_a_head_with_a_wrong_signature_fails_at_the_head(machine: Machine, tmp_path: Path) -> None:
    def forge(answers: dict[str, bytes]) -> None:
        answers["latest"] = answers["latest"].replace(b"\n602\n", b"\n601\n")

    project = write_project(tmp_path / "svc", LOG, "", [A])
    trace = traced(machine, project, replay=recorded(tmp_path, forge))
    assert trace.failed is not None
    assert trace.failed.id is StepId.HEAD


def test_committed_proofs_are_followed_without_asking_anybody(machine: Machine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "svc", LOG, "", [A, B])
    (made,) = make_proofs(MakeProofsRequest(paths=(project,), means=means(machine, replay=recorded(tmp_path))))
    assert made.path is not None
    assert made.data is not None
    made.path.write_bytes(made.data)
    trace = traced(machine, project, offline=True)
    assert states(trace) == [OK] * 6 + [OPEN]
    assert trace.route == "go.sum.proof"
    assert "not held against" in trace.step(StepId.HISTORY).says
    held = traced(machine, project, replay=tmp_path / "recorded")
    assert states(held) == [OK] * 7


def test_a_line_that_cannot_count_fails(machine: Machine, tmp_path: Path) -> None:
    go_sum = LOG.go_sum(A) + LOG.go_sum(A).replace(made_hash(A), EVIL)
    project = write_project(tmp_path / "svc", LOG, "", [A], go_sum=go_sum)
    trace = traced(machine, project, replay=recorded(tmp_path))
    assert trace.step(StepId.GO_SUM).state is BAD


@pytest.mark.parametrize("name", [A, B])
def test_the_steps_of_a_checked_project_are_those_of_the_module_alone(
    machine: Machine, tmp_path: Path, name: str
) -> None:
    go_sum = LOG.go_sum(A, B).replace(made_hash(B), EVIL)
    project = write_project(tmp_path / "svc", LOG, "", [A, B], go_sum=go_sum)
    replay = recorded(tmp_path)
    assert opened(machine, project, replay=replay).trace(module_of(name)) == traced(
        machine, project, name, replay=replay
    )


def test_without_a_project_the_first_step_is_not_checked(machine: Machine, tmp_path: Path) -> None:
    trace = traced(machine, None, offline=True)
    assert states(trace) == [OPEN] * 7


def test_a_workspace_of_several_projects_is_told(machine: Machine, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_project(tmp_path / name, LOG, "", [A])
    (tmp_path / "go.work").write_text("go 1.22\n\nuse (\n\t./one\n\t./two\n)\n")
    with pytest.raises(InputError, match="3 projects"):
        opened(machine, tmp_path / "go.work", offline=True)


def test_the_policy_may_be_named(machine: Machine, tmp_path: Path) -> None:
    project = write_project(tmp_path / "svc", LOG, "", [A])
    request = ProveRequest(
        module=module_of(A),
        means=means(machine, replay=recorded(tmp_path)),
        project=project,
        policy=PolicySource(file=project / "lift.toml"),
    )
    assert states(trace_module(request)) == [OK] * 6 + [OPEN]
