"""The demo's part of the terminal app: a screen as text, with no terminal and no network."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from tests.support.data import REPO

pytestmark = pytest.mark.slow


def test_the_demo_shows_the_failing_proof_as_the_app_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    codes = demo["show_app"](demo["environment"](tmp_path), tmp_path)
    shown = capsys.readouterr().out
    assert codes == [0]
    assert "│▸ ✘ 1 go.sum line  failed" in shown
    assert " 7 consistency  not checked" in shown
    assert "`make tui` opens the app on this project" in shown
    assert not [line for line in shown.split("\n") if line.startswith("  │") and len(line) > 83]
