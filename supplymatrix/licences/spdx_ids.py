"""SPDX licence ids and exceptions: the right spelling, which are deprecated, and what took their place.

The ids are those of the CycloneDX schema for SPDX ids, out of the installed cyclonedx-python-lib: it is the list that
the documents this program writes are validated against, the newest of those that come with a dependency (3.28; the one
of `packaging` is 3.27, that of `license-expression` older still), and it is read in 5 ms, when first asked for. The
schema does not tell exceptions from licences nor deprecated ids from others; the rules for that are here, and the tests
hold them against the lists of `packaging`.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

__all__ = ["canonical_exception", "canonical_id", "is_deprecated", "licence_ids", "replacement_of"]

_PACKAGE, _SCHEMA = "cyclonedx", "schema/_res/spdx.SNAPSHOT.schema.json"

_EXCEPTIONS_BY_OTHER_NAMES = frozenset({"GPL-CC-1.0", "LLGPL", "Linux-syscall-note", "SHL-2.0", "SHL-2.1"})
_LICENCES_NAMED_EXCEPTION = frozenset({"CAL-1.0-Combined-Work-Exception", "MPL-2.0-no-copyleft-exception"})

_REPLACED: Mapping[str, str] = MappingProxyType({
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause-Views",
    "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-only WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "Net-SNMP": "",
    "Nokia-Qt-exception-1.1": "Qt-LGPL-exception-1.1",
    "Nunit": "zlib-acknowledgement",
    "StandardML-NJ": "SMLNJ",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
})  # fmt: skip
"""Deprecated ids outside of the GNU families, whose successors follow a rule; "" = nothing took the id's place."""


def canonical_id(text: str) -> str | None:
    """Return the licence id that a text names, in SPDX's spelling; None when it names none. Case does not matter."""
    found = _ids().get(text.lower())
    return None if found is None or _is_exception(found) else found


def canonical_exception(text: str) -> str | None:
    """Return the exception id that a text names, in SPDX's spelling; None when it names none."""
    found = _ids().get(text.lower())
    return found if found is not None and _is_exception(found) else None


def is_deprecated(licence_id: str) -> bool:
    """Tell whether SPDX has deprecated a licence or exception id, given in its right spelling."""
    return licence_id in _REPLACED or _gnu_replacement(licence_id) != licence_id


def replacement_of(licence_id: str) -> str:
    """Return what SPDX writes today in place of a deprecated id, an id or "id WITH exception".

    The id itself comes back when it is not deprecated, and where nothing took its place (Net-SNMP).
    """
    return _REPLACED.get(licence_id) or _gnu_replacement(licence_id)


@cache
def licence_ids() -> tuple[str, ...]:
    """Return the licence ids that SPDX writes today, without exceptions and deprecated ones, in the list's order."""
    return tuple(name for name in _ids().values() if not _is_exception(name) and not is_deprecated(name))


@cache
def _ids() -> Mapping[str, str]:
    """Return the ids of licences and exceptions by their small letters. Raises ValueError when the package that has
    them is not the one that this program was made with."""
    content = pkgutil.get_data(_PACKAGE, _SCHEMA)
    if content is None:
        raise ValueError(f"the installed {_PACKAGE} has no {_SCHEMA}")
    return {name.lower(): name for name in json.loads(content)["enum"]}


def _is_exception(name: str) -> bool:
    if name in _EXCEPTIONS_BY_OTHER_NAMES:
        return True
    return "exception" in name.lower() and "-with-" not in name and name not in _LICENCES_NAMED_EXCEPTION


def _gnu_replacement(licence_id: str) -> str:
    """Return GPL-2.0-only for GPL-2.0, and GPL-2.0-or-later for GPL-2.0+: the ids that have such a pair beside them."""
    if not licence_id.startswith(("AGPL-", "GFDL-", "GPL-", "LGPL-")):
        return licence_id
    modern = licence_id[:-1] + "-or-later" if licence_id.endswith("+") else licence_id + "-only"
    return modern if modern.lower() in _ids() else licence_id
