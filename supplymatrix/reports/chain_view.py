"""A chain for people: a link below the other, each with a mark; both logs; one sentence.

✔ signature     signed by https://github.com/corp/app/…
│
✘ source        the program says that it was built from another commit than provenance
│   expected    1f1f…
│   found       2e2e…
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.chain import ChainLink, ChainRun
from supplymatrix.model.signature import CheckState
from supplymatrix.reports.chain_words import MARKS, TITLES, exit_words, head_words, state_word, sum_up, verdict_words
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, paint_for, wrap

__all__ = ["render_chain_run_text"]

_TITLE = 14  # columns of the names of links
_NAME = 12  # columns of the names below a link
_LINE = "│"


def render_chain_run_text(run: ChainRun, *, width: int = 80, color: bool = False, verbose: bool = False) -> str:
    """Return a chain as text. verbose: everything that each link rests on."""
    paint = paint_for(color=color)
    lines = [f"{paint.bold}{plain(run.target)}{paint.off}"]
    lines += [f"  sha256:{run.sha256}"] if run.sha256 else []
    lines.append("")
    for number, link in enumerate(run.links):
        is_last = number == len(run.links) - 1
        lines += _link(link, width, paint, verbose=verbose, is_last=is_last)
    lines += ["", *_logs(run, width)]
    lines += _rest(run, width)
    lines += ["", *_row("verdict", verdict_words(run), width)]
    lines += _row("", sum_up(run), width)
    if hidden := exit_words(run):
        lines += _row("", hidden, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _paint(link: ChainLink, paint: Paint) -> str:
    if link.state is CheckState.FAILED:
        return paint.alarm if link.exit_code == 4 else paint.error
    if link.state is CheckState.VERIFIED:
        return paint.good
    return paint.warn if link.exit_code else paint.dim


def _link(link: ChainLink, width: int, paint: Paint, *, verbose: bool, is_last: bool) -> Iterator[str]:
    mark = f"{_paint(link, paint)}{MARKS[link.state]}{paint.off}"
    head = "" if link.state in (CheckState.VERIFIED, CheckState.FAILED) else f"{state_word(link)}: "
    subject = f"{link.subject}: " if link.subject else ""
    first, *rest = _wrapped(f"{head}{subject}{link.says}", width - _TITLE - 2)
    bar = f"{paint.dim}{' ' if is_last else _LINE}{paint.off}"
    yield f"{mark} {TITLES[link.id]:{_TITLE}}{first}"
    yield from (f"{bar} {'':{_TITLE}}{text}" for text in rest)
    told = [("expected", link.expected), ("found", link.found)] if link.state is not CheckState.VERIFIED else []
    told += link.values if verbose else ()
    for name, text in told:
        yield from (f"{bar}   {line}" for line in _named(name, text, width - 4) if text)
    if link.remedy and link.state is not CheckState.VERIFIED:
        yield from (f"{bar}   {line}" for line in _named("= next:", link.remedy, width - 4, room=8))


def _named(name: str, text: str, width: int, *, room: int = _NAME) -> Iterator[str]:
    room = max(room, len(plain(name)) + 1)
    first, *rest = _wrapped(text, width - room)
    yield f"{plain(name):{room}}{first}"
    yield from (f"{'':{room}}{line}" for line in rest)


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines; what is longer than a line, as an identity, stays whole, so that it can be copied."""
    return wrap(text, max(30, width)) or [""]


def _logs(run: ChainRun, width: int) -> Iterator[str]:
    names = {"signatures": "who", "modules": "of what"}
    for head in run.heads:
        yield from _row(f"log, {names.get(head.kind, head.kind)}", head_words(head), width)
        yield from _row("  root", head.root, width) if head.root else ()
    if not run.heads:
        yield from _row("logs", "none was asked, and none vouches for a signature here", width)
    if run.trust is not None:
        age = f", {run.trust.age_days:,} days old" if run.trust.age_days is not None else ""
        yield from _row("trusted root", f"{run.trust.name}{age}", width)
        yield from _row("  sha256", run.trust.sha256, width)


def _rest(run: ChainRun, width: int) -> Iterator[str]:
    for fault in run.faults:
        place = f"{fault.artifact}: " if fault.artifact else ""
        yield from _row("not read", f"{place}{fault.message}", width)
    yield from _gaps(run, width)
    for note in run.notes:
        yield from _row("note", note, width)


def _gaps(run: ChainRun, width: int) -> Iterator[str]:
    together: dict[tuple[str, str], list[str]] = {}
    for gap in run.gaps:
        subject = f"{gap.subject}: " if gap.subject and gap.subject not in gap.wanted else ""
        together.setdefault((gap.reason, gap.remedy), []).append(f"{subject}{gap.wanted}")
    for (reason, remedy), wanted in together.items():
        more = f" and {len(wanted) - 3:,} more" if len(wanted) > 3 else ""
        yield from _row("not known", f"{', '.join(wanted[:3])}{more}: {reason}", width)
        if remedy:
            yield from _row("", f"= next: {remedy}", width)


def _row(name: str, text: str, width: int) -> Sequence[str]:
    first, *rest = _wrapped(text, width - _TITLE - 2)
    return [f"{name:{_TITLE + 2}}{first}", *(f"{'':{_TITLE + 2}}{line}" for line in rest)]
