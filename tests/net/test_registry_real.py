"""The registry client against registries that others have written, and others' clients against ours of the tests."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from supplymatrix.model.oci import (
    GetBlob,
    GetManifest,
    GetReferrers,
    ImageReference,
    OciAbsent,
    OciAnswer,
    OciAsk,
    OciBytes,
    OciUnavailable,
)
from supplymatrix.net.registry import Search, drive_search, registry_source
from tests.support.real_registry import (
    PASSWORD,
    REGISTRIES,
    USER,
    crane_registry,
    docker_registry,
    push_blob,
    push_manifest,
)
from tests.support.registry_server import INDEX, MANIFEST, RegistryServer, digest_of

REPOSITORY = "team/app"


def asking(*asks: OciAsk) -> Search[tuple[OciAnswer, ...]]:
    return (yield asks)


def ask(host: str, *asks: OciAsk, environ: Mapping[str, str] | None = None) -> tuple[OciAnswer, ...]:
    reference = ImageReference(registry=host, repository=REPOSITORY, tag="v1")
    return drive_search(asking(*asks), registry_source(reference, environ=environ or {}))


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")


def image_of(config: bytes, layer: bytes) -> bytes:
    """Return the manifest of an image."""
    described = (
        {"mediaType": kind, "digest": digest_of(data), "size": len(data)}
        for kind, data in (
            ("application/vnd.oci.image.config.v1+json", config),
            ("application/vnd.oci.image.layer.v1.tar", layer),
        )
    )
    first, second = described
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": first, "layers": [second]}
    return json.dumps(manifest).encode()


def index_of(*manifests: bytes) -> bytes:
    entries = [{"mediaType": MANIFEST, "digest": digest_of(data), "size": len(data)} for data in manifests]
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()


@pytest.mark.parametrize("program", REGISTRIES)
def test_a_real_registry_gives_what_was_pushed(program: str, tmp_path: Path) -> None:
    needs(program)
    serve: AbstractContextManager[str] = crane_registry() if program == "crane" else docker_registry(tmp_path)
    manifest = image_of(b"{}", b"layer")
    index = index_of(manifest)
    with serve as host:
        for data in (b"{}", b"layer"):
            push_blob(host, REPOSITORY, data)
        push_manifest(host, REPOSITORY, manifest, "v1")
        push_manifest(host, REPOSITORY, index, "both", INDEX)
        found = ask(
            host,
            GetManifest(reference="v1"),
            GetManifest(reference="both"),
            GetManifest(reference=digest_of(manifest)),
            GetBlob(digest=digest_of(b"layer")),
            GetManifest(reference="v2"),
            GetBlob(digest=digest_of(b"none")),
            GetReferrers(digest=digest_of(manifest)),
        )
    bodies = [(answer.data, answer.digest) for answer in found[:4] if isinstance(answer, OciBytes)]
    assert bodies == [(data, digest_of(data)) for data in (manifest, index, manifest, b"layer")]
    kinds = [answer.media_type for answer in found[:3] if isinstance(answer, OciBytes)]
    assert kinds == [MANIFEST, INDEX, MANIFEST]
    assert all(isinstance(answer, OciAbsent) for answer in found[4:6])
    assert isinstance(found[6], OciAbsent | OciBytes)  # those of today do not know the question, later ones may


def test_dockers_registry_lets_a_login_in(tmp_path: Path) -> None:
    needs("docker-registry")
    right, wrong = (base64.b64encode(f"{USER}:{password}".encode()).decode() for password in (PASSWORD, "wrong"))
    with docker_registry(tmp_path, wants_login=True) as host:
        digest = push_blob(host, REPOSITORY, b"a blob", login=True)
        answers: list[OciAnswer] = []
        for pair in (right, wrong, ""):
            config = {"auths": {host: {"auth": pair}}} if pair else {}
            answers += ask(host, GetBlob(digest=digest), environ={"DOCKER_AUTH_CONFIG": json.dumps(config)})
    assert isinstance(answers[0], OciBytes)
    for answer, words in zip(answers[1:], ("is not accepted", "no login was sent"), strict=True):
        assert isinstance(answer, OciUnavailable)
        assert words in answer.reason
        assert answer.remedy == f"docker login {host}"


def test_crane_pushes_to_the_registry_of_the_tests(tmp_path: Path) -> None:
    needs("crane")
    layer = tmp_path / "layer.tar"
    with tarfile.open(layer, "w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    with RegistryServer() as server:
        name = f"{server.host}/{REPOSITORY}:v1"
        words = ["crane", "append", "--insecure", "-f", str(layer), "-t", name]
        subprocess.run(words, check=True, capture_output=True, timeout=60, env={"PATH": _path(), "HOME": str(tmp_path)})
        (manifest,) = ask(server.host, GetManifest(reference="v1"))
        assert isinstance(manifest, OciBytes)
        layers = json.loads(manifest.data)["layers"]
        (blob,) = ask(server.host, GetBlob(digest=layers[0]["digest"]))
        assert isinstance(blob, OciBytes)


@pytest.mark.parametrize("referrers", [True, False])
def test_cosign_signs_in_the_registry_of_the_tests(referrers: bool, tmp_path: Path) -> None:
    needs("cosign")
    environ = {"PATH": _path(), "HOME": str(tmp_path), "COSIGN_PASSWORD": ""}

    def cosign(*words: str) -> None:
        subprocess.run(["cosign", *words], check=True, capture_output=True, timeout=60, env=environ, cwd=tmp_path)

    manifest = image_of(b"{}", b"layer")
    digest = digest_of(manifest)
    cosign("generate-key-pair")
    with RegistryServer(referrers=referrers) as server:
        for data in (b"{}", b"layer"):
            server.add_blob(REPOSITORY, data)
        server.add_manifest(REPOSITORY, manifest, MANIFEST, "v1")
        sign = ("sign", "--yes", "--key", "cosign.key", "--use-signing-config=false", "--tlog-upload=false")
        name = f"{server.host}/{REPOSITORY}@{digest}"
        cosign(*sign, name)
        cosign(*sign, "--new-bundle-format=false", name)
        listed, tag, old = ask(
            server.host,
            GetReferrers(digest=digest),
            GetManifest(reference=digest.replace(":", "-")),
            GetManifest(reference=f"{digest.replace(':', '-')}.sig"),
        )
    there, absent = (listed, tag) if referrers else (tag, listed)
    assert isinstance(absent, OciAbsent)
    assert isinstance(there, OciBytes)
    assert len(json.loads(there.data)["manifests"]) == 1
    assert isinstance(old, OciBytes)


def _path() -> str:
    return os.environ.get("PATH", "")
