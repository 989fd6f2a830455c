"""A TUF repository in a folder, which gives out one target: made with a key of the test's own, expiring when asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer._crypto_signer import CryptoSigner
from tuf.api._payload import MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.metadata import Metadata

from tests.support.made_keys import MadeKey, made_key

__all__ = ["MadeTuf"]

_ROLES = ("root", "targets", "snapshot", "timestamp")


class MadeTuf:
    """A repository. folder: where it is written; seed: of its keys."""

    def __init__(self, folder: Path, seed: str = "") -> None:
        self.folder = folder
        self._key: MadeKey = made_key("Ed25519", f"tuf {seed}")
        self._signer = CryptoSigner(self._key.private)
        self._end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
        root = Root(version=1, expires=self._end, consistent_snapshot=True)
        for role in _ROLES:
            root.add_key(self._signer.public_key, role)
        self.root = self._signed(root)

    @property
    def url(self) -> str:
        return self.folder.as_uri()

    def publish(
        self, data: bytes, *, version: int = 1, ends: datetime | None = None, name: str = "trusted_root.json"
    ) -> None:
        """Write the state in which the target has these bytes. ends: of the timestamp, in the past = expired."""
        end = ends or self._end
        target = TargetFile.from_data(name, data, ["sha256"])
        targets = self._signed(Targets(version=version, expires=self._end, targets={name: target}))
        meta = {"targets.json": MetaFile(version=version)}
        snapshot = self._signed(Snapshot(version=version, expires=self._end, meta=meta))
        stamp = self._signed(Timestamp(version=version, expires=end, snapshot_meta=MetaFile(version=version)))
        files = {
            "1.root.json": self.root, f"{version}.targets.json": targets, f"{version}.snapshot.json": snapshot,
            "timestamp.json": stamp, f"targets/{target.hashes['sha256']}.{name}": data,
        }  # fmt: skip
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)

    def _signed(self, part: Root | Targets | Snapshot | Timestamp) -> bytes:
        made: Metadata[Any] = Metadata(part)
        made.sign(self._signer)
        return made.to_bytes()
