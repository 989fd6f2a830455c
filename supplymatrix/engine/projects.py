"""A project as vendors see it: which Go builds it, on whose paths it stands, what it shows that it needs.

build = read_project(Path("svc"))
standing = standing_of_project(build, profiles)     # standing.pairs for the matrix
needs = needs_of_project(build.files)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.sources.build_files import ProjectBuild, read_project_build
from supplymatrix.sources.project import is_file, is_folder, place_faults
from supplymatrix.vendors.standing import Standing, find_standing

__all__ = ["name_of_project", "read_project", "standing_of_project"]


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


def name_of_project(build: ProjectBuild) -> str:
    """Return the name of a project's folder."""
    return build.root.resolve().name or "project"
