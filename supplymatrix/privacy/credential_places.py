"""In which files of a tree credentials are looked for, by their names; and which folders are not gone into.

    >>> file_kind("deploy/Dockerfile.prod"), file_kind("main.go")
    (<FileKind.DOCKERFILE: 'Dockerfile'>, None)

They are the files that say how Go code is fetched, built and shipped, and those that hold credentials for it. Code,
documents and data are not looked at.
"""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["COPIED_FILES", "FileKind", "file_kind", "goes_into", "is_copied_secret"]


class FileKind(StrEnum):
    """What a file is; the value is how it is called where nothing more exact is known of a place in it."""

    GO = "file of Go"
    ENV = "env file"
    NETRC = ".netrc"
    GIT_CREDENTIALS = ".git-credentials"
    GIT_CONFIG = "git config"
    DOCKERFILE = "Dockerfile"
    CI = "CI file"
    YAML = "YAML file"
    MAKE = "Makefile"
    SCRIPT = "script"
    SETTINGS = "settings"


_EXACT = {
    "go.mod": FileKind.GO, "go.work": FileKind.GO,
    "go.env": FileKind.ENV, ".envrc": FileKind.ENV, ".env": FileKind.ENV, ".secrets": FileKind.ENV,
    "id_rsa": FileKind.SETTINGS, "id_ed25519": FileKind.SETTINGS, "id_ecdsa": FileKind.SETTINGS,
    ".npmrc": FileKind.SETTINGS, ".pypirc": FileKind.SETTINGS, ".pgpass": FileKind.SETTINGS,
    ".netrc": FileKind.NETRC, "_netrc": FileKind.NETRC, "netrc": FileKind.NETRC,
    ".git-credentials": FileKind.GIT_CREDENTIALS, "git-credentials": FileKind.GIT_CREDENTIALS,
    ".gitconfig": FileKind.GIT_CONFIG, "gitconfig": FileKind.GIT_CONFIG, ".gitmodules": FileKind.GIT_CONFIG,
    "earthfile": FileKind.SCRIPT, "tiltfile": FileKind.SCRIPT, "vagrantfile": FileKind.SCRIPT,
    "makefile": FileKind.MAKE, "gnumakefile": FileKind.MAKE, "justfile": FileKind.MAKE, ".justfile": FileKind.MAKE,
    ".bazelrc": FileKind.SETTINGS, ".dockercfg": FileKind.SETTINGS, "devcontainer.json": FileKind.SETTINGS,
    "action.yml": FileKind.CI, "action.yaml": FileKind.CI,
}  # fmt: skip
_CI = re.compile(
    r"\.gitlab-ci.*\.ya?ml|\.travis\.ya?ml|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.ya?ml|\.drone\.ya?ml"
    r"|\.woodpecker\.ya?ml|\.?appveyor\.ya?ml|\.cirrus\.ya?ml|cloudbuild.*\.ya?ml|buildspec.*\.ya?ml|\.semaphore\.ya?ml"
)
_CI_FOLDERS = frozenset({
    ".github", ".gitlab", ".circleci", ".buildkite", ".woodpecker", ".tekton", ".semaphore", ".azuredevops",
    ".azure-pipelines", ".gitlab-ci", ".gitea", ".forgejo", ".ci", "ci",
})  # fmt: skip
_SCRIPT_FOLDERS = frozenset({"scripts", "script", "hack", ".githooks", ".husky"})
"""Folders of which a file without a suffix is a script."""
_YAML = re.compile(
    r"(?:docker-)?compose.*\.ya?ml|\.?goreleaser.*\.ya?ml|\.ko\.ya?ml|taskfile.*\.ya?ml|snapcraft\.ya?ml"
    r"|rockcraft\.ya?ml|melange.*\.ya?ml|apko.*\.ya?ml|skaffold.*\.ya?ml|\.?nfpm.*\.ya?ml|earthly.*\.ya?ml"
)
_DOCKERFILE = re.compile(r"(?:dockerfile|containerfile)(?:[._-].+)?|.+\.(?:dockerfile|containerfile)")
_SCRIPT = re.compile(r".+\.(?:sh|bash|zsh|ksh|fish|ps1|bat|cmd|spec)|jenkinsfile(?:\..+)?|.+\.jenkinsfile")
_MAKE = re.compile(r"(?:gnu)?makefile\..+|.+\.mk|.+\.mak")
_ENV = re.compile(r"\.env\..+|.+\.env")
_BAKE = re.compile(r"docker-bake.*\.(?:hcl|json)")
_OTHERS = tuple(
    ".dockerignore .md .go .txt .py .pyi .js .ts .rb .rs .java .c .h .html .rst .svg .png .lock .pyc".split()  # noqa: SIM905
)
"""Ends of names of code and documents, whatever they begin with: "dockerfile.go"."""
_PATTERNS = (
    (_DOCKERFILE, FileKind.DOCKERFILE), (_CI, FileKind.CI), (_YAML, FileKind.YAML), (_SCRIPT, FileKind.SCRIPT),
    (_MAKE, FileKind.MAKE), (_ENV, FileKind.ENV), (_BAKE, FileKind.SETTINGS),
)  # fmt: skip
_SKIPPED = frozenset({
    "vendor", "testdata", "node_modules", ".hg", ".svn", ".venv", "venv", ".tox", ".cache", ".terraform", ".idea",
    "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".direnv",
})  # fmt: skip
COPIED_FILES = frozenset({
    ".netrc", "_netrc", ".git-credentials", "git-credentials", "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa",
    ".dockercfg", ".npmrc", ".pypirc", ".env", ".ssh", ".aws", ".pgpass", "kubeconfig",
})  # fmt: skip
"""Files and folders that give credentials away to whoever has the image that they are copied into."""
_NAMED_ALIKE = frozenset({".env", ".ssh", ".aws"})
"""Of these, what in an image is called so may have been anything: `COPY .env.example /app/.env`."""
_COPIED_PATHS = (".aws/credentials", ".docker/config.json", ".kube/config")


def file_kind(path: str) -> FileKind | None:
    """Return what a file is by its path from the root, `/`-separated; None where it is not looked into."""
    folders, _, whole = path.rpartition("/")
    name = whole.lower()
    parts = folders.split("/") if folders else []
    if parts[-1:] == ["vendor"]:
        return FileKind.GO if name == "modules.txt" else None
    if ".git" in parts:
        is_one = parts[-1] == ".git" or "modules" in parts[parts.index(".git") :]
        return FileKind.GIT_CONFIG if is_one and name in ("config", "config.worktree") else None
    found = _EXACT.get(name) or _by_folder(name, whole, parts)
    if found is None and not name.endswith(_OTHERS):
        found = next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(name)), None)
    return found


def _by_folder(name: str, whole: str, parts: list[str]) -> FileKind | None:
    """Return what a file is that its folder says it of."""
    if name.endswith((".yml", ".yaml")) and not _CI_FOLDERS.isdisjoint(parts):
        return FileKind.CI
    if name == "config.json" and parts[-1:] == [".docker"]:
        return FileKind.SETTINGS
    if "." not in name and not whole.isupper() and not _SCRIPT_FOLDERS.isdisjoint(parts[-1:]):
        return FileKind.SCRIPT
    return FileKind.MAKE if name == "rules" and parts[-1:] == ["debian"] else None


def is_copied_secret(path: str, *, in_image: bool = False) -> bool:
    """Return whether a file or folder holds credentials by its path. in_image: it is the one in the image."""
    whole = path.replace("\\", "/").lower()
    name = whole.rpartition("/")[2]
    if in_image and name in _NAMED_ALIKE:
        return False
    return name in COPIED_FILES or whole == "netrc" or f"/{whole}".endswith(tuple(f"/{end}" for end in _COPIED_PATHS))


def goes_into(path: str) -> bool:
    """Return whether a folder is looked into; of vendor and .git only the one file that counts is, see `file_kind`."""
    return path.rpartition("/")[2] not in _SKIPPED
