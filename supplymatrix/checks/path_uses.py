"""What rules about the vendor path share: uses of one name together, and what was not looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from supplymatrix.checks.result import unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule
from supplymatrix.model.vendor_path import PATH_WANTED, PathPart, VendorUse

__all__ = ["IMAGES", "OF_CI", "evidence_of", "grouped", "owner_module", "places_of", "short_name", "unknown_path"]

IMAGES = (PathPart.BASE_IMAGE, PathPart.BUILD_IMAGE)
OF_CI = "ci"
"""The role of what CI alone uses."""
_MOST_PLACES = 20
_HASH = re.compile(r"(?<=sha256:)[0-9a-f]{64}|(?<=@)[0-9a-f]{40}")
_SHOWN = 12


def grouped(view: FactView, wanted: Callable[[VendorUse], bool]) -> Iterator[tuple[str, Sequence[VendorUse]]]:
    """Yield the uses that are wanted, those of one name together, each with its name."""
    groups: dict[str, list[VendorUse]] = {}
    for use in view.facts.of(VendorUse):
        if wanted(use):
            groups.setdefault(use.what, []).append(use)
    yield from groups.items()


def owner_module(view: FactView) -> ModuleVersion:
    """Return the module under which a waiver speaks of the project's build files."""
    project = next(iter(view.facts.of(ProjectFact)), None)
    return ModuleVersion(path=project.module_path if project is not None else "", version="")


def short_name(what: str) -> str:
    """Return a name for a sentence: of a digest or a commit only how it begins."""
    return _HASH.sub(lambda found: f"{found[0][:_SHOWN]}…", what)


def places_of(uses: Sequence[VendorUse]) -> tuple[Location, ...]:
    """Return where something is used, the first places of many."""
    return tuple(dict.fromkeys(use.location for use in uses))[:_MOST_PLACES]


def evidence_of(uses: Sequence[VendorUse]) -> tuple[Evidence, ...]:
    """Return the first lines that use something, each with its place."""
    lines = dict.fromkeys((str(use.location).rpartition(":")[0], use.words) for use in uses)
    found = [Evidence(label=place, value=short_name(words)) for place, words in lines if words]
    return tuple(found[:3])


def unknown_path(rule: Rule, view: FactView) -> Iterator[Result]:
    """Yield an unknown result for each gap of a build file: what it uses there cannot pass."""
    module = owner_module(view)
    for gap in view.facts.gaps:
        if gap.wanted.startswith(PATH_WANTED):
            place = f":{gap.location.line}" if gap.location is not None and gap.location.line else ""
            yield unknown(rule, f"{gap.subject or gap.wanted}{place}", module, gap)
