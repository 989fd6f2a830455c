"""One file of a policy, as it says itself: nothing is resolved, and what it leaves out is None.

A policy is put together from layers (`policy.merge`): the project's own file, what it extends, and the presets below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level
from supplymatrix.model.value import value
from supplymatrix.model.verdict import Mode, Note
from supplymatrix.policy.audit_terms import Terms
from supplymatrix.policy.document import PackageRule, VendorRule, Waiver
from supplymatrix.policy.licence_terms import LicenceConclusion, LicenceRule
from supplymatrix.policy.parents import ParentRef
from supplymatrix.policy.signature_terms import SignatureRule
from supplymatrix.policy.toolchain_terms import ToolchainRule

__all__ = ["DebtSection", "Layer", "Parent"]


@value
class Parent:
    """One entry of `extends`, and where it stands."""

    reference: ParentRef
    location: Location


@value
class DebtSection:
    """[debt] as the file has it; the list itself is another file."""

    file: str
    adopted: date
    expires: date
    most: int
    owner: str
    reason: str
    location: Location
    most_location: Location
    owner_location: Location


@value
class Layer:
    """One file. levels: rule id → level, as [rules] has it, families spread out; places: where each value stands, by
    rule id, by key of [policy], "private", "sumdb", or `framework_key`. allow_loosen: rule ids and keys of [policy].
    audits: families that the file switches on by a section or by naming their rules, and where. terms: what its
    sections about audits ask for.
    """

    artifact: str
    sha256: str
    lines: Sequence[str]
    name: str
    preset: str
    parents: tuple[Parent, ...]
    mode: Mode | None
    min_score: int | None
    fail_on: Level | None
    outage_days: int | None
    max_waiver_days: int | None
    weights: Mapping[str, int]
    owner_domain: str
    allow_loosen: frozenset[str]
    levels: Mapping[str, Level]
    places: Mapping[str, Location]
    private: tuple[str, ...]
    sumdb: str
    vendored: bool | None
    packages: tuple[PackageRule, ...]
    licences: LicenceRule | None
    conclusions: tuple[LicenceConclusion, ...]
    toolchain: ToolchainRule | None
    signatures: SignatureRule | None
    vendors: tuple[VendorRule, ...]
    waivers: tuple[Waiver, ...]
    frameworks: tuple[str, ...]
    debt: DebtSection | None
    notes: tuple[Note, ...]
    audits: Mapping[AuditFamily, Location]
    terms: Terms
