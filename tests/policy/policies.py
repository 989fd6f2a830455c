"""Policies from text, and the faults of one that is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from supplymatrix.engine.policy_source import presets
from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.policy.document import Policy, parse_policy
from supplymatrix.policy.parents import ParentRef, PolicyText

__all__ = ["LOG_KEY", "WAIVER", "build", "faults", "parse"]

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


class _Shelf:
    """Files by name, wherever they are named from."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def parent(self, reference: ParentRef, of: str) -> PolicyText:
        del of
        return PolicyText(artifact=reference.place, data=self._files[reference.place].encode())

    def debt(self, name: str, of: str) -> PolicyText | None:
        del of
        return PolicyText(artifact=name, data=self._files[name].encode()) if name in self._files else None

    def signing_file(self, name: str, of: str) -> PolicyText | None:
        return self.debt(name, of)


def build(text: str, **files: str) -> Policy:
    """Return the policy of a lift.toml with what it builds on: each file by its name without `.toml`."""
    shelf = _Shelf({f"{name}.toml": body for name, body in files.items()})
    return parse_policy(text.encode(), "lift.toml", presets=PRESETS, files=shelf)


def faults(text: str | bytes) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a lift.toml; fails when nothing is."""
    with pytest.raises(InputError) as caught:
        parse(text)
    return caught.value.diagnostics
