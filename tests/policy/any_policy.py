"""Policies and waivers for hypothesis, over the modules of `tests.policy.facts`."""

from __future__ import annotations

from hypothesis import strategies as st

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.model.rule import Level
from tests.policy.facts import MODULES

__all__ = ["OTHERS", "any_policy", "any_waiver"]

OTHERS = sorted(rule.id for rule in ALL_RULES.values() if rule.level is not Level.ALARM)
"""Every rule whose level a policy can choose."""
_WAIVABLE = [rule for rule in OTHERS if ALL_RULES[rule].is_waivable]
_WORDS = st.sampled_from(["off", "note", "warn", "error"])
_LEVELS = st.dictionaries(st.sampled_from(OTHERS), _WORDS, max_size=5).map(
    lambda levels: {
        rule: "note" if level == "off" and not ALL_RULES[rule].can_be_off else level for rule, level in levels.items()
    }
)
_BODIES = st.sampled_from(
    ['version = "v1.8.0"', 'security_policy = "strict-module-integrity"', 'security_policy = "baseline"']
)
_PACKAGES = st.dictionaries(st.sampled_from([*MODULES, "a.example/*", "b.example/**"]), _BODIES, max_size=2)

_LICENCES = st.sampled_from(
    ["", '[licences]\ndeny = ["GPL-*"]\n', '[licences]\nallow = ["MIT"]\nmin_confidence = 90\n']
)


@st.composite
def any_policy(draw: st.DrawFn) -> str:
    """Return a lift.toml with any levels, entries for packages, demands of licences and bar."""
    text = (
        f'[policy]\nmin_score = {draw(st.integers(0, 100))}\nfail_on = "{draw(st.sampled_from(["note", "error"]))}"\n'
    )
    text += "[rules]\n" + "".join(f'{rule} = "{level}"\n' for rule, level in draw(_LEVELS).items())
    text += "".join(f'[packages."{glob}"]\n{body}\n' for glob, body in draw(_PACKAGES).items())
    return text + draw(_LICENCES)


@st.composite
def any_waiver(draw: st.DrawFn) -> str:
    """Return one waiver that on 2026-11-24 holds, is over, or speaks of nothing."""
    package = draw(st.sampled_from([*MODULES, "**", "a.example/*", "z.example"]))
    day = draw(st.sampled_from(["2026-11-23", "2026-11-24", "2027-01-31"]))
    return (
        f'[[waivers]]\nrule = "{draw(st.sampled_from(_WAIVABLE))}"\npackage = "{package}"\n'
        f'reason = "it is known to us"\nowner = "team-a"\nexpires = {day}\n'
    )
