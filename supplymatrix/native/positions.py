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

from collections.abc import Callable, Iterable, Sequence

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
_ASK_AROUND = ("SSPL-", "Parity-", "CAL-")
"""Licences whose copyleft is not GNU's, and reaches further."""


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


def fits_project(expression: str, own: str, beside: Iterable[str] = ()) -> bool:
    """Return whether a program under its own licence may be one work with a GPL library, and with all else that is in
    it, as the FSF has it: there is one GNU licence for the whole that all of them, and the program's own, can be under
    or with. expression: of the library; own: of the program, "" = not known, which fits nothing. beside: of the other
    libraries in the same program.

    Raises nothing: what is no expression fits nothing.
    """
    try:
        library, program = parse_expression(expression), parse_expression(own)
        others = [parse_expression(text) for text in dict.fromkeys(beside) if text]
    except InputError:
        return False
    if satisfied(library, lambda asked: class_of(asked) in (LicenceClass.PUBLIC_DOMAIN, LicenceClass.PERMISSIVE)):
        return True  # it does not reach the program
    return any(
        satisfied(program, _is_gnu(whole)) and all(satisfied(part, _joins(whole)) for part in (library, *others))
        for whole in _WHOLES
    )


_WHOLES = ("GPL-2.0", "GPL-3.0", "AGPL-3.0")
_CAN_BE = {
    "GPL-2.0": ("GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later"),
    "GPL-3.0": ("GPL-1.0-or-later", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
    "AGPL-3.0": (
        "GPL-1.0-or-later", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "AGPL-1.0-or-later",
        "AGPL-3.0-only", "AGPL-3.0-or-later",
    ),
}  # fmt: skip
"""Licence of the whole → licences of GNU that a part of it can have; GPL-3.0 and AGPL-3.0 allow each other's parts."""
_WEAK = {
    "GPL-2.0": ("LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "MPL-2.0"),
    "GPL-3.0": (
        "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only",
        "LGPL-3.0-or-later", "MPL-2.0", "CECILL-2.0", "CECILL-2.1", "EUPL-1.2",
    ),
}  # fmt: skip
_NOT_WITH_GPL = frozenset({
    "Apache-1.0", "Apache-1.1", "BSD-4-Clause", "BSD-4-Clause-Shortened", "BSD-3-Clause-Attribution",
    "Entessa", "MS-PL", "OpenSSL", "OpenSSL-standalone", "PHP-3.0", "PHP-3.01",
    "Plexus", "SSLeay-standalone", "Xdebug-1.03", "XFree86-1.1", "Zend-2.0", "ZPL-1.1",
})  # fmt: skip
"""Permissive licences that ask for more than the GPL lets anybody ask for, as credit in advertisements."""
_NOT_WITH_GPL2 = frozenset({"Apache-2.0", "ECL-2.0", "FTL"})
"""Those that only the third version lets stand beside it."""


def _is_gnu(whole: str) -> Callable[[str], bool]:
    """Return a test of the program's own licence: one of GNU by which the whole is what it is."""
    return lambda own: own.partition(" WITH ")[0] in _CAN_BE[whole]


def _joins(whole: str) -> Callable[[str], bool]:
    """Return a test of whether a part can be in a whole under a licence of GNU."""
    is_second = whole == "GPL-2.0"

    def test(licence: str) -> bool:
        name, _, exception = licence.partition(" WITH ")
        if name in _CAN_BE[whole] or (not is_second and name in _CAN_BE["AGPL-3.0"]):
            return True
        if exception in _FREE_TO_LINK or (exception and class_of(name) is LicenceClass.PERMISSIVE):
            return True  # LLVM's lets the Apache licence stand beside GPL-2.0
        if name in _WEAK["GPL-2.0" if is_second else "GPL-3.0"]:
            return True
        kind = class_of(name)
        if kind is LicenceClass.PERMISSIVE:
            return name not in _NOT_WITH_GPL and not (is_second and name in _NOT_WITH_GPL2)
        return kind is LicenceClass.PUBLIC_DOMAIN

    return test


_FREE_TO_LINK = frozenset({
    "Bison-exception-2.2", "Classpath-exception-2.0", "FLTK-exception", "GCC-exception-2.0", "GCC-exception-2.0-note",
    "GCC-exception-3.1", "GNAT-exception", "GPL-3.0-linking-exception", "GPL-3.0-linking-source-exception",
    "LGPL-3.0-linking-exception", "LLGPL", "Linux-syscall-note", "OCaml-LGPL-linking-exception",
    "OpenJDK-assembly-exception-1.0", "Qwt-exception-1.0", "WxWindows-exception-3.1", "eCos-exception-2.0",
    "freertos-exception-2.0", "mif-exception",
})  # fmt: skip
"""Exceptions by which a program that links the code, or is made with it, need not be under its licence."""


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
    exception = licence.partition(" WITH ")[2]
    if exception in _FREE_TO_LINK and name.startswith(("GPL-", "LGPL-", "AGPL-")):
        return LicencePosition(
            outcome=LinkOutcome.EXCEPTION,
            of=PositionOf.LICENCE_TEXT,
            source=f"the exception in {licence}",
            words="linking it is free by its exception; changes of the library itself stay under its licence",
        )
    if name.startswith("LGPL-"):
        return _of_lgpl(licence, mode)
    if name.startswith(_GNU_ONLY) and "AdditionRef-" not in licence and class_of(name) is not LicenceClass.UNKNOWN:
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
    if licence.startswith(_ASK_AROUND):
        words = (
            "it asks for the source of what is built or served with it: how far that reaches is in "
            "its text, and the FSF has taken no position on it"
        )
        return LicencePosition(outcome=LinkOutcome.UNKNOWN, of=PositionOf.NOBODY, source=licence, words=words)
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
