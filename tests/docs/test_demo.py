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


def test_the_demo_waives_a_finding_and_writes_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    demo["OUT"].mkdir(parents=True, exist_ok=True)
    assert demo["govern"](demo["environment"](tmp_path), tmp_path) == [1, 0, 0, 0]
    shown = capsys.readouterr().out
    assert "../organisation.toml:8:9" in shown
    assert "+[[waivers]]" in shown
    assert "1 of 15 waived" in shown
    assert all((tmp_path / "payments" / name.partition("=")[2]).is_file() for name in demo["GATE"])


def test_the_demo_makes_a_bill_and_finds_what_is_not_true_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    demo["OUT"].mkdir(parents=True, exist_ok=True)
    assert demo["itemise"](demo["environment"](tmp_path), tmp_path) == [0, 0, 0, 0, 1]
    shown = capsys.readouterr().out
    assert shown.count(": valid\n") == len(demo["BILLS"])
    assert all((demo["OUT"] / name).is_file() for name in demo["BILLS"])
    assert "the file says BSD-2-Clause" in shown


def test_the_demo_finds_a_forged_cache_a_changed_vendor_and_another_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    assert demo["look_at_the_disk"](demo["environment"](tmp_path), tmp_path) == [4, 4, 0, 4]
    shown = capsys.readouterr().out
    assert "changed  github.com/gorilla/mux/route.go" in shown
    assert "extra    github.com/gorilla/mux/telemetry.go" in shown
    assert "modules      1: 1 proven" in shown
    assert "ALARM not what the log has: golang.org/x/mod v0.20.0" in shown


def test_the_demo_starts_no_build_from_a_changed_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    assert demo["build"](demo["environment"](tmp_path), tmp_path) == [4]
    assert not (tmp_path / "built" / "service").exists()
    assert capsys.readouterr().out


def test_the_demo_traces_a_program_and_a_changed_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    assert demo["trace"](demo["environment"](tmp_path), tmp_path) == [0, 4, 0]
    out = capsys.readouterr().out
    assert "1 of 1 module proven" in out
    assert "golang.org/x/mod@v0.20.0 is not what the" in out
    assert "the bundle is of another artifact" in out
    assert "native and sigstore" in out


def test_the_demo_audits_a_program_and_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = run_path(str(REPO / "examples" / "demo.py"))
    assert demo["audit"](demo["environment"](tmp_path), tmp_path) == [3, 3, 1, 1, 1, 1]
    shown = capsys.readouterr().out
    assert "CORP-2026-0001  git.corp.example/shop/ledger v1.3.0, fixed in v1.3.1" in shown
    assert "go get git.corp.example/shop/ledger@v1.3.1" in shown
    assert "crypto/md5: MD5; linked in: New, Sum" in shown
    assert "private: git.corp.example/shop/ledger@v1.3.0" in shown
    assert "vohJ2" not in shown
