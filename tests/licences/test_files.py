"""Names of licence files, as they occur in modules."""

from __future__ import annotations

import pytest

from supplymatrix.licences.files import (
    is_licence_file,
    is_notice_file,
    is_third_party_file,
    is_unread_licence_file,
    rank,
)


@pytest.mark.parametrize(
    "name",
    [
        "LICENSE",
        "LICENSE.txt",
        "license.md",
        "License",
        "LICENCE",
        "LICENCE.rst",
        "LICENSE-MIT",
        "LICENSE.libyaml",
        "LICENSE-APACHE-2.0.txt",
        "LICENSE_WINDOWS",
        "COPYING",
        "COPYING.LESSER",
        "copyright",
        "COPYRIGHT.txt",
        "UNLICENSE",
        "UNLICENSE.md",
        "MIT-LICENSE",
        "MIT-LICENSE.txt",
        "Go-LICENSE",
        "W3C-BSD-LICENSE",
        "APACHE-LICENSE-2.0",
        "mit-license.txt",
        "LICENSES",
        "GPL.txt",
        "lgpl-2.1.txt",
        "LICENSE-GPL",
    ],
)
def test_licence_files(name: str) -> None:
    assert is_licence_file(name)
    assert not is_notice_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "license.go",
        "copyright_test.go",
        "license.yml",
        "check-license",
        "check_license.sh",
        "licensing.txt",
        "NOTICE",
        "NOTICE.txt",
        "README.md",
        "LICENSE.docs",
        "LICENSE-docs.md",
        "THIRD_PARTY_LICENSES.txt",
        "LICENSE-THIRD-PARTY",
        "3rdparty-licenses",
        "license.json",
        "licensemanager",
        "PATENTS",
        "AUTHORS",
    ],
)
def test_other_files(name: str) -> None:
    assert not is_licence_file(name)


def test_licences_in_other_forms_are_seen() -> None:
    names = ["LICENSE.html", "COPYING.in", "license.pdf", "LICENSE-fonts.txt", "LICENSE.docs"]
    others = ["LICENSE", "license.go", "index.html", "LICENSE-MIT", "check-license.sh", "docs.txt", "THIRD_PARTY.html"]
    assert [name for name in names + others if is_unread_licence_file(name)] == names
    assert not any(is_licence_file(name) for name in names)


def test_notices_and_lists_of_third_parties_are_told_apart() -> None:
    names = [
        "NOTICE",
        "NOTICE.md",
        "notice.go",
        "LICENSE",
        "THIRD_PARTY_LICENSES.txt",
        "LICENSE-THIRD-PARTY",
        "third_party",
    ]
    assert [name for name in names if is_notice_file(name)] == ["NOTICE", "NOTICE.md"]
    assert [name for name in names if is_third_party_file(name)] == ["THIRD_PARTY_LICENSES.txt", "LICENSE-THIRD-PARTY"]


def test_the_file_that_a_reader_opens_first_comes_first() -> None:
    names = ["COPYRIGHT", "LICENSE.libyaml", "COPYING", "UNLICENSE", "LICENSE.txt"]
    assert sorted(names, key=rank) == ["LICENSE.txt", "COPYING", "UNLICENSE", "LICENSE.libyaml", "COPYRIGHT"]
