"""SM102 sum-not-in-log: the log has no such module version, or its record has no such line."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, line_subject, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import LineProof, ProofState, SumLine
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM102",
    name="sum-not-in-log",
    title="the log does not know what go.sum names",
    why="A public module that the log has never seen was never shown to anybody else: it may be made for you alone.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=(
        "SumLine",
        "LineProof",
    ),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="sumdb-inclusion",
)


def check(view: FactView) -> Iterator[Result]:
    """Every line that was asked for must have an authentic record that has this very line (CVE-2026-42501)."""
    for line in view.lines:
        if view.is_declared_private(line):
            continue
        proof = view.proof(line)
        subject = line_subject(line.subject, line.kind)
        if proof is None:
            yield unknown(RULE, subject, line.subject, view.gap(line))
        elif proof.state in (ProofState.NOT_IN_LOG, ProofState.NO_LINE):
            yield _absent(subject, line, proof)
        elif proof.state is not ProofState.BAD_PROOF:
            yield passed(RULE, subject, line.subject)


def _absent(subject: str, line: SumLine, proof: LineProof) -> Result:
    name = f"{line.subject.path} {line.subject.version}"
    if proof.state is ProofState.NOT_IN_LOG:
        message = f"the log has no record of {name}"
        label = f"not in the log, says {proof.answered_by}"
    else:
        message = f"the log's record for {name} has no such line"
        label = f"record {proof.record_id:,}, which {proof.answered_by} gave for it, does not have this line"
    return failed(
        RULE,
        subject,
        line.subject,
        message=message,
        label=label,
        locations=(line.location,),
        evidence=(Evidence(label="go.sum", value=line.hash), Evidence(label="answered by", value=proof.answered_by)),
        fix="if the module is private, list it in lift.toml under [sources] private; else find out where it comes from",
    )
