r"""Libraries that code opens while it runs, and programs that it starts, as far as the text of one file tells.

    >>> loads_in_go(b'lib, err := purego.Dlopen("libfoo.so.1", purego.RTLD_NOW)\n')
    (Loaded(name='libfoo.so.1', line=1, how='Dlopen'),)

A name that stands in the call is taken; where a call has none, the names of libraries anywhere else in the file are
those that it may open, and where there is none either, one without a name is told. Comments are looked past, as well as
one can without parsing: a call in a comment is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from supplymatrix.model.value import value

__all__ = ["GO_PLUGIN", "LOADING_IMPORTS", "Loaded", "Started", "loads_in_c", "loads_in_go", "programs_started"]

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

_GO_CALL = re.compile(
    rb"\b(?P<how>(?:purego|dl)\.(?:Dlopen|Open)|plugin\.Open|C\.dlopen|ffi\.Load"
    rb"|(?:syscall|windows)\.(?:NewLazyDLL|NewLazySystemDLL|LoadDLL|MustLoadDLL|LoadLibrary|LoadLibraryEx))"
    rb"\(\s*(?:C\.CString\(\s*)?(?:\"(?P<name>[^\"\n]{1,200})\")?"
)
_C_CALL = re.compile(
    rb"(?<![.\w])(?P<how>dlopen|dlmopen|LoadLibrary(?:Ex)?[AW]?)\s*\(\s*(?![0-9)])(?:L?\"(?P<name>[^\"\n]{1,200})\")?"
)
_TEXT = re.compile(rb"[\"`]([^\"`\s%]{4,200})[\"`]")
_LIBRARY = re.compile(rb".*[\w+-]\.(?:so(?:\.[0-9][0-9.]*)?|dylib|dll)", re.IGNORECASE)
_COMMENT = re.compile(rb"//[^\n]*|/\*(?:.*?\*/|.*)|\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_RUN = re.compile(
    rb"\bexec\.(?:Command\(|CommandContext\(\s*[\w.()]+\s*,)\s*\"(?P<name>[\w./+-]{1,100})\"|"
    rb"\bexec\.LookPath\(\s*\"(?P<path>[\w./+-]{1,100})\""
)


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
    """Return the libraries that a .go file opens, in order, each once."""
    return _loads(data, _GO_CALL, is_go=True)


def loads_in_c(data: bytes) -> tuple[Loaded, ...]:
    """Return the libraries that C code opens, in order, each once; of a .go file the C above its import of "C"."""
    return _loads(data, _C_CALL, is_go=False)


def programs_started(data: bytes) -> tuple[Started, ...]:
    """Return the programs that a .go file starts by name, in order, each once; shells and paths are told as written."""
    if b"exec." not in data:
        return ()
    text = _without_comments(data[:MAX_TEXT])
    found: dict[str, int] = {}
    for match, line in _placed(_RUN, text):
        name = (match["name"] or match["path"]).rpartition(b"/")[2].decode("ascii")
        if name and len(found) < _MOST:
            found.setdefault(name.removesuffix(".exe"), line)
    return tuple(Started(name=name, line=line) for name, line in found.items())


def _loads(data: bytes, calls: re.Pattern[bytes], *, is_go: bool) -> tuple[Loaded, ...]:
    data = data[:MAX_TEXT]
    if calls.search(data) is None:
        return ()
    text = _without_comments(data) if is_go else data
    found: list[Loaded] = []
    is_open = None
    for match, line in _placed(calls, text):
        how = match["how"].rpartition(b".")[2].decode("ascii")
        name = (match["name"] or b"").decode("utf-8", "replace")
        if name:
            found.append(Loaded(name=name, line=line, how=how))
        elif match["how"] == b"plugin.Open":
            found.append(Loaded(name=GO_PLUGIN, line=line, how=how))
        else:
            is_open = is_open or Loaded(name="", line=line, how=how)
    if is_open is not None:
        found += list(_elsewhere(text, is_open)) or [is_open]
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
