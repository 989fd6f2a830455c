"""What every screen of the app has: where one is, what the facts stand on, keys, work in the background, links.

A screen is a class with

    PLACE = "claims"                       its line in `tui/places.py`
    compose_body()                         its widgets
    load(work)                             in a thread: what it shows; may be slow, may raise SupplymatrixError
    show(found)                            in the app's thread: fills the widgets
    open_parts(parts)                      goes to what a link names; called again for every link to this place
    parts(), crumbs(), twin()              where one is: for the link, the first line and the equal command
    OF_PROJECT, project_wanted()           whether, and of which project it is
    status()                               what the facts stand on
    copy_offer(), exports(), palette_items()   what it offers, each may be left out
    plain_text(width)                      all of it as linear text

and its own keys in BINDINGS. The rest is here.
"""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from supplymatrix.errors import InputError, SourceError, SupplymatrixError, TransportError
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain, plain_lines
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import WorkTold
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.places import PLACE_BY_ID, Place
from supplymatrix.tui.widgets.breadcrumb import Breadcrumb
from supplymatrix.tui.widgets.key_help import KeyFooter, keys_line
from supplymatrix.tui.widgets.status_line import Status, StatusLine, say_status

if TYPE_CHECKING:
    from pathlib import Path

    from supplymatrix.tui.app import SupplymatrixApp
    from supplymatrix.tui.session import Session

__all__ = ["LEAST", "LOAD", "BaseScreen", "Export", "Work", "WorkStopped"]

T = TypeVar("T")
LEAST = (60, 16)
"""Columns and rows below which a screen says that it has no room."""
LOAD = "load"
"""The group of the work that loads what a screen shows."""
_EVERY = 0.05  # seconds between two words about one work


def _nothing(text: str) -> str:
    del text
    return ""


@value
class Export:
    """One file that a screen can write. key: of the menu; format: as --format names it; file: the name offered.

    render: makes the text, in a thread; command: the command line that writes the same. says: returns what is said of
    the text once it is written, in the same thread.
    """

    key: str
    format: str
    file: str
    render: Callable[[], str]
    command: str
    says: Callable[[str], str] = _nothing


class Work:
    """What a job in a thread is given: how it tells how far it is, and whether it should stop."""

    def __init__(self, screen: BaseScreen, group: str) -> None:
        self._screen = screen
        self._group = group
        self._last = 0.0
        self.is_cancelled = False
        """Whether nobody waits for it any more; look at it in loops."""
        self.project: Path | None = None
        """The project that is to be shown, of a load."""
        self.mode = ""
        """How it is to be loaded, as `load_again` was told."""

    def tell(self, done: int, total: int, name: str) -> None:
        """Say how far it is, at most twenty times a second. total: 0 = not known. Raises WorkStopped."""
        if self.is_cancelled:
            raise WorkStopped
        now = time.monotonic()
        if now - self._last >= _EVERY or (done == total and total):
            self._last = now
            self._screen.post_message(WorkTold(self._group, done, total, name))


class WorkStopped(Exception):  # noqa: N818 - no error: somebody pressed Esc, or left
    """A job goes no further, since nobody waits for it."""


class BaseScreen(Screen[None]):
    """One place of the app."""

    PLACE: ClassVar[str] = "home"
    LOADING: ClassVar[str] = ""
    """What `load` does, for the status line."""
    FIRST_KEYS: ClassVar[tuple[str, ...]] = ()
    """Actions whose keys stand first in the last line, in this order; the others follow."""
    IS_KIND: ClassVar[bool] = True
    """Whether a class says this of itself: its keys are those of a kind of screens, and of no single one."""
    OF_PROJECT: ClassVar[bool] = False
    """Whether what is shown is of a project: where another one was opened meanwhile it is loaded anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("y", "copy", "Copy"),
        Binding("e", "export", "Export"),
        Binding("u", "copy_link", "Link", show=False),
        Binding("o", "open_source", "Source", show=False),
        Binding("g", "jump", "Jump"),
        Binding("escape", "back", "Back", key_display="Esc"),
        Binding("D", "details", "Details of what was told", show=False),
        Binding("ctrl+r", "reload", "Read again", show=False),
        Binding("ctrl+o", "edit", "Edit the file where this is written", show=False),
        Binding("q", "app.quit", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("ctrl+p", "palette", "Palette", key_display="^p"),
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it
        (0, "-tiny"), (LEAST[0], "-w60"), (80, "-w80"), (100, "-w100"), (120, "-w120"), (160, "-w160"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - the same
        (0, "-flat"), (LEAST[1], "-h16"), (24, "-h24"), (40, "-h40"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    BaseScreen { background: $background;
        & > #body { height: 1fr; }
        & > #body.-old { opacity: 60%; }
        & > #too-small { display: none; width: 100%; height: 100%; content-align: center middle; text-align: center; }
        &.-tiny, &.-flat {
            & > #body, & > Breadcrumb, & > StatusLine, & > KeyFooter { display: none; }
            & > #too-small { display: block; } } }
    """

    def __init__(self, link: Link | None = None) -> None:
        super().__init__()
        self._wanted = link.parts if link is not None else ()
        self._jobs: dict[Worker[Any], tuple[str, Callable[[Any], None], Work]] = {}
        self.is_filled = False
        self._focus_was: Widget | None = None
        self._has_begun = False  # to load
        self.fault: BaseException | None = None
        """What the last load failed with."""
        self.shown_project: Path | None = None
        """The project that what is shown is of; while another one is read, and where that fails, it stays."""
        self._named: tuple[Path | None, ...] = ()  # how that project is named to commands; () = nothing is shown yet
        self._tried: tuple[Path | None, ...] = ()  # the project of the session that was read last; () = none was yet

    def take_size(self, size: Size) -> None:
        """Take the classes of a size before the first layout: Textual lays out first, and then once more with them."""
        for breaks, cells in ((self.HORIZONTAL_BREAKPOINTS, size.width), (self.VERTICAL_BREAKPOINTS, size.height)):
            name = [name for least, name in breaks if least <= cells][-1]
            self.set_class(True, name, update=False)  # noqa: FBT003 - Textual's form

    @classmethod
    def own_actions(cls) -> tuple[str, ...]:
        """Return the actions of the keys that this screen has and others of its kind have not, in their order."""
        own = takewhile(lambda found: "IS_KIND" not in vars(found), cls.__mro__)
        bindings = [binding for found in own for binding in vars(found).get("BINDINGS", ())]
        return tuple(dict.fromkeys(binding.action for binding in bindings))

    # What a screen fills in.

    def compose_body(self) -> ComposeResult:
        """Yield the widgets of the screen."""
        yield from ()

    def load(self, work: Work) -> object:
        """Return what the screen shows. Runs in a thread: no widget may be touched. Raises SupplymatrixError."""
        del work
        return None

    def project_wanted(self) -> Path | None:
        """Return the project that is to be shown, as far as the session knows of one."""
        return self.session.project

    def show(self, found: Any) -> None:  # noqa: ANN401 - what `load` of the same class returned
        """Show what was loaded."""

    def show_error(self, text: str) -> None:
        """Say in the body why there is nothing; called where nothing was ever loaded."""

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to what a link names. Called when the screen is filled; what is not there is told, not raised."""

    def parts(self) -> tuple[str, ...]:
        """Return the parts of the link to what is looked at."""
        return ()

    def crumbs(self) -> tuple[str, ...]:
        """Return what is looked at, for the first line, from the outside in."""
        return self.parts()

    def twin(self) -> str:
        """Return the command that gives the same facts."""
        return self.place.twin

    def status(self) -> Status:
        """Return what the facts stand on."""
        return Status(as_of=self.session.day, offline=self.session.offline)

    def copy_offer(self) -> CopyOffer | None:
        """Return what `y` copies now, None = nothing."""
        return None

    def exports(self) -> tuple[Export, ...]:
        """Return the files that `e` can write."""
        return ()

    def palette_items(self) -> Iterable[PaletteItem]:
        """Return what the palette should find beside the actions of the screen."""
        return ()

    def help_items(self) -> Iterable[PaletteItem]:
        """Return what the help should have beside the keys."""
        return ()

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the addresses behind what is looked at, each with a name, for `o`."""
        return ()

    def written_at(self) -> tuple[Path, int] | None:
        """Return file and line of this machine where what is looked at is written, None = it is in none."""
        return None

    def plain_body(self, width: int) -> str:
        """Return what the screen shows as linear text."""
        del width
        return ""

    # What every screen has.

    @property
    def place(self) -> Place:
        """The line of `PLACES`."""
        return PLACE_BY_ID[self.PLACE]

    @property
    def house(self) -> SupplymatrixApp:
        """The app."""
        return cast("SupplymatrixApp", self.app)

    @property
    def session(self) -> Session:
        """What the app works with."""
        return self.house.session

    @property
    def link(self) -> Link:
        """The link to what is looked at."""
        return Link(self.PLACE, self._wanted if self._wanted and not self.is_filled else self.parts())

    @property
    def named_project(self) -> Path | None:
        """The project that a command with the same facts is given, None = it is given none."""
        if self._named:
            return self._named[0]
        return self.session.project if not self.OF_PROJECT or self.project_wanted() is not None else None

    @property
    def is_busy(self) -> bool:
        """Whether work of this screen goes on."""
        return bool(self._jobs)

    @property
    def waits_for_facts(self) -> bool:
        """Whether there is nothing to see yet, but will be."""
        return not self.is_filled and (self._works_at(LOAD) or not self._has_begun)

    @property
    def has_no_room(self) -> bool:
        """Whether the terminal is too small to show the screen."""
        return self.has_class("-tiny") or self.has_class("-flat")

    @property
    def status_line(self) -> StatusLine:
        """The status line."""
        return self.query_one(StatusLine)

    def compose(self) -> ComposeResult:
        """Lay out what every screen has, round its body."""
        yield Breadcrumb()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield StatusLine()
        yield KeyFooter()
        yield Static(Content(""), id="too-small", markup=False)

    def on_mount(self) -> None:
        """Paint at once, and load behind that. Textual calls `on_mount` of every class itself: none calls super's."""
        self.tell_place()
        self.call_after_refresh(self.action_reload)

    def on_screen_resume(self) -> None:
        """Load anew where another project was opened on a screen that lay over this one. Every class's is called."""
        if self.OF_PROJECT and self._tried and self._tried != (self.project_wanted(),):
            self.load_again()

    def on_resize(self) -> None:
        """Say how much room is needed where there is too little."""
        size = self.app.size
        needs = f"This needs {LEAST[0]}×{LEAST[1]} characters; here are {size.width}×{size.height}."  # noqa: RUF001
        text = f"{needs}\nor: {plain(self.twin())}"
        self.query_one("#too-small", Static).update(Content(text), layout=False)
        self.call_after_refresh(self._focus_again)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep where the keys go."""
        self._focus_was = event.widget

    def _focus_again(self) -> None:
        """Give the keys back to what had them before there was no room: Textual takes them from what is hidden."""
        had = self._focus_was
        if self.focused is None and had is not None and had.is_attached and not self.has_no_room:
            had.focus()

    def open_link(self, link: Link) -> None:
        """Go to what a link to this place names, now or as soon as the screen is filled."""
        if self.is_filled:
            self.open_parts(link.parts)
            self.tell_place()
        else:
            self._wanted = link.parts
            if not self.waits_for_facts:  # it was stopped, or failed
                self.load_again()

    def tell_place(self) -> None:
        """Show anew where one is and what the facts stand on; call it when these have changed."""
        if not self.is_attached:
            return
        self.query_one(Breadcrumb).show((*self.house.trail(self), self.place.title, *self.crumbs()), self.twin())
        self.status_line.show_status(self.status())

    def start_work(self, group: str, job: Callable[[Work], T], done: Callable[[T], None], *, name: str) -> None:
        """Run a job in a thread, and `done` with its result in the app's. A job of the same group is stopped first.

        Esc stops it. A SupplymatrixError is told in one line; what was shown stays.
        """
        self.stop_work(group)
        work = Work(self, group)
        worker = self.run_worker(
            partial(job, work), name=name, group=group, exclusive=True, thread=True, exit_on_error=False
        )
        self._jobs[worker] = (group, done, work)
        self._has_begun = self._has_begun or group == LOAD
        if self.is_filled and group == LOAD:
            self.query_one("#body").add_class("-old")
        self.status_line.show_work(0, 0, name, has_old=self.is_filled and group == LOAD)

    def on_unmount(self) -> None:
        """Stop all work: the screen is gone."""
        self.abandon()

    def abandon(self) -> None:
        """Tell all work that nobody waits for it, without a word on the screen."""
        for _, _, work in self._jobs.values():
            work.is_cancelled = True

    def stop_work(self, group: str = "") -> bool:
        """Stop the work of a group, or all of it; return whether there was any."""
        found = [worker for worker, (name, _, _) in self._jobs.items() if group in ("", name)]
        for worker in found:
            _, _, work = self._jobs.pop(worker)
            work.is_cancelled = True
            worker.cancel()
        self._end_work()
        return bool(found)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Take the result of a job, or say why there is none."""
        if event.state not in (WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED):
            return
        found = self._jobs.pop(event.worker, None)
        if found is None:
            return
        event.stop()
        self._end_work()
        if event.state is WorkerState.SUCCESS:
            found[1](event.worker.result)
        elif event.state is WorkerState.ERROR and event.worker.error is not None:
            self.tell_error(event.worker.error)

    def on_work_told(self, event: WorkTold) -> None:
        """Show how far a work is."""
        event.stop()
        if self._works_at(event.group):
            has_old = self.is_filled and event.group == LOAD
            self.status_line.show_work(event.done, event.total, event.name, has_old=has_old)

    def tell(self, text: str, *, details: str = "", is_fault: bool = False) -> None:
        """Say one line. details: for `D`."""
        self.status_line.tell(text, details=details, is_fault=is_fault)

    def tell_error(self, err: BaseException) -> None:
        """Say an error in one line, and keep the rest for `D`."""
        first, _, _ = str(err).partition("\n")
        if not isinstance(err, SupplymatrixError):
            first = f"a fault of supplymatrix itself: {type(err).__name__}: {first[:200]}"
        elif isinstance(err, InputError):
            first = str(err.diagnostics[0])
        self.fault = err
        self.tell(first, details=_details_of(err), is_fault=True)
        if not self.is_filled:
            self.show_error(f"nothing could be read: {plain(first)} · Ctrl+R reads again")

    def plain_text(self, width: int) -> str:
        """Return the screen as linear text: place, facts, body, keys."""
        line = self.status_line
        parts = [
            " > ".join((self.place.title, *self.crumbs())),
            f"same as: {self.twin()}",
            f"status: {say_status(self.status()) or 'none'}",
            f"note: {line.say().removesuffix(' · D details')}" if line.told else "",
            line.details if line.told else "",
            "",
            self.plain_body(width).rstrip(),
            "",
            f"keys: {keys_line(self, 10_000).plain.strip()}",
        ]
        return plain_lines("\n".join(part for number, part in enumerate(parts) if part or number > 4)) + "\n"

    # Keys of every screen.

    def action_filter(self) -> None:
        """Begin to filter; screens with a filter override it."""
        self.tell("there is nothing to filter here")

    def action_back(self) -> None:
        """Stop work, else take back what `take_back` can, else leave the place."""
        is_loading = self._works_at(LOAD)
        if self.stop_work():
            self.tell("stopped; Ctrl+R reads again" if is_loading else "stopped")
        elif not self.take_back():
            self.house.leave()

    def take_back(self) -> bool:
        """Take back one step within the screen, e.g. a filter; return whether there was one."""
        if self.status_line.told:
            self.tell("")
            return True
        return False

    def action_reload(self) -> None:
        """Load what the screen shows."""
        if self.is_filled:
            self.session.forget()
        self.load_again()

    def load_again(self, project: Path | None = None, *, mode: str = "") -> None:
        """Load anew what the screen shows; what the session has read stays.

        project: is to be opened: it is the session's once it could be read. Until then the one before holds. mode: for
        this load alone, a word of the screen's own.
        """
        wanted, named = (project, project) if project is not None else (self.project_wanted(), self.session.project)
        if project is None:
            self._tried = (wanted,)

        def job(work: Work) -> object:
            work.project, work.mode = wanted, mode
            return self.load(work)

        def done(found: object) -> None:
            if self.OF_PROJECT:
                self.shown_project, self._tried = wanted, (wanted,)
                self._named = (named if wanted is not None else None,)
                self.session.project = project or self.session.project
            if project is not None:
                self.tell("")  # why another one could not be opened
            self._fill(found)

        self.start_work(LOAD, job, done, name=self.LOADING or f"reading {self.place.title.lower()}")

    def action_details(self) -> None:
        """Show all of what was told."""
        from supplymatrix.tui.widgets.details import Panel

        line = self.status_line
        told, details = line.last
        if told:
            text = details if details.startswith(told) else f"{told}\n\n{details}".strip()
            self.app.push_screen(Panel("what was told last", text))
        else:
            self.tell("nothing was told yet")

    def action_copy(self) -> None:
        """Ask in which form to copy."""
        offer = self.copy_offer()
        self.house.ask_copy(self, offer) if offer is not None else self.tell("there is nothing to copy here")

    def action_export(self) -> None:
        """Ask in which form to export."""
        exports = self.exports()
        self.house.ask_export(self, exports) if exports else self.tell("there is nothing to export here")

    def action_copy_link(self) -> None:
        """Copy the command that opens this place."""
        self.house.copy_link(self)

    def action_open_source(self) -> None:
        """Open what stands behind what is looked at."""
        found = self.sources()
        self.house.ask_source(self, found) if found else self.tell("no source is named here")

    def action_edit(self) -> None:
        """Open the file where it is written in the user's editor."""
        place = self.written_at()
        self.house.edit(self, *place) if place is not None else self.tell("no file on this machine says this")

    def action_jump(self) -> None:
        """Ask where to go."""
        self.house.ask_jump(self)

    def action_help(self) -> None:
        """Show all keys."""
        self.house.show_help(self)

    def action_palette(self) -> None:
        """Show the palette."""
        self.house.show_palette(self)

    def _fill(self, found: object) -> None:
        self.is_filled, self.fault = True, None
        gc.freeze()  # facts stay: looking through all of them for cycles now and then took 120 ms of a key's time
        with self.app.batch_update():
            self.show(found)
            if self._wanted:
                wanted, self._wanted = self._wanted, ()
                self.open_parts(wanted)
            self.tell_place()
        self.house.press_kept()

    def _works_at(self, group: str) -> bool:
        """Return whether work of a group goes on."""
        return any(name == group for name, _, _ in self._jobs.values())

    def _end_work(self) -> None:
        if not self._jobs and self.is_attached:
            self.query_one("#body").remove_class("-old")
            self.status_line.end_work()


def _details_of(err: BaseException) -> str:
    """Return all that is known of an error, for people."""
    if isinstance(err, InputError):
        from supplymatrix.reports.diagnostic import render_diagnostics

        return render_diagnostics(err.diagnostics, color=False)
    remedy = err.remedy if isinstance(err, SourceError | TransportError) else ""
    more = [str(err), f"next: {remedy}" if remedy else ""]
    if not isinstance(err, SupplymatrixError):
        more = traceback.format_exception(err)
    return "\n".join([*filter(None, more), *getattr(err, "__notes__", ())])
