"""The ids and exceptions of SPDX, held against the lists of another package."""

from __future__ import annotations

import pytest
from packaging.licenses import _spdx

from supplymatrix.licences.expression import canonical
from supplymatrix.licences.spdx_ids import _REPLACED, canonical_exception, canonical_id, is_deprecated, replacement_of


def test_the_licences_of_another_list_are_known_and_no_exceptions() -> None:
    wrong = [v["id"] for v in _spdx.LICENSES.values() if canonical_id(v["id"].upper()) != v["id"]]
    assert not wrong
    assert not [v["id"] for v in _spdx.LICENSES.values() if canonical_exception(v["id"])]


def test_the_exceptions_of_another_list_are_known_and_no_licences() -> None:
    wrong = [v["id"] for v in _spdx.EXCEPTIONS.values() if canonical_exception(v["id"].lower()) != v["id"]]
    assert not wrong
    assert not [v["id"] for v in _spdx.EXCEPTIONS.values() if canonical_id(v["id"])]


def test_what_is_deprecated_is_what_another_list_says() -> None:
    ids = [*_spdx.LICENSES.values(), *_spdx.EXCEPTIONS.values()]
    assert [v["id"] for v in ids if is_deprecated(v["id"])] == [v["id"] for v in ids if v["deprecated"]]


def test_every_replacement_is_an_expression_of_today() -> None:
    deprecated = [v["id"] for v in _spdx.LICENSES.values() if v["deprecated"] and _REPLACED.get(v["id"], "x")]
    assert len(deprecated) > 20
    for name in deprecated:
        new = replacement_of(name)
        assert canonical(new) == new != name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GPL-2.0", "GPL-2.0-only"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("AGPL-3.0", "AGPL-3.0-only"),
        ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
        ("Net-SNMP", "Net-SNMP"),
        ("MIT", "MIT"),
    ],
)
def test_deprecated_ids_have_successors(old: str, new: str) -> None:
    assert replacement_of(old) == new


@pytest.mark.parametrize("text", ["", "GPL", "Apache License 2.0", "LicenseRef-x", "MIT "])
def test_other_texts_name_nothing(text: str) -> None:
    assert canonical_id(text) is None
    assert canonical_exception(text) is None
