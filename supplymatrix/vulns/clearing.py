"""The earliest version of a module that the entries of a database leave alone."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from supplymatrix.model.value import value
from supplymatrix.vulns.advisory import Advisory
from supplymatrix.vulns.index import VulnIndex
from supplymatrix.vulns.versions import fixed_version, order_of

__all__ = ["Clearing", "clearing_version"]

_ROUNDS = 50


@value
class Clearing:
    """version: with "v", "" where no later version clears anything. clears: entries that concern the version at hand
    and not that one; stays: those that no version is known to clear, as the entries say."""

    version: str
    clears: tuple[Advisory, ...] = ()
    stays: tuple[Advisory, ...] = ()


def clearing_version(
    index: VulnIndex, path: str, version: str, passed_over: AbstractSet[str] = frozenset()
) -> Clearing:
    """Return the earliest later version that no entry concerns, but those that nothing clears.

    version: with "v", comparable. passed_over: ids of entries that do not matter. A fix may bring another entry's range
    with it: then a later one is sought.
    """
    here = [advisory for advisory in index.affecting(path, version) if advisory.id not in passed_over]
    endless: dict[str, Advisory] = {}
    found = version
    for _ in range(_ROUNDS):
        hits = [advisory for advisory in index.affecting(path, found) if advisory.id not in passed_over]
        fixes = {advisory.id: fixed_version(advisory, path, found) for advisory in hits}
        endless |= {advisory.id: advisory for advisory in hits if not fixes[advisory.id]}
        later = [fixed for fixed in fixes.values() if fixed]
        if not later:
            break
        found = max(later, key=order_of)
    if order_of(found) <= order_of(version):
        return Clearing(version="", stays=tuple(here))
    clears = tuple(advisory for advisory in here if advisory.id not in endless)
    stays = tuple(advisory for advisory in here if advisory.id in endless)
    return Clearing(version=found if clears else "", clears=clears, stays=stays)
