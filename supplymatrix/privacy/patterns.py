"""Patterns of GOPRIVATE-like lists: which of them can cover a module at all, how much, and what of them may be shown.

    >>> [(each.text, each.meant) for each in patterns_of("*.corp.example, git.corp.example,https://a.example")]
    [('*.corp.example', ''), (' git.corp.example', 'git.corp.example'), ('https://a.example', 'a.example')]

The go command says nothing of a pattern that fits no module path: who wrote it believes in an effect that it does not
have. What was meant is guessed for those that are nearly right.

Source: golang.org/ref/mod#private-modules; golang/mod module.CheckPath, module.MatchPrefixPatterns.
"""

from __future__ import annotations

import re

from supplymatrix.gomod.goprivate import is_pattern
from supplymatrix.model.go_sources import Width
from supplymatrix.model.value import value

__all__ = ["Pattern", "patterns_of", "width_of"]

_ANY_HOST = re.compile(r"[*?]+(?:\.[a-z]{2,})?", re.IGNORECASE)
_CLASS = re.compile(r"\[[^\]]*\]|\\.")
_HOST = re.compile(r"[a-z0-9.*?-]*[a-z0-9*?-][a-z0-9.*?-]*")  # what the first element of a module path may be made of
_ELEMENT = re.compile(r"[A-Za-z0-9._~+*?-]*[A-Za-z0-9_~+*?-][A-Za-z0-9._~+*?-]*")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_PORT = re.compile(r":[0-9]*(?=/|$)")
_HIDDEN = "…"


@value
class Pattern:
    """One element of a list. text: as written; shown: without what may be a password. covers: some module path fits it;
    meant: the pattern that was probably meant where it does not, "" where that cannot be told."""

    text: str
    shown: str
    covers: bool
    meant: str = ""

    def __repr__(self) -> str:
        return f"Pattern(shown={self.shown!r}, covers={self.covers})"


def patterns_of(text: str) -> tuple[Pattern, ...]:
    """Return the patterns of a list, each once. `none`, the word that switches a setting off, is none of them."""
    words = text.split(",")
    login = max((at for at, word in enumerate(words) if "@" in word), default=-1)
    found: dict[str, Pattern] = {}
    for at, word in enumerate(words):
        if word in found or word == "none" or not word.strip("/"):
            continue
        shown = word if at > login else f"{_HIDDEN}@{word.rpartition('@')[2]}" if at == login else _HIDDEN
        covers = _can_cover(word)
        meant = "" if covers or at < login else _meant(word)
        found[word] = Pattern(text=word, shown=shown, covers=covers, meant=meant)
    return tuple(found.values())


def width_of(pattern: str) -> Width:
    """Return how much a pattern covers.

    >>> [width_of(text).value for text in ("*", "*.com", "*.corp.example", "github.com", "github.com/acme")]
    ['everything', 'everything', 'a whole domain', 'a whole domain', 'one path']
    """
    host, _, rest = pattern.strip("/").partition("/")
    if _ANY_HOST.fullmatch(host) and (not rest or not rest.strip("*?/")):
        return Width.ALL
    return Width.PATH if rest.strip("*?/") else Width.DOMAIN


def _can_cover(word: str) -> bool:
    if not is_pattern(word):
        return False
    host, *rest = _CLASS.sub("?", word.removesuffix("/")).split("/")
    return bool(_HOST.fullmatch(host)) and all(map(_ELEMENT.fullmatch, rest))


def _meant(word: str) -> str:
    """Return a pattern that covers what somebody meant by one that covers nothing."""
    text = _SCHEME.sub("", word.strip()).rpartition("@")[2]
    text = _PORT.sub("", text, count=1).replace(":", "/")  # as in git@git.corp.example:team/tool
    host, *rest = [part for part in text.split("/") if part] or [""]
    elements = [host.lower()]
    for part in rest:
        if not part.strip("."):
            break
        elements.append(part)
    meant = "/".join(elements)
    for guess in (meant, re.sub(r"[\[\]\\^\s]", "", meant)):
        if _can_cover(guess) and width_of(guess) is not Width.ALL:
            return guess
    return ""
