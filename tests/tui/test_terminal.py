"""The app in a pseudo-terminal: terminals that vanish, signals, sizes, an editor, hostile text, files of state."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from benchmarks.terminal import Terminal
from supplymatrix.engine.screen_state import NO_STATE, Opened, read_screen_state, remember, write_screen_state
from tests.support.data import REPO
from tests.support.made_log import made_hash

pytestmark = [
    pytest.mark.slow,
    # a child that is only ever replaced by another program is safe to fork beside threads
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]

PATIENCE = 20  # seconds for anything to happen: a watchdog, and no measure
TYPED, GONE = b"\x11", b"\x1b[?1049l"
STATE = ".local/state/supplymatrix/screens.json"
_PROGRAM = (sys.executable, "-m", "supplymatrix")
_BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
EVIL = "[red]x[/red] [@click=app.quit]y[/] \x1b]0;title\x07 \x1b[31mred \u202etxt \x9b2J"
_ROUND = (
    b"3", b"\x1b[B", b" ", b"\x1b[B", b"\r", b"\x1b", b"D", b"\x1b", b"\x10", b"red", b"\x1b", b"?", b"\x1b",
    b"1", b"D", b"\x1b", b"5", b"D", b"\x1b", b"8", b"9", b"\r", b"\x1b", b"D", b"\x1b",
)  # fmt: skip
_EVIL_SEQUENCES = (b"\x1b]0;", b"\x1b[31mred", b"\x9b", b"\x1b[2J")


class Tty(Terminal):
    """The program in a terminal of its own that is read for a text, changes its size and may go away."""

    def __init__(
        self, home: Path, *words: str, command: tuple[str, ...] = _PROGRAM, size: tuple[int, int] = (100, 30),
        **more: str,
    ) -> None:  # fmt: skip
        """Start it. home: its home folder; more: variables of its environment."""
        self.whole = b""
        super().__init__((*command, *words), size=size, env=environ_of(home, **more))
        self._code: int | None = None

    def until(self, wanted: str) -> bytes:
        """Read until a text comes; return all that was read since the last call. Fails where it does not come."""
        end, text = time.monotonic() + PATIENCE, wanted.encode()
        found = b""
        while text not in found:
            assert time.monotonic() < end, f"{wanted!r} never came: {found[-2_000:]!r}"
            if select.select([self.file], [], [], 1)[0]:
                got = self._read()
                assert got, f"ended before {wanted!r}: {found[-2_000:]!r}"
                found += got
        return found

    def rest(self, quiet: float) -> None:
        """Read until nothing has come for so many seconds."""
        while select.select([self.file], [], [], quiet)[0] and self._read():
            pass

    def _read(self) -> bytes:
        got = super()._read()
        self.whole += got
        return got

    def type(self, keys: bytes) -> None:
        """Write keys."""
        os.write(self.file, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Become another size; the kernel tells the program."""
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Be gone, as a window that is closed."""
        os.close(self.file)
        self.file = -1

    def code(self) -> int:
        """Return what the program ends with; fails where it does not end."""
        end = time.monotonic() + PATIENCE
        while self._code is None and time.monotonic() < end:
            if self.file >= 0 and select.select([self.file], [], [], 0.05)[0]:
                self._read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        assert self._code is not None, f"did not end: {self.whole[-2_000:]!r}"
        return self._code

    def give_up(self) -> None:
        """End the program, if it still goes on, and the terminal."""
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.file >= 0:
            os.close(self.file)


def environ_of(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a machine with nothing on it."""
    kept = {
        name: text for name, text in os.environ.items()
        if not name.startswith(("XDG_", "SUPPLYMATRIX_", "NO_COLOR", "TEXTUAL", "GO", "COLUMNS", "LINES"))
    }  # fmt: skip
    return {**kept, "HOME": str(home), "GOENV": "off", "PYTHONPATH": str(REPO), **more}


@pytest.fixture
def ttys() -> Iterator[list[Tty]]:
    """Keep the terminals of a test, and end what it leaves."""
    found: list[Tty] = []
    yield found
    for tty in found:
        tty.give_up()


# A terminal that goes away, and signals.


@pytest.mark.parametrize("place", ["claims", "matrix"])
def test_a_terminal_that_vanishes_ends_the_app_and_keeps_its_state(place: str, tmp_path: Path, ttys: list[Tty]) -> None:
    tty = Tty(tmp_path, "tui", "--at", place)
    ttys.append(tty)
    tty.until("Palette")
    tty.hang_up()
    assert tty.code() == 0
    found = read_screen_state(tmp_path / STATE)
    assert found.told == ""
    assert found.state.last == place


@pytest.mark.parametrize("moment", ["before the first paint", "when it stands"])
def test_a_terminal_that_vanishes_without_a_signal_ends_it_too(moment: str, tmp_path: Path) -> None:
    """Nobody tells a session without a controlling terminal; its errors would come out on the other one."""
    (main, main_end), (other, other_end) = pty.openpty(), pty.openpty()
    child = subprocess.Popen(
        [*_PROGRAM, "tui", "--at", "claims"], stdin=main_end, stdout=main_end, stderr=other_end, cwd=REPO,
        env={**environ_of(tmp_path), "TERM": "xterm-256color"}, start_new_session=True,
    )  # fmt: skip
    os.close(main_end)
    os.close(other_end)
    seen = b""
    if moment == "when it stands":
        seen = _read_until(other, b"Palette")
        assert b"Palette" in seen
    os.close(main)
    try:
        seen += _read_until(other, b"no such bytes")
        child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()
        os.close(other)
    assert b"Traceback" not in seen, seen[-3_000:]
    assert b"OSError" not in seen, seen[-3_000:]
    if moment == "when it stands":
        assert child.returncode == 0
        assert read_screen_state(tmp_path / STATE).state.last == "claims"


def _read_until(descriptor: int, wanted: bytes) -> bytes:
    """Return what is read up to some bytes, or up to the end of those who write."""
    seen, end = b"", time.monotonic() + PATIENCE
    while wanted not in seen and time.monotonic() < end:
        if select.select([descriptor], [], [], 1)[0]:
            try:
                got = os.read(descriptor, 1 << 16)
            except OSError:
                break
            seen += got
    return seen


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_it_in_order(number: signal.Signals, tmp_path: Path, ttys: list[Tty]) -> None:
    tty = Tty(tmp_path, "tui", "--at", "claims")
    ttys.append(tty)
    tty.until("Palette")
    os.kill(tty.pid, number)
    assert tty.code() == 0
    assert GONE in tty.whole  # the terminal's own screen is back
    assert b"Traceback" not in tty.whole
    assert read_screen_state(tmp_path / STATE).state.last == "claims"


@pytest.mark.parametrize("missing", ["stdin", "stdout", "stderr"])
def test_a_stream_that_is_no_terminal_is_named_on_stdout(missing: str, tmp_path: Path) -> None:
    reader, writer = pty.openpty()
    with (tmp_path / "file").open("w+b") as file:
        streams: dict[str, int] = dict.fromkeys(("stdin", "stdout", "stderr"), writer)
        streams[missing] = file.fileno()
        done = subprocess.run(
            [*_PROGRAM, "tui"], env=environ_of(tmp_path), cwd=REPO, check=False, timeout=PATIENCE,
            stdin=streams["stdin"], stdout=streams["stdout"], stderr=streams["stderr"],
        )  # fmt: skip
    os.close(writer)
    seen = (tmp_path / "file").read_bytes() if missing == "stdout" else _read_until(reader, b"--help")
    os.close(reader)
    assert done.returncode == 2
    assert f"the app needs a terminal, and {missing} is none".encode() in seen
    assert b"\x1b[" not in seen


# Sizes.


def test_sizes_that_change_while_it_loads_and_after_lose_nothing(tmp_path: Path, ttys: list[Tty]) -> None:
    tty = Tty(tmp_path, "tui", "--at", "claims/go-is-nothing", size=(1, 1))
    ttys.append(tty)
    sizes = [(500, 10), (1, 1), (60, 16), (20, 5), (500, 60), (80, 1), (2, 200), (100, 30)]
    for size in sizes:  # it is being started
        tty.resize(*size)
        time.sleep(0.05)
    tty.until("Palette")
    for size in [*sizes, (1, 1)]:
        tty.resize(*size)
        time.sleep(0.02)
        tty.type(b"\x1b[B\x1b[6~")
    tty.resize(120, 40)
    tty.until("Palette")
    tty.type(TYPED)
    assert tty.code() == 0
    assert b"Traceback" not in tty.whole


@pytest.mark.parametrize("size", [(500, 30), (500, 10), (100, 10), (1, 1), (500, 200)])
def test_it_starts_in_any_size_and_a_key_ends_it(size: tuple[int, int], tmp_path: Path, ttys: list[Tty]) -> None:
    tty = Tty(tmp_path, "tui", "--at", "matrix", size=size)
    ttys.append(tty)
    tty.until("\x1b[?1049h")
    if size[0] >= 60:
        tty.until("Palette" if size[1] >= 16 else "This needs")
    tty.type(b"\x1b[B\x1b[C\r\x1b")
    tty.rest(0.5)
    tty.type(TYPED)
    assert tty.code() == 0
    assert b"Traceback" not in tty.whole


# An editor.

_EDITS = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.links import Link
from supplymatrix.tui.session import Session

class Editing(SupplymatrixApp):
    BINDINGS = [("E", "edit_file", "Edit")]

    def action_edit_file(self):
        screen = self.place_screen
        def job(work):
            for number in range(200):  # more than is kept of what is to be written to a terminal
                work.tell(number, 200, f"part {number}")
                time.sleep(0.005)
            return "the worker is done"
        screen.start_work("made", job, screen.tell, name="working")
        screen.set_interval(0.01, lambda: screen.query_one("#body").toggle_class("-old"))
        self.edit(screen, Path(sys.argv[1]))

session = Session(now=lambda: datetime.now(UTC), environ=os.environ, write=lambda *_: None, here=Path())
Editing(session, Link("claims")).run()
"""


def test_it_comes_back_from_an_editor_while_a_worker_posts_updates(tmp_path: Path, ttys: list[Tty]) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "EDITOR HAS $1"\nread line\necho "typed: $line" >> "$1"\nsleep 2\n')
    editor.chmod(0o755)
    file = tmp_path / "lift.toml"
    script = tmp_path / "app.py"
    script.write_text(_EDITS)
    tty = Tty(tmp_path, str(script), str(file), command=(sys.executable,), EDITOR=str(editor))
    ttys.append(tty)
    tty.until(" sources")  # its facts are there
    tty.rest(0.5)
    tty.type(b"E")
    before = tty.until("EDITOR HAS")
    assert GONE in before
    tty.type(b"some words\r")
    after = tty.until("\x1b[?1049h")
    assert b"part 1" not in after  # nothing is painted over the editor
    tty.until("Palette")
    tty.type(b"?")
    tty.until("keys of")
    tty.type(b"\x1b")
    tty.type(TYPED)
    assert tty.code() == 0
    assert file.read_text() == "typed: some words\n"
    assert b"Traceback" not in tty.whole


# Text of others.


def test_nothing_of_hostile_data_reaches_the_terminal_as_a_command(tmp_path: Path, ttys: list[Tty]) -> None:
    folder = tmp_path / "svc"
    (folder / f"sub {EVIL.replace('/', '|')}").mkdir(parents=True)
    (folder / f"sub {EVIL.replace('/', '|')}" / "go.mod").write_text("module example.org/sub\n")
    paths = ["[red]x", "example.com/\x1b]0;title\x07", "example.com/\u202etxt", "example.com/[@click=app.quit]y"]
    lines = [f"{name} {version} {made_hash(name)}" for name in paths for version in ("v1.0.0", "v1.0.0-[b]\x1b[31mred")]
    (folder / "go.sum").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "go.mod").write_text("module example.com/[red]x\n\ngo 1.22\n", encoding="utf-8")
    state = remember(NO_STATE, Opened(link="claims", title=EVIL))
    write_screen_state(tmp_path / STATE, state)
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "evil.toml").write_text(f"schema = 1\nid = {EVIL!a}\n", encoding="utf-8")
    tty = Tty(tmp_path, "tui", str(folder), "--offline", "--profiles", str(profiles), size=(160, 45))
    ttys.append(tty)
    tty.until("Palette")
    tty.until("sub ")
    for keys in (*_ROUND, b"0"):
        tty.type(keys)
        tty.rest(0.3)
    tty.type(TYPED)
    assert tty.code() == 0
    assert b"Traceback" not in tty.whole
    for sequence in _EVIL_SEQUENCES:
        assert sequence not in tty.whole, tty.whole[tty.whole.index(sequence) - 200 :][:400]
    text = tty.whole.decode()
    assert not _BIDI.search(text)
    assert "\\x1b]0;title\\x07" in text
    assert "[red]x" in text
    assert "[@click=app.quit]y" in text
    assert "\\u202etxt" in text


# Files of state.


def _break(path: Path, how: str) -> Mapping[Path, bytes]:
    """Put something into the place of the state file that cannot be used; return files that must stay, by name."""
    path.parent.mkdir(parents=True)
    aside = path.with_name("screens.json.broken-1")
    data = {
        "broken": b"{", "binary": b"\xff\x00" * 9, "wrong types": b'{"schema": "supplymatrix.screens/1", "lists": [1]}',
        "deep": b"[" * 200_000, "huge": b" " * 50_000_000,
    }  # fmt: skip
    if how in data:
        path.write_bytes(data[how])
        return {aside: data[how]}
    precious = path.parent / "precious"
    precious.write_bytes(b"[user]\n")
    if how == "link to a file of somebody":
        path.symlink_to(precious)
    elif how == "link to a device":
        path.symlink_to("/dev/zero")
    elif how == "link to itself":
        path.symlink_to(path)
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
        (path / "note").write_bytes(b"mine")
        return {aside / "note": b"mine", precious: b"[user]\n"}
    return {precious: b"[user]\n"}


@pytest.mark.parametrize(
    "how",
    [
        "broken", "binary", "wrong types", "deep", "huge", "link to a file of somebody", "link to a device",
        "link to itself", "pipe", "folder",
    ],
)  # fmt: skip
def test_a_state_that_cannot_be_used_is_set_aside_and_told(how: str, tmp_path: Path, ttys: list[Tty]) -> None:
    path = tmp_path / STATE
    kept = _break(path, how)
    tty = Tty(tmp_path, "tui", "--at", "claims", size=(400, 30))
    ttys.append(tty)
    tty.until("broken-1")
    tty.type(TYPED)
    assert tty.code() == 0
    assert b"Traceback" not in tty.whole
    assert os.path.lexists(path.with_name("screens.json.broken-1"))
    assert {file: file.read_bytes() for file in kept} == kept
    assert read_screen_state(path).state.last == "claims"


@pytest.mark.parametrize("how", ["a file in place of the folder", "no set-aside name is free"])
def test_where_no_state_can_be_kept_it_is_told_and_nothing_is_overwritten(
    how: str, tmp_path: Path, ttys: list[Tty]
) -> None:
    path = tmp_path / STATE
    if how == "a file in place of the folder":
        path.parent.parent.mkdir(parents=True)
        path.parent.write_bytes(b"mine")
        kept = {path.parent: b"mine"}
    else:
        path.parent.mkdir(parents=True)
        kept = {path: b"{"}
        kept |= {path.with_name(f"screens.json.broken-{number}"): b"%d" % number for number in range(1, 21)}
        for file, data in kept.items():
            file.write_bytes(data)
    tty = Tty(tmp_path, "tui", "--at", "claims", size=(400, 30))
    ttys.append(tty)
    tty.until("Palette")
    if how != "a file in place of the folder":
        tty.until("not remembered")
    tty.type(TYPED)
    assert tty.code() == 0
    assert b"not remembered" in tty.whole
    assert b"Traceback" not in tty.whole
    assert {file: file.read_bytes() for file in kept} == kept
