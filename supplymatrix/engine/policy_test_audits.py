"""Known vulnerabilities of a `policy test`: as the audit would tell them, from a database of the day of the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from supplymatrix.model.fact import RequiredModule
from supplymatrix.model.vulnerability import LevelBy, VulnDatabase, Vulnerability
from supplymatrix.policy.expectations import PolicyTest

__all__ = ["vulnerabilities_of_test"]

_DATABASE = "go"


def vulnerabilities_of_test(
    test: PolicyTest, required: Sequence[RequiredModule], day: date
) -> Iterator[VulnDatabase | Vulnerability]:
    """Yield a database, and the vulnerabilities that a test names of modules that its go.mod requires."""
    yield VulnDatabase(
        id=_DATABASE,
        name="the test",
        dated=day,
        dated_by="the test",
        entries=len(test.vulnerabilities),
        withdrawn=0,
        sha256="0" * 64,
        source="the test",
    )
    places = {fact.effective: fact for fact in required if fact.effective is not None}
    for said in test.vulnerabilities:
        if said.module not in places:
            continue  # which fails the test
        fact = places[said.module]
        advisory, *aliases = said.names
        yield Vulnerability(
            advisory=advisory,
            aliases=tuple(sorted(aliases)),
            subject=said.module,
            required=fact.subject.path if fact.subject.path != said.module.path else "",
            level=said.level,
            looked=said.level,
            level_by=LevelBy.MODULES,
            review=said.review,
            summary="named by the test",
            database=_DATABASE,
            location=fact.location,
            fixed=said.fixed,
            published=said.published,
            severity=said.severity,
        )
