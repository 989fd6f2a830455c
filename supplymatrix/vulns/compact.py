"""A vulnerability database in some hundred kilobytes: what is needed of each entry, and which entries a module has.

    supplymatrix.vulndb/1              the form
    {"id": "go", "dated": …}          what database it is, on one line
    <zlib>                            {"module path": [entry, …], …} on one line, on the next the packages of which
                                      functions are named, then each entry on a line of its own

An entry is a list: id, aliases, summary, reviewed, published, modified, withdrawn, url, severity, malicious, notes and
its blocks, each again a list. Texts of details, references and credits are left out. Entries stand by id; nothing but
their order is told by their place, so that the same entries give the same lines. The head has their SHA-256 beside that
of the database as it was received.

A query reads the lines of its modules and no others. The bytes are ours, yet they come from a cache that others may
write to: they are bounded, and what does not fit is an error.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.value import changed, fields_of
from supplymatrix.model.vulnerability import Review, VulnDatabase
from supplymatrix.vulns.advisory import Advisory, Affected, ImportedPackage, packages_with_symbols

__all__ = ["MAGIC", "CompactDatabase", "pack_database", "read_compact"]

MAGIC = b"supplymatrix.vulndb/1\n"
MAX_UNPACKED = 256 << 20
"""Bytes of all entries of a database; those of the Go one are three million."""
_MAX_HEAD = 1 << 16
_LINES = "lines_sha256"


def pack_database(database: VulnDatabase, advisories: Iterable[Advisory]) -> bytes:
    """Return a database in the compact form. database: its counts are filled in."""
    ordered = sorted(advisories, key=lambda advisory: advisory.id)
    modules: dict[str, list[int]] = {}
    for at, advisory in enumerate(ordered):
        for module in dict.fromkeys(block.module for block in advisory.affected):
            modules.setdefault(module, []).append(at)
    index = dict(sorted(modules.items()))
    packages = sorted(packages_with_symbols(ordered))
    lines = b"\n".join([_json(index), _json(packages), *(_json(_row(advisory)) for advisory in ordered)])
    withdrawn = sum(advisory.withdrawn for advisory in ordered)
    head = changed(database, entries=len(ordered), withdrawn=withdrawn)
    told = {name: getattr(head, name) for name in fields_of(VulnDatabase)}
    told |= {"dated": head.dated.isoformat() if head.dated else "", _LINES: sha256(lines).hexdigest()}
    return b"".join((MAGIC, _json(told), b"\n", zlib.compress(lines, 9)))


class CompactDatabase:
    """A database whose entries are read when they are asked for."""

    def __init__(
        self, database: VulnDatabase, modules: dict[str, list[int]], packages: frozenset[str], lines: Sequence[bytes]
    ) -> None:
        self.packages = packages
        """Import paths of the packages of which an entry names functions."""
        self._database = database
        self._modules = modules
        self._lines = lines
        self._read: dict[int, Advisory] = {}
        self._names: dict[str, list[int]] | None = None

    @property
    def database(self) -> VulnDatabase:
        """What database it is."""
        return self._database

    def of_module(self, path: str) -> Sequence[Advisory]:
        """Return the entries that name a module, by id."""
        return [self._entry(at) for at in self._modules.get(path, ())]

    def named(self, name: str) -> Sequence[Advisory]:
        """Return the entries that have an id or an alias."""
        if self._names is None:
            self._names = {}
            for at, line in enumerate(self._lines):
                for one in dict.fromkeys(_names(line)):
                    self._names.setdefault(one, []).append(at)
        return [self._entry(at) for at in self._names.get(name, ())]

    def entries(self) -> Iterator[Advisory]:
        """Yield all entries, by id."""
        return map(self._entry, range(len(self._lines)))

    def _entry(self, at: int) -> Advisory:
        found = self._read.get(at)
        if found is None:
            try:
                found = self._read[at] = _advisory(json.loads(self._lines[at]), self._database.id)
            except (ValueError, TypeError, IndexError, RecursionError) as err:
                raise _damaged("an entry of it cannot be read", type(err).__name__) from err
        return found


def read_compact(data: bytes) -> CompactDatabase:
    """Return the database of bytes in the compact form. Raises InputError for anything else."""
    if not data.startswith(MAGIC):
        raise _damaged("it is of another form", repr(data[:20]))
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + _MAX_HEAD)
    try:
        head = json.loads(data[len(MAGIC) : end])
        database = _head(head)
        lines = _unpacked(memoryview(data)[end + 1 :])
        index, named, *rows = lines.split(b"\n")
        modules, packages = json.loads(index), frozenset(map(str, json.loads(named)))
        _refuse(len(rows) != database.entries, "its entries are not as many as it says")
        _refuse(sha256(lines).hexdigest() != head[_LINES], "its digest is another one")
        _refuse(not all(0 <= at < len(rows) for found in modules.values() for at in found), "its index leads nowhere")
    except (ValueError, TypeError, KeyError, zlib.error, RecursionError) as err:
        raise _damaged("it cannot be read", str(err)[:100]) from err
    return CompactDatabase(database, modules, packages, rows)


def _refuse(is_wrong: bool, why: str) -> None:  # noqa: FBT001 - an assertion that stays in optimised code
    if is_wrong:
        raise ValueError(why)


def _unpacked(data: memoryview) -> bytes:
    decoder = zlib.decompressobj()
    made = decoder.decompress(data, MAX_UNPACKED)
    _refuse(not decoder.eof, "it is cut, or unpacks to too much")
    return made


def _head(found: dict[str, Any]) -> VulnDatabase:
    dated = str(found["dated"])
    return VulnDatabase(
        id=str(found["id"]),
        name=str(found["name"]),
        dated=date.fromisoformat(dated) if dated else None,
        dated_by=str(found["dated_by"]),
        entries=int(found["entries"]),
        withdrawn=int(found["withdrawn"]),
        sha256=str(found["sha256"]),
        source=str(found["source"]),
        licence=str(found["licence"]),
        attribution=str(found["attribution"]),
    )


def _row(advisory: Advisory) -> list[object]:
    return [
        advisory.id,
        advisory.aliases,
        advisory.summary,
        int(advisory.review is Review.REVIEWED),
        _day(advisory.published),
        _day(advisory.modified),
        int(advisory.withdrawn),
        advisory.url,
        advisory.severity,
        int(advisory.is_malicious),
        advisory.notes,
        [
            [
                block.module,
                block.spans,
                block.versions,
                int(block.is_every),
                block.own_spans,
                [[one.path, one.symbols, one.goos, one.goarch] for one in block.packages],
            ]
            for block in advisory.affected
        ],
    ]


def _advisory(row: list[Any], database: str) -> Advisory:
    identity, aliases, summary, reviewed, published, modified, withdrawn, url, severity, *rest = row
    malicious, notes, blocks = rest
    return Advisory(
        id=identity,
        database=database,
        summary=summary,
        review=Review.REVIEWED if reviewed else Review.UNREVIEWED,
        affected=tuple(map(_block, blocks)),
        aliases=tuple(aliases),
        published=date.fromisoformat(published) if published else None,
        modified=date.fromisoformat(modified) if modified else None,
        withdrawn=bool(withdrawn),
        url=url,
        severity=severity,
        is_malicious=bool(malicious),
        notes=tuple(notes),
    )


def _block(row: list[Any]) -> Affected:
    module, spans, versions, every, own, packages = row
    return Affected(
        module=module,
        spans=tuple((first, fixed, last) for first, fixed, last in spans),
        versions=tuple(versions),
        is_every=bool(every),
        own_spans=tuple((first, fixed, last) for first, fixed, last in own),
        packages=tuple(
            ImportedPackage(path=path, symbols=tuple(symbols), goos=tuple(goos), goarch=tuple(goarch))
            for path, symbols, goos, goarch in packages
        ),
    )


def _names(line: bytes) -> list[str]:
    """Return the id and the aliases of an entry, which stand first in its line. Raises InputError for a damaged one."""
    try:
        name, aliases = json.loads(line[: line.find(b"]") + 1] + b"]")
        return [str(name), *map(str, aliases)]
    except (ValueError, TypeError, RecursionError) as err:
        raise _damaged("an entry of it cannot be read", type(err).__name__) from err


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _json(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _damaged(message: str, seen: str) -> InputError:
    remedy = "run `supplymatrix feeds sync go-vulndb` again"
    return InputError(
        Diagnostic(message=f"the copy of a vulnerability database is damaged: {message}", seen=seen, remedy=remedy)
    )
