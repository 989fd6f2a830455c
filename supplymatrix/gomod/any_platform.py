"""Which files of a package some build takes: for any system and processor, with C or without.

    >>> anywhere = AnyPlatform(tags=frozenset({"netgo"}))
    >>> anywhere.allows_name("net_windows.go"), anywhere.satisfies(parse_go_build("windows && !cgo || netgo"))
    (True, True)
    >>> anywhere.satisfies(parse_go_build("ignore && linux"))
    False
    >>> AnyPlatform(every_tag=True).satisfies(parse_go_build("prod && !race"))
    True

A constraint holds when it can: each system, processor and feature may be there or not, for itself. So a file for
`linux && windows` passes, which no build takes: nothing that one takes is left out. Tags hold as they are given; with
`every_tag` they may be given or not, but for "ignore" and "tools": by custom no build has the first, and files with the
second import programs, which no build can.
"""

from __future__ import annotations

import re

from supplymatrix.gomod.build_constraint import KNOWN_ARCH, KNOWN_OS, NEWEST_MINOR, BuildContext, Constraint
from supplymatrix.model.value import value

__all__ = ["AnyPlatform"]

_BOTH = (True, True)
_NEVER = ("ignore", "tools")
_OF_GO = re.compile(r"go1\.[0-9]+|gc|gccgo", re.ASCII)


@value
class AnyPlatform:
    """Builds for every platform at once. tags: given with -tags; go_minor: N of the go1.N that builds. every_tag: any
    other may be given as well."""

    tags: frozenset[str] = frozenset()
    go_minor: int = NEWEST_MINOR
    every_tag: bool = False

    @property
    def cgo(self) -> bool:
        """Whether files that import "C" are taken."""
        return True

    @staticmethod
    def allows_name(name: str) -> bool:
        """Return whether a file's name allows it on some platform, which every name does."""
        del name
        return True

    def satisfies(self, constraint: Constraint) -> bool:
        """Return whether an expression can hold."""
        return constraint.can_hold(self._can_be)

    def unmet(self, constraint: Constraint) -> frozenset[str]:
        """Return the tags in an expression that are neither given nor of any platform."""
        return frozenset(
            step for step in constraint.steps if step not in ("!", "&&", "||") and self._can_be(step) == (False, True)
        )

    def _can_be(self, tag: str) -> tuple[bool, bool]:
        """Return whether a tag can hold, and whether it can fail to."""
        if tag in KNOWN_OS or tag in KNOWN_ARCH or tag in ("unix", "cgo") or tag.partition(".")[0] in KNOWN_ARCH:
            return _BOTH
        if self.every_tag and tag not in _NEVER and not _OF_GO.fullmatch(tag):
            return _BOTH
        holds = BuildContext(goos="", goarch="", tags=self.tags, go_minor=self.go_minor).has_tag(tag)
        return holds, not holds
