"""`verify attestation`: what is attested of files, of which kind, and what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, Fault, MadeSigstore, statement

MADE = MadeSigstore()
DATA = b"an artifact\n"
DIGEST = sha256(DATA).hexdigest()
SLSA, SPDX, VEX = "https://slsa.dev/provenance/v1", "https://spdx.dev/Document", "https://openvex.dev/ns/v0.2.0"
attested = partial(MADE.keyless_dsse, issued=datetime(2025, 3, 1, tzinfo=UTC))
ASK = ("verify", "attestation")
WHO = ("--identity", GITHUB_IDENTITY, "--issuer", GITHUB_ISSUER, "--engine", "native", "--trusted-root", "root.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file of which provenance, an SBOM and VEX are attested, in one file."""
    (tmp_path / "root.json").write_bytes(MADE.trusted_root())
    (tmp_path / "app").write_bytes(DATA)
    lines = [
        attested(statement({"app": DIGEST}, kind, {"of": kind, "number": 1.10, "big": 10**30}))
        for kind in (SLSA, SPDX, VEX)
    ]
    (tmp_path / "app.intoto.jsonl").write_bytes(b"".join(_line(line) for line in lines))
    return tmp_path


def _line(bundle: bytes) -> bytes:
    return json.dumps(json.loads(bundle)).encode() + b"\n"


def test_all_that_is_attested_is_told_each_with_its_kind(cli: Cli, folder: Path) -> None:
    done = cli(*ASK, "app", *WHO, cwd=folder)
    assert done.code == 0
    for text in ("✓ app: attested", f"provenance ({SLSA})", f"spdx ({SPDX})", f"openvex ({VEX})", "attested as asked"):
        assert text in done.out
    assert f"sha256       {DIGEST}" in done.out


@pytest.mark.parametrize(
    ("kind", "code"),
    [("slsaprovenance", 0), ("slsaprovenance1", 0), (SLSA, 0), ("spdx", 0), ("sbom", 0), ("openvex", 0), (VEX, 0),
     ("slsaprovenance02", 1), ("cyclonedx", 1), ("vuln", 1), ("https://openvex.dev/ns", 1),
     ("https://corp.example/x", 1)],
)  # fmt: skip
def test_a_kind_is_asked_for_by_its_name_or_its_type(kind: str, code: int, cli: Cli, folder: Path) -> None:
    done = cli(*ASK, "app", "--type", kind, *WHO, cwd=folder)
    assert done.code == code
    assert ("predicate-type-missing" in done.out) is (code == 1)


def test_a_kind_that_is_none_is_refused_with_a_guess(cli: Cli, folder: Path) -> None:
    done = cli(*ASK, "app", "--type", "cyclondx", *WHO, cwd=folder)
    assert done.code == 2
    assert "did you mean cyclonedx?" in done.err


def test_what_is_attested_is_written_as_it_was_signed(cli: Cli, folder: Path) -> None:
    done = cli(*ASK, "app", "--type", "spdx", "--predicate", "bill.json", *WHO, cwd=folder)
    assert done.code == 0
    text = (folder / "bill.json").read_text()
    assert json.loads(text)["of"] == SPDX
    assert '"big":1000000000000000000000000000000' in text.replace(" ", "")
    assert "predicate written to bill.json" in done.err


def test_nothing_is_written_where_nothing_holds(cli: Cli, folder: Path) -> None:
    done = cli(*ASK, "app", "--type", "vuln", "--predicate", "bill.json", *WHO, cwd=folder)
    assert done.code == 1
    assert not (folder / "bill.json").exists()
    assert "no attestation holds" in done.err
    (folder / "app").write_bytes(b"changed")
    assert cli(*ASK, "app", "--predicate", "bill.json", *WHO, cwd=folder).code == 4
    assert not (folder / "bill.json").exists()


def test_the_subject_must_be_the_file(cli: Cli, folder: Path) -> None:
    (folder / "other").write_bytes(b"other")
    done = cli(*ASK, "other", "--bundle", "app.intoto.jsonl", *WHO, cwd=folder)
    assert done.code == 4
    assert "digest-mismatch" in done.out
    assert cli(*ASK, f"sha256:{DIGEST}", "--bundle", "app.intoto.jsonl", *WHO, cwd=folder).code == 0


def test_a_signature_attests_nothing(cli: Cli, folder: Path) -> None:
    (folder / "b").write_bytes(DATA)
    (folder / "b.sigstore.json").write_bytes(MADE.keyless_blob(DATA, issued=datetime(2025, 3, 1, tzinfo=UTC)))
    done = cli(*ASK, "b", *WHO, cwd=folder)
    assert done.code == 1
    assert "no attestation" in done.out


def test_of_a_statement_that_is_not_signed_as_asked_nothing_is_told(cli: Cli, folder: Path) -> None:
    payload = statement({"app": DIGEST}, "https://corp.example/secret", {"x": 1})
    (folder / "app.intoto.jsonl").write_bytes(_line(attested(payload, faults={Fault.WRONG_SIGNATURE})))
    done = cli(*ASK, "app", *WHO, "-v", cwd=folder)
    assert done.code == 4
    assert "says " not in done.out
    assert cli(*ASK, "app", *WHO, "--format", "json", cwd=folder).out.count("corp.example/secret") == 0


def test_one_predicate_is_of_one_file(cli: Cli, folder: Path) -> None:
    assert cli(*ASK, "app", "app", "--predicate", "x", *WHO, cwd=folder).code == 2
    assert cli(*ASK, "app", cwd=folder).code == 2


def test_every_kind_must_be_there_and_is_told(cli: Cli, folder: Path) -> None:
    assert cli(*ASK, "app", "--type", "spdx", "--type", "openvex", *WHO, cwd=folder).code == 0
    done = cli(*ASK, "app", "--type", "spdx", "--type", "vuln", *WHO, cwd=folder)
    assert done.code == 1
    assert "✗ app: attested, and missing: vuln" in done.out
    assert "asked for an attestation of the kind vuln" in done.out


def test_what_is_attested_goes_to_stdout_alone(cli: Cli, folder: Path) -> None:
    words = (*ASK, "app", "--type", "spdx", "--predicate", "-", *WHO)
    refused = cli(*words, cwd=folder)
    assert (refused.code, refused.out) == (2, "")
    done = cli(*words, "--format", "text=report.txt", cwd=folder)
    assert (done.code, json.loads(done.out)["of"]) == (0, SPDX)
    assert "attested as asked" in (folder / "report.txt").read_text("utf-8")
    assert not (folder / "-").exists()


def test_a_signature_attests_nothing_and_is_asked_for_by_another_command(cli: Cli, folder: Path) -> None:
    (folder / "x.sigstore.json").write_bytes(MADE.keyless_blob(DATA))
    done = cli(*ASK, "app", "--bundle", "x.sigstore.json", *WHO, cwd=folder)
    assert done.code == 1
    text = " ".join(done.out.split())
    assert "✗ app: no attestation" in text
    assert "x.sigstore.json: a signature, which attests nothing; `supplymatrix verify blob` asks who signed" in text
    assert text.endswith("not everything is attested as asked")
