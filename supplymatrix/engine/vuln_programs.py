"""Known vulnerabilities of compiled programs: by the modules that they name, and the function tables that they keep.

found = program_vulnerabilities(programs, databases, means)
found.vulnerabilities, found.gos, found.unchecked, found.gaps

A program says of what it is built; nothing of it is run. Where functions were not kept when it was read, its file is
opened once more, and only the functions that decide something are looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.means import Means
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule
from supplymatrix.gomod.goprivate import match as match_pattern
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.value import changed, value
from supplymatrix.model.verdict import Note
from supplymatrix.model.vulnerability import GoSupport, LevelBy, UncheckedModule, Vulnerability, VulnLevel
from supplymatrix.sources.programs import FoundProgram, ProgramsFound, find_programs
from supplymatrix.vulns.advisory import STDLIB
from supplymatrix.vulns.match import Linked, LinkedModule, Match, match_program, wanted_packages
from supplymatrix.vulns.symbols import symbols_by_package
from supplymatrix.vulns.versions import is_comparable, version_of_go

if TYPE_CHECKING:
    from supplymatrix.engine.vuln_databases import VulnDatabases
    from supplymatrix.gomod.program import ReadProgram
    from supplymatrix.vulns.index import VulnIndex

__all__ = ["KEPT_FOR", "ProgramVulns", "program_vulnerabilities", "read_with_functions"]

KEPT_FOR = 20
"""Named files up to which functions of all packages that databases speak of are kept when a program is read."""
_WANTED = "known vulnerabilities of "
_NO_TABLE = "its table of functions cannot be read: packages and functions could not be looked for"
_CHANGED = "it is not the program that was read before: functions could not be looked for"
_PLUGIN = "plugin"
_MAIN = "main"
_PRIVATE = "it is private, and no database here speaks of it"


@value
class ProgramVulns:
    """What was found. gos: the Go that built each. unchecked: modules without a version that can be compared. checked:
    how many module versions were held against the databases. notes: which forks entries were not held against."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    gos: tuple[GoSupport, ...] = ()
    unchecked: tuple[UncheckedModule, ...] = ()
    gaps: tuple[Gap, ...] = ()
    checked: int = 0
    notes: tuple[Note, ...] = ()


@value
class _Program:
    """A program as it is matched. main: the import path of what is linked as "main", "" where it stands as that."""

    found: FoundProgram
    info: BuildInfo
    linked: Linked
    main: str


def read_with_functions(paths: Sequence[Path], packages: AbstractSet[str], *, jobs: int) -> ProgramsFound:
    """Return the programs that paths lead to, with the functions of these packages where they are few files. Files that
    lie there plain are not hashed, since nothing is proven of them."""
    few = len(paths) <= KEPT_FOR and all(path.is_file() for path in paths)
    return find_programs(paths, jobs=jobs, functions_in={*packages, _MAIN} if few else frozenset(), hashes=False)


def program_vulnerabilities(
    found: ProgramsFound, databases: VulnDatabases, means: Means, *, private: str = ""
) -> ProgramVulns:
    """Return what is known of programs, in their order. private: patterns of GOPRIVATE; what they match counts as not
    checked, unless a database names it. What could not be looked at is a gap. Raises nothing."""
    from supplymatrix.engine.vuln_go import go_of_program, release_table

    index = databases.index
    programs: list[_Program] = []
    gaps: list[Gap] = []
    unchecked: list[UncheckedModule] = []
    sorter = _Sorter(private, index, unchecked)
    for one in found.programs:
        made = _program(one, sorter)
        gaps += _gaps_of(one, made)
        programs += [] if made is None else [made]
    wanted = {
        at: wanted_packages(program.linked, index)
        for at, program in enumerate(programs)
        if program.linked.packages is not None
    }
    functions = _Functions(means.jobs, found.functions_in).of(programs, wanted)
    vulnerabilities: list[Vulnerability] = []
    gos: list[GoSupport] = []
    table = release_table(means) if programs else None
    checked = 0
    for at, program in enumerate(programs):
        name, linked = program.found.name, program.linked
        if at not in functions and wanted.get(at):
            gaps.append(_gap(name, _CHANGED, "run it again when nobody writes to it"))
        matches = match_program(changed(linked, functions=functions.get(at)), index)
        vulnerabilities += [_vulnerability(match, program) for match in matches]
        checked += len(linked.all_modules)
        if table is not None and program.info.go_version:
            where = Location(artifact=name)
            gos.append(go_of_program(name, program.info.go_version, where, table, means.now.date()))
    return ProgramVulns(
        vulnerabilities=tuple(vulnerabilities),
        gos=tuple(gos),
        unchecked=tuple(unchecked),
        gaps=tuple(gaps),
        checked=checked,
        notes=tuple(sorter.notes),
    )


class _Sorter:
    """Tells modules that can be held against databases from others, which are kept in `unchecked`; of forks in `notes`
    which entries were not."""

    def __init__(self, private: str, index: VulnIndex, unchecked: list[UncheckedModule]) -> None:
        self._private = private
        self._index = index
        self._unchecked = unchecked
        self.notes: list[Note] = []

    def modules_of(self, info: BuildInfo, name: str) -> Iterator[LinkedModule]:
        """Yield the modules of a program that a database can speak of. One without a version is among them where
        entries concern every one of its versions."""
        for module in (*filter(None, [info.main]), *info.deps):
            linked = _linked(module)
            why = self._why_not(module, linked.subject, is_main=module is info.main)
            self._tell_fork(linked, name)
            if why:
                fact = UncheckedModule(
                    subject=linked.subject, reason=why, location=Location(artifact=name), program=name
                )
                self._unchecked.append(fact)
            if not why or self._index.affecting(linked.subject.path, linked.subject.version):
                yield linked

    def _tell_fork(self, module: LinkedModule, name: str) -> None:
        """Say that entries about a module were not held against what was built in its place."""
        path = module.original.path if module.original is not None else module.subject.path
        known = len(self._index.of_module(path)) if path != module.subject.path else 0
        if known:
            text = f"{name}: {module.subject} was built in the place of {path}"
            text += f": {known:,} entries about that were not held against it"
            self.notes.append(Note(code="vulns-fork", message=text))

    def _why_not(self, module: BuiltModule, subject: ModuleVersion, *, is_main: bool) -> str:
        if not is_comparable(subject.version):
            return _without_version(module, is_main=is_main)
        is_private = self._private and match_pattern(self._private, subject.path) is not None
        return _PRIVATE if is_private and not self._index.of_module(subject.path) else ""


def _program(found: FoundProgram, sorter: _Sorter) -> _Program | None:
    """Return a program to be matched, None for one that says nothing of itself."""
    info = found.read.info
    if info is None:
        return None
    modules = sorter.modules_of(info, found.name)
    main = info.path if info.setting("-buildmode") != _PLUGIN else ""
    read = found.read
    packages = None if read.packages is None else {main if main and one == _MAIN else one for one in read.packages}
    linked = Linked(
        modules=tuple(modules),
        go_version=info.go_version,
        packages=None if packages is None else frozenset(packages),
        goos=read.goos,
        goarch=read.goarch,
    )
    return _Program(found=found, info=info, linked=linked, main=main)


def _linked(module: BuiltModule) -> LinkedModule:
    named = ModuleVersion(path=module.path, version=module.version)
    if module.replaced_by is None:
        return LinkedModule(subject=named)
    used = ModuleVersion(path=module.replaced_by.path, version=module.replaced_by.version)
    return LinkedModule(subject=used, original=named)


def _without_version(module: BuiltModule, *, is_main: bool) -> str:
    if module.replaced_by is not None:
        return f"the folder {module.replaced_by.path} was built in its place, which has no version"
    if is_main:
        return "the main module was built without a version of its own"
    return f"{module.version!r} is no version that a database can speak of"


def _gaps_of(found: FoundProgram, program: _Program | None) -> Iterator[Gap]:
    """Yield what of a program cannot be looked at."""
    read = found.read
    if program is None:
        yield _gap(found.name, read.reason or "it says nothing of itself", "build it without packing or obfuscation")
        return
    info = program.info
    if not (info.main or info.deps or info.path):
        yield _gap(f"the modules of {found.name}", "it names no module", "look at it where it is built")
    if not version_of_go(info.go_version):
        told = f"its Go is {info.go_version!r}, which is no release" if info.go_version else "it does not name its Go"
        yield _gap(f"the standard library in {found.name}", told, "build it with a release of Go")
    if program.linked.packages is None:
        yield _gap(f"packages and functions in {found.name}", read.reason or _NO_TABLE, "build it without obfuscation")


def _gap(what: str, reason: str, remedy: str) -> Gap:
    return Gap(wanted=f"{_WANTED}{what}", reason=reason, remedy=remedy, location=Location(artifact=what))


def _vulnerability(match: Match, program: _Program) -> Vulnerability:
    advisory, module = match.advisory, match.module
    by = LevelBy.FUNCTIONS if match.looked is not VulnLevel.MODULE else LevelBy.MODULES
    notes = list(match.notes)
    if program.linked.packages is None:
        notes.append(_NO_TABLE)
    if module.subject.path == STDLIB and program.info.is_version_inferred:
        notes.append("which Go built it is inferred from its texts")
    return Vulnerability(
        advisory=advisory.id,
        subject=module.subject,
        level=match.level,
        looked=match.looked,
        level_by=by,
        review=advisory.review,
        summary=advisory.summary,
        database=advisory.database,
        location=Location(artifact=program.found.name),
        aliases=advisory.aliases,
        required=module.original.path if module.original is not None else "",
        program=program.found.name,
        packages=match.packages,
        symbols=match.symbols,
        fixed=match.fixed,
        published=advisory.published,
        url=advisory.url,
        severity=advisory.severity,
        is_malicious=advisory.is_malicious,
        notes=tuple(dict.fromkeys(notes)),
    )


class _Functions:
    """Functions of programs, read once more where they were not kept."""

    def __init__(self, jobs: int, kept: AbstractSet[str]) -> None:
        self._jobs = jobs
        self._kept = kept

    def of(
        self, programs: Sequence[_Program], wanted: Mapping[int, AbstractSet[str]]
    ) -> dict[int, Mapping[str, frozenset[str]]]:
        """Return the functions of each program by package. wanted: packages, by the program's place; a program that has
        none of them has no function that matters. One that cannot be read again is not in it."""
        found: dict[int, Mapping[str, frozenset[str]]] = {}
        again: dict[Path, list[int]] = {}
        for at, packages in wanted.items():
            program = programs[at]
            functions = program.found.read.functions
            if not packages:
                found[at] = {}
            elif functions is not None and _as_linked(packages, program) <= self._kept:
                found[at] = symbols_by_package(functions, packages, program.main)
            else:
                again.setdefault(program.found.path, []).append(at)
        for path, places in again.items():
            names = frozenset(name for at in places for name in _as_linked(wanted[at], programs[at]))
            reads = self._read(path, [programs[at] for at in places], names)
            for at, read in zip(places, reads, strict=True):
                if read is not None and read.functions is not None:
                    found[at] = symbols_by_package(read.functions, wanted[at], programs[at].main)
        return found

    def _read(self, path: Path, programs: Sequence[_Program], names: frozenset[str]) -> Sequence[ReadProgram | None]:
        """Return the programs of a file with the functions of some packages, None for each that is not there any more.

        A plain file is not hashed again: that its build info is the same is enough, since nothing is proven here.
        """
        if all(program.found.name.startswith(path.as_posix()) and not program.found.image for program in programs):
            reads = _read_plain(path, names)
            if reads is not None:
                return [_same(program, reads) for program in programs]
        found = find_programs([path], jobs=self._jobs, functions_in=names).programs
        by_name = {(one.name, one.sha256): one.read for one in found}
        return [by_name.get((program.found.name, program.found.sha256)) for program in programs]


def _as_linked(packages: Iterable[str], program: _Program) -> set[str]:
    """Return packages by the names that they have in the table of a program."""
    return {_MAIN if program.main and package == program.main else package for package in packages}


def _read_plain(path: Path, names: frozenset[str]) -> Sequence[ReadProgram] | None:
    """Return the programs of a plain file, None where it is none: an archive, or gone."""
    from supplymatrix.errors import InputError
    from supplymatrix.gomod.program import read_programs
    from supplymatrix.sources.binary import BINARY_LIMIT
    from supplymatrix.sources.containers import is_archive
    from supplymatrix.sources.pread import open_at

    try:
        with open_at(path, limit=BINARY_LIMIT) as file:
            if is_archive(file.read_at(0, min(512, file.size))):
                return None
            return read_programs(file, names)
    except (InputError, OSError, ValueError):
        return None


def _same(program: _Program, reads: Iterable[ReadProgram]) -> ReadProgram | None:
    plain = changed(program.found.read, functions=None)
    return next((read for read in reads if _unshared(read) == plain), None)


def _unshared(read: ReadProgram) -> ReadProgram:
    return changed(read, functions=None)
