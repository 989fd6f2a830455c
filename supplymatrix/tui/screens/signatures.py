"""Signatures: artifacts, who signed each, and every step of why that holds or does not.

What only the facts need is imported where they are loaded, in a thread: the screen is there at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.tally import counted
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import project_of, told_to
from supplymatrix.tui.screens.signing_words import NO_WORDS, Command, SigningWords
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated

if TYPE_CHECKING:
    from supplymatrix.tui.screens.signatures_data import Row, SignaturesView
    from supplymatrix.tui.screens.signatures_offers import Asked

__all__ = ["NOTHING", "SignaturesScreen"]

NOTHING = "no artifact is named: p names files, a folder, an image; w says who should have signed"
_DETAILED = 20  # artifacts of which all is told in a text


class SignaturesScreen(TableScreen):
    """Artifacts, and below or beside them all of one."""

    PLACE = "signatures"
    OF_PROJECT = True
    LOADING = "verifying signatures"
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"failures", "whole", "artifacts", "signers", "bundle"}
    FIRST_KEYS = ("activate", "artifacts", "signers", "bundle", "failures", "chain", "filter", "whole", "export")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "artifacts", "Artifacts"),
        Binding("w", "signers", "Who"),
        Binding("b", "bundle", "Bundle"),
        Binding("f", "failures", "Failures"),
        Binding("c", "chain", "Chain"),
        Binding("i", "whole", "All of it"),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]
    DEFAULT_CSS = """
    SignaturesScreen {
        & #summary { dock: top; height: 1; padding: 0 1; text-style: bold; }
        & #main { height: 1fr; layout: vertical; }
        & #table { width: 100%; height: 35%; min-height: 4; }
        & #beside { width: 100%; height: 1fr; border-top: solid $panel; }
        & #beside:focus { border-top: solid $primary; }
        &.-w160 {
            & #main { layout: horizontal; }
            & #table { width: 1fr; height: 100%; }
            & #beside { width: 1fr; height: 100%; border-top: none; border-left: solid $panel; }
            & #beside:focus { border-top: none; border-left: solid $primary; } } }
    """

    view: SignaturesView | None = None
    only_failures = False
    _names: tuple[str, ...] = ()  # that are to be looked at instead of those that are shown, () = the same
    _words: SigningWords | None = None  # by which they are to be judged, None = as before
    _draft = ""  # what was typed last and could not be used
    _own: tuple[str, ...] = ()  # of a link: they are nobody's but this screen's

    def compose_body(self) -> ComposeResult:
        """Yield summary, table, and what is known of its row."""
        yield self.compose_filter()
        yield Static(Content(""), id="summary", markup=False)
        with Container(id="main"):
            yield VirtualTable(id="table")
            yield Details(id="beside")
        yield Details(id="page")

    # What is shown.

    @property
    def beside(self) -> Details:
        """What is known of the row of the cursor."""
        return self.query_one("#beside", Details)

    @property
    def row(self) -> Row | None:
        """The artifact of the cursor."""
        if self.view is None or not self.is_attached:
            return None
        return self.view.by_id.get(self.table.current_id)

    @property
    def words(self) -> SigningWords:
        """Who should have signed, as far as that was typed."""
        return self.session.signing if self.session.signing is not None else NO_WORDS

    @property
    def _hidden(self) -> str:
        """What hides all rows that are there, and what shows them again; "" = a row is seen, or there is none."""
        view = self.view
        if view is None or not view.rows or not self.is_attached or self.table.view.rows:
            return ""
        hiding = [f"the filter {self.table.filter_text}"] if self.table.filter_text else []
        hiding += ["f (failures only)"] if self.only_failures else []
        verb = "is" if len(view.rows) == 1 else "are"
        return f"{counted(len(view.rows), 'artifact')} {verb} hidden by {' and '.join(hiding)}: Esc shows all again"

    def project_wanted(self) -> Path | None:
        """Return the project whose policy may name artifacts and signers."""
        return project_of(self.session)

    def load(self, work: Work) -> SignaturesView:
        """Verify as the commands do."""
        from supplymatrix.tui.screens.signatures_data import SignaturesView
        from supplymatrix.tui.screens.signatures_offers import runs_of

        names, words = self._wanted_names(), self._words if self._words is not None else self.session.signing
        messages: list[str] = []
        runs, notes = runs_of(self.session, names, words, work.project, told_to(work, messages))
        view = SignaturesView(runs, (*notes, *messages))
        _ = view.by_id
        gc.freeze()  # the app's thread would look through all of it for cycles before it is shown
        return view

    def show(self, found: SignaturesView) -> None:
        """Show the artifacts; the cursor stays where it was."""
        self.view = found
        if self._names:
            self.session.artifacts, self._own = self._names, ()
        if self._words is not None:
            self.session.signing = self._words
        self._names, self._words, self._draft = (), None, ""
        self.table.empty = NOTHING
        self.only_failures = self.only_failures and any(row.is_failure for row in found.rows)
        self.tell("")  # why what was asked for before could not be shown
        self.close_page()
        self._show_table()
        if found.told:  # they are in the status, and hide nothing
            self.status_line.last = (found.told[0], "\n".join(found.told))

    def tell_error(self, err: BaseException) -> None:
        """Say it; what was typed is kept to be mended, and what was shown stays."""
        if self._words is not None:
            self._draft = self._words.text
        self._names, self._words = (), None
        super().tell_error(err)

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.table.empty = "no artifacts: nothing could be read"
        self.beside.show((Content(plain(text)),))

    def moved(self) -> None:
        """Show what is known of the row of the cursor."""
        if self.view is None:
            return
        from supplymatrix.tui.screens.signatures_data import row_lines

        row = self.row
        if row is not None:
            self.beside.show(row_lines(row))
        elif self._hidden:
            self.beside.show((Content(plain(self._hidden)),))
        else:
            self.beside.show((Content(self.table.empty), Content("or: supplymatrix verify blob FILE --identity …")))
        self.tell_place()

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to the artifact of a link; one that is not shown is looked at."""
        from supplymatrix.tui.screens.signatures_offers import target_in, why_no_artifact

        if not parts or self.view is None:
            return
        if parts[0] in self.view.by_id:
            if not self.table.go_to(parts[0]):
                self.only_failures = False
                self.take_filter()
                self._show_table()
                self.table.go_to(parts[0])
            return
        target = target_in(self.session.here, parts[0])
        if self._own == (target,) and self.view.rows:  # a folder, whose files are shown
            return
        if self._own == (target,) or why_no_artifact(self.session.here, target):
            self.tell(f"{parts[0]}: there is no such artifact here, and no such file", is_fault=True)
        else:
            self._own, self._wanted = (target,), parts
            self.load_again()

    def parts(self) -> tuple[str, ...]:
        """Return the artifact of the cursor."""
        row = self.row
        return (row.id,) if row is not None else ()

    def twin(self) -> str:
        """Return the command with the same facts: that of the artifact of the cursor."""
        from supplymatrix.tui.screens.signatures_offers import Asked, command_of

        asked = self._asked or Asked(command=Command.BLOB, names=(), words=self.words)
        return command_of(self.session, asked, self.named_project)

    def status(self) -> Status:
        """Count what is not known."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        told = len(view.told)
        notes = ["failures only"] if self.only_failures else []
        notes += [f"D shows {told:,} note{'' if told == 1 else 's'}"] if told else []
        return Status(
            as_of=self.session.now().date(), unknown=view.unknown or None, notes=tuple(notes),
            offline=self.session.offline,
        )  # fmt: skip

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row, or all that is known of it where that is looked at."""
        row = self.row
        if row is None or not (self.has_page or self.focused is self.beside):
            return super().copy_offer()
        from supplymatrix.tui.screens.signatures_data import fields_of

        rows = tuple((section, name, text) for section, name, text, _ in fields_of(row))
        return CopyOffer(what=row.id, head=("of", "name", "value"), rows=rows)

    def exports(self) -> tuple[Export, ...]:
        """Offer what the command writes, of the run of the artifact of the cursor."""
        from supplymatrix.tui.screens.signatures_offers import exports_of

        asked = self._asked
        run = next((run for one, run in self.view.runs if one is asked), None) if self.view is not None else None
        is_own = run is not None and asked is not None and asked.command is not Command.CHECK
        return exports_of(run, self.twin()) if run is not None and is_own else ()

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every artifact."""
        return [
            PaletteItem(kind="artifact", text=row.id, help=row.verdict, go=Link(self.PLACE, (row.id,)))
            for row in (self.view.rows if self.view is not None else ())
        ]

    def plain_body(self, width: int) -> str:
        """Return the rows that are shown; of that of the cursor, and of what is not good, all that is known."""
        view = self.view
        if view is None or not view.rows:
            return self.table.empty
        from supplymatrix.tui.screens.signatures_data import row_lines, summary_line

        out = [*wrap(summary_line(view), width), ""]
        for place in self.table.view.rows:
            columns = self.table.data.columns.values()
            cells = [f"{column.title} {column.texts[place]}" for column in columns if column.texts[place]]
            out += wrap(f"- {', '.join(cells)}", width)
        for row in [row for row in view.rows if row is self.row or row.is_failure][:_DETAILED]:
            out += ["", *(part.rstrip() for line in row_lines(row) for part in wrap(line.plain, width))]
        for told in view.told:
            out += ["", *wrap(f"told: {told}", width)]
        return "\n".join(out)

    # Keys.

    def take_back(self) -> bool:
        """Take back: a page, the focus, the filter, failures only, what was told."""
        if self.close_page():
            return True
        if self.focused is self.beside:
            self.table.focus()
            return True
        if self.take_filter():
            return True
        if self.only_failures:
            self.action_failures()
            return True
        return super().take_back()

    def action_export(self) -> None:
        """Export; what is judged by the policy is in the reports of `check`, with all else that it judges."""
        asked = self._asked
        if asked is not None and asked.command is Command.CHECK:
            self.tell(f"this is judged by the policy, and in the report of: {self.twin()} --format json=report.json")
        else:
            super().action_export()

    def action_artifacts(self) -> None:
        """Ask for artifacts, and verify them."""
        from supplymatrix.tui.screens.signing_keys import ask_artifacts

        ask_artifacts(self, lambda names: self._read(names=names))

    def action_signers(self) -> None:
        """Ask who should have signed, and verify anew."""
        from supplymatrix.tui.screens.signing_keys import ask_signers

        told = self.row.told if self.row is not None else None
        ask_signers(
            self, self._shown_words, self._read_words, found=told.signer if told is not None else None,
            draft=self._draft,
        )  # fmt: skip

    def action_bundle(self) -> None:
        """Ask where the signatures are, and verify anew."""
        from supplymatrix.tui.screens.signing_keys import ask_bundle

        ask_bundle(self, self._shown_words, self._read_words)

    def action_failures(self) -> None:
        """Show what is not signed as asked alone, or all."""
        if self.view is None:
            return
        if not self.only_failures and not any(row.is_failure for row in self.view.rows):
            self.tell("everything is signed as asked" if self.view.rows else self.table.empty)
            return
        self.only_failures = not self.only_failures
        self._show_table()

    def action_chain(self) -> None:
        """Open the chain of the artifact: who built it, and of what."""
        row = self.row
        if row is None:
            self.tell(self._hidden or self.table.empty)
        else:
            self.house.open_link(Link("chain", (row.traced,)), beside=True)

    def action_whole(self) -> None:
        """Show all that is known of the row on a page of its own."""
        from supplymatrix.tui.screens.signatures_data import row_lines

        row = self.row
        if row is not None:
            self.show_page(row_lines(row))
        else:
            self.tell(self._hidden or self.table.empty)

    def action_pane(self, step: int) -> None:
        """Go to the other pane."""
        del step
        if not self.has_page:
            (self.beside if self.focused is not self.beside else self.table).focus()

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        self.action_whole()

    def on_resize(self) -> None:
        """Fit the columns to the pane, once it has its new size."""
        if self.view is not None:
            self.call_after_refresh(self._show_table)

    # Inside.

    @property
    def _asked(self) -> Asked | None:
        """What was asked for the artifact of the cursor, else first."""
        row = self.row
        if row is not None:
            return row.asked
        return next((asked for asked, _ in self.view.runs), None) if self.view is not None else None

    @property
    def _shown_words(self) -> SigningWords:
        """By which what is looked at was judged: typed ones, or those of the policy."""
        asked = self._asked
        return asked.words if asked is not None else self.words

    def _wanted_names(self) -> tuple[str, ...]:
        """Return what is to be looked at: what was named now, by a link, or before; () = what the policy names."""
        if self._names:
            return self._names
        if self._wanted and not self.is_filled:
            from supplymatrix.tui.screens.signatures_offers import target_in

            target = target_in(self.session.here, self._wanted[0])
            named = [Path(name) for name in self.session.artifacts]
            if not any(Path(target) == path or path in Path(target).parents for path in named):
                self._own = (target,)
        return self._own or self.session.artifacts

    def _read(self, *, names: tuple[str, ...] = (), words: SigningWords | None = None) -> None:
        """Verify others, or by other signers; they hold from now on once they could be."""
        self._names, self._words = names, words
        self.load_again()

    def _read_words(self, words: SigningWords) -> None:
        self._read(words=words)

    def _show_table(self) -> None:
        from supplymatrix.tui.screens.signatures_data import rows_table, summary_line

        view = self.view
        if view is None:
            return
        rows = [row for row in view.rows if row.is_failure or not self.only_failures]
        self.table.set_data(rows_table(rows, self.table.size.width or self.app.size.width))
        line = summary_line(view, max(20, self.app.size.width - 2))
        self.query_one("#summary", Static).update(Content(line), layout=False)
        self.moved()
