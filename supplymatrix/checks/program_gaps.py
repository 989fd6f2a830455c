"""Gaps of programs: files that could not be looked at, and versions of a project that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.programs import main_module, program_subject
from supplymatrix.checks.result import unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Result, Rule

__all__ = ["PROGRAMS_WANTED", "VERSIONS_WANTED", "unknown_programs", "unknown_versions"]

PROGRAMS_WANTED = "programs: "
"""With this begins what the gaps of files wanted that may be programs."""
VERSIONS_WANTED = "versions to hold programs against: "
"""With this begins what the gaps of a project wanted whose versions are not known."""


def unknown_programs(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield one unknown result for each file that may be a program and was not looked at: it cannot pass."""
    yield from _unknown(rule, view, PROGRAMS_WANTED)


def unknown_versions(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield an unknown result where programs cannot be held against the versions of the project."""
    yield from _unknown(rule, view, VERSIONS_WANTED)


def _unknown(rule: Rule, view: FactView, wanted: str) -> Iterator[Result]:
    for gap in view.facts.gaps:
        if gap.wanted.startswith(wanted):
            yield unknown(rule, program_subject(gap.wanted.removeprefix(wanted)), main_module(None), gap)
