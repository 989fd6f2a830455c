"""Several vulnerability databases as one: by module, each vulnerability once, whatever its databases call it.

    index.affecting("golang.org/x/text", "v0.3.5")     entries that concern this version
    index.named("CVE-2020-28852")                      entries that have this id or alias

Entries of different databases that share an id or an alias are one vulnerability, and so are two of one database where
one has the other's id for an alias: the first is told, with the aliases of all, and with the packages and functions
that either names. One that has an alias more than the first, and neither has the other's id for one, tells of more, and
stays by itself. A copy whose names the first has all, and which names no package, adds nothing; any other that names
none speaks of the whole module. Of one database the entries of the Go team come first. Withdrawn ones concern nobody.
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
            found = _merged(found, mine, path)
        return tuple(sorted(found, key=lambda advisory: (advisory.id, advisory.database)))

    def named(self, name: str) -> tuple[Advisory, ...]:
        """Return the entries that have an id or an alias, withdrawn ones among them."""
        return tuple(advisory for source in self._sources for advisory in source.named(name))

    def names_of(self, name: str) -> frozenset[str]:
        """Return all names under which what has this id or alias is known, itself among them."""
        return frozenset({name, *(other for advisory in self.named(name) for other in advisory.names)})


def _merged(first: Sequence[Advisory], more: Sequence[Advisory], module: str) -> list[Advisory]:
    """Return the entries of some databases about a module with those of another one that are not of the same
    vulnerabilities. Only direct names count, not names of names."""
    made = list(first)
    plain = list(first)  # with the aliases that they have themselves
    by_name: dict[tuple[bool, str], list[int]] = {}
    for at, advisory in enumerate(made):
        for name in advisory.names:
            by_name.setdefault((advisory.is_malicious, name), []).append(at)
    for advisory in sorted(more, key=_go_first):
        places = {at for name in advisory.names for at in by_name.get((advisory.is_malicious, name), ())}
        same = sorted(at for at in places if _is_same(plain[at], advisory))
        known = {name for at in same for name in plain[at].names}
        if same and (known.issuperset(advisory.aliases) or any(_is_declared(plain[at], advisory) for at in same)):
            for at in same:
                made[at] = _with_other(made[at], advisory, module, is_copy=known.issuperset(advisory.names))
        else:
            for name in advisory.names:
                by_name.setdefault((advisory.is_malicious, name), []).append(len(made))
            made.append(_beside(advisory, [plain[at] for at in same]))
            plain.append(advisory)
    return made


def _go_first(advisory: Advisory) -> tuple[bool, str]:
    return (not advisory.id.startswith("GO-"), advisory.id)


def _is_same(told: Advisory, other: Advisory) -> bool:
    return told.database != other.database or _is_declared(told, other)


def _is_declared(told: Advisory, other: Advisory) -> bool:
    """Return whether one entry has the other's id for a name of its own."""
    return told.id in other.names or other.id in told.aliases


def _with_other(told: Advisory, other: Advisory, module: str, *, is_copy: bool) -> Advisory:
    """Return an entry with what another one of the same vulnerability says of a module. is_copy: all its names are
    known, so that it means no more than the first where it names no package."""
    aliases = {*told.aliases, *other.names} - {told.id}
    note = f"also in {other.database} as {other.id}"
    blocks = [
        block
        for block in other.affected
        if block.module == module and block not in told.affected and (block.packages or not is_copy)
    ]
    return changed(
        told,
        aliases=tuple(sorted(aliases)),
        affected=(*told.affected, *blocks),
        notes=tuple(dict.fromkeys((*told.notes, note))),
    )


def _beside(advisory: Advisory, near: Sequence[Advisory]) -> Advisory:
    """Return an entry that stays by itself, with a note on those that it shares names with."""
    if not near:
        return advisory
    note = f"it has names in common with {', '.join(one.id for one in near)}, and others beside"
    return changed(advisory, notes=(*advisory.notes, note))
