"""SM806 ci-step-not-pinned: CI runs code of others under a name that they can move."""

from __future__ import annotations

import re
from collections.abc import Iterator

from supplymatrix.checks.path_uses import evidence_of, grouped, owner_module, places_of, short_name
from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.rule import Level, Result, Rule, Severity
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM806",
    name="ci-step-not-pinned",
    title="a step of CI is named by a tag or branch that its owner can move",
    why="Whoever gets hold of the tag runs code in your CI, with its tokens: that is how tags were misused in 2025.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("VendorUse",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="build-inputs",
)
_ACTION = re.compile(r"([A-Za-z0-9_.-]+)/[^@\s]+@(\S+)")
_OFFICIAL = ("actions", "github")
"""Owners whose tags people of the field accept: the platform itself, which runs the job anyway."""
_INCLUDED = ("include ", "docker://")
"""Files that GitLab's CI includes, and steps that are images: with them a full version is accepted."""
_TAG = re.compile(r"v?[0-9]+(?:\.[0-9]+)*(?:[-.+][0-9A-Za-z.]+)?")


def check(view: FactView) -> Iterator[Result]:
    """One finding for each action, reusable workflow or included file whose name moves; a pass for each that is pinned
    firmly enough."""
    module = owner_module(view)
    own = "/".join(module.path.removeprefix("github.com/").lower().split("/")[:2])
    for what, uses in grouped(view, _is_step):
        if "/".join(what.partition("@")[0].lower().split("/")[:2]) == own:
            continue  # the project's own action or reusable workflow, which its tests try
        told = [use for use in uses if not _is_firm(use)]
        if not told:
            yield passed(RULE, what, module)
            continue
        first = told[0]
        yield failed(
            RULE,
            what,
            module,
            message=f"CI runs {short_name(what)}, {_why(first)}",
            label="its owner can move this" if first.pinned is Pinned.VERSION else "this moves",
            locations=places_of(told),
            evidence=evidence_of(told),
            fix=first.wants or "name the commit",
        )


def _is_step(use: VendorUse) -> bool:
    """Return whether code of others runs: a database beside the tests is none of the project's steps."""
    is_code = _ACTION.fullmatch(use.what) is not None or use.what.startswith(_INCLUDED)
    return use.part is PathPart.CI_STEP and is_code and use.pinned is not Pinned.UNKNOWN


def _is_firm(use: VendorUse) -> bool:
    if use.pinned is Pinned.DIGEST:
        return True
    from supplymatrix.buildfiles.pins import verifies_by_tag  # a check without this audit does without it

    if verifies_by_tag(use.what) or (use.what.startswith(_INCLUDED) and not use.by_contents_alone):
        return use.pinned is Pinned.VERSION
    if use.by_contents_alone:
        return False
    found = _ACTION.fullmatch(use.what)
    return found is not None and found[1].lower() in _OFFICIAL and _TAG.fullmatch(found[2]) is not None


def _why(use: VendorUse) -> str:
    if use.pinned is Pinned.VERSION:
        return "a version that its owner can move"
    if use.what.startswith("docker://"):
        return "an image whose tag moves"
    if use.what.startswith(_INCLUDED) and "@" not in use.what:
        return "whatever stands there now"
    ref = use.what.rpartition("@")[2]
    return f"the tag {ref}, which is moved with every release" if _TAG.fullmatch(ref) else f"the branch or tag {ref}"
