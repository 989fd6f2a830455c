"""The data that comes with the program."""

from __future__ import annotations

import pytest

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.errors import SourceError
from supplymatrix.sources.builtin import builtin_bytes, builtin_names
from tests.support.data import REPO


@pytest.mark.parametrize(
    ("kind", "folder"),
    [("policies", "policies"), ("policies/clauses", "policies/clauses"), ("rules", "docs/rules")],
)
def test_what_is_built_in_is_what_lies_at_the_top_level(kind: str, folder: str) -> None:
    there = {
        path.name: path.read_bytes() for path in (REPO / folder).iterdir() if path.is_file() and path.name[0] != "."
    }
    assert {name: builtin_bytes(kind, name) for name in builtin_names(kind)} == there


def test_there_is_a_page_for_each_rule() -> None:
    assert set(builtin_names("rules")) >= {f"{rule}.md" for rule in ALL_RULES}


@pytest.mark.parametrize("name", ["none.toml", "../pyproject.toml", "", "/etc/passwd", "."])
def test_a_name_that_is_no_built_in_file_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match="no built-in file"):
        builtin_bytes("policies", name)


def test_names_are_in_order() -> None:
    assert list(builtin_names("policies")) == sorted(builtin_names("policies"))
