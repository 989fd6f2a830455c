"""A project whose modules bring licences: in a module cache, in zips, in vendor/, in folders, or none at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supplymatrix.model.module import ModuleVersion
from tests.support.made_zip import MadeEntry, made_zip
from tests.support.module_cache import make_cache, sum_line, unpack

__all__ = ["GOROOT_LICENCE", "licensed", "make_goroot", "make_project", "pack"]

GOROOT_LICENCE = "Copyright 2009 The Go Authors.\n\nSPDX-License-Identifier: BSD-3-Clause\n"


def licensed(licence: str, owner: str = "Ada") -> str:
    """Return the text of a licence file that says what it is."""
    return f"Copyright (c) 2020 {owner}\n\nSPDX-License-Identifier: {licence}\n"


def make_project(folder: Path, modules: Mapping[str, Mapping[str, str]], *, replaces: str = "") -> Path:
    """Write folder/project and folder/modcache: a main module that imports the root package of every "path@version",
    each with these files; a module without files is not on the machine. replaces: lines for go.mod."""
    project, cache = folder / "project", folder / "modcache"
    project.mkdir(parents=True)
    requires = "".join(f"require {key.replace('@', ' ')}\n" for key in modules)
    (project / "go.mod").write_text(f"module example.com/main\n\ngo 1.20\n\n{requires}{replaces}", encoding="utf-8")
    imports = "".join(f'import _ "{key.partition("@")[0]}"\n' for key in modules)
    (project / "main.go").write_text(f"package main\n\n{imports}\nfunc main() {{}}\n", encoding="utf-8")
    texts = {key: f"module {key.partition('@')[0]}\n" for key in modules}
    make_cache(cache, texts)
    (project / "go.sum").write_text("".join(sum_line(key, text) for key, text in texts.items()), encoding="utf-8")
    for key, files in modules.items():
        if files:
            unpack(cache, key, {"a.go": "package a\n", **files})
    return project


def pack(cache: Path, key: str, files: Mapping[str, str]) -> Path:
    """Write the zip of "path@version" where the go command keeps it."""
    path, _, version = key.partition("@")
    module = ModuleVersion(path=path, version=version)
    place = cache / "cache" / "download" / module.escaped_path / "@v" / f"{module.escaped_version}.zip"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(made_zip([MadeEntry(name=f"{key}/{name}".encode(), data=files[name].encode()) for name in files]))
    return place


def make_goroot(folder: Path, licence: str = GOROOT_LICENCE) -> Path:
    """Write what of a Go installation says which one it is, and under which licence."""
    folder.mkdir(parents=True)
    (folder / "VERSION").write_text("go1.26.8\ntime 2026-11-01T00:00:00Z\n", encoding="utf-8")
    (folder / "LICENSE").write_text(licence, encoding="utf-8")
    return folder
