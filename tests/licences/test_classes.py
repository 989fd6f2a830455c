"""Classes of licences."""

from __future__ import annotations

import re

import pytest

from supplymatrix.licences.class_table import TABLE
from supplymatrix.licences.classes import LicenceClass, class_of, class_of_expression, known_licences
from supplymatrix.licences.spdx_ids import canonical_id, is_deprecated, licence_ids

_LEFT_OPEN = {
    "3D-Slicer-1.0", "ALGLIB-Documentation", "Advanced-Cryptics-Dictionary", "Community-Spec-1.0",
    "Game-Programming-Gems", "Glide", "JPL-image", "MMPL-1.0.1", "MakeIndex", "OSC-1.0",
}  # fmt: skip
"""Texts of which a class would be a guess."""


def test_every_licence_of_the_list_has_its_class() -> None:
    assert {name for name in licence_ids() if class_of(name) is LicenceClass.UNKNOWN} == _LEFT_OPEN


def test_no_licence_that_forbids_or_asks_is_permissive() -> None:
    asking = [name for name in licence_ids() if re.search(r"-(?:NC|ND|SA|S)-|^[AL]?GPL-|^GFDL|No-Military", name)]
    assert len(asking) > 60
    lax = (LicenceClass.PUBLIC_DOMAIN, LicenceClass.PERMISSIVE)
    assert [name for name in asking if class_of(name) in lax] == []


def test_a_licence_has_one_class() -> None:
    names = [name for listed in TABLE.values() for name in listed.split()]
    assert sorted(names) == sorted(set(names))


def test_every_id_of_the_table_is_one_of_today() -> None:
    ids = [name for name in known_licences() if not name.startswith("LicenseRef-")]
    assert len(ids) > 120
    assert [name for name in ids if canonical_id(name) != name or is_deprecated(name)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0BSD", "public-domain"),
        ("MIT", "permissive"),
        ("OFL-1.1", "weak-copyleft"),
        ("Apache-2.0+", "permissive"),
        ("MPL-2.0", "weak-copyleft"),
        ("LGPL-3.0-or-later", "weak-copyleft"),
        ("GPL-2.0-only", "strong-copyleft"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "weak-copyleft"),
        ("GPL-2.0-only WITH Linux-syscall-note", "strong-copyleft"),
        ("AGPL-3.0-only", "network-copyleft"),
        ("BUSL-1.1", "source-available"),
        ("SSPL-1.0", "source-available"),
        ("LicenseRef-Proprietary", "proprietary"),
        ("LicenseRef-Acme", "unknown"),
        ("JPL-image", "unknown"),
        ("SSPL-1.0+", "source-available"),
        ("GPL-2.0+", "strong-copyleft"),
        ("CC-BY-NC-ND-3.0-IGO", "source-available"),
        ("CC-BY-SA-3.0-AT", "strong-copyleft"),
        ("FSL-1.1-ALv2", "source-available"),
        ("GFDL-1.3-no-invariants-or-later", "strong-copyleft"),
        ("copyleft-next-0.3.1", "strong-copyleft"),
        ("OSL-3.0", "network-copyleft"),
        ("MIT WITH AdditionRef-no-commercial-use", "unknown"),
        ("GPL-2.0-only WITH AdditionRef-x", "unknown"),
        ("DocumentRef-x:LicenseRef-MIT", "unknown"),
    ],
)
def test_licences_have_their_class(text: str, expected: str) -> None:
    assert class_of(text) == class_of_expression(text) == LicenceClass(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT AND GPL-2.0-only", "strong-copyleft"),
        ("MIT OR GPL-2.0-only", "permissive"),
        ("MIT AND LicenseRef-Acme", "unknown"),
        ("MIT OR LicenseRef-Acme", "permissive"),
        ("(GPL-3.0-only OR MPL-2.0) AND ISC", "weak-copyleft"),
        ("", "unknown"),
        ("MIT OR", "unknown"),
    ],
)
def test_of_and_the_strictest_of_or_the_most_permissive(text: str, expected: str) -> None:
    assert class_of_expression(text) == LicenceClass(expected)
