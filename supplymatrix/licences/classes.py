"""What kind of licence an id is: how much it asks of those who pass the code on.

The table has the licences that Go modules carry, and those that policies speak of. A licence that is not in it is
unknown, never permissive. The classes follow the texts. Public domain is all that sets no condition (0BSD too). Weak
copyleft asks for the source of the licensed files or of the library alone, strong copyleft for that of the whole
program, network copyleft also when it is used over a network. Source-available forbids some uses or users, or asks for
the source of what stands around it (SSPL).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from supplymatrix.errors import InputError
from supplymatrix.licences.expression import And, Expression, Licence, parse_expression

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


_TABLE: Mapping[LicenceClass, str] = MappingProxyType({
    LicenceClass.PUBLIC_DOMAIN: """
        0BSD blessing CC-PDDC CC0-1.0 CC-PDM-1.0 LicenseRef-public-domain LicenseRef-Public-Domain
        MIT-0 NIST-PD NIST-PD-fallback PDDL-1.0 SAX-PD Unlicense WTFPL
    """,
    LicenceClass.PERMISSIVE: """
        AAL AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 Apache-2.0 Artistic-2.0
        Beerware BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-2-Clause-Views BSD-3-Clause
        BSD-3-Clause-Attribution BSD-3-Clause-Clear BSD-3-Clause-LBNL BSD-3-Clause-Modification BSD-4-Clause
        BSD-4-Clause-UC BSD-Source-Code BSL-1.0 bzip2-1.0.6 CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0
        CNRI-Python curl ECL-2.0 EFL-2.0 FSFAP FSFUL FSFULLR FTL GLWTPL HPND HPND-sell-variant IBM-pibs ICU IJG Info-ZIP
        Intel ISC JasPer-2.0 Libpng libpng-2.0 libtiff Linux-OpenIB MirOS MIT MIT-advertising MIT-CMU MIT-enna MIT-feh
        MIT-Modern-Variant MIT-open-group MITNFA MS-PL MulanPSL-1.0 MulanPSL-2.0 NAIST-2003 NCSA NTP NTP-0 OFL-1.0
        OFL-1.1 OLDAP-2.8 OpenSSL PHP-3.0 PHP-3.01 Plexus PostgreSQL PSF-2.0 Python-2.0 Python-2.0.1 Ruby SGI-B-2.0
        SMLNJ Spencer-86 Spencer-94 Spencer-99 SSH-OpenSSH SSH-short SunPro TCL TCP-wrappers Unicode-3.0
        Unicode-DFS-2015 Unicode-DFS-2016 Unicode-TOU UPL-1.0 Vim W3C W3C-19980720 W3C-20150513 X11
        X11-distribute-modifications-variant Xnet Zlib zlib-acknowledgement ZPL-2.0 ZPL-2.1
    """,
    LicenceClass.WEAK_COPYLEFT: """
        APSL-2.0 Artistic-1.0 Artistic-1.0-Perl CDDL-1.0 CDDL-1.1 CECILL-C CPL-1.0 EPL-1.0 EPL-2.0 ErlPL-1.1 EUPL-1.0
        IPL-1.0 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later LGPLLR
        MPL-1.0 MPL-1.1 MPL-2.0 MPL-2.0-no-copyleft-exception MS-RL Nokia NPL-1.1 SPL-1.0
    """,
    LicenceClass.STRONG_COPYLEFT: """
        CC-BY-SA-1.0 CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-4.0 CECILL-2.0 CECILL-2.1 GFDL-1.1-only
        GFDL-1.1-or-later GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3-only GFDL-1.3-or-later GPL-1.0-only GPL-1.0-or-later
        GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ODbL-1.0 QPL-1.0 Sleepycat
    """,
    LicenceClass.NETWORK_COPYLEFT: """
        AGPL-1.0-only AGPL-1.0-or-later AGPL-3.0-only AGPL-3.0-or-later CAL-1.0 CAL-1.0-Combined-Work-Exception CPAL-1.0
        EUPL-1.1 EUPL-1.2 OSL-1.0 OSL-2.1 OSL-3.0 RPL-1.1 RPL-1.5
    """,
    LicenceClass.SOURCE_AVAILABLE: """
        BUSL-1.1 CC-BY-NC-1.0 CC-BY-NC-2.0 CC-BY-NC-2.5 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0
        CC-BY-NC-SA-2.0 CC-BY-NC-SA-2.5 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-1.0 CC-BY-ND-2.0 CC-BY-ND-2.5
        CC-BY-ND-3.0 CC-BY-ND-4.0 Elastic-2.0 Hippocratic-2.1 JSON LicenseRef-Commons-Clause LicenseRef-Prosperity-3.0.0
        Parity-7.0.0 PolyForm-Noncommercial-1.0.0 PolyForm-Small-Business-1.0.0 SSPL-1.0
    """,
    LicenceClass.PROPRIETARY: "LicenseRef-Proprietary",
})  # fmt: skip

_LINKING = frozenset({
    "Bison-exception-2.2", "Classpath-exception-2.0", "Font-exception-2.0", "GCC-exception-2.0", "GCC-exception-3.1",
    "LGPL-3.0-linking-exception", "OCaml-LGPL-linking-exception", "OpenJDK-assembly-exception-1.0",
    "WxWindows-exception-3.1", "eCos-exception-2.0",
})  # fmt: skip
"""Exceptions by which a program that links the code need not be under the licence: strong copyleft becomes weak."""

_CLASSES: Mapping[str, LicenceClass] = {name: kind for kind, names in _TABLE.items() for name in names.split()}
_ORDER = tuple(LicenceClass)


def known_licences() -> tuple[str, ...]:
    """Return the ids that have a class, sorted."""
    return tuple(sorted(_CLASSES))


def class_of(licence_id: str) -> LicenceClass:
    """Return the class of "id", "id+" or "id WITH exception"; UNKNOWN for an id that the table does not have.

    An exception grants more and never asks more, so a licence with an exception is at most as strict as without.
    """
    name, _, exception = licence_id.partition(" WITH ")
    found = _CLASSES.get(name) or _CLASSES.get(name.removesuffix("+")) or LicenceClass.UNKNOWN
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
