"""The main job over a real connection: everything proven, as little asked as can be, and the cache never believed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.engine.events import Progress
from supplymatrix.model.fact import ProofState
from supplymatrix.model.verdict import Outcome
from supplymatrix.sumdb.note import sign_note
from tests.support.child import loaded_modules
from tests.support.log_server import LogServer
from tests.support.machine import Machine, codes_of, rules_of, states_of
from tests.support.made_log import MadeLog, make_key, path_of, tiles_of, write_project

pytestmark = pytest.mark.slow

NAMES = ("example.com/a@v1.0.0", "example.com/B/v2@v2.1.0", "example.com/c@v0.0.0-20240102030405-abcdefabcdef")
LOG = MadeLog.of(*NAMES, filler=600)
DAY = timedelta(days=1)


def test_a_cold_run_proves_every_line(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert audit.verdict.outcome is Outcome.PASS
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert len(states_of(audit)) == 2 * len(NAMES)


def test_a_cold_run_asks_for_each_path_once(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert set(server.counts.values()) == {1}
    assert {path for path in server.paths if path.startswith("lookup/")} == {path_of(name) for name in NAMES}


def test_upper_case_in_a_module_path_is_asked_for_escaped(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert "lookup/example.com/!b/v2@v2.1.0" in server.paths


def test_the_report_names_the_log_its_key_its_head_and_what_was_asked(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert audit.log is not None
    assert (audit.log.name, audit.log.tree_size) == ("log.example", LOG.size)
    assert f"+{audit.log.key_hash}+" in LOG.key.verifier
    assert audit.log.pinned_by_policy
    assert audit.log.requests == len(server.paths)
    assert server.url in audit.log.route


def test_the_first_use_of_a_log_is_told_and_the_second_is_not(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        assert "first-use" in codes_of(machine.check(project))
        assert "first-use" not in codes_of(machine.check(project, refresh=True))


def test_progress_reaches_the_number_of_module_versions(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    last = [event for event in machine.events if isinstance(event, Progress)][-1]
    assert (last.done, last.total) == (len(NAMES), len(NAMES))


def test_a_second_run_within_the_day_asks_nothing(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        asked = len(server.paths)
        audit = machine.check(project, later=DAY - timedelta(seconds=1))
        assert len(server.paths) == asked
    assert audit.verdict.outcome is Outcome.PASS
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


@pytest.mark.parametrize("later", [DAY, -timedelta(seconds=1)], ids=["a-day-later", "a-clock-set-back"])
def test_a_head_that_is_not_young_is_asked_for_again(machine: Machine, tmp_path: Path, later: timedelta) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        machine.check(project, later=later)
    assert server.counts["latest"] == 2


def test_refresh_asks_for_a_head_though_the_trusted_one_is_young(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        machine.check(project, refresh=True)
    assert server.counts["latest"] == 2


def test_a_young_head_that_does_not_cover_a_new_module_is_replaced(machine: Machine, tmp_path: Path) -> None:
    grown = LOG.grown("example.com/new@v1.0.0")
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    with LogServer(grown.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", grown, server.url, [*NAMES, "example.com/new@v1.0.0"]))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert machine.trusted(LOG.key) == grown.head()


@pytest.mark.parametrize("more", [1, 300, 66_000], ids=lambda more: f"{more}-records-later")
def test_a_warm_run_from_an_older_trusted_head_asks_at_most_ten_times(
    machine: Machine, tmp_path: Path, more: int
) -> None:
    grown = LOG.grown(*(f"later.example/m{number}@v1.0.0" for number in range(more)))
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    # Of the records that came later nobody asks for one: the tiles and the head are all that a warm run needs.
    tree = grown.tree()
    with LogServer({"latest": grown.head(), **tiles_of(tree)}) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES), later=2 * DAY)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert len(server.paths) <= 10
    assert machine.trusted(LOG.key) == grown.head()


def test_a_run_of_many_modules_asks_for_a_few_tiles_beyond_its_look_ups(machine: Machine, tmp_path: Path) -> None:
    names = [f"many.example/m{number}@v1.0.{number}" for number in range(400)]
    log = MadeLog.of(*names, filler=1000)
    with LogServer(log.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", log, server.url, names))
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    tiles = [path for path in server.paths if path.startswith("tile/")]
    assert len(server.paths) == 1 + len(names) + len(tiles)
    assert len(tiles) <= len(log.answers()) - len(log.names) - 1
    assert server.highest_in_flight <= 16


def test_jobs_bounds_the_requests_in_flight(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES), jobs=1)
    assert server.highest_in_flight == 1


def test_offline_proves_from_the_cache_and_asks_nothing(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        asked = len(server.paths)
        audit = machine.check(project, offline=True, later=400 * DAY)
        assert len(server.paths) == asked
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert audit.log is not None
    assert audit.log.route == "cache"


def test_offline_with_nothing_cached_is_incomplete_and_says_what_to_do(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES), offline=True)
    assert server.paths == []
    assert audit.verdict.exit_code == 3
    assert {gap.remedy for gap in audit.verdict.gaps} == {"run once without --offline"}


def test_offline_leaves_a_gap_for_what_is_not_cached_and_proves_the_rest(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES[:1]))
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES), offline=True)
    assert audit.verdict.outcome is Outcome.INCOMPLETE
    assert set(states_of(audit)) == {NAMES[0], f"{NAMES[0]}/go.mod"}


def test_offline_loads_no_http_client_no_screen_and_no_schema_library(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
    code = f"from supplymatrix.cli.main import run; raise SystemExit(run(['check', '--offline', {str(project)!r}]))"
    loaded = loaded_modules(code, {"PATH": "", **machine.environ})
    assert "supplymatrix.net.cache" in loaded
    unwanted = {"httpx", "httpcore", "anyio", "asyncio", "ssl", "textual", "rich", "sigstore", "cyclonedx", "pydantic"}
    assert unwanted & loaded == set()


def test_a_cached_record_that_was_changed_is_not_believed_and_asked_for_again(machine: Machine, tmp_path: Path) -> None:
    lie = LOG.with_record(NAMES[0], b"example.com/a v1.0.0 h1:lie=\nexample.com/a v1.0.0/go.mod h1:lie=\n")
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
        machine.put_in_cache(LOG.key, {path_of(NAMES[0]): lie.lookup(NAMES[0], head=LOG.head())})
        asked = len(server.paths)
        audit = machine.check(project, refresh=True)
        assert path_of(NAMES[0]) in server.paths[asked:]
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


def test_offline_a_cached_record_that_was_changed_is_a_gap_and_no_finding(machine: Machine, tmp_path: Path) -> None:
    lie = LOG.with_record(NAMES[0], b"example.com/a v1.0.0 h1:lie=\nexample.com/a v1.0.0/go.mod h1:lie=\n")
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        machine.check(project)
    machine.put_in_cache(LOG.key, {path_of(NAMES[0]): lie.lookup(NAMES[0], head=LOG.head())})
    audit = machine.check(project, offline=True)
    assert audit.verdict.outcome is Outcome.INCOMPLETE
    assert NAMES[0] not in states_of(audit)


def test_a_cached_tile_that_was_changed_is_asked_for_again(machine: Machine, tmp_path: Path) -> None:
    first = LOG.names[0]
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [first])
        machine.check(project)
        machine.put_in_cache(LOG.key, {"tile/8/0/000": bytes(8192)})
        audit = machine.check(project, refresh=True)
    assert server.counts["tile/8/0/000"] == 2
    assert set(states_of(audit).values()) == {ProofState.PROVEN}


def test_what_is_not_proven_is_not_cached(machine: Machine, tmp_path: Path) -> None:
    answers = LOG.answers()
    answers[path_of(NAMES[0])] = b"<html>please log in</html>"
    with LogServer(answers) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert path_of(NAMES[0]) not in machine.cached(LOG.key, LOG.answers())
    assert path_of(NAMES[1]) in machine.cached(LOG.key, LOG.answers())


def test_a_second_signature_of_an_unknown_key_changes_nothing(machine: Machine, tmp_path: Path) -> None:
    witness = make_key("witness.example", bytes(32))
    text, _, signature = LOG.head().decode().rpartition("\n\n")
    extra = sign_note(f"{text}\n", [witness.signing]).decode().rpartition("\n\n")[2]
    answers = LOG.answers() | {"latest": f"{text}\n\n{signature}{extra}".encode()}
    with LogServer(answers) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES))
    assert audit.verdict.outcome is Outcome.PASS


def test_an_empty_go_sum_asks_the_log_for_nothing(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, NAMES, go_sum=""))
    assert server.paths == []
    assert "SM101" in rules_of(audit)
