"""The matrix as Markdown: scores, all marks in one table, and what each option answers with its sources.

What comes from profiles stands in code spans where it could be more than words, as in all Markdown of this program. An
address becomes a link when it is https and cannot end the link that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.model.vendor import State, VendorEvidence
from supplymatrix.reports.markdown import LIMIT, code, sentence
from supplymatrix.reports.matrix_cells import (
    LEGEND,
    is_doubtful,
    mark_of,
    say_tally,
    say_weights,
    span_of,
    stale_name,
    tally_of,
    value_of,
    word_of,
)
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import CapabilityKey
from supplymatrix.vendors.cells import Cell
from supplymatrix.vendors.matrix import TODAY, MatrixView, Option, row_number, stale_answers

__all__ = ["render_matrix_markdown"]

_RESERVE = 500  # characters for what is said at the end
_SOURCES = 3  # of a cell; the JSON has all
_COMMIT = re.compile(r"@([0-9a-f]{12})[0-9a-f]{28}(?=:)")  # as much of it as people write
_LABEL = re.compile(r"[a-z0-9_-]+:[a-z0-9_-]+")
_LINKABLE = re.compile(r"https://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")


def render_matrix_markdown(view: MatrixView) -> str:
    """Return the matrix as GitHub's Markdown, of at most LIMIT characters; what is left out is counted at the end."""
    matrix = view.matrix
    lines = [
        f"## Support paths for Go on {matrix.as_of}",
        "",
        *_today(view),
        "",
        *_scores(view),
        "",
        *_marks(view),
        "",
        _legend(),
        "",
        sentence(f"{say_tally(tally_of(matrix.options, matrix.keys))}; {say_weights(matrix, view.weights_from)}."),
        "",
        *_missing(view),
    ]
    left = LIMIT - _RESERVE - sum(len(line) + 1 for line in lines)
    known: dict[str, str] = {}
    skipped = 0
    for key in matrix.keys:
        addresses = dict(known)
        section = [*_answers(view, key, addresses), ""]
        added = [line for name, line in addresses.items() if name not in known]
        size = sum(len(line) + 1 for line in (*section, *added))
        if skipped or size > left:
            skipped += 1
            continue
        left -= size
        lines += section
        known = addresses
    if skipped:
        what = f"the answers to {counted(skipped, 'question')}"
        lines += [f"**Not shown here for want of room: {what}.** The JSON and HTML reports have them all.", ""]
    return "\n".join([*lines, *known.values()]).rstrip("\n") + "\n"


def _today(view: MatrixView) -> Iterator[str]:
    option = next(option for option in view.matrix.options if option.id == TODAY)
    for vendor, why in option.standing or (("nobody", "no profile of the Go project is there"),):
        yield f"- **today** is {code(vendor)}: {sentence(why)}"


def _scores(view: MatrixView) -> Iterator[str]:
    yield "| option | score of 100 | known | unknown | stale |"
    yield "|---|--:|--:|--:|--:|"
    for option in view.matrix.options:
        tally = tally_of([option], view.matrix.keys)
        row = (span_of(view.scores[option.id]), tally.known, tally.unknown, tally.stale)
        yield f"| {sentence(option.name)} | {' | '.join(map(str, row))} |"


def _marks(view: MatrixView) -> Iterator[str]:
    options = view.matrix.options
    yield f"| question | weight | {' | '.join(sentence(option.name) for option in options)} |"
    yield f"|---|--:|{'|'.join([':-:'] * len(options))}|"
    for key in view.matrix.keys:
        cells = " | ".join(_mark(option.cells[key.id]) for option in options)
        title = f"{row_number(key)} {key.title}".replace(" ", "\u00a0")
        yield f"| {title} | {view.matrix.weights.get(key.id, 0) or '·'} | {cells} |"


def _mark(cell: Cell) -> str:
    return mark_of(word_of(cell)) + (" !" if is_doubtful(cell) else "")


def _legend() -> str:
    return " · ".join(f"{mark_of(word)} {text}" for word, text in LEGEND)


def _missing(view: MatrixView) -> Iterator[str]:
    for item in stale_answers(view.matrix):
        yield f"- stale since {item.answer.stale_since}: {code(stale_name(item))}"
    for gap in view.gaps:
        yield f"- not known: {sentence(f'{gap.wanted}: {gap.reason}')}"
    for fault in view.faults:
        yield f"- not used: {code(str(fault))}"
    if view.gaps or view.faults or stale_answers(view.matrix):
        yield ""


def _answers(view: MatrixView, key: CapabilityKey, addresses: dict[str, str]) -> Iterator[str]:
    """Yield the section of one key. addresses: the link definitions so far, by label; new ones are added."""
    yield f"### {row_number(key)} {key.title}"
    yield ""
    yield key.question
    yield ""
    yield "| option | state | answer | source |"
    yield "|---|:-:|---|---|"
    for option in view.matrix.options:
        yield _answer(option, key, addresses)


def _answer(option: Option, key: CapabilityKey, addresses: dict[str, str]) -> str:
    cell = option.cells[key.id]
    said = sentence(value_of(cell)) or word_of(cell)
    sources = [
        (answer.vendor, source.evidence)
        for answer in cell.answers
        if answer.state is cell.state
        for source in answer.evidence
        if source.is_live or cell.state is State.UNKNOWN
    ]
    shown = [_link(vendor, item, addresses) for vendor, item in sources[:_SOURCES]]
    shown += [f"and {len(sources) - _SOURCES} more"] if len(sources) > _SOURCES else []
    return f"| {sentence(option.name)} | {_mark(cell)} | {said} | {', '.join(shown)} |"


def _link(vendor: str, item: VendorEvidence, addresses: dict[str, str]) -> str:
    """Return a source's id with the day of its copy; a link, defined at the end of the page, where that is safe."""
    label = f"{vendor}:{item.id}"
    if not (_LINKABLE.fullmatch(item.source) and _LABEL.fullmatch(label)):
        source = _COMMIT.sub(r"@\1", item.source)
        return f"{code(item.id)} ({code(source)}) {item.retrieved_at}"
    addresses[label] = f"[{label}]: <{item.source}>"
    return f"[`{item.id}`][{label}] {item.retrieved_at}"
