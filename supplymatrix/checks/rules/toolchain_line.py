"""SM107 toolchain-line: go.sum names a Go toolchain."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.checks.result import failed, line_subject
from supplymatrix.checks.view import FactView
from supplymatrix.model.module import TOOLCHAIN_PATH
from supplymatrix.model.rule import Level, Result, Rule, Severity

__all__ = ["JUDGED_BY", "RULE", "check"]

JUDGED_BY = "facts"
RULE = Rule(
    id="SM107",
    name="toolchain-line",
    title="go.sum names a Go toolchain",
    why="The go command takes toolchain hashes from the log alone and never writes them to go.sum: something else did.",
    severity=Severity.MEDIUM,
    level=Level.WARN,
    needs=("SumLine",),
    offline=True,
    fixable=True,
    since="0.1.0",
    check_kind="source-chain",
)


def check(view: FactView) -> Iterator[Result]:
    """One finding for each line of golang.org/toolchain."""
    for line in view.lines:
        if line.subject.path == TOOLCHAIN_PATH:
            yield failed(
                RULE,
                line_subject(line.subject, line.kind),
                line.subject,
                message=f"go.sum names the toolchain {line.subject.version}",
                label="the go command does not write such lines",
                locations=(line.location,),
                fix="remove the line, and find out what wrote it",
            )
