"""`audit path`: what it shows, for people and machines, how it ends, and what `check` gets of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.engine.audit_input import AuditInput
from supplymatrix.engine.audit_path import facts_of
from supplymatrix.engine.base_images import base_images_of
from supplymatrix.engine.means import Means
from supplymatrix.model.vendor_path import PATH_WANTED, VendorUse
from supplymatrix.sources.project import read_project
from tests.cli.conftest import Cli
from tests.support.data import REPO

_CASES = REPO / "tests" / "buildfiles" / "path_cases"
_DAY = ("--as-of", "2026-11-26")
_SECRETS = ("s3cr3t", "ghp_0123")
_NOW = datetime(2026, 11, 26, tzinfo=UTC)


def _project(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text("module example.com/svc\n\ngo 1.26\n", encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _valid(text: str) -> dict[str, Any]:
    path = REPO / "supplymatrix" / "reports" / "schema" / SCHEMAS["path"][0]
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(json.loads(path.read_text(encoding="utf-8"))).validate(document)
    return document


def test_the_way_is_shown_in_its_order_with_what_to_do(cli: Cli, tmp_path: Path) -> None:
    dockerfile = (
        "FROM golang:1.22-buster AS build\nRUN cosign sign-blob x\nFROM alpine\nENV GOPROXY=https://p.example\n"
        "COPY --from=build /a /a\n"
    )
    done = cli("audit", "path", str(_project(tmp_path / "p", Dockerfile=dockerfile)), *_DAY)
    assert (done.code, done.err) == (1, "")
    assert max(map(len, done.out.splitlines())) <= 80
    heads = ("\nmodules\n", "\ntoolchain\n", "\nimages to build in\n", "\nimages below the program\n", "\nsigning\n")
    assert [head for head in sorted(heads, key=done.out.find) if head in done.out] == list(heads)
    text = " ".join(done.out.split())
    assert "✗ golang:1.22-buster The Go project; floats; ended 2024-06-30; Dockerfile:1" in text
    assert "error SM805 the build image golang:1.22-buster has had no support since 2024-06-30" in text
    assert "next: move to a Go that is supported on Debian 13 (trixie), supported until 2030-06-30" in text
    assert "ends of distributions by a table of 2026-11-26" in text


def test_what_is_pinned_in_ci_is_counted_and_shown_in_full_with_verbose(cli: Cli) -> None:
    folder = str(_CASES / "github-release")
    assert "✓ 2 more by the digest of their commits" in cli("audit", "path", folder, *_DAY).out
    assert "actions/checkout@08c6903cd8c0…" in cli("audit", "path", folder, *_DAY, "--verbose").out


def test_json_of_all_kinds_of_files_has_its_schema_and_no_secret(cli: Cli) -> None:
    done = cli("audit", "path", str(_CASES), *_DAY, "--format", "json")
    document = _valid(done.out)
    assert (document["exit_code"], document["as_of"]) == (done.code, "2026-11-26")
    assert len(document["files"]) >= 25
    assert not [secret for secret in _SECRETS if secret in done.out + done.err]


def test_exit_codes_tell_how_it_went(cli: Cli, tmp_path: Path) -> None:
    pinned = f"FROM golang:1.26.9@sha256:{'0' * 64}\nRUN go build .\n"
    ends = {
        "ok": pinned, "moves": "FROM golang:latest\n", "hides": "FROM $X\n",
    }  # fmt: skip
    codes = {
        name: cli("audit", "path", str(_project(tmp_path / name, Dockerfile=text)), *_DAY).code
        for name, text in ends.items()
    }
    assert codes == {"ok": 0, "moves": 1, "hides": 3}
    (tmp_path / "empty").mkdir()
    assert cli("audit", "path", str(tmp_path / "empty"), *_DAY).code == 5
    assert cli("audit", "path", str(tmp_path / "absent"), *_DAY).code == 2


def test_no_secret_of_a_file_is_in_the_text(cli: Cli) -> None:
    done = cli("audit", "path", str(_CASES / "docker-proxy"), *_DAY, "--verbose")
    assert "docker-proxy" in done.out
    assert not [secret for secret in _SECRETS if secret in done.out + done.err]


def test_check_gets_facts_and_gaps_of_the_same_files(tmp_path: Path) -> None:
    dockerfile = "FROM golang:1.26 AS build\nFROM $BASE\nCOPY --from=build /a /a\n"
    project = read_project(_project(tmp_path / "p", Dockerfile=dockerfile))
    means = Means(environ={}, now=_NOW, offline=True)
    seen = facts_of(AuditInput(means=means, project=project))
    assert {(use.what, use.location.line) for use in seen.facts if isinstance(use, VendorUse)} == {
        ("go 1.26", 3), ("golang:1.26", 1),
    }  # fmt: skip
    assert [(gap.wanted.startswith(PATH_WANTED), gap.location and gap.location.line) for gap in seen.gaps] == [
        (True, 2)
    ]


def test_a_broken_profile_of_the_user_is_a_gap_and_no_error(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "supplymatrix").mkdir(parents=True)
    (home / "supplymatrix" / "settings.toml").write_text("[vendors\n", encoding="utf-8")
    means = Means(environ={"XDG_CONFIG_HOME": str(home), "HOME": str(home)}, now=_NOW, offline=True)
    seen = facts_of(AuditInput(means=means, project=read_project(_project(tmp_path / "p"))))
    assert not seen.facts
    assert seen.gaps


def test_images_of_ko_and_of_jobs_are_base_images_of_check(tmp_path: Path) -> None:
    folder = _project(tmp_path / "p")
    (folder / ".ko.yaml").write_text("baseImageOverrides: {a: 'cgr.dev/chainguard/git:latest'}\n", encoding="utf-8")
    (folder / ".gitlab-ci.yml").write_text("t: {image: cgr.dev/chainguard/go}\n", encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY --from=cgr.dev/chainguard/busybox / /\n", encoding="utf-8")
    uses, gaps = base_images_of(folder, ("chainguard",), {}, _NOW.date())
    assert not gaps
    assert {use.reference for use in uses} == {
        "cgr.dev/chainguard/git:latest", "cgr.dev/chainguard/static", "cgr.dev/chainguard/go",
        "cgr.dev/chainguard/busybox",
    }  # fmt: skip
