"""`audit` and `check --audit`, and a waiver of an advisory, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Done

LIFT = '[policy]\nname = "svc"\n\n[path]\nvendors = ["chainguard"]\n'


@pytest.fixture
def svc(tmp_path: Path) -> Path:
    folder = tmp_path / "svc"
    folder.mkdir()
    texts = {
        "go.mod": "module example.com/svc\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {}\n",
        "Dockerfile": "FROM golang:latest\nRUN go build ./...\n", "lift.toml": LIFT,
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_all_families_are_told_one_after_the_other(cli: Cli, svc: Path) -> None:
    done = cli("audit", "--offline", cwd=svc)
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[2:7]] == ["vulns", "crypto", "cgo", "sources", "path"]
    headings = [line for line in lines if line.startswith("── ")]
    assert "known vulnerabilities" in headings[0]
    assert lines.index(next(h for h in headings if "vendor path" in h)) < next(
        at for at, line in enumerate(lines) if line.startswith("error[SM803]")
    )
    assert done.code == 3  # there is no database of vulnerabilities on this machine


def test_one_family_is_audited_as_check_does(cli: Cli, svc: Path) -> None:
    (svc / "lift.toml").unlink()
    quiet, told = cli("check", "--offline", cwd=svc), cli("check", "--offline", "--audit", "path", cwd=svc)
    assert (quiet.code, told.code) == (5, 1)  # nothing to check; an image that anything may stand behind
    assert "SM804" in told.out
    assert "path" not in quiet.out
    as_json = cli("audit", "--offline", "--audit", "path", "--format", "json", cwd=svc)
    found = json.loads(as_json.out)["findings"]
    assert as_json.code == told.code
    assert {item["rule"][:3] for item in found} == {"SM8"}


@pytest.mark.parametrize(
    ("word", "said"),
    [("pathh", "did you mean path?"), ("", "no such family"), ("vulns,,path", "no such family")],
)
def test_a_family_that_is_none_is_refused(cli: Cli, svc: Path, word: str, said: str) -> None:
    for command in ("check", "audit"):
        done = cli(command, "--offline", "--audit", word, cwd=svc)
        assert done.code == 2
        assert said in done.err


def test_a_project_that_cannot_be_read_is_told(cli: Cli, svc: Path) -> None:
    (svc / "lift.toml").write_text("[vulns]\nfail_at = 'call'\n", encoding="utf-8")
    done = cli("audit", "--offline", cwd=svc)
    assert done.code == 2
    assert "lift.toml:2:11" in done.err
    assert cli("audit", str(svc / "nowhere")).code == 2


def waive(cli: Cli, svc: Path, *words: str) -> Done:
    known = ("--reason", "requests never reach it", "--owner", "ada@corp.example", "--expires", "30d")
    return cli("waive", *words, *known, cwd=svc)


@pytest.mark.parametrize(
    ("words", "entries"),
    [
        (("CVE-2026-10001",), ['id = "CVE-2026-10001"']),
        (("cve-2026-10001", "."), ['id = "CVE-2026-10001"']),
        (("GHSA-AAAA-bbbb-cccc",), ['id = "GHSA-aaaa-bbbb-cccc"']),
        (
            ("GO-2026-1001", "a.example/b@v1.0.0"),
            ['id = "GO-2026-1001"', 'package = "a.example/b"', 'version = "v1.0.0"'],
        ),
        (
            ("SM301", "a.example/b", "--id", "GO-2026-1001"),
            ['rule = "SM301"', 'package = "a.example/b"', 'id = "GO-2026-1001"'],
        ),
    ],
)
def test_an_advisory_is_waived_by_its_id(cli: Cli, svc: Path, words: tuple[str, ...], entries: list[str]) -> None:
    done = waive(cli, svc, *words, "--vex-justification", "vulnerable_code_not_in_execute_path")
    assert done.code == 0, done.err
    written = (svc / "lift.toml").read_text().removeprefix(LIFT).strip().split("\n")
    assert written[0] == "[[waivers]]"
    assert written[1 : 1 + len(entries)] == entries
    assert 'vex_justification = "vulnerable_code_not_in_execute_path"' in written
    again = waive(cli, svc, *words)
    assert again.code == 2
    assert "is waived here already" in again.err
    assert waive(cli, svc, *words, "--renew").code == 0


def test_what_is_no_advisory_needs_a_module(cli: Cli, svc: Path) -> None:
    assert "missing argument" in waive(cli, svc, "SM301").err
    assert "there is no such rule" in waive(cli, svc, "CVE-1", "a.example/b").err
    assert "two advisories are named" in waive(cli, svc, "GO-2026-1001", "--id", "GO-2026-1002").err
    assert (svc / "lift.toml").read_text() == LIFT
