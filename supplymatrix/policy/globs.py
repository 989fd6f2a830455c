"""Globs over module paths, as `[packages."…"]` and waivers use them.

They match element by element: `*` is any one element, `**` any number of them, everything else stands for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = ["GlobIndex", "covers_glob", "glob_fault", "literal_prefix", "matches"]

_LONGEST = 1000


def glob_fault(glob: str, *, can_be_address: bool = False) -> str:
    """Return why a text is no glob, "" when it is one. can_be_address: what waivers name may begin with https://."""
    glob = glob.replace("://", ":/", 1) if can_be_address else glob
    if not glob or glob.startswith("/") or glob.endswith("/") or "//" in glob:
        return "it is empty, or has an empty element"
    if len(glob) > _LONGEST:
        return f"it has {len(glob):,} characters, more than {_LONGEST:,}"
    for element in glob.split("/"):
        if "*" in element and element not in ("*", "**"):
            return f"a star stands for whole elements only, not inside of {element!r}"
    return ""


def literal_prefix(glob: str) -> int:
    """Return how many characters stand before the first star: the longer, the more the glob has to say.

    A glob without a star says more than any other that matches its module, be it by a `/**` that stands for nothing.
    """
    star = glob.find("*")
    return len(glob) + 2 if star < 0 else star


class GlobIndex:
    """Many globs, asked for those that match a path: only those that begin as the path does are looked at.

    globs: each with the number under which it is told; a number may have several.
    """

    def __init__(self, globs: Iterable[tuple[str, int]]) -> None:
        self._by_start: dict[tuple[str, ...], list[tuple[str, int]]] = {}
        self._exact: dict[str, list[int]] = {}
        self._found: dict[str, tuple[int, ...]] = {}
        for glob, number in globs:
            if "*" not in glob:
                self._exact.setdefault(glob, []).append(number)
                continue
            elements = glob.split("/")
            start = next(at for at, element in enumerate(elements) if "*" in element)
            self._by_start.setdefault(tuple(elements[:start]), []).append((glob, number))

    def about(self, path: str) -> tuple[int, ...]:
        """Return the numbers of the globs that match a path, those without a star first."""
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = tuple(self._look_up(path))
        return found

    def _look_up(self, path: str) -> Iterator[int]:
        yield from self._exact.get(path, ())
        elements = tuple(path.split("/"))
        for length in range(len(elements) + 1):
            for glob, number in self._by_start.get(elements[:length], ()):
                if matches(glob, path):
                    yield number


@lru_cache(maxsize=65536)
def matches(glob: str, path: str) -> bool:
    """Return whether a module path matches a glob; time grows with the product of their lengths at most."""
    reachable = {0}
    pattern = glob.split("/")
    for element in path.split("/"):
        following: set[int] = set()
        for at in _through_stars(pattern, reachable):
            if at < len(pattern) and pattern[at] == "**":
                following.add(at)
            elif at < len(pattern) and pattern[at] in ("*", element):
                following.add(at + 1)
        reachable = following
    return len(pattern) in _through_stars(pattern, reachable)


def covers_glob(wide: str, narrow: str) -> bool:
    """Return whether one glob surely matches all that another one does."""
    elements = narrow.split("/")
    if "**" not in elements:
        return matches(wide, narrow)
    start = "/".join(elements[: elements.index("**")])
    return wide in ("**", narrow) or (bool(start) and wide.endswith("/**") and matches(wide, start))


def _through_stars(pattern: list[str], places: set[int]) -> set[int]:
    """Return the places that can be reached without eating an element: past every `**`."""
    out = set(places)
    pile = list(places)
    while pile:
        at = pile.pop()
        if at < len(pattern) and pattern[at] == "**" and at + 1 not in out:
            out.add(at + 1)
            pile.append(at + 1)
    return out
