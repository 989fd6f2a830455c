"""Where every value of a policy comes from: a line of lift.toml, of a file it builds on, of a preset, or the program.

view = explain_policy(policy, "lift.toml", rules=ALL_RULES)
view.levels[0].origin      # lift.toml:9:9
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.value import value
from supplymatrix.policy.document import Policy

__all__ = ["PolicyValue", "PolicyView", "explain_policy"]


@value
class PolicyValue:
    """One value as it holds. origin: where it is written; None = nowhere, the program has it. by_file: the project's
    own lift.toml says so."""

    name: str
    text: str
    origin: Location | None
    by_file: bool


@value
class PolicyView:
    """A policy with the origin of each value. artifact: its file, "" when there is none and a preset stands for it.

    head: of [policy] and [sources]; levels: of every rule that can have one in a policy; fixed: ids of the others.
    """

    policy: Policy
    artifact: str
    head: tuple[PolicyValue, ...]
    levels: tuple[PolicyValue, ...]
    fixed: tuple[str, ...]


def explain_policy(policy: Policy, artifact: str, *, rules: Mapping[str, Rule]) -> PolicyView:
    """Return a policy with its origins. artifact: its own file, "" when a preset stands for one."""
    settable = [rule.id for rule in rules.values() if rule.level is not Level.ALARM]

    def found(name: str, text: str) -> PolicyValue:
        origin = policy.places.get(name)
        return PolicyValue(
            name=name, text=text, origin=origin, by_file=origin is not None and origin.artifact == artifact != ""
        )

    return PolicyView(
        policy=policy,
        artifact=artifact,
        head=tuple(found(name, text) for name, text in _head(policy)),
        levels=tuple(found(rule, policy.levels[rule].value) for rule in settable),
        fixed=tuple(rule for rule in rules if rule not in settable),
    )


def _head(policy: Policy) -> tuple[tuple[str, str], ...]:
    weights = ", ".join(f"{name} {number}" for name, number in policy.weights.items())
    return (
        ("name", policy.name),
        ("preset", policy.preset),
        ("mode", policy.mode.value),
        ("min_score", str(policy.min_score)),
        ("fail_on", policy.fail_on.value),
        ("on_outage", policy.on_outage),
        ("weights", weights),
        ("max_waiver_days", str(policy.max_waiver_days)),
        ("owner_domain", policy.owner_domain),
        ("private", ", ".join(policy.private)),
        ("sumdb", policy.sumdb),
        *((("vendored", "true"),) if policy.vendored else ()),
    )
