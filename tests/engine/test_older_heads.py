"""Look-ups come under older heads than the pinned one: what that costs, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from supplymatrix.model.fact import ProofState
from tests.support.log_server import LogServer
from tests.support.machine import Machine, codes_of, states_of
from tests.support.made_log import MadeLog, path_of, tiles_of, write_project, write_recording

NAMES = tuple(f"example.com/m{number}@v1.0.0" for number in range(40))
LOG = MadeLog.of(*NAMES, filler=9000).grown(*(f"later.example/n{number}@v1.0.0" for number in range(1500)))


def _answers() -> dict[str, bytes]:
    """Return what a service serves that keeps each look-up under the head of its day."""
    served = {"latest": LOG.head(), **tiles_of(LOG.tree())}
    for number, name in enumerate(NAMES):
        served[path_of(name)] = LOG.lookup(name, head=LOG.head(9100 + 31 * number))
    return served


ANSWERS = _answers()


def test_offline_right_after_a_first_run_proves_all_that_it_proved(machine: Machine, tmp_path: Path) -> None:
    with LogServer(ANSWERS) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        first = machine.check(project)
        asked = len(server.paths)
        offline = machine.check(project, offline=True)
        assert len(server.paths) == asked
    assert set(states_of(first).values()) == {ProofState.PROVEN}
    assert states_of(offline) == states_of(first)
    assert not offline.facts.gaps


def test_a_second_run_within_the_day_asks_nothing_though_older_heads_wait(machine: Machine, tmp_path: Path) -> None:
    with LogServer(ANSWERS) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        asked = len(server.paths)
        second = machine.check(project, later=timedelta(hours=1))
        assert len(server.paths) == asked
    assert set(states_of(second).values()) == {ProofState.PROVEN}


def test_heads_that_were_not_compared_are_told_online_and_offline(machine: Machine, tmp_path: Path) -> None:
    with LogServer(ANSWERS) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        assert "older-heads-not-compared" in codes_of(machine.check(project))
        assert "older-heads-not-compared" in codes_of(machine.check(project, offline=True))


def test_a_recording_needs_no_tiles_of_older_heads(machine: Machine, tmp_path: Path) -> None:
    with LogServer(ANSWERS) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    asked = {path: ANSWERS[path] for path in server.paths if path in ANSWERS}
    recording = write_recording(tmp_path / "recording", asked)
    replayed = machine.check(tmp_path / "svc", replay=recording)
    assert set(states_of(replayed).values()) == {ProofState.PROVEN}
    assert "older-heads-not-compared" in codes_of(replayed)
