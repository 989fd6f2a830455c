"""A project on a made log: modules that are proven, one that was changed, one that is private, one that nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.made_log import MadeLog, made_hash, write_project, write_recording
from tests.tui.made_app import MadeSession, made_session

__all__ = [
    "EVIL", "GOOD", "LOCAL", "LOG", "PRIVATE", "PROVEN", "TAMPERED", "UNKNOWN", "project_session", "recorded_answers",
    "use_environment", "write_grouped_project", "write_made_project",
]  # fmt: skip

PROVEN = tuple(f"example.com/lib{number}@v1.{number}.0" for number in range(12))
TAMPERED = "example.com/tampered@v1.2.3"
PRIVATE = "corp.example/secret@v0.1.0"
LOCAL = "example.com/local@v0.2.0"
UNKNOWN = "example.com/nowhere@v1.0.0"
GOOD = PROVEN[0]
LOG = MadeLog.of(*PROVEN, TAMPERED, filler=600)
EVIL = f"h1:{'E' * 43}="


def write_made_project(folder: Path, *, private: bool = True) -> Path:
    """Write the project, with one changed line, and return its folder. private: with a private module, too."""
    names = [*PROVEN[:6], TAMPERED, *PROVEN[6:]]
    go_sum = LOG.go_sum(*names).replace(made_hash(TAMPERED), EVIL)
    path = PRIVATE.replace("@", " ")
    own = f"{path} {made_hash(PRIVATE)}\n{path}/go.mod {made_hash(PRIVATE, go_mod=True)}\n" if private else ""
    required = [*names, *([PRIVATE] if private else [])]
    return write_project(folder, LOG, "", required, go_sum=go_sum + own, private=["corp.example"] if private else [])


def write_grouped_project(folder: Path) -> Path:
    """Write a project with modules that go.mod requires directly, indirectly, replaced, as a folder, and not at all.

    PROVEN[8] is taken in place of another module, LOCAL is a folder; go.sum alone names PROVEN[9:].
    """
    write_made_project(folder)
    lines = [
        *(f"\t{name.replace('@', ' ')}" for name in (*PROVEN[:4], TAMPERED, PRIVATE, LOCAL)),
        "\texample.com/old v1.0.0",
        *(f"\t{name.replace('@', ' ')} // indirect" for name in PROVEN[4:8]),
    ]
    replaces = [f"example.com/old => {PROVEN[8].replace('@', ' ')}", f"{LOCAL.replace('@', ' ')} => ../local"]
    text = "\n".join(["module svc.example/app", "", "go 1.22", "", "require (", *lines, ")", ""])
    (folder / "go.mod").write_text(text + "".join(f"\nreplace {line}\n" for line in replaces))
    return folder


def recorded_answers(log: MadeLog) -> dict[str, bytes]:
    """Return what a log answers, but for look-ups that nobody asks for: writing so many files takes its time."""
    return {path: data for path, data in log.answers().items() if "filler.example" not in path}


def project_session(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    project: Path | None = None,
    answers: Mapping[str, bytes] | None = None,
) -> MadeSession:
    """Return a session that is about the made project, or another one, with recorded answers; paths are short ones."""
    session = made_session(tmp_path)
    for name in ("HOME", "GOENV", "GOPROXY", "GOPRIVATE", "GOFLAGS"):
        monkeypatch.delenv(name, raising=False)
    session.environ = {
        "HOME": str(tmp_path / "home"),
        "GOENV": "off",
        "SUPPLYMATRIX_CACHE_DIR": str(tmp_path / "cache"),
        "SUPPLYMATRIX_STATE_DIR": str(tmp_path / "state"),
    }
    write_made_project(tmp_path / "svc")
    write_recording(tmp_path / "recorded", dict(answers) if answers is not None else recorded_answers(LOG))
    monkeypatch.chdir(tmp_path)
    session.project = project if project is not None else Path("svc")
    session.replay = Path("recorded")
    session.here = Path()
    return session


def use_environment(session: MadeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a session's environment to the commands that are run in this process, too."""
    for name in [name for name in session.environ if name != "HOME"]:
        monkeypatch.setenv(name, session.environ[name])
