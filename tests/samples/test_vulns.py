"""The Go database and real programs: levels are those of govulncheck, stripped or not, and the copy of it is small."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from supplymatrix.engine.means import Means
from supplymatrix.engine.vuln_databases import VulnDatabases, open_databases
from supplymatrix.engine.vuln_files import read_database
from supplymatrix.engine.vuln_programs import program_vulnerabilities
from supplymatrix.model.vulnerability import Review, Vulnerability, VulnLevel
from supplymatrix.sources.programs import find_programs
from supplymatrix.vulns.compact import pack_database, read_compact
from tests.support.data import samples_dir
from tests.support.govulncheck import GOVULNCHECK, LEVELS, levels_of, serve_bundle

pytestmark = pytest.mark.slow

_Sets = Mapping[str, frozenset[str]]


def _bundle() -> Path:
    """Return the file of entries, whatever its day."""
    found = sorted(samples_dir("vulndb").glob("*.jsonl.gz"))
    assert found, "the samples have no file of entries"
    return found[-1]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> VulnDatabases:
    home = tmp_path_factory.mktemp("home")
    return open_databases({"HOME": str(home)}, (_bundle(),), store=home / "feeds")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The programs of the archive by their names; none of them is ever run."""
    folder = tmp_path_factory.mktemp("programs")
    by_digest: dict[str, Path] = {}
    with tarfile.open(samples_dir("binaries") / "binaries.tar.xz") as archive:
        for number, member in enumerate(archive):
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                data = content.read()
                by_digest[hashlib.sha256(data).hexdigest()] = folder / str(number)
                (folder / str(number)).write_bytes(data)
    named = {}
    for path in samples_dir("binaries").glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and document.get("sha256") in by_digest:
            named[path.stem] = by_digest[document["sha256"]]
    return named


def _anchors() -> Mapping[str, Any]:
    document = json.loads((samples_dir("binaries") / "govulncheck-anchor.json").read_text(encoding="utf-8"))
    results: Mapping[str, Any] = document["results"]
    assert results
    return results


def _ids(rows: Iterable[Any]) -> frozenset[str]:
    return frozenset(row if isinstance(row, str) else row[0] for row in rows)


def _look(path: Path, databases: VulnDatabases, home: Path) -> tuple[Vulnerability, ...]:
    means = Means(environ={"HOME": str(home), "GOENV": "off"}, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True)
    seen = program_vulnerabilities(find_programs([path]), databases, means)
    assert not seen.gaps
    return seen.vulnerabilities


def _sets(found: Iterable[Vulnerability]) -> _Sets:
    return {
        name: frozenset(one.advisory for one in found if one.level.depth >= depth) for depth, name in enumerate(LEVELS)
    }


def _has_symbols(path: Path) -> bool:
    """Return whether a program was not stripped: it has a section of symbols."""
    return b"\0.symtab\0" in path.read_bytes()


def test_levels_are_those_of_govulncheck_also_where_it_sees_no_symbols(
    programs: Mapping[str, Path], databases: VulnDatabases, tmp_path: Path
) -> None:
    """Of a stripped program govulncheck counts every function; the truth is what it says of the same one unstripped."""
    anchors = _anchors()
    compared = 0
    for name, told in anchors.items():
        path = programs[name]
        truth = anchors.get(f"{name}-syms", told)
        found = _look(path, databases, tmp_path)
        sets = _sets(found)
        assert sets["module"] == _ids(truth["module"]), name
        if truth is told and not _has_symbols(path):
            assert sets["package"] <= _ids(told["package"]), name
            assert sets["symbol"] <= _ids(told["symbol"]), name
            continue
        compared += 1
        assert sets["package"] == _ids(truth["package"]), name
        assert sets["symbol"] == _ids(truth["symbol"]), name
        wanted = {f"{package}.{f'{kind}.' if kind else ''}{symbol}" for _, package, kind, symbol in truth["symbol"]}
        assert {symbol for one in found for symbol in one.symbols} == wanted, name
    assert compared


def test_every_program_that_has_a_table_is_looked_at_down_to_functions(
    programs: Mapping[str, Path], databases: VulnDatabases, tmp_path: Path
) -> None:
    means = Means(environ={"HOME": str(tmp_path), "GOENV": "off"}, now=datetime(2026, 11, 26, tzinfo=UTC), offline=True)
    found = find_programs(list(programs.values()))
    seen = program_vulnerabilities(found, databases, means)
    tables = {one.name: one.read.packages is not None for one in found.programs if one.read.info is not None}
    assert tables
    for one in seen.vulnerabilities:
        is_whole = one.review is Review.REVIEWED and tables[one.program]
        assert one.looked is VulnLevel.SYMBOL or not is_whole or not _names_packages(databases, one)
    with_faults = {gap.wanted for gap in seen.gaps}
    assert all(any(name in text for text in with_faults) for name, has in tables.items() if not has)


def _names_packages(databases: VulnDatabases, one: Vulnerability) -> bool:
    (advisory,) = databases.index.named(one.advisory)
    return all(block.packages for block in advisory.affected if block.module == one.subject.path)


def test_the_copy_is_small_and_loses_nothing_that_is_used() -> None:
    source = read_database(_bundle()).source
    entries = list(source.entries())
    packed = pack_database(source.database, entries)
    assert len(packed) <= 1_000_000
    found = read_compact(packed)
    assert list(found.entries()) == entries
    assert found.database == source.database
    for module in {block.module for entry in entries for block in entry.affected}:
        assert list(found.of_module(module)) == list(source.of_module(module))


def test_every_entry_is_read(databases: VulnDatabases) -> None:
    with gzip.open(_bundle()) as file:
        documents = [json.loads(line) for line in file]
    (database,) = databases.databases
    assert not databases.gaps
    assert database.entries == len(documents)
    assert database.withdrawn == sum("withdrawn" in one for one in documents)
    assert database.dated is not None
    assert "CC BY 4.0" in database.attribution
    symbols = sum(
        len({*package.get("symbols", ())})
        for one in documents for block in one["affected"]
        for package in block.get("ecosystem_specific", {}).get("imports", ())
    )  # fmt: skip
    read = (
        one for entry in read_database(_bundle()).source.entries() for block in entry.affected for one in block.packages
    )
    assert sum(len(one.symbols) for one in read) == symbols


@pytest.mark.skipif(not GOVULNCHECK, reason="govulncheck is not installed: GOVULNCHECK names it")
def test_levels_are_those_of_the_govulncheck_here(
    programs: Mapping[str, Path], databases: VulnDatabases, tmp_path: Path
) -> None:
    """All unstripped samples, and programs that VULN_PROGRAMS names, with ":" between them."""
    address = serve_bundle(_bundle(), tmp_path / "served")
    named = [Path(text) for text in os.environ.get("VULN_PROGRAMS", "").split(":") if text]
    looked_at = [path for path in (*programs.values(), *named) if path in named or _has_symbols(path)]
    assert looked_at
    for path in looked_at:
        theirs, whole = levels_of(path, address)
        if not theirs["module"]:
            continue
        ours = _sets(_look(path, databases, tmp_path))
        assert ours["module"] == theirs["module"], path
        for level in ("package", "symbol"):
            assert ours[level] - whole == theirs[level] - whole, path
        if shutil.which("strip"):
            stripped = tmp_path / "stripped"
            subprocess.run(["strip", "-s", "-o", str(stripped), str(path)], check=True)
            assert _sets(_look(stripped, databases, tmp_path)) == ours, path
