"""What the Project screen says of a row is what `check` and `verify --steps` say, by the commands that it names."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.cli.main import run
from supplymatrix.engine import project_run
from supplymatrix.engine.check import CheckRequest
from supplymatrix.model.value import value
from supplymatrix.reports.registry import render_survey
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.screens.project_rows import PROJECT
from supplymatrix.tui.shots import settle, take_rows
from tests.support.log_server import LogServer
from tests.support.made_log import made_hash, write_project
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_project import (
    EVIL,
    GOOD,
    LOG,
    PRIVATE,
    PROVEN,
    UNKNOWN,
    project_session,
    recorded_answers,
    use_environment,
)

Prepare = Callable[[MadeSession, Path], None]
_OF_CHECK = {"proven": "proven", "private": "private", "not-checked": "unchecked"}
"""The state of a row by that of a go.sum line in the report; all others are failures."""
_WORST_LAST = ("proven", "private", "unchecked", "failed")


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs, and its environment for commands."""
    made = project_session(tmp_path, monkeypatch)
    use_environment(made, monkeypatch)
    return made


def _as_made(session: MadeSession, folder: Path) -> None:
    """Leave the project as it is made: one line differs, one module is private."""
    del session, folder


def _appended(text: str) -> Prepare:
    def prepare(session: MadeSession, folder: Path) -> None:
        del session
        write_project(folder, LOG, "", PROVEN[:4])
        with (folder / "go.sum").open("a", encoding="utf-8") as file:
            file.write(text)

    return prepare


def _not_logged(session: MadeSession, folder: Path) -> None:
    del session
    line = f"{UNKNOWN.replace('@', ' ')} {made_hash(UNKNOWN)}\n"
    write_project(folder, LOG, "", [*PROVEN[:3], UNKNOWN], go_sum=LOG.go_sum(*PROVEN[:3]) + line)


def _unanswered(session: MadeSession, folder: Path) -> None:
    session.replay = None
    with LogServer(recorded_answers(LOG)) as server:
        write_project(folder, LOG, server.url, PROVEN[:3])
        project_run.run_project(CheckRequest(paths=(folder,), means=session.means()))
    write_project(folder, LOG, server.url, PROVEN[:4])
    session.offline = True


def _proofs(change: Callable[[bytes], bytes]) -> Prepare:
    def prepare(session: MadeSession, folder: Path) -> None:
        del session
        write_project(folder, LOG, "", PROVEN[:4])
        assert run(["prove", "svc", "--replay", "recorded", "--quiet"]) == 0
        file = folder / "go.sum.proof"
        before = file.read_bytes()
        file.write_bytes(change(before))
        assert file.read_bytes() != before

    return prepare


def _other_record(data: bytes) -> bytes:
    """Return proofs of a record that the log never had: a character of its hash is another one."""
    good = made_hash(GOOD)
    at = data.index(good.encode()) + 5
    return data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


_TWO_FIELDS = "example.com/lib0 v1.0.0\n"
CASES: Mapping[str, tuple[Prepare, int, Mapping[str, str]]] = {
    "differs, private": (_as_made, 4, {"example.com/tampered@v1.2.3": "failed", PRIVATE: "private", GOOD: "proven"}),
    "two fields": (_appended(_TWO_FIELDS), 2, {GOOD: "failed", PROVEN[1]: "proven"}),
    "two fields of go.mod": (_appended("example.com/lib0 v1.0.0/go.mod\n"), 2, {GOOD: "failed", PROVEN[1]: "proven"}),
    "no algorithm": (_appended("example.com/lib0 v1.0.0 zzz\n"), 2, {GOOD: "failed", PROVEN[1]: "proven"}),
    "another algorithm": (_appended("example.com/lib0 v1.0.0 h9:zzz=\n"), 0, {GOOD: "failed"}),
    "two hashes": (_appended(f"example.com/lib0 v1.0.0 {EVIL}\n"), 4, {GOOD: "failed"}),
    "a faulty line alone": (_appended("example.com/alone v1.0.0\n"), 2, {"example.com/alone@v1.0.0": "failed"}),
    "a merge conflict": (_appended("<<<<<<< HEAD\n"), 2, {GOOD: "proven", PROJECT: "failed"}),
    "an ignored line": (
        _appended("example.com/lib0 v1.0.0/go.mod h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=\n"), 0,
        {GOOD: "proven", PROJECT: "proven"},
    ),
    "not logged": (_not_logged, 1, {UNKNOWN: "failed", GOOD: "proven"}),
    "unanswered": (_unanswered, 3, {PROVEN[3]: "unchecked", GOOD: "proven", PROJECT: "unchecked"}),
    "changed proofs": (_proofs(_other_record), 4, {GOOD: "proven", PROJECT: "failed"}),
    "cut proofs": (_proofs(lambda data: data[: len(data) // 2]), 2, {GOOD: "proven", PROJECT: "failed"}),
}  # fmt: skip


def _states_beside(chain: Mapping[str, Any]) -> set[str]:
    """Return the states that a row may have beside a chain: "not checked" is never a pass."""
    if any(step["state"] == "failed" for step in chain["steps"]):
        return {"failed"}
    return {"proven"} if chain["steps"][0]["state"] == "proven" else {"unchecked", "private", "no line"}


def _states_of_report(report: Mapping[str, Any]) -> dict[str, str]:
    """Return the worst state of each module version in the report of `check`."""
    found: dict[str, str] = {}
    for line in report["go_sum"]:
        name, state = f"{line['module']}@{line['version']}", _OF_CHECK.get(line["state"], "failed")
        found[name] = max(found.get(name, "proven"), state, key=_WORST_LAST.index)
    return found


@value
class _Shown:
    """What the screen shows. chains: the states of the steps; check, verify: the commands that it names, by row."""

    exit_code: int
    states: Mapping[str, str]
    failing: frozenset[str]
    chains: Mapping[str, list[str]]
    report: Mapping[str, Any]
    check: str
    verify: Mapping[str, str]


async def _look(session: MadeSession, exit_code: int) -> _Shown:
    app = made_app(session, "project")
    verify, chains = {}, {}
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, ProjectScreen)
        view = screen.view
        assert view is not None
        assert view.found.survey is not None
        check = screen.twin()
        assert f"exit {exit_code} ·" in take_rows(app)
        for row in view.rows[1:]:
            assert screen.table.go_to(row.id)
            await settle(pilot)
            assert ("nothing is wrong with it" in take_rows(app)) is (row.state == "proven" and not row.judged)
            screen._see("-see-chain")
            await settle(pilot)
            verify[row.id] = screen.twin()
            trace = screen.chain.trace
            assert trace is not None
            assert trace.was_asked is bool(row.lines)  # what has a faulty line alone, a check asks nobody about
            chains[row.id] = [step.state.value for step in trace.steps]
        return _Shown(
            exit_code=view.found.exit_code,
            states={row.id: row.state for row in view.rows},
            failing=frozenset(row.id for row in view.failures),
            chains=chains,
            report=json.loads(render_survey(view.found.survey, "json")),
            check=check,
            verify=verify,
        )


@pytest.mark.parametrize("name", CASES)
def test_a_row_is_as_bad_as_its_chain_and_as_the_check(
    name: str, session: MadeSession, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prepare, exit_code, expected = CASES[name]
    prepare(session, tmp_path / "svc")
    capfd.readouterr()
    shown = asyncio.run(_look(session, exit_code))
    states = shown.states
    assert {row: states[row] for row in expected} == expected
    assert shown.failing or exit_code in (0, 3)
    assert shown.failing >= {row for row, state in states.items() if state == "failed" and row != PROJECT}

    assert run([*shlex.split(shown.check)[1:], "--format", "json"]) == exit_code == shown.exit_code
    report = json.loads(capfd.readouterr().out)
    assert {**report, "now": ""} == {**shown.report, "now": ""}
    of_check = _states_of_report(report)
    for module, command in shown.verify.items():
        code = run([*shlex.split(command)[1:], "--format", "json"])
        chain = json.loads(capfd.readouterr().out)
        assert code == chain["exit_code"]
        if module in of_check:
            assert shown.chains[module] == [step["state"] for step in chain["steps"]], module
        assert states[module] in _states_beside(chain), (module, chain["says"])
        assert (states[module] == "failed") is (code in (1, 2, 4)), module
        if states[module] != "failed":
            assert states[module] == of_check[module], module


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["a merge conflict", "changed proofs", "cut proofs"])
async def test_where_no_module_fails_the_project_is_what_f_and_n_lead_to(
    name: str, session: MadeSession, tmp_path: Path
) -> None:
    CASES[name][0](session, tmp_path / "svc")
    app = made_app(session, f"project/{PROVEN[1]}")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, ProjectScreen)
        await pilot.press("escape")
        assert "no module fails, the project does: " in take_rows(app)
        await pilot.press("n")
        await settle(pilot)
        assert screen.table.current_id == PROJECT
        assert "failure 1 of 1" in take_rows(app)
        await pilot.press("f")
        await settle(pilot)
        assert screen.only_failures
        assert screen.table.view.rows == screen.table.view.rows[:1]
        assert "no module fails, the project does: " in screen.status_line.say()
        assert "no module fails, the project does: " in screen.plain_text(100)
