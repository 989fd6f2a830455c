"""Entries in the OSV form: what counts of them, and what is refused or taken so that it clears nobody."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.vulnerability import Review
from supplymatrix.vulns.advisory import Advisory
from supplymatrix.vulns.osv_go import MAX_ENTRY, parse_advisory, read_advisory
from supplymatrix.vulns.versions import is_affected

_RANGE = {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]}


def _document(*blocks: object, **fields: object) -> dict[str, object]:
    return {"id": "GO-2026-0001", "affected": list(blocks), **fields}


def _block(module: str = "a.example/m", **fields: object) -> dict[str, object]:
    return {"package": {"ecosystem": "Go", "name": module}, "ranges": [_RANGE], **fields}


def _read(*blocks: object, **fields: object) -> Advisory:
    found = read_advisory(json.dumps(_document(*blocks, **fields)).encode(), "x.json", "go")
    assert found is not None
    return found


def test_an_entry_keeps_what_is_needed() -> None:
    imports = [{"path": "a.example/m/p", "symbols": ["T.M", "F"], "goos": ["windows"]}, {"path": "a.example/m/q"}]
    entry = _read(
        _block(ecosystem_specific={"imports": imports}),
        aliases=["CVE-2026-2", "CVE-2026-1"],
        published="2026-01-02T03:04:05Z",
        modified="0001-01-01T00:00:00Z",
        summary="It fails",
        database_specific={"review_status": "REVIEWED", "url": "https://vuln.example/1"},
    )
    assert (entry.review, entry.published, entry.modified) == (Review.REVIEWED, date(2026, 1, 2), None)
    assert (entry.aliases, entry.summary, entry.url) == (
        ("CVE-2026-1", "CVE-2026-2"), "It fails", "https://vuln.example/1",
    )  # fmt: skip
    first, second = entry.affected[0].packages
    assert (first.symbols, first.goos, second.symbols) == (("F", "T.M"), ("windows",), ())
    assert [first.fits("windows", "arm64"), first.fits("linux", "amd64"), first.fits("", "")] == [True, False, True]


@pytest.mark.parametrize("module", ["a.example/m@v1.0.0", "https://a.example/m", "a.example/m v1.0.0"])
def test_a_name_that_is_no_path_of_a_module_is_refused(module: str) -> None:
    with pytest.raises(InputError, match="no path that can be used"):
        _read(_block(module))


def test_other_ecosystems_are_no_concern_of_go() -> None:
    block = {"package": {"ecosystem": "npm", "name": "left"}, "ranges": [_RANGE]}
    assert parse_advisory(_document(block), "x", "go") is None
    assert [one.module for one in _read(block, _block()).affected] == ["a.example/m"]
    small = {**_block(), "package": {"ecosystem": "go", "name": "a.example/m"}}
    assert [one.module for one in _read(small).affected] == ["a.example/m"]


@pytest.mark.parametrize(
    ("specific", "identity", "review"),
    [
        ({"review_status": "UNREVIEWED"}, "GO-2026-1", Review.UNREVIEWED), ({}, "GO-2026-1", Review.UNREVIEWED),
        ({}, "ACME-1", Review.REVIEWED), ({"github_reviewed": False}, "GHSA-x", Review.UNREVIEWED),
        ({"review_status": "REVIEWED"}, "GO-2026-1", Review.REVIEWED),
    ],
)  # fmt: skip
def test_who_has_reviewed_is_told_apart(specific: object, identity: str, review: Review) -> None:
    assert _read(_block(), id=identity, database_specific=specific).review is review


def test_a_malicious_module_is_told_by_its_entry() -> None:
    assert _read(_block(), id="MAL-2026-1").is_malicious
    assert not _read(_block()).is_malicious


@pytest.mark.parametrize("when", ["2026-01-02T00:00:00Z", "2026-01-02"])
def test_a_withdrawn_entry_says_so(when: str) -> None:
    assert _read(_block(), withdrawn=when).withdrawn
    assert not _read(_block(), withdrawn="never").withdrawn


@pytest.mark.parametrize(
    ("versions", "ranges", "is_every", "kept", "note"),
    [
        (["latest", "not a version"], [], True, (), "every version counts"),
        (["latest", "1.0.0"], [], True, ("1.0.0",), "every version counts"),
        (["latest"], [_RANGE], False, (), "is passed over"),
        (["1.0.0"], [], False, ("1.0.0",), ""),
    ],
)
def test_what_is_no_version_never_clears(
    versions: list[str], ranges: list[object], is_every: bool, kept: tuple[str, ...], note: str
) -> None:
    found = _read(_block(versions=versions, ranges=ranges))
    assert (found.affected[0].is_every, found.affected[0].versions) == (is_every, kept)
    assert note in " ".join(found.notes)
    assert bool(found.notes) == bool(note)


def test_the_last_vector_that_can_be_read_tells_the_severity() -> None:
    three = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    assert _read(_block(), severity=[{"score": three}, {"score": four}]).severity == three
    assert _read(_block(), severity=[{"score": four}]).severity == four


def test_ecosystem_ranges_versions_and_own_numbers_are_told_apart() -> None:
    own = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.0"}]}
    block = _block(ranges=[{**_RANGE, "type": "ECOSYSTEM"}], versions=["v1.9.0"],
                   ecosystem_specific={"custom_ranges": [own]})  # fmt: skip
    found = _read(block).affected[0]
    assert [is_affected(found, version) for version in ("v1.1.0", "v1.2.0", "v1.9.0")] == [True, False, True]
    assert found.own_spans == (("0", "3.1.0", ""),)


@pytest.mark.parametrize("ranges", [[], [{"type": "GIT", "events": [{"introduced": "0"}]}], "none"])
def test_without_a_bound_every_version_counts(ranges: object) -> None:
    found = _read(_block(ranges=ranges)).affected[0]
    assert found.is_every
    assert is_affected(found, "v99.0.0")


@pytest.mark.parametrize(
    ("imports", "packages"),
    [
        ([{"path": "a.example/m/p", "symbols": ["F", 7]}], [("a.example/m/p", ())]),
        ([{"path": "a.example/m/p", "symbols": ["F"]}, {"path": 7}], []),
        ([{"symbols": ["F"]}], []),
    ],
)
def test_what_cannot_be_read_of_a_package_widens_it(imports: object, packages: object) -> None:
    entry = _read(_block(ecosystem_specific={"imports": imports}))
    assert [(one.path, one.symbols) for one in entry.affected[0].packages] == packages
    assert entry.notes


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"nothing", b"\xff\xfe", b"[" * 200_000, b'{"id": 7, "affected": []}', b" " * (MAX_ENTRY + 1),
        json.dumps(_document(_block(module="x" * 600))).encode(),
        json.dumps(_document(_block(module="a\nb"))).encode(),
        json.dumps(_document(_block(versions=["1.0.0"] * 20_001))).encode(),
        json.dumps(_document(_block(), schema_version="2.0")).encode(),
        json.dumps(_document(_block(), id="GO 1\x1b[31m")).encode(),
    ],
)  # fmt: skip
def test_what_is_no_entry_or_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read_advisory(data, "x.json", "go")


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["Go", "0", "1.0.0", "SEMVER"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "affected", "package", "ecosystem", "name", "ranges", "type", "events", "introduced",
                         "fixed", "ecosystem_specific", "imports", "path", "symbols", "aliases", "severity"]),
        inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@given(_ANY, _ANY)
def test_any_document_gives_an_entry_or_an_input_error(document: object, block: object) -> None:
    with suppress(InputError):
        parse_advisory(document, "x", "go")
    with suppress(InputError):
        parse_advisory(_document(block, _block(ranges=block, ecosystem_specific=block)), "x", "go")
