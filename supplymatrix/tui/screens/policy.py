"""Policy: each rule with its level, where that is written, what it found and what it costs; and what if it changed.

What is tried changes nothing until `w` has shown how lift.toml would change and was answered with Enter. Facts are
those of `check` and `policy show --resolved`; what if is reckoned by `policy.what_if`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from supplymatrix.errors import InputError
from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.copying import CopyOffer
from supplymatrix.tui.links import Link
from supplymatrix.tui.palette import PaletteItem
from supplymatrix.tui.screens.base import Export, Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, project_of, told_to
from supplymatrix.tui.screens.policy_keys import PolicyKeys
from supplymatrix.tui.screens.project_offers import Commands
from supplymatrix.tui.shell_words import path_word
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList, Row
from supplymatrix.tui.widgets.status_line import Status
from supplymatrix.tui.widgets.table import VirtualTable
from supplymatrix.tui.widgets.table_messages import CellActivated
from supplymatrix.tui.widgets.table_model import NO_DATA

if TYPE_CHECKING:
    from supplymatrix.engine.policy_case import PolicyCase
    from supplymatrix.policy.what_if import Reckoned
    from supplymatrix.tui.screens.policy_rows import FindingRow, RuleRow

__all__ = ["PolicyScreen"]

_LIST, _FINDINGS, _SCORE = "-see-list", "-see-findings", "-see-score"
_PANES = (_LIST, _FINDINGS, _SCORE)


@value
class _Loaded:
    """A case, and whether notes were told of it."""

    case: PolicyCase
    told: tuple[str, ...]


class PolicyScreen(PolicyKeys):
    """Rules left, the score from 100 down and the findings of a rule right; below 100 columns one at a time, by Tab."""

    PLACE = "policy"
    WIDE = 100  # columns from which on nothing has to be turned over
    LOADING = "judging by the policy"
    OF_PROJECT = True
    ALWAYS = ("rule",)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "pane(1)", "Other pane", key_display="Tab"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False),
    ]
    DEFAULT_CSS = """
    PolicyScreen {
        & #main { height: 1fr; layout: vertical; }
        & #summary { dock: top; height: 1; padding: 0 1; text-style: bold; }
        & #table, & #findings, & #score { width: 100%; height: 1fr; }
        & #starters { display: none; height: 1fr; width: 100%; }
        &.-starting { & #main { display: none; } & #starters { display: block; } }
        &.-see-list #findings, &.-see-list #score, &.-see-findings #table, &.-see-findings #score,
        &.-see-score #table, &.-see-score #findings { display: none; }
        &.-w100, &.-w120, &.-w160 {
            & #main { layout: grid; grid-size: 2 2; grid-columns: 1fr 40; grid-rows: 2fr 3fr; }
            & #table { display: block; row-span: 2; height: 100%; }
            & #score { display: block; height: 100%; border-left: solid $panel; }
            & #findings { display: block; height: 100%; border-left: solid $panel; border-top: solid $panel; } }
        &.-w160 #main { grid-columns: 92 1fr; } }
    """

    _listed: RuleRow | None = None  # whose findings are in the list

    def compose_body(self) -> ComposeResult:
        """Yield summary, rules, score and findings; and what lies over them."""
        yield self.compose_filter()
        with Container(id="main"):
            yield Static(Content(""), id="summary", markup=False)
            yield VirtualTable(id="table")
            yield Details(id="score")
            yield LineList(id="findings", empty="nothing found")
        yield LineList(id="starters")
        yield Details(id="page")

    def on_mount(self) -> None:
        """Begin with the list."""
        self.add_class(_LIST)

    # What is shown.

    @property
    def row(self) -> RuleRow | None:
        """The rule of the cursor."""
        return self.rows.by_id.get(self.table.current_id) if self.rows is not None and self.is_attached else None

    @property
    def item(self) -> FindingRow | None:
        """The finding of the cursor."""
        row, current = self.row, self.query_one("#findings", LineList).current if self.is_attached else None
        if row is None or current is None or self.rows is None:
            return None
        return self.rows.findings(row.rule.id).get(current.id)

    @property
    def is_at_findings(self) -> bool:
        """Whether the findings of a rule are looked at."""
        return self._pane() == _FINDINGS

    def project_wanted(self) -> Path | None:
        """Return the project, as the command takes it."""
        return project_of(self.session)

    def load(self, work: Work) -> _Loaded | None:
        """Check as the command does; None where no project is open."""
        from supplymatrix.engine.check import CheckRequest
        from supplymatrix.engine.policy_case import load_policy_case
        from supplymatrix.tui.screens import policy_dialogs, policy_offers  # here, where their import stops no key

        del policy_dialogs, policy_offers
        path, messages = work.project, list[str]()
        if path is None:
            return None

        work.tell(0, 0, f"judging {path.as_posix()}")
        session = self.session
        case = load_policy_case(
            CheckRequest(paths=(path,), means=session.means(), policy=session.policy_source()), told_to(work, messages)
        )
        if case.what_if is not None and path is not None:
            trial = self.session.tried.get(case.file.as_posix())
            if trial is not None:
                case.what_if.reckon(trial.now)
        return _Loaded(case=case, told=tuple(messages))

    def show(self, found: _Loaded | None) -> None:
        """Show the rules; what is tried stays."""
        self.close_page()
        self._written = self._written if self.case is not None and found and found.case.file == self.case.file else ""
        self.case = found.case if found is not None else None
        if self.case is None:
            self.rows = None
            self.table.empty = NO_PROJECT
            self.table.set_data(NO_DATA)
            self.query_one("#summary", Static).update(Content("no project is open"))
            self.query_one("#score", Details).show((Content(NO_PROJECT), Content("or: supplymatrix tui PATH")))
            return
        is_first = self.rows is None
        self.reckon()
        if is_first and self.rows is not None:
            self.table.go_to(self.rows.worst)
        self._show_starters()
        self.set_class(self.case.data is None, "-starting")
        if self.case.data is None:
            self.query_one("#starters").focus()
        if found is not None and found.told:
            self.status_line.last = (found.told[0], "\n".join(found.told))

    def show_error(self, text: str) -> None:
        """Say it where there is room, with the line and a caret where it is a fault of a file."""
        self.table.empty = "no rules: nothing could be read"
        lines = [text]
        if isinstance(self.fault, InputError):
            lines = [*_lines_of(self.fault), "", "Ctrl+O opens the file there, Ctrl+R reads it again"]
        self.show_page([Content(plain(line)) for line in lines])

    def tell_error(self, err: BaseException) -> None:
        """Say a fault of a file with its place and all its words where there is room, too."""
        super().tell_error(err)
        if self.is_filled and isinstance(err, InputError):
            lines = [*getattr(err, "__notes__", ()), "", *_lines_of(err), "", "Esc goes back"]
            self.show_page([Content(plain(line)) for line in lines])

    def reckon(self) -> bool:
        """Judge what is tried, and show it; return whether that could be done."""
        from supplymatrix.tui.screens.policy_rows import PolicyRows

        case = self.case
        if case is None:
            return False
        reckoned: Reckoned | None = None
        trial = self.history.now
        if case.what_if is not None:
            try:
                reckoned = case.what_if.reckon(trial)
            except InputError as err:
                self.history.undo()
                self.tell_error(err)
                return False
        self.rows = PolicyRows(case, trial, reckoned)
        self._show_rows()
        return True

    def _show_rows(self) -> None:
        from supplymatrix.tui.screens.policy_rows import rules_table

        if self.rows is not None:
            self.table.set_data(rules_table(self.rows))
            self._show_summary()
            self._show_score()
            self.moved()

    def _show_summary(self) -> None:
        self.query_one("#summary", Static).update(Content(plain(self._line())), layout=False)

    def _line(self, room: int = 0) -> str:
        from supplymatrix.tui.screens.policy_rows import score_line

        if self.rows is None or self.case is None:
            return "no project is open"
        now = self.case.what_if.as_it_is if self.case.what_if is not None else None
        return score_line(self.rows, now, room or self.app.size.width - 2)

    def _show_score(self) -> None:
        from supplymatrix.tui.screens.policy_rows import waterfall_lines

        pane = self.query_one("#score", Details)
        if self.rows is not None:
            width = (pane.size.width or self.app.size.width) - 2
            pane.show(tuple(waterfall_lines(self.rows, width)))

    def moved(self) -> None:
        """Show what the rule of the cursor found."""
        from supplymatrix.tui.screens.policy_rows import finding_rows

        row = self.row
        if row is not None and row is not self._listed and self.rows is not None:
            self._listed = row
            self.query_one("#findings", LineList).set_rows(finding_rows(self.rows, row))
        self.tell_place()

    def _show_starters(self) -> None:
        from supplymatrix.engine.policy_case import preset_sentences
        from supplymatrix.reports.snippet import wrap

        if self.case is None:
            return
        preset, width = self.case.view.policy.preset, max(30, self.app.size.width - 6)
        head = f"There is no lift.toml: the preset {preset} stands for one. Enter writes one that builds on:"
        rows = [Row(id=f"?{n}", text=Content(line), is_head=True) for n, line in enumerate(wrap(head, width))]
        for name, says in preset_sentences():
            rows.append(Row(id=name, text=Content.styled(plain(name), "bold")))
            for number, line in enumerate(wrap(plain(says), width)):
                text = Content.styled(f"    {line}", "not bold $foreground")
                rows.append(Row(id=f"?{name}{number}", text=text, is_head=True))
        self.query_one("#starters", LineList).set_rows(rows)

    # Where one is.

    def open_parts(self, parts: tuple[str, ...]) -> None:
        """Go to the rule of a link, and to one of its findings."""
        if not parts or self.rows is None:
            return
        rule, subject = (*parts, "")[:2]
        if rule not in self.rows.by_id:
            self.tell(f"{rule}: there is no such rule", is_fault=True)
            return
        self.remove_class("-starting")
        if not self.table.go_to(rule):
            self.take_filter()
            self.table.go_to(rule)
        self.moved()
        self.table.focus()
        if subject:
            found = next((item for item in self.rows.findings(rule).values() if item.subject == subject), None)
            if found is None:
                self.tell(f"{subject}: {rule} says nothing of it", is_fault=True)
                return
            self.query_one("#findings", LineList).go_to(found.id)
            self._see(_FINDINGS)

    def parts(self) -> tuple[str, ...]:
        """Return the rule of the cursor, and the finding where the keys go to those."""
        row = self.row
        if row is None or self.has_class("-starting"):
            return ()
        item = self.item if self.is_at_findings else None
        return (row.rule.id, item.subject) if item is not None and item.subject else (row.rule.id,)

    def crumbs(self) -> tuple[str, ...]:
        """Return project, rule and finding."""
        return (self.case.run.project.name, *self.parts()) if self.case is not None else ()

    def twin(self) -> str:
        """Return `policy show`; `check` where findings are looked at, `score` where that is."""
        from supplymatrix.tui.screens.policy_offers import score_command, show_command

        commands = self._commands()
        if self.has_class("-starting"):
            return show_command(commands).replace(" show", " init")
        found = {
            _LIST: f"{show_command(commands)} --resolved",
            _FINDINGS: f"{commands.check}{commands.options}",
            _SCORE: score_command(commands),
        }
        return found[self._pane()]

    def _commands(self) -> Commands:
        session = self.session
        replay = f" --replay {path_word(session.replay.as_posix())}" if session.replay is not None else ""
        return Commands(
            project=self.named_project,
            options=f"{replay}{' --offline' if session.offline and not replay else ''}",
            policy=session.policy_again(),
        )

    def status(self) -> Status:
        """Say which policy it is, and how much is tried."""
        from supplymatrix.reports.tally import tally_of
        from supplymatrix.tui.screens.policy_rows import origin_text

        case = self.case
        if case is None or self.rows is None:
            return Status(offline=self.session.offline)
        trial, verdict = self.rows.trial, case.run.audit.verdict if case.run.audit is not None else None
        tried = len(trial.levels) + len(trial.waivers) + len(trial.gone)
        row = self.row
        notes = [f"policy {case.view.policy.name}"]
        notes += [f"level of {row.rule.id}: {origin_text(row)}"] if row is not None else []
        notes += [f"{tried:,} tried, Z undoes"] if tried else []
        unknown = tally_of(verdict).unknown if verdict is not None else 0
        return Status(
            as_of=verdict.now.date() if verdict is not None else None,
            unknown=unknown or None,
            notes=tuple(notes),
            offline=self.session.offline,
        )

    def written_at(self) -> tuple[Path, int] | None:
        """Return the place of a fault, of the finding, or of the level of the rule."""
        if isinstance(self.fault, InputError) and self.case is None:
            fault = self.fault.diagnostics[0]
            return (Path(fault.artifact), fault.line) if fault.artifact else None
        case, row, item = self.case, self.row, self.item
        if case is None or row is None:
            return None
        audit = case.run.audit
        if self.is_at_findings and item is not None and item.finding is not None and audit is not None:
            places = [audit.placed(place) for place in item.finding.locations if place.line]
            return (Path(places[0].artifact), places[0].line) if places else None
        place = row.origin
        if place is not None and not place.artifact.startswith("preset "):
            return Path(place.artifact), place.line
        return (case.file, 1) if case.data is not None else None

    def copy_offer(self) -> CopyOffer | None:
        """Offer the row, or the finding."""
        item = self.item
        if not self.is_at_findings or item is None:
            return super().copy_offer()
        row = self.row
        rule = row.rule.id if row is not None else ""
        head = ("rule", "state", "subject", "says")
        return CopyOffer(what="1 finding", head=head, rows=((rule, item.state, item.subject, item.text),))

    def exports(self) -> tuple[Export, ...]:
        """Offer the policy and the reports of `check`, both of what is written and not of what is tried."""
        from supplymatrix.tui.screens.policy_offers import policy_exports

        return policy_exports(self.case, self._commands()) if self.case is not None else ()

    def palette_items(self) -> Iterable[PaletteItem]:
        """Find every rule."""
        if self.rows is None:
            return ()
        return [
            PaletteItem(
                kind="rule", text=f"{row.rule.id} {row.rule.name}", help=row.level.value,
                go=Link(self.PLACE, (row.rule.id,)),
            )
            for row in self.rows.rows
        ]  # fmt: skip

    def plain_body(self, width: int) -> str:
        """Return score, rules and findings."""
        if self.rows is None:
            return "\n".join(line.plain for line in self.page.lines) if self.has_page else NO_PROJECT
        from supplymatrix.tui.screens.policy_offers import policy_text

        return policy_text(self.rows, self._line(1_000), width)

    # Panes.

    def _pane(self) -> str:
        """Return the pane that is looked at: that of the focus, or the one that is seen."""
        if not self.is_attached:
            return _LIST
        if not self.is_wide:
            return next((name for name in (_FINDINGS, _SCORE) if self.has_class(name)), _LIST)
        focused = self.focused
        if focused is self.query_one("#findings"):
            return _FINDINGS
        return _SCORE if focused is self.query_one("#score") else _LIST

    def _see(self, pane: str) -> None:
        """Show a pane, and go there."""
        if not self.has_class(pane):
            self.remove_class(*_PANES, update=False)  # one look at all styles is enough
            self.add_class(pane)
        where = {_LIST: "#table", _FINDINGS: "#findings", _SCORE: "#score"}
        self.query_one(where[pane]).focus()
        self.tell_place()

    def action_pane(self, step: int) -> None:
        """Go to another pane."""
        if not self.has_page and not self.has_class("-starting"):
            self._see(_PANES[(_PANES.index(self._pane()) + step) % len(_PANES)])

    def take_back(self) -> bool:
        """Take back: the page, the offer of policies, the pane, then the filter."""
        if self.close_page():
            if self.status_line.is_fault:  # the page was about that
                self.tell("")
            return True
        if self.has_class("-starting") and self.case is not None:
            self.remove_class("-starting")
            self._see(_LIST)
            return True
        if self._pane() != _LIST:
            self._see(_LIST)
            return True
        return self.take_filter() or super().take_back()

    def close_page(self) -> bool:
        """Close the page, and go back to the finding that it is of."""
        was_open = super().close_page()
        if was_open and self.has_class(_FINDINGS):
            self.query_one("#findings").focus()
        return was_open

    def on_resize(self) -> None:
        """Fit bars and words to the new width."""
        if self.is_filled and self.case is not None:
            self._show_summary()
            self.call_after_refresh(self._show_score)
            self.call_after_refresh(self._show_starters)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow a click into another pane."""
        del event
        if self.is_wide and self.is_filled:
            self.tell_place()

    @on(CellActivated, "#table")
    def _activated(self, event: CellActivated) -> None:
        event.stop()
        self._see(_FINDINGS)
        if self.item is None:
            self._open_rule()

    @on(LineList.Moved)
    def _finding_moved(self, event: LineList.Moved) -> None:
        event.stop()
        if self.is_at_findings and self.is_filled:
            self.tell_place()

    @on(LineList.Chosen, "#findings")
    def _finding_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        from supplymatrix.tui.screens.policy_rows import finding_lines

        row, item = self.row, self.item
        if row is not None and item is not None and self.rows is not None:
            self.show_page(tuple(finding_lines(self.rows, row, item)))

    def _open_rule(self) -> None:
        from supplymatrix.tui.screens.policy_rows import rule_lines

        if self.row is not None and self.rows is not None:
            self.show_page(tuple(rule_lines(self.rows, self.row)))


def _lines_of(err: InputError) -> list[str]:
    from supplymatrix.reports.diagnostic import render_diagnostics

    return render_diagnostics(err.diagnostics, color=False).splitlines()
