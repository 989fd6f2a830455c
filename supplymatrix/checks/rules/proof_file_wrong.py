"""SM113 proof-file-wrong: the proofs beside go.sum do not lead to a signed head of the log."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProofFile
from supplymatrix.model.module import ModuleVersion
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM113",
    name="proof-file-wrong",
    title="the proofs beside go.sum prove nothing",
    why="Whoever can put a forged proof beside go.sum could have put another hash into it.",
    severity=Severity.CRITICAL,
    level=Level.ALARM,
    needs=("ProofFile",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="sumdb-inclusion",
)
_NOBODY = ModuleVersion(path="", version="")


def check(view: FactView) -> Iterator[Result]:
    """A proof file that is there must lead to a head that the log signed; what it does not prove, the log is asked."""
    for proof in view.facts.of(ProofFile):
        if proof.is_malformed:
            continue  # SM115
        name = proof.location.artifact
        if not proof.fault:
            yield passed(RULE, name, _NOBODY)
            continue
        yield failed(
            RULE,
            name,
            _NOBODY,
            message=f"{name} is no proof",
            label=proof.fault.rpartition(name)[2].lstrip(": "),
            locations=(proof.location,),
            fix="find out who changed it (git log), remove it, then supplymatrix prove writes a new one",
        )
