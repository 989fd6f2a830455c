"""SPDX expressions: what is read, how it is written, where a fault is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import (
    DEPTH_LIMIT,
    LENGTH_LIMIT,
    And,
    Expression,
    Licence,
    Or,
    canonical,
    join_and,
    parse_expression,
    satisfied,
)

MIT, ISC, ZLIB = (Licence(name=name) for name in ("MIT", "ISC", "Zlib"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" mit ", MIT),
        ("MIT AND ISC", And(parts=(MIT, ISC))),
        ("MIT OR ISC AND Zlib", Or(parts=(MIT, And(parts=(ISC, ZLIB))))),
        ("MIT or (ISC or Zlib)", Or(parts=(MIT, ISC, ZLIB))),
        ("MIT AND(ISC)AND MIT", And(parts=(MIT, ISC))),
        ("((MIT))", MIT),
        ("Apache-2.0+", Licence(name="Apache-2.0+")),
        ("LicenseRef-Acme", Licence(name="LicenseRef-Acme")),
        ("DocumentRef-x:LicenseRef-y", Licence(name="DocumentRef-x:LicenseRef-y")),
        (
            "gpl-2.0+ with classpath-EXCEPTION-2.0",
            Licence(name="GPL-2.0-or-later", exception="Classpath-exception-2.0"),
        ),
        ("GPL-2.0-with-classpath-exception+", Licence(name="GPL-2.0-or-later", exception="Classpath-exception-2.0")),
        ("MIT WITH AdditionRef-x", Licence(name="MIT", exception="AdditionRef-x")),
    ],
)
def test_expressions_are_read(text: str, expected: Expression) -> None:
    assert parse_expression(text) == expected


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "is empty"),
        ("MIT oR ISC", 5, "mixes capitals"),
        ("MIT && ISC", 5, "where an operator should"),
        ("MIT/Apache-2.0", 1, "no SPDX licence id"),
        ("MIT, ISC", 1, "no SPDX licence id"),
        ("(MIT OR ISC", 12, "is not closed"),
        ("MIT)", 4, "not opened"),
        ("MIT OR", 7, "is missing"),
        ("MIT WITH", 9, "must follow WITH"),
        ("(MIT) WITH LLVM-exception", 7, "not to parentheses"),
        ("LLVM-exception", 1, "is an exception"),
        ("NOASSERTION", 1, "SPDX fields"),
        ("licenseref-x", 1, "no licence reference"),
        ("GPL-2.0-only+", 1, "no SPDX licence id"),
        ("eCos-2.0 WITH LLVM-exception", 10, "has its exception already"),
    ],
)
def test_faults_are_told_with_their_place(text: str, column: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_expression(text)
    fault = caught.value.diagnostics[0]
    assert (fault.column, message in fault.message) == (column, True)
    assert fault.expected


@pytest.mark.parametrize("text", ["(" * (DEPTH_LIMIT + 1) + "MIT" + ")" * (DEPTH_LIMIT + 1), "MIT OR " * LENGTH_LIMIT])
def test_more_than_the_limits_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_expression(text)


def test_parts_are_joined_once() -> None:
    assert join_and(["MIT OR ISC", "Zlib AND MIT", "zlib"]) == "(MIT OR ISC) AND Zlib AND MIT"
    assert join_and([]) == ""


def test_licences_are_listed_once_in_order() -> None:
    assert parse_expression("ISC OR MIT AND (Zlib OR ISC)").licences == ("ISC", "MIT", "Zlib")


@pytest.mark.parametrize(
    ("text", "allowed", "expected"),
    [
        ("MIT OR GPL-2.0-only", {"MIT"}, True),
        ("MIT AND GPL-2.0-only", {"MIT"}, False),
        ("MIT AND (ISC OR GPL-2.0-only)", {"MIT", "ISC"}, True),
        ("GPL-2.0-only WITH GCC-exception-2.0", {"GPL-2.0-only"}, False),
    ],
)
def test_a_choice_must_pass(text: str, allowed: set[str], expected: bool) -> None:
    assert satisfied(parse_expression(text), allowed.__contains__) is expected


_LICENCES = st.sampled_from(["MIT", "isc", "GPL-2.0+", "LicenseRef-a", "Apache-2.0 WITH LLVM-exception", "Apache-2.0+"])
_EXPRESSIONS = st.recursive(
    _LICENCES,
    lambda inner: st.tuples(inner, st.sampled_from([" AND ", " or "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
    max_leaves=8,
)


@given(_EXPRESSIONS)
def test_the_written_form_says_the_same(text: str) -> None:
    parsed = parse_expression(text)
    assert parse_expression(str(parsed)) == parsed
    assert canonical(str(parsed)) == str(parsed)


@given(st.lists(st.sampled_from(["MIT", "ISC", "AND", "OR", "WITH", "(", ")", "LLVM-exception", "+", "oR", "\n", "é"])))
def test_nothing_but_an_input_error_is_raised(tokens: list[str]) -> None:
    for text in (" ".join(tokens), "".join(tokens)):
        try:
            parse_expression(text)
        except InputError:
            continue
