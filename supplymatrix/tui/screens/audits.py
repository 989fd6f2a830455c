"""Audits: what each `audit` command finds of the project, part by part; of each part its own view.

The parts are looked at one after the other, each in a thread: rows appear as they come. What only the facts need is
imported there, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from supplymatrix.reports.plain import plain
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.audits_offers import (
    COLUMNS,
    PARTS,
    PartView,
    commands_for,
    exports_of,
    part_command,
    whole_command,
)
from supplymatrix.tui.screens.base import BaseScreen, Export, Work
from supplymatrix.tui.screens.list_screen import Item, ListScreen
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_programs, ask_project, project_of
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.engine.audit_parts import AuditSubject

__all__ = ["AuditsScreen"]

_LOOK = "look"
_WHOLE = "-whole"
_FAILING = ("error", "warning")


class AuditsScreen(ListScreen):
    """The parts; behind each of them its rows, and beside or below these all that is known of one."""

    PLACE = "audits"
    OF_PROJECT = True
    LOADING = "reading the project and its policy"
    WHAT = "rows"
    COLUMNS: ClassVar[tuple[str, ...]] = COLUMNS
    FIRST_KEYS = ("choose", "failures", "commands", "scenario", "filter", "export", "program")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "failures", "Failures"),
        Binding("c", "commands", "Commands"),
        Binding("t", "scenario", "Build or tidy"),
        Binding("b", "program", "Program beside"),
        Binding("n", "part(1)", "Next part", show=False),
        Binding("N", "part(-1)", "Part before", show=False),
        Binding("p", "project", "Project", show=False),
    ]
    DEFAULT_CSS = """
    AuditsScreen {
        & #summary { dock: top; height: 1; padding: 0 1; text-style: bold; }
        &.-whole #list { display: none; }
        &.-whole #details { height: 1fr; border-top: none; }
        &.-w100, &.-w120, &.-w160 {
            &.-whole #list { display: block; } } }
    """

    subject: AuditSubject | None = None
    opened = ""  # the part whose rows are shown, "" = the list of parts
    only_failures = False
    leaks_of = 0  # of which command the names are shown
    _looking = ""  # the part that is being looked at
    _goes_on = False  # with the parts that nobody has looked at yet
    _pending: tuple[str, ...] = ()  # of a link into a part that is not there yet

    def __init__(self, link: Link | None = None) -> None:
        super().__init__(link)
        self.views: dict[str, PartView] = {}
        self._before: dict[str, str] = {}  # by part, the row of the cursor when it was left

    def compose_body(self) -> ComposeResult:
        """Yield a line that sums up, then filter, list and details."""
        yield Static(Content(""), id="summary", markup=False)
        yield from super().compose_body()

    # What is shown.

    def project_wanted(self) -> Path | None:
        """Return the project that the commands would be given."""
        return project_of(self.session)

    def load(self, work: Work) -> AuditSubject | None:
        """Read the project with its policy; the audits come after that. None where no project is open."""
        from supplymatrix.tui.screens import audits_words
        from supplymatrix.tui.screens.audits_offers import read

        del audits_words  # the list of parts needs it, and a thread has the time to import it
        return read(self.session, work.project) if work.project is not None else None

    def show(self, found: AuditSubject | None) -> None:
        """Show the parts, none of which was looked at, and begin to look."""
        self.stop_work(_LOOK)  # at what was shown before
        self.subject, self.views, self._before = found, {}, {}
        self.only_failures = False
        self._goes_on = found is not None
        self._pending = self._wanted
        if self._wanted and self._wanted[0] in PARTS:
            self.opened = self._wanted[0]
        self._fill_list()
        self._look_on()

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to a part, and to the row in it, once that was looked at."""
        if self.subject is None:
            self.tell(NO_PROJECT)
        elif not parts:
            self._open("")
        elif parts[0] not in PARTS:
            self.tell(f"{parts[0]}: there is no such audit; there are {', '.join(PARTS)}", is_fault=True)
        else:
            self._pending = parts[1:] and parts
            self._open(parts[0])
            self._go_to_pending()

    def parts(self) -> tuple[str, ...]:
        """Return the part that is open, with its row."""
        if not self.opened:
            return ()
        item = self.current
        return item.parts if item is not None else (self.opened,)

    def crumbs(self) -> tuple[str, ...]:
        """Return the part that is open, else the project: with both there would be no room for the command."""
        if self.subject is None:
            return ()
        from supplymatrix.tui.screens.audits_words import title_of_part

        return (title_of_part(self.opened),) if self.opened else (self.subject.project.name,)

    def twin(self) -> str:
        """Return the command of the part, or the one of all."""
        if self.opened:
            is_names = self.opened == "sources" and self.current is not None and self.current.id.startswith("host ")
            return part_command(self.session, self.opened, self.named_project, self.leaks_of if is_names else -1)
        return whole_command(self.session, self.named_project)

    def status(self) -> Status:
        """Say how much is not known, and how many parts were looked at."""
        if self.subject is None:
            return Status(offline=self.session.offline)
        views = [self.views[self.opened]] if self.opened in self.views else list(self.views.values())
        notes = [f"{len(self.views)} of {len(PARTS)} looked at"] if len(self.views) < len(PARTS) else []
        notes += ["failures only"] if self.only_failures else []
        count = len(self.subject.request.programs)
        notes += [f"{count:,} program{'' if count == 1 else 's'} beside"] if count else []
        return Status(
            as_of=self.session.day,
            unknown=sum(len(view.found.gaps) for view in views) or None,
            notes=tuple(notes),
            offline=self.session.offline,
        )

    @property
    def shown(self) -> tuple[Item, ...]:
        """The rows that filter and `f` let through."""
        found = super().shown
        return tuple(item for item in found if item.cells["level"] in _FAILING) if self.only_failures else found

    @property
    def view(self) -> PartView | None:
        """The part that is open, or that of the cursor; None where it was not looked at."""
        name = self.opened or self._part_of_cursor()
        return self.views.get(name)

    def why_empty(self) -> str:
        """Return why there is no row."""
        if self.subject is None:
            return NO_PROJECT
        if self.opened not in self.views:
            is_looking = self._looking or self._goes_on
            return "it is being looked at" if is_looking else "it was not looked at: Enter looks"
        if self.only_failures:
            return "nothing here is an error or a warning: f shows all"
        return "nothing was found, and nothing is to be told"

    def written_at(self) -> tuple[Path, int] | None:
        """Return the place in a file of the project that the finding of the row names."""
        item, view = self.current, self.view
        judged = view.judged.get(item.id) if view is not None and item is not None else None
        if self.subject is None or judged is None or judged.finding is None or not judged.finding.locations:
            return None
        place = judged.finding.locations[0]
        path = self.subject.project.paths.get(place.artifact, self.subject.project.root / place.artifact)
        return (path, place.line) if place.artifact and path.is_file() else None

    def exports(self) -> tuple[Export, ...]:
        """Offer what the commands of the part write: of the one that is open, or of the cursor."""
        return exports_of(self.session, self.view, self.named_project) if self.view is not None else ()

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every part and every vulnerability."""
        from supplymatrix.tui.screens.audits_words import title_of_part

        found = [
            PaletteItem(kind="audit", text=title_of_part(name), help=name, go=Link(self.PLACE, (name,)))
            for name in PARTS
        ]
        view = self.views.get("vulns")
        found += [
            PaletteItem(kind="advisory", text=item.id, help=item.group, go=Link(self.PLACE, item.parts))
            for item in (view.items if view is not None else ())
            if item.cells["version"]
        ]
        return found

    def plain_body(self, width: int) -> str:
        """Return the rows that are shown, with all that is known of each."""
        if self.subject is None:
            return NO_PROJECT
        return "\n".join([self._summary(), "", super().plain_body(width)])

    # Keys.

    def take_back(self) -> bool:
        """Take back: the details, the filter, failures only, the part; then what was told."""
        if self.focused is self.query_one("#details"):
            self.remove_class(_WHOLE)
            self.query_one("#list").focus()
            return True
        if self.has_class("-filtering"):
            return super().take_back()
        if self.only_failures:
            self.action_failures()
            return True
        if self.opened:
            self._open("")
            return True
        return BaseScreen.take_back(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the command whose names are shown on Sources alone, failures inside of a part."""
        if action == "scenario":
            return self.opened == "sources"
        if action == "failures":
            return bool(self.opened)
        return super().check_action(action, parameters)

    def action_failures(self) -> None:
        """Show errors and warnings only, or all."""
        self.only_failures = not self.only_failures
        self._fill_list()

    def action_part(self, step: int) -> None:
        """Go to the next part."""
        if self.opened:
            self._open(PARTS[(PARTS.index(self.opened) + step) % len(PARTS)])
        else:
            self.tell("Enter opens a part first")

    def action_scenario(self) -> None:
        """Show the names that the other command tells."""
        from supplymatrix.tui.screens.audits_offers import view_of

        view = self.views.get("sources")
        if view is None:
            self.tell(self.why_empty())
            return
        self.leaks_of = 1 - self.leaks_of
        self.views["sources"] = view_of(view.found, self.leaks_of)
        self._fill_list()
        command = ("go build ./...", "go mod tidy")[self.leaks_of]
        self.tell(f"names that `{command}` tells")

    def action_commands(self) -> None:
        """Offer the commands about the row, to be copied."""
        from supplymatrix.tui.widgets.picker import Picker

        item = self.current if self.opened else None
        commands = commands_for(self.session, self.view, item, self.named_project)
        items = [
            PaletteItem(kind="command", text=command, go=partial(self.house.copy_command, self, command))
            for command in dict.fromkeys(commands)
        ]
        self.app.push_screen(Picker("copy a command", items), self._do_command)

    def action_program(self) -> None:
        """Ask for compiled programs that are looked at with the project."""
        if self.subject is None:
            self.tell(NO_PROJECT)
            return

        def chosen(path: Path) -> None:
            self.session.programs = (path,)
            self.load_again()

        ask_programs(self, chosen)

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self)

    @on(LineList.Chosen, "#list")
    def _chosen(self, event: LineList.Chosen) -> None:
        """Open a part, or give the row of a part the whole screen where there is no room beside."""
        event.stop()
        event.prevent_default()
        if not self.opened:
            self._open(self._part_of_cursor())
            return
        self.add_class(_WHOLE)
        self.query_one("#details").focus()

    def on_resize(self) -> None:
        """Draw the details anew, once their pane has its new size."""
        if self.is_filled:
            self.call_after_refresh(self._show_details)

    def stop_work(self, group: str = "") -> bool:
        """Stop work; the part that was being looked at is not, then."""
        stopped = super().stop_work(group)
        if self._looking and not self._works_at(_LOOK):
            self._looking, self._goes_on = "", False
            if self.is_attached and self.is_filled:
                self._fill_list()
        return stopped

    # Looking, part by part.

    def _look_on(self) -> None:
        """Look at the next part: first the one that is open, then the others in their order."""
        subject = self.subject
        order = [name for name in (self.opened, *PARTS) if name and name not in self.views]
        wanted = order if self._goes_on else [name for name in order if name == self.opened]
        if subject is None or not wanted or self._looking:
            self._goes_on = self._goes_on and bool(wanted)
            return
        from supplymatrix.tui.screens.audits_offers import look
        from supplymatrix.tui.screens.audits_words import title_of_part

        name = wanted[0]
        job = partial(look, subject, name, self.leaks_of)
        self.start_work(_LOOK, job, partial(self._looked, name), name=f"looking at {title_of_part(name)}")
        self._looking = name
        self._fill_list()

    def _looked(self, name: str, view: PartView) -> None:
        self.views[name] = view
        self._looking = ""
        if self.opened in ("", name):
            self._fill_list()
            self._go_to_pending()
        else:
            self.tell_place()
        self._look_on()

    def _open(self, name: str) -> None:
        """Show the rows of a part, "" = the list of parts."""
        before, item = self.opened, self.current
        if before and item is not None:
            self._before[before] = item.id
        self.opened, self.only_failures = name, False
        self.remove_class(_WHOLE, "-filtering")
        self.query_one("#filter", Input).value = ""
        self._fill_list(current=self._before.get(name, "") if name else f"part {before}" if before else "")
        self.query_one("#list").focus()
        self.refresh_bindings()
        if name and name not in self.views:
            self._look_on()

    def _go_to_pending(self) -> None:
        """Go to the row that a link names, where its part is there."""
        parts = self._pending
        if len(parts) > 1 and parts[0] in self.views:
            self._pending = ()
            super().open_parts(parts)

    # Inside.

    def _part_of_cursor(self) -> str:
        item = self.current
        return item.parts[0] if item is not None else ""

    def _fill_list(self, *, current: str = "") -> None:
        """Show the rows of what is open; the cursor stays where it was."""
        from supplymatrix.tui.screens.audits_words import part_items

        if self.subject is None:
            self.items: Sequence[Item] = ()
        elif self.opened:
            view = self.views.get(self.opened)
            self.items = view.items if view is not None else ()
        else:
            self.items = part_items({name: self.views.get(name) for name in PARTS}, self._looking)
        self._show_rows(current=current)
        self.query_one("#summary", Static).update(Content(plain(self._summary())), layout=False)
        self._show_details()

    def _summary(self) -> str:
        """Return what all parts come to, or the one that is open, in a line."""
        if self.subject is None:
            return "no project is open"
        from supplymatrix.tui.screens.audits_words import summary_line

        names = (self.opened,) if self.opened else PARTS
        line = summary_line([self.views[name].found for name in names if name in self.views], len(names))
        name = f" · {self.subject.project.name}" if self.opened else ""
        return f"{line}{name}" if len(line) + len(name) < self.app.size.width - 2 else line

    def _show_details(self) -> None:
        """Show what is known of the row of the cursor, as wide as the pane is."""
        if not self.is_attached:
            return
        item, details = self.current, self.query_one("#details", Details)
        width = details.scrollable_content_region.width
        empty = (Content(plain(self.why_empty())),) if self.subject is None else ()
        details.show(item.lines_for(width) if item is not None else empty)

    def _do_command(self, item: PaletteItem | None) -> None:
        if item is not None and callable(item.go):
            item.go()
