"""What a decision costs: 4,000 draws over 12 vendors of 30 keys, and the whole command."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from benchmarks.measure import clean_environment, median, program, repeat

if TYPE_CHECKING:
    from benchmarks.run import Bench
    from supplymatrix.vendors.matrix import Option

__all__ = ["measure_decide"]

_VENDORS, _KEYS, _DRAWS, _RUNS = 12, 30, 4_000, 5
_SPANS = ((0, 0), (1, 1), (2, 2), (0, 2), (0, 2))  # in halves; two of five cells are unknown


def measure_decide(bench: Bench) -> None:
    """The draws, then `decide` with the profiles that come with the program."""
    print("\na decision")
    options, keys = _options()
    times = [_draw(bench, options, keys) for _ in range(_RUNS)]
    bench.note(f"{_VENDORS} vendors, {_KEYS} keys, {_DRAWS:,} draws: CPU", round(median(times), 3), "s", 1.0)
    command = [*program(), "decide", "--must", "fips_mode", "--draws", str(_DRAWS), "--as-of", "2026-11-25"]
    bench.command(command)
    runs = repeat(_RUNS, command, env=clean_environment(bench.scratch / "decide"), cwd=bench.scratch)
    bench.expect(holds=all(done.code == 0 for done in runs), what=f"decide ended with {runs[0].code}")
    bench.expect(holds=len({done.out for done in runs}) == 1, what="decide said two things to one seed")
    bench.note("decide, all vendors: CPU", round(median([done.cpu for done in runs]), 3), "s", 1.0)


def _draw(bench: Bench, options: list[Option], keys: tuple[str, ...]) -> float:
    from supplymatrix.vendors.decision import run_draws
    from supplymatrix.vendors.needs import Need

    begin = time.process_time()
    drawn = run_draws(options, [Need(key="key3", must=True)], draws=_DRAWS, seed=1, criteria=keys)
    taken = time.process_time() - begin
    bench.expect(holds=sum(drawn.firsts.values()) == _DRAWS, what="the firsts do not add up to the draws")
    return taken


def _options() -> tuple[list[Option], tuple[str, ...]]:
    from supplymatrix.model.vendor import State
    from supplymatrix.vendors.cells import Cell, CellStatus
    from supplymatrix.vendors.matrix import Option

    random = Random(1)  # noqa: S311 - the same cells in each run
    keys = tuple(f"key{number}" for number in range(_KEYS))

    def cell(key: str) -> Cell:
        low, high = random.choice(_SPANS)
        return Cell(
            key=key, state=State.UNKNOWN, status=CellStatus.UNKNOWN, answers=(), low=Fraction(low, 2),
            high=Fraction(high, 2),
        )  # fmt: skip

    names = [f"vendor{number}" for number in range(_VENDORS)]
    return [Option(id=name, name=name, profile=None, cells={key: cell(key) for key in keys}) for name in names], keys
