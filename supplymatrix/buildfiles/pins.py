"""How firmly images, actions, packages and Go versions are named.

    >>> pin_of_image("golang:1.25"), pin_of_image("golang:1.25.3"), pin_of_image("golang@sha256:" + 64 * "0")
    (<Pinned.FLOATING: 'floating'>, <Pinned.VERSION: 'version'>, <Pinned.DIGEST: 'digest'>)
    >>> pin_of_ref("v4"), pin_of_ref("v4.1.2"), pin_of_ref(40 * "a")
    (<Pinned.FLOATING: 'floating'>, <Pinned.VERSION: 'version'>, <Pinned.DIGEST: 'digest'>)

A full version names one release: three numbers, a build number, a date. Its owner may still build it anew, as Docker's
official images are on every newer base: what is in it stays that release. What moves by design (a minor, a suite,
"latest", a branch, every tag of a registry that rebuilds all of them daily) floats. Only a digest, or the full hash of
a commit, names the contents themselves.
"""

from __future__ import annotations

import re

from supplymatrix.buildfiles.images import is_image_name, split_image
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.model.vendor_path import Pinned

__all__ = [
    "names_release", "pin_of_go", "pin_of_image", "pin_of_package", "pin_of_ref", "verifies_by_tag", "wanted_image",
    "wanted_ref",
]  # fmt: skip

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", re.IGNORECASE)
_OPEN = re.compile(r"\$|\{\{|%\{")
_FULL = re.compile(
    r"(?:^|[-_+])v?(?:go)?[0-9]+\.[0-9]+(?:\.[0-9]+|(?:rc|beta|alpha)[0-9]+)"  # three numbers, or a candidate of two
    r"|^v?[0-9]+\.[0-9]+-[0-9]{2,}"  # a build number of Red Hat's: 9.4-1123
    r"|(?:^|[-_.])v?20[0-9]{6}(?=$|[-_.TZ])"  # a date
    r"|(?:^|[-_])(?:sha-?|git-?|g)[0-9a-f]{7,}(?=$|[-_.])"
)
_POINT_RELEASE = re.compile(r"[0-9]+\.[0-9]+(?=$|-)")
_POINT_RELEASED = ("debian",)
"""Images whose full versions have two numbers."""
_REBUILT = ("cgr.dev/",)
"""Registries in which every tag, a full version too, is moved to a newer build each day."""
_BY_TAG_ALONE = "slsa-framework/slsa-github-generator/"
"""Reusable workflows that verify themselves by their tag, and cannot be named by a commit."""
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
    if repository.lower().startswith(_REBUILT):
        return Pinned.FLOATING
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
    """Return what to write in the place of an image to pin it. What no image is called is in no command."""
    name = reference.partition("@")[0]
    if not is_image_name(name):
        return "name it by its digest"
    return f"{name}@sha256:…, the digest that `docker buildx imagetools inspect {name}` tells"


def verifies_by_tag(what: str) -> bool:
    """Return whether a reusable workflow verifies itself by its tag, and so fails where it is named by a commit."""
    return what.startswith(_BY_TAG_ALONE)


def wanted_ref(what: str, ref: str) -> str:
    """Return what to write in the place of an action, or of what is included, to pin it, "" where nothing is better.
    what: without its ref."""
    if verifies_by_tag(what):
        return (
            "" if pin_of_ref(ref) is Pinned.VERSION else "name a full version, @vX.Y.Z: it verifies itself by its tag"
        )
    of = f" of {ref}" if ref else ""
    return f"{what}@ and the 40 digits of the commit{of}" + (f", with # {ref} behind it" if ref else "")
