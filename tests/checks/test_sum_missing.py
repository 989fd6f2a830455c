"""SM101 with a module graph: who gives packages needs both lines, whoever requires it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from supplymatrix.checks.registry import run_rules
from supplymatrix.model.rule import Status
from tests.support.fixtures import facts_of

_MUX = "github.com/gorilla/mux"


def _missing(folder: Path, graph: list[dict[str, object]], *, go: str = "1.26") -> list[str]:
    (folder / "go.mod").write_text(f"module example.com/svc\n\ngo {go}\n\nrequire {_MUX} v1.8.0\n", encoding="utf-8")
    (folder / "log.json").write_text(json.dumps({"graph": graph}), encoding="utf-8")
    results = run_rules(facts_of(folder))
    return sorted(result.subject for result in results if result.rule == "SM101" and result.status is Status.FAIL)


def _entry(module: str = _MUX, *, gives: bool | None) -> dict[str, object]:
    return {"module": module, "version": "v1.8.0", "gives": gives}


@pytest.mark.parametrize(
    ("gives", "go", "missing"),
    [
        (True, "1.16", [f"{_MUX}@v1.8.0", f"{_MUX}@v1.8.0/go.mod"]),
        (False, "1.26", [f"{_MUX}@v1.8.0", f"{_MUX}@v1.8.0/go.mod"]),
        (False, "1.16", [f"{_MUX}@v1.8.0/go.mod"]),
        (None, "1.26", [f"{_MUX}@v1.8.0", f"{_MUX}@v1.8.0/go.mod"]),
        (None, "1.16", [f"{_MUX}@v1.8.0/go.mod"]),
    ],
)
def test_a_required_module_needs_what_the_graph_says(
    gives: bool | None, go: str, missing: list[str], tmp_path: Path
) -> None:
    assert _missing(tmp_path, [_entry(gives=gives)], go=go) == missing


def test_a_module_that_gives_packages_and_is_not_required_needs_both_lines(tmp_path: Path) -> None:
    found = _missing(tmp_path, [_entry(gives=False), _entry("example.com/x", gives=True)], go="1.16")
    assert found == ["example.com/x@v1.8.0", "example.com/x@v1.8.0/go.mod", f"{_MUX}@v1.8.0/go.mod"]


@pytest.mark.parametrize("gives", [False, None])
def test_one_that_only_shapes_the_graph_needs_none(gives: bool | None, tmp_path: Path) -> None:
    found = _missing(tmp_path, [_entry(gives=False), _entry("example.com/x", gives=gives)], go="1.16")
    assert found == [f"{_MUX}@v1.8.0/go.mod"]
