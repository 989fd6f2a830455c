"""[path]: whose toolchains, images, packages, proxies and signing may be in use (SM803), and how firmly they are named.

With `pinned = "version"` a full version is as good as the contents for SM804 and SM806.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from supplymatrix.checks.result import failed, passed
from supplymatrix.model.fact import Facts
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Evidence, Result, Rule
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
_NO_MODULE = ModuleVersion(path="", version="")


def check_path(policy: Policy, facts: Facts, rules: Mapping[str, Rule]) -> Iterator[Result]:
    """Yield one result for each thing that is in use. rules: by id."""
    vendors, toolchains = policy.terms.get("path.vendors"), policy.terms.get("path.toolchains")
    rule = rules.get(VENDOR_RULE)
    if rule is None or (vendors is None and toolchains is None):
        return
    for use in facts.of(VendorUse):
        asked = [vendors, toolchains if use.part is PathPart.TOOLCHAIN else None]
        said = [found for found in asked if found is not None]
        if said and (use.vendor or use.part in _NAMED):
            yield _judge(use, said, rule)


def _judge(use: VendorUse, asked: list[Said], rule: Rule) -> Result:
    subject = f"{use.part.value} {use.what} in {use.location.artifact or 'use'}"
    refusing = next((said for said in asked if use.vendor not in _vendors(said)), None)
    if refusing is None:
        return passed(rule, subject, _NO_MODULE)
    whose = f"is {use.vendor}'s" if use.vendor else "is of a vendor that is not known"
    allowed = ", ".join(_vendors(refusing))
    return failed(
        rule,
        subject,
        _NO_MODULE,
        message=f"the {use.part.value} {use.what} {whose}; the policy allows {allowed}",
        label=f"{use.vendor or 'an unknown vendor'} is not allowed",
        locations=(use.location, refusing.location),
        evidence=(Evidence(label="line", value=use.words),) if use.words else (),
        fix=f"take it from {allowed}, or allow this vendor after a review",
        identity=f"{subject}\n{use.vendor}\n{use.stage}",
    )


def _vendors(said: Said) -> tuple[str, ...]:
    return said.value if isinstance(said.value, tuple) else ()


def judge_path(results: Iterable[Result], policy: Policy, facts: Facts) -> Iterable[Result]:
    """Yield results, of what is named by a version as if by its contents where the policy takes that."""
    said = policy.terms.get("path.pinned")
    if said is None or said.value != "version":
        return results
    return rechecked(results, seen_as(facts, VendorUse, _taken), _PINNED_RULES)


def _taken(use: VendorUse) -> VendorUse:
    return changed(use, pinned=Pinned.DIGEST) if use.pinned is Pinned.VERSION else use
