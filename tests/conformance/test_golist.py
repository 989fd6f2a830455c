"""golist.json: build lists of real projects, as `go list -m -json all` has them, worked out from go.mod texts alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supplymatrix.gomod.golist import GoListEntry, parse_go_list
from supplymatrix.gomod.module_graph import ListedModule
from tests.support.data import conformance_cases, require_case
from tests.support.module_files import graph_of


def _expected(case: dict[str, Any]) -> tuple[GoListEntry, ...]:
    return parse_go_list("\n".join(json.dumps(entry) for entry in case["modules"]).encode())


def _replace(listed: ListedModule) -> tuple[str, str] | None:
    if listed.replacement is None:
        return None
    target = listed.replacement.target
    return (listed.replacement.directory, "") if target is None else (target.path, target.version)


@pytest.mark.parametrize("case", conformance_cases("golist", "go_list_m_all"))
def test_the_build_list_is_that_of_the_go_command(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    graph = graph_of(case["go_mod"], case["mods"])
    ours = [(m.module.path, m.module.version, m.is_main, m.is_indirect, _replace(m)) for m in graph.modules]
    assert ours == [(m.path, m.version, m.is_main, m.is_indirect, m.replace) for m in _expected(case)]


@pytest.mark.parametrize("case", conformance_cases("golist", "go_list_m_all"))
def test_nothing_is_missing_where_every_text_is_given(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    graph = graph_of(case["go_mod"], case["mods"])
    assert [(str(missing.wanted.module), missing.reason) for missing in graph.missing] == []


@pytest.mark.parametrize("case", conformance_cases("golist", "go_list_m_all"))
def test_the_go_version_of_each_file_that_was_read_is_that_of_the_go_command(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    expected = {entry.path: entry.go_version for entry in _expected(case)}
    ours = {m.module.path: m.go_version for m in graph_of(case["go_mod"], case["mods"]).modules if m.go_version}
    assert ours == {path: expected[path] for path in ours}
