"""zip_check.json: the rules of module zips, and which files of a tree go into one."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.module_zip import (
    CheckedFiles,
    FileFault,
    FileKind,
    ModuleFile,
    check_files,
    check_zip,
    unpack_fault,
)
from supplymatrix.gomod.read_at import BytesAt
from supplymatrix.gomod.zip_archive import read_zip
from supplymatrix.model.module import ModuleVersion
from tests.support.data import conformance_cases, require_case

NOTHING = CheckedFiles(valid=(), omitted=(), invalid=(), size_fault="")
KINDS = {"": FileKind.REGULAR, "symlink": FileKind.LINK, "dir": FileKind.FOLDER}


def bytes_of(entry: dict[str, Any], name: str) -> bytes:
    if f"{name}_b64" in entry:
        return base64.b64decode(entry[f"{name}_b64"])
    return str(entry.get(name, "")).encode("utf-8", "surrogatepass")


def names_of(entries: Sequence[Any], name: str) -> list[bytes]:
    """Return the names of a list that holds them as texts or as objects."""
    return [entry.encode() if isinstance(entry, str) else bytes_of(entry, name) for entry in entries]


def names_in(faults: Sequence[FileFault]) -> list[bytes]:
    return [fault.name for fault in faults]


@pytest.mark.parametrize("case", conformance_cases("zip_check", "check_zip"))
def test_module_zips_are_judged_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    module = ModuleVersion(path=case["module"], version=case["version"])
    checked, refused = NOTHING, False
    try:
        checked = check_zip(module, read_zip(BytesAt(bytes_of(case, "zip"))))
    except InputError:
        refused = True
    assert (checked.ok and not refused) == case["ok"]
    assert list(checked.valid) == names_of(case["valid"], "path")
    assert names_in(checked.invalid) == names_of(case["invalid"], "path")
    assert bool(checked.size_fault) == case["size_error"]


@pytest.mark.parametrize("case", conformance_cases("zip_check", "check_zip"))
def test_what_go_unpacks_can_be_unpacked(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    module = ModuleVersion(path=case["module"], version=case["version"])
    try:
        fault = unpack_fault(module, read_zip(BytesAt(bytes_of(case, "zip"))))
    except InputError as err:
        fault = str(err)
    assert (not fault) == case["unzip_ok"]


@pytest.mark.parametrize("case", conformance_cases("zip_check", "check_files"))
def test_files_are_left_out_as_in_go(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    files, go_mod = [], b""
    for entry in case["files"]:
        name, data = bytes_of(entry, "name"), bytes_of(entry, "data")
        kind = KINDS.get(entry.get("mode", ""), FileKind.OTHER)
        files.append(ModuleFile(name=name, size=entry.get("size", len(data)), kind=kind))
        if name == b"go.mod" and kind is FileKind.REGULAR:
            go_mod = data
    checked = check_files(files, go_mod)
    assert checked.ok == case["ok"]
    assert list(checked.valid) == names_of(case["valid"], "path")
    assert names_in(checked.omitted) == names_of(case["omitted"], "path")
    assert names_in(checked.invalid) == names_of(case["invalid"], "path")
