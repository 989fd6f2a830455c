"""A decision without hidden weights: who drops out, and how often each option comes first.

1. A must-have drops an option whose cell is known to fail it; an unknown never does.
2. An option drops out that another one beats or equals on every key, whatever the unknowns turn out to be.
3. What is left is compared under thousands of weightings, drawn evenly from all there are, with one condition: a key
   that the buyer named as a need weighs at least as much as any that was not named. In each draw every unknown is yes
   or no by the toss of a coin. The share of draws in which an option comes first is what is said, no score.

Draws are whole numbers from a seeded generator, so that the same seed gives the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import mul
from random import Random

from supplymatrix.model.value import value
from supplymatrix.model.vendor import State
from supplymatrix.vendors.capability_keys import KEYS, Role
from supplymatrix.vendors.cells import Answer, Cell, CellStatus
from supplymatrix.vendors.matrix import Matrix, Option
from supplymatrix.vendors.needs import Need

__all__ = [
    "CRITERIA", "Drawn", "DroppedOption", "Elimination", "Unknown", "drawn_weights", "eliminations", "fails",
    "find_dominated", "run_draws",
]  # fmt: skip

CRITERIA: tuple[str, ...] = tuple(key.id for key in KEYS.values() if key.role is not Role.DESCRIBES)
"""The keys that can be weighed, in the order of the matrix."""
_BITS = 24  # of a drawn cut; 28 cuts of 24 bits tell 4,000 weightings apart a thousand times over
_HALVES = 2  # cells earn 0, ½ or 1: counted in halves they are whole


@value
class Elimination:
    """An option fails a must-have. evidence: ids "vendor:id" behind the cell; missing: items that it has not."""

    option: str
    need: Need
    state: State
    evidence: tuple[str, ...]
    missing: tuple[str, ...] = ()


@value
class DroppedOption:
    """An option that another beats or equals on every key."""

    option: str
    by: str


@value
class Unknown:
    """An unknown cell, and in how many draws first place hangs on it. draws: of all."""

    option: str
    key: str
    decides: int


@value
class Drawn:
    """The outcome of the draws. firsts: option → draws won, ties shared; weights: the mean weighting, shares of 1 by
    key; unknowns: the most decisive first."""

    draws: int
    seed: int
    firsts: Mapping[str, Fraction]
    weights: Mapping[str, Fraction]
    unknowns: tuple[Unknown, ...]

    def share(self, option: str) -> Fraction:
        """Return in which part of the draws an option came first."""
        return self.firsts.get(option, Fraction(0)) / self.draws


def fails(cell: Cell, need: Need) -> tuple[str, ...] | None:
    """Return the items that a cell is known to lack, () where it fails as a whole, None where it does not fail.

    A cell fails when what is known says so: no answer leaves it open. A list that an answer gives is taken as whole.
    """
    if cell.status is not CellStatus.LIVE:
        return None
    if cell.state in (State.NO, State.NA):
        return None if any(_is_open(answer) for answer in cell.answers) else ()
    lists = [answer.capability.items for answer in cell.answers if answer.state in (State.YES, State.PARTIAL)]
    if not need.items or not lists or not all(lists) or any(_is_open(answer) for answer in cell.answers):
        return None
    have = {item for items in lists for item in items}
    missing = tuple(item for item in need.items if item not in have)
    return missing or None


def eliminations(matrix: Matrix, needs: Sequence[Need]) -> tuple[Elimination, ...]:
    """Return every must-have that an option is known to fail."""
    found = []
    for option in matrix.options:
        for need in needs:
            cell = option.cells[need.key]
            missing = fails(cell, need) if need.must else None
            if missing is not None:
                found.append(
                    Elimination(
                        option=option.id, need=need, state=cell.state, evidence=cell.evidence_ids, missing=missing
                    )
                )
    return tuple(found)


def find_dominated(options: Sequence[Option], criteria: Sequence[str] = CRITERIA) -> tuple[DroppedOption, ...]:
    """Return the options that another one beats or equals on every key at its worst, and beats somewhere.

    Of those who dominate, the first in order is named.
    """
    found = []
    for option in options:
        by = next((other.id for other in options if other is not option and _dominates(other, option, criteria)), "")
        if by:
            found.append(DroppedOption(option=option.id, by=by))
    return tuple(found)


def drawn_weights(random: Random, needed: Sequence[bool]) -> list[int]:
    """Return one weighting, evenly drawn from all whose needed keys weigh at least as much as the others.

    Cuts in a line give parts that are evenly distributed over all weightings; handing the larger parts to the needed
    keys keeps each order within both groups as likely as any other.
    """
    cuts = sorted(random.getrandbits(_BITS) for _ in range(len(needed) - 1))
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 1 << _BITS], strict=True)]
    if not any(needed) or all(needed):
        return parts
    count = sum(needed)
    ordered = sorted(parts, reverse=True)
    large, small = ordered[:count], ordered[count:]
    random.shuffle(large)
    random.shuffle(small)
    return [large.pop() if is_needed else small.pop() for is_needed in needed]


def run_draws(
    options: Sequence[Option],
    needs: Sequence[Need],
    *,
    draws: int,
    seed: int,
    criteria: Sequence[str] = CRITERIA,
) -> Drawn:
    """Compare options under `draws` weightings. It costs a product of whole numbers for each option, key and draw."""
    random = Random(seed)  # noqa: S311 - a decision must be repeatable; nothing secret hangs on it
    named = {need.key for need in needs}
    needed = [key in named for key in criteria]
    lows = [[int(option.cells[key].low * _HALVES) for key in criteria] for option in options]
    highs = [[int(option.cells[key].high * _HALVES) for key in criteria] for option in options]
    open_cells = [
        (row, column)
        for row in range(len(options))
        for column in range(len(criteria))
        if lows[row][column] != highs[row][column]
    ]
    decides = [0] * len(open_cells)
    firsts = [Fraction(0)] * len(options)
    totals = [0] * len(criteria)
    for _ in range(draws):
        weights = drawn_weights(random, needed)
        coins = random.getrandbits(len(open_cells)) if open_cells else 0
        cells = [list(row) for row in lows]
        for number, (row, column) in enumerate(open_cells):
            if coins >> number & 1:
                cells[row][column] = highs[row][column]
        values = [sum(map(mul, weights, row)) for row in cells]
        best = max(values)
        winners = [row for row, worth in enumerate(values) if worth == best]
        for row in winners:
            firsts[row] += Fraction(1, len(winners)) if len(winners) > 1 else 1
        _count_decisive(decides, open_cells, values, rows=(cells, lows, highs), weights=weights)
        totals = [total + weight for total, weight in zip(totals, weights, strict=True)]
    whole = draws << _BITS
    unknowns = [
        Unknown(option=options[row].id, key=criteria[column], decides=decides[number])
        for number, (row, column) in enumerate(open_cells)
    ]
    return Drawn(
        draws=draws,
        seed=seed,
        firsts={option.id: first for option, first in zip(options, firsts, strict=True)},
        weights={key: Fraction(total, whole) for key, total in zip(criteria, totals, strict=True)},
        unknowns=tuple(sorted(unknowns, key=lambda item: (-item.decides, item.option, item.key))),
    )


def _count_decisive(
    decides: list[int],
    open_cells: Sequence[tuple[int, int]],
    values: Sequence[int],
    *,
    rows: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]], Sequence[Sequence[int]]],
    weights: Sequence[int],
) -> None:
    """Add one to each unknown that decides, in this draw, whether its option comes first. rows: as drawn, at their
    least, at their most."""
    cells, lows, highs = rows
    ordered = sorted(values, reverse=True)
    best, second = ordered[0], ordered[1] if len(ordered) > 1 else -1
    for number, (row, column) in enumerate(open_cells):
        worth = values[row]
        rival = second if worth == best else best
        base = worth - cells[row][column] * weights[column]
        low, high = base + lows[row][column] * weights[column], base + highs[row][column] * weights[column]
        if (low > rival) - (low < rival) != (high > rival) - (high < rival):
            decides[number] += 1


def _is_open(answer: Answer) -> bool:
    """Whether an answer leaves it open what a vendor has, because it is not known or not carried by evidence today."""
    return answer.state is State.UNKNOWN


def _dominates(one: Option, other: Option, criteria: Sequence[str]) -> bool:
    better = False
    for key in criteria:
        low, high = one.cells[key].low, other.cells[key].high
        if low < high:
            return False
        better = better or low > high
    return better
