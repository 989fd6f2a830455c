"""An image that was fetched, as a layout in a folder that is gone afterwards.

with FetchedImage() as image:
    image.put("sha256:…", data)
    image.finish([("sha256:…", "linux/amd64")])
    find_programs((image.path,))
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from supplymatrix.errors import Diagnostic, InputError

__all__ = ["FetchedImage", "NoRoomError"]


class NoRoomError(InputError):
    """The folder cannot be made, or not be written to: the disk is full."""


class FetchedImage:
    """A folder for the blobs of one image or index. Raises NoRoomError, as do its methods."""

    def __init__(self) -> None:
        with _room():
            self._folder = tempfile.TemporaryDirectory(prefix="supplymatrix-image-", ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def put(self, digest: str, data: bytes) -> None:
        """Keep a blob. digest: "sha256:…" that was checked, so that it is a name for a file."""
        algorithm, _, text = digest.partition(":")
        if not (algorithm.isalnum() and text.isalnum()):
            raise ValueError(f"no digest: {digest!r}")
        file = self.path / "blobs" / algorithm / text
        with _room():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def finish(self, images: Sequence[tuple[str, str]]) -> None:
        """Write what makes a layout of the blobs. images: (digest of a manifest, platform)."""
        rows = []
        for digest, platform in images:
            system, _, processor = platform.partition("/")
            row: dict[str, object] = {"digest": digest}  # of what kind it is, it says itself
            rows.append(row | ({"platform": {"os": system, "architecture": processor}} if processor else {}))
        index = json.dumps({"schemaVersion": 2, "manifests": rows})
        with _room():
            (self.path / "index.json").write_text(index, encoding="utf-8")
            (self.path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}', encoding="utf-8")


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as err:
        message = f"no temporary file can be written: {err.strerror or err}"
        remedy = "make room, or let TMPDIR name a folder that has it"
        raise NoRoomError(Diagnostic(message=message, remedy=remedy)) from err
