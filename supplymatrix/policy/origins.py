"""Where every value of a policy comes from: a line of lift.toml, a line of its preset, or the program itself.

values = explain_policy(policy, data, "lift.toml", presets=presets)
values.levels["SM203"].origin      # lift.toml:9:9
"""

from __future__ import annotations

from collections.abc import Mapping

from supplymatrix.documents.toml_spans import KeyPath, Span
from supplymatrix.documents.toml_text import read_toml
from supplymatrix.model.location import Location
from supplymatrix.model.rule import Level, Rule
from supplymatrix.model.value import value
from supplymatrix.policy.document import PAGE, Policy
from supplymatrix.policy.reader import PolicyReader

__all__ = ["PolicyValue", "PolicyView", "explain_policy"]


@value
class PolicyValue:
    """One value as it holds. origin: where it is written; None = nowhere, the program has it. by_file: lift.toml itself
    says so, and no preset."""

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


def explain_policy(
    policy: Policy, data: bytes | None, artifact: str, *, presets: Mapping[str, bytes], rules: Mapping[str, Rule]
) -> PolicyView:
    """Return a policy with its origins. data: the bytes that it was read from, None when a preset stands for a file.

    Raises InputError for bytes that are no policy; `policy` was read from them, so there are none.
    """
    name = f"preset {policy.preset}"
    own = read_toml(data, artifact, page=PAGE).spans if data is not None else {}
    base = read_toml(presets[policy.preset], name, page=PAGE).spans
    preset = PolicyReader(presets[policy.preset], name, presets={}, rules=rules, preset_only=True).policy()
    written = policy.origins if data is not None else {}
    settable = [rule.id for rule in rules.values() if rule.level is not Level.ALARM]
    return PolicyView(
        policy=policy,
        artifact=artifact if data is not None else "",
        head=tuple(_head(policy, own, base)),
        levels=tuple(
            PolicyValue(
                name=rule,
                text=policy.levels[rule].value,
                origin=written.get(rule) or preset.origins.get(rule),
                by_file=rule in written,
            )
            for rule in settable
        ),
        fixed=tuple(rule for rule in rules if rule not in settable),
    )


def _head(policy: Policy, own: Mapping[KeyPath, Span], base: Mapping[KeyPath, Span]) -> list[PolicyValue]:
    values = (
        ("policy", "name", policy.name),
        ("policy", "preset", policy.preset),
        ("policy", "min_score", str(policy.min_score)),
        ("policy", "fail_on", policy.fail_on.value),
        ("policy", "on_outage", policy.on_outage),
        ("sources", "private", ", ".join(policy.private)),
        ("sources", "sumdb", policy.sumdb),
    )
    found = []
    for table, key, text in values:
        path = (table, key)
        origin = own[path].value if path in own else base[path].value if path in base else None
        found.append(PolicyValue(name=key, text=text, origin=origin, by_file=path in own))
    return found
