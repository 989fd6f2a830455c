"""A compiled Go program as a whole: its build info, what is linked in, which libraries it loads, and what hides that.

for program in read_programs(file):
    program.state, program.info, program.packages, program.libraries
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.build_info import (
    BuildInfo,
    NoBuildInfoError,
    build_info_of,
    only_version,
    other_build_info,
    pieces,
    search_file,
)
from supplymatrix.gomod.executable import Part, Program
from supplymatrix.gomod.executable_formats import program_parts, read_part
from supplymatrix.gomod.packing import packed_by
from supplymatrix.gomod.pclntab import FunctionTable, find_function_table, linked_in, packages_of
from supplymatrix.gomod.program_c import RUNTIME_CGO, c_library_in, c_packages_of
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.program import ProgramState
from supplymatrix.model.value import changed, value

__all__ = ["ReadProgram", "read_programs"]

MAX_MARKS = 64 << 20
"""Bytes of a damaged or packed program that are searched for marks of Go."""

_MARKS = (b"\xff Go buildinf:", b'\xff Go build ID: "', b".go.buildinfo\0", b"gopclntab\0")
_SAME_SYSTEM = {"android": "linux", "ios": "darwin", "illumos": "solaris"}
_UNKNOWN = "unknown"
_ALWAYS = ("1.16", "1.18", "1.20")


@value
class ReadProgram:
    """One program of a file.

    info: what its build info says. None where none can be read: then its state is PACKED, OBFUSCATED or DAMAGED, and
    reason tells; a BARE one may have its Go version here. format: "ELF", "PE", "Mach-O", "XCOFF", "Plan 9",
    "WebAssembly", "" for a file in another one. goos, goarch: as its settings say, else as the format tells, ""
    unknown. libraries: dynamic libraries that it names, in their order; interpreter: of a dynamic ELF program, "" for
    none. packages: import paths in its function table, sorted, the main package as "main"; None where there is no table
    that can be read. functions: names in that table of the functions whose packages the reader asked for, as the table
    has them ("crypto/md5.(*digest).Write"), sorted; None where nobody asked, or packages is None. disputes: in what it
    contradicts itself as no linker does, a clause each. reason: why its state is no better, and what else is odd.
    c_packages: packages that call C, sorted. c_library: "glibc" or "musl" where a static program has that in it.
    """

    info: BuildInfo | None
    state: ProgramState
    format: str
    goos: str = ""
    goarch: str = ""
    libraries: tuple[str, ...] = ()
    interpreter: str = ""
    packages: tuple[str, ...] | None = None
    functions: tuple[str, ...] | None = None
    disputes: tuple[str, ...] = ()
    reason: str = ""
    c_packages: tuple[str, ...] = ()
    c_library: str = ""


@value
class _Functions:
    """What became of the table of functions. fault: why it cannot be read."""

    table: FunctionTable | None = None
    packages: tuple[str, ...] | None = None
    functions: tuple[str, ...] | None = None
    fault: str = ""
    c_packages: tuple[str, ...] = ()


def read_programs(file: ReadAt, functions_in: AbstractSet[str] = frozenset()) -> tuple[ReadProgram, ...]:
    """Return each program of a file: one, more only for fat Mach-O. functions_in: import paths of the packages whose
    functions are kept.

    Raises NoBuildInfoError for what is no Go program, OSError as the file does.
    """
    try:
        parts = program_parts(file)
        if parts is None:
            return (_of_other_format(file),)
        every, cut = list[ReadProgram | NoBuildInfoError](), 0
        for part in parts:
            cut += isinstance(part, InputError)
            every.append(_of_part(part, functions_in))
    except NoBuildInfoError:
        raise
    except InputError as err:
        every, cut = [_of_unread(file, err.diagnostics[0])], 0
    found = tuple(program for program in every if isinstance(program, ReadProgram))
    if not found:
        raise next(program for program in every if isinstance(program, NoBuildInfoError))
    if cut:
        dispute = f"{cut} of the {len(every)} programs in the file cannot be read"
        found = tuple(changed(program, disputes=(*program.disputes, dispute)) for program in found)
    missing = len(every) - len(found) - cut
    if missing:
        note = f"{missing} of the {len(every)} programs in the file are no Go programs"
        found = tuple(changed(program, reason=_joined(program.reason, note)) for program in found)
    return found


def _of_other_format(file: ReadAt) -> ReadProgram:
    info = search_file(file)
    return ReadProgram(
        info=info,
        state=ProgramState.SEARCHED,
        format="",
        goos=info.setting("GOOS") or "",
        goarch=info.setting("GOARCH") or "",
        reason="the file is in no known format; its build info was found by a search of the whole file",
    )


def _of_part(part: Part | InputError, functions_in: AbstractSet[str]) -> ReadProgram | NoBuildInfoError:
    if isinstance(part, InputError):
        return _no_program(part.diagnostics[0])
    try:
        program = read_part(part)
    except InputError as err:
        return _of_unread(part, err.diagnostics[0])
    functions = _functions(program, functions_in)
    try:
        info = build_info_of(program)
    except NoBuildInfoError as err:
        found = _without_info(program, functions, err)
    except InputError as err:
        found = _with_damage(program, functions, err.diagnostics[0])
    else:
        found = _with_info(program, info, functions)
    return found


def _of_unread(file: ReadAt, fault: Diagnostic) -> ReadProgram | NoBuildInfoError:
    """Return what is known of a file whose headers cannot be read."""
    packer = packed_by(file)
    state = ProgramState.PACKED if packer else ProgramState.DAMAGED
    if not packer and not _has_mark(file):
        return _no_program(fault)
    reason = _packed(file, packer) if packer else _said(fault)
    return ReadProgram(info=None, state=state, format="", reason=reason)


def _functions(program: Program, functions_in: AbstractSet[str]) -> _Functions:
    try:
        table = find_function_table(program)
        if table is None:
            return _Functions()
        if not table.since:
            return _Functions(table=table, fault="its table of functions has a magic that is none of Go's")
        functions = None
        if functions_in:
            packages, functions = linked_in(program, table, functions_in)
        else:
            packages = packages_of(program, table)
        calling = c_packages_of(program, table) if RUNTIME_CGO in packages else ()
        return _Functions(table=table, packages=packages, functions=functions, c_packages=calling)
    except InputError as err:
        return _Functions(fault=_said(err.diagnostics[0]))


def _with_info(program: Program, info: BuildInfo, functions: _Functions) -> ReadProgram:
    says_nothing = not (info.path or info.main or info.deps or info.settings)
    if says_nothing:
        hidden = _hidden(info, functions)
        if hidden:
            return _made(program, None, ProgramState.OBFUSCATED, _unnamed(functions), hidden)
        reason = "it names no module: it was built outside of module mode, or by another tool than the go command"
        return _made(program, info, ProgramState.BARE, functions, _joined(reason, functions.fault))
    state, reason = ProgramState.READ, ""
    if program.is_searched:
        state = ProgramState.SEARCHED
        reason = f"{program.format} has no place for build info; it was found by a search of the memory"
    other = other_build_info(program, info)
    disputes = list(_disputes(program, info))
    if other is not None and _is_of_same(info, other):
        disputes.append("another build info of the same program lies behind the one that counts")
    elif other is not None:
        reason = _joined(reason, f"the build info of another program, {other.path!r}, lies in its data")
    reason = _joined(reason, functions.fault)
    functions = changed(functions, packages=_with_main(info, functions.packages))
    return changed(_made(program, info, state, functions, reason), disputes=(*disputes, *program.notes))


def _with_main(info: BuildInfo, packages: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return packages with the main one as "main": in a plugin it stands under its own path."""
    if packages is None or info.setting("-buildmode") != "plugin":
        return packages
    return tuple(sorted({"main" if package == info.path else package for package in packages}))


def _is_of_same(info: BuildInfo, other: BuildInfo) -> bool:
    """Return whether two build infos are of one program; one that a program carries as data is a stranger's."""
    mains = [one.main.path if one.main is not None else "" for one in (info, other)]
    return info.path == other.path or (bool(mains[0]) and mains[0] == mains[1])


def _hidden(info: BuildInfo, functions: _Functions) -> str:
    """Return by what a program that names no module shows that it is obfuscated, "" when by nothing."""
    if info.go_version == _UNKNOWN:
        return 'its Go version is "unknown" and it names no module, as garble leaves it'
    return _hidden_functions(functions)


def _unnamed(functions: _Functions) -> _Functions:
    """Return a table whose names say nothing."""
    return changed(functions, packages=None, functions=None)


def _hidden_functions(functions: _Functions) -> str:
    if functions.table is not None and not functions.table.since:
        return "its table of functions has a magic that is none of Go's, as garble leaves it"
    if functions.packages is not None and "runtime" not in functions.packages:
        return "none of its functions has a name in the package runtime: names were replaced"
    return ""


def _without_info(program: Program, functions: _Functions, none: NoBuildInfoError) -> ReadProgram | NoBuildInfoError:
    table = functions.table
    hidden = _hidden_functions(functions)
    if hidden:
        return _made(program, None, ProgramState.OBFUSCATED, _unnamed(functions), hidden)
    if table is not None and program.is_searched:
        info = BuildInfo(go_version=program.version, format=program.format)
        return _made(program, info, ProgramState.BARE, functions, "it names no module")
    if table is not None and table.since in _ALWAYS:
        reason = (
            f"Go {table.since} and newer leave build info in every program, and there is none in its place: it was "
        )
        reason += "taken out or moved"
        return _made(program, None, ProgramState.DAMAGED, functions, reason)
    if table is not None:
        version = only_version(program.file, min(program.file.size, MAX_MARKS))
        info = BuildInfo(go_version=version, format=program.format, is_version_inferred=bool(version))
        reason = "it has no build info: a Go before 1.13 built it, or it was taken out"
        return _made(program, info, ProgramState.BARE, functions, reason)
    if functions.fault or program.has_own_section:
        reason = _joined("the place for its build info holds none", functions.fault)
        return _made(program, None, ProgramState.DAMAGED, functions, reason)
    packer = packed_by(program.file)
    if packer:
        return _made(program, None, ProgramState.PACKED, functions, _packed(program.file, packer))
    return none


def _with_damage(program: Program, functions: _Functions, fault: Diagnostic) -> ReadProgram | NoBuildInfoError:
    has_place = program.has_own_section or program.is_searched
    is_go = functions.table is not None or functions.fault or has_place or _has_mark(program.file)
    if not is_go:
        packer = packed_by(program.file)
        if packer:
            return _made(program, None, ProgramState.PACKED, functions, _packed(program.file, packer))
        return _no_program(fault)
    return _made(program, None, ProgramState.DAMAGED, functions, _joined(_said(fault), functions.fault))


def _made(
    program: Program, info: BuildInfo | None, state: ProgramState, functions: _Functions, reason: str
) -> ReadProgram:
    goos = (info.setting("GOOS") if info else None) or program.goos
    goarch = (info.setting("GOARCH") if info else None) or program.goarch
    brings_c = program.format == "ELF" and RUNTIME_CGO in (functions.packages or ()) and not program.linked.libraries
    return ReadProgram(
        info=info,
        state=state,
        format=program.format,
        goos=goos,
        goarch=goarch,
        libraries=program.linked.libraries,
        interpreter=program.linked.interpreter,
        packages=functions.packages,
        functions=functions.functions,
        c_packages=functions.c_packages if functions.packages is not None else (),
        c_library=c_library_in(program) if brings_c and not program.linked.interpreter else "",
        reason=_joined(reason, program.linked.fault and f"its list of libraries: {program.linked.fault}"),
    )


def _disputes(program: Program, info: BuildInfo) -> Iterator[str]:
    """Yield in what a program contradicts itself, so that another reader could come to another answer."""
    if program.start is not None and len(program.offsets(program.start)) > 1:
        yield "several of its segments claim the address of its build info; the first counts"
    for key, told in (("GOOS", program.goos), ("GOARCH", program.goarch)):
        recorded = info.setting(key)
        if recorded and told and _SAME_SYSTEM.get(recorded, recorded) != _SAME_SYSTEM.get(told, told):
            yield f"its settings say {key}={recorded}, its header {told}"


def _packed(file: ReadAt, packer: str) -> str:
    kind = "most likely a Go program, since the mark of Go's build info is still to be seen"
    if not _has_mark(file):
        kind = "whether it is a Go program cannot be told"
    return f"it is packed ({packer}): {kind}"


def _has_mark(file: ReadAt) -> bool:
    """Return whether something in the file's first bytes stands in Go programs alone."""
    longest = max(len(mark) for mark in _MARKS)
    return any(mark in data for _, data in pieces(file, 0, min(file.size, MAX_MARKS), longest) for mark in _MARKS)


def _no_program(fault: Diagnostic) -> NoBuildInfoError:
    return NoBuildInfoError(replace(fault, remedy=fault.remedy or "name a program that the go command has built"))


def _said(fault: Diagnostic) -> str:
    return f"{fault.message} ({fault.seen})" if fault.seen else fault.message


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
