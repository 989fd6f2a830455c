"""What the licence of Go allows and asks, for people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from supplymatrix.licences.go_terms import GoText, GoUse, TextState, Verb
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.plain import plain

__all__ = ["SCHEMA", "render_terms_json", "render_terms_text"]

SCHEMA = "supplymatrix.terms/1"
_LABEL = 14
_MARKS = {TextState.KNOWN: "✓", TextState.SPACED: "✓", TextState.OTHER: "✗", TextState.MISSING: "?"}
_VERDICTS = {
    0: "the texts that lie there are those that this is about",
    1: "another text lies there: read it, since what stands above is not about it",
    3: "the texts of this Go could not be looked at; what stands above is about those that it was released with",
}


def render_terms_text(
    uses: Sequence[GoUse], goroot: str, version: str, texts: Sequence[GoText], exit_code: int, *, width: int = 80
) -> str:
    """Return each use as a question with its answer and rules, and then which texts lie in a Go."""
    width = max(60, width)
    lines: list[str] = []
    for use in uses:
        lines += textwrap.wrap(
            f"{use.question} {use.answer.capitalize()}{':' if use.answer.endswith('if') else '.'}", width
        )
        for rule in use.rules:
            verb = "it ends" if rule.verb is Verb.ENDS else f"you {rule.verb.value}"
            quote = f': "{rule.quote}"' if rule.quote else ""
            lines += _wrapped(verb, rule.text, width)
            lines += _wrapped("", f"[{rule.source}{quote}]", width)
        lines.append("")
    lines += textwrap.wrap("This is what the two texts and the notices in Go's files say, and no legal advice.", width)
    lines.append("")
    if goroot:
        lines.append(plain(f"Go {version or 'of no known version'} in {goroot}"))
    for text in texts:
        said = f"{text.edition}, {text.state.value}" if text.edition else text.reason or "a text that is not known here"
        digest = f" (SHA-256 {text.sha256[:16]}…)" if text.sha256 else ""
        lines += textwrap.wrap(plain(f"  {_MARKS[text.state]} {text.name}: {said}{digest}"), width)
    lines += textwrap.wrap(_VERDICTS[exit_code], width)
    return "\n".join(lines) + "\n"


def render_terms_json(uses: Sequence[GoUse], goroot: str, version: str, texts: Sequence[GoText], exit_code: int) -> str:
    """Return the same as JSON, "supplymatrix.terms/1"."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": exit_code,
            "goroot": goroot,
            "version": version,
            "files": [
                {
                    "name": text.name,
                    "state": text.state.value,
                    "sha256": text.sha256,
                    "edition": text.edition,
                    "reason": text.reason,
                }
                for text in texts
            ],
            "uses": [
                {
                    "key": use.key,
                    "question": use.question,
                    "answer": use.answer,
                    "rules": [
                        {"verb": rule.verb.value, "text": rule.text, "source": rule.source, "quote": rule.quote}
                        for rule in use.rules
                    ],
                }
                for use in uses
            ],
        }
    )


def _wrapped(label: str, text: str, width: int) -> list[str]:
    start = f"  {label:{_LABEL}}"
    lines = textwrap.wrap(plain(text), max(30, width - len(start)), break_on_hyphens=False) or [""]
    return [f"{start}{lines[0]}", *(" " * len(start) + line for line in lines[1:])]
