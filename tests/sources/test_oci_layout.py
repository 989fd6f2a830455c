"""Image layouts that answer what a search asks: folders, tar files, what `cosign save` writes, and what is none."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.attest.image_found import ImageSignatures, SignatureKind
from supplymatrix.attest.image_search import find_signatures
from supplymatrix.errors import InputError
from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    GetReferrers,
    ImageReference,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciForged,
    OciUnavailable,
)
from supplymatrix.sources import oci_layout
from supplymatrix.sources.oci_layout import LayoutImage, drive_layout, open_layout
from tests.support.made_images import digest, docker_save, made_tar
from tests.support.made_oci import MANIFEST, MadeOci
from tests.support.made_sigstore import SIGN_PREDICATE, MadeSigstore, statement

SAVED = "dev.cosignproject.cosign/"


def _bundle(image: str, predicate: str = SIGN_PREDICATE) -> bytes:
    return MadeSigstore().keyed_dsse(statement({"": image[7:]}, predicate), log="")


def _signed() -> tuple[MadeOci, str]:
    """Return a repository with an image, two old signatures and a bundle."""
    store = MadeOci(has_api=False)
    image = store.image(tag="v1")
    store.old_signature(image, *[MadeSigstore().simple_signing(image, is_keyed=True, log="")] * 2)
    store.bundle(image, _bundle(image))
    return store, image


def _images(path: Path) -> tuple[LayoutImage, ...]:
    with open_layout(path) as layout:
        return layout.images


def _ask(path: Path, *asks: OciAsk) -> list[OciAnswer]:
    with open_layout(path) as layout:
        return [layout.answer(ask) for ask in asks]


def _found(path: Path, image: str) -> ImageSignatures:
    reference = ImageReference(registry="", repository="layout", digest=image)
    with open_layout(path) as layout:
        (row,) = drive_layout(find_signatures(reference, is_local=True), layout)
        return row


def _forms(row: ImageSignatures) -> list[str]:
    return [found.bundle.form for found in row.found]


ALL = ["simple signing", "simple signing", "bundle v0.3"]


def test_a_folder_answers_by_tags_digests_and_what_refers_to_an_image(tmp_path: Path) -> None:
    store, image = _signed()
    path = store.write(tmp_path)
    assert [(found.digest, found.tag) for found in _images(path)] == [(image, "v1")]
    assert _forms(_found(path, image)) == ALL
    by_tag, by_digest, no_tag, no_digest, config = _ask(
        path,
        GetManifest(reference="v1"),
        GetManifest(reference=image),
        GetManifest(reference="v2"),
        GetBlob(digest=digest(b"none")),
        GetBlob(digest=digest(b"{}")),
    )
    assert isinstance(by_tag, OciBytes)
    assert isinstance(by_digest, OciBytes)
    assert (by_tag.data, by_tag.digest, by_tag.media_type) == (by_digest.data, image, MANIFEST)
    assert isinstance(no_tag, OciAbsent)
    assert isinstance(no_digest, OciAbsent)
    assert isinstance(config, OciBytes)
    assert config.data == b"{}"


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("layout.tar", bytes),
        ("layout.tar.gz", lambda data: gzip.compress(data, 1, mtime=0)),
        ("layout.tar.xz", lzma.compress),
        ("layout.tar.bz2", bz2.compress),
        ("any-name", lambda data: gzip.compress(data, 1, mtime=0)),
    ],
)
@pytest.mark.parametrize("root", ["", "./", "image/"])
def test_a_tar_file_does_as_well(tmp_path: Path, name: str, pack: Callable[[bytes], bytes], root: str) -> None:
    store, image = _signed()
    path = tmp_path / name
    path.write_bytes(pack(made_tar({f"{root}{file}": data for file, data in store.files.items()})))
    assert [found.digest for found in _images(path)] == [image]
    assert _forms(_found(path, image)) == ALL


def test_files_of_a_tar_may_be_links_and_of_two_of_one_name_the_last_counts(tmp_path: Path) -> None:
    store, image = _signed()
    files: dict[str, bytes | str | None] = {"index.json": b"{", **store.files}
    blob = f"blobs/sha256/{image[7:]}"
    files |= {"kept": files.pop(blob), blob: ">../../kept"}
    path = tmp_path / "layout.tar"
    path.write_bytes(made_tar(files))
    assert _forms(_found(path, image)) == ALL


def test_large_files_of_a_packed_tar_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci_layout, "_KEPT_ANY", 4_000)
    monkeypatch.setattr(oci_layout, "_KEPT_SIZE", 9_000)
    store, image = _signed()
    long, longer = store.blob(b"x" * 5_000), store.blob(b"{" + b"x" * 9_000)
    path = tmp_path / "layout.tgz"
    path.write_bytes(gzip.compress(made_tar(dict(store.files.items()))))
    assert _forms(_found(path, image)) == ALL
    for answer in _ask(path, GetBlob(digest=long), GetBlob(digest=longer)):
        assert isinstance(answer, OciUnavailable)


# ---- what `cosign save` writes


def _entry(store: MadeOci, name: str, kind: str) -> dict[str, Any]:
    return {
        "mediaType": MANIFEST,
        "digest": name,
        "size": len(store.blobs[name]),
        "annotations": {"kind": f"{SAVED}{kind}"},
        "artifactType": "application/vnd.oci.image.config.v1+json",
    }


def test_signatures_of_a_saved_image_belong_to_the_image_before_them(tmp_path: Path) -> None:
    store = MadeOci()
    images = []
    for content in ("one", "two"):
        image = store.image(content)
        signature = store.old_signature(image, MadeSigstore().simple_signing(image, is_keyed=True, log=""))
        made = MadeSigstore().sign_dsse(statement({"app": image[7:]}), is_keyed=True, log="")
        attestation = store.old_attestation(image, made)
        kinds = (("image", image), ("sigs", signature), ("atts", attestation))
        store.saved += [_entry(store, name, kind) for kind, name in kinds]
        images.append(image)
    store.tags.clear()
    path = store.write(tmp_path)
    assert [found.digest for found in _images(path)] == images
    for image in images:
        row = _found(path, image)
        assert [found.kind for found in row.found] == [SignatureKind.SIGNATURE, SignatureKind.ATTESTATION]
        assert f'"docker-manifest-digest":"{image}"'.encode() in row.found[0].bundle.payload


def test_bundles_that_nothing_names_are_found_by_what_they_refer_to(tmp_path: Path) -> None:
    store = MadeOci()
    image, other = store.image(), store.image("other")
    for one in (image, other):
        store.bundle(one, _bundle(one))
    store.bundle(image, _bundle(image, "https://spdx.dev/Document"))
    store.saved = [_entry(store, image, "image")]
    path = store.write(tmp_path)
    assert [found.digest for found in _images(path)] == [image]
    assert sorted(found.kind for found in _found(path, image).found) == ["attestation", "signature"]


def test_a_referrer_without_a_tag_is_no_image(tmp_path: Path) -> None:
    store = MadeOci()
    image = store.image()
    name = store.bundle(image, _bundle(image))
    store.saved = [{"mediaType": MANIFEST, "digest": one} for one in (name, image)]
    assert [found.digest for found in _images(store.write(tmp_path))] == [image]


def test_signatures_of_an_image_that_is_not_there_are_told(tmp_path: Path) -> None:
    store, image = _signed()
    store.tags["v1"] = store.image("other")
    del store.blobs[image]
    path = store.write(tmp_path)
    with open_layout(path) as layout:
        assert [image in note for note in layout.notes] == [True]
    assert _found(path, store.tags["v1"]).found == ()


def test_more_blobs_than_are_looked_at_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci_layout, "MAX_SCANNED", 3)
    store, image = _signed()
    with open_layout(store.write(tmp_path)) as layout:
        layout.answer(GetReferrers(digest=image))
        layout.answer(GetReferrers(digest=image))
        assert len(layout.missing) == 1


def test_a_fallback_tag_that_leads_to_the_image_itself_hides_nothing(tmp_path: Path) -> None:
    store = MadeOci()
    image = store.image(tag="v1")
    store.bundle(image, _bundle(image))
    store.tags[image.replace(":", "-")] = image
    row = _found(store.write(tmp_path), image)
    assert (_forms(row), row.judged) == (["bundle v0.3"], ())


# ---- layouts that docker reads by another list


def _docker_list(store: MadeOci, *, config: str = "", layers: list[str] | None = None) -> dict[str, Any]:
    """Return the row of the image of a repository as `docker save` writes it, or of something else."""
    document = json.loads(store.blobs[store.tags["v1"]])
    names = layers if layers is not None else [row["digest"] for row in document["layers"]]
    paths = [f"blobs/{name.replace(':', '/')}" for name in (config or document["config"]["digest"], *names)]
    return {"Config": paths[0], "RepoTags": ["app:v1"], "Layers": paths[1:]}


def _forged(path: Path) -> list[str]:
    with open_layout(path) as layout:
        return [found.says for found in layout.forged]


@pytest.mark.parametrize("is_tar", [False, True])
def test_what_docker_would_read_is_held_against_the_index(tmp_path: Path, *, is_tar: bool) -> None:
    store, _ = _signed()
    other = store.blob(b'{"os": "linux"}'), store.blob(made_tar({"app": b"another"}))
    rows = {
        "same": _docker_list(store),
        "image": _docker_list(store, config=other[0], layers=[other[1]]),
        "layers": _docker_list(store, layers=[other[1]]),
        "more": _docker_list(store) | {"layers": []},
        "none": _docker_list(store) | {"Layers": ["../x"]},
    }
    told = {}
    for name, row in rows.items():
        data = json.dumps([row]).encode()
        path = tmp_path / name
        if is_tar:
            path.write_bytes(made_tar({**store.files, "manifest.json": data}))
        else:
            (store.write(path) / "manifest.json").write_bytes(data)
        told[name] = _forged(path)
    assert told.pop("same") == []
    assert [len(says) for says in told.values()] == [1, 1, 1, 1]
    assert "an image that index.json does not have" in told["image"][0]
    assert "other layers" in told["layers"][0]


def test_a_manifest_json_of_another_program_is_nothing_of_dockers(tmp_path: Path) -> None:
    store, _ = _signed()
    path = store.write(tmp_path)
    for data in (b"[]", b"{}", b'[{"name": "app"}]', b"text"):
        (path / "manifest.json").write_bytes(data)
        assert _forged(path) == []


def test_more_images_than_can_be_held_against_the_list_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplymatrix.sources.image_layouts.MAX_IMAGES", 1)
    store, _ = _signed()
    row = _docker_list(store)
    store.image("other", tag="v2")
    path = store.write(tmp_path)
    (path / "manifest.json").write_text(json.dumps([row]))
    with pytest.raises(InputError, match="which docker reads"):
        _images(path)


# ---- what is wrong


def test_a_blob_that_is_not_what_its_name_says_is_forged(tmp_path: Path) -> None:
    store, image = _signed()
    path = store.write(tmp_path)
    for name in store.blobs:
        file = path / "blobs" / "sha256" / name[7:]
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        (answer,) = _ask(path, GetBlob(digest=name))
        assert isinstance(answer, OciForged)
        assert (answer.wanted, answer.found) == (name, digest(file.read_bytes()))
        with open_layout(path) as layout:
            layout.answer(GetReferrers(digest=image))
            assert [found.wanted for found in layout.forged] == [name]
        file.write_bytes(data)


def test_two_images_with_one_tag_are_told_apart_by_nobody(tmp_path: Path) -> None:
    store, _ = _signed()
    other = store.image("other")
    store.saved = [{"digest": other, "annotations": {"org.opencontainers.image.ref.name": "v1"}}]
    (answer,) = _ask(store.write(tmp_path), GetManifest(reference="v1"))
    assert isinstance(answer, OciUnavailable)


@pytest.mark.parametrize("reference", ["../../etc/passwd", "sha256:..", "", "sha256:" + "AB" * 32])
def test_no_name_leads_out_of_the_layout(tmp_path: Path, reference: str) -> None:
    store, _ = _signed()
    by_tag, by_digest = _ask(store.write(tmp_path), GetManifest(reference=reference), GetBlob(digest=reference))
    assert isinstance(by_tag, OciAbsent)
    assert isinstance(by_digest, OciUnavailable)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_a_blob_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    store, image = _signed()
    path = store.write(tmp_path / "layout")
    blob = path / "blobs" / "sha256" / image[7:]
    (tmp_path / "outside").write_bytes(blob.read_bytes())
    blob.unlink()
    blob.symlink_to(tmp_path / "outside")
    (answer,) = _ask(path, GetBlob(digest=image))
    assert isinstance(answer, OciUnavailable)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"oci-layout": None}, "no image layout"),
        ({"index.json": None}, "no image layout"),
        ({"oci-layout": b'{"imageLayoutVersion": "2.0.0"}'}, "another version"),
        ({"oci-layout": b"{}"}, "another version"),
        ({"index.json": b"["}, "no JSON"),
        ({"index.json": b'{"manifests": [], "manifests": []}'}, "something else"),
        ({"index.json": b'{"manifests": [], "Manifests": []}'}, "something else"),
        ({"index.json": b'{"manifests": [], "layers": []}'}, "something else"),
        ({"index.json": b"[]"}, "no object"),
        ({"index.json": b"\xff"}, "no JSON"),
        ({"index.json": b'{"a":' * 100_000}, "no JSON"),
        ({"index.json": json.dumps({"manifests": [{}] * 10_001}).encode()}, "10,001 entries"),
    ],
)
def test_what_is_no_layout_is_refused(tmp_path: Path, changes: dict[str, bytes | None], says: str) -> None:
    store, _ = _signed()
    path = store.write(tmp_path)
    for name, data in changes.items():
        (path / name).unlink() if data is None else (path / name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        _images(path)
    assert says in caught.value.diagnostics[0].message
    assert caught.value.diagnostics[0].artifact == path.as_posix()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no tar file"),
        (b"text", "no tar file"),
        (b"PK\x03\x04" + bytes(600), "a zip"),
        (made_tar({"app": b"x"}), "no image layout"),
        (made_tar({"app": b"x" * 2_000})[:1_200], "damaged"),
        (gzip.compress(made_tar({"app": b"x"}))[:60], "gzip"),
        (docker_save([made_tar({"app": b"x"})]), "docker save"),
    ],
    ids=["empty", "text", "zip", "tar", "cut", "cut gzip", "docker save"],
)
def test_files_that_are_no_layout_are_refused(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "file.tar"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        _images(path)
    assert says in caught.value.diagnostics[0].message
    assert caught.value.diagnostics[0].artifact == path.as_posix()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        _images(tmp_path / "none")
