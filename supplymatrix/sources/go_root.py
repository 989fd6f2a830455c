"""The Go that lies in a folder: which version it is.

go_version_of(Path("/usr/local/go"))             # "1.26.8"

Source: Go cmd/dist (findgoversion), `go help toolchain`.
"""

from __future__ import annotations

from pathlib import Path

from supplymatrix.errors import InputError
from supplymatrix.sources.files import read_if_there

__all__ = ["go_version_of"]

_LIMIT = 4 << 10


def go_version_of(root: Path) -> str:
    """Return the version of the Go that lies in a folder, "1.26.8", "" where its VERSION file says none."""
    try:
        data = read_if_there(root / "VERSION", _LIMIT, "VERSION of Go") or b""
    except InputError:
        return ""
    first = data.decode("utf-8", "replace").split("\n", 1)[0].strip()
    version = first.removeprefix("go")
    return version.split(" ")[0] if first.startswith("go") and version[:1].isdigit() else ""
