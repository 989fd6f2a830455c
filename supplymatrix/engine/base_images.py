"""The images of vendors on which a project builds, as its build files name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from supplymatrix.attest.image_reference import without_login
from supplymatrix.buildfiles.found import Sign
from supplymatrix.buildfiles.images import image_forms, repository_of
from supplymatrix.buildfiles.registry import kind_of
from supplymatrix.engine.projects import read_project
from supplymatrix.engine.vendor_measures import profile_of
from supplymatrix.model.checked_artifact import SIGNATURES_WANTED
from supplymatrix.model.gap import Gap
from supplymatrix.model.location import Location
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import DetectKind, VendorProfile
from supplymatrix.model.vendor_signer import SignedThing
from supplymatrix.vendors.signer_match import covering
from supplymatrix.vendors.standing import matches_image

__all__ = ["BaseUse", "base_images_of"]

_READ = frozenset({"dockerfile", "ko", "goreleaser", "workflow", "gitlab-ci"})
"""Kinds of files whose images a project builds on, or is built in."""
_HIDING = (
    "the image of", "the images of", "the further stages", "the rest of the Dockerfile", "the end of a here-document",
)  # fmt: skip
"""How gaps begin behind which there may be an image."""


@value
class BaseUse:
    """One image that a build file names. reference: as it stands there, variables filled in and without a login.
    location: of its line."""

    vendor: str
    reference: str
    location: Location


def base_images_of(
    root: Path, vendors: Sequence[str], environ: Mapping[str, str], today: date
) -> tuple[tuple[BaseUse, ...], tuple[Gap, ...]]:
    """Return where a project builds on images of some vendors, each image once; and gaps for images that cannot be
    told, since they may be of any of them."""
    build = read_project(root)
    profiles = [
        profile for profile in (profile_of(vendor, environ, today) for vendor in vendors) if profile is not None
    ]
    uses: dict[tuple[str, str], BaseUse] = {}
    unread = [gap for gap in build.gaps if gap.location is None or kind_of(gap.subject) in _READ]
    files = [file for file in build.files if file.kind in _READ]
    for file in files:
        for sign in file.signs:
            if sign.kind is DetectKind.IMAGE:
                for use in _uses(sign, profiles):
                    uses.setdefault((use.vendor, use.reference), use)
    gaps = [gap for file in files for gap in file.gaps if gap.wanted.startswith(_HIDING)]
    return tuple(uses.values()), tuple(_as_unsigned(gap) for gap in (*unread, *gaps))


def _uses(sign: Sign, profiles: Sequence[VendorProfile]) -> Iterator[BaseUse]:
    reference = _with_small_host(without_login(sign.reference or sign.texts[0]))
    sign = changed(sign, texts=image_forms(_with_small_host(without_login(sign.texts[0]))))
    forms = [repository_of(form) for form in image_forms(reference)]
    for profile in profiles:
        is_signed = any(covering(profile, form, {SignedThing.IMAGE}, {}).is_named for form in forms)
        if is_signed or matches_image(profile, sign):
            yield BaseUse(vendor=profile.id, reference=reference, location=sign.location)


def _with_small_host(reference: str) -> str:
    """Return a reference as registries are told apart, which have no capital letters."""
    host, slash, rest = reference.partition("/")
    return f"{host.lower()}/{rest}" if slash else reference


def _as_unsigned(gap: Gap) -> Gap:
    """Return the gap of an image that cannot be told as one of its signatures."""
    place = gap.location
    name = f"{place.artifact}:{place.line}" if place is not None and place.line else gap.subject
    return changed(gap, wanted=f"{SIGNATURES_WANTED}{name}", subject=name)
