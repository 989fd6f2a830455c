"""Vulnerabilities that come and go between two bills."""

from __future__ import annotations

import json

import pytest

from supplymatrix.model.vulnerability import Review, VulnDatabase
from supplymatrix.sbom.changes import ChangeSort, SbomChange
from supplymatrix.sbom.diff import diff_sboms
from supplymatrix.sbom.diff_vulns import with_vulnerabilities
from supplymatrix.sbom.read import read_sbom
from supplymatrix.sbom.read_values import ReadSbom
from supplymatrix.vulns.advisory import Advisory, Affected
from supplymatrix.vulns.index import Entries, VulnIndex

_DATABASE = VulnDatabase(
    id="ours", name="ours", dated=None, dated_by="", entries=2, withdrawn=0, sha256="", source="made"
)


def _entry(name: str, module: str, fixed: str) -> Advisory:
    affected = (Affected(module=module, spans=(("0", fixed, ""),)),)
    return Advisory(id=name, database="ours", summary="made up", review=Review.REVIEWED, affected=affected)


_INDEX = VulnIndex([Entries(_DATABASE, [_entry("EX-1", "example.com/a", "1.2.0"), _entry("EX-2", "stdlib", "1.24.4")])])


def _bill(*purls: str) -> ReadSbom:
    components = [{"type": "library", "name": purl, "bom-ref": purl, "purl": purl} for purl in purls]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    return read_sbom(json.dumps(document).encode(), "bill.json")


def _changes(before: ReadSbom, after: ReadSbom) -> list[SbomChange]:
    diff, gaps = with_vulnerabilities(diff_sboms(before, after), before, after, _INDEX)
    assert not gaps
    return [one for one in diff.changes if one.sort in (ChangeSort.VULNERABLE, ChangeSort.CLEARED)]


def test_an_update_clears_and_an_older_version_brings() -> None:
    old, new = _bill("pkg:golang/example.com/a@v1.0.0"), _bill("pkg:golang/example.com/a@v1.2.0")
    (gone,) = _changes(old, new)
    assert (gone.sort, gone.name, gone.before, gone.detail) == (
        ChangeSort.CLEARED, "example.com/a", "v1.0.0", "EX-1: made up",
    )  # fmt: skip
    (come,) = _changes(new, old)
    assert (come.sort, come.after) == (ChangeSort.VULNERABLE, "v1.0.0")
    assert _changes(old, old) == []


def test_an_update_that_does_not_help_is_no_change() -> None:
    assert _changes(_bill("pkg:golang/example.com/a@v1.0.0"), _bill("pkg:golang/example.com/a@v1.1.0")) == []


def test_go_itself_is_looked_up_by_its_release() -> None:
    (gone,) = _changes(_bill("pkg:golang/stdlib@1.24.3"), _bill("pkg:golang/stdlib@1.24.4"))
    assert (gone.sort, gone.name) == (ChangeSort.CLEARED, "stdlib")


@pytest.mark.parametrize(
    "purl", ["pkg:golang/example.com/a", "pkg:golang/example.com/a@(devel)", "pkg:golang/example.com/a@main"]
)
def test_a_version_that_cannot_be_compared_clears_nothing(purl: str) -> None:
    old, new = _bill("pkg:golang/example.com/a@v1.0.0"), _bill(purl)
    diff, (gap,) = with_vulnerabilities(diff_sboms(old, new), old, new, _INDEX)
    assert ChangeSort.CLEARED not in {one.sort for one in diff.changes}
    assert (gap.subject, gap.wanted) == ("example.com/a", "known vulnerabilities of example.com/a in the second bill")
    back, (gap,) = with_vulnerabilities(diff_sboms(new, old), new, old, _INDEX)
    assert ChangeSort.VULNERABLE in {one.sort for one in back.changes}
    assert "the first bill" in gap.wanted


def test_a_module_that_no_entry_names_needs_no_version_and_one_that_is_gone_is_cleared() -> None:
    old, new = _bill("pkg:golang/example.com/a@v1.0.0", "pkg:golang/example.com/z"), _bill("pkg:golang/example.com/z")
    assert [one.sort for one in _changes(old, new)] == [ChangeSort.CLEARED]
