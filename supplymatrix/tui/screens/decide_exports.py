"""What can be written of a decision: the formats of the command, the ask list and the record."""

from __future__ import annotations

from supplymatrix.reports.ask_list import render_ask_list
from supplymatrix.reports.decision_json import render_decision_json
from supplymatrix.reports.decision_markdown import render_decision_markdown, render_decision_record
from supplymatrix.reports.decision_text import render_decision_text
from supplymatrix.tui.screens.base import Export
from supplymatrix.vendors.decide import Decision

__all__ = ["decision_exports"]


def decision_exports(decision: Decision, twin: str) -> tuple[Export, ...]:
    """Return the files, the ask list first. twin: the command that decides the same."""
    return (
        Export(key="a", format="ask list", file="questions.md", render=lambda: render_ask_list(decision),
               command=f"{twin} --ask questions.md"),
        Export(key="t", format="text", file="decision.txt",
               render=lambda: render_decision_text(decision, again=twin), command=twin),
        Export(key="j", format="json", file="decision.json", render=lambda: render_decision_json(decision),
               command=f"{twin} --format json"),
        Export(key="m", format="markdown", file="decision.md", render=lambda: render_decision_markdown(decision),
               command=f"{twin} --format markdown"),
        Export(key="r", format="record", file="record.md", render=lambda: render_decision_record(decision),
               command=f"{twin} --record record.md"),
    )  # fmt: skip
