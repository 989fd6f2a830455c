"""The licence files of one module: those in its root, and those of the folders from which a build takes packages.

places = [place for place in (cached_folder(cache, module), cached_zip(cache, module)) if place is not None]
texts = read_first(places, packages=["", "internal/xxhash"])

A licence in a folder speaks for what lies below it, so all folders on the way from the root to a package are looked
into, and no others. Of a zip the directory is read, and of its members only these files.

What lies there may be hostile. A symbolic link that leads out of the module is not followed, what is no plain file is
not opened, and what is too long is not read; each of these is told, since a licence that was not read is not known.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT
from supplymatrix.gomod.module_graph import Absent
from supplymatrix.gomod.zip_archive import ZipEntry, read_zip, read_zip_contents
from supplymatrix.licences.files import is_licence_file, is_notice_file, is_third_party_file, rank
from supplymatrix.model.licence import LicenceSource
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import value
from supplymatrix.sources.pread import open_at

__all__ = [
    "FILE_LIMIT", "ModuleText", "ModuleTexts", "Place", "TextKind", "cached_folder", "cached_zip", "folder_place",
    "read_first", "read_place", "read_vendored", "vendored_folder",
]  # fmt: skip

FILE_LIMIT = 1 << 20
"""Bytes of one file; the longest known licence has a tenth of that."""
_ALL_BYTES = 4 << 20
"""Of one module; the most that any of 400 known ones has is 60,000."""
_MOST_FILES = 1_000
"""Of one module."""
_MOST_ENTRIES = 1_000_000
"""Of all folders of one module that are looked into."""
_LEVELS = 8
"""Folders above a project in which the root of its repository is looked for."""


class TextKind(StrEnum):
    """What a file is for."""

    LICENCE = "licence"
    NOTICE = "notice"
    THIRD_PARTY = "third-party"
    """The licences of parts by others that the module brings along."""
    PATENTS = "patents"
    AUTHORS = "authors"


@value
class ModuleText:
    """One file. path: slash-separated, in its module. packages_only: it lies below the module's root."""

    path: str
    data: bytes
    kind: TextKind
    packages_only: bool = False


@value
class ModuleTexts:
    """What was read of one module. texts: those in the root first, each folder's in the order of their weight.

    unread: (path, reason) of files that may hold a licence and could not be read.
    """

    source: LicenceSource
    texts: tuple[ModuleText, ...]
    unread: tuple[tuple[str, str], ...] = ()


@value
class Place:
    """Where a module lies. path: of a folder, or of a zip; prefix: of the names in the zip, "" for a folder.

    bounds: the folder that no link may lead out of. climbs: it may lie below the root of a repository that has the
    licence of all its modules; the go command then puts that file into the module's zip.
    """

    source: LicenceSource
    path: Path
    bounds: Path
    prefix: str = ""
    climbs: bool = False


def cached_folder(cache: Path | None, module: ModuleVersion) -> Place | None:
    """Return where the module cache has a module unpacked, None when it has not, or not wholly."""
    names = _escaped(module)
    if cache is None or names is None:
        return None
    folder = cache / f"{names[0]}@{names[1]}"
    if not _is_folder(folder) or os.path.lexists(
        cache / "cache" / "download" / names[0] / "@v" / f"{names[1]}.partial"
    ):
        return None
    return Place(source=LicenceSource.FOLDER, path=folder, bounds=folder)


def cached_zip(cache: Path | None, module: ModuleVersion) -> Place | None:
    """Return where the module cache has a module's zip, None when it has none."""
    names = _escaped(module)
    if cache is None or names is None:
        return None
    path = cache / "cache" / "download" / names[0] / "@v" / f"{names[1]}.zip"
    if not os.path.lexists(path):
        return None
    return Place(source=LicenceSource.ZIP, path=path, bounds=path, prefix=f"{module}/")


def vendored_folder(root: Path, path: str) -> Place | None:
    """Return where vendor/ of a project has a module's files, None when it has none. root: with go.mod or go.work."""
    try:
        ModuleVersion(path=path, version="").escaped_path  # noqa: B018 - raises for a path that no module can have
    except InputError:
        return None
    folder = root / "vendor" / path
    return Place(source=LicenceSource.VENDOR, path=folder, bounds=root) if _is_folder(folder) else None


def folder_place(folder: Path, source: LicenceSource) -> Place:
    """Return the place of a module that is built from a folder of the user's, there or not."""
    return Place(source=source, path=folder, bounds=folder, climbs=True)


def read_first(places: Iterable[Place], packages: Collection[str], absent: Absent) -> ModuleTexts | Absent:
    """Return what the first place that can be read holds. absent: returned when there is no place at all."""
    reasons = []
    for place in places:
        try:
            return read_place(place, packages)
        except InputError as err:
            reasons.append(f"its {place.source} cannot be read: {err.diagnostics[0].message}")
        except OSError as err:
            reasons.append(f"its {place.source} cannot be read: {err.strerror or err}")
    return Absent(reason="; ".join(reasons), remedy=absent.remedy) if reasons else absent


def read_vendored(places: Sequence[Place], packages: Collection[str], absent: Absent) -> ModuleTexts | Absent:
    """Return what the first place holds, of vendor/ with what others have of the root beside it.

    The go command copies LICENSE and COPYING to vendor/, and neither LICENCE nor UNLICENSE.
    """
    texts = read_first(places, packages, absent)
    if not isinstance(texts, ModuleTexts) or texts.source is not LicenceSource.VENDOR or _has_root_licence(texts):
        return texts
    more = read_first([place for place in places if place.source is not LicenceSource.VENDOR], packages, absent)
    if not isinstance(more, ModuleTexts) or not _has_root_licence(more):
        return texts
    there = {text.path for text in texts.texts}
    together = (*texts.texts, *(text for text in more.texts if text.path not in there))
    unread = {**dict(more.unread), **dict(texts.unread)}
    return ModuleTexts(
        source=more.source, texts=tuple(sorted(together, key=_order)), unread=tuple(sorted(unread.items()))
    )


def _has_root_licence(texts: ModuleTexts) -> bool:
    return any(text.kind is TextKind.LICENCE and not text.packages_only for text in texts.texts)


def read_place(place: Place, packages: Collection[str]) -> ModuleTexts:
    """Return the licence files of a module. packages: folders from which packages are taken, slash-separated below its
    root, "" = the root itself.

    Raises InputError for a zip that the go command could not read, OSError when the place cannot be read.
    """
    folders = ["", *_on_the_way(packages)]
    found = _Found(place.source)
    if place.prefix:
        _read_zip(place, frozenset(folders), found)
    else:
        _read_folders(place, folders, found)
        if place.climbs and not found.has_root_licence:
            _read_repository_root(place, found)
    return found.texts()


class _Found:
    """What was found so far, within limits."""

    def __init__(self, source: LicenceSource) -> None:
        self._source = source
        self._texts: list[ModuleText] = []
        self._unread: list[tuple[str, str]] = []
        self._bytes = self._files = self._entries = 0
        self.has_root_licence = False

    def count_entry(self) -> None:
        """Count an entry of a folder. Raises OSError when there are too many."""
        self._entries += 1
        if self._entries > _MOST_ENTRIES:
            raise OSError(f"the folders have more than {_MOST_ENTRIES:,} entries")

    def make_room(self, path: str, size: int) -> bool:
        """Return whether a file may be read; if not, why is kept."""
        fault = ""
        if size > FILE_LIMIT:
            fault = f"it has {size:,} bytes, more than the {FILE_LIMIT:,} that are read"
        elif self._bytes + size > _ALL_BYTES:
            fault = f"the files like it have more than {_ALL_BYTES:,} bytes together"
        elif self._files >= _MOST_FILES:
            fault = f"there are more than {_MOST_FILES:,} files like it"
        if fault:
            self.miss(path, fault)
            return False
        self._bytes += size
        self._files += 1
        return True

    def add(self, path: str, data: bytes) -> None:
        """Keep what was read."""
        folder, _, name = path.rpartition("/")
        kind = _kind_of(name)
        assert kind is not None  # noqa: S101 - by its kind it was chosen
        packages_only = bool(folder.strip("./"))
        self.has_root_licence |= kind is TextKind.LICENCE and not packages_only
        self._texts.append(ModuleText(path=_text(path), data=data, kind=kind, packages_only=packages_only))

    def miss(self, path: str, reason: str) -> None:
        """Keep why a file was not read, or a folder ("a/b/"); a file that could hold no licence is not missed."""
        name = path.rpartition("/")[2]
        is_licence = not name or _kind_of(name) is TextKind.LICENCE
        self.has_root_licence |= is_licence and "/" not in path
        if is_licence and len(self._unread) < _MOST_FILES:
            self._unread.append((_text(path), reason))

    def texts(self) -> ModuleTexts:
        """Return all of it."""
        return ModuleTexts(
            source=self._source,
            texts=tuple(sorted(self._texts, key=_order)),
            unread=tuple(sorted(self._unread)),
        )


def _order(text: ModuleText) -> tuple[str, tuple[int, str], str]:
    folder, _, name = text.path.rpartition("/")
    return folder if text.packages_only else "", rank(name), text.path


def _kind_of(name: str) -> TextKind | None:
    """Return what a file is for by its name, None for one that is of no interest."""
    return None if name.endswith(".go") else _kind_of_other(name)


@lru_cache(maxsize=4096)  # most names come again and again
def _kind_of_other(name: str) -> TextKind | None:
    if is_licence_file(name):
        return TextKind.LICENCE
    if is_notice_file(name):
        return TextKind.NOTICE
    if is_third_party_file(name):
        return TextKind.THIRD_PARTY
    stem = name.partition(".")[0].upper()
    return {"PATENTS": TextKind.PATENTS, "AUTHORS": TextKind.AUTHORS}.get(stem)


def _on_the_way(packages: Collection[str]) -> list[str]:
    """Return the folders from below the root down to each package, each once, in order."""
    folders: set[str] = set()
    for package in packages:
        elements = package.split("/")
        if package and not {"", ".", ".."} & set(elements) and "\0" not in package:
            folders.update("/".join(elements[:end]) for end in range(1, len(elements) + 1))
    return sorted(folders)


def _read_folders(place: Place, folders: Sequence[str], found: _Found) -> None:
    """Read the files of folders, parents before what lies in them. Raises OSError when the root cannot be read."""
    bounds = os.path.realpath(place.bounds)
    if place.bounds != place.path and not _lies_in(bounds, str(place.path)):
        raise OSError("a symbolic link leads out of it")
    passed_over: set[str] = set()
    for folder in folders:
        path = os.path.join(place.path, *folder.split("/")) if folder else str(place.path)  # noqa: PTH118 - far quicker
        if folder and (folder.rpartition("/")[0] in passed_over or not _is_inner_folder(bounds, path)):
            passed_over.add(folder)
            continue
        try:
            names = _names(path, found)
        except OSError as err:
            if not folder:
                raise
            found.miss(f"{folder}/", f"the folder cannot be read: {err.strerror or err}")
            continue
        for name, is_plain in sorted(names):
            below = f"{folder}/{name}" if folder else name
            _read_file(os.path.join(path, name), below, bounds, found, is_plain=is_plain)  # noqa: PTH118 - as above


def _is_inner_folder(bounds: str, path: str) -> bool:
    """Return whether a folder is there; as a link only where that stays within the module."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # reading it tells why it cannot be read
    return stat.S_ISDIR(mode) or (stat.S_ISLNK(mode) and _lies_in(bounds, path) and _is_folder(Path(path)))


def _names(path: str, found: _Found) -> list[tuple[str, bool]]:
    """Return (name, whether it is a plain file) of what may be wanted in a folder. Raises OSError."""
    names = []
    with os.scandir(path) as entries:
        for entry in entries:
            found.count_entry()
            if _kind_of(entry.name) is not None and not entry.is_dir(follow_symlinks=False):
                names.append((entry.name, entry.is_file(follow_symlinks=False)))
    return names


def _read_file(path: str, below: str, bounds: str, found: _Found, *, is_plain: bool) -> None:
    """Read one file. below: its path in the module."""
    try:
        if not is_plain and stat.S_ISLNK(os.lstat(path).st_mode):
            if not _lies_in(bounds, path):
                found.miss(below, "it is a symbolic link that leads out of the module")
                return
            path = os.path.realpath(path)
            if stat.S_ISDIR(os.lstat(path).st_mode):
                return
        with open_at(Path(path), limit=ZIP_LIMIT, links=False) as file:
            data = file.read_at(0, file.size) if found.make_room(below, file.size) else None
    except OSError as err:
        found.miss(below, f"it cannot be read: {err.strerror or err}")
        return
    if data is not None:
        found.add(below, data)


def _read_repository_root(place: Place, found: _Found) -> None:
    """Read the LICENSE of the repository that a folder lies in, as the go command does when it packs a module."""
    folder = Path(os.path.abspath(place.path))  # noqa: PTH100 - the folder may be reached through links
    for level in range(_LEVELS):
        if os.path.lexists(folder / ".git"):
            path = folder / "LICENSE"
            if level and _is_plain(path):
                _read_file(str(path), "../" * level + path.name, str(folder), found, is_plain=True)
            return
        if folder.parent == folder:
            return
        folder = folder.parent


def _read_zip(place: Place, folders: frozenset[str], found: _Found) -> None:
    """Read those members of a zip that lie in the folders. Raises InputError, OSError."""
    prefix = place.prefix.encode()
    with open_at(place.path, limit=ZIP_LIMIT) as file:
        archive = read_zip(file)
        wanted = [member for entry in archive.entries if (member := _member(entry, prefix, folders)) is not None]
        chosen = {member.entry: member.path for member in wanted if found.make_room(member.path, member.entry.size)}
        read: Mapping[ZipEntry, bytes] = {
            entry: b"".join(pieces) for entry, pieces in read_zip_contents(archive, chosen)
        }
    for entry, path in chosen.items():
        found.add(path, read[entry])


class _Member(NamedTuple):
    entry: ZipEntry
    path: str


def _member(entry: ZipEntry, prefix: bytes, folders: frozenset[str]) -> _Member | None:
    """Return an entry that is wanted, with its path in the module."""
    if not entry.name.startswith(prefix) or entry.is_folder or entry.name.endswith(b".go"):
        return None
    path = entry.name[len(prefix) :].decode("utf-8", "replace")
    folder, _, name = path.rpartition("/")
    return _Member(entry, path) if folder in folders and _kind_of(name) is not None else None


def _escaped(module: ModuleVersion) -> tuple[str, str] | None:
    """Return path and version as in file names, None for those that no module can have."""
    try:
        return module.escaped_path, module.escaped_version
    except InputError:
        return None


def _lies_in(bounds: str, path: str) -> bool:
    """Return whether a path, all links followed, lies within a folder. bounds: of which they have been followed."""
    try:
        return os.path.commonpath([bounds, os.path.realpath(path)]) == bounds
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):  # a NUL in a name
        return False


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _text(path: str) -> str:
    """Return a path that can be written out: a file's name need not be UTF-8."""
    return path.encode("utf-8", "replace").decode()
