"""Binary: compiled programs, what each is made of, and the proof of each of its modules; and the Gos of this machine.

What only the facts need is imported where they are loaded, in a thread: the screen is there at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.reports.plain import plain
from supplymatrix.reports.trace_view import TITLES, WORDS, hex_lines
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import ask_programs, project_of, told_to
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.chain import ChainPane
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.model.trace import Trace
    from supplymatrix.reports.goroot_view import GorootView
    from supplymatrix.tui.screens.binary_offers import BinaryCommands
    from supplymatrix.tui.screens.binary_rows import BinaryView, ModuleRow, Row

__all__ = ["NOTHING", "BinaryScreen"]

NOTHING = "no program is named: p names one, a folder, a tar file or an image; t looks at the Go of this machine"
_NO_PROGRAM = "no Go program is there: p names another place; t looks at the Go of this machine"
_CHAIN, _MODULES = "-chain", "-modules"
_GOROOT, _TRACE = "goroot", "trace"


class BinaryScreen(TableScreen):
    """Programs, then the modules of one, then the proof chain of one of these; below or beside it all of the row."""

    PLACE = "binary"
    OF_PROJECT = True
    LOADING = "reading programs, and asking the log"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"failures", "whole", "toolchains", "programs", "chain"}
    FIRST_KEYS = ("activate", "programs", "filter", "whole", "failures", "toolchains", "chain", "export")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "programs", "Programs"),
        Binding("i", "whole", "All of it"),
        Binding("f", "failures", "Findings"),
        Binding("t", "toolchains", "Go"),
        Binding("c", "chain", "Chain"),
        Binding("X", "bytes", "Bytes", show=False),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]
    DEFAULT_CSS = """
    BinaryScreen {
        & #summary { dock: top; height: 1; padding: 0 1; text-style: bold; }
        & #main { height: 1fr; layout: vertical; }
        & #table { width: 100%; height: 40%; min-height: 4; }
        & #beside { width: 100%; height: 1fr; border-top: solid $panel; }
        & #beside:focus { border-top: solid $primary; }
        & #chain { display: none; height: 1fr; }
        &.-modules { & #table { height: 1fr; } & #beside { height: 30%; } }
        &.-chain { & #main { display: none; } & #filter { display: none; } & #chain { display: block; } }
        &.-page #chain { display: none; }
        &.-w160 {
            & #main { layout: horizontal; }
            & #table { width: 1fr; height: 100%; }
            & #beside { width: 1fr; height: 100%; border-top: none; border-left: solid $panel; }
            & #beside:focus { border-top: none; border-left: solid $primary; } } }
    """

    view: BinaryView | None = None
    paths: tuple[Path, ...] = ()
    """Where the programs that are shown were looked for."""
    only_failures = False
    _program = ""  # whose modules are shown, "" = programs are
    _is_one_place = False  # the programs are of a place that was named
    _asked: tuple[Path, ...] = ()  # that are to be read, instead of those that are shown
    _gos: GorootView | None = None

    def compose_body(self) -> ComposeResult:
        """Yield summary, table, what is known of its row, and the chain."""
        yield self.compose_filter()
        yield Static(Content(""), id="summary", markup=False)
        with Container(id="main"):
            yield VirtualTable(id="table")
            yield Details(id="beside")
        yield ChainPane(id="chain")
        yield Details(id="page")

    def on_mount(self) -> None:
        """Begin without chains."""
        self._traces: dict[str, Trace] = {}

    # What is shown.

    @property
    def list_name(self) -> str:
        """Programs and modules are two tables."""
        return f"{self.PLACE}-modules" if self._program else self.PLACE

    @property
    def beside(self) -> Details:
        """What is known of the row of the cursor."""
        return self.query_one("#beside", Details)

    @property
    def chain(self) -> ChainPane:
        """The proof chain of a module."""
        return self.query_one("#chain", ChainPane)

    @property
    def has_chain(self) -> bool:
        """Whether a proof chain is open."""
        return self.has_class(_CHAIN)

    @property
    def program(self) -> Row | None:
        """The program whose modules are shown, None = programs are."""
        return self.view.program(self._program) if self.view is not None and self._program else None

    @property
    def row(self) -> Row | None:
        """The program of the cursor, or what else stands there; where modules are shown, whose they are."""
        if self.view is None or not self.is_attached:
            return None
        return self.program or self.view.by_id.get(self.table.current_id)

    @property
    def module(self) -> ModuleRow | None:
        """The module of the cursor."""
        program = self.program
        if program is None or not self.is_attached:
            return None
        current = self.table.current_id
        return next((row for row in program.modules if row.id == current), None)

    @property
    def _hidden(self) -> str:
        """What hides all rows that are there, and what shows them again; "" = a row is seen, or there is none."""
        if self.view is None or not self.is_attached or self.table.view.rows:
            return ""
        from supplymatrix.tui.screens.binary_data import hidden_line

        return hidden_line(self.view, self.program, self.table.filter_text, only_failures=self.only_failures)

    def project_wanted(self) -> Path | None:
        """Return the project beside which programs are held, and in whose folder they are looked for."""
        return project_of(self.session)

    def load(self, work: Work) -> tuple[tuple[Path, ...], BinaryView]:
        """Read programs as the command does."""
        from supplymatrix.tui.screens import binary_data  # here, in a thread: no key would be answered meanwhile
        from supplymatrix.tui.screens.binary_offers import read_programs
        from supplymatrix.tui.screens.binary_rows import BinaryView

        del binary_data
        paths, messages = self._paths(work), list[str]()
        run = None
        if paths:
            work.tell(0, 0, f"reading the programs in {', '.join(path.as_posix() for path in paths)}")
            run = read_programs(self.session, paths, self._held(work.project), told_to(work, messages))
        told = dict.fromkeys((*messages, *(run.notes if run is not None else ())))
        view = BinaryView(run, self._gos, tuple(told))
        view.prepare()
        gc.freeze()  # the app's thread would look through all of it for cycles before it is shown
        return paths, view

    def show(self, found: tuple[tuple[Path, ...], BinaryView]) -> None:
        """Show the programs; the cursor stays where it was."""
        self.paths, self.view = found
        if self._asked and self.paths == self._asked:
            self.session.programs, self._is_one_place = self.paths, False
        self._asked = ()
        self._traces = {}
        self._close_chain()
        if self.program is None:
            self._go_up()
        self.table.empty = _NO_PROGRAM if self.paths else NOTHING
        self.only_failures = self.only_failures and any(row.is_failure for row in self.view.rows)
        self._show_table()
        if self.view.told:  # they are in the status, and hide nothing
            self.status_line.last = (self.view.told[0], "\n".join(self.view.told))

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.table.empty = "no programs: nothing could be read"
        self.beside.show((Content(plain(text)),))

    def moved(self) -> None:
        """Show what is known of the row of the cursor."""
        if self.view is None:
            return
        from supplymatrix.tui.screens.binary_data import module_lines, row_lines

        row, module = self.row, self.module
        if module is not None:
            self.beside.show(module_lines(module))
        elif self._hidden:
            self.beside.show((Content(plain(self._hidden)),))
        elif self.program is not None:
            self.beside.show(())
        elif row is not None:
            self.beside.show(row_lines(row))
        else:
            self.beside.show((Content(self.table.empty), Content("or: supplymatrix verify binary FILE")))
        self.tell_place()

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to the program of a link; one that lies elsewhere is read."""
        if not parts or self.view is None:
            return
        from supplymatrix.tui.screens.binary_offers import path_in_link

        if parts[0] in self.view.by_id:
            self._close_chain()
            self.close_page()
            self._go_up()
            self._show_table()
            if not self.table.go_to(parts[0]):
                self.only_failures = False
                self.take_filter()
                self._show_table()
                self.table.go_to(parts[0])
            return
        path = path_in_link(self.session.here, parts[0])
        if path is None:
            self.tell(f"{parts[0]}: there is no such program here, and no such file", is_fault=True)
        elif path not in self.paths:
            self._wanted = parts
            self._read((path,))
        elif path != self.session.here / parts[0]:
            self.tell(f"{parts[0]}: there is no such program in {path.as_posix()}", is_fault=True)

    def parts(self) -> tuple[str, ...]:
        """Return the program of the cursor."""
        row = self.row
        return (row.name,) if row is not None and row.id == row.name else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return program and module."""
        module = self.module
        return (*self.parts(), *((module.id,) if module is not None else ()))

    def twin(self) -> str:
        """Return the command with the same facts."""
        commands, module, row = self._commands(), self.module, self.row
        if self.has_chain and module is not None:
            return commands.verify(str(module.module.subject))
        return commands.goroot if row is not None and row.id.startswith("go ") else commands.binary

    def status(self) -> Status:
        """Count what is not known, and say who was asked."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        run, told = view.run, len(view.told)
        notes = [f"asked: {run.log} tree {run.tree_size:,}"] if run is not None and run.tree_size else []
        notes += ["findings only"] if self.only_failures else []
        notes += [f"D shows {told:,} note{'' if told == 1 else 's'}"] if told else []
        return Status(
            as_of=self.session.now().date(), unknown=view.unknown + view.counts["–"] or None, notes=tuple(notes),  # noqa: RUF001
            offline=self.session.offline,
        )  # fmt: skip

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the log's own address for the module."""
        from supplymatrix.tui.screens.binary_offers import sources_of

        return sources_of(self.view, self.module) if self.view is not None else ()

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row, all that is known of it where that is looked at, or the step of the chain."""
        from supplymatrix.tui.screens.binary_data import fields_of, module_fields

        step = self.chain.step
        if self.has_chain and step is not None:
            steps = [("state", WORDS[step.state]), ("says", step.says), *step.values]
            return CopyOffer(what=f"the step {TITLES[step.id]}", head=("name", "value"), rows=tuple(steps))
        if not (self.has_page or self.focused is self.beside):
            return super().copy_offer()
        row, module = self.row, self.module
        if module is not None:
            return CopyOffer(what=module.id, head=("name", "value"), rows=tuple(module_fields(module)))
        if row is None:
            return None
        rows = tuple((name or section, text) for section, name, text in fields_of(row))
        return CopyOffer(what=row.name, head=("name", "value"), rows=rows) if rows else super().copy_offer()

    def exports(self) -> tuple[Export, ...]:
        """Offer what the commands write."""
        from supplymatrix.tui.screens.binary_offers import exports_of

        return exports_of(self.view, self._commands()) if self.view is not None else ()

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every program."""
        return [
            PaletteItem(kind="program", text=row.name, help=row.sign.word, go=Link(self.PLACE, (row.name,)))
            for row in (self.view.programs if self.view is not None else ())
        ]

    def plain_body(self, width: int) -> str:
        """Return the rows that are shown; of that of the cursor, and of what is not good, all that is known."""
        if self.view is None or not self.view.rows:
            return self.table.empty
        from supplymatrix.tui.screens.binary_offers import linear_body

        return linear_body(self.view, self.table, self.program, self.module or self.row, width)

    # Keys.

    def take_back(self) -> bool:
        """Take back: a page, the chain, the focus, the filter, findings only, the modules, what was told."""
        if self.close_page() or self._close_chain():
            return True
        if self.focused is self.beside:
            self.table.focus()
            return True
        if self.take_filter():
            return True
        if self.only_failures:
            self.action_failures()
            return True
        return self._leave_modules() or super().take_back()

    def close_page(self) -> bool:
        """Close the page, and go back to where it was opened."""
        was_open = super().close_page()
        if was_open and self.has_chain:
            self.chain.steps.focus()
        return was_open

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key of the table while a chain lies over it."""
        if action in self.OF_TABLE and self.has_chain:
            return False
        return super().check_action(action, parameters)

    def action_programs(self) -> None:
        """Ask where programs are, and read them."""
        ask_programs(self, lambda path: self._read((path,)))

    def action_toolchains(self) -> None:
        """Hold the Gos of this machine against the log."""
        self.start_work(_GOROOT, self._find_gos, self._take_gos, name="hashing the Go of this machine")

    def action_failures(self) -> None:
        """Show what is not as it should be alone, or all."""
        if self.view is None:
            return
        program = self.program
        rows: Sequence[Row | ModuleRow] = program.modules if program is not None else self.view.rows
        if not self.only_failures and not any(row.is_failure for row in rows):
            self.tell("there is nothing but what is proven" if rows else self.table.empty)
            return
        self.only_failures = not self.only_failures
        self._show_table()

    def action_whole(self) -> None:
        """Show all that is known of the row on a page of its own."""
        from supplymatrix.tui.screens.binary_data import module_lines, row_lines

        row, module = self.row, self.module
        if module is not None:
            self.show_page(module_lines(module))
        elif row is not None and not self._hidden:
            self.show_page(row_lines(row))
        else:
            self.tell(self._hidden or self.table.empty)

    def action_chain(self) -> None:
        """Open the chain of the program: who built it, and of what."""
        self.house.open_link(Link("chain", self.parts()), beside=True)

    def action_bytes(self) -> None:
        """Show the bytes of the step of the cursor, in hex and as text."""
        step = self.chain.step if self.has_chain else None
        if step is None or not step.raw:
            self.tell("no bytes are behind this" if step is not None else "Enter on a module shows its chain first")
            return
        head = f"{len(step.raw):,} bytes of {TITLES[step.id]}: {WORDS[step.state]} · Esc closes"
        self.show_page([Content.styled(head, "bold"), Content(""), *map(Content, hex_lines(step.raw))])

    def action_pane(self, step: int) -> None:
        """Go to the other pane."""
        del step
        if self.has_page:
            return
        if self.has_chain:
            (self.chain.details if self.focused is self.chain.steps else self.chain.steps).focus()
        else:
            (self.beside if self.focused is not self.beside else self.table).focus()

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        module, row = self.module, self.row
        if module is not None:
            self._open_chain(module)
        elif row is not None and row.modules:
            self._go_down(row.id)
        else:
            self.action_whole()

    @on(ChainPane.StepMoved)
    def _step_moved(self, event: ChainPane.StepMoved) -> None:
        event.stop()

    @on(ChainPane.StepChosen)
    def _step_chosen(self, event: ChainPane.StepChosen) -> None:
        event.stop()
        self.chain.details.focus()

    def on_resize(self) -> None:
        """Fit the columns to the pane, once it has its new size."""
        if self.view is not None:
            self.call_after_refresh(self._show_table)

    # Inside.

    def _paths(self, work: Work) -> tuple[Path, ...]:
        """Return where programs are looked for: what was named now, by a link, or before; else the project's folder."""
        from supplymatrix.tui.screens.binary_offers import path_in_link

        if work.mode:
            return (Path(work.mode),)
        project = work.project
        own = (project if project.is_dir() else project.parent,) if project is not None else ()
        paths = self.paths if self._is_one_place else self.session.programs or own
        linked = path_in_link(self.session.here, self._wanted[0]) if self._wanted and not self.is_filled else None
        if linked is None or any(linked == path or path in linked.parents for path in paths):
            return paths
        self._is_one_place = True
        return (linked,)

    def _held(self, project: Path | None) -> Path | None:
        from supplymatrix.engine.program_project import built_of

        return built_of(project)

    def _read(self, paths: tuple[Path, ...]) -> None:
        """Read other programs; once they could be read they are those that are named from now on."""
        self._asked = paths
        self.load_again(mode=paths[0].as_posix())

    def _find_gos(self, work: Work) -> GorootView:
        from supplymatrix.tui.screens.binary_offers import find_gos

        return find_gos(self.session, told_to(work, []))

    def _take_gos(self, found: GorootView) -> None:
        from supplymatrix.tui.screens.binary_rows import BinaryView

        self._gos = found
        view = self.view
        self.view = BinaryView(view.run if view is not None else None, found, view.told if view is not None else ())
        self._go_up()
        self.only_failures = False
        self._show_table()
        first = next((row for row in self.view.rows if row.id.startswith("go ")), None)
        if first is None:
            self.tell(found.notes[0] if found.notes else "there is no Go on this machine")
            return
        if not self.table.go_to(first.id):
            self.take_filter()
            self.table.go_to(first.id)
        self.moved()

    def _go_down(self, name: str) -> None:
        """Show the modules of a program."""
        self._program = name
        self.add_class(_MODULES)
        self._change_table()

    def _go_up(self) -> None:
        """Show programs; the table is to be filled after it."""
        if self._program:
            self._program = ""
            self.remove_class(_MODULES)
            self.table.set_data(NO_DATA)
            self.take_state()

    def _leave_modules(self) -> bool:
        name = self._program
        if not name:
            return False
        self._go_up()
        self._show_table()
        self.table.go_to(name)
        return True

    def _change_table(self) -> None:
        self.only_failures = False
        self.table.set_data(NO_DATA)
        self.take_state()
        self._show_table()

    def _show_table(self) -> None:
        from supplymatrix.tui.screens.binary_data import modules_table, rows_table, summary_line

        view = self.view
        if view is None:
            return
        room, program = self.table.size.width or self.app.size.width, self.program
        if program is not None:
            modules = [row for row in program.modules if row.is_failure or not self.only_failures]
            has_project = view.run is not None and bool(view.run.project)
            self.table.set_data(modules_table(modules, room, has_project=has_project))
        else:
            rows = [row for row in view.rows if row.is_failure or not self.only_failures]
            self.table.set_data(rows_table(rows, room))
        line = summary_line(view, max(20, self.app.size.width - 2))
        self.query_one("#summary", Static).update(Content(line), layout=False)
        self.moved()

    def _open_chain(self, module: ModuleRow) -> None:
        """Show the proof chain of a module: it is asked for, mostly of the cache, where it is not at hand."""
        if not module.has_chain:
            self.tell(f"no proof chain: {module.sign.word}: {module.module.reason}")
            return
        trace = self._traces.get(module.id)
        if trace is not None:
            self._show_chain(module.id, trace)
            return
        job = partial(self._trace, module, self._held(self.shown_project))
        self.start_work(_TRACE, job, partial(self._show_chain, module.id), name=f"proving {module.id}")

    def _trace(self, module: ModuleRow, project: Path | None, work: Work) -> Trace:
        from supplymatrix.tui.screens.binary_offers import trace_of_module

        return trace_of_module(self.session, module, project, told_to(work, []))

    def _show_chain(self, name: str, trace: Trace) -> None:
        self._traces[name] = trace
        module = self.module
        if module is None or module.id != name:  # the cursor has gone on meanwhile
            return
        self.chain.show(trace)
        self.add_class(_CHAIN)
        self.chain.steps.focus()
        self.refresh_bindings()
        what = module.module
        text = f"{module.sign.mark} {module.sign.word}: {what.program} recorded {what.sum or 'no hash'}"
        self.query_one("#summary", Static).update(Content(plain(text)), layout=False)
        self.tell_place()

    def _close_chain(self) -> bool:
        if not self.has_chain:
            return False
        self.remove_class(_CHAIN)
        self.table.focus()
        self.refresh_bindings()
        self._show_table()
        return True

    def _commands(self) -> BinaryCommands:
        """Return the commands with the facts that are shown."""
        from supplymatrix.tui.screens.binary_offers import BinaryCommands

        project = self.named_project or (Path() if self.shown_project is not None else None)
        paths = self.paths or self.session.programs
        return BinaryCommands.of(self.session, paths, self._held(project))
