"""Run whole processes and say what they cost: wall time, and CPU as the system accounts for it when a child ends.

    done = run([sys.executable, "-c", "pass"])
    median([done.cpu for done in repeat(5, [sys.executable, "-c", "pass"])])

Two programs are compared in pairs, A B A B, and by the ratio of each pair, so that a machine or a line that grows
slower meanwhile slows both.
"""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

__all__ = [
    "REPO",
    "Figure",
    "Run",
    "clean_environment",
    "compile_program",
    "median",
    "pairs",
    "program",
    "repeat",
    "run",
    "shown",
]

REPO = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process that has ended. wall, cpu: seconds; cpu is user + system, with its children that it waited for.

    memory: MiB, the largest resident set of it or of one of these children.
    """

    code: int
    wall: float
    cpu: float
    out: str
    err: str
    memory: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number and the most that it may be; most: None = nothing is promised."""

    name: str
    measured: float
    unit: str
    most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the number keeps its promise; without one it does."""
        return self.most is None or self.measured <= self.most

    def words(self) -> str:
        """Return what was measured and what was promised, e.g. "0.21 s, target ≤ 0.25 s"."""
        target = "" if self.most is None else f", target ≤ {_number(self.most)} {self.unit}".rstrip()
        return f"{_number(self.measured)} {self.unit}".rstrip() + target

    def row(self) -> str:
        """Return the line of a table: name, measured, target, met or missed."""
        target = "" if self.most is None else f"≤ {_number(self.most)} {self.unit}"
        word = "" if self.most is None else "met" if self.is_met else "MISSED"
        return f"{self.name:<58} {_number(self.measured) + ' ' + self.unit:>14}  {target:<14} {word}".rstrip()


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}" if value < 10 else f"{value:,.1f}"


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Run:
    """Run a program to its end and return what it said and cost."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return Run(
        code=process.returncode,
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        out=texts[0],
        err=texts[1],
        memory=usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    )


def repeat(
    times: int, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> list[Run]:
    """Run a program once to warm the disk's cache, which is not counted, and then `times` times."""
    run(command, env=env, cwd=cwd)
    return [run(command, env=env, cwd=cwd) for _ in range(times)]


def pairs(times: int, a: Callable[[int], Run], b: Callable[[int], Run]) -> list[tuple[Run, Run]]:
    """Run two measurements in turn, A B A B; each gets the number of its pair, from 0."""
    return [(a(number), b(number)) for number in range(times)]


def compile_program() -> None:
    """Compile supplymatrix to bytecode, as it is when it comes from a package."""
    compileall.compile_dir(REPO / "supplymatrix", quiet=2)


def program() -> list[str]:
    """Return how supplymatrix is started: the installed command beside this Python, else the module."""
    command = shutil.which("supplymatrix", path=str(Path(sys.executable).parent))
    return [command] if command else [sys.executable, "-m", "supplymatrix"]


def clean_environment(scratch: Path) -> dict[str, str]:
    """Return this environment with the cache, the trusted head and all of Go's folders in `scratch`.

    Python's own variables are left out: one of them would have it compile every module at every start.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {
        "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(scratch / "modcache"),
        "GOPATH": str(scratch / "gopath"),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "NO_COLOR": "1",
        "SUPPLYMATRIX_CACHE_DIR": str(scratch / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(scratch / "state"),
    }


def shown(command: Sequence[str | Path], scratch: Path | None = None) -> str:
    """Return a command line as one would type it in the repository, with the scratch folder as `$SCRATCH`."""
    text = " ".join(str(part) for part in command)
    text = text.replace(f"{Path(sys.executable).parent}/", "").replace(f"{REPO}/", "")
    return text.replace(str(scratch), "$SCRATCH") if scratch else text
