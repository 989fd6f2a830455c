"""The fewest updates that bring all others along.

Raising one module often raises others that its new go.mod requires. Given for each update which of the wanted ones it
brings about, the fewest that bring about all of them are sought. Those that nothing else brings about are taken first,
and are mostly all; among the rest every choice is tried where there are few, and else the widest is taken each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import combinations

__all__ = ["smallest_cover"]

_TRIED = 20_000
"""Choices that are tried before the widest is taken each time."""


def smallest_cover(covers: Mapping[str, AbstractSet[str]]) -> tuple[tuple[str, ...], bool]:
    """Return the fewest keys whose values together have every key, sorted, and whether fewer are surely not possible.

    covers: update → the updates that it brings about, itself among them whether named or not. Of choices with equally
    many the first in the order of names is taken.
    """
    brings = {key: {*found, key} & covers.keys() for key, found in covers.items()}
    by: dict[str, list[str]] = {key: [] for key in brings}
    for key in sorted(brings):
        for brought in brings[key]:
            by[brought].append(key)
    needed = {keys[0] for keys in by.values() if len(keys) == 1}
    left = by.keys() - set[str]().union(*(brings[key] for key in needed))
    if not left:
        return tuple(sorted(needed)), True
    useful = sorted(key for key in brings if brings[key] & left)
    tried = 0
    for size in range(1, len(left) + 1):
        for chosen in combinations(useful, size):
            tried += 1
            if tried > _TRIED:
                return tuple(sorted(needed | _widest(brings, left))), False
            if left <= set().union(*(brings[key] for key in chosen)):
                return tuple(sorted(needed | {*chosen})), True
    return tuple(sorted(needed | left)), True


def _widest(brings: Mapping[str, AbstractSet[str]], left: AbstractSet[str]) -> set[str]:
    """Return a choice that takes each time what brings about most of what is left."""
    chosen: set[str] = set()
    rest = {*left}
    while rest:
        best = min(brings, key=lambda key: (-len(brings[key] & rest), key))
        chosen.add(best)
        rest -= brings[best]
    return chosen
