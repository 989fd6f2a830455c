"""Which vendor's things a project builds with and ships on: what was found, how firmly it is named, and until when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from supplymatrix.model.location import Location
from supplymatrix.model.value import value

__all__ = ["PATH_WANTED", "PathPart", "Pinned", "VendorUse"]

PATH_WANTED = "vendor path: "
"""With this begins what the gaps of build files wanted that do not tell all that they use."""


class PathPart(StrEnum):
    """What of the way from source to running program it is."""

    TOOLCHAIN = "toolchain"
    BUILD_FLAG = "build flag"
    BASE_IMAGE = "base image"
    BUILD_IMAGE = "build image"
    PACKAGES = "package repository"
    PROXY = "module proxy"
    SIGNING = "signing"
    CI_STEP = "CI step"
    RUNTIME = "runtime"


class Pinned(StrEnum):
    """How firmly it is named. DIGEST: by its contents; VERSION: a full version, which its owner could move; FLOATING: a
    minor, a tag such as latest, or nothing; UNKNOWN: it hangs on what is not known here."""

    DIGEST = "digest"
    VERSION = "version"
    FLOATING = "floating"
    UNKNOWN = "unknown"


@value
class VendorUse:
    """One thing in use. vendor: a profile's id, "" = of none that is known. what: its name as a reader finds it
    ("cgr.dev/chainguard/go:1.25", "go-toolset", "sigstore/cosign-installer@v3"). version: "" for none. pinned. ends:
    when it goes out of support, None = not known; is_ended: True once it has, None = not known; ends_source: who says
    so. role: as `buildfiles.found.Role` has it, in its word. words: the line. stage: of a Dockerfile, or job. wants:
    what to write in its place to pin it, or what follows it, "" for nothing. is_tried: a matrix of CI tries it beside
    others. by_contents_alone: a policy takes no other name for it than that of its contents.
    """

    part: PathPart
    vendor: str
    what: str
    location: Location
    pinned: Pinned
    version: str = ""
    role: str = ""
    words: str = ""
    stage: str = ""
    ends: date | None = None
    is_ended: bool | None = None
    ends_source: str = ""
    wants: str = ""
    is_tried: bool = False
    by_contents_alone: bool = False
