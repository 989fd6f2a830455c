"""A promise, and the ways in which one is tried: tests that pass, programs that end well, figures that are measured."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.hugo import NotRunError
from benchmarks.measure import REPO, Figure, Run, run
from benchmarks.run import Bench

__all__ = ["Need", "Outcome", "Promise", "State", "by_count", "by_figures", "by_program", "by_tests", "naming", "using"]

_COUNTS = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed)")


class State(StrEnum):
    """How a promise stands. MISSED: a figure over its target, as on a busy machine too; only FAIL is a fault."""

    PASS = "PASS"  # noqa: S105 - no password
    MISSED = "MISSED"
    NOT_RUN = "NOT RUN"
    FAIL = "FAIL"


class Need(StrEnum):
    """What a promise is not tried without, unless asked for on the command line."""

    NETWORK = "--network"
    CLEAN_CLONE = "--clean-clone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try. name: of one of several lines of a promise; "" = the promise's own."""

    state: State
    detail: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise. attempt: tries it for real, in a scratch folder; need: None = always tried."""

    name: str
    attempt: Callable[[Path], Iterator[Outcome]]
    need: Need | None = None


def by_tests(*selection: str | Callable[[], Sequence[str]]) -> Callable[[Path], Iterator[Outcome]]:
    """Try by running tests: arguments of pytest, or functions that find them when it comes to it.

    At least one test must pass; where all are skipped the promise was not tried.
    """

    def attempt(scratch: Path) -> Iterator[Outcome]:
        del scratch
        wanted: list[str] = []
        for item in selection:
            found = [item] if isinstance(item, str) else list(item())
            if not found or (
                isinstance(item, str) and item.startswith("tests/") and not (REPO / item.partition("::")[0]).exists()
            ):
                yield Outcome(state=State.FAIL, detail=f"there is no such test: {_words(item)}")
                return
            wanted += found
        yield _judge(pytest("-q", *wanted))

    return attempt


def _words(item: str | Callable[[], Sequence[str]]) -> str:
    return item if isinstance(item, str) else (item.__doc__ or "").strip()


def pytest(*arguments: str) -> Run:
    """Run pytest as CI does: samples that lie beside the project may not be absent."""
    environ = dict(os.environ)
    if (REPO.parent / "shared" / "samples").is_dir():
        environ["REQUIRE_SAMPLES"] = "1"
    command = [sys.executable, "-m", "pytest", "--no-cov", "-p", "no:cacheprovider", *arguments]
    return run(command, env=environ, cwd=REPO)


def _judge(done: Run) -> Outcome:
    last = done.out.strip().rsplit("\n", 1)[-1]
    counts = {word.rstrip("s") if word.startswith("error") else word: int(n) for n, word in _COUNTS.findall(last)}
    if done.code == 0 and counts.get("passed"):
        skipped = f", {counts['skipped']} skipped" if counts.get("skipped") else ""
        return Outcome(state=State.PASS, detail=f"{counts['passed']:,} tests passed{skipped}")
    if done.code == 0 and counts.get("skipped"):
        return Outcome(state=State.NOT_RUN, detail=f"all {counts['skipped']} tests were skipped")
    return Outcome(state=State.FAIL, detail=f"pytest ended with {done.code}: {last or done.err.strip()[-200:]}")


def naming(number: str) -> Callable[[], Sequence[str]]:
    """Return a finder of the tests whose own text names something, such as a CVE's number."""

    def find() -> Sequence[str]:
        found = []
        for path in sorted((REPO / "tests").rglob("test_*.py")):
            source = path.read_text(encoding="utf-8")
            if number not in source:
                continue
            for node in ast.parse(source).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    lines = source.split("\n")[node.lineno - 1 : node.end_lineno]
                    if any(number in line for line in lines):
                        found.append(f"{path.relative_to(REPO).as_posix()}::{node.name}")
        return found

    find.__doc__ = f"one that names {number}"
    return find


def using(module: str) -> Callable[[], Sequence[str]]:
    """Return a finder of the test files that import a module."""

    def find() -> Sequence[str]:
        files = sorted((REPO / "tests").rglob("test_*.py"))
        return [
            file.relative_to(REPO).as_posix() for file in files if f"from {module} import" in file.read_text("utf-8")
        ]

    find.__doc__ = f"one that uses {module}"
    return find


def by_count(marker: str, least: int, *, among: str = "tests") -> Callable[[Path], Iterator[Outcome]]:
    """Try by counting the test functions with a marker, and by running them. among: a file or folder of tests."""

    def attempt(scratch: Path) -> Iterator[Outcome]:
        del scratch
        listed = pytest("-q", "--collect-only", "-m", marker, among).out.split("\n")
        functions = {line.partition("[")[0] for line in listed if "::" in line}
        count = f"{len(functions)} of at least {least}"
        if len(functions) < least:
            yield Outcome(state=State.FAIL, detail=count)
            return
        ran = _judge(pytest("-q", "-m", marker, among))
        yield Outcome(state=ran.state, detail=f"{count}; {ran.detail}")

    return attempt


def by_program(
    *command: str, seconds: float | None = None, needs: str = "", cwd: Path = REPO
) -> Callable[[Path], Iterator[Outcome]]:
    """Try by running a program, which must end with 0; its last line tells.

    "python" stands for this Python. seconds: wall time promised; needs: a program without which it shows too little.
    """

    def attempt(scratch: Path) -> Iterator[Outcome]:
        del scratch
        done = run([sys.executable if part == "python" else part for part in command], cwd=cwd)
        last = (done.out or done.err).strip().rsplit("\n", 1)[-1]
        if done.code:
            yield Outcome(state=State.FAIL, detail=f"ended with {done.code}: {last}")
        elif needs and shutil.which(needs) is None:
            yield Outcome(state=State.NOT_RUN, detail=f"{needs} is not installed; without it: {last}")
        elif seconds is not None:
            yield _of_figure(Figure(name="", measured=done.wall, unit="s", most=seconds))
        else:
            yield Outcome(state=State.PASS, detail=last)

    return attempt


def by_figures(*measure: Callable[[Bench], None], every: bool = False) -> Callable[[Path], Iterator[Outcome]]:
    """Try by measuring: a line for each figure with a target (or `every` one), and a fault for each wrong answer."""

    def attempt(scratch: Path) -> Iterator[Outcome]:
        bench = Bench(scratch)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                for part in measure:
                    part(bench)
        except NotRunError as err:
            bench.not_run.append(str(err))
        for figure in bench.figures:
            if every or figure.most is not None:
                yield _of_figure(figure, figure.name)
        for text in bench.not_run:
            yield Outcome(state=State.NOT_RUN, detail=text)
        for text in bench.wrong:
            yield Outcome(state=State.FAIL, detail=text)

    return attempt


def _of_figure(figure: Figure, name: str = "") -> Outcome:
    state = State.PASS if figure.is_met else State.MISSED
    return Outcome(state=state, detail=figure.words(), name=name)
