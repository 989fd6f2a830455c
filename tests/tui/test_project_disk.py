"""What the Project screen says of the disk: places, what agrees, what differs first; as the `verify` commands do."""

from __future__ import annotations

import asyncio
import json
import shlex
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.content import Content
from textual.widgets import Static

from supplymatrix.cli.main import run
from supplymatrix.engine import disk_look
from supplymatrix.engine.disk_look import DiskFound, DiskRequest
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.model.trace import StepId
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.project_data import copy_cells
from supplymatrix.tui.screens.project_offers import disk_commands
from supplymatrix.tui.screens.project_rows import PROJECT
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.key_help import key_items
from tests.support.made_builds import built, dep
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.keys import has_focus, press, press_each
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_disk import A, B, DiskGround, disk_session, project_screen
from tests.tui.test_bad_input import assert_harmless

WIDE, SMALL = (160, 45), (80, 24)
AT_A = f"project/{A}"


@pytest.fixture
def ground(tmp_path: Path) -> DiskGround:
    """Return a project whose modules are in the cache."""
    return DiskGround(tmp_path)


@pytest.fixture
def session(ground: DiskGround, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about it, before any event loop runs."""
    return disk_session(ground, monkeypatch)


def _signs(app: SupplymatrixApp, name: str) -> dict[str, str]:
    """Return the word of each place of a module version."""
    view = project_screen(app).view
    assert view is not None
    return {cell.place: cell.sign.word for cell in copy_cells(view, view.by_id[name])}


def _says(app: SupplymatrixApp, name: str, place: str) -> str:
    view = project_screen(app).view
    assert view is not None
    return next(cell.says for cell in copy_cells(view, view.by_id[name]) if cell.place == place)


@pytest.mark.asyncio
async def test_nobody_reads_the_cache_unasked_and_nothing_agrees_until_then(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert _signs(app, A) == {"log": "agrees", "go.sum": "agrees", "on this disk": "not checked"}
        assert "disk" not in project_screen(app).table.data.columns
        assert project_screen(app).disk_found is None


@pytest.mark.asyncio
async def test_enter_looks_at_the_copies_of_one_module(session: MadeSession, ground: DiskGround) -> None:
    ground.spoil(A)
    app = made_app(session, AT_A)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        signs = _signs(app, A)
        assert (signs["cache zip"], signs["cache folder"], signs["cache go.mod"]) == ("agrees", "differs", "agrees")
        assert signs["vendor/"] == signs["program"] == "not checked"
        assert _says(app, A, "cache folder").startswith("a.go is changed, ")
        assert _signs(app, B)["on this disk"] == "not checked"
        view = project_screen(app).view
        assert view is not None
        assert [row.id for row in view.failures] == [A]
        assert "✘   copies       cache folder differs · Tab" in take_rows(app)
        await press(pilot, "tab")
        rows = take_rows(app)
        assert rows.index("✘ cache folder") < rows.index("✔ log")
        assert "do not build with it" in rows
        assert "nothing is wrong with it" not in rows
        assert str(ground.copies.folder(A)) in "".join(rows.split())


@pytest.mark.asyncio
async def test_what_differs_is_marked_beside_the_verdict_of_check(session: MadeSession, ground: DiskGround) -> None:
    ground.spoil(A)
    app = made_app(session, "project")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert take_rows(app).splitlines()[1].startswith(" PASS · ")
        screen = project_screen(app)
        screen.table.go_to(B)
        await press_each(pilot, "enter")
        assert "✔   copies       cache zip, cache folder, cache go.mod agree · Tab" in take_rows(app)
        assert "of check" not in take_rows(app)
        await press_each(pilot, "escape")
        assert "disk" not in screen.table.data.columns
        screen.table.go_to(A)
        await press_each(pilot, "enter", "escape")
        first, second = take_rows(app).splitlines()[1:3]
        assert first.startswith(" PASS of check · ✘ 1 differs on the disk")
        summary = screen.query_one("#summary", Static).content
        assert isinstance(summary, Content)
        assert [summary.plain[span.start : span.end] for span in summary.spans] == ["✘ 1 differs on the disk"]
        disk, version = (screen.table.data.columns[name].texts for name in ("disk", "version"))
        names = [screen.table.data.row_id(row) for row in range(screen.table.data.row_count)]
        told = {name: (disk[row], version[row]) for row, name in enumerate(names)}
        assert (told[PROJECT], told[A], told[B]) == (
            ("differs", "✘ on disk"), ("differs", "v1.0.0"), ("agrees", "v1.2.0"),
        )  # fmt: skip
        assert "✘ 1 on disk" in take_rows(app)
        await press_each(pilot, "ctrl+home", "enter")
        assert "✘ what lies on this disk is not what is proven" in take_rows(app)
        assert second.strip().startswith("log")


@pytest.mark.asyncio
async def test_copies_that_are_not_there_are_missing_only_where_somebody_has_looked(
    session: MadeSession, ground: DiskGround
) -> None:
    for part in (".zip", ".mod", ".ziphash"):
        ground.copies.file(A, part).unlink(missing_ok=True)
    ground.copies.folder(A).rename(ground.root / "away")
    app = made_app(session, AT_A)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "copies       none in the module cache · Tab" in take_rows(app)
        await press(pilot, "d")
        assert "copies       none in module cache, vendor/ and programs · Tab" in take_rows(app)


@pytest.mark.asyncio
async def test_enter_lands_on_the_pane_that_fails(session: MadeSession, ground: DiskGround) -> None:
    ground.spoil(B)
    app = made_app(session, "project")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press_each(pilot, "d", "n", "enter")
        assert project_screen(app).parts() == (B,)
        assert has_focus(app, "verdict")
        assert "✘ cache folder  differs: a.go is changed" in take_rows(app)
        await press(pilot, "shift+tab")
        assert has_focus(app, "steps")
        assert "✘   copies       cache folder differs · Tab" in take_rows(app)
        await press_each(pilot, "down", "down", "d")
        assert project_screen(app).chain.step is not None
        assert project_screen(app).chain.step.id is StepId.LEAF  # type: ignore[union-attr]
        await press_each(pilot, "escape", "k", "enter")
        assert project_screen(app).parts() == (A,)
        assert has_focus(app, "steps")


@pytest.mark.asyncio
async def test_the_keys_of_the_screen_itself_come_first(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        keys = [item.key for item in key_items(app.screen)]
        assert keys[:12] == ["f", "n", "N", "Tab", "shift+tab", "d", "b", "X", "v", "r", "c", "p"]
        assert {"/", "y", "e", "?", "q"} <= set(keys[12:])


@pytest.mark.asyncio
async def test_d_looks_at_all_and_what_differs_is_a_failure(session: MadeSession, ground: DiskGround) -> None:
    ground.spoil(B)
    ground.vendor(changed=True, extra="left.example/x/x.go")
    ground.program("bin/app", ground.app())
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert "✔ agrees" not in take_rows(app)
        await press(pilot, "d")
        assert _signs(app, A) == {
            "log": "agrees", "go.sum": "agrees", "cache zip": "agrees", "cache folder": "agrees",
            "cache go.mod": "agrees", "vendor/": "differs", "program": "agrees",
        }  # fmt: skip
        assert _says(app, A, "vendor/").startswith("example.com/Up/a/a.go is changed, first differs at byte ")
        assert _signs(app, B)["cache folder"] == "differs"
        assert _signs(app, B)["vendor/"] == "not there"
        assert "✘ 2 differ on the disk" in take_rows(app)
        screen = project_screen(app)
        assert screen.status_line.told.startswith("✘ 2 differ on the disk: n goes there · ")
        for command in disk_commands(session, screen.named_project, ()).values():
            assert command in screen.status_line.details
        await press(pilot, "f")
        shown = [screen.table.data.row_id(row) for row in screen.table.view.rows]
        assert [name for name in shown if "@" in name] == [A, B]
        await press_each(pilot, "f", "ctrl+home")
        said = " ".join(line.plain for line in screen.query_one("#verdict").lines)  # type: ignore[attr-defined]
        assert "verify vendor ends with 4" in said
        assert "1 file in vendor/ of no module, the first: left.example/x/x.go" in said
        assert [item.format for item in screen.exports()][-3:] == ["cache-json", "vendor-json", "programs-json"]


@pytest.mark.asyncio
async def test_a_program_is_held_beside_by_its_path(session: MadeSession, ground: DiskGround) -> None:
    ground.program("bin/app", ground.app(wrong=True))
    ground.program("testdata/other", built(dep(A, sum_=ground.copies.hashes[B]), main="other.example/x\t(devel)\t"))
    newer = ground.program("../shipped", built(dep("example.com/b@v1.3.0"), main="other.example/x\t(devel)\t"))
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert (_signs(app, A)["program"], _signs(app, B)["program"]) == ("agrees", "differs")
        assert ground.copies.hashes[A] in _says(app, B, "program")
        await press_each(pilot, "b", *"nowhere", "enter")
        assert "there is no such file or folder" in take_rows(app)
        await press_each(pilot, "escape", "b", *newer.name, "enter")
        assert session.programs == (Path("shipped"),)
        assert (_signs(app, A)["program"], _signs(app, B)["program"]) == ("not there", "other")
        assert _says(app, B, "program") == "it has v1.3.0"
        commands = disk_commands(session, project_screen(app).named_project, session.programs)
        assert commands["programs"] == "supplymatrix verify binary shipped --project svc --replay recorded"


@pytest.mark.asyncio
async def test_what_go_sum_alone_vouches_for_is_never_proven(
    ground: DiskGround, session: MadeSession, tmp_path: Path
) -> None:
    ground.copies.write_project(private=("example.com/Up",))
    app = made_app(session, AT_A)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert _signs(app, A)["cache zip"] == "as go.sum"
        await press(pilot, "d")
        assert _signs(app, A)["cache folder"] == "as go.sum"
        assert _signs(app, B)["cache folder"] == "agrees"
        assert "withheld from the log" in _says(app, A, "cache zip")


@pytest.mark.asyncio
async def test_where_one_cannot_look_the_others_do_and_why_is_told(session: MadeSession, ground: DiskGround) -> None:
    (ground.project / "go.mod").unlink()
    app = made_app(session, "project")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        found = project_screen(app).disk_found
        assert found is not None
        assert found.cache is None
        assert "go.mod" in found.faults["cache"]
        assert _signs(app, A)["cache zip"] == "not checked"
        assert _says(app, A, "cache zip") == found.faults["cache"]
        assert f"cache: not looked at: {found.faults['cache']}" in project_screen(app).plain_text(200)


@pytest.mark.asyncio
async def test_esc_stops_it_and_another_check_forgets_it(session: MadeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun = threading.Event(), threading.Event()
    real = disk_look.look_at_disk

    def slow(request: DiskRequest, on_event: OnEvent = ignore_event) -> DiskFound:
        begun.set()
        gate.wait(30)
        return real(request, on_event)

    monkeypatch.setattr(disk_look, "look_at_disk", slow)
    app = made_app(session, "project")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("d")
        begun.wait(30)
        assert "looking at the module cache" in project_screen(app).status_line.say()
        await pilot.press("down", "escape")
        await pilot.pause()
        assert project_screen(app).status_line.told == "stopped"
        gate.set()
        await settle(pilot)
        assert project_screen(app).disk_found is None
        await press(pilot, "d")
        assert project_screen(app).disk_found is not None
        await press(pilot, "r")
        assert project_screen(app).disk_found is None


@pytest.mark.asyncio
async def test_hostile_names_of_the_disk_are_text(session: MadeSession, ground: DiskGround) -> None:
    ground.vendor(extra="left.example/[red]x[/] \u202etxt/x.go")
    ground.program("bin/[b]app", ground.app(wrong=True))
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert_harmless(app)
        await press_each(pilot, "ctrl+home", "D")
        assert "[red]x[/]" in assert_harmless(app)
        assert "\u202e" not in project_screen(app).plain_text(100)


async def _found(session: MadeSession) -> tuple[SupplymatrixApp, dict[str, dict[str, str]], dict[str, str]]:
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        signs = {name: _signs(app, name) for name in (A, B)}
        screen = project_screen(app)
        view = screen.view
        assert view is not None
        signs[PROJECT] = {"disk": view.rows[0].disk.word}
        written = {item.format: item.render() for item in screen.exports() if item.format.endswith("-json")}
        return app, signs, written


def test_the_screen_says_what_the_commands_say(
    session: MadeSession, ground: DiskGround, capfd: pytest.CaptureFixture[str]
) -> None:
    ground.spoil(A)
    ground.copies.file(B, ".zip").unlink()
    ground.vendor(changed=True)
    ground.program("bin/app", ground.app(wrong=True))
    _, signs, written = asyncio.run(_found(session))
    words = {"equal": "agrees", "differs": "differs", "proven": "agrees"}
    places = {"zip": "cache zip", "folder": "cache folder", "go.mod": "cache go.mod"}
    told: dict[str, Any] = {}
    codes = {}
    for what, command in disk_commands(session, Path("svc"), ()).items():
        capfd.readouterr()
        codes[what] = run([*shlex.split(command)[1:], "--format", "json"])
        out = capfd.readouterr().out
        assert out == written[f"{what}-json"]
        told[what] = json.loads(out)
    assert codes == {"cache": 4, "vendor": 4, "programs": 4}
    assert signs[PROJECT] == {"disk": "differs"}
    for copy in told["cache"]["copies"]:
        if copy["kind"] in places:
            assert signs[f"{copy['module']}@{copy['version']}"][places[copy["kind"]]] == words[copy["state"]]
    assert signs[B]["cache zip"] == "not there"
    (program,) = told["programs"]["programs"]
    for module in program["modules"]:
        assert signs[f"{module['path']}@{module['version']}"]["program"] == words[module["state"]]
    assert signs[A]["vendor/"] == "differs"


@pytest.mark.asyncio
@pytest.mark.parametrize("no_color", [False, True])
async def test_the_tree_looks_as_it_did(no_color: bool, shots: Shots, session: MadeSession, ground: DiskGround) -> None:
    ground.spoil(A)
    ground.program("bin/app", ground.app())

    async def look(pilot: Any) -> None:  # noqa: ANN401 - Textual's own type
        await press_each(pilot, "d", "down", "n")

    await shots.check(
        "project-disk", lambda: made_app(session, "project"), size=SVG_SIZE, no_color=no_color, steps=look
    )
