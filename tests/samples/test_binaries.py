"""Real programs: their build info is what the go command reads in them, and what it cannot read is told or found."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule, parse_module_text
from supplymatrix.sources.binary import read_binary
from tests.support.data import SAMPLES, samples_dir

pytestmark = pytest.mark.slow


def _named() -> list[str]:
    """Return the names of the programs that come with an expected answer."""
    root = SAMPLES / "binaries"
    found = []
    for path in sorted(root.glob("*.json")) if root.is_dir() else []:
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "go_version_m_json" in document and "sha256" in document:
            found.append(path.name)
    return found or ["any.json"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs, out of the archive; none of them is ever run."""
    folder = tmp_path_factory.mktemp("programs")
    with tarfile.open(samples_dir("binaries") / "binaries.tar.xz") as archive:
        for number, member in enumerate(archive):
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                (folder / str(number)).write_bytes(content.read())
    return folder


def _expected(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((samples_dir("binaries") / name).read_text(encoding="utf-8"))
    return document


def _file(programs: Path, expected: Mapping[str, Any]) -> Path:
    """Return the program that an answer is about, by its bytes."""
    for path in programs.rglob("*"):
        has_size = path.is_file() and path.stat().st_size == expected["size"]
        if has_size and hashlib.sha256(path.read_bytes()).hexdigest() == expected["sha256"]:
            return path
    pytest.fail(f"the archive has no program {expected['name']}")


def _module(document: Mapping[str, Any]) -> BuiltModule:
    replaced = document.get("Replace")
    return BuiltModule(
        path=document["Path"],
        version=document.get("Version", ""),
        sum=document.get("Sum", ""),
        replaced_by=_module(replaced) if replaced else None,
    )


def _same_as_go(info: BuildInfo, document: Mapping[str, Any]) -> None:
    assert info.go_version == document["GoVersion"]
    assert info.path == document.get("Path", "")
    main = document.get("Main") or {}
    assert info.main == (_module(main) if main.get("Path") else None)
    assert info.deps == tuple(_module(dep) for dep in document.get("Deps") or ())
    assert info.settings == tuple((item["Key"], item["Value"]) for item in document.get("Settings") or ())


@pytest.mark.parametrize("name", _named())
def test_build_info_is_what_the_go_command_reads(name: str, programs: Path) -> None:
    expected = _expected(name)
    path = _file(programs, expected)
    if expected["go_version_m_json"] is not None:
        (info,) = read_binary(path)
        _same_as_go(info, expected["go_version_m_json"])
        assert not info.is_searched
        return
    text = expected.get("sentinel_modinfo")
    if text:
        (info,) = read_binary(path)
        wanted = parse_module_text(text)
        assert (info.path, info.main, info.deps, info.settings) == (
            wanted.path, wanted.main, wanted.deps, wanted.settings,
        )  # fmt: skip
        assert info.is_searched
        return
    with pytest.raises(InputError) as caught:
        read_binary(path)
    assert caught.value.diagnostics[0].artifact == path.as_posix()
