"""The channels of Chainguard's packages: whose repository, and whether it is Go itself, its FIPS build, or a program.

A buyer who stands on `go-1.22` gets nothing of a fix in `go-fips-1.22` or in a program, so these are channels of their
own: "wolfi", "wolfi-fips", "wolfi-programs".
"""

from __future__ import annotations

from supplymatrix.model.advisory import Channel, DateTrust, is_go_toolchain

__all__ = ["apk_channel"]

_NAMES = {
    "wolfi": ("Wolfi", DateTrust.EXACT),
    "wolfi-osv": ("Wolfi (OSV feed)", DateTrust.DAY),
    "wolfi-secdb": ("Wolfi (secdb)", DateTrust.NONE),
    "chainguard": ("Chainguard", DateTrust.DAY),
    "chainguard-secdb": ("Chainguard (secdb)", DateTrust.NONE),
}


def apk_channel(repository: str, package: str) -> Channel:
    """Return the channel of a package. repository: "wolfi", "wolfi-osv", "wolfi-secdb", "chainguard" or
    "chainguard-secdb"."""
    name, trust = _NAMES[repository]
    is_toolchain = is_go_toolchain(package)
    part, words = ("", "") if is_toolchain else ("-programs", " programs")
    if is_toolchain and "fips" in package:
        part, words = "-fips", " go-fips"
    return Channel(
        id=f"{repository}{part}",
        name=f"{name}{words}",
        vendor="chainguard",
        stand_in_for="",
        rebases=is_toolchain,
        trust=trust,
    )
