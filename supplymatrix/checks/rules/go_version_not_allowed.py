"""SM132 go-version-not-allowed: a Go older than the policy allows.

The results are made by policy/audit_toolchain.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM132",
    name="go-version-not-allowed",
    title="a Go older than the policy allows",
    why="Each release of Go mends what is wrong with those before; whoever lets an old one build has that back.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=(
        "ProjectFact",
        "BuiltProgram",
        "GoSupport",
    ),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="version-pin",
)
