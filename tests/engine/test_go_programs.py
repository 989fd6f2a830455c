"""Programs that were just built, held against what was proven of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplymatrix.engine.go_programs import Expected, check_program
from supplymatrix.model.module import ModuleVersion
from supplymatrix.sources.go_outputs import Output
from tests.gomod.made_programs import header, made_elf
from tests.support.go_project import made_program
from tests.support.made_log import made_hash

A, B = (ModuleVersion(path=f"example.com/{name}", version="v1.0.0") for name in "ab")
OF_A, OF_B = made_hash("a"), made_hash("b")
EXPECTED = Expected(
    proven={A: OF_A}, by_sum={B: OF_B}, mains=frozenset({"svc.example/app"}), folders=frozenset({"example.com/local"})
)
DEP_A = f"dep\texample.com/a\tv1.0.0\t{OF_A}"


def _faults(tmp_path: Path, data: bytes, expected: Expected = EXPECTED) -> list[tuple[int, str]]:
    (tmp_path / "app").write_bytes(data)
    return [(fault.code, fault.text) for fault in check_program(Output(tmp_path / "app", ""), expected).faults]


def test_a_program_of_what_was_proven_is_good(tmp_path: Path) -> None:
    lines = (DEP_A, f"dep\texample.com/b\tv1.0.0\t{OF_B}", "dep\texample.com/local\tv0.0.0\t", "=>\t./local\t(devel)\t")
    (tmp_path / "app").write_bytes(made_program(*lines))
    found = check_program(Output(tmp_path / "app", ""), EXPECTED)
    assert (found.modules, found.by_sum, found.unhashed, found.faults) == (1, 1, 1, ())


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (f"dep\texample.com/a\tv1.0.0\t{OF_B}", 4, "the log has"),
        (f"dep\texample.com/b\tv1.0.0\t{OF_A}", 4, "go.sum has"),
        (f"dep\texample.com/a\tv1.0.1\t{OF_A}", 4, "go.sum does not have"),
        (f"dep\texample.com/z\tv1.0.0\t{OF_A}", 4, "go.sum does not have"),
        ("dep\texample.com/a\tv1.0.0\t", 3, "does not say of which hash"),
        (f"{DEP_A}\n=>\t../a\t(devel)\t", 3, "does not say of which hash"),
        (f"dep\texample.com/x\tv1.0.0\t\n=>\texample.com/a\tv1.0.0\t{OF_B}", 4, "the log has"),
    ],
)
def test_a_module_that_is_another_is_told(line: str, code: int, told: str, tmp_path: Path) -> None:
    ((found, text),) = _faults(tmp_path, made_program(line))
    assert found == code
    assert told in text


def test_what_replaces_a_module_is_what_counts(tmp_path: Path) -> None:
    line = f"dep\texample.com/x\tv0.1.0\t\n=>\texample.com/a\tv1.0.0\t{OF_A}"
    assert _faults(tmp_path, made_program(line)) == []


def test_a_program_of_another_module_is_told(tmp_path: Path) -> None:
    ((code, text),) = _faults(tmp_path, made_program(DEP_A, main="evil.example/app"))
    assert (code, "evil.example/app" in text) == (4, True)


def test_a_program_of_a_required_module_counts_by_its_hash(tmp_path: Path) -> None:
    assert _main_faults(tmp_path, OF_A) == []
    assert [code for code, _ in _main_faults(tmp_path, OF_B)] == [4]


def _main_faults(tmp_path: Path, h1: str) -> list[tuple[int, str]]:
    return _faults(tmp_path, made_elf(header(text=f"path\texample.com/a\nmod\texample.com/a\tv1.0.0\t{h1}\n")))


def test_from_vendor_no_hash_is_asked_for_but_the_module_must_be_known(tmp_path: Path) -> None:
    expected = Expected(proven={A: OF_A}, mains=EXPECTED.mains, is_vendored=True)
    known, unknown = "dep\texample.com/a\tv1.0.0\t", "dep\texample.com/c\tv1.0.0\t"
    assert _faults(tmp_path, made_program(known), expected) == []
    assert [code for code, _ in _faults(tmp_path, made_program(unknown), expected)] == [3]


def test_what_is_no_program_of_go_is_told(tmp_path: Path) -> None:
    assert [code for code, _ in _faults(tmp_path, b"#!/bin/sh\necho evil\n")] == [4]
    assert [fault.code for fault in check_program(Output(tmp_path / "absent", ""), EXPECTED).faults] == [3]


@pytest.mark.parametrize(("package", "since", "codes"), [
    ("svc.example/app", 2e12, []), ("svc.example/app/cmd/x", 0.0, []), ("svc.example/app/cmd/x", 2e12, [3]),
    ("", 2e12, []),
])  # fmt: skip
def test_a_program_of_another_package_that_was_there_before_is_not_what_was_built(
    package: str, since: float, codes: list[int], tmp_path: Path
) -> None:
    (tmp_path / "app").write_bytes(made_program(DEP_A))
    found = check_program(Output(tmp_path / "app", package), EXPECTED, since=since)
    assert [fault.code for fault in found.faults] == codes
    assert found.named == (frozenset() if codes else frozenset({A}))
