"""How firmly images, actions, packages and Go versions are named.

    >>> pin_of_image("golang:1.25"), pin_of_image("golang:1.25.3"), pin_of_image("golang@sha256:" + 64 * "0")
    (<Pinned.FLOATING: 'floating'>, <Pinned.VERSION: 'version'>, <Pinned.DIGEST: 'digest'>)
    >>> pin_of_ref("v4"), pin_of_ref("v4.1.2"), pin_of_ref(40 * "a")
    (<Pinned.FLOATING: 'floating'>, <Pinned.VERSION: 'version'>, <Pinned.DIGEST: 'digest'>)

A full version is one that its owner would move only by breaking his word: three numbers, a build number, a date. What
moves by design (a minor, a suite, "latest", a branch) floats. Only a digest, or the full hash of a commit, names the
contents themselves.
"""

from __future__ import annotations

import re

from supplymatrix.buildfiles.images import split_image
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.vendor_path import Pinned

__all__ = ["names_release", "pin_of_go", "pin_of_image", "pin_of_package", "pin_of_ref", "wanted_image", "wanted_ref"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", re.IGNORECASE)
_OPEN = re.compile(r"\$|\{\{|%\{")
_FULL = re.compile(
    r"(?:^|[-_+])v?(?:go)?[0-9]+\.[0-9]+(?:\.[0-9]+|(?:rc|beta|alpha)[0-9]+)"  # three numbers, or a candidate of two
    r"|^v?[0-9]+\.[0-9]+-[0-9]{2,}"  # a build number of Red Hat's: 9.4-1123
    r"|(?:^|[-_.])20[0-9]{6}(?=$|[-_.TZ])"  # a date
    r"|(?:^|[-_])(?:sha-?|git-?|g)[0-9a-f]{7,}(?=$|[-_.])"
)
_POINT_RELEASE = re.compile(r"[0-9]+\.[0-9]+(?=$|-)")
_POINT_RELEASED = ("debian",)
"""Images whose full versions have two numbers."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_RELEASE = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+.].*)?")
_SUITES = re.compile(
    r"(?:^|[-_])(?:jessie|stretch|buster|bullseye|bookworm|trixie|forky|xenial|bionic|focal|jammy|noble|resolute)(?=$|[-_])"
)
_LONGEST = 1_000


def pin_of_image(reference: str) -> Pinned:
    """Return how firmly a reference names an image."""
    if len(reference) > _LONGEST:
        return Pinned.UNKNOWN
    repository, tag, digest = split_image(reference)
    if digest and _DIGEST.fullmatch(digest):
        return Pinned.DIGEST
    if _OPEN.search(reference):
        return Pinned.UNKNOWN
    if _FULL.search(tag):
        return Pinned.VERSION
    is_debian = repository.rpartition("/")[2] in _POINT_RELEASED
    return Pinned.VERSION if is_debian and _POINT_RELEASE.match(tag) else Pinned.FLOATING


def names_release(reference: str) -> bool:
    """Return whether a reference names any release at all, be it a minor ("golang:1.25") or a suite ("debian:trixie")
    that floats; "latest", "alpine" and no tag name none."""
    repository, tag, digest = split_image(reference)
    last = repository.rpartition("/")[2]
    return bool(digest or re.search(r"[0-9]", tag) or _SUITES.search(tag) or re.search(r"-debian[0-9]+$", last))


def pin_of_ref(ref: str) -> Pinned:
    """Return how firmly a git ref names a commit: a tag of three numbers is a version, any other name floats."""
    if not ref or len(ref) > _LONGEST:
        return Pinned.FLOATING
    if _OPEN.search(ref):
        return Pinned.UNKNOWN
    if _COMMIT.fullmatch(ref):
        return Pinned.DIGEST
    return Pinned.VERSION if _RELEASE.fullmatch(ref) else Pinned.FLOATING


def pin_of_package(asked: str) -> Pinned:
    """Return how firmly a package is named. asked: its version as it is asked for: "=1.25.3-r0", ">= 1.22", ""."""
    if _OPEN.search(asked):
        return Pinned.UNKNOWN
    exact = re.fullmatch(r"={1,2}[ \t]*(?:[0-9]+:)?[0-9]+\.[0-9]+\.[0-9][^*]*", asked.strip())
    return Pinned.VERSION if exact else Pinned.FLOATING


def pin_of_go(version: str) -> Pinned:
    """Return how firmly a Go is named: "1.25.3" and "1.26rc1" are versions, "1.25" and nothing float."""
    is_full = is_go_version(version) and (version.count(".") == 2 or not version.replace(".", "").isdigit())
    return Pinned.VERSION if is_full else Pinned.FLOATING


def wanted_image(reference: str) -> str:
    """Return what to write in the place of an image to pin it."""
    name = reference.partition("@")[0]
    return f"{name}@sha256:…, the digest that `docker buildx imagetools inspect {name}` tells"


def wanted_ref(what: str, ref: str) -> str:
    """Return what to write in the place of an action, or of what is included, to pin it. what: without its ref."""
    of = f" of {ref}" if ref else ""
    return f"{what}@ and the 40 digits of the commit{of}" + (f", with # {ref} behind it" if ref else "")
