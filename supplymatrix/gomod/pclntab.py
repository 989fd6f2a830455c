r"""The table of functions that Go's runtime needs for its stack traces, and that no stripping removes: pclntab.

    magic            4 bytes in the program's byte order: fffffffb Go 1.2, fffffffa 1.16, fffffff0 1.18, fffffff1 1.20
    0 0              2 bytes
    quantum          1 byte: bytes of the shortest instruction, 1, 2 or 4
    pointer          1 byte: bytes of a pointer, 4 or 8
    from Go 1.16     words: functions, files, [from 1.18: address of the code,] offsets of the names, of the units, of
                     the files, of the line tables, of the functions' rows
    up to Go 1.15    a word: functions; then rows of code address and offset of what is known of the function, which
                     begins with that address and, in 4 bytes, the offset of its name; behind them the address of the
                     end of the code and, in 4 bytes, the offset of the files

All offsets count from the magic. From Go 1.16 on the names lie together, each with a NUL behind it, those of inlined
functions among them; the table of units follows. Up to Go 1.15 names of inlined functions stand between what is known
of the functions, behind the NUL of another name, and nothing in the table points to them; the files come after that:
in 4 bytes their number and one, and the offset of each one's name.

A name is the import path, a dot and what the package calls the function: "net/http.(*Client).Do",
"gopkg.in/yaml%2ev3.Unmarshal", "slices.SortFunc[go.shape.[]string]", "main.run.func1". Dots in the last element of the
path are written "%2e", as other odd bytes are. Names of the compiler ("type:.eq.…", "go:buildid") and of assembly
("_rt0_amd64") have no package.

Source: Go runtime/symtab.go, debug/gosym, cmd/link/internal/ld/pcln.go, cmd/internal/objabi (PathToPrefix).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from urllib.parse import unquote_to_bytes

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import pieces
from supplymatrix.gomod.executable import Program, damaged
from supplymatrix.model.value import value

__all__ = [
    "FunctionTable", "find_function_table", "function_names", "linked_in", "linker_path", "packages_of",
    "packages_with",
]  # fmt: skip

MAX_NAMES = 64 << 20
"""Bytes of all names; those of the largest known programs are some 20 MB."""
MAX_FUNCTIONS = 2_000_000
MAX_PACKAGES = 20_000
MAX_KEPT = 200_000
"""Names of functions that are kept of one program."""
MAX_PATH = 512
"""Bytes of an import path."""
MAX_SEARCH = 512 << 20
"""Bytes of a program that are searched for a table."""
MAX_HEADERS = 4_096
"""Places that look like a table at first sight."""
MAX_OLD = 96 << 20
"""Bytes of a whole table of Go 1.15 or older."""
MAX_NAME = 1 << 16
"""Bytes of one name in such a table; compilers write types without a name out, so that it may be long."""

_SECTIONS = (".gopclntab", ".data.rel.ro.gopclntab", "__gopclntab")
_SINCE = {0xFFFFFFFB: "1.2", 0xFFFFFFFA: "1.16", 0xFFFFFFF0: "1.18", 0xFFFFFFF1: "1.20"}
_HEADER = 8
_LONGEST = _HEADER + 8 * 8
_MAX_TABLES = 8
_PIECE = 1 << 20
_ROWS = 4_096
_OLD_ROWS = ("1.2", "1.16")  # with addresses of code, and not offsets of 4 bytes
_QUANTA = {"amd64": (1,), "386": (1,), "wasm": (1,), "arm": (4,), "arm64": (4,), "s390x": (2,), "ppc64": (4,)}
_ABI0 = b".abi0"
_OF_THE_LINKER = b"__x86.get_pc_thunk."  # reads its own address, in 386
_C_SUFFIXES = (b".cold", b".part.", b".isra.", b".constprop.", b".llvm.")
_NOT_A_PACKAGE = (b"go", b"type")
_OF_A_TYPE = b"type.."
_OF_THE_RUNTIME = frozenset(
    {
        b"os/signal.signal_ignored",
        b"runtime/debug.SetTraceback",
        b"runtime/debug.setGCPercent",
        b"runtime/trace.runtime_traceClockUnitsPerSecond",
        b"sync.event",
        b"syscall.compileCallback",
        b"time.Sleep",
        b"time.now",
        b"time.resetTimer",
        b"time.stopTimer",
    }
)
"""Functions that the runtime has under the name of another package and needs itself: they stand in programs, too, into
which that package is not linked."""
_PATH = re.compile(rb"[0-9A-Za-z_~+\-./%\x80-\xff]+")
_TEXT = re.compile(rb"(?<=\0)[\x20-\x7e\x80-\xff]{3,}(?=\0)")
_PLAIN_PATH = re.compile(rb"[a-z][0-9A-Za-z_~+\-./%]{3,}|[0-9a-z\-]+\.[0-9a-z.\-]+/[0-9A-Za-z_~+\-./%]+")
_MAX_FILES = 1_000_000


@value
class FunctionTable:
    """Where a table lies. since: the first Go that wrote this form, "1.20"; "" for a header of the right form whose
    magic is none of Go's. address: of the magic. functions: how many have code of their own. names, names_length: the
    offset of the names from the magic, and their bytes; both 0 up to Go 1.15, where they lie scattered. rows: the
    offset of the functions' rows."""

    since: str
    address: int
    functions: int
    names: int
    names_length: int
    rows: int


def find_function_table(program: Program) -> FunctionTable | None:
    """Return the table of a program, None when it has none: then it is most likely no Go program.

    The section for it counts, if there is one; else the segments are searched, and of several tables the one that the
    program's own data point to. Raises InputError for a damaged one, and where it cannot be told which one counts;
    OSError as the file does.
    """
    section = program.section(*_SECTIONS)
    if section is not None:
        found = _table_at(program, section.address)
        if found is None:
            raise damaged(f"its section {section.name} holds no table of functions", f"at {section.address:#x}")
        return found
    candidates = list(islice((table for table in _search(program) if _is_plausible(program, table)), _MAX_TABLES))
    if len(candidates) > 1:  # a program may carry another one as data
        candidates = [table for table in candidates if _is_pointed_to(program, table)] or candidates
    if len(candidates) > 1:
        raise damaged("it holds several tables of functions, and which counts cannot be told", f"{len(candidates)}")
    return candidates[0] if candidates else None


def function_names(program: Program) -> tuple[str, ...]:
    """Return the names of all functions that are linked in or were inlined, sorted, each once, without the suffix
    ".abi0" of assembly's wrappers; () where there is no table. Raises as `find_function_table` does."""
    table = find_function_table(program)
    if table is None:
        return ()
    found = {name.removesuffix(_ABI0).decode("utf-8", "replace") for names in _names(program, table) for name in names}
    found.discard("")
    return tuple(sorted(found))


def packages_of(program: Program, table: FunctionTable) -> tuple[str, ...]:
    """Return the import paths of the packages that functions of a table belong to, sorted; the main package is "main".
    Raises InputError for a damaged table."""
    found: set[bytes] = set()
    for names in _names(program, table):
        _add_packages(found, names, set(), frozenset())
    return _paths(found)


def linked_in(
    program: Program, table: FunctionTable, functions_in: AbstractSet[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what `packages_of` does, and the names of the functions that belong to some of them, as the table has
    them, sorted, each once, without ".abi0". functions_in: import paths. Raises InputError for a damaged table."""
    found: set[bytes] = set()
    kept: set[bytes] = set()
    wanted = frozenset(map(linker_path, functions_in))
    for names in _names(program, table):
        _add_packages(found, names, kept, wanted)
        if len(kept) > MAX_KEPT:
            raise damaged("it has more functions than any program", f"more than {MAX_KEPT:,} of a few packages")
    functions = {name.removesuffix(_ABI0).decode("utf-8", "replace") for name in kept}
    return _paths(found), tuple(sorted(functions))


def packages_with(program: Program, table: FunctionTable, marks: tuple[bytes, ...]) -> tuple[str, ...]:
    """Return the import paths of the packages that have a function in whose name one of these marks stands, sorted. A
    mark begins with the dot before what the package calls the function. Raises InputError for a damaged table."""
    found: set[bytes] = set()
    for text in _texts(program, table):
        for mark in marks:
            at = text.find(mark)
            while at >= 0:
                found.add(text[text.rfind(b"\0", 0, at) + 1 : at])
                end = text.find(b"\0", at)
                at = text.find(mark, end) if end >= 0 else -1
    return _paths(found)


def linker_path(path: str) -> bytes:
    """Return an import path as names of functions have it."""
    head, slash, last = path.rpartition("/")
    text = (head + slash + last.replace(".", "%2e") if "%" not in path else path).encode("utf-8", "surrogateescape")
    return b"".join(b"%%%02x" % byte if byte <= 0x20 or byte >= 0x7F or byte == 0x22 else b"%c" % byte for byte in text)


def _add_packages(found: set[bytes], names: list[bytes], kept: set[bytes], wanted: AbstractSet[bytes]) -> None:
    """Add what stands before the first dot behind the last slash, arguments of types left out; and names whose package
    is wanted.

    Most names are of the same package as the one before them, and are told by that."""
    last, length, is_wanted = b"\0", 1, False
    for name in names:
        if not name.startswith(last) or name.find(b"/", length) >= 0:
            dot = _dot_of(name)
            if dot <= 0 or name.removesuffix(_ABI0) in _OF_THE_RUNTIME or _of_c(name, dot):
                continue
            last, length = name[: dot + 1], dot + 1
            is_wanted = name[:dot] in wanted
            found.add(name[:dot])
        if is_wanted:
            kept.add(name)


def _dot_of(name: bytes) -> int:
    """Return where the package of a name ends, -1 where it has none."""
    end = name.find(b"[")
    end = end if end >= 0 else len(name)
    return name.find(b".", name.rfind(b"/", 0, end) + 1, end)


def _of_c(name: bytes, dot: int) -> bool:
    """Return whether a C compiler made a name, "x_cgo_munmap.cold", or the linker in the manner of one."""
    return (name.startswith(_C_SUFFIXES, dot) and b"/" not in name) or name.startswith(_OF_THE_LINKER)


def _paths(found: set[bytes]) -> tuple[str, ...]:
    """Return what is an import path, as it is written in source."""
    of_pointers = {package.partition(b".(")[0] for package in found if b".(" in package}
    paths = {package for package in found | of_pointers if len(package) <= MAX_PATH and _PATH.fullmatch(package)}
    if len(paths) > MAX_PACKAGES:
        raise damaged("its functions are of more packages than any program has", f"{len(paths):,}")
    return tuple(
        sorted(
            _path(package)
            for package in paths
            if package not in _NOT_A_PACKAGE and not package.startswith(_OF_A_TYPE) and not _is_promoted(package, paths)
        )
    )


def _is_promoted(package: bytes, found: set[bytes]) -> bool:
    """Return whether what looks like a path is that of one package, a type of it, and the path of another: a method
    that is not exported is named so in a type that embeds the other package's type."""
    dot = package.find(b".")
    while dot >= 0:
        if package[:dot] in found:
            other = package[dot + 1 :].partition(b".")[2]
            if other in found or b"." in other.partition(b"/")[0]:
                return True
        dot = package.find(b".", dot + 1)
    return False


def _path(escaped: bytes) -> str:
    return unquote_to_bytes(escaped).decode("utf-8", "replace")


def _names(program: Program, table: FunctionTable) -> Iterator[list[bytes]]:
    """Yield the names of a table in its order, some at a time: all of them would take more memory than the table.
    Raises InputError for a damaged one."""
    if not table.names:
        yield from _old_names(program, table)
        return
    for text in _texts(program, table):
        yield text.split(b"\0")


def _texts(program: Program, table: FunctionTable) -> Iterator[bytes]:
    """Yield the same as bytes, with a NUL between names."""
    if not table.names:
        yield from map(b"\0".join, _old_names(program, table))
        return
    if table.names_length > MAX_NAMES:
        raise damaged("the names of its functions are longer than any linker makes them", f"{table.names_length:,}")
    data = program.read(table.address + table.names, table.names_length)
    count = data.count(b"\0")
    if count > MAX_FUNCTIONS or count < table.functions:
        raise damaged("it has another number of functions than of names", f"{count:,} and {table.functions:,}")
    start = 0
    while start < len(data):
        end = data.rfind(b"\0", start, start + _PIECE)
        end = end if end >= 0 else data.find(b"\0", start)
        if end < 0:
            return
        yield data[start:end]
        start = end + 1


def _old_names(program: Program, table: FunctionTable) -> Iterator[list[bytes]]:
    word = "I" if program.pointer == 4 else "Q"
    rows = struct.Struct(program.order + word * 2)
    if table.functions > MAX_FUNCTIONS:
        raise damaged("it has more functions than any program", f"{table.functions:,}")
    offset, length = _piece(program, table.address, MAX_OLD)
    data = program.file.read_at(offset, length)
    end = table.rows + table.functions * rows.size
    if end > len(data):
        raise damaged("its table of functions is cut", f"{table.functions:,} functions")
    left = len(data)  # names do not overlap: all of them are not longer than the table
    packages: set[bytes] = set()
    ends: set[int] = set()
    for start in range(table.rows, end, _ROWS * rows.size):
        some = data[start : min(end, start + _ROWS * rows.size)]
        names = []
        for _, place in rows.iter_unpack(some):
            at, name_end = _old_name(program, data, place)
            names.append(data[at:name_end])
            ends.add(name_end)
            left -= name_end - at
            if left < 0:
                raise damaged("the names of its functions are longer than their table", f"{len(data):,} bytes")
        packages.update(name[: _dot_of(name)] for name in names)
        yield names
    yield [*_old_inlined(program, data, end, packages, ends)]


def _old_inlined(
    program: Program, data: bytes, end: int, packages: AbstractSet[bytes], ends: AbstractSet[int]
) -> Iterator[bytes]:
    """Yield what stands in an old table as the name of a function that was inlined, of which nothing there tells more.
    end: of the rows. packages, ends: of the functions with code of their own, and where their names end. What might be
    other bytes counts where it is of one of these packages, or of one whose folder is among those of the files, or
    where its package has a path that no other bytes look like."""
    if end + program.pointer + 4 > len(data):
        raise damaged("its table of functions is cut", f"{len(data):,} bytes")
    files = struct.unpack_from(program.order + "I", data, end + program.pointer)[0]
    folders = _old_folders(program, data, files, end)
    count = 0
    for match in _TEXT.finditer(data, end, files):
        name = match[0]
        package = name[: max(_dot_of(name), 0)]
        if not package or len(name) > MAX_NAME or match.end() in ends:
            continue
        if package in packages or package.rpartition(b"/")[2] in folders or _PLAIN_PATH.fullmatch(package):
            count += 1
            if count > MAX_FUNCTIONS:
                raise damaged("it has more functions than any program", f"more than {MAX_FUNCTIONS:,}")
            yield name


def _old_folders(program: Program, data: bytes, files: int, end: int) -> AbstractSet[bytes]:
    """Return the last elements of the folders in which a program's source files lay, as names of functions have them.
    files: where the table of files begins, behind `end`."""
    word = struct.Struct(program.order + "I")
    if not end < files <= len(data) - word.size:
        raise damaged("its table of files lies outside of it", f"{files:,}")
    number = word.unpack_from(data, files)[0]
    if not 0 < number <= _MAX_FILES or files + number * word.size > len(data):
        raise damaged("its table of files is cut", f"{number:,} files")
    found: set[bytes] = set()
    for (place,) in word.iter_unpack(data[files + word.size : files + number * word.size]):
        stop = data.find(b"\0", place, place + MAX_NAME)
        if stop >= 0:
            folder = data[place:stop].replace(b"\\", b"/").rpartition(b"/")[0].rpartition(b"/")[2]
            found.add(folder.partition(b"@")[0].replace(b".", b"%2e"))
    return found


def _old_name(program: Program, data: bytes, place: int) -> tuple[int, int]:
    """Return where the name of the function begins and ends of which a place of the table tells."""
    if place + program.pointer + 4 > len(data):
        raise damaged("a function lies outside of its table", f"{place:,}")
    start = struct.unpack_from(program.order + "i", data, place + program.pointer)[0]
    end = data.find(b"\0", start, start + MAX_NAME) if start >= 0 else -1
    if end < 0:
        raise damaged("a function has a name outside of its table", f"{start:,}")
    return start, end


def _table_at(program: Program, address: int) -> FunctionTable | None:
    """Return what a header at an address says, None when it is none."""
    offset, length = _piece(program, address, _LONGEST)
    if length < _HEADER + 2 * program.pointer:
        return None
    return _read_header(program, address, program.file.read_at(offset, length))


def _read_header(program: Program, address: int, data: bytes) -> FunctionTable | None:
    magic, zero, quantum, pointer = struct.unpack_from(program.order + "IHBB", data)
    if zero or quantum not in (1, 2, 4) or pointer != program.pointer:
        return None
    since = _SINCE.get(magic, "")
    word = struct.Struct(program.order + ("I" if pointer == 4 else "Q") * ((len(data) - _HEADER) // pointer))
    words = word.unpack_from(data, _HEADER)
    if since == "1.2":
        return FunctionTable(
            since=since, address=address, functions=words[0], names=0, names_length=0, rows=_HEADER + pointer
        )
    places = words[2:7] if since == "1.16" else words[3:8]
    is_whole = len(places) == 5 and _HEADER + 7 * pointer <= places[0] and list(places) == sorted(places)
    if not is_whole or not words[0] or places[0] == places[1]:
        return None
    return FunctionTable(
        since=since,
        address=address,
        functions=words[0],
        names=places[0],
        names_length=places[1] - places[0],
        rows=places[4],
    )


def _search(program: Program) -> Iterator[FunctionTable]:
    """Yield what looks like a table in the segments. Raises InputError for too much of that."""
    left, seen = MAX_SEARCH, 0
    needles = tuple(_needles(program))
    for segment in program.segments:
        offset, length = _piece(program, segment.address, min(segment.length, left))
        left -= length
        for base, data in pieces(program.file, offset, length, _LONGEST - 1):
            for at in _hits(data, needles):
                seen += 1
                if seen > MAX_HEADERS:
                    raise damaged(
                        "it holds too much that looks like a table of functions", f"more than {MAX_HEADERS:,}"
                    )
                address = segment.address + base + at - offset
                if at + _LONGEST <= len(data) and address % program.pointer == 0:
                    table = _read_header(program, address, data[at : at + _LONGEST])
                    if table is not None and table.since:
                        yield table


def _needles(program: Program) -> Iterator[tuple[bytes, int]]:
    """Yield how a header can look, and how many bytes of it stand before that: what the four magics share is looked for
    where one search will do."""
    for quantum in _QUANTA.get(program.goarch, (1, 2, 4)):
        end = bytes((0, 0, quantum, program.pointer))
        if program.order == "<":
            yield b"\xff\xff\xff" + end, 1
        else:
            yield from ((struct.pack(">I", magic) + end, 0) for magic in _SINCE)


def _hits(data: bytes, needles: Iterable[tuple[bytes, int]]) -> Iterator[int]:
    """Yield where a header may begin."""
    for needle, before in needles:
        at = data.find(needle, before)
        while at >= 0:
            yield at - before
            at = data.find(needle, at + 1)


def _is_plausible(program: Program, table: FunctionTable) -> bool:
    """Return whether what a header tells of is there: rows in the order of code, and a name to begin with."""
    size = program.pointer if table.since in _OLD_ROWS else 4
    rows = struct.Struct(program.order + ("Q" if size == 8 else "I") * 4)
    try:
        first, place, second, _ = rows.unpack(program.read(table.address + table.rows, rows.size))
        if table.functions > MAX_FUNCTIONS or (table.functions > 1 and first >= second):
            return False
        if not table.names:
            name = program.read(table.address + place + program.pointer, 4)
            start = struct.unpack(program.order + "i", name)[0]
            return start > 0 and _is_name(program.read(table.address + start, 2))
        return table.names_length <= MAX_NAMES and _is_name(program.read(table.address + table.names, 2))
    except InputError:
        return False


def _is_name(start: bytes) -> bool:
    return all(byte > 0x20 for byte in start)


def _is_pointed_to(program: Program, table: FunctionTable) -> bool:
    """Return whether the runtime's own data hold the address of a table, and from Go 1.16 on that of its names
    behind it."""
    word = program.order + ("I" if program.pointer == 4 else "Q")
    pointers = struct.pack(word, table.address)
    if table.names:
        pointers += struct.pack(word, table.address + table.names)
    left = MAX_SEARCH
    for segment in program.segments:
        offset, length = _piece(program, segment.address, min(segment.length, left))
        left -= length
        for base, data in pieces(program.file, offset, length, len(pointers) - 1):
            at = data.find(pointers)
            while at >= 0:
                if (segment.address + base + at - offset) % program.pointer == 0:
                    return True
                at = data.find(pointers, at + 1)
    return False


def _piece(program: Program, address: int, length: int) -> tuple[int, int]:
    """Return where the bytes from an address on lie in the file, and how many are there, as far as the file goes."""
    offset, length = program.piece(address, length)
    return offset, max(min(length, program.file.size - offset), 0)
