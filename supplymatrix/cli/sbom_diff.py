"""`supplymatrix sbom diff A B`: what differs between two bills of materials."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import FileName, console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget

if TYPE_CHECKING:
    from supplymatrix.model.gap import Gap
    from supplymatrix.model.vulnerability import VulnDatabase

__all__ = ["diff"]


@click.command()
@click.argument("before", type=click.Path(path_type=Path), metavar="A")
@click.argument("after", type=click.Path(path_type=Path), metavar="B")
@click.option("--exit-code", is_flag=True, help="End with 1 when they differ.")
@click.option("--vulns", is_flag=True, help="Also which known vulnerabilities come and go with the versions.")
@click.option(
    "--vuln-db", "databases", type=FileName(), multiple=True, metavar="PATH",
    help="A database in the OSV form beside the synced one; implies --vulns. May be given several times.",
)  # fmt: skip
@format_option("text", "json", "markdown")
@console_options
def diff(
    before: Path,
    after: Path,
    *,
    exit_code: bool,
    vulns: bool,
    databases: tuple[Path, ...],
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Show which components B has and A has not, and whose version, licence, hash, scope or replacement is another.

    The two may have different formats. Go modules are matched by their path, others by their purl. Another hash at the
    same version is an alarm: a version is published once.

    Exit 0, whatever differs; with --exit-code 1 when anything does. 2: a file cannot be read. 3: with --vulns, a
    database could not be had, or a module that it names has a version that cannot be compared.
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
    gaps: tuple[Gap, ...] = ()
    if vulns or databases:
        from supplymatrix.engine.vuln_databases import open_databases
        from supplymatrix.sbom.diff_vulns import with_vulnerabilities

        opened = open_databases(os.environ, databases)
        found, not_judged = with_vulnerabilities(found, one.sbom, other.sbom, opened.index)
        gaps = (*opened.gaps, *not_judged)
        _tell(opened.databases, gaps, console)
    sides = side(one), side(other)
    render = {
        "text": lambda width: render_sbom_diff_text(found, *sides, width=width),
        "json": lambda _: render_sbom_diff_json(found, *sides),
        "markdown": lambda _: render_sbom_diff_markdown(found, *sides),
    }
    write_pages(targets, render, quiet=console.quiet)
    return 3 if gaps else 1 if exit_code and found.changes else 0


def _tell(databases: tuple[VulnDatabase, ...], gaps: tuple[Gap, ...], console: Console) -> None:
    """Say on stderr of which day the databases are, and which are missing."""
    from supplymatrix.cli.output import page_width
    from supplymatrix.cli.streams import write_stderr
    from supplymatrix.reports.database_words import say_database
    from supplymatrix.reports.diagnostic import unknown_line
    from supplymatrix.reports.snippet import in_page

    lines = [unknown_line(gap) for gap in gaps]
    if not console.quiet:
        lines += map(say_database, databases)
    write_stderr("".join(f"{line}\n" for line in in_page(lines, page_width())))
