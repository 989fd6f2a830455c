"""What follows from using a library in some way, and who says so. It is never a verdict: only a court gives one.

    >>> position_of("GPL-3.0-only", LinkMode.LOADED).outcome, position_of("GPL-3.0-only", LinkMode.PROCESS).outcome
    (<LinkOutcome.GPL_COMBINED: 'GPL-combined'>, <LinkOutcome.SEPARATE: 'separate'>)

An exception counts before the licence that it loosens. Of a choice (OR) the side that asks least counts, since that is
the user's to choose; of AND the strictest. A licence that nobody knows gives UNKNOWN, and so does strong copyleft on
whose reach nobody here has taken a position.

Sources: GNU GPL FAQ (GPLStaticVsDynamic, GPLPlugins, MereAggregation, NFUseGPLPlugins, LGPLStaticVsDynamic,
v2v3Compatibility, AllCompatibility); LGPL-2.1 section 6; LGPL-3.0 section 4; GPL-2.0 section 2; GPL-3.0 section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from supplymatrix.errors import InputError
from supplymatrix.licences.classes import LicenceClass, class_of
from supplymatrix.licences.expression import And, Expression, Licence, parse_expression, satisfied
from supplymatrix.model.native_code import LicencePosition, LinkMode, LinkOutcome, PositionOf
from supplymatrix.model.value import changed

__all__ = ["fits_project", "position_of"]

_LOOSE = (LinkMode.DYNAMIC, LinkMode.LOADED)
_ORDER = (
    LinkOutcome.SEPARATE,
    LinkOutcome.PERMISSIVE,
    LinkOutcome.NOTICE,
    LinkOutcome.EXCEPTION,
    LinkOutcome.WEAK,
    LinkOutcome.LGPL_RELINK,
    LinkOutcome.PROPRIETARY,
    LinkOutcome.GPL_COMBINED,
    LinkOutcome.UNKNOWN,
)
"""What asks less stands first. What is not known may ask anything; where it comes beside the GPL, that is told."""
_GNU_ONLY = ("GPL-", "AGPL-")


def position_of(expression: str, mode: LinkMode) -> LicencePosition:
    """Return what follows when a library under a licence comes in so. expression: SPDX, "" = nobody knows it."""
    try:
        parsed = parse_expression(expression) if expression else None
    except InputError:
        parsed = None
    if mode is LinkMode.PROCESS:
        return _separate(expression if parsed is not None else "")
    if parsed is None:
        return LicencePosition(
            outcome=LinkOutcome.UNKNOWN,
            of=PositionOf.NOBODY,
            source="",
            words="its licence is not known, so that nobody can say what it asks",
        )
    return _of(parsed, mode)


def fits_project(expression: str, own: str) -> bool:
    """Return whether a program under its own licence may be one work with a GPL library, as the FSF's table of
    compatible licences has it. expression: of the library; own: of the program, "" = not known, which fits nothing.

    Raises nothing: what is no expression fits nothing.
    """
    try:
        library, program = parse_expression(expression), parse_expression(own)
    except InputError:
        return False
    return satisfied(library, lambda asked: _asks_nothing_of_all(asked) or satisfied(program, _takes(asked)))


def _asks_nothing_of_all(licence: str) -> bool:
    return class_of(licence) in (LicenceClass.PUBLIC_DOMAIN, LicenceClass.PERMISSIVE, LicenceClass.WEAK_COPYLEFT)


def _takes(asked: str) -> Callable[[str], bool]:
    return lambda own: own.partition(" WITH ")[0] in _TAKEN_BY.get(asked.partition(" WITH ")[0], ())


_GPL3 = ("GPL-3.0-only", "GPL-3.0-or-later", "GPL-2.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later")
_TAKEN_BY = {
    "GPL-2.0-only": ("GPL-2.0-only", "GPL-2.0-or-later"),
    "GPL-2.0-or-later": ("GPL-2.0-only", *_GPL3),
    "GPL-3.0-only": _GPL3,
    "GPL-3.0-or-later": _GPL3,
    "AGPL-3.0-only": ("AGPL-3.0-only", "AGPL-3.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
    "AGPL-3.0-or-later": ("AGPL-3.0-only", "AGPL-3.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
}
"""Licence of the library → licences of programs with which it can be one work, the whole under the stricter one."""


def _of(expression: Expression, mode: LinkMode) -> LicencePosition:
    if isinstance(expression, Licence):
        return _of_licence(str(expression), mode)
    parts = sorted((_of(part, mode) for part in expression.parts), key=lambda found: _ORDER.index(found.outcome))
    if isinstance(expression, And):
        return next((part for part in parts if part.outcome is LinkOutcome.GPL_COMBINED), parts[-1])
    first = parts[0]
    return changed(first, words=f"of the choice {expression}: {first.words}")


def _of_licence(licence: str, mode: LinkMode) -> LicencePosition:
    name = licence.partition(" WITH ")[0]
    kind = class_of(licence)
    if name.startswith("LGPL-"):
        return _of_lgpl(licence, mode)
    if class_of(name) is LicenceClass.STRONG_COPYLEFT and kind is LicenceClass.WEAK_COPYLEFT:
        return LicencePosition(
            outcome=LinkOutcome.EXCEPTION,
            of=PositionOf.LICENCE_TEXT,
            source=f"the exception in {licence}",
            words="linking it is free by its exception; changes of the library itself stay under its licence",
        )
    if name.startswith(_GNU_ONLY) and kind is not LicenceClass.UNKNOWN:
        return _of_gpl(licence, mode)
    return _of_class(licence, kind)


def _of_gpl(licence: str, mode: LinkMode) -> LicencePosition:
    network = " That holds for its users over a network, too (AGPL-3.0 section 13)." if "AGPL-" in licence else ""
    whole = f"the whole program is to be under {licence}, with its source, where copies are passed on.{network}"
    if mode is LinkMode.LOADED:
        return LicencePosition(
            outcome=LinkOutcome.GPL_COMBINED,
            of=PositionOf.FSF,
            source="GPL FAQ, GPLPlugins",
            words=f"function calls and shared data make them one program, loaded or not: {whole}",
            is_disputed=True,
        )
    return LicencePosition(
        outcome=LinkOutcome.GPL_COMBINED,
        of=PositionOf.FSF,
        source="GPL FAQ, GPLStaticVsDynamic",
        words=f"linked statically or dynamically they are one combined work: {whole}",
    )


def _of_lgpl(licence: str, mode: LinkMode) -> LicencePosition:
    is_third = "3.0" in licence
    section = "LGPL-3.0 section 4(d)" if is_third else "LGPL-2.1 section 6"
    if " WITH LGPL-3.0-linking-exception" in licence:
        return LicencePosition(
            outcome=LinkOutcome.EXCEPTION,
            of=PositionOf.LICENCE_TEXT,
            source=f"the exception in {licence}",
            words="linking it in any way is free by its exception; changes of the library stay under its licence",
        )
    if mode in _LOOSE:
        clause = f"{section}(1)" if is_third else f"{section}(b)"
        return LicencePosition(
            outcome=LinkOutcome.NOTICE,
            of=PositionOf.LICENCE_TEXT,
            source=clause,
            words="as a shared library that users can replace: give its licence text and notice, and do not forbid "
            "reverse engineering for that",
        )
    how = "where it is linked in statically, " if mode is LinkMode.LINKED else ""
    return LicencePosition(
        outcome=LinkOutcome.LGPL_RELINK,
        of=PositionOf.LICENCE_TEXT,
        source=section,
        words=f"{how}users must be able to link a changed library anew: give the program's source or object files, "
        "which Go makes no easy matter, or link it dynamically",
    )


def _of_class(licence: str, kind: LicenceClass) -> LicencePosition:
    if kind is LicenceClass.PUBLIC_DOMAIN:
        return _text(licence, LinkOutcome.PERMISSIVE, "nothing is asked")
    if kind is LicenceClass.PERMISSIVE:
        return _text(licence, LinkOutcome.NOTICE, "give its licence text and copyright notices along with the program")
    if kind is LicenceClass.WEAK_COPYLEFT:
        words = "give the source of its own files, and of changes of them, to those who get the program"
        return _text(licence, LinkOutcome.WEAK, words)
    if kind in (LicenceClass.PROPRIETARY, LicenceClass.SOURCE_AVAILABLE):
        return LicencePosition(
            outcome=LinkOutcome.PROPRIETARY,
            of=PositionOf.SUPPLIER,
            source=licence,
            words="no copyleft: what its supplier's terms say of use, copies and passing on is to be read there",
        )
    words = f"its licence is {kind.value}: whether linking makes one work of both, nobody's position is known of"
    return LicencePosition(outcome=LinkOutcome.UNKNOWN, of=PositionOf.NOBODY, source=licence, words=words)


def _text(licence: str, outcome: LinkOutcome, words: str) -> LicencePosition:
    return LicencePosition(outcome=outcome, of=PositionOf.LICENCE_TEXT, source=licence, words=words)


def _separate(expression: str) -> LicencePosition:
    names: Sequence[str] = parse_expression(expression).licences if expression else ()
    words = "a program of its own, run by fork and exec or asked over a pipe or socket, is not part of yours"
    if any(name.startswith("AGPL-") for name in names):
        words += "; where it was changed and serves users over a network, the AGPL asks for its source (section 13)"
    elif any(name.startswith("GPL-") for name in names):
        words += ", unless both exchange intimate internal data; who passes it on gives its source"
    return LicencePosition(
        outcome=LinkOutcome.SEPARATE, of=PositionOf.FSF, source="GPL FAQ, MereAggregation", words=words
    )
