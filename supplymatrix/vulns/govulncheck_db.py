"""Entries of ours as a database that govulncheck can read from a folder: of a few modules, in known versions.

Only what concerns these versions is written, and as if it concerned all: that it does was found before, by the ranges
of the entries, which know more forms than govulncheck's. So of its answer the levels count, and no version.

Source: go.dev/doc/security/vuln/database, "API".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.versions import names_no_package

__all__ = ["govulncheck_files"]

_DAY = "2020-01-01T00:00:00Z"
"""A day that has to be there; nobody looks at it."""


def govulncheck_files(entries: Iterable[tuple[str, Advisory]]) -> Mapping[str, bytes]:
    """Return the files of a database by their names, "index/db.json". entries: (module path, entry that concerns the
    version of it that is built)."""
    by_module: dict[str, dict[str, Advisory]] = {}
    by_id: dict[str, list[tuple[str, Advisory]]] = {}
    for module, advisory in entries:
        known = by_module.setdefault(module, {})
        if advisory.id not in known:
            known[advisory.id] = advisory
            by_id.setdefault(advisory.id, []).append((module, advisory))
    modules = [
        {"path": module, "vulns": [{"id": name, "modified": _DAY} for name in sorted(found)]}
        for module, found in sorted(by_module.items())
    ]
    vulns = [
        {"id": name, "modified": _DAY, "aliases": list(found[0][1].aliases)} for name, found in sorted(by_id.items())
    ]
    files: dict[str, Any] = {
        "index/db.json": {"modified": _DAY},
        "index/modules.json": modules,
        "index/vulns.json": vulns,
    }
    files |= {f"ID/{name}.json": _entry(name, found) for name, found in sorted(by_id.items())}
    return {name: json.dumps(found, sort_keys=True).encode() for name, found in files.items()}


def _parts(module: str, advisory: Advisory) -> list[list[ImportedPackage]]:
    """Return the packages that an entry names of a module, and beside them nothing, for all of it, where a part of the
    entry names none."""
    blocks = [block for block in advisory.affected if block.module == module]
    named = [package for block in blocks for package in block.packages]
    whole: list[list[ImportedPackage]] = [] if named and not names_no_package(blocks) else [[]]
    return [*([named] if named else []), *whole]


def _entry(name: str, found: Iterable[tuple[str, Advisory]]) -> dict[str, Any]:
    affected = []
    first: Advisory | None = None
    parts = [(module, advisory, packages) for module, advisory in found for packages in _parts(module, advisory)]
    for module, advisory, packages in parts:
        first = first or advisory
        affected.append(
            {
                "package": {"ecosystem": "Go", "name": module},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
                "ecosystem_specific": {
                    "imports": [
                        {
                            "path": package.path,
                            **{
                                key: list(values)
                                for key, values in (
                                    ("symbols", package.symbols), ("goos", package.goos), ("goarch", package.goarch)
                                )
                                if values
                            },
                        }
                        for package in packages
                    ]
                },
            }
        )  # fmt: skip
    return {
        "schema_version": "1.3.1",
        "id": name,
        "modified": _DAY,
        "published": _DAY,
        "aliases": list(first.aliases) if first is not None else [],
        "summary": first.summary if first is not None else "",
        "affected": affected,
    }
