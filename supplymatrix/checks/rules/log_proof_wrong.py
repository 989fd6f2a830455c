"""SM111 log-proof-wrong: the log's answer does not fit its own signed head."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, line_subject, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import ProofState
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM111",
    name="log-proof-wrong",
    title="an answer for the log does not fit its signed head",
    why="Somebody between you and the log, or the log itself, answered with something that it has never signed.",
    severity=Severity.CRITICAL,
    level=Level.ALARM,
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
    """Every answer must be proven in the signed tree (CVE-2026-56864, CVE-2026-56865). Cannot be waived or lowered.

    An answer that is not there is unknown: a wrong one must not become better by being lost.
    """
    for line in view.lines:
        if view.is_declared_private(line):
            continue
        proof = view.proof(line)
        subject = line_subject(line.subject, line.kind)
        if proof is None:
            yield unknown(RULE, subject, line.subject, view.gap(line))
            continue
        if proof.state is ProofState.NOT_IN_LOG:
            continue
        if proof.state is not ProofState.BAD_PROOF:
            yield passed(RULE, subject, line.subject)
            continue
        yield failed(
            RULE,
            subject,
            line.subject,
            message=f"the answer for {line.subject.path} {line.subject.version} does not fit the log's signed head",
            label=proof.detail,
            locations=(line.location,),
            evidence=(Evidence(label="what failed", value=proof.detail),),
            fix="ask again over another network or proxy; the bytes were kept as evidence",
        )
