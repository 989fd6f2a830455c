"""The licence of C code that a module brings, from what lies near it: licence files of its folder, heads of its files.

    >>> head = b"/* This library is free software under the GNU Lesser General Public License v2.1 or later. */"
    >>> code_licence((), [("a.c", b"/* SPDX-License-Identifier: MIT */")]).expression
    'MIT'

Heads speak of the very files, so that they count first; a licence file beside them is then their text, or of others in
the folder. Where a head, or a file beside the licences, offers a choice, the licence files are what one may choose from
(zstd: BSD or GPL-2.0). Without such words all of it applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from supplymatrix.licences.expression import canonical, joined_or_none
from supplymatrix.licences.text_reader import read_licence_text
from supplymatrix.model.value import value

__all__ = ["HEAD", "NearLicence", "code_licence", "nearest_licence_files"]

HEAD = 16 << 10
"""Bytes of a C file in which its licence is looked for; the amalgamation of SQLite has it some 8 KiB in."""
_MOST_HEADS = 12
_BLOCKS = 40
_BLOCK = 6_000
_SPEAKS = re.compile(rb"licen[sc]|copyright|SPDX-|public\s+domain|permission\s+is|disclaims", re.IGNORECASE)
_COMMENT = re.compile(rb"/\*(?:.*?\*/|.*)|(?:^[ \t]*//[^\n]*\n?)+", re.DOTALL | re.MULTILINE)
_EDGE = re.compile(rb"(?m)^[ \t]*(?:/\*+|\*+/|//+|\*+)[ \t]?|\*+/[ \t]*$")
_CHOICE = re.compile(
    r"\bdual(?:ly)?[- ]licen[sc]|\byou\s+may\s+(?:select|choose|elect)\b"
    r"|\bunder\s+(?:one|either|any)\s+of\s+(?:the\s+)?(?:two|three|four|following|these|several|above)\b|\beither\s+of\s+the\s+(?:above|following|two)\b"
    r"|\bat\s+the\s+(?:choice|discretion|option)\s+of\s+the\s+user\b|\byour\s+choice\s+of\b"
    r"|\bat\s+your\s+option,?\s+(?:one|either|any)\s+of\b|\bone\s+of\s+the\s+above[- ]listed\s+licen[sc]es\b",
    re.IGNORECASE,
)


@value
class NearLicence:
    """expression: SPDX, "" = nothing was recognised. source: the files that say it. is_choice: one may choose."""

    expression: str = ""
    source: str = ""
    is_choice: bool = False


def code_licence(texts: Sequence[tuple[str, bytes]], heads: Iterable[tuple[str, bytes]]) -> NearLicence:
    """Return what licence files and heads of C files say together. texts, heads: path in the module, and bytes."""
    of_files, offers, sources = list[str](), False, list[str]()
    for path, data in texts:
        read = read_licence_text(data, path)
        if read.expression:
            of_files.append(read.expression)
            sources.append(path)
        offers |= not read.expression and _offers(data[:HEAD])
    of_heads, spoken = list[str](), list[str]()
    blocks = list(_blocks(heads))
    for path, block in blocks:
        offers |= _offers(block)
        found = read_licence_text(block, path).expression
        if found:
            of_heads.append(found)
            spoken.append(path)
    if offers and len({*of_files}) > 1:
        choice = " OR ".join(f"({text})" for text in dict.fromkeys(of_files))
        chosen = _canonical([choice, *(text for text in of_heads if text not in of_files)])
        if chosen:
            return NearLicence(expression=chosen, source=_named((*sources, *spoken)), is_choice=True)
    if of_heads:
        families = {_family(text) for text in of_heads}
        beside = [text for text in of_files if not _is_of(text, families)]
        joined = joined_or_none(dict.fromkeys((*of_heads, *beside)))
        named = [path for path, text in zip(sources, of_files, strict=True) if text in beside]
        return NearLicence(expression=joined or "", source=_named((*spoken[:2], *named[:2])))
    return NearLicence(expression=joined_or_none(dict.fromkeys(of_files)) or "", source=_named(sources))


def nearest_licence_files(code: str, files: Iterable[str], stems: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the licence files that speak for code in a folder of a module, sorted; () for the module's own alone.

    code: the folder, "" = the root. files: all licence files of the module, slash-separated. stems: what the code is
    called ("zstd"): a folder or a file so named speaks for code that lies elsewhere, as for archives.
    """
    by_folder: dict[str, list[str]] = {}
    for path in files:
        by_folder.setdefault(path.rpartition("/")[0], []).append(path)
    folder = code
    while folder:
        if folder in by_folder:
            return tuple(sorted(by_folder[folder]))
        folder = folder.rpartition("/")[0]
    inside = [place for place in by_folder if place and (not code or place.startswith(f"{code}/"))]
    names = {stem.lower() for stem in stems if len(stem) > 1}
    named = [place for place in inside if place.rpartition("/")[2].lower() in names]
    if named:
        return tuple(sorted(by_folder[min(named, key=lambda place: (place.count("/"), place))]))
    of_code = [path for path in by_folder.get("", ()) if any(name in _words(path) for name in names)]
    return tuple(sorted(of_code))


def _named(paths: Sequence[str]) -> str:
    """Return the first few files by their names."""
    return ", ".join(list(dict.fromkeys(paths))[:3])


def _words(path: str) -> set[str]:
    return set(re.split(r"[-_. ]", path.lower()))


def _blocks(heads: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield the comments that speak of a licence, each text once, from so many files."""
    seen: set[bytes] = set()
    for path, data in heads:
        for found in islice(_COMMENT.finditer(data[:HEAD]), _BLOCKS):
            block = found[0][:_BLOCK]
            if _SPEAKS.search(block):
                text = _EDGE.sub(b"", block).strip()
                if text not in seen:
                    seen.add(text)
                    yield path, text
                    if len(seen) >= _MOST_HEADS:
                        return


def _offers(data: bytes) -> bool:
    return _CHOICE.search(" ".join(data.decode("utf-8", "replace").split())) is not None


def _canonical(texts: Sequence[str]) -> str:
    joined = joined_or_none(dict.fromkeys(texts))
    return canonical(joined) if joined else ""


def _family(expression: str) -> str:
    return expression.partition("-")[0].removeprefix("L").removeprefix("A")


def _is_of(expression: str, families: set[str]) -> bool:
    """Return whether a licence file only has the text of what a head names: COPYING with the GPL beside LGPL heads."""
    return " " not in expression and _family(expression) in families
