"""How files look without being read: whether anybody has written to them between two moments.

before = look_at(folder)
...
look_at(folder) == before        # nobody has, as far as the system tells

Every file below counts with its name, device, inode, size, and the times of writing and of change; the latter cannot be
set back by whoever writes a file.

above = look_above([folder], cache)      # the folders on the way: a rename of one changes nothing below it
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from supplymatrix.model.value import value
from supplymatrix.sources.pread import FileLook

__all__ = ["NOTHING", "FolderLook", "Look", "look_above", "look_at", "look_at_folder"]

_MOST = 4_000_000
"""Files and folders of one look; the largest known module has some ten thousand."""
_MOST_LINKS = 40
"""Links that one name may lead through, as for the system."""


@value
class Look:
    """digest: of all looks, "" where nothing lies there."""

    digest: str


NOTHING = Look(digest="")


@value
class FolderLook:
    """A folder without what is in it. places: device and inode of it, after those of the links that lead to it; times:
    of writing and of change of each, in nanoseconds. A rename changes the latter alone, a new entry both."""

    places: tuple[tuple[int, int], ...]
    times: tuple[tuple[int, int], ...]


def look_above(paths: Iterable[Path], root: Path) -> Mapping[Path, FolderLook]:
    """Return how the folders look that lead from root, itself among them, to paths, without these. Paths that do not
    lie below root are left out. A name counts with every link that it leads through."""
    folders = {up for path in paths if root in path.parents for up in path.parents if up == root or root in up.parents}
    return {folder: look_at_folder(folder) for folder in sorted(folders)}


def look_at_folder(folder: Path) -> FolderLook:
    """Return the look of a folder; what cannot be looked at has no place."""
    found = []
    place = os.fspath(folder)
    with suppress(OSError, ValueError):
        for _ in range(_MOST_LINKS):
            found.append(os.lstat(place))
            if not stat.S_ISLNK(found[-1].st_mode):
                break
            place = os.path.join(os.path.dirname(place), os.readlink(place))  # noqa: PTH115, PTH118, PTH120 - a text
    return FolderLook(
        places=tuple((info.st_dev, info.st_ino) for info in found),
        times=tuple((info.st_mtime_ns, info.st_ctime_ns) for info in found),
    )


def look_at(path: Path) -> Look:
    """Return the look of a file, or of a folder with all that is below. No link is followed but the path itself, and
    that counts with what it leads to.

    Where something cannot be looked at, that is part of the look. Raises OSError for more than four million files.
    """
    try:
        info = os.lstat(path)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return NOTHING
    seen = blake2b(_bytes(b"", info), digest_size=16)
    if stat.S_ISLNK(info.st_mode):
        with suppress(OSError):
            seen.update(_bytes(b"", os.stat(path)))  # noqa: PTH116 - as lstat above
    for count, (name, found) in enumerate(_below(os.fsencode(path)), 1):
        seen.update(_bytes(name, found) if found is not None else name + b"\0?\0")
        if count > _MOST:
            raise OSError(f"more than {_MOST:,} files lie in {path}")
    return Look(digest=seen.hexdigest())


def _below(root: bytes) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """Yield what lies below a path, folders before what is in them, in an order that depends on the names alone."""
    waiting = [(b"", root)]
    while waiting:
        above, path = waiting.pop()
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            continue  # a file; or a folder that cannot be listed, whose own look counts
        for entry in entries:
            name = above + b"/" + entry.name
            try:
                yield name, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((name, entry.path))
            except OSError:
                yield name, None


def _bytes(name: bytes, info: os.stat_result) -> bytes:
    return name + b"\0%d %d %d %d %d %d\0" % (info.st_mode, *FileLook.at(info))
