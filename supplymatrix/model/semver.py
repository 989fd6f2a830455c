"""Go's flavour of semantic versions: the leading "v" is required, "v1" and "v1.2" are allowed short forms.

    >>> sorted(["v1.10.0", "v1.9.0", "v1.9.0-rc.1"], key=sort_key)
    ['v1.9.0-rc.1', 'v1.9.0', 'v1.10.0']

Never to be mixed up with PEP 440, which rejects every pseudo-version. Invalid versions sort before all valid ones.

Source: golang/mod semver/semver.go; semver.org 2.0.0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "SemVer", "build", "canonical", "compare", "gosum_key", "is_valid", "major", "major_minor", "parse", "prerelease",
    "sort_key", "sorted_versions",
]  # fmt: skip

_NUMBER = r"(0|[1-9][0-9]*)"
_PRE_PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_BUILD_PART = r"[0-9A-Za-z-]+"
_PATTERN = re.compile(
    rf"v{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(-{_PRE_PART}(?:\.{_PRE_PART})*)?(\+{_BUILD_PART}(?:\.{_BUILD_PART})*)?)?)?"
)


class SemVer(NamedTuple):
    """The parts of a valid version. major, minor, patch: decimal digits of any length, "0" where left out.

    prerelease: with its dash; build: with its plus; missing: what a short form lacks, ".0" or ".0.0".
    """

    major: str
    minor: str
    patch: str
    prerelease: str
    build: str
    missing: str


@lru_cache(maxsize=4096)
def parse(version: str) -> SemVer | None:
    """Return the parts of a version, None when it is not valid."""
    match = _PATTERN.fullmatch(version)
    if match is None:
        return None
    first, second, third, pre, meta = match.groups()
    missing = ".0.0" if second is None else ".0" if third is None else ""
    return SemVer(first, second or "0", third or "0", pre or "", meta or "", missing)


def is_valid(version: str) -> bool:
    """Return whether this is a semantic version as Go reads it."""
    return parse(version) is not None


def canonical(version: str) -> str:
    """Return the version in full and without build metadata; "" when it is not valid."""
    parts = parse(version)
    if parts is None:
        return ""
    return version.removesuffix(parts.build) if parts.build else version + parts.missing


def major(version: str) -> str:
    """Return e.g. "v2"; "" when the version is not valid."""
    parts = parse(version)
    return f"v{parts.major}" if parts else ""


def major_minor(version: str) -> str:
    """Return e.g. "v2.1"; "" when the version is not valid."""
    parts = parse(version)
    return f"v{parts.major}.{parts.minor}" if parts else ""


def prerelease(version: str) -> str:
    """Return e.g. "-rc.1"; "" without one, and when the version is not valid."""
    parts = parse(version)
    return parts.prerelease if parts else ""


def build(version: str) -> str:
    """Return e.g. "+incompatible"; "" without one, and when the version is not valid."""
    parts = parse(version)
    return parts.build if parts else ""


_Number = tuple[int, str]
_Part = tuple[int, int, str]
SortKey = tuple[int, _Number, _Number, _Number, int, tuple[_Part, ...]]
_INVALID: SortKey = (0, (0, ""), (0, ""), (0, ""), 0, ())


def sort_key(version: str) -> SortKey:
    """Return a key that orders versions as Go compares them; equal keys mean equal precedence."""
    parts = parse(version)
    if parts is None:
        return _INVALID
    identifiers = tuple(map(_identifier, parts.prerelease[1:].split("."))) if parts.prerelease else ()
    release = 0 if identifiers else 1
    return (1, _number(parts.major), _number(parts.minor), _number(parts.patch), release, identifiers)


def compare(version: str, other: str) -> int:
    """Return -1, 0 or 1. Build metadata has no say; an invalid version is smaller than every valid one."""
    left, right = sort_key(version), sort_key(other)
    return (left > right) - (left < right)


def sorted_versions(versions: list[str]) -> list[str]:
    """Return versions in rising order; equal precedence is settled by the bytes of the text."""
    return sorted(versions, key=lambda version: (sort_key(version), version))


GosumKey = tuple[bytes, SortKey, bytes, bytes]


def gosum_key(path: str, version: str) -> GosumKey:
    """Return a key for the order of go.sum: path, then semantic version, then what follows a slash ("/go.mod")."""
    base, slash, suffix = version.partition("/")
    return (_raw(path), sort_key(base), b"", _raw(slash + suffix))


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _number(digits: str) -> _Number:
    return (len(digits), digits)


def _identifier(text: str) -> _Part:
    """Numbers come before words; among numbers the longer one is larger."""
    return (0, len(text), text) if text.isdigit() else (1, 0, text)
