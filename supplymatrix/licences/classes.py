"""What kind of licence an id is: how much it asks of those who pass the code on.

The table has all of SPDX's list but a few that are left open. A licence that is not in it is unknown, never permissive.
The classes follow the texts. Public domain is all that sets no condition (0BSD too). Weak copyleft asks for the source
of the licensed files or of the library alone, strong copyleft for that of the whole program, network copyleft also when
it is used over a network. Source-available forbids some uses or users, or asks for the source of what stands around it
(SSPL).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from supplymatrix.errors import InputError
from supplymatrix.licences.class_table import FAMILIES, TABLE
from supplymatrix.licences.expression import And, Expression, Licence, parse_expression
from supplymatrix.licences.spdx_ids import replacement_of

__all__ = ["LicenceClass", "class_of", "class_of_expression", "known_licences"]


class LicenceClass(StrEnum):
    """How much a licence asks, least first; unknown stands last, since it may ask anything."""

    PUBLIC_DOMAIN = "public-domain"
    PERMISSIVE = "permissive"
    WEAK_COPYLEFT = "weak-copyleft"
    STRONG_COPYLEFT = "strong-copyleft"
    NETWORK_COPYLEFT = "network-copyleft"
    SOURCE_AVAILABLE = "source-available"
    PROPRIETARY = "proprietary"
    UNKNOWN = "unknown"


_LINKING = frozenset({
    "Bison-exception-2.2", "Classpath-exception-2.0", "Font-exception-2.0", "GCC-exception-2.0", "GCC-exception-3.1",
    "LGPL-3.0-linking-exception", "OCaml-LGPL-linking-exception", "OpenJDK-assembly-exception-1.0",
    "WxWindows-exception-3.1", "eCos-exception-2.0",
})  # fmt: skip
"""Exceptions by which a program that links the code need not be under the licence: strong copyleft becomes weak."""

_CLASSES: Mapping[str, LicenceClass] = {
    name: LicenceClass(kind) for kind, names in TABLE.items() for name in names.split()
}
_ORDER = tuple(LicenceClass)


def known_licences() -> tuple[str, ...]:
    """Return the ids that have a class, sorted."""
    return tuple(sorted(_CLASSES))


def class_of(licence_id: str) -> LicenceClass:
    """Return the class of "id", "id+" or "id WITH exception"; UNKNOWN for an id that the table does not have.

    An exception grants more and never asks more, so a licence with an exception is at most as strict as without. That
    holds of SPDX's exceptions only: AdditionRef-… may add anything, and makes it unknown.
    """
    modern = replacement_of(licence_id)
    if modern != licence_id:
        return class_of(modern)
    name, _, exception = licence_id.partition(" WITH ")
    if "AdditionRef-" in exception:
        return LicenceClass.UNKNOWN
    name = name.removesuffix("+")
    found = _CLASSES.get(name) or next(
        (LicenceClass(kind) for kind, pattern in FAMILIES if pattern.fullmatch(name)), LicenceClass.UNKNOWN
    )
    if exception in _LINKING and found is LicenceClass.STRONG_COPYLEFT:
        return LicenceClass.WEAK_COPYLEFT
    return found


def class_of_expression(text: str) -> LicenceClass:
    """Return the class of an expression: of AND the strictest, of OR the most permissive choice.

    "" and what is no expression are UNKNOWN.
    """
    try:
        return _class(parse_expression(text)) if text else LicenceClass.UNKNOWN
    except InputError:
        return LicenceClass.UNKNOWN


def _class(expression: Expression) -> LicenceClass:
    if isinstance(expression, Licence):
        return class_of(str(expression))
    found = sorted((_class(part) for part in expression.parts), key=_ORDER.index)
    return found[-1] if isinstance(expression, And) else found[0]
