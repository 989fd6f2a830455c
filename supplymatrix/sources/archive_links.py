"""Links inside of an archive: which folder a path goes through, and whether what a hard link leads to is there.

    tree.add_link("bin", "usr/bin"); tree.real("bin/app")    # "usr/bin/app"

Nothing on the disk is followed. Tables are bounded: beyond that nothing more is known, and what is not known is not
there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import TypeVar

__all__ = ["MAX_NAMES", "ArchiveTree", "inner_name"]

MAX_NAMES = 1_000_000
"""Names of plain files, and of links, that are kept."""
_MOST_HOPS = 40
_T = TypeVar("_T")


def inner_name(name: str) -> str:
    """Return the path below the root that a name of an archive means: no slash in front, no "." and no ".."."""
    return posixpath.normpath("/" + name).lstrip("/")


class ArchiveTree:
    """The links and files of an archive, or of the layers of an image, so far. lost: hard links that lead to nothing
    that is known, as sentences' beginnings "x: a hard link to y"."""

    def __init__(self) -> None:
        self._links: dict[str, str] = {}
        self._files: set[str] = set()
        self.lost: list[str] = []

    def add_link(self, path: str, target: str) -> None:
        """Note a symbolic link. target: as written."""
        if len(self._links) < MAX_NAMES:
            self._links[path] = inner_name(posixpath.join("/", posixpath.dirname(path), target))

    def add_file(self, path: str) -> None:
        """Note a file that is no program, or something else that a hard link may lead to."""
        self._links.pop(path, None)
        if len(self._files) < MAX_NAMES:
            self._files.add(path)

    def add_folder(self, path: str) -> None:
        """Note a folder, in the place of a link that had its name."""
        self._links.pop(path, None)

    def real(self, path: str) -> str:
        """Return a path with the links of its folders followed; the path itself where they lead in a circle."""
        if not self._links:
            return path
        hops, done, left = 0, "", path.split("/")
        while len(left) > 1:
            step = posixpath.join(done, left.pop(0))
            target = self._links.get(step)
            if target is None:
                done = step
                continue
            hops += 1
            if hops > _MOST_HOPS:
                return path
            done, left = "", [*filter(None, target.split("/")), *left]
        return posixpath.join(done, left[0])

    def linked(self, path: str, target: str, *programs: Mapping[str, _T]) -> _T | None:
        """Return the program that a hard link leads to; None for another file, and for nothing, which is noted.

        programs: by their names, and by their real ones, the ones that count first.
        """
        name = inner_name(target)
        real = self.real(name)
        for known in programs:
            found = known.get(name) or known.get(real)
            if found is not None:
                return found
        if {name, real} & self._files or name in self._links or real in self._links:
            self.add_file(path)
        else:
            self.lost.append(f"{path}, a hard link to {name}")
        return None
