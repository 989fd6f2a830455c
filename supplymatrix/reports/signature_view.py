"""What became of signed reports, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.signed import NamedFile, NamedState, SignatureCheck, SignedReport, SignedState, SignedStatement
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain

__all__ = ["SCHEMA", "render_signatures_json", "render_signatures_text"]

SCHEMA = "supplymatrix.signatures/1"
_MARKS = {
    SignedState.HOLDS: "✓",
    SignedState.BROKEN: "✗",
    SignedState.UNSIGNED: "?",
    SignedState.UNBOUND: "?",
    SignedState.UNREADABLE: "!",
}
_WORDS = {
    NamedState.SAME: "is the file that was signed for",
    NamedState.DIFFERS: "is not the file that was signed for",
    NamedState.ABSENT: "is not at hand",
}
_ENDS = {
    0: "All signatures hold.",
    1: "All signatures hold; a statement says FAILED.",
    2: "Not everything can be read.",
    3: "Not everything is signed, or bound by a statement to what was asked for.",
    4: "ALARM: not everything is what the key's owner has signed.",
}


def render_signatures_text(check: SignatureCheck) -> str:
    """Return the answer for people."""
    lines = [f"Held against the {plain(check.key_name)} key {check.key_id}", ""]
    for report in check.reports:
        lines += _lines(report)
    return "\n".join([*lines, "", _end(check)]) + "\n"


def _end(check: SignatureCheck) -> str:
    """Return what the answer comes to; another policy is spoken of only where a certain one was asked for."""
    if check.exit_code != 1 or not check.asks_policy:
        return _ENDS[check.exit_code]
    statements = [statement for report in check.reports for statement in report.statements]
    parts = ["a statement says FAILED"] if any(found.result != "PASSED" for found in statements) else []
    parts += ["a statement is by another policy"] if not all(found.by_policy for found in statements) else []
    return f"All signatures hold; {', and '.join(parts)}."


def _lines(report: SignedReport) -> Iterator[str]:
    how = {"envelope": "in an envelope", "inside": "inside"}.get(report.signature, f"by {plain(report.signature)}")
    words = {
        SignedState.HOLDS: f"signed {how}",
        SignedState.BROKEN: f"NOT as signed {how}: {plain(report.reason)}",
        SignedState.UNSIGNED: f"not signed: {plain(report.reason)}",
        SignedState.UNBOUND: f"signed {how}, but {plain(report.reason)}",
        SignedState.UNREADABLE: f"cannot be read: {plain(report.reason)}",
    }
    yield f"{_MARKS[report.state]} {plain(report.path)}: {words[report.state]}"
    for statement in report.statements:
        yield from _statement_lines(statement)
    for file in report.named:
        mark = {NamedState.SAME: "✓", NamedState.DIFFERS: "✗", NamedState.ABSENT: "?"}[file.state]
        is_elsewhere = file.role == "report" and file.path not in ("", file.name)
        named = f", named {plain(file.name)} there" if is_elsewhere else ""
        yield f"    {mark} {file.role} {plain(file.path or file.name)} {_WORDS[file.state]}{named}{_elsewhere(file)}"


def _elsewhere(file: NamedFile) -> str:
    """Return what lies at the path that the statement names, where that is not the file that decides."""
    if not file.elsewhere:
        return ""
    if file.state is NamedState.DIFFERS:
        return f"; {plain(file.elsewhere)} is, and a file beside the statement decides"
    return f": {plain(file.elsewhere)} from here is another file"


def _statement_lines(statement: SignedStatement) -> Iterator[str]:
    yield f"    {plain(statement.result) or 'no result'}: {plain(statement.resource)}"
    mark = "" if statement.by_policy else "✗ another policy than the one asked for: "
    digest = plain(statement.policy_sha256) or "not told"
    yield f"        {mark}policy {plain(statement.policy) or 'not told'}, SHA-256 {digest}"
    yield f"        judged {plain(statement.time) or 'at a time not told'} by {plain(statement.verifier)}"


def render_signatures_json(check: SignatureCheck) -> str:
    """Return the answer as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": check.exit_code,
            "key": {"name": check.key_name, "sha256": check.key_id},
            "reports": [
                {
                    "path": report.path,
                    "state": report.state.value,
                    "signature": report.signature,
                    "reason": report.reason,
                    "statements": [_statement(statement) for statement in report.statements],
                    "named": [_named(file) for file in report.named],
                }
                for report in check.reports
            ],
        }
    )


def _statement(statement: SignedStatement) -> dict[str, str | bool]:
    return {
        "result": statement.result,
        "resource": statement.resource,
        "policy": statement.policy,
        "policy_sha256": statement.policy_sha256,
        "time": statement.time,
        "verifier": statement.verifier,
        "by_policy": statement.by_policy,
    }


def _named(file: NamedFile) -> dict[str, str]:
    return {"name": file.name, "role": file.role, "state": file.state.value, "path": file.path}
