"""SM110 sum-differs-from-log: go.sum and the log disagree about a hash."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, first_difference, line_subject, passed, shorten_hash, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import LineProof, ProofState, SumLine
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM110",
    name="sum-differs-from-log",
    title="go.sum and the log disagree",
    why="The log has one hash for everybody; whoever gets another one gets another module.",
    severity=Severity.CRITICAL,
    level=Level.ALARM,
    needs=(
        "SumLine",
        "LineProof",
    ),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="log-inclusion",
)


def check(view: FactView) -> Iterator[Result]:
    """Every line that the log knows must have the logged hash. Cannot be waived and cannot be lowered."""
    for line in view.lines:
        if view.is_declared_private(line):
            continue
        proof = view.proof(line)
        subject = line_subject(line.subject, line.kind)
        if proof is None:
            yield unknown(RULE, subject, line.subject, view.gap(line))
        elif proof.state is ProofState.DIFFERS:
            yield _differs(subject, line, proof)
        elif proof.state is ProofState.PROVEN:
            yield passed(RULE, subject, line.subject)


def _differs(subject: str, line: SumLine, proof: LineProof) -> Result:
    at = first_difference(line.hash, proof.logged_hash)
    return failed(
        RULE,
        subject,
        line.subject,
        message=f"go.sum and the log disagree on {line.subject.path} {line.subject.version}",
        label=f"the log (record {proof.record_id:,}) has {shorten_hash(proof.logged_hash)}",
        locations=(line.location,),
        evidence=(
            Evidence(label="go.sum", value=line.hash),
            Evidence(label="log", value=proof.logged_hash),
            Evidence(label="first difference", value=f"character {at + 1} of the hash"),
            Evidence(label="log record", value=f"{proof.record_id} in a tree of {proof.tree_size}"),
        ),
        fix=f"supplymatrix verify {line.subject} (shows the proof)",
    )
