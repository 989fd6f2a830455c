"""Decide: which path fits what is needed, how surely, and what would change that; worked out anew at every change.

The decision is the one of `supplymatrix decide`, asked with the same needs.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
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
from supplymatrix.tui.links import Link
from supplymatrix.tui.messages import LinkAsked
from supplymatrix.tui.screens.base import BaseScreen, Export, Work
from supplymatrix.tui.widgets.line_list import LineList, Row
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.engine.decide import DecideRun
    from supplymatrix.tui.screens.decide_lines import DecisionLine

__all__ = ["DecideScreen", "Wish", "parse_wishes", "say_wishes"]

_DECIDE = "decide"
_NEXT = {"": "need", "need": "must", "must": ""}
_SIGNS = {"": "·       ", "need": "◆ need  ", "must": "■ must  "}
_LISTS = ("go_minors", "arches", "feed_formats", "sbom_formats")  # keys whose answers are lists, as `--need` says


@value
class Wish:
    """One need that was chosen here. kind: "need" or "must"; items: as in KEY=ITEM,ITEM, "" = none."""

    key: str
    kind: str
    items: str = ""

    @property
    def word(self) -> str:
        """The value of the option of the command."""
        return f"{self.key}={self.items}" if self.items else self.key


def say_wishes(wishes: Sequence[Wish]) -> str:
    """Return wishes as a part of a link: must:fips_mode+need:go_minors=1.26."""
    return "+".join(f"{wish.kind}:{wish.word}" for wish in wishes)


def parse_wishes(text: str) -> tuple[Wish, ...]:
    """Return the wishes of a part of a link. Raises InputError for a key or an item that does not exist."""
    from supplymatrix.vendors.needs import parse_need_word

    found: dict[str, Wish] = {}
    for word in filter(None, text.split("+")):
        kind, _, rest = word.partition(":")
        need = parse_need_word(rest, must=kind == "must")
        found[need.key] = Wish(key=need.key, kind="must" if kind == "must" else "need", items=",".join(need.items))
    return tuple(found.values())


class DecideScreen(BaseScreen):
    """Needs left, the decision right; where there are fewer than 100 columns they are two pages, and Tab changes."""

    PLACE = "decide"
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
        &.-choosing #needs { display: block; }
        &.-choosing #answer { display: none; }
        &.-w100, &.-w120, &.-w160 {
            & #needs { display: block; width: 38; border-right: solid $panel; }
            & #answer { display: block; width: 1fr; } } }
    """

    def __init__(self, link: Link | None = None) -> None:
        super().__init__(link)
        self.wishes: tuple[Wish, ...] = ()
        self.run: DecideRun | None = None
        self.lines: tuple[DecisionLine, ...] = ()
        self._good: tuple[tuple[Wish, ...], tuple[str, ...]] = ((), ())
        self._past: list[tuple[tuple[Wish, ...], tuple[str, ...]]] = []
        self._undone: list[tuple[tuple[Wish, ...], tuple[str, ...]]] = []
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
        if self._wanted:
            try:
                self.wishes = parse_wishes(self._wanted[0])
            except InputError as err:
                self._why_not = _why(err)
        super().on_mount()
        self._show_needs()
        self.query_one("#needs" if self.app.size.width >= 100 else "#answer").focus()

    @property
    def project(self) -> Path | None:
        """The project, as the command takes it: the one named, or the folder that one is in."""
        if self.session.project is not None:
            return self.session.project
        return self.session.here if (self.session.here / "go.mod").is_file() else None

    def load(self, work: Work) -> DecideRun | None:
        """Decide, as `supplymatrix decide` does; None = nobody waits for it any more."""
        from supplymatrix.engine.decide import DecideRequest, run_decide
        from supplymatrix.vendors.needs import parse_need_word

        wishes, excluded = self.wishes, self.session.excluded
        with self._one_at_a_time:
            if work.is_cancelled:
                return None
            loaded = self.session.profiles()
            work.tell(0, 0, "drawing weightings")
            run = run_decide(
                DecideRequest(
                    loaded=loaded,
                    as_of=self.session.day,
                    latest=max(self.session.day, self.session.now().date()),
                    project=self.project,
                    words=tuple(parse_need_word(wish.word, must=wish.kind == "must") for wish in wishes),
                    excluded=tuple(name for name in excluded if name in loaded.by_id),
                )
            )
        import supplymatrix.reports.decision_json
        import supplymatrix.tui.screens.decide_lines  # noqa: F401 - loaded beside the loop, where it stops nobody

        return run

    def show(self, found: Any) -> None:  # noqa: ANN401 - a DecideRun
        """Show the decision."""
        if found is None:
            return
        self.run = found
        self._good = (self.wishes, self.session.excluded)
        self._show_needs()
        self._show_answer()
        notes = self.run.notes if self.run is not None else ()
        if self._why_not:
            self.tell(self._why_not, is_fault=True)
            self._why_not = ""
        elif notes:
            self.tell(notes[0], details="\n".join(notes))

    def on_screen_resume(self) -> None:
        """Follow the matrix, if a vendor was left out there meanwhile."""
        if self.is_filled and self.session.excluded != self._good[1] and not self.is_busy:
            self.call_after_refresh(self._decide)

    def show_error(self, text: str) -> None:
        """Say it in the place of the verdict."""
        self.query_one("#verdict", Static).update(Content(text))

    def tell_error(self, err: BaseException) -> None:
        """Say an error; needs that cannot be used are taken back."""
        if self.is_filled and (self.wishes, self.session.excluded) != self._good:
            self.wishes, self.session.excluded = self._good
            if self._past:
                self._past.pop()
            self._show_needs()
        super().tell_error(err)

    # where one is

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Take over the needs of a link."""
        try:
            wishes = parse_wishes(parts[0]) if parts else self.wishes
        except InputError as err:
            self.tell(_why(err), is_fault=True)
            return
        self._take(wishes, self.session.excluded)

    def parts(self) -> tuple[str, ...]:
        """Return the needs that were chosen here."""
        return (say_wishes(self.wishes),) if self.wishes else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return the needs that were chosen here."""
        return (", ".join(f"{wish.kind} {wish.word}" for wish in self.wishes),) if self.wishes else ()

    def twin(self) -> str:
        """Return the command with the same needs."""
        words = ["supplymatrix decide"]
        words += [quote(self.session.project.as_posix())] if self.session.project is not None else []
        words += [f"--{wish.kind} {quote(wish.word)}" for wish in self.wishes]
        return " ".join([*words, *(f"--exclude {name}" for name in self.session.excluded)])

    def status(self) -> Status:
        """Count what is compared, and what is unknown of it."""
        if self.run is None:
            return super().status()
        decision = self.run.decision
        open_ = sum(bool(item.decides) for item in decision.drawn.unknowns) if decision.drawn is not None else 0
        excluded = self.session.excluded
        notes = [f"{len(decision.left)} of {len(decision.options)} compared", f"{decision.asked.draws:,} weightings"]
        notes += [f"without {', '.join(excluded)} (Z undoes)"] if excluded else []
        return Status(as_of=decision.asked.as_of, unknown=open_, notes=tuple(notes), offline=self.session.offline)

    # what the lists show

    def _show_needs(self) -> None:
        from supplymatrix.vendors.capability_keys import KEYS, Role

        chosen = {wish.key: wish for wish in self.wishes}
        asked = {need.key: need for need in self.run.decision.asked.needs} if self.run is not None else {}
        rows = [Row(id="?head", text=Content("needs · Space chooses"), is_head=True)]
        for key in KEYS.values():
            if key.role is Role.DESCRIBES:
                continue
            wish = chosen.get(key.id)
            kind, items = (wish.kind, wish.items) if wish is not None else ("", "")
            tail = f"={items}" if items else ""
            if wish is None and key.id in asked:
                kind, tail = ("must" if asked[key.id].must else "need"), " (project)"
            sign = _SIGNS[kind]
            text = Content.assemble((sign, "bold" if kind else "dim"), plain(f"{key.title}{tail}"))
            rows.append(Row(id=key.id, text=text))
        self.query_one("#needs", LineList).set_rows(rows)

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
        super().on_resize()
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
        key = self._need
        old = next((wish for wish in self.wishes if wish.key == key), Wish(key=key, kind=""))
        self._wish(changed(old, kind=_NEXT[old.kind]))

    def action_items(self) -> None:
        """Ask which items a need is about."""
        from supplymatrix.tui.widgets.picker import Ask
        from supplymatrix.vendors.needs import parse_need_word

        key = self._need
        if key not in _LISTS:
            self.tell(f"only {', '.join(_LISTS)} are lists")
            return
        old = next((wish for wish in self.wishes if wish.key == key), Wish(key=key, kind="need"))

        def refuse(text: str) -> str:
            try:
                parse_need_word(f"{key}={text}", must=False)
            except InputError as err:
                return _why(err)
            return ""

        def chosen(text: str | None) -> None:
            if text:
                self._wish(changed(old, items=text.replace(" ", "")))

        hint = "items with commas between, e.g. 1.26,1.25" if key == "go_minors" else "items with commas between"
        self.app.push_screen(Ask(f"which {key}", text=old.items, hint=hint, refuse=refuse), chosen)

    def _wish(self, wish: Wish) -> None:
        others = [item for item in self.wishes if item.key != wish.key]
        places = {item.key: place for place, item in enumerate(self.wishes)}
        if wish.kind:
            others.insert(places.get(wish.key, len(others)), wish)
        self._take(tuple(others), self.session.excluded)

    def action_exclude(self) -> None:
        """Leave the vendor of the line out."""
        from supplymatrix.vendors.matrix import TODAY

        link = self.line.link if self.line is not None else None
        name = link.parts[0] if link is not None and link.parts else ""
        if name in ("", TODAY):
            self.tell("put the cursor of the answer on a vendor's line; today always stays")
        elif name not in self.session.excluded:
            self._take(self.wishes, (*self.session.excluded, name))

    def action_undo(self) -> None:
        """Take the last change of needs or vendors back."""
        self._step(self._past, self._undone, "nothing to undo")

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._step(self._undone, self._past, "nothing to redo")

    def _step(self, source: list[Any], other: list[Any], nothing: str) -> None:
        if not source:
            self.tell(nothing)
            return
        other.append((self.wishes, self.session.excluded))
        self.wishes, self.session.excluded = source.pop()
        self._decide()

    def _take(self, wishes: tuple[Wish, ...], excluded: tuple[str, ...]) -> None:
        if (wishes, excluded) != (self.wishes, self.session.excluded):
            self._past.append((self.wishes, self.session.excluded))
            self._undone.clear()
            self.wishes, self.session.excluded = wishes, excluded
            self._decide()

    def _decide(self) -> None:
        """Work the decision out anew; what is seen meanwhile is dimmed."""
        self._show_needs()
        self.tell("")
        self.start_work(_DECIDE, self.load, self._decided, name=self.LOADING)
        self.query_one("#answer").add_class("-old")
        self.tell_place()

    def _decided(self, found: object) -> None:
        self.query_one("#answer").remove_class("-old")
        with self.app.batch_update():
            self.show(found)
            self.tell_place()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no filter: there is none."""
        return action != "filter" and super().check_action(action, parameters)

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
        from supplymatrix.reports.ask_list import render_ask_list
        from supplymatrix.reports.decision_json import render_decision_json
        from supplymatrix.reports.decision_markdown import render_decision_markdown, render_decision_record
        from supplymatrix.reports.decision_text import render_decision_text

        decision, twin = self.run.decision, self.twin()
        return (
            Export(key="a", format="ask list", file="questions.md", render=lambda: render_ask_list(decision),
                   command=f"{twin} --ask questions.md"),
            Export(key="t", format="text", file="decision.txt",
                   render=lambda: render_decision_text(decision, again=twin), command=twin),
            Export(key="j", format="json", file="decision.json", render=lambda: render_decision_json(decision),
                   command=f"{twin} --format json"),
            Export(key="m", format="markdown", file="decision.md", render=lambda: render_decision_markdown(decision),
                   command=f"{twin} --format markdown"),
            Export(key="r", format="record", file="record.md", render=lambda: render_decision_record(decision),
                   command=f"{twin} --record record.md"),
        )  # fmt: skip

    def plain_body(self, width: int) -> str:
        """Return the decision as the command prints it."""
        if self.run is None:
            return "no decision"
        from supplymatrix.reports.decision_text import render_decision_text

        return render_decision_text(self.run.decision, width=max(60, width), again=self.twin())


def _why(err: InputError) -> str:
    """Return what is wrong with a need in a line: what it should be is said last, where it may be cut."""
    found = err.diagnostics[0]
    parts = [found.message, repr(found.seen) if found.seen else "", found.remedy]
    expected = f"expected {found.expected}" if found.expected else ""
    return "; ".join(filter(None, [*parts, expected]))
