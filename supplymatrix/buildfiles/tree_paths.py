"""Paths in the tree of a project, `/`-separated from its folder, as build files write them.

>>> tree_path("ci/compose.yaml", "../build/./Dockerfile"), tree_path("", "../other"), tree_path("a/b.yml", ".")
('build/Dockerfile', None, 'a')
"""

from __future__ import annotations

__all__ = ["tree_path"]


def tree_path(file: str, path: str) -> str | None:
    """Return where a path leads that a file names from its own folder, None where that is not in the tree. file: "" for
    paths that count from the project's folder. A folder ends in no slash; the project's own is ""."""
    parts = file.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
