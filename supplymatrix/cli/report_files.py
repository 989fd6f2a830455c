"""The reports of one run, in an order in which each can name those before it, and signed where that was asked for.

Data first, then what people read, the page for auditors, and last the statement, which names the digests of all others.
What goes to stdout, to a pipe or behind other text in a step's summary is no file of its own: nothing can name it by a
digest, and it is not signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.files import write_file
from supplymatrix.cli.targets import ReportTarget, is_step_summary, refuse_shared, write_targets
from supplymatrix.model.audit import Audit, Fellow, Survey
from supplymatrix.model.value import changed

if TYPE_CHECKING:
    from supplymatrix.engine.signing import ReportSigner

__all__ = ["ReportFiles", "refuse_nothing_to_sign"]

STATEMENT = "vsa"
_RANKS = {"text": 1, "markdown": 1, "summary": 1, "github": 1, "html": 2, STATEMENT: 3}
"""Formats by when they are written; data, 0, comes first."""


class ReportFiles:
    """Writes the reports of a survey. render: as `reports.registry.render_survey`, with the target for the survey."""

    def __init__(
        self, survey: Survey, render: Callable[[Survey, ReportTarget], str], signer: ReportSigner | None = None
    ) -> None:
        self._survey = survey
        self._render = render
        self._signer = signer
        self._fellows: list[Fellow] = []

    def write(self, targets: Sequence[ReportTarget]) -> Survey:
        """Write all of them, and return the survey with the files that there are now.

        Raises as `write_targets`: one that cannot be written does not keep the others back.
        """
        in_order = sorted(targets, key=lambda target: _RANKS.get(target.format, 0))
        write_targets(in_order, self._text, self._written)
        return _with_fellows(self._survey, tuple(self._fellows))

    def _text(self, target: ReportTarget) -> str:
        text = self._render(_with_fellows(self._survey, tuple(self._fellows)), target)
        return self._signer.envelopes(text) if self._signer is not None and target.format == STATEMENT else text

    def _written(self, target: ReportTarget, data: bytes) -> None:
        path = target.file
        if path is None or not path.is_file() or is_step_summary(path):
            return
        if self._signer is not None and target.format != STATEMENT:
            write_file(_beside(path), self._signer.signature(data))
        name = path.name if path.is_absolute() else path.as_posix()
        self._fellows.append(Fellow(name=name, format=target.format, sha256=hashlib.sha256(data).hexdigest()))


def refuse_nothing_to_sign(targets: Sequence[ReportTarget]) -> None:
    """Raise click.UsageError when --sign could sign nothing, or a signature would take the place of a report."""
    files = [target.file for target in targets if target.file is not None and not is_step_summary(target.file)]
    if not files and all(target.format != STATEMENT for target in targets):
        fault = click.UsageError("--sign signs files, and no report goes to one.")
        fault.add_note(
            f"--format {STATEMENT}=verdict.json writes a signed statement, --format json=report.json a report"
        )
        raise fault
    signed = (target for target in targets if target.file in files and target.format != STATEMENT)
    refuse_shared([*targets, *(ReportTarget("sig", _beside(target.file)) for target in signed if target.file)])


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sig")


def _with_fellows(survey: Survey, fellows: tuple[Fellow, ...]) -> Survey:
    if not fellows:
        return survey
    items = tuple(changed(item, fellows=fellows) if isinstance(item, Audit) else item for item in survey.items)
    return changed(survey, items=items, fellows=fellows)
