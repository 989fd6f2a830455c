"""Lines for cosign, pasted: what means the same is taken, what does not is refused with what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.test_verify_blob import DATA, MADE, WHO, folder, signed

__all__ = ["folder"]

_BLOB = ("verify", "blob", "app", "--trusted-root", "root.json")


@pytest.mark.parametrize(
    "words",
    [
        ("--insecure-ignore-tlog=false", "--insecure-ignore-sct=false", "--offline=true", "--offline=false"),
        ("--new-bundle-format=true", "--new-bundle-format", "--use-signed-timestamps=false", "--experimental-oci11"),
        ("--check-claims=true", "--check-claims", "--private-infrastructure=false", "--sk=false"),
    ],
)
def test_what_is_done_anyway_is_taken_with_and_without_a_value(words: tuple[str, ...], cli: Cli, folder: Path) -> None:
    done = cli(*_BLOB, *WHO, *words, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert "NOT CHECKED" not in done.out
    assert "note:" not in done.out


@pytest.mark.parametrize(
    "word", ["--insecure-ignore-tlog=true", "--private-infrastructure", "--private-infrastructure=1"]
)
def test_a_log_that_is_left_out_is_told(word: str, cli: Cli, folder: Path) -> None:
    (folder / "app.sigstore.json").write_bytes(signed(DATA, stamps=1))
    done = cli(*_BLOB, *WHO, word, cwd=folder)
    assert done.code == 0
    assert "NOT CHECKED: the transparency log (--insecure-ignore-log)" in done.out


def test_what_is_passed_over_is_told(cli: Cli, folder: Path) -> None:
    for words in (("-o", "json"), ("--output=json",), ("--output", "json")):
        more = ("--rekor-url", "https://log.example", "--max-workers=3")
        done = cli(*_BLOB, *WHO, *words, *more, cwd=folder)
        assert done.code == 0
        assert [note.partition(":")[0].split()[0] for note in json.loads(done.out)["notes"]] == [
            words[0].partition("=")[0], "--rekor-url", "--max-workers",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--check-claims=false",), "always held against the artifact"),
        (("--insecure-ignore-tlog=maybe",), "true or false"),
        (("--use-signed-timestamps",), "leave it out"),
        (("--use-signed-timestamps=true",), "leave it out"),
        (("--ca-intermediates", "x.pem"), "into the file of --ca"),
        (("--timestamp-certificate-chain", "x.pem"), "--trusted-root"),
        (("--digest", "ab" * 32), "sha256:"),
        (("--sk",), "keys are files here"),
        (("--sk=true",), "keys are files here"),
        (("--key", "https://corp.example/key.pub"), "keys are files here"),
        (("--key", "k8s://ns/name"), "keys are files here"),
        (("--key", "env://KEY"), "keys are files here"),
        (("--key", "pkcs11:slot-id=1"), "keys are files here"),
        (("--key", "-"), "keys are files here"),
        (("--output", "payload"), "no format"),
    ],
)
def test_what_means_something_else_is_refused(words: tuple[str, ...], told: str, cli: Cli, folder: Path) -> None:
    done = cli(*_BLOB, *words, cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert told in " ".join(done.err.replace("= next: ", "").split())


def test_a_layout_that_cosign_saved_is_named_without_a_prefix(cli: Cli, folder: Path) -> None:
    (folder / "key.pub").write_text(MADE.key().pem)
    words = ("verify", "image", "--key", "key.pub", "--offline")
    (folder / "saved").mkdir()
    assert "! ./saved: " in cli(*words, "--local-image=true", "saved", cwd=folder).out
    assert "a layout in the current folder is named ./saved" in " ".join(cli(*words, "saved", cwd=folder).out.split())


def test_words_behind_two_dashes_are_names(cli: Cli, folder: Path) -> None:
    done = cli("verify", "blob", *WHO, "--trusted-root", "root.json", "--", "app", "--offline=true", cwd=folder)
    assert done.code == 2
    assert "--offline=true: not readable" in done.out


@pytest.mark.parametrize("command", ["attestation", "image"])
def test_the_help_tells_a_kind_that_is_wider_than_cosign_s(command: str, cli: Cli) -> None:
    told = " ".join(cli("verify", command, "--help").out.split())
    assert "slsaprovenance (v0.1, v0.2 or v1; one alone: slsaprovenance02, slsaprovenance1)" in told
