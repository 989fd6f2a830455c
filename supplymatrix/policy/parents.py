"""What a policy builds on: `extends = ["preset:log-verified", "../org/lift.toml", "https://…#sha256=<digest>"]`.

Nothing is read here. Whoever reads a policy is given a `PolicyFiles` that does: from the disk, from a git revision, or
from nowhere at all.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from supplymatrix.model.value import value

__all__ = ["MAX_DEPTH", "MAX_FILES", "NO_FILES", "ParentKind", "ParentRef", "PolicyFiles", "PolicyText", "parse_parent"]

MAX_DEPTH = 8
"""How many files may stand above each other."""
MAX_FILES = 32
"""How many files a policy may be put together from."""
_DIGEST = re.compile(r"sha256=([0-9a-f]{64})")
_LONGEST = 1000


class ParentKind(StrEnum):
    """Where a parent lies."""

    PRESET = "preset"
    FILE = "file"
    REMOTE = "remote"


@value
class ParentRef:
    """One entry of `extends`. place: name of a preset, relative path, or https address; sha256: of a remote one."""

    kind: ParentKind
    place: str
    sha256: str = ""

    def __str__(self) -> str:
        return f"preset:{self.place}" if self.kind is ParentKind.PRESET else self.place


@value
class PolicyText:
    """A file that a policy is put together from. artifact: names it, and is the same for the same file."""

    artifact: str
    data: bytes


class PolicyFiles(Protocol):
    """The outside world of a policy."""

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        """Return a parent of the file named `of`. Raises InputError with what to do."""
        ...

    def debt(self, name: str, of: str) -> PolicyText | None:
        """Return the debt list beside the file named `of`; None when there is none. Raises InputError."""
        ...

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        """Return a key or trusted root that the file named `of` names by a path from its own folder on; None when there
        is none. Raises InputError."""
        ...


class _NoFiles:
    """Stands where a policy is read by itself: it may build on presets alone."""

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        from supplymatrix.errors import Diagnostic, InputError

        raise InputError(
            Diagnostic(
                message="a policy that is read by itself can build on presets only",
                artifact=of,
                seen=str(reference)[:200],
                expected='a preset, e.g. "preset:log-verified"',
            )
        )

    def debt(self, name: str, of: str) -> PolicyText | None:
        del name, of
        return None

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        del name, of
        return None


NO_FILES: PolicyFiles = _NoFiles()


def parse_parent(text: str) -> ParentRef:
    """Read one entry of `extends`. Raises ValueError with what is wrong, ready to be told."""
    if not text or len(text) > _LONGEST or any(ord(char) < 32 for char in text):
        raise ValueError("this names no policy")
    if text.startswith("preset:"):
        return ParentRef(kind=ParentKind.PRESET, place=text.removeprefix("preset:"))
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    if scheme:
        return _remote(text, scheme)
    if text.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:", text):
        raise ValueError("a parent lies at a path relative to the file that names it")
    return ParentRef(kind=ParentKind.FILE, place=text)


def _remote(text: str, scheme: str) -> ParentRef:
    address, _, fragment = text.partition("#")
    match = _DIGEST.fullmatch(fragment)
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    if scheme != "https" or not host:
        raise ValueError("a parent on another machine is fetched by https alone")
    if parts.username or parts.password:
        raise ValueError("an address in a policy holds no credentials")
    if match is None:
        raise ValueError("a parent on another machine needs the digest of its bytes: #sha256=<64 hex digits>")
    return ParentRef(kind=ParentKind.REMOTE, place=address, sha256=match[1])
