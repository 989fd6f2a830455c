"""Which packages a build of the main modules takes from which module: what `go list -deps ./...` says, without go.

From the packages of the main modules the imports are followed through the folders of the build list's modules. An
import path belongs to the module whose path is a prefix of it and whose folder has .go files there; two such modules
are a fault, as they are for the go command. Imports of the standard library end there; GOROOT is not needed.

What cannot be found or read is no error but a `MissingPackage`: then `used` may lack packages. Not enforced are rules
that change no answer: who may import `internal` packages, and that nobody may import a `package main`.

Nothing outside of the given folders is read: a symbolic link that leads out of its module is not followed.

Source: Go cmd/go/internal/modload (import.go, load.go), cmd/go/internal/search, go/build; go.dev/ref/mod, "Resolving a
package to a module".
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_constraint import BuildContext, Constraint
from supplymatrix.gomod.go_imports import GoHead, parse_go_head
from supplymatrix.model.module import check_import_path
from supplymatrix.model.value import value

__all__ = ["HEAD_LIMIT", "MissingPackage", "PackageFindings", "find_packages"]

HEAD_LIMIT = 4 << 20
"""Bytes within which the imports of a file must end; the longest known ones, before much C, need a tenth of that."""
_WINDOW = 4 << 10
_MAX_ENTRIES = 4_000_000
_MAX_FILES = 1_000_000

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)

# Only asked where a module of the build list has a path without a dot, so that an import may be either's.
_STANDARD = frozenset(
    [
        "archive", "arena", "bufio", "builtin", "bytes", "cmp", "compress", "container", "context", "crypto",
        "database", "debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image",
        "index", "internal", "io", "iter", "log", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect",
        "regexp", "runtime", "simd", "slices", "sort", "strconv", "strings", "structs", "sync", "syscall", "testing",
        "text", "time", "unicode", "unique", "unsafe", "vendor", "weak",
    ]
)  # fmt: skip


@value(order=True)
class MissingPackage:
    """A package that could not be found or read as a whole.

    import_path: of the package. importer: the package that asked for it first, "" for the main modules' own. reason:
    one clause.
    """

    import_path: str
    importer: str
    reason: str


@value
class PackageFindings:
    """What a build takes from where.

    used: module path → import paths used from it, sorted; the main modules included, modules without any left out.
    importers: import path → the package that asked for it first, "" for the main modules' own; leads from any package
    back to a main module on a shortest way. missing: sorted; when there is any, `used` may lack something.
    """

    used: Mapping[str, tuple[str, ...]]
    importers: Mapping[str, str]
    missing: tuple[MissingPackage, ...]


def find_packages(
    mains: Mapping[str, Path],
    modules: Mapping[str, Path | None],
    *,
    context: BuildContext | None = None,
    tests: bool = False,
) -> PackageFindings:
    """Return the packages that the main modules' packages need, themselves included.

    mains: path of each main module → its folder. modules: path of each module of the build list → its folder, which is
    that of its replacement where it has one; None when it is not on this machine. context: what is built for; linux on
    amd64 without cgo by default. tests: the tests of the main modules' packages too, and nobody else's.
    """
    search = _Search(mains, modules, context or BuildContext())
    waiting = deque(search.main_packages())
    roots = {package.path for package in waiting} if tests else frozenset[str]()
    while waiting and not search.exhausted:
        package = waiting.popleft()
        waiting.extend(search.follow(package, tests=package.path in roots))
    return search.findings()


class _Package(NamedTuple):
    path: str
    module: str
    folder: str
    importer: str


class _Folder(NamedTuple):
    """What a folder holds. go_files: names that end in .go, sorted; odd: those of them that are no plain files."""

    go_files: tuple[str, ...]
    odd: frozenset[str]
    folders: tuple[str, ...]
    has_go_mod: bool


_EMPTY = _Folder((), frozenset(), (), has_go_mod=False)


class _ReadError(Exception):
    """Something cannot be read; the message says why. Never leaves this file."""


class _MainRules(NamedTuple):
    """What the main modules' go.mod files say. first: modules that are asked before all others, None for no order."""

    ignored: Mapping[str, tuple[str, ...]]
    first: frozenset[str] | None


class _Disk:
    """Folders and heads of files, each read once and within limits."""

    def __init__(self) -> None:
        self.exhausted = ""
        self._entries = 0
        self._files = 0
        self._folders: dict[str, _Folder | str] = {}
        self._inside: dict[str, bool] = {}

    def folder(self, path: str) -> _Folder:
        """Return what a folder holds; nothing when there is none. Raises _ReadError."""
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = self._read_folder(path)
        if isinstance(known, str):
            raise _ReadError(known)
        return known

    def _read_folder(self, path: str) -> _Folder | str:
        files: list[str] = []
        odd: list[str] = []
        folders: list[str] = []
        has_go_mod = False
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > _MAX_ENTRIES:
                        self.exhausted = f"the folders have more than {_MAX_ENTRIES:,} entries"
                        return self.exhausted
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)
                    elif name.endswith(".go"):
                        files.append(name)
                        if not entry.is_file(follow_symlinks=False):
                            odd.append(name)
                    elif name == "go.mod":
                        has_go_mod = not entry.is_dir()
        except (FileNotFoundError, NotADirectoryError):
            return _EMPTY
        except OSError as err:
            return f"its folder cannot be read: {err.strerror or err}"
        return _Folder(tuple(sorted(files)), frozenset(odd), tuple(sorted(folders)), has_go_mod)

    def below(self, root: str, elements: Sequence[str]) -> str | None:
        """Return the folder of a package in a module, None when it is not there or another module's.

        Raises _ReadError when a link on the way leads out of the module.
        """
        path = root
        for element in elements:
            path = path + os.sep + element
            known = self._inside.get(path)
            if known is None:
                known = self._inside[path] = self._is_inside(root, path)
            if not known:
                return None
        return path

    def _is_inside(self, root: str, path: str) -> bool:
        try:
            mode = os.lstat(path).st_mode
        except (OSError, ValueError):
            return False
        if stat.S_ISLNK(mode):
            if not _contains(root, path):
                raise _ReadError("a symbolic link leads out of the module")
        elif not stat.S_ISDIR(mode):
            return False
        return not Path(path, "go.mod").is_file()

    def head(self, root: str, path: str, *, odd: bool) -> GoHead | None:
        """Return the head of a .go file, None for what is a folder after all.

        odd: it is no plain file by itself, but may be a link to one. What cannot be read is refused, with the reason.
        """
        try:
            return self._read_file(root, path, odd=odd)
        except _ReadError as err:
            return GoHead(package="", imports=(), constraints=(), refused=str(err))

    def _read_file(self, root: str, path: str, *, odd: bool) -> GoHead | None:
        self._files += 1
        if self._files > _MAX_FILES:
            self.exhausted = f"there are more than {_MAX_FILES:,} files to read"
            raise _ReadError(self.exhausted)
        if odd:
            if not _contains(root, path):
                raise _ReadError("it is a symbolic link that leads out of the module")
            path = os.path.realpath(path)
        try:
            descriptor = os.open(path, _FLAGS | _NO_LINKS)
        except OSError as err:
            raise _ReadError(f"it cannot be opened: {err.strerror or err}") from err
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                if stat.S_ISDIR(mode):
                    return None
                raise _ReadError("it is no plain file")
            return _read_head(descriptor)
        except OSError as err:
            raise _ReadError(f"it cannot be read: {err.strerror or err}") from err
        finally:
            os.close(descriptor)


def _read_head(descriptor: int) -> GoHead:
    """Return the head of an open file; it is read in windows, since most files are much longer than their heads."""
    data = os.read(descriptor, _WINDOW)
    window = _WINDOW
    while True:
        whole = len(data) < window
        head = parse_go_head(data, whole=whole)
        if head is not None:
            return head
        if window >= HEAD_LIMIT:
            raise _ReadError(f"its imports do not end within {HEAD_LIMIT:,} bytes")
        window = min(window * 8, HEAD_LIMIT)
        while len(data) < window:
            piece = os.read(descriptor, window - len(data))
            if not piece:
                break
            data += piece


def _contains(root: str, path: str) -> bool:
    """Return whether a path, all links followed, lies within a folder, all links followed."""
    try:
        outer = os.path.realpath(root)
        return os.path.commonpath([outer, os.path.realpath(path)]) == outer
    except (OSError, ValueError):
        return False


class _Search:
    """One run: what was found so far."""

    def __init__(self, mains: Mapping[str, Path], modules: Mapping[str, Path | None], context: BuildContext) -> None:
        self._mains = mains
        folders = {**modules, **mains}
        self._roots = {path: str(folder) for path, folder in folders.items() if folder is not None}
        self._paths = frozenset(folders) - {"go", "toolchain"}
        self._context = context
        self._disk = _Disk()
        self._rules = _MainRules({}, None)
        self._holds: dict[tuple[Constraint, ...], bool] = {(): True}
        self._importers: dict[str, str] = {}
        self._seen: set[str] = set()
        self._used: dict[str, list[str]] = {}
        self._missing: dict[tuple[str, str], MissingPackage] = {}

    @property
    def exhausted(self) -> bool:
        """Whether a limit ended the search."""
        return bool(self._disk.exhausted)

    def findings(self) -> PackageFindings:
        """Return all that was found."""
        if self._disk.exhausted:
            self._miss("...", "", f"the search ended early: {self._disk.exhausted}")
        return PackageFindings(
            used={module: tuple(sorted(self._used[module])) for module in sorted(self._used)},
            importers=self._importers,
            missing=tuple(sorted(self._missing.values())),
        )

    def main_packages(self) -> list[_Package]:
        """Return the packages that the pattern ./... means in each main module."""
        self._rules = self._read_rules()
        found: list[_Package] = []
        for module in sorted(self._mains):
            for path, folder in self._walk(module):
                if path not in self._seen and self._is_package(module, folder):
                    self._seen.add(path)
                    found.append(_Package(path, module, folder, ""))
        return found

    def _walk(self, module: str) -> Iterator[tuple[str, str]]:
        """Yield (import path, folder) of the folders of a main module that may be packages of its own."""
        waiting = [(module, self._roots[module])]
        ignored = self._rules.ignored.get(module, ())
        while waiting and not self.exhausted:
            path, folder = waiting.pop()
            try:
                held = self._disk.folder(folder)
            except _ReadError as err:
                self._miss(path, "", str(err))
                continue
            below = path[len(module) :]
            if path != module and (held.has_go_mod or _is_ignored(f"{below}/", ignored)):
                continue
            if held.go_files:
                yield path, folder
            if path.endswith("/vendor"):
                continue
            waiting += [
                (f"{path}/{name}", folder + os.sep + name)
                for name in held.folders
                if name != "testdata" and name[0] not in "._"
            ]

    def _is_package(self, module: str, folder: str) -> bool:
        """Return whether a folder has a file for this build, or one that is broken: others are passed over."""
        held = self._disk.folder(folder)
        # Tests come last: they are read only where they alone make the package.
        names = sorted(held.go_files, key=lambda name: name.endswith("_test.go"))
        for name in names:
            if name[0] in "._" or not self._context.allows_name(name):
                continue
            head = self._disk.head(self._roots[module], folder + os.sep + name, odd=name in held.odd)
            if head is not None and (head.refused or self._takes(head)):
                return True
        return False

    def follow(self, package: _Package, *, tests: bool) -> Iterator[_Package]:
        """Read a package, and yield those it imports that nobody imported before. tests: read its tests too."""
        self._importers[package.path] = package.importer
        imports = self._imports(package, tests=tests)
        if imports is None:
            return
        self._used.setdefault(package.module, []).append(package.path)
        for path in sorted(imports - self._seen):
            self._seen.add(path)
            found = self._resolve(path, package.path)
            if found is not None:
                yield found

    def _imports(self, package: _Package, *, tests: bool) -> set[str] | None:
        """Return what the files of a package import, None when no file of it is part of the build."""
        imports: set[str] = set()
        name = ""
        files = ignored = 0
        held, root = self._disk.folder(package.folder), self._roots[package.module]
        for file in held.go_files:
            is_test = file.endswith("_test.go")
            if file[0] in "._" or (is_test and not tests):
                continue
            if not self._context.allows_name(file):
                ignored += 1
                continue
            head = self._disk.head(root, package.folder + os.sep + file, odd=file in held.odd)
            if head is None or not (head.refused or self._takes(head)):
                ignored += head is not None
                continue
            files += 1
            if head.refused or head.fault:
                self._miss(package.path, package.importer, f"{file}:{head.fault or f' {head.refused}'}")
                continue
            own = head.package
            if is_test and own != name:
                own = own.removesuffix("_test")
            name = name or own
            if own != name:
                self._miss(package.path, package.importer, f"{file} is of package {own}, others are of package {name}")
            imports.update(found.path for found in head.imports)
        if not files and package.importer:
            why = "build constraints exclude all its files" if ignored else "it has test files only"
            self._miss(package.path, package.importer, why)
            return None
        imports.discard("C")
        return imports

    def _takes(self, head: GoHead) -> bool:
        """Return whether a file is part of the build, as far as its head says."""
        holds = self._holds.get(head.constraints)
        if holds is None:
            holds = self._holds[head.constraints] = all(map(self._context.satisfies, head.constraints))
        return holds and head.package != "documentation" and (self._context.cgo or not head.uses_c)

    def _resolve(self, path: str, importer: str) -> _Package | None:
        """Return the package of an import path; None for the standard library's, and for what is missing."""
        try:
            check_import_path(path)
        except InputError as err:
            self._miss(path, importer, err.diagnostics[0].message)
            return None
        first = path.partition("/")[0]
        prefixes = list(_prefixes(path, self._paths))
        if "." not in first and (not prefixes or (first in _STANDARD and not self._given(path, prefixes))):
            return None
        wanted = self._rules.first
        near = prefixes if wanted is None else [prefix for prefix in prefixes if prefix in wanted]
        found, absent = self._candidates(path, importer, near)
        if not found and len(near) < len(prefixes):
            found, absent = self._candidates(path, importer, prefixes)
        for module in absent:
            also = " too" if found else ""
            self._miss(path, importer, f"module {module} may have it{also}, and is not on this machine")
        if len(found) > 1:
            names = ", ".join(module for module, _ in reversed(found))
            self._miss(path, importer, f"several modules have it: {names}")
            return None
        if not found:
            if not absent:
                self._miss(path, importer, "no module of the build list has it")
            return None
        return _Package(path, found[0][0], found[0][1], importer)

    def _given(self, path: str, prefixes: Sequence[str]) -> bool:
        """Return whether a module really has a package that the standard library may have."""
        return any(self._candidates(path, "", prefixes))

    def _candidates(self, path: str, importer: str, prefixes: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
        """Return the modules, of those that could have a package, that do, with its folder; and those not here."""
        found: list[tuple[str, str]] = []
        absent: list[str] = []
        for module in prefixes:
            root = self._roots.get(module)
            if root is None:
                absent.append(module)
                continue
            try:
                folder = self._disk.below(root, path[len(module) + 1 :].split("/") if path != module else ())
                if folder is not None and self._disk.folder(folder).go_files:
                    found.append((module, folder))
            except _ReadError as err:
                self._miss(path, importer, str(err))
        return found, absent

    def _read_rules(self) -> _MainRules:
        from supplymatrix.gomod.goversion import go_version_key
        from supplymatrix.gomod.modfile import parse_go_mod
        from supplymatrix.sources.files import GO_MOD_LIMIT, read_if_there

        ignored: dict[str, tuple[str, ...]] = {}
        first: frozenset[str] | None = frozenset(self._mains)
        for module, folder in sorted(self._mains.items()):
            try:
                data = read_if_there(folder / "go.mod", GO_MOD_LIMIT, "go.mod")
                file = parse_go_mod(data or b"")
            except InputError as err:
                self._miss(module, "", f"its go.mod cannot be read: {err.diagnostics[0].message}")
                continue
            ignored[module] = tuple(entry.path for entry in file.ignore)
            if len(self._mains) == 1:
                is_pruned = file.go is not None and go_version_key(file.go.text) >= go_version_key("1.17")
                first = frozenset([module, *(entry.module.path for entry in file.require)]) if is_pruned else None
        return _MainRules(ignored, first)

    def _miss(self, path: str, importer: str, reason: str) -> None:
        entry = MissingPackage(import_path=_shown(path), importer=_shown(importer), reason=_shown(reason))
        self._missing.setdefault((entry.import_path, entry.reason), entry)


def _prefixes(path: str, modules: frozenset[str]) -> Iterator[str]:
    """Yield the modules that could have a package, the longest path first."""
    prefix = path
    while prefix:
        if prefix in modules:
            yield prefix
        prefix = prefix.rpartition("/")[0]


def _is_ignored(below: str, patterns: Sequence[str]) -> bool:
    """Return whether an `ignore` line of a go.mod means a folder. below: "/its/path/" in the module."""
    for pattern in patterns:
        if pattern.startswith("./"):
            if below.startswith(f"/{pattern[2:].strip('/')}/"):
                return True
        elif f"/{pattern.strip('/')}/" in below:
            return True
    return False


def _shown(text: str) -> str:
    """Return text that can be written out: a file's name need not be UTF-8."""
    return text.encode("utf-8", "replace").decode()
