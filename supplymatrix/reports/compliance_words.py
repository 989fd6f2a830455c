"""What all forms of a compliance report say in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from supplymatrix.model.audit import Audit
from supplymatrix.model.rule import Status
from supplymatrix.model.verdict import ExcuseKind, Judged
from supplymatrix.policy.clauses import Clause, Framework
from supplymatrix.policy.compliance import (
    CheckEvidence,
    ClauseEvidence,
    FrameworkEvidence,
    Ran,
    RuleEvidence,
    Standing,
    SubjectEvidence,
)

__all__ = [
    "CAVEAT", "NOT_CONFIRMED", "SHOWN", "check_words", "clause_name", "confirmed_words", "default_words",
    "framework_title", "judged_words", "log_words", "more_words", "policy_words", "reason_words", "standings_words",
    "worth_showing",
]  # fmt: skip

CAVEAT = "Evidence supports a clause, it never satisfies one: that is for whoever assesses to say."
NOT_CONFIRMED = "id not confirmed"
SHOWN = 3
"""How many results of a rule that did not pass are shown in full; the others are counted."""


def framework_title(framework: Framework) -> str:
    """Return the name of a framework with its version."""
    return f"{framework.id}: {framework.title}, version {framework.version}"


def confirmed_words(framework: Framework) -> str:
    """Return how many ids are confirmed, and against what."""
    total, confirmed = len(framework.clauses), framework.confirmed
    catalogues = "; ".join(f"{item.title}, read {item.read_on}" for item in framework.catalogues)
    against = f" against {catalogues}" if confirmed and catalogues else ""
    return f"{confirmed} of {total} ids confirmed{against}"


def standings_words(found: FrameworkEvidence) -> str:
    """Return how many clauses stand how."""
    total = len(found.clauses)
    parts = [f"{found.number(standing)} {standing.value}" for standing in Standing if found.number(standing)]
    return f"{total} {'clause' if total == 1 else 'clauses'}: {', '.join(parts)}"


def policy_words(audit: Audit) -> str:
    """Return what was judged by what, when, and how it ended."""
    verdict = audit.verdict
    return (
        f"judged {verdict.now:%Y-%m-%d %H:%M} UTC by supplymatrix {verdict.tool_version}, policy {verdict.policy_name} "
        f"(sha256 {verdict.policy_digest[:16]}…), mode {verdict.mode.value}: {verdict.outcome.value}"
    )


def log_words(audit: Audit) -> str:
    """Return the head of the log that proofs were held against, "" when none was asked for."""
    view = audit.log
    if view is None:
        return ""
    seen = f", fetched {view.seen_at:%Y-%m-%d %H:%M} UTC" if view.seen_at else ""
    return f"log {view.name}, tree {view.tree_size:,}, root {view.root}{seen}, asked: {view.route}"


def check_words(check: CheckEvidence) -> str:
    """Return what became of a check: its results by rule."""
    if check.ran is Ran.ABSENT:
        return f"not run: {Ran.ABSENT.value}"
    parts = [f"{rule.rule.id} {_counts(rule)}" for rule in check.rules if _counts(rule)]
    for ran in (Ran.NOTHING, Ran.OFF):
        names = [rule.rule.id for rule in check.rules if rule.ran is ran]
        if names:
            parts.append(f"{', '.join(names)} {'not run: ' if ran is Ran.OFF else ''}{ran.value}")
    return "; ".join(parts)


def reason_words(found: ClauseEvidence) -> str:
    """Return why a clause stands as it does, "" where its checks say it."""
    return "; ".join(found.reasons)


def worth_showing(found: ClauseEvidence) -> Iterator[tuple[RuleEvidence, Sequence[Judged], int]]:
    """Yield the rules of a clause with what did not pass, the first few of it, and how many more there are."""
    for check in found.checks:
        for rule in check.rules:
            if rule.shown:
                yield rule, rule.shown[:SHOWN], max(0, len(rule.shown) - SHOWN)


def judged_words(audit: Audit, judged: Judged) -> str:
    """Return one result that did not pass: its place, what it is, who excuses it until when."""
    finding, gap = judged.finding, judged.gap
    place = finding.locations[0] if finding is not None and finding.locations else gap.location if gap else None
    what = finding.message if finding is not None else f"{gap.wanted}: {gap.reason}" if gap else judged.subject
    where = f"{audit.placed(place)}: " if place is not None else ""
    excuse = judged.waiver
    if judged.status is not Status.WAIVED or excuse is None:
        return f"{where}{what}"
    word = {ExcuseKind.WAIVER: "waived", ExcuseKind.DEBT: "in the debt list", ExcuseKind.OUTAGE: "excused"}[excuse.kind]
    owner = f" by {excuse.owner}" if excuse.owner else ""
    return f"{where}{what} ({word}{owner} until {excuse.expires}: {excuse.reason})"


def more_words(number: int, rule: str) -> str:
    """Return the line for results that are not shown."""
    return f"{number:,} more of {rule}, see the report of `check`"


def clause_name(clause: Clause) -> str:
    """Return a clause's id, marked where it is not confirmed."""
    return clause.id if clause.is_confirmed else f"{clause.id} ({NOT_CONFIRMED})"


def default_words(subject: SubjectEvidence) -> str:
    """Return why all frameworks are shown, "" where somebody chose."""
    if not subject.is_default:
        return ""
    return "neither --framework nor [compliance] of the policy names a framework: all that are known are shown"


def _counts(rule: RuleEvidence) -> str:
    counts = (
        (rule.failed, "failed"),
        (rule.unknown, "unknown"),
        (rule.excused, "unknown but excused"),
        (rule.waived, "waived"),
        (rule.passed, "passed"),
    )
    return ", ".join(f"{number:,} {word}" for number, word in counts if number)
