"""The keys of the policy screen that try something, and those that write it: lift.toml is changed after a yes alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from supplymatrix.errors import InputError
from supplymatrix.model.rule import Level
from supplymatrix.model.value import changed
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten
from supplymatrix.tui.history import History
from supplymatrix.tui.screens.base import Work
from supplymatrix.tui.screens.open_project import NO_PROJECT, ask_project
from supplymatrix.tui.screens.table_screen import TableScreen
from supplymatrix.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from supplymatrix.engine.policy_case import PolicyCase
    from supplymatrix.policy.document import Waiver
    from supplymatrix.policy.what_if import Trial
    from supplymatrix.tui.screens.policy_rows import FindingRow, PolicyRows, RuleRow

__all__ = ["PolicyKeys"]


class PolicyKeys(TableScreen):
    """What can be tried on a policy. case: None = no project is open; rows: it under what is tried."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "try", "Try", key_display="Space"),
        Binding("c", "level", "Level"),
        Binding("b", "mend", "Mended"),
        Binding("W", "waiver", "Waiver"),
        Binding("w", "write", "Write"),
        Binding("Z", "undo", "Undo", show=False),
        Binding("R", "redo", "Redo", show=False),
        Binding("n", "starters", "New lift.toml", show=False),
        Binding("p", "project", "Project", show=False),
    ]
    OF_TABLE: ClassVar[frozenset[str]] = TableScreen.OF_TABLE | {"try", "level", "mend", "waiver", "write"}

    case: PolicyCase | None = None
    rows: PolicyRows | None = None
    _written: str = ""  # the file that was written last

    # What the screen itself knows.

    @property
    def row(self) -> RuleRow | None:
        """The rule of the cursor."""
        raise NotImplementedError

    @property
    def item(self) -> FindingRow | None:
        """The finding of the cursor."""
        raise NotImplementedError

    @property
    def is_at_findings(self) -> bool:
        """Whether the findings of a rule are looked at."""
        raise NotImplementedError

    def reckon(self) -> bool:
        """Judge what is tried, and show it; return whether that could be done."""
        raise NotImplementedError

    @property
    def history(self) -> History[Trial]:
        """What is tried of the project, until the app ends."""
        from supplymatrix.policy.what_if import Trial

        name = self.case.file.as_posix() if self.case is not None else ""
        return self.session.tried.setdefault(name, History(Trial()))

    # Trying.

    def _take(self, trial: Trial, what: str) -> None:
        """Try something else, and say what that does."""
        from supplymatrix.tui.screens.policy_rows import say_reckoned

        if not self.history.take(trial) or not self.reckon() or self.rows is None or self.rows.reckoned is None:
            return
        self.tell(f"{what} ▸ {say_reckoned(self.rows.reckoned)} · Z undoes")

    def _is_open(self) -> bool:
        """Return whether there is something to try it on; else say so."""
        is_open = self.case is not None and self.case.what_if is not None
        if not is_open:
            self.tell("there is no verdict here that anything could change")
        return is_open and not self.has_class("-starting")

    def action_try(self) -> None:
        """Turn the rule off or on; in the list of findings, waive one or no longer."""
        if not self._is_open() or self.row is None:
            return
        if self.is_at_findings:
            self._try_waiver()
            return
        from supplymatrix.policy.what_if import off_or_on

        self._try_level(self.row, off_or_on(self.row.level, self.row.before))

    def action_level(self) -> None:
        """Take the next level of the rule."""
        if not self._is_open() or self.row is None:
            return
        from supplymatrix.policy.what_if import next_level

        policy = self.case.view.policy if self.case is not None else None
        floor = policy.floors.get(self.row.rule.id, Level.OFF) if policy is not None else Level.OFF
        self._try_level(self.row, next_level(self.row.rule, self.row.level, floor))

    def _try_level(self, row: RuleRow, level: Level) -> None:
        from supplymatrix.policy.what_if import why_below, why_fixed, why_not_off

        why = why_fixed(row.rule) or (why_not_off(row.rule) if level is Level.OFF else "")
        why = why or (why_below(self.case.view.policy, row.rule, level) if self.case is not None else "")
        if why:
            self.tell(why)
        else:
            trial = self.history.now.at_level(row.rule.id, None if level is row.before else level)
            self._take(trial, f"{row.rule.id} {level.value}")

    def _try_waiver(self) -> None:
        from supplymatrix.tui.screens.policy_tries import own_waiver, tried_waiver, why_no_waiver

        row, item, case = self.row, self.item, self.case
        if row is None or item is None or case is None:
            self.tell("there is no finding here")
            return
        mine = own_waiver(self.history.now, row.rule, item)
        if mine is not None:
            self._take(self.history.now.not_waiving(mine), f"{row.rule.id} on {item.module} not waived")
        elif why := why_no_waiver(row.rule, item):
            self.tell(why)
        else:
            waiver = tried_waiver(case, row.rule, item, today=self.session.now().date())
            self._take(self.history.now.waiving(waiver), f"{row.rule.id} on {item.module} waived, not written yet (W)")

    def action_mend(self) -> None:
        """Take the findings of the module as mended by another version, or no longer."""
        from supplymatrix.tui.screens.policy_tries import why_not_mended

        if not self._is_open():
            return
        item, row = self.item, self.row
        if not self.is_at_findings or item is None or row is None or self.case is None:
            self.tell("choose a finding first: Tab goes to them")
            return
        trial, is_gone = self.history.now, (item.module, item.version) in self.history.now.gone
        if why := why_not_mended(self.case, row.rule, item):
            self.tell(why)
        elif is_gone:
            self._take(trial.mending(item.module, item.version, is_gone=False), f"{item.module} as it is")
        else:
            what = f"mended by go get {item.module}@…"
            self._take(trial.mending(item.module, item.version), what)

    def action_undo(self) -> None:
        """Take the last try back."""
        self._step(self.history.undo(), f"undo: it is in {self._written} now" if self._written else "undo")

    def action_redo(self) -> None:
        """Try again what was taken back."""
        self._step(self.history.redo(), "redo")

    def _step(self, was_there: bool, what: str) -> None:  # noqa: FBT001 - what the step returned
        self.reckon() if was_there else self.tell(f"nothing to {what}")

    # Writing.

    def action_waiver(self) -> None:
        """Ask for a waiver of the finding."""
        if not self._is_open() or self.case is None:
            return
        from supplymatrix.engine.policy_case import read_waiver
        from supplymatrix.tui.screens.policy_dialogs import WaiverForm
        from supplymatrix.tui.screens.policy_tries import form_texts, own_waiver, why_no_waiver

        row, today, case = self.row, self.session.now().date(), self.case
        found = self.rows.findings(row.rule.id) if self.rows is not None and row is not None else {}
        item = self.item if self.is_at_findings else next(iter(found.values()), None)
        is_new = row is not None and item is not None and own_waiver(self.history.now, row.rule, item) is None
        if is_new and row is not None and item is not None and (why := why_no_waiver(row.rule, item)):
            self.tell(why)
            return

        def chosen(waiver: Waiver | None) -> None:
            if waiver is not None:
                self._take(self.history.now.waiving(waiver), f"{waiver.rule} on {waiver.package} waived: w writes it")

        texts = form_texts(case, row, item, today=today)
        self.app.push_screen(WaiverForm(texts, partial(read_waiver, case=case, today=today)), chosen)

    def action_write(self) -> None:
        """Show how lift.toml would change, and write it after a yes."""
        from supplymatrix.engine.policy_case import edited_policy
        from supplymatrix.tui.screens.policy_tries import not_written, writable

        case = self.case
        if case is None or self.has_class("-starting"):
            return
        trial, left = self.history.now, not_written(self.history.now)
        kept = writable(trial)
        if kept.is_empty:
            self.tell(left[0] if left else "nothing was tried that lift.toml could say", details="\n".join(left))
            return

        def show(after: bytes) -> None:
            from supplymatrix.tui.screens.policy_dialogs import Confirm, diff_lines

            before, name = (case.data or b"").decode(), case.file.as_posix()
            lines = [*diff_lines(before, after.decode(), name), *(Content(plain(line)) for line in ("", *left))]
            keys = f"Enter writes {shorten(case.file.name, 20)} · Esc closes"
            self.app.push_screen(Confirm("how it changes", lines, keys=keys), partial(self._write, after))

        def job(_: Work) -> bytes:
            try:
                return edited_policy(case, kept)
            except InputError as err:
                if err.diagnostics[0].line:
                    err.add_note(f"Nothing is written: {case.file.as_posix()} would be no policy. As it would be then:")
                raise

        self.start_work("diff", job, show, name="reading lift.toml")

    def _write(self, after: bytes, is_wanted: bool | None) -> None:  # noqa: FBT001 - what the question returns
        case = self.case
        if not is_wanted or case is None:
            return

        def job(_: Work) -> None:
            from supplymatrix.engine.policy_case import refuse_changed

            refuse_changed(case)
            self.session.write(case.file, after.decode())

        def done(_: None) -> None:
            from supplymatrix.policy.what_if import Trial

            gone = self.history.now.gone
            self.session.tried[case.file.as_posix()] = History(changed(Trial(), gone=gone))
            self._written = case.file.as_posix()
            self.tell(f"written to {case.file.resolve().as_posix()}")
            self.load_again()

        self.start_work("write", job, done, name=f"writing {case.file.name}")

    def action_starters(self) -> None:
        """Offer policies to begin with."""
        if self.case is None:
            self.tell(NO_PROJECT)
        elif self.case.data is not None:
            self.tell(f"{self.case.file.as_posix()} is there already: it is not touched")
        else:
            self.add_class("-starting")
            self.query_one("#starters").focus()
            self.tell_place()

    @on(LineList.Chosen, "#starters")
    def _starter_chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        from supplymatrix.engine.policy_case import starter_text
        from supplymatrix.tui.screens.policy_dialogs import Confirm

        case = self.case
        if case is None:
            return
        text = starter_text(case, event.row.id, self.session.environ, today=self.session.now().date())
        lines = [Content(plain(line)) for line in text.splitlines()]
        keys = "Enter writes it · Esc closes"
        self.app.push_screen(Confirm(case.file.as_posix(), lines, keys=keys), partial(self._write, text.encode()))

    def action_project(self) -> None:
        """Ask for a project, and open it."""
        ask_project(self)
