"""`--record`: keep what a run has proven as a folder that `--replay` reads."""

from __future__ import annotations

from pathlib import Path

from supplymatrix.engine.lookups import Broken, LogChoice, LogRun
from supplymatrix.net.recording import write_recording
from supplymatrix.sumdb.session import Unanswered, lookup_path

__all__ = ["record_run"]


def record_run(folder: Path, choice: LogChoice, run: LogRun) -> str:
    """Write the answers of one run to `folder` and return a sentence about it.

    What had no answer, or a wrong one, is recorded as such, so that a replay does not take it for "not in the log".
    Raises InputError as `write_recording`.
    """
    unproven = [
        lookup_path(module) for module, answer in run.answers.items() if isinstance(answer, Unanswered | Broken)
    ]
    count = write_recording(folder, run.session, log=choice.verifier.text, unproven=unproven)
    if not count:
        return f"nothing was recorded in {folder}: there is no signed head of {choice.verifier.name}"
    left = f", {len(unproven)} of them stand for modules without a proof" if unproven else ""
    return f"{count} files recorded in {folder}{left}; --replay {folder} asks them"
