"""`supplymatrix audit sources [PATH]`: the settings of the go command in force, and who is asked."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

__all__ = ["sources"]


@click.command()
@click.argument("path", required=False, default=Path(), type=FileName(), metavar="[PATH]")
@format_option("text", "json")
@console_options
def sources(*, path: Path, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Show the settings of the go command that hold for PATH, and whom they let it ask for modules.

    Each value is told with where it comes from: the process environment, the user's `go env -w` file, the go.env of
    the installation, or Go itself; then with what it goes before. Stages of Dockerfiles, jobs of CI files and what else
    sets variables are looked at as contexts of their own, in a workspace those of all members. GOPROXY and GOSUMDB are
    drawn as a way: who is asked first, and what makes the go command ask the next one. Secrets in values are left out.
    Nothing is run, and nobody is asked.

    Exit 0: no setting weakens where modules come from. 1: one does. 2: PATH cannot be read. 3: a settings file or a
    build file could not be read, or Go would refuse a value.
    """
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.audit_sources import audit_sources
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.policy_source import PolicySource, load_policy
    from supplymatrix.reports.sources_json import render_sources_json
    from supplymatrix.reports.sources_view import render_sources_text
    from supplymatrix.sources.subjects import find_subjects, read_subject

    means = Means(environ=os.environ, now=datetime.now(UTC))
    first, *others = [read_subject(subject) for subject in find_subjects((path,), recursive=False).subjects]
    allowed = load_policy(PolicySource(), first, means.environ, means)[0].allowed_proxies
    run = audit_sources(
        AuditInput(means=means, project=first, proxies=allowed), others, path if path.is_dir() else path.parent
    )
    render = {
        "text": lambda width: render_sources_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_sources_json(run),
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
