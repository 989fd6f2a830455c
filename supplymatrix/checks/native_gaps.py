"""Gaps of native code: what could not be looked at, and so cannot pass."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule

__all__ = ["NATIVE_WANTED", "unknown_native"]

NATIVE_WANTED = "native code: "
"""With this begins what the gaps wanted of code that is not Go."""


def unknown_native(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield an unknown result for each gap."""
    for gap in view.facts.gaps:
        if gap.wanted.startswith(NATIVE_WANTED):
            path, _, version = gap.subject.partition("@")
            module = ModuleVersion(path=path if version else "", version=version)
            yield unknown(rule, gap.wanted.removeprefix(NATIVE_WANTED), module, gap)
