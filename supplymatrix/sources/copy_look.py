"""One module's copies in the module cache, looked at in one pass: its zip, the folder that it was unpacked to, or both.

    look = look_at_copies(Copies(module="github.com/gorilla/mux@v1.8.0", zip="/…/v1.8.0.zip", folder="/…/mux@v1.8.0"))
    look.zip.h1, look.folder.differences

Each entry of the zip is unpacked once, hashed, and compared with the bytes of the unpacked file at the same time: where
the zip is proven, so is the folder, without a second hash. Without a zip, or with one that is not as wanted, the folder
has a hash of its own. What is proven is not known here and need not be: it can be asked for meanwhile. Values are made
of texts and numbers alone, so that another process can do this.

A small file is read at one moment; of a large one, and of one that seems to differ, it is made sure that nobody wrote
to it meanwhile.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, counted_entries, hash_entries
from supplymatrix.gomod.module_zip import check_zip
from supplymatrix.gomod.zip_archive import TooManyEntriesError, ZipArchive, ZipEntry, read_zip, read_zip_quickly
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileChange
from supplymatrix.sources.folder import OpenFile, OpenFolder, is_same
from supplymatrix.sources.pread import FileChangedError, open_at

__all__ = ["MOST_NAMED", "Copies", "CopiesLook", "FolderLook", "ZipLook", "first_difference", "look_at_copies"]

MOST_NAMED = 50
"""Differing files of a folder that are named; the others are counted."""
_CHANGED = "it changed while it was being hashed"

Difference = tuple[str, str, str]
"""Name, `FileChange`, detail."""


class Copies(NamedTuple):
    """What lies there of a module. module: "path@version". zip, folder: paths, "" = none. wanted: the h1 that the zip
    should have, as far as anybody knows: with another one the folder is hashed too; "" = whatever it has. size: of the
    zip, in bytes. unread: why the folder is not to be looked at. with_looks: tell by what the files can be known again.
    known: then, that of an earlier run."""

    module: str
    zip: str = ""
    folder: str = ""
    wanted: str = ""
    size: int = 0
    unread: str = ""
    with_looks: bool = False
    known: str = ""


class ZipLook(NamedTuple):
    """h1: of the zip, unpacked_h1: of its files without entries for folders, "" where it has none, because of `fault`
    (no go command would unpack it) or `unread` (nobody could say). broken_rule: of module zips, "" = none. files: that
    it holds; size: their bytes."""

    h1: str = ""
    unpacked_h1: str = ""
    broken_rule: str = ""
    fault: str = ""
    unread: str = ""
    files: int = 0
    size: int = 0


class FolderLook(NamedTuple):
    """is_compared: with the files of the zip; then differences: the first of those that are others, by name, and
    differing: how many. h1: of its files, where they were hashed. fault: why no zip unpacks to it. unread: why nothing
    can be said of it, or of a part. files, size: what was read."""

    is_compared: bool = False
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    h1: str = ""
    fault: str = ""
    unread: str = ""
    files: int = 0
    size: int = 0


class CopiesLook(NamedTuple):
    """zip, folder: None where there is none. looks: see `Copies.with_looks`; newest: the latest time in them, in
    nanoseconds. is_known: they are those of the earlier run, and nothing was read."""

    zip: ZipLook | None = None
    folder: FolderLook | None = None
    looks: str = ""
    newest: int = 0
    is_known: bool = False


def look_at_copies(copies: Copies) -> CopiesLook:
    """Look at what lies there. Raises nothing: what cannot be had is told in its place."""
    looks, newest = _looks(copies) if copies.with_looks else ("", 0)
    if looks and looks == copies.known:
        return CopiesLook(looks=looks, newest=newest, is_known=True)
    folder = None
    found: ZipLook | None = None
    with ExitStack() as stack:
        opened: OpenFolder | None = None
        if copies.folder and copies.unread:
            folder = FolderLook(unread=copies.unread)
        elif copies.folder:
            listed = _open_folder(stack, copies.folder)
            if isinstance(listed, OpenFolder):
                opened = listed
            else:
                folder = listed
        against = _Comparison(opened, copies.module) if opened is not None else None
        if copies.zip:
            found = _look_at_zip(copies, against)
        if opened is not None and against is not None:
            is_right = found is not None and found.h1 and not found.broken_rule and copies.wanted in ("", found.h1)
            folder = against.result() if is_right else _hash(opened, copies.module)
    return CopiesLook(zip=found, folder=folder, looks=looks, newest=newest)


def first_difference(seen: bytes, wanted: bytes) -> int:
    """Return the first place, from 0, at which two texts differ; the length of the shorter one where it begins the
    other."""
    low, high = 0, min(len(seen), len(wanted))
    if seen[:high] == wanted[:high]:
        return high
    while high - low > 1:  # what lies before low is equal, what lies before high is not
        middle = (low + high) // 2
        if seen[low:middle] == wanted[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _open_folder(stack: ExitStack, path: str) -> OpenFolder | FolderLook:
    try:
        mode = os.lstat(path).st_mode
        if not stat.S_ISDIR(mode):
            what = "a symbolic link" if stat.S_ISLNK(mode) else "no folder"
            return FolderLook(fault=f"it is {what}; the go command makes folders")
        return stack.enter_context(OpenFolder(Path(path)))
    except TooManyEntriesError as err:
        return FolderLook(unread=err.diagnostics[0].message)
    except OSError as err:
        return FolderLook(unread=_cannot(err))


def _hash(folder: OpenFolder, module: str) -> FolderLook:
    """Return the folder's own hash."""
    files = len(folder.names)
    try:
        found = folder.hash(f"{module}/".encode())
    except InputError as err:
        return FolderLook(fault=_told(err), files=files)
    except OSError as err:
        return FolderLook(unread=_cannot(err), files=files)
    return FolderLook(h1=found.h1, files=found.files, size=found.size)


def _look_at_zip(copies: Copies, against: _Comparison | None) -> ZipLook:
    try:
        with open_at(Path(copies.zip), limit=ZIP_LIMIT) as file:
            archive = read_zip(file)
            digests = _digests(archive, against)
            h1 = hash_entries(archive, digests)
            folders = sum([entry.name.endswith(b"/") for entry in archive.entries])
            unpacked = hash_entries(archive, digests, folders=False) if folders else h1
            # A zip with another hash is refused for that; its names need no further look.
            rule = _broken_rule(copies.module, archive) if copies.wanted in ("", h1) else ""
            return ZipLook(
                h1=h1,
                unpacked_h1=unpacked,
                broken_rule=rule,
                files=len(archive.entries) - folders,
                size=sum([entry.size for entry in archive.entries]),
            )
    except TooManyEntriesError as err:
        return ZipLook(unread=err.diagnostics[0].message)
    except InputError as err:
        return ZipLook(fault=_told(err))
    except OSError as err:  # of the disk: what a crafted zip can provoke is an InputError
        return ZipLook(unread=_cannot(err))


def _digests(archive: ZipArchive, against: _Comparison | None) -> dict[bytes, bytes]:
    """Return the SHA-256 of each content, and compare it on its way. Raises as `dirhash.entry_digests` does."""
    digests: dict[bytes, bytes] = {}
    for entry, content in read_zip_quickly(archive, counted_entries(archive)):
        if isinstance(content, bytes):
            digests[entry.name] = sha256(content).digest()
            if against is not None:
                against.compare(entry, content)
        else:
            digest = sha256()
            for piece in content if against is None else against.compared(entry, content):
                digest.update(piece)
            digests[entry.name] = digest.digest()
    return digests


class _Comparison:
    """The files of a folder against those of a zip, as they come by."""

    def __init__(self, folder: OpenFolder, module: str) -> None:
        self._folder = folder
        self._prefix = f"{module}/".encode()
        self._left = {self._prefix + name: name for name in folder.names}
        self._found: list[tuple[bytes, FileChange, str]] = []
        self._seen_odd: set[bytes] = set()
        self._unread = ""
        self._size = 0

    def compare(self, entry: ZipEntry, content: bytes) -> None:
        """Compare a small content with its file."""
        name = self._left.pop(entry.name, None)
        if name is None:
            self._take_fileless(entry)
            return
        self._size += len(content)
        try:
            if self._folder.read_once(name, len(content) + 1) == content:
                return
            with self._folder.open_file(name) as file:
                before = file.look()
                seen = file.read(len(content) + 1) if stat.S_ISREG(before.st_mode) else b""
                self._judge(name, file, before, _detail(seen, content, 0, len(content)))
        except OSError as err:
            self._cannot_read(name, err)

    def compared(self, entry: ZipEntry, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the pieces of a content, compared with those of its file. They are read to the end whatever comes."""
        name = self._left.pop(entry.name, None)
        if name is None:
            self._take_fileless(entry)
            yield from pieces
        else:
            yield from self._compare_large(name, entry.size, pieces)

    def _take_fileless(self, entry: ZipEntry) -> None:
        """Take in an entry that no file is left for: it is missing, unless it is none that would have one."""
        name = entry.name
        if not name.startswith(self._prefix) or name.endswith(b"/"):
            return
        name = name.removeprefix(self._prefix)
        what = self._folder.odd.get(name)
        change = (FileChange.CHANGED, f"it is {what}") if what else (FileChange.MISSING, "")
        self._found.append((name, *change))
        self._seen_odd.add(name)

    def _compare_large(self, name: bytes, size: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Compare piece by piece. Once the file cannot be read, the pieces are handed on alone."""
        self._size += size
        try:
            file = self._folder.open_file(name)
        except OSError as err:
            self._cannot_read(name, err)
            yield from pieces
            return
        with file:
            before = file.look()
            detail: str | None = None if stat.S_ISREG(before.st_mode) else "it is no plain file"
            at, error = 0, None
            for piece in pieces:
                if detail is None and error is None:
                    try:
                        seen = file.read(len(piece))
                    except OSError as err:
                        error = err
                    else:
                        detail = None if seen == piece else _detail(seen, piece, at, size)
                at += len(piece)
                yield piece
            try:
                if error is not None:
                    raise error
                if detail is None and file.read(1):
                    detail = _longer(size)
                if detail is not None:
                    self._judge(name, file, before, detail)
                elif not is_same(before, file.look()):
                    self._unread = self._unread or _CHANGED
            except OSError as err:
                self._cannot_read(name, err)

    def _judge(self, name: bytes, file: OpenFile, before: os.stat_result, detail: str) -> None:
        """Take in a file that seems to differ, unless somebody writes to it just now."""
        if is_same(before, file.look()) and detail:
            self._found.append((name, FileChange.CHANGED, detail))
        else:
            self._unread = self._unread or _CHANGED

    def _cannot_read(self, name: bytes, err: OSError) -> None:
        shown = name.decode("utf-8", "replace")[:200]
        self._unread = self._unread or (str(err) if isinstance(err, FileChangedError) else f"{shown}: {_cannot(err)}")

    def result(self) -> FolderLook:
        """Return what came of it."""
        folder = self._folder
        found = list(self._found)
        found += [(name, FileChange.EXTRA, "") for name in self._left.values()]
        found += [
            (name, FileChange.EXTRA, f"it is {what}") for name, what in folder.odd.items() if name not in self._seen_odd
        ]
        try:
            folder.refuse_change()
        except OSError as err:
            # What was missing or too much may be there by now.
            found = []
            self._unread = _cannot(err)
        found.sort()
        return FolderLook(
            is_compared=True,
            differences=tuple(
                (name.decode("utf-8", "replace"), change.value, detail) for name, change, detail in found[:MOST_NAMED]
            ),
            differing=len(found),
            unread=self._unread,
            files=len(folder.names),
            size=self._size,
        )


def _detail(seen: bytes, wanted: bytes, start: int, size: int) -> str:
    """Return how two pieces differ, "" when they do not. start: of both in the file; size: that it should have."""
    if seen == wanted:
        return ""
    at = first_difference(seen, wanted)
    if at == len(wanted):
        return _longer(size)
    if at == len(seen):
        return f"it ends after {start + at:,} of {size:,} bytes"
    return f"first differs at byte {start + at + 1:,}"


def _longer(size: int) -> str:
    return f"it goes on behind its {size:,} bytes"


def _broken_rule(module: str, archive: ZipArchive) -> str:
    """Return which rule of module zips the names and sizes of a zip break, "" when none."""
    path, _, version = module.rpartition("@")
    try:
        checked = check_zip(ModuleVersion(path=path, version=version), archive)
    except InputError as err:
        return _told(err)
    if checked.size_fault or not checked.invalid:
        return checked.size_fault
    first, *others = checked.invalid
    more = f" (and {len(others):,} more)" if others else ""
    return f"it breaks a rule of module zips: {first.name.decode('utf-8', 'replace')[:200]!r}: {first.reason}{more}"


def _looks(copies: Copies) -> tuple[str, int]:
    """Return by what the files of copies can be known again, and the latest of their times; "" where that cannot be
    had."""
    digest, newest = sha256(), 0
    try:
        seen = [(os.fsencode(copies.zip), os.stat(copies.zip))] if copies.zip else []  # noqa: PTH116
        if copies.folder:
            seen += OpenFolder(Path(copies.folder)).looks
    except (OSError, InputError):
        return "", 0
    for name, info in seen:
        numbers = (info.st_dev, info.st_ino, info.st_mode, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
        digest.update(b"%d %b\0%b\n" % (len(name), name, repr(numbers).encode()))
        newest = max(newest, info.st_mtime_ns, info.st_ctime_ns)
    return digest.hexdigest(), newest


def _cannot(err: OSError) -> str:
    return str(err) if isinstance(err, FileChangedError) else f"it cannot be read: {err.strerror or err}"


def _told(err: InputError) -> str:
    fault = err.diagnostics[0]
    return f"{fault.message} ({fault.seen})" if fault.seen else fault.message
