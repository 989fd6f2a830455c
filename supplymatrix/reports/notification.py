"""What a webhook is told of a run: one small JSON document, with outcomes, counts and digests, and no list of findings.

`json` is a document of our own, `slack` is {"text": …} as Slack and those who copy it take it. Neither names a module
of the build list: whoever reads a channel need not learn what is private. Described in docs/formats/notification.md.

Source: api.slack.com "Sending messages using incoming webhooks", "Formatting text" (escaping of & < >).
"""

from __future__ import annotations

import json
from datetime import datetime

from supplymatrix.model.audit import Audit, Survey, Unreadable
from supplymatrix.model.fact import ProjectFact
from supplymatrix.model.verdict import Outcome
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import (
    MEANING,
    counted,
    exit_of,
    meaning_of,
    outcome_of,
    outcome_of_exit,
    outcome_of_survey,
    path_of,
    proven_lines,
    say_tally,
    score_text,
    tally_of,
    worst_first,
)

__all__ = ["SCHEMA", "failure_message", "run_message"]

SCHEMA = "supplymatrix.notification/1"
_SUBJECTS = 50
_SLACK_SUBJECTS = 15
_LONGEST = 300  # characters of one text from outside
_SIGNS = {Outcome.PASS: "✅", Outcome.NOTHING: "➖", Outcome.ALARM: "🚨", Outcome.FAIL: "❌"}  # noqa: RUF001 - a sign


def run_message(survey: Survey, kind: str, *, now: datetime, tool_version: str) -> bytes:
    """Return the body for a run that came to a verdict. kind: "json" or "slack"; now: UTC."""
    items = worst_first(survey.items)
    outcome, meaning = outcome_of_survey(survey), plain(meaning_of(survey))
    if kind == "slack":
        return _slack(outcome, survey.exit_code, meaning, [_slack_line(item) for item in items])
    document = _head(outcome, survey.exit_code, now, tool_version, message=meaning)
    document |= {
        "subjects": [_subject(item) for item in items[:_SUBJECTS]],
        "subjects_not_listed": max(0, len(items) - _SUBJECTS),
        "reports": [
            {"name": plain(fellow.name), "format": fellow.format, "sha256": fellow.sha256} for fellow in survey.fellows
        ],
    }
    return _as_bytes(document)


def failure_message(exit_code: int, message: str, kind: str, *, now: datetime, tool_version: str) -> bytes:
    """Return the body for a run that ended without a verdict, such as one whose log lied. message: why."""
    outcome, message = outcome_of_exit(exit_code), _short(message)
    if kind == "slack":
        return _slack(outcome, exit_code, MEANING[outcome], [_code(message)])
    document = _head(outcome, exit_code, now, tool_version, message=message)
    return _as_bytes(document | {"subjects": [], "subjects_not_listed": 0, "reports": []})


def _head(outcome: Outcome, exit_code: int, now: datetime, tool_version: str, *, message: str) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "tool_version": tool_version,
        "judged_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "outcome": outcome.value,
        "exit_code": exit_code,
        "message": message,
    }


def _subject(item: Audit | Unreadable) -> dict[str, object]:
    base: dict[str, object] = {
        "path": _short(path_of(item)),
        "outcome": outcome_of(item).value,
        "exit_code": exit_of(item),
    }
    if isinstance(item, Unreadable):
        return base | {"name": "", "sha256": "", "policy": None, "score": None, "counts": None}
    verdict, tally = item.verdict, tally_of(item.verdict)
    proven, total = proven_lines([item])
    score = verdict.score
    return base | {
        "name": _short(item.subject),
        "sha256": next((fact.provenance.sha256 for fact in item.facts.of(ProjectFact)), ""),
        "policy": {"name": _short(verdict.policy_name), "sha256": verdict.policy_digest},
        "score": None
        if score is None
        else {"low": float(score.low), "high": float(score.high), "required": verdict.min_score},
        "counts": {
            "sum_lines": total,
            "proven": proven,
            "alarms": tally.alarms,
            "errors": tally.errors,
            "warnings": tally.warnings,
            "notes": tally.notes,
            "unknown": tally.unknown,
            "waived": tally.waived,
        },
    }


def _slack_line(item: Audit | Unreadable) -> str:
    outcome = outcome_of(item)
    sign = _SIGNS.get(outcome, "⚠️")
    if isinstance(item, Unreadable):
        return f"{sign} {_code(path_of(item))}: cannot be read"
    score = item.verdict.score
    proven, total = proven_lines([item])
    parts = [f"score {score_text(score)}"] if score is not None else []
    parts += [f"{proven:,} of {counted(total, 'go.sum line')} proven", *say_tally(tally_of(item.verdict))]
    return f"{sign} {_code(item.subject)}: {outcome.value} · {' · '.join(parts)}"


def _slack(outcome: Outcome, exit_code: int, meaning: str, lines: list[str]) -> bytes:
    shown = lines[:_SLACK_SUBJECTS]
    if len(lines) > len(shown):
        shown.append(f"and {len(lines) - len(shown):,} more")
    sign = _SIGNS.get(outcome, "⚠️")
    head = f"{sign} *supplymatrix: {outcome.value}* (exit {exit_code}): {meaning}"
    return _as_bytes({"text": "\n".join([head, *shown])})


def _code(text: str) -> str:
    """Return a text from outside as Slack's code span: no markup, no mention, no link in it."""
    safe = _short(text).replace("`", "'").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"`{safe}`" if safe else "-"


def _short(text: str) -> str:
    text = plain(" ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _as_bytes(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
