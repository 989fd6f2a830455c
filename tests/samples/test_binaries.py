"""Real programs: their build info is what the go command reads in them, and what it cannot read is told or found."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.sbom_programs import ProgramsSbomRequest, make_programs_sbom
from supplymatrix.engine.sbom_write import write_sbom
from supplymatrix.errors import InputError
from supplymatrix.gomod.build_info import BuildInfo, BuiltModule, parse_module_text
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sbom.document import Aggregate, Component, ComponentKind, Document
from supplymatrix.sbom.formats import FORMATS
from supplymatrix.sbom.purl import STDLIB, module_of_purl
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
        return
    with pytest.raises(InputError) as caught:
        read_binary(path)
    assert caught.value.diagnostics[0].artifact == path.as_posix()


def _bill(path: Path, folder: Path) -> Document | None:
    """Return the bill of a program, without a network or a module cache; None for what is no Go program."""
    environ = {"HOME": str(folder), "GOENV": "off", "GOMODCACHE": str(folder / "none")}
    means = Means(environ=environ, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True, cache_dir=folder / "own")
    try:
        run = make_programs_sbom(ProgramsSbomRequest(path=path, means=means))
    except InputError:
        return None
    return run.document if run is not None else None


def _purl_of(built: BuiltModule) -> str:
    """Return the purl that a module of a program must have: of what was built, without a version that is none; "" of a
    folder in the place of a module, which nobody else can have."""
    taken = built.replaced_by or built
    is_version = taken.version.startswith("v")
    if not is_version and taken is not built and taken.path.startswith((".", "/")):
        return ""
    return ModuleVersion(path=(taken if is_version else built).path, version=taken.version if is_version else "").purl


def _has_right_names(component: Component) -> None:
    for text in (component.purl, component.version):
        assert not any(word in text for word in ("..", "(devel)", "command-line-arguments"))
        assert not text.endswith("@")
    if component.purl.startswith("pkg:golang/"):
        assert isinstance(module_of_purl(component.purl), ModuleVersion)


@pytest.mark.parametrize("name", _named())
def test_a_bill_has_every_module_under_its_right_name(name: str, programs: Path, tmp_path: Path) -> None:
    expected = _expected(name)
    document = _bill(_file(programs, expected), tmp_path)
    read, text = expected["go_version_m_json"], expected.get("sentinel_modinfo")
    if document is None:
        assert read is None
        assert not text
        return
    for component in (document.main, *document.components):
        _has_right_names(component)
    modules = {one.purl for one in document.components if one.kind is ComponentKind.MODULE}
    if read is None and not text:  # it is a Go program, and nobody can tell its modules
        assert document.completeness.components is not Aggregate.COMPLETE
        assert any(gap.wanted.startswith("modules of ") for gap in document.gaps)
    else:
        listed = parse_module_text(text or "").deps
        deps = [_module(one) for one in read.get("Deps") or ()] if read is not None else listed
        assert modules == {_purl_of(dep) for dep in deps}
        sums = {_purl_of(dep): (dep.replaced_by or dep).sum for dep in deps}
        assert {one.purl: one.h1 for one in document.components if one.kind is ComponentKind.MODULE} == sums
        assert any(one.name == STDLIB for one in document.components)
    if read is not None:
        (std,) = [one for one in document.components if one.name == STDLIB]
        assert read["GoVersion"].startswith(f"go{std.version}")
        main = (read.get("Main") or {}).get("Path", "")
        assert document.main.name == (main or document.main.file.base_name if document.main.file else "")
    assert document.main.file is not None
    assert document.main.file.sha256 == expected["sha256"]
    for form in FORMATS:
        write_sbom(document, form)
