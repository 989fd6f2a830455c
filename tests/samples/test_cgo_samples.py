"""Real programs: whether C is linked in is what their libraries and functions say, and never what a setting says."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.gomod.cgo_lines import cgo_directives, linked_by
from supplymatrix.native.program_facts import program_facts
from supplymatrix.sources.programs import FoundProgram, find_programs
from tests.support.data import samples_dir

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FoundProgram]:
    """The programs of the samples by their SHA-256, read once; none of them is ever run."""
    folder = tmp_path_factory.mktemp("programs")
    with tarfile.open(samples_dir("binaries") / "binaries.tar.xz") as archive:
        for number, member in enumerate(archive):
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                (folder / str(number)).write_bytes(content.read())
    return {found.sha256: found for found in find_programs([folder]).programs}


def _documents() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text("utf-8")) for path in sorted(samples_dir("binaries").glob("*.json"))]
    return [document for document in found if isinstance(document, dict) and "sha256" in document]


def test_c_is_linked_in_where_runtime_cgo_is_and_only_there(programs: dict[str, FoundProgram]) -> None:
    seen = 0
    for document in _documents():
        found, packages = programs.get(document["sha256"]), document.get("pclntab_packages")
        if found is None or not packages or found.read.packages is None:
            continue
        side = program_facts(found.name, found.read)
        assert side.target.cgo is ("runtime/cgo" in packages), document
        assert bool(side.target.c_library) or not side.target.cgo
        seen += 1
    assert seen


def test_every_library_of_an_elf_program_is_told_or_is_the_c_library(programs: dict[str, FoundProgram]) -> None:
    for document in _documents():
        found, needed = programs.get(document["sha256"]), document.get("dt_needed")
        if found is None or not needed:
            continue
        facts = program_facts(found.name, found.read).native
        assert any(fact.subject.path == "std" for fact in facts)
        assert {file for fact in facts for file in fact.files} <= set(needed)


def test_names_that_were_measured_in_modules_are_read_from_their_lines() -> None:
    path = Path(samples_dir("binaries")) / "cgo-modules.json"
    if not path.is_file():
        pytest.skip("these samples have no cgo-modules.json")
    for module in json.loads(path.read_text("utf-8")):
        for line in module["ldflags"]:
            flag = line.rpartition(" ")[2]
            (one,) = cgo_directives(f'package p\n\n// #cgo LDFLAGS: {flag}\nimport "C"\n'.encode())
            name = flag.removeprefix("-l") if flag.startswith("-l") else flag.rpartition("/")[2]
            assert [linked.name for linked in linked_by(one)] == [name]
