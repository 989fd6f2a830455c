"""What the licence files of a module say together."""

from __future__ import annotations

from collections.abc import Iterable

from supplymatrix.licences.expression import Expression, Or, joined_or_none, parse_expression
from supplymatrix.licences.files import rank
from supplymatrix.model.licence import LicenceFile, LicenceMethod

__all__ = ["declared_of"]


def declared_of(files: Iterable[LicenceFile]) -> str:
    """Return what licence files that lie side by side say together, "" when none says anything, or all say more than an
    expression can hold.

    All of them apply, except: what a file offers as a choice, other files only bring the texts of (LICENSE says "MIT or
    Apache-2.0", LICENSE-MIT and LICENSE-APACHE have the texts); and the GPL's bare text beside an LGPL of version 3
    (COPYING beside COPYING.LESSER) is there because the LGPL builds upon it. A notice that puts the code under the GPL
    counts, and so does a text in a file that a reader opens before that of the LGPL.
    """
    known = list(files)
    found = [(file, parse_expression(file.expression)) for file in known if file.expression]
    expressions = [expression for _, expression in found]
    choices = [expression for expression in expressions if isinstance(expression, Or)]
    choices += [choice for file in known if (choice := _offered(file, expressions)) is not None]
    offered = {part for choice in choices for part in choice.parts}
    kept = [
        expression
        for file, expression in found
        if expression not in offered and not (str(expression) == "GPL-3.0-only" and _is_supplement(file, known))
    ]
    return joined_or_none(str(expression) for expression in [*choices, *kept]) or ""


def _offered(file: LicenceFile, found: list[Expression]) -> Or | None:
    """Return the choice that a file offers without having the texts, made of what the other files have."""
    if file.expression or len(file.offers) < 2:
        return None
    parts = [
        part for prefix in file.offers for part in found if not isinstance(part, Or) and str(part).startswith(prefix)
    ]
    unique = tuple(dict.fromkeys(parts))
    return Or(parts=unique) if len(unique) > 1 else None


def _is_supplement(gpl: LicenceFile, files: Iterable[LicenceFile]) -> bool:
    """Tell whether the text of the GPL 3 is there for an LGPL 3 that another file has."""
    if any(match.method is LicenceMethod.NOTICE for match in gpl.matches):
        return False
    return any(_has_lesser(file) and (_names_lesser(file) or _weight(file) <= _weight(gpl)) for file in files)


def _has_lesser(file: LicenceFile) -> bool:
    names = parse_expression(file.expression).licences if file.expression else ()
    return any(name.partition(" WITH ")[0] in ("LGPL-3.0-only", "LGPL-3.0-or-later") for name in names)


def _names_lesser(file: LicenceFile) -> bool:
    name = file.path.rpartition("/")[2].lower()
    return "lesser" in name or "lgpl" in name


def _weight(file: LicenceFile) -> int:
    return rank(file.path.rpartition("/")[2])[0]
