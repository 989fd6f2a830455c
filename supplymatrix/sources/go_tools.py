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
    if any(file.endswith(".go") for file in _names(root / "src" / "cmd" / name)):
        return True
    tools = root / "pkg" / "tool"
    return any({name, f"{name}.exe"} & {*_names(tools / system)} for system in _names(tools))


def _names(folder: Path) -> list[str]:
    """Return what lies in a folder, nothing for none that can be read."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
