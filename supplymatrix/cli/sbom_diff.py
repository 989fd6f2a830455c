"""`supplymatrix sbom diff A B`: what differs between two bills of materials."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

__all__ = ["diff"]


@click.command()
@click.argument("before", type=click.Path(path_type=Path), metavar="A")
@click.argument("after", type=click.Path(path_type=Path), metavar="B")
@click.option("--exit-code", is_flag=True, help="End with 1 when they differ.")
@format_option("text", "json", "markdown")
@console_options
def diff(before: Path, after: Path, *, exit_code: bool, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Show which components B has and A has not, and whose version, licence, hash, scope or replacement is another.

    The two may have different formats. Go modules are matched by their path, others by their purl. Another hash at the
    same version is an alarm: a version is published once.

    Exit 0, whatever differs; with --exit-code 1 when anything does. 2: a file cannot be read.
    """
    from supplymatrix.engine.sbom_files import SbomFile, read_sbom_file
    from supplymatrix.reports.sbom_diff_view import (
        DiffSide,
        render_sbom_diff_json,
        render_sbom_diff_markdown,
        render_sbom_diff_text,
    )
    from supplymatrix.sbom.diff import diff_sboms

    def side(file: SbomFile) -> DiffSide:
        sbom = file.sbom
        return DiffSide(
            path=file.artifact, sha256=file.sha256, format=f"{sbom.format} {sbom.spec}", faults=sbom.fault_count
        )

    one, other = read_sbom_file(before), read_sbom_file(after)
    found = diff_sboms(one.sbom, other.sbom)
    sides = side(one), side(other)
    render = {
        "text": lambda width: render_sbom_diff_text(found, *sides, width=width),
        "json": lambda _: render_sbom_diff_json(found, *sides),
        "markdown": lambda _: render_sbom_diff_markdown(found, *sides),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 1 if exit_code and found.changes else 0
