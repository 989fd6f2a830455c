"""A project whose policy has something to say: of a fork, a folder, a revision; and of an alarm if asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.made_log import MadeLog, make_key, write_project
from tests.tui.made_app import MadeSession
from tests.tui.made_project import project_session, recorded_answers

__all__ = ["ALARM", "FORK", "LIFT", "PSEUDO", "policy_session"]

KEPT = tuple(f"example.com/kept{number}@v1.{number}.0" for number in range(4))
FORK = "fork.example/lib@v1.0.1"
PSEUDO = "example.com/young@v0.0.0-20260101000000-0123456789ab"
ALARM = KEPT[0]
LOG = MadeLog.of(*KEPT, FORK, PSEUDO, filler=300, key=make_key())
LIFT = """\
# what we demand
[policy]
name = "shop"  # ours
min_score = 90

[rules]
SM202 = "error" # a fork
pseudo-version = "warn"
"""


def policy_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lift: str | None = LIFT, alarm: bool = False, more: str = ""
) -> MadeSession:
    """Return a session about the made project. lift: None = it has no lift.toml; alarm: one hash is wrong."""
    folder = tmp_path / "shop"
    go_sum = LOG.go_sum(*KEPT, FORK, PSEUDO)
    if alarm:
        go_sum = go_sum.replace(go_sum.split()[2], f"h1:{'E' * 43}=", 1)
    write_project(folder, LOG, "", [*KEPT, PSEUDO], go_sum=go_sum, policy=(lift or "") + more)
    lines = "\texample.com/lib v1.0.0\n\texample.com/folder v1.0.0\n"
    text = (folder / "go.mod").read_text().replace("require (\n", f"require (\n{lines}")
    (folder / "go.mod").write_text(
        f"{text}\nreplace example.com/lib => {FORK.replace('@', ' ')}\nreplace example.com/folder => ../folder\n"
    )
    if lift is None:
        (folder / "lift.toml").unlink()
    return project_session(tmp_path, monkeypatch, project=Path("shop"), answers=recorded_answers(LOG))
