"""Needs that a project itself shows, each with its line: a first draft of a buyer's own list.

A need is a must only where the project settles it: FIPS switched on in its build or its go.mod. All else is what it
uses today, which a buyer may well give up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind
from supplymatrix.vendors.go_in_use import GoInUse, find_go_in_use
from supplymatrix.vendors.needs import MAX_NEEDS, Need

__all__ = ["needs_of_project"]

_MOST_ORIGINS = 3
_OFF = frozenset({"", "0", "off", "false", "none"})
_FIPS_EXPERIMENTS = ("strictfipsruntime", "boringcrypto", "systemcrypto", "opensslcrypto", "cngcrypto")
_FIPS_VARIABLES = frozenset({"GOFIPS140", "GOFIPS", "GOLANG_FIPS", "OPENSSL_FORCE_FIPS_MODE"})


def needs_of_project(files: Sequence[BuildFile], gos: Sequence[GoInUse] | None = None) -> tuple[Need, ...]:
    """Return the needs of a project, at most eight. gos: the Gos in use, found in the files when left out."""
    found = find_go_in_use(files) if gos is None else gos
    signs = [sign for file in files for sign in file.signs]
    needs = (*_go(found), *_fips(signs), *_arches(files), *_air_gap(signs), *_image(signs))
    return tuple(needs)[:MAX_NEEDS]


def _go(gos: Sequence[GoInUse]) -> Iterator[Need]:
    first = {go.minor: go for go in reversed(gos)}
    minors = tuple(dict.fromkeys(go.minor for go in gos))
    if minors:
        is_least = gos[0].uses[0].is_least
        origins = [_origin_of_go(first[minor]) for minor in minors]
        more = [f"and {len(origins) - _MOST_ORIGINS} more"] if len(origins) > _MOST_ORIGINS else []
        yield Need(
            key="go_minors",
            must=False,
            items=minors,
            why="the least Go that builds the project" if is_least else "the Go that builds the project",
            origin="; ".join((*origins[:_MOST_ORIGINS], *more)),
        )


def _origin_of_go(go: GoInUse) -> str:
    """Return the line that decides. One of go.mod names only the least, so a newer Go will do."""
    use = go.uses[0]
    newer = f" ({go.minor} or newer)" if use.is_least and not go.is_exact else ""
    return f"{_origin(use.location, use.words)}{newer}"


def _fips(signs: Iterable[Sign]) -> Iterator[Need]:
    sign = next((sign for sign in signs if _is_fips(sign)), None)
    if sign is not None:
        origin = _origin(sign.location, sign.words)
        yield Need(key="fips_mode", must=True, why="the project is built or run in FIPS mode", origin=origin)
        yield Need(key="fips_certificate", must=False, why="FIPS mode is of use with a certificate", origin=origin)


def _is_fips(sign: Sign) -> bool:
    """Return whether a sign shows that FIPS mode is switched on."""
    text = sign.texts[0]
    name, _, given = text.partition("=")
    if sign.kind is DetectKind.ENV:
        return _switches_fips(name, given)
    if sign.kind is DetectKind.GODEBUG:
        return name == "fips140" and given in ("on", "only")
    if sign.kind is DetectKind.BUILD_SETTING:
        is_tagged = name == "-tags" and "requirefips" in given.replace(",", " ").split()
        return is_tagged or _switches_fips(name, given)
    if sign.kind is DetectKind.SNAP:
        return text.startswith("go/") and "-fips" in text
    if sign.kind is DetectKind.IMAGE and sign.role not in (Role.OTHER, Role.DEVELOPMENT):
        return text.partition("@")[0].rpartition(":")[0].endswith("-fips") or text.endswith("-fips")
    return False


def _switches_fips(name: str, given: str) -> bool:
    """Return whether a variable, or the build setting of its name, switches FIPS mode on."""
    if name == "GOEXPERIMENT":
        return any(word in _FIPS_EXPERIMENTS for word in given.split(","))
    return name in _FIPS_VARIABLES and given.lower() not in _OFF


def _arches(files: Iterable[BuildFile]) -> Iterator[Need]:
    uses = [use for file in files for use in file.arches]
    if uses:
        yield Need(
            key="arches",
            must=False,
            items=tuple(dict.fromkeys(use.arch for use in uses)),
            why="processors that the project is built for",
            origin=_origin(uses[0].location, uses[0].words),
        )


def _air_gap(signs: Sequence[Sign]) -> Iterator[Need]:
    """Yield a need for builds without internet: GOPROXY=off, perhaps beside vendored modules."""
    off = [s for s in signs if s.kind is DetectKind.ENV and s.texts[0] == "GOPROXY=off"]
    vendored = [
        s for s in signs
        if s.kind is DetectKind.ENV and s.texts[0].startswith("GOFLAGS=") and "-mod=vendor" in s.texts[0]
    ]  # fmt: skip
    if off:
        sign = off[0]
        why = "modules are vendored and fetched from nowhere" if vendored else "modules are fetched from nowhere"
        yield Need(key="air_gap", must=False, why=why, origin=_origin(sign.location, sign.words))


def _image(signs: Iterable[Sign]) -> Iterator[Need]:
    """Yield a need for signed images, of a project that runs on somebody's image."""
    roles = (Role.RUNTIME, Role.BOTH)
    sign = next((s for s in signs if s.kind is DetectKind.IMAGE and s.role in roles), None)
    if sign is not None:
        why = "the program runs on an image of somebody's"
        yield Need(key="signing", must=False, why=why, origin=_origin(sign.location, sign.words))


def _origin(place: Location, words: str) -> str:
    where = f"{place.artifact}:{place.line}" if place.line else place.artifact
    return f"{where} {words}".rstrip()
