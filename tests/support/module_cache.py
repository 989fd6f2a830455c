"""A module cache that is made: go.mod files as the go command keeps them, and folders with a few source files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from supplymatrix.gomod.dirhash import hash1
from supplymatrix.model.module import ModuleVersion

__all__ = ["go_mod_hash", "make_cache", "sum_line", "unpack"]


def make_cache(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write the go.mod of each "path@version" into a cache, and return it."""
    for key, text in texts.items():
        path, _, version = key.partition("@")
        module = ModuleVersion(path=path, version=version)
        place = folder / "cache" / "download" / module.escaped_path / "@v"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{module.escaped_version}.mod").write_text(text, encoding="utf-8")
        info = json.dumps({"Version": version, "Time": "2026-01-02T03:04:05Z"})
        (place / f"{module.escaped_version}.info").write_text(info, encoding="utf-8")
    return folder


def unpack(cache: Path, key: str, files: Mapping[str, str]) -> Path:
    """Write files where the go command has unpacked "path@version", and return that folder."""
    path, _, version = key.partition("@")
    module = ModuleVersion(path=path, version=version)
    folder = cache / f"{module.escaped_path}@{module.escaped_version}"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def go_mod_hash(text: str) -> str:
    """Return the hash of a go.mod as go.sum has it."""
    return hash1([(b"go.mod", sha256(text.encode()).digest())])


def sum_line(key: str, text: str) -> str:
    """Return the go.sum line of the go.mod of "path@version"."""
    return f"{key.replace('@', ' ')}/go.mod {go_mod_hash(text)}\n"
