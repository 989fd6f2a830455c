"""What licences ask."""

from __future__ import annotations

import re

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


def _clauses(expression: str, use: Use) -> dict[str, str]:
    return {obligation.key: obligation.clause for obligation in obligations_of(expression, use)}


def test_an_exception_does_not_lift_the_copyleft_of_the_code_itself() -> None:
    classpath = _clauses("GPL-2.0-only WITH Classpath-exception-2.0", Use.MODIFY)
    assert "section 2(b)" in classpath["licence-changes-alike"]
    assert "licence-whole-alike" not in classpath
    linking = _clauses("LGPL-3.0-only WITH LGPL-3.0-linking-exception", Use.MODIFY)
    assert {"give-source-of-files", "licence-changes-alike"} <= set(linking)
    assert "give-source-of-library" not in linking


@pytest.mark.parametrize(
    ("licence", "use", "key", "clause"),
    [
        ("LGPL-3.0-only", Use.REDISTRIBUTE_BINARY, "give-licence-text", "section 4(b)"),
        ("LGPL-3.0-only", Use.REDISTRIBUTE_SOURCE, "give-licence-text", "GPL-3.0 section 4"),
        ("LGPL-3.0-only", Use.REDISTRIBUTE_SOURCE, "mind-patents", "GPL-3.0 sections 10 and 11"),
        ("GPL-3.0-only", Use.MODIFY, "mind-patents", "sections 10 and 11"),
        ("Unicode-3.0", Use.REDISTRIBUTE_BINARY, "give-licence-text", "points (a) and (b)"),
        ("EPL-2.0", Use.REDISTRIBUTE_BINARY, "licence-of-binary", "section 3.1(b)"),
        ("EPL-2.0", Use.REDISTRIBUTE_BINARY, "indemnify", "section 4"),
        ("AGPL-3.0-only", Use.NETWORK_SERVICE, "give-source-to-users", "section 13"),
    ],
)
def test_clauses_are_those_of_the_texts(licence: str, use: Use, key: str, clause: str) -> None:
    assert _clauses(licence, use)[key] == f"{licence}, {clause}"


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
    assert told.text.startswith("Choose one licence, and do what it asks. Either MIT: Give the licence text along ")
    assert " Or MPL-2.0: Give the source of the licensed files " in told.text
    assert not re.search(r"\w-\w+-\w", told.text.replace("MPL-2.0", ""))


@pytest.mark.parametrize("use", Use)
def test_the_list_is_never_empty(use: Use) -> None:
    for name in ("MIT", "BSL-1.0", "Zlib", "GPL-1.0-only", "LicenseRef-x"):
        assert obligations_of(name, use)


def test_no_expression_is_refused() -> None:
    with pytest.raises(InputError):
        obligations_of("MIT OR", Use.MODIFY)
