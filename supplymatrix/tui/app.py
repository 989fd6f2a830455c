"""The app: one screen at a time on a stack, and what all screens share: themes, links, copying, export, help."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any, ClassVar, cast

from textual import events, on
from textual.app import App
from textual.binding import Binding, BindingType

from supplymatrix.engine.screen_state import Opened, remember, write_screen_state
from supplymatrix.errors import InputError, SourceError
from supplymatrix.model.value import changed
from supplymatrix.reports.plain import plain
from supplymatrix.tui.copying import FORMS, CopyOffer, copy_text, render_copy
from supplymatrix.tui.links import HOME, Link, command_of, format_link, parse_link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem, items_of_sources, places
from supplymatrix.tui.places import PLACE_BY_ID, PLACES
from supplymatrix.tui.screens.base import BaseScreen, Export, Work
from supplymatrix.tui.session import Session
from supplymatrix.tui.themes import DEFAULT_THEME, THEMES

__all__ = ["SupplymatrixApp", "import_screens"]


class SupplymatrixApp(App[None]):
    """supplymatrix on a terminal. link: where to begin, None = Home."""

    TITLE = "supplymatrix"
    ENABLE_COMMAND_PALETTE = False  # ours finds by key and by text, and asks its sources in a thread
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "quit", "Quit", show=False),
        Binding("T", "next_theme", "Next theme", show=False),
        *(Binding(place.key, f"go('{place.id}')", place.title, show=False) for place in PLACES),
    ]
    CSS = """
    Input { border: none; height: 1; padding: 0 1; background: $panel; }
    Toast { border: none; }
    """

    def __init__(self, session: Session, link: Link | None = None) -> None:
        super().__init__()
        self.session = session
        self._first = link or HOME
        self._kept_keys: list[events.Key] = []
        self.start = session.project or session.here
        """The folder below which projects are looked for, whatever is opened later."""
        self.fault: BaseException | str | None = None
        """After a picture was taken: what its screen failed with, or what it told as a fault."""
        self._keeping = Lock()
        for theme in THEMES:
            self.register_theme(theme)
        wanted = session.state.theme
        self.theme = wanted if wanted in {theme.name for theme in THEMES} else DEFAULT_THEME
        self.animation_level = "none"

    def on_mount(self) -> None:
        """Open the first place, and say what is to be said of the state that was read."""
        self._push(self._first)
        self._remember(self._first)
        if self.session.told:
            self.call_after_refresh(self._tell_first)
        self._follow_hangup()
        # the first visit to a screen would import it between two keys
        self.call_after_refresh(self.run_worker, import_screens, thread=True, group="import", exit_on_error=False)

    def on_unmount(self) -> None:
        """Keep the state."""
        self._keep()

    async def on_event(self, event: events.Event) -> None:
        """Take a key: what was told goes, one that comes too early is kept, and without room one can only leave."""
        screen = self.screen if self.screen_stack else None
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(screen, BaseScreen):
            if screen.has_no_room and event.key not in _LEAVING:
                return
            if screen.waits_for_facts and event.key not in _AT_ONCE and len(self._kept_keys) < _MOST_KEYS:
                self._kept_keys.append(event)
                return
            if event.key != "D":
                screen.status_line.fade()
        await super().on_event(event)

    def exit(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Textual has it
        """End, and wait for no work."""
        for screen in self._places():
            screen.abandon()
        super().exit(*args, **more)

    def press_kept(self) -> None:
        """Press the keys that came before there was anything to do it on."""
        keys, self._kept_keys = self._kept_keys, []
        for event in keys:
            self.call_after_refresh(self.post_message, events.Key(event.key, event.character).set_sender(self))

    @property
    def place_screen(self) -> BaseScreen | None:
        """The place on top, whatever lies over it."""
        found = self._places()
        return found[-1] if found else None

    # Going somewhere.

    def open_link(self, link: Link, *, beside: bool = False) -> None:
        """Go to a link. beside: Esc comes back to where one is; else it goes to Home."""
        top = self.place_screen
        if top is not None and link.place == top.PLACE:
            top.open_link(link)
        elif beside and link.place != "home":
            self._push(link)
        else:
            with self.batch_update():
                self._go_down()
                below = self._places()[0]
                if below.PLACE == "home" and link.place != "home":
                    self._push(link)
                elif link.place != below.PLACE:
                    self.switch_screen(self._made(link))
        self._remember(link)

    def leave(self) -> None:
        """Go back by one place; Home is the last."""
        places = self._places()
        if len(places) > 1:
            self.pop_screen()
        elif places and places[0].PLACE != "home":
            self.switch_screen(self._made(HOME))

    def trail(self, screen: BaseScreen) -> tuple[str, ...]:
        """Return the places below a screen, for its first line; Home is below all of them."""
        found: list[str] = []
        for below in self._places():
            if below is screen:
                break
            found.append(below.place.title)
        home = PLACE_BY_ID["home"].title
        return tuple(found) if found[:1] == [home] or (not found and screen.PLACE == "home") else (home, *found)

    @on(LinkAsked)
    def _link_asked(self, event: LinkAsked) -> None:
        event.stop()
        self.open_link(event.link, beside=event.beside)

    def action_go(self, place: str) -> None:
        """Go to a place."""
        if isinstance(self.screen, BaseScreen):
            self.open_link(Link(place))

    def action_next_theme(self) -> None:
        """Take the next theme, and keep it."""
        names = [theme.name for theme in THEMES]
        self.take_theme(names[(names.index(self.theme) + 1) % len(names)])

    def take_theme(self, name: str) -> None:
        """Take a theme, and keep it."""
        self.theme = name
        self.session.state = changed(self.session.state, theme=name)
        self._say(f"theme {name}")

    # What screens offer.

    def ask_copy(self, screen: BaseScreen, offer: CopyOffer) -> None:
        """Ask in which form to copy, and do it."""
        from supplymatrix.tui.widgets.picker import Menu

        cell = (("c", "cell", f"the cell alone: {plain(offer.cell)[:40]}"),) if offer.cell else ()

        def chosen(form: str | None) -> None:
            if form == "cell":
                self._copy(screen, offer.cell, "the cell", form)
            elif form:
                self._copy(screen, render_copy(offer, form), offer.what, form)

        self.push_screen(Menu(f"copy {offer.what}", (*FORMS, *cell)), chosen)

    def copy_link(self, screen: BaseScreen) -> None:
        """Copy the command that opens a place."""
        project = screen.named_project
        options = self.session.options_again() + self.session.network_again()
        text = command_of(screen.link, project.as_posix() if project is not None else "", options)
        self._copy(screen, text, text, "link")

    def copy_command(self, screen: BaseScreen, command: str) -> None:
        """Copy a command with the same facts."""
        self._copy(screen, command, command, "command")

    def ask_export(self, screen: BaseScreen, exports: Sequence[Export]) -> None:
        """Ask for format and file, and write it as the command line would."""
        from supplymatrix.tui.widgets.picker import Menu

        choices = [(item.key, item.format, f"{item.format}: {item.file}") for item in exports]

        def chosen(name: str | None) -> None:
            found = next((item for item in exports if item.format == name), None)
            if found is not None:
                self.ask_file(screen, found)

        self.push_screen(Menu("export", choices), chosen)

    def ask_source(self, screen: BaseScreen, sources: Sequence[tuple[str, str]]) -> None:
        """Open an address, after the choice where there are several."""
        from supplymatrix.tui.widgets.picker import Picker

        if len(sources) == 1:
            self._browse(screen, sources[0][0])
            return
        items = [
            PaletteItem(kind="source", text=name, help=url, go=partial(self._browse, screen, url))
            for url, name in sources
        ]
        self.push_screen(Picker("open a source", items), self._do)

    def ask_jump(self, screen: BaseScreen) -> None:
        """Ask for a link and go there."""
        from supplymatrix.tui.widgets.picker import Ask

        del screen
        hint = f"a link, as `u` copies it: {', '.join(PLACE_BY_ID)}"

        def chosen(text: str | None) -> None:
            if text:
                self.open_link(parse_link(text), beside=True)

        self.push_screen(Ask("go to", hint=hint, refuse=_why_no_link), chosen)

    def show_help(self, screen: BaseScreen) -> None:
        """Show all keys of a screen; the command with the same facts is among them."""
        from supplymatrix.tui.widgets.key_help import key_items
        from supplymatrix.tui.widgets.picker import Picker

        twin = screen.twin()
        copy = partial(self.copy_command, screen, twin)
        same = PaletteItem(kind="command", text=twin, help="the same facts", go=copy)
        items = [*key_items(screen), *screen.help_items(), same]
        self.push_screen(Picker(f"keys of {screen.place.title}", items), self._do)

    def show_palette(self, screen: BaseScreen) -> None:
        """Show everything that can be done or gone to."""
        from supplymatrix.tui.widgets.key_help import action_items
        from supplymatrix.tui.widgets.picker import Picker

        themes = [
            PaletteItem(kind="theme", text=theme.name, go=partial(self.take_theme, theme.name)) for theme in THEMES
        ]
        items = [*action_items(screen), *screen.palette_items(), *places(), *themes]
        more = partial(items_of_sources, self.session)
        self.push_screen(Picker("palette", items, more=more, tell_error=screen.tell_error), self._do)

    def edit(self, screen: BaseScreen, file: Path, line: int = 0) -> None:
        """Open a file in the user's editor; the app waits and comes back as it was."""
        from textual.app import SuspendNotSupported

        from supplymatrix.tui.editing import editor_command, run_editor

        try:
            command = editor_command(self.session.environ, file, line)
        except ValueError as err:
            screen.tell(str(err), details="set EDITOR to an editor, as in EDITOR=vi", is_fault=True)
            return
        try:
            # A repaint while the terminal is somebody else's blocks for ever: nothing is painted until we are back.
            with self.batch_update(), self.suspend():
                code = run_editor(command)
        except SuspendNotSupported:
            screen.tell("this terminal cannot be lent to an editor", is_fault=True)
        except OSError as err:
            screen.tell(f"{command[0]} cannot be started: {err.strerror}", details="set EDITOR", is_fault=True)
        else:
            screen.tell(f"{command[0]} ended with {code}" if code else "back from the editor")
            screen.action_reload()

    # Doing it.

    def _do(self, item: PaletteItem | None) -> None:
        if item is None:
            return
        if isinstance(item.go, Link):
            self.open_link(item.go, beside=True)
        else:
            self.call_later(item.go)

    def ask_file(self, screen: BaseScreen, export: Export, *, then: Callable[[Path], None] = lambda _: None) -> None:
        """Ask for a file name and write there. then: called when it is written."""
        import shlex

        from supplymatrix.tui.widgets.picker import Ask

        seen: set[str] = set()

        def refuse(text: str) -> str:
            if not text:
                return "a file name is missing"
            try:
                is_there = (self.session.here / text).exists()
            except (OSError, ValueError) as err:
                return f"{plain(text[:40])}: no name for a file: {getattr(err, 'strerror', '') or err}"
            if is_there and text not in seen:
                seen.add(text)
                return "there is such a file already: Enter once more writes over it"
            return ""

        def write(path: Path, work: Work) -> str:
            rendered = export.render()
            if not work.is_cancelled:  # somebody pressed Esc: then no file is written
                self.session.write(path, rendered)
            return export.says(rendered)

        def written(path: Path, said: str) -> None:
            then(path)
            command = export.command.replace(export.file, shlex.quote(path.as_posix()))
            parts = (f"written to {path.resolve().as_posix()}", said, f"same as: {command}")
            screen.tell(" · ".join(filter(None, parts)))

        def chosen(text: str | None) -> None:
            if text:
                path = self.session.here / text
                screen.start_work("export", partial(write, path), partial(written, path), name=f"writing {text}")

        self.push_screen(
            Ask(f"export {export.format}", text=export.file, hint=f"same as: {export.command}", refuse=refuse), chosen
        )

    def _copy(self, screen: BaseScreen, text: str, what: str, form: str) -> None:
        file = self.session.state_file
        send = None if self.is_headless else partial(self._send, text)
        screen.start_work(
            "copy",
            lambda _: copy_text(
                text,
                what,
                form=form,
                send=send,
                environ=self.session.environ,
                folder=file.parent if file is not None else None,
            ),
            screen.tell,
            name=f"copying {what}",
        )

    def _send(self, text: str, _: str) -> None:
        self.call_from_thread(self.copy_to_clipboard, text)

    def _browse(self, screen: BaseScreen, url: str) -> None:
        from supplymatrix.tui.opening import is_address, open_address

        if not is_address(url):
            screen.tell(f"{url}: this is a path in a repository, no address")
            return

        def opened(is_taken: bool) -> None:  # noqa: FBT001 - what the job returns
            if is_taken:
                screen.tell(f"given to the browser: {url}")
            else:
                self._copy(screen, url, f"no browser could be asked: {url}", "link")

        screen.start_work(
            "browser", lambda _: open_address(url, self.session.environ), opened, name="asking the browser"
        )

    def _made(self, link: Link) -> BaseScreen:
        module, _, name = PLACE_BY_ID[link.place].target.partition(":")
        kind = cast("Callable[[Link], BaseScreen]", getattr(importlib.import_module(module), name))
        screen = kind(link)
        screen.take_size(self.size)
        return screen

    def _push(self, link: Link) -> None:
        self.push_screen(self._made(link))

    def _places(self) -> list[BaseScreen]:
        """Return the places that are open, the lowest first."""
        return [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]

    def _go_down(self) -> None:
        """Close all but the lowest place."""
        lowest = self._places()[0]
        while self.screen is not lowest:
            self.pop_screen()

    def _remember(self, link: Link) -> None:
        if link == HOME:
            return
        place = PLACE_BY_ID[link.place]
        title = " ▸ ".join((place.title, *link.parts))
        opened = Opened(link=format_link(link), title=title[:200], at=self.session.now())
        self.session.state = remember(self.session.state, opened)
        # now, too: a process that is killed has no end at which it could be kept
        self.run_worker(self._keep, thread=True, group="state", exit_on_error=False)

    def _keep(self) -> None:
        """Write the state as it is when it is written, so that no late writer brings an older one back."""
        with self._keeping:
            try:
                write_screen_state(self.session.state_file, self.session.state)
            except SourceError as err:
                self.session.told = str(err)  # told by the command line, when the terminal is its own again

    def _say(self, text: str) -> None:
        screen = self.place_screen
        if screen is not None:
            screen.tell(text)

    def _tell_first(self) -> None:
        told, self.session.told = self.session.told, ""
        screen = self.place_screen
        if screen is not None:
            screen.tell(told, details=told, is_fault=True)

    def _follow_hangup(self) -> None:
        """End in order when the terminal goes away: the state is kept, and nobody is shown a traceback."""
        import asyncio
        import signal

        if self.is_headless or not hasattr(signal, "SIGHUP"):
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit)
        # where the terminal is not the one that controls the process there is no signal, only an end of the input
        end = partial(loop.call_soon_threadsafe, self.exit)
        Thread(target=self._end_without_terminal, args=(end,), daemon=True, name="terminal").start()

    def _end_without_terminal(self, end: Callable[[], object]) -> None:
        """End when the terminal is gone, and by force later: Textual's writer may have died, and is waited for then."""
        import os
        import time

        while not _is_terminal_gone():
            time.sleep(_LOOK)
        with suppress(RuntimeError):  # the loop has ended already
            end()
        time.sleep(3 * _LOOK)
        self._keep()
        os._exit(0)


_LEAVING = frozenset({"q", "ctrl+q", "ctrl+c"})
_AT_ONCE = _LEAVING | {
    "escape", "ctrl+r", "ctrl+p", "question_mark", "D", "T", "u", "g", "tab", "shift+tab",
    *(place.key for place in PLACES),
}  # fmt: skip
"""Keys that need no facts."""
_MOST_KEYS = 16  # that are kept
_LOOK = 1.0  # seconds between two looks at whether the terminal is still there


def _is_terminal_gone() -> bool:
    import select
    import sys

    poll = select.poll()
    poll.register(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0, 0)
    return any(seen & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, seen in poll.poll(0))


def import_screens() -> None:
    """Import the screens of all places."""
    for place in PLACES:
        importlib.import_module(place.target.partition(":")[0])


def _why_no_link(text: str) -> str:
    try:
        parse_link(text)
    except InputError as err:
        diagnostic = err.diagnostics[0]
        return f"{diagnostic.message}: expected {diagnostic.expected}" + (
            f"; {diagnostic.remedy}" if diagnostic.remedy else ""
        )
    return ""
