"""`supplymatrix verify-report FILE… --key PUB.pem`: is this what the owner of the key has signed?"""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.output import write_stdout

__all__ = ["verify_report"]


@click.command("verify-report")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--key", type=click.Path(path_type=Path), required=True, metavar="PUB.pem", help="The public key (PEM).")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The statement must be about the files of this folder.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify_report(files: tuple[Path, ...], *, key: Path, project: Path | None, format_: str) -> int:
    """Verify reports that `check --sign` has written: envelopes, files with a FILE.sig, and what a statement names.

    Exit 0: all is as signed, and no statement says FAILED. 1: a statement says FAILED. 3: a file has no signature. 4: a
    signature does not hold, or a file is not what was signed for. 2: a file cannot be read.
    """
    from supplymatrix.engine.verify_report import verify_reports
    from supplymatrix.reports.signature_view import render_signatures_json, render_signatures_text

    check = verify_reports(files, key, project=project)
    with keeps_alarm(check.exit_code, "alarm: not everything is what the key's owner has signed"):
        write_stdout((render_signatures_json if format_ == "json" else render_signatures_text)(check))
    return check.exit_code
