"""A compliance report as Markdown, for a page or an auditor's file. What comes from projects stands in code spans."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.audit import Audit
from supplymatrix.policy.compliance import ClauseEvidence, ComplianceReport, FrameworkEvidence
from supplymatrix.reports.compliance_words import (
    CAVEAT,
    check_words,
    clause_name,
    confirmed_words,
    default_words,
    framework_title,
    judged_words,
    log_words,
    more_words,
    policy_words,
    reason_words,
    standings_words,
    worth_showing,
)
from supplymatrix.reports.markdown import code, sentence

__all__ = ["render"]


def render(report: ComplianceReport, *, color: bool = False, width: int = 80) -> str:
    """Return the report as GitHub's Markdown; the other arguments mean nothing here."""
    del color, width
    lines = ["# What the checks say of clauses", "", CAVEAT, ""]
    for subject in report.subjects:
        audit = subject.audit
        lines += [f"## {code(audit.subject)}", "", f"- {sentence(policy_words(audit))}"]
        lines += [f"- {sentence(words)}" for words in (log_words(audit), default_words(subject)) if words]
        for found in subject.frameworks:
            lines += ["", *_framework(audit, found)]
        lines.append("")
    lines += [
        f"- not read: {code(broken.path)}: {sentence(broken.diagnostics[0].message)}" for broken in report.unreadable
    ]
    lines.append(f"Exit {report.survey.exit_code}, that of `check`.")
    return "\n".join(lines) + "\n"


def _framework(audit: Audit, found: FrameworkEvidence) -> Iterator[str]:
    yield f"### {sentence(framework_title(found.framework))}"
    yield ""
    yield f"{sentence(standings_words(found))}. {sentence(confirmed_words(found.framework))}."
    yield ""
    yield "| clause | what it is about | standing | why |"
    yield "|---|---|---|---|"
    for clause in found.clauses:
        cells = (
            code(clause_name(clause.clause)),
            sentence(clause.clause.title),
            clause.standing.value,
            sentence(reason_words(clause)),
        )
        yield f"| {' | '.join(cells)} |"
    for clause in found.clauses:
        if clause.checks:
            yield ""
            yield from _clause(audit, clause)


def _clause(audit: Audit, found: ClauseEvidence) -> Iterator[str]:
    yield f"**{code(clause_name(found.clause))}** {found.standing.value}"
    yield ""
    for check in found.checks:
        yield f"- {check.link.strength.value} {code(check.link.check)}: {sentence(check_words(check))}"
    for rule, shown, more in worth_showing(found):
        yield from (f"  - {rule.rule.id}: {code(judged_words(audit, judged))}" for judged in shown)
        if more:
            yield f"  - {sentence(more_words(more, rule.rule.id))}"
