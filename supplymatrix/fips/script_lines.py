r"""Makefiles and scripts as build files, as far as FIPS 140-3 goes: what they set for the go command, and with which
tags they build. Nothing is run, and no variable is filled in.

    >>> found = read_lines(b"export GOFIPS140 ?= v1.0.0\n\tgo build -tags=requirefips .\n", "Makefile")
    >>> [(sign.texts[0], sign.location.line) for sign in found.signs]
    [('GOFIPS140=v1.0.0', 1), ('-tags=requirefips', 2)]

Of Dockerfiles and other files that have a reader of their own the tags alone are taken here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["is_script", "read_lines"]

_NAMES = re.compile(
    r"(?:.*/)?(?:GNUmakefile|[Mm]akefile(?:\.[^/]+)?|[^/]+\.(?:mk|mak|sh|bash)|Taskfile\.ya?ml|justfile)"
)
_SETTING = re.compile(
    r"(?<![A-Za-z0-9_$.{-])(GOFIPS140|GOEXPERIMENT|GODEBUG|MS_GO_NOSYSTEMCRYPTO|GOLANG_FIPS|GOFIPS|CGO_ENABLED)"
    r"[ \t]*(?:::?|\?|\+|!)?=[ \t]*(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"';&|)]*)"
)
_TAGS = re.compile(r"(?<![A-Za-z0-9_-])--?tags[= \t][ \t]*(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"';&|)]+)")
_STATIC = re.compile(r"(?<![A-Za-z0-9_-])-extldflags[= \t][ \t]*[\"']?[^\"'\n]*-static\b")
_LONGEST = 4_000  # characters of a line that are looked at
_MAX_SIGNS = 1_000


def is_script(path: str) -> bool:
    """Return whether a file is a Makefile or a script, by its path."""
    return _NAMES.fullmatch(path) is not None


def read_lines(data: bytes, artifact: str, *, tags_only: bool = False) -> BuildFile:
    """Return what the lines of a text show. tags_only: settings are read elsewhere."""
    signs: list[Sign] = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = line[:_LONGEST]
        if text.lstrip().startswith(("#", "//")):
            continue
        if len(signs) >= _MAX_SIGNS:
            break
        place = Location(artifact=artifact, line=number, column=1)
        for kind, word in _words(text, tags_only=tags_only):
            signs.append(Sign(kind=kind, texts=(word,), role=Role.BUILD, location=place, words=shown(line)))
    return BuildFile(artifact=artifact, kind="script", signs=tuple(signs))


def _words(text: str, *, tags_only: bool) -> Iterator[tuple[DetectKind, str]]:
    if "tags" in text:
        for found in _TAGS.finditer(text):
            yield DetectKind.BUILD_SETTING, f"-tags={_bare(found[1])}"
    if "-static" in text and _STATIC.search(text):
        yield DetectKind.BUILD_SETTING, "-extldflags=-static"
    if not tags_only and "=" in text:
        for found in _SETTING.finditer(text):
            if found[1] != "GODEBUG":  # nobody can tell whether it is for the program
                yield DetectKind.ENV, f"{found[1]}={_bare(found[2])}"


def _bare(text: str) -> str:
    return text[1:-1] if text[:1] in ("'", '"') else text
