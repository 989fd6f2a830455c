"""Which Go builds a project, as far as its files tell.

- A program that was built tells which Go did it, whatever the files say now: it alone counts where one is given.
- What names a Go for the build (an image, a snap, a package) counts before CI, and CI before go.mod.
- go.mod names the least Go only: an older one fetches it (a toolchain line, or `go 1.25.3`), a newer one stays. One
  before 1.21 fetches none, and with GOTOOLCHAIN=local, which the official images of Go set, none does: that is a gap.
- A tag such as "1.25" floats: the release is some one of that minor, not known which. Then the oldest counts that the
  files admit, and the answer says so; what touches it is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.buildfiles.found import BuildFile, GoUse, Role
from supplymatrix.gomod.goversion import GoVersionKey, go_version_key, is_go_version, language_version
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind

__all__ = ["GoInUse", "deciding_uses", "find_go_in_use", "toolchain_gaps"]

_GROUPS = ((Role.BUILD, Role.BOTH), (Role.CI,), (Role.RUNTIME,), (Role.OTHER, Role.DEVELOPMENT))
_MOST = 12
_FETCHES_SINCE = "1.21"
"""The first Go whose go command fetches the Go that go.mod asks for. Source: go.dev/doc/toolchain."""
_SETS_LOCAL = "docker.io/library/golang"
"""The image whose own GOTOOLCHAIN is "local". Source: docker-library/golang, Dockerfile-linux.template."""


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
    least = _least(uses)
    found: dict[tuple[str, bool], GoInUse] = {}
    for use in deciding_uses(uses):
        go = _raised(use, least)
        if go is not None:
            known = found.setdefault((go.version, go.is_exact), go)
            found[go.version, go.is_exact] = changed(known, uses=_joined(known.uses, go.uses))
    if not found and least is not None:
        go = _floating(least.version, (least,))
        found[go.version, False] = go
    return tuple(sorted(found.values(), key=lambda go: go_version_key(go.version)))[:_MOST]


def deciding_uses(uses: Iterable[GoUse]) -> Sequence[GoUse]:
    """Return the places that decide: of the build, else of CI, else the others."""
    pins = [use for use in uses if not use.is_least]
    chosen = next((group for roles in _GROUPS if (group := [u for u in pins if u.role in roles])), [])
    if any(use.version for use in chosen):
        return [use for use in chosen if use.version]
    return chosen if any(use.version for use in pins) else chosen[:1]


def toolchain_gaps(files: Sequence[BuildFile]) -> Iterator[Gap]:
    """Yield a gap for each place whose Go is older than go.mod asks for: whether the go command fetches the other one
    depends on settings, and nothing here runs."""
    uses = [use for file in files for use in file.gos]
    least = _least(uses)
    if least is None or any(use.role is Role.BINARY for use in uses):
        return
    by_name = {file.artifact: file for file in files}
    for use in deciding_uses(uses):
        if not is_go_version(use.version) or not _is_too_old(use, least):
            continue
        settings = list(_toolchain_settings(by_name[use.location.artifact]))
        if any(text.startswith("go1.") for text in settings):
            continue  # the Go that it names is a place of its own
        yield _too_old(use, least, _why_stops(use, by_name[use.location.artifact], settings))


def _is_too_old(use: GoUse, least: GoUse) -> bool:
    """Return whether a place names a Go that go.mod does not take: a tag such as "1.25" may be any release of it."""
    floats_up = not _is_release(use.version) and _minor(least.version) == _minor(use.version)
    return go_version_key(use.version) < go_version_key(least.version) and not floats_up


def _toolchain_settings(file: BuildFile) -> Iterator[str]:
    for sign in file.signs:
        name, _, text = sign.texts[0].partition("=")
        if sign.kind is DetectKind.ENV and name == "GOTOOLCHAIN":
            yield text


def _why_stops(use: GoUse, file: BuildFile, settings: Sequence[str]) -> str:
    """Return why the go command of a place fetches no other Go, "" where it does."""
    if go_version_key(use.version) < go_version_key(_FETCHES_SINCE):
        return f"a go command before {_FETCHES_SINCE} fetches no other Go"
    if "local" in settings:
        return f"{file.artifact} sets GOTOOLCHAIN=local"
    images = [s for s in file.signs if s.kind is DetectKind.IMAGE and s.location == use.location]
    is_official = any(text.startswith((f"{_SETS_LOCAL}:", f"{_SETS_LOCAL}@")) for s in images for text in s.texts)
    return "the official images of Go set GOTOOLCHAIN=local" if is_official and not settings else ""


def _too_old(use: GoUse, least: GoUse, why: str) -> Gap:
    both = f"it names Go {use.version}, and {least.location.artifact}:{least.location.line} asks for {least.version}"
    if why:
        reason = f"{both}; {why}, so the build may stop"
    else:
        reason = f"{both}: the go command fetches that one, unless GOTOOLCHAIN is local there, as distributions set it"
    return Gap(
        wanted=f"which Go builds by {use.location.artifact}:{use.location.line}",
        reason=reason,
        remedy=f"name Go {least.version} or newer there",
        subject=use.location.artifact,
        location=use.location,
    )


def _least(uses: Iterable[GoUse]) -> GoUse | None:
    return max((u for u in uses if u.is_least and is_go_version(u.version)), key=_key, default=None)


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
        return _floating(least.version, (least, use)) if least is not None else None
    fetches = go_version_key(use.version) >= go_version_key(_FETCHES_SINCE)
    if least is None or not fetches or go_version_key(least.version) <= go_version_key(use.version):
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
