"""GOVCS: which version control programs may be used for which modules.

    GOVCS=github.com:git,evil.example:off,*:git|hg

The first pattern that covers a path decides; `public` and `private` are patterns too, by GOPRIVATE. What no entry
decides is as Go has it: `public:git|hg,private:all`.

Source: go help vcs; Go cmd/go/internal/vcs vcs.go (parseGOVCS, checkGOVCS).
"""

from __future__ import annotations

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.gomod.goprivate import match

__all__ = ["is_vcs_allowed"]

_DEFAULT = (("private", ("all",)), ("public", ("git", "hg")))


def is_vcs_allowed(govcs: str, path: str, vcs: str, *, is_private: bool) -> bool:
    """Return whether a program ("git") may be used for the repository of a path. Raises InputError for a setting that
    the go command refuses."""
    for pattern, allowed in (*_parse(govcs), *_DEFAULT):
        if pattern in ("public", "private"):
            covers = is_private is (pattern == "private")
        else:
            covers = match(pattern, path) is not None
        if covers:
            return vcs in allowed or "all" in allowed
    return False


def _parse(govcs: str) -> list[tuple[str, tuple[str, ...]]]:
    rules: list[tuple[str, tuple[str, ...]]] = []
    if not govcs.strip():
        return rules
    for item in govcs.split(","):
        pattern, colon, listed = (part.strip() for part in item.partition(":"))
        allowed = tuple(word.strip() for word in listed.split("|"))
        if not pattern or not colon or not all(allowed) or pattern.startswith(("./", "../")):
            raise InputError(
                Diagnostic(message="GOVCS has an entry that the go command refuses", seen=item[:100],
                           expected="pattern:git|hg, …", remedy="go help vcs")
            )  # fmt: skip
        rules.append((pattern, allowed))
    return rules
