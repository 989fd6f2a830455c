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
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from supplymatrix.errors import InputError
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.build_constraint import BuildContext, Constraint
from supplymatrix.model.module import check_import_path
from supplymatrix.model.value import value
from supplymatrix.sources.package_files import FileHead, PackageDisk, UnreadableError, is_inside

__all__ = ["NO_MODULE", "MissingPackage", "PackageFindings", "VendorFolder", "find_packages"]

NO_MODULE = "no module of the build list has it"
"""The reason of a `MissingPackage` for which the go command would have to look for a module."""

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
    one clause. absent: the module that may have it and is not on this machine, "" for other reasons.
    """

    import_path: str
    importer: str
    reason: str
    absent: str = ""


@value
class PackageFindings:
    """What a build takes from where.

    used: module path → import paths used from it, sorted; the main modules included, modules without any left out.
    importers: import path → the package that asked for it first, "" for the main modules' own; leads from any package
    back to a main module, on a shortest way of those that no test is part of, if there is one. missing: sorted; when
    there is any, `used` may lack something. standard: import path of the standard library → the package that asked for
    it first, tests alone in standard_in_tests; what these lead to is not followed here.

    tests_only: the part of `used` that is there for tests alone; missing_in_tests: likewise of `missing`.
    with_c: module path → its files that import "C" and are part of the build, with their packages: (import path, file);
    with_objects: likewise its object files (.syso), which are linked with or without cgo.
    programs: those packages of the main modules that are programs, sorted. unmet_tags: tags that files of the main
    modules ask for, and that no platform has and nobody gave; looked for with `AnyPlatform` alone. with_imports:
    watched import → the files of the build that have it, with their packages.
    """

    used: Mapping[str, tuple[str, ...]]
    importers: Mapping[str, str]
    missing: tuple[MissingPackage, ...]
    standard: Mapping[str, str] = MappingProxyType({})
    standard_in_tests: Mapping[str, str] = MappingProxyType({})
    tests_only: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    missing_in_tests: tuple[MissingPackage, ...] = ()
    with_c: Mapping[str, tuple[tuple[str, Path], ...]] = MappingProxyType({})
    with_objects: Mapping[str, tuple[tuple[str, Path], ...]] = MappingProxyType({})
    programs: tuple[str, ...] = ()
    unmet_tags: tuple[str, ...] = ()
    with_imports: Mapping[str, tuple[tuple[str, Path], ...]] = MappingProxyType({})


@value
class VendorFolder:
    """A vendor/ folder that stands for all modules but the main ones. owners: import path → its module, as
    vendor/modules.txt has it."""

    folder: Path
    owners: Mapping[str, str]


def find_packages(
    mains: Mapping[str, Path],
    modules: Mapping[str, Path | None],
    *,
    context: BuildContext | AnyPlatform | None = None,
    tests: bool = False,
    vendor: VendorFolder | None = None,
    roots: AbstractSet[str] | None = None,
    also: Iterable[str] = (),
    every_test: bool = False,
    watched: AbstractSet[str] = frozenset(),
) -> PackageFindings:
    """Return the packages that the main modules' packages need, themselves included.

    mains: path of each main module → its folder. modules: path of each module of the build list → its folder, which is
    that of its replacement where it has one; None when it is not on this machine. context: what is built for; linux on
    amd64 without cgo by default, builds for every platform with `AnyPlatform`: then `used` has each module that gives
    packages to one of them, perhaps more, and `missing` what some build may lack. tests: the tests of the main modules'
    packages too, and nobody else's. vendor: where packages are taken from instead of the modules' folders. roots: the
    main modules whose packages are built, None = all of them. also: packages that are built beside them.
    every_test: with `tests`, the tests of all these packages too, though not of what those import alone, as
    `go mod tidy` has it. watched: imports whose files are told (`with_imports`).
    """
    search = _Search(mains, modules, context or BuildContext(), vendor, watched)
    if tests and every_test:
        search.follow_every_test([*search.main_packages(roots), *search.named(also)])
        return search.findings()
    search.follow_all([*search.main_packages(roots), *search.named(also)], tests=tests)
    if tests:
        search.follow_tests()
    return search.findings()


class _Package(NamedTuple):
    path: str
    module: str
    folder: str
    importer: str


class _MainRules(NamedTuple):
    """What the main modules' go.mod files say. first: modules that are asked before all others, None for no order."""

    ignored: Mapping[str, tuple[str, ...]]
    first: frozenset[str] | None


class _Search:
    """One run: what was found so far."""

    def __init__(
        self,
        mains: Mapping[str, Path],
        modules: Mapping[str, Path | None],
        context: BuildContext | AnyPlatform,
        vendor: VendorFolder | None,
        watched: AbstractSet[str] = frozenset(),
    ) -> None:
        self._watched = watched
        self._with_imports: dict[str, list[tuple[str, Path]]] = {}
        self._mains = mains
        self._vendor = vendor
        folders = {**modules, **mains}
        self._roots = {path: str(folder) for path, folder in folders.items() if folder is not None}
        self._paths = frozenset(folders) - {"go", "toolchain"}
        self._context = context
        self._disk = PackageDisk()
        self._rules = _MainRules({}, None)
        self._holds: dict[tuple[Constraint, ...], bool] = {(): True}
        self._importers: dict[str, str] = {}
        self._seen: set[str] = set()
        self._used: dict[str, list[str]] = {}
        self._missing: dict[tuple[str, str], MissingPackage] = {}
        self._missing_in_tests: set[MissingPackage] = set()
        self._test_imports: dict[str, set[str]] = {}
        self._standard: dict[str, str] = {}
        self._standard_in_tests: dict[str, str] = {}
        self._before_tests: dict[str, int] = {}
        self._with_c: dict[str, list[tuple[str, Path]]] = {}
        self._objects: dict[str, list[tuple[str, Path]]] = {}
        self._programs: set[str] = set()
        self._unmet_tags: set[str] = set()
        self._in_tests = False
        self._reads_every_test = False
        self._owners: dict[str, str] = {}

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
            standard=self._standard,
            standard_in_tests=self._standard_in_tests,
            tests_only=self._tests_only(),
            missing_in_tests=tuple(sorted(self._missing_in_tests)),
            with_c={module: tuple(sorted(self._with_c[module])) for module in sorted(self._with_c)},
            with_imports={path: tuple(sorted(self._with_imports[path])) for path in sorted(self._with_imports)},
            with_objects={module: tuple(sorted(self._objects[module])) for module in sorted(self._objects)},
            programs=tuple(sorted(self._programs)),
            unmet_tags=tuple(sorted(self._unmet_tags)),
        )

    def _tests_only(self) -> dict[str, tuple[str, ...]]:
        if not self._in_tests:
            return {}
        found = {module: self._used[module][self._before_tests.get(module, 0) :] for module in sorted(self._used)}
        return {module: tuple(sorted(paths)) for module, paths in found.items() if paths}

    def follow_all(self, packages: Iterable[_Package], *, tests: bool = False) -> None:
        """Follow packages, and all that they lead to. tests: note what the tests of these packages import."""
        roots = {package.path for package in packages} if tests else frozenset[str]()
        waiting = deque(packages)
        while waiting and not self.exhausted:
            package = waiting.popleft()
            waiting.extend(self.follow(package, tests=self._reads_every_test or package.path in roots))

    def follow_tests(self) -> None:
        """Follow what the tests of the main modules' packages import, and nobody else does."""
        self._begin_tests()
        self.follow_all(self._from_tests(sorted(self._test_imports)))

    def follow_every_test(self, packages: Sequence[_Package]) -> None:
        """Follow packages, what their tests import, and what the tests of all these do."""
        self._reads_every_test = True
        self.follow_all(packages)
        own = [path for path in sorted(self._test_imports) if self._owners.get(path) in self._mains]
        self._begin_tests()
        self.follow_all(self._from_tests(own))
        self._reads_every_test = False
        self.follow_all(self._from_tests(sorted(self._test_imports.keys() - {*own})))

    def named(self, paths: Iterable[str]) -> list[_Package]:
        """Return packages by their import paths, as far as they are found and not among those that were."""
        return list(self._imported(frozenset(paths), ""))

    def _begin_tests(self) -> None:
        self._in_tests = True
        self._before_tests = {module: len(paths) for module, paths in self._used.items()}

    def _from_tests(self, importers: Iterable[str]) -> list[_Package]:
        return [package for path in importers for package in self._imported(self._test_imports[path], path)]

    def main_packages(self, roots: AbstractSet[str] | None = None) -> list[_Package]:
        """Return the packages that the pattern ./... means in each main module, or in some of them."""
        self._rules = self._read_rules()
        found: list[_Package] = []
        for module in sorted(self._mains if roots is None else roots & set(self._mains)):
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
            except UnreadableError as err:
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
            self._note_tags(module, head)
        return False

    def follow(self, package: _Package, *, tests: bool) -> Iterator[_Package]:
        """Read a package, and yield those it imports that nobody imported before. tests: read its tests too."""
        self._importers[package.path] = package.importer
        imports = self._imports(package, tests=tests)
        if imports is None:
            return
        self._used.setdefault(package.module, []).append(package.path)
        yield from self._imported(imports, package.path)

    def _imported(self, imports: AbstractSet[str], importer: str) -> Iterator[_Package]:
        for path in sorted(imports - self._seen):
            self._seen.add(path)
            found = self._resolve(path, importer)
            if found is not None:
                yield found

    def _imports(self, package: _Package, *, tests: bool) -> set[str] | None:
        """Return what the files of a package import, None when no file of it is part of the build. tests: note beside
        it what its tests import."""
        imports: set[str] = set()
        of_tests: set[str] = set()
        name = ""
        files = ignored = 0
        held, root = self._disk.folder(package.folder), self._root_of(package)
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
                self._note_tags(package.module, head)
                continue
            files += 1
            if head.refused or head.fault:
                reason = f"{file}:{head.fault or f' {head.refused}'}"
                self._miss(package.path, package.importer, reason, in_tests=is_test)
                continue
            if not is_test:  # cgo takes no tests
                self._note_imports(package, file, head)
            own = head.package
            if is_test and own != name:
                own = own.removesuffix("_test")
            name = name or own
            if own != name:
                reason = f"{file} is of package {own}, others are of package {name}"
                self._miss(package.path, package.importer, reason, in_tests=is_test)
            (of_tests if is_test else imports).update(head.imports)
        if not files and package.importer:
            why = "build constraints exclude all its files" if ignored else "it has test files only"
            self._miss(package.path, package.importer, why)
            return None
        self._note_objects(package, held.objects)
        if name == "main" and package.module in self._mains:
            self._programs.add(package.path)
        imports.discard("C")
        of_tests.discard("C")
        if of_tests:
            self._test_imports[package.path] = of_tests
            self._owners[package.path] = package.module
        return imports

    def _note_imports(self, package: _Package, file: str, head: FileHead) -> None:
        """Note a file for what it imports."""
        if head.uses_c:
            self._with_c.setdefault(package.module, []).append((package.path, Path(package.folder, file)))
        if not self._watched.isdisjoint(head.imports):
            for path in self._watched & {*head.imports}:
                self._with_imports.setdefault(path, []).append((package.path, Path(package.folder, file)))

    def _note_objects(self, package: _Package, names: Iterable[str]) -> None:
        for name in filter(self._context.allows_name, names):
            self._objects.setdefault(package.module, []).append((package.path, Path(package.folder, name)))

    def _root_of(self, package: _Package) -> str:
        """Return the folder that no link in a package may leave."""
        if self._vendor is not None and package.module not in self._mains:
            return str(self._vendor.folder)
        return self._roots[package.module]

    def _takes(self, head: FileHead) -> bool:
        """Return whether a file is part of the build, as far as its head says."""
        holds = self._holds.get(head.constraints)
        if holds is None:
            holds = self._holds[head.constraints] = all(map(self._context.satisfies, head.constraints))
        return holds and head.package != "documentation" and (self._context.cgo or not head.uses_c)

    def _note_tags(self, module: str, head: FileHead | None) -> None:
        """Note the tags for want of which a file of a main module is not taken."""
        if head is not None and module in self._mains and isinstance(self._context, AnyPlatform):
            for constraint in head.constraints:
                self._unmet_tags |= self._context.unmet(constraint) - {"ignore"}

    def _resolve(self, path: str, importer: str) -> _Package | None:
        """Return the package of an import path; None for the standard library's, and for what is missing."""
        try:
            check_import_path(path)
        except InputError as err:
            self._miss(path, importer, err.diagnostics[0].message)
            return None
        if self._vendor is not None:
            return self._resolve_vendored(path, importer, self._vendor)
        first = path.partition("/")[0]
        prefixes = list(_prefixes(path, self._paths))
        if "." not in first and (not prefixes or (first in _STANDARD and not self._given(path, prefixes))):
            self._note_standard(path, importer)
            return None
        wanted = self._rules.first
        near = prefixes if wanted is None else [prefix for prefix in prefixes if prefix in wanted]
        found, absent = self._candidates(path, importer, near)
        if not found and len(near) < len(prefixes):
            found, absent = self._candidates(path, importer, prefixes)
        for module in absent:
            also = " too" if found else ""
            self._miss(path, importer, f"module {module} may have it{also}, and is not on this machine", absent=module)
        if len(found) > 1:
            names = ", ".join(module for module, _ in reversed(found))
            self._miss(path, importer, f"several modules have it: {names}")
            return None
        if not found:
            if not absent:
                self._miss(path, importer, NO_MODULE)
            return None
        return _Package(path, found[0][0], found[0][1], importer)

    def _resolve_vendored(self, path: str, importer: str, vendor: VendorFolder) -> _Package | None:
        """Return the package of an import path where vendor/ stands for the modules: the main module's comes first."""
        mains = [prefix for prefix in _prefixes(path, self._paths) if prefix in self._mains]
        found, _ = self._candidates(path, importer, mains)
        if found:
            return _Package(path, found[0][0], found[0][1], importer)
        module = vendor.owners.get(path)
        if module is None:
            if "." in path.partition("/")[0] or mains:
                self._miss(path, importer, "vendor/modules.txt does not have it")
                return None
            self._note_standard(path, importer)
            return None
        folder = os.path.join(vendor.folder, *path.split("/"))  # noqa: PTH118 - as all folders here
        if not is_inside(str(vendor.folder), folder):
            self._miss(path, importer, "a symbolic link leads out of vendor/")
            return None
        try:
            if self._disk.folder(folder).go_files:
                return _Package(path, module, folder, importer)
            self._miss(path, importer, "vendor/ does not have its files")
        except UnreadableError as err:
            self._miss(path, importer, str(err))
        return None

    def _note_standard(self, path: str, importer: str) -> None:
        (self._standard_in_tests if self._in_tests else self._standard)[path] = importer

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
            except UnreadableError as err:
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

    def _miss(self, path: str, importer: str, reason: str, *, in_tests: bool = False, absent: str = "") -> None:
        entry = MissingPackage(
            import_path=_shown(path), importer=_shown(importer), reason=_shown(reason), absent=absent
        )
        key = (entry.import_path, entry.reason)
        if (self._in_tests or in_tests) and key not in self._missing:
            self._missing_in_tests.add(entry)
        self._missing.setdefault(key, entry)


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
