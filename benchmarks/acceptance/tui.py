"""What was promised of the terminal app: its speed, its memory, the same facts as the commands, the trail of Home."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.acceptance.promise import Outcome, Promise, State, by_figures, by_tests
from benchmarks.measure import REPO, clean_environment, run
from benchmarks.terminal import Terminal
from benchmarks.tui_screens import measure_tui_screens
from benchmarks.tui_table import measure_tui_table

__all__ = ["PROMISES"]

_PLACES = ("home", "matrix", "response", "decide", "project", "compare", "claims", "entries")
_SIZES = ((80, 24), (160, 45))
_TRAIL = (
    ("3", "1 failed", "project"),
    ("f", "testify", "failing modules"),
    ("\r", "go.sum", "the chain of the first"),
    ("1", "unknown", "matrix"),
    ("d", "wt", "differences"),
    ("\x1b[B\x1b[B\x1b[B\x1b[C\x1b[C\x1b[C", "▸", "to a cell"),
    ("\r", "20", "what stands behind a cell"),
    ("\x1b", "", "back"),
    ("w", "weights", "weights"),
    ("\x1b", "", "back"),
    ("e", "export", "export"),
)
"""Keys, a word of what each must bring, "" = none, and what it is for."""
_QUIET, _PATIENCE = 0.7, 15.0  # seconds: of silence that end an answer, and until the first byte of one


def _trail(scratch: Path) -> Iterator[Outcome]:
    """Walk the trail of Home on the demo project, in a terminal of both sizes."""
    for columns, rows in _SIZES:
        name = f"the trail of Home at {columns} by {rows}"
        terminal = Terminal(
            [sys.executable, str(REPO / "examples" / "tui.py")], size=(columns, rows), env=clean_environment(scratch)
        )
        terminal.frame(time.perf_counter(), _PATIENCE, 2.0)
        missing, sizes = [], []
        for key, word, what in _TRAIL:
            begin = time.perf_counter()
            terminal.press(key.encode(), _QUIET, patience=_PATIENCE if word else _QUIET)
            while word not in terminal.seen and time.perf_counter() - begin < _PATIENCE:  # what is read comes later
                terminal.frame(begin, _QUIET, _QUIET)
            sizes.append(len(terminal.said))
            if word not in terminal.seen or "Traceback" in terminal.seen:
                missing.append(f"{what} ({word!r} is not seen, but: {terminal.seen[:300]})")
        code = terminal.end()
        is_right = not missing and code == 0
        detail = f"{len(sizes)} keys, {sum(sizes) / 1000:.0f} kB, exit {code}"
        yield Outcome(state=State.PASS if is_right else State.FAIL, detail="; ".join([detail, *missing]), name=name)


def _shots(scratch: Path) -> Iterator[Outcome]:
    """Draw every place without a terminal: as picture, as text and as linear text."""
    wrong = []
    sizes = 0
    for place in _PLACES:
        for kind in ("svg", "png", "txt"):
            file = scratch / f"{place}.{kind}"
            done = run(
                [sys.executable, REPO / "examples" / "tui.py", "--at", place, "--shot", file, "--size", "100x30"],
                env=clean_environment(scratch), cwd=scratch,
            )  # fmt: skip
            size = file.stat().st_size if done.code == 0 and file.exists() else 0
            sizes += size
            if size < 400:
                wrong.append(f"{file.name}: exit {done.code}, {size} bytes")
        done = run([sys.executable, REPO / "examples" / "tui.py", "--at", place, "--plain"],
                   env=clean_environment(scratch), cwd=scratch)  # fmt: skip
        if done.code or "same as: supplymatrix" not in done.out or "\x1b" in done.out:
            wrong.append(f"{place} --plain: exit {done.code}")
    detail = f"{len(_PLACES)} places, 4 forms each, {sizes / 1000:,.0f} kB"
    yield Outcome(state=State.FAIL if wrong else State.PASS, detail="; ".join([detail, *wrong]))


def _same_facts(scratch: Path) -> Iterator[Outcome]:
    """Look for each option of the JSON of the command on the screen of the matrix."""
    env = clean_environment(scratch)
    day = ("--as-of", "2026-11-25")
    told = run([sys.executable, "-m", "supplymatrix", "matrix", *day, "--format", "json"], env=env, cwd=REPO)
    options = json.loads(told.out)["options"]
    seen = run([sys.executable, "-m", "supplymatrix", "tui", "--at", "matrix", *day, "--plain"], env=env, cwd=REPO)
    missing = [option["name"] for option in options if option["id"] != "today" and option["name"] not in seen.out]
    state = State.FAIL if missing or not options else State.PASS
    yield Outcome(state=state, detail=f"{len(options)} options, not on the screen: {', '.join(missing) or 'none'}")


PROMISES = (
    Promise(
        name="first paint, keys, output and memory of the screens", attempt=by_figures(measure_tui_screens, every=True)
    ),
    Promise(name="the table of 100,000 rows", attempt=by_figures(measure_tui_table)),
    Promise(
        name="each screen and its command: the same facts",
        attempt=by_tests("tests/tui", "-k", "twin or same_facts or decides_the_same or command"),
    ),
    Promise(name="each option of the command is on the screen", attempt=_same_facts),
    Promise(name="keys, sizes, states, NO_COLOR; no turn over 100 ms", attempt=by_tests("tests/tui", "-n", "auto")),
    Promise(name="--shot and --plain of each place, without a terminal", attempt=_shots),
    Promise(name="the trail of Home: what each key shows", attempt=by_tests("tests/docs/test_way_through.py")),
    Promise(name="the trail of Home, in a terminal", attempt=_trail),
)
