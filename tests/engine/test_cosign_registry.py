"""Images signed by cosign itself in registries of all kinds: our verdict beside cosign's own.

cosign is taken from PATH or $COSIGN; registries are the one of the tests, Debian's docker-registry and crane's, as far
as they are installed. What is absent skips its tests.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from supplymatrix.attest.keys import parse_verifying_key
from supplymatrix.attest.wanted import EngineChoice, Wanted
from supplymatrix.engine.image_signatures import ImageChoice
from supplymatrix.engine.means import Means
from supplymatrix.engine.verify_signatures import ImageTarget, SignatureRequest, SignatureRun, verify_signatures
from supplymatrix.model.signature import Reason, SignedAs
from tests.support.made_images import digest
from tests.support.made_oci import INDEX, MANIFEST, MadeOci
from tests.support.registry_server import RegistryServer

pytestmark = pytest.mark.slow

REPOSITORY = "team/app"
_SIGN = ("--yes", "--key", "cosign.key", "--use-signing-config=false", "--tlog-upload=false")


def _program(name: str) -> str:
    """Return where a program is, by $NAME or PATH; skip without it."""
    found = os.environ.get(name.replace("-", "_").upper()) or shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


class Cosign:
    """cosign in a folder with a key of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._program = _program("cosign")
        self._environ = {"HOME": str(folder), "COSIGN_PASSWORD": "", "PATH": os.environ.get("PATH", "")}
        version = self.run("version").stdout
        if not any(
            line.split()[-1].startswith("v3.") for line in version.splitlines() if line.startswith("GitVersion")
        ):
            pytest.skip("this cosign is none of version 3")
        self.do("generate-key-pair")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run it, however it ends."""
        return subprocess.run(
            [self._program, *words],
            cwd=self.folder, env=self._environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def do(self, *words: str) -> None:
        """Run it, and fail where it does."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr

    def sign(self, image: str, *words: str, is_new: bool) -> None:
        """Sign an image in one of the two formats."""
        self.do("sign", *_SIGN, f"--new-bundle-format={str(is_new).lower()}", *words, image)

    def attest(self, image: str, *, is_new: bool) -> None:
        """Attest a bill of materials of an image."""
        (self.folder / "sbom.json").write_text(
            json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1})
        )
        words = ("--type", "cyclonedx", "--predicate", "sbom.json", f"--new-bundle-format={str(is_new).lower()}")
        self.do("attest", *_SIGN, *words, image)

    def holds(self, image: str, *words: str, kind: str = "verify") -> bool:
        """Return cosign's own verdict."""
        done = self.run(kind, "--insecure-ignore-tlog", "--key", "cosign.pub", *words, image)
        return done.returncode == 0

    def verdict(self, *images: str, choice: ImageChoice | None = None, **more: object) -> SignatureRun:
        """Return ours."""
        public = parse_verifying_key((self.folder / "cosign.pub").read_bytes(), "cosign.pub")
        notes = more.pop("annotations", ())
        return verify_signatures(
            SignatureRequest(
                targets=tuple(ImageTarget(reference=image) for image in images),
                wanted=Wanted(keys=(public,), annotations=notes, log_is_optional=True),  # type: ignore[arg-type]
                means=Means(environ={"HOME": str(self.folder)}, now=datetime.now(UTC), jobs=4),
                engine=EngineChoice.NATIVE,
                images=choice,
                **more,  # type: ignore[arg-type]
            )
        )


@pytest.fixture(scope="module")
def cosign(tmp_path_factory: pytest.TempPathFactory) -> Cosign:
    """Cosign with one key for all tests."""
    return Cosign(tmp_path_factory.mktemp("cosign"))


@pytest.fixture(scope="module", params=[True, False], ids=["referrers", "fallback tag"])
def own(request: pytest.FixtureRequest, cosign: Cosign) -> Iterator[str]:
    """The host of a registry of the tests, which knows the question for referrers or does not."""
    assert cosign
    with RegistryServer(referrers=request.param) as server:
        yield server.host


@pytest.fixture(scope="module", params=["docker-registry", "crane"])
def real(request: pytest.FixtureRequest, cosign: Cosign, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host of a registry that is a real program."""
    assert cosign
    with _served(request.param, tmp_path_factory.mktemp("registry")) as host:
        yield host


@contextmanager
def _served(name: str, folder: Path) -> Iterator[str]:
    """Serve a registry of a real program on a free port."""
    program = _program(name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    if name == "crane":
        words = [program, "registry", "serve", "--address", host]
    else:
        storage = "storage: {inmemory: {}, delete: {enabled: true}}"
        (folder / "config.yml").write_text(
            f"version: 0.1\nlog: {{level: error}}\n{storage}\nhttp: {{addr: '{host}'}}\n"
        )
        words = [program, "serve", str(folder / "config.yml")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(host)
            yield host
        finally:
            process.terminate()


def _wait_for(host: str) -> None:
    name, _, port = host.partition(":")
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((name, int(port))) == 0:
                return
        time.sleep(0.05)
    pytest.skip("the registry does not come up here")


def _push(host: str, store: MadeOci, repository: str) -> None:
    """Put all of a repository into a registry, as any client does."""
    import httpx

    with httpx.Client(base_url=f"http://{host}/v2/{repository}", timeout=30) as client:
        manifests = sorted(store.kinds, key=lambda name: store.kinds[name] == INDEX)
        for name, data in store.blobs.items():
            if name not in store.kinds:
                place = client.post("/blobs/uploads/").raise_for_status().headers["location"]
                place = place if place.startswith("http") else f"http://{host}{place}"
                client.put(place, params={**httpx.URL(place).params, "digest": name}, content=data).raise_for_status()
        for name in manifests:
            tags = [tag for tag, tagged in store.tags.items() if tagged == name] or [name]
            for tag in tags:
                kind = {"content-type": store.kinds[name]}
                client.put(f"/manifests/{tag}", content=store.blobs[name], headers=kind).raise_for_status()


def _image(host: str, repository: str) -> tuple[str, str]:
    """Push an image, and return it by digest and its digest."""
    store = MadeOci()
    image = store.image(repository, tag="v1")
    _push(host, store, repository)
    return f"{host}/{repository}@{image}", image


FORMATS = pytest.mark.parametrize("is_new", [False, True], ids=["old", "new"])


@FORMATS
def test_what_cosign_signs_in_a_real_registry_holds(cosign: Cosign, real: str, *, is_new: bool) -> None:
    name, image = _image(real, f"{REPOSITORY}-{'new' if is_new else 'old'}")
    assert cosign.verdict(name).artifacts[0].state is SignedAs.UNSIGNED
    cosign.sign(name, is_new=is_new)
    run = cosign.verdict(name, name.replace(f"@{image}", ":v1"))
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED, SignedAs.SIGNED]
    assert cosign.holds(name)


@FORMATS
def test_our_verdict_is_that_of_cosign(cosign: Cosign, own: str, *, is_new: bool) -> None:
    name, _ = _image(own, f"{REPOSITORY}-{'new' if is_new else 'old'}")
    unsigned, _ = _image(own, f"{REPOSITORY}-unsigned")
    cosign.sign(name, "-a", "team=sre", is_new=is_new)
    cosign.attest(name, is_new=is_new)
    run = cosign.verdict(name, unsigned)
    assert [found.state for found in run.artifacts] == [SignedAs.SIGNED, SignedAs.UNSIGNED]
    assert [len(found.attestations) for found in run.artifacts] == [1, 0]
    assert [cosign.holds(name), cosign.holds(unsigned)] == [True, False]
    for text, holds in (("sre", True), ("dev", False)):
        run = cosign.verdict(name, annotations=(("team", text),))
        assert (run.artifacts[0].state is SignedAs.SIGNED) is holds
        assert cosign.holds(name, "-a", f"team={text}") is holds
    for kind, holds in (("cyclonedx", True), ("spdxjson", False)):
        run = cosign.verdict(name, only_attestations=True, predicates=(kind,))
        assert (run.artifacts[0].state is SignedAs.SIGNED) is holds
        assert cosign.holds(name, "--type", kind, kind="verify-attestation") is holds


@FORMATS
def test_what_is_changed_afterwards_is_refused(cosign: Cosign, own: str, *, is_new: bool) -> None:
    """The signed document is changed and put back in good form, so that all digests are right again."""
    repository = f"{REPOSITORY}-changed-{'new' if is_new else 'old'}"
    name, image = _image(own, repository)
    cosign.sign(name, is_new=is_new)
    assert cosign.verdict(name).exit_code == 0
    _change(own, repository, image, is_new=is_new)
    run = cosign.verdict(name)
    reasons = {verdict.reason for verdict in run.artifacts[0].signatures if not verdict.holds}
    assert reasons == {Reason.SIGNATURE_INVALID}
    is_left = is_new and run.artifacts[0].state is SignedAs.SIGNED  # a list keeps the one that was there, too
    assert is_left or (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)
    assert cosign.holds(name) is is_left


def _change(host: str, repository: str, image: str, *, is_new: bool) -> None:
    """Change what is signed, and give the changed one the place of the old one."""
    import base64

    import httpx

    store = MadeOci()
    with httpx.Client(base_url=f"http://{host}/v2/{repository}", timeout=30) as client:
        tag = image.replace(":", "-") + ("" if is_new else ".sig")
        accept = {"accept": f"{MANIFEST}, {INDEX}"}
        if is_new:
            listed = client.get(f"/referrers/{image}")
            listed = listed if listed.status_code == 200 else client.get(f"/manifests/{tag}", headers=accept)
            tag = listed.json()["manifests"][0]["digest"]
        manifest = client.get(f"/manifests/{tag}", headers=accept).json()
        layer = manifest["layers"][0]
        data = client.get(f"/blobs/{layer['digest']}", follow_redirects=True).content
    if is_new:
        document = json.loads(data)
        payload = base64.b64decode(document["dsseEnvelope"]["payload"]).replace(b'"predicate":{}', b'"predicate": {}')
        document["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
        changed = json.dumps(document).encode()
    else:
        changed = data.replace(b"docker-reference", b"docker-reverence")
    assert changed != data
    layer |= {"digest": store.blob(changed), "size": len(changed)}
    made = store.manifest(manifest, tag="" if is_new else tag)
    if is_new:
        rows = [
            {"mediaType": MANIFEST, "digest": made, "size": len(store.blobs[made]), "artifactType": layer["mediaType"]}
        ]
        store.manifest({"manifests": rows}, tag=image.replace(":", "-"), kind=INDEX)
    _push(host, store, repository)


@FORMATS
def test_layouts_that_cosign_saves_hold(cosign: Cosign, own: str, tmp_path: Path, *, is_new: bool) -> None:
    name, image = _image(own, f"{REPOSITORY}-saved-{'new' if is_new else 'old'}")
    cosign.sign(name, is_new=is_new)
    cosign.attest(name, is_new=is_new)
    cosign.do("save", "--dir", str(tmp_path / "saved"), name)
    run = cosign.verdict(str(tmp_path / "saved"), required=("sbom",))
    (found,) = run.artifacts
    assert (found.state, found.digests) == (SignedAs.SIGNED, (("sha256", image[7:]),))
    assert (len(found.signatures), len(found.attestations)) == (1, 1)
    blobs = tmp_path / "saved" / "blobs" / "sha256"
    for file in sorted(blobs.iterdir()):
        data = file.read_bytes()
        if b"predicate" in data or b"critical" in data or b"dsseEnvelope" in data:
            file.write_bytes(data + b" ")
            assert digest(file.read_bytes())[7:] != file.name
    run = cosign.verdict(str(tmp_path / "saved"))
    assert (run.artifacts[0].state, run.exit_code) == (SignedAs.ALARM, 4)


def test_an_index_signed_with_its_images(cosign: Cosign, real: str) -> None:
    repository = f"{REPOSITORY}-index"
    store = MadeOci()
    images = {f"linux/{name}": store.image(name, platform=f"linux/{name}") for name in ("amd64", "arm64")}
    index = store.index(images, tag="v1")
    _push(real, store, repository)
    name = f"{real}/{repository}@{index}"
    cosign.sign(name, "--recursive", is_new=False)
    run = cosign.verdict(name, choice=ImageChoice(all_platforms=True))
    assert [(found.platform, found.state) for found in run.artifacts] == [
        ("", SignedAs.SIGNED),
        ("linux/amd64", SignedAs.SIGNED),
        ("linux/arm64", SignedAs.SIGNED),
    ]
    assert [len(found.signatures) for found in run.artifacts] == [1, 2, 2]
