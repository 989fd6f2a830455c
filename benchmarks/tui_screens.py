"""What the screens of the terminal app cost, in a pseudo-terminal of 160×45, beside an app of Textual that says hello.

    python -m benchmarks.tui_screens

First paint: CPU of the whole process until more than 200 characters can be seen: the frame with place, keys and what is
being read; the facts follow, and "until all is there" counts them and all that is done behind them, such as the import
of the other screens. A key's time is from its writing to the first byte that answers. Starts of hello and of the
screen are taken in turn. Wall time on a busy machine is an upper bound; the ratio to hello is what carries over.
"""  # noqa: RUF002 - a size

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import REPO, Figure, clean_environment, median, program
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from benchmarks.run import Bench

__all__ = ["measure_tui_screens"]

Note = Callable[[str, float, str, float | None], None]
_RUNS = 5
_SEEN = 200  # characters
_PATIENCE = 0.3  # seconds for the answer to a key: at an edge there is none
_HELLO = """
from textual.app import App
from textual.widgets import Footer, Header, Static
class Hello(App):
    def compose(self):
        yield Header(); yield Static("hello " * 200); yield Footer()
Hello().run()
"""
_DEMO = REPO / "examples" / "client-go"
_SCREENS: tuple[tuple[str, tuple[str, ...], float | None, float], ...] = (
    ("matrix", ("--at", "matrix"), 350.0, 55.0),
    ("response", ("--at", "response"), None, 80.0),
    ("project of the demo", (str(_DEMO), "--offline", "--at", "project"), None, 80.0),
    ("compare", (str(_DEMO), "--offline", "--at", "compare"), None, 80.0),
    ("claims", ("--at", "claims"), None, 55.0),
)
_MOVES = (("down", b"\x1b[B", 20), ("PgDn", b"\x1b[6~", 10), ("PgUp", b"\x1b[5~", 10), ("up", b"\x1b[A", 20))


def measure_tui_screens(bench: Bench | None = None) -> None:
    """Print the figures; with a bench, let it keep them."""

    def note(name: str, measured: float, unit: str, most: float | None = None) -> None:
        if bench is not None:
            bench.note(name, measured, unit, most)
        else:
            print("  " + Figure(name=name, measured=measured, unit=unit, most=most).row(), flush=True)

    print("\nthe screens of the terminal app, 160 by 45")
    with tempfile.TemporaryDirectory() as folder:
        env = {name: text for name, text in clean_environment(Path(folder)).items() if name != "NO_COLOR"}
        for name, arguments, most, most_memory in _SCREENS:
            command = [*program(), "tui", *arguments]
            hello, paint = _first_paints([[sys.executable, "-c", _HELLO], command], env)
            note(f"{name}: CPU to the first paint", _ms(paint), "ms", most)
            note(f"{name}: a hello of Textual beside it", _ms(hello), "ms", None)
            note(f"{name}: the first paint ÷ hello", round(paint / hello, 2), "times", None)
            _use(command, env, name, note, most_memory)


def _first_paints(commands: list[list[str]], env: Mapping[str, str]) -> list[float]:
    """Return the median CPU seconds of five starts of each, in turn, after one that fills the disk's cache."""
    costs: list[list[float]] = [[] for _ in commands]
    for _ in range(_RUNS + 1):
        for command, cost in zip(commands, costs, strict=True):
            terminal = Terminal(command, env=env)
            found = terminal.wait_for(_SEEN, 20.0)
            terminal.frame(0.0, 1.0, 0.5)
            terminal.end()
            if found is None:
                raise SystemExit(f"nothing was drawn by: {' '.join(command)}")
            cost.append(found[1])
    return [median(cost[1:]) for cost in costs]


def _use(command: list[str], env: Mapping[str, str], name: str, note: Note, most_memory: float) -> None:
    """Move about in a screen and note times, bytes and memory."""
    terminal = Terminal(command, env=env)
    terminal.frame(0.0, 20.0, 1.5)
    loaded = terminal.cpu
    firsts, sizes = [], []
    for what, key, times in _MOVES:
        for _ in range(times):
            first, _, size = terminal.press(key, patience=_PATIENCE)
            if size:  # at an edge nothing moves and nothing is written
                firsts.append(first)
                sizes += [size] if what in ("down", "up") else []
    note(f"{name}: CPU until all is there", round(loaded, 2), "s", None)
    if firsts:
        firsts.sort()
        note(f"{name}: key to the first byte, p50", _ms(median(firsts)), "ms", None)
        note(f"{name}: key to the first byte, p95", _ms(firsts[int(len(firsts) * 0.95)]), "ms", 25.0)
    if sizes:
        note(f"{name}: output of a cursor move, mean", round(sum(sizes) / len(sizes) / 1000, 2), "kB", None)
    note(f"{name}: memory", round(terminal.memory, 1), "MB", most_memory)
    terminal.end()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    measure_tui_screens()
