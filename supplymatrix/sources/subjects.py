"""What a run is to look at. (The lead's first form, for single projects; helper H writes the real one over it.)"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supplymatrix.model.value import value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.project import Project, read_project

__all__ = ["Found", "Subject", "find_subjects", "read_subject"]


@value
class Subject:
    """One project. path: as the user would type it."""

    path: Path


@value
class Found:
    """All of them, and what a reader should know of how they were found."""

    subjects: tuple[Subject, ...]
    notes: tuple[Note, ...] = ()


def find_subjects(paths: Sequence[Path], *, recursive: bool) -> Found:
    """Return the subjects that paths name."""
    del recursive
    return Found(subjects=tuple(Subject(path=path) for path in paths))


def read_subject(subject: Subject) -> Project:
    """Read a subject."""
    return read_project(subject.path)
