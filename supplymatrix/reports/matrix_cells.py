"""How a cell of the matrix is said: a mark and a word, a short text for a narrow column, its sources with their age.

Every format says the same with the same words. A mark never stands for itself alone: its word is beside it or in the
legend. What is not known is `?`; `~` was known until its evidence expired and counts as `?`; `!` says that sources
differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor

from supplymatrix.model.value import value
from supplymatrix.model.vendor import Capability, Scope, State
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import CapabilityKey
from supplymatrix.vendors.cells import Answer, Cell, CellEvidence, CellStatus
from supplymatrix.vendors.matrix import Matrix, MatrixScore, Option, StaleAnswer
from supplymatrix.vendors.user_data import placeholder_words

__all__ = [
    "LEGEND", "CellTally", "age_of", "answer_word", "dates_of", "is_doubtful", "mark_of", "numbers_of",
    "say_tally", "say_weights", "scope_of", "searched_lines", "short_texts", "span_of", "stale_name", "state_word",
    "tally_of", "tenths", "value_of", "word_of", "write_ascii",
]  # fmt: skip

_WORDS: Mapping[State, str] = {
    State.YES: "yes",
    State.PARTIAL: "partly",
    State.NO: "no",
    State.NA: "n/a",
    State.UNKNOWN: "unknown",
}
_WHY: Mapping[CellStatus, str] = {
    CellStatus.STALE: "stale",
    CellStatus.CONFLICT: "conflict",
    CellStatus.UNSUPPORTED: "unsupported",
    CellStatus.NOT_ASKED: "not asked",
}
_MARKS: Mapping[str, str] = {
    "yes": "✓", "partly": "◐", "no": "✗", "n/a": "–", "stale": "~", "conflict": "!",  # noqa: RUF001 - what cannot apply
}  # fmt: skip
_ASCII: Mapping[str, str] = {"yes": "Y", "partly": "p", "no": "N", "n/a": "-", "stale": "~", "conflict": "!"}
LEGEND: tuple[tuple[str, str], ...] = (
    ("yes", "yes"),
    ("partly", "partly"),
    ("no", "no"),
    ("n/a", "cannot apply"),
    ("unknown", "unknown"),
    ("stale", "stale: counts as ?"),
    ("conflict", "sources differ"),
)
"""Words of marks and what they mean."""


@value
class CellTally:
    """How many cells of what. unknown: all that count as unknown, of these `stale`, `conflict` and `not_asked`."""

    cells: int
    known: int
    unknown: int
    stale: int
    conflict: int
    not_asked: int


def word_of(cell: Cell) -> str:
    """Return the word for a cell: its state or, of an unknown one, why it is not known."""
    return _word(cell.state, cell.status)


def answer_word(answer: Answer) -> str:
    """Return the word for one statement."""
    return _word(answer.state, answer.status)


def state_word(state: State) -> str:
    """Return the word for a state, whatever its evidence is worth."""
    return _WORDS[state]


def _word(state: State, status: CellStatus) -> str:
    return _WORDS[state] if state is not State.UNKNOWN else _WHY.get(status, _WORDS[state])


def mark_of(word: str, *, ascii_only: bool = False) -> str:
    """Return the mark for a word, one cell wide."""
    return (_ASCII if ascii_only else _MARKS).get(word, "?")


def is_doubtful(cell: Cell) -> bool:
    """Whether sources of a cell differ, though one of them holds."""
    return cell.state is not State.UNKNOWN and (bool(cell.conflicts) or any(a.outranked_by for a in cell.answers))


def value_of(cell: Cell) -> str:
    """Return what a cell says, in words; of an unknown one, what was said or why it is not known."""
    if cell.state is not State.UNKNOWN:
        return plain(placeholder_words(cell.text))
    if cell.status is CellStatus.STALE:
        answer = next(answer for answer in cell.answers if answer.status is CellStatus.STALE)
        value = placeholder_words(answer.capability.value)
        was = f"{_WORDS[answer.said]}: {value}" if value else _WORDS[answer.said]
        return plain(f"stale since {answer.stale_since}, was {was}")
    if cell.status is CellStatus.CONFLICT:
        said = dict.fromkeys(_WORDS[answer.said] for answer in cell.answers if answer.said is not State.UNKNOWN)
        return f"sources differ: {' or '.join(said)}" if len(said) > 1 else "a stronger source says otherwise"
    if cell.status is CellStatus.UNSUPPORTED:
        return "no source that counts on this day"
    return "not asked" if cell.status is CellStatus.NOT_ASKED else ""


def short_texts(cell: Cell) -> Iterator[str]:
    """Yield ever shorter texts for a narrow column; the last one is the word."""
    word = word_of(cell)
    holding = next((answer for answer in cell.answers if answer.state is cell.state), None)
    if holding is not None and cell.state in (State.YES, State.PARTIAL):
        row = holding.capability
        yield plain(placeholder_words(row.value))
        yield plain(", ".join(row.items))
        if row.numbers:
            unit = {"days": "d", "months": "mo"}.get(row.unit, row.unit)
            yield f"{'/'.join(str(number) for number in row.numbers.values())} {unit}"
        yield _range(row.items)
    yield word


def _range(items: Sequence[str]) -> str:
    """Return minors of Go as a range where none is left out in between: "1.24-26"."""
    parts = [item.split(".") for item in items]
    if len(items) < 2 or not all(len(part) == 2 and part[0] == "1" and part[1].isdigit() for part in parts):
        return ""
    numbers = sorted(int(part[1]) for part in parts)
    whole = numbers == list(range(numbers[0], numbers[-1] + 1))
    return f"1.{numbers[0]}-{numbers[-1]}" if whole else ""


def numbers_of(row: Capability) -> str:
    """Return the numbers of a statement as words, e.g. "critical 7 days"."""
    return ", ".join(f"{name} {number:,} {row.unit}" for name, number in row.numbers.items())


def scope_of(scope: Scope) -> str:
    """Return for what a statement holds, "" for everything: "go-toolset, 1.26, arm64"."""
    tier = f"{scope.tier} for" if scope.tier else ""
    return ", ".join(part for part in (scope.offer, scope.minor and f"Go {scope.minor}", scope.arch, tier) if part)


def dates_of(source: CellEvidence, as_of: date) -> str:
    """Return when a source is from, when it was read, and until when it counts."""
    item = source.evidence
    parts = [f"dated {item.source_date}"] if item.source_date else []
    parts.append(f"read {item.retrieved_at} ({age_of(item.retrieved_at, as_of)})")
    if item.retrieved_at > as_of:
        parts.append("counts from that day on")
    elif source.expires_at < as_of:
        parts.append(f"expired, counted until {source.expires_at}")
    elif source.is_live:
        parts.append(f"counts until {source.expires_at} ({counted((source.expires_at - as_of).days, 'day')} left)")
    else:
        parts.append("recall: never counts")
    return ", ".join(parts)


def age_of(day: date, as_of: date) -> str:
    """Return how long before a day something was."""
    days = (as_of - day).days
    return "that day" if days == 0 else f"{counted(days, 'day')} ago" if days > 0 else f"{counted(-days, 'day')} later"


def searched_lines(answer: Answer) -> tuple[str, ...]:
    """Return where an unknown was looked for, a line each."""
    row = answer.capability
    when = f" on {row.searched_at}" if row.searched_at else ""
    return tuple(f"looked for{when}: {place}" for place in row.searched)


def span_of(score: MatrixScore) -> str:
    """Return a score as whole numbers, never narrower than it is: "41-63"; one number where nothing is unknown."""
    if score.low == score.high:
        return f"{round(score.low)}"
    return f"{floor(score.low)}–{ceil(score.high)}"  # noqa: RUF001 - a span


def tenths(number: Fraction) -> str:
    """Return a number of points as it is read at a glance: 6.1; a whole one as it is."""
    return str(number) if number.denominator == 1 else f"{float(number):.1f}"


def tally_of(options: Sequence[Option], keys: Sequence[CapabilityKey]) -> CellTally:
    """Count the cells of some options."""
    cells = [option.cells[key.id] for option in options for key in keys]
    unknown = [cell for cell in cells if cell.state is State.UNKNOWN]
    return CellTally(
        cells=len(cells),
        known=len(cells) - len(unknown),
        unknown=len(unknown),
        stale=sum(cell.status is CellStatus.STALE for cell in unknown),
        conflict=sum(cell.status is CellStatus.CONFLICT for cell in unknown),
        not_asked=sum(cell.status is CellStatus.NOT_ASKED for cell in unknown),
    )


def say_tally(tally: CellTally) -> str:
    """Return the count of cells as a line."""
    of = [
        f"{number:,} {word}"
        for number, word in ((tally.not_asked, "not asked"), (tally.stale, "stale"), (tally.conflict, "in conflict"))
        if number
    ]
    why = f" (of these {', '.join(of)})" if of else ""
    return f"{counted(tally.cells, 'cell')}: {tally.known:,} known, {tally.unknown:,} unknown{why}"


def stale_name(item: StaleAnswer) -> str:
    """Return what is stale: "redhat/fips_mode", with the offer in brackets where it is of one."""
    scope = scope_of(item.answer.capability.scope)
    return f"{item.answer.vendor}/{item.key}" + (f" ({scope})" if scope else "")


def write_ascii(text: str) -> str:
    """Return a text in ASCII: our own signs as the nearest ones, everything else written out."""
    for sign, stand_in in (("–", "-"), ("…", "~"), ("·", "|"), ("×", "x")):  # noqa: RUF001 - what is replaced
        text = text.replace(sign, stand_in)
    return text.encode("ascii", "backslashreplace").decode("ascii")


def say_weights(matrix: Matrix, weights_from: str) -> str:
    """Return where the weights are from, and their sum."""
    return f"weights: {plain(weights_from) or 'default'}, sum {sum(matrix.weights.values()):,}"
