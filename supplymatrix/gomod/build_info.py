r"""Build info: what Go's linker leaves in a program about the Go, the modules and the settings that made it.

    FF 20 "Go buildinf:"     magic, at an address that 16 divides
    size of a pointer        1 byte, 4 or 8; of no meaning in the inline form
    flags                    1 byte: 1 = big-endian, 2 = inline
    inline, from Go 1.18     at +32: version and module text, each its length as a varint and its bytes
    pointers, Go 1.13-1.17   at +16: addresses of two strings, each an address and a length of that size

The module text stands between two marks of 16 bytes. Its lines, fields separated by tabs:

    path <package>  ·  mod <module>  ·  dep <module>  ·  => <module that replaces it>  ·  build <key>=<value>

where a module is its path, version and h1. The magic is looked for where the format has its place, never in the whole
file: a program may carry another one, or a forged magic, as data. WebAssembly has no such place, and no magic: its
memory is searched for the marks, and the text counts that a string of the program points to. Files in unknown formats
are searched as a whole. Both answers are marked, and several different ones are none.

Source: Go debug/buildinfo, runtime/debug.ParseBuildInfo, cmd/go/internal/modload (the marks).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.executable import Program, damaged
from supplymatrix.gomod.executable_formats import program_parts, read_part, whole_part
from supplymatrix.gomod.goversion import is_go_version
from supplymatrix.gomod.modfile_syntax import unquote
from supplymatrix.gomod.packing import packed_by
from supplymatrix.gomod.read_at import ReadAt
from supplymatrix.model.value import changed, value

__all__ = [
    "BuildInfo", "BuiltModule", "NoBuildInfoError", "build_info_of", "only_version", "other_build_info",
    "parse_module_text", "pieces", "read_build_infos", "search_file", "split_version",
]  # fmt: skip

MAX_VERSION = 1 << 10
"""Bytes of a version; the longest known ones have about a hundred."""
MAX_TEXT = 8 << 20
"""Bytes of a module text; that of the largest known programs has some hundred thousand."""
MAX_LINES = 50_000
MAX_SEARCH = 256 << 20
"""Bytes of a program that are searched for a magic or a mark."""
MAX_SEARCH_FILE = 256 << 20
"""The same of a file in an unknown format."""

_MAGIC = b"\xff Go buildinf:"
_HEADER = 32
_ALIGN = 16
_INLINE, _BIG = 2, 1
_START = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
_END = bytes.fromhex("f932433186182072008242104116d8f2")
_PIECE = 1 << 20
_MAX_HITS = 64
_MAX_CLAIMS = 16
_MAX_MAGICS = 4_096  # that are at no address that counts, before a program is taken to have none
_MAX_TEXTS = 100_000  # that look like a release at first sight
_MAX_VARINT = 10
_Order = Literal["little", "big"]


class NoBuildInfoError(InputError):
    """The file is no Go program, or none whose build info can be read; nothing is known about it."""


@value
class BuiltModule:
    """One module in a program. version: "(devel)" where the build knew none. sum: its h1, "" where none was recorded
    (the main module, a folder, a vendored one that is replaced). replaced_by: what was built in its place."""

    path: str
    version: str
    sum: str = ""
    replaced_by: BuiltModule | None = None


@value
class BuildInfo:
    """What one program says of itself; nothing of it is proven.

    go_version: as recorded, "go1.25.5 X:strictfipsruntime", "" where it is not told. path: the main package. main: None
    for files built by name. deps: in the order recorded. settings: key and value, () before Go 1.18. format: "ELF",
    "PE", "Mach-O", "XCOFF", "Plan 9", "WebAssembly" or "other". is_searched: found by a search of the whole file, or of
    all of the memory. is_version_inferred: the version is the only one among the file's texts.
    """

    go_version: str
    path: str = ""
    main: BuiltModule | None = None
    deps: tuple[BuiltModule, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    format: str = ""
    is_searched: bool = False
    is_version_inferred: bool = False

    @property
    def release(self) -> str:
        """The Go version without "go" and what its maker adds: "1.25.5"; "" for "devel …" and what is none."""
        return split_version(self.go_version)[0]

    @property
    def suffix(self) -> str:
        """What the maker adds: "X:strictfipsruntime", "1 Red Hat", "microsoft"; "" for plain ones."""
        return split_version(self.go_version)[1]

    def setting(self, key: str) -> str | None:
        """Return the value of a build setting, None when it was not recorded."""
        return next((text for name, text in self.settings if name == key), None)


def split_version(text: str) -> tuple[str, str]:
    """Return release and suffix of a recorded version: "go1.24.4-1 Red Hat" is "1.24.4" and "1 Red Hat"."""
    if not text.startswith("go"):
        return "", text
    end = next((at for at, char in enumerate(text) if char in " -+("), len(text))
    release = text[2:end]
    if not is_go_version(release):
        return "", text
    return release, text[end:].strip(" -+")


def read_build_infos(file: ReadAt) -> tuple[BuildInfo, ...]:
    """Return the build info of each program in a file: one, more only for fat Mach-O.

    Raises NoBuildInfoError for what is no Go program, InputError for a damaged one, OSError as the file does.
    """
    parts = program_parts(file)
    if parts is None:
        return (search_file(file),)
    return tuple(build_info_of(read_part(whole_part(part))) for part in parts)


def parse_module_text(text: str) -> BuildInfo:
    """Return what the lines of a module text say; go_version and format are empty. Raises InputError with the line."""
    path, main, deps, settings = "", None, list[BuiltModule](), list[tuple[str, str]]()
    last: str = ""
    lines = text.split("\n", MAX_LINES)
    if len(lines) > MAX_LINES:
        raise damaged("its module text has too many lines", f"more than {MAX_LINES:,}")
    for number, line in enumerate(lines, 1):
        kind, tab, rest = line.partition("\t")
        if not tab:
            continue
        if kind == "path":
            path = rest
        elif kind == "mod":
            main, last = _module(rest, number), kind
        elif kind == "dep":
            deps.append(_module(rest, number))
            last = kind
        elif kind == "=>":
            if rest.count("\t") != 2 or not last:
                raise damaged("a line of its module text replaces nothing, or not by a module", f"line {number}")
            replacing = _module(rest, number)
            if last == "dep":
                deps[-1] = changed(deps[-1], replaced_by=replacing)
            elif main is not None:
                main = changed(main, replaced_by=replacing)
            last = ""
        elif kind == "build":
            settings.append(_setting(rest, number))
    return BuildInfo(go_version="", path=path, main=main, deps=tuple(deps), settings=tuple(settings))


def _module(text: str, number: int) -> BuiltModule:
    parts = text.split("\t")
    if len(parts) not in (2, 3):
        raise damaged("a line of its module text is no module", f"line {number}, {len(parts)} fields")
    return BuiltModule(path=parts[0], version=parts[1], sum=parts[2] if len(parts) == 3 else "")


def _setting(text: str, number: int) -> tuple[str, str]:
    """Return key and value of a setting, either of which may be quoted."""
    end = _quoted_end(text)
    if end:
        key, equals, rest = _unquoted(text[:end]), text[end : end + 1], text[end + 1 :]
    else:
        plain, equals, rest = text.partition("=")
        key = plain if plain and text[0] not in ('"', "`") else None
    found = _unquoted(rest) if rest[:1] in ('"', "`") else rest
    if key is None or found is None or equals != "=":
        raise damaged("a line of its module text is no setting", f"line {number}")
    return key, found


def _quoted_end(text: str) -> int:
    """Return where a quoted string at the start of a text ends, 0 when there is none."""
    quote = text[:1]
    if quote == "`":
        return text.find("`", 1) + 1
    at = 1
    while quote == '"' and at < len(text):
        if text[at] == '"':
            return at + 1
        at += 2 if text[at] == "\\" else 1
    return 0


def _unquoted(text: str) -> str | None:
    if text.startswith("`"):
        return text[1:-1] if len(text) > 1 and text.find("`", 1) == len(text) - 1 else None
    return unquote(text)


def build_info_of(program: Program) -> BuildInfo:
    """Return what a program says of itself. Raises NoBuildInfoError where it says nothing, InputError for a damaged
    one, OSError as the file does."""
    if program.fault is not None:
        raise InputError(program.fault)
    if program.is_searched:
        return _search_memory(program)
    at = None if program.start is None else _find_magic(program, program.start, program.length)
    if at is None:
        raise _none(program.file)
    return _info_at(program, at)


def other_build_info(program: Program, info: BuildInfo) -> BuildInfo | None:
    """Return another build info that lies behind the one that counts, where data of all kinds lie there, too."""
    if program.start is None or program.has_own_section or program.is_searched:
        return None
    at, left = program.start, min(program.length, MAX_SEARCH)
    end = at + left
    for _ in range(_MAX_CLAIMS):
        found = _find_magic(program, at, end - at)
        if found is None:
            return None
        try:
            other = _info_at(program, found)
        except InputError:
            other = info
        if other != info:
            return other
        at = found + _ALIGN
    return None


def _info_at(program: Program, at: int) -> BuildInfo:
    header = program.read(at, _HEADER)
    if header[15] & _INLINE:
        version, behind = _inline(program, at + _HEADER, MAX_VERSION)
        text, _ = _inline(program, behind, MAX_TEXT)
    else:
        size = header[14]
        if size not in (4, 8):
            raise damaged("its build info has pointers of no known size", f"{size} bytes")
        order: _Order = "big" if header[15] & _BIG else "little"
        places = [int.from_bytes(header[16 + n * size : 16 + (n + 1) * size], order) for n in (0, 1)]
        version = _pointed(program, places[0], (size, order), MAX_VERSION)
        text = _pointed(program, places[1], (size, order), MAX_TEXT)
    if not version:
        raise _none(program.file)
    return _info(version, _without_marks(text), program.format)


def _find_magic(program: Program, start: int, length: int) -> int | None:
    """Return the address of the first magic where one may be."""
    offset, length = program.piece(start, length)
    length = min(length, MAX_SEARCH)
    seen = 0
    for base, data in pieces(program.file, offset, length, _HEADER - 1):
        at = data.find(_MAGIC)
        while at >= 0 and seen < _MAX_MAGICS:
            address = start + base + at - offset
            if address % _ALIGN == 0 and base + at + _HEADER <= offset + length:
                return address
            seen += 1
            at = data.find(_MAGIC, at + 1)
    return None


def pieces(file: ReadAt, offset: int, length: int, overlap: int) -> Iterator[tuple[int, bytes]]:
    """Yield a range of a file in pieces, each with its place; what lies across two of them is whole in one."""
    end = offset + length
    while offset < end:
        data = file.read_at(offset, min(_PIECE, end - offset))
        yield offset, data
        if offset + len(data) >= end:
            return
        offset += len(data) - overlap


def _inline(program: Program, address: int, limit: int) -> tuple[bytes, int]:
    """Return a string behind its length, and the address behind it."""
    head = program.read(address, min(_MAX_VARINT, program.piece(address, _MAX_VARINT)[1]))
    length = shift = 0
    for number, byte in enumerate(head, 1):
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            _refuse_length(length, limit)
            return program.read(address + number, length), address + number + length
    raise damaged("a length in its build info has no end", head.hex())


def _pointed(program: Program, address: int, form: tuple[int, _Order], limit: int) -> bytes:
    """Return the bytes of a Go string whose header lies at an address; none for no address."""
    size, order = form
    if not address:
        return b""
    header = program.read(address, 2 * size)
    start = int.from_bytes(header[:size], order)
    length = int.from_bytes(header[size:], order)
    _refuse_length(length, limit)
    return program.read(start, length) if length else b""


def _refuse_length(length: int, limit: int) -> None:
    if length > limit:
        raise damaged("a text of its build info is longer than any linker makes it", f"{length:,} bytes")


def _without_marks(data: bytes) -> bytes:
    """Return a module text without the marks around it; nothing where it is not between such, as Go does."""
    return data[16:-16] if len(data) >= 33 and data[-17] == ord("\n") else b""


def _info(version: bytes, text: bytes, kind: str) -> BuildInfo:
    info = parse_module_text(text.decode("utf-8", "replace"))
    return changed(info, go_version=version.decode("utf-8", "replace"), format=kind)


def search_file(file: ReadAt) -> BuildInfo:
    """Return the only build info in a file of an unknown format, of which the first part is searched.

    Raises NoBuildInfoError for none, or several that differ.
    """
    length = min(file.size, MAX_SEARCH_FILE)
    found = dict.fromkeys(info for _, info in _texts(file, length, "other"))
    info = _only(file, list(found))
    if info.go_version:
        return info
    version = only_version(file, length)
    return changed(info, go_version=version, is_version_inferred=bool(version))


def _search_memory(program: Program) -> BuildInfo:
    """Return the build info whose text a string of the program points to, else the only one in its memory. Raises
    InputError for several that differ."""
    memory = program.file
    length = min(program.length, MAX_SEARCH)
    found = list(_texts(memory, length, program.format))
    told = [info for string, info in found if _is_held(memory, length, string)]
    every = list(dict.fromkeys(told or [info for _, info in found]))
    if len(every) > 1:
        raise damaged("its memory holds several build infos, and which is its own cannot be told", f"{len(every)}")
    info = _only(memory, every)
    if program.version:
        return changed(info, go_version=program.version)
    version = only_version(memory, length)
    return changed(info, go_version=version, is_version_inferred=bool(version))


def _is_held(memory: ReadAt, length: int, string: bytes) -> bool:
    """Return whether a Go string stands in a memory, at an address that fits one."""
    for base, data in pieces(memory, 0, length, len(string) - 1):
        at = data.find(string)
        while at >= 0:
            if (base + at) % 8 == 0:
                return True
            at = data.find(string, at + 1)
    return False


def _only(file: ReadAt, found: list[BuildInfo]) -> BuildInfo:
    if not found:
        raise _none(file)
    if len(found) > 1:
        message = "the file holds several programs' build info, and which is its own cannot be told"
        raise NoBuildInfoError(
            Diagnostic(message=message, seen=f"{len(found)} of them", remedy="name the program itself")
        )
    return found[0]


def _texts(file: ReadAt, length: int, kind: str) -> Iterator[tuple[bytes, BuildInfo]]:
    """Yield each build info whose text stands between marks, and the Go string that points to it, marks and all. Raises
    InputError for too many of them."""
    hits, left = 0, 2 * MAX_TEXT
    for base, data in pieces(file, 0, length, len(_START) - 1):
        at = data.find(_START)
        while at >= 0:
            hits += 1
            if hits > _MAX_HITS or left < 0:
                raise damaged("it holds more marks of build info than can be told apart", f"{hits} of them")
            found = _between_marks(file, base + at)
            if found is not None:
                text, info = found
                left -= len(text)
                yield struct.pack("<QQ", base + at, len(text) + len(_START) + len(_END)), changed(info, format=kind)
            at = data.find(_START, at + 1)


def _between_marks(file: ReadAt, at: int) -> tuple[bytes, BuildInfo] | None:
    """Return what stands behind a mark, with the version where a whole header stands before it; None for no text."""
    size = min(MAX_TEXT, file.size - at)
    text = b""
    for base, data in pieces(file, at, size, len(_END) - 1):
        end = data.find(_END)
        if end >= 0:
            text = file.read_at(at + len(_START), base + end - at - len(_START))
            break
    if not text.startswith(b"path\t"):
        return None
    try:
        info = _info(_version_before(file, at, len(text) + 32), text, "")
    except InputError:
        return None
    return text, changed(info, is_searched=True)


def _version_before(file: ReadAt, at: int, length: int) -> bytes:
    """Return the version of an inline header whose module text of `length` bytes begins at a place; b"" for none."""
    counted = bytearray()
    while length >= 0x80:
        counted.append(length & 0x7F | 0x80)
        length >>= 7
    counted.append(length)
    reach = min(at, _HEADER + 1 + 0x7F + len(counted))
    before = file.read_at(at - reach, reach)
    if not before.endswith(counted):
        return b""
    before = before[: -len(counted)]
    start = before.rfind(_MAGIC)
    version = before[start + _HEADER + 1 :]
    is_whole = start >= 0 and before[start + _HEADER : start + _HEADER + 1] == bytes([len(version) & 0xFF])
    return version if is_whole and before[start + 15] & _INLINE else b""


def only_version(file: ReadAt, length: int) -> str:
    """Return the release of Go that a file names, "" when it names none or several."""
    found: set[str] = set()
    seen = 0
    for _, data in pieces(file, 0, length, 31):
        at = data.find(b"go1.")
        while at >= 0 and len(found) < 2 and seen < _MAX_TEXTS:
            seen += 1
            word = data[at : at + 24]
            end = next((n for n, byte in enumerate(word[2:], 2) if byte not in b"0123456789."), len(word))
            name = word[:end].rstrip(b".").decode("ascii")
            if name.count(".") == 2 and is_go_version(name[2:]):
                found.add(name)
            at = data.find(b"go1.", at + 1)
    return found.pop() if len(found) == 1 and seen < _MAX_TEXTS else ""


def _none(file: ReadAt) -> NoBuildInfoError:
    """Return the error for a file without build info, which says so when it looks packed."""
    packer = packed_by(file)
    if packer:
        message = "the program is packed, and its build info cannot be read"
        return NoBuildInfoError(Diagnostic(message=message, seen=packer, remedy="unpack it: upx -d"))
    return NoBuildInfoError(
        Diagnostic(
            message="the file has no Go build info",
            expected="a program built by Go 1.13 or newer, with modules",
            remedy="name a program that the go command has built",
        )
    )
