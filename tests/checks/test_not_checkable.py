"""SM310: which words tell of what."""

from __future__ import annotations

from supplymatrix.checks.rules.vulnerability_not_checkable import check
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import Facts
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.vulnerability import UncheckedModule


def _at(file: str, line: int) -> Location:
    return Location(artifact=file, line=line, column=1)


def test_a_go_of_a_build_file_is_told_by_its_place() -> None:
    facts = [
        UncheckedModule(
            subject=ModuleVersion(path="stdlib", version=""), reason="it names none", location=_at(file, line)
        )
        for file, line in (("snap/snapcraft.yaml", 37), (".travis.yml", 1))
    ]
    found = list(check(FactView(Facts(facts, ()))))
    assert [one.finding.message for one in found if one.finding is not None] == [
        f"the Go of {place} is no known release: it was not held against any database of vulnerabilities"
        for place in (".travis.yml:1", "snap/snapcraft.yaml:37")
    ]
    assert len({one.finding.fingerprint for one in found if one.finding is not None}) == 2
