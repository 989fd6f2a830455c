"""The chain widget: a sign and a word for each step, the difference marked, and nothing unproven in green."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.trace import Step, StepId, StepState, Trace
from supplymatrix.model.value import changed
from supplymatrix.reports.trace_view import hex_lines, sum_up
from supplymatrix.sumdb.steps import difference_of
from supplymatrix.tui.widgets.chain import ChainPane, step_lines, step_rows

HOSTILE = "[red]x[/red] \x1b[31m \u202etxet"
OURS, THEIRS = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "h1:AAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAA="


def made(*states: StepState, ours: str = OURS, theirs: str = THEIRS) -> Trace:
    steps = []
    for which, state in zip(StepId, states, strict=True):
        is_failed = state is StepState.FAILED
        steps.append(
            Step(
                id=which,
                state=state,
                says=f"{which.value} {HOSTILE}",
                values=((HOSTILE, HOSTILE),),
                raw=b"\x00abc\xff" * 10,
                difference=difference_of("go.sum:3", ours, "the log", theirs) if is_failed else None,
                meaning="something else" if is_failed else "",
                remedy="do not build" if is_failed else "",
            )
        )
    module = ModuleVersion(path="[red]x", version="v1.0.0")
    return Trace(
        module=module,
        steps=tuple(steps),
        exit_code=4,
        log_name="log.example",
        key_hash="0" * 8,
        route="cache",
        go_sum="",
    )


OK, BAD, OPEN = StepState.PROVEN, StepState.FAILED, StepState.NOT_CHECKED
MIXED = made(BAD, OK, OK, OK, OPEN, OK, OPEN)


class Host(App[None]):
    """An app that holds a chain."""

    def compose(self) -> ComposeResult:
        yield ChainPane(id="chain")


def test_each_step_has_its_sign_and_only_a_proven_one_has_no_word() -> None:
    head = [row.text.plain for row in step_rows(MIXED) if row.is_head]
    rows = [row.text.plain for row in step_rows(MIXED) if not row.is_head]
    assert head == ["4 steps proven from cache", "step 1 failed, steps 5, 7 not checked · exit 4"]
    assert [row[0] for row in rows] == ["✘", "✔", "✔", "✔", "–", "✔", "–"]  # noqa: RUF001
    assert [("failed" in row, "not checked" in row) for row in rows] == [
        (True, False), (False, False), (False, False), (False, False), (False, True), (False, False), (False, True),
    ]  # fmt: skip


def test_what_was_not_checked_is_never_green() -> None:
    for row, step in zip([row for row in step_rows(MIXED) if not row.is_head], MIXED.steps, strict=True):
        styles = {str(span.style) for span in row.text.spans}
        assert ("$text-success" in styles) is (step.state is OK)


def test_a_failed_step_shows_both_values_and_the_mark_below_the_first_difference() -> None:
    lines = [line.plain for line in step_lines(MIXED.steps[0], MIXED)]
    at = next(number for number, line in enumerate(lines) if line.strip() == "^")
    place = lines[at].index("^")
    assert lines[at - 1].strip() == OURS
    assert lines[at + 1].strip() == THEIRS
    assert lines[at - 1][:place] == lines[at + 1][:place]
    assert lines[at - 1][place] != lines[at + 1][place]
    text = "\n".join(lines)
    assert "means  something else" in text
    assert "next   do not build" in text
    assert "ends with 4" in text


def test_where_nobody_was_asked_nobody_knows_what_verify_ends_with() -> None:
    trace = changed(made(*[OPEN] * 7), was_asked=False)
    assert "exit" not in "\n".join(row.text.plain for row in step_rows(trace) if row.is_head)
    assert "ends with" not in "\n".join(line.plain for line in step_lines(trace.steps[0], trace))


def test_long_values_are_cut_into_blocks_that_stay_beside_each_other() -> None:
    trace = made(BAD, *[OPEN] * 6, ours="a" * 64, theirs="a" * 60 + "bbbb")
    lines = [line.plain for line in step_lines(trace.steps[0], trace)]
    at = next(number for number, line in enumerate(lines) if line.strip() == "^")
    place = lines[at].index("^")
    assert (lines[at - 1][place], lines[at + 1][place]) == ("a", "b")
    assert max(map(len, lines[:at])) < 80


def test_values_of_one_and_another_length_differ_where_the_shorter_ends() -> None:
    found = difference_of("a", "h1:x", "b", "h1:xy")
    assert (found.at, found.byte) == (4, "")
    trace = made(BAD, *[OPEN] * 6, ours="h1:x", theirs="h1:xy")
    assert any(line.plain.strip() == "^" for line in step_lines(trace.steps[0], trace))


def test_text_from_the_log_does_nothing() -> None:
    for step in MIXED.steps:
        text = "\n".join(line.plain for line in step_lines(step, MIXED))
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[red]x[/red]" in text


def test_a_dump_has_offset_hex_and_text() -> None:
    first, second = hex_lines(bytes(range(0x41, 0x59)))
    assert first == "000000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP"
    assert second.startswith("000010  51 52")
    assert list(hex_lines(b"\x1b[")) == [f"000000  {'1b 5b':23}  {'':23}  ·["]


def test_a_dump_of_much_ends() -> None:
    assert list(hex_lines(b"x" * 70_000))[-1] == f"… {70_000 - 64 * 1024:,} bytes more"


def test_a_chain_in_which_all_is_proven_says_so() -> None:
    assert sum_up(made(*[OK] * 7)) == "7 steps proven from cache"


@pytest.mark.asyncio
async def test_the_cursor_begins_at_what_failed() -> None:
    app = Host()
    async with app.run_test(size=(60, 24)) as pilot:
        pane = app.query_one(ChainPane)
        pane.show(None, why="nothing yet")
        await pilot.pause()
        assert _step(pane) is None
        pane.show(made(OK, OK, BAD, OPEN, OPEN, OPEN, OPEN))
        await pilot.pause()
        assert _step(pane) is StepId.LEAF
        pane.steps.focus()
        await pilot.press("down")
        assert _step(pane) is StepId.TILES
        assert "not checked" in "\n".join(line.plain for line in pane.details.lines)


def _step(pane: ChainPane) -> StepId | None:
    return pane.step.id if pane.step is not None else None
