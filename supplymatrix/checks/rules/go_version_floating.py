"""SM807 go-version-floating: which Go builds the program is not said firmly."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.path_uses import IMAGES, OF_CI, evidence_of, grouped, owner_module, places_of, short_name
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM807",
    name="go-version-floating",
    title="the Go that builds is named by a minor, or not at all",
    why="Which fixes of Go are in a program depends then on the day of its build, and nobody can build it again.",
    severity=Severity.LOW,
    level=Level.NOTE,
    needs=("VendorUse",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="build-inputs",
)
_BUILDING = ("build", "build and runtime")


def check(view: FactView) -> Iterator[Result]:
    """One finding for each name of a Go that floats; a pass for each that is one release. A Go that an image brings is
    pinned with the image, see SM804; where a file forces one release by GOTOOLCHAIN, that one builds."""
    module = owner_module(view)
    brought = {(use.location, use.what) for use in view.facts.of(VendorUse) if use.part in IMAGES}
    forcing = {use.location.artifact for use in view.facts.of(VendorUse) if _forces(use)}
    for what, uses in grouped(view, lambda use: _is_go(use) and (use.location, use.what) not in brought):
        told = [use for use in uses if _is_told(use) and use.location.artifact not in forcing]
        if told:
            first = told[0]
            named = f"names the minor {first.version} alone" if first.version else "names no one version of Go"
            yield failed(
                RULE,
                what,
                module,
                message=f"{short_name(what)} {named}: after the next release another Go builds",
                label="any release of this minor" if first.version else "any Go",
                locations=places_of(told),
                evidence=evidence_of(told),
                fix=first.wants or "name a full version",
            )
        elif any(use.pinned in (Pinned.DIGEST, Pinned.VERSION) for use in uses):
            yield passed(RULE, what, module)


def _is_go(use: VendorUse) -> bool:
    return use.part is PathPart.TOOLCHAIN and use.role in (*_BUILDING, OF_CI)


def _forces(use: VendorUse) -> bool:
    return _is_go(use) and use.pinned is Pinned.VERSION and use.what.startswith("GOTOOLCHAIN=")


def _is_told(use: VendorUse) -> bool:
    """Return whether a use is told of: of a build each that floats, of CI one that names no minor even, since its jobs
    are tests for the most part, which are meant to get the newest release."""
    if use.pinned is not Pinned.FLOATING:
        return False
    return use.role in _BUILDING or not use.version
