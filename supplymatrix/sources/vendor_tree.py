"""The files below vendor/, read once and held against a module's zip while that is hashed.

    found = read_vendor_files(Path("svc/vendor"))
    held = hold_zip(zip_path, module, [VendoredPart(folder, found, root, packages, rules)])

One pass over a zip gives its h1 and says of each vendored file whether it is the same, byte by byte; nothing of it
counts before the caller has held the h1 against the one that is proven. Links are not followed. A file that is read
while it changes is one that could not be read, unless what was read is what the zip has.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.dirhash import ZIP_LIMIT, entry_digests, hash_entries
from supplymatrix.gomod.vendor_match import VendorFiles, ZipSide, folder_of, odd_above, shown_name
from supplymatrix.gomod.vendor_rules import (
    CopyRules,
    Embeds,
    is_copied_name,
    is_ignored_go,
    may_include,
    read_embeds,
    uses_c,
)
from supplymatrix.gomod.zip_archive import ZipEntry, read_zip
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.pread import FileAt, FileLook, open_at

__all__ = ["HeldZip", "VendoredPart", "hold_folder", "hold_zip", "read_vendor_files"]

MAX_ENTRIES = 1_000_000
"""Files and folders below vendor/. The largest known have some twenty thousand."""
_SMALL = 4 << 20
"""Bytes of a content that is held in memory as a whole: of Go files to be read, of others to be compared."""
_PIECE = 1 << 18
_LINE_END = b"\n"
_GO_MOD = "go.mod"
_ANY = 1 << 62
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class VendoredPart(NamedTuple):
    """What one vendor/ has of a module. folder: vendor/ itself; root: the module's path as it is imported; packages:
    those that its modules.txt lists."""

    folder: Path
    found: VendorFiles
    root: str
    packages: tuple[str, ...]
    rules: CopyRules


class HeldZip(NamedTuple):
    """h1: of a zip; sides: what it says of each part."""

    h1: str
    sides: tuple[ZipSide, ...]


def read_vendor_files(folder: Path) -> VendorFiles:
    """Return what lies below vendor/, by name. What cannot be read is told in the answer."""
    sizes: dict[str, int] = {}
    odd: dict[str, str] = {}
    unread: dict[str, str] = {}
    waiting = [("", folder)]
    count = 0
    while waiting:
        below, path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    count += 1
                    if count > MAX_ENTRIES:
                        cut = f"it has more than {MAX_ENTRIES:,} entries"
                        return VendorFiles(sizes=sizes, odd=odd, unread=unread, cut=cut)
                    name = below + os.fsencode(entry.name).decode("utf-8", "surrogateescape")
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{name}/", Path(entry.path)))
                    elif entry.is_file(follow_symlinks=False):
                        sizes[name] = entry.stat(follow_symlinks=False).st_size
                    else:
                        odd[name] = "a symbolic link" if entry.is_symlink() else "no plain file"
        except OSError as err:
            unread[below.rstrip("/")] = f"the folder cannot be read: {err.strerror or err}"
    return VendorFiles(sizes=sizes, odd=odd, unread=unread)


def hold_zip(path: Path, module: ModuleVersion, parts: Sequence[VendoredPart]) -> HeldZip:
    """Hash a zip, and hold the vendored files against its contents. module: whose zip it is.

    Raises InputError when it is no zip that the go command could read or larger inside than a module may be; OSError
    when it cannot be read, is no plain file, has more than 500 MiB, or changed meanwhile (FileChangedError).
    """
    prefix = f"{module}/".encode()
    sides = [_Side(part) for part in parts]

    def watch(entry: ZipEntry, pieces: Iterator[bytes]) -> Iterator[bytes]:
        if entry.is_folder or not entry.name.startswith(prefix):
            return pieces
        name = entry.name[len(prefix) :].decode("utf-8", "surrogateescape")
        watches = [found for found in (side.watch(name, entry.size) for side in sides) if found is not None]
        return _watched(pieces, watches) if watches else pieces

    with open_at(path, limit=ZIP_LIMIT) as file:
        archive = read_zip(file)
        h1 = hash_entries(archive, entry_digests(archive, watch=watch))
    return HeldZip(h1, tuple(side.told() for side in sides))


def _watched(pieces: Iterator[bytes], watches: Sequence[_Watch]) -> Iterator[bytes]:
    try:
        for piece in pieces:
            for watch in watches:
                watch.take(piece)
            yield piece
        for watch in watches:
            watch.end()
    finally:
        for watch in watches:
            watch.close()


class _Side:
    """What a zip says of one part, while it is read."""

    def __init__(self, part: VendoredPart) -> None:
        self._part = part
        self._base = os.fsencode(part.folder)
        self._packages = {folder_of(package, part.root) for package in part.packages}
        self._names: set[str] = set()
        self._differing: dict[str, str] = {}
        self._unread: dict[str, str] = {}
        self._ignored: set[str] = set()
        self._embeds: dict[str, list[Embeds]] = {}
        self._go_mod: bytes | None = b""
        self._includes = False

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of listed packages, and the module's own, below its root."""
        return tuple(sorted({"", *(folder for folder in self._packages if folder is not None)}))

    @property
    def embedding(self) -> tuple[str, ...]:
        """The folders of packages that embed files."""
        return tuple(sorted(self._embeds))

    def add(self, name: str) -> None:
        """Take the name of one more file."""
        self._names.add(name)

    def watch(self, name: str, size: int) -> _Watch | None:
        """Return what looks at the content of a file of the zip, None where nothing is asked of it."""
        self._names.add(name)
        full = f"{self._part.root}/{name}"
        is_here = full in self._part.found.sizes
        folder, _, last = name.rpartition("/")
        is_go = last.endswith(".go") and folder in self._packages
        if is_go and last.endswith("_test.go"):
            is_go = self._part.rules.embeds_of_tests
        self._includes = self._includes or (folder in self._packages and may_include(last))
        if not is_here and not is_go and name != _GO_MOD:
            return None
        file = None
        if is_here:
            file = _VendoredFile(self._base + b"/" + full.encode("utf-8", "surrogateescape"), size)
        return _Watch(self, name, file, is_go=is_go)

    def compared(self, name: str, file: _VendoredFile) -> None:
        """Take what came of a comparison."""
        if file.fault:
            self._unread[name] = file.fault
        elif file.difference:
            self._differing[name] = file.difference

    def read_go_mod(self, data: bytes, *, is_whole: bool) -> None:
        """Take the text of the module's go.mod."""
        self._go_mod = data if is_whole else None

    def read_go(self, name: str, data: bytes, *, is_whole: bool, is_here: bool) -> None:
        """Take the text of a Go file of a listed package."""
        self._includes = self._includes or not is_whole or uses_c(data)
        folder, _, last = name.rpartition("/")
        if not is_here and is_copied_name(last, keeps_go_mod=True) and is_ignored_go(data):
            self._ignored.add(name)
        if is_whole:
            embeds = read_embeds(last, data, self._part.rules)
            if embeds != Embeds():
                self._embeds.setdefault(folder, []).append(embeds)

    def told(self) -> ZipSide:
        """Return what it says."""
        return ZipSide(
            names=frozenset(self._names),
            differing=self._differing,
            unread=self._unread,
            ignored=frozenset(self._ignored),
            go_mod=self._go_mod,
            includes=self._includes,
            embeds={
                folder: Embeds(
                    patterns=tuple(pattern for one in found for pattern in one.patterns),
                    with_cgo=tuple(pattern for one in found for pattern in one.with_cgo),
                )
                for folder, found in self._embeds.items()
            },
        )


class _Watch:
    """Sees one content on its way. file: the vendored one, None where there is none; is_go: its text is asked for."""

    def __init__(self, side: _Side, name: str, file: _VendoredFile | None, *, is_go: bool) -> None:
        self._side, self._name, self._file, self._is_go = side, name, file, is_go
        self._kept: list[bytes] = []
        self._size = self._kept_size = 0

    def take(self, piece: bytes) -> None:
        """Take the next piece."""
        self._size += len(piece)
        if self._kept_size < _SMALL:
            self._kept.append(piece)
            self._kept_size += len(piece)
        if self._file is not None:
            self._file.take(piece)

    def end(self) -> None:
        """Say what became of it."""
        is_whole = self._size == self._kept_size
        is_go_mod = self._name == _GO_MOD
        needs_text = self._is_go or is_go_mod or (self._file is not None and self._file.is_other)
        data = b"".join(self._kept) if needs_text else b""
        if self._file is not None:
            self._file.end(data if is_whole else None)
            self._side.compared(self._name, self._file)
        if is_go_mod:
            self._side.read_go_mod(data, is_whole=is_whole)
        if self._is_go:
            self._side.read_go(self._name, data, is_whole=is_whole, is_here=self._file is not None)

    def close(self) -> None:
        """Let go of the vendored file."""
        if self._file is not None:
            self._file.close()


class _VendoredFile:
    """One vendored file, read while the content of the zip passes by. size: of that content.

    difference: where the two part, "" = nowhere. fault: why nothing can be said, "" = it can.
    """

    def __init__(self, path: bytes, size: int) -> None:
        self.difference = self.fault = ""
        self._at = 0
        self._first = -1
        self._descriptor = -1
        try:
            self._descriptor = os.open(path, _FLAGS | _NO_LINKS)
            info = os.fstat(self._descriptor)
            if not stat.S_ISREG(info.st_mode):
                self._give_up("it is no plain file")
                return
            self._look = FileLook.at(info)
            self._is_same_size = info.st_size == size
        except OSError as err:
            self._give_up(f"it cannot be read: {err.strerror or err}")

    @property
    def is_other(self) -> bool:
        """Whether it is known by now that the two are not the same."""
        return self._descriptor >= 0 and (self._first >= 0 or not self._is_same_size)

    def take(self, piece: bytes) -> None:
        """Hold the next piece of the zip's content against the file."""
        if self._descriptor < 0 or self._first >= 0:
            return
        try:
            mine = _read(self._descriptor, len(piece))
        except OSError as err:
            self._give_up(f"it cannot be read: {err.strerror or err}")
            return
        if mine != piece:
            self._first = self._at + _first_difference(mine, piece)
        else:
            self._at += len(piece)

    def end(self, content: bytes | None) -> None:
        """Say whether they are the same. content: of the zip, where it is known and they are not; None = too long."""
        if self._descriptor < 0:
            return
        try:
            if self.is_other:
                self._tell(content)
        except OSError as err:
            self.fault, self.difference = f"it cannot be read: {err.strerror or err}", ""
        finally:
            self.close()

    def _tell(self, content: bytes | None) -> None:
        if content is not None and self._look.size <= 2 * _SMALL and _LINE_END in content:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            mine = _read(self._descriptor, self._look.size)
            if mine.replace(b"\r\n", _LINE_END) == content.replace(b"\r\n", _LINE_END):
                self.difference = "it differs only in its line ends"
        if FileLook.at(os.fstat(self._descriptor)) != self._look:
            self.fault, self.difference = "it changed while it was read", ""
        elif not self.difference:
            at = self._first if self._first >= 0 else self._at
            line = f", line {content.count(_LINE_END, 0, at) + 1:,}" if content is not None else ""
            self.difference = f"first differs at byte {at + 1:,}{line}"

    def _give_up(self, fault: str) -> None:
        self.fault = fault
        self.close()

    def close(self) -> None:
        """Close the file; nothing is said any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _read(descriptor: int, length: int) -> bytes:
    """Return the next bytes of a file, fewer than `length` only at its end."""
    parts: list[bytes] = []
    while length:
        part = os.read(descriptor, min(length, _PIECE))
        if not part:
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts) if len(parts) != 1 else parts[0]


def _first_difference(left: bytes, right: bytes) -> int:
    """Return the first place at which two texts differ, where the shorter ends if it is the beginning of the other."""
    low, high = 0, min(len(left), len(right))
    while low < high:  # halves are compared as a whole
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def hold_folder(folder: Path, part: VendoredPart) -> ZipSide:
    """Hold the vendored files of a module against those of the folder that replaces it, as against a zip.

    Raises OSError, with a file name, when the folder is not there or cannot be read, InputError when it has more files
    than are looked at.
    """
    side = _Side(part)
    names = _names_in(folder, side, part)
    for name in sorted(names):
        path = folder / os.fsdecode(name.encode("utf-8", "surrogateescape"))
        with _opened(path) as file:
            watch = side.watch(name, file.size)
            if watch is not None:
                pieces = (file.read_at(at, min(_PIECE, file.size - at)) for at in range(0, file.size, _PIECE))
                deque(_watched(pieces, [watch]), maxlen=0)
    for below in side.embedding:
        for name in _below(folder, below):
            side.add(name)
    return side.told()


def _opened(path: Path) -> AbstractContextManager[FileAt]:
    return open_at(path, limit=_ANY, links=False)


def _names_in(folder: Path, side: _Side, part: VendoredPart) -> set[str]:
    """Return the plain files of a folder in which packages are listed, those above them, and those that lie in vendor/,
    by names below the folder; none of a module within it."""
    names: set[str] = set()
    looked: dict[str, bool] = {}
    root = f"{part.root}/"
    vendored = {name[len(root) :].rpartition("/")[0] for name in part.found.sizes if name.startswith(root)}
    for below in sorted({*side.folders, *vendored}):
        path, is_ours = "", True
        for step in ("", *below.split("/")) if below else ("",):
            path = f"{path}/{step}" if path else step
            if path not in looked:
                found = _plain_files(folder, path) if is_ours else []
                looked[path] = is_ours and (not path or "go.mod" not in found)
                if looked[path]:
                    names.update(f"{path}/{name}" if path else name for name in found)
            is_ours = looked[path]
    return names


def _plain_files(folder: Path, below: str) -> list[str]:
    """Return the names of the plain files of a folder below another one, none where it is not there. Raises OSError."""
    path = folder / os.fsdecode(below.encode("utf-8", "surrogateescape"))
    try:
        with os.scandir(path) as entries:
            found = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        if not below:
            raise
        return []
    return [os.fsencode(name).decode("utf-8", "surrogateescape") for name in found]


def _below(folder: Path, below: str) -> Iterator[str]:
    """Yield the plain files below a package, none of a module within. Raises InputError for too many."""
    found = read_vendor_files(folder / os.fsdecode(below.encode("utf-8", "surrogateescape")))
    if found.cut or found.unread:
        reason = found.cut or next(iter(found.unread.values()))
        raise InputError(Diagnostic(message=reason, artifact=str(folder / shown_name(below))))
    start = f"{below}/" if below else ""
    within = dict.fromkeys(
        (name.removesuffix(f"/{_GO_MOD}") for name in found.sizes if name.endswith(f"/{_GO_MOD}")), ""
    )
    for name in found.sizes:
        if not odd_above(name, within):
            yield f"{start}{name}"
