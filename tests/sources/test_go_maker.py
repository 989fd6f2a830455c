"""Marks of those who build Gos: their packages, their VERSION files; and what is no mark."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from supplymatrix.gomod.toolchain import parse_version_file
from supplymatrix.sources.go_maker import Mark, find_maker

RELEASE = parse_version_file(b"go1.25.3\n")


def write(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def maker(root: Path) -> str:
    root.mkdir(parents=True, exist_ok=True)
    found = find_maker(root, RELEASE)
    return found.name if found is not None else ""


@pytest.mark.parametrize(
    ("package", "name"),
    [("1.25.3-1", "Debian"), ("1.25.3-1ubuntu1~24.04", "Ubuntu"), ("2:1.25.3~bpo12-1", "Debian"), ("1.25.4-1", "")],
)
def test_documents_of_debian(tmp_path: Path, package: str, name: str) -> None:
    docs = tmp_path / "usr" / "share" / "doc" / "golang-1.25-go"
    write(docs / "changelog.Debian.gz", gzip.compress(f"golang-1.25 ({package}) sid; urgency=low\n".encode() * 9))
    assert maker(tmp_path / "usr" / "lib" / "go-1.25") == name
    assert maker(tmp_path / "opt" / "lib" / "go-1.25") == ""


def test_a_changelog_that_is_none(tmp_path: Path) -> None:
    docs = tmp_path / "usr" / "share" / "doc" / "golang-1.25-go"
    for data in (b"", b"no gzip", gzip.compress(b"no changelog"), gzip.compress(b"golang (1.25.3-1)")[:-9]):
        write(docs / "changelog.Debian.gz", data)
        assert maker(tmp_path / "usr" / "lib" / "go-1.25") in ("", "Debian")


def test_the_database_of_dpkg(tmp_path: Path) -> None:
    lists = tmp_path / "var" / "lib" / "dpkg" / "info"
    write(lists / "golang-1.25-go.list", "/.\n/usr\n/usr/lib/go-1.25/bin/go\n/usr/lib/go-1.25/bin/gofmt\n")
    assert maker(tmp_path / "usr" / "lib" / "go-1.25") == "Debian"
    assert maker(tmp_path / "usr" / "lib" / "go-1.2") == ""
    write(tmp_path / "etc" / "os-release", 'ID=ubuntu\nNAME="Ubuntu"\n')
    assert maker(tmp_path / "usr" / "lib" / "go-1.25") == "Ubuntu"


def test_the_database_of_apk(tmp_path: Path) -> None:
    text = "C:Q1\nP:busybox\nF:bin\nR:busybox\n\nC:Q1\nP:go\nV:1.25.3-r0\nF:usr\nF:usr/lib/go/bin\nR:go\n\n"
    write(tmp_path / "lib" / "apk" / "db" / "installed", text)
    write(tmp_path / "etc" / "os-release", 'NAME="Wolfi"\n')
    assert maker(tmp_path / "usr" / "lib" / "go") == "Wolfi"
    assert maker(tmp_path / "usr" / "lib" / "other") == ""


def test_folders_of_packages_and_receipts(tmp_path: Path) -> None:
    write(tmp_path / "a" / "etc" / "os-release", 'NAME="Fedora Linux"\n')
    (tmp_path / "a" / "usr" / "share" / "licenses" / "golang").mkdir(parents=True)
    assert maker(tmp_path / "a" / "usr" / "lib" / "golang") == "Fedora Linux"
    assert maker(tmp_path / "a" / "usr" / "lib" / "go") == ""
    cellar = tmp_path / "Cellar" / "go" / "1.25.3"
    write(cellar / "INSTALL_RECEIPT.json", "{}")
    assert maker(cellar / "libexec") == "Homebrew"


def test_files_of_microsoft(tmp_path: Path) -> None:
    write(tmp_path / "go" / "MICROSOFT_REVISION", "1\n")
    assert maker(tmp_path / "go") == "Microsoft"


def test_a_go_at_the_top_of_a_file_system_and_one_that_is_not_there() -> None:
    assert find_maker(Path("/"), RELEASE) is None
    assert find_maker(Path("/nowhere/at/all"), None) is None


def test_only_a_database_of_this_machine_is_more_than_a_mark(tmp_path: Path) -> None:
    root = tmp_path / "usr" / "lib" / "go-1.25"
    root.mkdir(parents=True)
    write(root / "MICROSOFT_REVISION", "1\n")
    lists = tmp_path / "var" / "lib" / "dpkg" / "info"
    found = [find_maker(root, RELEASE)]
    write(lists / "golang-1.25-go.list", "/.\n/usr/lib/go-1.25/bin/go\n")
    found += [find_maker(root, RELEASE), find_maker(root, RELEASE, machine=tmp_path)]
    assert [(one.name, one.mark) for one in found if one is not None] == [
        ("Microsoft", Mark.INSIDE),
        ("Debian", Mark.BESIDE),
        ("Debian", Mark.DATABASE),
    ]
