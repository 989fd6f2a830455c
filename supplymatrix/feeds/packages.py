"""Which Go a vendor's package version holds.

>>> go_in_version("0:1.21.11-1.el9_4"), go_in_version("1.22.2-2~22.04.3"), go_in_version("1.20.3-r1")
('1.21.11', '1.22.2', '1.20.3')
"""

from __future__ import annotations

import re

from supplymatrix.model.advisory import FeedDate, Shipment, is_go_toolchain

__all__ = ["go_in_version", "is_early", "is_main_package", "shipment_of"]

_VERSION = re.compile(
    r"(?:[0-9]{1,4}:)?(1\.[0-9]{1,3}(?:\.[0-9]{1,3})?)(?![0-9.])"
    r"((?:[-_~+]|-0\.(?:[0-9]+\.)?)?(?:rc|beta|alpha)\.?[0-9]*)?",
    re.ASCII,
)
_PART = re.compile(r"-(?:bin|src|go|docs?|misc|race|tests?|shared)$")
_FIRST_WITH_DOT_ZERO = 21


def go_in_version(version: str) -> str:
    """Return the Go release in a package's version; "" when it cannot be told, as for pre-releases."""
    match = _VERSION.match(version)
    if match is None or match[2]:
        return ""
    is_short = match[1].count(".") == 1
    if is_short and int(match[1].partition(".")[2]) >= _FIRST_WITH_DOT_ZERO:
        return ""
    return f"{match[1]}.0" if is_short else match[1]


def is_early(version: str) -> bool:
    """Return whether a package's version is that of a pre-release of Go, in any of the vendors' spellings.

    >>> [is_early(v) for v in ("1.26~rc1-1", "1.26_rc1-r0", "1.26.0-rc.1", "1.26rc1", "1.26-0.rc1.el9", "1.26.0-r0")]
    [True, True, True, True, True, False]
    """
    match = _VERSION.match(version.removeprefix("go"))
    return match is not None and bool(match[2])


def is_main_package(package: str) -> bool:
    """Return whether this is Go itself and not one of the parts in which a vendor splits it (golang-docs …)."""
    return is_go_toolchain(package) and _PART.search(package) is None


def shipment_of(channel: str, package: str, version: str, when: FeedDate) -> tuple[Shipment, ...]:
    """Return that a channel shipped this Go, nothing where the version does not tell which."""
    go_version = go_in_version(version)
    if not go_version or not is_main_package(package):
        return ()
    return (Shipment(channel=channel, package=package, version=version, go_version=go_version, when=when),)
