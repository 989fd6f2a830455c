"""What C code includes: names, and the places in a module where they may lie.

    >>> [one.name for one in includes_in(b'#include "a.c"\\n# include <b.h>\\n#include CONFIG\\n')]
    ['a.c', 'b.h', 'CONFIG']

Conditions of the preprocessor are not resolved: what any branch includes counts. A macro stands for every file that a
`#define` of it names, in the texts that were looked at or on the compiler's line.

Source: ISO C 6.10.2; GCC, "Search Path" and "Computed Includes".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from supplymatrix.model.value import value

__all__ = ["Include", "Includes", "include_folders", "includes_in", "is_header"]

_MOST = 5_000
"""Includes, or macros, of one text."""
_INCLUDE = re.compile(
    rb"(?m)^[ \t]*(?:[#%][ \t]*(?:include|import|include_next)\b|\.(?:include|incbin)\b)[ \t]*"
    rb"(?:\"([^\"\n]{1,200})\"|<([^>\n]{1,200})>|([A-Za-z_]\w{0,100}))"
)
_DEFINE = re.compile(
    rb"(?m)^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w{0,100})[ \t]+(?:\"([^\"\n]{1,200})\"|<([^>\n]{1,200})>)"
)
_GIVEN = re.compile(r"-D([A-Za-z_]\w{0,100})=[\\\"'<]*([^\\\"'<>]{1,200})[\\\"'>]*")
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".H")
_MADE = frozenset({"_cgo_export.h", "_cgo_main.c"})
"""What cgo writes itself."""
_OF_SYSTEM = frozenset({
    "assert", "complex", "ctype", "dirent", "dlfcn", "errno", "fcntl", "fenv", "float", "inttypes", "jni", "limits",
    "locale", "malloc", "math", "netdb", "poll", "pthread", "pwd", "sched", "semaphore", "setjmp", "signal", "spawn",
    "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "string", "strings", "syslog", "termios",
    "threads", "time", "unistd", "wchar", "wctype", "windows",
})  # fmt: skip


@value
class Include:
    """One file that is asked for. name: as written, slash-separated, or of the macro that stands for it."""

    name: str
    is_angle: bool = False
    is_macro: bool = False


def includes_in(data: bytes) -> Iterator[Include]:
    """Yield what C, assembly or SWIG code includes, in order."""
    for match in islice(_INCLUDE.finditer(data), _MOST):
        name = (match[1] or match[2] or match[3]).decode("utf-8", "replace").replace("\\", "/")
        yield Include(name=name, is_angle=match[2] is not None, is_macro=match[3] is not None)


def include_folders(words: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of a compiler's words that lie in the module, below that of the package; those of the machine
    are left out."""
    found: dict[str, None] = {}
    before = ""
    for word in words:
        option, before = before, ""
        if word in ("-I", "-iquote", "-isystem", "-idirafter"):
            before = word
            continue
        place = word if option else word[2:] if word.startswith("-I") else ""
        if place.startswith("${SRCDIR}"):
            place = place.removeprefix("${SRCDIR}").lstrip("/") or "."
        if place and not place.startswith("/"):
            normal = posixpath.normpath(place)
            found["" if normal == "." else normal] = None
    return tuple(found)


def is_header(name: str) -> bool:
    """Return whether a file is a header by its name."""
    return name.endswith(_HEADERS)


class Includes:
    """Where what is included may lie. folders: of the compiler's words; words: all of them."""

    def __init__(self, folders: Iterable[str], words: Iterable[str]) -> None:
        self._folders = tuple(folders)
        self.defines: dict[str, list[Include]] = {}
        self.forced: list[str] = []
        before = ""
        for word in words:
            given = _GIVEN.fullmatch(word)
            if given is not None:
                self.defines.setdefault(given[1], []).append(Include(name=given[2]))
            if before in ("-include", "-imacros"):
                self.forced.append(word)
            before = word

    def define(self, data: bytes) -> None:
        """Take the macros of a text that stand for files."""
        for match in islice(_DEFINE.finditer(data), _MOST):
            name = (match[2] or match[3]).decode("utf-8", "replace").replace("\\", "/")
            found = self.defines.setdefault(match[1].decode("ascii"), [])
            if len(found) < _MOST:
                found.append(Include(name=name, is_angle=match[3] is not None))

    def places(self, folder: str, include: Include) -> Iterator[str]:
        """Yield where it may lie, as paths below the package's folder. folder: of the file that includes it."""
        wanted = self.defines.get(include.name, ()) if include.is_macro else (include,)
        for one in wanted:
            for place in (folder, "", *self._folders):
                yield posixpath.normpath(posixpath.join(place, one.name))

    def is_of_system(self, name: str) -> bool:
        """Return whether a header is one of the system, or of cgo, by its name."""
        return name in _MADE or name.removesuffix(".h") in _OF_SYSTEM or name.startswith(("sys/", "linux/", "arpa/"))
