"""Which packages a build takes from which module, and who says so: the go command, or the source files.

Where a build takes packages from vendor/, they are looked for there and nowhere else, by both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplymatrix.engine.graph_inputs import GraphInputs
from supplymatrix.errors import InputError, SourceError
from supplymatrix.gomod.module_graph import ModuleGraph
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.sources.build_target import BuildTarget

if TYPE_CHECKING:
    from supplymatrix.sources.go_command import GoCommand
    from supplymatrix.sources.packages import PackageFindings
    from supplymatrix.sources.vendor_list import VendorList

__all__ = ["BuiltPackages", "PackageSearch", "PackagesBy"]

_NOT_FOR_THIS_BUILD = ("build constraints exclude", "it has test files only")
_WANTED = "the packages of a build"
_Packages = Mapping[str, tuple[str, ...]]
_Files = Mapping[str, tuple[tuple[str, Path], ...]]
_Names = Mapping[str, str]
_NONE: _Packages = MappingProxyType({})


class PackagesBy(StrEnum):
    """Who says which modules give packages."""

    GO = "go list"
    SOURCES = "source files"
    NOBODY = "nobody"


@value
class BuiltPackages:
    """gives: module path → whether it gives packages, None when nobody can say. packages: module path → import paths
    that the build takes, sorted; {} when nobody knows. test_packages: those that only the main modules' tests need.

    faults, test_faults: packages that could not be found, so that there may be more. with_c: module path → its files
    that import "C", with their packages; with_objects: likewise its object files (.syso); None when nobody looked.
    programs: packages of the main modules that are programs; None when nobody looked. importers: import path → the
    package that asked for it first, "" for the main modules' own; standard: import path of the standard library → the
    package that asked for it first, standard_in_tests: those that tests alone ask for; None when the go command was
    asked, who says it of none. from_vendor: packages are from vendor/. gaps: what else keeps the packages from being
    those of a build.
    """

    gives: Mapping[str, bool | None]
    by: PackagesBy
    packages: _Packages = _NONE
    test_packages: _Packages = _NONE
    faults: tuple[str, ...] = ()
    test_faults: tuple[str, ...] = ()
    with_c: _Files | None = None
    with_objects: _Files | None = None
    programs: tuple[str, ...] | None = None
    importers: _Names | None = None
    standard: _Names | None = None
    standard_in_tests: _Names = MappingProxyType({})
    from_vendor: bool = False
    notes: tuple[Note, ...] = ()
    gaps: tuple[Gap, ...] = ()


class PackageSearch:
    """Looks for the packages of one graph.

    folder_of: module path → where the module lies, None when it is not here. command: the go command for this project,
    or None. tests: look at the main modules' tests too. own_first: read the source files where they say everything, and
    ask the go command only where they do not. member: the one main module whose packages are
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
        self._gaps: list[Gap] = []
        self._is_refused = False
        self._paths = [listed.module.path for listed in graph.modules]
        self._mains = {main.path: main.folder for main in inputs.mains}

    def run(self) -> BuiltPackages:
        """Return what is known of the packages."""
        vendored = self._vendored()
        if self._is_refused:  # so the go command has nothing to say
            return self._told(self._scan(None))
        if not self._own_first:
            return self._told(self._by_go(vendored) or self._scan(vendored))
        found = self._scan(vendored)
        has_faults = found.faults or found.test_faults
        return self._told((self._by_go(vendored) if has_faults else None) or found)

    def _roots(self) -> dict[str, Path]:
        """Return the main modules whose packages are built."""
        return {path: folder for path, folder in self._mains.items() if self._member in ("", path)}

    def _vendored(self) -> VendorList | None:
        """Return what vendor/ holds where a build takes packages from there, else None."""
        from supplymatrix.sources.vendor_list import Vendored, VendorList, inconsistencies, is_vendor_used
        from supplymatrix.sources.vendor_list import read_vendor_list as read

        inputs, mod = self._inputs, self._target.mod
        project = Vendored(
            mains=[(main.path, main.folder, main.go_mod) for main in inputs.mains],
            work=(inputs.go_work, inputs.folder) if inputs.go_work is not None else None,
        )
        try:
            listed = read(inputs.folder / "vendor" / "modules.txt")
        except InputError as err:
            if mod in ("", "vendor"):
                self._refuse_vendor(str(err.diagnostics[0]))
            return None
        if not inputs.mains or not is_vendor_used(inputs.folder, listed, project, mod=mod):
            return None
        faults = [*inconsistencies(listed or VendorList(packages={}), project)]
        if faults:
            more = f" (and {len(faults) - 1:,} more)" if len(faults) > 1 else ""
            self._refuse_vendor(f"{faults[0]}{more}" if listed is not None else "vendor/ does not have that file")
            return None
        listed = listed or VendorList(packages={})
        self._tell_others(listed)
        return listed

    def _refuse_vendor(self, fault: str) -> None:
        """Note that a build would be refused. Its packages are then sought as if there were no vendor/."""
        reason = f"vendor/modules.txt does not fit go.mod, and the go command refuses to build: {fault}"
        remedy = "go mod vendor; until then the packages are those of the module cache"
        self._is_refused = True
        self._miss(reason, remedy)
        self._notes.append(Note(code="vendor-inconsistent", message=reason))

    def _tell_others(self, listed: VendorList) -> None:
        """Note modules that vendor/ has in other versions than the build list: it is built all the same."""
        versions = {entry.module.path: entry.module.version for entry in self._graph.modules}
        others = sorted(module for module in listed.giving if versions.get(module.path) != module.version)
        if others:
            there = versions.get(others[0].path)
            reason = (
                f"vendor/ has {others[0]}, and the build list {there or 'does not have it'}: built is what lies in "
                f"vendor/ ({len(others):,} such modules)"
            )
            self._miss(reason, "go mod vendor")
            self._notes.append(Note(code="vendor-differs", message=reason))

    def _miss(self, reason: str, remedy: str) -> None:
        self._gaps.append(Gap(wanted=_WANTED, reason=reason, remedy=remedy, subject=self._inputs.name))

    def _by_go(self, vendored: VendorList | None) -> BuiltPackages | None:
        """Ask the go command, None when there is none, or it does not say."""
        command = self._command()
        if command is None:
            return None
        try:
            folders = [*self._roots().values()]
            used = command.list_used(folders, tests=self._tests, vendor=vendored is not None)
        except SourceError as err:
            self._notes.append(Note(code="packages-without-go", message=f"go does not list packages: {err}"))
            return None
        return BuiltPackages(
            gives=_known(self._paths, used.packages, whole=not used.faults),
            by=PackagesBy.GO,
            packages=used.packages,
            test_packages=used.test_packages,
            faults=used.faults,
            test_faults=used.test_faults,
            with_c=used.with_c,
            with_objects=used.with_objects,
            programs=used.programs,
            from_vendor=vendored is not None,
        )

    def _scan(self, vendored: VendorList | None) -> BuiltPackages:
        """Follow the imports of the source files."""
        from supplymatrix.gomod.build_constraint import BuildContext
        from supplymatrix.sources.packages import VendorFolder, find_packages

        vendor, modules = None, {}
        if vendored is not None:
            vendor = VendorFolder(folder=self._inputs.folder / "vendor", owners=vendored.owners)
        else:
            modules = {path: self._folder_of(path) for path in self._paths if path not in self._mains}
        target = self._target
        tags = frozenset(target.tags)
        context = BuildContext(
            goos=target.goos, goarch=target.goarch, cgo=target.cgo, tags=tags, go_minor=target.go_minor
        )
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
            with_objects=found.with_objects,
            programs=found.programs,
            importers=found.importers,
            standard=found.standard,
            standard_in_tests=found.standard_in_tests,
        )

    def _told(self, found: BuiltPackages) -> BuiltPackages:
        """Return what was found with notes and gaps on what was not."""
        faults = (*found.faults, *found.test_faults)
        if faults:
            text = (
                f"packages that could not be found: {len(faults)}, the first one {faults[0]}; of a module from which "
                "no package was seen nobody can say that it gives none"
            )
            self._notes.append(Note(code="packages-missing", message=text))
        taken = {*found.packages, *found.test_packages}
        if found.by is not PackagesBy.NOBODY and not taken & {*self._roots()}:
            target = self._target
            tags = f" with the tags {','.join(target.tags)}" if target.tags else ""
            reason = f"no package of it is part of a build for {target.goos}/{target.goarch}{tags}"
            self._miss(reason, "name another system with --os, another processor with --arch, or tags with --tags")
            self._notes.append(Note(code="packages-none", message=f"{self._inputs.name}: {reason}"))
        for text in self._target.unfollowed:
            self._miss(f"{text} is not reckoned with here", "unset it, or build without it")
            self._notes.append(Note(code="build-unfollowed", message=f"{text} is not reckoned with here"))
        return changed(found, notes=tuple(self._notes), gaps=tuple(self._gaps))


def _known(paths: Sequence[str], used: Iterable[str], *, whole: bool) -> dict[str, bool | None]:
    """Return what is known of each module. whole: every package was found, so that the others give none."""
    giving = {*used}
    return {path: True if path in giving else False if whole else None for path in paths}
