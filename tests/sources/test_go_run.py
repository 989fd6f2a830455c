"""The go command as if it had been started itself: streams, open files, environment, signals, end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.sources.go_run import become_go, run_go
from tests.support.child import unmeasured
from tests.support.data import REPO
from tests.support.go_project import made_go

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

_DRIVER = """\
import fcntl, sys, termios
from pathlib import Path
from supplymatrix.sources import go_run
how, go, *words = sys.argv[1:]
if sys.stdin.isatty():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
ended = getattr(go_run, how)(Path(go), words)
print(f"cut={ended.is_cut}", file=sys.stderr, flush=True)
if ended.signal:
    go_run.end_by(ended.signal)
sys.exit(ended.code)
"""
_ALIVE = "echo ready $$; n=0; while [ $n -lt 200 ]; do sleep 0.02; n=$((n+1)); done"


def _command(tmp_path: Path, how: str = "run_go") -> list[str]:
    return [sys.executable, "-c", _DRIVER, how, str(made_go(tmp_path / "bin") / "go"), "build", "./..."]


def _environ(script: str, **more: str) -> dict[str, str]:
    return {"PATH": os.defpath, "PYTHONPATH": str(REPO), "FAKE_GO": script, **more}


def _run(tmp_path: Path, script: str, *, how: str = "run_go", stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(tmp_path, how), env=unmeasured(_environ(script)), input=stdin, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@contextmanager
def _started(tmp_path: Path, script: str, how: str = "run_go") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Yield the program and the process of its go, once that is there."""
    process = subprocess.Popen(
        _command(tmp_path, how),
        env=unmeasured(_environ(f"{script}; {_ALIVE}")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        word, _, number = process.stdout.readline().strip().partition(" ")
        assert word == "ready"
        yield process, int(number)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _await_state(process: int, states: str) -> None:
    for _ in range(500):
        if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in states:
            return
        sleep(0.01)
    raise AssertionError(f"process {process} did not come to any of {states}")


@pytest.mark.parametrize("how", ["run_go", "become_go", "_run_by_handlers"])
def test_arguments_streams_and_exit_code_are_those_of_go(how: str, tmp_path: Path) -> None:
    done = _run(tmp_path, 'echo "$@"; cat; echo oops >&2; exit 7', how=how, stdin="typed")
    assert (done.returncode, done.stdout) == (7, "build ./...\ntyped")
    assert done.stderr.startswith("oops\n")


def test_open_files_are_handed_on(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    script = f"echo through > /dev/fd/{writing}"
    subprocess.run(_command(tmp_path), env=unmeasured(_environ(script)), pass_fds=[writing], check=True)
    os.close(writing)
    with os.fdopen(reading) as file:
        assert file.read() == "through\n"


def test_the_environment_is_untouched(tmp_path: Path) -> None:
    done = _run(tmp_path, "env")
    names = {line.partition("=")[0] for line in done.stdout.splitlines() if not line.startswith((" ", "fi", "exit"))}
    assert "FAKE_GO" in names
    if Path("/proc/self/environ").exists():
        assert "LC_CTYPE" not in names  # which Python sets for itself where there is no locale


@pytest.mark.parametrize("how", ["run_go", "_run_by_handlers"])
def test_a_signal_that_ends_go_ends_the_program_too(how: str, tmp_path: Path) -> None:
    assert _run(tmp_path, "kill -KILL $$", how=how).returncode == -signal.SIGKILL


def test_a_pipe_that_nobody_reads_ends_go(tmp_path: Path) -> None:
    assert _run(tmp_path, "kill -PIPE $$; exit 3").returncode == -signal.SIGPIPE


@pytest.mark.parametrize("how", ["run_go", "_run_by_handlers"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_to_the_program_alone_reaches_go_once(name: str, how: str, tmp_path: Path) -> None:
    number = signal.Signals[name]
    script = f'trap "echo got; trap - {name[3:]}; n=195" {name[3:]}'
    with _started(tmp_path, script, how) as (process, _):
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("got\n", 0)
    assert "cut=True" in err


def test_a_signal_that_go_does_not_catch_ends_both(tmp_path: Path) -> None:
    with _started(tmp_path, ":") as (process, _):
        process.terminate()
        assert process.wait(timeout=20) == -signal.SIGTERM


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nothing tells that a process is stopped")
def test_a_stop_is_handed_on_and_so_is_what_ends_it(tmp_path: Path) -> None:
    with _started(tmp_path, 'trap "echo stop; n=195" TSTP') as (process, go):
        os.kill(go, signal.SIGSTOP)
        _await_state(go, "T")
        process.send_signal(signal.SIGCONT)
        _await_state(go, "RS")
        process.send_signal(signal.SIGTSTP)  # of a group without a shell: it stops nobody who does not catch it
        out, err = process.communicate(timeout=20)
    assert (out, process.returncode) == ("stop\n", 0)
    assert "cut=False" in err


def test_what_a_terminal_sends_to_all_is_not_sent_again(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    script = f'trap "echo got; n=190" INT; {_ALIVE}'
    with subprocess.Popen(
        _command(tmp_path), env=unmeasured(_environ(script)), stdin=theirs, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        os.write(ours, b"\x03")
        out, err = process.communicate(timeout=20)
    os.close(ours)
    os.close(theirs)
    assert (out, process.returncode) == ("got\n", 0)
    assert "cut=True" in err


@pytest.mark.parametrize("run", [run_go, become_go])
def test_a_go_that_cannot_be_run_is_told(run: object, tmp_path: Path) -> None:
    assert callable(run)
    (tmp_path / "go").write_text("")
    before = {number: signal.getsignal(number) for number in (signal.SIGPIPE, signal.SIGXFSZ)}
    try:
        with pytest.raises(SourceError, match="go cannot be run"):
            run(tmp_path / "go", [])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
