"""Which file is read by which reader, by its path in the project."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from supplymatrix.buildfiles.found import BuildFile

__all__ = ["is_build_file", "is_other_ci", "kind_of", "names_go", "read_build_file"]

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("workflow", re.compile(r"(?:.*/)?\.github/workflows/[^/]+\.ya?ml")),
    ("workflow", re.compile(r"(?:.*/)?action\.ya?ml")),
    ("version file", re.compile(r"\.go-version|\.tool-versions")),
    ("gitlab-ci", re.compile(r"\.gitlab-ci\.ya?ml|(?:.*/)?[^/]+[._-]gitlab-ci\.ya?ml|\.gitlab/(?:.+/)?[^/]+\.ya?ml")),
    ("dockerfile", re.compile(r"(?:.*/)?(?:[^/]+\.)?(?:dockerfile|containerfile)(?:[.-][^/]+)?", re.IGNORECASE)),
    ("snapcraft", re.compile(r"(?:.*/)?\.?snapcraft\.ya?ml")),
    ("rockcraft", re.compile(r"(?:.*/)?rockcraft\.ya?ml")),
    ("apko", re.compile(r"(?:.*/)?(?:[^/]*[._-])?apko\.ya?ml")),
    ("melange", re.compile(r"(?:.*/)?(?:[^/]*[._-])?melange\.ya?ml")),
    ("goreleaser", re.compile(r"(?:.*/)?\.?goreleaser(?:[._-][^/]+)?\.ya?ml")),
    ("ko", re.compile(r"(?:.*/)?\.ko\.ya?ml")),
    ("rpm-spec", re.compile(r"(?:.*/)?[^/]+\.spec(?:\.in)?")),
    ("compose", re.compile(r"(?:.*/)?(?:docker-)?compose(?:[._-][^/]+)?\.ya?ml")),
    ("devcontainer", re.compile(r"(?:.*/)?\.?devcontainer\.json|(?:.*/)?\.devcontainer/(?:[^/]+/)?devcontainer\.json")),
)  # fmt: skip
_ALONE = {
    ".github": "workflow", ".gitlab": "gitlab-ci", ".devcontainer": "devcontainer", ".circleci": "", ".buildkite": "",
    ".woodpecker": "", ".semaphore": "", ".tekton": "", ".azure-pipelines": "", ".teamcity": "",
}  # fmt: skip
"""Folders in which files of one kind alone are read, "" = none: a Dockerfile there builds no program of the project."""
_OTHER_CI = re.compile(
    r"\.(?:circleci|buildkite|woodpecker|semaphore|tekton|azure-pipelines|teamcity)/(?:.+/)?[^/]+\.(?:ya?ml|kts|json|sh)"
    r"|\.(?:cirrus|drone|woodpecker|travis|appveyor)\.(?:ya?ml|star|jsonnet)|appveyor\.ya?ml|bitbucket-pipelines\.ya?ml"
    r"|(?:.*/)?(?:cloudbuild|azure-pipelines|buildspec|codefresh)(?:[._-][^/]+)?\.(?:ya?ml|json)"
    r"|(?:.*/)?(?:[^/]+\.)?Jenkinsfile(?:[._-][^/]+)?|(?:.*/)?Earthfile|(?:.*/)?\.prow\.ya?ml"
)
_GO = re.compile(
    rb"(?<![A-Za-z0-9_.-])(?:go(?:1\.[0-9.]+)?|golang|GOPROXY|GOTOOLCHAIN|GO_?VERSION|goreleaser)(?![A-Za-z0-9_-])"
)
"""What of Go may stand in a file that nobody reads here."""
_NO_FILES = re.compile(
    r".*(?:\.(?:dockerignore|md|rst|txt|go|sh|py|js|ts|rs|rb|java|kt|c|h|html|css|json|toml|tmpl|orig|rej|bak)|~)",
    re.IGNORECASE,
)


def kind_of(path: str) -> str:
    """Return the kind of a build file by its path, `/`-separated, from the project's folder; "" when it is none."""
    if _NO_FILES.fullmatch(path) and not path.endswith("devcontainer.json"):
        return ""
    kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(path)), "")
    folder = path.partition("/")[0]
    return kind if _ALONE.get(folder, kind) == kind else ""


def is_build_file(path: str) -> bool:
    """Return whether a file is read."""
    return kind_of(path) != ""


def is_other_ci(path: str) -> bool:
    """Return whether a file tells a CI system what to do whose files nobody reads here."""
    return _OTHER_CI.fullmatch(path) is not None


def names_go(data: bytes) -> bool:
    """Return whether a file of any kind has a word of Go in it."""
    return _GO.search(data) is not None


def read_build_file(data: bytes, artifact: str, kind: str = "") -> BuildFile:
    """Return what a build file shows. kind: as what it is read, "" = by its path. Raises InputError, nothing else, for
    any bytes."""
    return _reader(kind or kind_of(artifact))(data, artifact)


_READERS = {
    "dockerfile": "dockerfile_signs:read_dockerfile",
    "snapcraft": "snapcraft:read_snapcraft",
    "rockcraft": "rockcraft:read_rockcraft",
    "apko": "apko:read_apko",
    "melange": "melange:read_melange",
    "version file": "version_files:read_version_file",
    "gitlab-ci": "gitlab_ci:read_gitlab_ci",
    "workflow": "workflows:read_workflow",
    "goreleaser": "goreleaser:read_goreleaser",
    "ko": "ko:read_ko",
    "rpm-spec": "rpm_spec:read_rpm_spec",
    "compose": "compose:read_compose",
    "devcontainer": "devcontainer:read_devcontainer",
}
"""Kind → module of this room and its reader, imported when it is needed."""


def _reader(kind: str) -> Callable[[bytes, str], BuildFile]:
    module, _, name = _READERS.get(kind, _READERS["workflow"]).partition(":")
    read: Callable[[bytes, str], BuildFile] = getattr(import_module(f"supplymatrix.buildfiles.{module}"), name)
    return read
