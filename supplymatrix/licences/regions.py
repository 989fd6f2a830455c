"""The licences whose texts or notices stand in a text, found by `licenseclassifier`, and cleaned of what misleads.

The library is a port of google/licensecheck: patterns of whole licences and of the notices that point to them, and the
web addresses of licences. Left out of what it finds are addresses beside a text, the forms to be filled in that the GNU
licences end with, and the texts that others only build upon.
"""

from __future__ import annotations

import re

from supplymatrix.licences.spdx_ids import canonical_id, replacement_of
from supplymatrix.model.value import changed, value

__all__ = ["COMMONS_CLAUSE", "Region", "find_regions"]

COMMONS_CLAUSE = "LicenseRef-Commons-Clause"

_NOTICE_WORDS = 180
"""A licence of the families below that is shorter is a notice that points to the text."""
_LONG_TEXTS = ("AGPL-", "Apache-2", "CC-", "CC0-", "CDDL-", "EPL-", "GFDL-", "GPL-", "LGPL-", "MPL-")
_ALIASES = {
    "BSD-1-Clause-Clear": "LicenseRef-BSD-1-Clause-Clear",
    "CC-BY-NC-SA-3.0-US": "CC-BY-NC-SA-3.0",
    "CommonsClause": COMMONS_CLAUSE,
    "GPL-2.0-or-3.0": "GPL-2.0-only OR GPL-3.0-only",
    "GooglePatentClause": "",
    "GooglePatentsFile": "",
}
"""What the library finds beyond SPDX's list."""
_FORM_AHEAD = re.compile(r"how to apply these terms|how to use this license for your", re.IGNORECASE)
_FORM_REACH = 2500
_OPEN_ANCHOR = re.compile(r"\{#(?![^}\s]{0,200}\})")
_OPEN_LINK = re.compile(r"\]\((?![^)\s]{0,500}\))")
_TO_END = r"(?:[\s\S]{0,1500}?%s)?"
_STILL = r"(?:\. This exception does not \(and cannot\) modify any license terms[^.]{0,100})?"
_DELETE = _TO_END % f"delete this exception statement from your version{_STILL}"
_EXCEPTIONS = tuple(
    (exception, bases, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE))
    for exception, bases, pattern in (
        (
            "LGPL-3.0-linking-exception",
            ("LGPL-3.0",),
            r"As a special exception to the GNU Lesser General Public License version 3[^.]{0,60}, the copyright"
            r" holders of this library give you permission to convey to a third party a Combined Work that links"
            + _DELETE,
        ),
        (
            "Classpath-exception-2.0",
            ("GPL-2.0", "GPL-3.0"),
            r"(?:Linking this library statically or dynamically with other modules is making a combined work based on"
            r" this library\. Thus, the terms and conditions of the GNU General Public License cover the whole"
            r" combination\. )?As a special exception, the copyright holders of this library give you permission to"
            r" link this library with independent modules to produce an executable" + _DELETE,
        ),
        (
            "LLVM-exception",
            ("Apache-2.0",),
            r"(?:-* LLVM Exceptions? to the Apache 2\.0 License -*\s*)?As an exception, if, as a result of your"
            r" compiling your source code, portions of this Software are embedded into an Object form of such source"
            r" code, you may redistribute such embedded portions in such Object form without complying with the"
            r" conditions of Sections 4\(a\), 4\(b\) and 4\(d\) of the License"
            + _TO_END
            % r"only with respect to the Combined Software",
        ),
        (
            "Linux-syscall-note",
            ("GPL-2.0",),
            r"NOTE! This copyright does \*?not\*? cover user programs that use kernel services[^.]{0,200}"
            + _TO_END % r"by me and others who actually wrote it\.",
        ),
    )
)
"""The sentences that grant an exception, and the licences that it fits; blanks may be line breaks. Only the sentence
counts: "there is no linking exception" has all other words of one."""

_INCOMPATIBLE = re.compile(
    r"Incompatible\s+With\s+Secondary\s+Licenses\W{1,3}\s*as\s+defined\s+by\s+the", re.IGNORECASE
)
"""Once it is in the text of the MPL, as a form; where it stands once more it was put there to count."""
_COMMONS = re.compile(
    r"\"?commons clause\"?(?:(?: license condition)?(?: v?1\.0)?"
    r"[\s\S]{0,400}?is provided to you by the licensor under the license, as defined below[\s\S]{0,2000}?"
    r"commons cl?ause license condition notice|[^.]{0,300})\.?".replace(" ", r"\s+"),
    re.IGNORECASE,
)
"""The Commons Clause, or words about it up to the end of their sentence."""


@value
class Region:
    """A place that names a licence. licence: SPDX id, LicenseRef-…, an expression of such, or "" for a known text that
    is no licence (Google's grant of patents). start, end: offsets.
    is_notice: it points to the licence's text instead of being it; is_address: it is nothing but a web address;
    is_supplement: the text of a licence that another only builds upon; is_filled: words in it may be anyone's."""

    licence: str
    start: int
    end: int
    is_notice: bool = False
    is_address: bool = False
    is_supplement: bool = False
    is_filled: bool = False


def find_regions(text: str) -> list[Region]:
    """Return the regions of a text, in order, none within another."""
    from licenseclassifier import identify_license

    matches = identify_license(_harmless(text), coverage_threshold=0)
    found = _without_forms(text, [_region(text, match.id, match.start, match.end) for match in matches])
    if any(region.licence and not region.is_address for region in found):
        found = [region for region in found if not region.is_address]
    found = _with_exceptions(text, _with_supplements(found))
    if len(_INCOMPATIBLE.findall(text)) > 1:
        found = [
            changed(region, licence=f"{region.licence}-no-copyleft-exception")
            if region.licence == "MPL-2.0"
            else region
            for region in found
        ]
    clause = _COMMONS.search(text)
    if clause is not None and all(region.licence != COMMONS_CLAUSE for region in found):
        found.append(Region(licence=COMMONS_CLAUSE, start=clause.start(), end=clause.end()))
    return sorted(found, key=lambda region: (region.start, region.end))


def _with_supplements(regions: list[Region]) -> list[Region]:
    """Mark the GPL's text beside an LGPL of version 3, which is a supplement to it; and let the text of a GNU licence
    be "or later" where its notice says so."""
    names = {region.licence for region in regions}
    found = []
    for region in regions:
        name = region.licence
        version = name.removesuffix("-only").removesuffix("-or-later")
        is_text = not region.is_notice
        if is_text and name.startswith("GPL-3") and names & {f"L{version}-only", f"L{version}-or-later"}:
            found.append(changed(region, is_supplement=True))
        elif is_text and name.endswith("-only") and f"{version}-or-later" in names:
            found.append(changed(region, licence=f"{version}-or-later"))
        else:
            found.append(region)
    return found


def _region(text: str, name: str, start: int, end: int) -> Region:
    found = canonical_id(name)
    licence = replacement_of(found) if found else _ALIASES.get(name, f"LicenseRef-{name}")
    body = text[start:end]
    is_address = re.match(r"https?://", body) is not None and len(body.split()) == 1
    is_long = name.startswith(_LONG_TEXTS)
    is_notice = is_address or (is_long and len(body[:8000].split()) < _NOTICE_WORDS)
    return Region(licence=licence, start=start, end=end, is_notice=is_notice, is_address=is_address)


def _without_forms(text: str, regions: list[Region]) -> list[Region]:
    """Take the licence from notices that are the forms at the end of a licence's text."""
    return [
        changed(region, licence="")
        if region.is_notice and _FORM_AHEAD.search(text, max(0, region.start - _FORM_REACH), region.start)
        else region
        for region in regions
    ]


def _with_exceptions(text: str, regions: list[Region]) -> list[Region]:
    """Add the exceptions that are granted for the one licence that they fit, and the places of their words."""
    for exception, bases, pattern in _EXCEPTIONS:
        fitting = {
            region.licence for region in regions if region.licence.startswith(bases) and not region.is_supplement
        }
        match = pattern.search(text) if len(fitting) == 1 and " " not in next(iter(fitting)) else None
        if match is None:
            continue
        regions = [
            changed(region, licence=f"{region.licence} WITH {exception}") if region.licence in fitting else region
            for region in regions
        ]
        regions.append(Region(licence="", start=match.start(), end=match.end(), is_notice=True, is_filled=True))
    return regions


def _harmless(text: str) -> str:
    """Blank out what opens a Markdown anchor or link and is not closed soon: the library would look for its end up to
    the end of the text, each time. Offsets stay."""
    return _OPEN_LINK.sub("] ", _OPEN_ANCHOR.sub("{ ", text))
