"""The side-by-side script: what it shows holds with the Go that is installed here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.data import REPO

pytestmark = pytest.mark.slow

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
UNSEEN_BY_GO = (
    "hash of the module's files changed in go.sum",
    "go.sum deleted",
    "the same, zip removed, .ziphash and go.sum rewritten to match",
)


def _tamper(folder: Path, environ: dict[str, str]) -> tuple[int, dict[str, dict[str, Any]]]:
    out = folder / "rows.json"
    command = [sys.executable, "-m", "benchmarks.tampering", "--json", str(out)]
    done = subprocess.run(command, cwd=REPO, env=environ, capture_output=True, check=False)
    return done.returncode, {row["tampering"]: row for row in json.loads(out.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def side_by_side(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, dict[str, Any]]]:
    return _tamper(tmp_path_factory.mktemp("tampering"), dict(os.environ))


@needs_go
@pytest.mark.parametrize("name", UNSEEN_BY_GO)
def test_go_mod_verify_calls_the_tampered_project_verified(
    side_by_side: tuple[int, dict[str, dict[str, Any]]], name: str
) -> None:
    row = side_by_side[1][name]
    assert (row["go_code"], row["go_words"]) == (0, "all modules verified")


@needs_go
@pytest.mark.parametrize("name", UNSEEN_BY_GO)
def test_supplymatrix_catches_what_go_mod_verify_does_not(
    side_by_side: tuple[int, dict[str, dict[str, Any]]], name: str
) -> None:
    assert side_by_side[1][name]["outcome"] == "caught"


@needs_go
def test_both_find_nothing_where_nothing_was_changed(side_by_side: tuple[int, dict[str, dict[str, Any]]]) -> None:
    row = side_by_side[1]["nothing (to compare with)"]
    assert (row["go_code"], row["found"]) == (0, [])


@needs_go
def test_the_exit_code_says_that_all_is_as_it_should_be(side_by_side: tuple[int, dict[str, dict[str, Any]]]) -> None:
    assert side_by_side[0] == 0


def test_without_go_each_tampering_is_still_answered(tmp_path: Path) -> None:
    code, rows = _tamper(tmp_path, {**os.environ, "PATH": str(tmp_path)})
    assert code == 0
    assert {rows[name]["outcome"] for name in UNSEEN_BY_GO} == {"caught"}
    assert {row["go_code"] for row in rows.values()} == {None}
