"""A compliance report for people, and the list of frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supplymatrix.model.audit import Audit
from supplymatrix.policy.clauses import Framework
from supplymatrix.policy.compliance import ClauseEvidence, ComplianceReport, FrameworkEvidence, Standing
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
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import Paint, paint_for, text_width, wrap

__all__ = ["render", "render_frameworks"]


def render(report: ComplianceReport, *, color: bool = False, width: int = 80) -> str:
    """Return the report as text."""
    paint, lines = paint_for(color=color), []
    for subject in report.subjects:
        audit = subject.audit
        lines += [f"{paint.bold}{plain(audit.subject)}{paint.off}", *_hang("  ", policy_words(audit), width)]
        for words in (log_words(audit), default_words(subject)):
            lines += _hang("  ", words, width) if words else []
        lines += _hang("  ", CAVEAT, width)
        for found in subject.frameworks:
            lines += ["", *_framework(audit, found, paint, width)]
        lines.append("")
    for broken in report.unreadable:
        lines += [*_hang("not read: ", f"{broken.path}: {broken.diagnostics[0].message}", width), ""]
    lines.append(f"Exit {report.survey.exit_code}, that of `check`.")
    return "\n".join(lines) + "\n"


def render_frameworks(frameworks: Iterable[Framework], *, width: int = 80) -> str:
    """Return the known frameworks: name, version, how many ids, how many of them confirmed, against what."""
    lines = []
    for framework in frameworks:
        lines += _hang(f"{framework.id:10} ", f"{framework.title}, version {framework.version}", width)
        lines += _hang(f"{'':10} ", confirmed_words(framework), width)
        lines += _hang(f"{'':10} ", f"from {framework.artifact}", width)
    return "\n".join(lines) + "\n"


def _framework(audit: Audit, found: FrameworkEvidence, paint: Paint, width: int) -> Iterator[str]:
    first, *rest = _hang("", framework_title(found.framework), width)
    yield from (f"{paint.bold}{line}{paint.off}" for line in (first, *rest))
    yield from _hang("  ", standings_words(found), width)
    yield from _hang("  ", confirmed_words(found.framework), width)
    for clause in found.clauses:
        yield ""
        yield from _clause(audit, clause, paint, width)


def _clause(audit: Audit, found: ClauseEvidence, paint: Paint, width: int) -> Iterator[str]:
    clause = found.clause
    yield from _hang(f"  {plain(clause_name(clause))}  ", clause.title, width)
    colors = {Standing.SUPPORTED: paint.good, Standing.AGAINST: paint.error, Standing.INCOMPLETE: paint.warn}
    why = reason_words(found)
    first, *rest = _hang("    ", f"{found.standing.value}{f': {why}' if why else ''}", width)
    yield f"{colors.get(found.standing, '')}{first}{paint.off}"
    yield from rest
    for check in found.checks:
        head = f"    {check.link.strength.value:8} {plain(check.link.check):17} "
        yield from _hang(head, check_words(check), width)
    for rule, shown, more in worth_showing(found):
        for judged in shown:
            yield from _hang(f"      {rule.rule.id} ", judged_words(audit, judged), width)
        if more:
            yield from _hang("      ", more_words(more, rule.rule.id), width)


def _hang(head: str, text: str, width: int) -> list[str]:
    """Return head and text in lines of at most `width` columns, the following ones below the text's beginning."""
    indent = text_width(head) if text_width(head) <= width // 2 else 6
    first, *rest = wrap(text, width - text_width(head))
    return [f"{head}{first}", *(line for text in rest for line in _below(text, indent, width))]


def _below(text: str, indent: int, width: int) -> list[str]:
    return [f"{' ' * indent}{line}" for line in wrap(text, width - indent)]
