"""SM112 cached-copy-differs: a copy in the module cache is not what the log proves."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, passed, unknown
from supplymatrix.checks.view import FactView
from supplymatrix.model.fact import CachedCopy, CopyState, Gap, SumKind
from supplymatrix.model.rule import Evidence, Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM112",
    name="cached-copy-differs",
    title="a copy on this machine is not what the log proves",
    why="The go command believes its cache: what lies there is what is built.",
    severity=Severity.CRITICAL,
    level=Level.ERROR,
    needs=("CachedCopy",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="cache-integrity",
    alarms=True,
)


def check(view: FactView) -> Iterator[Result]:
    """Every copy that is there must be equal; one that cannot be checked is a gap."""
    for copy in view.facts.of(CachedCopy):
        subject = f"{copy.subject} ({copy.kind.value})"
        if copy.state is CopyState.EQUAL:
            yield passed(RULE, subject, copy.subject)
        elif copy.state is CopyState.UNCHECKED:
            gap = Gap(
                wanted=f"the hash of {copy.path}",
                reason=copy.reason or "it was not hashed",
                remedy="check before the go command unpacks the module, or with an empty GOMODCACHE",
                subject=subject,
            )
            yield unknown(RULE, subject, copy.subject, gap)
        else:
            yield failed(
                RULE,
                subject,
                copy.subject,
                message=f"the cached copy of {copy.subject.path} {copy.subject.version} is not what the log proves",
                label=copy.reason or f"it has {copy.hash}, the log has {copy.logged_hash}",
                locations=view.locations(copy.subject, SumKind.ZIP),
                evidence=(
                    Evidence(label="copy", value=copy.path),
                    Evidence(label="its hash", value=copy.hash or copy.reason),
                    Evidence(label="log", value=copy.logged_hash),
                ),
                fix="go clean -modcache, and find out who changed it",
            )
