"""Versions of Go itself: the language version of a `go` line ("1.21"), releases ("1.21.0"), toolchain names
("go1.21.0", "go1.22.5-custom").

They are no semantic versions, and PEP 440 orders them wrongly. From Go 1.21 on, a language version comes *before* its
own release candidates and its first release; before 1.21, "1.20" is the first release itself and comes after "1.20rc1":

    >>> sorted(["go1.21.0", "go1.21rc2", "go1.21", "go1.9"], key=toolchain_key)
    ['go1.9', 'go1.21', 'go1.21rc2', 'go1.21.0']

What follows a dash in a toolchain's name is the maker's own and has no say in the order.

Source: go.dev/doc/toolchain#version; Go go/version, internal/gover.
"""

from __future__ import annotations

import re

__all__ = ["GoVersionKey", "go_version_key", "is_go_version", "is_toolchain", "language_version", "toolchain_key"]

_NUMBER = r"(0|[1-9][0-9]*)"
_PATTERN = rf"{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}|([a-z]+)(?:{_NUMBER})?)?)?"
_FIRST_WITH_DOT_ZERO = (2, "21")

_Number = tuple[int, str]
GoVersionKey = tuple[_Number, _Number, _Number, str, _Number]
"""Orders Go versions: equal keys mean one version. A number is (count of digits, digits), so that none is too long."""
_NONE: _Number = (0, "")
_INVALID: GoVersionKey = (_NONE, _NONE, _NONE, "", _NONE)


def is_go_version(text: str) -> bool:
    """Return whether this is a Go version, as in a `go` line."""
    return re.fullmatch(_PATTERN, text) is not None


def is_toolchain(name: str) -> bool:
    """Return whether this is the name of a Go toolchain, "go" and a Go version, perhaps with a suffix."""
    return is_go_version(_bare(name))


def go_version_key(text: str) -> GoVersionKey:
    """Return a key that orders Go versions; what is none comes before all others."""
    match = re.fullmatch(_PATTERN, text)
    if match is None:
        return _INVALID
    major, minor, patch, kind, number = match.groups()
    is_whole = minor is None or (kind is None and (len(minor), minor) < _FIRST_WITH_DOT_ZERO)
    first_patch = "0" if patch is None and is_whole else patch
    return (_number(major), _number(minor or "0"), _number(first_patch), kind or "", _number(number))


def toolchain_key(name: str) -> GoVersionKey:
    """Return a key that orders toolchain names as `go_version_key` orders their versions."""
    return go_version_key(_bare(name))


def language_version(name: str) -> str:
    """Return the language version of a toolchain, "go1.21" for "go1.21rc2"; "" when the name is none."""
    match = re.fullmatch(_PATTERN, _bare(name))
    if match is None:
        return ""
    major, minor = match[1], match[2] or "0"
    return "go1" if (major, minor) == ("1", "0") else f"go{major}.{minor}"


def _bare(name: str) -> str:
    """Return a toolchain's version; what is no Go version where the name does not begin with "go"."""
    return name.partition("-")[0].removeprefix("go") if name.startswith("go") else ""


def _number(digits: str | None) -> _Number:
    return _NONE if digits is None else (len(digits), digits)
