"""spdx/expressions.json: licence expressions with the verdicts of another program, settled by SPDX's own grammar.

The other program (license-expression) is no authority: it crashes on some texts, refuses some that are legal, and takes
some that are not. So each case is judged by the grammar of annex D of SPDX 2.3 and 3.0 first, written down once more
below in another way than our parser does it, over the ids of another package; what both sides accept must come out the
same.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from packaging.licenses import _spdx

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import canonical
from supplymatrix.licences.spdx_ids import canonical_exception, canonical_id
from tests.support.data import CONFORMANCE, require_case

_NAME = r"[A-Za-z0-9.-]*[A-Za-z0-9][A-Za-z0-9.-]*"
_REFERENCE = re.compile(rf"(DocumentRef-{_NAME}:)?LicenseRef-{_NAME}")
_ADDITION = re.compile(rf"(DocumentRef-{_NAME}:)?AdditionRef-{_NAME}")


def _cases() -> list[Any]:
    path = CONFORMANCE / "spdx" / "expressions.json"
    tests = json.loads(path.read_text(encoding="utf-8"))["tests"] if path.is_file() else []
    return [pytest.param(test, id=test["expression"][:40]) for test in tests] or [
        pytest.param(None, id="no-case-in-spdx/expressions.json")
    ]


def _letter(token: str) -> str:
    """Return what a token is: L a licence, E an exception, A, O, W an operator, a parenthesis, ? anything else."""
    if token in ("(", ")"):
        return token
    if token in ("AND", "and", "OR", "or", "WITH", "with"):
        return token[0].upper()
    known = token.lower()
    if _REFERENCE.fullmatch(token) or known in _spdx.LICENSES or canonical_id(token):
        return "L"
    if known.endswith("+") and not known.endswith("-only+") and known[:-1] in _spdx.LICENSES:
        return "L"
    if _ADDITION.fullmatch(token) or known in _spdx.EXCEPTIONS or canonical_exception(token):
        return "E"
    return "?"


def _is_legal(expression: str) -> bool:
    """Tell whether an expression follows the grammar: it can be folded, step by step, into one licence."""
    letters = "".join(_letter(token) for token in re.findall(r"[()]|[^\s()]+", expression))
    letters = letters.replace("LWE", "C")
    before = ""
    while before != letters:
        before = letters
        letters = re.sub(r"\((L|C)\)", "C", letters)
        letters = re.sub(r"(?<!W)[LC][AO][LC](?!W)", "C", letters)
    return letters in ("L", "C")


def _accepted(expression: str) -> str | None:
    try:
        return canonical(expression)
    except InputError:
        return None


def _is_plain(normalised: str) -> bool:
    """Tell whether the other program writes an expression as we do: it keeps repetitions and needless parentheses, and
    has ids of its own for what SPDX has dropped without a successor."""
    names = re.findall(r"[^\s()]+", normalised)
    licences = [name for name in names if name not in ("AND", "OR", "WITH")]
    modern = all(name.lower() not in _spdx.LICENSES or canonical(name) == name for name in licences)
    inner, outer = " ".join(re.findall(r"\([^()]*\)", normalised)), re.sub(r"\([^()]*\)", "", normalised)
    needed = "(" not in outer and not any(f" {word} " in inner and f" {word} " in outer for word in ("AND", "OR"))
    return len(set(licences)) == len(licences) and needed and modern and "scancode" not in normalised


@pytest.mark.parametrize("case", _cases())
def test_expressions_are_judged_by_the_grammar(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    expression = case["expression"]
    found = _accepted(expression)
    assert (found is not None) is _is_legal(expression)
    if case["oracle_crash"]:
        assert found is None
    if found is not None:
        assert canonical(found) == found


@pytest.mark.parametrize("case", _cases())
def test_what_both_accept_is_written_the_same(case: dict[str, Any] | None) -> None:
    case = require_case(case)
    found, normalised = _accepted(case["expression"]), case["normalized"]
    if found is not None and normalised is not None and _accepted(normalised) is not None:
        assert canonical(normalised) == found
        if _is_plain(normalised):
            assert normalised == found


@pytest.mark.parametrize(
    ("expression", "legal"),
    [
        ("MIT OR Apache-2.0 AND ISC", True),
        ("(MIT OR (Apache-2.0)) AND ISC", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", True),
        ("(GPL-2.0-only) WITH Classpath-exception-2.0", False),
        ("MIT AND", False),
        ("MIT aND ISC", False),
        ("()", False),
        ("", False),
    ],
)
def test_the_grammar_of_this_file_is_right(expression: str, legal: bool) -> None:
    assert _is_legal(expression) is legal
    assert (_accepted(expression) is not None) is legal
