"""What the table of the terminal app costs, in a pseudo-terminal of 160×45: 100,000 rows of 8 columns.

    python -m benchmarks.tui_table

A key's time is from its writing to the first byte that answers; of a filter or a sort, to the last byte of the frame.
Wall time on a busy machine is an upper bound. Bytes are what the app wrote for one key.
"""  # noqa: RUF002 - a size

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, median
from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from benchmarks.run import Bench
    from supplymatrix.tui.widgets.table_model import TableData

__all__ = ["measure_tui_table"]

_ROWS, _COLUMNS = 100_000, 8
_KEYS = {"down": b"\x1b[B", "right": b"\x1b[C", "PgDn": b"\x1b[6~", "PgUp": b"\x1b[5~", "ctrl+End": b"\x1b[1;5F"}


def measure_tui_table(bench: Bench | None = None) -> None:
    """Print the figures; with a bench, let it keep them."""
    print(f"\nthe table of the terminal app: {_ROWS:,} rows of {_COLUMNS} columns, 160 by 45")

    def note(name: str, measured: float, unit: str, most: float | None = None) -> None:
        if bench is not None:
            bench.note(name, measured, unit, most)
        else:
            print("  " + Figure(name=name, measured=measured, unit=unit, most=most).row(), flush=True)

    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        terminal = Terminal([sys.executable, "-m", "benchmarks.tui_table", "--app", str(told)])
        terminal.frame(time.perf_counter(), 20.0)
        cold = terminal.press(b"s", quiet=1.0)[1]  # nobody had time to prepare it
        note("sort by text, at once after the start: to the last byte", _ms(cold), "ms")
        time.sleep(5)  # what a person needs to read the first page
        _moves(terminal, note)
        _changes(terminal, note)
        terminal.end(b"Q")
        facts = json.loads(told.read_text())
    note("data taken over and drawn: CPU", facts["load"], "s", 0.5)
    note("filter, slowest of 6 keys: CPU without the drawing", facts["filter"], "ms", 60)
    note("longest turn of the event loop: CPU", facts["turn"], "ms", 100)
    note("memory at the end", facts["rss"], "MB", 110)
    note("of it the app and the cells, before the table has them", facts["rss_before"], "MB")


def _moves(terminal: Terminal, note: object) -> None:
    for name, times, most in (("down", 38, 2.0), ("right", 6, 2.0), ("down", 60, 2.0), ("PgDn", 60, None)):
        runs = [terminal.press(_KEYS[name]) for _ in range(times)]
        firsts = sorted(first for first, _, _ in runs)
        sizes = [size for _, _, size in runs]
        where = " at the edge of the page" if times == 60 and name == "down" else ""
        _say(note, f"{name}{where}: p50 to the first byte", _ms(median(firsts)), "ms")
        _say(note, f"{name}{where}: p95 to the first byte", _ms(firsts[int(len(firsts) * 0.95)]), "ms", 25)
        _say(note, f"{name}{where}: mean output", round(sum(sizes) / len(sizes) / 1000, 2), "kB", most)
        _say(note, f"{name}{where}: largest output", round(max(sizes) / 1000, 2), "kB")


def _changes(terminal: Terminal, note: object) -> None:
    keys = [terminal.press(key) for key in (b"7", b"1", b"3", b"\x7f", b"\x7f", b"\x7f")]
    _say(note, "filter, slowest of 6 keys: to the last byte", _ms(max(last for _, last, _ in keys)), "ms", 60)
    terminal.press(b"\x1b[H")
    for times, what in ((1, "downward"), (2, "as given"), (3, "upward")):
        _, last, _ = terminal.press(b"s")
        _say(note, f"sort by text, {times}. key, {what}: to the last byte", _ms(last), "ms", 100)


def _say(note: object, *args: object) -> None:
    if callable(note):
        note(*args)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _make_data() -> TableData:
    from random import Random

    from supplymatrix.tui.widgets.table_model import TableColumn, TableData, share_equal

    draw = Random(1)  # noqa: S311 - data of a benchmark
    names = [f"example.org/team/module-{draw.randrange(10**6):06d}" for _ in range(_ROWS)]
    columns = [TableColumn(key="name", title="module", texts=names)]
    for number in range(_COLUMNS - 3):
        texts = [f"v{draw.randrange(30)}.{draw.randrange(99)}.{draw.randrange(9)}" for _ in range(_ROWS)]
        columns.append(TableColumn(key=f"v{number}", title=f"version {number}", texts=share_equal(texts)))
    days = [round(draw.random() * 900, 1) for _ in range(_ROWS)]
    columns.append(
        TableColumn(key="days", title="days", texts=[str(day) for day in days], sort_keys=days, is_number=True)
    )
    words = [draw.choice(("yes", "no", "unknown")) for _ in range(_ROWS)]
    styles = [{"yes": "good", "no": "bad"}.get(word, "unknown") for word in words]
    columns.append(TableColumn(key="state", title="state", texts=words, styles=styles))
    return TableData(columns)


def _run_app(told: Path) -> None:
    """Be the app that is measured; write what only it can know when `Q` is pressed."""
    import gc
    from asyncio import base_events

    from textual import events
    from textual.app import App, ComposeResult

    from supplymatrix.tui.widgets.table import VirtualTable

    turns: list[float] = []
    facts: dict[str, float] = {}
    run_once = base_events.BaseEventLoop._run_once  # type: ignore[attr-defined]  # noqa: SLF001 - the turn itself

    def measured(loop: object) -> None:
        before = time.thread_time()
        run_once(loop)
        turns.append(time.thread_time() - before)

    base_events.BaseEventLoop._run_once = measured  # type: ignore[attr-defined]  # noqa: SLF001 - the same

    class Host(App[None]):
        def compose(self) -> ComposeResult:
            yield VirtualTable()

        def on_mount(self) -> None:
            facts["rss_before"] = _rss()
            self.call_after_refresh(self._load, data)

        def _load(self, data: TableData) -> None:
            begin = time.process_time()
            self.query_one(VirtualTable).set_data(data)
            self.query_one(VirtualTable).focus()
            self.call_after_refresh(lambda: facts.update(load=round(time.process_time() - begin, 3)))

        def on_key(self, event: events.Key) -> None:
            table = self.query_one(VirtualTable)
            if event.key == "Q":
                self.exit()
            elif event.key == "backspace":
                self._filter(table, table.filter_text[:-1])
            elif event.character and event.character.isdigit():
                self._filter(table, table.filter_text + event.character)

        def _filter(self, table: VirtualTable, text: str) -> None:
            begin = time.thread_time()
            table.set_filter(text)
            facts["filter"] = max(facts.get("filter", 0), _ms(time.thread_time() - begin))

    data = _make_data()
    gc.collect()
    gc.freeze()
    Host().run()
    told.write_text(json.dumps({**facts, "turn": _ms(max(turns)), "rss": _rss()}))


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGESIZE") / 1e6, 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--app"]:
        _run_app(Path(sys.argv[2]))
    else:
        measure_tui_table()
