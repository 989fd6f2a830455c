"""The files of a module that have to do with native code: names below a package, and of those that matter the texts.

    reader = NativeReader()
    near = reader.read(root, [("example.com/a", "", True)])
    near.packages, near.licence_files, near.gaps

Names are read in one pass; a file is opened only where its name says that it matters. No symbolic link is followed, no
other module's folder entered, nothing is run. What a limit cuts off is told.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from supplymatrix.gomod.cgo_lines import c_preamble, cgo_directives
from supplymatrix.gomod.go_imports import parse_go_head
from supplymatrix.licences.files import is_licence_file, is_third_party_file
from supplymatrix.model.value import value
from supplymatrix.native.includes import Includes, include_folders, includes_in
from supplymatrix.native.loading import LOADING_IMPORTS
from supplymatrix.native.package_scan import C_ENDINGS, GoText, PackageText

__all__ = ["NativeReader", "NearFiles", "WantedPackage"]

WantedPackage = tuple[str, str, bool]
"""Import path, folder in the module ("" = its root), and whether the build takes it."""

_GO_LIMIT = 4 << 20
_C_LIMIT = 48 << 20
"""Bytes of a C file that are looked at, for licences all over it."""
_LICENCE_LIMIT = 1 << 20
_MOST_ENTRIES = 300_000
"""Of all folders of one module."""
_MOST_C = 2_000
"""C files of one package whose first bytes are read."""
_MOST_GO = 2_000
_MOST_INCLUDES = 20_000
"""Places in which files of one package are looked for."""
_ALL_BYTES = 256 << 20
"""Of all files of one run."""
_DEPTH = 16
_HEAD = 64 << 10
"""Bytes of a file that only stands for others beside it."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_PASSED = frozenset({"testdata", "node_modules"})
_ARCHIVE = re.compile(
    r".\.(?:a|lib|dylib|dll|obj|o|so(?:\.[0-9][0-9.]*)?)(?:\.(?:gz|zst|xz|bz2))?\Z", re.IGNORECASE
)  # fmt: skip
_HEADERS = (".h", ".hh", ".hpp", ".hxx")
_LOADS = re.compile(
    b"|".join([
        *(re.escape(path.encode()) for path in sorted(LOADING_IMPORTS)),
        rb"\b(?:NewLazyDLL|NewLazySystemDLL|LoadDLL|MustLoadDLL|LoadLibraryEx|LoadLibrary)\(",
    ])
)  # fmt: skip


@value
class NearFiles:
    """packages: what is at hand of each. licence_files: of the module, slash-separated, sorted. heads: the bytes of
    C files and what they include by path, for their licences. gaps: (what, why) of what was not looked at."""

    packages: tuple[PackageText, ...]
    licence_files: tuple[str, ...]
    heads: Mapping[str, bytes]
    gaps: tuple[tuple[str, str], ...] = ()


class NativeReader:
    """Reads modules, within limits that hold for all of them together."""

    def __init__(self) -> None:
        self._bytes = 0

    def read(self, root: Path, packages: Sequence[WantedPackage]) -> NearFiles:
        """Return what lies at and below packages of one module. root: its folder."""
        walk = _Walk(str(root))
        for _, folder, _ in sorted(packages, key=lambda one: one[1].count("/")):
            walk.enter(folder)
        gaps = list(walk.gaps)
        texts = tuple(self._package(str(root), walk, package, gaps) for package in packages)
        heads = {
            os.path.normpath(f"{text.folder}/{path}") if text.folder else path: data
            for text in texts
            for path, data in text.c_files
        }
        return NearFiles(packages=texts, licence_files=tuple(sorted(walk.licences)), heads=heads, gaps=tuple(gaps))

    def licence_texts(self, root: Path, paths: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
        """Return licence files of a module, those that can be read."""
        found = ((path, self._bytes_of(f"{root}/{path}", _LICENCE_LIMIT)) for path in paths)
        return tuple((path, data) for path, data in found if data is not None)

    def heads_below(self, root: Path, folder: str, most: int) -> tuple[tuple[str, bytes], ...]:
        """Return the first bytes of a few C and header files below a folder of a module, the nearest first."""
        walk = _Walk(str(root))
        walk.enter(folder)
        paths = sorted(walk.c_like(folder), key=lambda path: (path.count("/"), path))
        found = ((path, self._bytes_of(f"{root}/{path}", _HEAD, cut=True)) for path in paths[:most])
        return tuple((path, data) for path, data in found if data is not None)

    def file(self, path: Path) -> bytes | None:
        """Return a .go file, None where it cannot be read, or is too long."""
        return self._bytes_of(str(path), _GO_LIMIT)

    def _package(self, root: str, walk: _Walk, package: WantedPackage, gaps: list[tuple[str, str]]) -> PackageText:
        path, folder, is_built = package
        names = walk.names(folder)
        place = f"{root}/{folder}" if folder else root
        go_files = []
        wanted = [
            name for name in names if name.endswith(".go") and not name.endswith("_test.go") and name[0] not in "._"
        ]
        if len(wanted) > _MOST_GO:
            gaps.append((path, f"it has more than {_MOST_GO:,} .go files"))
        for name in wanted[:_MOST_GO]:
            data = self._bytes_of(f"{place}/{name}", _GO_LIMIT)
            if data is None:
                gaps.append((f"{folder}/{name}".lstrip("/"), "it cannot be read, or is longer than 4 MiB"))
            elif b"C" in data and _uses_c(data):
                go_files.append(GoText(name=name, data=data, uses_c=True))
            elif _LOADS.search(data):
                go_files.append(GoText(name=name, data=data, uses_c=False))
        uses_c = any(file.uses_c for file in go_files)
        c_files = dict(self._c_files(root, walk, folder, gaps)) if uses_c else {}
        if uses_c:
            self._follow(_Module(root, walk, folder), go_files, c_files, gaps)
        return PackageText(
            path=path,
            folder=folder,
            is_built=is_built,
            go_files=tuple(go_files),
            c_files=tuple(c_files.items()),
            archives=tuple(walk.archives(folder)),
            objects=tuple(self._objects(place, names)),
        )

    def _c_files(self, root: str, walk: _Walk, folder: str, gaps: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Yield the C files of a package's own folder; those below it are compiled where one of them includes them."""
        names = [name for name in walk.names(folder) if name.endswith(C_ENDINGS) and not name.endswith("_test.c")]
        if len(names) > _MOST_C:
            gaps.append((folder or ".", f"it has more than {_MOST_C:,} files of C, of which no more were read"))
        for name in names[:_MOST_C]:
            data = self._c_text(root, f"{folder}/{name}" if folder else name, gaps)
            if data is not None:
                yield name, data

    def _c_text(self, root: str, path: str, gaps: list[tuple[str, str]]) -> bytes | None:
        data = self._bytes_of(f"{root}/{path}", _C_LIMIT + 1, cut=True)
        if data is None:
            gaps.append((path, "it cannot be read, or the files of C are too many together"))
        elif len(data) > _C_LIMIT:
            gaps.append((path, f"it is longer than {_C_LIMIT >> 20} MiB, of which the rest was not looked at"))
        return data[:_C_LIMIT] if data is not None else None

    def _follow(
        self, at: _Module, go_files: Sequence[GoText], c_files: dict[str, bytes], gaps: list[tuple[str, str]]
    ) -> None:
        """Add what is included and lies in the module: headers, and sources elsewhere, as "../src/a.c"."""
        words = [
            word
            for file in go_files
            if file.uses_c
            for directive in cgo_directives(file.data)
            if directive.verb in ("CFLAGS", "CPPFLAGS", "CXXFLAGS")
            for word in directive.words
        ]
        look = Includes(include_folders(words), words)
        waiting = [("", c_preamble(file.data)) for file in go_files if file.uses_c]
        waiting += [("", f'#include "{name}"'.encode()) for name in look.forced]
        waiting += [(path.rpartition("/")[0], data) for path, data in c_files.items()]
        for _, data in waiting:
            look.define(data)
        asked: set[str] = set()
        while waiting:
            folder, data = waiting.pop()
            for include in includes_in(data):
                for below in look.places(folder, include):
                    if below in c_files:
                        break
                    if below in asked or not at.has(below):
                        asked.add(below)
                        continue
                    asked.add(below)
                    if len(asked) > _MOST_INCLUDES or len(c_files) > _MOST_C * 2:
                        gaps.append((at.folder or ".", "it includes too many files, of which no more were read"))
                        return
                    text = self._c_text(at.root, at.place(below), gaps)
                    if text is not None:
                        c_files[below] = text
                        look.define(text)
                        waiting.append((below.rpartition("/")[0], text))
                        break

    def _objects(self, place: str, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for name in names:
            if name.endswith(".syso"):
                yield name, self._bytes_of(f"{place}/{name}", 8 << 10, cut=True) or b""

    def _bytes_of(self, path: str, limit: int, *, cut: bool = False) -> bytes | None:
        """Return the bytes of a plain file, None where it cannot be read or is too long. cut: its first bytes will
        do."""
        if self._bytes > _ALL_BYTES:
            return None
        try:
            descriptor = os.open(path, _FLAGS | _NO_LINKS)
        except (OSError, ValueError):
            return None
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode) or (info.st_size > limit and not cut):
                return None
            data = bytearray()
            while len(data) < limit:
                piece = os.read(descriptor, limit - len(data))
                if not piece:
                    break
                data += piece
        except OSError:
            return None
        finally:
            os.close(descriptor)
        self._bytes += len(data)
        return bytes(data)


def _uses_c(data: bytes) -> bool:
    """Return whether a .go file imports "C", as Go's own parser of imports sees it."""
    head = parse_go_head(data)
    return head is not None and head.uses_c


class _Module:
    """A package's place in its module. root: of the module; folder: of the package in it."""

    def __init__(self, root: str, walk: _Walk, folder: str) -> None:
        self.root, self.folder = root, folder
        self._walk = walk

    def place(self, below: str) -> str:
        """Return a path below the package's folder as one in the module."""
        return os.path.normpath(f"{self.folder}/{below}") if self.folder else below

    def has(self, below: str) -> bool:
        """Return whether a plain file lies there, in the module."""
        place = self.place(below)
        if place.startswith(("..", "/")):
            return False
        folder, _, name = place.rpartition("/")
        self._walk.enter_beside(folder)
        return name in self._walk.names(folder)


class _Walk:
    """The names in one module, each folder read once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._names: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, tuple[str, ...]] = {}
        self._entries = 0
        self.licences: set[str] = set()
        self.gaps: list[tuple[str, str]] = []

    def enter(self, folder: str) -> None:
        """Read a folder with all that is below it, and the folders above it by themselves."""
        above = folder
        while above:
            above = above.rpartition("/")[0]
            self._read(above)
        waiting = [folder]
        while waiting:
            place = waiting.pop()
            if place != folder and "go.mod" in self._read(place):
                continue
            self._read(place)
            if place.count("/") - folder.count("/") < _DEPTH:
                waiting += [f"{place}/{name}" if place else name for name in self._folders[place]]

    def enter_beside(self, folder: str) -> None:
        """Read a folder and those above it by themselves."""
        self._read(folder)
        while folder:
            folder = folder.rpartition("/")[0]
            self._read(folder)

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the plain files in a folder, sorted."""
        return self._names.get(folder, ())

    def c_like(self, folder: str) -> Iterator[str]:
        """Yield the paths of C and header files, at and below a folder."""
        return self._with(folder, (*C_ENDINGS, *_HEADERS))

    def archives(self, folder: str) -> Iterator[str]:
        """Yield what lies prebuilt at and below a folder, as paths below it."""
        start = len(folder) + 1 if folder else 0
        for place, name in self._below(folder):
            if _ARCHIVE.search(name):
                yield (f"{place}/{name}" if place else name)[start:]

    def _with(self, folder: str, endings: tuple[str, ...]) -> Iterator[str]:
        for place, name in self._below(folder):
            if name.endswith(endings) and not name.endswith("_test.c"):
                yield f"{place}/{name}" if place else name

    def _below(self, folder: str) -> Iterator[tuple[str, str]]:
        for place in sorted(self._names):
            if not folder or place == folder or place.startswith(f"{folder}/"):
                yield from ((place, name) for name in self._names[place])

    def _read(self, folder: str) -> tuple[str, ...]:
        known = self._names.get(folder)
        if known is not None:
            return known
        files: list[str] = []
        folders: list[str] = []
        self._names[folder] = ()
        self._folders[folder] = ()
        if self._entries > _MOST_ENTRIES:
            return ()
        try:
            with os.scandir(f"{self._root}/{folder}" if folder else self._root) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > _MOST_ENTRIES:
                        self.gaps.append(
                            (folder or ".", f"the module has more than {_MOST_ENTRIES:,} files and folders")
                        )
                        break
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if name[0] not in "._" and name not in _PASSED:
                            folders.append(name)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(name)
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as err:
            self.gaps.append((folder or ".", f"its folder cannot be read: {getattr(err, 'strerror', None) or err}"))
        self._names[folder] = tuple(sorted(files))
        self._folders[folder] = tuple(sorted(folders))
        self.licences |= {
            f"{folder}/{name}" if folder else name
            for name in files
            if not name.endswith(".go") and (is_licence_file(name) or is_third_party_file(name))
        }
        return self._names[folder]
