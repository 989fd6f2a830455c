"""`supplymatrix rules`: all rules, one line each."""

from __future__ import annotations

import json

import click

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.cli.output import in_columns, page_width, write_stdout

__all__ = ["rules"]


@click.command()
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(format_: str) -> None:
    """List all rules: id, name, severity, default level and what the bad state is."""
    if format_ == "json":
        documents = [
            {
                "id": rule.id,
                "name": rule.name,
                "severity": rule.severity.value,
                "level": rule.level.value,
                "title": rule.title,
                "why": rule.why,
                "offline": rule.offline,
                "fixable": rule.fixable,
                "since": rule.since,
            }
            for rule in ALL_RULES.values()
        ]
        write_stdout(json.dumps({"schema": "supplymatrix.rules/1", "rules": documents}, indent=2) + "\n")
        return
    name = max(len(rule.name) for rule in ALL_RULES.values())
    rows = [
        (f"{rule.id}  {rule.name:{name}}  {rule.severity.value:8}  {rule.level.value:5}", rule.title)
        for rule in ALL_RULES.values()
    ]
    lines = in_columns(rows, indent=7, width=page_width())
    write_stdout("\n".join([*lines, "", "supplymatrix explain SM110 tells more of one of them.", ""]))
