"""What a policy asks of audits, as it is shown: the families that are on, and each key of their sections."""

from __future__ import annotations

from collections.abc import Callable

from supplymatrix.model.audit_family import AuditFamily
from supplymatrix.model.location import Location
from supplymatrix.policy.audit_terms import TERMS, shown_value
from supplymatrix.policy.document import Policy

__all__ = ["audit_rows", "audits_json"]


def audit_rows(policy: Policy) -> list[tuple[str, str, str]]:
    """Return rows of three cells: what is asked, how, and by whom."""
    rows = [(family.value, "looked at", str(_origin(policy, family) or "")) for family in _on(policy)]
    for key, term in TERMS.items():
        said = policy.terms.get(key)
        if said is not None:
            rows.append((f"[{term.section}] {term.name}", shown_value(term, said.value), str(said.location)))
    return rows


def audits_json(policy: Policy, placed: Callable[[Location | None], object]) -> dict[str, object]:
    """Return the families that are on, and what is asked of them. placed: how the document writes a place."""
    return {
        "families": [{"family": f.value, "origin": placed(_origin(policy, f))} for f in _on(policy)],
        "terms": [
            {
                "section": term.section,
                "key": term.name,
                "value": list(said.value) if isinstance(said.value, tuple) else said.value,
                "origin": placed(said.location),
            }
            for key, term in TERMS.items()
            if (said := policy.terms.get(key)) is not None
        ],
    }


def _on(policy: Policy) -> list[AuditFamily]:
    return [family for family in AuditFamily if family in policy.audits]


def _origin(policy: Policy, family: AuditFamily) -> Location | None:
    """Return what switches a family on, None for the command line."""
    if family in policy.audit_places:
        return policy.audit_places[family]
    return next((e.policy_location for e in policy.packages if e.security_policy and family in e.audits), None)
