"""Code that is not Go in a compiled program: what it loads at its start, which packages call C, what the table adds.

    found = program_facts("bin/app", read)
    found.native, found.national, found.c_packages, found.target

CGO_ENABLED=1 among the settings is no sign of C: it is recorded where C was allowed, not where it was linked. The sign
is the package runtime/cgo. Without a function table that can be read nothing of this is known, and a gap tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.gomod.build_constraint import KNOWN_OS
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule
from supplymatrix.gomod.program import ReadProgram
from supplymatrix.gomod.program_c import RUNTIME_CGO
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.native_code import LinkMode, NationalAlgorithm, NativeCode, NativeProof
from supplymatrix.model.native_run import CgoTarget, CPackage
from supplymatrix.model.value import changed, value
from supplymatrix.native.libraries import KnownLibrary, find_library
from supplymatrix.native.module_facts import c_library_fact, library_source, table_facts
from supplymatrix.native.modules import KnownModule, find_modules
from supplymatrix.native.national import national_in
from supplymatrix.native.positions import position_of

__all__ = ["ProgramSide", "program_facts"]

_OF_GO = frozenset({"net", "os/user", "runtime/cgo", "plugin", "crypto/internal/boring", "crypto/x509", "runtime"})
"""Packages of Go itself that call C."""
_BORING = "crypto/internal/boring"
_LOADERS = ("libc.so", "ld-linux", "ld-musl", "libdl.so", "libpthread.so", "libm.so", "librt.so", "libresolv.so")


@value
class ProgramSide:
    """What was found of one program. unknown: why nobody can say, "" when somebody can. notes: in words."""

    native: tuple[NativeCode, ...]
    national: tuple[NationalAlgorithm, ...]
    c_packages: tuple[CPackage, ...]
    target: CgoTarget
    unknown: str = ""
    notes: tuple[str, ...] = ()


def program_facts(name: str, read: ReadProgram) -> ProgramSide:
    """Return what a program shows of code that is not Go."""
    place = Location(artifact=name, pointer="function table")
    has_c = None if read.packages is None else RUNTIME_CGO in read.packages
    look = _Look(name, read, place)
    native = [*look.libraries(), *look.c_library(), *look.modules(), *look.boring()]
    target = CgoTarget(
        name=name,
        goos=read.goos,
        goarch=read.goarch,
        cgo=has_c,
        tags=look.tags(),
        c_library=read.c_library or look.loaded_c_library(),
        why="by its function table" if has_c is not None else "",
        is_program=True,
    )
    reason = ""
    if has_c is None:
        reason = read.reason or "its function table cannot be read"
    return ProgramSide(
        native=tuple(dict.fromkeys(native)),
        national=tuple(look.national()),
        c_packages=tuple(look.c_packages()),
        target=target,
        unknown=reason,
        notes=tuple(look.notes(has_c=has_c)),
    )


class _Look:
    def __init__(self, name: str, read: ReadProgram, place: Location) -> None:
        self._name = name
        self._read = read
        self._place = place
        self._info: BuildInfo | None = read.info
        self._modules = dict(_modules(read.info))
        self._calling = [package for package in read.c_packages if package not in _OF_GO]

    def libraries(self) -> Iterator[NativeCode]:
        """Yield the libraries that the program loads at its start, but for those of the system."""
        for file in dict.fromkeys(self._read.libraries):
            library = find_library(file, self._read.goos)
            if (
                file.rpartition("/")[2].startswith(_LOADERS)
                or (library is not None and library.is_system)
                or self._is_of_mac(file)
            ):
                continue
            owner = self._owner(library)
            yield self._fact(owner, library, file, LinkMode.DYNAMIC, NativeProof.PROGRAM, files=(file,))

    def _is_of_mac(self, file: str) -> bool:
        """Return whether a file is one of macOS, which keeps its own libraries there; elsewhere others' lie there."""
        is_there = file.startswith(("/usr/lib/", "/System/Library/", "/System/iOSSupport/"))
        return is_there and self._read.format not in ("ELF", "PE")

    def c_library(self) -> Iterator[NativeCode]:
        """Yield the C library, where the program has one in it or loads one."""
        callers = self._read.c_packages
        if self._read.c_library:
            yield c_library_fact(
                self._place, callers, program=self._name, name=self._read.c_library, static=True
            )  # fmt: skip
        elif self._read.format == "ELF" and self.loaded_c_library():
            yield c_library_fact(self._place, callers, program=self._name, name=self.loaded_c_library())

    def loaded_c_library(self) -> str:
        """Return the C library that is loaded at the start, "" for none."""
        if "ld-musl" in self._read.interpreter or any(file.startswith("libc.musl") for file in self._read.libraries):
            return "musl"
        if "ld-linux" in self._read.interpreter or "libc.so.6" in self._read.libraries:
            return "glibc"
        return ""

    def modules(self) -> Iterator[NativeCode]:
        """Yield what modules bring: by the table where it knows them, else that they call C."""
        dynamic = {library.name for file in self._read.libraries if (library := find_library(file)) is not None}
        for path, module in sorted(self._modules.items()):
            rows = find_modules(path)
            packages = [package for package in self._read.packages or () if _is_of(package, path)]
            calling = [package for package in self._calling if self._module_of(package) == path]
            if not packages and path != self._main():
                continue
            yield from table_facts(module, self._place, self._name)
            told = [row for row in rows if self._holds(row, path, packages)]
            for row in told:
                for name in row.libraries or ("",):
                    library = find_library(name)
                    if library is not None and library.name in dynamic and row.mode is LinkMode.DYNAMIC:
                        continue  # told by what the program loads
                    yield self._of_row(module, row, library, name, calling or packages)
            if calling and not told:
                yield self._unknown(module, calling)

    def _holds(self, row: KnownModule, path: str, packages: Sequence[str]) -> bool:
        """Return whether what the table says of a module is in this program: C is linked in with the package that
        brings it, whether or not a function of it is called."""
        if row.mode is LinkMode.TRANSLATED or not (row.without_cgo or RUNTIME_CGO in (self._read.packages or ())):
            return False
        words = row.conditions.replace(",", " ").split()
        if words[:1] == ["package"]:
            return any(package == f"{path}/{words[1]}" for package in packages)
        return self._read.goos in words if words and words[0] in KNOWN_OS else True

    def _of_row(
        self, module: ModuleVersion, row: KnownModule, library: KnownLibrary | None, name: str, packages: Sequence[str]
    ) -> NativeCode:
        fact = self._fact(module, library, name, row.mode, NativeProof.TABLE, packages=tuple(packages)[:20])
        return changed(
            fact,
            notes=tuple(filter(None, (row.remark, f"the table's row: {row.source}"))),
            is_crypto=fact.is_crypto or row.is_crypto,
        )

    def _unknown(self, module: ModuleVersion, calling: Sequence[str]) -> NativeCode:
        """Return that a module calls C, of which the program does not say which it is."""
        only_libc = all(file.rpartition("/")[2].startswith(_LOADERS) for file in self._read.libraries)
        return NativeCode(
            subject=module,
            library="",
            mode=LinkMode.LINKED,
            proof=NativeProof.PROGRAM,
            position=position_of("", LinkMode.LINKED),
            location=self._place,
            program=self._name,
            packages=tuple(calling)[:20],
            count=len(calling),
            notes=(
                "the program loads no library but the C library: what is called was compiled in, or is of that"
                if only_libc
                else "a program does not say which C its packages call: look at the module's files",
            ),
        )

    def boring(self) -> Iterator[NativeCode]:
        """Yield BoringCrypto, which Go's own packages bring where they were told to."""
        if _BORING in self._read.c_packages:
            library = find_library("boringcrypto")
            yield self._fact(_STD, library, "boringcrypto", LinkMode.PREBUILT, NativeProof.PROGRAM, packages=(_BORING,))

    def national(self) -> Iterator[NationalAlgorithm]:
        """Yield the packages with algorithms of national standards that are linked in."""
        for found in national_in(self._read.packages or ()):
            path = self._module_of(found.package)
            yield NationalAlgorithm(
                subject=self._modules.get(path, ModuleVersion(path=found.package, version="")),
                package=found.package,
                algorithms=found.algorithms,
                standard=found.standard,
                how="linked",
                location=self._place,
                program=self._name,
            )

    def c_packages(self) -> Iterator[CPackage]:
        """Yield the packages that call C."""
        for package in self._read.c_packages:
            path = self._module_of(package)
            module = self._modules.get(path)
            named = "std" if package in _OF_GO else str(module) if module is not None else ""
            path = self._info.path if self._info is not None and package == "main" else ""
            is_named = bool(path) and not path.startswith("command-line-arguments")
            yield CPackage(module=named, package=path if is_named else package, program=self._name)

    def notes(self, *, has_c: bool | None) -> Iterator[str]:
        """Yield what is to be known beside the facts."""
        if has_c is False and self._info is not None and self._info.setting("CGO_ENABLED") == "1":
            yield f"{self._name}: CGO_ENABLED=1 is recorded, and no C is linked in"
        if has_c and not self._read.c_library and not self._read.libraries and self._read.format == "ELF":
            yield f"{self._name}: it has a C library in it that names itself nowhere"

    def tags(self) -> tuple[str, ...]:
        """Return the build tags that are recorded."""
        said = self._info.setting("-tags") if self._info is not None else None
        return tuple(sorted(filter(None, (said or "").replace(",", " ").split())))

    def _fact(
        self,
        module: ModuleVersion,
        library: KnownLibrary | None,
        name: str,
        mode: LinkMode,
        proof: NativeProof,
        *,
        packages: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
    ) -> NativeCode:
        licence = library.licence if library is not None else ""
        return NativeCode(
            subject=module,
            library=library.name if library is not None else name,
            mode=mode,
            proof=proof,
            position=position_of(licence, mode),
            location=self._place,
            program=self._name,
            licence=licence,
            licence_from=library_source(library) if library is not None else "",
            files=files,
            count=len(files),
            packages=packages,
            is_crypto=library is not None and library.is_crypto,
        )

    def _owner(self, library: KnownLibrary | None) -> ModuleVersion:
        """Return whose library it is: the module that the table has it of, else the only one that calls C, else the
        program's own."""
        if library is not None:
            for path, module in sorted(self._modules.items()):
                names = (name for row in find_modules(path) for name in row.libraries)
                if any(library == find_library(name) for name in names):
                    return module
        callers = {self._module_of(package) for package in self._calling}
        only = callers.pop() if len(callers) == 1 else self._main()
        return self._modules.get(only, ModuleVersion(path=only or self._name, version=""))

    def _main(self) -> str:
        main = self._info.main if self._info is not None else None
        return main.path if main is not None else ""

    def _module_of(self, package: str) -> str:
        if package == "main":
            return self._main()
        parts = package.split("/")
        above = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((path for path in above if path in self._modules), "")


_STD = ModuleVersion(path="std", version="")


def _modules(info: BuildInfo | None) -> Iterator[tuple[str, ModuleVersion]]:
    """Yield path, as the compiler has it, and module of everything that a program names."""
    if info is None:
        return
    for module in (*([info.main] if info.main is not None else []), *info.deps):
        built: BuiltModule = module.replaced_by or module
        path = built.path if module.replaced_by is None or built.version else module.path
        yield module.path, ModuleVersion(path=path, version=built.version)


def _is_of(package: str, path: str) -> bool:
    return package == path or package.startswith(f"{path}/")
