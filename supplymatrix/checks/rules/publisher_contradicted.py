"""SM117 publisher-contradicted: the publisher's tag is not what the log has, or its signature is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.publishers import contradicts, evidence_of, gap_of_publisher
from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import SumKind
from supplymatrix.model.publisher_fact import PublisherSignature, TreeState
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM117",
    name="publisher-contradicted",
    title="the publisher's tag is not what the log has",
    why="Either the tag was changed after everybody had got other files, or these never were in the repository.",
    severity=Severity.CRITICAL,
    level=Level.OFF,
    needs=("PublisherSignature",),
    offline=False,
    fixable=False,
    since="0.1.0",
    check_kind="publisher-signature",
    alarms=True,
)


def check(view: FactView) -> Iterator[Result]:
    """A tag whose tree is the log's and which contradicts nothing is a pass, signed or not; what could not be held
    against the log is unknown."""
    for fact in view.facts.of(PublisherSignature):
        module, subject = fact.subject, str(fact.subject)
        if contradicts(fact):
            yield failed(
                RULE,
                subject,
                module,
                message=f"the tag of {subject} is not what its publisher, or the log, says",
                label=fact.reason,
                locations=view.locations(module, SumKind.ZIP),
                evidence=evidence_of(fact),
                fix=fact.remedy or "do not use it before its publisher has explained it",
            )
        elif fact.tree is TreeState.EQUAL:
            yield passed(RULE, subject, module)
        else:
            yield unknown(RULE, subject, module, gap_of_publisher(fact))
