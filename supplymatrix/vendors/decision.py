"""A decision without hidden weights: who drops out, and how often each option comes first.

1. A must-have drops an option whose cell is known to fail it; an unknown never does.
2. A vendor on whose path the project stands is a part of `today` and is not compared with it, unless it offers what
   the project has not: then it is an option of its own, as if all of it were bought.
3. An option drops out that another one beats or equals on every key, whatever the unknowns turn out to be.
   `today` alone never drops out for that vendor: what is for sale besides has a price, and prices are not weighed.
4. What is left is compared under thousands of weightings, drawn evenly from all there are, with one condition: a key
   that the buyer named as a need weighs at least as much as any that was not named. In each draw every unknown is yes
   or no by the toss of a coin. The share of draws in which an option comes first is what is said, no score.

Draws are whole numbers from seeded generators, so that the same seed gives the same bytes everywhere. A coin is tossed
for every cell, known or not: what becomes known changes no other toss. What is unknown of `today` and of the vendor
that it comes from is one unknown: it has one coin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import mul
from random import Random

from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import State
from supplymatrix.vendors.capability_keys import KEYS, Role
from supplymatrix.vendors.cells import Answer, Cell, CellStatus
from supplymatrix.vendors.matrix import TODAY, Option
from supplymatrix.vendors.needs import Need

__all__ = [
    "CRITERIA", "Drawn", "DroppedOption", "Elimination", "Unknown", "drawn_weights", "eliminations", "fails",
    "find_dominated", "fit_option", "lacking", "may_fail", "parts_of_today", "run_draws", "sold_besides",
]  # fmt: skip

CRITERIA: tuple[str, ...] = tuple(key.id for key in KEYS.values() if key.role is not Role.DESCRIBES)
"""The keys that can be weighed, in the order of the matrix."""
_BITS = 24  # of a drawn cut; two dozen cuts of 24 bits tell a million weightings apart
_HALVES = 2  # cells earn 0, ½ or 1: counted in halves they are whole
_HAVE = (State.YES, State.PARTIAL)


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
    """An option that another beats or equals on every key. is_part: it is one of the paths that `today` stands on."""

    option: str
    by: str
    is_part: bool = False


@value
class Unknown:
    """An unknown cell, and in how many of all draws first place hangs on it."""

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

    A cell fails when what is known says so: an offer of which nothing is known leaves it open. What a list does not
    name is missing only where every list is said to be complete; a partial yes is no failure.
    """
    if cell.status is not CellStatus.LIVE or _has_open_offer(cell):
        return None
    if cell.state in (State.NO, State.NA):
        return () if cell.high == 0 else None  # to an offer that cannot do a harm, the question about it does not apply
    have, is_whole = _listed(cell)
    missing = tuple(item for item in need.items if item not in have)
    return missing if missing and is_whole else None


def eliminations(options: Sequence[Option], needs: Sequence[Need]) -> tuple[Elimination, ...]:
    """Return every must-have that an option is known to fail."""
    found = []
    for option in options:
        for need in needs:
            cell = option.cells[need.key]
            missing = fails(cell, need) if need.must else None
            if missing is None:
                continue
            evidence = _live_evidence(cell) if missing else cell.evidence_ids
            found.append(Elimination(option=option.id, need=need, state=cell.state, evidence=evidence, missing=missing))
    return tuple(found)


def fit_option(option: Option, needs: Sequence[Need]) -> Option:
    """Return an option whose cells earn what they are worth to this buyer.

    Where items are needed, a complete list without any of them earns nothing, and one with some at most a half; a yes
    whose list is not complete, or that names none, may turn out to be so.
    """
    cells = {need.key: _fit_cell(option.cells[need.key], need) for need in needs if need.items}
    return changed(option, cells={**option.cells, **cells}) if cells else option


def parts_of_today(options: Sequence[Option]) -> tuple[DroppedOption, ...]:
    """Return the vendors on whose paths the project stands and that offer nothing which it has not, if `today` is among
    the options: beside it they could only tie with it or lose to it.
    """
    today = next((option for option in options if option.id == TODAY), None)
    if today is None:
        return ()
    paths = {name for name, _ in today.standing}
    parts = [option for option in options if option.id in paths and not sold_besides(option, today)]
    return tuple(DroppedOption(option=option.id, by=TODAY, is_part=True) for option in parts)


def sold_besides(option: Option, today: Option, criteria: Sequence[str] = CRITERIA) -> tuple[str, ...]:
    """Return the keys on which a vendor has more, or may have more, than the project has of it."""
    return tuple(
        key
        for key in criteria
        if (option.cells[key].low, option.cells[key].high) != (today.cells[key].low, today.cells[key].high)
        and (option.cells[key].low > today.cells[key].low or option.cells[key].high > today.cells[key].high)
    )


def find_dominated(options: Sequence[Option], criteria: Sequence[str] = CRITERIA) -> tuple[DroppedOption, ...]:
    """Return the options that another one beats or equals on every key at its worst, and beats somewhere.

    Of those who dominate, the first in order is named that nobody dominates.
    """
    above = {
        option.id: [
            other.id
            for other in options
            if other is not option and not _is_path(other, option) and _dominates(other, option, criteria)
        ]
        for option in options
    }
    return tuple(
        DroppedOption(option=name, by=next(other for other in others if not above[other]))
        for name, others in above.items()
        if others
    )


def _is_path(other: Option, option: Option) -> bool:
    """Whether an option is `today` and stands on the other's path."""
    return option.id == TODAY and any(name == other.id for name, _ in option.standing)


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
    """Compare options, at least one, under `draws` weightings, at least one.

    It costs a product of whole numbers for each option, key and draw.
    """
    of_weights, of_coins = Random(seed), Random(seed + (1 << 64))  # noqa: S311 - repeatable; nothing secret hangs on it
    named = {need.key for need in needs}
    needed = [key in named for key in criteria]
    table = _Table(options, criteria)
    decides: dict[tuple[int, int], int] = {(row, column): 0 for row, found in table.open for column, _, _ in found}
    alone, shared = [0] * len(options), [Fraction(0)] * len(options)
    totals = [0] * len(criteria)
    for _ in range(draws):
        weights = drawn_weights(of_weights, needed)
        coins = of_coins.getrandbits(table.size)
        values = table.values(weights, coins)
        best = max(values)
        if values.count(best) == 1:
            alone[values.index(best)] += 1
        else:
            winners = [row for row, worth in enumerate(values) if worth == best]
            for row in winners:
                shared[row] += Fraction(1, len(winners))
        table.count_decisive(decides, values, weights, coins)
        totals = [total + weight for total, weight in zip(totals, weights, strict=True)]
    whole = draws << _BITS
    unknowns = [
        Unknown(option=options[row].id, key=criteria[column], decides=count)
        for (row, column), count in decides.items()
        if (row, column) not in table.asked_elsewhere
    ]
    return Drawn(
        draws=draws,
        seed=seed,
        firsts={option.id: alone[row] + shared[row] for row, option in enumerate(options)},
        weights={key: Fraction(total, whole) for key, total in zip(criteria, totals, strict=True)},
        unknowns=tuple(sorted(unknowns, key=lambda item: (-item.decides, item.option, item.key))),
    )


class _Table:
    """Cells in whole halves. open: row → (column, number of its coin, what yes adds to no) of each unknown cell;
    asked_elsewhere: (row, column) of unknowns of `today` that are counted for the vendor."""

    def __init__(self, options: Sequence[Option], criteria: Sequence[str]) -> None:
        self.size = len(options) * len(criteria)
        self._lows = [[int(option.cells[key].low * _HALVES) for key in criteria] for option in options]
        self.open: list[tuple[int, list[tuple[int, int, int]]]] = []
        shared = _shared_unknowns(options, criteria)
        self._of_two: list[tuple[int, int, list[tuple[int, int]]]] = []
        for row, option in enumerate(options):
            highs = [int(option.cells[key].high * _HALVES) for key in criteria]
            spans = [(column, shared.get((row, column), row) * len(criteria) + column, high - self._lows[row][column])
                     for column, high in enumerate(highs)]  # fmt: skip
            if found := [span for span in spans if span[2]]:
                self.open.append((row, found))
        self.asked_elsewhere = {(other, column) for (_, column), other in shared.items()}
        gains = {(row, column): gain for row, found in self.open for column, _, gain in found}
        for (row, column), other in shared.items():
            pair = [(row, gains[row, column]), (other, gains[other, column])]
            self._of_two.append((column, other * len(criteria) + column, pair))
        self._alone = [
            (row, [span for span in found if all(column != span[0] or row not in dict(pair)
                                                 for column, _, pair in self._of_two)])
            for row, found in self.open
        ]  # fmt: skip

    def values(self, weights: Sequence[int], coins: int) -> list[int]:
        """Return what each option is worth in a draw."""
        values = [sum(map(mul, weights, low)) for low in self._lows]
        for row, found in self.open:
            values[row] += sum([weights[column] * gain for column, coin, gain in found if coins >> coin & 1])
        return values

    def count_decisive(
        self, decides: dict[tuple[int, int], int], values: Sequence[int], weights: Sequence[int], coins: int
    ) -> None:
        """Add one to each unknown that decides, in this draw, whether its option comes first, ties, or does not.

        An unknown that two options share is counted for the vendor, who is to be asked: where it changes who is first.
        """
        if len(values) < 2:
            return
        for column, coin, pair in self._of_two:
            winners = []
            for is_yes in (False, True):
                turned = list(values)
                for row, gain in pair:
                    turned[row] += weights[column] * gain * (is_yes - (coins >> coin & 1))
                winners.append([value == max(turned) for value in turned])
            if winners[0] != winners[1]:
                decides[pair[0][0], column] += 1
        ordered = sorted(values)
        best, second = ordered[-1], ordered[-2]
        most = max(weights) * _HALVES  # no single cell moves its option farther
        for row, found in self._alone:
            worth = values[row]
            rival = second if worth == best else best
            if worth - rival > most or rival - worth > most:
                continue
            for column, coin, gain in found:
                low = worth - weights[column] * gain if coins >> coin & 1 else worth
                high = low + weights[column] * gain
                if (low > rival) - (low < rival) != (high > rival) - (high < rival):
                    decides[row, column] += 1


def _shared_unknowns(options: Sequence[Option], criteria: Sequence[str]) -> dict[tuple[int, int], int]:
    """Return (row of a vendor, column) → row of `today`, where both do not know the same: what that vendor answers."""
    today = next((row for row, option in enumerate(options) if option.id == TODAY), None)
    if today is None:
        return {}
    paths = {name for name, _ in options[today].standing}
    found = {}
    for row, option in enumerate(options):
        for column, key in enumerate(criteria):
            own, cell = option.cells[key], options[today].cells[key]
            if option.id in paths and own.low < own.high and cell.low < cell.high:
                open_ = {answer.vendor for answer in cell.answers if answer.state is State.UNKNOWN} or paths
                if open_ == {option.id}:
                    found[row, column] = today
    return found


def _has_open_offer(cell: Cell) -> bool:
    """Whether there is an offer, or another part that answers are about, of which nothing is known today."""
    about = [((answer.vendor, answer.capability.scope), answer.state is State.UNKNOWN) for answer in cell.answers]
    known = {part for part, is_unknown in about if not is_unknown}
    return any(part not in known for part, _ in about)


def _listed(cell: Cell) -> tuple[frozenset[str], bool]:
    """Return the items that the answers that hold name, and whether each of these says that nothing else is there."""
    rows = [answer.capability for answer in cell.answers if _holds(answer)]
    is_whole = bool(rows) and all(row.items and row.complete for row in rows)
    return frozenset(item for row in rows for item in row.items), is_whole


def _holds(answer: Answer) -> bool:
    return answer.state in _HAVE and not answer.outranked_by


def _live_evidence(cell: Cell) -> tuple[str, ...]:
    """Return the ids behind all lists of a cell."""
    found = [
        f"{answer.vendor}:{source.evidence.id}"
        for answer in cell.answers
        if _holds(answer)
        for source in answer.evidence
        if source.is_live
    ]
    return tuple(dict.fromkeys(found))


def lacking(cell: Cell, need: Need) -> tuple[tuple[str, ...], bool]:
    """Return which needed items a cell that is known to be there does not name, and whether it is sure to lack them."""
    if cell.status is not CellStatus.LIVE or cell.state not in _HAVE:
        return (), False
    have, is_whole = _listed(cell)
    missing = tuple(item for item in need.items if item not in have)
    return missing, bool(missing) and is_whole and not _has_open_offer(cell)


def may_fail(cell: Cell, need: Need) -> bool:
    """Whether a cell that is not known to fail a must-have is not known to meet it either."""
    return cell.low == 0 < cell.high or bool(lacking(cell, need)[0])


def _fit_cell(cell: Cell, need: Need) -> Cell:
    missing, is_sure = lacking(cell, need)
    if not missing:
        return cell
    most = Fraction(0) if len(missing) == len(need.items) else Fraction(1, 2)
    if not is_sure:
        return changed(cell, low=min(cell.low, most))
    return changed(cell, low=min(cell.low, most), high=min(cell.high, most))


def _dominates(one: Option, other: Option, criteria: Sequence[str]) -> bool:
    better = False
    for key in criteria:
        low, high = one.cells[key].low, other.cells[key].high
        if low < high:
            return False
        better = better or low > high
    return better
