"""Which Go builds a project, as far as its files tell.

- A program that was built tells which Go did it, whatever the files say now: it alone counts where one is given.
- What names a Go for the build (an image, a snap, a package) counts before CI, and CI before go.mod.
- go.mod names the least Go only: an older one fetches it (a toolchain line, or `go 1.25.3`), a newer one stays.
- A tag such as "1.25" floats: the release is some one of that minor, not known which. Then the oldest counts that the
  files admit, and the answer says so; what touches it is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from supplymatrix.buildfiles.found import BuildFile, GoUse, Role
from supplymatrix.gomod.goversion import GoVersionKey, go_version_key, is_go_version, language_version
from supplymatrix.model.value import changed, value

__all__ = ["GoInUse", "find_go_in_use"]

_GROUPS = ((Role.BUILD, Role.BOTH), (Role.CI,), (Role.RUNTIME,), (Role.OTHER,))
_MOST = 12


@value
class GoInUse:
    """One Go. version: "1.25.3", the oldest that it can be where `is_exact` is False; minor: "1.25". uses: the places
    that say so, the one that decides first."""

    version: str
    minor: str
    is_exact: bool
    uses: tuple[GoUse, ...]

    @property
    def text(self) -> str:
        """One word or few: "1.25.3", "1.25.0 or newer"."""
        return self.version if self.is_exact else f"{self.version} or newer"


def find_go_in_use(files: Iterable[BuildFile]) -> tuple[GoInUse, ...]:
    """Return the Gos that build a project, oldest first; () when no file names one."""
    uses = [use for file in files for use in file.gos]
    built = [use for use in uses if use.role is Role.BINARY]
    if built:
        return _of_binaries(built)
    least = max((u for u in uses if u.is_least and is_go_version(u.version)), key=_key, default=None)
    pins = [use for use in uses if not use.is_least]
    chosen = next((group for roles in _GROUPS if (group := [u for u in pins if u.role in roles])), [])
    if any(use.version for use in chosen):
        chosen = [use for use in chosen if use.version]
    elif not any(use.version for use in pins):
        chosen = chosen[:1]
    found: dict[tuple[str, bool], GoInUse] = {}
    for use in chosen:
        go = _raised(use, least)
        if go is not None:
            known = found.setdefault((go.version, go.is_exact), go)
            found[go.version, go.is_exact] = changed(known, uses=_joined(known.uses, go.uses))
    if not found and least is not None:
        go = _floating(least.version, (least,))
        found[go.version, False] = go
    return tuple(sorted(found.values(), key=lambda go: go_version_key(go.version)))[:_MOST]


def _of_binaries(built: Iterable[GoUse]) -> tuple[GoInUse, ...]:
    """Return the Gos that built programs. Before 1.21 the first release of a minor is named without a zero."""
    found: dict[str, GoInUse] = {}
    for use in built:
        is_release = _is_release(use.version) or go_version_key(use.version) < go_version_key("1.21")
        go = _exact(use.version, (use,)) if is_release else _floating(use.version, (use,))
        known = found.setdefault(go.version, go)
        found[go.version] = changed(known, uses=_joined(known.uses, go.uses))
    return tuple(sorted(found.values(), key=lambda go: go_version_key(go.version)))[:_MOST]


def _raised(use: GoUse, least: GoUse | None) -> GoInUse | None:
    """Return the Go that a use comes to under the least Go of go.mod; None when neither tells one."""
    is_pinned = _is_release(use.version)
    if not is_go_version(use.version):
        return _floating(least.version, (use, least)) if least is not None else None
    if least is None or go_version_key(least.version) <= go_version_key(use.version):
        return _exact(use.version, (use,)) if is_pinned else _floating(use.version, (use,))
    is_of_minor = _minor(least.version) == _minor(use.version)
    if not is_pinned and is_of_minor:
        return _floating(least.version, (use, least))
    if _is_release(least.version):  # the go command fetches just this one
        return _exact(least.version, (least, use))
    return _floating(least.version, (least, use))


def _exact(version: str, uses: tuple[GoUse, ...]) -> GoInUse:
    return GoInUse(version=version, minor=_minor(version), is_exact=True, uses=uses)


def _floating(version: str, uses: tuple[GoUse, ...]) -> GoInUse:
    oldest = version if _is_release(version) else f"{_minor(version)}.0"
    return GoInUse(version=oldest, minor=_minor(version), is_exact=False, uses=uses)


def _is_release(version: str) -> bool:
    """Return whether this is one release and not a minor: "1.25.3", "1.25rc1"."""
    return is_go_version(version) and (version.count(".") == 2 or not version.replace(".", "").isdigit())


def _minor(version: str) -> str:
    return language_version(f"go{version}").removeprefix("go")


def _key(use: GoUse) -> GoVersionKey:
    return go_version_key(use.version)


def _joined(first: Sequence[GoUse], more: Sequence[GoUse]) -> tuple[GoUse, ...]:
    return tuple(dict.fromkeys((*first, *more)))
