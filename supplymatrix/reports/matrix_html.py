"""The matrix as one HTML page that needs nothing else: no script, no other file, no address but the links to sources.

Its Content-Security-Policy allows the one style sheet in it, by its hash, and nothing more: whatever a profile would
bring along could not run or load. All text is escaped, and only https addresses become links.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import date
from html import escape

from supplymatrix.model.vendor import State
from supplymatrix.reports.matrix_cells import (
    LEGEND,
    answer_word,
    dates_of,
    is_doubtful,
    mark_of,
    numbers_of,
    say_tally,
    say_weights,
    scope_of,
    searched_lines,
    span_of,
    stale_name,
    tally_of,
    value_of,
    word_of,
)
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted, mixed
from supplymatrix.vendors.capability_keys import CapabilityKey
from supplymatrix.vendors.cells import Answer, Cell, CellEvidence, CellStatus
from supplymatrix.vendors.matrix import TODAY, MatrixScore, MatrixView, Option, stale_answers

__all__ = ["STYLE", "render_matrix_html"]

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --soft: #f3f4f6; --line: #c9ced6; --dim: #5b6470;
  --yes: #14692e; --partly: #855400; --no: #a4161a; --unknown: #1d4f91; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #15181c; --soft: #20252b; --line: #3c444e;
  --dim: #a3acb8; --yes: #6fd08c; --partly: #f0b955; --no: #ff8b86; --unknown: #8ebcff; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem 1.25rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
p, ul { margin: .3rem 0; max-width: 75rem; }
.dim { color: var(--dim); }
.scroll { overflow: auto; max-height: calc(100vh - 3rem); border: 1px solid var(--line); border-radius: 6px;
  margin: .75rem 0; }
table { border-collapse: separate; border-spacing: 0; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-right: 1px solid var(--line);
  border-bottom: 1px solid var(--line); min-width: 11rem; max-width: 22rem; overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--soft); }
tbody th, thead th:first-child { position: sticky; left: 0; z-index: 1; background: var(--soft); min-width: 12rem; }
thead th:first-child { z-index: 3; }
tbody th { font-weight: 600; }
tbody th small, thead small { display: block; font-weight: 400; color: var(--dim); }
td.today, th.today { box-shadow: inset 3px 0 0 var(--unknown); }
summary { cursor: pointer; }
summary b { margin-right: .3rem; }
.yes b { color: var(--yes); } .partly b { color: var(--partly); } .no b { color: var(--no); }
.unknown b, .stale b, .conflict b, .not-asked b, .unsupported b { color: var(--unknown); }
td.unknown, td.not-asked, td.unsupported, td.stale, td.conflict { background: var(--soft); }
.tag { border: 1px solid currentColor; border-radius: 3px; padding: 0 .25rem; font-size: .8em; color: var(--partly); }
.answer { border-top: 1px dashed var(--line); margin-top: .4rem; padding-top: .3rem; font-size: .92em; }
.answer ul { padding-left: 1.1rem; }
a { color: var(--link); }
svg { display: block; margin: .25rem 0; }
.bar { fill: var(--line); } .sure { fill: var(--yes); } .open { fill: var(--partly); }
td:has(details[open]) { min-width: 26rem; }
@media (max-width: 45rem) { th, td { min-width: 8.5rem; padding: .3rem .4rem; font-size: .9rem; }
  tbody th, thead th:first-child { min-width: 7.5rem; } tbody th small + small { display: block; } }
@page { size: A3 landscape; margin: 8mm; }
@media print {
  body { padding: 0; font-size: 7pt; line-height: 1.25; } h1 { font-size: 13pt; }
  .scroll { overflow: visible; max-height: none; border: 0; }
  table { table-layout: fixed; width: 100%; border-collapse: collapse; }
  thead th, tbody th, thead th:first-child { position: static; min-width: 0; width: auto; }
  th, td, td:has(details[open]) { border: 1px solid var(--line); min-width: 0; padding: 2px 3px; }
  td.today, th.today { box-shadow: none; }
  thead { display: table-header-group; } tr { break-inside: avoid; } summary { list-style: none; } svg { width: 100%; }
}
"""


def render_matrix_html(view: MatrixView) -> str:
    """Return the matrix as a page."""
    matrix = view.matrix
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Support paths for Go on {matrix.as_of}"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_text(title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{_text(title)}</h1>",
        *_head(view),
        '<div class="scroll" tabindex="0" role="region" aria-label="matrix">',
        "<table>",
        *_columns(view),
        "<tbody>",
        *(row for key in matrix.keys for row in _row(view, key)),
        "</tbody>",
        "</table>",
        "</div>",
        *_foot(view),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return escape(plain(text))


def _head(view: MatrixView) -> Iterator[str]:
    today = next(option for option in view.matrix.options if option.id == TODAY)
    for vendor, why in today.standing or (("nobody", "no profile of the Go project is there"),):
        yield f"<p><strong>today</strong> is {_text(vendor)}: {_text(why)}</p>"
    tally = say_tally(tally_of(view.matrix.options, view.matrix.keys))
    yield f"<p>{_text(tally)}; {_text(say_weights(view.matrix, view.weights_from))}.</p>"
    legend = " · ".join(f"<b>{mark_of(word)}</b> {_text(text)}" for word, text in LEGEND)
    yield f'<p class="dim">{legend}. Each cell opens to its sources.</p>'


def _columns(view: MatrixView) -> Iterator[str]:
    scores = view.scores
    yield "<thead><tr>"
    yield '<th scope="col">question <small>weight</small></th>'
    for option in view.matrix.options:
        score = scores[option.id]
        unknown = tally_of([option], view.matrix.keys).unknown
        yield (
            f'<th scope="col"{_today(option)}>{_text(option.name)}'
            f"<small>score {_text(span_of(score))} of 100, {unknown} unknown</small>{_bar(score)}</th>"
        )
    yield "</tr></thead>"


def _today(option: Option) -> str:
    return ' class="today"' if option.id == TODAY else ""


def _bar(score: MatrixScore) -> str:
    """Return a score as a bar of 100: what is sure, and behind it what the unknown could add."""
    low, high = round(score.low), round(score.high)
    return (
        f'<svg width="100" height="7" viewBox="0 0 100 7" role="img" aria-label="score {_text(span_of(score))} of 100">'
        '<rect class="bar" width="100" height="7"/>'
        f'<rect class="open" x="{low}" width="{max(0, high - low)}" height="7"/>'
        f'<rect class="sure" width="{low}" height="7"/></svg>'
    )


def _row(view: MatrixView, key: CapabilityKey) -> Iterator[str]:
    weight = view.matrix.weights.get(key.id, 0)
    said = f"weight {weight}" if weight else "not weighed"
    yield "<tr>"
    yield f'<th scope="row">{_text(key.title)} <small>{_text(key.question)}</small><small>{said}</small></th>'
    for option in view.matrix.options:
        yield _cell(option, option.cells[key.id], view.matrix.as_of)
    yield "</tr>"


def _cell(option: Option, cell: Cell, as_of: date) -> str:
    word = word_of(cell)
    kind = word.replace(" ", "-").replace("/", "")
    today = " today" if option.id == TODAY else ""
    said = value_of(cell)
    tag = ' <span class="tag">sources differ</span>' if is_doubtful(cell) else ""
    shown = f"<b>{mark_of(word)}</b> {_text(said)}" if said else f"<b>{mark_of(word)}</b> {_text(word)}"
    label = "" if not said or said.startswith(word) else f' aria-label="{_text(f"{word}: {said}")}"'
    head = f'<td class="{kind}{today}"><details><summary{label}>{shown}{tag}</summary>'
    return "".join([head, *_inside(cell, as_of), "</details></td>"])


def _inside(cell: Cell, as_of: date) -> Iterator[str]:
    earns = mixed(cell.low) if cell.low == cell.high else f"{mixed(cell.low)} to {mixed(cell.high)}"
    yield f'<p class="dim">{_text(word_of(cell))}, earns {_text(earns)} of its weight</p>'
    for first, second in cell.conflicts:
        yield f"<p>conflict: {_text(first)} and {_text(second)} do not say the same</p>"
    for answer in cell.answers:
        yield from _answer(answer, as_of)
    if not cell.answers:
        yield "<p>The profile has no answer to this question: nobody looked yet.</p>"


def _answer(answer: Answer, as_of: date) -> Iterator[str]:
    row, word = answer.capability, answer_word(answer)
    scope = scope_of(row.scope)
    said = f", the profile says {answer.said.value}" if answer.said is not answer.state else ""
    yield '<div class="answer">'
    yield f"<p><b>{mark_of(word)}</b> {_text(word)}{_text(said)} · {_text(answer.vendor)}"
    yield f" · {_text(scope)}</p>" if scope else "</p>"
    for text in filter(None, (row.value, ", ".join(row.items), numbers_of(row), row.note)):
        yield f"<p>{_text(text)}</p>"
    if answer.stale_since is not None:
        yield f"<p>stale since {answer.stale_since}: it counts as unknown</p>"
    if answer.status is CellStatus.UNSUPPORTED:
        yield "<p>no source of it counts on this day: it counts as unknown</p>"
    if answer.outranked_by:
        yield f"<p>a stronger source speaks against it: {_text(answer.outranked_by)}</p>"
    lines = [_text(line) for line in searched_lines(answer)] if row.state is State.UNKNOWN else []
    lines += [_source(source, as_of) for source in answer.evidence]
    lines += [f"otherwise says {_source(source, as_of)}" for source in answer.against]
    if lines:
        yield f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    yield "</div>"


def _source(source: CellEvidence, as_of: date) -> str:
    item = source.evidence
    name = _text(item.id)
    if item.source.startswith("https://") and item.source.isprintable():
        name = f'<a href="{escape(item.source)}" rel="noopener noreferrer">{name}</a>'
    else:
        name = f"{name} ({_text(item.source)})"
    kind = item.kind.value.replace("_", " ")
    texts = [f"{kind}, confidence {item.confidence.value}", item.locator, dates_of(source, as_of), item.note]
    texts += [f"conflicts with {', '.join(item.conflicts_with)}"] if item.conflicts_with else []
    return f"{name}: {_text('; '.join(filter(None, texts)))}"


def _foot(view: MatrixView) -> Iterator[str]:
    yield (
        "<p>Score: the share of the weights that an option earns. Its low end takes every unknown as no, its high end "
        "as yes; yes earns 1, partly ½, no nothing, n/a nothing but where the question asks about a harm: there 1.</p>"
    )
    stale = stale_answers(view.matrix)
    if stale:
        rows = "".join(f"<li>{_text(stale_name(item))}, since {item.answer.stale_since}</li>" for item in stale)
        yield f"<p>{counted(len(stale), 'stale answer')}:</p><ul>{rows}</ul>"
    if view.gaps:
        rows = "".join(f"<li>{_text(f'{gap.wanted}: {gap.reason}')}</li>" for gap in view.gaps)
        yield f"<p>Not known, so that today may lack a path:</p><ul>{rows}</ul>"
    if view.faults:
        rows = "".join(f"<li>{_text(str(fault))}</li>" for fault in view.faults)
        yield f"<p>Missing, since their files could not be used:</p><ul>{rows}</ul>"
