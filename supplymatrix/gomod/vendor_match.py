"""The files below vendor/ held against the modules whose packages vendor/modules.txt lists.

    found = match_tree(files, packages, sides, rules)
    found.modules[module].differences, found.unexplained

Each file is one of five: equal to the file of the same name in its module's zip; changed; missing, where `go mod
vendor` would have copied it; extra, where it lies in the folder of a listed package, or would be embedded by one, and
the zip does not have it; unexplained, which is the rest: no listed module has it. A Go file that a module has, in a
folder of which no package is listed, is unexplained too: no build takes it, and nobody copies it. Other files that a
module has are its own wherever they lie: headers and tables are often copied by hand. A file in the folder of a package
that no build takes, as its name tells, is unexplained as well, and not extra: files of other build tools lie there.

The go command follows links where it builds from vendor/, and writes none: a package's folder that is one, or lies
below one, is not as in the zip.

A file may come from two modules, where one lies within the other: it has to equal one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from supplymatrix.gomod.vendor_rules import (
    CopyRules,
    Embeds,
    is_built_name,
    is_copied_name,
    is_metadata,
    resolve_embeds,
)
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.on_disk import FileChange, FileDifference
from supplymatrix.model.value import value

__all__ = [
    "MODULES_TXT", "ModuleMatch", "TreeMatch", "VendorFiles", "ZipSide", "folder_of", "match_tree",
    "odd_above", "shown_name",
]  # fmt: skip

MODULES_TXT = "modules.txt"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@value
class VendorFiles:
    """What lies below vendor/, by names below it; bytes that are no UTF-8 as surrogates.

    sizes: of plain files, in bytes; odd: what else there is ("a symbolic link"); unread: folders that could not be
    read, and why. cut: why not everything was looked at, "" = it was.
    """

    sizes: Mapping[str, int]
    odd: Mapping[str, str] = _NOTHING
    unread: Mapping[str, str] = _NOTHING
    cut: str = ""


@value
class ZipSide:
    """What a module's zip says of the files of one vendor/. All names are below the module's root.

    names: its files; differing: those that lie in vendor/ and are others there, with what is known of it; unread: that
    lie there and could not be read, and why. ignored: Go files of listed packages that are not there, and that no build
    takes. embeds: folder of a listed package → what its Go files name to be embedded. go_mod: the text of its go.mod,
    b"" where it has none, None where it is too long to be read. includes: a listed package may name other files of any
    name to its compiler, by cgo or in assembler.
    """

    names: frozenset[str]
    differing: Mapping[str, str]
    unread: Mapping[str, str]
    ignored: frozenset[str]
    embeds: Mapping[str, Embeds]
    go_mod: bytes | None = b""
    includes: bool = False


@value
class ModuleMatch:
    """What became of one module. files: that were compared; unread: files that could not be, and why."""

    files: int
    differences: tuple[FileDifference, ...]
    unread: tuple[tuple[str, str], ...] = ()


@value
class TreeMatch:
    """modules: those that have a side. beyond: files that are as in a zip, and that `go mod vendor` would not have
    copied. unchecked: files of modules without a side."""

    modules: Mapping[ModuleVersion, ModuleMatch]
    unexplained: tuple[FileDifference, ...]
    beyond: int
    unchecked: int


def match_tree(
    found: VendorFiles,
    packages: Mapping[ModuleVersion, tuple[str, ...]],
    sides: Mapping[ModuleVersion, ZipSide],
    rules: CopyRules,
) -> TreeMatch:
    """Return what becomes of every file. packages: of each module, as modules.txt lists them; sides: of those modules
    whose zip is at hand. Files of the others are not judged."""
    return _Match(found, packages, sides, rules).run()


def folder_of(package: str, module: str) -> str | None:
    """Return the folder of a package below its module's root, None where no package of the module has that path."""
    if package == module:
        return ""
    return package[len(module) + 1 :] if package.startswith(f"{module}/") else None


def odd_above(package: str, odd: Mapping[str, str]) -> str:
    """Return which of some names is the folder of a package or lies above it, the nearest; "" for none."""
    folder = package
    while folder:
        if folder in odd:
            return folder
        folder = folder.rpartition("/")[0]
    return ""


def shown_name(name: str) -> str:
    """Return a name with bytes that are no UTF-8 replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Match:
    def __init__(
        self,
        found: VendorFiles,
        packages: Mapping[ModuleVersion, tuple[str, ...]],
        sides: Mapping[ModuleVersion, ZipSide],
        rules: CopyRules,
    ) -> None:
        self._found = found
        self._packages = {
            module: [package for package in listed if folder_of(package, module.path) is not None]
            for module, listed in packages.items()
        }
        self._sides = sides
        self._rules = rules
        self._owners = {package: module for module in sorted(packages) for package in self._packages[module]}
        self._by_path: dict[str, list[ModuleVersion]] = {}
        for module in sorted(packages):
            self._by_path.setdefault(module.path, []).append(module)
        self._expected: dict[str, list[ModuleVersion]] = {}
        self._optional: set[str] = set()
        self._linked: set[str] = set()
        self._files = dict.fromkeys(sides, 0)
        self._differences: dict[ModuleVersion, list[FileDifference]] = {module: [] for module in sides}
        self._unread: dict[ModuleVersion, list[tuple[str, str]]] = {module: [] for module in sides}
        self._unexplained: list[FileDifference] = []
        self._beyond = self._unchecked = 0
        self._embedded_here: dict[str, Collection[str]] = {}

    def run(self) -> TreeMatch:
        """Return what becomes of every file."""
        for module, side in self._sides.items():
            for name in self._copied(module, side):
                self._expected.setdefault(f"{module.path}/{name}", []).append(module)
        for name in sorted(self._found.sizes):
            if name != MODULES_TXT:
                self._place(name)
        for module in sorted(self._sides):
            self._place_linked(module)
        for name, what in sorted(self._found.odd.items()):
            if name not in self._linked:
                self._place_odd(name, f"it is {what}")
        for name, modules in self._expected.items():
            is_there = name in self._found.sizes or name in self._found.odd
            if not is_there and odd_above(name, self._found.odd) not in self._linked:
                self._miss(name, modules)
        return TreeMatch(
            modules={
                module: ModuleMatch(
                    files=self._files[module],
                    differences=tuple(sorted(self._differences[module], key=lambda entry: entry.name)),
                    unread=tuple(sorted(self._unread[module])),
                )
                for module in self._sides
            },
            unexplained=tuple(sorted(self._unexplained, key=lambda entry: entry.name)),
            beyond=self._beyond,
            unchecked=self._unchecked,
        )

    def _copied(self, module: ModuleVersion, side: ZipSide) -> Iterator[str]:
        """Yield the files of a module that `go mod vendor` copies, some of them twice."""
        folders: dict[str, list[str]] = {}
        for name in side.names:
            folder, _, last = name.rpartition("/")
            folders.setdefault(folder, []).append(last)
        own = {folder_of(package, module.path) or "" for package in self._packages[module]}
        above: set[str] = set()
        for folder in own:
            for last in folders.get(folder, ()):
                name = f"{folder}/{last}" if folder else last
                if is_copied_name(last, keeps_go_mod=self._rules.keeps_go_mod) and name not in side.ignored:
                    yield name
            parent = folder
            while parent:
                parent = parent.rpartition("/")[0]
                if parent in above:
                    break
                above.add(parent)
            yield from self._embedded(module, side, folder)
        for folder in above - own:
            start = f"{folder}/" if folder else ""
            yield from (f"{start}{last}" for last in folders.get(folder, ()) if is_metadata(last))

    def _embedded(self, module: ModuleVersion, side: ZipSide, folder: str) -> Iterator[str]:
        """Yield the files that a package embeds; note those of which nobody knows whether they were copied."""
        embeds = side.embeds.get(folder)
        if embeds is None:
            return
        start = f"{folder}/" if folder else ""
        names = [name[len(start) :] for name in side.names if name.startswith(start)]
        sure, all_of_it = resolve_embeds(names, embeds.patterns), None
        if embeds.with_cgo:
            all_of_it = resolve_embeds(names, (*embeds.patterns, *embeds.with_cgo))
            sure = (
                frozenset() if all_of_it is None else sure
            )  # with cgo, one faulty pattern keeps all from being copied
        if all_of_it is not None:
            self._optional |= {f"{module.path}/{start}{name}" for name in all_of_it - (sure or frozenset())}
        yield from (f"{start}{name}" for name in sure or ())

    def _place(self, name: str) -> None:
        """Decide what a plain file is."""
        modules = self._expected.get(name)
        if modules is not None:
            self._compare(name, modules)
            return
        folder = name.rpartition("/")[0]
        owner = self._owners.get(folder)
        if owner is not None:
            self._place_in_package(name, owner)
        else:
            self._place_elsewhere(name)

    def _compare(self, name: str, modules: list[ModuleVersion]) -> bool:
        """Hold a file against the modules that may have given it. Return whether it is as in one of them."""
        for module in modules:
            side, below = self._sides[module], name[len(module.path) + 1 :]
            if below not in side.differing and below not in side.unread:
                self._files[module] += 1
                return True
        nearest = max(modules, key=lambda module: (len(module.path), module))
        side, below = self._sides[nearest], name[len(nearest.path) + 1 :]
        if below in side.differing:
            self._files[nearest] += 1
            self._differ(nearest, name, FileChange.CHANGED, side.differing[below])
        else:
            self._unread[nearest].append((shown_name(name), side.unread[below]))
        return False

    def _place_in_package(self, name: str, owner: ModuleVersion) -> None:
        side = self._sides.get(owner)
        if side is None:
            self._unchecked += 1
        elif name[len(owner.path) + 1 :] not in side.names:
            if side.includes or is_built_name(name.rpartition("/")[2]) or self._embedding(name) is not None:
                self._differ(owner, name, FileChange.EXTRA, "")
            else:
                detail = f"{owner} has no such file, and no build takes one of this name"
                self._unexplained.append(_difference(name, FileChange.EXTRA, detail))
        elif self._compare(name, [owner]) and name not in self._optional:
            self._beyond += 1

    def _place_elsewhere(self, name: str) -> None:
        """Decide what a file is that lies in no folder of a listed package."""
        modules = [*self._around(name)]
        if modules and modules[0] not in self._sides:
            self._unchecked += 1
            return
        for module in modules:
            side = self._sides.get(module)
            below = name[len(module.path) + 1 :]
            if side is None or below not in side.names:
                continue
            if name.endswith(".go") and below not in side.differing and name not in self._optional:
                detail = f"as in {module}, and no package of this folder is listed"
                self._unexplained.append(_difference(name, FileChange.EXTRA, detail))
            elif self._compare(name, [module]) and name not in self._optional:
                self._beyond += 1
            return
        embedding = self._embedding(name)
        if embedding is not None:
            module, package = embedding
            self._differ(module, name, FileChange.EXTRA, f"{package} would embed it")
            return
        detail = f"{modules[0]} has no such file" if modules else "no listed module has this folder"
        self._unexplained.append(_difference(name, FileChange.EXTRA, detail))

    def _around(self, name: str) -> Iterator[ModuleVersion]:
        """Yield the listed modules in whose folder a file lies, the innermost first."""
        folder = name.rpartition("/")[0]
        while folder:
            yield from self._by_path.get(folder, ())
            folder = folder.rpartition("/")[0]

    def _embedding(self, name: str) -> tuple[ModuleVersion, str] | None:
        """Return the listed package that would embed a file, with its module."""
        folder = name.rpartition("/")[0]
        while folder:
            owner = self._owners.get(folder)
            if owner in self._sides and owner is not None and name in self._embedded_by(folder, owner):
                return owner, folder
            folder = folder.rpartition("/")[0]
        return None

    def _embedded_by(self, package: str, owner: ModuleVersion) -> Collection[str]:
        """Return what a listed package would embed of what lies in vendor/ now."""
        known = self._embedded_here.get(package)
        if known is None:
            embeds = self._sides[owner].embeds.get(folder_of(package, owner.path) or "", Embeds())
            start = f"{package}/"
            names = [name[len(start) :] for name in self._found.sizes if name.startswith(start)]
            patterns = (*embeds.patterns, *embeds.with_cgo)
            found = [resolve_embeds(names, (pattern,)) for pattern in patterns]
            known = {f"{start}{name}" for some in found if some is not None for name in some}
            self._embedded_here[package] = known
        return known

    def _place_linked(self, module: ModuleVersion) -> None:
        """Tell where a package of a module lies in no plain folder."""
        for name in sorted({odd_above(package, self._found.odd) for package in self._packages[module]} - {""}):
            self._linked.add(name)
            what = self._found.odd[name]
            self._differ(module, name, FileChange.CHANGED, f"it is {what}, where the folder of a package should be")

    def _place_odd(self, name: str, detail: str) -> None:
        """Tell of what is no plain file: the go command copies none."""
        modules = self._expected.get(name)
        owner = self._owners.get(name.rpartition("/")[0])
        if modules is not None:
            self._differ(max(modules), name, FileChange.CHANGED, detail)
        elif owner is not None and owner in self._sides:
            self._differ(owner, name, FileChange.EXTRA, detail)
        else:
            self._unexplained.append(_difference(name, FileChange.EXTRA, detail))

    def _miss(self, name: str, modules: list[ModuleVersion]) -> None:
        reason = self._unread_folder(name)
        for module in modules:
            if reason:
                self._unread[module].append((shown_name(name), reason))
            else:
                self._differ(module, name, FileChange.MISSING, "")

    def _unread_folder(self, name: str) -> str:
        if not self._found.unread:
            return self._found.cut
        folder = name
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._found.unread:
                return self._found.unread[folder]
        return self._found.cut

    def _differ(self, module: ModuleVersion, name: str, change: FileChange, detail: str) -> None:
        self._differences[module].append(_difference(name, change, detail))


def _difference(name: str, change: FileChange, detail: str) -> FileDifference:
    return FileDifference(name=shown_name(name), change=change, detail=detail)
