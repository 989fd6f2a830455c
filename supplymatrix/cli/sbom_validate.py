"""`supplymatrix sbom validate`: bills of materials, whoever made them, held against the schema of their format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from supplymatrix.engine.sbom_write import FileCheck

__all__ = ["validate"]

_SHOWN = 20  # faults of one file, unless --verbose


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@format_option("text", "json")
@console_options
def validate(files: tuple[Path, ...], *, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Hold bills of materials against the official schema of what they say they are; nothing is fetched.

    CycloneDX 1.2 to 1.7 as JSON or XML, SPDX 2.3 and 3.0 as JSON. Beside the schema: no name is given twice, and every
    dependency leads to something else that is there.

    Exit 0: all are valid. 1: one has faults. 2: one cannot be read, or is of no format that is known here.
    """
    checks = [(file.as_posix(), _check(file)) for file in files]
    render = {
        "text": lambda _: "".join(_text(name, check, verbose=console.verbose) for name, check in checks),
        "json": lambda _: _json(checks),
    }
    write_pages(targets, render, quiet=console.quiet)
    if not all(check.is_readable for _, check in checks):
        return 2
    return 1 if any(check.faults for _, check in checks) else 0


def _check(path: Path) -> FileCheck:
    from supplymatrix.engine.sbom_write import FileCheck, validate_document_file
    from supplymatrix.sbom.read import SBOM_LIMIT
    from supplymatrix.sbom.validate import DetectedFormat
    from supplymatrix.sources.files import read_limited

    try:
        data = read_limited(path, SBOM_LIMIT, "bill of materials")
    except InputError as err:
        return FileCheck(format=DetectedFormat(name="", spec="", form=""), faults=err.diagnostics, is_readable=False)
    return validate_document_file(data, path.as_posix())


def _text(name: str, check: FileCheck, *, verbose: bool) -> str:
    from supplymatrix.reports.plain import plain

    what = f"{_title(check)}: " if check.format.name else ""
    if not check.faults:
        return f"{plain(name)}: {what}valid\n"
    shown = check.faults if verbose else check.faults[:_SHOWN]
    lines = [f"{name}: {what}{_judged(check)}"]
    lines += [f"  {_place(fault)}{fault.message}{_form(fault)}" for fault in shown]
    if len(shown) < len(check.faults):
        lines.append(f"  … and {len(check.faults) - len(shown):,} more; all of them with --verbose")
    return "".join(f"{plain(line)}\n" for line in lines)


def _judged(check: FileCheck) -> str:
    from supplymatrix.sbom.validate import MOST_FAULTS

    if not check.is_readable:
        return "cannot be read"
    count = len(check.faults)
    return f"invalid, {count:,} {'fault' if count == 1 else 'faults'}{' or more' if count >= MOST_FAULTS else ''}"


def _title(check: FileCheck) -> str:
    found = check.format
    return f"{found.name} {found.spec} {found.form.upper()}"


def _place(fault: Diagnostic) -> str:
    return f"line {fault.line}: " if fault.line else ""


def _form(fault: Diagnostic) -> str:
    return f" (expected {fault.expected})" if fault.expected else ""


def _json(checks: list[tuple[str, FileCheck]]) -> str:
    said = [
        {
            "file": name,
            "format": check.format.name,
            "spec": check.format.spec,
            "form": check.format.form,
            "valid": not check.faults,
            "readable": check.is_readable,
            "faults": [
                {"message": fault.message, "line": fault.line, "seen": fault.seen, "expected": fault.expected}
                for fault in check.faults
            ],
        }
        for name, check in checks
    ]
    return json.dumps({"files": said}, indent=2) + "\n"
