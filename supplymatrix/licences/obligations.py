"""What licences ask of those who use the code, each obligation with the clause that asks for it.

This is no legal advice. It is a list of what the texts of the licences say, made so that nothing is overlooked; what a
clause means for a product, a court or a lawyer says. A licence that is not in the table gives the obligation to read
it: that nothing is known of a licence never means that it asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.licences.classes import LicenceClass, class_of
from supplymatrix.licences.expression import And, Expression, Licence, parse_expression
from supplymatrix.model.value import value

__all__ = ["Obligation", "Use", "obligations_of"]


class Use(StrEnum):
    """What is done with the code."""

    REDISTRIBUTE_BINARY = "redistribute-binary"
    REDISTRIBUTE_SOURCE = "redistribute-source"
    MODIFY = "modify"
    """Give changed code to others, as source or built into a program."""
    NETWORK_SERVICE = "network-service"
    """Let others use it over a network without giving them a copy."""


@value
class Obligation:
    """One thing to do. key: stable name ("give-licence-text"); text: what to do; uses: when it is asked.

    licence: "id" or "id WITH exception" that asks it, of a choice the whole choice; clause: where the licence says so,
    "" for a choice and where nothing is asked.
    """

    key: str
    text: str
    uses: tuple[Use, ...]
    licence: str = ""
    clause: str = ""


_BINARY, _SOURCE, _MODIFY, _SERVICE = Use
_COPIES = (_BINARY, _SOURCE, _MODIFY)
_ANY = tuple(Use)

_TEXTS: Mapping[str, str] = MappingProxyType({
    "give-licence-text": "Give the licence text along with the program or the code.",
    "keep-copyright": "Keep the copyright notices; show them in what comes with the program.",
    "keep-notices": "Keep the copyright, patent, trademark and attribution notices of the source.",
    "give-notice-file": "Pass on what the NOTICE file says, where there is one.",
    "mark-changes": "Say in the changed files that they were changed, and by whom where that is asked.",
    "give-source-of-files": "Give the source of the licensed files to those who get the program, or say where it is.",
    "give-source-of-library": "Give the source of the library, and let it be replaced: Go links it in, so give "
    "the program's object code or source for linking anew.",
    "give-source-of-program": "Give the complete source of the whole program to whoever gets it, under this licence.",
    "give-source-to-users": "Offer the complete source to all who use it over the network, under this licence, where "
    "the code was changed; that it was linked into a program may be such a change.",
    "licence-changes-alike": "Give changes of the licensed files under the same licence.",
    "licence-whole-alike": "Put the whole program under this licence; nothing in it may restrict the rights it gives.",
    "allow-reverse-engineering": "Do not forbid to change the library for oneself and to reverse engineer for that.",
    "no-endorsement": "Do not use the names of the authors to promote your product without permission.",
    "name-in-advertising": "Name the authors in all advertising that mentions features of the code.",
    "attribute": "Name the author, the title, the licence and its address, and say what was changed.",
    "share-alike": "Give adapted works under the same licence.",
    "rename-changed": "Give changed versions another name.",
    "no-misrepresentation": "Do not claim to have written the original; mark changed versions.",
    "mind-restrictions": "Make sure that your use is among those that the licence permits: it forbids some.",
    "mind-patents": "Know that the patent licence ends for those who sue over patents in the code.",
    "licence-of-binary": "Give binaries under terms that keep the authors' disclaimers, and say where the source is.",
    "indemnify": "Where you sell it, stand for the authors against claims that come of your offer.",
    "read-licence": "Read the licence: what it asks is not known here.",
    "nothing": "Nothing is asked.",
})  # fmt: skip

_Row = tuple[str, str, tuple[Use, ...]]
"""Key, clause, uses."""

_MIT = (("give-licence-text", "second paragraph", _COPIES), ("keep-copyright", "second paragraph", _COPIES))
_APACHE_2 = (
    ("give-licence-text", "section 4(a)", _COPIES),
    ("mark-changes", "section 4(b)", (_MODIFY,)),
    ("keep-notices", "section 4(c)", (_SOURCE, _MODIFY)),
    ("give-notice-file", "section 4(d)", _COPIES),
    ("mind-patents", "section 3", _ANY),
)
_BSD_2 = (
    ("keep-copyright", "clauses 1 and 2", _COPIES),
    ("give-licence-text", "clauses 1 and 2", _COPIES),
)
_BSD_3 = (*_BSD_2, ("no-endorsement", "clause 3", _ANY))
_MPL_2 = (
    ("give-source-of-files", "section 3.2(a)", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 3.1", (_SOURCE, _MODIFY)),
    ("keep-notices", "section 3.4", (_SOURCE, _MODIFY)),
    ("licence-changes-alike", "section 3.1", (_MODIFY,)),
    ("mind-patents", "section 5.2", _ANY),
)
_EPL_2 = (
    ("give-source-of-files", "section 3.1(a)", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 3.2(b)", (_SOURCE, _MODIFY)),
    ("keep-notices", "section 3.3", (_SOURCE, _MODIFY)),
    ("licence-changes-alike", "section 3.2(a)", (_MODIFY,)),
    ("licence-of-binary", "section 3.1(b)", (_BINARY, _MODIFY)),
    ("indemnify", "section 4", _COPIES),
    ("mind-patents", "section 7", _ANY),
)
_EPL_1 = (
    ("give-source-of-files", "section 3(b)(iv)", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 3, source code (b)", (_SOURCE, _MODIFY)),
    ("keep-copyright", "section 3", _COPIES),
    ("licence-changes-alike", "section 3, source code (a)", (_MODIFY,)),
    ("licence-of-binary", "section 3(b)(i) to (iii)", (_BINARY, _MODIFY)),
    ("indemnify", "section 4", _COPIES),
    ("mind-patents", "section 7", _ANY),
)
_CDDL = (
    ("give-source-of-files", "section 3.1", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 3.1", (_SOURCE, _MODIFY)),
    ("mark-changes", "section 3.3", (_MODIFY,)),
    ("licence-changes-alike", "section 3.2", (_MODIFY,)),
)
_LGPL_2 = (
    ("give-licence-text", "sections 1 and 6", _COPIES),
    ("keep-notices", "sections 1 and 6", _COPIES),
    ("give-source-of-library", "sections 4 and 6(a)", (_BINARY, _MODIFY)),
    ("allow-reverse-engineering", "section 6", (_BINARY, _MODIFY)),
    ("mark-changes", "section 2(b)", (_MODIFY,)),
    ("licence-changes-alike", "section 2(c)", (_MODIFY,)),
)
_LGPL_3 = (
    ("give-licence-text", "section 4(b)", (_BINARY, _MODIFY)),
    ("give-licence-text", "GPL-3.0 section 4", (_SOURCE,)),
    ("keep-notices", "sections 4(a) and 4(c)", (_BINARY, _MODIFY)),
    ("keep-notices", "GPL-3.0 section 4", (_SOURCE,)),
    ("give-source-of-library", "section 4(d)", (_BINARY, _MODIFY)),
    ("allow-reverse-engineering", "section 4", (_BINARY, _MODIFY)),
    ("mark-changes", "GPL-3.0 section 5(a)", (_MODIFY,)),
    ("licence-changes-alike", "section 2", (_MODIFY,)),
    ("mind-patents", "GPL-3.0 sections 10 and 11", _ANY),
)
_GPL_2 = (
    ("give-source-of-program", "section 3", (_BINARY, _MODIFY)),
    ("licence-whole-alike", "section 2(b)", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 1", _COPIES),
    ("keep-notices", "section 1", _COPIES),
    ("mark-changes", "section 2(a)", (_MODIFY,)),
)
_GPL_3 = (
    ("give-source-of-program", "section 6", (_BINARY, _MODIFY)),
    ("licence-whole-alike", "section 5(c)", (_BINARY, _MODIFY)),
    ("give-licence-text", "section 4", _COPIES),
    ("keep-notices", "section 4", _COPIES),
    ("mark-changes", "section 5(a)", (_MODIFY,)),
    ("mind-patents", "sections 10 and 11", _ANY),
)
_AGPL_3 = (*_GPL_3, ("give-source-to-users", "section 13", (_SERVICE,)))
_CC_BY = (("attribute", "section 3(a)", _COPIES),)
_UNICODE = (
    ("give-licence-text", "points (a) and (b)", _COPIES),
    ("keep-copyright", "points (a) and (b)", _COPIES),
    ("no-endorsement", "last paragraph", _ANY),
)
_NOTHING = (("nothing", "", _ANY),)

_ROWS: Mapping[str, tuple[_Row, ...]] = MappingProxyType({
    "0BSD": _NOTHING, "CC0-1.0": _NOTHING, "MIT-0": _NOTHING, "Unlicense": _NOTHING, "WTFPL": _NOTHING,
    "CC-PDDC": _NOTHING, "LicenseRef-public-domain": _NOTHING,
    "MIT": _MIT,
    "X11": (*_MIT, ("no-endorsement", "last paragraph", _ANY)),
    "ISC": (("give-licence-text", "first paragraph", _COPIES), ("keep-copyright", "first paragraph", _COPIES)),
    "Apache-2.0": _APACHE_2,
    "BSD-1-Clause": (("keep-copyright", "clause 1", (_SOURCE, _MODIFY)),),
    "BSD-2-Clause": _BSD_2, "BSD-2-Clause-Views": _BSD_2,
    "BSD-2-Clause-Patent": (*_BSD_2, ("mind-patents", "patent paragraphs", _ANY)),
    "BSD-3-Clause": _BSD_3,
    "BSD-3-Clause-Clear": _BSD_3,
    "BSD-4-Clause": (*_BSD_2, ("name-in-advertising", "clause 3", _ANY), ("no-endorsement", "clause 4", _ANY)),
    "BSL-1.0": (("give-licence-text", "second paragraph", (_SOURCE, _MODIFY)),),
    "Zlib": (
        ("no-misrepresentation", "clauses 1 and 2", _ANY),
        ("keep-notices", "clause 3", (_SOURCE, _MODIFY)),
    ),
    "UPL-1.0": (("give-licence-text", "the condition", _COPIES), ("keep-copyright", "the condition", _COPIES)),
    "PostgreSQL": (("give-licence-text", "first paragraph", _COPIES), ("keep-copyright", "first paragraph", _COPIES)),
    "Unicode-DFS-2016": _UNICODE, "Unicode-3.0": _UNICODE,
    "OFL-1.1": (
        ("give-licence-text", "condition 2", _COPIES),
        ("rename-changed", "condition 3", (_MODIFY,)),
        ("no-endorsement", "condition 4", _ANY),
        ("share-alike", "condition 5", _COPIES),
    ),
    "MPL-2.0": _MPL_2, "MPL-2.0-no-copyleft-exception": _MPL_2,
    "EPL-1.0": _EPL_1, "EPL-2.0": _EPL_2, "CDDL-1.0": _CDDL, "CDDL-1.1": _CDDL,
    "LGPL-2.0": _LGPL_2, "LGPL-2.1": _LGPL_2, "LGPL-3.0": _LGPL_3,
    "GPL-2.0": _GPL_2, "GPL-3.0": _GPL_3, "AGPL-3.0": _AGPL_3,
    "CC-BY-4.0": _CC_BY,
    "CC-BY-SA-4.0": (*_CC_BY, ("share-alike", "section 3(b)", (_MODIFY,))),
})  # fmt: skip

_LIFTED: Mapping[str, str] = MappingProxyType({"LGPL-3.0-linking-exception": "give-source-of-library"})
"""What an exception lifts, beyond those that turn strong copyleft into weak. Of a changed library the source is to be
given nevertheless."""
_OF_PROGRAM = ("give-source-of-program", "licence-whole-alike")
"""What a linking exception lifts: the source of the licensed code itself is still to be given, and its changes stay
under the licence."""


def obligations_of(expression: str, use: Use) -> tuple[Obligation, ...]:
    """Return what an expression asks when the code is used so. Raises InputError for what is no expression.

    Of AND: what each licence asks. Of OR: one obligation, which tells the choices and what each asks. "" and a licence
    that is not in the table: the obligation to read it. Never empty: where a licence asks nothing, this is said.
    """
    if not expression:
        return (_obligation("", "read-licence", "", tuple(Use)),)
    found = _asked(parse_expression(expression), use)
    asking = tuple(obligation for obligation in found if obligation.key != "nothing")
    return asking or found[:1]


def _asked(expression: Expression, use: Use) -> tuple[Obligation, ...]:
    if isinstance(expression, Licence):
        return _of_licence(expression, use)
    parts = [_asked(part, use) for part in expression.parts]
    if isinstance(expression, And):
        return tuple(dict.fromkeys(obligation for part in parts for obligation in part))
    told = " Or ".join(
        f"{part}: {' '.join(dict.fromkeys(obligation.text for obligation in asked))}"
        for part, asked in zip(expression.parts, parts, strict=True)
    )
    text = f"Choose one licence, and do what it asks. Either {told}"
    return (Obligation(key="choose-licence", text=text, uses=(use,), licence=str(expression)),)


def _of_licence(licence: Licence, use: Use) -> tuple[Obligation, ...]:
    name = licence.name.removesuffix("+").removesuffix("-only").removesuffix("-or-later")
    rows = _ROWS.get(name)
    if rows is None:
        return _unknown(licence)
    found = [_obligation(str(licence), *row) for row in rows if use in row[2]]
    lifted = _LIFTED.get(licence.exception, "")
    if lifted:
        found = [
            obligation
            if obligation.key != lifted
            else _obligation(str(licence), "give-source-of-files", "section 2 and GPL-3.0 section 6", (_MODIFY,))
            for obligation in found
            if obligation.key != lifted or use is _MODIFY
        ]
    is_freed = class_of(str(licence)) is not class_of(licence.name)
    if is_freed and any(obligation.key in _OF_PROGRAM for obligation in found):
        found = _freed(licence, use, {row[0]: row[1] for row in rows}, found)
    return tuple(found) or (_obligation(str(licence), "nothing", "", (use,)),)


def _freed(licence: Licence, use: Use, clauses: Mapping[str, str], found: list[Obligation]) -> list[Obligation]:
    """Return what a licence of the whole program asks when an exception leaves it to its own code: its source, and the
    same licence for changes of it."""
    kept = [obligation for obligation in found if obligation.key not in _OF_PROGRAM]
    source = f"{clauses['give-source-of-program']}, with {licence.exception}"
    changes = f"{clauses['licence-whole-alike']}, with {licence.exception}"
    asked = [_obligation(str(licence), "give-source-of-files", source, (_BINARY, _MODIFY))]
    if use is _MODIFY:
        asked.append(_obligation(str(licence), "licence-changes-alike", changes, (_MODIFY,)))
    return [*asked, *kept]


def _unknown(licence: Licence) -> tuple[Obligation, ...]:
    """Return what is asked when the table has no clauses: to read the licence, and what its class alone says."""
    found = [_obligation(str(licence), "read-licence", "the whole text", tuple(Use))]
    if class_of(str(licence)) in (LicenceClass.SOURCE_AVAILABLE, LicenceClass.PROPRIETARY):
        found.append(_obligation(str(licence), "mind-restrictions", "the whole text", tuple(Use)))
    return tuple(found)


def _obligation(licence: str, key: str, clause: str, uses: tuple[Use, ...]) -> Obligation:
    where = f"{licence.partition(' WITH ')[0]}, {clause}" if clause else ""
    return Obligation(key=key, text=_TEXTS[key], uses=uses, licence=licence, clause=where)
