"""SM110 sum-differs-from-log: go.sum and the log disagree about a hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.checks.result import failed, line_subject, passed, shorten_hash, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.gomod.triage import explain_mismatch
from supplymatrix.model.difference import first_difference
from supplymatrix.model.fact import HashWitness, Holder, LineProof, ProofState, SumLine
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
        "HashWitness",
    ),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="sumdb-inclusion",
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
            yield _differs(subject, line, proof, view.witnesses(line))
        elif proof.state is ProofState.PROVEN:
            yield passed(RULE, subject, line.subject)


def _differs(subject: str, line: SumLine, proof: LineProof, witnesses: Sequence[HashWitness]) -> Result:
    at = first_difference(line.hash, proof.logged_hash)
    explained = explain_mismatch(proof, witnesses)
    return failed(
        RULE,
        subject,
        line.subject,
        message=f"go.sum and the log disagree on {line.subject.path} {line.subject.version}",
        label=f"the log (record {proof.record_id:,}) has {shorten_hash(proof.logged_hash)}; {explained.sentence}",
        locations=(line.location,),
        evidence=(
            Evidence(label="go.sum", value=line.hash),
            Evidence(label="log", value=proof.logged_hash),
            *(Evidence(label=_NAMES[witness.holder], value=_said(witness)) for witness in witnesses),
            Evidence(label="who agrees", value=explained.agreement),
            Evidence(label="meaning", value=explained.meaning.value),
            Evidence(label="first difference", value=f"character {at + 1} of the hash"),
            Evidence(label="log record", value=f"{proof.record_id} in a tree of {proof.tree_size}"),
            Evidence(label="log answered by", value=proof.answered_by),
            *(Evidence(label=step.purpose, value=step.command) for step in explained.steps),
        ),
        fix=f"{', then '.join(step.purpose for step in explained.steps)} (by the commands shown) · "
        f"supplymatrix verify {line.subject} (shows the proof)",
    )


_NAMES = {Holder.MODULE_CACHE: "module cache", Holder.PROXY: "proxy", Holder.ORIGIN: "origin"}


def _said(witness: HashWitness) -> str:
    """Return what a holder has, and who that is; or why nobody knows."""
    where = f" ({witness.source})" if witness.source else ""
    return f"{witness.hash}{where}" if witness.hash else f"not known{where}: {witness.reason}"
