"""The signatures of images, wherever these lie: in a registry, in a folder, in a tar file.

rows = image_signatures("registry.example/app:v1", means)
rows = image_signatures("./layout", means, ImageChoice(platform="linux/arm64"))

| word | what is meant |
|---|---|
| `./dir`, `../dir`, `/dir`, `dir/` | a layout in a folder |
| `file.tar`, `file.tar.gz`, `file.tgz`, … | one in a tar file, where the file is there |
| `oci:PATH`, `oci-archive:PATH` | the same, whatever PATH is called |
| each of them with `:TAG` or `@sha256:…` behind it | one image of the layout |
| everything else that names a registry, a tag or a digest | an image of a registry |

A folder in the current one is never taken for an image of the same name: it needs `./` in front. Registries are asked
side by side; a layout is read without waiting for anybody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from supplymatrix.attest.image_found import ImageSignatures, JudgedFind, SignatureKind
from supplymatrix.attest.image_reference import is_digest, names_registry, parse_image_reference
from supplymatrix.attest.image_search import Search, find_signatures
from supplymatrix.engine.means import Means
from supplymatrix.engine.signature_bundles import broken_off
from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError
from supplymatrix.model.gap import Gap
from supplymatrix.model.oci import DOCKER_HUB, ImageReference
from supplymatrix.model.value import changed, value
from supplymatrix.sources.oci_layout import LayoutImage, LayoutSource, drive_layout, open_layout

__all__ = ["ImageChoice", "image_signatures", "images_signatures", "is_layout", "is_there", "layout_path", "no_such"]

_PREFIXES = ("oci:", "oci-archive:")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".tzst")
_MOST_IMAGES = 500
"""Images of a layout that are looked at where none is named."""
_OTHER_DIGEST = (
    "docker wrote this layout: its digests may be others than those of the same image in a registry, and then nothing "
    "that signs that one is here"
)


@value
class ImageChoice:
    """Which images of an index are meant. platform: "linux/arm64", "" for the index itself. plain_http: the registry is
    asked without TLS. only_registries: no word is taken for a layout, whatever lies there."""

    platform: str = ""
    all_platforms: bool = False
    plain_http: bool = False
    only_registries: bool = False


_THE_INDEX = ImageChoice()
_EXPECTED = "a file, a layout as ./FOLDER, or an image with its registry, as registry.example/app:v1"


def is_layout(target: str) -> bool:
    """Return whether a word names a layout on this machine, and no image of a registry."""
    if (
        target.startswith((*_PREFIXES, "/", "./", "../", "~/"))
        or target in (".", "..")
        or target.endswith(("/", os.sep))
    ):
        return True
    path, _, _ = _parts(target)
    return path.lower().endswith(_TARS) and is_there(path, Path.is_file)


def image_signatures(target: str, means: Means, choice: ImageChoice = _THE_INDEX) -> tuple[ImageSignatures, ...]:
    """Return what lies beside an image: one row, or for an index of which images are chosen, the index first and then
    one for each of them. A layout with several images gives rows for all of them.

    What could not be had is a gap of its row. Raises InputError for a word that names no image, and for a layout that
    is none.
    """
    (found,) = images_signatures((target,), means, choice)
    if isinstance(found, SupplymatrixError):
        raise found
    return found


def images_signatures(
    targets: Sequence[str], means: Means, choice: ImageChoice = _THE_INDEX
) -> list[tuple[ImageSignatures, ...] | SupplymatrixError]:
    """Return the same of many images, in order, registries asked side by side; in the place of one that cannot be read,
    its error."""
    found: dict[int, tuple[ImageSignatures, ...] | SupplymatrixError] = {}
    references: dict[int, ImageReference] = {}
    for number, target in enumerate(targets):
        try:
            if is_layout(target) and not choice.only_registries:
                found[number] = _of_layout(target, choice)
            else:
                references[number] = _reference(target, is_named_so=choice.only_registries)
        except SupplymatrixError as err:
            found[number] = err
        except Exception as err:
            if _is_debugged(means):
                raise
            found[number] = _broken_off(target, err)
    if references:
        found |= _of_registries(references, means, choice)
    return [_named(found[number], target) for number, target in enumerate(targets)]


def _named(
    rows: tuple[ImageSignatures, ...] | SupplymatrixError, target: str
) -> tuple[ImageSignatures, ...] | SupplymatrixError:
    """Return rows that are called as the user called the image, where there is but one image."""
    if isinstance(rows, SupplymatrixError) or len({row.index or row.digest for row in rows}) > 1:
        return rows
    notes: tuple[str, ...] = ()
    if not is_layout(target) and not any(row.digest for row in rows) and is_there(target):
        notes = (f"the registry was asked; what lies in the current folder is named ./{target}",)
    return tuple(changed(row, name=target, notes=(*row.notes, *notes)) for row in rows)


def _reference(target: str, *, is_named_so: bool) -> ImageReference:
    """Return the image of a registry that a word stands for. is_named_so: it cannot stand for a file. Raises
    InputError, also for a name without a registry: a file whose name is mistyped is not told to Docker Hub."""
    try:
        found = parse_image_reference(target)
    except InputError as err:
        fault = err.diagnostics[0]
    else:
        if is_named_so or names_registry(target):
            return found
        fault = no_such(target)
    if is_there(target):
        fault = replace(fault, remedy=f"a layout in the current folder is named ./{target}")
        if not names_registry(target):
            fault = replace(fault, message="it names no registry, and a layout is named with ./ in front")
    raise InputError(fault)


def no_such(target: str) -> Diagnostic:
    """Return the fault of a word that names no file, no layout and no registry: how an image would be written."""
    try:
        found = parse_image_reference(target)
    except InputError:
        return Diagnostic(message="there is no such file", artifact=target[:200], expected=_EXPECTED)
    tag = f":{found.tag}" if target.endswith(f":{found.tag}") else ""
    name = f"{DOCKER_HUB}/{found.repository}{tag}"
    remedy = f"look whether the name is right; an image of Docker Hub is written {name}"
    return Diagnostic(
        message="there is no such file or layout, and it names no registry", artifact=target[:200],
        expected=_EXPECTED, remedy=remedy,
    )  # fmt: skip


def _of_registries(
    references: dict[int, ImageReference], means: Means, choice: ImageChoice
) -> dict[int, tuple[ImageSignatures, ...] | SupplymatrixError]:
    """Ask registries, all of them in one run."""
    from supplymatrix.net.registry import drive_searches, registry_source

    found: dict[int, tuple[ImageSignatures, ...] | SupplymatrixError] = {}
    searches = []
    numbers = []
    for number, reference in references.items():
        try:
            source = registry_source(
                reference,
                environ=means.environ,
                offline=means.offline,
                ca_file=means.ca_file,
                plain_http=choice.plain_http,
                jobs=means.jobs,
            )
        except SupplymatrixError as err:
            found[number] = err
            continue
        search = find_signatures(reference, platform=choice.platform, all_platforms=choice.all_platforms)
        searches.append((_guarded(search, reference.name, means), source))
        numbers.append(number)
    return found | dict(zip(numbers, drive_searches(searches) if searches else (), strict=True))


def _guarded(
    search: Search[tuple[ImageSignatures, ...]], name: str, means: Means
) -> Search[tuple[ImageSignatures, ...]]:
    """Search, and turn a fault of our own into a row, so that the other images of the run have theirs."""
    try:
        return (yield from search)
    except SupplymatrixError:
        raise
    except Exception as err:
        if _is_debugged(means):
            raise
        return _broken_off(name, err)


def _is_debugged(means: Means) -> bool:
    return means.environ.get("SUPPLYMATRIX_DEBUG") == "1"


def _broken_off(name: str, err: Exception) -> tuple[ImageSignatures, ...]:
    """Return the row of an image that this program has a fault about."""
    judged = JudgedFind(kind=SignatureKind.SIGNATURE, verdict=broken_off(name, err))
    return (ImageSignatures(name=name, reference=name, judged=(judged,)),)


def _of_layout(target: str, choice: ImageChoice) -> tuple[ImageSignatures, ...]:
    """Read a layout. Raises InputError."""
    path, tag, digest = _parts(_without_prefix(target))
    path = path.rstrip("/") or path
    place = Path(path)
    if not is_there(path):
        message = "there is no such folder or file"
        remedy = (
            ""
            if target.startswith(_PREFIXES)
            else "an image of a registry is named without ./ and without / at its end"
        )
        raise InputError(Diagnostic(message=message, artifact=path, remedy=remedy))

    def rows_of(layout: LayoutSource, image: LayoutImage) -> tuple[ImageSignatures, ...]:
        reference = ImageReference(registry="", repository=path, tag=image.tag, digest=image.digest)
        search = find_signatures(reference, platform=choice.platform, all_platforms=choice.all_platforms, is_local=True)
        notes = (*((_OTHER_DIGEST,) if layout.is_docker_save else ()), *layout.notes)
        rows = drive_layout(search, layout)
        gaps = tuple(
            Gap(wanted=what, reason=reason, remedy="name the image in its registry", subject=path)
            for what, reason in layout.missing
        )
        return tuple(
            changed(
                row,
                gaps=(*row.gaps, *gaps),
                notes=(*row.notes, *notes),
                forged=tuple(dict.fromkeys((*row.forged, *layout.forged))),
            )
            for row in rows
        )

    with open_layout(place) as layout:
        chosen = _chosen(layout.images, path, tag, digest)
        return tuple(row for image in chosen for row in rows_of(layout, image))


def _chosen(images: Sequence[LayoutImage], path: str, tag: str, digest: str) -> Sequence[LayoutImage]:
    """Return the images of a layout that are meant. Raises InputError."""
    found = [image for image in images if not tag or tag in (image.tag, image.name)]
    if digest:
        found = [image for image in found if image.digest == digest] or (
            [] if tag else [LayoutImage(digest=digest, tag="", name="", media_type="")]
        )
    if tag and len({image.digest for image in found}) > 1:
        message = f"the layout has {len(found)} images with the tag {tag}"
        raise InputError(Diagnostic(message=message, artifact=path, remedy=f"name one by its digest: {path}@sha256:…"))
    if found and len(found) <= _MOST_IMAGES:
        return found[:1] if tag or digest else found
    if found:
        message = f"the layout has {len(found):,} images, more than the {_MOST_IMAGES} that are looked at"
        raise InputError(Diagnostic(message=message, artifact=path, remedy=f"name one of them: {path}:TAG"))
    names = sorted({image.tag or image.digest for image in images})
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    message = (
        f"the layout has no image {'with the tag ' + tag if tag else 'of that digest'}"
        if images and (tag or digest)
        else "the layout has no image"
    )
    raise InputError(Diagnostic(message=message, artifact=path, remedy=f"there are: {shown}" if shown else ""))


def _without_prefix(target: str) -> str:
    for prefix in _PREFIXES:
        target = target.removeprefix(prefix)
    return str(Path(target).expanduser()) if target.startswith("~") else target


def layout_path(target: str) -> Path:
    """Return where a layout lies that a word names, without its tag and digest."""
    path, _, _ = _parts(_without_prefix(target))
    return Path(path.rstrip("/") or path)


def is_there(text: str, asks: Callable[[Path], bool] = Path.exists) -> bool:
    """Return whether there is a file or folder of a name; there is none of a name that no file can have."""
    try:
        return asks(Path(text))
    except (OSError, ValueError):
        return False


def _parts(target: str) -> tuple[str, str, str]:
    """Return path, tag and digest of a word that names a layout: what stands behind the last colon is a tag where the
    whole word is no path."""
    if is_there(target):
        return target, "", ""
    rest, at, digest = target.rpartition("@")
    if not at or not is_digest(digest):
        rest, digest = target, ""
    if digest and is_there(rest):
        return rest, "", digest
    path, colon, tag = rest.rpartition(":")
    if colon and path and tag and "/" not in tag and is_there(path):
        return path, tag, digest
    return rest, "", digest
