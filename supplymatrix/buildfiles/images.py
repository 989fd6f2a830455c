"""Image references: their forms, and the Go that a tag names.

    >>> image_forms("golang:1.25.3-alpine")
    ('golang:1.25.3-alpine', 'docker.io/golang:1.25.3-alpine', 'docker.io/library/golang:1.25.3-alpine')
    >>> go_of_image("registry.example/ubi9/go-toolset:1.25@sha256:00")
    '1.25'

A name without a host is one of Docker's own registry, and one without a folder there is in `library`.
Source: distribution/reference normalize.go.
"""

from __future__ import annotations

import re

__all__ = [
    "go_of_image", "image_forms", "is_image_name", "is_own_syntax", "repository_of", "split_image", "without_login",
]  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
_DIGEST_END = re.compile(r"@(?:(?:sha[0-9]+|md5|blake3):|\$|\{\{)[^@/]*$")

_VERSION = re.compile(r"(?:go|v)?(1\.[0-9]{1,4}(?:\.[0-9]{1,4}|(?:rc|beta)[0-9]{1,3})?)(?=$|[-_+.])")
_GO_IMAGES = frozenset({
    "golang", "go", "go-toolset", "go-fips", "go-msft-fips", "go-geomys-fips", "golang-fips", "golang-builder",
    "dhi-golang", "golang-openssl",
})  # fmt: skip
_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")


def is_image_name(text: str) -> bool:
    """Return whether a text has only characters that names of images have; it may stand in a command then."""
    return _NAME.fullmatch(text) is not None


def is_own_syntax(reference: str) -> bool:
    """Return whether an image is Docker's own program that reads Dockerfiles: of the same maker as the builder."""
    return repository_of(reference) in ("docker/dockerfile", "docker.io/docker/dockerfile")


def without_login(text: str) -> str:
    """Return what may be shown of a text that should name an image: of an address with a login in it, what stands
    behind that. Passwords may have any character in them, so that the last @ counts which is not that of a digest."""
    end = _DIGEST_END.search(text)
    rest = text[: end.start()] if end is not None else text
    return text[rest.rfind("@") + 1 :]


def split_image(reference: str) -> tuple[str, str, str]:
    """Return repository, tag and digest of a reference, "" for what is not there."""
    name, _, digest = reference.partition("@")
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return name, "", digest
    return repository, tag, digest


def repository_of(reference: str) -> str:
    """Return a reference without tag and digest."""
    return split_image(reference)[0]


def image_forms(reference: str) -> tuple[str, ...]:
    """Return the names by which an image is known, with its tag, without its digest; as written first."""
    repository, tag, _ = split_image(reference)
    end = f":{tag}" if tag else ""
    host, slash, rest = repository.partition("/")
    forms = [repository]
    if slash and host in _HUB:
        forms = [repository, f"docker.io/{rest}", rest]
        if rest.startswith("library/"):
            forms += [rest.removeprefix("library/"), f"docker.io/{rest.removeprefix('library/')}"]
        elif "/" not in rest:
            forms.append(f"docker.io/library/{rest}")
    elif not slash:
        forms = [repository, f"docker.io/{repository}", f"docker.io/library/{repository}"]
    elif "." not in host and ":" not in host and host != "localhost":
        forms = [repository, f"docker.io/{repository}"]
        if host == "library":
            forms += [rest, f"docker.io/{rest}"]
    return tuple(dict.fromkeys(form + end for form in forms if form))


def go_of_image(reference: str) -> str | None:
    """Return the Go of an image: "1.25.3", "1.25", "" where its reference does not tell; None for one that is no image
    of Go by its name."""
    repository, tag, _ = split_image(reference)
    if (repository.rpartition("/")[2].partition("$")[0] or repository).rstrip(":") not in _GO_IMAGES:
        return None
    found = _VERSION.match(tag)
    return found[1] if found else ""
