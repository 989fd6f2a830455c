"""What compiled programs say that they are made of, brought together: each module once, with the programs that have it.

    programs = [program_of(found, name) for found in …]
    for part in parts_of(programs):
        part.module, part.replaces, part.sums, part.programs

A program's word is taken as it is, and never mended: what is no version that a module can have ("(devel)", "") is none,
and a folder that replaces a module is a folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from supplymatrix.gomod.build_info import BuildInfo, BuiltModule
from supplymatrix.gomod.ldflags import without_secrets
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.program import ProgramState, SecretFlag
from supplymatrix.model.value import value
from supplymatrix.sbom.document import ProgramFile
from supplymatrix.sbom.purl import module_of_purl

__all__ = ["OPAQUE", "Part", "SbomProgram", "is_module_version", "parts_of", "program_of"]

OPAQUE = frozenset({ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED})
"""States of programs whose modules nobody can tell."""

_BY_NAME = "command-line-arguments"
"""What the go command calls a main package, and before Go 1.18 a module, of files that were named one by one."""
_DIRECTORY = re.compile(r"\.{1,2}(?:[/\\].*)?|[/\\].*|[A-Za-z]:.*", re.DOTALL)
_NO_VERSIONS = frozenset({"", "(devel)"})
_NO_MODULE = ModuleVersion(path="", version="")


@value
class Linked:
    """One module in one program. module: what was built, with a version only where it is one that a module can have.

    replaces: in whose place, None for its own; directory: the folder that was built, "" for none or an unknown one.
    recorded: the version as the program has it. sum: its h1, "" without.
    """

    module: ModuleVersion
    recorded: str
    sum: str = ""
    replaces: ModuleVersion | None = None
    directory: str = ""

    @property
    def path(self) -> str:
        """The path by which packages of it are imported."""
        return self.replaces.path if self.replaces is not None else self.module.path


@value
class SbomProgram:
    """One program, as a bill takes it. name: as it is called in the bill. settings: without secrets. main: its main
    module, None where it names none. deps: all others. packages: by module path how many of its packages have functions
    in it, "" for the standard library; None where that is not known. strangers: packages that have functions in it and
    belong to no module that it names. image: digest of its image's manifest, "" for none. also: other names of the
    same file."""

    name: str
    file: ProgramFile
    read: ReadProgram
    settings: tuple[tuple[str, str], ...] = ()
    secrets: tuple[SecretFlag, ...] = ()
    main: Linked | None = None
    deps: tuple[Linked, ...] = ()
    packages: Mapping[str, int] | None = None
    strangers: tuple[str, ...] = ()
    image: str = ""
    also: tuple[str, ...] = ()

    @property
    def info(self) -> BuildInfo | None:
        """Its build info, None where that cannot be read."""
        return self.read.info

    @property
    def package(self) -> str:
        """Its main package, "" where it does not say, or has none but files that were named one by one."""
        path = self.info.path if self.info is not None else ""
        return "" if path == _BY_NAME else path

    @property
    def uses_cgo(self) -> bool | None:
        """Whether what joins Go and C is in it, None where that is not known."""
        return None if self.read.packages is None else "runtime/cgo" in self.read.packages

    def setting(self, key: str) -> str:
        """Return a build setting, "" for one that was not recorded."""
        return next((text for name, text in self.settings if name == key), "")


@value
class Part:
    """One module of all programs. module, replaces, directory: as in `Linked`. by_sum: each h1 with the programs that
    record it, "" for those that record none. recorded: the versions as programs have them. programs: those that have
    it, sorted. is_main: it is the main module of one. packages: the most packages with functions that one program has
    of it, None = not known."""

    module: ModuleVersion
    replaces: ModuleVersion | None
    directory: str
    by_sum: tuple[tuple[str, tuple[str, ...]], ...]
    recorded: tuple[str, ...]
    programs: tuple[str, ...]
    is_main: bool = False
    packages: int | None = None

    @property
    def sums(self) -> Mapping[str, tuple[str, ...]]:
        """The hashes, with the programs that record each."""
        return dict(self.by_sum)

    @property
    def is_local(self) -> bool:
        """Whether it has no version, so that nothing says what is in it."""
        return not self.module.version

    @property
    def is_folder(self) -> bool:
        """Whether it was built from a folder."""
        return self.is_local and (bool(self.directory) or set(self.recorded) <= _NO_VERSIONS)

    @property
    def why_no_version(self) -> str:
        """Why it has no version, a clause."""
        if self.is_folder:
            return f"it was built from a folder{f', {self.directory},' if self.directory else ''}".rstrip(",")
        return f"the program records {', '.join(self.recorded)}, which no module of this path can have"

    @property
    def path(self) -> str:
        """The path in the build list."""
        return self.replaces.path if self.replaces is not None else self.module.path


def program_of(
    name: str, file: ProgramFile, read: ReadProgram, image: str = "", also: tuple[str, ...] = ()
) -> SbomProgram:
    """Return a program as a bill takes it."""
    info = read.info
    if info is None:
        return SbomProgram(name=name, file=file, read=read, image=image, also=also)
    settings, secrets = without_secrets(info.settings)
    main = _linked(info.main) if info.main is not None and info.main.path not in ("", _BY_NAME) else None
    deps = tuple(_linked(dep) for dep in info.deps if dep.path)
    packages, strangers = _packages(read.packages, [one.path for one in (*([main] if main else ()), *deps)], main)
    return SbomProgram(
        name=name, file=file, read=read, settings=settings, secrets=secrets, main=main, deps=deps,
        packages=packages, strangers=strangers, image=image, also=also,
    )  # fmt: skip


def parts_of(programs: Sequence[SbomProgram], *, with_mains: bool) -> tuple[Part, ...]:
    """Return the modules of programs, each once, sorted. with_mains: the main modules too."""
    found: dict[tuple[ModuleVersion, ModuleVersion, str], list[tuple[SbomProgram, Linked]]] = {}
    for program in programs:
        mains = (program.main,) if with_mains and program.main is not None else ()
        for linked in (*mains, *program.deps):
            key = (linked.module, linked.replaces or _NO_MODULE, linked.directory)
            found.setdefault(key, []).append((program, linked))
    return tuple(_part(found[key]) for key in sorted(found))


def is_module_version(path: str, version: str) -> bool:
    """Tell whether a module of a path can have a version: one that a purl can name."""
    module = ModuleVersion(path=path, version=version)
    try:
        return bool(version) and module_of_purl(module.purl) == module
    except ValueError:  # a lone surrogate
        return False


def _linked(recorded: BuiltModule) -> Linked:
    taken = recorded.replaced_by
    if taken is None:
        module = _module(recorded.path, recorded.version)
        return Linked(module=module, recorded=recorded.version, sum=recorded.sum if module.version else "")
    replaces = _module(recorded.path, recorded.version)
    module = _module(taken.path, taken.version)
    if module.version:
        return Linked(module=module, recorded=taken.version, sum=taken.sum, replaces=replaces)
    is_folder = _DIRECTORY.fullmatch(taken.path) is not None
    return Linked(
        module=ModuleVersion(path=recorded.path if is_folder else taken.path, version=""),
        recorded=taken.version,
        replaces=replaces,
        directory=taken.path if is_folder else "",
    )


def _module(path: str, version: str) -> ModuleVersion:
    return ModuleVersion(path=path, version=version if is_module_version(path, version) else "")


def _part(found: Sequence[tuple[SbomProgram, Linked]]) -> Part:
    first = found[0][1]
    sums: dict[str, set[str]] = {}
    for program, linked in found:
        sums.setdefault(linked.sum, set()).add(program.name)
    counts = [program.packages.get(linked.path, 0) for program, linked in found if program.packages is not None]
    return Part(
        module=first.module,
        replaces=first.replaces,
        directory=first.directory,
        by_sum=tuple((text, tuple(sorted(sums[text]))) for text in sorted(sums)),
        recorded=tuple(sorted({linked.recorded for _, linked in found})),
        programs=tuple(sorted({program.name for program, _ in found})),
        is_main=any(program.main is linked for program, linked in found),
        packages=max(counts) if len(counts) == len(found) else None,
    )


def _packages(
    linked: Sequence[str] | None, modules: Sequence[str], main: Linked | None
) -> tuple[Mapping[str, int] | None, tuple[str, ...]]:
    """Return how many packages belong to each module, and those that belong to none."""
    if linked is None:
        return None, ()
    known = frozenset(modules)
    counts: Counter[str] = Counter()
    strangers = []
    for package in linked:
        if package == "main":
            counts[main.path if main is not None else ""] += main is not None
            continue
        module = next((path for path in _upwards(package) if path in known), None)
        if module is None and "." in package.partition("/")[0]:
            strangers.append(package)
        else:
            counts[module or ""] += 1
    return MappingProxyType(dict(counts)), tuple(strangers)


def _upwards(package: str) -> Iterator[str]:
    """Yield a path, and those above it."""
    while package:
        yield package
        package = package.rpartition("/")[0]
