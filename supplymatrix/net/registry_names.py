"""Names of registries, repositories, tags and digests: what may be put into an address, and where a registry answers.

Source: OCI distribution specification 1.1, "Pulling manifests"; OCI image specification 1.1, descriptor.md "Digests".
"""

from __future__ import annotations

import hashlib
import ipaddress
import re

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.oci import ImageReference

__all__ = ["HUB", "HUB_LOGIN", "api_host", "check_reference", "digest_of", "is_digest", "is_tag", "repository_of"]

HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
"""The names of one registry."""
HUB_LOGIN = "https://index.docker.io/v1/"
"""The name under which docker keeps a login for it."""
_HUB_API = "registry-1.docker.io"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_FOUR_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_MOST_NAME = 255


def check_reference(reference: ImageReference) -> None:
    """Raise InputError for a registry or repository that cannot be asked for."""
    for text, form, what in (
        (reference.registry, _HOST, "the name of a registry: a host, perhaps with a port"),
        (reference.repository, _REPOSITORY, "the path of a repository: small letters, digits and . _ - /"),
    ):
        if len(text) > _MOST_NAME or not form.fullmatch(text):
            raise _unusable(text, what)
    if not _is_host(reference.registry):
        raise _unusable(reference.registry, "the name or the address of a host, and a port from 1 to 65535")


def _unusable(text: str, expected: str) -> InputError:
    seen = text.rpartition("@")[2][:200]  # what stands before an @ may be a password
    return InputError(Diagnostic(message="no registry can be asked for this image", seen=seen, expected=expected))


def _is_host(registry: str) -> bool:
    """Return whether an address in numbers is one, and a port. registry: of the form that a host has."""
    port = re.search(r":([0-9]+)$", registry) if not registry.endswith("]") else None
    host = registry[: port.start()] if port is not None else registry
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        elif _FOUR_NUMBERS.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return port is None or 0 < int(port[1]) < 1 << 16


def api_host(registry: str) -> str:
    """Return the host that answers for a registry."""
    return _HUB_API if registry in HUB else registry


def repository_of(reference: ImageReference) -> str:
    """Return the repository as its registry knows it: an image without a folder lies in the hub's "library"."""
    is_bare = reference.registry in HUB and "/" not in reference.repository
    return f"library/{reference.repository}" if is_bare else reference.repository


def is_digest(text: str) -> bool:
    """Return whether a text is a digest that can be checked here."""
    return bool(_DIGEST.fullmatch(text))


def is_tag(text: str) -> bool:
    """Return whether a text can be a tag."""
    return bool(_TAG.fullmatch(text))


def digest_of(data: bytes, like: str = "sha256:") -> str:
    """Return the digest of some bytes. like: another digest, whose algorithm is taken."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()}"
