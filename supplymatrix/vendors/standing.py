"""On which vendors' paths a project stands already, each with the line that shows it.

A sign of the project's build files is held against the detect patterns of every profile's entry points. Two rules keep
a name from meaning what it does not:

- `golang`, `go-1.25` and their like are packages of many distributions: one counts for a vendor only where it is
  installed on that vendor's image or from its apk repository. Where that is not known it counts for nobody, and that is
  said.
- An apko or melange file tells by its repositories whose packages it takes; its name alone counts only where it names
  none.

The last stage of a Dockerfile is what runs, the stages before it are the build; see `buildfiles/dockerfile_signs.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from supplymatrix.buildfiles.found import BuildFile, Role, Sign
from supplymatrix.model.advisory import is_go_toolchain
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import value
from supplymatrix.model.vendor import DetectKind, Detector, EntryPoint, Point, VendorProfile

__all__ = ["SignMatcher", "Stand", "Standing", "find_standing", "glob_matches", "matches_image"]

_ROLES = (Role.BINARY, Role.BOTH, Role.BUILD, Role.RUNTIME, Role.CI, Role.PROJECT, Role.OTHER, Role.DEVELOPMENT)
_LEAST = (Role.OTHER, Role.DEVELOPMENT)
_OF_ONE_VENDOR = frozenset({"zypper"})  # managers that only one vendor's systems have
_OWN_NAMES = ("msft-",)
_OF_ONE_NAME = ("go-toolset",)
"""Packages by whose name alone it is known whose recipe they are, where nothing says on what they are installed."""
_APK_FILES = frozenset({"apko", "melange"})
_MOST_PLACES = 2_000


@value
class Stand:
    """One sign on a vendor's path. vendor, offer: ids; pattern: of the profile that it matches, "image:cgr.dev/*";
    words: the line of the project."""

    vendor: str
    offer: str
    point: Point
    role: Role
    pattern: str
    location: Location
    words: str
    replaces_upstream: bool

    @property
    def text(self) -> str:
        """The place and its line: "Dockerfile:3 FROM cgr.dev/chainguard/static"."""
        place = f"{self.location.artifact}:{self.location.line}" if self.location.line else self.location.artifact
        return f"{place} {self.words}".rstrip()


@value
class Standing:
    """All signs of a project. stands: the weightiest first. gaps: packages of which nobody can say whose they are."""

    stands: tuple[Stand, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def vendors(self) -> tuple[str, ...]:
        """The ids of the vendors, in order; a stage that nothing needs counts only where there is no other sign."""
        return tuple(dict.fromkeys(stand.vendor for stand in self._counting))

    @property
    def offers(self) -> Mapping[str, tuple[str, ...]]:
        """The offers of each vendor whose signs there are; as with `vendors`, what nothing needs does not count."""
        found: dict[str, dict[str, None]] = {}
        for stand in self._counting:
            found.setdefault(stand.vendor, {})[stand.offer] = None
        return {vendor: tuple(offers) for vendor, offers in found.items()}

    @property
    def _counting(self) -> Sequence[Stand]:
        return [stand for stand in self.stands if stand.role not in _LEAST] or self.stands

    def of(self, vendor: str) -> tuple[Stand, ...]:
        """Return the signs of one vendor, the weightiest first."""
        return tuple(stand for stand in self.stands if stand.vendor == vendor)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Each vendor with its first sign, as `make_matrix` takes them."""
        return tuple((vendor, self.of(vendor)[0].text) for vendor in self.vendors)


def find_standing(profiles: Iterable[VendorProfile], files: Sequence[BuildFile], names: Sequence[str] = ()) -> Standing:
    """Return on whose paths a project stands. names: paths of the files in its tree."""
    finder = _Finder(tuple(profiles))
    for file in files:
        for sign in file.signs:
            finder.take(sign)
    told = {file.artifact for file in files if file.kind in _APK_FILES and _names_repository(file)}
    finder.take_files(name for name in names if name not in told)
    return Standing(stands=finder.sorted(), gaps=tuple(finder.gaps.values()))


def glob_matches(pattern: str, text: str) -> bool:
    """Return whether a glob of * and ? matches a whole text, in time that no pattern can make grow beyond their
    product."""
    at = mark = 0
    star = -1
    place = 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            place, at = place + 1, at + 1
        elif star >= 0:
            mark += 1
            place, at = star + 1, mark
        else:
            return False
    return not pattern[place:].strip("*")


class SignMatcher:
    """Holds signs against the detect patterns of all profiles. gaps: by place, packages of which nobody can say whose
    they are."""

    def __init__(self, profiles: Iterable[VendorProfile]) -> None:
        self.gaps: dict[str, Gap] = {}
        self._patterns: dict[DetectKind, list[tuple[VendorProfile, EntryPoint, Detector]]] = defaultdict(list)
        self._claims: dict[tuple[str, ...], frozenset[str]] = {}
        for profile in profiles:
            for entry in profile.entries:
                for detector in entry.detect:
                    self._patterns[detector.kind].append((profile, entry, detector))

    def matching(self, sign: Sign) -> list[tuple[VendorProfile, EntryPoint, Detector]]:
        """Return the patterns that a sign matches, each with the entry and the profile that it is of."""
        matching = [row for row in self._patterns[sign.kind] if _matches(row[2], sign)]
        return self._on_own_ground(sign, matching) if sign.kind is DetectKind.PACKAGE and matching else matching

    def _on_own_ground(
        self, sign: Sign, matching: list[tuple[VendorProfile, EntryPoint, Detector]]
    ) -> list[tuple[VendorProfile, EntryPoint, Detector]]:
        """Return those vendors' rows on whose image or repository a package is installed."""
        name = sign.texts[0]
        if not is_go_toolchain(name) or name.startswith(_OWN_NAMES):
            return matching
        claiming = self._claiming(sign.on)
        if sign.manager in _OF_ONE_VENDOR and not claiming:
            return matching
        if not sign.on and name.startswith(_OF_ONE_NAME):
            return matching
        if not sign.on:
            self._note_unknown_ground(sign)
        return [row for row in matching if row[0].id in claiming]

    def _claiming(self, on: tuple[str, ...]) -> frozenset[str]:
        """Return the vendors whose image or apk repository is among the forms of what a package is installed on."""
        if on not in self._claims:
            found = set()
            for kind in (DetectKind.IMAGE, DetectKind.APK_REPOSITORY):
                for profile, _, detector in self._patterns[kind]:
                    if any(_one_matches(detector, text) for text in on):
                        found.add(profile.id)
            self._claims[on] = frozenset(found)
        return self._claims[on]

    def _note_unknown_ground(self, sign: Sign) -> None:
        name = sign.texts[0][:60]
        place = f"{sign.location.artifact}:{sign.location.line}"
        self.gaps.setdefault(
            place,
            Gap(
                wanted=f"whose package {name} is ({place})",
                reason="several distributions have a package of this name, and on which it is installed is not known",
                remedy="name the image, or its ARG a default",
                subject=sign.location.artifact,
                location=sign.location,
            ),
        )


class _Finder(SignMatcher):
    def __init__(self, profiles: Iterable[VendorProfile]) -> None:
        super().__init__(profiles)
        self._stands: dict[tuple[str, str, str, str], Stand] = {}

    def take(self, sign: Sign) -> None:
        """Hold a sign against all patterns of its kind."""
        for profile, entry, detector in self.matching(sign):
            self._add(profile, entry, detector, (sign.role, sign.location, sign.words))

    def take_files(self, names: Iterable[str]) -> None:
        """Hold the names of files against patterns of files; a pattern without a slash means the last part."""
        rows = self._patterns[DetectKind.FILE]
        if not rows:
            return
        by_name: dict[str, str] = {}
        for name in names:
            by_name.setdefault(name.rpartition("/")[2], name)
        for profile, entry, detector in rows:
            for last, name in by_name.items():
                if glob_matches(detector.pattern, name if "/" in detector.pattern else last):
                    self._add(profile, entry, detector, (Role.PROJECT, Location(artifact=name), ""))

    def sorted(self) -> tuple[Stand, ...]:
        """Return all stands, the weightiest first."""

        def weight(stand: Stand) -> tuple[int, bool, str, int, str, str]:
            place = stand.location
            own = (place.artifact, place.line, stand.vendor, stand.offer)
            return (_ROLES.index(stand.role), not stand.replaces_upstream, *own)

        return tuple(sorted(self._stands.values(), key=weight))

    def _add(
        self, profile: VendorProfile, entry: EntryPoint, detector: Detector, seen: tuple[Role, Location, str]
    ) -> None:
        role, place, words = seen
        key = (profile.id, entry.offer, entry.point.value, str(place))
        if len(self._stands) < _MOST_PLACES and key not in self._stands:
            self._stands[key] = Stand(
                vendor=profile.id,
                offer=entry.offer,
                point=entry.point,
                role=role,
                pattern=f"{detector.kind}:{detector.pattern}",
                location=place,
                words=words,
                replaces_upstream=entry.replaces_upstream,
            )


def _names_repository(file: BuildFile) -> bool:
    return any(sign.kind is DetectKind.APK_REPOSITORY for sign in file.signs)


def matches_image(profile: VendorProfile, sign: Sign) -> bool:
    """Return whether an image is on a vendor's path."""
    detectors = (detector for entry in profile.entries for detector in entry.detect)
    return any(detector.kind is DetectKind.IMAGE and _matches(detector, sign) for detector in detectors)


def _matches(detector: Detector, sign: Sign) -> bool:
    return any(_one_matches(detector, text) for text in sign.texts)


def _one_matches(detector: Detector, text: str) -> bool:
    """Return whether a pattern matches a text of its kind. One of an image has a tag only where the tag matters."""
    pattern = detector.pattern
    if detector.kind is DetectKind.IMAGE and ":" not in pattern.rpartition("/")[2]:
        repository, colon, tag = text.rpartition(":")
        text = repository if colon and "/" not in tag else text
    if detector.kind is DetectKind.APK_REPOSITORY:
        return glob_matches(pattern, text) or glob_matches(pattern, f"{text}/")
    return glob_matches(pattern, text)
