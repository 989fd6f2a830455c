"""SM804 image-not-pinned: what is built or shipped stands on an image whose name moves."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.path_uses import (
    IMAGES,
    OF_CI,
    evidence_of,
    grouped,
    owner_module,
    places_of,
    short_name,
    unknown_path,
)
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity
from supplymatrix.model.vendor_path import Pinned, VendorUse

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM804",
    name="image-not-pinned",
    title="an image is named by a tag that moves",
    why="What is built today is then not what was built and looked at yesterday, and nobody sees the difference.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("VendorUse",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="build-inputs",
)
_NOT_MEANT = ("other stage", "development")
_MOVING = ("", "latest", "stable", "edge", "main", "master", "nightly", "dev", "debug", "nonroot", "debug-nonroot")


def check(view: FactView) -> Iterator[Result]:
    """One finding for each image whose name moves; a pass for each that is pinned, unknown for what cannot be told."""
    module = owner_module(view)
    for what, uses in grouped(view, _is_image):
        told = [use for use in uses if _is_told(use)]
        if not told:
            if all(use.pinned in (Pinned.DIGEST, Pinned.VERSION) for use in uses):
                yield passed(RULE, what, module)
            continue
        first = told[0]
        yield failed(
            RULE,
            what,
            module,
            message=f"the {first.part.value} {short_name(what)} is named {_by(first)}",
            label=_label(first),
            locations=places_of(told),
            evidence=evidence_of(told),
            fix=first.wants or "name it by its digest",
        )
    yield from unknown_path(RULE, view)


def _is_image(use: VendorUse) -> bool:
    return use.part in IMAGES and use.role not in _NOT_MEANT


def _is_told(use: VendorUse) -> bool:
    """Return whether a use is told of. Images in which CI alone runs are kept on a minor by most people, to get its
    fixes: of them only those that name no release at all. So are Dockerfiles on a release of their syntax. Where the
    policy asks for digests nothing of that holds."""
    if use.by_contents_alone:
        return use.pinned in {Pinned.VERSION, Pinned.FLOATING}
    if use.pinned is not Pinned.FLOATING:
        return False
    from supplymatrix.buildfiles.images import is_own_syntax  # a check without this audit does without them
    from supplymatrix.buildfiles.pins import names_release

    if is_own_syntax(use.what):
        return not names_release(use.what)
    return use.role != OF_CI or not names_release(use.what)


def _label(use: VendorUse) -> str:
    if use.pinned is Pinned.VERSION:
        return "its owner can move this"
    return "this name moves" if use.version not in _MOVING else "any image may stand behind this name"


def _by(use: VendorUse) -> str:
    if not use.version:
        return "without tag and digest"
    if use.pinned is Pinned.VERSION:
        return f"by the tag {use.version}; the policy asks for its digest"
    return f"by the tag {use.version}, which moves"
