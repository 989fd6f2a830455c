"""Databases of vulnerabilities made of a few entries, and vulnerabilities with what a test is about."""

from __future__ import annotations

from datetime import date

from supplymatrix.engine.vuln_databases import VulnDatabases
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.vulnerability import LevelBy, Review, VulnDatabase, Vulnerability, VulnLevel
from supplymatrix.vulns.advisory import Advisory, Affected, ImportedPackage
from supplymatrix.vulns.index import Entries, VulnIndex

__all__ = ["DATABASE", "advisory", "databases", "vulnerability"]

DATABASE = VulnDatabase(
    id="go",
    name="Go vulnerability database",
    dated=date(2026, 11, 20),
    dated_by="newest entry",
    entries=1,
    withdrawn=0,
    sha256="a" * 64,
    source="vuln.example",
)


def advisory(
    name: str,
    module: str,
    *packages: ImportedPackage,
    fixed: str = "9.0.0",
    aliases: tuple[str, ...] = (),
    review: Review = Review.REVIEWED,
    is_malicious: bool = False,
) -> Advisory:
    """Return an entry that concerns all versions of a module before `fixed`."""
    block = Affected(module=module, spans=(("0", fixed, ""),), packages=packages)
    return Advisory(
        id=name,
        database="go",
        summary=f"what {name} is about",
        review=review,
        affected=(block,),
        aliases=aliases,
        is_malicious=is_malicious,
    )


def databases(*advisories: Advisory) -> VulnDatabases:
    """Return one database of entries, opened."""
    return VulnDatabases(index=VulnIndex((Entries(DATABASE, advisories),)), databases=(DATABASE,), gaps=())


def vulnerability(
    name: str = "GO-2026-1", module: str = "example.com/a", version: str = "v1.0.0", **fields: object
) -> Vulnerability:
    """Return a vulnerability of a module whose packages nobody has looked for."""
    known: dict[str, object] = {
        "level": VulnLevel.MODULE,
        "looked": VulnLevel.MODULE,
        "level_by": LevelBy.MODULES,
        "review": Review.REVIEWED,
        "summary": "",
        "database": "go",
        "location": Location(artifact="go.mod", line=3, column=9),
    }
    subject = ModuleVersion(path=module, version=version)
    return Vulnerability(advisory=name, subject=subject, **(known | fields))  # type: ignore[arg-type]
