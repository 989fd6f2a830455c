"""`verify image`: exit codes, both formats, which image of an index, and what it does not do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.made_oci import MadeOci
from tests.support.made_sigstore import GITHUB_IDENTITY, GITHUB_ISSUER, SIGN_PREDICATE, MadeSigstore, statement
from tests.support.registry_server import RegistryServer

MADE = MadeSigstore()
ISSUED = datetime(2025, 3, 1, tzinfo=UTC)
KEY = ("--key", "key.pub", "--key-without-log")
WHO = ("--identity", GITHUB_IDENTITY, "--issuer", GITHUB_ISSUER, "--engine", "native", "--trusted-root", "root.json")
SPDX = "https://spdx.dev/Document/v2.3"


def _bundle(image: str, predicate: str = SIGN_PREDICATE) -> bytes:
    return MADE.keyed_dsse(statement({"": image[7:]}, predicate), log="")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a key, a trusted root, and layouts: of one image, and of an index."""
    (tmp_path / "key.pub").write_text(MADE.key().pem)
    (tmp_path / "root.json").write_bytes(MADE.trusted_root())
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, MADE.simple_signing(image, issued=ISSUED, annotations=(("team", "sre"),)))
    store.bundle(image, _bundle(image))
    store.bundle(image, _bundle(image, SPDX))
    store.tagged(image, ".sbom", [store.layer(b"{}", "text/spdx+json")])
    store.write(tmp_path / "one")
    store = MadeOci(has_api=False)
    images = {f"linux/{name}": store.image(name, platform=f"linux/{name}") for name in ("amd64", "arm64")}
    index = store.index(images, tag="v1")
    store.bundle(index, _bundle(index))
    store.write(tmp_path / "index")
    store = MadeOci()
    store.image(tag="v1")
    store.write(tmp_path / "unsigned")
    return tmp_path


def _json(text: str) -> dict[str, Any]:
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["signed-artifacts"][0]).read_text("utf-8"))
    document: dict[str, Any] = json.loads(text)
    Draft202012Validator(schema).validate(document)
    return document


def test_an_image_is_told_with_its_digest_its_signatures_and_apart_its_attestations(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./one", *KEY, cwd=folder)
    assert done.code == 0
    for text in ("✓ ./one: signed", "bundle v0.3: holds", "attestation", "spdx", "not signed", "v1"):
        assert text in done.out
    assert max(map(len, done.out.splitlines())) <= 200


def test_somebody_is_found_among_the_signatures_by_identity(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./one", *WHO, "--annotation", "team=sre", cwd=folder)
    assert done.code == 0, done.out
    assert "simple signing: holds" in done.out
    assert GITHUB_IDENTITY in done.out
    assert cli("verify", "image", "./one", *WHO, "-a", "team=dev", cwd=folder).code == 1


def test_json_follows_its_schema_and_has_all_that_text_has(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./one", "./index", *KEY, "--all-platforms", "--format", "json", cwd=folder)
    document = _json(done.out)
    assert done.code == 0
    assert len(document["artifacts"]) == 4
    assert [one.get("platform", "") for one in document["artifacts"]] == ["", "", "linux/amd64", "linux/arm64"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("./one", "./unsigned"), 1),
        (("./one", "--require", "sbom"), 0),
        (("./one", "--require", "provenance"), 1),
        (("./one", "--type", "spdx"), 0),
        (("./one", "--type", "cyclonedx"), 1),
        (("./index", "--type", "spdx"), 1),
        (("./index", "--platform", "linux/arm64"), 0),
        (("./index", "--platform", "linux/s390x"), 2),
        (("./one:v1",), 0),
        (("./one:v2",), 2),
        (("./none",), 2),
        (("No Name",), 2),
        (("registry.example/app:v1", "--offline"), 3),
        (("./one", "registry.example/app:v1", "--offline"), 3),
        (("./index", "--platform", "linux/arm64", "--all-platforms"), 2),
        ((), 2),
    ],
)
def test_exit_codes(cli: Cli, folder: Path, arguments: tuple[str, ...], code: int) -> None:
    done = cli("verify", "image", *arguments, *KEY, cwd=folder)
    assert done.code == code, done
    assert "Traceback" not in done.err


def test_a_changed_blob_is_an_alarm(cli: Cli, folder: Path) -> None:
    for path in (folder / "one" / "blobs" / "sha256").iterdir():
        if b"dsseEnvelope" in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b'"sig"', b' "sig"'))
    done = cli("verify", "image", "./one", *KEY, cwd=folder)
    assert done.code == 4
    assert "not what its digest says" in " ".join(done.out.split())


def test_who_should_have_signed_must_be_said(cli: Cli, folder: Path) -> None:
    assert cli("verify", "image", "./one", cwd=folder).code == 2
    assert "--key" in cli("verify", "image", "./one", cwd=folder).err
    told = cli("verify", "image", "./one", "--who", "--trusted-root", "root.json", "--engine", "native", cwd=folder)
    assert GITHUB_IDENTITY in told.out


def test_a_registry_on_this_machine_is_asked_without_tls(cli: Cli, folder: Path) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.bundle(image, _bundle(image))
    with RegistryServer() as server:
        store.push(server, "team/app")
        done = cli("verify", "image", f"{server.host}/team/app:v1", *KEY, cwd=folder)
        assert done.code == 0, done
        assert "can be moved" in " ".join(done.out.split())
        asked = len(server.requests)
        assert cli("verify", "image", f"{server.host}/team/app:v1", "--offline", *KEY, cwd=folder).code == 3
        assert len(server.requests) == asked


def test_a_layout_needs_no_socket(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    assert cli("verify", "image", "./one", *KEY, cwd=folder).code == 0
    assert cli("verify", "image", "./one", *WHO, cwd=folder).code == 0


def test_text_of_a_layout_is_harmless_on_a_terminal(cli: Cli, folder: Path) -> None:
    store = MadeOci()
    image = store.image(tag="v1\x1b[31m")
    store.referrer(image, [store.layer(b"x", "text/\x1b]0;title\x07")])
    store.write(folder / "odd")
    done = cli("verify", "image", "./odd", *KEY, cwd=folder)
    assert done.code == 1
    assert not set(done.out) & {"\x1b", "\x07"}


@pytest.mark.parametrize("arguments", [("--help",), ("./one", *KEY, "--engine", "native")])
def test_no_library_is_loaded_that_is_not_used(folder: Path, arguments: tuple[str, ...]) -> None:
    program = (
        "import sys; from supplymatrix.cli.main import run; code = run(sys.argv[1:]); "
        "print([name for name in ('sigstore', 'httpx', 'asyncio', 'pydantic') if name in sys.modules], code)"
    )
    words = [sys.executable, "-c", program, "verify", "image", *arguments]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout + done.stderr


def test_an_unsigned_image_is_told_with_whom_to_ask(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./unsigned", *WHO, cwd=folder)
    assert done.code == 1
    assert "next         ask who publishes it" in done.out
