"""The reports of one run, in an order in which each can name those before it, and signed where that was asked for.

Data first, then what people read, the page for auditors, and last the statement, which names the digests of all others.
What goes to stdout, to a pipe or behind other text in a step's summary is no file of its own: nothing can name it by a
digest, and it is not signed.

A file that is written without a signature may have one beside it of the run before, over what it held then: to whoever
verifies it that looks like a forgery, so it is taken away. Only what is nothing but a signature is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.files import write_file
from supplymatrix.cli.targets import ReportTarget, is_step_summary, refuse_shared, write_targets
from supplymatrix.model.audit import Audit, Fellow, Survey
from supplymatrix.model.value import changed

if TYPE_CHECKING:
    from supplymatrix.engine.signing import ReportSigner

__all__ = ["ReportFiles", "file_digest", "name_of", "read_signer", "refuse_nothing_to_sign", "sign_beside"]

STATEMENT = "vsa"
_RANKS = {"text": 1, "markdown": 1, "summary": 1, "github": 1, "html": 2, STATEMENT: 3}
"""Formats by when they are written; data, 0, comes first."""
_SIGNATURE = re.compile(rb"[A-Za-z0-9+/]{40,1400}={0,2}\n")
_LONGEST_SIGNATURE = 2048  # of FILE.sig, in bytes


class ReportFiles:
    """Writes the reports of a survey. render: as `reports.registry.render_survey`, with the target for the survey.

    signer: signs the files, None = nobody. warn: is told what was done beside that. named: files of other runs that all
    of these reports name too, such as a bill of materials.
    """

    def __init__(
        self,
        survey: Survey,
        render: Callable[[Survey, ReportTarget], str],
        signer: ReportSigner | None = None,
        warn: Callable[[str], None] = lambda _: None,
        *,
        named: Sequence[Fellow] = (),
    ) -> None:
        self._survey = survey
        self._render = render
        self._signer = signer
        self._warn = warn
        self._targets: frozenset[str] = frozenset()
        self._fellows = list(named)

    def write(self, targets: Sequence[ReportTarget]) -> Survey:
        """Write all of them, and return the survey with the files that there are now.

        Raises as `write_targets`: one that cannot be written does not keep the others back.
        """
        self._targets = frozenset(os.path.realpath(target.file) for target in targets if target.file is not None)
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
        if self._signer is None or target.format != STATEMENT:
            self._warn(sign_beside(path, data, self._signer, self._targets))
        self._fellows.append(Fellow(name=name_of(path), format=target.format, sha256=hashlib.sha256(data).hexdigest()))


def sign_beside(path: Path, data: bytes, signer: ReportSigner | None, written: Collection[str]) -> str:
    """Write FILE.sig over the bytes of a file; without a signer take away one of a run before. Return what to tell.

    written: the real paths of what this run writes, which nothing is taken away of. Raises InputError.
    """
    if signer is not None:
        write_file(_beside(path), signer.signature(data))
        return ""
    return "" if os.path.realpath(_beside(path)) in written else _take_away_stale(_beside(path))


def file_digest(path: Path, limit: int, what: str) -> tuple[str, str]:
    """Return name and SHA-256 of a file that a document is to name. limit: bytes. Raises InputError."""
    from supplymatrix.sources.files import read_limited

    return name_of(path), hashlib.sha256(read_limited(path, limit, what)).hexdigest()


def refuse_nothing_to_sign(targets: Sequence[ReportTarget], example: str = "") -> None:
    """Raise click.UsageError when --sign could sign nothing, or a signature would take the place of a report.

    example: what to do, "" = as for a check.
    """
    files = [target.file for target in targets if target.file is not None and not is_step_summary(target.file)]
    if not files and all(target.format != STATEMENT for target in targets):
        fault = click.UsageError("--sign signs files, and no report goes to one.")
        usual = f"--format {STATEMENT}=verdict.json writes a signed statement, --format json=report.json a report"
        fault.add_note(example or usual)
        raise fault
    signed = (target for target in targets if target.file in files and target.format != STATEMENT)
    refuse_shared([*targets, *(ReportTarget("sig", _beside(target.file)) for target in signed if target.file)])


def read_signer(
    path: Path, targets: Sequence[ReportTarget], warn: Callable[[str], None], example: str = ""
) -> ReportSigner:
    """Return who signs the files of a run, before anything is done: a key that cannot be used is told at once.

    example: as for `refuse_nothing_to_sign`. Raises InputError, click.UsageError.
    """
    from supplymatrix.engine.signing import PASSWORD_VARIABLE, load_signer

    refuse_nothing_to_sign(targets, example)
    signer = load_signer(path, os.environ)
    os.environ.pop(PASSWORD_VARIABLE, None)  # no program that the run starts needs it: git, go, a credential helper
    warn(signer.warning)
    return signer


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sig")


def name_of(path: Path) -> str:
    """Return a file's name as from the folder of the run; one elsewhere is named without the folders of the machine."""
    if not path.is_absolute():
        return path.as_posix()
    whole, here = Path(os.path.normpath(path)), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else path.name


def _take_away_stale(beside: Path) -> str:
    """Remove a signature over what a file held before, and return what to tell of that, "" for nothing.

    A link, and a file that holds anything else, are another's and stay.
    """
    try:
        if beside.is_symlink() or not beside.is_file() or beside.stat().st_size > _LONGEST_SIGNATURE:
            return ""
        if not _is_signature(beside.read_bytes()):
            return ""
        beside.unlink()
    except OSError as err:
        return f"{beside.as_posix()} may be over what was there before, and stays: {err.strerror or err}"
    return f"{beside.as_posix()} was removed: it was over what was there before, and this run signs nothing"


def _is_signature(data: bytes) -> bool:
    """Return whether a file is one line of Base64 with a signature of one of the kinds of keys that --sign takes."""
    if not _SIGNATURE.fullmatch(data):
        return False
    try:
        found = base64.b64decode(data.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    is_ecdsa = found[:1] == b"\x30" and found[1:2] == bytes([len(found) - 2]) and len(found) <= 104
    return len(found) == 64 or is_ecdsa or 256 <= len(found) <= 1024


def _with_fellows(survey: Survey, fellows: tuple[Fellow, ...]) -> Survey:
    if not fellows:
        return survey
    items = tuple(changed(item, fellows=fellows) if isinstance(item, Audit) else item for item in survey.items)
    return changed(survey, items=items, fellows=fellows)
