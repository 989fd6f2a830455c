"""The families of audits that go beyond go.sum: a policy or the command line switches each of them on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["AuditFamily", "family_of", "whole_families"]


class AuditFamily(StrEnum):
    """What is looked at. The value is the name of its section in lift.toml, and of `check --audit`.

    VULNS: known vulnerabilities and the end of support of Go (SM301 to SM312). CRYPTO: FIPS 140-3 (SM601 to SM608).
    CGO: code that is not Go, and its licences (SM701 to SM708). SOURCES: settings, names that are told, credentials
    (SM210 to SM219). VENDOR_PATH: whose toolchain, images and proxies are in use (SM803 to SM807).
    """

    VULNS = "vulns"
    CRYPTO = "crypto"
    CGO = "cgo"
    SOURCES = "sources"
    VENDOR_PATH = "path"


_RANGES = (
    (AuditFamily.VULNS, 300, 399), (AuditFamily.CRYPTO, 600, 699), (AuditFamily.CGO, 700, 799),
    (AuditFamily.SOURCES, 210, 219), (AuditFamily.VENDOR_PATH, 803, 807),
)  # fmt: skip


def family_of(rule_id: str) -> AuditFamily | None:
    """Return the family whose audit a rule judges by, None for a rule of none."""
    number = int(rule_id[2:]) if rule_id[2:].isdecimal() else 0
    return next((family for family, first, last in _RANGES if first <= number <= last), None)


def whole_families(rule_ids: Iterable[str]) -> frozenset[AuditFamily]:
    """Return the families of rules, nothing where one of the rules is of none."""
    families = {family_of(rule) for rule in rule_ids}
    return frozenset(family for family in families if family is not None) if None not in families else frozenset()
