"""`supplymatrix terms`: what the licence of Go lets one do, and what it asks."""

from __future__ import annotations

import os
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

__all__ = ["terms"]

_USES = ("redistribute", "program", "modify", "embed", "remove-notices", "name", "patents")


@click.command()
@click.option("--use", type=click.Choice(_USES), help="One use alone; all of them when left out.")
@click.option(
    "--goroot", type=FileName(), metavar="DIR", help="Look at the texts of this Go, not of the one that builds."
)
@format_option("text", "json")
@console_options
def terms(*, use: str | None, goroot: Path | None, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Show what the licence of Go lets you do, and what it asks: "may I …", "I must …", with the clauses.

    Passing the toolchain on, passing on a program that was built with it, changing it, copying parts of the standard
    library, taking notices out, using names, and patents. The answers are those of the two texts that Go comes with,
    LICENSE (BSD with three clauses) and PATENTS, each cited; it is no legal advice. The files that lie in a Go are
    held against the known ones.

    Exit 0: the texts in that Go are known. 1: one of them is another text. 2: --goroot names no Go. 3: there is no Go
    here, or a text is missing.
    """
    from supplymatrix.engine.go_terms import read_terms
    from supplymatrix.licences.go_terms import uses_of
    from supplymatrix.reports.terms_view import render_terms_json, render_terms_text

    found = read_terms(os.environ, goroot)
    uses = uses_of(key=use or "")
    shown = (uses, found.goroot, found.version, found.texts, found.exit_code)
    render = {
        "text": lambda width: render_terms_text(*shown, width=width),
        "json": lambda _width: render_terms_json(*shown),
    }
    write_pages(targets, render, quiet=console.quiet)
    return found.exit_code
