"""`supplymatrix trust`: which keys and authorities signatures are verified with, and fetching newer ones."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, write_stdout
from supplymatrix.cli.pages import format_option, write_pages

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget

__all__ = ["trust"]


@click.group()
def trust() -> None:
    """Show what signatures are verified with, or fetch what is newer. Nothing else fetches it."""


@trust.command()
@click.option(
    "--trusted-root", "root", type=click.Path(path_type=Path), metavar="FILE",
    help="Show this trusted root; the public one of Sigstore when left out.",
)  # fmt: skip
@format_option("text", "json")
@console_options
def show(*, root: Path | None, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Show what is in a trusted root, and how old it is.

    All of its logs and authorities, and for when each of them is trusted.

    Exit 0: shown. 2: the file is no trusted root. 3: a trusted root of this machine is damaged.
    """
    from supplymatrix.engine.trust_shown import show_trust
    from supplymatrix.reports.trust_view import render_trust_json, render_trust_text

    shown = show_trust(root, datetime.now(UTC), os.environ)
    render = {
        "text": lambda width: render_trust_text(shown, width=width, verbose=console.verbose),
        "json": lambda _width: render_trust_json(shown),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 0


@trust.command()
@click.option("--offline/--online", default=None, help="Use no network; or use it in spite of settings.")
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust these certificates (PEM) too.")
def update(*, offline: bool | None, ca_file: Path | None) -> int:
    """Fetch the newest public trusted root, and keep it.

    It is the one of Sigstore's public instance, from its TUF repository, followed from the keys that come with the
    program; every run that names no trusted root uses it.

    Exit 0: the newest one is kept. 3: it cannot be had. 4: what is given out is not signed as it must be.
    """
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.engine.trust_update import update_trust

    settings = load_settings(os.environ)
    means = Means(
        environ=os.environ,
        now=datetime.now(UTC),
        offline=settings.offline if offline is None else offline,
        ca_file=ca_file or settings.ca_file,
    )
    done = update_trust(means)
    what = "the same as before" if done.is_same else f"new, sha256 {done.after[:16]}… for {done.before[:16]}…"
    write_stdout(f"trusted root of {done.as_of}: {what}\nkept in {done.path}\n")
    return 0
