"""A compliance report as a table for spreadsheets: one line for each rule of each check of each clause.

A check without a rule, and a clause without a check, have a line of their own. A cell that a spreadsheet would take for
a formula begins with an apostrophe.
Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from supplymatrix.policy.compliance import ClauseEvidence, ComplianceReport, RuleEvidence, SubjectEvidence
from supplymatrix.reports.matrix_csv import safe_field

__all__ = ["COLUMNS", "render"]

COLUMNS = (
    "subject", "framework", "version", "clause", "title", "confirmed", "standing", "why", "check", "strength", "ran",
    "rule", "passed", "failed", "waived", "excused", "unknown", "policy_digest", "judged_at",
)  # fmt: skip


def render(report: ComplianceReport, *, color: bool = False, width: int = 80) -> str:
    """Return the report as CSV, with a header, lines ending in CR LF; a cell is empty where nothing is to be said.

    A subject that could not be read has a line with its path, and the fault under `why`.
    """
    del color, width
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for subject in report.subjects:
        for found in subject.frameworks:
            head = [subject.audit.subject, found.framework.id, found.framework.version]
            for clause in found.clauses:
                writer.writerows([*map(safe_field, head), *row] for row in _rows(subject, clause))
    for broken in report.unreadable:
        empty = [""] * (len(COLUMNS) - 8)
        writer.writerow([safe_field(broken.path), *[""] * 6, safe_field(broken.diagnostics[0].message), *empty])
    return text.getvalue()


def _rows(subject: SubjectEvidence, found: ClauseEvidence) -> Iterator[list[str | int]]:
    clause, verdict = found.clause, subject.audit.verdict
    front: list[str | int] = [
        safe_field(clause.id),
        safe_field(clause.title),
        "yes" if clause.is_confirmed else "no",
        found.standing.value,
        safe_field("; ".join(found.reasons)),
    ]
    end = [verdict.policy_digest, f"{verdict.now:%Y-%m-%dT%H:%M:%SZ}"]
    if not found.checks:
        yield [*front, *[""] * 9, *end]
    for check in found.checks:
        named: list[str | int] = [*front, safe_field(check.link.check), check.link.strength.value]
        if not check.rules:
            yield [*named, check.ran.value, *[""] * 6, *end]
        for rule in check.rules:
            yield [*named, *_counts(rule), *end]


def _counts(rule: RuleEvidence) -> list[str | int]:
    return [rule.ran.value, rule.rule.id, rule.passed, rule.failed, rule.waived, rule.excused, rule.unknown]
