"""Which go.work the go command takes in a folder: the one that GOWORK names, else the nearest one above.

go_work_of(Path("svc"), os.environ, values)     # Path("/home/ada/work/go.work")

Source: cmd/go internal/modload (FindGoWork, findWorkspaceFile).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.net.settings import building_goroot
from supplymatrix.sources.project import is_file

__all__ = ["go_work_of"]

_END = ".work"


def go_work_of(folder: Path, environ: Mapping[str, str], values: Mapping[str, str]) -> Path | None:
    """Return the go.work that counts in a folder, None where none does. folder: absolute, as the go command sees it.
    values: of the go command's settings files, which count where the environment is silent.

    One that GOWORK names need not be there. Raises InputError for a GOWORK that the go command refuses, or that has
    another ending than ".work": such a file is not taken for a workspace here.
    """
    named = environ.get("GOWORK") or values.get("GOWORK", "")
    if named == "off":
        return None
    if named not in ("", "auto"):
        return _named(named)
    root = building_goroot(environ)
    for up in (folder, *folder.parents):
        if is_file(up / "go.work"):
            return up / "go.work"
        if root is not None and up.parent == root:
            return None
    return None


def _named(text: str) -> Path:
    if not os.path.isabs(text):  # noqa: PTH117 - a text
        message, remedy = "GOWORK is no absolute path: the go command refuses it", "set it right, or not at all"
    elif not text.endswith(_END):
        message, remedy = f"GOWORK names a file that does not end with {_END}", f"give it a name that ends with {_END}"
    else:
        return Path(text)
    raise InputError(Diagnostic(message=message, seen=text[:200], remedy=remedy))
