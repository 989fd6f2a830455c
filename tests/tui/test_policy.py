"""The Policy screen: levels, waivers and mended modules tried and taken back, and lift.toml written after a yes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from supplymatrix.engine import policy_case, policy_files
from supplymatrix.engine.check import CheckRequest
from supplymatrix.engine.events import OnEvent, ignore_event
from supplymatrix.engine.project_run import ProjectRun, run_project
from supplymatrix.errors import TrustError
from supplymatrix.model.rule import Level, Status
from supplymatrix.model.value import changed
from supplymatrix.model.verdict import Outcome
from supplymatrix.policy.what_if import Reckoned
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link, format_link
from supplymatrix.tui.screens.policy import PolicyScreen
from supplymatrix.tui.screens.policy_dialogs import Confirm, WaiverForm
from supplymatrix.tui.screens.policy_rows import bars_of
from supplymatrix.tui.shots import render_shot, settle, take_rows
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from supplymatrix.tui.widgets.picker import Ask, Menu
from tests.tui.keys import has_focus, is_on, press, press_each
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_policy import ALARM, LIFT, policy_session

NARROW = (80, 24)
FORK, YOUNG = "example.com/lib", "example.com/young@v0.0.0-20260101000000-0123456789ab"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    return policy_session(tmp_path, monkeypatch)


def _screen(app: SupplymatrixApp) -> PolicyScreen:
    screen = app.place_screen
    assert isinstance(screen, PolicyScreen)
    return screen


def _now(app: SupplymatrixApp) -> Reckoned:
    rows = _screen(app).rows
    assert rows is not None
    assert rows.reckoned is not None
    return rows.reckoned


def _low(app: SupplymatrixApp) -> float:
    score = _now(app).score
    assert score is not None
    return float(score.low)


def _level(app: SupplymatrixApp, rule: str) -> Level:
    rows = _screen(app).rows
    assert rows is not None
    return rows.by_id[rule].level


def _told(app: SupplymatrixApp) -> str:
    return _screen(app).status_line.say()


def _written(session: MadeSession) -> dict[Path, str]:
    """Let what is written reach the disk, too, as the command line has it."""

    def write(path: Path, text: str) -> None:
        session.written[path] = text
        path.write_text(text, encoding="utf-8")

    session.write = write
    return session.written


def _fill(form: Screen[Any], **texts: str) -> None:
    for name, text in texts.items():
        form.query_one(f"#{name}", Input).value = text


async def _at(pilot: Pilot[Any], *keys: str) -> None:
    await settle(pilot)
    await press_each(pilot, *keys)


# levels


@pytest.mark.asyncio
async def test_space_turns_a_rule_off_and_the_score_follows_at_once_and_is_undone(session: MadeSession) -> None:
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        before = _now(app)
        assert before.outcome is Outcome.FAIL
        await press(pilot, "space")
        assert _level(app, "SM202") is Level.OFF
        assert _now(app).outcome is Outcome.PASS
        assert _told(app).startswith("SM202 off ▸ 99.1 ✔ PASS")
        await press(pilot, "space")
        assert _now(app) == before
        await press(pilot, "Z")
        assert _level(app, "SM202") is Level.OFF
        await press(pilot, "Z", "Z")
        assert "nothing to undo" in _told(app)
        await press(pilot, "R", "R", "R")
        assert "nothing to redo" in _told(app)
        assert _now(app) == before


@pytest.mark.asyncio
async def test_c_goes_through_the_levels(session: MadeSession) -> None:
    app = made_app(session, "policy/SM203")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        seen = []
        for _ in range(4):
            await press(pilot, "c")
            seen.append(_level(app, "SM203"))
        assert seen == [Level.ERROR, Level.OFF, Level.NOTE, Level.WARN]
        rows = _screen(app).rows
        assert rows is not None
        assert rows.trial.is_empty, "the level that it has is nothing that is tried"


@pytest.mark.asyncio
async def test_alarms_have_no_other_level_and_broken_input_is_never_off(session: MadeSession) -> None:
    app = made_app(session, "policy/SM110")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "space")
        assert _told(app) == "SM110 is an alarm: no policy can lower it"
        await press(pilot, "c")
        assert _told(app) == "SM110 is an alarm: no policy can lower it"
        app.open_link(Link("policy", ("SM104",)))
        await press(pilot, "space")
        assert "it cannot be off" in _told(app)
        await press(pilot, "c")
        assert _level(app, "SM104") is Level.NOTE


@pytest.mark.asyncio
async def test_what_is_tried_stays_while_one_is_somewhere_else(session: MadeSession) -> None:
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "space", "0", "8")
        assert _level(app, "SM202") is Level.OFF
        assert "1 tried, Z undoes" in _told(app)
        await press(pilot, "Z")
        assert _level(app, "SM202") is Level.ERROR


# waivers and mended modules


@pytest.mark.asyncio
async def test_a_finding_is_waived_for_a_try_and_not_written_without_a_reason(session: MadeSession) -> None:
    app = made_app(session, f"policy/SM202/{FORK}")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert has_focus(app, "findings")
        await press(pilot, "space")
        assert [item.status for item in _now(app).judged["SM202"]] == [Status.WAIVED]
        assert _now(app).outcome is Outcome.PASS
        await press(pilot, "w")
        assert "has no reason and no owner" in _told(app)
        assert not is_on(app, Confirm)
        await press(pilot, "D")
        assert "\n".join(line.plain for line in app.screen.query_one(Details).lines).count("no owner") == 1
        await press(pilot, "escape")
        await press(pilot, "space")
        assert _now(app).outcome is Outcome.FAIL


@pytest.mark.asyncio
async def test_another_version_of_a_module_is_tried_and_is_nothing_that_is_written(session: MadeSession) -> None:
    app = made_app(session, f"policy/SM203/{YOUNG}")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        before = _low(app)
        await press(pilot, "b")
        assert _low(app) > before
        assert "go get example.com/young@" in _told(app)
        assert "↻ mended" in take_rows(app)
        await press(pilot, "w")
        assert "go get example.com/young@VERSION" in _told(app)
        await press(pilot, "b")
        assert _low(app) == before


@pytest.mark.asyncio
async def test_nobody_waives_or_mends_an_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = made_app(policy_session(tmp_path, monkeypatch, alarm=True), f"policy/SM110/{ALARM}")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _now(app).outcome is Outcome.ALARM
        assert "cap" in [bar.name for bar in _bars(app)]
        for key, says in (
            ("space", "nobody can waive it"),
            ("b", "no what-if takes it away"),
            ("W", "nobody can waive"),
        ):
            await press(pilot, key)
            assert says in _told(app), key
        assert _now(app).outcome is Outcome.ALARM


def _bars(app: SupplymatrixApp) -> tuple[Any, ...]:
    rows = _screen(app).rows
    assert rows is not None
    return bars_of(rows)


@pytest.mark.asyncio
@pytest.mark.parametrize("alarm", [False, True])
async def test_the_numbers_of_the_waterfall_add_up(
    alarm: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = made_app(policy_session(tmp_path, monkeypatch, alarm=alarm), "policy")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        base, *taken, total = _bars(app)
        assert base.tenths + sum(bar.tenths for bar in taken) == total.tenths
        score = _now(app).score
        assert score is not None
        assert total.tenths == score.low * 10 // 1
        rows = _screen(app).rows
        assert rows is not None
        assert 100 - sum(row.lost for row in rows.rows) - sum(cap[1] for cap in score.caps) == score.low


@pytest.mark.asyncio
async def test_the_form_says_at_each_field_what_is_wrong_and_its_waiver_is_tried(session: MadeSession) -> None:
    app = made_app(session, f"policy/SM202/{FORK}")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "W")
        form = app.screen
        assert isinstance(form, WaiverForm)
        given = {
            name: form.query_one(f"#{name}", Input).value for name in ("rule", "package", "replacement", "expires")
        }
        target = "fork.example/lib@v1.0.1"
        assert given == {"rule": "SM202", "package": FORK, "replacement": target, "expires": "2027-02-23"}
        assert has_focus(app, "reason"), "the first field that is empty"
        _fill(form, reason="short")
        await press(pilot, "enter")
        says = {name: str(form.query_one(f"#{name}-says", Static).content) for name in ("reason", "owner", "expires")}
        assert says["reason"] == "✘ the reason is too short to be one; 12 characters or more"
        assert says["owner"] == "✘ this is missing"
        assert says["expires"] == "the last day on which it holds"
        _fill(form, reason="short but long enough", owner="team-a", expires="soon")
        await press(pilot, "enter")
        assert "this is no day" in str(form.query_one("#expires-says", Static).content)
        _fill(form, expires="2028-02-23")
        await press(pilot, "enter")
        assert "at most: " in str(form.query_one("#expires-says", Static).content)
        _fill(form, expires="2027-02-23")
        await press(pilot, "enter")
        assert is_on(app, PolicyScreen)
        assert _now(app).outcome is Outcome.PASS
        waiver = _now(app).judged["SM202"][0].waiver
        assert waiver is not None
        assert (waiver.reason, waiver.owner, str(waiver.expires)) == ("short but long enough", "team-a", "2027-02-23")


@pytest.mark.asyncio
async def test_the_form_is_left_without_a_waiver(session: MadeSession) -> None:
    app = made_app(session, f"policy/SM202/{FORK}")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "W", "down", "up", "escape")
        assert is_on(app, PolicyScreen)
        assert _now(app).outcome is Outcome.FAIL


@pytest.mark.asyncio
async def test_a_key_that_is_held_in_a_menu_chooses_once(session: MadeSession) -> None:
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "e")
        for _ in range(5):  # all of them are there before the first is answered
            app.screen.post_message(events.Key("m", "m"))
        await settle(pilot)
        assert isinstance(app.screen, Ask)
        await press(pilot, "escape")
        assert is_on(app, PolicyScreen)
        assert _level(app, "SM202") is Level.ERROR


# writing


@pytest.mark.asyncio
async def test_levels_and_waivers_are_written_after_the_difference_was_shown(session: MadeSession) -> None:
    written = _written(session)
    app = made_app(session, "policy/SM203")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "c", "tab", "W")
        _fill(app.screen, reason="we follow it closely", owner="team-a")
        await press(pilot, "enter")
        await press(pilot, "w")
        assert "Enter writes lift.toml" in take_rows(app)
        shown = [line.plain for line in app.screen.query_one(Details).lines]
        for line in ('-pseudo-version = "warn"', '+pseudo-version = "error"', "+[[waivers]]", '+owner = "team-a"'):
            assert line in shown, line
        await press(pilot, "escape")
        assert written == {}
        await press(pilot, "w", "enter")
        text = written[Path("shop/lift.toml")]
        assert text.startswith(LIFT.replace('pseudo-version = "warn"', 'pseudo-version = "error"')), "no other byte"
        await press(pilot, "Z")
        assert _told(app) == "nothing to undo: it is in shop/lift.toml now"
        rows = _screen(app).rows
        assert rows is not None
        assert rows.trial.is_empty
        assert (rows.by_id["SM203"].before, rows.by_id["SM203"].waived) == (Level.ERROR, 1)
        await press(pilot, "W")
        assert "waived already, in lift.toml:" in _told(app)


@pytest.mark.asyncio
async def test_a_file_that_has_changed_meanwhile_is_not_written_over(session: MadeSession, tmp_path: Path) -> None:
    app = made_app(session, "policy/SM203")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "c")
        (tmp_path / "shop" / "lift.toml").write_text(LIFT + "# more\n")
        await press(pilot, "w")
        assert "the file has changed since it was read" in _told(app)
        assert session.written == {}
        screen = _screen(app)
        assert screen.has_page
        said = "\n".join(line.plain for line in screen.page.lines)
        assert "read it again (Ctrl+R), and try again" in said, "whole, not cut"
        await press(pilot, "escape")
        assert (screen.has_page, screen.status_line.told) == (False, "")


@pytest.mark.asyncio
async def test_no_level_goes_below_that_of_the_policy_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lift = 'extends = ["org.toml"]\n\n[policy]\nname = "shop"\n'
    app = made_app(policy_session(tmp_path, monkeypatch, lift=lift), "policy/SM202")
    levels = 'allow_loosen = ["sumdb"]\n[rules]\nSM202 = "error"\nSM203 = "warn"\n'
    (tmp_path / "shop" / "org.toml").write_text(f'[policy]\nname = "org"\n{levels}')
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for key, level in (("space", "off"), ("c", "warn")):
            await press(pilot, key)
            assert _level(app, "SM202") is Level.ERROR
            assert _told(app) == f"SM202 cannot be {level}: shop/org.toml:5 asks for error at least"
        app.open_link(Link("policy", ("SM203",)))
        await press(pilot, "c")
        assert _level(app, "SM203") is Level.ERROR
        await press(pilot, "c")
        assert _level(app, "SM203") is Level.WARN, "off and note are left out"


@pytest.mark.asyncio
async def test_a_policy_above_on_another_machine_is_taken_where_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    above = b'[policy]\nname = "org"\nallow_loosen = ["sumdb"]\n[rules]\nSM203 = "note"\n'
    digest = hashlib.sha256(above).hexdigest()
    lift = f'extends = ["https://policies.example/org.toml#sha256={digest}"]\n[policy]\nname = "shop"\n'
    session = policy_session(tmp_path, monkeypatch, lift=lift)
    session.allow_remote_policy = True
    monkeypatch.setattr(policy_files, "_fetched", lambda *_: above)
    monkeypatch.setattr(policy_files, "_keep", lambda *_: None)
    app = made_app(session, "policy/SM203")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _level(app, "SM203") is Level.NOTE
        await press_each(pilot, "c", "w")
        assert is_on(app, Confirm)
        await press_each(pilot, "escape", "tab")
        assert _screen(app).twin().startswith("supplymatrix check shop --allow-remote-policy")
        assert session.network_again().endswith(" --allow-remote-policy")
        session.allow_remote_policy = False
        await press(pilot, "ctrl+r")
        assert "--allow-remote-policy lets it be fetched" in "\n".join(line.plain for line in _screen(app).page.lines)


@pytest.mark.asyncio
async def test_nothing_is_written_where_nothing_was_tried(session: MadeSession) -> None:
    app = made_app(session, "policy")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "w")
        assert "nothing was tried" in _told(app)
        await press(pilot, "n")
        assert "is there already" in _told(app)


@pytest.mark.asyncio
async def test_a_project_without_a_policy_is_offered_some_and_gets_one_after_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = policy_session(tmp_path, monkeypatch, lift=None)
    written = _written(session)
    app = made_app(session, "policy")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        starters = _screen(app).query_one("#starters", LineList)
        assert {"baseline", "log-verified", "strict-module-integrity"} <= {row.id for row in starters.rows}
        assert "There is no lift.toml" in take_rows(app)
        assert _screen(app).twin() == "supplymatrix policy init shop"
        await press(pilot, "escape")
        assert "sum-missing" in take_rows(app), "the rules of the preset that stands for one"
        await press(pilot, "n")
        starters.go_to("baseline")
        await press(pilot, "enter")
        assert 'preset = "baseline"' in take_rows(app)
        await press(pilot, "escape")
        assert written == {}
        await press_each(pilot, "enter", "enter")
        assert 'preset = "baseline"' in written[Path("shop/lift.toml")]
        assert not _screen(app).has_class("-starting")
        case = _screen(app).case
        assert case is not None
        assert case.view.policy.preset == "baseline"


# where one is, and what is given away


@pytest.mark.asyncio
async def test_links_lead_to_rules_and_findings(session: MadeSession) -> None:
    app = made_app(session, "policy")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert _screen(app).parts() == ("SM202",), "the rule that costs most"
        app.open_link(Link("policy", ("SM203", YOUNG)))
        await settle(pilot)
        assert format_link(_screen(app).link) == f"policy/SM203/{YOUNG}"
        assert _screen(app).twin() == "supplymatrix check shop --replay recorded"
        await press(pilot, "escape")
        assert _screen(app).parts() == ("SM203",)
        assert _screen(app).twin() == "supplymatrix policy show shop --resolved"
        app.open_link(Link("policy", ("SM999",)))
        await settle(pilot)
        assert "there is no such rule" in _told(app)
        app.open_link(Link("policy", ("SM203", "nobody")))
        await settle(pilot)
        assert "says nothing of it" in _told(app)


@pytest.mark.asyncio
async def test_panes_are_turned_over_and_a_finding_is_opened(session: MadeSession) -> None:
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "enter")
        assert has_focus(app, "findings")
        await press(pilot, "enter")
        assert "is replaced by fork.example/lib@v1.0.1" in take_rows(app)
        assert "shop/go.mod:" in take_rows(app)
        await press_each(pilot, "escape", "tab")
        assert "min 90" in take_rows(app)
        await press(pilot, "shift+tab")
        assert has_focus(app, "findings")
        await press_each(pilot, "escape", "home")
        assert has_focus(app, "table")
        app.open_link(Link("policy", ("SM101",)))
        await press(pilot, "enter")
        assert "explain SM101" in take_rows(app), "of a rule that found nothing all that is known of it"


@pytest.mark.asyncio
async def test_places_copies_and_palette_are_of_what_is_looked_at(session: MadeSession) -> None:
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen = _screen(app)
        assert screen.written_at() == (Path("shop/lift.toml"), 7)
        assert any(item.text == "SM202 replace-fork" for item in screen.palette_items())
        await press(pilot, "y")
        assert is_on(app, Menu)
        await press_each(pilot, "escape", "tab")
        assert screen.written_at() == (Path("shop/go.mod"), 15)
        offer = screen.copy_offer()
        assert offer is not None
        assert offer.rows[0][:3] == ("SM202", "fails", FORK)
        app.open_link(Link("policy", ("SM101",)))
        await settle(pilot)
        assert screen.written_at() == (Path("shop/lift.toml"), 1), "a level of a preset is in no file of the project"
        await press(pilot, "p")
        assert is_on(app, Ask)


@pytest.mark.asyncio
async def test_without_a_project_nothing_can_be_tried(session: MadeSession) -> None:
    session.project = None
    app = made_app(session, "policy")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "space", "c", "b", "W", "w", "Z", "tab")
        assert "no project is open" in _screen(app).plain_text(80)


@pytest.mark.asyncio
async def test_where_the_log_lied_as_a_whole_there_is_nothing_to_try(
    session: MadeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lied(request: CheckRequest, on_event: OnEvent = ignore_event) -> ProjectRun:
        found = run_project(request, on_event)
        return changed(found, audit=None, run=None, lie=TrustError("two heads that do not fit"))

    monkeypatch.setattr(policy_case, "run_project", lied)
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=NARROW) as pilot:
        await _at(pilot, "space", "c", "b", "W")
        assert _told(app) == "there is no verdict here that anything could change"
        assert "the log has lied" in take_rows(app)
        assert "replace-fork" in take_rows(app), "levels and where they are written are known all the same"
        assert _screen(app).exports() == ()
        await press(pilot, "w")
        assert "nothing was tried" in _told(app)


def test_a_file_that_is_no_toml_is_shown_with_line_and_caret(session: MadeSession, tmp_path: Path) -> None:
    (tmp_path / "shop" / "lift.toml").write_text('[policy]\nname = "shop\n')
    shown = render_shot(made_app(session, "policy"), "txt", NARROW).decode()
    assert "lift.toml:2" in shown
    assert "^" in shown
    assert "Ctrl+O opens the file there" in shown


def test_as_linear_text_there_is_all_of_it(session: MadeSession) -> None:
    text = render_shot(made_app(session, "policy"), "plain", NARROW).decode()
    for part in (
        "✘ FAIL · 98.5 of 90 needed",
        "SM202 replace-fork: error (",
        "- fails: example.com/lib:",
        "score   98.5",
    ):
        assert part in text, part
