"""Decide: which path fits what is needed, how surely, and what would change that; worked out anew at every change.

The decision is the one of `supplymatrix decide`, asked with the same needs.
"""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.errors import InputError
from supplymatrix.model.value import changed, value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.history import History
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import LOAD, BaseScreen, Export, Work
from supplymatrix.tui.screens.decide_wishes import (
    Asking,
    Wish,
    need_items,
    need_rows,
    parse_wishes,
    say_wishes,
    why_not,
)
from supplymatrix.tui.screens.open_project import project_of
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.line_list import LineList, Row
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.engine.decide import DecideRun
    from supplymatrix.tui.screens.decide_lines import DecisionLine

__all__ = ["DecideScreen"]


@value
class Answer:
    """What was asked, and what was decided."""

    asking: Asking
    run: DecideRun


class DecideScreen(BaseScreen):
    """Needs left, the decision right; where there are fewer than 100 columns they are two pages, and Tab changes."""

    PLACE = "decide"
    OF_PROJECT = True
    LOADING = "drawing weightings"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "cycle", "Need / must", key_display="Space"),
        Binding("tab", "other", "Needs", key_display="Tab"),
        Binding("a", "ask_list", "Ask list"),
        Binding("m", "matrix", "Matrix"),
        Binding("equals_sign", "items", "Items", show=False, key_display="="),
        Binding("x", "exclude", "Leave this vendor out", show=False),
        Binding("Z", "undo", "Undo", show=False),
        Binding("R", "redo", "Redo", show=False),
        Binding("Y", "copy_all", "Copy the answer", show=False),
    ]
    DEFAULT_CSS = """
    DecideScreen {
        & #verdict { height: auto; max-height: 3; padding: 0 1; text-style: bold; color: $accent;
            background: $surface; }
        & #panes { layout: horizontal; height: 1fr; }
        & #needs { width: 100%; height: 100%; display: none; }
        & #answer { width: 100%; height: 100%; }
        & #body.-old { opacity: 100%; }
        & #body.-old #verdict, & #body.-old #answer { opacity: 60%; }
        &.-choosing #needs { display: block; }
        &.-choosing #answer { display: none; }
        &.-w100, &.-w120, &.-w160 {
            & #needs { display: block; width: 38; border-right: solid $panel; }
            & #answer { display: block; width: 1fr; } } }
    """

    def __init__(self, link: Link | None = None) -> None:
        super().__init__(link)
        self.answer: Answer | None = None
        self.lines: tuple[DecisionLine, ...] = ()
        self.history = History(Asking())
        self._shown = self.history  # as it was when the answer that is shown was asked for
        self._one_at_a_time = threading.Lock()
        self._why_not = ""

    # what the screen is made of

    def compose_body(self) -> ComposeResult:
        """Yield the verdict over needs and answer."""
        yield Static(Content("drawing weightings …"), id="verdict", markup=False)
        with Container(id="panes"):
            yield LineList(id="needs")
            yield LineList(id="answer", empty="no answer yet")

    def on_mount(self) -> None:
        """Begin with the needs of the link: the answer is asked for once."""
        wishes = self.session.wishes
        if self._wanted:
            try:
                wishes = parse_wishes(self._wanted[0])
            except InputError as err:
                self._why_not = why_not(err)
        self.history = History(Asking(wishes=wishes, excluded=self.session.excluded))
        self._show_needs()
        self.query_one("#needs" if self.app.size.width >= 100 else "#answer").focus()

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it: the one named, or the folder that one is in."""
        return project_of(self.session, needs_go_mod=True)

    @property
    def run(self) -> DecideRun | None:
        """The decision that is shown."""
        return self.answer.run if self.answer is not None else None

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """The needs that are chosen; those of the answer differ from them while it is worked out."""
        return self.history.now.wishes

    @property
    def _told(self) -> Asking:
        """What the answer that is shown was asked, so that command, link and files are its own; before the first one
        what is being asked."""
        return self.answer.asking if self.answer is not None else self.history.now

    def load(self, work: Work) -> Answer | None:
        """Decide, as `supplymatrix decide` does; None = nobody waits for it any more."""
        from supplymatrix.engine.decide import DecideRequest, run_decide

        asking = self.history.now
        with self._one_at_a_time:
            if work.is_cancelled:
                return None
            loaded = self.session.profiles()
            asking = changed(asking, excluded=tuple(name for name in asking.excluded if name in loaded.by_id))
            work.tell(0, 0, "drawing weightings")
            run = run_decide(
                DecideRequest(
                    loaded=loaded,
                    as_of=self.session.day,
                    latest=max(self.session.day, self.session.now().date()),
                    project=work.project,
                    words=asking.needs(),
                    excluded=asking.excluded,
                )
            )
        import supplymatrix.tui.screens.decide_exports
        import supplymatrix.tui.screens.decide_lines  # noqa: F401 - loaded beside the loop, where it stops nobody

        return Answer(asking=asking, run=run)

    def show(self, found: Any) -> None:  # noqa: ANN401 - an Answer
        """Show the decision."""
        if found is None:
            return
        self.answer = found
        self._shown = self.history.copy()
        self.session.wishes = self.history.now.wishes
        self._show_needs()
        self._show_answer()
        notes = found.run.notes
        if self._why_not:
            self.tell(self._why_not, is_fault=True)
            self._why_not = ""
        elif notes:
            self.tell(notes[0], details="\n".join(notes))

    def on_screen_resume(self) -> None:
        """Follow the matrix, if vendors were left out or taken in there meanwhile: a step that Z takes back."""
        if self.is_filled:
            self._take(changed(self.history.now, excluded=self.session.excluded))

    def show_error(self, text: str) -> None:
        """Say it in the place of the verdict."""
        self.query_one("#verdict", Static).update(Content(text))

    def tell_error(self, err: BaseException) -> None:
        """Say an error; what could not be decided is taken back. That of an export is none of a decision."""
        if not self._is_deciding:
            self._go_back_to_shown()
        super().tell_error(err)

    @property
    def _is_deciding(self) -> bool:
        return self._works_at(LOAD)

    def _go_back_to_shown(self) -> bool:
        """Ask again what the answer that is shown was asked; return whether it was something else."""
        if self.answer is None or self.history.now == self._shown.now:
            return False
        self.history = self._shown.copy()
        self.session.excluded = self.history.now.excluded
        self._show_needs()
        self.tell_place()
        return True

    # where one is

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Take over the needs of a link."""
        try:
            wishes = parse_wishes(parts[0]) if parts else self.wishes
        except InputError as err:
            self.tell(why_not(err), is_fault=True)
            return
        self._take(changed(self.history.now, wishes=wishes))

    def parts(self) -> tuple[str, ...]:
        """Return the needs that were chosen for the answer."""
        wishes = self._told.wishes
        return (say_wishes(wishes),) if wishes else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return the needs that were chosen for the answer."""
        wishes = self._told.wishes
        return (", ".join(f"{wish.kind} {wish.word}" for wish in wishes),) if wishes else ()

    def twin(self) -> str:
        """Return the command with the same needs."""
        words = ["supplymatrix decide"]
        words += [path_word(self.named_project.as_posix())] if self.named_project is not None else []
        return f"{' '.join([*words, *self._told.options()])}{self.session.options_again()}"

    def status(self) -> Status:
        """Count what is compared, and what is unknown of it."""
        if self.run is None:
            return super().status()
        decision = self.run.decision
        open_ = sum(bool(item.decides) for item in decision.drawn.unknowns) if decision.drawn is not None else 0
        excluded = self._told.excluded
        notes = [f"{len(decision.left)} of {len(decision.options)} compared", f"{decision.asked.draws:,} weightings"]
        notes += [f"without {', '.join(excluded)} (Z undoes)"] if excluded else []
        return Status(as_of=decision.asked.as_of, unknown=open_, notes=tuple(notes), offline=self.session.offline)

    # what the lists show

    def _show_needs(self) -> None:
        asked = self.run.decision.asked.needs if self.run is not None else ()
        rows = need_rows(self.history.now, asked, {wish.key for wish in self._told.wishes})
        self.query_one("#needs", LineList).set_rows(list(rows))

    def _show_answer(self) -> None:
        from supplymatrix.reports.decision_words import headline
        from supplymatrix.tui.screens.decide_lines import decision_lines, row_content

        if self.run is None:
            return
        decision = self.run.decision
        self.query_one("#verdict", Static).update(Content(plain(headline(decision))))
        answer = self.query_one("#answer", LineList)
        width = answer.size.width or (self.app.size.width - (38 if self.app.size.width >= 100 else 0))
        self.lines = tuple(decision_lines(decision, max(40, width - 4)))
        answer.set_rows([
            Row(id=str(number), text=row_content(line), is_head=line.is_head)
            for number, line in enumerate(self.lines)
        ])  # fmt: skip

    def on_resize(self) -> None:
        """Wrap anew."""
        if self.is_filled:
            self.call_after_refresh(self._show_answer)

    @property
    def line(self) -> DecisionLine | None:
        """The line of the answer under the cursor."""
        row = self.query_one("#answer", LineList).current
        number = int(row.id) if row is not None else -1
        return self.lines[number] if 0 <= number < len(self.lines) else None

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()

    @on(LineList.Chosen, "#needs")
    def _need_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.action_cycle()

    @on(LineList.Chosen, "#answer")
    def _answer_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        if self.line is not None and self.line.link is not None:
            self.post_message(LinkAsked(self.line.link))
        else:
            self.tell("there is nothing behind this line")

    # keys

    @property
    def _need(self) -> str:
        row = self.query_one("#needs", LineList).current
        return row.id if row is not None else ""

    def action_other(self) -> None:
        """Go to the other pane; where there is room for one, show it."""
        is_needs = self.focused is self.query_one("#needs")
        self.set_class(not is_needs, "-choosing")
        self.query_one("#answer" if is_needs else "#needs").focus()

    def take_back(self) -> bool:
        """Take back: the page of needs, then what was told."""
        if self.has_class("-choosing") and self.app.size.width < 100:
            self.action_other()
            return True
        return super().take_back()

    def action_cycle(self) -> None:
        """Make a question a need, then a must-have, then neither."""
        if self.focused is not self.query_one("#needs"):
            self.action_other()
            return
        key, now = self._need, self.history.now
        self._take(now.wishing(now.wish(key).cycled()))

    def action_items(self) -> None:
        """Ask which items a need is about."""
        from supplymatrix.tui.widgets.picker import Ask
        from supplymatrix.vendors.needs import parse_need_word
        from supplymatrix.vendors.profile_form import ITEMS

        key, lists = self._need, ("go_minors", *ITEMS)
        if key not in lists:
            self.tell(f"only {', '.join(lists)} are lists")
            return
        old = self.history.now.wish(key, "need")

        def refuse(text: str) -> str:
            try:
                parse_need_word(f"{key}={text}", must=False)
            except InputError as err:
                return why_not(err)
            return ""

        def chosen(text: str | None) -> None:
            if text:
                self._take(self.history.now.wishing(changed(old, items=text.replace(" ", ""))))

        hint = "items with commas between, e.g. 1.26,1.25" if key == "go_minors" else "items with commas between"
        self.app.push_screen(Ask(f"which {key}", text=old.items, hint=hint, refuse=refuse), chosen)

    def action_exclude(self) -> None:
        """Leave the vendor of the line out."""
        from supplymatrix.vendors.matrix import TODAY

        link = self.line.link if self.line is not None else None
        name = link.parts[0] if link is not None and link.parts else ""
        if name in ("", TODAY):
            self.tell("put the cursor of the answer on a vendor's line; today always stays")
        elif name not in self.history.now.excluded:
            now = self.history.now
            self._take(changed(now, excluded=(*now.excluded, name)))

    def action_undo(self) -> None:
        """Take the last change of needs or vendors back."""
        self._decide() if self.history.undo() else self.tell("nothing to undo")

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._decide() if self.history.redo() else self.tell("nothing to redo")

    def action_back(self) -> None:
        """Stop work, and ask again what the answer that is shown was asked; else go back."""
        super().action_back()
        if self.answer is None and self.is_attached and not self._is_deciding:
            self.show_error("no answer: the drawing was stopped; Ctrl+R draws again")
        if not self._is_deciding and self._go_back_to_shown():
            self.tell("stopped; needs and vendors are those of this answer")

    def _take(self, asking: Asking) -> None:
        if self.history.take(asking):
            self._decide()

    def _decide(self) -> None:
        """Work the decision out anew; what is seen meanwhile is dimmed."""
        self.session.excluded = self.history.now.excluded
        self._show_needs()
        self.tell("")
        self.load_again()

    def action_filter(self) -> None:
        """Find a need by its words."""
        from supplymatrix.tui.widgets.picker import Picker

        items = [
            PaletteItem(kind=kind, text=text, help=key, go=partial(self._go_to_need, key))
            for key, kind, text in need_items(self.history.now)
        ]
        self.app.push_screen(Picker("find a need", items), self._found_need)

    def _found_need(self, item: PaletteItem | None) -> None:
        if item is not None and not isinstance(item.go, Link):
            item.go()

    def _go_to_need(self, key: str) -> None:
        if self.focused is not self.query_one("#needs"):
            self.action_other()
        self.query_one("#needs", LineList).go_to(key)

    def action_ask_list(self) -> None:
        """Write whom to ask what, as Markdown that `decide --answers` reads when it is filled in."""
        exports = self.exports()
        if exports:
            self.house.ask_file(self, exports[0])

    def action_matrix(self) -> None:
        """Go to the matrix."""
        self.post_message(LinkAsked(Link("matrix")))

    # copying and export

    def copy_offer(self) -> CopyOffer | None:
        """Offer the line of the cursor."""
        if self.line is None:
            return None
        return CopyOffer(what="1 line", head=("line",), rows=((self.line.text.strip(),),))

    def action_copy_all(self) -> None:
        """Offer the whole answer."""
        if self.lines:
            rows = tuple((line.text,) for line in self.lines)
            self.house.ask_copy(self, CopyOffer(what=f"{len(rows)} lines", head=("decision",), rows=rows))

    def exports(self) -> tuple[Export, ...]:
        """Offer the formats of the command, the ask list and the record."""
        if self.run is None:
            return ()
        from supplymatrix.tui.screens.decide_exports import decision_exports

        return decision_exports(self.run.decision, self.twin())

    def plain_body(self, width: int) -> str:
        """Return the decision as the command prints it."""
        if self.run is None:
            return "no decision"
        from supplymatrix.reports.decision_text import render_decision_text

        return render_decision_text(self.run.decision, width=max(60, width), again=self.twin())
