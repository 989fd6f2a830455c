"""A project whose modules lie on the disk in every state: in the module cache, in vendor/, and in programs.

ground = DiskGround(tmp_path)
ground.spoil(A)                             # one byte of an unpacked file
ground.vendor(changed=True)
ground.program("bin/app", built(dep(A, sum_=ground.copies.hashes[A]), …))
"""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.tui.app import SupplymatrixApp
from supplymatrix.tui.screens.binary import BinaryScreen
from supplymatrix.tui.screens.project import ProjectScreen
from tests.support.made_builds import built, dep
from tests.support.module_copies import FILES, A, B, CopiesGround
from tests.tui.made_app import MadeSession, made_session
from tests.tui.made_project import use_environment

__all__ = ["GO", "A", "B", "DiskGround", "binary_screen", "disk_session", "project_screen"]

GO = "devel go1.27-0123456789"
"""A Go that no log has to have."""


class DiskGround:
    """copies: the module cache, the log, and the project that uses them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.copies = CopiesGround(root)
        self.project = self.copies.write_project()
        self.recorded = self.copies.recording

    def spoil(self, name: str, file: str = "a.go") -> None:
        """Change one byte of a file that was unpacked, and leave the zip as it is."""
        path = self.copies.folder(name) / file
        data = path.read_bytes()
        path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])

    def vendor(self, *, changed: bool = False, extra: str = "") -> None:
        """Write vendor/ with the first package of A. changed: one of its files; extra: a file that nothing explains."""
        folder = self.project / "vendor"
        inside = folder / A.partition("@")[0]
        inside.mkdir(parents=True)
        (inside / "a.go").write_bytes(FILES["a.go"].replace(b"1", b"2") if changed else FILES["a.go"])
        (inside / "LICENSE").write_bytes(FILES["LICENSE"])
        if extra:
            (folder / extra).parent.mkdir(parents=True, exist_ok=True)
            (folder / extra).write_text("package x\n")
        listed = "".join(f"# {name.replace('@', ' ')}\n## explicit\n" for name in (A, B))
        first = A.partition("@")[0]
        (folder / "modules.txt").write_text(listed.replace("## explicit\n", f"## explicit\n{first}\n", 1))

    def program(self, name: str, data: bytes) -> Path:
        """Write a program below the project's folder."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def app(self, *, wrong: bool = False, **more: str) -> bytes:
        """Return a program of the project, with the right hashes, or a wrong one of B."""
        hashes = self.copies.hashes
        deps = dep(A, sum_=hashes[A]), dep(B, sum_=hashes[A if wrong else B])
        return built(*deps, settings=more or None, go=GO)


def disk_session(ground: DiskGround, monkeypatch: pytest.MonkeyPatch) -> MadeSession:
    """Return a session about the project, with recorded answers; the commands that are run here see the same."""
    root = ground.root
    session = made_session(root)
    for name in ("HOME", "GOENV", "GOPROXY", "GOPRIVATE", "GOFLAGS", "GOMODCACHE", "GOPATH", "GOROOT"):
        monkeypatch.delenv(name, raising=False)
    session.environ = {
        "HOME": str(root / "home"),
        "GOENV": "off",
        "GOMODCACHE": str(ground.copies.cache),
        "PATH": str(root),
        "SUPPLYMATRIX_CACHE_DIR": str(root / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(root / "state"),
    }
    use_environment(session, monkeypatch)
    monkeypatch.setenv("HOME", session.environ["HOME"])
    monkeypatch.chdir(root)
    session.project, session.replay, session.here = Path("svc"), Path("recorded"), Path()
    return session


def project_screen(app: SupplymatrixApp) -> ProjectScreen:
    """Return the screen on top, which is the one of the project."""
    screen = app.place_screen
    assert isinstance(screen, ProjectScreen)
    return screen


def binary_screen(app: SupplymatrixApp) -> BinaryScreen:
    """Return the screen on top, which is the one of programs."""
    screen = app.place_screen
    assert isinstance(screen, BinaryScreen)
    return screen
