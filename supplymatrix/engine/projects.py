"""A project as vendors see it: which Go builds it, on whose paths it stands, what it shows that it needs.

build = read_project(Path("svc"))
standing = standing_of_project(build, profiles)     # standing.pairs for the matrix
needs = needs_of_project(build.files)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.fact import Gap
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.sources.build_files import ProjectBuild, read_project_build
from supplymatrix.sources.project import is_file, is_folder, place_faults
from supplymatrix.vendors.standing import Standing, find_standing

__all__ = ["dated_standing", "modules_below", "name_of_project", "read_project", "standing_of_project"]


def read_project(path: Path) -> ProjectBuild:
    """Return the build files of a folder, or of the folder of a go.mod. Raises InputError when there is none."""
    folder = path
    if path.name in ("go.mod", "go.work") and is_file(path):
        folder = path.parent
    elif not is_folder(path):
        raise InputError(
            Diagnostic(
                message="there is no such project",
                artifact=path.as_posix(),
                expected="a folder, or its go.mod",
                remedy="name the folder of the project",
            )
        )
    try:
        return read_project_build(folder)
    except InputError as err:
        raise place_faults(err, folder) from err


def standing_of_project(build: ProjectBuild, profiles: Sequence[VendorProfile]) -> Standing:
    """Return on whose paths a project stands."""
    return find_standing(profiles, build.files, build.names)


def dated_standing(
    build: ProjectBuild, standing: Standing, profiles: Sequence[VendorProfile], day: date
) -> tuple[tuple[str, str], ...]:
    """Return on whose paths a project stands, each with the sign that shows it, and with the Go in use whose support
    there has ended by a day: what a vendor offers today is not what an old Go gets."""
    from supplymatrix.vendors.matrix import NO_PATH, UPSTREAM

    by_id = {profile.id: profile for profile in profiles}
    pairs: list[tuple[str, str]] = []
    for vendor, why in standing.pairs:
        is_first = vendor not in dict(pairs)
        ended = _ended(build, by_id[vendor], day) if is_first and vendor in by_id else ()
        pairs.append((vendor, "; ".join((why, *ended))))
    if not pairs and UPSTREAM in by_id:
        ended = _ended(build, by_id[UPSTREAM], day)
        return ((UPSTREAM, "; ".join((NO_PATH, *ended))),) if ended else ()
    return tuple(pairs)


def _ended(build: ProjectBuild, profile: VendorProfile, day: date) -> tuple[str, ...]:
    """Return the Gos in use that a vendor supports no more, each with its last day."""
    from supplymatrix.vendors.coverage import SupportState, support_of
    from supplymatrix.vendors.go_in_use import find_go_in_use

    minors = dict.fromkeys(go.minor for go in find_go_in_use(build.files))
    found = [(minor, support_of(profile, minor, day)) for minor in minors]
    return tuple(f"Go {minor} ended {s.until}" for minor, s in found if s.state is SupportState.ENDED and s.until)


def modules_below(build: ProjectBuild) -> Iterator[Gap]:
    """Yield a gap for a folder that has no go.mod of its own and holds other projects: their files count as one."""
    mods = [name for name in build.names if name.endswith("/go.mod")]
    if build.has_go_mod or "go.work" in build.names or not mods:
        return
    names = ", ".join(name.removesuffix("/go.mod") for name in mods[:3]) + (", …" if len(mods) > 3 else "")
    noun = "module lies" if len(mods) == 1 else "modules lie"
    yield Gap(
        wanted="the least Go of each project below",
        reason=f"{len(mods):,} {noun} below ({names}) and none here: no go.mod was read, all build files count as one",
        remedy="name the folder of each project",
        subject=mods[0],
    )


def name_of_project(build: ProjectBuild) -> str:
    """Return the name of a project's folder."""
    return build.root.resolve().name or "project"
