"""Several databases as one: each vulnerability once, whatever they call it."""

from __future__ import annotations

from supplymatrix.model.value import changed
from supplymatrix.vulns.advisory import Advisory, ImportedPackage
from supplymatrix.vulns.index import Entries, VulnIndex
from tests.support.made_vulns import DATABASE, advisory

_GO = advisory("GO-2026-1", "a.example/m", aliases=("CVE-2026-1", "GHSA-1"))


def _source(name: str, *entries: Advisory) -> Entries:
    return Entries(changed(DATABASE, id=name), [changed(entry, database=name) for entry in entries])


def _found(index: VulnIndex, version: str = "v1.0.0") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.id, one.database, one.aliases) for one in index.affecting("a.example/m", version)]


def test_entries_that_share_a_name_are_one_and_the_first_is_told() -> None:
    ours = advisory("ACME-7", "a.example/m", aliases=("CVE-2026-1",))
    index = VulnIndex([_source("go", _GO), _source("ours", ours)])
    assert _found(index) == [("GO-2026-1", "go", ("ACME-7", "CVE-2026-1", "GHSA-1"))]
    assert index.affecting("a.example/m", "v1.0.0")[0].notes == ("also in ours as ACME-7",)


def test_two_entries_of_one_database_stay_two_unless_one_names_the_other() -> None:
    twin = advisory("GO-2026-2", "a.example/m", aliases=("CVE-2026-1",))
    assert [name for name, _, _ in _found(VulnIndex([_source("go", _GO, twin)]))] == ["GO-2026-1", "GO-2026-2"]
    ghsa = advisory("GHSA-1", "a.example/m")
    assert [name for name, _, _ in _found(VulnIndex([_source("osv", ghsa, _GO)]))] == ["GO-2026-1"]


_P, _Q = ImportedPackage(path="a.example/m/p", symbols=("F",)), ImportedPackage(path="a.example/m/q", symbols=("G",))


def _packages(*entries: Advisory) -> list[tuple[str, list[tuple[ImportedPackage, ...]]]]:
    index = VulnIndex([_source(f"db{at}", entry) for at, entry in enumerate(entries)])
    found = index.affecting("a.example/m", "v1.0.0")
    return [(one.id, [block.packages for block in one.affected]) for one in found]


def test_what_another_database_says_of_packages_is_kept() -> None:
    first = advisory("GO-2026-1", "a.example/m", _P, aliases=("CVE-2026-1", "GHSA-1"))
    ours = advisory("ACME-7", "a.example/m", _Q, aliases=("CVE-2026-1",))
    assert _packages(first, ours) == [("GO-2026-1", [(_P,), (_Q,)])]
    whole = advisory("ACME-7", "a.example/m", aliases=("CVE-2026-1",))
    assert _packages(first, whole) == [("GO-2026-1", [(_P,), ()])]
    assert _packages(first, first, changed(first, id="GHSA-1")) == [("GO-2026-1", [(_P,)])]


def test_a_copy_adds_nothing_and_one_that_has_more_names_keeps_its_whole_module() -> None:
    first = advisory("GO-2026-1", "a.example/m", _P, aliases=("CVE-2026-1", "GHSA-1"))
    copy = advisory("GHSA-1", "a.example/m", aliases=("CVE-2026-1",))
    assert _packages(first, copy) == [("GO-2026-1", [(_P,)])]
    wider = advisory("GHSA-1", "a.example/m", aliases=("CVE-2026-1", "CVE-2026-2"))
    assert _packages(first, wider) == [("GO-2026-1", [(_P,), ()])]
    other = advisory("ACME-7", "a.example/m", aliases=("CVE-2026-1", "CVE-2026-2"))
    assert _packages(first, other) == [("ACME-7", [()]), ("GO-2026-1", [(_P,)])]


def test_aliases_in_a_circle_end() -> None:
    entries = [
        advisory(f"X-{at}", "a.example/m", aliases=(f"X-{(at + 1) % 4}", f"X-{(at - 1) % 4}")) for at in range(4)
    ]
    assert [name for name, _, _ in _found(VulnIndex([_source("x", *entries)]))] == ["X-0", "X-2"]
    assert VulnIndex([_source("x", *entries)]).names_of("X-1") == {"X-0", "X-1", "X-2", "X-3"}


def test_malice_and_fault_are_never_one() -> None:
    bad = advisory("MAL-1", "a.example/m", aliases=("CVE-2026-1",), is_malicious=True)
    assert len(_found(VulnIndex([_source("go", _GO), _source("mal", bad)]))) == 2


def test_what_one_database_withdrew_another_may_still_say() -> None:
    gone = changed(_GO, withdrawn=True)
    ours = advisory("ACME-7", "a.example/m", aliases=("CVE-2026-1",))
    index = VulnIndex([_source("go", gone), _source("ours", ours)])
    assert [name for name, _, _ in _found(index)] == ["ACME-7"]
    assert index.of_module("a.example/m") == (changed(ours, database="ours"),)
    assert {one.id for one in index.named("CVE-2026-1")} == {"GO-2026-1", "ACME-7"}


def test_versions_that_are_fixed_or_cannot_be_compared_concern_nobody() -> None:
    index = VulnIndex([_source("go", _GO)])
    assert not _found(index, "v9.0.0")
    assert not _found(index, "(devel)")
    assert not index.affecting("a.example/other", "v1.0.0")
