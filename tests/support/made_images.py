"""Tar files and container images made in memory: layers with whiteouts, OCI layouts, what `docker save` writes.

blobs = Layout().image([layer({"usr/bin/app": program}), layer({"usr/bin/.wh.app": b""})])
blobs.write(folder); blobs.as_tar()
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["Layout", "digest", "docker_save", "made_tar", "packed"]

_LAYER = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"


def made_tar(files: Mapping[str, bytes | str | None], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar file. files: name → content, None for a folder, "=name" for a hard link, ">name" for a symbolic
    one."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if content is None:
                entry.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                entry.type = tarfile.LNKTYPE if content.startswith("=") else tarfile.SYMTYPE
                entry.linkname = content[1:]
            else:
                entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content) if isinstance(content, bytes) else None)
    return out.getvalue()


def digest(data: bytes) -> str:
    """Return the digest of a blob."""
    return f"sha256:{sha256(data).hexdigest()}"


class Layout:
    """An OCI image layout. files: its files by name; they may be changed before it is written."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
        self._manifests: list[dict[str, Any]] = []

    def put(self, data: bytes) -> str:
        """Add a blob, and return its digest."""
        name = digest(data)
        self.files[f"blobs/{name.replace(':', '/')}"] = data
        return name

    def image(
        self, layers: Sequence[bytes], *, platform: str = "linux/amd64", kinds: Mapping[int, str] | None = None,
        claimed: Sequence[str] | None = None, config_kind: str = "",
    ) -> Layout:  # fmt: skip
        """Add an image of some layers, packed or not. kinds: media types of layers that are no layers. claimed: digests
        of what they unpack to, as the configuration has them; config_kind: its media type."""
        system, _, processor = platform.partition("/")
        rootfs = {} if claimed is None else {"rootfs": {"type": "layers", "diff_ids": list(claimed)}}
        config = self.put(json.dumps({"os": system, "architecture": processor, **rootfs}).encode())
        rows = [
            {"mediaType": (kinds or {}).get(number, _LAYER), "digest": self.put(data), "size": len(data)}
            for number, data in enumerate(layers)
        ]
        kind = {"mediaType": config_kind} if config_kind else {}
        manifest = {"schemaVersion": 2, "config": {**kind, "digest": config}, "layers": rows}
        entry = {"mediaType": _MANIFEST, "digest": self.put(json.dumps(manifest).encode())}
        self._manifests.append({**entry, "platform": {"os": system, "architecture": processor}})
        return self

    def attested(self) -> Layout:
        """Add an attestation, as BuildKit lays it beside images."""
        data = json.dumps({"schemaVersion": 2, "layers": []}).encode()
        notes = {"vnd.docker.reference.type": "attestation-manifest"}
        self._manifests.append({"mediaType": _MANIFEST, "digest": self.put(data), "annotations": notes})
        return self

    def nested(self) -> Layout:
        """Put all that is there into an index of its own, as registries have images of several platforms."""
        inner = json.dumps({"schemaVersion": 2, "manifests": self._manifests}).encode()
        self._manifests = [{"mediaType": _INDEX, "digest": self.put(inner)}]
        return self

    @property
    def whole(self) -> dict[str, bytes]:
        """All files, the index with them."""
        index = json.dumps({"schemaVersion": 2, "manifests": self._manifests}).encode()
        return {"index.json": index, **self.files}

    def write(self, folder: Path) -> Path:
        """Write it into a folder."""
        for name, data in self.whole.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder

    def as_tar(self) -> bytes:
        """Return it as a tar file."""
        return made_tar(self.whole)


def docker_save(layers: Sequence[bytes], *, claimed: Sequence[bytes] | None = None, linked: bool = False) -> bytes:
    """Return what `docker save` wrote before it wrote OCI layouts. claimed: layers of which the configuration has the
    digests, where they are others; linked: a layer is a symbolic link to the one before."""
    diffs = [digest(data) for data in (claimed or layers)]
    config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": diffs}}).encode()
    name = f"{sha256(config).hexdigest()}.json"
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    rows = [{"Config": name, "RepoTags": ["app:1"], "Layers": names}]
    files: dict[str, bytes | str | None] = dict(zip(names, layers, strict=True))
    if linked:
        files[names[-1]] = f">../{names[0]}"
    return made_tar({**files, name: config, "manifest.json": json.dumps(rows).encode()})


def packed(data: bytes) -> bytes:
    """Return data packed with gzip."""
    return gzip.compress(data, 1, mtime=0)
