"""module_path.json: path and version rules, escaping."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from supplymatrix.errors import InputError
from supplymatrix.model import module
from tests.support.data import conformance_cases, require_case


def _text(case: dict[str, Any], name: str) -> str:
    """Bytes that are no UTF-8 come in as surrogates, as everywhere in the program."""
    if f"{name}_b64" in case:
        return base64.b64decode(case[f"{name}_b64"]).decode("utf-8", "surrogateescape")
    return str(case[name])


def _accepts(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("case", conformance_cases("module_path", "check_path"))
def test_paths_are_judged_as_go_judges_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    path = _text(case, "path")
    assert _accepts(module.check_module_path, path) is case["ok"]
    assert _accepts(module.check_import_path, path) is case["import_ok"]
    assert _accepts(module.check_file_path, path) is case["file_ok"]
    if case.get("split") and "path_b64" not in case:
        assert list(module.split_path_version(path)) == [*case["split"], True]
    if case["ok"]:
        assert module.escape_path(path) == case["escaped"]
        assert module.unescape_path(case["escaped"]) == path


@pytest.mark.parametrize("case", conformance_cases("module_path", "unescape_path"))
def test_escaped_paths_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    escaped = _text(case, "escaped")
    assert _accepts(module.unescape_path, escaped) is case["ok"]
    if case["ok"]:
        assert module.unescape_path(escaped) == case["path"]


@pytest.mark.parametrize("case", conformance_cases("module_path", "escape_version"))
def test_versions_are_escaped_as_go_escapes_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    version = _text(case, "version")
    assert _accepts(module.escape_version, version) is case["ok"]
    if case["ok"]:
        assert module.escape_version(version) == case["escaped"]


@pytest.mark.parametrize("case", conformance_cases("module_path", "unescape_version"))
def test_escaped_versions_are_read_as_go_reads_them(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    escaped = _text(case, "escaped")
    assert _accepts(module.unescape_version, escaped) is case["ok"]
    if case["ok"]:
        assert module.unescape_version(escaped) == case["version"]


@pytest.mark.parametrize("case", conformance_cases("module_path", "check"))
def test_path_and_version_must_fit_each_other(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    path, version = _text(case, "path"), _text(case, "version")
    assert _accepts(lambda _: module.check_module(path, version), "") is case["ok"]
    assert module.canonical_version(version) == case["canonical"]
