"""`sbom --sign`, and `sbom verify --key` and `verify-report` on what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.attest.test_keys import pem, private, public_pem
from tests.cli.conftest import Cli, Done
from tests.reports.test_schema import VALIDATORS
from tests.support.made_log import MadeLog, write_project, write_recording

A = "example.com/a@v1.0.0"
LOG = MadeLog.of(A, filler=20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in svc/, a recorded log, two key pairs, and bom.json, signed inside and beside."""
    write_project(tmp_path / "svc", LOG, "", [A])
    write_recording(tmp_path / "recorded", LOG.answers())
    for kind in ("Ed25519", "ECDSA P-256"):
        (tmp_path / f"{kind[:2]}.key").write_bytes(pem(private(kind)))
        (tmp_path / f"{kind[:2]}.key").chmod(0o600)
        (tmp_path / f"{kind[:2]}.pub").write_bytes(public_pem(private(kind)))
    return tmp_path


def make(cli: Cli, folder: Path, *formats: str) -> Done:
    chosen = [f"--format={word}" for word in formats]
    return cli("sbom", "svc", "--replay", "recorded", "--sign", "Ed.key", *chosen, cwd=folder)


def verify(cli: Cli, folder: Path, *more: str) -> Done:
    return cli("sbom", "verify", "bom.json", "--policy", "svc/lift.toml", "--replay", "recorded", *more, cwd=folder)


def test_cyclonedx_json_is_signed_inside_and_every_file_beside(cli: Cli, folder: Path) -> None:
    assert make(cli, folder, "cyclonedx-json=bom.json", "cyclonedx-xml=bom.xml", "spdx-json=bom.spdx").code in (0, 3)
    assert json.loads((folder / "bom.json").read_text())["signature"]["algorithm"] == "Ed25519"
    told = cli("verify-report", "bom.json", "bom.xml", "bom.spdx", "--key", "Ed.pub", cwd=folder)
    assert (told.code, told.out.count("✓")) == (0, 3)
    (folder / "bom.json.sig").unlink()
    told = cli("verify-report", "bom.json", "--key", "Ed.pub", "--format", "json", cwd=folder)
    assert (told.code, json.loads(told.out)["reports"][0]["signature"]) == (0, "inside")
    VALIDATORS["signatures"].validate(json.loads(told.out))
    assert "✓ bom.json: signed inside\n" in cli("verify-report", "bom.json", "--key", "Ed.pub", cwd=folder).out
    assert cli("verify-report", "bom.json", "--key", "EC.pub", cwd=folder).code == 4


def test_a_form_inside_that_is_not_supported_leaves_a_report_unsigned(cli: Cli, folder: Path) -> None:
    (folder / "bom.json").write_text('{"signature": {"chain": []}}')
    told = cli("verify-report", "bom.json", "--key", "Ed.pub", cwd=folder)
    assert told.code == 3
    assert "the signature inside was not checked: the form with 'chain' is not supported" in told.out


def test_sbom_verify_tells_the_signature(cli: Cli, folder: Path) -> None:
    make(cli, folder, "cyclonedx-json=bom.json")
    plain = verify(cli, folder)
    assert "whose owner nobody vouches for" in plain.out
    given = verify(cli, folder, "--key", "Ed.pub")
    assert given.code == plain.code != 4
    assert "note: a signature holds with the given key: inside: Ed25519, key " in given.out
    told = json.loads(verify(cli, folder, "--key", "Ed.pub", "--format", "json").out)
    VALIDATORS["sbom-verify"].validate(told)
    assert [one["truth"] for one in told["statements"] if one["topic"] == "signature"] == ["true", "true"]
    other = verify(cli, folder, "--key", "EC.pub")
    assert (other.code, other.out.splitlines()[-1]) == (4, "ALARM: the file is not what was signed")


def test_a_changed_file_is_an_alarm(cli: Cli, folder: Path) -> None:
    make(cli, folder, "cyclonedx-json=bom.json")
    text = (folder / "bom.json").read_text()
    (folder / "bom.json").write_text(text.replace('"version": 1,', '"version": 2,'))
    for more in ((), ("--key", "Ed.pub")):
        done = verify(cli, folder, *more)
        assert done.code == 4
        assert "ALARM signature: the one inside does not hold: the key " in done.out


def test_a_key_that_is_none_is_broken_input(cli: Cli, folder: Path) -> None:
    make(cli, folder, "cyclonedx-json=bom.json")
    assert verify(cli, folder, "--key", "Ed.key").code == 2
    assert verify(cli, folder, "--key", "none.pub").code == 2


def test_a_bill_alone_is_not_bound_to_a_project_and_what_does_it_is_told(cli: Cli, folder: Path) -> None:
    make(cli, folder, "cyclonedx-json=bom.json")
    told = cli("verify-report", "bom.json", "--key", "Ed.pub", "--project", "svc", cwd=folder)
    assert told.code == 3
    assert "it is a bill of materials" in told.out
    assert "`supplymatrix sbom verify bom.json --project DIR --key PUB.pem`" in " ".join(told.out.split())
