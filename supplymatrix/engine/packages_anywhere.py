"""Which packages builds of a project take on any system and processor, beyond those of a build for this machine.

found = packages_anywhere(run, os.environ)
found.packages["example.com/a"]           # import paths of the module, as far as its files are here

No build takes all of them, and none takes others, but for tags that were not given, if it is not asked for these too.
`go vet` and tests of the project are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import MappingProxyType

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.gomod.any_platform import AnyPlatform
from supplymatrix.gomod.module_graph import ListedModule
from supplymatrix.model.value import value
from supplymatrix.sources.mod_files import ModFiles
from supplymatrix.sources.packages import VendorFolder, find_packages

__all__ = ["PackagesAnywhere", "packages_anywhere"]

_UNREADABLE = re.compile(r"ended early|cannot be (?:read|opened)|symbolic link (?:that )?leads out")
"""Of what is missing: what nobody could read. What else is missing is so on this platform alone, or builds nowhere."""

_Files = Mapping[str, tuple[tuple[str, Path], ...]]
_NONE: _Files = MappingProxyType({})


@value
class PackagesAnywhere:
    """packages: module path → import paths that some build takes, sorted. absent: modules that are not here, and that
    some build may take packages from. unreadable: what could not be read, so that there may be more. tags: those that
    were given; unmet_tags: others that files of the main modules ask for. with_c, with_objects, with_imports: as in
    `PackageFindings`. folders: module path → where its files lie, those of which there are any. standard: import paths
    of the standard library that these packages import."""

    packages: Mapping[str, tuple[str, ...]]
    absent: frozenset[str] = frozenset()
    unreadable: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    unmet_tags: tuple[str, ...] = ()
    with_c: _Files = _NONE
    with_objects: _Files = _NONE
    with_imports: _Files = _NONE
    folders: Mapping[str, Path] = MappingProxyType({})
    standard: tuple[str, ...] = ()


def packages_anywhere(
    run: GraphRun,
    environ: Mapping[str, str],
    *,
    tags: AbstractSet[str] | None = None,
    watched: AbstractSet[str] = frozenset(),
    every_tag: bool = False,
    member: str = "",
) -> PackagesAnywhere:
    """Return the packages of a project's builds for any platform; none where there is no build list. tags: of the
    builds, None = as GOFLAGS says. watched: imports whose files are told. every_tag: builds with other tags as well.
    member: the one main module of a workspace whose packages are built, "" = all of them."""
    if run.graph is None or run.inputs is None:
        return PackagesAnywhere(packages={})
    from supplymatrix.net.settings import read_env_values
    from supplymatrix.sources.build_target import find_target
    from supplymatrix.sources.modcache import module_cache

    values = read_env_values(environ)
    told = find_target(environ, values, goos="", goarch="", cgo=False, tags=None).tags if tags is None else sorted(tags)
    mains = {main.path: main.folder for main in run.inputs.mains}
    vendor = _vendor_of(run)
    modules: dict[str, Path | None] = {}
    if vendor is None:
        files = ModFiles(module_cache(environ, values), {}, run.inputs.folders)
        modules = {
            listed.module.path: _folder(listed, files)
            for listed in run.graph.modules
            if listed.module.path not in mains
        }
    anywhere = AnyPlatform(tags=frozenset(told), go_minor=run.go_minor, every_tag=every_tag)
    roots = frozenset([member]) if member else None
    found = find_packages(mains, modules, context=anywhere, vendor=vendor, watched=watched, roots=roots)
    folders = {**{path: folder for path, folder in modules.items() if folder is not None}, **mains}
    if vendor is not None:
        folders |= {path: vendor.folder / path for path in found.used if path not in mains}
    return PackagesAnywhere(
        packages=found.used,
        absent=frozenset(entry.absent for entry in found.missing if entry.absent),
        unreadable=tuple(
            f"{entry.import_path}: {entry.reason}" for entry in found.missing if _UNREADABLE.search(entry.reason)
        ),
        tags=tuple(told),
        unmet_tags=found.unmet_tags,
        with_c=found.with_c,
        with_objects=found.with_objects,
        with_imports=found.with_imports,
        folders=folders,
        standard=tuple(sorted(found.standard)),
    )


def _folder(listed: ListedModule, files: ModFiles) -> Path | None:
    if listed.effective is not None:
        return files.folder_in_cache(listed.effective)
    return files.folder_of(listed.replacement) if listed.replacement is not None else None


def _vendor_of(run: GraphRun) -> VendorFolder | None:
    """Return vendor/ where it is what is built."""
    if not run.from_vendor or run.inputs is None:
        return None
    from supplymatrix.sources.vendor_list import read_vendor_list

    try:
        listed = read_vendor_list(run.inputs.folder / "vendor" / "modules.txt")
    except InputError:
        listed = None
    if listed is None:
        return None
    return VendorFolder(folder=run.inputs.folder / "vendor", owners=listed.owners)
