"""Where the signatures of a run are: beside files, in folders, where patterns say; and what there cannot be read."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from supplymatrix.attest.wanted import Wanted
from supplymatrix.engine.signature_places import BundlePlaces
from supplymatrix.errors import InputError
from supplymatrix.model.signature import Reason, SignedAs
from tests.engine.test_verify_signatures import DATA, MADE, ROOT, _about, _file, _key, _line, _one, _run


@pytest.fixture(autouse=True)
def _with_root(tmp_path: Path) -> None:
    (tmp_path / "root.json").write_bytes(ROOT)


def test_a_file_of_a_folder_that_cannot_be_read_ends_no_run(tmp_path: Path) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    (folder / "a.json").write_bytes(MADE.keyless_blob(DATA))
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to("nowhere")
    os.mkfifo(folder / "b.sigstore.json")
    places = BundlePlaces(bundles=(str(folder),))
    run = _run(tmp_path, _file(tmp_path, "x"), _file(tmp_path, "b", b"other"), places=places)
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED, SignedAs.UNREADABLE]
    assert run.notes == ("3 files of the folder of bundles are none, or cannot be read",)


def test_bundles_that_were_not_tried_are_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supplymatrix.engine.signature_places._MOST_TRIED", 2)
    signature = {"base64Signature": MADE.sign_blob(DATA).signature_text}
    (tmp_path / "bare.jsonl").write_bytes((json.dumps(signature).encode() + b"\n") * 5)
    places = BundlePlaces(bundles=(str(tmp_path / "bare.jsonl"),))
    run = _run(tmp_path, _file(tmp_path), places=places, wanted=Wanted(keys=(_key(),)))
    assert len(run.artifacts[0].signatures) == 2
    assert run.notes == ("3 of the bundles were not tried: none names the artifact, and 2 are",)


def test_a_file_beside_that_cannot_be_read_is_no_matter_of_policy(tmp_path: Path) -> None:
    other = MADE.keyless_blob(DATA, identity="dev@corp.example")
    target = _file(tmp_path, sigstore=other)
    assert _run(tmp_path, target).exit_code == 1
    (tmp_path / "app.sigstore.json").mkdir()
    assert _run(tmp_path, target).exit_code == 2
    (tmp_path / "app.sigstore").write_bytes(MADE.keyless_blob(DATA))
    assert _run(tmp_path, target).exit_code == 0
    run = _run(tmp_path, target, required=("sbom",))
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.UNREADABLE, 2)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_key_under_the_name_of_a_certificate_is_told_and_counts_by_being_named(
    tmp_path: Path, is_wrapped: bool
) -> None:
    text = MADE.key().pem.encode()
    signature = json.loads(MADE.keyed_blob(DATA, log=""))["messageSignature"]["signature"].encode()
    target = _file(tmp_path, sig=signature, pem=base64.b64encode(text) if is_wrapped else text)
    artifact = _one(tmp_path, target, wanted=Wanted(keys=(_key(),), log_is_optional=True))
    assert artifact.state is SignedAs.SIGNED
    assert artifact.notes == (
        f"{(tmp_path / 'app.pem').as_posix()}: a key, and no certificate; it counts where it is named: --key",
    )
    assert _one(tmp_path, target).signatures[0].reason is Reason.KEY_REQUIRED


def test_places_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    target = _file(tmp_path)
    patterns = BundlePlaces(bundles=(f"{tmp_path}/x.json{{}}", f"{tmp_path}/{{name}}"))
    by_pattern = _one(tmp_path, target, places=patterns)
    assert by_pattern.state is SignedAs.UNREADABLE  # the file itself is no bundle
    pattern = BundlePlaces(bundles=(f"{tmp_path}/x.json",), signature="")
    with pytest.raises(InputError):
        _run(tmp_path, target, places=BundlePlaces(bundles=(f"{tmp_path}/none",)))
    assert _one(tmp_path, target, places=pattern).state is SignedAs.UNSIGNED  # an empty folder
    named = BundlePlaces(signature=f"{tmp_path}/none.sig")
    assert _one(tmp_path, target, places=named).state is SignedAs.UNREADABLE
    (tmp_path / "pgp.sig").write_bytes(b"-----BEGIN PGP SIGNATURE-----")
    other = _one(tmp_path, target, places=BundlePlaces(signature=f"{tmp_path}/pgp.sig"))
    assert other.faults[0].message == "this is an OpenPGP signature"


def test_a_file_or_folder_with_more_bundles_than_anybody_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.engine.signature_bundles._MOST_IN_FILE", 2)
    monkeypatch.setattr("supplymatrix.sources.signature_files._MOST_FILES", 2)
    line = _line(MADE.keyless_dsse(_about()))
    target = _file(tmp_path, intoto_jsonl=line * 3)
    assert _one(tmp_path, target, only_attestations=True).state is SignedAs.UNREADABLE
    (tmp_path / "many").mkdir()
    for number in range(3):
        (tmp_path / "many" / f"{number}.json").write_bytes(line)
    with pytest.raises(InputError, match="has 3 bundles"):
        _run(tmp_path, target, places=BundlePlaces(bundles=(f"{tmp_path}/many",)))


def test_many_files_of_one_folder_find_the_same_as_each_alone(tmp_path: Path) -> None:
    targets = [
        _file(tmp_path, f"f{number}", b"%d" % number, sigstore_json=MADE.keyless_blob(b"%d" % number))
        for number in range(20)
    ]
    (tmp_path / "f3.sigstore.json").rename(tmp_path / "f3.bundle")
    (tmp_path / "f4.sigstore.json").unlink()
    together = _run(tmp_path, *targets).artifacts
    assert together == tuple(_one(tmp_path, target) for target in targets)
    assert [found.state for found in together].count(SignedAs.SIGNED) == 19
