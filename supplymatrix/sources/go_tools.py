"""Which tools a Go has of its own: those that it was shipped with, and those that it makes from its own source.

has_tool(Path("/usr/local/go"), "pprof")        # True: `go tool pprof` runs no other module's program

Source: cmd/go internal/base (ToolPath), internal/tool (loadBuiltinTool).
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["has_tool"]


def has_tool(root: Path, name: str) -> bool:
    """Return whether a Go has a tool. name: in lower case letters and digits, or it has none."""
    if not (name.isascii() and name.isalnum()):
        return False
    try:
        if any(entry.name.endswith(".go") for entry in os.scandir(root / "src" / "cmd" / name)):
            return True
    except OSError:
        pass
    try:
        systems = [entry.path for entry in os.scandir(root / "pkg" / "tool")]
    except OSError:
        return False
    return any(os.path.isfile(os.path.join(place, file)) for place in systems for file in (name, f"{name}.exe"))  # noqa: PTH113, PTH118 - raises in a closed folder
