"""`check` on the command line with signed artifacts: what is told of each, in text and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.reports.test_schema import faults
from tests.support.made_log import MadeLog, write_project, write_recording
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault, MadeSigstore

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)
MADE = MadeSigstore()
DATA = b"an artifact\n"
POLICY = f"""
[signatures]
signers = [{{ identity = "{GITHUB_IDENTITY}", issuer = "{GITHUB_ISSUER}" }}]
trusted_root = "root.json"
"""
CHECK = ("check", "svc", "--replay", "recorded", "--artifact", "app")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in svc/, a recorded log, and a signed file."""
    write_project(tmp_path / "svc", LOG, "", [A], policy=POLICY)
    write_recording(tmp_path / "recorded", LOG.answers())
    (tmp_path / "svc" / "root.json").write_bytes(MADE.trusted_root())
    (tmp_path / "app").write_bytes(DATA)
    (tmp_path / "app.sigstore.json").write_bytes(MADE.keyless_blob(DATA))
    return tmp_path


def test_text_names_the_signer_and_the_entry_of_the_log(cli: Cli, folder: Path) -> None:
    done = cli(*CHECK, cwd=folder)
    assert done.code == 0
    told = " ".join(done.out.split())
    assert f"signed app: signed by {GITHUB_IDENTITY}" in told
    assert "rekor.sigstore.example index " in told


def test_json_has_verdict_signer_and_entry(cli: Cli, folder: Path) -> None:
    done = cli(*CHECK, "--format", "json", cwd=folder)
    assert faults("report", done.out) == []
    (found,) = json.loads(done.out)["artifacts"]
    assert (found["name"], found["state"], found["named_by"]) == ("app", "signed", "command line")
    (signature,) = found["signatures"]
    assert signature["signer"]["identity"] == GITHUB_IDENTITY
    assert signature["log"][0]["index"] > 0
    assert found["trust"]["name"] == "root.json"


def test_one_that_is_refused_fails_the_gate_and_is_told_with_its_reason(cli: Cli, folder: Path) -> None:
    (folder / "app.sigstore.json").write_bytes(MADE.keyless_blob(DATA, faults={Fault.OTHER_CA}))
    done = cli(*CHECK, "--format", "json", cwd=folder)
    document = json.loads(done.out)
    assert (done.code, document["artifacts"][0]["state"]) == (1, "refused")
    assert document["artifacts"][0]["signatures"][0]["reason"] == "untrusted-root"
    assert [finding["rule"] for finding in document["findings"]] == ["SM505"]


def test_an_artifact_that_is_not_there_and_two_projects_are_wrong_usage(cli: Cli, folder: Path) -> None:
    assert cli(*CHECK[:-1], "gone", cwd=folder).code == 2
    write_project(folder / "other", LOG, "", [A])
    done = cli(*CHECK, "other", cwd=folder)
    assert done.code == 2
    assert "one project at a time" in done.err


def test_a_policy_with_signatures_is_shown(cli: Cli, folder: Path) -> None:
    text = cli("policy", "show", "svc", cwd=folder).out
    assert "signed by" in text
    assert GITHUB_IDENTITY in " ".join(text.split())
    document = json.loads(cli("policy", "show", "svc", "--format", "json", cwd=folder).out)
    assert faults("policy", json.dumps(document)) == []
    (section,) = document["signatures"]
    assert section["signers"][0]["issuer"] == GITHUB_ISSUER
