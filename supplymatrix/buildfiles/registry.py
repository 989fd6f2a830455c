"""Which file is read by which reader, by its path in the project."""

from __future__ import annotations

import re
from collections.abc import Callable

from supplymatrix.buildfiles.found import BuildFile

__all__ = ["is_build_file", "kind_of", "read_build_file"]

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("workflow", re.compile(r"(?:.*/)?\.github/workflows/[^/]+\.ya?ml")),
    ("version file", re.compile(r"\.go-version|\.tool-versions")),
    ("gitlab-ci", re.compile(r"\.gitlab-ci\.ya?ml")),
    ("dockerfile", re.compile(r"(?:.*/)?(?:[^/]+\.)?(?:dockerfile|containerfile)(?:[.-][^/]+)?", re.IGNORECASE)),
    ("snapcraft", re.compile(r"(?:.*/)?\.?snapcraft\.ya?ml")),
    ("rockcraft", re.compile(r"(?:.*/)?rockcraft\.ya?ml")),
    ("apko", re.compile(r"(?:.*/)?(?:[^/]*[._-])?apko\.ya?ml")),
    ("melange", re.compile(r"(?:.*/)?(?:[^/]*[._-])?melange\.ya?ml")),
)  # fmt: skip
_NO_FILES = re.compile(
    r".*(?:\.(?:dockerignore|md|rst|txt|go|sh|py|js|ts|rs|rb|java|kt|c|h|html|css|json|toml|tmpl|orig|rej|bak)|~)",
    re.IGNORECASE,
)


def kind_of(path: str) -> str:
    """Return the kind of a build file by its path, `/`-separated, from the project's folder; "" when it is none."""
    if _NO_FILES.fullmatch(path):
        return ""
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(path)), "")


def is_build_file(path: str) -> bool:
    """Return whether a file is read."""
    return kind_of(path) != ""


def read_build_file(data: bytes, artifact: str) -> BuildFile:
    """Return what a build file shows. Raises InputError, nothing else, for any bytes."""
    return _reader(kind_of(artifact))(data, artifact)


def _reader(kind: str) -> Callable[[bytes, str], BuildFile]:
    if kind == "dockerfile":
        from supplymatrix.buildfiles.dockerfile_signs import read_dockerfile as read
    elif kind == "snapcraft":
        from supplymatrix.buildfiles.snapcraft import read_snapcraft as read
    elif kind == "rockcraft":
        from supplymatrix.buildfiles.rockcraft import read_rockcraft as read
    elif kind == "apko":
        from supplymatrix.buildfiles.apko import read_apko as read
    elif kind == "melange":
        from supplymatrix.buildfiles.melange import read_melange as read
    elif kind == "version file":
        from supplymatrix.buildfiles.version_files import read_version_file as read
    elif kind == "gitlab-ci":
        from supplymatrix.buildfiles.gitlab_ci import read_gitlab_ci as read
    else:
        from supplymatrix.buildfiles.workflows import read_workflow as read
    return read
