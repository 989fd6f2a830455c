"""What a policy makes of audits: results that only it can produce, and results of facts that it sees otherwise.

[toolchain] minimum                     SM132
[sources] proxies, direct               SM215
[vulns] databases, max_database_age     SM308, beside what its facts say
[sla]                                   SM307
[crypto] fips, mode                     SM601
[crypto] families                       SM605
[cgo] allow                             SM701
[path] vendors, toolchains              SM803
fail_at, state, allow_packages, pinned  SM303, SM606, SM603, SM804 and SM806 otherwise
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from supplymatrix.model.audit_family import AuditFamily, family_of
from supplymatrix.model.fact import Facts, Gap
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Result, Rule
from supplymatrix.policy.document import Policy

__all__ = ["asked_rules", "check_audits", "is_settled", "judge_audits"]

_ASKING: Mapping[str, str] = {
    "path.vendors": "SM803", "path.toolchains": "SM803", "sources.proxies": "SM215", "sources.direct": "SM215",
    "cgo.allow": "SM701", "crypto.fips": "SM601", "crypto.families": "SM605", "sla.fix_within": "SM307",
}  # fmt: skip
"""Keys whose rule has nothing to say of a gap itself."""


def asked_rules(policy: Policy, family: AuditFamily, rules: Mapping[str, Rule]) -> Iterator[Rule]:
    """Yield the rules of a family that a policy asks for by themselves: by a key, or by naming their level. Those that
    are on with the family alone are none of them. rules: by id."""
    on = policy.audit_places.get(family)
    by_key = {rule for key, rule in _ASKING.items() if key in policy.terms}
    for rule in rules.values():
        place = policy.places.get(rule.id)
        if family_of(rule.id) is family and (rule.id in by_key or (place is not None and _names(place, on, rule))):
            yield rule


def _names(place: Location, on: Location | None, rule: Rule) -> bool:
    """Return whether a rule has its level from a line of its own. on: the line that switches its family on."""
    word = place.pointer.removeprefix("rules.").lower()
    return place != on or word in {rule.id.lower(), rule.name} or word.endswith("xx")


def is_settled(policy: Policy, gap: Gap) -> bool:
    """Return whether a policy says itself what a gap leaves open: how old a database may be."""
    if gap.family is not AuditFamily.VULNS or "vulns.max_database_age" not in policy.terms:
        return False
    from supplymatrix.checks.vulnerabilities import DATABASE_AGE

    return gap.wanted.startswith(DATABASE_AGE)


def check_audits(policy: Policy, facts: Facts, rules: Mapping[str, Rule], now: datetime) -> Iterator[Result]:
    """Yield the results that only the policy can produce. rules: by id; without a rule no result. now: UTC."""
    sections = {key.partition(".")[0] for key in policy.terms}
    if "toolchain" in sections:
        from supplymatrix.policy.audit_toolchain import check_go

        yield from check_go(policy, facts, rules)
    if "sources" in sections:
        from supplymatrix.policy.audit_sources import check_sources

        yield from check_sources(policy, facts, rules)
    if sections & {"vulns", "sla"}:
        from supplymatrix.policy.audit_vulns import check_vulns

        yield from check_vulns(policy, facts, rules, now.date())
    if "crypto" in sections:
        from supplymatrix.policy.audit_crypto import check_crypto

        yield from check_crypto(policy, facts, rules)
    if "cgo" in sections:
        from supplymatrix.policy.audit_native import check_native

        yield from check_native(policy, facts, rules)
    if "path" in sections:
        from supplymatrix.policy.audit_path import check_path

        yield from check_path(policy, facts, rules)


def judge_audits(
    results: Iterable[Result], policy: Policy, facts: Facts, rules: Mapping[str, Rule], now: datetime
) -> Iterable[Result]:
    """Yield results, those about audits as the policy asks for more or less than their facts say by themselves. now:
    UTC."""
    sections = {key.partition(".")[0] for key in policy.terms}
    if "vulns" in sections:
        from supplymatrix.policy.audit_vulns import judge_vulns

        results = judge_vulns(results, policy, facts, rules, now.date())
    if "crypto" in sections:
        from supplymatrix.policy.audit_crypto import judge_crypto

        results = judge_crypto(results, policy, facts)
    if "path" in sections:
        from supplymatrix.policy.audit_path import judge_path

        results = judge_path(results, policy, facts)
    return results
