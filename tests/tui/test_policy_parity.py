"""What the Policy screen says is what `policy show --resolved` and `check` say, by the commands that it names."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.main import run
from supplymatrix.model.rule import Level
from supplymatrix.tui.screens.policy import PolicyScreen
from supplymatrix.tui.screens.policy_rows import PolicyRows, level_text, waterfall_lines
from supplymatrix.tui.shots import settle
from tests.tui.keys import press
from tests.tui.made_app import made_app
from tests.tui.made_policy import policy_session
from tests.tui.made_project import use_environment

_WAIVED = """
[[waivers]]
rule = "SM203"
package = "example.com/young"
reason = "we follow it closely"
owner = "team-a"
expires = 2027-01-31
"""


Document = dict[str, Any]


async def _json(command: str, capsys: pytest.CaptureFixture[str]) -> Document:
    capsys.readouterr()
    _, *words = shlex.split(command)
    await asyncio.to_thread(run, [*words, "--format", "json"])
    found: Document = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.asyncio
@pytest.mark.parametrize("alarm", [False, True])
async def test_rules_levels_origins_findings_and_points_are_those_of_the_commands(
    alarm: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = policy_session(tmp_path, monkeypatch, alarm=alarm, more=_WAIVED)
    use_environment(session, monkeypatch)
    app = made_app(session, "policy/SM202")
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, PolicyScreen)
        rows, show = screen.rows, screen.twin()
        await press(pilot, "tab")
        check = screen.twin()
        await press(pilot, "tab")
        score = screen.twin()
    assert rows is not None
    _same_rules(rows, await _json(show, capsys))
    told = await _json(check, capsys)
    found = Counter((item["rule"], item["status"]) for item in told["findings"])
    assert found == {
        (row.rule.id, status): number
        for row in rows.rows
        for status, number in (("fail", row.found if row.level is not Level.OFF else 0), ("waived", row.waived))
        if number
    }
    _same_score(rows, told["verdict"])
    (explained,) = (await _json(score, capsys))["subjects"]
    assert score == "supplymatrix score shop --explain --replay recorded"
    assert Fraction(explained["score"]["low"]) == Fraction(told["verdict"]["score"]["low"]["exact"])
    points = [line.plain for line in waterfall_lines(rows, 80)]
    named = [point["rule"] for point in explained["next_points"][:6]]
    seen = [rule for line in points[-len(named) :] for rule in named if f"  {rule} " in line and line[0] == "+"]
    assert seen == ([] if alarm else named), "while an alarm caps the score nothing else brings a point"


def _same_rules(rows: PolicyRows, shown: Document) -> None:
    assert {
        row.rule.id: (level_text(row), (row.origin.artifact, row.origin.line) if row.origin else None)
        for row in rows.rows
    } == {
        item["rule"]: (item["level"], (item["origin"]["file"], item["origin"]["line"]) if item["origin"] else None)
        for item in shown["rules"]
    }


def _same_score(rows: PolicyRows, verdict: Document) -> None:
    score = verdict["score"]
    shares = {share["rule"]: share for share in score["contributions"]}
    whole = sum(share["weight"] for share in shares.values())
    for row in rows.rows:
        share = shares.get(row.rule.id)
        lost = Fraction(100 * share["weight"], whole) - Fraction(share["low"]["exact"]) if share else 0
        assert row.lost == lost, row.rule.id
    assert rows.reckoned is not None
    assert rows.reckoned.score is not None
    assert verdict["outcome"] == rows.reckoned.outcome.value
    low = Fraction(score["low"]["exact"])
    assert low == rows.reckoned.score.low
    caps = sum(Fraction(cap["low"]["exact"]) for cap in score["caps"])
    assert 100 - sum(row.lost for row in rows.rows) + caps == low


@pytest.mark.asyncio
async def test_every_export_is_what_its_command_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = policy_session(tmp_path, monkeypatch)
    use_environment(session, monkeypatch)
    app = made_app(session, "policy")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, PolicyScreen)
        offered = {export.format: export for export in screen.exports()}
    assert set(offered) == {"policy", "policy-json", "check", "check-json", "sarif", "markdown", "score", "score-json"}
    written = json.loads(offered["policy-json"].render())
    told = await _json(offered["policy-json"].command.partition(" --format json")[0], capsys)
    assert written == told
    checked = json.loads(offered["check-json"].render())
    told = await _json(offered["check-json"].command.replace(" --format json=check.json", ""), capsys)
    assert checked["verdict"]["score"] == told["verdict"]["score"]
    assert checked["findings"] == told["findings"]
