"""Programs that give credentials: bounded in time and output, and gone afterwards."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from supplymatrix.errors import SourceError
from supplymatrix.net.auth_program import run_program

pytestmark = pytest.mark.slow


def run(code: str, folder: Path, *, given: bytes = b"", seconds: float = 20) -> str:
    words = (sys.executable, "-c", code)
    return asyncio.run(run_program(words, environ={"A": "b"}, folder=str(folder), given=given, seconds=seconds))


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_output_comes_back_with_folder_environment_and_input_as_told(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), dict(os.environ).get('A'), 'HOME' in os.environ, sys.stdin.read())"
    assert run(code, tmp_path, given=b"in") == f"{os.path.realpath(tmp_path)} b False in\n"


def test_input_need_not_be_read(tmp_path: Path) -> None:
    assert run("print('x')", tmp_path, given=b"y" * 200_000) == "x\n"


def test_there_is_no_terminal_to_ask(tmp_path: Path) -> None:
    code = "import os, sys\ntry:\n    os.open('/dev/tty', os.O_RDWR); print('asks')\nexcept OSError:\n    print('none')"
    assert run(code, tmp_path) == "none\n"


def test_one_that_does_not_end_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, time\n"
        "child = os.fork()\n"
        "if child: pathlib.Path('pids').write_text(f'{os.getpid()} {child}')\n"
        "time.sleep(600)"
    )
    with pytest.raises(SourceError, match=r"did not end within 2 s"):
        run(code, tmp_path, seconds=2)
    pids = [int(word) for word in (tmp_path / "pids").read_text().split()]
    for pid in pids:
        while is_running(pid):  # until the system has done what it was told
            os.sched_yield()
    assert len(pids) == 2


def test_what_a_program_leaves_running_costs_neither_its_output_nor_stays(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys, time\n"
        "child = os.fork()\n"
        "if child:\n"
        "    pathlib.Path('pid').write_text(str(child)); print('given'); sys.exit(0)\n"
        "time.sleep(600)"
    )
    assert run(code, tmp_path) == "given\n"
    while is_running(int((tmp_path / "pid").read_text())):  # until the system has done what it was told
        os.sched_yield()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; sys.exit(7)", "status 7"),
        ("print('x' * 100_000)", "more than 65536 bytes"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "status -15"),
    ],
)
def test_what_goes_wrong_is_an_error_of_few_words(tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        run(code, tmp_path)


@pytest.mark.parametrize("name", ["no-such-program", "/no/such/program", "./x", "a/b", "\0"])
def test_a_program_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError):
        asyncio.run(run_program((name,), environ={"PATH": f".:relative:{tmp_path}"}, folder=str(tmp_path)))
