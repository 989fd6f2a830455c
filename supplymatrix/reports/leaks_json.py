"""Which names go to whom, as JSON: "supplymatrix.leaks/1"."""

from __future__ import annotations

from supplymatrix.privacy.needs import COMMANDS
from supplymatrix.privacy.runs import LeaksRun
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.sources_json import gaps_json, place_json

__all__ = ["SCHEMA", "render_leaks_json"]

SCHEMA = "supplymatrix.leaks/1"


def render_leaks_json(run: LeaksRun) -> str:
    """Return the run as JSON."""
    return as_json(
        {
            "schema": SCHEMA,
            "exit_code": run.exit_code,
            "subject": run.name,
            "scenario": run.scenario.value,
            "command": COMMANDS[run.scenario],
            "warm": run.is_warm,
            "contexts": list(run.contexts),
            "names": [
                {
                    "context": sent.context,
                    "name": sent.name,
                    "version": sent.version,
                    "host": sent.host,
                    "asked": sent.asked.value,
                    "reason": sent.reason.value,
                    "requests": list(sent.requests),
                    "sure": sent.is_sure,
                    "when": sent.when,
                    "private": sent.is_private,
                    "perhaps_private": sent.may_be_private and not sent.is_private,
                    "private_by": sent.private_by,
                    "location": place_json(sent.location),
                }
                for sent in run.sent
            ],
            "refused": list(run.refused),
            "gaps": gaps_json(run.gaps),
            "notes": list(run.notes),
        }
    )
