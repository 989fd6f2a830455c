"""Chain: who built an artifact, and of what: each link, down to the proof of each module, and the heads of both logs.

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

from supplymatrix.model.module import ModuleVersion
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import wrap
from supplymatrix.reports.trace_view import TITLES, WORDS, hex_lines
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import BaseScreen, Export, Work
from supplymatrix.tui.screens.open_project import project_of, told_to
from supplymatrix.tui.screens.signing_words import NO_WORDS, SigningWords
from supplymatrix.tui.widgets.chain import ChainPane
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.status_line import Status

if TYPE_CHECKING:
    from supplymatrix.model.trace import Trace
    from supplymatrix.tui.screens.binary_rows import ModuleRow
    from supplymatrix.tui.screens.chain_data import ChainView, LinkRow

__all__ = ["NOTHING", "ChainScreen"]

NOTHING = "no artifact is named: p names one; c on Signatures or Binary opens the chain of a row"
_PROOF, _PAGE = "-proof", "-page"
_TRACE = "trace"


class ChainScreen(BaseScreen):
    """The links above each other, below or beside them all of one; over them the proof of a module."""

    PLACE = "chain"
    OF_PROJECT = True
    LOADING = "following the chain, and asking the log"
    OF_CHAIN: ClassVar[frozenset[str]] = frozenset({"artifact", "signers", "bundle"})
    """Actions that are of no use while a proof lies over the chain."""
    FIRST_KEYS = ("choose", "artifact", "signers", "bundle", "whole", "bytes", "export")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "artifact", "Artifact"),
        Binding("w", "signers", "Who"),
        Binding("b", "bundle", "Bundle"),
        Binding("i", "whole", "All of it"),
        Binding("X", "bytes", "Bytes", show=False),
        Binding("tab", "pane(1)", "Other pane", key_display="Tab", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]
    DEFAULT_CSS = """
    ChainScreen {
        & #summary { dock: top; height: 1; padding: 0 1; text-style: bold; }
        & #heads { dock: bottom; height: auto; max-height: 4; padding: 0 1; border-top: solid $panel;
            text-wrap: nowrap; text-overflow: ellipsis; }
        & #main { height: 1fr; layout: vertical; }
        & #links { width: 100%; height: 60%; min-height: 6; }
        & #beside { width: 100%; height: 1fr; border-top: solid $panel; }
        & #beside:focus { border-top: solid $primary; }
        & #proof, & #page { display: none; height: 1fr; width: 100%; }
        &.-proof { & #main, & #heads { display: none; } & #proof { display: block; } }
        &.-page { & #main, & #heads, & #proof { display: none; } & #page { display: block; } }
        &.-w160 {
            & #main { layout: horizontal; }
            & #links { width: 1fr; height: 100%; }
            & #beside { width: 1fr; height: 100%; border-top: none; border-left: solid $panel; }
            & #beside:focus { border-top: none; border-left: solid $primary; } } }
    """

    view: ChainView | None = None
    target = ""
    """The artifact whose chain is shown."""
    opened = ""
    """Id of the link whose modules are listed."""
    proven: ModuleVersion | None = None
    """The module whose proof is open."""
    _asked = ""  # the artifact that is to be shown instead
    _words: SigningWords | None = None  # by which it is to be judged, None = as before
    _draft = ""  # what was typed last and could not be used

    def compose_body(self) -> ComposeResult:
        """Yield summary, links, what is known of one, the heads, and the proof."""
        yield Static(Content(""), id="summary", markup=False)
        yield Static(Content(""), id="heads", markup=False)
        with Container(id="main"):
            yield LineList(id="links", empty=NOTHING)
            yield Details(id="beside")
        yield ChainPane(id="proof")
        yield Details(id="page")

    def on_mount(self) -> None:
        """Begin without proofs."""
        self._traces: dict[ModuleVersion, Trace] = {}
        self.links.focus()

    # What is shown.

    @property
    def links(self) -> LineList:
        """The lines of the chain."""
        return self.query_one("#links", LineList)

    @property
    def beside(self) -> Details:
        """What is known of the row of the cursor."""
        return self.query_one("#beside", Details)

    @property
    def proof(self) -> ChainPane:
        """The proof of a module, step by step, as Project shows it."""
        return self.query_one("#proof", ChainPane)

    @property
    def page(self) -> Details:
        """What lies over all when something is open."""
        return self.query_one("#page", Details)

    @property
    def has_proof(self) -> bool:
        """Whether the proof of a module is open."""
        return self.has_class(_PROOF)

    @property
    def has_page(self) -> bool:
        """Whether a page is open."""
        return self.has_class(_PAGE)

    @property
    def words(self) -> SigningWords:
        """Who should have signed, as far as that was typed."""
        return self.session.signing if self.session.signing is not None else NO_WORDS

    @property
    def row(self) -> LinkRow | None:
        """The link of the cursor; on a module its link."""
        current = self.links.current if self.is_attached else None
        if self.view is None or current is None:
            return None
        return self.view.by_id.get(current.id) or (
            self.view.by_id.get(self.opened) if current.id in self.view.modules else None
        )

    @property
    def module(self) -> ModuleRow | None:
        """The module of the cursor."""
        current = self.links.current if self.is_attached else None
        return self.view.modules.get(current.id) if self.view is not None and current is not None else None

    def project_wanted(self) -> Path | None:
        """Return the project whose policy says what stays private."""
        return project_of(self.session)

    def load(self, work: Work) -> tuple[str, ChainView | None]:
        """Follow the chain as the command does."""
        from supplymatrix.tui.screens.chain_data import ChainView
        from supplymatrix.tui.screens.chain_offers import run_chain

        target = self._wanted_target()
        if not target:
            return "", None
        words, messages = self._words if self._words is not None else self.words, list[str]()
        run = run_chain(self.session, target, words, work.project, told_to(work, messages))
        view = ChainView(run, messages)
        _ = view.by_id, view.modules
        gc.freeze()  # the app's thread would look through all of it for cycles before it is shown
        return target, view

    def show(self, found: tuple[str, ChainView | None]) -> None:
        """Show the chain; of the same artifact the cursor stays where it was."""
        is_same = found[0] == self.target
        self.target, self.view = found
        if self._words is not None:
            self.session.signing = self._words
        self._asked, self._words, self._draft, self._traces = "", None, "", {}
        self.tell("")  # why what was asked for before could not be shown
        self._close_proof()
        self.opened = self.opened if is_same else ""
        self._show_rows("" if is_same or self.view is None else self.view.first)
        if self.view is not None and self.view.told:  # they are in the status, and hide nothing
            self.status_line.last = (self.view.told[0], "\n".join(self.view.told))

    def tell_error(self, err: BaseException) -> None:
        """Say it; what was typed is kept to be mended, and what was shown stays."""
        if self._words is not None:
            self._draft = self._words.text
        self._asked, self._words = "", None
        super().tell_error(err)

    def show_error(self, text: str) -> None:
        """Say it where there is room."""
        self.links.set_rows((), empty="no chain: nothing could be read")
        self.beside.show((Content(plain(text)),))

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Follow the chain of a link's artifact, where another one is shown."""
        from supplymatrix.tui.screens.signatures_offers import target_in, why_no_artifact

        if not parts:
            return
        target = target_in(self.session.here, parts[0])
        if target == self.target:
            return
        if why_no_artifact(self.session.here, target):
            self.tell(f"{parts[0]}: there is no such artifact here, and no such file", is_fault=True)
        else:
            self._read(target=target)

    def parts(self) -> tuple[str, ...]:
        """Return the artifact."""
        return (self.target,) if self.target else ()

    def crumbs(self) -> tuple[str, ...]:
        """Return artifact, and link or module."""
        from supplymatrix.reports.chain_words import TITLES as LINKS

        if self.proven is not None:
            return (*self.parts(), str(self.proven))
        row, module = self.row, self.module
        inner = module.id if module is not None else LINKS[row.link.id] if row is not None else ""
        return (*self.parts(), *((inner,) if inner else ()))

    def twin(self) -> str:
        """Return the command with the same facts."""
        from supplymatrix.tui.screens.chain_offers import command_of, verify_command

        if self.proven is not None:
            return verify_command(self.session, self.proven, self._held)
        return command_of(self.session, self.target, self.words, self._held)

    def status(self) -> Status:
        """Count what is not known."""
        view = self.view
        if view is None:
            return Status(offline=self.session.offline)
        told = len(view.told)
        notes = [f"D shows {told:,} note{'' if told == 1 else 's'}"] if told else []
        return Status(
            as_of=self.session.now().date(), unknown=len(view.run.gaps) or None, notes=tuple(notes),
            offline=self.session.offline,
        )  # fmt: skip

    def sources(self) -> Sequence[tuple[str, str]]:
        """Return the address of what is known of the builder."""
        builder = self.view.run.builder if self.view is not None else None
        return ((builder.source, f"{builder.name}, as read on {builder.checked_on}"),) if builder is not None else ()

    def copy_offer(self) -> CopyOffer | None:
        """Offer all of the link of the cursor, or the step of the proof."""
        step = self.proof.step if self.has_proof else None
        if step is not None:
            rows = [("state", WORDS[step.state]), ("says", step.says), *step.values]
            return CopyOffer(what=f"the step {TITLES[step.id]}", head=("name", "value"), rows=tuple(rows))
        if self.view is None:
            return None
        from supplymatrix.tui.screens.chain_data import fields_of

        row = self.row
        first = [("link", row.link.id.value), ("state", row.link.state.value), ("says", row.link.says)] if row else []
        what = f"the link {row.link.id.value}" if row is not None else self.target
        return CopyOffer(what=what, head=("name", "value"), rows=(*first, *fields_of(row, self.view)))

    def exports(self) -> tuple[Export, ...]:
        """Offer what the command writes."""
        from supplymatrix.tui.screens.chain_offers import command_of, exports_of

        if self.view is None:
            return ()
        return exports_of(self.view.run, command_of(self.session, self.target, self.words, self._held))

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every link and module of the chain."""
        if self.view is None:
            return ()
        links = [(row.id, f"{row.link.id.value} {row.link.subject}".strip(), row.link.says) for row in self.view.links]
        return [
            PaletteItem(kind="link", text=text, help=says, go=partial(self.links.go_to, name))
            for name, text, says in links
        ]

    def plain_body(self, width: int) -> str:
        """Return the chain as the command prints it, and all of the row of the cursor."""
        if self.view is None:
            return NOTHING
        from supplymatrix.reports.chain_view import render_chain_run_text
        from supplymatrix.tui.screens.chain_data import lines_of

        out = [render_chain_run_text(self.view.run, width=width, verbose=False)]
        row = self.row
        lines = lines_of(row, self.view) if row is not None else ()
        out += [part.rstrip() for line in lines for part in wrap(line.plain, width)]
        out += [part for one in (row.modules if row is not None else ()) for part in
                wrap(f"- {one.sign.word} {one.id}", width)]  # fmt: skip
        return "\n".join(out)

    # Keys.

    def take_back(self) -> bool:
        """Take back: a page, the proof, the focus, the list of modules, what was told."""
        if self._close_page() or self._close_proof():
            return True
        if self.focused is self.beside:
            self.links.focus()
            return True
        return self._fold() or super().take_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no key of the chain while a proof or a page lies over it."""
        if (action in self.OF_CHAIN and (self.has_proof or self.has_page)) or (action == "whole" and self.has_proof):
            return False
        return super().check_action(action, parameters)

    def action_artifact(self) -> None:
        """Ask for an artifact, and follow its chain."""
        from supplymatrix.tui.screens.signing_keys import ask_artifacts

        ask_artifacts(self, lambda names: self._read(target=names[0]), is_one=True)

    def action_signers(self) -> None:
        """Ask who should have signed, and follow the chain anew."""
        from supplymatrix.tui.screens.signing_keys import ask_signers

        signed = self.view.run.signed[0] if self.view is not None and self.view.run.signed else None
        verdicts = (*signed.signatures, *signed.attestations) if signed is not None else ()
        found = next((verdict.signer for verdict in verdicts if verdict.signer is not None), None)
        ask_signers(self, self.words, self._read_words, found=found, draft=self._draft, has_source=True)

    def action_bundle(self) -> None:
        """Ask where the signatures are, and follow the chain anew."""
        from supplymatrix.tui.screens.signing_keys import ask_bundle

        ask_bundle(self, self.words, self._read_words)

    def action_whole(self) -> None:
        """Show all that is known of the row on a page of its own."""
        if self.view is None:
            self.tell(NOTHING)
        elif not self.has_proof:
            self._show_page(self._lines())

    def action_bytes(self) -> None:
        """Show the bytes of the step of the cursor, in hex and as text."""
        step = self.proof.step if self.has_proof else None
        if step is None or not step.raw:
            self.tell("no bytes are behind this" if step is not None else "Enter on a module shows its proof first")
            return
        head = f"{len(step.raw):,} bytes of {TITLES[step.id]}: {WORDS[step.state]} · Esc closes"
        self._show_page([Content.styled(head, "bold"), Content(""), *map(Content, hex_lines(step.raw))])

    def action_pane(self, step: int) -> None:
        """Go to the other pane."""
        del step
        if self.has_page:
            return
        one, other = (self.proof.steps, self.proof.details) if self.has_proof else (self.links, self.beside)
        (other if self.focused is one else one).focus()

    @on(LineList.Chosen, "#links")
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        from supplymatrix.tui.screens.chain_offers import module_of

        row, module = self.row, self.module
        if module is not None:
            self._open_module(module)
        elif row is not None and row.modules:
            self._unfold(row)
        elif row is not None and self.view is not None and (found := module_of(row.link, self.view.run)) is not None:
            self._open_proof(found)
        else:
            self.beside.focus()

    @on(LineList.Moved, "#links")
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self._show_beside()

    @on(ChainPane.StepMoved)
    def _step_moved(self, event: ChainPane.StepMoved) -> None:
        event.stop()

    @on(ChainPane.StepChosen)
    def _step_chosen(self, event: ChainPane.StepChosen) -> None:
        event.stop()
        self.proof.details.focus()

    def on_resize(self) -> None:
        """Draw bars between the links where there is room, once the screen has its new size."""
        if self.view is not None:
            self.call_after_refresh(self._show_rows)

    # Inside.

    @property
    def _held(self) -> Path | None:
        """The project that a command is given."""
        return self.named_project or (Path() if self.shown_project is not None else None)

    def _wanted_target(self) -> str:
        """Return whose chain is to be shown: what was named now, by a link, or before."""
        from supplymatrix.tui.screens.signatures_offers import target_in

        if self._asked:
            return target_in(self.session.here, self._asked)
        if self._wanted and not self.is_filled:
            return target_in(self.session.here, self._wanted[0])
        return self.target

    def _read(self, *, target: str = "", words: SigningWords | None = None) -> None:
        """Follow another chain, or by other signers; they hold from now on once it could be."""
        self._asked, self._words = target, words
        self.load_again()

    def _read_words(self, words: SigningWords) -> None:
        self._read(words=words)

    def _lines(self) -> tuple[Content, ...]:
        from supplymatrix.tui.screens.binary_data import module_lines
        from supplymatrix.tui.screens.chain_data import lines_of

        if self.module is not None:
            return module_lines(self.module)
        return lines_of(self.row, self.view) if self.view is not None else ()

    def _show_rows(self, current: str = "") -> None:
        from supplymatrix.tui.screens.chain_data import chain_rows, head_lines, summary_line

        view = self.view
        if view is None:
            self.links.set_rows((), empty=NOTHING)
            self.beside.show((Content("or: supplymatrix trace FILE --identity …"),))
            return
        has_bars = len(view.links) * 2 + 2 < self.links.size.height
        self.links.set_rows(chain_rows(view, self.opened, has_bars=has_bars), current=current)
        self.query_one("#heads", Static).update(Content("\n").join(head_lines(view.run)))
        line = summary_line(view.run, max(20, self.app.size.width - 2))
        self.query_one("#summary", Static).update(Content(line), layout=False)
        self._show_beside()

    def _show_beside(self) -> None:
        if self.view is not None:
            self.beside.show(self._lines())
            self.tell_place()

    def _unfold(self, row: LinkRow) -> None:
        """List the modules of a link, or no longer; the cursor goes to the first that is not proven."""
        if self._fold():
            return
        self.opened = row.id
        found = next((module for module in row.modules if module.sign.style != "good"), row.modules[0])
        names = {module.id: name for name, module in self.view.modules.items()} if self.view is not None else {}
        self._show_rows(names.get(found.id, ""))

    def _fold(self) -> bool:
        was_open, self.opened = self.opened, ""
        if was_open:
            self._show_rows(was_open)
        return bool(was_open)

    def _open_module(self, row: ModuleRow) -> None:
        if row.has_chain:
            self._open_proof(row.module.subject)
        else:
            self.tell(f"no proof: {row.sign.word}: {row.module.reason}")

    def _open_proof(self, module: ModuleVersion) -> None:
        """Show the proof of a module: it is asked for, mostly of the cache, where it is not at hand."""
        trace = self._traces.get(module)
        if trace is not None:
            self._show_proof(module, trace)
            return
        job = partial(self._prove, module, self.shown_project)
        self.start_work(_TRACE, job, partial(self._show_proof, module), name=f"proving {module}")

    def _prove(self, module: ModuleVersion, project: Path | None, work: Work) -> Trace:
        from supplymatrix.tui.screens.chain_offers import proof_of

        return proof_of(self.session, module, project, told_to(work, []))

    def _show_proof(self, module: ModuleVersion, trace: Trace) -> None:
        self._traces[module] = trace
        self.proven = module
        self.proof.show(trace)
        self.add_class(_PROOF)
        self.proof.steps.focus()
        self.refresh_bindings()
        self.tell_place()

    def _close_proof(self) -> bool:
        if not self.has_proof:
            return False
        self.proven = None
        self.remove_class(_PROOF)
        self.links.focus()
        self.refresh_bindings()
        self.tell_place()
        return True

    def _show_page(self, lines: Sequence[Content]) -> None:
        self.add_class(_PAGE)
        self.page.show(lines)
        self.page.focus()
        self.refresh_bindings()

    def _close_page(self) -> bool:
        if not self.has_page:
            return False
        self.remove_class(_PAGE)
        (self.proof.steps if self.has_proof else self.links).focus()
        self.refresh_bindings()
        return True
