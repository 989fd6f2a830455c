"""`prove`: what it writes, says and exits with; and `check` with what it wrote, in processes of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.log_server import LogServer
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=600)
EVIL = f"h1:{'E' * 43}="


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "svc", LOG, "", [A, B])


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    return str(write_recording(tmp_path / "recorded", LOG.answers()))


def test_a_file_is_written_beside_go_sum_and_told_in_a_line(cli: Cli, project: Path, recorded: str) -> None:
    done = cli("prove", "svc", "--replay", recorded, cwd=project.parent)
    size = (project / "go.sum.proof").stat().st_size
    assert done.out == f"svc/go.sum.proof: 2 records under the head of 602, {size:,} bytes\n"
    assert done.code == 0


def test_check_with_the_file_needs_no_socket(cli: Cli, machine: Machine, project: Path, recorded: str) -> None:
    cli("prove", str(project), "--replay", recorded)
    blocked = project.parent / "sitecustomize.py"
    blocked.write_text(
        "import socket\n"
        "def refuse(*arguments, **named):\n    raise AssertionError('a socket was wanted')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
    )
    done = machine.run("check", str(project), "--offline", "--format", "json", PYTHONPATH=str(project.parent))
    assert '"outcome": "pass"' in done.stdout
    assert done.returncode == 0


def test_an_update_that_changes_nothing_leaves_the_file_alone(cli: Cli, project: Path, recorded: str) -> None:
    cli("prove", str(project), "--replay", recorded)
    proof = project / "go.sum.proof"
    os.utime(proof, (1, 1))
    done = cli("prove", "--update", str(project), "--replay", recorded)
    assert done.out.endswith("unchanged\n")
    assert proof.stat().st_mtime == 1


def test_an_update_tells_what_came_and_went(cli: Cli, project: Path, recorded: str) -> None:
    write_project(project, LOG, "", [A])
    cli("prove", str(project), "--replay", recorded)
    write_project(project, LOG, "", [B])
    assert "(1 new, 1 gone)" in cli("prove", "--update", str(project), "--replay", recorded).out


def test_a_line_that_differs_is_an_alarm_and_nothing_is_written(cli: Cli, project: Path, recorded: str) -> None:
    write_project(project, LOG, "", [A], go_sum=LOG.go_sum(A).replace(made_hash(A), EVIL))
    done = cli("prove", str(project), "--replay", recorded)
    assert done.code == 4
    assert f"go.sum and the log disagree on {A}" in done.err
    assert not (project / "go.sum.proof").exists()


def test_what_could_not_be_asked_is_told_with_its_reason(cli: Cli, project: Path) -> None:
    done = cli("prove", str(project), "--offline")
    assert done.code == 3
    assert "not proven: example.com/a@v1.0.0, example.com/b@v1.2.0: offline" in done.err
    assert not (project / "go.sum.proof").exists()


def test_a_name_the_log_does_not_know_is_exit_1(cli: Cli, project: Path, recorded: str) -> None:
    unknown = f"example.com/none v1.0.0 {EVIL}\n"
    write_project(project, LOG, "", [A], go_sum=LOG.go_sum(A) + unknown)
    done = cli("prove", str(project), "--replay", recorded)
    assert done.code == 1
    assert "not in the log: example.com/none@v1.0.0, says replay" in done.err
    assert (project / "go.sum.proof").exists()


def test_a_project_without_lines_is_exit_5(cli: Cli, project: Path, recorded: str) -> None:
    (project / "go.sum").unlink()
    assert cli("prove", str(project), "--replay", recorded).code == 5


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(cli: Cli, project: Path, recorded: str) -> None:
    (project / "go.sum.proof").mkdir()
    done = cli("prove", str(project), "--replay", recorded)
    assert done.code == 2
    assert "go.sum.proof" in done.err
    assert sorted(path.name for path in project.iterdir()) == ["go.mod", "go.sum", "go.sum.proof", "lift.toml"]


def test_a_forked_log_is_an_alarm_with_both_heads_kept(cli: Cli, machine: Machine, project: Path) -> None:
    fork = LOG.forked(300).grown("more.example/m@v1.0.0")
    with LogServer(fork.answers()) as server:
        write_project(project, fork, server.url, [A, B])
        assert cli("prove", str(project)).code == 0
    machine.head_file(LOG.key).path.unlink()
    with LogServer(LOG.answers()) as server:
        write_project(project, LOG, server.url, [A, B], go_sum=fork.go_sum(A, B))
        done = cli("check", str(project), "--cache-dir", str(project.parent / "fresh"))
    assert done.code == 4
    assert "the log has forked" in done.err
    assert {LOG.head(), fork.head()} <= set(machine.evidence().values())


def test_nothing_is_written_through_a_link_that_a_project_brings_along(
    cli: Cli, project: Path, recorded: str, tmp_path: Path
) -> None:
    victim = tmp_path / "authorized_keys"
    victim.write_text("precious\n")
    (project / "go.sum.proof").symlink_to(victim)
    done = cli("prove", str(project), "--replay", recorded)
    assert done.code == 2
    assert "no plain file" in done.err
    assert victim.read_text() == "precious\n"
