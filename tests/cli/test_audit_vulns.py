"""`audit vulns` at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from supplymatrix.cli.audit_vulns import vulns
from supplymatrix.cli.feeds import sync
from tests.support.osv_entries import as_lines, entry


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own, with a project in the current folder."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GOENV", "off")
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    (tmp_path / "go.mod").write_text(
        "module svc.example/app\n\ngo 1.26\n\nrequire a.example/m v1.4.0\n", encoding="utf-8"
    )
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    (tmp_path / "ours.jsonl").write_bytes(as_lines(entry("GO-2026-0001", imports={"a.example/m/p": ["F"]})))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_current_folder_is_looked_at(machine: Path) -> None:
    result = CliRunner().invoke(vulns, ["--vuln-db", "ours.jsonl", "--format", "json", "--format", "text=page.txt"])
    document = json.loads(result.stdout)
    assert document["subjects"] == ["svc.example/app"]
    assert [one["id"] for one in document["vulnerabilities"]] == ["GO-2026-0001"]
    assert "GO-2026-0001" in (machine / "page.txt").read_text(encoding="utf-8")


def test_a_synced_database_is_used_and_its_absence_is_told(machine: Path) -> None:
    del machine
    without = CliRunner().invoke(vulns, [])
    assert "feeds sync go-vulndb" in without.output
    assert CliRunner().invoke(sync, ["go-vulndb", "--from", "ours.jsonl"]).exception is None
    result = CliRunner().invoke(vulns, [])
    assert "GO-2026-0001" in result.output
    assert "CC BY 4.0" in result.output


@pytest.mark.parametrize("words", [["--level", "deep"], ["--format", "xml"]])
def test_words_that_are_none_are_refused(machine: Path, words: list[str]) -> None:
    del machine
    assert CliRunner().invoke(vulns, words).exit_code == 2
