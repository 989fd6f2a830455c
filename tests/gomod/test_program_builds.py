"""Programs that the installed Go builds, each with forged build info and a forged table of functions among its data."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from supplymatrix.gomod.executable_formats import program_parts, read_part, whole_part
from supplymatrix.gomod.pclntab import function_names
from supplymatrix.gomod.program import ReadProgram, read_programs
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.model.program import ProgramState
from tests.gomod.made_programs import function_table, header

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("go") is None, reason="go is needed"),
]

_MODULE = "example.com/acme/a.b"
_TARGETS = {
    "linux/amd64": ("ELF", ProgramState.READ),
    "aix/ppc64": ("XCOFF", ProgramState.READ),
    "plan9/386": ("Plan 9", ProgramState.READ),
    "wasip1/wasm": ("WebAssembly", ProgramState.SEARCHED),
}
_LINKER = ("runtime.text", "runtime.etext")


def _decoy() -> bytes:
    """Return forged tables in every alignment."""
    names = ("forged/a.F", "forged/b.G", "runtime.main")
    forged = header("go1.99.9").ljust(1024, b"\0")
    for pointer, order, quantum in ((8, "<", 1), (4, "<", 1), (8, ">", 4)):
        table = function_table(*names, pointer=pointer, order=order, quantum=quantum)
        forged += table.ljust(len(table) + -len(table) % 16, b"\0")
    return b"".join(forged + b"\1" for _ in range(16))


def _go(folder: Path, *words: str, goos: str = "", goarch: str = "") -> str:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("GO") or name == "GOCACHE"}
    environ |= {"GOENV": "off", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOPROXY": "off", "CGO_ENABLED": "0"}
    environ |= {"GOOS": goos, "GOARCH": goarch}
    done = subprocess.run(["go", *words], cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("acme")
    (folder / "go.mod").write_text(f"module {_MODULE}\n\ngo 1.20\n", encoding="utf-8")
    (folder / "lib.x").mkdir()
    lib = "package lib\n\n//go:noinline\nfunc Pick[T any](a []T) T { return a[0] }\n"
    (folder / "lib.x" / "lib.go").write_text(lib, encoding="utf-8")
    text = "".join(f"\\x{byte:02x}" for byte in _decoy())
    main = f'package main\n\nimport lib "{_MODULE}/lib.x"\n\nvar decoy = "{text}"\n\n'
    main += "func main() { println(lib.Pick([]string{decoy}), len(decoy)) }\n"
    (folder / "main.go").write_text(main, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(project: Path) -> Mapping[str, bytes]:
    """The stripped program of each target."""
    programs = {}
    for target in _TARGETS:
        goos, _, goarch = target.partition("/")
        _go(project, "build", "-trimpath", "-ldflags=-s -w", "-o", "program", ".", goos=goos, goarch=goarch)
        programs[target] = (project / "program").read_bytes()
    return programs


def _one(data: bytes) -> ReadProgram:
    (program,) = read_programs(BytesAt(data))
    return program


@pytest.mark.parametrize("target", _TARGETS)
def test_a_program_of_any_system_is_read_past_what_is_forged(
    target: str, project: Path, built: Mapping[str, bytes]
) -> None:
    goos, _, goarch = target.partition("/")
    assert b"go1.99.9" in built[target]
    program = _one(built[target])
    assert (program.format, program.state) == _TARGETS[target]
    assert (program.goos, program.goarch) == (goos, goarch)
    assert program.info is not None
    assert program.info.go_version == _go(project, "env", "GOVERSION").strip()
    assert not program.info.is_version_inferred
    assert program.info.path == _MODULE
    assert program.packages is not None
    deps = set(_go(project, "list", "-deps", ".", goos=goos, goarch=goarch).split())
    assert set(program.packages) <= deps | {"main"}
    assert {"main", "runtime", f"{_MODULE}/lib.x"} <= set(program.packages)


def test_names_are_those_of_the_symbol_table(project: Path, built: Mapping[str, bytes]) -> None:
    _go(project, "build", "-trimpath", "-o", "whole", ".", goos="linux", goarch="amd64")
    rows = [line.split(None, 2) for line in _go(project, "tool", "nm", "whole").splitlines()]
    text = {row[2].removesuffix(".abi0") for row in rows if len(row) == 3 and row[1] in "Tt"}
    parts = program_parts(BytesAt(built["linux/amd64"]))
    assert parts is not None
    names = set(function_names(read_part(whole_part(next(parts)))))
    missing = {name for name in text - names if not name.startswith("type:")}
    assert missing <= set(_LINKER)
    assert not {name for name in names if name.startswith("forged")}


def test_modules_are_those_that_go_reads(project: Path, built: Mapping[str, bytes]) -> None:
    (project / "stripped").write_bytes(built["linux/amd64"])
    told = json.loads(_go(project, "version", "-m", "-json", "stripped"))
    info = _one(built["linux/amd64"]).info
    assert info is not None
    assert (info.go_version, info.path) == (told["GoVersion"], told["Path"])
    assert info.settings == tuple((item["Key"], item["Value"]) for item in told["Settings"])


def test_a_program_without_a_table_of_sections_is_read_from_its_segments(built: Mapping[str, bytes]) -> None:
    whole = _one(built["linux/amd64"])
    data = bytearray(built["linux/amd64"])
    struct.pack_into("<Q", data, 40, 0)
    struct.pack_into("<HHH", data, 58, 0, 0, 0)
    bare = _one(bytes(data))
    assert (bare.state, bare.info, bare.packages) == (ProgramState.READ, whole.info, whole.packages)


def test_a_program_whose_build_info_was_taken_out_is_told(built: Mapping[str, bytes]) -> None:
    data = built["linux/amd64"]
    place = data.rfind(b"\xff Go buildinf:")
    program = _one(data[:place] + bytes(32) + data[place + 32 :])
    assert (program.state, program.info) == (ProgramState.DAMAGED, None)
    assert "taken out" in program.reason
    assert program.packages == _one(data).packages
