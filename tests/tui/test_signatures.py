"""The Signatures screen: artifacts, who signed, every step, links, the policy; as the `verify` commands tell it."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from supplymatrix.cli.main import run
from supplymatrix.model.signature import SignedAs
from supplymatrix.tui.links import Link
from supplymatrix.tui.screens.signatures import NOTHING
from supplymatrix.tui.shots import settle, take_rows
from tests.support.made_oci import MadeOci
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, SIGN_PREDICATE, github_fields, statement
from tests.tui.conftest import SVG_SIZE, Shots
from tests.tui.keys import has_focus, press, press_each
from tests.tui.made_app import MadeSession, made_app, made_session
from tests.tui.made_signed import ROOT, WHO, Ground, chain_screen, signatures_screen, signed_session
from tests.tui.test_bad_input import EVIL, SEEN, assert_harmless

WIDE, SMALL = (160, 45), (80, 24)
STATES = {"dist/good": "signed", "dist/other": "refused", "dist/plain": "not signed", "dist/wrong": "ALARM"}


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.fixture
def session(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about dist/, before any event loop runs."""
    return signed_session(ground, monkeypatch, artifacts=("dist",))


@pytest.fixture
def unasked(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return the same, where nobody has said who should have signed."""
    return signed_session(ground, monkeypatch, words="", artifacts=("dist",))


def _states(app: Any) -> dict[str, str]:  # noqa: ANN401 - the app
    view = signatures_screen(app).view
    assert view is not None
    return {row.id: row.sign.word for row in view.rows}


async def _answer(pilot: Any, text: str, *keys: str) -> None:  # noqa: ANN401 - Textual's own type
    """Press keys, and answer what is then asked for."""
    await press_each(pilot, *keys)
    pilot.app.screen.query_one(Input).value = text
    await press(pilot, "enter")


def _said(app: Any) -> str:  # noqa: ANN401 - the app
    return "\n".join(line.plain for line in signatures_screen(app).beside.lines)


@pytest.mark.asyncio
async def test_every_file_of_a_folder_has_a_verdict_and_every_step_is_there(session: MadeSession) -> None:
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert _states(app) == STATES
        assert screen.crumbs() == ("dist/good",)
        rows = take_rows(app)
        assert "✘ 1 ALARM · ✘ 1 refused · ✘ 1 not signed · ✔ 1 signed · exit 4 · 4 artifacts" in rows
        assert screen.row is not None
        assert screen.row.who == GITHUB_IDENTITY
        assert f"{screen.row.entry:,}" in rows
        text = _said(app)
        for part in (GITHUB_IDENTITY, f"issuer        {GITHUB_ISSUER}", "✔ log proof", "✔ certificate", "trusted root"):
            assert part in text
        await press(pilot, "down")
        assert "✘ identity" in _said(app)
        assert "  expected    " in _said(app)
        assert "  found    " in _said(app)
        assert screen.row.who.startswith("https://github.com/evil/")
        await press(pilot, "enter")
        assert screen.has_page
        await press_each(pilot, "escape", "escape")
        assert app.place_screen is not screen


@pytest.mark.asyncio
async def test_failures_alone_filter_copy_and_panes(session: MadeSession) -> None:
    app = made_app(session, "signatures")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        await press(pilot, "f")
        assert screen.table.data.row_count == 3
        await press(pilot, "slash")
        screen.query_one("#filter", Input).value = "state:signed"
        await pilot.pause()
        await press(pilot, "enter")
        screen.query_one("#filter", Input).value = "artifact:nothing"
        await settle(pilot)
        assert "hidden by the filter artifact:nothing and f (failures only): Esc shows all again" in _said(app)
        await press_each(pilot, "escape", "escape", "tab")
        assert has_focus(app, "beside")
        offer = screen.copy_offer()
        assert offer is not None
        assert ("", "asked for", f"{GITHUB_IDENTITY}, by {GITHUB_ISSUER}") in offer.rows
        assert {item.text for item in screen.palette_items()} == set(STATES)


@pytest.mark.asyncio
async def test_nobody_named_is_told_and_judged_by_nobody(unasked: MadeSession) -> None:
    session = unasked
    app = made_app(session, "signatures/dist/good")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert screen.row is not None
        assert screen.row.id == "dist/good"
        await _answer(pilot, "svc/trusted_root.json", "w", "t")
        await _answer(pilot, ROOT, "w", "o")
        assert _states(app) == {**STATES, "dist/good": "not judged", "dist/other": "not judged"}
        assert screen.twin().endswith("--trusted-root svc/trusted_root.json --engine native --who")
        assert GITHUB_IDENTITY in _said(app)
        assert "✔" not in take_rows(app).split("\n")[2]
        await press_each(pilot, "w", "f")
        assert _states(app) == STATES
        assert session.signing is not None
        assert session.signing.all("--identity") == (GITHUB_IDENTITY,)
        await press_each(pilot, "w", "n")
        assert _states(app)["dist/good"] == "not judged"


@pytest.mark.asyncio
async def test_an_identity_is_asked_for_with_its_issuer(unasked: MadeSession) -> None:
    session = unasked
    app = made_app(session, "signatures/dist/good")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press_each(pilot, "w", "i", "enter")
        assert "an identity is missing" in take_rows(app)
        await _answer(pilot, GITHUB_IDENTITY)
        assert GITHUB_ISSUER in take_rows(app)  # offered, and taken by Enter alone
        await press(pilot, "enter")
        assert session.signing is not None
        assert session.signing.text == f"--identity {GITHUB_IDENTITY} --issuer {GITHUB_ISSUER}"
        assert _states(app)["dist/good"] == "refused"  # the public root knows nothing of this CA
        await press_each(pilot, "w", "i", "enter")  # the identity as it was, and then another issuer, typed
        await press_each(pilot, *"https", "colon", *("slash", "slash"), "x", "enter")
        assert session.signing.text == f"--identity {GITHUB_IDENTITY} --issuer https://x"
        await _answer(pilot, "nowhere.pem", "w", "k")
        assert "there is no such file" in take_rows(app)


@pytest.mark.asyncio
async def test_what_cannot_be_used_is_told_and_what_was_shown_stays(session: MadeSession, ground: Ground) -> None:
    (ground.root / "bad.pem").write_text("{")
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        before = session.signing
        await _answer(pilot, "bad.pem", "w", "k")
        assert "bad.pem" in screen.status_line.told
        assert screen.status_line.is_fault
        assert _states(app) == STATES
        assert session.signing == before
        await press_each(pilot, "w", "o")
        assert "--key bad.pem" in app.screen.query_one(Input).value  # what was typed is there to be mended
        await _answer(pilot, "--identitty x")
        assert "there is no such option" in take_rows(app)
        assert "--identity" in take_rows(app)
        await _answer(pilot, "dist/gone", "escape", "escape", "p")
        assert "there is no such file" in take_rows(app)
        await _answer(pilot, "dist/good.sigstore.json")
        assert list(_states(app)) == ["dist/good"]
        assert session.artifacts == ("dist/good.sigstore.json",)


@pytest.mark.asyncio
async def test_a_trusted_root_that_cannot_be_read_is_told_and_nothing_is_signed(
    session: MadeSession, ground: Ground
) -> None:
    (ground.root / "bad.json").write_text("{")
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await _answer(pilot, "bad.json", "w", "t")
        assert "signed" not in _states(app).values()
        assert "not had: D" in take_rows(app)
        await press(pilot, "D")
        assert "bad.json" in take_rows(app)


@pytest.mark.asyncio
async def test_links_and_a_link_to_what_is_not_there(session: MadeSession) -> None:
    session.artifacts = ()
    app = made_app(session, "signatures/dist/plain")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert _states(app) == {"dist/plain": "not signed"}
        assert session.artifacts == ()
        app.open_link(Link("signatures", ("dist/good",)))
        await settle(pilot)
        assert screen.parts() == ("dist/good",)
        app.open_link(Link("signatures", ("gone/away",)))
        await settle(pilot)
        assert "gone/away: there is no such artifact here" in screen.status_line.told
        await press(pilot, "c")
        assert chain_screen(app).parts() == ("dist/good",)


@pytest.mark.asyncio
async def test_the_policy_names_artifacts_and_signers(session: MadeSession, ground: Ground) -> None:
    ground.ask_in_policy()
    session.signing, session.artifacts = None, ()
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert _states(app) == {"svc/app": "signed"}
        assert screen.twin() == "supplymatrix check svc --replay svc/recorded"
        assert GITHUB_IDENTITY in take_rows(app)
        await press(pilot, "e")
        assert "in the report of: supplymatrix check svc" in screen.status_line.told
        await _answer(pilot, "dist", "p")
        assert _states(app) == {"svc/app": "signed", **STATES}
        assert "--artifact dist/good" in screen.twin()
        await _answer(pilot, WHO, "w", "o")
        assert screen.twin().startswith("supplymatrix verify blob dist/good")


@pytest.mark.asyncio
async def test_an_artifact_of_the_policy_that_is_not_there_is_told(session: MadeSession, ground: Ground) -> None:
    ground.ask_in_policy('[[signatures.artifact]]\npath = "gone"\n')
    session.signing, session.artifacts = None, ()
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "? 1 not had" in take_rows(app)
        await press(pilot, "D")
        assert "the file is not there" in take_rows(app)


@pytest.mark.asyncio
async def test_images_in_a_layout_and_files_are_two_commands(session: MadeSession, ground: Ground) -> None:
    store = MadeOci()
    image = store.image("app", tag="v1")
    bundle = ground.made.sigstore.keyless_dsse(
        statement({"": image[7:]}, SIGN_PREDICATE, {}), fields=github_fields()
    )  # fmt: skip
    store.bundle(image, bundle)
    store.write(ground.root / "layout")
    session.artifacts = ("dist/good", "layout")
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert set(_states(app).values()) == {"signed"}
        assert screen.twin().startswith("supplymatrix verify blob dist/good --identity")
        await press(pilot, "down")
        assert screen.twin().startswith("supplymatrix verify image ./layout --identity")
        assert screen.row is not None
        assert ("sha256", image[7:]) in screen.row.artifact.digests


@pytest.mark.asyncio
async def test_no_registry_is_asked_when_offline(session: MadeSession) -> None:
    session.offline, session.replay = True, None
    app = made_app(session, "signatures/registry.example%2Fapp:v1")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        view = signatures_screen(app).view
        assert view is not None
        assert view.rows[-1].artifact.state is SignedAs.UNDECIDED
        assert "offline" in _said(app)
        assert "--offline" in signatures_screen(app).twin()


@pytest.mark.asyncio
async def test_without_artifacts_it_says_what_to_do(tmp_path: Path) -> None:
    app = made_app(made_session(tmp_path), "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        assert "no artifact is named" in take_rows(app)
        for key in ("enter", "i", "f", "c", "tab", "escape"):
            await press(pilot, key)
        screen = signatures_screen(app)
        assert NOTHING in screen.plain_text(200)
        assert screen.exports() == ()


@pytest.mark.asyncio
async def test_hostile_artifacts_are_text(session: MadeSession, ground: Ground) -> None:
    name = EVIL.replace("\n", "").replace("/", "|")
    ground.put(name, ground.made.signed(f"{name}\n".encode(), identity="https://e.example/[red]x[/]\x1b[31m"))
    session.artifacts = ("dist",)
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        seen = assert_harmless(app)
        for key in ("ctrl+home", "i", "escape", "tab", "down", "y", "escape", "w", "escape", "c", "escape"):
            await press(pilot, key)
            seen += assert_harmless(app)
        assert SEEN.replace("/", "|")[:5] in seen
        assert "\x1b" not in signatures_screen(app).plain_text(100)


def _stricter(ground: Ground) -> None:
    """Let the policy ask more of the artifact than who signed it, and let it have none of that."""
    ground.ask_in_policy()
    more = 'builders = ["https://other.example/*"]\nslsa_level = 3\nsource = "https://github.com/corp/other"\n'
    ground.made.policy.write_text(ground.made.policy.read_text().replace("[signatures]\n", f"[signatures]\n{more}"))


def test_the_policy_finds_what_check_finds(
    session: MadeSession, ground: Ground, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is signed as asked, and is not as the policy asks, is no ✔ on the screen."""
    _stricter(ground)
    session.signing, session.artifacts = None, ("dist/good",)

    async def look() -> tuple[str, dict[str, str], set[str], str, str]:
        app = made_app(session, "signatures")
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
            screen = signatures_screen(app)
            assert screen.view is not None
            words = {word.says for row in screen.view.rows for word in row.by_policy}
            return screen.twin(), _states(app), words, _said(app), take_rows(app)

    twin, states, words, said, rows = asyncio.run(look())
    assert states == {"svc/app": "not allowed", "dist/good": "missing"}
    assert "✘ 1 missing · ✘ 1 not allowed" in rows
    for rule in ("SM507", "SM508", "SM509"):
        assert rule in said
    capfd.readouterr()
    assert run([*shlex.split(twin)[1:], "--format", "json"]) == 1
    told = json.loads(capfd.readouterr().out)
    found = {one["message"] for project in _projects(told) for one in project["findings"] if "SM5" in one["rule"]}
    assert words == found


def _projects(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [told] if "findings" in told else told["projects"]


@pytest.mark.asyncio
async def test_the_chain_of_an_image_of_an_index_is_that_images(session: MadeSession, ground: Ground) -> None:
    store = MadeOci()
    images = {name: store.image(name, platform=name) for name in ("linux/amd64", "linux/arm64")}
    index = store.index(images, tag="v1")
    store.write(ground.root / "layout")
    session.artifacts, session.replay = ("layout",), None
    assert session.signing is not None
    session.signing = session.signing.with_(("--all-platforms", ""))
    app = made_app(session, "signatures")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        assert set(_states(app)) == {"./layout", "./layout (linux/amd64)", "./layout (linux/arm64)"}
        for name, digest in (("./layout (linux/arm64)", images["linux/arm64"]), ("./layout", index)):
            assert screen.table.go_to(name)
            await press(pilot, "c")
            view = chain_screen(app).view
            assert view is not None
            assert f"sha256:{view.run.sha256}" == digest
            assert shlex.split(chain_screen(app).twin())[2].endswith(f"@{digest}")
            await press(pilot, "escape")


def test_a_file_that_is_called_like_a_digest_is_a_file(
    session: MadeSession, ground: Ground, capfd: pytest.CaptureFixture[str]
) -> None:
    name = f"sha256:{'ab' * 32}"
    (ground.root / name).write_bytes(b"x")
    session.artifacts = (f"./{name}", name)
    twin, written, seen = _facts(session, "signatures")
    assert list(seen) == [f"./{name}", name]
    words = shlex.split(twin)[1:]
    assert words[2:4] == [f"./{name}", name]
    capfd.readouterr()
    run([*words, "--format", "json"])
    out = capfd.readouterr().out
    assert out == written["json"]
    assert [one["kind"] for one in json.loads(out)["artifacts"]] == ["file", "digest"]


@pytest.mark.asyncio
async def test_an_error_goes_once_something_is_shown_and_a_vendors_answer_is_there(session: MadeSession) -> None:
    app = made_app(session, "signatures/dist/good")
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        screen = signatures_screen(app)
        await _answer(pilot, f"{ROOT} --vendor nobody", "w", "o")
        assert "no profile of this vendor" in screen.status_line.told
        await _answer(pilot, f"{ROOT} --vendor docker", "w", "o")
        assert (screen.status_line.told, screen.status_line.is_fault) == ("", False)
        assert screen.row is not None
        assert screen.row.artifact.vendor_answer
        assert "really?" in _said(app)
        assert screen.row.artifact.vendor_answer in _said(app)


def _facts(session: MadeSession, at: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    async def look() -> tuple[str, dict[str, str], dict[str, Any]]:
        app = made_app(session, at)
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
            screen = signatures_screen(app)
            view = screen.view
            assert view is not None
            seen = {
                row.id: (row.artifact.state.value, row.who, row.entry, [step.says for step in row.told.steps]
                         if row.told is not None else [])
                for row in view.rows
            }  # fmt: skip
            return screen.twin(), {item.format: item.render() for item in screen.exports()}, seen

    return asyncio.run(look())


@pytest.mark.parametrize(("words", "code"), [(WHO, 4), (ROOT, 4)])
def test_the_screen_says_what_the_command_says(
    words: str, code: int, ground: Ground, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    twin, written, seen = _facts(signed_session(ground, monkeypatch, words=words, artifacts=("dist",)), "signatures")
    capfd.readouterr()
    assert run([*shlex.split(twin)[1:], "--format", "json"]) == code
    out = capfd.readouterr().out
    assert out == written["json"]
    told = {
        one["name"]: (one["state"], next((found for found in one["signatures"] if found["signer"]), None))
        for one in json.loads(out)["artifacts"]
    }
    assert {name: state for name, (state, *_) in seen.items()} == {name: state for name, (state, _) in told.items()}
    for name, (_, who, entry, steps) in seen.items():
        signature = told[name][1]
        assert who == (signature["signer"]["identity"] if signature else "")
        assert entry == (signature["log"][0]["index"] if signature and signature["log"] else -1)
        assert steps == ([step["says"] for step in signature["steps"]] if signature else [])
    assert run([*shlex.split(twin)[1:], "-v", "--format", "text"]) == code
    assert capfd.readouterr().out.splitlines()[0] == written["text"].splitlines()[0]


KEYS: dict[str, tuple[str, ...]] = {"full": (), "refused": ("down",), "who": ("w",)}


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

    make = lambda: made_app(session, "signatures")  # noqa: E731
    await shots.check(f"signatures-{name}", make, size=size, no_color=no_color, steps=look)


@pytest.mark.asyncio
async def test_the_empty_screen_looks_as_it_did(shots: Shots, tmp_path: Path) -> None:
    session = made_session(tmp_path)
    await shots.check("signatures-empty", lambda: made_app(session, "signatures"), size=SVG_SIZE)
