"""Which project is open, and how another one is opened: the same on every screen that is about a project.

Of a screen with `OF_PROJECT = True`, `project_wanted` says by `project_of` which one that is; `load` takes it from its
work, and commands with the same facts from `named_project`. The rest is in `BaseScreen.load_again`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from supplymatrix.engine.events import Event, Message
from supplymatrix.reports.plain import plain
from supplymatrix.tui.screens.base import BaseScreen, Work, WorkStopped
from supplymatrix.tui.session import Session

__all__ = ["NO_PROJECT", "ask_programs", "ask_project", "project_of", "told_to"]

NO_PROJECT = "no project is open: p opens one by its folder, Home (0) lists those found here"
_FILES = ("go.mod", "go.sum", "go.work")


def project_of(session: Session, *, needs_go_mod: bool = False) -> Path | None:
    """Return the project: the one that is open, else the current folder, where one of its files makes it a project.

    needs_go_mod: the command with the same facts takes the current folder by its go.mod alone.
    """
    if session.project is not None:
        return session.project
    files = _FILES[:1] if needs_go_mod else _FILES
    return session.here if any((session.here / name).is_file() for name in files) else None


def told_to(work: Work, messages: list[str]) -> Callable[[Event], None]:
    """Return what a run tells its events to: progress goes to the status line, words are kept.

    It raises WorkStopped when nobody waits for the run any more.
    """

    def on_event(event: Event) -> None:
        if work.is_cancelled:
            raise WorkStopped
        if isinstance(event, Message):
            messages.append(event.text)
        else:
            work.tell(event.done, event.total, event.stage)

    return on_event


def ask_project(screen: BaseScreen) -> None:
    """Ask for a project, and open it: it is that of the session once the screen could read it."""
    from supplymatrix.tui.widgets.picker import Ask

    session = screen.session

    def chosen(text: str | None) -> None:
        if text:
            screen.load_again(session.here / text)

    hint = "the folder of a go.mod, seen from here; Home (0) lists those below this folder"
    screen.app.push_screen(Ask("open a project", hint=hint, refuse=partial(_why_not, session.here)), chosen)


def ask_programs(screen: BaseScreen, chosen: Callable[[Path], object]) -> None:
    """Ask where compiled programs are. chosen: is called with what is there."""
    from supplymatrix.tui.widgets.picker import Ask

    session = screen.session
    hint = "a program, a folder of them, a tar file or a container image, seen from here; nothing of it is run"
    ask = Ask(
        "compiled programs",
        hint=hint,
        refuse=partial(_why_not, session.here, what="a file or folder"),
    )

    def named(text: str | None) -> None:
        if text:
            chosen(session.here / text)

    screen.app.push_screen(ask, named)


def _why_not(here: Path, text: str, *, what: str = "a folder") -> str:
    if not text:
        return f"{what} is missing"
    try:
        is_there = (here / text).exists()
    except (OSError, ValueError) as err:
        return f"{plain(text[:40])}: no name for {what}: {getattr(err, 'strerror', '') or err}"
    return "" if is_there else "there is no such file or folder"
