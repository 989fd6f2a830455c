"""The report of several subjects for people: all of them in a table, then in full those that ask for something.

The gravest stand first, in the table and below it, and an alarm is named again in the last line: whatever has scrolled
away, one of them is in sight. A subject that passed is its row of the table; where there is more to know of it (a
warning, a waiver, a note), that is one line.
"""

from __future__ import annotations

from collections.abc import Sequence

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Outcome
from supplymatrix.reports.diagnostic import render_diagnostics
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, fold, paint_for, shorten, text_width, wrap
from supplymatrix.reports.tally import (
    MEANING,
    QUIET,
    counted,
    exit_of,
    meaning_of,
    outcome_of,
    path_of,
    proven_lines,
    say_outcomes,
    say_tally,
    score_text,
    tally_of,
    worst_first,
)
from supplymatrix.reports.text import FOR_THE_CURIOUS, body
from supplymatrix.reports.text_head import by_committed_proofs, outcome_color, what_was_read

__all__ = ["render"]

_HEADS = ("subject", "outcome", "score", "proven", "alarms", "errors", "unknown", "exit")
_LEAST = 16  # cells of a subject's name in the table, however narrow the page
_NAMED = 3  # subjects with an alarm that the last line names


def render(survey: Survey, *, color: bool = False, width: int = 100, verbose: bool = False) -> str:
    """Return the report as text of at most about `width` columns. verbose: every finding of every subject in full."""
    paint = paint_for(color=color)
    items = worst_first(survey.items)
    out = [*_table(items, width, paint), ""]
    for item in items:
        if isinstance(item, Unreadable):
            out += [_heading(item, width, paint), *_unreadable(item, width, paint, verbose=verbose), ""]
        elif verbose or item.verdict.outcome not in QUIET:
            out += [_heading(item, width, paint), *body(item, width, paint, verbose=verbose)]
    if not verbose:
        out += _passed(items, width, paint)
    out += wrap(_last_line(survey), width)
    return "\n".join(line.rstrip() for line in out) + "\n"


@value(kw_only=False)
class _Row:
    """A row of the table: the subject's name, its other cells, and the colour of its outcome."""

    name: str
    cells: tuple[str, ...]
    color: str = ""


def _table(items: Sequence[Audit | Unreadable], width: int, paint: Paint) -> list[str]:
    """Return the table; the names of subjects are cut in the middle where the page is too narrow for them."""
    rows = [_Row(_HEADS[0], _HEADS[1:]), *(_row(item, paint) for item in items)]
    widths = [max(len(cell) for cell in column) for column in zip(*(row.cells for row in rows), strict=True)]
    room = max(_LEAST, width - sum(widths) - 2 * len(widths))
    names = [shorten(row.name, room) for row in rows]
    broad = max(text_width(name) for name in names)
    out = []
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        first, *others = (cell for cell in row.cells)
        numbers = "  ".join(cell.rjust(size) for cell, size in zip(others, widths[1:], strict=True))
        word = f"{row.color}{first}{paint.off if row.color else ''}{' ' * (widths[0] - len(first))}"
        line = f"{name}{' ' * (broad - text_width(name))}  {word}  {numbers}"
        out.append(f"{paint.dim}{line}{paint.off}" if not number else line)
    return out


def _row(item: Audit | Unreadable, paint: Paint) -> _Row:
    outcome = outcome_of(item)
    word, color = outcome.value.upper(), outcome_color(outcome, paint)
    if isinstance(item, Unreadable):
        return _Row(_name(item), (word, "–", "–", "–", "–", "–", str(exit_of(item))), color)  # noqa: RUF001 - no number
    tally, score = tally_of(item.verdict), item.verdict.score
    proven, total = proven_lines([item])
    cells = (
        word,
        score_text(score) if score else "–",  # noqa: RUF001 - an en dash is meant
        f"{proven:,}/{total:,}",
        f"{tally.alarms:,}",
        f"{tally.errors:,}",
        f"{tally.unknown:,}",
        str(exit_of(item)),
    )
    return _Row(_name(item), cells, color)


def _name(item: Audit | Unreadable) -> str:
    """Return what tells a subject from the others: its path, or its name where the path is just the current folder."""
    path = path_of(item)
    return item.subject if path == "." and isinstance(item, Audit) and item.subject else path


def _heading(item: Audit | Unreadable, width: int, paint: Paint) -> str:
    name = shorten(path_of(item), max(_LEAST, width - 8))
    rule = "─" * max(2, width - text_width(name) - 4)
    return f"{paint.dim}──{paint.off} {paint.bold}{name}{paint.off} {paint.dim}{rule}{paint.off}"


def _unreadable(item: Unreadable, width: int, paint: Paint, *, verbose: bool) -> list[str]:
    outcome = outcome_of(item)
    color, word = outcome_color(outcome, paint), outcome.value.upper()
    text = render_diagnostics(
        item.diagnostics, color=bool(paint.off), width=width, verbose=verbose, hint="all of them with --verbose"
    )
    return [f"  {color}{word}{paint.off}  {MEANING[outcome]}", "", *text.rstrip("\n").split("\n")]


def _passed(items: Sequence[Audit | Unreadable], width: int, paint: Paint) -> list[str]:
    """Return a line for each subject that passed and of which more is to be known."""
    out = []
    for item in items:
        if isinstance(item, Unreadable) or item.verdict.outcome not in QUIET:
            continue
        remarks = sum(note.code not in FOR_THE_CURIOUS for note in item.verdict.notes)
        parts = [*say_tally(tally_of(item.verdict)), *([counted(remarks, "remark")] if remarks else [])]
        if parts:
            word = item.verdict.outcome.value
            name = shorten(_name(item), max(_LEAST, width - 40))
            first, *rest = fold(f"{word}  {name}  ", ", ".join(parts), width)
            color = outcome_color(item.verdict.outcome, paint)
            out += [f"{color}{word}{paint.off}{first.removeprefix(word)}", *rest]
    return [*out, "  (in full with --verbose)", ""] if out else []


def _last_line(survey: Survey) -> str:
    audits = [item for item in survey.items if isinstance(item, Audit)]
    proven, total = proven_lines(audits)
    text = f"{proven:,} of {counted(total, 'go.sum line')} proven in the log" if total else "No go.sum line proven"
    text += by_committed_proofs(audits)
    routes = list(dict.fromkeys(audit.log.route for audit in audits if audit.log is not None))
    text += f", asked: {'; '.join(plain(route) for route in routes)}" if routes else ""
    text += f" ({survey.requests:,} requests, {survey.received_bytes:,} bytes)" if survey.requests else ""
    alarms = [plain(_name(item)) for item in survey.items if outcome_of(item) is Outcome.ALARM]
    where = f" ALARM in {', '.join(alarms[:_NAMED])}" if alarms else ""
    where += f" and {counted(len(alarms) - _NAMED, 'other')}" if len(alarms) > _NAMED else ""
    subjects = f"{counted(len(survey.items), 'subject')}: {say_outcomes(survey.items)}."
    return (
        f"{text}. {what_was_read(audits)} {subjects}{where}{'.' if where else ''} "
        f"Exit {survey.exit_code}: {meaning_of(survey)}."
    )
