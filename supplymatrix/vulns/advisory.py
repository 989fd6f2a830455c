"""One entry of a vulnerability database, as far as it says something of Go modules, packages and functions.

Versions stand as the database writes them, without the leading "v"; a span is (introduced, fixed, last affected), ""
where nothing is said. The first and the second are bounds of a half-open range, the third belongs to it.

Source: ossf.github.io/osv-schema; go.dev/doc/security/vuln/database.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from supplymatrix.model.value import value
from supplymatrix.model.vulnerability import Review

__all__ = [
    "GO_ITSELF", "STDLIB", "TOOLCHAIN", "Advisory", "Affected", "ImportedPackage", "Span", "packages_with_symbols",
]  # fmt: skip

STDLIB, TOOLCHAIN = "stdlib", "toolchain"
"""The modules that stand for the standard library and for the go command."""
GO_ITSELF = frozenset({STDLIB, TOOLCHAIN})

Span = tuple[str, str, str]


@value
class ImportedPackage:
    """A package that holds the fault. path: as it is imported. symbols: "Parse", "Client.Do", sorted; () = all of it.
    goos, goarch: where it is there, () = everywhere."""

    path: str
    symbols: tuple[str, ...] = ()
    goos: tuple[str, ...] = ()
    goarch: tuple[str, ...] = ()

    def fits(self, goos: str, goarch: str) -> bool:
        """Return whether it is there on a platform; "" = the platform is not known, and any will do."""
        return (not goos or not self.goos or goos in self.goos) and (
            not goarch or not self.goarch or goarch in self.goarch
        )


@value
class Affected:
    """One affected module. module: its path, "stdlib" or "toolchain" for Go itself.

    spans: of versions, in their order, those that touch not joined. versions: single ones beside them. is_every: the
    entry bounds nothing that can be compared with a version, so that all of them count. own_spans: of the product's own
    numbers, which are none of the module's (`custom_ranges`). packages: () = the entry names none.
    """

    module: str
    spans: tuple[Span, ...] = ()
    versions: tuple[str, ...] = ()
    is_every: bool = False
    own_spans: tuple[Span, ...] = ()
    packages: tuple[ImportedPackage, ...] = ()


@value
class Advisory:
    """One entry. database: id of the one that has it. published: None = it does not say. withdrawn: taken back; it
    concerns nobody. severity: as the entry has it, mostly "". is_malicious: the module itself was made to harm.
    notes: what of the entry could not be read as it stands, and how it was taken.
    """

    id: str
    database: str
    summary: str
    review: Review
    affected: tuple[Affected, ...]
    aliases: tuple[str, ...] = ()
    published: date | None = None
    modified: date | None = None
    withdrawn: bool = False
    url: str = ""
    severity: str = ""
    is_malicious: bool = False
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All ids under which it is known, the database's own first."""
        return (self.id, *self.aliases)


def packages_with_symbols(advisories: Iterable[Advisory]) -> frozenset[str]:
    """Return the import paths of the packages of which entries name functions."""
    return frozenset(
        package.path
        for advisory in advisories
        for block in advisory.affected
        for package in block.packages
        if package.symbols
    )
