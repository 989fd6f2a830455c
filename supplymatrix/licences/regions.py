"""The licences whose texts or notices stand in a text, found by `licenseclassifier`, and cleaned of what misleads.

The library is a port of google/licensecheck: patterns of whole licences and of the notices that point to them, and the
web addresses of licences. Left out of what it finds are addresses beside a text, the forms to be filled in that the GNU
licences end with, and the texts that others only build upon.
"""

from __future__ import annotations

import re

from supplymatrix.licences.spdx_ids import canonical_id, replacement_of
from supplymatrix.model.value import changed, value

__all__ = ["Region", "find_regions"]

_NOTICE_WORDS = 180
"""A licence of the families below that is shorter is a notice that points to the text."""
_LONG_TEXTS = ("AGPL-", "Apache-2", "CC-", "CC0-", "CDDL-", "EPL-", "GFDL-", "GPL-", "LGPL-", "MPL-")
_ALIASES = {
    "BSD-1-Clause-Clear": "LicenseRef-BSD-1-Clause-Clear",
    "CC-BY-NC-SA-3.0-US": "CC-BY-NC-SA-3.0",
    "CommonsClause": "LicenseRef-Commons-Clause",
    "GPL-2.0-or-3.0": "GPL-2.0-only OR GPL-3.0-only",
    "GooglePatentClause": "",
    "GooglePatentsFile": "",
}
"""What the library finds beyond SPDX's list."""
_FORM_AHEAD = re.compile(r"how to apply these terms|how to use this license for your", re.IGNORECASE)
_FORM_REACH = 2500
_OPEN_ANCHOR = re.compile(r"\{#(?![^}\s]{0,200}\})")
_OPEN_LINK = re.compile(r"\]\((?![^)\s]{0,500}\))")
_EXCEPTIONS = tuple(
    (exception, base, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE))
    for exception, base, pattern in (
        (
            "LGPL-3.0-linking-exception",
            "LGPL-3.0",
            r"exception to the GNU Lesser General Public License version 3[\s\S]{0,200}Combined Work that links",
        ),
        (
            "Classpath-exception-2.0",
            "GPL-2.0",
            r"Linking this library statically or dynamically with other modules is making a combined work",
        ),
        ("LLVM-exception", "Apache-2.0", r"LLVM Exceptions? to the Apache 2\.0 License"),
        ("Linux-syscall-note", "GPL-2.0", r"copyright does \*?not\*? cover user programs that use kernel services"),
    )
)
"""Words by which an exception is known, and the licence that they must stand beside; blanks may be line breaks."""


@value
class Region:
    """A place that names a licence. licence: SPDX id, LicenseRef-…, an expression of such, or "" for a known text that
    is no licence (Google's grant of patents). start, end: offsets.
    is_notice: it points to the licence's text instead of being it; is_address: it is nothing but a web address."""

    licence: str
    start: int
    end: int
    is_notice: bool = False
    is_address: bool = False


def find_regions(text: str) -> list[Region]:
    """Return the regions of a text, in order, none within another."""
    from licenseclassifier import identify_license

    matches = identify_license(_harmless(text), coverage_threshold=0)
    found = _without_forms(text, [_region(text, match.id, match.start, match.end) for match in matches])
    if any(region.licence and not region.is_address for region in found):
        found = [region for region in found if not region.is_address]
    kept = _without_supplements(found)
    excepted = {licence: _with_exception(text, licence) for licence in {region.licence for region in kept}}
    return [changed(region, licence=excepted[region.licence]) for region in kept]


def _without_supplements(regions: list[Region]) -> list[Region]:
    """Drop the GPL's text beside an LGPL of version 3, which is a supplement to it, and the texts of GNU licences whose
    notice says "or later"."""
    names = {region.licence for region in regions}
    kept = []
    for region in regions:
        name = region.licence.partition(" WITH ")[0]
        version = name.removesuffix("-only").removesuffix("-or-later")
        lesser = {f"L{version}-only", f"L{version}-or-later"} & {name.partition(" WITH ")[0] for name in names}
        if name.startswith("GPL-3") and not region.is_notice and lesser:
            continue
        if name.endswith("-only") and not region.is_notice and f"{version}-or-later" in names:
            continue
        kept.append(region)
    return kept


def _region(text: str, name: str, start: int, end: int) -> Region:
    found = canonical_id(name)
    licence = replacement_of(found) if found else _ALIASES.get(name, f"LicenseRef-{name}")
    body = text[start:end]
    is_address = re.match(r"https?://", body) is not None and len(body.split()) == 1
    is_long = name.startswith(_LONG_TEXTS)
    is_notice = is_address or (is_long and len(body[:8000].split()) < _NOTICE_WORDS)
    return Region(licence=licence, start=start, end=end, is_notice=is_notice, is_address=is_address)


def _without_forms(text: str, regions: list[Region]) -> list[Region]:
    """Drop notices that are the forms at the end of a licence's text."""
    return [
        region
        for region in regions
        if not region.is_notice or not _FORM_AHEAD.search(text, max(0, region.start - _FORM_REACH), region.start)
    ]


def _with_exception(text: str, licence: str) -> str:
    for exception, base, pattern in _EXCEPTIONS:
        if licence.startswith(base) and " " not in licence and pattern.search(text):
            return f"{licence} WITH {exception}"
    return licence


def _harmless(text: str) -> str:
    """Blank out what opens a Markdown anchor or link and is not closed soon: the library would look for its end up to
    the end of the text, each time. Offsets stay."""
    return _OPEN_LINK.sub("] ", _OPEN_ANCHOR.sub("{ ", text))
