"""What is asked of a registry or an image layout, and what comes back: how the code that knows signatures gets its
bytes without knowing where they lie.

A search is a generator: it yields a tuple of questions that do not wait for each other, and is sent a tuple of answers
in the same order. Who drives it (`sources` for folders and tar files, `net` for registries) has held every body against
the digest that it was asked by.

Source: OCI distribution specification 1.1; OCI image specification 1.1.
"""

from __future__ import annotations

from supplymatrix.model.value import value

__all__ = [
    "DOCKER_HUB", "MANIFEST_LIMIT", "GetBlob", "GetManifest", "GetReferrers", "ImageReference", "OciAbsent",
    "OciAnswer", "OciAsk", "OciBytes", "OciForged", "OciUnavailable",
]  # fmt: skip

DOCKER_HUB = "docker.io"
"""The registry of a name that tells none, as docker has it. It is asked at another host: the registry's own code knows
which."""
MANIFEST_LIMIT = 4 << 20
"""Bytes of a manifest or an index, as registries hold it themselves."""


@value
class ImageReference:
    """An image as it is named. registry: "registry.example:5000", "" of a layout. repository: "team/app", the path of a
    layout. tag: "v1", "" for none. digest: "sha256:…", "" for none; where both are given the digest counts."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository


@value
class GetManifest:
    """A manifest or index, by tag or digest."""

    reference: str


@value
class GetBlob:
    """A blob. limit: bytes, more is no answer."""

    digest: str
    limit: int = 32 << 20


@value
class GetReferrers:
    """What refers to a manifest: a list (an image index) put together from all pages. Absent where the registry does
    not know the question; a layout answers with what is there."""

    digest: str


OciAsk = GetManifest | GetBlob | GetReferrers


@value
class OciBytes:
    """A body, its digest computed from it, and the media type that came with it ("" = none did). source: who
    answered."""

    data: bytes
    digest: str
    media_type: str = ""
    source: str = ""


@value
class OciAbsent:
    """It is not there, says who was asked (404)."""

    source: str


@value
class OciUnavailable:
    """There is no answer. outage: it may pass. is_too_long: there is one, of `source`, and with more bytes than the
    question allows."""

    reason: str
    remedy: str = ""
    outage: bool = False
    is_too_long: bool = False
    source: str = ""


@value
class OciForged:
    """What came is not what it was asked by: another digest. source: who answered. says: a sentence, where it is
    something else that is forged."""

    wanted: str
    found: str
    source: str
    says: str = ""


OciAnswer = OciBytes | OciAbsent | OciUnavailable | OciForged
