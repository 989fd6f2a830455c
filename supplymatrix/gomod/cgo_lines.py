"""The `#cgo` lines of a Go file: which native libraries it links.

    >>> list(linked_libraries(b'package p\\n\\n// #cgo linux LDFLAGS: -lz -L/opt\\nimport "C"\\n', BuildContext()))
    ['z']

Only names are taken: -lNAME of LDFLAGS, and the packages of pkg-config lines. A condition before the name ("linux",
"!windows,amd64") must hold in the build. Nothing is run, and no path is followed.

Source: Go go/build (saveCgo); cmd/cgo, "Using cgo with the go command".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.gomod.build_constraint import BuildContext

__all__ = ["linked_libraries"]

_LINE = re.compile(rb"^[ \t]*(?://|/\*|\*)?[ \t]*#cgo[ \t]+([^:\n]*):([^\n]*)$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_MOST = 1_000


def linked_libraries(data: bytes, context: BuildContext) -> Iterator[str]:
    """Yield the names of the libraries that a file links in a build, each once, in order."""
    seen: set[str] = set()
    for number, found in enumerate(_LINE.finditer(data)):
        if number >= _MOST:
            return
        *conditions, verb = found[1].decode("utf-8", "replace").split() or [""]
        if conditions and not any(_holds(condition, context) for condition in conditions):
            continue
        for word in found[2].decode("utf-8", "replace").split():
            name = _library(verb, word)
            if name and name not in seen:
                seen.add(name)
                yield name


def _holds(condition: str, context: BuildContext) -> bool:
    terms = condition.split(",")
    return all(context.has_tag(term.removeprefix("!")) is not term.startswith("!") for term in terms)


def _library(verb: str, word: str) -> str:
    """Return the library that a word of a line names, "" for none."""
    word = word.strip("\"'")
    if verb == "LDFLAGS" and word.startswith("-l"):
        word = word.removeprefix("-l")
    elif verb != "pkg-config" or word.startswith("-"):
        return ""
    return word if _NAME.fullmatch(word) else ""
