"""SBOM: the components of the opened project with licence, proof and hashes; facets over them, obligations, export.

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
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import ask_project, project_of, told_to
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.tui.screens.sbom_offers import Command
    from supplymatrix.tui.screens.sbom_rows import Facet, SbomRow, SbomView

__all__ = ["NOTHING", "SCOPES", "SbomScreen"]

SCOPES = ("built", "tests", "all")
"""Which modules belong to the bill, in the order in which `t` goes through them."""
NOTHING = "no go.mod or go.work here: p opens a project, Home (0) lists those found here"
_ALL = "all"
_FACETS = "-see-facets"
_FACET_ROOM = 24  # columns of a facet beside the table


class SbomScreen(TableScreen):
    """Facets left, components in the middle, all of one beside or below; in a narrow terminal facets by `f`."""

    PLACE = "sbom"
    WIDE = 120  # columns from which on the facets are always seen
    OF_PROJECT = True
    LOADING = "reading modules, licences and proofs"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"facets", "scope"}
    FIRST_KEYS = ("activate", "filter", "facets", "scope", "obligations", "export", "chain")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "facets", "Facets"),
        Binding("t", "scope", "Scope"),
        Binding("L", "obligations", "Duties"),
        Binding("v", "chain", "Proof"),
        Binding("p", "project", "Project", show=False),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]
    DEFAULT_CSS = """
    SbomScreen {
        & #main { height: 1fr; layout: vertical; }
        & #summary { height: 1; padding: 0 1; text-style: bold; }
        & #why { display: none; height: auto; max-height: 4; padding: 0 1; color: $text-warning; }
        &.-why #why { display: block; }
        & #panes { height: 1fr; layout: horizontal; }
        & #facets { display: none; width: 100%; height: 100%; }
        & #right { width: 1fr; height: 100%; layout: vertical; }
        & #table { width: 100%; height: 1fr; }
        & #beside { width: 100%; height: 30%; border-top: solid $panel; }
        & #beside:focus { border-top: solid $primary; }
        &.-see-facets { & #facets { display: block; } & #right { display: none; } }
        &.-w120, &.-w160 {
            & #facets { display: block; width: 29; border-right: solid $panel; }
            & #right { display: block; }
            & #beside { height: 45%; } } }
    """

    view: SbomView | None = None
    scope = SCOPES[0]
    facet = _ALL
    """The id of the facet that is chosen."""
    _shown_room = 0

    def compose_body(self) -> ComposeResult:
        """Yield summary, facets, table, and what is known of its row."""
        yield self.compose_filter()
        with Container(id="main"):
            yield Static(Content(""), id="summary", markup=False)
            yield Static(Content(""), id="why", markup=False)
            with Container(id="panes"):
                yield LineList(id="facets")
                with Container(id="right"):
                    yield VirtualTable(id="table")
                    yield Details(id="beside")
        yield Details(id="page")

    # What is shown.

    @property
    def facets(self) -> LineList:
        """The facets."""
        return self.query_one("#facets", LineList)

    @property
    def beside(self) -> Details:
        """What is known of the row of the cursor."""
        return self.query_one("#beside", Details)

    @property
    def row(self) -> SbomRow | None:
        """The row of the cursor."""
        return self.view.by_id.get(self.table.current_id) if self.view is not None and self.is_attached else None

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it."""
        return project_of(self.session)

    def load(self, work: Work) -> SbomView | None:
        """Make the bill that the command makes; None where there is nothing to make it of."""
        if work.project is None:
            return None
        from supplymatrix.tui.screens import sbom_data  # here, in a thread: no key would be answered meanwhile
        from supplymatrix.tui.screens.sbom_offers import make_view

        del sbom_data
        messages: list[str] = []
        work.tell(0, 0, f"reading the modules of {work.project.as_posix()}")
        scope = work.mode or self._scope_kept(work)
        view = make_view(self.session, work.project, scope, told_to(work, messages), messages)
        view.prepare()
        gc.freeze()  # the app's thread would look through all of it for cycles before it is shown: 200 ms for 10,000
        return view

    def show(self, found: SbomView | None) -> None:
        """Show the components; the cursor stays where it was."""
        self.view = found
        self.table.empty = NOTHING
        if found is None:
            self.query_one("#summary", Static).update(Content("no project is open"), layout=False)
            self.set_class(False, "-why")  # noqa: FBT003 - Textual's form
            self.facets.set_rows(())
            self.table.set_data(NO_DATA)
            self.moved()
            return
        self.scope = found.document.scope.value
        self.facet = found.facet(self.facet).id
        self._show_why()
        self._show_facets()
        self._show_table()
        self.table.empty = "no component with these words: Esc takes the filter away"
        if found.told:  # they are in the status, and hide nothing
            self.status_line.last = (found.told[0], "\n".join(found.told))

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.table.empty = "no components: nothing could be read"
        self.beside.show((Content(plain(text)),))

    def moved(self) -> None:
        """Show what is known of the component of the cursor."""
        if self.view is None:
            self.beside.show((Content(NOTHING), Content("or: supplymatrix tui PATH")))
            self.tell_place()
            return
        from supplymatrix.tui.screens.sbom_data import component_lines

        row = self.row
        self.beside.show(component_lines(self.view, row) if row is not None else ())
        self.tell_place()

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to the component of a link; facet and filter go where they hide it."""
        if not parts or self.view is None:
            return
        if parts[0] not in self.view.by_id:
            more = "" if self.scope == SCOPES[-1] else "; t takes in more"
            self.tell(f"{parts[0]}: there is no such component in scope {self.scope}{more}", is_fault=True)
            return
        self.close_page()
        self._leave_facets()
        if not self.table.go_to(parts[0]):
            self.take_filter()
            self._choose(_ALL)
            self.table.go_to(parts[0])

    def parts(self) -> tuple[str, ...]:
        """Return the component of the cursor."""
        row = self.row
        return (row.id,) if row is not None else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return facet and component."""
        if self.view is None:
            return ()
        word = self._facet().word
        return (*((word,) if self.facet != _ALL else ()), *self.parts())

    def twin(self) -> str:
        """Return the command with the same facts."""
        command = self._command()
        return f"{command.base}{command.options}"

    def status(self) -> Status:
        """Count what has no licence, and say what else is not known."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        rows, total = self.table.view.rows, len(view.components)
        shown = len(rows) - (self.facet == _ALL and 0 in rows)  # without the main module, which is none of them
        gaps, told = len(view.document.gaps), len(view.told)
        words = self.table.filter_text
        notes = [f"{shown:,} of {total:,} components{f' have {words}' if words else ''}"] if shown != total else []
        notes += [f"{gaps:,} gap{'' if gaps == 1 else 's'}"] if gaps else []
        notes += [f"D shows {told:,} note{'' if told == 1 else 's'}"] if told else []
        return Status(
            as_of=view.document.created.date(), unknown=view.unknown, notes=tuple(notes), offline=self.session.offline
        )

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the addresses that belong to the component."""
        row = self.row
        references = row.component.references if row is not None else ()
        return tuple((item.url, item.kind) for item in references if item.url.startswith(("https://", "http://")))

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row, or all that is known of it where that is looked at."""
        row = self.row
        if self.view is None or row is None or not (self.has_page or self.focused is self.beside):
            return super().copy_offer()
        from supplymatrix.tui.screens.sbom_data import fields_of

        rows: list[tuple[str, ...]] = [("component", row.id)]
        for _, name, text in fields_of(self.view, row):
            rows.append((name or rows[-1][0], text))
        return CopyOffer(what=row.id, head=("name", "value"), rows=tuple(rows))

    def exports(self) -> tuple[Export, ...]:
        """Offer the bill in the formats of the command, each validated before it is written."""
        if self.view is None:
            return ()
        from supplymatrix.tui.screens.sbom_offers import exports_of

        return exports_of(self.view, self._command())

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every component and every facet."""
        if self.view is None:
            return ()
        found = [
            PaletteItem(kind="component", text=row.id, help=row.licence, go=Link(self.PLACE, (row.id,)))
            for row in self.view.rows
        ]
        facets = [
            PaletteItem(kind="facet", text=f"{facet.group} {facet.word}".strip(), help=f"{facet.count:,}",
                        go=partial(self._choose, facet.id))
            for facet in self.view.facets
        ]  # fmt: skip
        return [*facets, *found]

    def plain_body(self, width: int) -> str:
        """Return facets and components; of the one of the cursor all that is known."""
        if self.view is None:
            return NOTHING
        from supplymatrix.tui.screens.sbom_offers import linear_body

        return linear_body(self.view, self.table, self.row, width)

    # Keys.

    def take_back(self) -> bool:
        """Take back: the page, the facets, the focus, the filter, the facet, what was told."""
        if self.close_page():
            return True
        if self.focused in (self.facets, self.beside):
            self._leave_facets()
            return True
        if self.take_filter():
            return True
        if self.facet != _ALL:
            self._choose(_ALL)
            return True
        return super().take_back()

    def action_facets(self) -> None:
        """Go to the facets, or back."""
        if self.view is None:
            self.tell(NOTHING)
        elif self.focused is self.facets:
            self._leave_facets()
        else:
            self.add_class(_FACETS)
            self.facets.go_to(self.facet)
            self.facets.focus()

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        if self.has_page or self.view is None:
            return
        panes = (self.table, self.beside, self.facets)
        now = panes.index(self.focused) if self.focused in panes else 0
        wanted = panes[(now + step) % len(panes)]
        if wanted is self.facets:
            self.add_class(_FACETS)
        else:
            self.remove_class(_FACETS)
        wanted.focus()

    def action_scope(self) -> None:
        """Take in more modules: those of the tests, then the whole build list; then those built again."""
        if self.project_wanted() is None:
            self.tell(NOTHING)
            return
        self.load_again(mode=SCOPES[(SCOPES.index(self.scope) + 1) % len(SCOPES)])

    def action_obligations(self) -> None:
        """Show what the licence of the component asks; on the facets, what those of the facet ask."""
        if self.view is None:
            self.tell(NOTHING)
            return
        from supplymatrix.tui.screens.sbom_data import obligation_lines

        found = self.facets.current if self.focused is self.facets else None
        facet = self.view.facet(found.id) if found is not None else None
        self._leave_facets()
        self.show_page(obligation_lines(self.view, facet, self.row))

    def action_chain(self) -> None:
        """Go to the proof of the component, step by step, on the screen of the project."""
        row = self.row
        if row is None:
            self.tell("there is no component under the cursor")
        elif row.has_chain:
            self.post_message(LinkAsked(Link("project", (str(row.component.module),)), beside=True))
        else:
            self.tell(f"no proof chain: {row.state.word}")

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self)

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        row = self.row
        if self.view is not None and row is not None:
            from supplymatrix.tui.screens.sbom_data import component_lines

            self.show_page(component_lines(self.view, row))

    @on(LineList.Chosen, "#facets")
    def _facet_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self._choose(event.row.id)
        self._leave_facets()

    @on(LineList.Moved, "#facets")
    def _facet_moved(self, event: LineList.Moved) -> None:
        event.stop()

    def on_resize(self) -> None:
        """Fit the columns to the pane, once it has its new size."""
        if self.view is not None:
            self.call_after_refresh(self._fit)

    # Inside.

    def _facet(self) -> Facet:
        assert self.view is not None  # noqa: S101 - as every caller has seen
        return self.view.facet(self.facet)

    def _scope_kept(self, work: Work) -> str:
        """Return the scope of another load, "" = it goes by whether something is built: of another project, too."""
        view = self.view
        if view is None or view.is_offered or (work.project != self.shown_project and self.scope == SCOPES[0]):
            return ""
        return self.scope

    def _show_why(self) -> None:
        """Say above the table why so little is known, where that is so."""
        from supplymatrix.tui.screens.sbom_data import why_lines

        lines = why_lines(self.view, self.app.size.width - 2) if self.view is not None else ()
        self.set_class(bool(lines), "-why")
        self.query_one("#why", Static).update(Content("\n".join(lines)))

    def _choose(self, name: str) -> None:
        """Show the rows of a facet."""
        if self.view is not None and self.facet != name:
            self.facet = self.view.facet(name).id
            self.facets.go_to(self.facet)
            self._show_table()

    def _leave_facets(self) -> None:
        self.remove_class(_FACETS)
        self.table.focus()

    def _fit(self) -> None:
        if self.view is not None and self._room() != self._shown_room:
            self._show_why()
            self._show_facets()
            self._show_table()

    def _room(self) -> int:
        return self.table.size.width or self.app.size.width

    def _show_facets(self) -> None:
        from supplymatrix.tui.screens.sbom_data import facet_rows

        if self.view is not None:
            room = _FACET_ROOM if self.is_wide else self.app.size.width // 2
            self.facets.set_rows(facet_rows(self.view, room), current=self.facet)

    def _show_table(self) -> None:
        from supplymatrix.tui.screens.sbom_data import summary_line, table_of

        if self.view is None:
            return
        self._shown_room = self._room()
        self.table.set_data(table_of(self.view, self._facet(), self._shown_room))
        line = summary_line(self.view, max(20, self.app.size.width - 2))
        self.query_one("#summary", Static).update(Content(line), layout=False)
        self.moved()

    def _command(self) -> Command:
        """Return the command with the facts that are shown."""
        from supplymatrix.tui.screens.sbom_offers import Command

        return Command.of(self.session, self.named_project, self.scope)
