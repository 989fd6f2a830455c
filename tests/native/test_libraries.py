"""The table of libraries: every row can be read, and names lead to it in all their forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.licences.expression import canonical
from supplymatrix.native.libraries import find_library, known_libraries, stem_of

ROWS = known_libraries()


def test_every_licence_is_an_spdx_expression_as_spdx_writes_it() -> None:
    assert [row.name for row in ROWS if canonical(row.licence) != row.licence] == []


def test_every_row_says_where_it_was_read_or_that_nobody_did() -> None:
    assert all(row.source for row in ROWS)
    assert {row.is_verified for row in ROWS} == {True, False}


def test_a_row_is_found_by_its_aliases() -> None:
    lost = {
        alias: row.name
        for row in ROWS
        for alias in row.aliases
        if (found := find_library(alias)) is None or (found.name != row.name and alias not in found.aliases)
    }
    assert lost == {}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("libvips.so.42", "libvips"),
        ("vips", "libvips"),
        ("z", "zlib"),
        ("libzstd_linux_musl_amd64.a", "zstd"),
        ("librdkafka_glibc_linux_amd64.a", "librdkafka"),
        ("libddwaf-linux-amd64.so.gz", "Datadog WAF"),
        ("opencv_core4110", "OpenCV"),
        ("usb-1.0", "libusb"),
        ("libcrypto.so.3", "OpenSSL"),
        ("KERNEL32.dll", "Windows"),
        ("libc.so.6", "glibc"),
        ("/usr/lib/libSystem.B.dylib", "operating system"),
        ("C:\\lib\\sqlite3.dll", "sqlite"),
    ],
)
def test_a_library_is_known_by_what_linkers_and_files_call_it(written: str, name: str) -> None:
    found = find_library(written)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("written", "goos", "name"),
    [
        ("uuid", "linux", "libuuid"),
        ("uuid", "windows", "Windows"),
        ("version", "linux", ""),
        ("version", "windows", "Windows"),
        ("proc", "linux", ""),
        ("proc", "freebsd", "operating system"),
        ("hid", "darwin", ""),
        ("kernel32.dll", "linux", "Windows"),
        ("m", "linux", "glibc"),
        ("wpcap", "windows", "Npcap"),
        ("quadmath", "linux", "libquadmath"),
    ],
)
def test_a_part_of_a_system_is_one_of_that_system_alone(written: str, goos: str, name: str) -> None:
    found = find_library(written, goos)
    assert (found.name if found is not None else "") == name


def test_a_name_that_only_looks_alike_is_none() -> None:
    assert [find_library(name) for name in ("", "foo", "zz", "libvipsy.so", "sqlite4", ".so")] == [None] * 6


@given(st.text(max_size=60))
def test_any_name_has_a_stem_that_is_its_own_stem(name: str) -> None:
    stem = stem_of(name)
    assert stem_of(stem) == stem or "." in stem  # an ending may lie under another one
    find_library(name)
