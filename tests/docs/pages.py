"""The project's Markdown pages, and the fenced blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.data import REPO

__all__ = ["Block", "blocks", "page_names", "prose", "read_page"]

_PLACES = (
    "*.md",
    "docs/**/*.md",
    "examples/**/*.md",
    "screenshots/*.md",
    "vendor_profiles/*.md",
    "tests/data/*.md",
    "tests/data/*/*.md",
)
_FENCE = re.compile(r"^```(\w*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block. line: of its first line inside, from 1."""

    language: str
    line: int
    lines: tuple[str, ...]


def page_names() -> list[str]:
    """Return all pages, as paths below the checkout."""
    found = {path.relative_to(REPO).as_posix() for place in _PLACES for path in REPO.glob(place)}
    return sorted(name for name in found if not name.startswith("tests/data/conformance/"))  # comes from elsewhere


def read_page(name: str) -> str:
    """Return the text of a page."""
    return Path(REPO, name).read_text(encoding="utf-8")


def blocks(name: str, *languages: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page that have one of these languages."""
    language, start = "", 0
    inside: list[str] = []
    for number, line in enumerate(read_page(name).split("\n"), start=1):
        fence = _FENCE.match(line)
        if fence and not start:
            language, start, inside = fence[1], number + 1, []
        elif fence:
            if language in languages:
                yield Block(language=language, line=start, lines=tuple(inside))
            start = 0
        else:
            inside.append(line)


def prose(name: str) -> str:
    """Return a page without its fenced and indented blocks."""
    kept, fenced = [], False
    for line in read_page(name).split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            kept.append(line)
    return "\n".join(kept)
