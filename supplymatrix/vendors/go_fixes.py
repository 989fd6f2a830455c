"""Whether a Go version holds the fix of a CVE, and whether the CVE touches it."""

from __future__ import annotations

import re

from supplymatrix.gomod.goversion import GoVersionKey, go_version_key, is_go_version, language_version
from supplymatrix.model.advisory import GoFix

__all__ = ["holds_fix", "is_touched"]

_SEMVER_EARLY = re.compile(r"([0-9]+)\.([0-9]+)\.0-(?:0|([a-z]+)\.?([0-9]+))")


def holds_fix(version: str, fix: GoFix) -> bool:
    """Return whether a Go version ("1.22.5") holds a fix: no range of touched versions has it, and it is not older than
    the fixed version of its own minor or, where that minor has none, its minor is newer than one that has."""
    if not is_go_version(version) or (fix.ranges and is_touched(version, fix)):
        return False
    key = _key(version)
    own = [fixed for fixed in fix.fixed_in if _minor(fixed) == _minor(version)]
    if own:
        return key >= min(map(_key, own))
    return any(_key(fixed) < key for fixed in fix.fixed_in)


def is_touched(version: str, fix: GoFix) -> bool:
    """Return whether a version lies in a range of touched versions: at or behind its beginning, before its fix.

    Where no ranges are known, what does not hold the fix is touched.
    """
    if not is_go_version(version):
        return False
    if not fix.ranges:
        return not holds_fix(version, fix)
    key = _key(version)
    return any((not first or _key(first) <= key) and (not fixed or key < _key(fixed)) for first, fixed in fix.ranges)


def _key(version: str) -> GoVersionKey:
    """Return the order of a version; ranges may have the semantic form "1.22.0-0", which is before all of 1.22."""
    early = _SEMVER_EARLY.fullmatch(version)
    if early is not None:
        major, minor, kind, number = early.groups()
        return go_version_key(f"{major}.{minor}{kind or 'alpha'}{number or '0'}")
    return go_version_key(version)


def _minor(version: str) -> str:
    return language_version(f"go{version.partition('-')[0]}")
