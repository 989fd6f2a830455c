"""Which artifacts names stand for: files, what lies in a folder, image layouts, images of a registry, digests.

find_artifacts(here, ["dist"])                    # every file of the folder but those with signatures
find_artifacts(here, ["app.sigstore.json"])       # app
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.sources.signature_files import certificate_of, names_in, signed_among, signed_name

__all__ = ["DIGESTS", "ArtifactsFound", "NamedArtifact", "file_word", "find_artifacts"]

DIGESTS = ("sha256:", "sha384:", "sha512:")
"""How the name of a digest begins; a file that is called so is named ./sha256:…"""
_MOST_FILES = 1_000


def file_word(path: Path) -> str:
    """Return what a file is called, so that it is taken for no digest, though it may be named like one."""
    name = path.as_posix()
    return f"./{name}" if name.startswith(DIGESTS) else name


@value
class NamedArtifact:
    """An artifact by its name; that of a file is no digest's, see `file_word`. is_image: a layout, or an image
    of a registry."""

    name: str
    is_image: bool = False


@value
class ArtifactsFound:
    """What names stand for. notes: what is there and is looked at by nobody."""

    artifacts: tuple[NamedArtifact, ...] = ()
    notes: tuple[str, ...] = ()


def find_artifacts(here: Path, names: Iterable[str]) -> ArtifactsFound:
    """Return what names stand for, seen from a folder; of a folder the files in it, of signatures what they are of.

    Nothing is asked of a registry. Raises InputError for a folder that cannot be read, and for signatures that lie
    beside nothing.
    """
    artifacts, notes = list[NamedArtifact](), list[str]()
    for name in names:
        artifacts += _artifacts(here, name, notes)
    return ArtifactsFound(artifacts=tuple(dict.fromkeys(artifacts)), notes=tuple(notes))


def _artifacts(here: Path, name: str, notes: list[str]) -> Iterator[NamedArtifact]:
    from supplymatrix.engine.chain_image import is_image
    from supplymatrix.sources.program_archives import is_layout_folder

    path = here / name
    text = path.as_posix()
    if name.startswith(DIGESTS) or not os.path.lexists(path):
        is_digest = name.startswith(DIGESTS)
        yield NamedArtifact(name=name) if is_digest or not is_image(name) else NamedArtifact(name=name, is_image=True)
    elif not path.is_dir():
        yield NamedArtifact(name=text, is_image=True) if is_image(text) else NamedArtifact(name=_signed(path))
    elif is_layout_folder(os.fspath(path)):
        yield NamedArtifact(name=text if text.startswith(("/", ".")) else f"./{text}", is_image=True)
    else:
        yield from _in_folder(path, notes)


def _signed(path: Path) -> str:
    """Return a file; of one with signatures the one that they are of."""
    of = signed_name(path.name)
    there = signed_among(path.name, names_in(path.parent) or (of,)) if of else ""
    if not of or path.with_name(there or of).is_file():
        return file_word(path.with_name(there or of or path.name))
    raise InputError(
        Diagnostic(
            message="this is a file with signatures, and what they are of does not lie beside it",
            artifact=path.as_posix(),
            expected=of,
            remedy="name what is signed, and by --bundle where its signatures are",
        )
    )


def _in_folder(folder: Path, notes: list[str]) -> Iterator[NamedArtifact]:
    try:
        with os.scandir(folder) as entries:
            names = {entry.name for entry in entries if entry.is_file()}
    except OSError as err:
        message = f"the folder cannot be read: {err.strerror or err}"
        raise InputError(Diagnostic(message=message, artifact=folder.as_posix())) from err
    beside = {name for name in names if signed_among(name, names) or certificate_of(name) in names}
    alone = {name for name in names - beside if signed_name(name)}
    notes += [f"{(folder / name).as_posix()}: signatures of something that is not beside it" for name in sorted(alone)]
    found = sorted(names - beside - alone)
    if not found or len(found) > _MOST_FILES:
        message = f"the folder has {len(found):,} files" if found else "the folder has no file that could be signed"
        expected = f"1 to {_MOST_FILES:,} files"
        raise InputError(Diagnostic(message=message, artifact=folder.as_posix(), expected=expected))
    yield from (NamedArtifact(name=file_word(folder / name)) for name in found)
