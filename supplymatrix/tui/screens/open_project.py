"""Which project is open, and how another one is opened: the same on every screen that is about a project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from supplymatrix.tui.screens.base import BaseScreen
from supplymatrix.tui.session import Session

__all__ = ["NO_PROJECT", "ask_project", "project_of"]

NO_PROJECT = "no project is open: p opens one by its folder, Home (0) lists those found here"
_FILES = ("go.mod", "go.sum", "go.work")


def project_of(session: Session) -> Path | None:
    """Return the project: the one that is open, else the current folder, if there is one in it."""
    if session.project is not None:
        return session.project
    return session.here if any((session.here / name).is_file() for name in _FILES) else None


def ask_project(screen: BaseScreen, then: Callable[[], None]) -> None:
    """Ask for a project, and open it. then: called when another one is open."""
    from supplymatrix.tui.widgets.picker import Ask

    session = screen.session

    def refuse(text: str) -> str:
        if not text:
            return "a folder is missing"
        return "" if (session.here / text).exists() else "there is no such file or folder"

    def chosen(text: str | None) -> None:
        if text:
            session.project = session.here / text
            then()

    hint = "the folder of a go.mod, seen from here; Home (0) lists those below this folder"
    screen.app.push_screen(Ask("open a project", hint=hint, refuse=refuse), chosen)
