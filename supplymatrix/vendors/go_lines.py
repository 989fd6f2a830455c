"""Which Go a file of a project names: go.mod, Dockerfiles, go-version of workflows, version files.

Dockerfiles are read as everywhere, by `buildfiles/dockerfile_signs.py`: the stages that build decide. Of the others
only lines are read, so that any old state of a file gives an answer; what is no version is no line.

    >>> lines = read_go_lines("Dockerfile", "ARG V=1.22.5\\nFROM golang:${V}-alpine\\n")
    >>> [(line.line, line.go_version) for line in lines]
    [(2, '1.22.5')]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from supplymatrix.buildfiles.dockerfile_signs import read_dockerfile
from supplymatrix.buildfiles.registry import kind_of
from supplymatrix.buildfiles.workflows import yaml_number
from supplymatrix.errors import InputError
from supplymatrix.gomod.goversion import GoVersionKey, go_version_key
from supplymatrix.model.value import value
from supplymatrix.vendors.adoption import UNREADABLE, PlaceKind
from supplymatrix.vendors.go_in_use import deciding_uses

__all__ = ["GoLine", "is_go_place", "place_of", "read_go_lines"]

_MAX_LINES = 20_000
_MAX_LINE = 2_000  # characters; what is longer is no line that people write
_VERSION = re.compile(r"(?:go|v)?(1(?:\.[0-9]{1,4})(?:\.[0-9]{1,4}|(?:rc|beta)[0-9]{1,3})?)(?=$|[-_+.])")
_GO_MOD = re.compile(r"(go|toolchain)[ \t]+(\S+)")
_NAMES_IMAGE = ("FROM ", "COPY ", "ADD ")
_WORKFLOW = re.compile(r"-?[ \t]*go-version:[ \t]*(.+)")
_MATRIX = re.compile(r"\$\{\{[ \t]*matrix\.([A-Za-z0-9_-]+)[ \t]*\}\}")
_SKIPPED = frozenset({"vendor", "testdata", "node_modules"})


_Reader = Callable[[Sequence[str]], Iterator["GoLine"]]


@value
class GoLine:
    """One line that names a Go. line: from 1. go_version: "1.22.5", "1.22", "stable" …, UNREADABLE where it names one
    that cannot be told (a bare digest)."""

    line: int
    kind: PlaceKind
    go_version: str


def is_go_place(path: str) -> bool:
    """Return whether a file of this name is read; path: from the repository's root, `/`-separated."""
    return _reader(path) is not None and not _SKIPPED & set(path.split("/")[:-1])


def read_go_lines(path: str, text: str) -> tuple[GoLine, ...]:
    """Return the lines of a file that name a Go; path: tells what kind of file it is."""
    reader = _reader(path)
    lines = [line[:_MAX_LINE] for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]]
    return tuple(reader(lines)) if reader is not None else ()


def place_of(lines: Sequence[GoLine]) -> GoLine | None:
    """Return the line that counts for a file: in go.mod the greater one, elsewhere the oldest release that is named."""
    least = [line for line in lines if line.kind in (PlaceKind.GO_LINE, PlaceKind.TOOLCHAIN_LINE)]
    if least:
        return max(least, key=_key)
    pins = [line for line in lines if line.go_version.count(".") == 2]
    if pins:
        return min(pins, key=_key)
    return lines[0] if lines else None


def _key(line: GoLine) -> GoVersionKey:
    return go_version_key(line.go_version)


def _reader(path: str) -> _Reader | None:
    name = path.rpartition("/")[2]
    if name in ("go.mod", "go.work"):
        return _go_mod
    if name in (".tool-versions", ".go-version"):
        return _tool_versions if name == ".tool-versions" else _go_version
    return {"dockerfile": _dockerfile, "workflow": _workflow}.get(kind_of(path))


def _go_mod(lines: Sequence[str]) -> Iterator[GoLine]:
    for number, line in enumerate(lines, 1):
        found = _GO_MOD.fullmatch(line.partition("//")[0].strip())
        version = _bare(found[2]) if found else ""
        if found and version:
            kind = PlaceKind.GO_LINE if found[1] == "go" else PlaceKind.TOOLCHAIN_LINE
            yield GoLine(line=number, kind=kind, go_version=version)


def _dockerfile(lines: Sequence[str]) -> Iterator[GoLine]:
    """Yield the places of the stages that build. A package of Go without a version is what its distribution has: that
    names none."""
    try:
        found = read_dockerfile("\n".join(lines).encode("utf-8", "replace"), "Dockerfile")
    except InputError:
        yield GoLine(line=1, kind=PlaceKind.DOCKERFILE_LINE, go_version=UNREADABLE)
        return
    for use in deciding_uses(found.gos):
        is_image = use.words.upper().startswith(_NAMES_IMAGE)
        if use.version or is_image:
            kind = PlaceKind.FROM_TAG if is_image else PlaceKind.DOCKERFILE_LINE
            yield GoLine(line=use.location.line, kind=kind, go_version=use.version or _without_version(use.words))


def _without_version(words: str) -> str:
    """Return "latest" for an image whose tag floats, UNREADABLE where a digest or a variable hides the Go."""
    return UNREADABLE if "@" in words or "$" in words or ":sha" in words else "latest"


def _workflow(lines: Sequence[str]) -> Iterator[GoLine]:
    for number, line in enumerate(lines, 1):
        found = _WORKFLOW.fullmatch(line.strip().partition(" #")[0].strip())
        if not found:
            continue
        words = found[1]
        if by_matrix := _MATRIX.search(words):
            words = _matrix(lines, by_matrix[1])
        version = _newest(words)
        if version:
            yield GoLine(line=number, kind=PlaceKind.WORKFLOW, go_version=version)


def _matrix(lines: Sequence[str], name: str) -> str:
    """Return the values of a matrix that stand in a line, UNREADABLE where they do not."""
    entry = re.compile(rf"{re.escape(name)}:[ \t]*(\[[^\]]*\])")
    return next((found[1] for line in lines if (found := entry.match(line.strip()))), UNREADABLE)


def _newest(words: str) -> str:
    """Return the newest of the versions of a value or a list: a matrix builds with several of them."""
    bare = [word.strip() for word in words.strip("[] \t").split(",")]
    versions = [yaml_number(word) or _range(word.strip("\"'")) for word in bare]
    named = [version for version in versions if version]
    return max(named, key=go_version_key, default="")


def _range(word: str) -> str:
    """Return a version as the setup action takes it; what allows any newer one is "stable"."""
    if word.startswith(("^", ">")):
        return "stable"
    if word.startswith("~"):
        return ".".join(_bare(word[1:]).split(".")[:2])
    return _bare(word.removesuffix(".x").removesuffix(".*"))


def _tool_versions(lines: Sequence[str]) -> Iterator[GoLine]:
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        version = _bare(words[1]) if len(words) > 1 and words[0] in ("golang", "go") else ""
        if version:
            yield GoLine(line=number, kind=PlaceKind.VERSION_FILE, go_version=version)


def _go_version(lines: Sequence[str]) -> Iterator[GoLine]:
    for number, line in enumerate(lines, 1):
        version = _bare(line.partition("#")[0].strip())
        if version:
            yield GoLine(line=number, kind=PlaceKind.VERSION_FILE, go_version=version)
            return


def _bare(word: str) -> str:
    """Return a version without what stands before and behind it; words such as "stable" as they are."""
    found = _VERSION.match(word)
    if found:
        return found[1]
    return word if word in ("stable", "oldstable", "latest", UNREADABLE) else ""
