"""Names of container images, read by docker's rules.

    alpine                                docker.io/library/alpine:latest
    registry.example:5000/team/app:v1     as it stands
    registry.example/app@sha256:…         by its digest; a tag before it is kept, and does not count

The first part of a name is a registry where it has a dot or a port, is "localhost", or has a capital letter; every
other name is one of Docker Hub, and one without a folder there lies in "library".

Source: distribution/reference: grammar in reference.go, `splitDockerDomain` in normalize.go.
"""

from __future__ import annotations

import re

from supplymatrix.buildfiles.images import without_login
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.oci import DOCKER_HUB, ImageReference

__all__ = ["DEFAULT_TAG", "is_digest", "names_registry", "parse_image_reference", "without_login"]

DEFAULT_TAG = "latest"
_OLD_HUB = "index.docker.io"
_LIBRARY = "library"
_MOST_NAME = 255
"""Characters of a repository's path."""
_MOST_TEXT = 1_000
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]{{2,45}}\])(?::([0-9]{{1,5}}))?")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_HEX_NAME = re.compile(r"[0-9a-f]{64}")
_FORM = "[REGISTRY[:PORT]/]NAME[:TAG][@sha256:DIGEST]"


def is_digest(text: str) -> bool:
    """Return whether a text is a digest by which something can be asked for: SHA-256 or SHA-512, in small letters."""
    return _DIGEST.fullmatch(text) is not None


def parse_image_reference(text: str) -> ImageReference:
    """Return the image that a text names; its tag is "latest" where it has none, and no digest. Raises InputError."""
    _refuse_other_things(text)
    rest, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise _fault(text, "what stands behind the @ is no digest", "sha256: and 64 digits of 0-9 and a-f")
    registry, path = _split(rest)
    path, colon, tag = path.partition(":")
    if registry == DOCKER_HUB and path and "/" not in path:
        path = f"{_LIBRARY}/{path}"
    _check_registry(text, registry)
    _check_path(text, path)
    if colon and not _TAG.fullmatch(tag):
        raise _fault(text, "the tag is none", "letters, digits, '_', '.' and '-', 128 at most")
    if not tag and not digest:
        tag = DEFAULT_TAG
    return ImageReference(registry=registry, repository=path, tag=tag, digest=digest)


def names_registry(text: str) -> bool:
    """Return whether a name says which registry is meant, or has at least a tag or a digest. Any other one may be that
    of a file as well, and stands for an image of Docker Hub by docker's rules alone."""
    first, slash, _ = text.partition("/")
    return _is_host(first) if slash else ":" in first or "@" in first


def _split(text: str) -> tuple[str, str]:
    """Return registry and the rest of a name, by which docker tells the one from the other."""
    first, slash, rest = text.partition("/")
    if not slash or not _is_host(first):
        return DOCKER_HUB, text
    return (DOCKER_HUB if first == _OLD_HUB else first), rest


def _is_host(first: str) -> bool:
    return bool(set(".:[") & set(first)) or first == "localhost" or first.lower() != first


def _refuse_other_things(text: str) -> None:
    """Refuse what is meant to be an image and is written in a form of another tool."""
    if not text or len(text) > _MOST_TEXT:
        raise _fault(text, "the name of the image is empty" if not text else "the name of the image is too long")
    scheme, mark, rest = text.partition("://")
    if mark:
        name = without_login(rest.rstrip("/")) if scheme in ("docker", "https", "http") else ""
        raise _fault(text, "an image is named without a scheme", remedy=f"write {name[:200]}" if name else "")
    if _HEX_NAME.fullmatch(text) or is_digest(text):
        raise _fault(text, "this is a digest alone: it does not tell in which registry the image lies")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise _fault(text, "the name has characters that no image has in its name")


def _check_registry(text: str, registry: str) -> None:
    found = _REGISTRY.fullmatch(registry)
    if found is None:
        raise _fault(text, "the registry is no name of a host", "HOST or HOST:PORT")
    if found[1] and not 0 < int(found[1]) < 1 << 16:
        raise _fault(text, "the port of the registry is none", "a number from 1 to 65535")


def _check_path(text: str, path: str) -> None:
    if not path:
        raise _fault(text, "it names a registry, and no image in it")
    if path.endswith("/"):
        raise _fault(text, "the name ends in a slash", remedy="a folder on this machine is named ./FOLDER")
    if path.lower() != path:
        raise _fault(text, "the name of an image has no capital letters", remedy=f"is {path.lower()[:200]} meant?")
    if not _PATH.fullmatch(path):
        expected = "small letters and digits, and between them '.', '_', '__' or '-'; folders parted by '/'"
        raise _fault(text, "the name is none that an image can have", expected)
    if len(path) > _MOST_NAME:
        raise _fault(text, f"the name is longer than the {_MOST_NAME} characters that a registry takes")


def _fault(text: str, message: str, expected: str = _FORM, *, remedy: str = "") -> InputError:
    return InputError(Diagnostic(message=message, seen=without_login(text)[:200], expected=expected, remedy=remedy))
