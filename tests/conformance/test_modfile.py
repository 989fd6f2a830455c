"""modfile.json: go.mod and go.work as `go mod edit -json` and `go work edit -json` print them, or their refusal."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.gomod.modfile import Exclude, GoMod, GoWork, Replace, Value, parse_go_mod, parse_go_work
from tests.support.data import conformance_cases, require_case


def _data(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["text_b64"]) if "text_b64" in case else case["text"].encode()


def _version(path: str, version: str) -> dict[str, str]:
    return {"Path": path, "Version": version} if version else {"Path": path}


def _replacements(entries: tuple[Replace, ...]) -> list[Any] | None:
    return [
        {"Old": _version(r.old.path, r.old.version), "New": _version(r.new_path, r.new_version)} for r in entries
    ] or None


def _shared(file: GoMod | GoWork) -> dict[str, Any]:
    def text(value: Value | None) -> str:
        return value.text if value else ""

    found: dict[str, Any] = {"Go": text(file.go), "Toolchain": text(file.toolchain)}
    return {name: value for name, value in found.items() if value}


def _excluded(entries: tuple[Exclude, ...]) -> list[Any] | None:
    return [{"Path": e.module.path, "Version": e.module.version} for e in entries] or None


def _go_mod_json(file: GoMod) -> dict[str, Any]:
    module: dict[str, Any] = {"Path": file.module.path if file.module else ""}
    if file.module and file.module.deprecated:
        module["Deprecated"] = file.module.deprecated
    require = [
        {"Path": r.module.path, "Version": r.module.version, **({"Indirect": True} if r.indirect else {})}
        for r in file.require
    ]
    retract = [
        {"Low": r.low, "High": r.high, **({"Rationale": r.rationale} if r.rationale else {})} for r in file.retract
    ]
    godebug = [{"Key": g.key, "Value": g.value} for g in file.godebug]
    return {
        "Module": module,
        **_shared(file),
        **({"GoDebug": godebug} if godebug else {}),
        "Require": require or None,
        "Exclude": _excluded(file.exclude),
        "Replace": _replacements(file.replace),
        "Retract": retract or None,
        "Tool": [{"Path": t.path} for t in file.tool] or None,
        "Ignore": [{"Path": i.path} for i in file.ignore] or None,
    }


def _go_work_json(file: GoWork) -> dict[str, Any]:
    return {
        **_shared(file),
        "Use": [{"DiskPath": u.path} for u in file.use] or None,
        "Replace": _replacements(file.replace),
    }


@pytest.mark.parametrize("case", conformance_cases("modfile", "go.mod"))
def test_go_mod_files_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(InputError) as caught:
            parse_go_mod(_data(case))
        assert all(d.line and d.message for d in caught.value.diagnostics)
        return
    assert _go_mod_json(parse_go_mod(_data(case))) == case["json"]


@pytest.mark.parametrize("case", conformance_cases("modfile", "go.work"))
def test_go_work_files_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    if not case["ok"]:
        with pytest.raises(InputError):
            parse_go_work(_data(case))
        return
    assert _go_work_json(parse_go_work(_data(case))) == case["json"]
