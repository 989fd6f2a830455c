"""The user's editor: which words start it, and that keys meant for it do not end the app."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from supplymatrix.tui.editing import editor_command, run_editor
from supplymatrix.tui.screens.project import ProjectScreen
from supplymatrix.tui.shots import settle
from tests.tui.made_app import MadeSession, made_app
from tests.tui.made_project import PRIVATE, TAMPERED, project_session

_FILE = Path("lift.toml")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ["vi", "+3", "lift.toml"]),
        ({"EDITOR": "nano -w"}, ["nano", "-w", "+3", "lift.toml"]),
        ({"EDITOR": "nano", "VISUAL": "'/my tools/code' --wait"}, ["/my tools/code", "--wait", "lift.toml"]),
        ({"EDITOR": "/usr/bin/vim", "VISUAL": "  "}, ["/usr/bin/vim", "+3", "lift.toml"]),
    ],
)
def test_the_editor_is_the_one_that_was_named(environ: dict[str, str], words: list[str]) -> None:
    assert editor_command(environ, _FILE, 3) == words


def test_a_file_is_never_an_option() -> None:
    assert editor_command({}, Path("-c:q")) == ["vi", "./-c:q"]


@pytest.mark.parametrize("editor", ['vi "', "''", "\\"])
def test_what_is_no_command_is_named(editor: str) -> None:
    with pytest.raises(ValueError, match="EDITOR is no command"):
        editor_command({"EDITOR": editor}, _FILE)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGQUIT"])
def test_a_key_that_ends_programs_ends_the_editor_alone(name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    script = (
        f"import os, signal; n = signal.{name}; d = signal.getsignal(n); os.kill(os.getppid(), n); "
        "signal.signal(n, signal.SIG_DFL); os._exit(7 if d is signal.SIG_IGN else 0)"
    )
    assert run_editor([sys.executable, "-c", script]) == 0
    assert signal.getsignal(number) is before


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session that is about the made project, before any event loop runs."""
    return project_session(tmp_path, monkeypatch)


@pytest.mark.asyncio
async def test_a_module_is_edited_where_its_finding_points(session: MadeSession) -> None:
    app = made_app(session, "project")
    async with app.run_test(size=(160, 45)) as pilot:
        await settle(pilot)
        screen = app.place_screen
        assert isinstance(screen, ProjectScreen)
        for module in (TAMPERED, PRIVATE):
            screen.table.go_to(module)
            await settle(pilot)
            assert screen.parts() == (module,)
            place = screen.written_at()
            assert place is not None
            text = (session.here / place[0]).read_text(encoding="utf-8").splitlines()[place[1] - 1]
            assert text.split()[0] == module.partition("@")[0]
