"""A disk that fails, or was tampered with: the cache may be lost at any time, the trusted head must not be."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from supplymatrix.errors import InputError, SourceError, TrustError
from supplymatrix.model.fact import ProofState
from supplymatrix.net.head_file import SavedHead
from tests.support.log_server import LogServer
from tests.support.machine import NOW, Machine, codes_of, states_of
from tests.support.made_log import MadeLog, make_key, write_project

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=300)
LATER = timedelta(days=2)
NOWHERE = Path("/proc/supplymatrix")  # where nobody can make a folder, not even root
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can write")


def database_of(machine: Machine) -> Path:
    return next(machine.cache.glob("*.sqlite"))


def test_a_damaged_cache_is_set_aside_with_a_message_and_begun_anew(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        machine.check(project)
        database = database_of(machine)
        database.write_bytes(b"not a database at all\n" * 500)
        audit = machine.check(project, refresh=True)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    (message,) = [text for text in machine.messages if "set aside" in text]
    (aside,) = machine.cache.glob("*.damaged-*")
    assert str(aside) in message
    assert machine.cached(LOG.key, LOG.answers()) != {}


def test_offline_a_damaged_cache_is_a_gap_with_a_message(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        machine.check(project)
    database_of(machine).write_bytes(b"not a database at all\n" * 500)
    audit = machine.check(project, offline=True)
    assert audit.verdict.exit_code == 3
    assert any("set aside" in text for text in machine.messages)


@needs_proc
def test_a_cache_folder_that_cannot_be_made_is_a_message_and_no_fault(machine: Machine, tmp_path: Path) -> None:
    machine.cache = NOWHERE
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))
    assert audit.verdict.exit_code == 0
    assert any("there is no cache for this run" in text for text in machine.messages)


def test_a_cache_folder_that_is_a_file_is_a_message_and_no_fault(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep me")
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        audit = machine.check(project, cache_dir=tmp_path / "file")
    assert audit.verdict.exit_code == 0
    assert any("there is no cache for this run" in text for text in machine.messages)
    assert (tmp_path / "file").read_text() == "keep me"


def test_another_cache_folder_is_used_when_one_is_named(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]), cache_dir=tmp_path / "other")
    assert list((tmp_path / "other").glob("*.sqlite"))
    assert not machine.cache.exists()


@needs_proc
def test_a_trusted_head_that_cannot_be_saved_is_told_in_the_report(machine: Machine, tmp_path: Path) -> None:
    machine.state = NOWHERE
    with LogServer(LOG.answers()) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))
    assert audit.verdict.exit_code == 0
    assert "head-not-saved" in codes_of(audit)
    assert "first-use" not in codes_of(audit), "what was not kept is no first use"


def test_without_a_home_everything_is_proven_anew_and_nothing_is_kept(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    machine.settings = dict.fromkeys(("HOME", "SUPPLYMATRIX_CACHE_DIR", "SUPPLYMATRIX_STATE_DIR"), "")
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        audit = machine.check(project)
    assert set(states_of(audit).values()) == {ProofState.PROVEN}
    assert {"head-not-saved"} == codes_of(audit) & {"head-not-saved", "first-use"}
    assert len([text for text in machine.messages if "there is no cache for this run" in text]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "svc"]
    assert not [*machine.home.iterdir()]


@needs_proc
def test_evidence_that_cannot_be_kept_takes_nothing_from_the_alarm(machine: Machine, tmp_path: Path) -> None:
    machine.state = NOWHERE
    with LogServer(LOG.answers() | {"latest": LOG.head(key=make_key(LOG.key.name, bytes(32)))}) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        with pytest.raises(TrustError) as caught:
            machine.check(project)
    assert "could not be kept" in " ".join(caught.value.__notes__)


def test_a_state_folder_that_is_a_file_is_an_error_before_anything_is_asked(machine: Machine, tmp_path: Path) -> None:
    machine.state.write_text("")
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        with pytest.raises(SourceError, match="trusted head"):
            machine.check(project)
    assert server.paths == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="cut-off"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data.replace(b"\n302\n", b"\n299\n"), id="changed"),
        pytest.param(lambda data: b"\x00" * len(data), id="zeros"),
    ],
)
@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_damaged_head_file_stops_the_run_and_stays_where_it_is(
    machine: Machine, tmp_path: Path, damage: object, offline: bool
) -> None:
    assert callable(damage)
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        machine.check(project)
        path = machine.head_file(LOG.key).path
        path.write_bytes(damage(path.read_bytes()))
        before = path.read_bytes()
        asked = len(server.paths)
        with pytest.raises(InputError, match="trusted head of the log is damaged"):
            machine.check(project, offline=offline)
    assert path.read_bytes() == before
    assert len(server.paths) == asked


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_head_that_somebody_else_signed_is_refused_though_its_file_is_whole(
    machine: Machine, tmp_path: Path, offline: bool
) -> None:
    machine.trust(LOG.key, LOG.head(key=make_key(LOG.key.name, bytes(32))))
    before = machine.head_file(LOG.key).path.read_bytes()
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        with pytest.raises(InputError, match="does not verify"):
            machine.check(project, offline=offline)
    assert machine.head_file(LOG.key).path.read_bytes() == before


def test_a_head_that_another_process_moved_meanwhile_is_proven_consistent_and_kept(
    machine: Machine, tmp_path: Path
) -> None:
    grown = LOG.grown("later.example/m@v1.0.0")

    class Meanwhile(dict[str, bytes]):
        """A log in whose first answer another process of this machine has just finished its run."""

        def get(self, path: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
            if path == "latest":
                machine.trust(LOG.key, grown.head())
            return super().get(path, default)

    with LogServer(Meanwhile(grown.answers() | LOG.answers())) as server:
        audit = machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]))
    assert audit.verdict.exit_code == 0
    assert machine.trusted(LOG.key) == grown.head()


def test_a_fork_that_another_process_trusted_meanwhile_is_noticed(machine: Machine, tmp_path: Path) -> None:
    fork = LOG.forked(100)

    class Meanwhile(dict[str, bytes]):
        def get(self, path: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
            if path == "latest":
                machine.trust(LOG.key, fork.head())
            return super().get(path, default)

    with LogServer(Meanwhile(LOG.answers())) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        with pytest.raises(TrustError, match="forked"):
            machine.check(project)
    assert machine.trusted(LOG.key) == fork.head()


def test_each_log_has_a_trusted_head_of_its_own(machine: Machine, tmp_path: Path) -> None:
    other = MadeLog.of(A, B, key=make_key("other.example"))
    for log in (LOG, other):
        with LogServer(log.answers()) as server:
            machine.check(write_project(tmp_path / log.key.name, log, server.url, [A, B]))
    assert machine.trusted(LOG.key) == LOG.head()
    assert machine.trusted(other.key) == other.head()


def test_the_trusted_head_carries_the_time_at_which_it_was_fetched(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        machine.check(write_project(tmp_path / "svc", LOG, server.url, [A, B]), later=LATER)
    assert machine.head_file(LOG.key).read() == SavedHead(note=LOG.head(), fetched_at=NOW + LATER)
