"""The matrix of a day: profiles, weights and the project's own standing in, one view for every report out.

view = view_matrix(MatrixRequest(loaded=load_profiles(), as_of=date(2026, 11, 25)))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from supplymatrix.engine.vendor_profiles import LoadedProfiles
from supplymatrix.model.fact import Gap
from supplymatrix.model.value import changed, value
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.vendors.matrix import (
    DEFAULT_WEIGHTS,
    TODAY,
    Matrix,
    MatrixView,
    differing_keys,
    make_matrix,
    narrow_matrix,
    parse_weights,
)

__all__ = ["MatrixRequest", "broken_among", "read_weights", "view_matrix"]

_WEIGHTS_LIMIT = 1 << 16  # bytes; 28 keys take one
_TELLS_LITTLE = frozenset({"workflow", "gitlab-ci"})  # what such a file leaves open takes nothing from `today`


@value
class MatrixRequest:
    """What is asked. named, pinned, excluded: ids of options that exist; keys: of KEYS. project: None = none named.
    Empty `named` and `keys` mean all. differences: only keys that the options shown do not answer alike."""

    loaded: LoadedProfiles
    as_of: date
    named: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    weights: Path | None = None
    differences: bool = False
    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    project: Path | None = None


def view_matrix(request: MatrixRequest) -> MatrixView:
    """Return the matrix that was asked for. Raises InputError for a weights file or a project that cannot be read."""
    profiles = request.loaded.profiles
    standing: tuple[tuple[str, str], ...] = ()
    stood: Mapping[str, Sequence[str]] = {}
    gaps: tuple[Gap, ...] = ()
    if request.project is not None:
        standing, stood, gaps = _seen_of(request.project, profiles, request.as_of)
    whole = make_matrix(
        profiles,
        as_of=request.as_of,
        weights=read_weights(request.weights),
        standing=standing,
        stood=stood,
        pinned=tuple(dict.fromkeys((*request.pinned, TODAY, *request.named))),
    )
    named = (*request.named, *request.pinned) if request.named else ()
    matrix = narrow_matrix(whole, named=named, excluded=request.excluded, keys=request.keys)
    compared = len(matrix.keys) if request.differences else 0
    if request.differences:
        matrix = changed(matrix, keys=differing_keys(matrix))
    return MatrixView(
        matrix=matrix,
        wanted=_wanted(matrix, request),
        weights_from=request.weights.as_posix() if request.weights is not None else "",
        asked_keys=bool(request.keys) or request.differences,
        notes=(*request.loaded.notes, *_notes(request, standing)),
        gaps=gaps,
        faults=request.loaded.faults,
        compared=compared,
    )


def _seen_of(
    project: Path, profiles: Sequence[VendorProfile], day: date
) -> tuple[tuple[tuple[str, str], ...], Mapping[str, Sequence[str]], tuple[Gap, ...]]:
    """Return the standing of a project, on which offers, and what of its build files could not be told."""
    from supplymatrix.engine.projects import dated_standing, read_project, standing_of_project

    build = read_project(project)
    standing = standing_of_project(build, profiles)
    own = (gap for file in build.files if file.kind not in _TELLS_LITTLE for gap in file.gaps)
    gaps = tuple(dict.fromkeys((*build.gaps, *own, *standing.gaps)))
    return dated_standing(build, standing, profiles, day), standing.offers, gaps


def read_weights(path: Path | None) -> Mapping[str, int]:
    """Return the weights of a file, the default ones without a file. Raises InputError."""
    if path is None:
        return DEFAULT_WEIGHTS
    from supplymatrix.sources.files import read_limited

    return parse_weights(read_limited(path, _WEIGHTS_LIMIT, "weights file"), path.as_posix())


def broken_among(loaded: LoadedProfiles, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of some vendors of whose profile a file could not be used."""
    files = (Path(fault.artifact) for fault in loaded.faults)
    broken = {file.stem for file in files if file.suffix == ".toml" and file.parent.name != "claims"}
    return tuple(name for name in dict.fromkeys(names) if name in broken)


def _wanted(matrix: Matrix, request: MatrixRequest) -> tuple[str, ...]:
    """Return the columns that come first: those pinned, `today`, then those named or else the core vendors."""
    if request.named:
        return tuple(option.id for option in matrix.options)
    core = {option.id for option in matrix.options if option.profile is not None and option.profile.core}
    return tuple(option.id for option in matrix.options if option.id in {*request.pinned, TODAY, *core})


def _notes(request: MatrixRequest, standing: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    if request.project is None or standing:
        return ()
    where = request.project.as_posix()
    return (f"{where}: no vendor's path was seen there; today is Go as the Go project releases it",)
