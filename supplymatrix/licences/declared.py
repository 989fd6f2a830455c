"""What the licence files of a module say together."""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.licences.expression import Expression, Or, join_and, parse_expression
from supplymatrix.model.licence import LicenceFile

__all__ = ["declared_of"]


def declared_of(files: Iterable[LicenceFile]) -> str:
    """Return what licence files that lie side by side say together, "" when none says anything.

    All of them apply, except: what a file offers as a choice, other files only bring the texts of (LICENSE says "MIT or
    Apache-2.0", LICENSE-MIT and LICENSE-APACHE have the texts); and the GPL's text beside an LGPL of version 3 (COPYING
    beside COPYING.LESSER) is there because the LGPL builds upon it.
    """
    known = list(files)
    found = [parse_expression(file.expression) for file in known if file.expression]
    choices = [expression for expression in found if isinstance(expression, Or)]
    choices += [choice for file in known if (choice := _offered(file, found)) is not None]
    offered = {part for choice in choices for part in choice.parts}
    names = {name for expression in found for name in expression.licences}
    kept = [
        expression for expression in found if expression not in offered and not _is_beside_lesser(expression, names)
    ]
    return join_and(str(expression) for expression in [*choices, *kept])


def _offered(file: LicenceFile, found: list[Expression]) -> Or | None:
    """Return the choice that a file offers without having the texts, made of what the other files have."""
    if file.expression or len(file.offers) < 2:
        return None
    parts = [
        part for prefix in file.offers for part in found if not isinstance(part, Or) and str(part).startswith(prefix)
    ]
    unique = tuple(dict.fromkeys(parts))
    return Or(parts=unique) if len(unique) > 1 else None


def _is_beside_lesser(expression: Expression, names: set[str]) -> bool:
    name = str(expression)
    lesser = {"LGPL-3.0-only", "LGPL-3.0-or-later"}
    return name in ("GPL-3.0-only", "GPL-3.0-or-later") and any(
        other.partition(" WITH ")[0] in lesser for other in names
    )
