r"""`//go:debug` lines of Go files, and godebug lines of go.mod, that set the mode; and which of them a program takes.

>>> [line.value for line in debug_lines(b"//go:debug fips140=only\n\npackage main\n", "main.go")]
['only']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.fips.go_runs import packages_of
from supplymatrix.fips.words import MODE, least_of
from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["DebugLine", "clause_of", "debug_lines", "lines_for", "modes_of"]

_TOKEN = re.compile(rb"[ \t\r\n]+|(?P<line>//[^\n]*)|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|(?P<end>\xef\xbb\xbf|[^\s/]|/)")
_DEBUG = re.compile(rb"//go:debug[ \t]+([A-Za-z0-9_]+)=([^\s]+)[ \t]*\r?")
_MOST = 10_000  # tokens before a package clause
_OF_MODULE = ("go.mod", "go.work")


@value
class DebugLine:
    """A `//go:debug` line, or a godebug line of go.mod or go.work, that sets the mode. value: "on", "only", "off"."""

    value: str
    location: Location

    @property
    def folder(self) -> str:
        """The folder of the program that it is for, "" for the project's own."""
        return self.location.artifact.rpartition("/")[0]

    @property
    def is_of_module(self) -> bool:
        """Whether it is for all programs of the module."""
        return self.location.artifact in _OF_MODULE


def debug_lines(data: bytes, artifact: str) -> tuple[DebugLine, ...]:
    """Return the `//go:debug` lines of a Go file that set the mode. They are comments of their own before its package
    clause; what stands within another comment is none."""
    found: list[DebugLine] = []
    for at, comment in _comments(data):
        line = _DEBUG.fullmatch(comment)
        if line is not None and line[1] == MODE.encode():
            place = Location(artifact=artifact, line=data.count(b"\n", 0, at) + 1, column=1)
            found.append(DebugLine(value=line[2].decode("utf-8", "replace"), location=place))
    return tuple(found)


def clause_of(data: bytes) -> int:
    """Return where the package clause of a Go file begins, -1 where the data ends before it."""
    at = 0
    for _ in range(_MOST):
        token = _TOKEN.match(data, at)
        if token is None:
            return -1
        if token["end"] is not None and token["end"] != b"\xef\xbb\xbf":
            return at if data.startswith(b"package", at) else -1
        at = token.end()
    return -1


def _comments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST):
        token = _TOKEN.match(data, at)
        if token is None or (token["end"] is not None and token["end"] != b"\xef\xbb\xbf"):
            return
        if token["line"] is not None:
            yield at, token["line"]
        at = token.end()


def lines_for(lines: Iterable[DebugLine], words: Sequence[str]) -> tuple[DebugLine, ...]:
    """Return the lines that count for what a go command is given. words: behind its verb.

    Where it names folders of programs, lines of others are left out; everything that may lead to one keeps it.
    """
    packages = packages_of(words)
    is_plain = bool(packages) and "-C" not in words and all(_FOLDER.fullmatch(name) for name in packages)
    if not is_plain:
        return tuple(lines)
    folders = [name.removeprefix("./").rstrip("/") for name in packages]
    return tuple(
        line for line in lines if line.is_of_module or any(f"/{line.folder}".endswith(f"/{name}") for name in folders)
    )


_FOLDER = re.compile(r"\./[A-Za-z0-9_][A-Za-z0-9_./-]*(?<!\.\.\.)")


def modes_of(lines: Iterable[DebugLine], *, others: bool = True) -> tuple[str, ...]:
    """Return the modes of the programs that lines are for, that which protects least first. others: there are programs
    that no line of their own speaks of; these have what go.mod says, "" for nothing."""
    whole = ""
    own: dict[str, str] = {}
    for line in lines:
        if line.is_of_module:
            whole = line.value
        else:
            own[line.folder] = line.value
    found = set(own.values()) | ({whole} if others or not own else set())
    return tuple(least_of(found))
