"""A score in its parts, which add up to it exactly, and one cell down to its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction

from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import (
    answer_word,
    dates_of,
    mark_of,
    numbers_of,
    say_weights,
    scope_of,
    searched_lines,
    span_of,
    tenths,
    value_of,
    word_of,
    write_ascii,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, wrap
from supplymatrix.reports.tally import mixed
from supplymatrix.vendors.capability_keys import KEYS, Role
from supplymatrix.vendors.cells import Answer, Cell, CellEvidence, CellStatus
from supplymatrix.vendors.matrix import TODAY, MatrixScore, MatrixView, Option
from supplymatrix.vendors.user_data import placeholder_words

__all__ = ["render_cell", "render_score"]


def render_score(view: MatrixView, option: Option, *, width: int = 80, ascii_only: bool = False) -> str:
    """Return what each key adds to an option's score, and what the unknown ones could add."""
    score, weights = view.scores[option.id], view.matrix.weights
    out = wrap(f"{option.name} ({option.id}) on {view.matrix.as_of}: score {span_of(score)} of 100", width)
    out += [f"  {line}" for line in wrap(say_weights(view.matrix, view.weights_from), width - 2)]
    out += _standing(option, width)
    if not score.contributions:
        return "\n".join([*out, "", "no key has a weight: nothing was asked, so the score is 0 to 100", ""])
    whole = sum(weights.get(key, 0) for key in KEYS)
    table = [*_aligned(_parts(option, score, whole, ascii_only=ascii_only))]
    if max(map(len, table)) > width:
        table = [*_aligned(_rounded_parts(option, score, whole, ascii_only=ascii_only))]
    out += ["", *table]
    open_weight = [part for part in score.contributions if part.low != part.high]
    out += ["", *wrap(_rule(whole), width)]
    if open_weight:
        names = ", ".join(part.key for part in sorted(open_weight, key=lambda part: part.low - part.high))
        out += fold("what would narrow it: ", names, width)
        first = max(open_weight, key=lambda part: part.high - part.low).key
        again = plain(f"{view.again_project}{view.again_profiles}")
        out.append(f"next: supplymatrix matrix --explain {option.id}/{first}{again}")
    return _joined(out, ascii_only=ascii_only)


def render_cell(view: MatrixView, option: Option, key: str, *, width: int = 80, ascii_only: bool = False) -> str:
    """Return one cell with everything that it rests on."""
    cell, as_of = option.cells[key], view.matrix.as_of
    word = word_of(cell)
    said = value_of(cell)
    head = f"{option.id}/{key} on {as_of}: {mark_of(word, ascii_only=ascii_only)} {word}"
    out = wrap(f"{head}: {said}" if said and said != word else head, width)
    out += [f"  {line}" for line in wrap(KEYS[key].question, width - 2)]
    out += [f"  {line}" for line in wrap(_worth(view, option, key), width - 2)]
    out += _standing(option, width)
    for first, second in cell.conflicts:
        out += [f"  {line}" for line in wrap(f"conflict: {first} and {second} do not say the same", width - 2)]
    for number, answer in enumerate(cell.answers, 1):
        out += ["", *_answer(answer, number, as_of, width, ascii_only=ascii_only)]
    if not cell.answers:
        out += ["", *wrap("the profile has no answer to this question: nobody looked yet", width)]
    vendors = dict.fromkeys(answer.vendor for answer in cell.answers) or [name for name, _ in option.standing]
    names = list(vendors) or ([option.id] if option.id != TODAY else [])
    if names:
        out += ["", f"next: supplymatrix vendors show {names[0]} --key {key}{plain(view.again_profiles)}"]
    return _joined(out, ascii_only=ascii_only)


def _standing(option: Option, width: int) -> list[str]:
    return [
        line
        for vendor, why in option.standing
        for line in (f"  {text}" for text in wrap(f"{vendor}: {why}", width - 2))
    ]


def _parts(option: Option, score: MatrixScore, whole: int, *, ascii_only: bool) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a score as rows, exactly."""
    yield "", "", "wt", "earns", "points", "to at most"
    for part in score.contributions:
        cell = option.cells[part.key]
        mark = mark_of(word_of(cell), ascii_only=ascii_only)
        most = mixed(part.high) if part.high != part.low else ""
        yield mark, KEYS[part.key].title, str(part.weight), _earned(cell), mixed(part.low), most
    yield "", "sum", str(whole), "", mixed(score.low), mixed(score.high)


def _rounded_parts(option: Option, score: MatrixScore, whole: int, *, ascii_only: bool) -> Iterator[tuple[str, ...]]:
    """Yield the same to tenths of a point, for where fractions have no room."""
    yield "", "", "wt", "points"
    for part in score.contributions:
        mark = mark_of(word_of(option.cells[part.key]), ascii_only=ascii_only)
        yield mark, KEYS[part.key].title, str(part.weight), _from_to(part.low, part.high, tenths)
    yield "", "sum", str(whole), _from_to(score.low, score.high, tenths)


def _from_to(low: Fraction, high: Fraction, say: Callable[[Fraction], str]) -> str:
    return say(low) if low == high else f"{say(low)} to {say(high)}"


def _earned(cell: Cell) -> str:
    return _from_to(cell.low, cell.high, mixed)


def _rule(whole: int) -> str:
    return (
        f"points = 100 × weight × what the cell earns / {whole}. "  # noqa: RUF001 - a sign of multiplication
        "yes earns 1, partly 1/2, no 0, n/a 0 (1 where the question asks about a harm); unknown 0 to 1. "
        "The points add up to the score exactly."
    )


def _aligned(cells: Iterable[tuple[str, ...]]) -> Iterator[str]:
    rows = [*cells]
    sizes = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        mark, title, *numbers = row
        said = [f"{text:>{size}}" for text, size in zip(numbers, sizes[2:], strict=True)]
        yield f"{mark or ' '} {title:{sizes[1]}}  {'  '.join(said)}".rstrip()


def _worth(view: MatrixView, option: Option, key: str) -> str:
    role = KEYS[key].role
    weight = view.matrix.weights.get(key, 0)
    part = next((part for part in view.scores[option.id].contributions if part.key == key), None)
    kind = {Role.KNOCK_OUT: "can be a must-have, ", Role.DESCRIBES: "describes only, "}.get(role, "")
    if part is None:
        return f"{kind}not weighed"
    points, exact = (_from_to(part.low, part.high, say) for say in (tenths, mixed))
    exact = f" ({exact})" if exact != points else ""
    whole = sum(view.matrix.weights.get(name, 0) for name in KEYS)
    return f"{kind}weight {weight} of {whole}, earns {_earned(option.cells[key])}: {points} points of the score{exact}"


def _answer(answer: Answer, number: int, as_of: date, width: int, *, ascii_only: bool) -> Iterator[str]:
    row, word = answer.capability, answer_word(answer)
    scope = scope_of(row.scope)
    said = f" (the profile says {answer.said.value})" if answer.said is not answer.state else ""
    of = f" · {scope}" if scope else ""
    head = f"{number}. {mark_of(word, ascii_only=ascii_only)} {word}{said} · {answer.vendor}{of}"
    yield from wrap(head, width)
    for text in filter(None, (placeholder_words(row.value), ", ".join(row.items), numbers_of(row), row.note)):
        yield from (f"   {line}" for line in wrap(text, width - 3))
    if answer.stale_since is not None:
        yield from (f"   {line}" for line in wrap(f"stale since {answer.stale_since}: it counts as unknown", width - 3))
    if answer.status is CellStatus.UNSUPPORTED:
        yield "   no source of it counts on this day: it counts as unknown"
    if answer.outranked_by:
        yield from (
            f"   {line}" for line in wrap(f"a stronger source speaks against it: {answer.outranked_by}", width - 3)
        )
    if row.state is State.UNKNOWN:
        for line in searched_lines(answer):
            yield from fold("   - ", line, width)
    yield f"   {plain(str(row.location))}"
    for source in answer.evidence:
        yield from _source(source, as_of, width)
    for source in answer.against:
        yield from _source(source, as_of, width, head="   - otherwise says ")


def _source(source: CellEvidence, as_of: date, width: int, *, head: str = "   - ") -> Iterator[str]:
    item = source.evidence
    kind = item.kind.value.replace("_", " ")
    yield from fold(head, f"{item.id}: {kind}, confidence {item.confidence.value}", width)
    yield f"     {plain(item.source)}"
    texts = [item.locator, dates_of(source, as_of), item.note]
    texts += [f"sha256 {item.sha256}"] if item.sha256 else []
    texts += [f"conflicts with {', '.join(item.conflicts_with)}"] if item.conflicts_with else []
    for text in filter(None, texts):
        yield from (f"     {line}" for line in wrap(text, width - 5))


def _joined(lines: list[str], *, ascii_only: bool) -> str:
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return write_ascii(text) if ascii_only else text
