"""`--record`: what a run has proven, replayed, gives the same verdict; and the folder is nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.log_access import LogAccess, ask_log
from supplymatrix.engine.lookups import LogChoice, LogRun
from supplymatrix.engine.means import Means
from supplymatrix.engine.record import record_run
from supplymatrix.errors import InputError
from supplymatrix.gomod.goenv import resolve_settings
from supplymatrix.model.audit import Audit
from supplymatrix.model.verdict import Outcome
from supplymatrix.sumdb.note import parse_verifier_key
from supplymatrix.sumdb.session import LogSession
from tests.support.log_server import LogServer, Reply, read_folder
from tests.support.machine import NOW, Machine, rules_of, states_of
from tests.support.made_log import MadeLog, made_hash, make_key, module_of, path_of, write_project

pytestmark = pytest.mark.slow

NAMES = (*(f"example.com/m{number}@v1.0.0" for number in range(5)), "example.com/Upper@v1.0.0")
LOG = MadeLog.of(*NAMES, filler=600)
NOT_LOGGED = "example.com/unknown@v1.0.0"


def run_of(machine: Machine, url: str, names: tuple[str, ...] = NAMES) -> LogRun:
    """Ask the log as a check does."""
    choice = LogChoice(verifier=parse_verifier_key(LOG.key.verifier), url=url)
    access = LogAccess(choice=choice, settings=resolve_settings({}), means=Means(environ=machine.environ, now=NOW))
    return ask_log(access, [module_of(name) for name in names])


def record(folder: Path, run: LogRun) -> str:
    return record_run(folder, LogChoice(verifier=parse_verifier_key(LOG.key.verifier)), run)


def told(audit: Audit) -> tuple[object, ...]:
    return audit.verdict.outcome, rules_of(audit), states_of(audit)


def test_a_recording_replayed_gives_the_same_verdict(machine: Machine, tmp_path: Path) -> None:
    folder, project = tmp_path / "recorded", tmp_path / "svc"
    evil = LOG.go_sum(*NAMES).replace(made_hash(NAMES[2]), f"h1:{'E' * 43}=")
    with LogServer(LOG.answers()) as server:
        write_project(project, LOG, server.url, NAMES, go_sum=evil + f"{NOT_LOGGED.replace('@', ' ')} h1:{'A' * 43}=\n")
        online = machine.check(project)
        record(folder, run_of(machine, server.url, (*NAMES, NOT_LOGGED)))
    (tmp_path / "other").mkdir()
    replayed = Machine(tmp_path / "other").check(project, replay=folder)
    assert told(replayed) == told(online)
    assert replayed.verdict.outcome is Outcome.ALARM
    assert replayed.log is not None
    assert online.log is not None
    assert replayed.log.root == online.log.root


def test_a_run_that_was_answered_from_the_cache_records_the_same_bytes(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        record(tmp_path / "one", run_of(machine, server.url))
        asked = len(server.paths)
        record(tmp_path / "two", run_of(machine, server.url))
        assert len(server.paths) == asked, "the second run had all from the cache"
    assert read_folder(tmp_path / "one") == read_folder(tmp_path / "two")


def test_a_log_that_grows_in_mid_run_is_recorded_under_its_last_head(machine: Machine, tmp_path: Path) -> None:
    answers = LOG.answers()
    grown = LOG.grown("example.com/later@v1.0.0")
    with LogServer({**answers, **grown.answers(), "latest": answers["latest"]}) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        record(tmp_path / "recorded", run_of(machine, server.url))
    audit = machine.check(project, replay=tmp_path / "recorded")
    assert audit.verdict.outcome is Outcome.PASS
    assert audit.log is not None
    assert audit.log.tree_size == grown.size


def test_what_had_no_answer_stays_unknown_in_the_replay(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        server.script(path_of(NAMES[0]), Reply(status=403))
        record(tmp_path / "recorded", run_of(machine, server.url))
    audit = machine.check(project, replay=tmp_path / "recorded")
    assert audit.verdict.outcome is Outcome.INCOMPLETE
    assert "SM102" not in rules_of(audit)


def test_without_a_head_nothing_is_written(tmp_path: Path) -> None:
    run = LogRun(answers={}, session=LogSession([parse_verifier_key(LOG.key.verifier)]))
    assert "nothing was recorded" in record(tmp_path / "recorded", run)
    assert not (tmp_path / "recorded").exists()


def test_an_earlier_recording_is_replaced_without_a_trace(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        record(tmp_path / "one", run_of(machine, server.url))
        (tmp_path / "one" / "notes.md").write_text("mine")
        record(tmp_path / "one", run_of(machine, server.url, NAMES[:1]))
        record(tmp_path / "two", run_of(machine, server.url, NAMES[:1]))
    one = read_folder(tmp_path / "one")
    assert one.pop("notes.md") == b"mine"
    assert one == read_folder(tmp_path / "two")
    assert not list((tmp_path / "one").rglob("*.tmp"))


@pytest.mark.parametrize("kind", ["foreign", "file", "link", "other-log", "forged-list"])
def test_a_folder_of_somebody_else_is_refused_and_left_alone(machine: Machine, tmp_path: Path, kind: str) -> None:
    folder, mine = tmp_path / "there", tmp_path / "mine.txt"
    mine.write_text("mine")
    if kind == "file":
        folder.write_text("x")
    else:
        folder.mkdir()
        (folder / "thesis.txt").write_text("x")
    if kind == "link":
        (folder / "recording.txt").write_text(f"supplymatrix recording 1\nlog {LOG.key.verifier}\n")
        (folder / "http").symlink_to(tmp_path)
    if kind == "other-log":
        (folder / "recording.txt").write_text(f"supplymatrix recording 1\nlog {make_key('other.example').verifier}\n")
    if kind == "forged-list":
        (folder / "recording.txt").write_text(
            f"supplymatrix recording 1\nlog {LOG.key.verifier}\n0 ../mine.txt\n0 lookup/../../../mine.txt\n"
        )
    with LogServer(LOG.answers()) as server:
        run = run_of(machine, server.url)
    if kind == "forged-list":
        record(folder, run)
    else:
        with pytest.raises(InputError, match="recording cannot be used"):
            record(folder, run)
        assert not (tmp_path / "latest").exists()
    assert mine.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_the_user_s_error(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with LogServer(LOG.answers()) as server:
        run = run_of(machine, server.url)
    with pytest.raises(InputError, match="cannot be"):
        record(tmp_path / "file" / "below", run)


def test_a_recording_can_be_served_as_the_log_itself(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        record(tmp_path / "recorded", run_of(machine, server.url))
    (tmp_path / "other").mkdir()
    with LogServer(read_folder(tmp_path / "recorded" / "http")) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        assert Machine(tmp_path / "other").check(project).verdict.outcome is Outcome.PASS
