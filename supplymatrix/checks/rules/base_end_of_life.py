"""SM805 base-end-of-life: what is built stands on a distribution, or on a Go, that is supported no more."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from supplymatrix.checks.path_uses import IMAGES, evidence_of, grouped, owner_module, places_of, short_name
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity
from supplymatrix.model.vendor_path import PathPart, VendorUse

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM805",
    name="base-end-of-life",
    title="what is built stands on something that is supported no more",
    why="Nobody fixes its vulnerabilities any more, and every scanner will name them for ever.",
    severity=Severity.HIGH,
    level=Level.ERROR,
    needs=("VendorUse",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="eol",
)
_DEVELOPMENT = "development"
_PARTS = (*IMAGES, PathPart.PACKAGES)
_BUILDING = ("build", "build and runtime")


def check(view: FactView) -> Iterator[Result]:
    """One finding for each image, package repository and Go of a build whose support has ended; a pass for each whose
    end is known and has not come. Where no end is known nothing is said. A stage that the last one does not need may be
    built by its name. Go lines of go.mod are those of SM306; what a matrix of CI tries is nobody's."""
    module = owner_module(view)
    brought = {(use.location, use.what) for use in view.facts.of(VendorUse) if use.part in IMAGES}
    for what, uses in grouped(view, lambda use: _has_end(use) and not _is_twin(use, brought)):
        ended = [use for use in uses if use.is_ended]
        if not ended:
            yield passed(RULE, what, module)
            continue
        first = ended[0]
        yield failed(
            RULE,
            what,
            module,
            message=f"the {first.part.value} {short_name(what)} has had no support since {first.ends}",
            label=first.ends_source.partition(":")[0] or "ended",
            locations=places_of(ended),
            evidence=(Evidence(label="ended", value=f"{first.ends}, {first.ends_source}"), *evidence_of(ended)),
            fix=first.wants or "move to one that is supported",
        )


def _has_end(use: VendorUse) -> bool:
    is_meant = use.part in _PARTS or (use.part is PathPart.TOOLCHAIN and use.role in _BUILDING)
    return (
        is_meant and use.role != _DEVELOPMENT and not use.is_tried and use.is_ended is not None and use.ends is not None
    )


def _is_twin(use: VendorUse, brought: AbstractSet[tuple[Location, str]]) -> bool:
    """Return whether a Go comes with an image, whose end is told with it."""
    return use.part is PathPart.TOOLCHAIN and (use.location, use.what) in brought
