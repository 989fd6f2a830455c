"""SM116 publisher-not-verified: nobody whose key counts signed the tag of a module version."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.publishers import contradicts, evidence_of, gap_of_publisher
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import SumKind
from supplymatrix.model.publisher_fact import PublisherSignature, PublisherState, TreeState
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM116",
    name="publisher-not-verified",
    title="a module version without a signature of its publisher that counts",
    why="The log proves that everybody gets the same files, not that the publisher meant to release them.",
    severity=Severity.LOW,
    level=Level.OFF,
    needs=("PublisherSignature",),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="publisher-signature",
)
_SAYS = {
    PublisherState.UNSIGNED: "is not signed by its publisher",
    PublisherState.TAG_UNSIGNED: "has a signed commit, and nobody signed that it is this version",
    PublisherState.UNKNOWN: "is signed by a key that nobody said counts",
    PublisherState.REFUSED: "is signed by a key that does not count",
    PublisherState.VERIFIED: "is signed, and the log has no such version",
}


def check(view: FactView) -> Iterator[Result]:
    """Verified is who is signed by a key that counts and is what the log has; what contradicts itself is SM117's."""
    for fact in view.facts.of(PublisherSignature):
        module, subject = fact.subject, str(fact.subject)
        if contradicts(fact):
            continue
        if fact.state is PublisherState.NOT_CHECKABLE or fact.tree is TreeState.NOT_CHECKABLE:
            yield unknown(RULE, subject, module, gap_of_publisher(fact))
        elif fact.state is PublisherState.VERIFIED and fact.tree is TreeState.EQUAL:
            yield passed(RULE, subject, module)
        else:
            yield failed(
                RULE,
                subject,
                module,
                message=f"{subject} {_SAYS[fact.state]}",
                label=fact.reason or fact.state.value,
                locations=view.locations(module, SumKind.ZIP),
                evidence=evidence_of(fact),
                fix=fact.remedy or "ask its publisher to sign the tags of releases",
            )
