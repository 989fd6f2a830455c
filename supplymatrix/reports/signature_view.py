"""What became of signed reports, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.signed import NamedFile, NamedState, SignatureCheck, SignedReport, SignedState
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain

__all__ = ["SCHEMA", "render_signatures_json", "render_signatures_text"]

SCHEMA = "supplymatrix.signatures/1"
_MARKS = {SignedState.HOLDS: "✓", SignedState.BROKEN: "✗", SignedState.UNSIGNED: "?"}
_WORDS = {
    NamedState.SAME: "is the file that was signed for",
    NamedState.DIFFERS: "is not the file that was signed for",
    NamedState.ABSENT: "is not at hand",
}
_ENDS = {
    0: "All signatures hold.",
    1: "All signatures hold; a statement says FAILED.",
    3: "Not everything is signed.",
    4: "ALARM: not everything is what the key's owner has signed.",
}


def render_signatures_text(check: SignatureCheck) -> str:
    """Return the answer for people."""
    lines = [f"Held against the {plain(check.key_name)} key {check.key_id}", ""]
    for report in check.reports:
        lines += _lines(report)
    return "\n".join([*lines, "", _ENDS[check.exit_code]]) + "\n"


def _lines(report: SignedReport) -> Iterator[str]:
    how = "in an envelope" if report.signature == "envelope" else f"by {plain(report.signature)}"
    words = {
        SignedState.HOLDS: f"signed {how}",
        SignedState.BROKEN: f"NOT as signed {how}: {plain(report.reason)}",
        SignedState.UNSIGNED: f"not signed: {plain(report.reason)}",
    }
    yield f"{_MARKS[report.state]} {plain(report.path)}: {words[report.state]}"
    for result, resource in zip(report.results, report.resources, strict=True):
        yield f"    {plain(result) or 'no result'}: {plain(resource)}"
    for file in report.named:
        mark = {NamedState.SAME: "✓", NamedState.DIFFERS: "✗", NamedState.ABSENT: "?"}[file.state]
        yield f"    {mark} {file.role} {plain(file.path or file.name)} {_WORDS[file.state]}"


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
                    "statements": [
                        {"result": result, "resource": resource}
                        for result, resource in zip(report.results, report.resources, strict=True)
                    ],
                    "named": [_named(file) for file in report.named],
                }
                for report in check.reports
            ],
        }
    )


def _named(file: NamedFile) -> dict[str, str]:
    return {"name": file.name, "role": file.role, "state": file.state.value, "path": file.path}
