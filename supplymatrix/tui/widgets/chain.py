"""The proof chain of a module version: a line for each step with its sign, and below it all of the step of the cursor.

    chain = ChainPane(id="chain")
    chain.show(trace)                    # posts ChainPane.StepMoved
    chain.step                           # the step of the cursor

Signs and words are those of the text report: `✔ proven`, `✘ failed`, `– not checked`, which is never green.
"""  # noqa: RUF002 - a dash is meant

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from supplymatrix.model.trace import Difference, Step, StepState, Trace
from supplymatrix.reports.plain import plain
from supplymatrix.reports.trace_view import MARKS, TITLES, WORDS, exit_words, sum_up
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList, Row

__all__ = ["ChainPane", "step_lines", "step_rows"]

_COLORS: Mapping[StepState, str] = {
    StepState.PROVEN: "$text-success",
    StepState.FAILED: "bold $text-error",
    StepState.NOT_CHECKED: "$text-muted",
}
_BLOCK = (
    48  # characters of a value in one line: a narrow pane shows them whole, so that the mark stands where it should
)
_TITLE = 11
_STEPS = 9  # lines of the steps, with two above them


class ChainPane(Vertical):
    """Steps above, the step of the cursor below."""

    DEFAULT_CSS = """
    ChainPane {
        & > * { visibility: visible; }
        & > #steps { height: 9; width: 100%; }
        & > #step { height: 1fr; width: 100%; border-top: solid $panel; }
        & > #step:focus { border-top: solid $primary; } }
    """

    class StepMoved(Message):
        """The cursor is on another step, or other steps are shown."""

    class StepChosen(Message):
        """Enter on a step."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.trace: Trace | None = None
        self._height = _STEPS

    def compose(self) -> ComposeResult:
        """Lay out both."""
        yield LineList(id="steps")
        yield Details(id="step")

    @property
    def steps(self) -> LineList:
        """The list of the steps."""
        return self.query_one("#steps", LineList)

    @property
    def details(self) -> Details:
        """All of one step."""
        return self.query_one("#step", Details)

    @property
    def step(self) -> Step | None:
        """The step of the cursor."""
        row = self.steps.current
        if self.trace is None or row is None:
            return None
        return next((step for step in self.trace.steps if step.id.value == row.id), None)

    def show(self, trace: Trace | None, *, why: str = "", aside: Content | None = None) -> None:
        """Show other steps; the cursor goes to the first that failed. why: what to say when there are none.

        aside: a line below them that is of no step. The same steps keep their cursor.
        """
        is_same = trace is not None and trace is self.trace
        self.trace = trace
        failed = trace.failed if trace is not None else None
        current = failed.id.value if failed is not None else trace.steps[0].id.value if trace is not None else ""
        rows = [*(step_rows(trace) if trace is not None else ())]
        rows += [Row(id="aside", text=aside, is_head=True)] if aside is not None and rows else []
        height = max(_STEPS, len(rows))
        if height != self._height:
            self._height = height
            self.steps.styles.height = height
        self.steps.set_rows(rows, current="" if is_same else current, empty=why)
        self._show_step()

    @on(LineList.Moved, "#steps")
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self._show_step()
        self.post_message(self.StepMoved())

    @on(LineList.Chosen, "#steps")
    def _chosen(self, event: LineList.Chosen) -> None:
        event.stop()
        self.post_message(self.StepChosen())

    def _show_step(self) -> None:
        step = self.step
        self.details.show(tuple(step_lines(step, self.trace)) if step is not None and self.trace is not None else ())


def step_rows(trace: Trace) -> Sequence[Row]:
    """Return a line for each step: sign, number, name, and what it says; a word where it is not proven."""
    proven, _, rest = sum_up(trace).partition(", ")  # in two lines: in a pane, one would be cut where it matters most
    rest = f"{rest}{exit_words(trace)}".removeprefix(" · ")
    heads = [Row(id=f"head {text}", text=Content(plain(text)), is_head=True) for text in (proven, rest) if text]
    return [*heads, *(Row(id=step.id.value, text=_row(number, step)) for number, step in enumerate(trace.steps, 1))]


def step_lines(step: Step, trace: Trace) -> Iterator[Content]:
    """Yield all of a step: what became of it, both values where they differ, what it means, what to do, its values."""
    number = trace.steps.index(step) + 1
    yield Content.styled(f"{MARKS[step.state]} {number} {TITLES[step.id]}: {WORDS[step.state]}", _COLORS[step.state])
    yield Content(plain(step.says))
    if step.difference is not None:
        yield from _difference_lines(step.difference)
    if step.meaning:
        yield Content("")
        yield Content.assemble(("means  ", "bold"), plain(step.meaning))
    if step.remedy:
        yield Content.assemble(("next   ", "bold"), plain(step.remedy))
    if step.state is not StepState.PROVEN and trace.was_asked:
        yield Content.assemble(("exit   ", "bold"), f"supplymatrix verify ends with {trace.exit_code}")
    if step.values:
        yield Content("")
        for name, text in step.values:
            yield Content.assemble((f"{plain(name)}  ", "dim"), plain(text))
    if step.raw:
        yield Content("")
        yield Content.styled(f"X shows its {len(step.raw):,} bytes", "dim")


def _row(number: int, step: Step) -> Content:
    word = "" if step.state is StepState.PROVEN else f"{WORDS[step.state]} · "
    return Content.assemble(
        (f"{MARKS[step.state]} ", _COLORS[step.state]),
        (f"{number} {TITLES[step.id]:{_TITLE}}  ", "bold"),
        (word, _COLORS[step.state]),
        plain(step.says),
    )


def _difference_lines(difference: Difference) -> Iterator[Content]:
    """Yield both values in full, in blocks that are not wrapped, and a mark between them where they differ first."""
    byte = f" · {difference.byte}" if difference.byte else ""
    yield Content.assemble((f"first difference: character {difference.at + 1}", "bold"), byte)
    ours, theirs = plain(difference.ours), plain(difference.theirs)
    at = len(plain(difference.ours[: difference.at]))
    for start in range(0, max(len(ours), len(theirs)), _BLOCK):
        place = at - start if start <= at < start + _BLOCK else -1
        first = "" if start else f"{plain(difference.our_name)}"
        yield from [Content.styled(first, "dim")] if first else []
        yield _marked(ours[start : start + _BLOCK], place)
        yield Content(f"  {' ' * place}^" if place >= 0 else "")
        yield _marked(theirs[start : start + _BLOCK], place)
        yield from [Content.styled(plain(difference.their_name), "dim")] if not start else []


def _marked(text: str, place: int) -> Content:
    if place < 0:
        return Content(f"  {text}")
    return Content.assemble("  ", text[:place], (text[place : place + 1], "bold reverse"), text[place + 1 :])
