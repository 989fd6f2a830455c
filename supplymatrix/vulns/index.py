"""Several vulnerability databases as one: by module, each vulnerability once, whatever its databases call it.

    index.affecting("golang.org/x/text", "v0.3.5")     entries that concern this version
    index.named("CVE-2020-28852")                      entries that have this id or alias

Entries of different databases that share an id or an alias are one vulnerability, and so are two of one database where
one has the other's id for an alias: the first is told, with the aliases of all. Of one database the entries of the Go
team come first. Withdrawn entries concern nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import VulnDatabase
from supplymatrix.vulns.advisory import Advisory, packages_with_symbols
from supplymatrix.vulns.versions import is_affected, is_comparable

__all__ = ["AdvisorySource", "Entries", "VulnIndex"]


class AdvisorySource(Protocol):
    """One database."""

    @property
    def database(self) -> VulnDatabase: ...
    @property
    def packages(self) -> frozenset[str]:
        """Import paths of the packages of which an entry names functions."""
        ...

    def of_module(self, path: str) -> Sequence[Advisory]:
        """Return the entries that name a module, by id, withdrawn ones among them."""
        ...

    def named(self, name: str) -> Sequence[Advisory]:
        """Return the entries that have an id or an alias."""
        ...

    def entries(self) -> Iterator[Advisory]:
        """Yield all entries, by id."""
        ...


class Entries:
    """A database whose entries are all in memory."""

    def __init__(self, database: VulnDatabase, advisories: Iterable[Advisory]) -> None:
        self._database = database
        self._all = sorted(advisories, key=lambda advisory: advisory.id)
        self.packages = packages_with_symbols(self._all)
        """Import paths of the packages of which an entry names functions."""
        self._modules: dict[str, list[Advisory]] = {}
        self._names: dict[str, list[Advisory]] = {}
        for advisory in self._all:
            for module in dict.fromkeys(block.module for block in advisory.affected):
                self._modules.setdefault(module, []).append(advisory)
            for name in dict.fromkeys(advisory.names):
                self._names.setdefault(name, []).append(advisory)

    @property
    def database(self) -> VulnDatabase:
        """What database it is."""
        return self._database

    def of_module(self, path: str) -> Sequence[Advisory]:
        """Return the entries that name a module, by id."""
        return self._modules.get(path, ())

    def named(self, name: str) -> Sequence[Advisory]:
        """Return the entries that have an id or an alias."""
        return self._names.get(name, ())

    def entries(self) -> Iterator[Advisory]:
        """Yield all entries, by id."""
        return iter(self._all)


class VulnIndex:
    """The databases of a run. sources: the one that is told first, first."""

    def __init__(self, sources: Sequence[AdvisorySource] = ()) -> None:
        self._sources = tuple(sources)

    @property
    def databases(self) -> tuple[VulnDatabase, ...]:
        """What databases there are."""
        return tuple(source.database for source in self._sources)

    @property
    def packages(self) -> frozenset[str]:
        """Import paths of the packages of which an entry names functions."""
        return frozenset[str]().union(*(source.packages for source in self._sources))

    def of_module(self, path: str) -> tuple[Advisory, ...]:
        """Return all entries that name a module and were not withdrawn, whatever version they concern, as they are."""
        return tuple(
            advisory for source in self._sources for advisory in source.of_module(path) if not advisory.withdrawn
        )

    def affecting(self, path: str, version: str) -> tuple[Advisory, ...]:
        """Return the entries that concern a module version, each vulnerability once, by id.

        version: "v0.3.5"; of "stdlib" and "toolchain" as `version_of_go` has it. Of a version that cannot be compared
        ("(devel)") only those that concern every one, and those of a module that was made to harm: of others nothing
        is known then, which is the caller's to tell.
        """
        can_compare = is_comparable(version)
        found: list[Advisory] = []
        for source in self._sources:
            mine = [
                advisory
                for advisory in source.of_module(path)
                if not advisory.withdrawn
                and (
                    (advisory.is_malicious and not can_compare)
                    or any(block.module == path and is_affected(block, version) for block in advisory.affected)
                )
            ]
            found = _merged(found, mine)
        return tuple(sorted(found, key=lambda advisory: (advisory.id, advisory.database)))

    def named(self, name: str) -> tuple[Advisory, ...]:
        """Return the entries that have an id or an alias, withdrawn ones among them."""
        return tuple(advisory for source in self._sources for advisory in source.named(name))

    def names_of(self, name: str) -> frozenset[str]:
        """Return all names under which what has this id or alias is known, itself among them."""
        return frozenset({name, *(other for advisory in self.named(name) for other in advisory.names)})


def _merged(first: Sequence[Advisory], more: Sequence[Advisory]) -> list[Advisory]:
    """Return the entries of some databases with those of another one that are not of the same vulnerabilities.

    What is told of a vulnerability stays as it is in its first entry; only direct names count, not names of names.
    """
    made = list(first)
    plain = list(first)  # with the aliases that they have themselves
    by_name: dict[tuple[bool, str], list[int]] = {}
    for at, advisory in enumerate(made):
        for name in advisory.names:
            by_name.setdefault((advisory.is_malicious, name), []).append(at)
    for advisory in sorted(more, key=_go_first):
        places = {at for name in advisory.names for at in by_name.get((advisory.is_malicious, name), ())}
        same = sorted(at for at in places if _is_same(plain[at], advisory))
        for at in same:
            made[at] = _with_other(made[at], advisory)
        if not same:
            for name in advisory.names:
                by_name.setdefault((advisory.is_malicious, name), []).append(len(made))
            made.append(advisory)
            plain.append(advisory)
    return made


def _go_first(advisory: Advisory) -> tuple[bool, str]:
    return (not advisory.id.startswith("GO-"), advisory.id)


def _is_same(told: Advisory, other: Advisory) -> bool:
    return told.database != other.database or told.id in other.aliases or other.id in told.aliases


def _with_other(told: Advisory, other: Advisory) -> Advisory:
    aliases = {*told.aliases, *other.names} - {told.id}
    note = f"also in {other.database} as {other.id}"
    return changed(told, aliases=tuple(sorted(aliases)), notes=tuple(dict.fromkeys((*told.notes, note))))
