"""The tree of the Project screen: groups by what go.mod says, counts on their heads, folding, and what unfolds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.screens.project_rows import PROJECT
from supplymatrix.tui.screens.project_tree import TreeTable
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Details
from tests.support.made_log import MadeLog, write_project
from tests.tui.keys import press_each
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_project import (
    LOCAL,
    LOG,
    PRIVATE,
    PROVEN,
    TAMPERED,
    project_session,
    write_grouped_project,
)

_WIDE, _NARROW = (160, 45), (80, 24)
DIRECT, INDIRECT, APART, REST = "group direct", "group indirect", "group apart", "group rest"
MANY = tuple(f"example.com/m{number}@v1.0.{number}" for number in range(2_000))


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about a project with modules of every group."""
    found = project_session(tmp_path, monkeypatch)
    write_grouped_project(tmp_path / "svc")
    return found


@pytest.fixture
def huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about a project of 2,000 modules, of which the log is asked about none."""
    found = project_session(tmp_path, monkeypatch)
    write_project(tmp_path / "svc", LOG, "", MANY, go_sum=MadeLog.of(*MANY, filler=0).go_sum(*MANY))
    return found


def _screen(app: SupplymatrixApp) -> ProjectScreen:
    screen = app.place_screen
    assert isinstance(screen, ProjectScreen)
    return screen


def _tree(app: SupplymatrixApp) -> TreeTable:
    return _screen(app).table


def _ids(app: SupplymatrixApp) -> list[str]:
    """Return the rows that are seen, heads as "+ …" where they are folded and as "- …" where not."""
    tree = _tree(app)
    heads = {head.row: head for head in tree.heads}
    return [
        f"{'+' if tree.is_folded(heads[row]) else '-'} {heads[row].id}" if row in heads else tree.data.row_id(row)
        for row in tree.view.rows
    ]


def _verdict(app: SupplymatrixApp) -> str:
    return "\n".join(line.plain for line in app.screen.query_one("#verdict", Details).lines)


async def _filter(app: SupplymatrixApp, pilot: Pilot[Any], text: str) -> None:
    await press_each(pilot, "slash")
    app.screen.query_one("#filter", Input).value = text
    await settle(pilot)
    await press_each(pilot, "enter")


@pytest.mark.asyncio
async def test_modules_stand_under_what_go_mod_says_of_them(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert _ids(app) == [
            PROJECT,
            f"- {DIRECT}", *PROVEN[:4], TAMPERED,
            f"- {INDIRECT}", *PROVEN[4:8],
            f"- {APART}", PROVEN[8], PRIVATE, LOCAL,
            f"+ {REST}",
        ]  # fmt: skip
        rows = take_rows(app)
        assert "▾ required directly · 5  ✔ 4 ✘ 1 – 0" in rows  # noqa: RUF001
        assert "▾ required indirectly · 4  ✔ 4 ✘ 0 – 0" in rows  # noqa: RUF001
        assert "▾ replaced or private · 3  ✔ 1 ✘ 0 – 2" in rows  # noqa: RUF001
        assert "▹ not required by go.mod · 3  ✔ 3 ✘ 0 – 0" in rows  # noqa: RUF001
        assert "– local" in rows  # noqa: RUF001
        assert "– 1 private · – 1 local" in rows  # noqa: RUF001


@pytest.mark.asyncio
async def test_the_summary_counts_the_modules_that_check_counts(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert "14 modules · ✔ 12 proven" in take_rows(app)
        assert "14 module versions" in _verdict(app)
        assert sum(head.total for head in _tree(app).heads) == 15  # with the folder, of which nothing is looked up


@pytest.mark.asyncio
async def test_a_wide_pane_says_the_counts_in_words(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        assert "▾ required directly · 5  ✔ 4 proven  ✘ 1 failed  – 0 not checked" in take_rows(app)  # noqa: RUF001


@pytest.mark.asyncio
async def test_space_folds_and_unfolds_and_the_cursor_stays_near(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _tree(app).go_to(PROVEN[5])
        await press_each(pilot, "space")
        assert _tree(app).current_id == INDIRECT
        assert f"+ {INDIRECT}" in _ids(app)
        assert PROVEN[5] not in _ids(app)
        assert "▸▹ required indirectly" in take_rows(app)
        await press_each(pilot, "space")
        assert PROVEN[5] in _ids(app)
        assert _tree(app).current_id == INDIRECT


@pytest.mark.asyncio
async def test_left_and_right_fold_go_up_and_go_down(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _tree(app).go_to(PROVEN[5])
        await press_each(pilot, "right")
        assert _tree(app).current_column == "module"
        await press_each(pilot, "left", "left")
        assert _tree(app).current_id == INDIRECT
        await press_each(pilot, "left")
        assert f"+ {INDIRECT}" in _ids(app)
        await press_each(pilot, "right")
        assert f"- {INDIRECT}" in _ids(app)
        await press_each(pilot, "right")
        assert _tree(app).current_id == PROVEN[4]


@pytest.mark.asyncio
async def test_enter_on_a_head_unfolds_it_and_its_group_is_told(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _tree(app).go_to(REST)
        await press_each(pilot, "enter")
        assert _ids(app)[-4:] == [f"- {REST}", *PROVEN[9:]]
        assert "not required by go.mod: 3 modules" in _verdict(app)
        _tree(app).go_to(DIRECT)
        await settle(pilot)
        assert f"✘ {TAMPERED}" in _verdict(app)
        assert "1 alarm" in _verdict(app)
        assert _screen(app).parts() == ()
        assert _screen(app).twin() == "supplymatrix check svc --replay recorded"


@pytest.mark.asyncio
async def test_failures_only_and_a_filter_keep_the_heads(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "f")
        assert _ids(app) == [PROJECT, f"- {DIRECT}", TAMPERED]
        assert "required directly · 1 of 5  ✔ 4 ✘ 1" in take_rows(app)
        await press_each(pilot, "f")
        await _filter(app, pilot, "lib1")
        assert _ids(app) == [PROJECT, f"- {DIRECT}", PROVEN[1], f"- {REST}", PROVEN[10], PROVEN[11]]
        await _filter(app, pilot, "zzz-nothing")
        assert _ids(app) == []
        assert "none of 16 rows has: zzz-nothing" in take_rows(app)


@pytest.mark.asyncio
async def test_what_is_folded_in_a_filter_is_not_folded_in_the_next_one(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await _filter(app, pilot, "lib1")
        _tree(app).go_to(DIRECT)
        await press_each(pilot, "space")
        assert f"+ {DIRECT}" in _ids(app)
        await _filter(app, pilot, "lib2")
        assert _ids(app) == [PROJECT, f"- {DIRECT}", PROVEN[2]]
        await press_each(pilot, "escape")
        assert f"- {DIRECT}" in _ids(app)
        assert f"+ {REST}" in _ids(app)


@pytest.mark.asyncio
async def test_the_next_failure_and_a_link_unfold_what_they_lead_to(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _tree(app).go_to(DIRECT)
        await press_each(pilot, "space")
        assert TAMPERED not in _ids(app)
        await press_each(pilot, "n")
        assert _tree(app).current_id == TAMPERED
        assert "failure 1 of 1" in take_rows(app)
    app = made_app(session, f"project/{PROVEN[10]}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert _tree(app).current_id == PROVEN[10]
        assert f"- {REST}" in _ids(app)


@pytest.mark.asyncio
async def test_a_group_in_which_something_fails_is_never_folded_at_the_start(
    session: MadeSession, tmp_path: Path
) -> None:
    sum_file = tmp_path / "svc" / "go.sum"
    path, _, version = PROVEN[10].partition("@")
    lines = sum_file.read_text().split("\n")
    wrong = [f"{line[:-8]}AAAAAAA=" if line.startswith(f"{path} {version} ") else line for line in lines]
    assert wrong != lines
    sum_file.write_text("\n".join(wrong))
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert f"- {REST}" in _ids(app)
        assert PROVEN[10] in _ids(app)


@pytest.mark.asyncio
async def test_a_bare_go_sum_is_one_group_that_is_not_folded(session: MadeSession, tmp_path: Path) -> None:
    for name in ("go.mod", "lift.toml"):
        (tmp_path / "svc" / name).unlink()
    session.replay, session.offline = None, True
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert _ids(app)[1] == f"- {REST}"
        assert "✔ 0 ✘ 0 – 14" in take_rows(app)  # noqa: RUF001


@pytest.mark.asyncio
async def test_sorting_keeps_modules_under_their_heads(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "s")
        assert _ids(app)[:4] == [PROJECT, f"- {DIRECT}", TAMPERED, PROVEN[0]]
        assert [name for name in _ids(app) if name[:2] in ("- ", "+ ")] == [
            f"- {DIRECT}", f"- {INDIRECT}", f"- {APART}", f"+ {REST}",
        ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_head_copies_its_modules_and_all_rows_are_those_of_modules(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        _tree(app).go_to(REST)
        offer = _screen(app).copy_offer()
        assert offer is not None
        assert [row[1] for row in offer.rows] == [name.partition("@")[0] for name in PROVEN[9:]]
        rows = _tree(app).offer("view").rows
        assert len(rows) == len([name for name in _ids(app) if name[:2] not in ("- ", "+ ")])
        assert all(row[0] for row in rows)


@pytest.mark.asyncio
async def test_a_local_module_has_no_chain_and_says_why(session: MadeSession) -> None:
    app = made_app(session, f"project/{LOCAL}")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        assert "– local: a folder stands in its place" in _verdict(app)  # noqa: RUF001
        assert "there is nothing to prove" in take_rows(app)
        assert _screen(app).chain.trace is None


@pytest.mark.asyncio
async def test_linear_text_has_every_group_with_all_its_modules(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_NARROW) as pilot:
        await settle(pilot)
        lines = _screen(app).plain_text(100).split("\n")
        heads = [line for line in lines if line.startswith("# ")]
        assert heads == [
            "# required directly: 5, ✔ 4 proven, ✘ 1 failed, – 0 not checked",  # noqa: RUF001
            "# required indirectly: 4, ✔ 4 proven, ✘ 0 failed, – 0 not checked",  # noqa: RUF001
            "# replaced or private: 3, ✔ 1 proven, ✘ 0 failed, – 2 not checked",  # noqa: RUF001
            "# not required by go.mod: 3, ✔ 3 proven, ✘ 0 failed, – 0 not checked",  # noqa: RUF001
        ]
        at = lines.index(heads[-1])
        assert lines[at + 1 : at + 4] == [f"- proven, {name.replace('@', ', ')}" for name in PROVEN[9:]]
        assert "- proven, example.com/lib8, v1.8.0, 1 warning, direct, replaced" in lines
        assert [line for line in lines if line.startswith("- local, example.com/local, v0.2.0")]


@pytest.mark.asyncio
async def test_a_click_on_a_head_goes_there_and_a_second_one_folds(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await pilot.click("#table", offset=(6, 2))
        await settle(pilot)
        assert _tree(app).current_id == DIRECT
        await pilot.click("#table", offset=(6, 2))
        await settle(pilot)
        assert f"+ {DIRECT}" in _ids(app)


@pytest.mark.asyncio
async def test_two_thousand_modules_fold_within_a_turn(huge: MadeSession) -> None:
    """The watchdog of these tests fails a turn of the event loop over 100 ms."""
    app = made_app(huge, "project")
    async with app.run_test(size=_WIDE) as pilot:
        await settle(pilot)
        await press_each(pilot, "down", "space")
        assert _ids(app) == [PROJECT, f"+ {DIRECT}"]
        await press_each(pilot, "space", "G")
        assert _tree(app).current_id == MANY[-1]
        await _filter(app, pilot, "m1999")
        assert _ids(app) == [PROJECT, f"- {DIRECT}", MANY[-1]]
