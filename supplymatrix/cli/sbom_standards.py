"""`supplymatrix sbom standards`: which fields of which standards a bill of materials has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.model.spelling import nearest

if TYPE_CHECKING:
    from supplymatrix.sbom.standards import Judged
    from supplymatrix.sbom.standards_fields import FieldReading

__all__ = ["standards"]


def _known(_context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the standards asked for; a word that is none is refused before anything is read.

    A name without a year or version is the newest of that name.
    """
    from supplymatrix.sbom.standards_table import STANDARDS

    found = []
    for name in names:
        newest = [one for one in STANDARDS if one == name.lower() or one.startswith(f"{name.lower()}-")][-1:]
        found += newest
        if not newest:
            near = nearest(name, STANDARDS)
            fault = click.UsageError(f"There is no standard {name[:60]!r}; there are {', '.join(STANDARDS)}.")
            if near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault
    return tuple(dict.fromkeys(found))


def _complete(_context: click.Context, _option: click.Parameter, begun: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from supplymatrix.sbom.standards_table import STANDARDS

    return [CompletionItem(name, help=one.title) for name, one in STANDARDS.items() if name.startswith(begun)]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--standard", "names", multiple=True, metavar="NAME", callback=_known, shell_complete=_complete,
    help="ntia-2021, cisa-2025, cisa-2026, bsi-tr-03183-2-2.1, fsct-3 or telco-1.1, or the newest of ntia, cisa, bsi, "
    "fsct and telco; all of them when left out. May be given several times.",
)  # fmt: skip
@format_option("text", "json", "markdown")
@console_options
def standards(
    file: Path, *, names: tuple[str, ...], targets: tuple[ReportTarget, ...], console: Console
) -> int:  # fmt: skip
    """Show for each field that a standard requires whether a bill of materials has it, in how many components, where it
    stands, and what would bring it.

    FILE is CycloneDX JSON or SPDX 2.3 or 3 JSON, from this program or another one. Presence is counted, not truth:
    that is what `supplymatrix sbom verify` is for.

    Exit 0: every required field is there. 1: some are missing, or a standard asked for does not take this format. 2:
    the file cannot be read.
    """
    from supplymatrix.reports.standards_view import (
        StandardsReport,
        render_standards_json,
        render_standards_markdown,
        render_standards_text,
    )
    from supplymatrix.sbom.standards import judge
    from supplymatrix.sbom.standards_table import STANDARDS

    reading = _read(file)
    judged = [judge(reading, STANDARDS[name]) for name in names or STANDARDS]
    report = StandardsReport(
        file=file.as_posix(), reading=reading, judged=judged, exit_code=_exit_code(judged, chosen=bool(names))
    )
    render = {
        "text": lambda width: render_standards_text(report, width=width),
        "json": lambda _: render_standards_json(report),
        "markdown": lambda _: render_standards_markdown(report),
    }
    write_pages(targets, render, quiet=console.quiet)
    return report.exit_code


def _read(file: Path) -> FieldReading:
    from supplymatrix.errors import Diagnostic, InputError
    from supplymatrix.sbom.read import SBOM_LIMIT
    from supplymatrix.sbom.read_json import load_json
    from supplymatrix.sbom.read_values import Faults
    from supplymatrix.sbom.standards_fields import read_fields
    from supplymatrix.sources.files import read_limited

    name = file.as_posix()
    data = read_limited(file, SBOM_LIMIT, "bill of materials")
    if data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"<", b"SPDXVersion:")):
        raise InputError(
            Diagnostic(
                message="only JSON is looked at field by field",
                artifact=name,
                expected="CycloneDX JSON, or SPDX 2.3 or 3 JSON",
                remedy="write it as JSON as well",
            )
        )
    return read_fields(load_json(data, name, Faults()), name)


def _exit_code(judged: list[Judged], *, chosen: bool) -> int:
    """Return 0 when all is there. What does not apply counts only where it was asked for by name."""
    return 0 if all(one.is_met or not (one.applies or chosen) for one in judged) else 1
