"""The table of modules: who brings what."""

from __future__ import annotations

import pytest

from supplymatrix.model.module import check_module_path
from supplymatrix.model.native_code import LinkMode
from supplymatrix.native.libraries import find_library
from supplymatrix.native.modules import find_modules, known_modules


def test_every_path_is_one_that_a_module_or_package_can_have() -> None:
    for row in known_modules():
        check_module_path(row.path)


def test_libraries_of_measured_rows_are_in_the_table_of_libraries() -> None:
    rows = [row for row in known_modules() if row.is_verified]
    assert len(rows) > 20
    assert [row.path for row in rows for name in row.libraries if find_library(name) is None] == []


@pytest.mark.parametrize("path", ["github.com/libgit2/git2go", "github.com/libgit2/git2go/v34"])
def test_a_module_is_found_whatever_its_major_version(path: str) -> None:
    (row,) = find_modules(path)
    assert (row.libraries, row.mode) == (("git2",), LinkMode.DYNAMIC)


def test_an_unknown_module_has_no_rows() -> None:
    assert find_modules("example.com/m") == find_modules("github.com/mattn/go-sqlite") == ()


def test_what_needs_no_cgo_is_marked() -> None:
    assert {row.without_cgo for row in known_modules() if row.mode is LinkMode.TRANSLATED} == {True}
    assert find_modules("github.com/DataDog/go-libddwaf/v4")[0].without_cgo
    assert not find_modules("github.com/mattn/go-sqlite3")[0].without_cgo
