"""The Chain screen: the links of an artifact, the proof of each of its modules, both heads; as `trace` tells it."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.engine.chain import ChainRequest
from supplymatrix.engine.events import ignore_event
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.trace import StepState
from supplymatrix.model.value import changed
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.binary import BinaryScreen
from supplymatrix.tui.screens.chain import NOTHING
from supplymatrix.tui.screens.chain_offers import command_of, run_chain
from supplymatrix.tui.screens.signing_words import NO_WORDS, parse_words
from supplymatrix.tui.shots import settle, take_rows
from tests.support.made_builds import built, dep
from tests.support.made_chain import COMMIT, REPOSITORY, TOOLCHAIN, A, MadeRelease, provenance_v1
from tests.support.made_log import made_hash
from tests.support.made_profile import made_profile
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.keys import has_focus, press, press_each
from tests.tui.made_app import MadeSession, made_app, made_session
from tests.tui.made_signed import ROOT, Ground, chain_screen, read, signed_session
from tests.tui.test_bad_input import EVIL, assert_harmless

WIDE, SMALL = (160, 45), (80, 24)
OTHER = "2e" * 20


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.fixture
def session(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about the release, before any event loop runs."""
    return signed_session(ground, monkeypatch)


def _broken(ground: Ground) -> None:
    """Let the provenance name another commit than the certificate and the program do."""
    bundle = ground.made.attested(provenance_v1(commit=OTHER))
    (ground.made.folder / "app.intoto.jsonl").write_bytes(bundle + b"\n")


def _states(app: Any) -> dict[str, str]:  # noqa: ANN401 - the app
    view = chain_screen(app).view
    assert view is not None
    return {row.link.id.value: row.link.state.value for row in view.links}


def _said(app: Any) -> str:  # noqa: ANN401 - the app
    return "\n".join(line.plain for line in chain_screen(app).beside.lines)


@pytest.mark.asyncio
async def test_the_chain_leads_to_the_proof_of_a_module_and_back(session: MadeSession, ground: Ground) -> None:
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        assert set(_states(app).values()) == {"verified"}
        rows = take_rows(app)
        assert "the chain holds · 8 of 8 links verified · exit 0" in rows
        assert rows.count("log, who") == 2
        assert f"of tree {ground.made.log.size}" in next(row for row in rows.split("\n") if "log, of what" in row)
        assert screen.crumbs() == ("svc/app",)
        for head in screen.view.run.heads:  # type: ignore[union-attr]
            assert f"  root        {head.root}" in _said(app)
        modules = next(row.id for row in screen.view.links if row.modules)  # type: ignore[union-attr]
        assert screen.links.go_to(modules)
        await press(pilot, "enter")
        assert screen.module is not None
        assert screen.module.id == A
        assert screen.crumbs() == ("svc/app", A)
        assert f"recorded      {made_hash(A)}" in _said(app)
        await press(pilot, "enter")
        assert screen.has_proof
        trace = screen.proof.trace
        assert trace is not None
        assert [step.state for step in trace.steps[1:6]] == [StepState.PROVEN] * 5
        assert screen.twin() == f"supplymatrix verify {A} --project svc --steps --replay svc/recorded"
        await press_each(pilot, "down", "X")
        assert screen.has_page
        await press(pilot, "escape")
        assert has_focus(app, "steps")
        await press(pilot, "escape")
        assert has_focus(app, "links")
        assert screen.module is not None
        await press(pilot, "escape")
        assert screen.opened == ""
        assert screen.row is not None
        assert screen.row.id == modules
        await press(pilot, "escape")
        assert app.place_screen is not screen


@pytest.mark.asyncio
async def test_the_go_and_the_main_module_have_their_proofs_too(session: MadeSession) -> None:
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        for link, module in (("toolchain", TOOLCHAIN), ("main-module", "github.com/corp/app@v1.2.0")):
            name = next(row.id for row in screen.view.links if row.link.id.value == link)  # type: ignore[union-attr]
            assert screen.links.go_to(name)
            await press(pilot, "enter")
            assert str(screen.proven) == module
            assert screen.proof.trace is not None
            await press(pilot, "escape")
        assert screen.links.go_to("signature 0")
        await press(pilot, "enter")
        assert has_focus(app, "beside")
        assert GITHUB_IDENTITY in _said(app)


@pytest.mark.asyncio
async def test_the_broken_link_is_where_one_begins(session: MadeSession, ground: Ground) -> None:
    _broken(ground)
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        assert _states(app)["source"] == "failed"
        assert screen.row is not None
        assert screen.row.link.id.value == "source"
        for part in ("✘ source: failed", OTHER, COMMIT, "for this, trace ends with 1"):
            assert part in _said(app)
        assert "the chain is broken at source" in take_rows(app)
        offer = screen.copy_offer()
        assert offer is not None
        assert ("link", "source") in offer.rows
        assert "✘ source" in screen.plain_text(120)


@pytest.mark.asyncio
async def test_a_module_that_is_not_the_logs_is_where_the_list_begins(session: MadeSession, ground: Ground) -> None:
    vcs = {"vcs": "git", "vcs.revision": COMMIT, "vcs.time": "2026-07-20T11:00:00Z", "vcs.modified": "false"}
    bad = "code.example/b@v1.2.0"
    data = built(dep(A), dep(bad, sum_=made_hash(A)), main="github.com/corp/app\tv1.2.0\t", settings=vcs, go="go1.26.8")
    MadeRelease(ground.made.folder, program=data).write()
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        assert screen.row is not None
        assert screen.row.link.id.value == "modules"
        await press(pilot, "enter")
        assert screen.module is not None
        assert screen.module.id == bad
        assert "✘ code.example/b@v1.2.0  differs" in take_rows(app)


@pytest.mark.asyncio
async def test_who_should_have_signed_is_asked_for_and_a_source_is_enough(session: MadeSession) -> None:
    session.signing = None
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        assert screen.view is not None
        assert screen.view.run.exit_code != 0
        await press_each(pilot, "w", "o")
        app.screen.query_one(Input).value = ROOT
        await press(pilot, "enter")
        assert _states(app)["signature"] == "not checkable"
        await press_each(pilot, "w", "s")
        app.screen.query_one(Input).value = REPOSITORY.removeprefix("https://")
        await press(pilot, "enter")
        assert set(_states(app).values()) == {"verified"}
        assert "--source github.com/corp/app" in screen.twin()
        await press_each(pilot, "w", "o")
        app.screen.query_one(Input).value = f"{ROOT} --source nowhere"
        await press(pilot, "enter")
        assert "no repository" in screen.status_line.told
        assert set(_states(app).values()) == {"verified"}


@pytest.mark.asyncio
async def test_an_artifact_is_asked_for_and_bad_ones_are_told(session: MadeSession) -> None:
    app = made_app(session, "chain")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        assert NOTHING[:40] in take_rows(app)
        for key in ("enter", "i", "X", "tab", "e", "y", "o"):
            await press(pilot, key)
        assert app.place_screen is screen
        await press(pilot, "p")
        app.screen.query_one(Input).value = "svc/app svc/go.mod"
        await press(pilot, "enter")
        assert "one at a time" in take_rows(app)
        app.screen.query_one(Input).value = "svc/app"
        await press(pilot, "enter")
        assert set(_states(app).values()) == {"verified"}
        await press(pilot, "p")
        app.screen.query_one(Input).value = "dist"
        await press(pilot, "enter")
        assert screen.status_line.is_fault
        assert screen.parts() == ("svc/app",)
        app.open_link(Link("chain", ("gone/away",)))
        await settle(pilot)
        assert "gone/away: there is no such artifact here" in screen.status_line.told


@pytest.mark.asyncio
async def test_binary_opens_the_chain_of_its_program_and_comes_back(session: MadeSession) -> None:
    app = made_app(session, "binary/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        binary = app.place_screen
        await press(pilot, "c")
        assert chain_screen(app).parts() == ("svc/app",)
        assert set(_states(app).values()) == {"verified"}
        await press(pilot, "escape")
        assert app.place_screen is binary
        assert isinstance(binary, BinaryScreen)


@pytest.mark.asyncio
async def test_hostile_programs_are_text(session: MadeSession, ground: Ground) -> None:
    text = EVIL.replace("\n", "").replace("\t", "")
    data = built(dep(f"e.example/{text}@v1.0.0"), main=f"{text}\tv1\t", settings={"vcs.revision": text})
    name = f"svc/{text.replace('/', '|')}"
    (ground.root / name).write_bytes(data)
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        app.open_link(Link("chain", (name,)))
        await settle(pilot)
        seen = assert_harmless(app)
        for key in ("end", "i", "escape", "up", "enter", "down", "enter", "escape", "escape", "tab", "y"):
            await press(pilot, key)
            seen += assert_harmless(app)
        assert "[red]x[" in seen
        assert "\x1b" not in chain_screen(app).plain_text(100)


def _without_time(told: dict[str, Any]) -> dict[str, Any]:
    """Return a report without the time at which it was made."""
    return {**told, "now": "", "replay": {**told["replay"], "time": ""}}


def test_the_screen_says_what_the_command_says(
    ground: Ground, session: MadeSession, capfd: pytest.CaptureFixture[str]
) -> None:
    _broken(ground)

    async def look() -> tuple[str, dict[str, str], list[tuple[str, str, str]], list[str]]:
        app = made_app(session, "chain/svc/app")
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
            screen = chain_screen(app)
            view = screen.view
            assert view is not None
            seen = [(row.link.id.value, row.link.state.value, row.link.says) for row in view.links]
            written = {item.format: item.render() for item in screen.exports()}
            return screen.twin(), written, seen, list(view.modules)

    twin, written, seen, modules = asyncio.run(look())
    assert twin.startswith(f"supplymatrix trace svc/app --identity {GITHUB_IDENTITY} --issuer {GITHUB_ISSUER}")
    capfd.readouterr()
    words = shlex.split(twin)[1:]
    assert run([*words, "--format", "json"]) == 1
    out = capfd.readouterr().out
    told = json.loads(out)
    assert _without_time(json.loads(written["json"])) == _without_time(told)
    assert seen == [(link["link"], link["state"], link["says"]) for link in told["links"]]
    assert len(modules) == len(told["modules"])
    assert run([*words, "-v", "--format", "text"]) == 1
    assert capfd.readouterr().out.splitlines()[:3] == written["text"].splitlines()[:3]
    assert run([*words, "--format", "markdown"]) == 1


_ALL_WORDS = (
    (
        f"{ROOT} --source github.com/corp/app --builder-identity b --builder-issuer https://i.example --bundle b.json "
        "--provenance p.json --checksums sums --archive a.tar.gz --must-have sbom,base --may-lack archive"
    ),
    f"{ROOT} --vendor acme --base ./base --base-vendor acme --platform linux/arm64 --plain-http --require sbom",
    f"{ROOT} --identity a --issuer https://i.example --base ./base --base-identity c --base-issuer https://i.example",
)


@pytest.mark.parametrize("words", _ALL_WORDS)
def test_the_screen_asks_what_the_command_asks(
    words: str, session: MadeSession, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word, the folders of profiles too, comes to the same request."""
    made_profile(ground.root / "own", mechanism='"sigstore-keyless"', issuer='"https://i.example"', identity='"x"')
    session.signing, session.folders, session.named_folders = read(words), (Path("own"),), (Path("own"),)
    asked: list[ChainRequest] = []

    def keep(request: ChainRequest, *_: object) -> None:
        asked.append(request)
        raise InputError(Diagnostic(message="asked"))

    monkeypatch.setattr("supplymatrix.engine.chain.trace_chain", keep)
    held = Path("svc")
    with pytest.raises(InputError):
        run_chain(session, "svc/app", session.signing or NO_WORDS, held, ignore_event)
    assert run(shlex.split(command_of(session, "svc/app", session.signing or NO_WORDS, held))[1:]) == 2
    screen, command = asked
    assert changed(screen, means=command.means) == command


def test_a_variable_without_its_vendor_is_refused_on_the_screen_too(session: MadeSession) -> None:
    words = parse_words("--base ./base --base-var a=b")
    with pytest.raises(InputError, match="--base-var goes with --base-vendor"):
        run_chain(session, "svc/app", words, None, ignore_event)


@pytest.mark.asyncio
async def test_an_error_goes_once_a_chain_is_shown(session: MadeSession) -> None:
    app = made_app(session, "chain/svc/app")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = chain_screen(app)
        for line, is_fault in ((f"{ROOT} --source nowhere", True), (f"{ROOT} --source github.com/corp/app", False)):
            await press_each(pilot, "w", "o")
            app.screen.query_one(Input).value = line
            await press(pilot, "enter")
            assert (screen.status_line.is_fault, bool(screen.status_line.told)) == (is_fault, is_fault)


KEYS: dict[str, tuple[str, ...]] = {"full": (), "modules": ("end", "up", "enter"), "proof": ("end", "enter")}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "size", "no_color"),
    [("full", WIDE, False), ("full", SVG_SIZE, True), *((name, SVG_SIZE, False) for name in KEYS)],
)
async def test_the_screen_looks_as_it_did(
    name: str, size: tuple[int, int], no_color: bool, shots: Shots, session: MadeSession
) -> None:
    async def look(pilot: Any) -> None:  # noqa: ANN401 - Textual's own type
        await press_each(pilot, *KEYS[name])

    make = lambda: made_app(session, "chain/svc/app")  # noqa: E731
    await shots.check(f"chain-{name}", make, size=size, no_color=no_color, steps=look)


@pytest.mark.asyncio
async def test_the_broken_chain_looks_as_it_did(shots: Shots, session: MadeSession, ground: Ground) -> None:
    _broken(ground)
    await shots.check("chain-broken", lambda: made_app(session, "chain/svc/app"), size=SVG_SIZE)


@pytest.mark.asyncio
async def test_the_empty_screen_looks_as_it_did(shots: Shots, tmp_path: Path) -> None:
    session = made_session(tmp_path)
    await shots.check("chain-empty", lambda: made_app(session, "chain"), size=SVG_SIZE)
