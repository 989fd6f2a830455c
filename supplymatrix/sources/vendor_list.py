"""vendor/modules.txt: which modules the go command has copied packages from, and whether it would build from them.

    ## workspace
    # example.com/a v1.2.3
    ## explicit; go 1.20
    example.com/a/package
    # example.com/b v1.0.0 => ../b
    # example.com/b => ../b

It has the packages of builds for any system, and of the main modules' tests: it says whose a package is, and not what
one build takes.

Source: go.dev/ref/mod#go-mod-vendor; cmd/go internal/modload: vendor.go, init.go (setDefaultBuildMod), modfile.go.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goversion import go_version_key
from supplymatrix.gomod.modfile import GoMod, GoWork, Replace
from supplymatrix.model.module import ModuleVersion, check_import_path
from supplymatrix.model.semver import is_valid
from supplymatrix.model.value import value
from supplymatrix.sources.files import read_if_there

__all__ = [
    "VendorList", "Vendored", "inconsistencies", "is_vendor_used", "parse_vendor_list", "read_vendor_list",
]  # fmt: skip

_LIMIT = 64 << 20
MAX_MODULES = 20_000
MAX_PACKAGES = 200_000
"""What a list may have. The largest known have some hundred modules, and some thousand packages."""
_MOST_ODD = 20


@value
class VendorList:
    """packages: the packages that were copied from each module, at the version that was selected then; modules without
    any are left out. They are those of a build for any system, and of the main module's tests.

    explicit: modules that a main module's go.mod requires. replacements: of a module (without a version: of all its
    versions) to path and version, "" = the path is a folder. is_workspace: it was made for a workspace. lines: in which
    line each module stands, the first one. go: the go line that a module is said to have, of those that are said to
    have one. odd: numbers of the first lines that the go command does not write, and passes over.
    """

    packages: Mapping[ModuleVersion, tuple[str, ...]]
    explicit: frozenset[ModuleVersion] = frozenset()
    replacements: Mapping[ModuleVersion, tuple[str, str]] = MappingProxyType({})
    is_workspace: bool = False
    lines: Mapping[ModuleVersion, int] = MappingProxyType({})
    go: Mapping[ModuleVersion, str] = MappingProxyType({})
    odd: tuple[int, ...] = ()

    @property
    def giving(self) -> frozenset[ModuleVersion]:
        """The modules from which at least one package was copied."""
        return frozenset(self.packages)

    @property
    def owners(self) -> dict[str, str]:
        """The module of each package."""
        return {package: module.path for module, found in self.packages.items() for package in found}


class Vendored(NamedTuple):
    """What vendor/ must fit. mains: path, folder and go.mod of each main module; work: go.work and its folder."""

    mains: Sequence[tuple[str, Path, GoMod]]
    work: tuple[GoWork, Path] | None = None


def read_vendor_list(path: Path) -> VendorList | None:
    """Read a vendor/modules.txt, None when there is none. Raises InputError when it cannot be read."""
    data = read_if_there(path, _LIMIT, "vendor/modules.txt")
    if data is None:
        return None
    return parse_vendor_list(data)


def parse_vendor_list(data: bytes) -> VendorList:
    """Return what a vendor/modules.txt says. A line that is not understood counts for nothing, as in the go command.

    Raises InputError for one with more modules or packages than any project has.
    """
    reader = _ListReader()
    lines = data.decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines, start=1):
        if not reader.take(number, line):
            reader.note_odd(number)
    return VendorList(
        packages={module: tuple(sorted(found)) for module, found in reader.packages.items()},
        explicit=frozenset(reader.explicit),
        replacements=reader.replacements,
        is_workspace=lines[0].startswith("## ") and "workspace" in _marks(lines[0]),
        lines=reader.numbers,
        go=reader.go,
        odd=tuple(reader.odd),
    )


class _ListReader:
    """Reads a list line by line."""

    def __init__(self) -> None:
        self.packages: dict[ModuleVersion, list[str]] = {}
        self.explicit: set[ModuleVersion] = set()
        self.replacements: dict[ModuleVersion, tuple[str, str]] = {}
        self.numbers: dict[ModuleVersion, int] = {}
        self.go: dict[ModuleVersion, str] = {}
        self.odd: list[int] = []
        self._module: ModuleVersion | None = None
        self._count = 0

    def note_odd(self, number: int) -> None:
        """Remember a line that is not understood."""
        if len(self.odd) < _MOST_ODD:
            self.odd.append(number)

    def take(self, number: int, line: str) -> bool:
        """Take a line. Return whether it is one that the go command writes. Raises InputError for one too many."""
        if line.startswith("# "):
            return self._take_module(number, line.split())
        if self._module is None:
            return not line.strip() or (number == 1 and line.startswith("## ") and _marks(line) == ["workspace"])
        if line.startswith("## "):
            return self._take_marks(self._module, _marks(line))
        words = line.split()
        if len(words) != 1 or not _is_import_path(words[0]):
            return not words
        self._count += 1
        if self._count > MAX_PACKAGES:
            raise _too_many(f"more than {MAX_PACKAGES:,} packages", number)
        self.packages.setdefault(self._module, []).append(words[0])
        return True

    def _take_module(self, number: int, words: Sequence[str]) -> bool:
        if len(words) < 3:
            return False
        self._module = module = _module(words, self.replacements)
        if module is None:
            return False
        self.numbers.setdefault(module, number)
        if len(self.numbers) > MAX_MODULES:
            raise _too_many(f"more than {MAX_MODULES:,} modules", number)
        rest = len(words) - (3 if module.version else 2)
        return rest == 0 or module in self.replacements

    def _take_marks(self, module: ModuleVersion, marks: Sequence[str]) -> bool:
        is_usual = True
        for mark in marks:
            if mark == "explicit":
                self.explicit.add(module)
            elif mark.startswith("go "):
                self.go[module] = mark.removeprefix("go ")
            elif mark:
                is_usual = False
        return is_usual


def _too_many(seen: str, number: int) -> InputError:
    return InputError(
        Diagnostic(
            message="this is no list of vendored modules that any project has",
            artifact="vendor/modules.txt",
            line=number,
            seen=seen,
            expected=f"at most {MAX_MODULES:,} modules and {MAX_PACKAGES:,} packages",
            remedy="go mod vendor writes vendor/ anew",
        )
    )


def is_vendor_used(folder: Path, listed: VendorList | None, project: Vendored, *, mod: str = "") -> bool:
    """Return whether a build takes packages from vendor/ and from nowhere else. folder: where vendor/ would lie.
    listed: what its list says, None when it has none. mod: of -mod, "" when that is not given.
    """
    if mod:
        return mod == "vendor"
    go = project.work[0].go if project.work is not None else project.mains[0][2].go
    if go is None or go_version_key(go.text) < go_version_key("1.14"):
        return False
    is_for_workspace = listed is not None and listed.is_workspace
    return (folder / "vendor").is_dir() and is_for_workspace == (project.work is not None)


def inconsistencies(listed: VendorList, project: Vendored) -> Iterator[str]:
    """Yield why the go command refuses to build from vendor/: what go.mod says otherwise, a clause each."""
    go = project.mains[0][2].go
    is_old = project.work is None and (go is None or go_version_key(go.text) < go_version_key("1.14"))
    versions = {module.path: module.version for module in listed.packages}
    required = [entry.module for _, _, go_mod in project.mains for entry in go_mod.require]
    for module in required:
        if is_old:
            if versions.get(module.path, module.version) != module.version:
                yield f"{module} is required in go.mod, and it has version {versions[module.path]}"
        elif module not in listed.explicit:
            yield f"{module} is required in go.mod, and it does not have it as explicit"
    yield from _replaced_otherwise(listed, project, versions, is_old=is_old)
    known = {*required}
    for module in listed.packages:
        if module in listed.explicit and module not in known:
            yield f"it has {module} as explicit, and go.mod does not require it"
    for module, (path, version) in listed.replacements.items():
        if _replacement(module, project) is None:
            yield f"it has {_shown(module)} as replaced by {_named(path, version)}, and go.mod does not replace it"


def _replaced_otherwise(
    listed: VendorList, project: Vendored, versions: Mapping[str, str], *, is_old: bool
) -> Iterator[str]:
    """Yield the replacements that go.mod and go.work have, and the list has not, or otherwise."""
    files = [go_mod.replace for _, _, go_mod in project.mains]
    files += [project.work[0].replace] if project.work is not None else []
    for module in dict.fromkeys(entry.old for replaced in files for entry in replaced):
        wanted, seen = _replacement(module, project), listed.replacements.get(module)
        if wanted is None or wanted == seen:
            continue
        if seen is not None:
            yield f"{_shown(module)} is replaced by {_named(*wanted)} in go.mod, and by {_named(*seen)} in it"
        elif not is_old or (module.version and versions.get(module.path) == module.version):
            yield f"{_shown(module)} is replaced by {_named(*wanted)} in go.mod, and not in it"


def _replacement(module: ModuleVersion, project: Vendored) -> tuple[str, str] | None:
    """Return path and version of what replaces a module, as the list would have them; None when nothing does."""
    if not module.version and any(module.path == path for path, _, _ in project.mains):
        return None
    if project.work is not None:
        found = _of(module, project.work[0].replace)
        if found is not None:
            return found.new_path, found.new_version
    last = None
    for _, folder, go_mod in project.mains:
        found = _of(module, go_mod.replace)
        if found is not None:
            last = _from_work(found, folder, project), found.new_version
    return last


def _of(module: ModuleVersion, replaced: Sequence[Replace]) -> Replace | None:
    by_old = {entry.old: entry for entry in replaced}
    return by_old.get(module) or by_old.get(ModuleVersion(path=module.path, version=""))


def _from_work(found: Replace, folder: Path, project: Vendored) -> str:
    """Return the path of a replacement as it is seen from where vendor/ lies."""
    if found.new_version or project.work is None or os.path.isabs(found.new_path):  # noqa: PTH117 - a text of go.mod
        return found.new_path
    path = os.path.relpath(folder / found.new_path, project.work[1]).replace(os.sep, "/")
    return path if path in (".", "..") or path.startswith(("./", "../")) else f"./{path}"


def _module(words: Sequence[str], replacements: dict[ModuleVersion, tuple[str, str]]) -> ModuleVersion | None:
    """Return the module of a line of at least three words, None for one that is not understood; note what replaces
    it."""
    if is_valid(words[2]):
        module, rest = ModuleVersion(path=words[1], version=words[2]), words[3:]
    elif words[2] == "=>":
        module, rest = ModuleVersion(path=words[1], version=""), words[2:]
    else:
        return None
    if rest[:1] == ["=>"] and (len(rest) == 2 or (len(rest) == 3 and is_valid(rest[2]))):
        replacements[module] = rest[1], rest[2] if len(rest) == 3 else ""
    return module


def _is_import_path(text: str) -> bool:
    try:
        check_import_path(text)
    except InputError:
        return False
    return True


def _marks(line: str) -> list[str]:
    return [mark.strip() for mark in line.removeprefix("## ").split(";")]


def _shown(module: ModuleVersion) -> str:
    return str(module) if module.version else module.path


def _named(path: str, version: str) -> str:
    return f"{path}@{version}" if version else path
