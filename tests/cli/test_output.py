"""stdout is data, stderr is talk, files are whole or untouched, and nobody listening is no error."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from supplymatrix.reports.registry import FORMATS
from tests.cli.conftest import Cli
from tests.support.child import unmeasured
from tests.support.log_server import LogServer
from tests.support.machine import Machine
from tests.support.made_log import MadeLog, made_hash, write_project, write_recording

pytestmark = pytest.mark.slow

A, B = "example.com/a@v1.0.0", "example.com/b@v1.2.0"
LOG = MadeLog.of(A, B, filler=20)
ESCAPE = "\x1b["


@pytest.fixture
def replay(tmp_path: Path) -> list[str]:
    """The arguments of a check that passes, from a recording."""
    project = write_project(tmp_path / "svc", LOG, "", [A, B])
    return ["check", str(project), "--replay", str(write_recording(tmp_path / "recorded", LOG.answers()))]


@pytest.fixture
def failing(tmp_path: Path, replay: list[str]) -> list[str]:
    """The same, with a hash changed."""
    go_sum = tmp_path / "svc" / "go.sum"
    go_sum.write_text(go_sum.read_text().replace(made_hash(A), f"h1:{'E' * 43}="))
    return replay


def start(machine: Machine, arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "supplymatrix", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | options
    return subprocess.Popen(command, cwd=machine.home, env=machine.for_processes(), **streams)  # type: ignore[call-overload,no-any-return]  # options of its own


def test_several_formats_come_from_one_run_with_one_exit_code(cli: Cli, failing: list[str], tmp_path: Path) -> None:
    files = {fmt: tmp_path / f"report.{fmt}" for fmt in FORMATS if fmt != "text"}
    done = cli(*failing, *(f"--format={fmt}={file}" for fmt, file in files.items()), "--format", "text")
    assert done.code == 4
    assert "ALARM" in done.out
    assert json.loads(files["json"].read_text())["verdict"]["exit_code"] == 4
    assert json.loads(files["sarif"].read_text())["version"] == "2.1.0"
    assert "title=SM110 sum-differs-from-log::" in files["github"].read_text()
    assert files["markdown"].read_text().startswith("## 🚨 supplymatrix: alarm\n")


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_holds_what_stdout_would_have_got(cli: Cli, replay: list[str], tmp_path: Path, fmt: str) -> None:
    def timeless(text: str) -> str:
        return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\"]*", "", text)

    on_stdout = cli(*replay, "--format", fmt).out
    done = cli(*replay, "--format", f"{fmt}={tmp_path / 'report'}")
    assert timeless((tmp_path / "report").read_bytes().decode()) == timeless(on_stdout)
    assert done.out == ""


def test_without_a_report_on_stdout_one_line_tells_the_outcome(cli: Cli, failing: list[str], tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.sarif"]
    done = cli(*failing, "--format", f"json={files[0]}", "--format", f"sarif={files[1]}")
    (line,) = done.err.splitlines()
    assert ": alarm · alarms: 1, errors: 0, unknown: 0 · exit 4 · written to " in line
    assert line.endswith(f"{files[0]}, {files[1]}")


def test_what_is_unknown_is_counted_in_that_line(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    done = cli(*replay[:-1], str(tmp_path / "nothing"), "--format", f"json={tmp_path / 'a'}")
    gaps = json.loads((tmp_path / "a").read_text())["gaps"]
    assert f"incomplete · alarms: 0, errors: 0, unknown: {len(gaps)} · exit 3" in done.err


@pytest.mark.parametrize("more", [["-q"], ["--format", "text"]], ids=["quiet", "beside a report on stdout"])
def test_that_line_is_not_written_when_it_is_not_wanted(
    cli: Cli, replay: list[str], tmp_path: Path, more: list[str]
) -> None:
    assert cli(*replay, "--format", f"json={tmp_path / 'report'}", *more).err == ""


@pytest.mark.parametrize("name", ["report", "../out/report", "link"])
def test_two_formats_in_one_file_are_refused_and_nothing_is_written(
    cli: Cli, replay: list[str], tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to("report")
    done = cli(*replay, "--format", f"json={folder / 'report'}", "--format", f"sarif={folder / name}")
    assert (done.code, done.out) == (2, "")
    assert "two formats cannot share the file" in done.err
    assert not (folder / "report").exists()


def test_the_summary_of_a_step_is_written_behind_what_is_there(
    cli: Cli, replay: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other commands of the step write to the same file, and the runner looks at the one that it has made."""
    summary = tmp_path / "summary"
    summary.write_text("what another command wrote")
    inode = summary.stat().st_ino
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    for _ in range(2):
        assert cli(*replay, "--format", f"markdown={summary}", "--format", f"json={tmp_path / 'j'}").code == 0
    text = summary.read_text()
    assert text.startswith("what another command wrote\n## ✅ supplymatrix: pass\n")
    assert text.count("\n## ✅ supplymatrix: pass\n") == 2
    assert summary.stat().st_ino == inode


def test_a_summary_that_cannot_be_written_is_2(
    cli: Cli, replay: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary"))
    done = cli(*replay, "--format", f"markdown={tmp_path / 'none' / 'summary'}")
    assert done.code == 2
    assert "the report cannot be written" in done.err


@pytest.fixture
def commanding(tmp_path: Path) -> list[str]:
    """A check of a project in whose name and go.sum somebody has written commands for the runner."""
    folder = tmp_path / "svc ##[add-mask]all"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/svc\n\ngo 1.26\n")
    (folder / "go.sum").write_text("::stop-commands::x ##[add-mask]all\n::error::y ##vso[task.complete] z w\n")
    return ["check", str(folder), "--offline"]


@pytest.mark.parametrize("variable", ["GITHUB_ACTIONS", "TF_BUILD"])
@pytest.mark.parametrize("fmt", FORMATS)
def test_no_report_gives_commands_to_the_runner_that_reads_it(
    cli: Cli, commanding: list[str], monkeypatch: pytest.MonkeyPatch, fmt: str, variable: str
) -> None:
    monkeypatch.setenv(variable, "true")
    done = cli(*commanding, "--format", fmt)
    lines = [line.strip() for line in done.out.splitlines()]
    assert "add-mask" in done.out
    assert fmt != "text" or "stop-commands" in done.out
    assert not [line for line in lines if line.startswith("::") and not line.startswith("::error file=")]
    if fmt != "github":  # its lines are commands, and a runner that has found one looks for no other in the line
        assert "##[" not in done.out
        assert "##vso[" not in done.out
    if fmt == "json":
        assert "##[add-mask]all" in str(json.loads(done.out))


def test_several_subjects_are_one_report_in_every_format(cli: Cli, failing: list[str], tmp_path: Path) -> None:
    other = write_project(tmp_path / "other", LOG, "", [B])
    files = {fmt: tmp_path / f"report.{fmt}" for fmt in FORMATS if fmt != "text"}
    arguments = [failing[0], failing[1], str(other), *failing[2:]]
    done = cli(*arguments, *(f"--format={fmt}={file}" for fmt, file in files.items()), "--format", "text")
    assert done.code == 4
    assert "2 subjects: 1 alarm, 1 pass." in " ".join(done.out.split())
    assert json.loads(files["json"].read_text())["schema"] == "supplymatrix.survey/1"
    assert len(json.loads(files["sarif"].read_text())["runs"]) == 1
    assert files["github"].read_text().startswith("::error file=")
    assert "| `" in files["markdown"].read_text()


def test_without_a_report_on_stdout_one_line_tells_of_all_subjects(
    cli: Cli, failing: list[str], tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "go.mod").write_text("module (\n")
    arguments = [failing[0], failing[1], str(tmp_path / "bad"), *failing[2:]]
    done = cli(*arguments, "--format", f"json={tmp_path / 'a.json'}")
    assert "2 subjects: alarm · alarms: 1, errors: 0, unknown: 0, broken: 1 · exit 4 · written to " in done.err


def test_an_old_report_is_replaced_and_nothing_is_left_beside_it(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report").write_text("old")
    cli(*replay, "--format", f"json={tmp_path / 'out' / 'report'}")
    assert json.loads((tmp_path / "out" / "report").read_text())["verdict"]["outcome"] == "pass"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report"]


def test_a_report_through_a_link_lands_in_the_file_behind_it(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").write_text("old")
    cli(*replay, "--format", f"json={tmp_path / 'link'}")
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "real").read_text())["verdict"]["outcome"] == "pass"


@pytest.mark.parametrize("name", ["none/report", "svc/go.sum/report", "svc", ".", "..", "x" * 300, "bad\udcff/x"])
def test_a_file_that_cannot_be_written_is_2_and_says_so(cli: Cli, replay: list[str], tmp_path: Path, name: str) -> None:
    done = cli(*replay, "--format", f"json={tmp_path / name}" if name != "." else "json=.")
    assert done.code == 2
    assert "the report cannot be written" in done.err
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_device_is_written_to_and_not_replaced(cli: Cli, replay: list[str], tmp_path: Path) -> None:
    """--format json=/dev/null must not put a plain file in the place of the device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    done = cli(*replay, "--format", f"json={pipe}")
    text = os.read(descriptor, 1 << 20)
    os.close(descriptor)
    assert done.code == 0
    assert pipe.is_fifo()
    assert json.loads(text)["verdict"]["outcome"] == "pass"


def test_a_full_disk_leaves_the_old_report_and_no_partial_one(
    machine: Machine, replay: list[str], tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")

    def allow_little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    # Without bytecode and coverage files: these would be cut off as well, and found so by whoever comes next.
    environ = unmeasured(machine.for_processes(PYTHONDONTWRITEBYTECODE="1"))
    done = subprocess.run(
        [sys.executable, "-m", "supplymatrix", *replay, "--format", f"json={report}"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=allow_little,
    )
    assert done.returncode == 2, done.stderr
    assert "the report cannot be written" in done.stderr
    assert report.read_text() == "old"
    assert not list(tmp_path.glob(".supplymatrix*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", ["check", "rules", "explain"])
def test_a_full_disk_behind_stdout_is_2_with_a_message(machine: Machine, replay: list[str], command: str) -> None:
    arguments = {"check": replay, "rules": ["rules"], "explain": ["explain", "SM110"]}[command]
    with Path("/dev/full").open("wb") as full:
        child = start(machine, arguments, stdout=full)
        _, err = child.communicate()
    assert child.returncode == 2, err
    assert err.count(b"cannot be written") == 1
    assert b"Traceback" not in err
    assert b"internal error" not in err


@pytest.mark.parametrize("command", ["check", "rules", "explain", "verify"])
def test_a_closed_pipe_is_141_and_quiet(machine: Machine, replay: list[str], command: str) -> None:
    arguments = {
        "check": [*replay, "--format", "json"],
        "rules": ["rules", "--format", "json"],
        "explain": ["explain", "SM110"],
        "verify": ["verify", A, "--project", replay[1], *replay[2:]],
    }[command]
    reader, writer = os.pipe()
    os.close(reader)
    child = start(machine, arguments, stdout=writer)
    os.close(writer)
    _, err = child.communicate()
    assert child.returncode == 141
    assert err == b""


def test_a_closed_stderr_does_not_change_the_exit_code(machine: Machine, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    child = start(machine, ["check", str(tmp_path / "none")], stderr=writer)
    os.close(writer)
    child.communicate()
    assert child.returncode == 2


def test_no_stdout_at_all_is_no_crash(machine: Machine, replay: list[str]) -> None:
    command = [sys.executable, "-m", "supplymatrix", *replay]
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    done = subprocess.run(shell, env=machine.for_processes(), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    assert "the output cannot be written" in done.stderr


def test_colours_are_written_only_when_asked_for_or_on_a_terminal(cli: Cli, failing: list[str]) -> None:
    assert ESCAPE not in cli(*failing).out
    assert ESCAPE in cli(*failing, "--color", "always").out
    assert ESCAPE not in cli(*failing, "--color", "never").out


@pytest.mark.parametrize(
    ("environ", "arguments", "colored"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({"TERM": "dumb"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({}, ["--color", "never"], False),
    ],
)
def test_on_a_terminal_colours_follow_no_color_and_the_option(
    machine: Machine, failing: list[str], environ: dict[str, str], arguments: list[str], colored: bool
) -> None:
    machine.settings |= {"TERM": "xterm", **environ}
    assert (ESCAPE + "1" in on_terminal(machine, [*failing, *arguments])) is colored


def test_a_coloured_report_says_the_same_as_a_plain_one(cli: Cli, failing: list[str]) -> None:
    colored = cli(*failing, "--color", "always").out
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == cli(*failing, "--color", "never").out


@pytest.mark.parametrize("fmt", sorted(set(FORMATS) - {"text"}))
def test_what_machines_read_is_never_coloured(cli: Cli, failing: list[str], fmt: str) -> None:
    assert ESCAPE not in cli(*failing, "--color", "always", "--format", fmt).out


def test_verbose_shows_more_and_quiet_keeps_the_report(cli: Cli, failing: list[str]) -> None:
    plain, verbose, quiet = cli(*failing).out, cli(*failing, "-v").out, cli(*failing, "-q").out
    assert len(verbose) > len(plain)
    assert quiet == plain


def test_progress_on_a_terminal_is_one_moving_line_that_is_taken_away(machine: Machine, tmp_path: Path) -> None:
    names = [f"many.example/m{number}@v1.0.0" for number in range(60)]
    log = MadeLog.of(*names)
    with LogServer(log.answers()) as server:
        project = write_project(tmp_path / "many", log, server.url, names)
        told = on_terminal(machine, ["check", str(project)], stream="stderr")
    assert "60 of 60 (100 %)" in told
    assert told.endswith("\r\x1b[K")
    assert "\n" not in told


@pytest.mark.parametrize(("columns", "least", "most"), [(70, 60, 70), (95, 85, 95), (200, 90, 100)])
def test_a_page_on_a_terminal_takes_its_width_up_to_100(machine: Machine, columns: int, least: int, most: int) -> None:
    machine.settings["COLUMNS"] = str(columns)
    lines = on_terminal(machine, ["explain", "SM103"]).split("\r\n")
    assert least < max(len(line) for line in lines if not line.startswith(("    ", "|"))) <= most


def test_under_ci_progress_is_plain_lines_though_there_is_a_terminal(machine: Machine, tmp_path: Path) -> None:
    names = [f"many.example/m{number}@v1.0.0" for number in range(60)]
    log = MadeLog.of(*names)
    machine.settings["CI"] = "true"
    with LogServer(log.answers()) as server:
        project = write_project(tmp_path / "many", log, server.url, names)
        told = on_terminal(machine, ["check", str(project)], stream="stderr")
    assert "look-ups: 60 of 60" in told
    assert ESCAPE not in told


def on_terminal(machine: Machine, arguments: list[str], *, stream: str = "stdout") -> str:
    """Run the program with a terminal as one of its streams and return what it wrote there."""
    ours, theirs = os.openpty()
    child = start(machine, arguments, **{stream: theirs})
    os.close(theirs)
    pieces = []
    try:
        while piece := os.read(ours, 65536):
            pieces.append(piece)
    except OSError:
        pass  # how a terminal says that nobody writes any more
    child.communicate()
    os.close(ours)
    return b"".join(pieces).decode("utf-8", "replace")


def test_a_report_is_not_written_through_a_link_that_leads_out_of_its_folder(
    cli: Cli, replay: list[str], tmp_path: Path
) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "tree" / "report").symlink_to("../kept")
    done = cli(*replay, "--format", f"json={tmp_path / 'tree' / 'report'}")
    assert done.code == 2
    assert "leads out of its folder" in done.err
    assert (tmp_path / "kept").read_text() == "kept"


def test_a_report_keeps_the_permissions_of_the_file_that_it_replaces(
    cli: Cli, replay: list[str], tmp_path: Path
) -> None:
    report = tmp_path / "report"
    report.touch(0o600)
    cli(*replay, "--format", f"json={report}")
    assert report.stat().st_mode & 0o777 == 0o600


def test_a_policy_gives_no_commands_to_the_runner_either(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    write_project(tmp_path, LOG, "", [B])
    reason = f"{'long ' * 12}::add-mask::a ##[error]hi ::stop-commands::x"
    waiver = f'rule = "SM107"\npackage = "*"\nreason = "{reason}"\nowner = "x@example.com"\nexpires = 2099-01-01\n'
    (tmp_path / "lift.toml").write_text(f'[policy]\npreset = "log-verified"\n[[waivers]]\n{waiver}')
    done = cli("policy", "show", str(tmp_path))
    assert "add-mask" in done.out
    assert "##[" not in done.out
    assert not [line for line in done.out.splitlines() if line.strip().startswith("::")]
