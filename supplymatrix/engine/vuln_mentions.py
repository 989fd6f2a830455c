"""Where the project's own files mention a vulnerable function, as `pkg.Func`: a note, and never a level.

A package is imported and its functions were not looked for: then a line that names one is the place to look at first.
Found by the letters alone; a method is not found so, nor what is called through a variable, and a comment behind code
may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.engine.module_graph import GraphRun
from supplymatrix.errors import InputError
from supplymatrix.model.value import changed
from supplymatrix.model.vulnerability import Vulnerability, VulnLevel
from supplymatrix.sources.files import read_limited

if TYPE_CHECKING:
    from supplymatrix.engine.vuln_databases import VulnDatabases

__all__ = ["with_mentions"]

_FILE = 4 << 20
_ALL = 128 << 20
_MOST = 3
_VERSION = re.compile(r"v[0-9]+")
_GOPKG = re.compile(r"\.v[0-9]+$")
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


def with_mentions(found: Iterable[Vulnerability], run: GraphRun, databases: VulnDatabases) -> list[Vulnerability]:
    """Return vulnerabilities, those whose package is imported with a note on the lines of the main modules' files that
    mention a function of theirs."""
    known = list(found)
    wanted = {one: names for one in known if (names := _functions(one, databases))}
    packages = {path for names in wanted.values() for path in names}
    if not packages or run.inputs is None:
        return known
    files = list(_files(run, packages))
    return [_noted(one, wanted[one], files) if one in wanted else one for one in known]


def _functions(one: Vulnerability, databases: VulnDatabases) -> dict[str, frozenset[str]]:
    """Return the plain functions that an entry names in the packages that are imported, by package."""
    if one.level is not VulnLevel.PACKAGE or one.looked is not VulnLevel.PACKAGE:
        return {}
    found: dict[str, set[str]] = {}
    for advisory in databases.index.named(one.advisory):
        for block in advisory.affected:
            for package in block.packages:
                if package.path in one.packages:
                    names = (name for name in package.symbols if name[:1].isupper() and name.isidentifier())
                    found.setdefault(package.path, set()).update(names)
    return {path: frozenset(names) for path, names in found.items() if names}


def _files(run: GraphRun, packages: Iterable[str]) -> Iterator[tuple[str, bytes, frozenset[str]]]:
    """Yield the main modules' files that import one of some packages: name, bytes, and which."""
    quoted = {path: f'"{path}"'.encode() for path in sorted(packages)}
    left = _ALL
    for name, path in _paths(run):
        try:
            data = read_limited(path, _FILE, "Go file")
        except InputError:
            continue
        left -= len(data)
        if left < 0:
            return
        imported = frozenset(one for one, text in quoted.items() if text in data)
        if imported:
            yield name, data, imported


def _paths(run: GraphRun) -> Iterator[tuple[str, Path]]:
    """Yield the .go files of the main modules' packages that are built, tests left out, by their names."""
    assert run.inputs is not None  # noqa: S101 - asked before
    for main in run.inputs.mains:
        for package in run.packages.get(main.path, ()):
            below = package[len(main.path) :].strip("/")
            folder = main.folder / below
            try:
                names = sorted(entry.name for entry in folder.iterdir())
            except OSError:
                continue
            for name in names:
                if name.endswith(".go") and not name.endswith("_test.go") and name[0] not in "._":
                    yield f"{below}/{name}".lstrip("/"), folder / name


def _noted(
    one: Vulnerability, wanted: Mapping[str, frozenset[str]], files: Sequence[tuple[str, bytes, frozenset[str]]]
) -> Vulnerability:
    found: list[str] = []
    for name, data, imported in files:
        for path in sorted(imported & wanted.keys()):
            found += [f"{name}:{line} mentions {word}" for line, word in _mentions(data, path, wanted[path])]
        if len(found) > _MOST:
            break
    more = ("and other lines mention more",) if len(found) > _MOST else ()
    return changed(one, notes=(*one.notes, *found[:_MOST], *more)) if found else one


def _mentions(data: bytes, path: str, functions: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield line and "pkg.Func" of the first mentions in a file."""
    alias = re.search(
        rb'(?m)^\s*(?:import[ \t]+)?(?:([A-Za-z_][A-Za-z0-9_]*)[ \t]+)?"%s"' % re.escape(path.encode()), data
    )
    if alias is None:
        return
    names = [alias[1].decode()] if alias[1] else _own_names(path)
    pattern = rf"\b({'|'.join(map(re.escape, names))})\.({'|'.join(sorted(functions))})\b"
    for count, hit in enumerate(re.finditer(pattern.encode(), data)):
        if count > _MOST:
            return
        start = data.rfind(b"\n", 0, hit.start()) + 1
        if b"//" not in data[start : hit.start()]:
            yield data.count(b"\n", 0, hit.start()) + 1, hit[0].decode()


def _own_names(path: str) -> list[str]:
    """Return the names that a package probably has, by its import path."""
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    last = _GOPKG.sub("", last)
    names = [last, last.removeprefix("go-"), last.removesuffix("-go"), last.rpartition("-")[2]]
    return [*dict.fromkeys(name for name in names if name and not _NO_NAME.search(name))] or [_NO_NAME.sub("", last)]
