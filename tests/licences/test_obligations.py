"""What licences ask."""

from __future__ import annotations

import pytest

from supplymatrix.errors import InputError
from supplymatrix.licences.obligations import _ROWS, Use, obligations_of


def _keys(expression: str, use: Use) -> list[str]:
    return [obligation.key for obligation in obligations_of(expression, use)]


@pytest.mark.parametrize(
    ("expression", "use", "keys"),
    [
        ("MIT", Use.REDISTRIBUTE_BINARY, ["give-licence-text", "keep-copyright"]),
        ("MIT", Use.NETWORK_SERVICE, ["nothing"]),
        ("0BSD AND MIT", Use.REDISTRIBUTE_SOURCE, ["give-licence-text", "keep-copyright"]),
        ("MPL-2.0", Use.REDISTRIBUTE_BINARY, ["give-source-of-files", "mind-patents"]),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Use.REDISTRIBUTE_BINARY,
         ["give-source-of-files", "give-licence-text", "keep-notices"]),
        ("MIT OR GPL-3.0-only", Use.MODIFY, ["choose-licence"]),
        ("LicenseRef-Acme", Use.NETWORK_SERVICE, ["read-licence"]),
        ("BUSL-1.1", Use.MODIFY, ["read-licence", "mind-restrictions"]),
        ("", Use.MODIFY, ["read-licence"]),
    ],
)  # fmt: skip
def test_each_use_has_its_obligations(expression: str, use: Use, keys: list[str]) -> None:
    assert _keys(expression, use) == keys


def test_a_linking_exception_lifts_the_relinking_of_the_library() -> None:
    exception = "LGPL-3.0-only WITH LGPL-3.0-linking-exception"
    assert "give-source-of-library" in _keys("LGPL-3.0-only", Use.REDISTRIBUTE_BINARY)
    assert "give-source-of-library" not in _keys(exception, Use.REDISTRIBUTE_BINARY)


def test_only_the_affero_licence_asks_of_a_service() -> None:
    assert "give-source-to-users" in _keys("AGPL-3.0-or-later", Use.NETWORK_SERVICE)
    assert "give-source-to-users" not in _keys("GPL-3.0-or-later", Use.NETWORK_SERVICE)


def test_each_obligation_names_its_clause() -> None:
    notice = next(o for o in obligations_of("Apache-2.0", Use.REDISTRIBUTE_BINARY) if o.key == "give-notice-file")
    assert notice.clause == "Apache-2.0, section 4(d)"
    for name, rows in _ROWS.items():
        assert all(clause or key == "nothing" for key, clause, _ in rows), name


def test_the_choices_are_told() -> None:
    (told,) = obligations_of("MIT OR MPL-2.0", Use.REDISTRIBUTE_BINARY)
    assert "MIT: give-licence-text, keep-copyright; or MPL-2.0: give-source-of-files" in told.text


@pytest.mark.parametrize("use", Use)
def test_the_list_is_never_empty(use: Use) -> None:
    for name in ("MIT", "BSL-1.0", "Zlib", "GPL-1.0-only", "LicenseRef-x"):
        assert obligations_of(name, use)


def test_no_expression_is_refused() -> None:
    with pytest.raises(InputError):
        obligations_of("MIT OR", Use.MODIFY)
