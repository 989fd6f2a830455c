"""The closed list of questions that every vendor is asked, and what part each plays.

KNOCK_OUT: a failed must-have can drop a vendor, and it is weighed too; WEIGHED: counts in the score; DESCRIBES: shown,
never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from supplymatrix.model.value import value

__all__ = ["CAPABILITY_KEYS", "KEYS", "CapabilityKey", "Role"]


class Role(StrEnum):
    """What part a key plays in score and decision."""

    KNOCK_OUT = "knock-out"
    WEIGHED = "weighed"
    DESCRIBES = "describes"


@value
class CapabilityKey:
    """One question. title: for a table's head; question: as one would ask the vendor; weight: default, 0 where it only
    describes; expires_days: how long evidence for it holds; numbers: names that its numbers may have; unit: of all of
    them, days or months. about_harm: it asks whether something is left unharmed, so that an offer to which it cannot
    apply harms nothing, and earns all."""

    id: str
    title: str
    question: str
    role: Role
    weight: int
    expires_days: int = 365
    numbers: tuple[str, ...] = ()
    unit: str = ""
    about_harm: bool = False


def _key(
    name: str,
    title: str,
    role: Role,
    weight: int,
    question: str,
    *,
    days: int = 365,
    numbers: tuple[str, ...] = (),
    unit: str = "",
    about_harm: bool = False,
) -> CapabilityKey:
    return CapabilityKey(
        id=name,
        title=title,
        question=question,
        role=role,
        weight=weight,
        expires_days=days,
        numbers=numbers,
        unit=unit,
        about_harm=about_harm,
    )


_K, _W, _D = Role.KNOCK_OUT, Role.WEIGHED, Role.DESCRIBES

CAPABILITY_KEYS: tuple[CapabilityKey, ...] = (
    _key("delivers", "delivers", _D, 0, "What do you deliver for Go: toolchain, images, modules, policy, people?"),
    _key("go_minors", "Go versions", _K, 3, "Which minor versions of Go do you support today?", days=180),
    _key("go_specificity", "made for Go", _W, 2, "What of your offer is made for Go, and not for any language?"),
    _key("support_months", "support length", _W, 3, "For how many months is a Go minor supported?", days=180,
         numbers=("months",), unit="months"),
    _key("beyond_upstream_months", "beyond upstream", _W, 3,
         "How many months longer than the Go project do you fix a minor?", days=180,
         numbers=("months",), unit="months"),
    _key("fix_sla", "fix promised in", _W, 3, "Within how many days do you promise a fix, by severity?", days=180,
         numbers=("critical", "high", "other"), unit="days"),
    _key("sla_start", "promise counts from", _D, 0, "From when does the promise count: upstream fix, disclosure, or "
         "your own detection?", days=180),
    _key("sla_exclusions", "without exclusions", _W, 1, "Which cases does the promise leave out?", days=180),
    _key("sla_binding", "promise binds", _W, 2, "Is the promise part of the contract, and what if it is broken?",
         days=180),
    _key("backport_style", "versions tell the truth", _W, 1,
         "Do you ship newer Go versions, or fixes under old numbers?"),
    _key("upstreams_fixes", "gives fixes back", _W, 1, "Do your fixes go back to the Go project?"),
    _key("feed_formats", "advisory feed", _W, 2, "In which machine-readable form do you publish advisories?", days=90),
    _key("feed_has_unfixed", "feed shows unfixed", _W, 2, "Does the feed show what is not fixed yet?", days=90),
    _key("signing", "signed artifacts", _K, 3, "How are deliveries signed, and by which identity?"),
    _key("sbom_formats", "SBOM", _W, 2, "In which formats does an SBOM come with deliveries?"),
    _key("provenance_slsa", "build provenance", _W, 2, "Which SLSA build level do deliveries have, and where is the "
         "provenance?"),
    _key("reproducible", "reproducible", _W, 1, "Can others rebuild your deliveries bit by bit?"),
    _key("fips_mode", "FIPS mode", _K, 3, "How does a Go program run in FIPS mode with your offer?", days=90),
    _key("fips_certificate", "FIPS certificate", _K, 3, "Which CMVP certificate covers it, and until when?", days=90),
    _key("sumdb_compat", "provable in the log", _K, 2,
         "Are the modules you deliver the ones whose hashes stand in sum.golang.org?", about_harm=True),
    _key("indemnity", "indemnity", _K, 1, "Do you indemnify for claims about intellectual property, and where is that "
         "written?"),
    _key("licence", "licence", _D, 0, "Under which licence may deliveries and feeds be used and passed on?"),
    _key("arches", "architectures", _K, 1, "For which architectures?"),
    _key("purchasable", "can be had today", _K, 2, "Can it be bought today, by whom and how?", days=90),
    _key("human_support", "people to ask", _K, 2, "Who answers questions about Go, at what hours?"),
    _key("air_gap", "without internet", _K, 1, "Does it work with no route to the internet?"),
    _key("lapse_effect", "nothing stops at the end", _W, 1, "What stops working when the contract ends?",
         about_harm=True),
    _key("exit_cost", "easy to leave", _W, 2, "What must be changed to leave?", about_harm=True),
)  # fmt: skip

KEYS: Mapping[str, CapabilityKey] = {key.id: key for key in CAPABILITY_KEYS}
