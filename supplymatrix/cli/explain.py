"""`supplymatrix explain RULE`: the rule's page."""

from __future__ import annotations

import re

import click

from supplymatrix.checks.registry import find_rule
from supplymatrix.cli.output import page_width, write_stdout
from supplymatrix.cli.words import complete_rules
from supplymatrix.reports.plain import plain_lines
from supplymatrix.reports.snippet import wrap
from supplymatrix.sources.builtin import builtin_bytes

__all__ = ["explain", "reflow"]

_AS_IT_IS = re.compile(r"#+ |\||    |[-*] |\d+\. |  ")  # headings, tables, blocks, lists and what continues them
_HANGING = 2
_BARE_TABLE = ["| | |", "|---|---|"]


@click.command()
@click.argument("rule", shell_complete=complete_rules)
def explain(rule: str) -> None:
    """Explain a rule: what it means, why it matters, an example, and what to do.

    RULE is an id (SM110) or a name (sum-differs-from-log).
    """
    page = builtin_bytes("rules", f"{find_rule(rule).id}.md").decode("utf-8")
    write_stdout(plain_lines(reflow(page, page_width())))


def reflow(page: str, width: int) -> str:
    """Return a page with its paragraphs in lines of at most `width` columns, and everything else as it is.

    The rows of a table without a heading become lines `key: value`, and what does not fit is indented below.
    """
    out: list[str] = []
    paragraph: list[str] = []
    lines = page.split("\n")
    bare = False
    for number, line in enumerate(lines):
        if line and not _AS_IT_IS.match(line):
            paragraph.append(line)
            continue
        if paragraph:
            out += wrap(" ".join(paragraph), width)
            paragraph = []
        bare = line.startswith("|") and (bare or lines[number : number + 2] == _BARE_TABLE)
        if not bare:
            out.append(line)
        elif line not in _BARE_TABLE:
            key, _, text = line.strip("| ").partition("|")
            first, *rest = wrap(f"{key.strip()}: {text.strip()}", width - _HANGING)
            out += [first, *(f"{' ' * _HANGING}{line}" for line in rest)]
    return "\n".join([*out, *wrap(" ".join(paragraph), width)] if paragraph else out)
