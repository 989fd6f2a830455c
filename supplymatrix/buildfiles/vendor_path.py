"""Which vendor's things a project builds with and ships on, how firmly each is named, and until when it is supported.

    uses, gaps = vendor_uses(build.files, knowledge, day=date(2026, 11, 26))

Signs and Gos of build files become `VendorUse` facts. Whose a thing is comes from `Knowledge`, that is from the detect
patterns of vendor profiles, as everywhere; a thing of no known vendor is in use all the same. Of an image two ends may
be known, that of the Go in it and that of the distribution below: the one that comes first counts.

Only what is on the way is told: of variables and packages those that a profile knows or that are Go itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from supplymatrix.buildfiles.base_ends import end_of_alpine_repository, end_of_base, living_release
from supplymatrix.buildfiles.found import BuildFile, GoUse, Role, Sign, Tool
from supplymatrix.buildfiles.images import go_of_image
from supplymatrix.buildfiles.pins import (
    pin_of_go,
    pin_of_image,
    pin_of_package,
    pin_of_ref,
    wanted_image,
    wanted_ref,
)
from supplymatrix.buildfiles.scripts import shown
from supplymatrix.gomod.goversion import language_version
from supplymatrix.model.advisory import is_go_toolchain
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind, Point
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse

__all__ = ["UPSTREAM", "End", "Knowledge", "Owner", "vendor_uses"]

UPSTREAM = "go-project"
"""The id of the profile of the Go project."""
_MAX_USES = 20_000
_SHORT = 60  # characters of a line that stands for a Go without a version
_LONGEST = 300  # characters of a name
_CRAFTS = frozenset({"snapcraft", "rockcraft"})
"""Kinds of files whose base is a release of a system, and cannot be named more firmly."""
_PARTS_OF_POINTS: Mapping[Point, PathPart] = {
    Point.POLICY: PathPart.CI_STEP,
    Point.MODULE: PathPart.PROXY,
    Point.TOOLCHAIN: PathPart.TOOLCHAIN,
    Point.BUILD_FLAG: PathPart.BUILD_FLAG,
    Point.BASE_IMAGE: PathPart.BASE_IMAGE,
    Point.RUNTIME: PathPart.RUNTIME,
}
_SETTINGS = frozenset({DetectKind.ENV, DetectKind.GODEBUG, DetectKind.BUILD_SETTING})
_FLAGS = frozenset({"GOEXPERIMENT", "GOFIPS140", "GOFLAGS"})


@value
class Owner:
    """Whose a thing is: a vendor and an offer by their ids, and where that enters the way."""

    vendor: str
    offer: str
    point: Point


@value
class End:
    """The end of support of something. ends: None = not known; is_ended: None = nobody can say."""

    ends: date | None = None
    is_ended: bool | None = None
    source: str = ""


class Knowledge(Protocol):
    """What is known of vendors."""

    def owner(self, sign: Sign) -> Owner | None:
        """Return whose a sign is, None where no profile knows it."""
        ...

    def end_of_go(self, owner: Owner | None, minor: str) -> End:
        """Return until when a vendor supports a Go minor; the Go project where there is none."""
        ...


def vendor_uses(
    files: Iterable[BuildFile], knowledge: Knowledge, day: date
) -> tuple[tuple[VendorUse, ...], tuple[Gap, ...]]:
    """Return all that is in use, in the order of files and lines, each once; and a gap where that is too much. day: on
    which ends are judged."""
    found: dict[VendorUse, None] = {}
    for file in files:
        for use in _Reader(file, knowledge, day).uses():
            if len(found) >= _MAX_USES and use not in found:
                return tuple(found), (_too_much(use.location),)
            found.setdefault(use)
    return tuple(found), ()


def _too_much(place: Location) -> Gap:
    return Gap(
        wanted=f"what is in use at and behind {place.artifact}",
        reason=f"more than {_MAX_USES:,} things are in use",
        remedy="name the folder of the service itself",
        subject=place.artifact,
        location=place,
    )


class _Reader:
    """One file."""

    def __init__(self, file: BuildFile, knowledge: Knowledge, day: date) -> None:
        self._file = file
        self._knows = knowledge
        self._day = day
        self._owners = {sign: knowledge.owner(sign) for sign in file.signs}
        self._go_places = {use.location for use in file.gos}
        self._by_place: dict[Location, list[Sign]] = {}
        for sign in file.signs:
            self._by_place.setdefault(sign.location, []).append(sign)

    def uses(self) -> Iterator[VendorUse]:
        """Yield what the file uses."""
        for sign in self._file.signs:
            yield from self._of_sign(sign)
        for use in self._file.gos:
            yield self._of_go(use)
        for sign in self._file.beside:
            yield self._beside(sign)
        for tool in self._file.tools:
            yield _of_tool(tool)

    def _of_sign(self, sign: Sign) -> Iterator[VendorUse]:
        if sign.kind is DetectKind.IMAGE:
            yield self._image(sign)
        elif sign.kind is DetectKind.CI_ACTION:
            yield self._action(sign)
        elif sign.kind is DetectKind.GOPROXY:
            yield self._plain(sign, PathPart.PROXY, sign.texts[0])
        elif sign.kind is DetectKind.APK_REPOSITORY:
            if not sign.texts[0].endswith(".pub"):  # a key of one
                yield self._repository(sign)
        elif sign.kind in _SETTINGS:
            yield from self._setting(sign)
        elif sign.kind in (DetectKind.PACKAGE, DetectKind.SNAP):
            yield from self._package(sign)
        elif sign.kind is DetectKind.OS_RELEASE and self._owners[sign] is not None:
            yield self._plain(sign, PathPart.RUNTIME, sign.texts[0])

    def _image(self, sign: Sign) -> VendorUse:
        """Return an image. What a craft file stands on is a release of a system, which is all that it can name."""
        reference = sign.reference or sign.texts[0]
        is_run = sign.role in (Role.RUNTIME, Role.BOTH)
        ends = self._ends_of_image(sign, reference)
        end = min((one for one in ends if one.ends is not None), key=lambda one: one.ends or date.max, default=End())
        pinned = Pinned.VERSION if self._file.kind in _CRAFTS else pin_of_image(reference)
        use = self._plain(sign, PathPart.BASE_IMAGE if is_run else PathPart.BUILD_IMAGE, reference)
        return changed(
            use,
            pinned=pinned,
            version=_version_of(reference),
            ends=end.ends,
            is_ended=end.is_ended,
            ends_source=end.source,
            wants=self._followed(reference, ends) or (wanted_image(reference) if _is_loose(pinned) else ""),
            is_tried=sign.is_tried,
        )

    def _ends_of_image(self, sign: Sign, reference: str) -> tuple[End, End]:
        """Return the ends of the distribution below an image, and of the Go in it."""
        below, go = end_of_base(reference), go_of_image(reference)
        first, second = End(), End()
        if below is not None:
            source = f"{below.distribution}: {below.source}"
            first = End(ends=below.ends, is_ended=below.ends < self._day, source=source)
        if go:
            owner = self._owners.get(sign)
            second = self._knows.end_of_go(owner, language_version(f"go{go}").removeprefix("go"))
        return first, second

    def _followed(self, reference: str, ends: tuple[End, End]) -> str:
        """Return what follows an image of which something has ended, "" for one of which nothing has."""
        below, go = ends
        if not below.is_ended and not go.is_ended:
            return ""
        found = end_of_base(reference)
        next_one = living_release(found.family, self._day) if found is not None and below.is_ended else None
        base = f"{next_one.distribution}, supported until {next_one.ends}" if next_one is not None else ""
        how = "" if self._file.kind in _CRAFTS else ", by its digest"
        if go.is_ended:
            on = f" on {base or 'a distribution that is, too'}" if below.is_ended else ""
            return f"move to a Go that is supported{on}{how}"
        return f"move to {base or 'one that is supported'}{how}"

    def _action(self, sign: Sign) -> VendorUse:
        reference = sign.reference or sign.texts[0]
        name, _, ref = reference.partition("@")
        pinned = pin_of_ref(ref)
        version = sign.version or (ref if pinned is Pinned.VERSION else "")
        wants = "" if pinned is Pinned.DIGEST else wanted_ref(name, ref)
        return changed(self._plain(sign, PathPart.CI_STEP, reference), pinned=pinned, version=version, wants=wants)

    def _repository(self, sign: Sign) -> VendorUse:
        use = self._plain(sign, PathPart.PACKAGES, sign.texts[0])
        branch = end_of_alpine_repository(sign.texts[0])
        if branch is None:
            return changed(use, pinned=Pinned.FLOATING)
        return changed(
            use,
            pinned=Pinned.FLOATING,
            version=branch.release,
            ends=branch.ends,
            is_ended=branch.ends < self._day,
            ends_source=f"{branch.distribution}: {branch.source}",
        )

    def _setting(self, sign: Sign) -> Iterator[VendorUse]:
        """Yield a variable or flag that a profile knows. GOPROXY is told by its hosts, or by "direct" and "off"."""
        name, _, text = sign.texts[0].partition("=")
        if name == "GOPROXY":
            if "://" not in text:
                yield self._plain(sign, PathPart.PROXY, text.strip()[:_LONGEST] or "default")
            return
        owner = self._owners[sign]
        if owner is None or name == "GOTOOLCHAIN":  # the Go that it names is told by itself
            return
        part = PathPart.BUILD_FLAG if name in _FLAGS else _PARTS_OF_POINTS[owner.point]
        yield self._plain(sign, part, shown(sign.texts[0]))

    def _package(self, sign: Sign) -> Iterator[VendorUse]:
        """Yield a package that a profile knows; Go itself is told by what names its version."""
        if self._owners[sign] is not None and not (sign.location in self._go_places and _is_of_go(sign)):
            use = self._plain(
                sign, PathPart.PACKAGES, sign.texts[-1] if sign.kind is DetectKind.SNAP else sign.texts[0]
            )
            yield changed(use, pinned=pin_of_package(sign.version), version=sign.version)

    def _of_go(self, use: GoUse) -> VendorUse:
        """Return a Go, with the thing that brings it, and whose that is."""
        bringing = self._bringing(use)
        owner = self._owners.get(bringing) if bringing is not None else None
        minor = language_version(f"go{use.version}").removeprefix("go") if use.version else ""
        is_floor = use.is_least or use.role is Role.PROJECT
        end = self._knows.end_of_go(owner, minor) if minor and not is_floor else End()
        is_upstream = bringing is None or bringing.kind in (DetectKind.ENV, DetectKind.CI_ACTION)
        vendor = owner.vendor if owner is not None else UPSTREAM if is_upstream else ""
        return VendorUse(
            part=PathPart.TOOLCHAIN,
            vendor=vendor,
            what=_go_words(use, bringing)[:_LONGEST],
            location=use.location,
            pinned=self._pin_of_go(use, bringing),
            version=use.version,
            role=use.role.value,
            words=use.words,
            stage=bringing.stage if bringing is not None else "",
            ends=end.ends,
            is_ended=end.is_ended,
            ends_source=end.source,
            wants=self._wanted_go(use, bringing, end),
        )

    def _pin_of_go(self, use: GoUse, bringing: Sign | None) -> Pinned:
        if use.is_least or use.role is Role.PROJECT:
            return Pinned.UNKNOWN  # the least that will do: the go command at hand decides
        if bringing is not None and bringing.kind is DetectKind.IMAGE:
            pinned = pin_of_image(bringing.reference or bringing.texts[0])
            return pinned if pinned in (Pinned.DIGEST, Pinned.UNKNOWN) else pin_of_go(use.version)
        if bringing is not None and bringing.kind is DetectKind.PACKAGE and bringing.version:
            return pin_of_package(bringing.version)
        is_open = "$" in use.words and "${{" not in use.words and not use.version
        return Pinned.UNKNOWN if is_open else pin_of_go(use.version)

    def _wanted_go(self, use: GoUse, bringing: Sign | None, end: End) -> str:
        if end.is_ended:
            return "move to a Go that is supported"
        if not _is_loose(self._pin_of_go(use, bringing)):
            return ""
        if bringing is not None and bringing.kind is DetectKind.IMAGE:
            return wanted_image(bringing.reference or bringing.texts[0])
        if bringing is not None and bringing.kind is DetectKind.SNAP:
            return "set GOTOOLCHAIN=go1.N.M in the build: a snap has no full versions to name"
        if self._file.kind == "rpm-spec":
            return "the distribution chooses it: keep the program's own record of it, `go version -m PROGRAM`"
        if bringing is not None and bringing.kind is DetectKind.PACKAGE:
            return "name a full version where the distribution keeps it, or an image by its digest"
        example = f"{use.version}.N" if use.version.count(".") == 1 else "1.N.M"
        return f"name a full version, {example}, or a go-version-file with a toolchain line"

    def _bringing(self, use: GoUse) -> Sign | None:
        """Return the image, package, snap, variable or action at the place of a Go that brings it."""
        signs = self._by_place.get(use.location, ())
        for kind in (DetectKind.IMAGE, DetectKind.PACKAGE, DetectKind.SNAP):
            of_kind = [sign for sign in signs if sign.kind is kind and _is_of_go(sign)]
            if of_kind:
                same = (sign for sign in of_kind if _names_go(sign, use.version))
                return next(same, of_kind[0])
        for sign in signs:
            if sign.kind is DetectKind.ENV and sign.texts[0].startswith("GOTOOLCHAIN="):
                return sign
        return None

    def _beside(self, sign: Sign) -> VendorUse:
        """Return an image of what runs beside the program, or of a step of CI."""
        reference = sign.reference or sign.texts[0]
        part = PathPart.CI_STEP if sign.role is Role.CI else PathPart.RUNTIME
        pinned = pin_of_image(reference)
        below = end_of_base(reference)
        owner = self._knows.owner(sign)
        use = self._plain(sign, part, reference)
        use = changed(use, vendor=owner.vendor if owner is not None else "", pinned=pinned)
        use = changed(use, wants=wanted_image(reference) if _is_loose(pinned) else "")
        if below is None:
            return use
        source = f"{below.distribution}: {below.source}"
        return changed(use, ends=below.ends, is_ended=below.ends < self._day, ends_source=source)

    def _plain(self, sign: Sign, part: PathPart, what: str) -> VendorUse:
        owner = self._owners.get(sign)
        return VendorUse(
            part=part,
            vendor=owner.vendor if owner is not None else "",
            what=shown(what)[:_LONGEST],
            location=sign.location,
            pinned=Pinned.UNKNOWN,
            role=sign.role.value,
            words=sign.words,
            stage=sign.stage,
        )


def _of_tool(tool: Tool) -> VendorUse:
    return VendorUse(
        part=tool.part,
        vendor="",
        what=tool.what[:_LONGEST],
        location=tool.location,
        pinned=tool.pinned,
        version=tool.version,
        role=tool.role.value,
        words=tool.words,
        stage=tool.stage,
        wants=tool.wants,
    )


def _is_of_go(sign: Sign) -> bool:
    if sign.kind is DetectKind.IMAGE:
        return go_of_image(sign.reference or sign.texts[0]) is not None or "/go:" in sign.texts[0]
    if sign.kind is DetectKind.SNAP:
        return sign.texts[0].partition("/")[0] == "go"
    return is_go_toolchain(sign.texts[0])


def _names_go(sign: Sign, version: str) -> bool:
    """Return whether an image, package or snap is the one of several at a place that names this Go; "" = none."""
    if sign.kind is DetectKind.IMAGE:
        return (go_of_image(sign.reference or sign.texts[0]) or "") == version
    return bool(version) and version in sign.texts[-1]


def _go_words(use: GoUse, bringing: Sign | None) -> str:
    """Return how a Go is named where it stands: "golang:1.25", "go-toolset", "setup-go 1.25", "go 1.25.3"."""
    if bringing is not None and bringing.kind is DetectKind.IMAGE:
        return bringing.reference or bringing.texts[0]
    if bringing is not None and bringing.kind is DetectKind.PACKAGE:
        return f"{bringing.texts[0]} {bringing.version}".strip()
    if bringing is not None and bringing.kind is DetectKind.SNAP:
        return bringing.texts[-1]
    if bringing is not None:
        return shown(bringing.texts[0])
    if use.role is Role.PROJECT:
        return use.words
    return f"Go {use.version}" if use.version else use.words[:_SHORT] or "Go"


def _version_of(reference: str) -> str:
    """Return the tag of an image, "" for none."""
    name = reference.partition("@")[0]
    tag = name.rpartition(":")[2] if ":" in name.rpartition("/")[2] else ""
    return tag[:_LONGEST]


def _is_loose(pinned: Pinned) -> bool:
    return pinned is Pinned.FLOATING
