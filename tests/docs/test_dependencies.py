"""Every dependency has a line that says what it is for, and no line is left of one that is gone."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docs.pages import read_page
from tests.support.data import REPO

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_COLUMNS = 5


def _declared() -> dict[str, str]:
    """Return the direct dependencies by name, with the place that declares them."""
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [("pyproject.toml", line) for line in (*project["project"]["dependencies"],)]
    lines += [("pyproject.toml", line) for line in project["build-system"]["requires"]]
    for path in sorted((REPO / "requirements").glob("*.in")):
        lines += [(path.name, line) for line in path.read_text(encoding="utf-8").split("\n")]
    found = [(place, match[0]) for place, line in lines if (match := _NAME.match(line.strip()))]
    return {name: place for place, name in found}


def _rows(section: str) -> dict[str, list[str]]:
    """Return the rows of the tables below a heading, by the name in the first cell."""
    _, _, rest = read_page("docs/dependencies.md").partition(f"\n## {section}\n")
    rows = [line for line in rest.partition("\n## ")[0].split("\n") if line.startswith("| `")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0].strip("`"): row for row in cells}


def _direct() -> dict[str, list[str]]:
    return {**_rows("At run time"), **_rows("To build"), **_rows("To test")}


def test_every_direct_dependency_has_a_line_and_every_line_a_dependency() -> None:
    assert sorted(_direct()) == sorted(_declared())


@pytest.mark.parametrize("name", sorted(_declared()))
def test_a_line_says_what_for_why_this_one_when_and_the_licence(name: str) -> None:
    row = _direct()[name]
    assert len(row) == _COLUMNS
    assert all(row)
    assert re.search(r"\d, seen 20\d\d-\d\d-\d\d$", row[3])


def test_the_program_needs_only_what_is_declared_for_run_time() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
    names = sorted(match[0] for line in project["project"]["dependencies"] if (match := _NAME.match(line)))
    assert sorted(_rows("At run time")) == names
