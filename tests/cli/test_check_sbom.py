"""A report and a bill of materials name each other, and the files that both are about, by digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.made_log import MadeLog, write_project, write_recording

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)
REPLAY = ("--replay", "recorded")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in svc/, a recorded log, and bom.json."""
    write_project(tmp_path / "svc", LOG, "", [A])
    write_recording(tmp_path / "recorded", LOG.answers())
    return tmp_path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_report_of_a_run_names_the_bill(cli: Cli, folder: Path) -> None:
    assert cli("sbom", "svc", *REPLAY, "--format=cyclonedx-json=bom.json", cwd=folder).code in (0, 3)
    formats = ("json=report.json", "vsa=verdict.json", "html=report.html", "markdown=report.md")
    done = cli("check", "svc", *REPLAY, "--sbom", "bom.json", *(f"--format={f}" for f in formats), cwd=folder)
    assert done.code == 0
    wanted = digest(folder / "bom.json")
    report = json.loads((folder / "report.json").read_bytes())
    assert {"name": "bom.json", "format": "sbom", "sha256": wanted} in report["fellows"]
    statement = json.loads((folder / "verdict.json").read_bytes())
    named = statement["predicate"]["inputAttestations"]
    assert ("bom.json", wanted, "sbom") in [
        (f["name"], f["digest"]["sha256"], f["annotations"]["format"]) for f in named
    ]
    assert wanted in (folder / "report.html").read_text(encoding="utf-8")
    assert wanted in (folder / "report.md").read_text(encoding="utf-8")


def test_a_bill_names_a_report_and_both_name_the_same_files(cli: Cli, folder: Path) -> None:
    assert cli("check", "svc", *REPLAY, "--format=vsa=report.json", cwd=folder).code == 0
    made = cli("sbom", "svc", *REPLAY, "--report", "report.json", "--format=cyclonedx-json=bom.json", cwd=folder)
    assert made.code in (0, 3)
    bill = json.loads((folder / "bom.json").read_bytes())
    references = [ref for ref in bill["externalReferences"] if ref["type"] == "attestation"]
    assert [ref["hashes"] for ref in references] == [[{"alg": "SHA-256", "content": digest(folder / "report.json")}]]
    told = {p["value"] for p in bill["metadata"]["properties"] if p["name"] == "supplymatrix:subject_file"}
    report = json.loads((folder / "report.json").read_bytes())
    assert {f"{file['name']} sha256:{file['digest']['sha256']}" for file in report["subject"]} == told


def test_a_bill_that_is_not_there_is_told_before_anything_is_checked(cli: Cli, folder: Path) -> None:
    done = cli("check", "svc", *REPLAY, "--sbom", "nowhere.json", "--format=json=report.json", cwd=folder)
    assert done.code == 2
    assert "nowhere.json" in done.err
    assert not (folder / "report.json").exists()
