r"""Libraries that code opens while it runs, and programs that it starts, as far as the text of one file tells.

    >>> loads_in_go(b'import "github.com/ebitengine/purego"\nlib, err := purego.Dlopen("libfoo.so.1", 1)\n')
    (Loaded(name='libfoo.so.1', line=2, how='Dlopen'),)

A name that stands in the call is taken; where a call has none, the names of libraries anywhere else in the file are
those that it may open, and one without a name is told beside them. Comments are looked past, as well as one can without
parsing: a call in a comment is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

from supplymatrix.model.value import value

__all__ = [
    "GO_PLUGIN", "LOADING_IMPORTS", "Loaded", "Started", "imports_loader", "loads_in_c", "loads_in_go",
    "programs_started",
]  # fmt: skip

LOADING_IMPORTS = frozenset(
    ["github.com/ebitengine/purego", "plugin", "github.com/rainycape/dl", "github.com/jupiterrider/ffi"]
)
"""Packages by which Go opens libraries without cgo. On Windows `syscall` does, too; those are its own systems'."""
GO_PLUGIN = "Go plugin"
"""The name of what plugin.Open opens, where it is not told which."""
MAX_TEXT = 4 << 20
"""Bytes of a file that are looked at."""
_MOST = 100
_MATCHES = 20_000

_FUNCTIONS: Mapping[str, bytes] = MappingProxyType({
    "github.com/ebitengine/purego": b"Dlopen",
    "github.com/rainycape/dl": b"Open",
    "github.com/jupiterrider/ffi": b"Load",
    "plugin": b"Open",
    "C": b"dlopen",
    **dict.fromkeys(
        ("syscall", "golang.org/x/sys/windows"),
        b"NewLazyDLL|NewLazySystemDLL|LoadDLL|MustLoadDLL|LoadLibraryEx|LoadLibrary",
    ),
})  # fmt: skip
"""Import path → its functions that open a library."""
_CALLED = (
    rb"(?:(?P<call>\s*\(\s*(?:C\.CString\(\s*)?(?:[\"`](?P<name>[^\"`\n]{1,200})[\"`](?=\s*[,)]))?)"
    rb"|(?=[ \t]*(?:[,;)}\]\n]|\Z)))"
)
"""A call, or the function as a value."""
_C_CALL = re.compile(
    rb"(?<![.\w])(?P<how>dlopen|dlmopen|LoadLibrary(?:Ex)?[AW]?)\s*\(\s*(?![0-9)])(?:L?\"(?P<name>[^\"\n]{1,200})\")?"
)
_TEXT = re.compile(rb"[\"`]([^\"`\s%]{4,200})[\"`]")
_LIBRARY = re.compile(rb".*[\w+-]\.(?:so(?:\.[0-9][0-9.]*)?|dylib|dll)", re.IGNORECASE)
_COMMENT = re.compile(rb"//[^\n]*|/\*(?:.*?\*/|.*)|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_STARTS = (
    rb"(?:Command\(|CommandContext\(\s*[\w.()]+\s*,)\s*[\"`](?P<name>[\w./+-]{1,100})[\"`]|"
    rb"LookPath\(\s*[\"`](?P<path>[\w./+-]{1,100})[\"`]"
)
_EXEC = "os/exec"


@value
class Loaded:
    """One library that is opened. name: as written, "" where it is known only when it runs. line: of the file. how:
    the function that opens it."""

    name: str
    line: int
    how: str


@value
class Started:
    """One program that is started by a name that stands in the code."""

    name: str
    line: int


def loads_in_go(data: bytes) -> tuple[Loaded, ...]:
    """Return the libraries that a .go file opens, in order, each once. A function that is only named (`open :=
    purego.Dlopen`) and a call whose name is worked out give one without a name."""
    text = data[:MAX_TEXT]
    if not any(path.encode() in text for path in _FUNCTIONS if path != "C") and b"C.dlopen" not in text:
        return ()
    text = _without_comments(text)
    pattern = _go_pattern(tuple(sorted((path, *_names_of(text, path)) for path in _FUNCTIONS)))
    return _loads(text, pattern) if pattern is not None else ()


def imports_loader(data: bytes) -> bool:
    """Return whether a .go file imports what opens libraries, by whatever name, but "_"."""
    text = data[:MAX_TEXT]
    if not any(path.encode() in text for path in LOADING_IMPORTS):
        return False
    text = _without_comments(text)
    return any(name != b"_" for path in LOADING_IMPORTS for name in _names_of(text, path))


def loads_in_c(data: bytes) -> tuple[Loaded, ...]:
    """Return the libraries that C code opens, in order, each once."""
    text = data[:MAX_TEXT]
    return _loads(text, _C_CALL) if b"dlopen" in text or b"dlmopen" in text or b"LoadLibrary" in text else ()


def programs_started(data: bytes) -> tuple[Started, ...]:
    """Return the programs that a .go file starts by name, in order, each once; shells and paths are told as written."""
    if _EXEC.encode() not in data:
        return ()
    text = _without_comments(data[:MAX_TEXT])
    prefix = _prefix(_names_of(text, _EXEC))
    found: dict[str, int] = {}
    for match, line in _placed(_compiled(prefix + b"(?:" + _STARTS + b")"), text) if prefix else ():
        name = (match["name"] or match["path"]).rpartition(b"/")[2].decode("ascii")
        if name and len(found) < _MOST:
            found.setdefault(name.removesuffix(".exe"), line)
    return tuple(Started(name=name, line=line) for name, line in found.items())


def _names_of(text: bytes, path: str) -> tuple[bytes, ...]:
    """Return the names under which a file imports a package: "." and "_" as they stand."""
    if path == "C":
        return (b"C",)
    pattern = _compiled(
        rb"(?:^|[;(\s])(?:(?P<alias>[A-Za-z_]\w{0,60}|\.)[ \t]*)?[\"`]" + re.escape(path.encode()) + rb"[\"`]"
    )
    own = path.rpartition("/")[2].encode()
    found = ((match["alias"] or own) for match in islice(pattern.finditer(text), _MOST))
    return tuple(dict.fromkeys(own if name == b"import" else name for name in found))


def _prefix(names: Iterable[bytes]) -> bytes:
    """Return a pattern for what stands before a function of a package, b"" where it is not imported by a name."""
    kept = [name for name in names if name != b"_"]
    words = [rb"\b" + re.escape(name) + rb"\s*\.\s*" for name in kept if name != b"."]
    words += [rb"(?<![\w.])"] if b"." in kept else []
    return b"(?:" + b"|".join(words) + b")" if words else b""


@lru_cache(maxsize=256)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


@lru_cache(maxsize=256)
def _go_pattern(imports: tuple[tuple[object, ...], ...]) -> re.Pattern[bytes] | None:
    """Return a pattern for the calls that open libraries. imports: (path, name, name …) of each package."""
    parts: list[bytes] = []
    for path, *names in imports:
        prefix = _prefix(name for name in names if isinstance(name, bytes))
        if prefix:
            how = b"plugin" if path == "plugin" else b"other"
            parts.append(prefix + b"(?P<" + how + b"%d>" % len(parts) + _FUNCTIONS[str(path)] + rb")\b")
    return re.compile(b"(?:" + b"|".join(parts) + b")" + _CALLED) if parts else None


def _loads(text: bytes, calls: re.Pattern[bytes]) -> tuple[Loaded, ...]:
    found: list[Loaded] = []
    is_open = None
    for match, line in _placed(calls, text):
        groups = match.groupdict()
        kind, how = next(
            (kind, word) for kind, word in groups.items() if word is not None and kind not in ("name", "call")
        )
        name = (groups["name"] or b"").decode("utf-8", "replace")
        if name:
            found.append(Loaded(name=name, line=line, how=how.decode("ascii")))
        elif kind.startswith("plugin"):
            found.append(Loaded(name=GO_PLUGIN, line=line, how=how.decode("ascii")))
        else:
            is_open = is_open or Loaded(name="", line=line, how=how.decode("ascii"))
    if is_open is not None:
        found += [*_elsewhere(text, is_open), is_open]
    return tuple(_once(found))[:_MOST]


def _elsewhere(text: bytes, call: Loaded) -> Iterator[Loaded]:
    """Yield the names of libraries in a text whose call takes a name from elsewhere."""
    for match, line in _placed(_TEXT, text):
        if _LIBRARY.fullmatch(match[1]):
            yield Loaded(name=match[1].decode("utf-8", "replace"), line=line, how=call.how)


def _placed(pattern: re.Pattern[bytes], text: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Yield the matches in a text with the lines they begin on; no more than a file of people's has."""
    line, at = 1, 0
    for match in islice(pattern.finditer(text), _MATCHES):
        line += text.count(b"\n", at, match.start())
        at = match.start()
        yield match, line


def _once(found: Iterable[Loaded]) -> Iterator[Loaded]:
    seen: set[str] = set()
    for one in found:
        if one.name not in seen:
            seen.add(one.name)
            yield one


def _without_comments(data: bytes) -> bytes:
    """Return Go code with its comments blanked out; lines stay."""
    return _COMMENT.sub(_blanked, data)


def _blanked(match: re.Match[bytes]) -> bytes:
    return b"\n" * match[0].count(b"\n") if match[0][:2] in (b"//", b"/*") else match[0]
