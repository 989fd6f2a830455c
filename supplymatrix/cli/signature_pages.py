"""The reports of a run that verified signatures, the same for files, attestations and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import write_pages
from supplymatrix.cli.targets import ReportTarget

if TYPE_CHECKING:
    from supplymatrix.model.signature_run import SignatureRun

__all__ = ["tell_signatures"]

_ALARM = "alarm: a signature, a proof or a hash is wrong"


def tell_signatures(run: SignatureRun, targets: tuple[ReportTarget, ...], console: Console) -> int:
    """Write the reports of a run and return its exit code."""

    def text(width: int) -> str:
        from supplymatrix.reports.signatures_view import render_signatures_text

        return render_signatures_text(run, width=width, verbose=console.verbose)

    def machine(_width: int) -> str:
        from supplymatrix.reports.signatures_json import render_signatures_json

        return render_signatures_json(run)

    console.end_line()
    with keeps_alarm(run.exit_code, _ALARM):
        write_pages(targets, {"text": text, "json": machine}, quiet=console.quiet)
    return run.exit_code
