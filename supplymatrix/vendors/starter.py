"""The first profile of a vendor: every question stands in it as not looked for yet, and it validates as it is."""

from __future__ import annotations

from datetime import date

from supplymatrix.vendors.capability_keys import CAPABILITY_KEYS

__all__ = ["starter_profile"]

_HEAD = """\
# Form and rules: docs/formats/vendor-profile-toml.md. `supplymatrix vendors validate FILE` checks this file.
schema = 1

[vendor]
id = "{id}"
name = "{id}"
status = "unknown"            # active, acquired, sunset: these need evidence = ["<id>"]
url = "https://www.example.com/"
core = false
kind = "distribution"         # upstream, distribution, images, platform, policy, proxy, retainer
versions = "none"             # rebase, backport, none: how its Go gets a fix
reviewed_at = {today}
reviewer = "you"

# [[offer]]
# id = "toolchain"
# name = "Go toolchain"
# kind = "toolchain"          # toolchain, base_image, module_proxy, policy, data, retainer
# tier = "paid"               # free, paid, both
# evidence = ["its-page"]

# [[entry]]
# offer = "toolchain"
# point = "toolchain"         # policy, module, toolchain, build_flag, base_image, runtime
# mechanism = "dnf install go"
# detect = ["package:go"]
# replaces_upstream = true
# evidence = ["its-page"]

# [[signer]]
# id = "images"
# name = "its images"
# artifact = "image"          # image, blob, package, module
# match = ["registry.example/corp/*"]
# mechanism = "sigstore-keyless"
# issuer = "https://token.actions.githubusercontent.com"
# identity = "https://github.com/corp/images/.github/workflows/release.yml@refs/heads/main"
# evidence = ["its-page"]

# [[evidence]]
# id = "its-page"
# source = "https://www.example.com/go"
# kind = "vendor_doc"         # contract, vendor_doc, feed, third_party, measured, recall
# retrieved_at = {today}   # the day of the copy that was read
# confidence = "high"
# locator = "section Lifecycle"
"""
_CELL = """
# {question}
[[capability]]
key = "{key}"
state = "unknown"
searched = ["nowhere yet"]
searched_at = {today}
"""


def starter_profile(vendor: str, today: date) -> str:
    """Return the text of a first profile. vendor: its id."""
    cells = "".join(_CELL.format(key=key.id, question=key.question, today=today) for key in CAPABILITY_KEYS)
    return _HEAD.format(id=vendor, today=today) + cells
