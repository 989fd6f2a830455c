"""`supplymatrix doctor`: is this machine fit for a check, and the text for a bug report."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

from supplymatrix.cli.files import write_file
from supplymatrix.cli.output import page_width, wants_color, write_stdout

if TYPE_CHECKING:
    from supplymatrix.engine.doctor import Line, Mark, Terminal

__all__ = ["doctor"]

_SIGNS = {"ok": "✓", "open": "-", "look": "!", "broken": "✗"}


@click.command()
@click.option("--network", is_flag=True, help="Ask the log and its proxies too: whether they answer, and who does.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a text for a bug report to FILE, without secrets.",
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def doctor(*, network: bool, bundle: Path | None, color: str) -> int:
    """Look at this machine: program, settings, cache, trusted head, clock, Go, proxies, certificates, terminal.

    ✓ is well, - is not there and not needed, ! works but should be looked at, ✗ must be mended. Nothing is changed, run
    or sent; only --network asks servers.

    Exit 0: nothing is broken. 1: a line has ✗. 2: wrong usage, or FILE cannot be written.
    """
    from supplymatrix.engine.doctor import DoctorRequest, Mark, examine

    lines = examine(DoctorRequest(environ=os.environ, now=datetime.now(UTC), terminal=_terminal(), network=network))
    write_stdout(_render(lines, color=wants_color(color, sys.stdout, os.environ)))
    if bundle is not None:
        _write_bundle(bundle, lines)
    return 1 if any(line.mark is Mark.BROKEN for line in lines) else 0


def _terminal() -> Terminal:
    from supplymatrix.cli.streams import is_terminal
    from supplymatrix.engine.doctor import Terminal

    stdout = cast("TextIO | None", sys.stdout)
    encoding = (getattr(stdout, "encoding", "") or "") if stdout is not None else ""
    return Terminal(encoding=encoding, is_terminal=is_terminal(sys.stdout))


def _render(lines: tuple[Line, ...], *, color: bool) -> str:
    from supplymatrix.reports.snippet import paint_for, wrap

    paint = paint_for(color=color)
    colors = {"ok": paint.good, "open": paint.dim, "look": paint.warn, "broken": paint.error}
    topic_width = max(len(line.topic) for line in lines)
    indent = " " * (topic_width + 4)
    width = max(page_width() - len(indent), 30)
    out = []
    for line in lines:
        first, *more = wrap(line.text, width) or [""]
        out.append(f"{colors[line.mark]}{_SIGNS[line.mark]}{paint.off} {line.topic:{topic_width}}  {first}")
        out += [f"{indent}{text}" for text in more]
        if line.remedy:
            out += [f"{indent}{text}" for text in wrap(f"next: {line.remedy}", width)]
    return "\n".join([*out, "", _summary([line.mark for line in lines]), ""])


def _summary(marks: list[Mark]) -> str:
    broken, look = marks.count(marks[0].BROKEN), marks.count(marks[0].LOOK)
    if not broken and not look:
        return "nothing is wrong"
    return f"broken: {broken}, to be looked at: {look}"


def _write_bundle(file: Path, lines: tuple[Line, ...]) -> None:
    from supplymatrix.cli.streams import write_stderr
    from supplymatrix.engine.bug_report import CONTENTS, render_bug_report
    from supplymatrix.reports.plain import plain

    write_file(file, render_bug_report(lines, os.environ))
    parts = "".join(f"  - {part}\n" for part in CONTENTS)
    write_stderr(
        f"written to {plain(file.as_posix())}; nothing was sent. It holds:\n{parts}Read it before you send it.\n"
    )
