"""Graphs made at random: our build list is that of `go list -m all`, whatever go.mod files say to each other."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.gomod.golist import GoListEntry, parse_go_list
from supplymatrix.gomod.module_graph import ListedModule, ModuleGraph
from tests.support.module_cache import make_cache, sum_line
from tests.support.module_files import graph_of, workspace_graph

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")

_SEEDS = range(int(os.environ.get("GRAPH_SEEDS", "12")))
_PATHS = [f"example.com/m{number}" for number in range(6)]
_VERSIONS = ["v1.0.0", "v1.0.1-0.20260102030405-abcdefabcdef", "v1.1.0-rc.1", "v1.1.0", "v1.10.0"]
_GO_LINES = ["", "go 1.16", "go 1.17", "go 1.20", "go 1.21.0", "go 1.25"]


def _requires(chance: random.Random, most: int, *, main: str = "") -> str:
    """Return require lines; once in a while one of the main module itself."""
    lines = [f"require {path} {chance.choice(_VERSIONS)}" for path in chance.sample(_PATHS, chance.randint(0, most))]
    lines = [line + chance.choice(["", " // indirect"]) for line in lines]
    if main and chance.random() < 0.15:
        lines.append(f"require {main} v1.0.0")
    return "\n".join(lines)


def _texts(chance: random.Random, mains: list[str]) -> dict[str, str]:
    """Return a go.mod for each version of each module, and for the main modules' own released version."""
    texts = {}
    for path in _PATHS:
        for version in _VERSIONS:
            main = chance.choice(mains)
            texts[f"{path}@{version}"] = (
                f"module {path}\n{chance.choice(_GO_LINES)}\n{_requires(chance, 3, main=main)}\n"
            )
    for main in mains:
        texts[f"{main}@v1.0.0"] = f"module {main}\n{_requires(chance, 2)}\n"
    return texts


def _changes(chance: random.Random) -> str:
    """Return exclude and replace lines: to another version, to a fork, to a folder."""
    lines = []
    if chance.random() < 0.3:
        lines.append(f"exclude {chance.choice(_PATHS)} {chance.choice(_VERSIONS)}")
    for path in chance.sample(_PATHS, chance.choice([0, 0, 1, 2])):
        old = path if chance.random() < 0.5 else f"{path} {chance.choice(_VERSIONS)}"
        new = chance.choice([f"{path} {chance.choice(_VERSIONS)}", f"{path} v1.0.0", "./folder"])
        lines.append(f"replace {old} => {new}")
    return "\n".join(lines)


def _go(folder: Path, cache: Path, work: str) -> tuple[GoListEntry, ...]:
    """Return the go command's list: of a go.mod that it refuses, what it makes of it (-mod=mod)."""
    environ = {
        "HOME": str(folder), "PATH": os.environ["PATH"], "GOMODCACHE": str(cache), "GOPROXY": "off", "GOSUMDB": "off",
        "GOTOOLCHAIN": "local", "GOENV": "off", "GOFLAGS": "-modcacherw", "GOWORK": work,
    }  # fmt: skip
    for mode in ("readonly", "mod"):
        command = ["go", "list", f"-mod={mode}", "-m", "-json", "all"]
        done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)
        if b"updates to go.mod needed" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr.decode()
    return parse_go_list(done.stdout)


def _same(graph: ModuleGraph, entries: tuple[GoListEntry, ...]) -> None:
    assert not graph.missing
    ours = [(m.module.path, m.module.version, m.is_main, m.is_indirect, _target(m)) for m in graph.modules]
    assert ours == [(e.path, e.version, e.is_main, e.is_indirect, e.replace) for e in entries]


def _target(listed: ListedModule) -> tuple[str, str] | None:
    if listed.replacement is None:
        return None
    target = listed.replacement.target
    return (target.path, target.version) if target is not None else (listed.replacement.directory, "")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("seed", _SEEDS)
def test_a_single_module_has_the_build_list_of_the_go_command(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same graphs each time
    main = "example.com/main"
    texts = _texts(chance, [main])
    line = chance.choice(_GO_LINES[1:])
    go_mod = f"module {main}\n{line}\n{_requires(chance, 4, main=main)}\n{_changes(chance)}\n"
    folder_mod = f"module example.com/folder\n{chance.choice(_GO_LINES)}\n{_requires(chance, 2)}\n"
    sums = "".join(sum_line(key, text) for key, text in texts.items())
    _write(tmp_path / "project", {"go.mod": go_mod, "go.sum": sums, "folder/go.mod": folder_mod})
    cache = make_cache(tmp_path / "cache", texts)
    graph = graph_of(go_mod, {**texts, "./folder": folder_mod})
    _same(graph, _go(tmp_path / "project", cache, "off"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", _SEEDS)
def test_a_workspace_has_the_build_list_of_the_go_command(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same graphs each time
    mains = ["example.com/a", "example.com/b", "example.com/m0"][: chance.randint(2, 3)]
    texts = _texts(chance, mains)
    go_mods = []
    files = {}
    for number, main in enumerate(mains):
        text = f"module {main}\n{chance.choice(_GO_LINES[1:])}\n{_requires(chance, 4)}\n"
        go_mods.append(text)
        files[f"w{number}/go.mod"] = text
    replace = f"replace {chance.choice(_PATHS[1:])} v1.1.0 => example.com/m5 v1.0.0\n" if chance.random() < 0.4 else ""
    go_work = "go 1.25\n" + "".join(f"use ./w{number}\n" for number in range(len(mains))) + replace
    _write(tmp_path / "project", {**files, "go.work": go_work})
    cache = make_cache(tmp_path / "cache", texts)
    entries = _go(tmp_path / "project", cache, str(tmp_path / "project" / "go.work"))
    _same(workspace_graph(go_work, go_mods, texts), entries)
