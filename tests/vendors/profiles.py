"""A small profile that is right in everything, to be broken in one place by each test."""

from __future__ import annotations

from datetime import date

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.vendors.profile_reader import parse_profile

__all__ = ["BROKEN_FOR_EDITORS", "DAY", "GOOD", "faults_of", "good", "without"]

DAY = date(2026, 11, 25)
GOOD = """\
schema = 1

[vendor]
id = "acme"
name = "Acme"
status = "active"
url = "https://acme.example/"
core = false
kind = "distribution"
versions = "rebase"
reviewed_at = 2026-11-25
reviewer = "a person"
evidence = ["page"]

[[offer]]
id = "golang"
name = "Go RPM"
kind = "toolchain"
tier = "paid"
go_minors = ["1.25", "1.26"]
arches = ["amd64"]
evidence = ["page"]

[[entry]]
offer = "golang"
point = "toolchain"
mechanism = "dnf install golang"
detect = ["package:golang", "env:GOEXPERIMENT=acme*"]
replaces_upstream = true
evidence = ["page"]

[[lifetime]]
offer = "golang"
minor = "1.26"
until = 2032-05-31
basis = "the life of the system"
evidence = ["page"]

[[capability]]
key = "fix_sla"
state = "yes"
value = "days by severity"
numbers = {critical = 7, high = 14}
unit = "days"
offer = "golang"
evidence = ["contract"]

[[capability]]
key = "indemnity"
state = "unknown"
searched = ["its pages: indemnity"]
searched_at = 2026-11-25

[[evidence]]
id = "page"
source = "https://acme.example/go"
kind = "vendor_doc"
source_date = 2026-11-01
retrieved_at = 2026-11-20
confidence = "high"
locator = "first table"
conflicts_with = ["contract"]

[[evidence]]
id = "contract"
repo = "acme/contracts"
commit = "0123456789012345678901234567890123456789"
path = "sla.md"
kind = "contract"
retrieved_at = 2026-11-20
confidence = "high"
conflicts_with = ["page"]

[[feed]]
id = "acme-osv"
format = "osv"
url = "https://acme.example/osv"
licence = "CC0-1.0"
redistributable = true
date_trust = "exact"
evidence = ["page"]

[[price]]
offer = "golang"
state = "known"
amount = "349.00"
currency = "USD"
per = "machine"
evidence = ["contract"]
"""


def good(text: str = GOOD) -> VendorProfile:
    """Return the profile of a text that is right."""
    return parse_profile(text.encode(), "acme.toml", today=DAY)


def without(text: str, old: str, new: str = "") -> str:
    """Return a text with one part replaced, which must stand in it once."""
    assert text.count(old) == 1, old
    return text.replace(old, new)


def faults_of(text: str | bytes, artifact: str = "acme.toml") -> tuple[Diagnostic, ...]:
    """Return the faults of a profile's text."""
    data = text.encode() if isinstance(text, str) else text
    try:
        parse_profile(data, artifact, today=DAY)
    except InputError as err:
        return err.diagnostics
    return ()


BROKEN_FOR_EDITORS: tuple[tuple[str, str], ...] = (
    ('tier = "paid"', 'tier = "payed"'),
    ('tier = "paid"', 'tier = "paid"\nx = 1'),
    ("core = false", 'core = "no"'),
    ('key = "fix_sla"', 'key = "fix_slo"'),
    ("critical = 7", "critcal = 7"),
    ('unit = "days"', 'unit = "weeks"'),
    ('offer = "golang"\nevidence = ["contract"]', 'offer = "golang"'),
    ('searched = ["its pages: indemnity"]\n', ""),
    ('source = "https://acme.example/go"\n', ""),
    ('"package:golang"', '"pakage:golang"'),
    ('"1.25", "1.26"', '"1.25", "go1.26"'),
    ("schema = 1", "schema = 2"),
    ('currency = "USD"', 'currency = "dollars"'),
)
"""What an editor that knows the schema marks, and the reader refuses."""
