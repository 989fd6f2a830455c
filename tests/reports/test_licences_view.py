"""The page of licences as text: one way to write an expression, and no line wider than the page."""

from __future__ import annotations

import pytest

from supplymatrix.model.licence import LicenceFile, LicenceMatch, LicenceMethod, LicenceSource, ModuleLicence
from supplymatrix.model.module import ModuleVersion
from supplymatrix.reports import licences_view, licences_view_csv, licences_view_json
from supplymatrix.reports.licences_view_words import LicencePage, LicenceRow, Role, in_order
from supplymatrix.sbom.document import Scope


def _row(path: str, version: str, licence: str, file: str = "LICENSE") -> LicenceRow:
    match = LicenceMatch(licence=licence, start=3, end=20, confidence=97, method=LicenceMethod.TEMPLATE)
    read = LicenceFile(path=file, sha256="0" * 64, expression=licence, matches=(match,))
    module = ModuleVersion(path=path, version=version)
    found = ModuleLicence(
        subject=module, effective=module, declared=licence, concluded=licence, files=(read,),
        source=LicenceSource.FOLDER,
    )  # fmt: skip
    return LicenceRow(licence=found, role=Role.MODULE)


def _page(*rows: LicenceRow) -> LicencePage:
    return LicencePage(
        name="example.com/main", scope=Scope.BUILT, rows=rows, gaps=(), listed_by="go list", packages_by="go list"
    )


def test_a_page_that_fits_is_a_table() -> None:
    text = licences_view.render(_page(_row("a.example/a", "v1.0.0", "MIT"), _row("b.example/bb", "v1.0.0", "ISC")))
    assert (
        "licence  class       sure  module               read from\n"
        "MIT      permissive   97%  a.example/a v1.0.0   LICENSE:3\n"
        "ISC      permissive   97%  b.example/bb v1.0.0  LICENSE:3\n"
    ) in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    long = "MIT AND " * 12 + "Apache-2.0"
    rows = (
        _row("a.example/" + "x" * 90, "v0.0.0-20171006230638-a6e239ea1c69", "MIT"),
        _row("a.example/dir/" + "x" * 30, "v0.0.0-20171006230638-a6e239ea1c69", "MIT", "f" * 120),
        _row("a.example/b", "v1.0.0", long.replace("MIT", "BSD-3-Clause", 1)),
    )
    text = licences_view.render(_page(*rows), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "v0.0.0-20171006230638-a6e239ea1c69" in text


def test_an_expression_is_written_alike_everywhere() -> None:
    page = _page(
        _row("a.example/a", "v1.0.0", "MIT AND BSD-3-Clause"), _row("a.example/b", "v1", "BSD-3-Clause AND MIT")
    )
    for text in (licences_view.render(page), licences_view_csv.render(page), licences_view_json.render(page)):
        assert "BSD-3-Clause AND MIT" in text
    assert "MIT AND BSD-3-Clause" not in licences_view.render(page)
    assert "      2  permissive         BSD-3-Clause AND MIT\n" in licences_view.render(page)


@pytest.mark.parametrize(
    ("expression", "ordered"),
    [
        ("MIT OR ISC", "MIT OR ISC"),
        ("MIT AND (ISC OR BSD-2-Clause)", "(ISC OR BSD-2-Clause) AND MIT"),
        ("x y", "x y"),
        ("", ""),
    ],
)
def test_only_what_all_applies_is_put_in_order(expression: str, ordered: str) -> None:
    assert in_order(expression) == ordered
