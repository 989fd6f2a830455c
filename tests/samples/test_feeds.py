"""The facts that lie beside the sample feeds: what our parsers derive is theirs to the day, or no file says it.

A fact counts as derivable when some file of its feed names the CVE and bears the fact's own day, as a look at the bare
files shows; nothing is known here of which CVEs or files there are. A derived day that is *earlier* than the fact is a
failure in any case: then a file is read wrongly. A later one with no file behind the fact means that the earlier file
is not in the folder. What is not derivable is told in two groups: no file names the CVE, or files name it, none of them
with the fact's day (so it is with OVAL definitions that have no `advisory_date` of their own).
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from supplymatrix.feeds.registry import feed_of_file, read_feed_files
from supplymatrix.model.advisory import FeedReading, FixState
from tests.support.data import SAMPLES, samples_dir

_CVE = r"(?<![0-9A-Za-z]){}(?![0-9])"


@pytest.fixture(scope="module")
def folder() -> Path:
    return samples_dir("feeds")


@pytest.fixture(scope="module")
def reading(folder: Path) -> FeedReading:
    return _read(folder)


def _read(folder: Path) -> FeedReading:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return read_feed_files(((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths), {})


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _first_fixes(reading: FeedReading, channel: str, package: str = ".*") -> Mapping[str, date]:
    """Return CVE → the first day on which a channel says "fixed" in a package."""
    first: dict[str, date] = {}
    for event in reading.events:
        if (
            event.channel == channel
            and event.state is FixState.FIXED
            and event.when is not None
            and re.fullmatch(package, event.package)
        ):
            first[event.cve] = min(event.when.day, first.get(event.cve, event.when.day))
    return first


def _derived(reading: FeedReading) -> Mapping[str, Mapping[str, date]]:
    """Return column of latency-facts.csv → CVE → day, as our parsers have it."""
    return {
        "go_release": {fix.cve: fix.released.day for fix in reading.go_fixes if fix.released is not None},
        "wolfi_first_fixed": _first_fixes(reading, "wolfi", r"go-1\.[0-9]+"),
        "alma8": _first_fixes(reading, "almalinux8"),
        "alma9": _first_fixes(reading, "almalinux9"),
        "alma10": _first_fixes(reading, "almalinux10"),
        "azurelinux3_advisory": _first_fixes(reading, "azurelinux3"),
        "bitnami_published": _first_fixes(reading, "bitnami"),
    }


class _BareFiles:
    """The files as texts, looked at without any of our parsers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
            for path in sorted(folder.rglob("*"))
            if path.suffix in {".json", ".yaml", ".xml", ".csv"} and path.is_file()
        }

    def says(self, column: str, row: Mapping[str, str]) -> bool:
        """Return whether some file of a column's feed names the CVE together with the day of the fact."""
        cve, day = re.compile(_CVE.format(row["cve"])), row[column]
        if column == "vulndb_first_commit":
            return False  # the history of a git repository, of which no file tells
        if column == "go_release":
            table = self._texts.get("go-release-dates.csv", "")
            entry = self._texts.get(f"go-vulndb/osv/{row['go_id']}.json", "")
            return bool(cve.search(entry)) and f",{day}" in table
        return any(cve.search(part) and day in part for part in self._parts(column))

    def names(self, column: str, cve: str) -> bool:
        """Return whether some file of a column's feed names the CVE at all."""
        return any(re.search(_CVE.format(cve), part) for part in self._parts(column))

    def _parts(self, column: str) -> Iterator[str]:
        """Yield the smallest parts of files that name a CVE and its day."""
        if column == "wolfi_first_fixed":
            for file in self._under("wolfi/advisories/go-1."):
                for advisory in re.split(r"\n  - id: ", self._texts[file]):
                    fixed = re.findall(r"- timestamp: (\S+)\n\s+type: fixed\b", advisory)
                    yield advisory.partition("events:")[0] + " ".join(fixed)
        elif column.startswith("alma"):
            for file in self._under(f"almalinux-osv/almalinux{column.removeprefix('alma')}/"):
                yield self._record(file, "related", "aliases", "upstream")
        elif column == "azurelinux3_advisory":
            for file in self._under("azurelinux-oval/"):
                for part in self._texts[file].split("<definition ")[1:]:
                    if " affecting package golang for " in part:
                        yield part.partition("</definition>")[0]
        elif column == "bitnami_published":
            for file in self._under("bitnami-osv/"):
                yield self._record(file, "aliases")

    def _under(self, start: str) -> list[str]:
        return [file for file in self._texts if file.startswith(start)]

    def _record(self, file: str, *names: str) -> str:
        found = json.loads(self._texts[file])
        return " ".join([found["published"][:10], *(cve for name in names for cve in found.get(name, []))])


def test_every_date_with_a_source_file_is_derived_to_the_day(
    folder: Path, reading: FeedReading, capsys: pytest.CaptureFixture[str]
) -> None:
    derived, bare = _derived(reading), _BareFiles(folder)
    wrong: list[str] = []
    not_derivable: dict[str, list[str]] = defaultdict(list)
    right = 0
    for row in _rows(folder / "latency-facts.csv"):
        for column in (name for name in row if name not in {"cve", "go_id"} and row[name]):
            day = derived.get(column, {}).get(row["cve"])
            fact = date.fromisoformat(row[column])
            if day == fact:
                right += 1
            elif column in derived and (bare.says(column, row) or (day is not None and day < fact)):
                wrong.append(f"{row['cve']} {column}: fact {fact}, derived {day}")
            else:
                reason = "files name the CVE without that day" if bare.names(column, row["cve"]) else "no file"
                not_derivable[f"{column}, {reason}"].append(f"{row['cve']} {fact}")
    with capsys.disabled():
        sys.stdout.write(f"\n{right} dates of facts derived, 0 days apart\n")
        for what, which in sorted(not_derivable.items()):
            some = ", ".join(which[:5]) + (" …" if len(which) > 5 else "")
            sys.stdout.write(f"not derivable: {what}: {len(which)} ({some})\n")
    assert not wrong
    assert right


def test_a_date_that_the_facts_do_not_have_stands_in_a_file(folder: Path, reading: FeedReading) -> None:
    derived, bare = _derived(reading), _BareFiles(folder)
    invented = [
        f"{row['cve']} {column}: {day}"
        for row in _rows(folder / "latency-facts.csv")
        for column in derived
        if not row[column]
        and (day := derived[column].get(row["cve"])) is not None
        and not bare.says(column, {**row, column: str(day)})
    ]
    assert not invented


def test_every_notice_of_ubuntu_gives_its_day_packages_and_cves(folder: Path, reading: FeedReading) -> None:
    wanted: dict[str, set[tuple[str, str, str]]] = {}
    for row in _rows(folder / "ubuntu-osv" / "usn-facts.csv"):
        if (folder / "ubuntu-osv" / "usn" / f"{row['usn']}.json").is_file():
            pairs = {(row["published"], row["cve"], package) for package in row["source_packages"].split()}
            wanted.setdefault(row["usn"], set()).update(pairs)
    derived = {
        usn: {
            (str(event.when.day) if event.when else "", event.cve, event.package)
            for event in reading.events
            if event.advisory == usn
        }
        for usn in wanted
    }
    # a notice of several packages need not name each CVE for each of them
    assert {usn: {pair[:2] for pair in pairs} for usn, pairs in derived.items()} == {
        usn: {pair[:2] for pair in pairs} for usn, pairs in wanted.items()
    }
    assert {usn: {pair[2] for pair in pairs} for usn, pairs in derived.items()} == {
        usn: {pair[2] for pair in pairs} for usn, pairs in wanted.items()
    }
    assert all(derived[usn] <= wanted[usn] for usn in wanted)


def test_no_file_of_a_parsed_feed_gives_a_fault(reading: FeedReading) -> None:
    assert not [str(fault) for fault in reading.faults]


def test_every_feed_with_files_in_the_folder_says_something(folder: Path, reading: FeedReading) -> None:
    feeds = {
        feed.id
        for path in folder.rglob("*")
        if path.is_file() and (feed := feed_of_file(path.relative_to(folder).as_posix())) is not None
    }
    assert feeds
    assert feeds - {"secdb"} <= set(reading.as_of)  # secdb is the one that has no dates at all


def _at(found: object, pointer: str) -> str:
    """Return what stands at a JSON pointer."""
    for part in pointer.split("/")[1:]:
        found = found[int(part)] if isinstance(found, list) else cast("dict[str, object]", found)[part]
    return str(found)


def test_every_date_stands_in_the_file_and_field_that_it_names(folder: Path, reading: FeedReading) -> None:
    dates = {event.when for event in reading.events} | {item.when for item in reading.shipments}
    dates |= {fix.released for fix in reading.go_fixes}
    texts: dict[str, list[str]] = {}
    for when in sorted(when for when in dates if when is not None):
        lines = texts.setdefault(when.file, (folder / when.file).read_text(encoding="utf-8").splitlines())
        if when.field.startswith("line "):
            assert str(when.day) in lines[int(when.field.split()[1]) - 1], when
        else:
            assert str(when.day) in _at(json.loads("\n".join(lines)), when.field), when


def test_the_examples_of_formats_are_read_without_a_fault() -> None:
    folder = samples_dir("feeds", "format-fixtures")
    assert not [str(fault) for fault in _read(folder).faults]


def test_the_examples_of_formats_are_not_taken_for_facts(folder: Path) -> None:
    assert SAMPLES.is_dir()
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("format-fixtures/**/*")]
    assert not [name for name in names if feed_of_file(name) is not None]
