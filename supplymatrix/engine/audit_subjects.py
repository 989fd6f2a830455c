"""What the paths of an `audit` command lead to: projects, and what may hold programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from supplymatrix.sources.project import Project

__all__ = ["subjects_of"]

_PROJECT_FILES = ("go.mod", "go.work")


def subjects_of(paths: Sequence[Path]) -> tuple[list[Project], list[Path], list[Diagnostic]]:
    """Return the projects that paths name, the paths that lead to programs, and why a project cannot be read."""
    from supplymatrix.sources.subjects import find_subjects, read_subject

    projects: list[Project] = []
    others: list[Path] = []
    faults: list[Diagnostic] = []
    for path in dict.fromkeys(paths):
        if not _is_project(path):
            others.append(path)
            continue
        for subject in find_subjects((path,), recursive=False).subjects:
            try:
                projects.append(read_subject(subject))
            except InputError as err:
                faults += err.diagnostics
    return projects, others, faults


def _is_project(path: Path) -> bool:
    try:
        return path.name in _PROJECT_FILES or any((path / name).is_file() for name in _PROJECT_FILES)
    except (OSError, ValueError):
        return False
