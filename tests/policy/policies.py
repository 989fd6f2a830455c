"""Policies from text, and the faults of one that is wrong."""

from __future__ import annotations

import pytest

from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.policy.document import Policy, parse_policy

__all__ = ["LOG_KEY", "WAIVER", "faults", "parse"]

LOG_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PRESETS = presets()
WAIVER = """
[[waivers]]
rule = "SM202"
package = "github.com/a/b"
reason = "our fork carries the fix"
owner = "team-a"
expires = 2027-01-31
"""


def parse(text: str | bytes) -> Policy:
    """Return the policy of a lift.toml, with the built-in presets."""
    return parse_policy(text if isinstance(text, bytes) else text.encode(), "lift.toml", presets=PRESETS)


def faults(text: str | bytes) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a lift.toml; fails when nothing is."""
    with pytest.raises(InputError) as caught:
        parse(text)
    return caught.value.diagnostics
