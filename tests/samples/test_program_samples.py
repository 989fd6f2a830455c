"""Real programs as a whole: state, packages and libraries, and that nothing put behind them or cut off changes them."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from supplymatrix.gomod.build_info import NoBuildInfoError, parse_module_text
from supplymatrix.gomod.program import ReadProgram, read_programs
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.program import ProgramState
from tests.gomod.made_programs import header, made_fat
from tests.support.data import SAMPLES, samples_dir

pytestmark = pytest.mark.slow

_HIDDEN = (ProgramState.PACKED, ProgramState.OBFUSCATED, ProgramState.DAMAGED)
_MACH = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")


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
def programs() -> Mapping[str, bytes]:
    """The programs by their SHA-256; none of them is ever run."""
    found = {}
    with tarfile.open(samples_dir("binaries") / "binaries.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                data = content.read()
                found[hashlib.sha256(data).hexdigest()] = data
    return found


def _expected(name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((samples_dir("binaries") / name).read_text(encoding="utf-8"))
    return document


def _read(data: bytes) -> ReadProgram | None:
    """Return the program that some bytes are, None for no Go program."""
    try:
        (program,) = read_programs(BytesAt(data))
    except NoBuildInfoError:
        return None
    return program


@pytest.mark.parametrize("name", _named())
def test_a_program_that_nobody_can_read_is_no_program_without_modules(name: str, programs: Mapping[str, bytes]) -> None:
    expected = _expected(name)
    program = _read(programs[expected["sha256"]])
    told, text = expected["go_version_m_json"], expected.get("sentinel_modinfo")
    if told is None and not text:
        assert program is None or (program.info is None and program.state in _HIDDEN and program.reason)
        return
    assert program is not None
    assert program.info is not None
    assert program.info.go_version
    if told is None:
        assert program.info.deps == parse_module_text(text or "").deps
        return
    assert (program.info.go_version, program.info.path) == (told["GoVersion"], told.get("Path", ""))
    assert [(dep.path, dep.version, dep.sum) for dep in program.info.deps] == [
        (dep["Path"], dep.get("Version", ""), dep.get("Sum", "")) for dep in told.get("Deps") or ()
    ]
    assert program.state in (ProgramState.READ, ProgramState.BARE)


@pytest.mark.parametrize("name", _named())
def test_what_is_linked_in_is_what_was_found_before(name: str, programs: Mapping[str, bytes]) -> None:
    """The expected packages come from another reader, which takes the names that the runtime has for itself under other
    packages' names, and names of types, for packages: there may be fewer, and those that are missing have no domain."""
    expected = _expected(name)
    program = _read(programs[expected["sha256"]])
    if program is not None and program.format == "ELF" and program.state is ProgramState.READ:
        assert program.libraries == tuple(expected.get("dt_needed", program.libraries))
    if not expected.get("pclntab_packages"):
        return
    assert program is not None
    assert program.packages is not None
    before = {unquote(package) for package in expected["pclntab_packages"]}
    assert set(program.packages) <= before
    missing = {package for package in before - set(program.packages) if not package.startswith("type..")}
    assert not [package for package in missing if "." in package.partition("/")[0]]


@pytest.mark.parametrize("name", _named())
def test_what_is_put_behind_a_program_or_cut_off_gives_no_other_answer(
    name: str, programs: Mapping[str, bytes]
) -> None:
    data = programs[_expected(name)["sha256"]]
    program = _read(data)
    if data[:4] != b"\0asm":  # where what follows is a part of the module, and a broken one
        assert _read(data + bytes(-len(data) % 16) + header("go1.99.9")) == program
    for part in range(1, 16):
        cut = _read(data[: len(data) * part // 16])
        if cut is not None and cut.info is not None and cut.info.path:
            assert program is not None
            assert cut.info == program.info


def test_every_slice_of_a_fat_program_is_read(programs: Mapping[str, bytes]) -> None:
    slices = [data for _, data in sorted(programs.items()) if data[:4] in _MACH]
    if not slices:
        pytest.skip("no Mach-O program among the samples")
    found = read_programs(BytesAt(made_fat(*slices, slices[0])))
    assert list(found) == [_read(data) for data in (*slices, slices[0])]
