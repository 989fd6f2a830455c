"""Classes of licences."""

from __future__ import annotations

import pytest

from supplymatrix.licences.classes import LicenceClass, class_of, class_of_expression, known_licences
from supplymatrix.licences.spdx_ids import canonical_id, is_deprecated


def test_every_id_of_the_table_is_one_of_today() -> None:
    ids = [name for name in known_licences() if not name.startswith("LicenseRef-")]
    assert len(ids) > 120
    assert [name for name in ids if canonical_id(name) != name or is_deprecated(name)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0BSD", "public-domain"),
        ("MIT", "permissive"),
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
        ("Abstyles", "unknown"),
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
