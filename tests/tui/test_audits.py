"""The Audits screen: parts and their rows, ways to the function, commands, files, work that is stopped or breaks."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.engine.audit_parts import AuditPart, AuditSubject, PartRun
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vulns_run import VulnRun
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.audits import AuditsScreen
from supplymatrix.tui.screens.audits_offers import PARTS, commands_for
from supplymatrix.tui.shots import settle, take_rows
from supplymatrix.tui.widgets.details import Details
from supplymatrix.tui.widgets.line_list import LineList
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.keys import has_focus, press, press_each
from tests.tui.made_app import made_app
from tests.tui.made_audits import CALLED, audits_app, audits_screen, audits_session, made_runs, vulnerability
from tests.tui.test_bad_input import EVIL, SEEN, assert_harmless
from tests.tui.test_twins import _parsed

SMALL, WIDE = (80, 24), (120, 40)
ADVISORIES = 5_000
WHY = "'WHY, in 12 characters or more'"


def _details(app: SupplymatrixApp) -> str:
    return "\n".join(line.plain for line in audits_screen(app).query_one("#details", Details).lines)


def _said(app: SupplymatrixApp) -> str:
    """Return the details in one line, however they are wrapped."""
    return " ".join(_details(app).split())


def _heads(screen: AuditsScreen) -> list[str]:
    return [row.text.plain for row in screen.query_one("#list", LineList).rows if row.is_head]


@pytest.mark.asyncio
async def test_the_parts_lead_to_their_rows_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = audits_app(tmp_path, monkeypatch)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = audits_screen(app)
        rows = take_rows(app)
        assert [item.parts for item in screen.items] == [(name,) for name in PARTS]
        assert "✘ known vulnerabilities   3 errors, 1 warning, 1 note, 1 waived, 1 not known" in rows
        assert "unreviewed" not in rows
        assert screen.twin() == "supplymatrix audit shop"
        await press(pilot, "enter")
        assert _heads(screen)[:4] == [
            "a function at fault is called or linked in",
            "a package at fault is taken in",
            "only the module is required",
            "by entries that nobody has reviewed",
        ]
        assert screen.link == Link("audits", ("vulns", CALLED))
        assert screen.twin() == "supplymatrix audit vulns shop"
        for text in ("module     lib.example/parse v1.2.0", "└─► lib.example/parse/inner", "by the call graph",
                     "    └─► lib.example/parse.Parse", "Go vulnerability database, 2026-11-20 (newest entry)",
                     "published 2026-11-02, first seen here 2026-11-20", "CVE-2026-0001", "error[SM301]"):  # fmt: skip
            assert text in _details(app)
        await press_each(pilot, "enter")
        assert has_focus(app, "details")
        assert "a function at fault is called or linked in\n" not in take_rows(app)  # the details have the room
        await press(pilot, "escape")
        assert has_focus(app, "list")
        await press(pilot, "down")
        assert "~ GO-2026-0003" in _details(app)
        assert "waived by ada@shop.example until 2026-12-20: only the tests of a tool use it" in _said(app)
        assert "vulnerable_code_not_in_execute_path" in _details(app)
        await press(pilot, "f")
        assert {item.cells["level"] for item in screen.shown} == {"error", "warning"}
        await press(pilot, "escape")
        assert "no go.mod of lib.example/b is here" in {item.cells["says"] for item in screen.shown}
        await press(pilot, "n")
        assert screen.parts() == ("fips", "program bin/shop")
        await press_each(pilot, "N", "N")
        assert screen.opened == "path"
        await press(pilot, "escape")
        assert screen.current is not None
        assert (screen.opened, screen.current.parts) == ("", ("path",))
        await press(pilot, "escape")
        assert app.place_screen is not screen


@pytest.mark.asyncio
async def test_each_part_tells_its_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = audits_app(tmp_path, monkeypatch, "audits/fips")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = audits_screen(app)
        for text in (
            "family     Go's own module",
            "v9.9.9: certified, CMVP #5247 (as of 2026-11-01)",
            "mode       fips140=on",
            "claims     GOFIPS140=v1.0.0 is recorded",
            "code       functions of the frozen module",
            "defeated   ✘ GODEBUG=fips140=off is set (Dockerfile:9)",
            "needs      a kernel",
            "beside it  ! crypto/md5: MD5; linked",
        ):
            assert text in _details(app)
        await app_at(app, "sources")
        drawn = _details(app)
        for text in (
            "└─► goproxy.shop.example",
            "│ it fails in any way ( | )",
            "! mirror.example (module proxy): 1 name",
            "private: git.other.example/secret",
            "from environment",
        ):
            assert text in drawn
        assert drawn.index("mirror.example (module") < drawn.index(
            "goproxy.shop.example (module"
        )  # private names first
        assert "lib.example/tests" not in screen.plain_text(120)
        await press(pilot, "t")
        assert "lib.example/tests" in screen.plain_text(120)
        assert screen.query_one("#list", LineList).go_to("host mirror.example (module proxy) this machine")
        await settle(pilot)
        assert screen.twin() == "supplymatrix audit leaks shop --scenario tidy"
        await app_at(app, "cgo")
        said = screen.plain_text(120)
        for text in ("GPL-3.0-or-later", "position of the FSF: GPL FAQ", "(others hold the contrary)", "SM4", "netgo",
                     "run it as a program of its own"):  # fmt: skip
            assert text in said
        await app_at(app, "credentials")
        assert "24 characters, begins with tr0u, SHA-256 a1b2c3d4…" in screen.plain_text(120)
        await app_at(app, "path")
        said = screen.plain_text(120)
        assert "floats · ended 2026-08-11 · Dockerfile:1:1 and 1 more" in said
        assert "at         ci/Dockerfile:1:1" in said
        assert screen.written_at() == (Path("shop/Dockerfile"), 1)


async def app_at(app: SupplymatrixApp, part: str) -> None:
    """Go to a part of the screen, and wait for it."""
    from textual.pilot import Pilot

    app.open_link(Link("audits", (part,)))
    await settle(Pilot(app))


@pytest.mark.asyncio
async def test_commands_and_files_are_those_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = audits_session(tmp_path, monkeypatch)
    app = made_app(session, f"audits/vulns/{CALLED}")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = audits_screen(app)
        commands = commands_for(session, screen.view, screen.current, screen.named_project)
        assert commands[:3] == (
            "supplymatrix fix plan shop --advisory GO-2026-0001",
            "supplymatrix fix plan shop",
            f"supplymatrix waive GO-2026-0001 lib.example/parse@v1.2.0 shop --reason {WHY} --owner WHO --expires 30d",
        )
        waived = next(item for item in screen.items if "0003" in item.id)
        assert not any(
            "waive " in command for command in commands_for(session, screen.view, waived, screen.named_project)
        )
        for command in commands:
            _parsed(command)
        copied: list[str] = []
        monkeypatch.setattr(app, "_copy", lambda _screen, text, *_: copied.append(text))
        await press_each(pilot, "c", "enter")
        assert copied == ["supplymatrix fix plan shop --advisory GO-2026-0001"]
        for name in PARTS:
            await app_at(app, name)
            for export in screen.exports():
                _parsed(export.command)
                text = export.render()
                assert json.loads(text)["schema"] if export.file.endswith(".json") else text
        await app_at(app, "vulns")
        await press_each(pilot, "e", "j")
        app.screen.query_one(Input).value = "out.json"
        await press(pilot, "enter")
        assert json.loads(session.written[Path("out.json")])["exit_code"] == 3
        assert "same as: supplymatrix audit vulns shop --format json=out.json" in screen.status_line.told


@pytest.mark.asyncio
async def test_what_is_stopped_was_not_looked_at_and_enter_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, asked = threading.Event(), list[str]()

    def slow(_: AuditSubject) -> PartRun:
        asked.append("fips")
        gate.wait(30)
        return made_runs()[AuditPart.FIPS]

    app = audits_app(tmp_path, monkeypatch, looks={AuditPart.FIPS: slow})
    async with app.run_test(size=SMALL) as pilot:
        while not asked:
            await pilot.pause(0.01)
        screen = audits_screen(app)
        await pilot.pause()
        assert "FIPS 140-3              is being looked at" in take_rows(app)
        await pilot.press("escape")
        await pilot.pause()
        assert list(screen.views) == ["vulns"]
        assert screen.status().notes == ("1 of 6 looked at",)
        assert take_rows(app).count("not looked at") >= 5
        gate.set()
        await settle(pilot)
        assert list(screen.views) == ["vulns"]  # nobody waits for it any more
        await press_each(pilot, "end", "enter")
        assert sorted(screen.views) == ["path", "vulns"]
        await press(pilot, "ctrl+r")
        assert list(screen.views) == ["path", *(name for name in PARTS if name != "path")]  # what is open comes first


@pytest.mark.asyncio
async def test_an_audit_that_breaks_is_a_gap_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: AuditSubject) -> PartRun:
        raise InputError(Diagnostic(message="this is no program", artifact="bin/x", remedy="name another"))

    def faulty(_: AuditSubject) -> PartRun:
        raise RuntimeError("oh\x1b[31m")

    looks = {AuditPart.VULNS: broken, AuditPart.CGO: faulty}
    app = audits_app(tmp_path, monkeypatch, looks=looks)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = audits_screen(app)
        assert list(screen.views) == list(PARTS)
        assert "? known vulnerabilities   1 not known" in assert_harmless(app)
        assert "audit vulns: bin/x: this is no program" in _details(app)
        assert screen.exports() == ()
        await app_at(app, "cgo")
        assert "a fault of supplymatrix itself: RuntimeError: oh" in _details(app)
        await app_at(app, "nothing")
        assert "nothing: there is no such audit" in screen.status_line.told
        assert screen.opened == "cgo"


def _many(_: AuditSubject) -> VulnRun:
    run = made_runs()[AuditPart.VULNS]
    assert isinstance(run, VulnRun)
    base = vulnerability(1, "lib.example/parse")
    return changed(
        run, vulnerabilities=tuple(changed(base, advisory=f"GO-2025-{number:05}") for number in range(ADVISORIES))
    )


@pytest.mark.asyncio
async def test_five_thousand_advisories_scroll_and_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = audits_app(tmp_path, monkeypatch, "audits/vulns", {AuditPart.VULNS: _many})
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = audits_screen(app)
        assert len(screen.items) > ADVISORIES
        await press_each(pilot, "pagedown", "G", "up", "home")
        assert screen.parts() == ("vulns", "GO-2025-00000 in lib.example/parse@v1.2.0")
        await press_each(pilot, "slash", "0", "4", "9", "9", "9", "enter")
        assert [item.id.split()[0] for item in screen.shown] == ["GO-2025-04999"]


def _evil(_: AuditSubject) -> VulnRun:
    run = made_runs()[AuditPart.VULNS]
    assert isinstance(run, VulnRun)
    bad = changed(
        vulnerability(1, "lib.example/parse"), summary=EVIL, chain=(EVIL, EVIL * 40), symbols=(EVIL,), notes=(EVIL,),
        fixed=EVIL, severity=EVIL, aliases=(EVIL,), url=f"https://e.example/{EVIL}", program=EVIL,
    )  # fmt: skip
    return changed(
        run, vulnerabilities=(bad, bad), notes=(EVIL,), gaps=(changed(run.gaps[0], reason=EVIL, wanted=EVIL),)
    )


@pytest.mark.asyncio
async def test_hostile_advisories_are_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = audits_app(tmp_path, monkeypatch, looks={AuditPart.VULNS: _evil})
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        for key in ("enter", "enter", "escape", "down", "end", "c", "escape", "escape"):
            await press(pilot, key)
            seen += assert_harmless(app)
        await pilot.resize_terminal(61, 17)
        await settle(pilot)
        seen += assert_harmless(app)
        assert SEEN in seen
        assert "\x1b" not in audits_screen(app).plain_text(80)


@pytest.mark.asyncio
async def test_findings_of_audits_stand_together_on_project_and_lead_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.tui.made_project import project_session

    session = project_session(tmp_path, monkeypatch)
    policy = tmp_path / "svc" / "lift.toml"
    policy.write_text(f"{policy.read_text(encoding='utf-8')}\n[path]\n", encoding="utf-8")
    (tmp_path / "svc" / "Dockerfile").write_text("FROM debian:latest\n", encoding="utf-8")
    monkeypatch.setattr("supplymatrix.engine.audit_parts._LOOKS", {
        part: lambda _, run=run: run for part, run in made_runs().items()
    })  # fmt: skip
    app = made_app(session, "project")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        verdict = "\n".join(line.plain for line in app.screen.query_one("#verdict", Details).lines)
        assert "vendor path: 1 warning · a shows all of it" in verdict
        assert verdict.index("vendor path:") < verdict.index("warn[SM804]")
        await press(pilot, "a")
        assert audits_screen(app).opened == "path"
        await press_each(pilot, "escape", "escape")
        assert app.place_screen is not None
        assert app.place_screen.PLACE == "project"


KEYS: dict[str, tuple[str, ...]] = {
    "path": ("enter", "enter"),
    "card": ("down", "enter"),
    "sources": ("down", "down", "down", "enter"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize(("size", "no_color"), [(SVG_SIZE, True), (WIDE, False)])
async def test_the_screen_looks_as_it_did(
    size: tuple[int, int], no_color: bool, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = audits_app(tmp_path, monkeypatch)
    await shots.check("audits-full", lambda: app, size=size, no_color=no_color)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", list(KEYS))
async def test_the_parts_look_as_they_did(
    name: str, shots: Shots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = audits_app(tmp_path, monkeypatch)

    async def steps(pilot: Any) -> None:  # noqa: ANN401 - Textual's pilot
        await press_each(pilot, *KEYS[name])

    await shots.check(f"audits-{name}", lambda: app, size=SVG_SIZE, steps=steps)
