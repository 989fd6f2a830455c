"""SM701 cgo-not-allowed: a module with C code that the policy does not allow.

The results are made by policy/audit_native.py: only a policy says what is asked.
"""

from __future__ import annotations

from supplymatrix.model.rule import Level, Rule, Severity

__all__ = ["JUDGED_BY", "RULE"]

JUDGED_BY = "policy"
RULE = Rule(
    id="SM701",
    name="cgo-not-allowed",
    title="a module with C code that the policy does not allow",
    why="C code goes past the checks of Go, brings licences of its own, and ties a program to libraries.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("NativeCode",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="native-code",
)
