"""The score in full: what each rule contributes, what caps take away, and where the next points are.

Every number is exact. What is printed adds up: contributions and caps make the score, to the last fraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.rule import Rule
from supplymatrix.model.verdict import Mode, Score, Verdict
from supplymatrix.policy.next_points import NextPoint, next_points
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import text_width, wrap
from supplymatrix.reports.tally import counted, mixed, path_of, say_excuses

__all__ = ["render_score_json", "render_score_text"]

SCHEMA = "supplymatrix.score/1"
_HEAD = ("rule", "weight", "passed", "failed", "waived", "unknown", "low", "high")


def render_score_text(survey: Survey, *, explain: bool, width: int) -> str:
    """Return the score of each subject. explain: with what the next points would cost."""
    blocks = [_subject(item, explain=explain, width=width) for item in survey.items]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _subject(item: Audit | Unreadable, *, explain: bool, width: int) -> list[str]:
    if isinstance(item, Unreadable):
        return wrap(f"{path_of(item)}: cannot be read: {item.diagnostics[0].message}", width)
    verdict, score = item.verdict, item.verdict.score
    if score is None:
        return [f"{plain(item.subject)}: no rule applied to anything, so that there is no score"]
    lines = wrap(f"{item.subject}  {_headline(verdict, score)}", width)
    lines += ["", *_table(score, item.rules, width)]
    if explain:
        lines += ["", *_next(next_points(score, item.rules), item, width)]
    return lines


def _headline(verdict: Verdict, score: Score) -> str:
    between = mixed(score.low) if score.low == score.high else f"{mixed(score.low)} to {mixed(score.high)}"
    parts = [f"score {between}, {verdict.min_score} needed: {verdict.outcome.value}"]
    if verdict.mode is not Mode.ENFORCE:
        parts.append(f"mode {verdict.mode.value}")
    if score.waived:
        parts.append(f"{mixed(score.waived)} of it by {say_excuses(verdict)}")
    return " · ".join(parts)


def _table(score: Score, rules: Mapping[str, Rule], width: int) -> list[str]:
    rows: list[tuple[str, ...]] = [_HEAD]
    for share in score.contributions:
        numbers = (share.weight, share.passed, share.failed, share.waived, share.unknown)
        rows.append((share.rule, *(f"{number:,}" for number in numbers), mixed(share.low), mixed(share.high)))
    whole = sum(share.weight for share in score.contributions)
    low = sum((share.low for share in score.contributions), Fraction(0))
    high = sum((share.high for share in score.contributions), Fraction(0))
    rows.append(("sum", f"{whole:,}", "", "", "", "", mixed(low), mixed(high)))
    for rule, from_low, from_high, _ in score.caps:
        rows.append((f"cap {rule}", "", "", "", "", "", _minus(from_low), _minus(from_high)))
    if score.caps:
        rows.append(("score", "", "", "", "", "", mixed(score.low), mixed(score.high)))
    sizes = [max(text_width(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(_cell(row, column, sizes) for column in range(len(_HEAD))).rstrip() for row in rows]
    for rule, _, _, why in score.caps:
        lines += wrap(f"cap {rule} {rules[rule].name}: {why}", width)
    lines += wrap(
        "A rule gives its weight's share of 100 points for the things that pass or are waived: of low, what is unknown "
        "counts as failed; of high, as passed.",
        width,
    )
    return lines


def _cell(row: Sequence[str], column: int, sizes: Sequence[int]) -> str:
    return row[column].ljust(sizes[column]) if column == 0 else row[column].rjust(sizes[column])


def _minus(points: Fraction) -> str:
    return f"-{mixed(points)}" if points else "0"


def _next(points: Sequence[NextPoint], audit: Audit, width: int) -> list[str]:
    if not points:
        return ["every rule that applies has all its points"]
    lines = ["cheapest next points of low"]
    for point in points:
        left = [counted(point.failed, "finding")] if point.failed else []
        left += [f"{point.unknown:,} unknown"] if point.unknown else []
        gain = f"+{mixed(point.gain_one)}"
        if point.failed + point.unknown > 1:
            gain += f" for one, +{mixed(point.gain_all)} for all"
        text = f"{gain}  {point.rule} {audit.rules[point.rule].name}: {' and '.join(left)}"
        if not point.gain_all:
            text += f" (costs {mixed(point.loses)}, hidden by a cap)"
        fix = _first_fix(audit, point.rule)
        lines += [f"  {line}" for line in wrap(text + (f": {fix}" if fix else ""), width - 2)]
    return lines


def _first_fix(audit: Audit, rule: str) -> str:
    """Return what mends the first finding of a rule, or makes the first of its gaps known."""
    for judged in audit.verdict.judged:
        if judged.rule == rule and judged.waiver is None:
            if judged.finding is not None and judged.finding.fix:
                return judged.finding.fix
            if judged.gap is not None and judged.gap.remedy:
                return judged.gap.remedy
    return ""


def render_score_json(survey: Survey) -> str:
    """Return the score of each subject as JSON, schema "supplymatrix.score/1"."""
    return as_json(
        {"schema": SCHEMA, "exit_code": survey.exit_code, "subjects": [_json(item) for item in survey.items]}
    )


def _json(item: Audit | Unreadable) -> dict[str, object]:
    if isinstance(item, Unreadable):
        return {"subject": path_of(item), "outcome": "broken", "min_score": 0, "score": None, "next_points": []}
    score = item.verdict.score
    return {
        "subject": item.subject,
        "outcome": item.verdict.outcome.value,
        "min_score": item.verdict.min_score,
        "score": None if score is None else _score_json(score),
        "next_points": [] if score is None else [_next_json(point) for point in next_points(score, item.rules)],
    }


def _score_json(score: Score) -> dict[str, object]:
    return {
        "low": str(score.low),
        "high": str(score.high),
        "waived": str(score.waived),
        "contributions": [
            {
                "rule": share.rule,
                "weight": share.weight,
                "passed": share.passed,
                "failed": share.failed,
                "waived": share.waived,
                "unknown": share.unknown,
                "low": str(share.low),
                "high": str(share.high),
            }
            for share in score.contributions
        ],
        "caps": [
            {"rule": rule, "low": str(-low), "high": str(-high), "why": why} for rule, low, high, why in score.caps
        ],
    }


def _next_json(point: NextPoint) -> dict[str, object]:
    return {
        "rule": point.rule,
        "failed": point.failed,
        "unknown": point.unknown,
        "gain_one": str(point.gain_one),
        "gain_all": str(point.gain_all),
        "loses": str(point.loses),
    }
