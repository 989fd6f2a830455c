"""Vulnerabilities that come and go between two bills."""

from __future__ import annotations

import json

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
    diff = with_vulnerabilities(diff_sboms(before, after), before, after, _INDEX)
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
