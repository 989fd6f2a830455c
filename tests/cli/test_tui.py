"""The command `tui`: pictures and linear text without a terminal, and what is said where there is none."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.data import REPO

_PROGRAM = (sys.executable, "-m", "supplymatrix")


def _run(*words: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_PROGRAM, *words], cwd=REPO, env=_environ(folder, **environ), capture_output=True, text=True, check=False
    )


def _environ(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "SUPPLYMATRIX_"))}
    return {**kept, "HOME": str(folder), "TERM": "xterm-256color", **more}


def test_without_a_terminal_it_is_said_on_stdout_what_to_do(tmp_path: Path) -> None:
    done = _run("tui", folder=tmp_path)
    assert done.returncode == 2
    assert "the app needs a terminal" in done.stdout
    assert "supplymatrix tui --plain" in done.stdout


def test_a_stderr_that_is_no_terminal_is_said_on_the_terminal(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    with (tmp_path / "stderr").open("wb") as stderr:
        done = subprocess.run(
            [*_PROGRAM, "tui"], stdin=slave, stdout=slave, stderr=stderr, env=_environ(tmp_path), cwd=REPO, check=False
        )
    os.close(slave)
    seen = os.read(master, 10_000).decode()
    os.close(master)
    assert done.returncode == 2
    assert "the app needs a terminal, and stderr is none" in seen


def test_the_program_alone_in_a_pipe_prints_its_help_and_exits_2(tmp_path: Path) -> None:
    done = _run(folder=tmp_path)
    assert done.returncode == 2
    assert "Usage: supplymatrix" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("tui", "--at", "claims")])
def test_on_a_terminal_the_app_opens_and_a_key_ends_it(words: tuple[str, ...], tmp_path: Path) -> None:
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [*_PROGRAM, *words], stdin=slave, stdout=slave, stderr=slave, env=_environ(tmp_path), cwd=REPO,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    seen = _until(master, b"Palette")
    os.write(master, b"\x11")
    rest = _until(master, b"\x1b[?1049l")  # back to the terminal's own screen
    assert child.wait(30) == 0
    os.close(master)
    assert b"Palette" in seen
    assert b"Traceback" not in seen + rest


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_the_app_and_loses_no_state(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    child = subprocess.Popen(
        [*_PROGRAM, "tui", "--at", "claims"], stdin=slave, stdout=slave, stderr=slave, env=_environ(tmp_path), cwd=REPO,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    _until(master, b"Palette")
    os.close(master)
    child.send_signal(1)  # as the kernel does for the terminal's own session
    assert child.wait(30) == 0
    assert "claims" in (tmp_path / ".local/state/supplymatrix/screens.json").read_text(encoding="utf-8")


def _until(descriptor: int, wanted: bytes) -> bytes:
    """Return what is read up to some bytes, or to the end."""
    seen = b""
    while wanted not in seen:
        ready, _, _ = select.select([descriptor], [], [], 30)
        try:
            got = os.read(descriptor, 1 << 16) if ready else b""
        except OSError:
            return seen  # the other side is closed
        if not got:
            return seen
        seen += got
    return seen


def test_a_screen_is_printed_as_linear_text(tmp_path: Path) -> None:
    done = _run("tui", "--plain", "--at", "claims", "--as-of", "2026-11-25", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Claims > ")
    assert "same as: supplymatrix claims --as-of 2026-11-25\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "txt"])
def test_a_screen_is_written_to_a_file_and_is_the_same_each_time(kind: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.{kind}" for name in ("one", "two")]
    for file in files:
        done = _run("tui", "--shot", str(file), "--at", "entries", "--as-of", "2026-11-25", folder=tmp_path)
        assert done.returncode == 0, done.stderr
    assert files[0].read_bytes() == files[1].read_bytes()
    assert "Entries" in files[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "clams", "--plain"), "did you mean 'claims'?"),
        (("--shot", "x.gif"), "the name ends in .svg, .png or .txt"),
        (("--size", "3x3", "--plain"), "columns x rows"),
        (("--size", "9999x9999", "--plain"), "columns x rows"),
        (("--shot", "x.svg", "--plain"), "exclude each other"),
        (("no-such-folder", "--plain"), "there is no such file or folder"),
        (("--shot", "no-such-folder/x.txt"), "the picture cannot be written"),
    ],
)
def test_a_wrong_use_is_said_and_exits_2(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = _run("tui", *words, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


def test_no_other_command_loads_textual(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom supplymatrix.cli.main import run\n"
        "run(['claims'])\nrun(['--help'])\nrun(['tui', '--help'])\nrun(['tui'])\nrun([])\n"
        "sys.exit('textual' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO, env=_environ(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 0
