"""`supplymatrix audit fips [PATH|PROGRAM|IMAGE…]`: whose FIPS 140-3 cryptography is in use, and what is beside it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means

__all__ = ["fips"]


@click.command()
@click.argument("paths", nargs=-1, type=FileName(), metavar="[PATH|PROGRAM|IMAGE]...")
@format_option("text", "json")
@console_options
def fips(paths: tuple[Path, ...], *, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Show whose validated cryptography projects and programs use for FIPS 140-3, and what is beside it.

    A folder with a go.mod or go.work, or such a file, is a project: its go.mod, `//go:debug` lines, imports, build
    files (Dockerfile, snapcraft, rockcraft, apko, melange, RPM spec, Makefile, CI) and what is set on this machine
    are read. Anything else is a program, or holds some: folders, tar files, container images.

    Six ways are told: Go's own module, BoringCrypto, and the Gos of Red Hat, Microsoft, Chainguard and Canonical.
    Settings are held against the functions that are linked in. Packages with what is not approved are named, since
    FIPS mode stops none of them; so is what switches FIPS mode off, and what is needed where the program runs.
    Certificates come from a table with its day. Nothing is run, and nobody is asked.

    Exit 0: nothing speaks against it. 1: a claim that the code contradicts, something that defeats it, a module
    without a certificate, cryptography beside it, fips140=only. 2: a file that was named cannot be used. 3:
    something could not be looked at, or not be judged, as a module that the table does not know, or that is the
    system's. 5: there was nothing to look at.
    """
    from supplymatrix.engine.audit_fips import FipsRequest, run_fips
    from supplymatrix.reports.fips_json import render_fips_json
    from supplymatrix.reports.fips_view import render_fips_text

    means = Means(environ=os.environ, now=datetime.now(UTC), offline=True)
    run = run_fips(FipsRequest(paths=paths, means=means))
    render = {
        "text": lambda width: render_fips_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_fips_json(run),
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
