"""Which vulnerabilities an osv-scanner.toml ignores, on which day."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.model.vulnerability import IgnoredElsewhere, Vulnerability
from supplymatrix.vulns.osv_scanner_toml import ignored_elsewhere, read_osv_scanner_toml
from tests.support.made_vulns import vulnerability

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FOUND = vulnerability("GO-2026-1", aliases=("CVE-2026-1", "GHSA-x"))


def ignored(text: str, *found: Vulnerability) -> tuple[IgnoredElsewhere, ...]:
    ignores = read_osv_scanner_toml(text.encode(), "osv-scanner.toml")
    return ignored_elsewhere(ignores, found or (FOUND,), NOW, matches=lambda pattern, text: pattern == f"^{text}$")


@pytest.mark.parametrize("name", ["GO-2026-1", "CVE-2026-1", "GHSA-x"])
def test_an_advisory_is_ignored_by_any_of_its_names(name: str) -> None:
    (told,) = ignored(f'# ours\n[[IgnoredVulns]]\nid = "{name}"\nignoreUntil = 2027-01-01\nreason = "not  called"\n')
    assert (told.advisory, told.until, told.reason) == ("GO-2026-1", date(2027, 1, 1), "not called")
    assert (told.location.artifact, told.location.line) == ("osv-scanner.toml", 2)


def test_another_advisory_is_not() -> None:
    assert ignored('[[IgnoredVulns]]\nid = "GO-2026-2"\n') == ()


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("2026-11-26", 0), ("2026-11-27", 1), ("2026-11-26T12:00:00Z", 0), ("2026-11-26T12:00:01Z", 1),
        ("2026-11-26T13:30:00+02:00", 0), ("2026-11-26T12:00:01", 1), ("0001-01-01", 0),
    ],
)  # fmt: skip
def test_an_entry_holds_until_its_day_begins(until: str, count: int) -> None:
    assert len(ignored(f'[[IgnoredVulns]]\nid = "GO-2026-1"\nignoreUntil = {until}\n')) == count


def test_of_two_entries_the_first_counts_even_when_it_is_over() -> None:
    over = '[[IgnoredVulns]]\nid = "GO-2026-1"\nignoreUntil = 2020-01-01\n'
    assert ignored(over + '[[IgnoredVulns]]\nid = "GO-2026-1"\n') == ()


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ('name = "example.com/a"\nvulnerability.ignore = true', 1), ("ignore = true", 1),
        ('name = "example.com/a"\nversion = "1.0.0"\nignore = true', 1),
        ('name = "example.com/a"\nversion = "1.0.1"\nignore = true', 0),
        ('name = "example.com/b"\nignore = true', 0), ('name = "example.com/a"', 0),
        ('name = "example.com/a"\nlicense.ignore = true', 0), ('ecosystem = "npm"\nignore = true', 0),
        ('ecosystem = "Go"\nignore = true', 1), ('group = "dev"\nignore = true', 0),
        ('name = "^example.com/a$"\nnameIsRegex = true\nignore = true', 1),
        ("ignore = true\neffectiveUntil = 2026-01-01", 0), ("Vulnerability.Ignore = true", 1),
    ],
)  # fmt: skip
def test_a_package_is_ignored_where_all_fits(lines: str, count: int) -> None:
    assert len(ignored(f"[[PackageOverrides]]\n{lines}\n")) == count


def test_keys_may_be_written_in_any_case() -> None:
    assert len(ignored('[[ignoredvulns]]\nID = "GO-2026-1"\n')) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[IgnoredVulns]]\nid = 1\n", 2), ('[[IgnoredVulns]]\nid = "x"\nuntil = 2027-01-01\n', 3),
        ('[IgnoredVulns]\nid = "x"\n', 1), ('x = "y"\n', 1), ('[[IgnoredVulns]]\nignoreUntil = "2027-01-01"\n', 2),
        ("IgnoredVulns = [1]\n", 1), ("[[", 1), ("a = {", 1),
    ],
)  # fmt: skip
def test_a_file_that_the_scanner_refuses_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        ignored(text)
    assert caught.value.diagnostics[0].line == line


@given(st.binary(max_size=60) | st.text(alphabet="[]IgnoredVulns=\"\n id{}'.#1", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InputError):
        assert read_osv_scanner_toml(data, "x").advisories == ()
