"""`supplymatrix audit credentials [PATH|PROGRAM…]`: what in settings and files gives passwords and tokens away."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

__all__ = ["credentials"]


@click.command()
@click.argument("paths", nargs=-1, type=FileName(), metavar="[PATH|PROGRAM]...")
@click.option(
    "--no-home",
    is_flag=True,
    help="Leave out the user's own files: .netrc, .git-credentials, git config, the go env file.",
)
@format_option("text", "json")
@console_options
def credentials(paths: tuple[Path, ...], *, no_home: bool, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Find passwords, tokens and keys in what decides how Go code is fetched, built and shipped.

    Of a folder these files are looked at: go.mod, go.work, vendor/modules.txt, Dockerfiles, compose and CI files,
    Makefiles, scripts, packaging files such as .goreleaser.yaml, env files, .netrc, .git-credentials, .git/config. Of
    this machine: GOPROXY and its like in the environment and in Go's files, GOAUTH, git config with what it includes,
    and .netrc and .git-credentials in the home folder, which are right there while nobody else may read them. Of a
    program or an image, what its programs recorded of their build.

    What is still to be filled in (${TOKEN}, <token>, ***) is none, nor is a name, a path or a digest. No credential is
    shown: its kind, its place, and of a long one four characters and eight digits of its SHA-256. Nothing is run but
    git, to ask which of the files it tracks.

    Exit 0: none was found. 1: some were. 2: a path that was named cannot be read. 3: something could not be looked
    at. 5: there was nothing to look at.
    """
    from supplymatrix.engine.audit_credentials import audit_credentials, read_wish
    from supplymatrix.engine.means import Means
    from supplymatrix.reports.credentials_json import render_credentials_json
    from supplymatrix.reports.credentials_view import render_credentials_text

    means = Means(environ=os.environ, now=datetime.now(UTC), offline=True)
    run = audit_credentials(read_wish(paths, means, with_home=not no_home))
    render = {
        "text": lambda width: render_credentials_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_credentials_json(run),
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
