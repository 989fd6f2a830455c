"""[path]: whose toolchains, images, packages, proxies and signing may be in use (SM803), and how firmly they are named.

With `pinned = "version"` a full version is as good as the contents for SM804 and SM806, with "digest" nothing is; where
it is not said, these accept what their pages name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from supplymatrix.buildfiles.images import is_own_syntax
from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts
from supplymatrix.model.location import Location
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Result, Rule
from supplymatrix.model.value import changed
from supplymatrix.model.vendor_path import PathPart, Pinned, VendorUse
from supplymatrix.policy.audit_terms import Said
from supplymatrix.policy.document import Policy
from supplymatrix.policy.rechecked import rechecked, seen_as

__all__ = ["VENDOR_RULE", "check_path", "judge_path"]

VENDOR_RULE = "SM803"
_PINNED_RULES = ("SM804", "SM806")
_NAMED = frozenset({PathPart.TOOLCHAIN, PathPart.BASE_IMAGE, PathPart.BUILD_IMAGE})
"""Parts of which a vendor that nobody knows is none of those that are allowed."""
_EMPTY_IMAGE = "scratch"
_NO_VENDORS = ("go.mod", "go.work")
"""Files that name versions of Go, and nobody's builds of it."""
_CRAFT_FILES = ("snapcraft.yaml", "rockcraft.yaml")
_NO_MODULE = ModuleVersion(path="", version="")


def check_path(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield one result for each thing that a line names. rules: by id."""
    vendors, toolchains = policy.terms.get("path.vendors"), policy.terms.get("path.toolchains")
    rule = rules.get(VENDOR_RULE)
    if rule is None or (vendors is None and toolchains is None):
        return
    found: dict[tuple[Location, str, str], list[VendorUse]] = {}
    for use in facts.of(VendorUse):
        if use.what != _EMPTY_IMAGE and not is_own_syntax(use.what) and use.location.artifact not in _NO_VENDORS:
            found.setdefault((use.location, use.what, use.vendor), []).append(use)
    for uses in found.values():
        parts = {use.part for use in uses}
        said = [vendors, toolchains if PathPart.TOOLCHAIN in parts else None]
        if any(said) and (uses[0].vendor or parts & _NAMED):
            yield _judge(uses, [one for one in said if one is not None], rule)


def _judge(uses: Sequence[VendorUse], asked: Sequence[Said], rule: Rule) -> Result:
    first = uses[0]
    subject = f"{first.what} in {first.location.artifact or 'use'}"
    refusing = next((said for said in asked if first.vendor not in _vendors(said)), None)
    if refusing is None:
        return passed(rule, subject, _NO_MODULE)
    whose = f"is {first.vendor}'s" if first.vendor else "is of a vendor that is not known"
    allowed, parts = ", ".join(_vendors(refusing)), " and ".join(dict.fromkeys(use.part.value for use in uses))
    return failed(
        rule,
        subject,
        _NO_MODULE,
        message=f"the {parts} {first.what} {whose}; the policy allows {allowed}",
        label=f"{first.vendor or 'an unknown vendor'} is not allowed",
        locations=(first.location, refusing.location),
        fix=f"take it from {allowed}, or allow this vendor after a review",
        identity=f"{subject}\n{first.vendor}\n{first.stage}",
    )


def _vendors(said: Said) -> tuple[str, ...]:
    return said.value if isinstance(said.value, tuple) else ()


def judge_path(results: Iterable[Result], policy: Policy, facts: Facts) -> Iterable[Result]:
    """Yield results, of what is named by a version as firm as the policy takes that."""
    said = policy.terms.get("path.pinned")
    if said is None:
        return results
    if said.value == "version":
        return rechecked(results, seen_as(facts, VendorUse, _taken), _PINNED_RULES)
    return rechecked(results, seen_as(facts, VendorUse, _by_contents_alone), _PINNED_RULES, is_looser=False)


def _taken(use: VendorUse) -> VendorUse:
    return changed(use, pinned=Pinned.DIGEST) if use.pinned is Pinned.VERSION else use


def _by_contents_alone(use: VendorUse) -> VendorUse:
    """Return a use that only its contents may name; what a craft file stands on is a release, and has no other name."""
    if use.location.artifact.endswith(_CRAFT_FILES):
        return use
    return changed(use, by_contents_alone=True)
