"""What people must know of each feed before they take a number from it: what it cannot tell, what its licence asks."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CANNOT_TELL", "LICENCE_NOTES"]

CANNOT_TELL: Mapping[str, tuple[str, ...]] = {
    "go-releases": ("a release that is younger than the table has no day in it",),
    "go-vulndb": (
        "its own dates are no days of fixes: entries came up to a year late, and copies from git have none",
        "the day of a fix is that of the Go release that holds it",
    ),
    "ubuntu": (
        "`modified` is a day of a batch run; a CVE record's `published` is the CVE's day, not Canonical's",
        "fixes are backported: a version number does not tell what is fixed; a CVE without a fix event is open",
    ),
    "redhat": (
        "a VEX file's first date is the CVE's, not the fix's; files of 2023 name a fix without its day",
        "notices tell of what is fixed only, so open CVEs can be counted from VEX files alone",
        "it is asked for CVEs of Go itself only",
    ),
    "almalinux": (
        "a rebuild of RHEL: its days are upper bounds of Red Hat's",
        "a notice names few CVEs; the Go that it ships holds the fixes of many more",
    ),
    "wolfi": (
        "a detection is when the vendor's scanner saw it; some fixes were written down in bulk, later",
        "not every CVE of Go was ever recorded; nothing after 2025-05-07 may be passed on",
    ),
    "chainguard": ("no field is the day of a fix: `modified` is the last change, taken as an upper bound",),
    "secdb": ("it has no dates at all, and only what is fixed: what is not in it may still be open",),
    "bitnami": ("its days are days of import: 93 entries share one; the day of a fix is not in it",),
    "azurelinux": (
        "its days are days on which definitions were written, up to two years late",
        "the public copy stopped on 2024-10-10",
    ),
}
"""Feed → what it cannot tell."""

LICENCE_NOTES: Mapping[str, tuple[str, ...]] = {
    "wolfi": (
        "Wolfi's advisories are Apache-2.0 up to 2025-05-07 only; later ones are CC BY-NC-ND 4.0 with further terms.",
        "Those are not for commercial use, not to be changed, and not to be passed on, alone or in a work of yours.",
        "Ask who minds licences at your side before you take them.",
    ),
    "chainguard": (
        "Chainguard's feed is CC BY-NC-ND 4.0, with terms of its own for scanners.",
        "It is not for commercial use, not to be changed, and not to be passed on.",
        "It is fetched to this machine for you; no part of it comes with this program.",
        "Ask who minds licences at your side whether your use is covered.",
    ),
    "secdb": (
        "No licence is stated with these databases. Take them for use at your side only, and do not pass them on.",
    ),
}
"""Feed → what is to be said before it is fetched, in words of our own; the licence itself stands at its source."""
