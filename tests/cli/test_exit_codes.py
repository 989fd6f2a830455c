"""The exit code says what happened, and the same for every output format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from supplymatrix.reports.registry import FORMATS
from tests.cli.conftest import Cli, Done
from tests.support.log_server import LogServer, Reply
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, go_mod_text, made_hash, make_key, path_of, write_project

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
EVIL = f"h1:{'E' * 43}="
Spoil = Callable[[Path, LogServer, Machine], None]


def nothing(project: Path, server: LogServer, machine: Machine) -> None:
    """Leave all as it is."""


def forget_a_line(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.sum").write_text(LOG.go_sum(A))


def answer_404(project: Path, server: LogServer, machine: Machine) -> None:
    server.script(path_of(B), Reply(status=404))


def break_go_sum(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.sum").write_text(LOG.go_sum(A, B) + "two fields\n")


def break_go_mod(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.mod").write_text("module m\n\nrequire (\n")


def break_policy(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "lift.toml").write_text("[polic]\n")


def damage_head(project: Path, server: LogServer, machine: Machine) -> None:
    machine.state.mkdir()
    machine.head_file(LOG.key).path.write_bytes(b"?")


def answer_403(project: Path, server: LogServer, machine: Machine) -> None:
    server.script(path_of(B), Reply(status=403))


def withhold(project: Path, server: LogServer, machine: Machine) -> None:
    machine.settings["GOPRIVATE"] = "example.com"


def change_a_hash(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(B), EVIL))


def lie_in_a_look_up(project: Path, server: LogServer, machine: Machine) -> None:
    server.script(path_of(B), Reply(body=LOG.forked(0).lookup(B, head=LOG.head())))


def fork(project: Path, server: LogServer, machine: Machine) -> None:
    machine.trust(LOG.key, LOG.forked(0).head())


def sign_with_another_key(project: Path, server: LogServer, machine: Machine) -> None:
    server.script("latest", Reply(body=LOG.head(key=make_key(LOG.key.name, bytes(32)))))


def leave_nothing(project: Path, server: LogServer, machine: Machine) -> None:
    for name in ("go.mod", "go.sum", "lift.toml"):
        (project / name).unlink()


# Precedence: an alarm beside broken lines, gaps beside findings, and so on.
def alarm_and_broken_line(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(B), EVIL) + "two fields\n")


def alarm_and_gap(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.sum").write_text(LOG.go_sum(A, B).replace(made_hash(A), EVIL))
    answer_403(project, server, machine)


def broken_line_and_gap(project: Path, server: LogServer, machine: Machine) -> None:
    break_go_sum(project, server, machine)
    answer_403(project, server, machine)


def gap_and_finding(project: Path, server: LogServer, machine: Machine) -> None:
    (project / "go.mod").write_text(go_mod_text([A, B, "example.com/c@v1.0.0"]))
    answer_403(project, server, machine)


TABLE: list[tuple[int, Spoil]] = [
    (0, nothing),
    (1, forget_a_line), (1, answer_404),
    (2, break_go_sum), (2, break_go_mod), (2, break_policy), (2, damage_head),
    (3, answer_403), (3, withhold),
    (4, change_a_hash), (4, lie_in_a_look_up), (4, fork), (4, sign_with_another_key),
    (5, leave_nothing),
    (4, alarm_and_broken_line), (4, alarm_and_gap), (2, broken_line_and_gap), (3, gap_and_finding),
]  # fmt: skip


CASES = [pytest.param(case, id=f"{case[0]}-{case[1].__name__}") for case in TABLE]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_the_exit_code_is_the_same_for_every_format(
    cli: Cli, machine: Machine, tmp_path: Path, case: tuple[int, Spoil], fmt: str
) -> None:
    done = check_spoilt(cli, machine, tmp_path, case[1], fmt)
    assert done.code == case[0], done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("case", CASES)
def test_a_report_names_the_exit_code_that_the_process_ends_with(
    cli: Cli, machine: Machine, tmp_path: Path, case: tuple[int, Spoil]
) -> None:
    done = check_spoilt(cli, machine, tmp_path, case[1], "json")
    if done.out:
        report = json.loads(done.out)
        assert report.get("verdict", report)["exit_code"] == case[0]
    else:
        assert done.err, "neither a report nor a message"


def check_spoilt(cli: Cli, machine: Machine, tmp_path: Path, spoil: Spoil, fmt: str) -> Done:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A, B])
        spoil(project, server, machine)
        return cli("check", str(project), "--format", fmt, "--refresh")


def test_an_internal_error_is_70_with_one_line_and_no_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def burst(*arguments: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("supplymatrix.cli.check.run_survey", burst)
    done = cli("check", str(tmp_path))
    assert done.code == 70
    assert "internal error: RuntimeError: a fault of ours" in done.err
    assert "Traceback" not in done.err


def test_an_internal_error_shows_where_when_that_is_asked_for(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, machine: Machine, tmp_path: Path
) -> None:
    def burst(*arguments: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("supplymatrix.cli.check.run_survey", burst)
    machine.settings["SUPPLYMATRIX_DEBUG"] = "1"
    with pytest.raises(RuntimeError, match="a fault of ours"):
        cli("check", str(tmp_path))


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"], ["check", "--ofline"], ["check", "--format", "jsn"], ["check", "--format", "json="],
        ["check", "--format", "json", "--format", "text"], ["check", "--jobs", "0"], ["check", "--jobs", "17"],
        ["cache", "info", "extra"], ["check", "--offline", "--refresh"], ["verify"], ["verify", "no-version"],
        ["verify", "@v1.0.0"], ["verify", "example.com/a@latest"], ["explain"], ["explain", "SM999"], ["cache", "burn"],
        ["check", "--policy", "x", "--policy-from", "y"], ["check", "--color", "pink"], ["--nonsense"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_line_that_cannot_be_understood_is_2(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
