"""`verify image|blob --vendor`: the answer in both formats, and words that do not go together."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from supplymatrix.cli.schema import SCHEMAS
from supplymatrix.engine.vendor_profiles import load_profiles
from tests.cli.conftest import Cli
from tests.support.data import REPO
from tests.support.gnupg import Gnupg
from tests.support.machine import Machine
from tests.support.made_oci import MadeOci
from tests.support.made_profile import made_profile
from tests.support.made_sigstore import SIGN_PREDICATE, MadeSigstore, statement
from tests.support.registry_server import RegistryServer

MADE = MadeSigstore()
ISSUED = datetime(2025, 3, 1, tzinfo=UTC)
FREE = next(row for row in load_profiles().by_id["chainguard"].signers if row.id == "free-images")
ROOT = ("--trusted-root", "root.json", "--engine", "native")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with images: one as Chainguard signs it, one of a fork of its repository."""
    (tmp_path / "root.json").write_bytes(MADE.trusted_root())
    for name, identity in (("good", FREE.identity), ("fork", FREE.identity.replace("chainguard-images", "evil"))):
        store = MadeOci(has_api=False)
        image = store.image(name, tag="v1")
        payload = statement({"": image[7:]}, SIGN_PREDICATE)
        store.bundle(image, MADE.keyless_dsse(payload, identity=identity, issuer=FREE.issuer, issued=ISSUED))
        store.write(tmp_path / name)
    return tmp_path


def test_the_answer_names_vendor_mechanism_source_and_date(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./good", "--vendor", "chainguard", *ROOT, cwd=folder)
    assert done.code == 0, done.out + done.err
    words = " ".join(done.out.split())
    for text in (
        "really? yes, Chainguard signed it",
        "sigstore-keyless",
        "as read on 2026-08-21 in chainguard-dev/edu@",
    ):
        assert text in words
    done = cli("verify", "image", "./fork", "--vendor", "chainguard", *ROOT, cwd=folder)
    assert done.code == 1
    assert "nothing shows that it is of Chainguard" in " ".join(done.out.split())


def test_json_has_the_answer_of_each(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "./good", "./fork", "--vendor", "chainguard", *ROOT, "--format", "json", cwd=folder)
    document = json.loads(done.out)
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["signed-artifacts"][0]).read_text("utf-8"))
    Draft202012Validator(schema).validate(document)
    assert [one["vendor"] for one in document["artifacts"]] == ["chainguard", "chainguard"]
    assert [one["vendor_answer"].startswith("yes, ") for one in document["artifacts"]] == [True, False]
    assert done.code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--vendor", "chaingard"), "did you mean 'chainguard'?"),
        (("--vendor", "chainguard", "--identity", "x", "--issuer", "https://a.example"), "nobody else is named beside"),
        (("--vendor", "chainguard", "--key", "key.pub"), "nobody else is named beside"),
        (("--vendor", "chainguard", "--var", "orgg=x"), "did you mean 'org'?"),
        (("--vendor", "docker", "--key-file", "key.pub"), "this is not the key of Docker"),
        (("--vendor", "chainguard", "--key-file", "key.pub"), "--key-file would ask for nothing"),
        (("--vendor", "chainguard", "--fetch-key"), "--fetch-key would ask for nothing"),
        (("--vendor", "chainguard", "--profiles", "nowhere"), ""),
        (("--key-file", "key.pub"), "--key-file and --fetch-key go with --vendor"),
        (("--key", "key.pub", "--fetch-key"), "--key-file and --fetch-key go with --vendor"),
    ],
)
def test_words_that_do_not_go_together(cli: Cli, folder: Path, words: tuple[str, ...], told: str) -> None:
    (folder / "key.pub").write_text(MADE.key().pem)
    done = cli("verify", "image", "./good", *words, *ROOT, cwd=folder)
    if told:
        assert (done.code, told in done.err) == (2, True), done.err
    else:
        assert done.code == 0


def test_an_image_of_an_organisation_without_its_variables_says_where_to_read_them(cli: Cli, folder: Path) -> None:
    done = cli("verify", "image", "cgr.dev/corp/go", "--vendor", "chainguard", "--offline", cwd=folder)
    assert done.code == 2
    assert "--var image_syncer=VALUE" in done.err
    assert "chainctl iam account-associations describe" in done.err


def test_a_keyring_goes_with_a_vendor(cli: Cli, folder: Path) -> None:
    (folder / "file").write_bytes(b"x")
    done = cli("verify", "blob", "file", "--who", "--keyring", "ring", cwd=folder)
    assert (done.code, "--keyring goes with --vendor" in done.err) == (2, True)


@pytest.mark.skipif(shutil.which("gpg") is None or shutil.which("gpgv") is None, reason="GnuPG is not installed")
def test_a_file_with_an_openpgp_signature_is_told(cli: Cli, folder: Path) -> None:
    gnupg = Gnupg(folder)
    try:
        gnupg.key("release")
        (folder / "ring").write_bytes(gnupg.run("--armor", "--export"))
        listed = gnupg.run("--with-colons", "--list-keys").decode()
        (folder / "acme-1.tar.gz").write_bytes(b"an archive")
        (folder / "elsewhere.asc").write_bytes(gnupg.run("--armor", "--detach-sign", sent=b"an archive"))
    finally:
        gnupg.end()
    fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
    made_profile(
        folder / "own", artifact='"blob"', match='["acme-*.tar.gz"]', mechanism='"openpgp"',
        fingerprints=f'["{fingerprint}"]',
    )  # fmt: skip
    words = ("verify", "blob", "acme-1.tar.gz", "--vendor", "acme", "--profiles", "own")
    done = cli(*words, "--signature", "elsewhere.asc", "--keyring", "ring", cwd=folder)
    assert done.code == 0, done.out + done.err
    for text in ("OpenPGP signature: holds", f"key {fingerprint}", "release@a.example", "yes, Acme signed it"):
        assert text in " ".join(done.out.split())
    told = cli(*words, "--signature", "elsewhere.asc", "--keyring", "ring", "--format", "json", cwd=folder).out
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["signed-artifacts"][0]).read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(told))
    assert cli(*words, "--keyring", "ring", cwd=folder).code == 1
    assert cli(*words, "--signature", "elsewhere.asc", cwd=folder).code == 3


def test_what_cannot_be_asked_of_openpgp_is_refused_and_attestations_are_missing(cli: Cli, folder: Path) -> None:
    (folder / "go1.27.4.tar.gz").write_bytes(b"an archive")
    words = ("verify", "blob", "go1.27.4.tar.gz", "--vendor", "go-project")
    for more in (
        ("--annotation", "a=b"), ("--claim", "a=b"), ("--workflow-ref", "x"), ("--trusted-root", "root.json"),
        ("--bundle", "x"),
    ):  # fmt: skip
        done = cli(*words, *more, cwd=folder)
        assert (done.code, "signs it by OpenPGP" in done.err) == (2, True), more
    done = cli(*words, "--require", "provenance", "--format", "json", cwd=folder)
    assert done.code == 1
    assert json.loads(done.out)["artifacts"][0]["missing"]


def test_a_key_of_a_file_is_fetched_where_that_is_asked_for(cli: Cli, folder: Path) -> None:
    (folder / "acme-1.tar.gz").write_bytes(b"an archive")
    (folder / "acme-1.tar.gz.sigstore.json").write_bytes(MADE.keyed_blob(b"an archive", issued=ISSUED))
    pem = MADE.key().pem.encode()
    with RegistryServer() as server:
        url = f"http://{server.host}/v2/keys/blobs/{server.add_blob('keys', pem)}"
        made_profile(
            folder / "own", artifact='"blob"', match='["acme-*.tar.gz"]', mechanism='"sigstore-key"',
            key_url=f'"{url}"', key_sha256=f'"{hashlib.sha256(pem).hexdigest()}"', log='"required"',
        )  # fmt: skip
        words = ("verify", "blob", "acme-1.tar.gz", "--vendor", "acme", "--profiles", "own", *ROOT)
        assert cli(*words, cwd=folder).code == 3
        assert cli(*words, "--online", cwd=folder).code == 3
        assert cli(*words, "--fetch-key", "--offline", cwd=folder).code == 3
        assert not server.asked("blobs")
        done = cli(*words, "--fetch-key", cwd=folder)
        assert done.code == 0, done.out + done.err
        assert len(server.asked("blobs")) == 1


def test_a_file_needs_no_variables_of_images(cli: Cli, folder: Path) -> None:
    """Who signs images for each customer is not asked for where a file is meant."""
    (folder / "acme-1.tar.gz").write_bytes(b"an archive")
    who = {"mechanism": '"sigstore-keyless"', "issuer": '"https://issuer.acme.example"'}
    made_profile(
        folder / "own", identity='"https://acme.example/{org}"',
        variables='[{name = "org", what = "an id", where = "acme org show"}]', **who,
    )  # fmt: skip
    with (folder / "own" / "acme.toml").open("a") as file:
        file.write('[[signer]]\nid = "two"\nname = "files"\nartifact = "blob"\nmatch = ["acme-*"]\n')
        file.write('evidence = ["page"]\nidentity = "https://acme.example/files"\n')
        file.writelines(f"{key} = {text}\n" for key, text in who.items())
    signed = MADE.keyless_blob(
        b"an archive", identity="https://acme.example/files", issuer="https://issuer.acme.example", issued=ISSUED
    )
    (folder / "acme-1.tar.gz.sigstore.json").write_bytes(signed)
    words = ("--vendor", "acme", "--profiles", "own", *ROOT)
    done = cli("verify", "blob", "acme-1.tar.gz", *words, cwd=folder)
    assert done.code == 0, done.out + done.err
    done = cli("verify", "image", "./good", *words, cwd=folder)
    assert (done.code, "--var org=VALUE" in done.err) == (2, True)


def test_a_profile_of_the_user_s_own_is_told(cli: Cli, folder: Path, machine: Machine) -> None:
    (folder / "own").mkdir()
    text = (REPO / "vendor_profiles" / "chainguard.toml").read_text("utf-8")
    (folder / "own" / "chainguard.toml").write_text(text)
    words = ("verify", "image", "./good", "--vendor", "chainguard", *ROOT)
    named = cli(*words, "--profiles", "own", cwd=folder)
    settings = machine.home / ".config" / "supplymatrix" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[vendors]\nprofiles = ['{folder / 'own'}']\n")
    for done in (named, cli(*words, cwd=folder)):
        told = " ".join(done.out.split())
        assert done.code == 0, done.err
        assert "own/chainguard.toml takes the place of the built-in profile of chainguard" in told
        assert "by your own profile" in told
    shown = cli("vendors", "show", "chainguard", "--key", "signing", "--profiles", "own", cwd=folder)
    assert "by own/chainguard.toml" in shown.out
    assert "takes the place" in shown.err


def test_show_tells_who_signs_and_what_is_not_verified(cli: Cli) -> None:
    done = cli("vendors", "show", "chainguard", "--key", "signing")
    words = " ".join(done.out.split())
    for text in (FREE.identity, "apk-rsa (known, not verified by us)", "--var image_syncer=…", "cgr.dev/<your-org>/*"):
        assert text in words
    assert "who signs it" not in cli("vendors", "show", "chainguard", "--key", "fips_mode").out
    document = json.loads(cli("vendors", "show", "chainguard", "--key", "signing", "--format", "json").out)
    schema = json.loads((REPO / "supplymatrix/reports/schema" / SCHEMAS["vendors"][0]).read_text("utf-8"))
    Draft202012Validator(schema).validate(document)
    (vendor,) = document["vendors"]
    assert {row["id"]: row["verified_here"] for row in vendor["signers"]}["wolfi-packages"] is False
    assert {name for row in vendor["signers"] for name in row["evidence"]} <= {one["id"] for one in vendor["evidence"]}


def test_an_image_that_a_key_signed_is_none_of_a_vendor_who_signs_keyless(cli: Cli, folder: Path) -> None:
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.bundle(image, MADE.keyed_dsse(statement({"": image[7:]}, SIGN_PREDICATE), log=""))
    store.write(folder / "keyed")
    done = cli("verify", "image", "./keyed", "--vendor", "chainguard", *ROOT, cwd=folder)
    text = " ".join(done.out.split())
    assert done.code == 1
    assert "no: none of its signatures is by Chainguard: they were made by keys, and it signs by" in text
    assert "--key FILE" not in text
