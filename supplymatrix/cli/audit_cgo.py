"""`supplymatrix audit cgo [PATH|PROGRAM|IMAGE…]`: what is not Go, how it comes in, and what its licences ask."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import FileName, console_options, tags_option
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means

__all__ = ["cgo"]

_USES = ("redistribute-binary", "redistribute-source", "modify", "network-service")


@click.command()
@click.argument("paths", nargs=-1, type=FileName(), metavar="[PATH|PROGRAM|IMAGE]...")
@click.option("--use", type=click.Choice(_USES), help="Say what the licences ask of whoever uses the code so.")
@click.option(
    "--strategies",
    is_flag=True,
    help="Show the ways to get at a library, named in the place of PATH: what each asks, costs, and where it fits.",
)
@click.option("--os", "goos", default="", metavar="GOOS", help="Of a project: its build for this system.")
@click.option("--arch", "goarch", default="", metavar="GOARCH", help="Of a project: its build for this processor.")
@tags_option
@click.option("--cgo/--no-cgo", "takes_c", default=None, help="Of a project: C takes part in the build, or takes none.")
@format_option("text", "json")
@console_options
def cgo(
    paths: tuple[Path, ...],
    *,
    use: str | None,
    strategies: bool,
    goos: str,
    goarch: str,
    tags: tuple[str, ...] | None,
    takes_c: bool | None,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Show what projects and programs have that is not Go: C code and libraries, how they come in, their licences.

    A folder with a go.mod or go.work, or such a file, is a project: the files that its build takes are read, in the
    module cache or vendor/, for `#cgo` lines, C code and its licence, archives and object files, libraries that are
    opened while it runs, and programs that are started. Anything else is a program, or holds some: folders, tar files,
    container images. Nothing is compiled or run, and nobody is asked.

    What follows from a licence is told as somebody's position (the FSF's, the licence's text, the supplier's terms),
    never as a verdict. Licences are read from the files beside the code; of libraries that are not there they come
    from a table with its day, which marks what nobody verified. What only other builds take (other systems, tags) is
    told with -v. Packages with algorithms of national standards (SM2, GOST, SEED …) are named.

    Exit 0: nothing asks for a decision. 1: a GPL library in the program, a licence that nobody knows, an LGPL
    library that cannot be replaced, compiled code, a supplier's terms. 2: a file that was named cannot be used. 3:
    something could not be looked at. 4: a file of an image is not what its digest says. 5: there was nothing.
    """
    from supplymatrix.licences.obligations import Use

    if strategies:
        return _strategies(paths, targets, console)
    from supplymatrix.cli.graph import refuse_unknown_target
    from supplymatrix.engine.audit_cgo import CgoRequest, run_cgo
    from supplymatrix.engine.cgo_sources import CgoWish
    from supplymatrix.reports.native_json import render_native_json
    from supplymatrix.reports.native_view import render_native_text

    refuse_unknown_target(goos, goarch)
    means = Means(environ=os.environ, now=datetime.now(UTC), offline=True)
    wish = CgoWish(goos=goos, goarch=goarch, tags=tags, cgo=takes_c)
    run = run_cgo(CgoRequest(paths=paths, means=means, wish=wish))
    asked = Use(use) if use else None
    render = {
        "text": lambda width: render_native_text(run, use=asked, width=width, verbose=console.verbose),
        "json": lambda _width: render_native_json(run, use=asked),
    }
    with keeps_alarm(run.exit_code, "alarm: a file of an image is not what its digest says"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code


def _strategies(paths: tuple[Path, ...], targets: tuple[ReportTarget, ...], console: Console) -> int:
    from supplymatrix.native.libraries import find_library, known_libraries
    from supplymatrix.native.strategies import pure_go_for, strategies_for
    from supplymatrix.reports.native_json import render_strategies_json
    from supplymatrix.reports.native_view import render_strategies_text

    if len(paths) > 1:
        raise click.UsageError("--strategies takes one library, or none for what holds of all.")
    name = paths[0].as_posix() if paths else ""
    library = find_library(name) if name else None
    if library is None:
        library = next((row for row in known_libraries() if row.name.lower() == name.lower()), None)
    known = library.name if library is not None else name
    licence = library.licence if library is not None else ""
    source = library.source if library is not None else ("the table does not have it" if name else "")
    ways = strategies_for(known, licence, pure_go_for(known))
    render = {
        "text": lambda width: render_strategies_text(known, licence, source, ways, width=width),
        "json": lambda _width: render_strategies_json(known, licence, source, ways),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 0
