"""`verify blob`: who signed files, in words and as JSON, its exit codes, and what it does not do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_sigstore import (
    GITHUB_IDENTITY,
    GITHUB_ISSUER,
    Fault,
    MadeSigstore,
    github_fields,
    statement,
)

MADE = MadeSigstore()
DATA = b"an artifact\n"
ISSUED = datetime(2025, 3, 1, tzinfo=UTC)
WHO = ("--identity", GITHUB_IDENTITY, "--issuer", GITHUB_ISSUER, "--engine", "native")
signed = partial(MADE.keyless_blob, issued=ISSUED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the file `app` that is signed, and the trusted root."""
    (tmp_path / "root.json").write_bytes(MADE.trusted_root())
    _write(tmp_path, "app")
    return tmp_path


def _write(folder: Path, name: str, data: bytes = DATA, bundle: bytes | None = None) -> str:
    (folder / name).write_bytes(data)
    (folder / f"{name}.sigstore.json").write_bytes(signed(data) if bundle is None else bundle)
    return name


def _json(text: str) -> dict[str, Any]:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["signed-artifacts"][0]).read_text("utf-8"))
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(document)
    return document


def test_a_signed_file_is_told_with_who_signed_it_when_and_where_it_is_logged(cli: Cli, folder: Path) -> None:
    bundle = signed(DATA, fields=github_fields())
    _write(folder, "app", bundle=bundle)
    done = cli("verify", "blob", "app", *WHO, "--trusted-root", "root.json", cwd=folder)
    assert done.code == 0
    for text in (
        "✓ app: signed", sha256(DATA).hexdigest(), "app.sigstore.json, bundle v0.3: holds", GITHUB_IDENTITY,
        GITHUB_ISSUER,
        "https://rekor.sigstore.example, entry 1,005", "2025-03-01 00:00:30 UTC, log promise", "commit 1f1f1f",
        "trusted: the root root.json", "everything is signed as asked",
    ):  # fmt: skip
        assert text in " ".join(done.out.split()), text
    assert "log proof" not in done.out
    assert "log proof" in cli("verify", "blob", "app", "-v", *WHO, "--trusted-root", "root.json", cwd=folder).out


def test_the_words_of_cosign_are_taken(cli: Cli, folder: Path) -> None:
    (folder / "x.bundle").write_bytes(signed(DATA, fields=github_fields()))
    done = cli(
        "verify", "blob", "--bundle", "x.bundle", "--certificate-identity-regexp", "^https://github.com/corp/.*$",
        "--certificate-oidc-issuer", GITHUB_ISSUER, "--certificate-github-workflow-repository", "corp/app",
        "--certificate-github-workflow-sha", "1f" * 20, "--trusted-root", "root.json", "--new-bundle-format", "app",
        cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.out
    assert "--certificate-identity" not in cli("verify", "blob", "--help").out


def test_who_did_not_sign_is_said_with_who_did(cli: Cli, folder: Path) -> None:
    done = cli(
        "verify", "blob", "app", "--identity", "dev@corp.example", "--issuer", GITHUB_ISSUER,
        "--trusted-root", "root.json", "--engine", "native", cwd=folder,
    )  # fmt: skip
    assert done.code == 1
    text = " ".join(done.out.split())
    assert "✗ app: refused: signed by somebody else (identity-mismatch)" in text
    assert "expected dev@corp.example found" in text
    assert f"found {GITHUB_IDENTITY}" in text


def test_a_changed_file_is_an_alarm_and_keeps_it_without_a_report(cli: Cli, folder: Path) -> None:
    (folder / "app").write_bytes(b"changed")
    words = ("verify", "blob", "app", *WHO, "--trusted-root", "root.json")
    done = cli(*words, cwd=folder)
    assert done.code == 4
    assert "✗ app: ALARM: it is of another artifact (digest-mismatch)" in done.out
    assert "follows    from that: signature, log entry, signing time" in done.out
    assert "next" not in done.out
    assert cli(*words, "--format", "json=none/x.json", cwd=folder).code == 4


def test_many_files_get_two_lines_each_and_a_table_at_the_end(cli: Cli, folder: Path) -> None:
    names = [_write(folder, f"f{number}", b"%d" % number) for number in range(3)]
    (folder / "f1").write_bytes(b"changed")
    (folder / "plain").write_bytes(b"x")
    done = cli("verify", "blob", *names, "plain", *WHO, "--trusted-root", "root.json", cwd=folder)
    assert done.code == 4
    assert done.out.count(": signed\n    by ") == 2
    assert "4 artifacts: 1 alarm, 1 unsigned, 2 signed" in done.out
    assert done.out.index("artifacts:") < done.out.rindex("✗ f1: ALARM: it is of another artifact (digest-mismatch)")
    document = _json(
        cli(
            "verify", "blob", *names, "plain", *WHO, "--trusted-root", "root.json", "--format", "json", cwd=folder
        ).out
    )  # fmt: skip
    assert [found["state"] for found in document["artifacts"]] == ["signed", "alarm", "signed", "unsigned"]
    assert document["exit_code"] == 4


def test_the_json_has_every_step_and_no_word_of_a_statement_that_does_not_hold(cli: Cli, folder: Path) -> None:
    good = statement({"app": sha256(DATA).hexdigest()})
    lines = [
        MADE.keyless_dsse(good, issued=ISSUED), MADE.keyless_dsse(good, issued=ISSUED, identity="dev@corp.example")
    ]  # fmt: skip
    (folder / "app.intoto.jsonl").write_bytes(b"".join(json.dumps(json.loads(line)).encode() + b"\n" for line in lines))
    words = ("verify", "blob", "app", *WHO, "--trusted-root", "root.json", "--format", "json")
    document = _json(cli(*words, cwd=folder).out)
    (artifact,) = document["artifacts"]
    assert [verdict["statement"] is None for verdict in artifact["attestations"]] == [False, True]
    assert artifact["attestations"][0]["statement"]["kind"] == "provenance"
    assert artifact["attestations"][1]["reason"] == "identity-mismatch"
    assert {"signature", "log entry", "identity"} <= {step["check"] for step in artifact["signatures"][0]["steps"]}


def test_who_tells_who_signed_and_how_to_ask_for_them(cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", "app", "--who", "--trusted-root", "root.json", "--engine", "native", cwd=folder)
    assert done.code == 1
    asked = f"--identity {GITHUB_IDENTITY} --issuer {GITHUB_ISSUER}"
    assert asked in " ".join(done.out.replace("\\\n", "").split())
    assert "✓ app" not in done.out
    again = cli("verify", "blob", "app", *asked.split(), "--trusted-root", "root.json", cwd=folder)
    assert again.code == 0
    assert cli("verify", "blob", "app", "--who", *WHO, cwd=folder).code == 2


def test_a_key_is_asked_for_where_a_key_signed(cli: Cli, folder: Path) -> None:
    _write(folder, "app", bundle=MADE.keyed_blob(DATA, log=""))
    (folder / "key.pub").write_text(MADE.key().pem)
    assert cli("verify", "blob", "app", *WHO, "--trusted-root", "root.json", cwd=folder).code == 3
    assert cli("verify", "blob", "app", "--key", "key.pub", cwd=folder).code == 1  # in no log
    done = cli("verify", "blob", "app", "--key", "key.pub", "--key-without-log", cwd=folder)
    assert done.code == 0
    assert "trusted:" not in done.out
    loud = cli("verify", "blob", "app", "--key", "key.pub", "--insecure-ignore-log", cwd=folder)
    assert loud.code == 0
    assert "NOT CHECKED: the transparency log (--insecure-ignore-log)" in loud.out
    assert "signed, with checks switched off" in loud.out
    document = _json(
        cli(
            "verify", "blob", "app", "--key", "key.pub", "--insecure-ignore-log", "--format", "json", cwd=folder
        ).out
    )  # fmt: skip
    assert len(document["not_checked"]) == 1
    assert document["artifacts"][0]["signatures"][0]["state"] == "accepted"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), r"who should have signed\? Give --identity and --issuer, --key, or --vendor"),
        (("--identity", GITHUB_IDENTITY), "--issuer https://token.actions.githubusercontent.com"),
        (("--issuer", GITHUB_ISSUER), "an issuer alone names nobody"),
        (("--identity", "a@b", "--identity", "c@d", "--identity", "e@f", "--issuer", "x", "--issuer", "y"), "whose"),
        (("--key", "none.pub"), "cannot be opened"),
        (("--key", "app"), "no public key"),
        ((*WHO, "--bundle", "x", "--signature", "y"), "exclude each other"),
        ((*WHO, "--certificate", "y"), "goes with --signature"),
        ((*WHO, "--bundle", "none.json"), "there is no such file|cannot be opened"),
        ((*WHO, "--require", "sbm"), "did you mean sbom"),
        ((*WHO, "--var", "x=y"), "goes with --vendor"),
        ((*WHO, "--annotation", "x"), "NAME=VALUE"),
        ((*WHO, "--key-without-log"), "goes with --key"),
        (("--vendor", "nobody"), "vendor"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], told: str, cli: Cli, folder: Path) -> None:
    import re

    done = cli("verify", "blob", "app", *words, cwd=folder)
    assert done.code == 2
    assert re.search(told, " ".join(done.err.split()).replace("= next: ", "")), done.err


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no JSON"),
        (b'{\n  "mediaType": \n}', "line 3, column 1"),
        (b"[]", "no signature"),
        (b"[" * 100_000, "deep"),
        (b'{"mediaType": "application/vnd.dev.sigstore.bundle.v9.9+json"}', "version"),
        (b"\xff\xfe", "UTF-8|no JSON|no text"),
    ],
)  # fmt: skip
def test_a_bundle_that_cannot_be_read_says_why(data: bytes, told: str, cli: Cli, folder: Path) -> None:
    import re

    _write(folder, "app", bundle=data)
    done = cli("verify", "blob", "app", *WHO, "--trusted-root", "root.json", cwd=folder)
    assert done.code == 2
    assert re.search(told, done.out), done.out
    assert "internal error" not in done.err


def test_a_trusted_root_that_is_none_is_named(cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", "app", *WHO, "--trusted-root", "app", cwd=folder)
    assert done.code == 2
    assert "not read: app: the trusted root is no JSON" in done.out


def test_a_folder_a_pipe_and_nothing_are_no_artifacts(cli: Cli, folder: Path) -> None:
    (folder / "dir").mkdir()
    os.mkfifo(folder / "pipe")
    done = cli("verify", "blob", "dir", "pipe", "none", "app", *WHO, "--trusted-root", "root.json", cwd=folder)
    assert done.code == 2
    assert "4 artifacts: 3 unreadable, 1 signed" in done.out
    assert "name the files in it: dir/*" in done.out


def test_what_a_certificate_says_cannot_move_the_cursor(cli: Cli, folder: Path) -> None:
    odd = "user\x1b[2J\u202eevil"
    _write(folder, "app", bundle=signed(DATA, identity=odd))
    for words in (("--who",), WHO):
        done = cli("verify", "blob", "app", *words, "-v", "--trusted-root", "root.json", cwd=folder)
        assert not set("\x1b\x9b\x07\u202e") & set(done.out + done.err)


def test_the_lines_of_a_report_fit_a_terminal(cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", "app", *WHO, "--trusted-root", "root.json", "-v", cwd=folder)
    assert [line for line in done.out.splitlines() if len(line) > 80 and len(line.split()) > 1] == []


_BLOCKED = """
import socket, sys
def refuse(*_args, **_more):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
from supplymatrix.cli.main import run
code = run(sys.argv[1:])
heavy = ("sigstore", "httpx", "tuf", "requests", "textual", "cryptography")
print(sorted({name.partition(".")[0] for name, found in sys.modules.items() if found is not None} & set(heavy)))
sys.exit(code)
"""


def _elsewhere(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _BLOCKED, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.mark.parametrize("engine", ["native", "both"])
def test_offline_opens_no_connection(engine: str, folder: Path) -> None:
    words = ("--engine", engine, "--offline", "--trusted-root", "root.json")
    done = _elsewhere(folder, "verify", "blob", "app", *WHO[:4], *words)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = done.stdout.splitlines()[-1]
    assert ("'sigstore'" in loaded) is (engine == "both")
    assert "httpx" not in loaded


def test_the_help_loads_no_library_that_verifies(folder: Path) -> None:
    done = _elsewhere(folder, "verify", "blob", "--help")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "[]"


_EMPTY = (
    "--identity", "--identity-regexp", "--issuer", "--issuer-regexp", "--key", "--workflow-repository",
    "--workflow-ref", "--claim", "--annotation", "--vendor", "--require", "--trusted-root", "--ca", "--bundle",
    "--certificate-identity", "--certificate-oidc-issuer",
)  # fmt: skip


@pytest.mark.parametrize("option", _EMPTY)
def test_an_empty_text_asks_for_nothing_and_is_refused(option: str, cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", "app", *WHO, "--trusted-root", "root.json", option, "", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "it is empty" in " ".join(done.err.split()) or "is no NAME=VALUE" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "blob", "app", *WHO, "--signature", ""),
        ("verify", "blob", "app", *WHO, "--require", "sbom,"),
        ("verify", "blob", "app", *WHO, "--annotation", "a=b,"),
        ("verify", "attestation", "app", *WHO, "--type", ""),
        ("verify", "image", "registry.example/app", *WHO, "--type", ""),
        ("verify", "image", "registry.example/app", *WHO, "--platform", ""),
        ("verify", "publisher", "a.example/b@v1.0.0", "--identity", ""),
        ("verify", "publisher", "a.example/b@v1.0.0", "--fingerprint", ""),
        ("verify", "publisher", "a.example/b@v1.0.0", "--keyring", ""),
        ("trace", "app", *WHO, "--source", ""),
        ("trace", "app", *WHO, "--builder-identity", ""),
        ("trace", "app", *WHO, "--base", ""),
        ("trace", "app", *WHO, "--base-vendor", ""),
        ("trace", "app", *WHO, "--must-have", ""),
        ("trace", "app", *WHO, "--must-have", "sbom,"),
    ],
)
def test_an_empty_text_is_refused_wherever_it_would_drop_what_is_asked(
    words: tuple[str, ...], cli: Cli, folder: Path
) -> None:
    done = cli(*words, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "it is empty" in " ".join(done.err.split())


def test_a_file_that_is_named_like_a_digest_is_not_taken_for_it(cli: Cli, folder: Path) -> None:
    digest = f"sha256:{sha256(DATA).hexdigest()}"
    _write(folder, digest, b"another file")
    words = (*WHO, "--trusted-root", "root.json")
    assert cli("verify", "blob", digest, *words, cwd=folder).code == 2  # nothing lies beside a digest
    done = cli("verify", "blob", f"./{digest}", *words, cwd=folder)
    assert done.code == 0
    assert f"✓ ./{digest}: signed" in " ".join(done.out.split())
    assert cli("verify", "blob", digest, *words, "--bundle", "app.sigstore.json", cwd=folder).code == 0


def test_a_name_that_is_too_long_ends_no_run(cli: Cli, folder: Path) -> None:
    long, nearly = "x" * 300, "n" * 250
    (folder / nearly).write_bytes(DATA)
    words = (*WHO, "--trusted-root", "root.json")
    for more in ((), ("--bundle", "{name}.sigstore.json")):
        done = cli("verify", "blob", long, nearly, "app", *words, *more, cwd=folder)
        assert done.code == 2
        assert "3 artifacts: 1 unreadable, 1 unsigned, 1 signed" in done.out
    assert cli("verify", "blob", "app", *words, "--bundle", long, cwd=folder).code == 2
    assert cli("verify", "blob", f"sha256:{long}", *words, cwd=folder).code == 2


def test_an_authority_of_ones_own_is_named_in_the_report(cli: Cli, folder: Path) -> None:
    (folder / "ca.pem").write_text(MADE.ca_pem)
    digest = sha256(MADE.ca_pem.encode()).hexdigest()
    words = ("verify", "blob", "app", "--identity", GITHUB_IDENTITY, "--trusted-root", "root.json", "--ca", "ca.pem")
    done = cli(*words, "--issuer", GITHUB_ISSUER, cwd=folder)
    assert done.code == 0
    assert f"trusted: certificates of ca.pem alone, sha256:{digest}; logs and" in " ".join(done.out.split())
    assert "everything is signed as asked" in done.out
    trusted = _json(cli(*words, "--issuer", GITHUB_ISSUER, "--format", "json", cwd=folder).out)["trusted_root"]
    assert (trusted["name"], trusted["authority"]) == ("root.json", {"name": "ca.pem", "sha256": digest})
    loose = cli(*words, cwd=folder)
    assert loose.code == 0
    assert "NOT CHECKED: the issuer (--ca without --issuer)" in loose.out
    assert "what was checked is as asked; not everything was checked" in loose.out


def test_a_key_that_publishes_to_no_log_leaves_a_line(cli: Cli, folder: Path) -> None:
    _write(folder, "app", bundle=MADE.keyed_blob(DATA, log=""))
    (folder / "key.pub").write_text(MADE.key().pem)
    words = ("verify", "blob", "app", "--key", "key.pub", "--key-without-log")
    done = cli(*words, cwd=folder)
    assert "NOT CHECKED: the transparency log, where a key's signature has no entry" in done.out
    assert "not everything was checked" in done.out
    (line,) = _json(cli(*words, "--format", "json", cwd=folder).out)["not_checked"]
    assert "--key-without-log" in line


def test_it_is_told_how_to_ask_only_for_whom_a_signature_holds(cli: Cli, folder: Path) -> None:
    _write(folder, "b", bundle=MADE.keyless_blob(DATA, issued=ISSUED, faults={Fault.WRONG_PROMISE}))
    words = ("--who", "--trusted-root", "root.json", "--engine", "native")
    done = cli("verify", "blob", "app", "b", *words, cwd=folder)
    assert done.code == 4
    assert done.out.count("ask with") == 1
    assert "2 artifacts: 1 alarm, 1 told, and not judged" in done.out
    assert done.out.count("? app: who signed is told, and not judged") == 2


def test_a_key_that_is_none_is_not_answered_with_how_to_make_one(cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", "app", "--key", "app", cwd=folder)
    assert done.code == 2
    assert "next: give the signer's public key (PEM)" in done.err
    assert "genpkey" not in done.err


@pytest.mark.parametrize(
    "words",
    [("app", "--key", "none.pub"), ("app", *WHO, "--bundle", "none.json"), ("app", *WHO, "--trusted-root", "none"),
     ("none", *WHO), ("app", *WHO, "--bundle", "app"), ("sha256:" + "ab" * 32, *WHO)],
)  # fmt: skip
def test_what_is_missing_or_cannot_be_read_is_told_with_what_to_do(
    cli: Cli, folder: Path, words: tuple[str, ...]
) -> None:
    done = cli("verify", "blob", *words, cwd=folder)
    assert done.code == 2
    assert "next" in done.out + done.err


def test_an_exit_code_that_goes_before_another_tells_it_in_the_last_line(cli: Cli, folder: Path) -> None:
    _write(folder, "keyed", b"x", MADE.keyed_blob(b"x"))
    (folder / "plain").write_bytes(b"x")
    done = cli("verify", "blob", "app", "keyed", "plain", *WHO, "--trusted-root", "root.json", cwd=folder)
    assert done.code == 3
    told = " ".join(done.out.split())
    assert told.endswith("not everything could be had, or judged here; and not everything is signed as asked")
    assert "keyed: not decided: made by a key that was not given (key-required)" in told
