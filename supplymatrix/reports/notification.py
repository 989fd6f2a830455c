"""What a webhook is told of a run: one small JSON document, with outcomes, counts and digests, and no list of findings.

`json` is a document of our own, `slack` is {"text": …} as Slack and those who copy it take it. Neither names a module
of the build list: whoever reads a channel need not learn what is private. So of what went wrong only its kind is told,
the place, and the words up to the first that could be more than a word. Described in docs/formats/notification.md.

Source: api.slack.com "Sending messages using incoming webhooks", "Formatting text" (escaping of & < >).
"""

from __future__ import annotations

import json
import re
from datetime import datetime

from supplymatrix.errors import Diagnostic, InputError, SourceError, SupplymatrixError, TransportError, TrustError
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
_MOST_WORDS = 12
_WORD = re.compile(r"[A-Za-z]?[a-z]*(?:['-][a-z]+)*")  # a module path with a host in it is none
_ERROR = "error"
"""The outcome of a run that broke off, by a fault of the program or since nobody read its output."""
_BROKE_OFF = "the run broke off"
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (InputError, "input or output cannot be used"),
    (TrustError, "an answer is not what it claims to be"),
    (SourceError, "something on the machine failed"),
    (TransportError, "a server could not be asked"),
    (BrokenPipeError, "the output was not read to its end"),
)
_SIGNS = {Outcome.PASS: "✅", Outcome.NOTHING: "➖", Outcome.ALARM: "🚨", Outcome.FAIL: "❌"}  # noqa: RUF001 - a sign


def run_message(
    survey: Survey,
    kind: str,
    *,
    now: datetime,
    tool_version: str,
    exit_code: int | None = None,
    fault: Exception | None = None,
) -> bytes:
    """Return the body for a run that came to a verdict. kind: "json" or "slack"; now: UTC.

    exit_code: what the run ends with, None = the survey's. fault: what went wrong behind the verdict.
    """
    items = worst_first(survey.items)
    code = survey.exit_code if exit_code is None else exit_code
    outcome, meaning = outcome_of_survey(survey).value, plain(meaning_of(survey))
    if code != survey.exit_code:
        outcome, meaning = _outcome_of(code), _BROKE_OFF
    said = [_said(fault)] if fault is not None else []
    if kind == "slack":
        return _slack(outcome, code, meaning, [*map(_code, said), *map(_slack_line, items)])
    document = _head(outcome, code, now, tool_version, message="; ".join([meaning, *said]))
    document |= {
        "subjects": [_subject(item) for item in items[:_SUBJECTS]],
        "subjects_not_listed": max(0, len(items) - _SUBJECTS),
        "reports": [
            {"name": plain(fellow.name), "format": fellow.format, "sha256": fellow.sha256} for fellow in survey.fellows
        ],
    }
    return _as_bytes(document)


def failure_message(exit_code: int, fault: Exception, kind: str, *, now: datetime, tool_version: str) -> bytes:
    """Return the body for a run that ended without a verdict, such as one whose log lied. fault: why."""
    outcome, message = _outcome_of(exit_code), _said(fault)
    if kind == "slack":
        return _slack(outcome, exit_code, _meaning_of(exit_code), [_code(message)])
    document = _head(outcome, exit_code, now, tool_version, message=message)
    return _as_bytes(document | {"subjects": [], "subjects_not_listed": 0, "reports": []})


def _outcome_of(code: int) -> str:
    try:
        return outcome_of_exit(code).value
    except KeyError:
        return _ERROR


def _meaning_of(code: int) -> str:
    try:
        return MEANING[outcome_of_exit(code)]
    except KeyError:
        return _BROKE_OFF


def _said(fault: Exception) -> str:
    """Return what may be told of a fault to people who need not know the project's modules."""
    kind = next((words for kind, words in _KINDS if isinstance(fault, kind)), "")
    if not kind:
        return f"internal error: {type(fault).__name__}"
    if not isinstance(fault, SupplymatrixError):
        return kind
    if not isinstance(fault, InputError):
        return ": ".join(filter(None, (kind, _own_words(str(fault)))))
    first, *others = fault.diagnostics
    more = f" (and {len(others):,} more)" if others else ""
    return ": ".join(filter(None, (kind, _place(first), _own_words(first.message)))) + more


def _place(fault: Diagnostic) -> str:
    """Return file:line:column. Where a folder could be the host of a module path, the file's own name is told alone."""
    *folders, name = fault.artifact.split("/")
    is_calm = not any("." in folder.strip(".") or "@" in folder for folder in folders)
    text = fault.artifact if is_calm else name
    if fault.line:
        text += f":{fault.line}" + (f":{fault.column}" if fault.column else "")
    return _short(text)


def _own_words(message: str) -> str:
    """Return a message's first words, up to what may be from outside: a path, a version, anything in quotes."""
    words: list[str] = []
    for word in message.split()[:_MOST_WORDS]:
        core = word.rstrip(",;:")
        if not core or not _WORD.fullmatch(core):
            break
        words.append(core if word[-1] in ";:" else word)
        if word[-1] in ";:":
            break
    return " ".join(words).rstrip(",")


def _head(outcome: str, exit_code: int, now: datetime, tool_version: str, *, message: str) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "tool_version": tool_version,
        "judged_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "outcome": outcome,
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


def _slack(outcome: str, exit_code: int, meaning: str, lines: list[str]) -> bytes:
    shown = lines[:_SLACK_SUBJECTS]
    if len(lines) > len(shown):
        shown.append(f"and {len(lines) - len(shown):,} more")
    sign = _SIGNS.get(Outcome(outcome), "⚠️") if outcome != _ERROR else "❌"
    head = f"{sign} *supplymatrix: {outcome}* (exit {exit_code}): {meaning}"
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
