"""Hashes of a module zip, computed from its bytes."""

from __future__ import annotations

from supplymatrix.model.value import value

__all__ = ["DamagedZip", "ZipDigest"]


@value
class ZipDigest:
    """sha256, sha512: hex, of the file as it is. size: bytes. h1: of what is in it ("h1:…"), as in go.sum; "" =
    not computed."""

    sha256: str
    sha512: str
    size: int
    h1: str = ""


@value
class DamagedZip:
    """A file in the place of a module zip that the go command could not read, or would not. reason: a clause."""

    reason: str

    def __str__(self) -> str:
        return self.reason
