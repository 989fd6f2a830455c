"""The keys of the Project screen that look at the disk: module cache, vendor/ and programs, held against the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from supplymatrix.tui.screens.base import Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_programs, told_to
from supplymatrix.tui.screens.table_screen import TableScreen

if TYPE_CHECKING:
    from supplymatrix.engine.disk_look import DiskFound, ModuleCopies
    from supplymatrix.model.module import ModuleVersion
    from supplymatrix.tui.screens.project_rows import ModuleRow, ProjectView

__all__ = ["DiskKeys"]

_ALL, _ONE = "disk", "copies"
_Made = tuple["ProjectView", "DiskFound | None", "Mapping[ModuleVersion, ModuleCopies]"]


class DiskKeys(TableScreen):
    """What can be asked of the disk. view: None = no project is open."""

    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"disk", "program"}

    view: ProjectView | None = None
    disk_found: DiskFound | None = None
    """What was found on the disk, None = nobody has looked there."""
    _own: Mapping[ModuleVersion, ModuleCopies] = MappingProxyType({})

    def forget_disk(self) -> None:
        """Take back what was seen of the disk: other facts are shown."""
        self.disk_found = None
        self._own = {}
        for group in (_ALL, _ONE):
            self.stop_work(group)

    def view_changed(self) -> None:
        """Show the same modules, of which more is known."""
        raise NotImplementedError

    def action_disk(self) -> None:
        """Hold what lies on the disk against the log: module cache, vendor/, programs."""
        if self.view is None or self.shown_project is None:
            self.tell(NO_PROJECT)
            return
        self.stop_work(_ONE)
        job = partial(self._look, self.shown_project, self.view)
        self.start_work(_ALL, job, self._take, name="looking at the module cache, vendor/ and programs")

    def action_program(self) -> None:
        """Ask for programs, and hold them beside the project."""
        if self.view is None or self.shown_project is None:
            self.tell(NO_PROJECT)
            return

        def chosen(path: Path) -> None:
            self.session.programs = (path,)
            self.action_disk()

        ask_programs(self, chosen)

    def look_at_own(self, row: ModuleRow | None) -> None:
        """Look at the copies of the module of the cursor, unless they are known."""
        view = self.view
        if view is None or row is None or row.module is None or row.state == "local" or row.is_disk_seen:
            return
        if not self._works_at(_ALL):
            job = partial(self._look_at_one, view, row.module, self.disk_found, self._own)
            self.start_work(_ONE, job, self._take, name=f"looking at the copies of {row.id}")

    # In a thread.

    def _look(self, project: Path, view: ProjectView, work: Work) -> _Made:
        from supplymatrix.engine.disk_look import DiskRequest, look_at_disk

        session, messages = self.session, list[str]()
        request = DiskRequest(
            project=project, means=session.means(), programs=session.programs, policy=session.policy_source()
        )
        found = look_at_disk(request, told_to(work, messages))
        told = tuple(dict.fromkeys((*view.told, *messages, *_notes(found))))
        return _made(view, found, {}, told)

    def _look_at_one(
        self, view: ProjectView, module: ModuleVersion, found: DiskFound | None,
        known: Mapping[ModuleVersion, ModuleCopies], work: Work,
    ) -> _Made:  # fmt: skip
        from supplymatrix.engine.disk_look import look_at_module

        del work
        own = look_at_module(view.found, module, self.session.means())
        return _made(view, found, {**known, module: own}, view.told)

    # In the app's.

    def _take(self, made: _Made) -> None:
        before = self.disk_found
        self.view, self.disk_found, self._own = made
        self.view_changed()
        if self.disk_found is not None and self.disk_found is not before:
            self._tell_disk()

    def _tell_disk(self) -> None:
        from supplymatrix.tui.screens.project_offers import disk_commands

        view = self.view
        if view is None:
            return
        differing = len(view.disk.differing)
        word = "differs" if differing == 1 else "differ"
        said = f"✘ {differing:,} {word} on the disk: n goes there" if differing else "looked at the disk"
        lines = [f"{mark} {text}" for mark, text in view.disk.lines()]
        commands = disk_commands(self.session, self.named_project, self.session.programs)
        details = "\n".join([*lines, "", "the same facts:", *commands.values()])
        self.tell(f"{said} · {' · '.join(line for line in lines[:2])}", details=details)


def _made(
    view: ProjectView, found: DiskFound | None, own: Mapping[ModuleVersion, ModuleCopies], told: Sequence[str]
) -> _Made:
    from supplymatrix.tui.screens.project_rows import ProjectView

    made = ProjectView(view.found, told, view.disk_of(found, own))
    made.prepare()
    return made, found, own


def _notes(found: DiskFound) -> Sequence[str]:
    runs = (found.cache, found.vendor, found.programs)
    return [note for run in runs if run is not None for note in run.notes]
