"""Images with what is beside them, as cosign lays it: in memory, as a layout, or in a registry of the tests.

store = MadeOci()
image = store.image("app", tag="v1")
store.old_signature(image, signed)                 # `.sig`; several signatures of one image are its layers
store.old_attestation(image, signed)               # `.att`
store.bundle(image, signed.bundle())               # a referrer, and in the list under the fallback tag
run(find_signatures(reference), store)             # asked in memory
store.write(folder); store.push(server, "app")
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from supplymatrix.model.oci import GetBlob, GetManifest, OciAbsent, OciAnswer, OciAsk, OciBytes, OciForged
from tests.support.made_images import digest, made_tar

if TYPE_CHECKING:
    from tests.support.made_sigstore import Signed
    from tests.support.registry_server import RegistryServer

__all__ = ["BUNDLE", "DSSE", "INDEX", "MANIFEST", "SIMPLE", "MadeOci", "run"]

T = TypeVar("T")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_EMPTY = "application/vnd.oci.empty.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_REF = "org.opencontainers.image.ref.name"


class MadeOci:
    """A repository. blobs: by digest; kinds: media types of those that are manifests; tags: name → digest. has_api:
    whether it answers the question for referrers. answers: instead of what it has, by what it is asked."""

    def __init__(self, *, has_api: bool = True) -> None:
        self.has_api = has_api
        self.blobs: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.referrers: dict[str, list[dict[str, Any]]] = {}
        self.saved: list[dict[str, Any]] = []
        self.answers: dict[OciAsk, OciAnswer] = {}
        self.asked: list[OciAsk] = []

    # what there is

    def blob(self, data: bytes) -> str:
        """Add a blob."""
        self.blobs[digest(data)] = data
        return digest(data)

    def manifest(self, document: Mapping[str, Any], *, tag: str = "", kind: str = MANIFEST) -> str:
        """Add a manifest or an index."""
        name = self.blob(json.dumps({"schemaVersion": 2, "mediaType": kind, **document}).encode())
        self.kinds[name] = kind
        if tag:
            self.tags[tag] = name
        return name

    def image(self, content: str = "app", *, tag: str = "", platform: str = "linux/amd64") -> str:
        """Add an image of one file."""
        config = json.dumps(_platform(platform)).encode()
        layer = self.layer(made_tar({"app": content.encode()}), "application/vnd.oci.image.layer.v1.tar")
        return self.manifest({"config": self.layer(config, _CONFIG), "layers": [layer]}, tag=tag)

    def index(self, images: Mapping[str, str], *, tag: str = "", more: tuple[dict[str, Any], ...] = ()) -> str:
        """Add an index. images: platform → digest."""
        rows = [
            {"mediaType": MANIFEST, "digest": name, "size": len(self.blobs[name]), "platform": _platform(platform)}
            for platform, name in images.items()
        ]
        return self.manifest({"manifests": [*rows, *more]}, tag=tag, kind=INDEX)

    def layer(self, data: bytes, kind: str, notes: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Add a blob and return what a manifest says of it."""
        row = {"mediaType": kind, "digest": self.blob(data), "size": len(data)}
        return row | ({"annotations": dict(notes)} if notes else {})

    # what is beside it

    def old_signature(self, image: str, *signed: Signed) -> str:
        """Add simple signings under the tag `.sig`."""
        rows = [self.layer(one.message, SIMPLE, one.annotations()) for one in signed]
        return self.tagged(image, ".sig", rows)

    def old_attestation(self, image: str, *signed: Signed) -> str:
        """Add envelopes under the tag `.att`; who signed and when stands in annotations."""
        rows = []
        for one in signed:
            notes = one.annotations() | {"dev.cosignproject.cosign/signature": "", "predicateType": "any"}
            rows.append(self.layer(json.dumps(one.envelope).encode(), DSSE, notes))
        return self.tagged(image, ".att", rows)

    def tagged(self, image: str, end: str, rows: list[dict[str, Any]]) -> str:
        """Add layers under a tag that is made of the image's digest."""
        tag = image.replace(":", "-") + end
        return self.manifest({"config": self.layer(b"{}", _CONFIG), "layers": rows}, tag=tag)

    def bundle(self, image: str, data: bytes, **more: Any) -> str:  # noqa: ANN401 - fields of the manifest
        """Add a bundle as a referrer."""
        return self.referrer(image, [self.layer(data, BUNDLE)], artifactType=BUNDLE, **more)

    def referrer(self, image: str, layers: list[dict[str, Any]], *, is_told: bool = True, **more: Any) -> str:  # noqa: ANN401
        """Add anything as a referrer. is_told: the list says what it is."""
        subject = {"mediaType": MANIFEST, "digest": image, "size": len(self.blobs.get(image, b""))}
        document = {"config": self.layer(b"{}", _EMPTY), "layers": layers, "subject": subject, **more}
        name = self.manifest({key: found for key, found in document.items() if found is not None})
        row = {"mediaType": MANIFEST, "digest": name, "size": len(self.blobs[name])}
        row |= {"artifactType": more["artifactType"]} if is_told and more.get("artifactType") else {}
        self.referrers.setdefault(image, []).append(row)
        return name

    # who asks

    def answer(self, ask: OciAsk) -> OciAnswer:
        """Return what the repository answers."""
        self.asked.append(ask)
        if ask in self.answers:
            return self.answers[ask]
        if isinstance(ask, GetBlob):
            return self._bytes(ask.digest)
        if isinstance(ask, GetManifest):
            return self._bytes(self._tags().get(ask.reference, ask.reference))
        if not self.has_api:
            return OciAbsent(source="registry.example")
        return _list_of(self.referrers.get(ask.digest, []))

    def _bytes(self, name: str) -> OciAnswer:
        data = self.blobs.get(name)
        if data is None:
            return OciAbsent(source="registry.example")
        if digest(data) != name:
            return OciForged(wanted=name, found=digest(data), source="registry.example")
        return OciBytes(data=data, digest=name, media_type=self.kinds.get(name, ""), source="registry.example")

    def _tags(self) -> dict[str, str]:
        """Return all tags, the fallback tags of lists with them where there is no other way to them."""
        lists = {}
        for image, rows in self.referrers.items() if not self.has_api else ():
            made = _list_of(rows)
            self.blobs[made.digest], self.kinds[made.digest] = made.data, INDEX
            lists[image.replace(":", "-")] = made.digest
        return lists | self.tags

    # where it lies

    @property
    def files(self) -> dict[str, bytes]:
        """Return the files of an image layout. `saved` are entries without a tag."""
        rows = [
            {"mediaType": self.kinds.get(name, MANIFEST), "digest": name, "size": 1, "annotations": {_REF: tag}}
            for tag, name in self._tags().items()
        ]
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*rows, *self.saved]}
        blobs = {f"blobs/{name.replace(':', '/')}": data for name, data in self.blobs.items()}
        return {
            "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
            "index.json": json.dumps(index).encode(),
            **blobs,
        }

    def write(self, folder: Path) -> Path:
        """Write it as a layout into a folder."""
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder

    def push(self, server: RegistryServer, repository: str) -> None:
        """Put all of it into a registry."""
        tags = self._tags()
        for name, data in self.blobs.items():
            if name in self.kinds:
                found = [tag for tag, tagged in tags.items() if tagged == name]
                server.add_manifest(repository, data, self.kinds[name], *found)
            else:
                server.add_blob(repository, data)


def run(search: Generator[tuple[OciAsk, ...], tuple[OciAnswer, ...], T], store: MadeOci) -> T:
    """Return what a search comes to."""
    try:
        asks = next(search)
        while True:
            asks = search.send(tuple(map(store.answer, asks)))
    except StopIteration as done:
        found: T = done.value
        return found


def _list_of(rows: list[dict[str, Any]]) -> OciBytes:
    data = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}).encode()
    return OciBytes(data=data, digest=digest(data), media_type=INDEX, source="registry.example")


def _platform(text: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))
