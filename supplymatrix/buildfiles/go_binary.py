"""A compiled Go program as a build file: the Go that built it, and its build settings as signs of vendors' paths.

Each setting is a sign `key=value`, as patterns of the kind build_setting match it; so is the recorded Go version, as
`go_version=go1.24.4-1 Red Hat`, since what a maker adds to it names the maker. Experiments that stand in the version
alone count as the setting GOEXPERIMENT. Settings that take flags for other tools may hold secrets, and are not quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.buildfiles.environment import arch_of
from supplymatrix.buildfiles.found import LONGEST_WORDS, ArchUse, BuildFile, GoUse, Role, Sign
from supplymatrix.gomod.build_info import BuildInfo
from supplymatrix.model.fact import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.vendor import DetectKind

__all__ = ["BINARY_KIND", "maker_of", "read_go_binary"]

BINARY_KIND = "go-binary"
_EXPERIMENTS = "X:"
_LONGEST = 2_000
_GODEBUG = "DefaultGODEBUG"


def read_go_binary(programs: Sequence[BuildInfo], artifact: str) -> BuildFile:
    """Return what the programs of one file show."""
    place = Location(artifact=artifact)
    return BuildFile(
        artifact=artifact,
        kind=BINARY_KIND,
        signs=tuple(dict.fromkeys(sign for info in programs for sign in _signs(info, place))),
        gos=tuple(dict.fromkeys(use for info in programs for use in _gos(info, place))),
        arches=tuple(dict.fromkeys(use for info in programs for use in _arches(info, place))),
        gaps=tuple(dict.fromkeys(gap for info in programs for gap in _gaps(info, place))),
    )


def maker_of(info: BuildInfo) -> str:
    """Return what the maker of the Go added to its version, experiments left out: "1 Red Hat", "microsoft"; "" for
    none."""
    if not info.release:
        return ""
    return " ".join(word for word in _words(info.suffix) if not word.startswith(_EXPERIMENTS))


def _signs(info: BuildInfo, place: Location) -> Iterator[Sign]:
    for key, text in info.settings:
        yield _sign(DetectKind.BUILD_SETTING, f"{key}={text}", place, f"build setting {key}={_shown(key, text)}")
        if key == _GODEBUG:
            for part in text[:_LONGEST].split(","):
                yield _sign(DetectKind.GODEBUG, part, place, f"build setting {_GODEBUG}={part}")
    words = f"built by {info.go_version}"
    if info.go_version:
        yield _sign(DetectKind.BUILD_SETTING, f"go_version={info.go_version}", place, words)
    if info.setting("GOEXPERIMENT") is None:
        for word in _words(info.suffix):
            if word.startswith(_EXPERIMENTS):
                text = f"GOEXPERIMENT={word.removeprefix(_EXPERIMENTS)}"
                yield _sign(DetectKind.BUILD_SETTING, text, place, words)


def _words(suffix: str) -> list[str]:
    """Return the words of a suffix, experiments on their own: "microsoft-X:systemcrypto" is two."""
    return suffix.replace(f"-{_EXPERIMENTS}", f" {_EXPERIMENTS}").split()


def _sign(kind: DetectKind, text: str, place: Location, words: str) -> Sign:
    return Sign(kind=kind, texts=(text[:_LONGEST],), role=Role.BINARY, location=place, words=words[:LONGEST_WORDS])


def _shown(key: str, text: str) -> str:
    return "…" if "flags" in key.lower() else text


def _gos(info: BuildInfo, place: Location) -> Iterator[GoUse]:
    if info.release:
        words = f"{'names' if info.is_version_inferred else 'built by'} {info.go_version}"
        yield GoUse(version=info.release, role=Role.BINARY, location=place, words=words[:LONGEST_WORDS])


def _arches(info: BuildInfo, place: Location) -> Iterator[ArchUse]:
    arch = arch_of(info.setting("GOARCH") or "")
    if arch:
        yield ArchUse(arch=arch, location=place, words=f"build setting GOARCH={arch}")


def _gaps(info: BuildInfo, place: Location) -> Iterator[Gap]:
    subject = place.artifact
    if not info.release:
        said = f"it says {info.go_version[:60]!r}" if info.go_version else "it does not say"
        yield Gap(
            wanted=f"the release of Go that built {subject}",
            reason=f"{said}, which is no release",
            remedy="name a program built by a release, and not obfuscated",
            subject=subject,
            location=place,
        )
    elif info.is_version_inferred:
        yield Gap(
            wanted=f"a record of the Go that built {subject}",
            reason=f"its format hides it; {info.go_version} is the only release that it names",
            remedy="hold it against the build",
            subject=subject,
            location=place,
        )
