"""Which packages a build takes from which module, and who says so: vendor/, the go command, or the source files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.build_target import BuildTarget

if TYPE_CHECKING:
    from supplymatrix.sources.go_command import GoCommand
    from supplymatrix.sources.packages import PackageFindings
    from supplymatrix.sources.vendor_list import VendorList

__all__ = ["BuiltPackages", "PackageSearch", "PackagesBy"]

_NOT_FOR_THIS_BUILD = ("build constraints exclude", "it has test files only")
_Packages = Mapping[str, tuple[str, ...]]
_NONE: _Packages = MappingProxyType({})


class PackagesBy(StrEnum):
    """Who says which modules give packages."""

    VENDOR = "vendor/modules.txt"
    GO = "go list"
    SOURCES = "source files"
    NOBODY = "nobody"


@value
class BuiltPackages:
    """gives: module path → whether it gives packages, None when nobody can say. packages: module path → import paths
    that the build takes, sorted; {} when nobody knows. test_packages: those that only the main modules' tests need.

    faults, test_faults: packages that could not be found, so that there may be more. with_c: module path → its files
    that import "C", with their packages; None when nobody looked. programs: packages of the main modules that are
    programs; None when nobody looked. from_vendor: vendor/modules.txt is that of the build list, and
    packages are from vendor/.
    """

    gives: Mapping[str, bool | None]
    by: PackagesBy
    packages: _Packages = _NONE
    test_packages: _Packages = _NONE
    faults: tuple[str, ...] = ()
    test_faults: tuple[str, ...] = ()
    with_c: Mapping[str, tuple[tuple[str, Path], ...]] | None = None
    programs: tuple[str, ...] | None = None
    from_vendor: bool = False
    notes: tuple[Note, ...] = ()


class PackageSearch:
    """Looks for the packages of one graph.

    folder_of: module path → where the module lies, None when it is not here. command: the go command for this project,
    or None. tests: look at the main modules' tests too. own_first: read the source files where they say everything,
    those of vendor/ included, and ask others only where they do not. member: the one main module whose packages are
    built, "" = all of them.
    """

    def __init__(
        self,
        inputs: GraphInputs,
        graph: ModuleGraph,
        target: BuildTarget,
        *,
        folder_of: Callable[[str], Path | None],
        command: Callable[[], GoCommand | None],
        tests: bool,
        own_first: bool,
        member: str = "",
    ) -> None:
        self._inputs = inputs
        self._graph = graph
        self._target = target
        self._folder_of = folder_of
        self._command = command
        self._tests = tests
        self._own_first = own_first
        self._member = member
        self._notes: list[Note] = []
        self._paths = [listed.module.path for listed in graph.modules]
        self._mains = {main.path: main.folder for main in inputs.mains}

    def run(self) -> BuiltPackages:
        """Return what is known of the packages."""
        vendored = self._vendored()
        if self._own_first:
            found = self._scan(vendored)
            if not found.faults and not found.test_faults:
                return found
            better = self._by_go() or (self._by_vendor(vendored) if vendored is not None else None)
            return better or self._told(found)
        if vendored is not None:
            return self._by_vendor(vendored)
        return self._by_go() or self._told(self._scan(None))

    def _roots(self) -> dict[str, Path]:
        """Return the main modules whose packages are built."""
        return {path: folder for path, folder in self._mains.items() if self._member in ("", path)}

    def _vendored(self) -> VendorList | None:
        """Return what vendor/ holds, None when there is none, or one of another build list."""
        from supplymatrix.sources.vendor_list import read_vendor_list

        try:
            listed = read_vendor_list(self._inputs.folder / "vendor" / "modules.txt")
        except InputError as err:
            self._notes.append(Note(code="vendor-unreadable", message=str(err.diagnostics[0])))
            return None
        if listed is None:
            return None
        versions = {entry.module.path: entry.module.version for entry in self._graph.modules}
        stale = [module for module in listed.giving if versions.get(module.path, "") != module.version]
        if stale:
            text = f"vendor/modules.txt is not that of the build list, and is not used: it has {min(stale)}"
            self._notes.append(Note(code="vendor-stale", message=text))
            return None
        return listed

    def _by_vendor(self, listed: VendorList) -> BuiltPackages:
        giving = {module.path for module in listed.giving} | {*self._mains}
        return BuiltPackages(
            gives={path: path in giving for path in self._paths},
            by=PackagesBy.VENDOR,
            from_vendor=True,
            packages={module.path: listed.packages[module] for module in sorted(listed.packages)},
            notes=tuple(self._notes),
        )

    def _by_go(self) -> BuiltPackages | None:
        """Ask the go command, None when there is none, or it does not say."""
        command = self._command()
        if command is None:
            return None
        try:
            used = command.list_used([*self._roots().values()], tests=self._tests)
        except SourceError as err:
            self._notes.append(Note(code="packages-without-go", message=f"go does not list packages: {err}"))
            return None
        found = BuiltPackages(
            gives=_known(self._paths, used.packages, whole=not used.faults),
            by=PackagesBy.GO,
            packages=used.packages,
            test_packages=used.test_packages,
            faults=used.faults,
            test_faults=used.test_faults,
            programs=used.programs,
        )
        return self._told(found)

    def _scan(self, vendored: VendorList | None) -> BuiltPackages:
        """Follow the imports of the source files."""
        from supplymatrix.gomod.build_constraint import BuildContext
        from supplymatrix.sources.packages import VendorFolder, find_packages

        vendor, modules = None, {}
        if vendored is not None:
            owners = {package: module.path for module, found in vendored.packages.items() for package in found}
            vendor = VendorFolder(folder=self._inputs.folder / "vendor", owners=owners)
        else:
            modules = {path: self._folder_of(path) for path in self._paths if path not in self._mains}
        target = self._target
        tags = frozenset(target.tags)
        context = BuildContext(goos=target.goos, goarch=target.goarch, cgo=target.cgo, tags=tags)
        found = find_packages(
            self._mains, modules, context=context, tests=self._tests, vendor=vendor, roots={*self._roots()}
        )
        return changed(self._scanned(found), from_vendor=vendor is not None)

    def _scanned(self, found: PackageFindings) -> BuiltPackages:
        faults = [entry for entry in found.missing if not entry.reason.startswith(_NOT_FOR_THIS_BUILD)]
        in_tests = {*found.missing_in_tests}
        built = {
            path: tuple(sorted({*packages}.difference(found.tests_only.get(path, ()))))
            for path, packages in found.used.items()
        }
        built = {path: packages for path, packages in built.items() if packages}
        of_build = [entry for entry in faults if entry not in in_tests]
        nobody = bool(of_build) and not set(built) - set(self._mains)
        gives: dict[str, bool | None]
        if nobody:
            gives = {path: True if path in self._mains else None for path in self._paths}
        else:
            gives = _known(self._paths, built, whole=not of_build)
        return BuiltPackages(
            gives=gives,
            by=PackagesBy.NOBODY if nobody else PackagesBy.SOURCES,
            packages=_NONE if nobody else built,
            test_packages=_NONE if nobody else found.tests_only,
            faults=tuple(f"{entry.import_path}: {entry.reason}" for entry in of_build),
            test_faults=tuple(f"{entry.import_path}: {entry.reason}" for entry in faults if entry in in_tests),
            with_c=found.with_c,
            programs=found.programs,
            notes=tuple(self._notes),
        )

    def _told(self, found: BuiltPackages) -> BuiltPackages:
        """Return what was found with a note on what was not."""
        faults = (*found.faults, *found.test_faults)
        if faults:
            text = (
                f"packages that could not be found: {len(faults)}, the first one {faults[0]}; of a module from which "
                "no package was seen nobody can say that it gives none"
            )
            self._notes.append(Note(code="packages-missing", message=text))
        return changed(found, notes=tuple(self._notes))


def _known(paths: Sequence[str], used: Iterable[str], *, whole: bool) -> dict[str, bool | None]:
    """Return what is known of each module. whole: every package was found, so that the others give none."""
    giving = {*used}
    return {path: True if path in giving else False if whole else None for path in paths}
