"""SM115 proof-file-malformed: the proofs beside go.sum cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProofFile
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM115",
    name="proof-file-malformed",
    title="the proofs beside go.sum cannot be read",
    why="A file that was cut off or merged by hand proves nothing, and must not look as if it were not there.",
    severity=Severity.MEDIUM,
    level=Level.ERROR,
    needs=("ProofFile",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="sumdb-inclusion",
    input_fault=True,
)
_NOBODY = ModuleVersion(path="", version="")


def check(view: FactView) -> Iterator[Result]:
    """A proof file that is there must be one. Nothing is taken from it; what differs from the log stays an alarm."""
    for proof in view.facts.of(ProofFile):
        if proof.is_malformed:
            name = proof.location.artifact
            yield failed(
                RULE,
                name,
                _NOBODY,
                message=f"{name} cannot be read: {proof.fault}",
                label=f"expected {proof.expected}" if proof.expected else "",
                locations=(proof.location,),
                fix="supplymatrix prove writes it anew",
            )
