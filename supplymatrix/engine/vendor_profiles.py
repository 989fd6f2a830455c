"""All vendor profiles of a run: those that come with the program, and the user's own folders over them.

    loaded = load_profiles((Path("our-profiles"),), today=date(2026, 11, 25))
    loaded.profiles, loaded.claims
    loaded.faults                                   # of files that could not be used; the others are there

A user's folder holds `<id>.toml` for each vendor, perhaps `claims/*.toml`, and perhaps `quotes.toml`. A profile of an
id that is built in, or that an earlier folder has, takes its place, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import value
from supplymatrix.model.vendor import Claim, VendorProfile
from supplymatrix.vendors.user_data import NO_USER_DATA, UserData

__all__ = [
    "PROFILE_LIMIT",
    "LoadedProfiles",
    "load_profiles",
    "read_profile_files",
    "real_file_of",
    "real_file_of_claim",
]

PROFILE_LIMIT = 1 << 20
"""Bytes of one file."""
BUILTIN = "vendor_profiles"
_MOST_FILES = 500
T = TypeVar("T")


@value
class LoadedProfiles:
    """profiles: the core vendors first, then by id; quotes and signs of the user are filled in. claims: by file.

    faults: of files that were left out. notes: what was overridden, and what of the user's data fills nothing.
    lines: of each profile's file, by artifact. own: ids of profiles that are the user's. user: quotes and variables.
    """

    profiles: tuple[VendorProfile, ...]
    claims: tuple[Claim, ...]
    faults: tuple[Diagnostic, ...]
    notes: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]
    own: frozenset[str]
    user: UserData

    @property
    def by_id(self) -> Mapping[str, VendorProfile]:
        """The profiles by vendor."""
        return {profile.id: profile for profile in self.profiles}


@dataclass
class _Loading:
    """One loading, as far as it is. today: of the user's files."""

    today: date | None
    profiles: dict[str, VendorProfile] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    faults: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    user: UserData = NO_USER_DATA


def load_profiles(
    folders: Sequence[Path] = (), *, today: date | None = None, check_builtin: bool = False
) -> LoadedProfiles:
    """Return all profiles and claims. folders: the user's, in order; a later one wins.

    today: dates of the user's files that lie behind it are faults; of built-in files only with `check_builtin`, since a
    machine with a wrong clock should be able to use them.

    Raises InputError for a folder that is none, SourceError where the program's own files are missing. A file that
    cannot be used is a fault of the result, and the rest is there.
    """
    from supplymatrix.vendors.user_data import unused_user_data, with_user_data

    loading = _Loading(today)
    _load_builtin(loading, today if check_builtin else None)
    for folder in folders:
        _load_folder(folder, loading)
    loading.notes.extend(unused_user_data(loading.user, loading.profiles))
    found = sorted(loading.profiles.values(), key=lambda profile: (not profile.core, profile.id))
    return LoadedProfiles(
        profiles=tuple(with_user_data(profile, loading.user) for profile in found),
        claims=tuple(loading.claims.values()),
        faults=tuple(loading.faults),
        notes=tuple(loading.notes),
        lines=loading.lines,
        own=frozenset(loading.own),
        user=loading.user,
    )


def read_profile_files(files: Sequence[Path], *, today: date) -> LoadedProfiles:
    """Return the profiles of single files, whatever else there is, for a look at them alone."""
    loading = _Loading(today)
    for file in files:
        _load_file(file, loading)
    return LoadedProfiles(
        profiles=tuple(loading.profiles.values()),
        claims=tuple(loading.claims.values()),
        faults=tuple(loading.faults),
        notes=(),
        lines=loading.lines,
        own=frozenset(loading.profiles),
        user=loading.user,
    )


def real_file_of(profile: VendorProfile, own: frozenset[str]) -> Path | None:
    """Return the file of a profile that may be edited; None for one of an installed program."""
    from supplymatrix.sources.builtin import builtin_file

    return Path(profile.artifact) if profile.id in own else builtin_file(BUILTIN, f"{profile.id}.toml")


def real_file_of_claim(claim: Claim) -> Path | None:
    """Return the file of a claim that may be edited; None for one of an installed program."""
    from supplymatrix.sources.builtin import builtin_file

    folder, _, name = claim.location.artifact.rpartition("/")
    claims = f"{BUILTIN}/claims"
    return builtin_file(claims, name) if folder == claims else Path(claim.location.artifact)


def _load_builtin(loading: _Loading, today: date | None) -> None:
    from supplymatrix.sources.builtin import builtin_bytes, builtin_names

    for name in _toml(builtin_names(BUILTIN)):
        _take_profile(builtin_bytes(BUILTIN, name), f"{BUILTIN}/{name}", loading, today=today, is_own=False)
    claims = f"{BUILTIN}/claims"
    for name in _toml(builtin_names(claims)):
        _take_claims(builtin_bytes(claims, name), f"{claims}/{name}", loading, today=today)


def _load_folder(folder: Path, loading: _Loading) -> None:
    if not folder.is_dir():
        raise InputError(
            Diagnostic(
                message="there is no such folder of vendor profiles",
                artifact=folder.as_posix(),
                expected="a folder with <vendor>.toml files",
                remedy="supplymatrix vendors new ID --dir DIR starts one",
            )
        )
    files = [file for place in (folder, folder / "claims") if place.is_dir() for file in _files(place)]
    if len(files) > _MOST_FILES:
        message = f"the folder holds {len(files):,} TOML files"
        fault = Diagnostic(message=message, artifact=folder.as_posix(), expected=f"at most {_MOST_FILES}")
        raise InputError(fault)
    for file in files:
        _load_file(file, loading)


def _load_file(file: Path, loading: _Loading) -> None:
    """Take what one file of a user holds, by its name and place."""
    from supplymatrix.sources.files import read_limited
    from supplymatrix.vendors.user_data import FILE, parse_user_data

    is_claims = file.parent.name == "claims"
    what = "file of claims" if is_claims else "vendor profile"
    data = _told(loading, lambda: read_limited(file, PROFILE_LIMIT, what))
    if data is None:
        return
    artifact = file.as_posix()
    if is_claims:
        _take_claims(data, artifact, loading, today=loading.today)
    elif file.name == FILE:
        user = _told(loading, lambda: parse_user_data(data, artifact, today=loading.today))
        loading.user = loading.user.beside(user) if user is not None else loading.user
    else:
        _take_profile(data, artifact, loading, today=loading.today, is_own=True)


def _take_profile(data: bytes, artifact: str, loading: _Loading, *, today: date | None, is_own: bool) -> None:
    from supplymatrix.vendors.profile_reader import parse_profile

    profile = _told(loading, lambda: parse_profile(data, artifact, today=today))
    if profile is None:
        return
    old = loading.profiles.get(profile.id)
    if old is not None:
        which = "the user's earlier" if profile.id in loading.own else "the built-in"
        loading.notes.append(f"{artifact} takes the place of {which} profile {profile.id} ({old.artifact})")
    loading.profiles[profile.id] = profile
    loading.lines[artifact] = tuple(data.decode("utf-8").replace("\r\n", "\n").split("\n"))
    if is_own:
        loading.own.add(profile.id)


def _take_claims(data: bytes, artifact: str, loading: _Loading, *, today: date | None) -> None:
    from supplymatrix.vendors.claims_reader import parse_claims

    for claim in _told(loading, lambda: parse_claims(data, artifact, today=today)) or ():
        old = loading.claims.get(claim.id)
        if old is not None:
            loading.notes.append(f"{claim.location} takes the place of the claim {claim.id} at {old.location}")
        loading.claims[claim.id] = claim


def _told(loading: _Loading, read: Callable[[], T]) -> T | None:
    """Return what is read, or None where its faults were noted."""
    try:
        return read()
    except InputError as err:
        loading.faults.extend(err.diagnostics)
        return None


def _toml(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.endswith(".toml")]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except OSError as err:
        message = f"the folder of vendor profiles cannot be read: {err.strerror or err}"
        fault = Diagnostic(message=message, artifact=folder.as_posix(), expected="a folder that may be read")
        raise InputError(fault) from err
