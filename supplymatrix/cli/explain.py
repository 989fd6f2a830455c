"""`supplymatrix explain RULE`: the rule's page."""

from __future__ import annotations

import click

from supplymatrix.checks.registry import find_rule
from supplymatrix.cli.output import write_stdout
from supplymatrix.reports.plain import plain_lines
from supplymatrix.sources.builtin import builtin_bytes

__all__ = ["explain"]


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain a rule: what it means, why it matters, an example, and what to do.

    RULE is an id (SM110) or a name (sum-differs-from-log).
    """
    page = builtin_bytes("rules", f"{find_rule(rule).id}.md").decode("utf-8")
    write_stdout(plain_lines(page))
