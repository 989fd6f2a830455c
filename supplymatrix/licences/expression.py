"""SPDX licence expressions: "MIT AND (ISC OR Apache-2.0)", after annex D of SPDX 2.3 and 3.0.

What is settled where the two differ, and what is written in which form, stands in `docs/formats/spdx-expressions.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.licences.spdx_ids import canonical_exception, canonical_id, replacement_of
from supplymatrix.model.value import value

__all__ = [
    "And", "Expression", "Licence", "Or", "canonical", "join_and", "joined_or_none", "parse_expression", "satisfied",
]  # fmt: skip

LENGTH_LIMIT = 20_000
"""Characters of an expression; the longest seen in a real document has about 600."""
DEPTH_LIMIT = 50
"""Parentheses within each other."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_ID_STRING = r"[A-Za-z0-9.-]*[A-Za-z0-9][A-Za-z0-9.-]*"
_LICENCE_REF = re.compile(rf"(?:DocumentRef-{_ID_STRING}:)?LicenseRef-{_ID_STRING}")
_ADDITION_REF = re.compile(rf"(?:DocumentRef-{_ID_STRING}:)?AdditionRef-{_ID_STRING}")
_OPERATORS = ("AND", "OR", "WITH")


@value
class Licence:
    """One licence. name: SPDX id, with "+" for "or any later version", LicenseRef-… or DocumentRef-…:LicenseRef-…;
    exception: SPDX exception id or AdditionRef-…, "" without."""

    name: str
    exception: str = ""

    @property
    def licences(self) -> tuple[str, ...]:
        """Return the licence as one text: "id" or "id WITH exception"."""
        return (str(self),)

    def __str__(self) -> str:
        return f"{self.name} WITH {self.exception}" if self.exception else self.name


@value
class And:
    """All of its parts apply. No part is an And itself, and no two are the same."""

    parts: tuple[Licence | Or, ...]

    @property
    def licences(self) -> tuple[str, ...]:
        """Return each licence in it once, in order: "id" or "id WITH exception"."""
        return _licences(self.parts)

    def __str__(self) -> str:
        return " AND ".join(str(part) if isinstance(part, Licence) else f"({part})" for part in self.parts)


@value
class Or:
    """One of its parts is to be chosen. No part is an Or itself, and no two are the same."""

    parts: tuple[Licence | And, ...]

    @property
    def licences(self) -> tuple[str, ...]:
        """Return each licence in it once, in order: "id" or "id WITH exception"."""
        return _licences(self.parts)

    def __str__(self) -> str:
        return " OR ".join(str(part) if isinstance(part, Licence) else f"({part})" for part in self.parts)


Expression = Licence | And | Or


def parse_expression(text: str) -> Expression:
    """Parse an SPDX licence expression. Raises InputError with the column, what was seen there and what is expected."""
    if len(text) > LENGTH_LIMIT:
        raise InputError(
            Diagnostic(message=f"the licence expression is longer than {LENGTH_LIMIT} characters", seen=text[:40] + "…")
        )
    return _Parser(text).whole()


def canonical(text: str) -> str:
    """Return an expression as SPDX writes it: ids in their spelling and not deprecated, operators in capitals, no more
    parentheses than OR and AND together need, each licence once. Raises InputError."""
    return str(parse_expression(text))


def join_and(texts: Iterable[str]) -> str:
    """Return the expressions joined by AND, each part once, in the order given; "" for none. Raises InputError."""
    parsed = [parse_expression(text) for text in texts]
    return str(_and(parsed)) if parsed else ""


def joined_or_none(texts: Iterable[str]) -> str | None:
    """Return what `join_and` returns, None instead of raising: for expressions found in files of others. None too when
    the whole would be too long, or too deep, to be read back."""
    try:
        joined = join_and(texts)
        return canonical(joined) if joined else ""
    except InputError:
        return None


def satisfied(expression: Expression, predicate: Callable[[str], bool]) -> bool:
    """Tell whether a choice exists whose licences ("id" or "id WITH exception") all pass: any for OR, all for AND."""
    if isinstance(expression, Licence):
        return predicate(str(expression))
    answers = (satisfied(part, predicate) for part in expression.parts)
    return all(answers) if isinstance(expression, And) else any(answers)


def _licences(parts: Iterable[Expression]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part.licences))


def _and(parts: Iterable[Expression]) -> Expression:
    flat: dict[Licence | Or, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, And) else (part,))
    return And(parts=tuple(flat)) if len(flat) > 1 else next(iter(flat))


def _or(parts: Iterable[Expression]) -> Expression:
    flat: dict[Licence | And, None] = {}
    for part in parts:
        flat |= dict.fromkeys(part.parts if isinstance(part, Or) else (part,))
    return Or(parts=tuple(flat)) if len(flat) > 1 else next(iter(flat))


class _Parser:
    """Recursive descent over the tokens; the depth limit bounds the recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: Iterator[re.Match[str]] = _TOKEN.finditer(text)
        self._depth = 0
        self._seen, self._place = "", 0
        self._advance()

    def whole(self) -> Expression:
        if not self._seen:
            raise self._fault("the licence expression is empty", "a licence, for example MIT")
        found = self._any_of()
        if self._seen == ")":
            raise self._fault("a parenthesis is closed that was not opened", "an operator, or the end")
        if self._seen:
            raise self._beside("or the end")
        return found

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._takes("OR"):
            parts.append(self._all_of())
        return _or(parts)

    def _all_of(self) -> Expression:
        parts = [self._one()]
        while self._takes("AND"):
            parts.append(self._one())
        return _and(parts)

    def _one(self) -> Expression:
        if self._seen != "(":
            return self._licence()
        opened = self._place
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise self._fault(f"parentheses are nested deeper than {DEPTH_LIMIT}", "fewer")
        self._advance()
        found = self._any_of()
        if self._seen != ")":
            end = f"or ) for the parenthesis at column {opened + 1}"
            raise self._beside(end) if self._seen else self._fault("a parenthesis is not closed", end[3:])
        self._depth -= 1
        self._advance()
        if self._is("WITH"):
            raise self._fault("WITH belongs to one licence, not to parentheses", "WITH inside of them, or AND or OR")
        return found

    def _licence(self) -> Licence:
        licence = self._name()
        if not self._is("WITH"):
            return licence
        if licence.exception:
            raise self._fault(f"{licence} has its exception already", "AND, OR, or the end")
        self._advance()
        exception = canonical_exception(self._seen)
        if exception is not None:
            exception = replacement_of(exception)
        elif _ADDITION_REF.fullmatch(self._seen):
            exception = self._seen
        else:
            what = f"{self._seen!r} is no SPDX licence exception" if self._seen else "an exception must follow WITH"
            raise self._fault(what, "an SPDX exception, for example Classpath-exception-2.0")
        self._advance()
        return Licence(name=licence.name, exception=exception)

    def _name(self) -> Licence:
        seen = self._seen
        if seen in ("", "(", ")") or self._is(*_OPERATORS):
            raise self._fault("a licence is missing", "an SPDX licence id, or LicenseRef-NAME")
        found = seen if _LICENCE_REF.fullmatch(seen) else _listed(seen)
        if not found:
            raise self._unknown(seen)
        self._advance()
        name, _, exception = found.partition(" WITH ")
        return Licence(name=name, exception=exception)

    def _is(self, *operators: str) -> bool:
        """Tell whether the token is one of the operators: all in capitals, or all in small letters."""
        return any(self._seen in (operator, operator.lower()) for operator in operators)

    def _takes(self, operator: str) -> bool:
        found = self._is(operator)
        if found:
            self._advance()
        return found

    def _advance(self) -> None:
        token = next(self._tokens, None)
        self._seen = token.group() if token else ""
        self._place = token.start() if token else len(self._text)

    def _unknown(self, seen: str) -> InputError:
        expected = "an SPDX licence id, or LicenseRef-NAME"
        if seen in ("NONE", "NOASSERTION"):
            return self._fault(f"{seen} is a value of SPDX fields, not a licence", expected)
        if seen.upper() in _OPERATORS:
            return self._mixed()
        if canonical_exception(seen):
            return self._fault(f"{seen} is an exception, not a licence", "a licence before it: LICENCE WITH EXCEPTION")
        if "licenseref-" in seen.lower():
            return self._fault(f"{seen!r} is no licence reference", "LicenseRef- and then letters, digits, . or -")
        return self._fault(f"{seen!r} is no SPDX licence id", expected)

    def _beside(self, end: str) -> InputError:
        """Return the fault of a token that stands where an operator should."""
        if self._seen.upper() in _OPERATORS and not self._is(*_OPERATORS):
            return self._mixed()
        return self._fault(f"{self._seen[:80]!r} stands where an operator should", f"AND, OR or WITH, {end}")

    def _mixed(self) -> InputError:
        return self._fault(f"the operator {self._seen!r} mixes capitals and small letters", self._seen.upper())

    def _fault(self, message: str, expected: str) -> InputError:
        seen = self._seen if len(self._seen) <= 80 else self._seen[:80] + "…"
        return InputError(
            Diagnostic(
                message=message if len(message) <= 200 else message[:200] + "…",
                line=1,
                column=self._place + 1,
                end_column=self._place + 1 + len(self._seen),
                seen=seen or "the end",
                expected=expected,
            )
        )


def _listed(seen: str) -> str:
    """Return what SPDX writes today for an id of its list, perhaps with a "+"; "" when it has no such id."""
    found = canonical_id(seen)
    if found:
        return replacement_of(found)
    if not seen.endswith("+"):
        return ""
    found = canonical_id(seen[:-1])
    if not found or found.endswith(("+", "-only")):
        return ""  # "only" and "or later" contradict each other
    if found.endswith("-or-later"):
        return found
    modern = replacement_of(found)
    if found.startswith(("AGPL-", "GFDL-", "GPL-", "LGPL-", "eCos-", "wxWindows")):
        return modern.replace("-only", "-or-later")
    return modern + "+"
