"""`supplymatrix audit vulns [PATH…]`: known vulnerabilities of projects, programs and images."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

__all__ = ["vulns"]

_FILE = FileName()


@click.command()
@click.argument("paths", nargs=-1, type=_FILE, metavar="[PATH|PROGRAM|IMAGE]...")
@click.option(
    "--vuln-db", "databases", multiple=True, type=_FILE, metavar="PATH",
    help="Look into this database too: a folder, zip, .json or .jsonl(.gz) in the OSV form. Several times, for more.",
)  # fmt: skip
@click.option(
    "--level", type=click.Choice(["module", "package", "symbol"]), default="symbol", show_default=True,
    help="Look no deeper than this.",
)  # fmt: skip
@click.option(
    "--call-graph", is_flag=True,
    help="Let govulncheck look for calls in a project's sources, where it and `go` are there; it type-checks them.",
)  # fmt: skip
@click.option(
    "--govulncheck", type=_FILE, metavar="FILE", help="Read beside what `govulncheck -format json` has written."
)  # fmt: skip
@format_option("text", "json")
@console_options
def vulns(
    paths: tuple[Path, ...],
    *,
    databases: tuple[Path, ...],
    level: str,
    call_graph: bool,
    govulncheck: Path | None,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Find known vulnerabilities of what a project, a program or an image is made of, and of its Go.

    PATH is a project (the current folder when left out), a compiled program, a folder or archive of programs, or an
    image. Three levels: a module is there in a vulnerable version; a package at fault is imported, or linked in; a
    function at fault is linked in, which the function table of a program tells even when it is stripped. Of sources,
    functions are looked for with --call-graph alone.

    The Go vulnerability database is taken from this machine, as `supplymatrix feeds sync go-vulndb` has brought it
    here; nobody is asked, and no module's name goes anywhere. Its day is always told. Databases of your own stand in
    settings.toml ([vulns] databases) or are named with --vuln-db; a whole copy of the Go one that is named, with its
    index or as many entries, counts instead. A member of a workspace is looked at in it, as it is built.

    Exit 0: nothing near was found. 1: a function or package at fault is there, or nobody could look further than the
    module; or a Go is not supported any more. 2: a path that cannot be used. 3: no database, or one older than 30
    days, or something that could not be read or judged. 5: there was nothing to look at.
    """
    from supplymatrix.engine.audit_vulns import VulnRequest, run_vulns
    from supplymatrix.engine.means import Means
    from supplymatrix.model.vulnerability import VulnLevel
    from supplymatrix.reports.vulns_view import render_vulns_text

    means = Means(environ=os.environ, now=datetime.now(UTC), offline=True)
    request = VulnRequest(
        paths=paths,
        means=means,
        databases=databases,
        level=VulnLevel(level),
        call_graph=call_graph,
        govulncheck=govulncheck,
    )
    run = run_vulns(request)
    console.end_line()

    def as_json(_width: int) -> str:
        from supplymatrix.reports.vulns_json import render_vulns_json

        return render_vulns_json(run)

    render = {
        "text": lambda width: render_vulns_text(run, width=width, verbose=console.verbose),
        "json": as_json,
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
