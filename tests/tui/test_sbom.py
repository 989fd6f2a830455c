"""The SBOM screen: keys, facets, filter, scope, links, copying, export, and names that are hostile."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shlex
from pathlib import Path

import pytest
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.engine.sbom_write import InvalidDocumentError
from supplymatrix.errors import Diagnostic
from supplymatrix.model.value import changed
from supplymatrix.sbom.document import Document
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.screens.sbom import NOTHING, SCOPES
from supplymatrix.tui.screens.sbom_rows import ALL
from supplymatrix.tui.shots import settle, take_rows
from tests.support.sbom_documents import large_document, made_component, rich_document
from tests.tui.keys import has_focus, is_on, press, press_each
from tests.tui.made_app import made_app
from tests.tui.made_project import GOOD, project_session, use_environment
from tests.tui.made_response import shop
from tests.tui.made_sbom import put_bill, sbom_app, sbom_screen, sbom_session
from tests.tui.test_bad_input import EVIL, SEEN, assert_harmless

pytestmark = pytest.mark.asyncio
USUAL = "github.example/Usual/lib@v1.5.0"
WIDE, SMALL = (160, 45), (80, 24)


async def test_the_scope_goes_round_and_the_command_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = put_bill(monkeypatch)
    app = made_app(shop(tmp_path, monkeypatch), "sbom")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        for scope in SCOPES:
            screen = sbom_screen(app)
            assert (screen.scope, screen.twin()) == (scope, f"supplymatrix sbom shop --scope {scope}")
            await press(pilot, "t")
        assert asked == ["", *SCOPES[1:], SCOPES[0]]
        await press(pilot, "ctrl+r")
        assert asked[-1] == SCOPES[0]


async def test_a_facet_leaves_its_rows_and_esc_brings_all_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sbom_app(tmp_path, monkeypatch)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = sbom_screen(app)
        assert "class of licence" not in take_rows(app)
        await press(pilot, "f")
        assert "class of licence" in take_rows(app)
        assert screen.facets.go_to("licence MIT")
        await press(pilot, "enter")
        assert has_focus(app, "table")
        assert screen.table.data.row_count == 1
        assert screen.crumbs() == ("MIT", USUAL)
        await press(pilot, "escape")
        assert (screen.facet, screen.table.data.row_count) == (ALL, 12)
        assert screen.table.current_id == USUAL


async def test_facets_are_always_seen_where_there_is_room_and_found_in_the_palette(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sbom_app(tmp_path, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        rows = take_rows(app)
        assert "class of licence" in rows
        assert "▸ git.example/acme/app" in rows
        await press_each(pilot, "f", "escape")
        assert has_focus(app, "table")
        await press_each(pilot, "tab", "tab")
        assert has_focus(app, "facets")
        await press(pilot, "tab")
        assert has_focus(app, "table")
        items = {(item.kind, item.text): item for item in sbom_screen(app).palette_items()}
        assert ("component", USUAL) in items
        go = items["facet", "licence ISC"].go
        assert callable(go)
        go()
        await settle(pilot)
        assert sbom_screen(app).facet == "licence ISC"
        await press(pilot, "question_mark")
        rows = take_rows(app)
        assert "Duties" in rows
        assert "supplymatrix sbom shop --scope built" in rows


async def test_the_filter_knows_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sbom_app(tmp_path, monkeypatch)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = sbom_screen(app)
        await press(pilot, "slash")
        for text, count in (
            ("licence:mit", 3), ("verified:proven", 5), ("usage:tests", 1), ("purl:toolchain", 1), ("usual lib", 1),
            ("class:unknown licence:acme", 1),
        ):  # fmt: skip
            screen.query_one("#filter", Input).value = text
            await pilot.pause()
            assert len(screen.table.view.rows) == count, text
        assert screen.status().notes[0] == "1 of 11 components have class:unknown licence:acme"
        await press_each(pilot, "enter", "escape", "slash")
        assert len(screen.table.view.rows) == 12
        screen.query_one("#filter", Input).value = "cpk"
        await pilot.pause()
        assert "their letters in this order" in screen.status_line.told
        screen.query_one("#filter", Input).value = "class:copyleft"
        await pilot.pause()
        assert screen.status_line.told == ""
        assert screen.status().notes[0] == "0 of 11 components have class:copyleft"


async def test_one_component_can_be_opened_copied_read_aloud_and_asked_for_its_obligations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sbom_app(tmp_path, monkeypatch, at=f"sbom/{USUAL}")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = sbom_screen(app)
        text = screen.plain_text(100)
        for part in ("class: permissive 5, ", "licence: unknown 5", "component stdlib, version 1.26.8", "told: a note"):
            assert part in text
        for key in ("/ Filter", "f Facets", "t Scope", "L Duties", "e Export"):
            assert key in take_rows(app)
        row = screen.copy_offer()
        assert row is not None
        assert "licence" in row.head
        await press(pilot, "enter")
        assert screen.has_page
        assert "SHA-512" in take_rows(app)
        offer = screen.copy_offer()
        assert offer is not None
        assert ("purl", "pkg:golang/github.example/Usual/lib@v1.5.0") in offer.rows
        assert all(name for name, _ in offer.rows)
        await press(pilot, "L")
        assert f"obligations of {USUAL}" in take_rows(app)
        await press_each(pilot, "escape", "f")
        assert has_focus(app, "facets")
        screen.facets.go_to("licence ISC")
        await press(pilot, "L")
        assert "obligations of 1 component: licence ISC" in take_rows(app)
        await press(pilot, "escape")
        assert has_focus(app, "table")


async def test_the_proof_of_a_component_is_that_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sbom_app(tmp_path, monkeypatch, at=f"sbom/{USUAL}")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "v")
        assert is_on(app, ProjectScreen)
        assert USUAL in app.place_screen.status_line.told  # type: ignore[union-attr]
        await press_each(pilot, "escape", "escape")
        sbom_screen(app).table.go_to("code.example/local")
        await press(pilot, "v")
        assert "no proof chain: local" in take_rows(app)


async def test_a_link_goes_to_its_component_whatever_hides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sbom_app(tmp_path, monkeypatch)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = sbom_screen(app)
        await press(pilot, "f")
        screen.facets.go_to("licence ISC")
        await press_each(pilot, "enter", "slash", "i")
        for part in (USUAL, "code.example/local", "fork.example/old@v1.0.1"):
            screen.open_parts((part,))
            await settle(pilot)
            assert screen.parts() == screen.link.parts == (part,)
        screen.open_parts(("example.org/gone@v1.0.0",))
        assert screen.status_line.told.endswith("no such component in scope built; t takes in more")


async def test_without_a_project_every_key_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sbom_session(tmp_path, monkeypatch)
    session.project = None
    app = made_app(session, "sbom")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert NOTHING[:40] in take_rows(app)
        for key in ("f", "t", "L", "tab", "enter"):
            await press(pilot, key)
            assert NOTHING[:40] in take_rows(app)
        assert sbom_screen(app).exports() == ()
        assert NOTHING in sbom_screen(app).plain_text(200)


async def test_ten_thousand_components_scroll_and_filter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sbom_app(tmp_path, monkeypatch, lambda: large_document(10_000))
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = sbom_screen(app)
        await press_each(pilot, "pagedown", "ctrl+end", "s")
        assert screen.table.data.row_count == 10_001
        await press_each(pilot, "slash", "9", "9", "enter", "f")
        screen.facets.go_to("licence MIT AND Apache-2.0")
        await press(pilot, "enter")
        assert screen.table.data.row_count == 2_500


@pytest.mark.parametrize(
    ("size", "keys"), [(WIDE, ("down",)), (SMALL, ("down", "enter", "escape", "L", "escape", "f", "escape", "y"))]
)
async def test_hostile_names_are_text(
    size: tuple[int, int], keys: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = sbom_app(tmp_path, monkeypatch, _evil)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        for key in keys:
            await press(pilot, key)
            seen += assert_harmless(app)
        assert SEEN in seen
        assert "\x1b" not in sbom_screen(app).plain_text(100)
        assert app.is_running


def _evil() -> Document:
    document = rich_document()
    part = made_component("code.example/x")
    licence = part.licence
    assert licence is not None
    file = changed(licence.files[0], path=EVIL, copyrights=(EVIL,))
    evil = changed(
        part, ref=EVIL, name=EVIL, version=EVIL, purl=EVIL, description=EVIL, digest_reason=EVIL, h1=EVIL,
        licence=changed(licence, declared=EVIL, concluded=EVIL, files=(file,), reason=EVIL),
    )  # fmt: skip
    edges = {**document.edges, EVIL: (EVIL,)}
    return changed(document, components=(evil, *document.components), edges=edges)


# Export.


async def test_bills_are_written_whole_and_told_with_hash_and_counts_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sbom_session(tmp_path, monkeypatch)
    app = made_app(session, "sbom")
    seen = {"7": '"specVersion": "1.7"', "s": '"spdxVersion": "SPDX-2.3"'}
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        for key, says in seen.items():
            offered = next(item for item in sbom_screen(app).exports() if item.key == key)
            await press_each(pilot, "e", key, "enter")
            text = session.written.pop(session.here / offered.file)
            assert says in text
            line = sbom_screen(app).status_line
            assert line.told.startswith(f"written to {(session.here / offered.file).resolve()} · valid · 11 components")
            assert hashlib.sha256(text.encode()).hexdigest() in line.told
            assert line.told.endswith(offered.command)
        monkeypatch.setattr("supplymatrix.engine.sbom_write.write_sbom", _refuse)
        await press_each(pilot, "e", "j", "enter")
        assert "no such licence" in sbom_screen(app).status_line.details
    assert session.written == {}


def _refuse(*_: object) -> str:
    raise InvalidDocumentError("CycloneDX", (Diagnostic(message="no such licence"),))


# The command.


async def test_the_rows_are_the_components_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = project_session(tmp_path, monkeypatch)
    session.environ = {**session.environ, "PATH": str(tmp_path)}  # neither go nor git: the same on every machine
    use_environment(session, monkeypatch)
    monkeypatch.setenv("HOME", session.environ["HOME"])
    app = made_app(session, f"sbom/{GOOD}")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        view, command = sbom_screen(app).view, sbom_screen(app).twin()
    assert view is not None
    code = await asyncio.to_thread(run, shlex.split(command)[1:])
    bom = json.loads(capsys.readouterr().out)
    others = sorted(part["bom-ref"] for part in bom["components"])
    assert [row.component.ref for row in view.rows] == [bom["metadata"]["component"]["bom-ref"], *others]
    # Nothing of it is built, and nobody has said what should be seen: this is its whole build list.
    assert (view.exit_code, view.document.scope.value, view.is_offered) == (code, "all", True)
    states = {row.component.name: row.state.word for row in view.rows}
    assert states["example.com/tampered"] == "differs"
    assert states["corp.example/secret"] == "private"
    assert states["example.com/lib0"] == "proven"
