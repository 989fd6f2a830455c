"""Keep the bytes of a lie: what a TrustError carries, written to the state folder so that it can be shown to others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from supplymatrix.errors import SupplymatrixError, TrustError
from supplymatrix.net.folders import state_folder

__all__ = ["keep_evidence"]

_MAX_ERRORS = 50


def keep_evidence(environ: Mapping[str, str], now: datetime, errors: Sequence[TrustError]) -> str:
    """Write the evidence of some errors into a folder of its own and return a sentence that names it.

    The folder's name comes from the day and the content, so that the same lie is kept once. A folder that cannot be
    written is said in the sentence; the alarm itself is not touched by that.
    """
    digest = hashlib.sha256()
    for error in errors:
        digest.update(str(error).encode("utf-8", "replace"))
        for name, data in sorted(error.evidence.items()):
            digest.update(name.encode("utf-8", "replace") + data)
    try:
        folder = state_folder(environ) / "evidence" / f"{now:%Y-%m-%d}-{digest.hexdigest()[:12]}"
        for number, error in enumerate(errors[:_MAX_ERRORS], start=1):
            _write(folder / f"{number:02d}", error)
    except (OSError, SupplymatrixError) as err:
        return f"the evidence could not be kept: {err}"
    return f"the evidence is kept in {folder}"


def _write(folder: Path, error: TrustError) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [str(error), ""]
    for number, (name, data) in enumerate(error.evidence.items(), start=1):
        (folder / f"{number}.bin").write_bytes(data)
        lines.append(f"{number}.bin  {len(data)} bytes  {name}")
    (folder / "what.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
