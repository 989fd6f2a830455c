"""An alarm ends in exit 4 whatever becomes of its report: a closed pipe, a full disk, a folder that is not there."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from supplymatrix.cli.alarm import alarm_of, keeps_alarm
from supplymatrix.errors import InputError
from tests.cli.conftest import Cli
from tests.support.child import unmeasured
from tests.support.log_server import LogServer
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

pytestmark = pytest.mark.slow

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)
EVIL = f"h1:{'E' * 43}="


def tampered(folder: Path, url: str = "") -> Path:
    """Write a project whose go.sum and the log disagree."""
    return write_project(folder / "svc", LOG, url, [A], go_sum=LOG.go_sum(A).replace(made_hash(A), EVIL))


def test_a_report_that_cannot_be_written_does_not_take_the_place_of_an_alarm(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = tampered(tmp_path, server.url)
        done = cli("check", str(project), "--format", f"json={tmp_path / 'none' / 'r.json'}")
    assert done.code == 4
    assert "cannot be written" in done.err
    assert "alarm" in done.err


def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = tampered(tmp_path, server.url)
        formats = ("--format", f"json={tmp_path / 'none' / 'r.json'}", "--format", "text")
        done = cli("check", str(project), *formats)
    assert done.code == 4
    assert "alarm[SM110]" in done.out


@pytest.mark.parametrize("command", ["check", "verify"])
@pytest.mark.parametrize("ending", ["| true", "> /dev/full"])
def test_an_alarm_outlives_a_stdout_that_takes_nothing(tmp_path: Path, command: str, ending: str) -> None:
    project = tampered(tmp_path)
    recording = write_recording(tmp_path / "recording", LOG.answers())
    what = str(project) if command == "check" else f"{A} --project {project}"
    program = f"{sys.executable} -m supplymatrix {command} {what} --replay {recording}"
    line = f"set -o pipefail; {program} {ending}"
    environ = {**unmeasured(), "HOME": str(tmp_path), "GOENV": "off"}
    done = subprocess.run(["bash", "-c", line], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "alarm" in done.stderr


def test_only_an_alarm_is_kept() -> None:
    with pytest.raises(BrokenPipeError) as caught, keeps_alarm(1, "svc: fail"):
        raise BrokenPipeError
    assert alarm_of(caught.value) == ""
    with pytest.raises(BrokenPipeError) as caught, keeps_alarm(4, "svc: alarm"):
        raise BrokenPipeError
    assert alarm_of(caught.value) == "svc: alarm"


def test_a_faulty_line_of_the_module_is_no_agreement(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A], go_sum=f"{A.replace('@', ' ')} h1:x extra\n")
        done = cli("verify", A, "--project", str(project))
    assert done.code == 2
    assert "4 fields" in done.out


def test_the_first_use_of_a_log_is_told_by_verify_too(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        done = cli("verify", A, "--project", str(write_project(tmp_path / "svc", LOG, server.url, [A])))
    assert done.code == 0
    assert "first use" in done.err


def test_an_input_error_stays_one_where_there_is_no_alarm(cli: Cli, tmp_path: Path) -> None:
    with LogServer(LOG.answers()) as server:
        project = write_project(tmp_path / "svc", LOG, server.url, [A])
        done = cli("check", str(project), "--format", f"json={tmp_path / 'none' / 'r.json'}")
    assert done.code == 2
    assert isinstance(done.err, str)
    assert InputError.__name__ not in done.err


def test_a_fault_of_one_format_keeps_no_other_from_being_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr("supplymatrix.reports.html.render", failing)
    project = write_project(tmp_path / "svc", LOG, "", [A])
    recording = write_recording(tmp_path / "recording", LOG.answers())
    files = {fmt: tmp_path / f"r.{fmt}" for fmt in ("vsa", "html", "json", "text")}
    words = [f"--format={fmt}={file}" for fmt, file in files.items()]
    lost = f"--format=csv={tmp_path / 'none' / 'r.csv'}"
    done = cli("check", str(project), "--replay", str(recording), *words, lost)
    assert done.code == 70
    assert "internal error: RuntimeError: boom" in done.err
    assert "none/r.csv: the report cannot be written" in done.err
    assert {fmt for fmt, file in files.items() if file.exists()} == {"vsa", "json", "text"}


@pytest.mark.parametrize("several", [False, True])
def test_reports_name_those_written_before_them_for_one_subject_and_for_several(
    cli: Cli, tmp_path: Path, *, several: bool
) -> None:
    folders = [write_project(tmp_path / name, LOG, "", [A]) for name in ("one", "two")[: 1 + several]]
    recording = write_recording(tmp_path / "recording", LOG.answers())
    formats = ("sarif", "json", "html", "vsa")
    words = [f"--format={fmt}=r.{fmt}" for fmt in formats]
    done = cli("check", *map(str, folders), "--replay", str(recording), *words, cwd=tmp_path)
    assert done.code == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert [fellow["name"] for fellow in report["fellows"]] == ["r.sarif"]
    for line in (tmp_path / "r.vsa").read_text().splitlines() if several else [(tmp_path / "r.vsa").read_text()]:
        named = json.loads(line)["predicate"]["inputAttestations"]
        assert [entry["name"] for entry in named] == ["r.sarif", "r.json", "r.html"]
    page = (tmp_path / "r.html").read_text()
    digest = hashlib.sha256((tmp_path / "r.json").read_bytes()).hexdigest()
    assert digest in page
