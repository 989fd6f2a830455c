"""Several programs at once on one cache, and one that is interrupted: every answer right, nothing half-written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, path_of, write_project

pytestmark = pytest.mark.slow

NAMES = tuple(f"many.example/m{number}@v1.0.0" for number in range(60))
LOG = MadeLog.of(*NAMES, filler=600)


def start(machine: Machine, *arguments: str) -> subprocess.Popen[str]:
    """Start the program so that it can be interrupted, whatever its parent does with the signal."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from supplymatrix.__main__ import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=machine.for_processes(),
        cwd=machine.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_four_programs_at_once_on_one_cache_all_answer_right(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        children = [start(machine, "check", str(project), "--format", "json") for _ in range(4)]
        results = [(child.communicate(), child.returncode) for child in children]
    assert [code for _, code in results] == [0, 0, 0, 0], results
    proven = [{line["state"] for line in json.loads(out)["go_sum"]} for (out, _), _ in results]
    assert proven == [{"proven"}] * 4
    assert machine.trusted(LOG.key) == LOG.head()
    assert set(machine.cached(LOG.key, map(path_of, NAMES))) == set(map(path_of, NAMES))


@pytest.mark.slow
def test_programs_at_once_with_different_verdicts_do_not_mix_them_up(machine: Machine, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        good = write_project(tmp_path / "good", LOG, server.url, NAMES)
        evil = LOG.go_sum(*NAMES).replace(made_hash(NAMES[7]), f"h1:{'E' * 43}=")
        bad = write_project(tmp_path / "bad", LOG, server.url, NAMES, go_sum=evil)
        children = [start(machine, "check", str(project)) for project in (good, bad, good, bad)]
        codes = [(child.communicate(), child.returncode)[1] for child in children]
    assert codes == [0, 4, 0, 4]


@pytest.fixture
def interrupted(machine: Machine, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A run that was interrupted while the log kept silent about the last module of many."""
    with LogServer(LOG.answers()) as server:
        server.script(path_of(NAMES[-1]), Reply(mode="stall"))
        project = write_project(tmp_path / "svc", LOG, server.url, NAMES)
        report = tmp_path / "report.json"
        report.write_text("old")
        child = start(machine, "check", str(project), "--format", f"json={report}")
        assert child.stderr is not None
        told = []
        for line in child.stderr:  # look-ups: 54 of 60: what is told next waits for the silent one
            told.append(line)
            if "54 of 60" in line:
                break
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    return subprocess.CompletedProcess(child.args, child.returncode, out, "".join(told) + err)


def test_an_interrupted_run_is_130_with_one_line_and_no_traceback(
    interrupted: subprocess.CompletedProcess[str],
) -> None:
    assert interrupted.returncode == 130, interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    assert interrupted.stderr.count("interrupted; what was proven so far is kept in the cache") == 1


def test_an_interrupted_run_writes_no_report_and_leaves_the_old_one(
    interrupted: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert interrupted.stdout == ""
    assert (tmp_path / "report.json").read_text() == "old"


def test_an_interrupted_run_leaves_nothing_half_written(
    interrupted: subprocess.CompletedProcess[str], machine: Machine, tmp_path: Path
) -> None:
    left = [path.name for path in tmp_path.rglob("*") if path.name.endswith((".tmp", "-journal"))]
    assert left == []
    assert machine.trusted(LOG.key) is None


def test_what_an_interrupted_run_has_proven_is_not_asked_for_again(
    interrupted: subprocess.CompletedProcess[str], machine: Machine, cli: Cli, tmp_path: Path
) -> None:
    with LogServer(LOG.answers()) as server:
        done = cli("check", str(write_project(tmp_path / "svc", LOG, server.url, NAMES)))
    assert done.code == 0
    asked_again = [path for path in server.paths if path.startswith("lookup/")]
    assert path_of(NAMES[-1]) in asked_again
    assert len(asked_again) <= len(NAMES) - 54
