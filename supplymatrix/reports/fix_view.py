"""A plan of updates, for people and as JSON: the commands, what each clears and brings along, and go.mod before and
after."""

from __future__ import annotations

from collections.abc import Iterator

from supplymatrix.model.fix_plan import FixPlan, FixStep
from supplymatrix.reports.database_words import say_database
from supplymatrix.reports.json_text import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import fold, wrap
from supplymatrix.reports.tally import counted
from supplymatrix.reports.text_diff import render_diff

__all__ = ["SCHEMA", "render_fix_json", "render_fix_text"]

SCHEMA = "supplymatrix.fix-plan/1"
_BROUGHT = 5
"""Modules brought along that are named for each step."""


def render_fix_text(plan: FixPlan, width: int = 80) -> str:
    """Return the plan as a person reads it; its commands can be copied."""
    lines = [f"{plain(plan.name)}: {_head(plan)}"]
    for database in plan.databases:
        lines += fold("  ", say_database(database), width)
    for step in plan.steps:
        lines += ["", f"  {plain(step.command)}", *_about(step, width)]
    for text in _kept(plan):
        lines += ["", *fold("  ", text, width)]
    diff = render_diff(plan.old, plan.new, "go.mod")
    if diff:
        lines += ["", *diff.rstrip("\n").split("\n")]
    for gap in plan.gaps:
        lines += ["", *wrap(f"? {gap.in_words}", width)]
    lines += [line for note in plan.notes for line in ("", *wrap(note, width))]
    return "\n".join([*lines, "", *wrap(_end(plan), width), ""])


def _head(plan: FixPlan) -> str:
    if not plan.found:
        return "nothing to clear was found" if not plan.gaps else "nothing to clear was found as far as it is known"
    number = len(plan.found)
    cleared = number - len({kept.advisory for kept in plan.not_cleared} & {*plan.found})
    few = "the fewest" if plan.is_smallest else "perhaps not the fewest"
    updates = f"by {counted(len(plan.steps), 'update')}" if plan.steps else "by no update"
    ending = f" ({few})" if len(plan.steps) > 1 else ""
    return f"{cleared:,} of {number:,} {'advisory' if number == 1 else 'advisories'} cleared {updates}{ending}"


def _about(step: FixStep, width: int) -> Iterator[str]:
    was = f"from {step.was}" if step.was else "not in the build list before"
    yield from fold("    ", f"{was}; clears {', '.join(step.clears) or 'nothing by itself'}", width)
    if step.brings:
        named = ", ".join(f"{one.path} {one.becomes}" for one in step.brings[:_BROUGHT])
        more = len(step.brings) - _BROUGHT
        yield from fold("    ", f"raises {named}{f' and {more} more' if more > 0 else ''}", width)


def _kept(plan: FixPlan) -> Iterator[str]:
    """Say what no step clears; advisories of one module with the same reason together."""
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for kept in plan.not_cleared:
        alike.setdefault((kept.path, kept.version, kept.reason, kept.remedy), []).append(kept.advisory)
    for (path, version, reason, remedy), names in alike.items():
        more = f" and {len(names) - _BROUGHT:,} more" if len(names) > _BROUGHT else ""
        yield f"not cleared: {', '.join(names[:_BROUGHT])}{more} in {path} {version}: {reason}; next: {remedy}"


def _end(plan: FixPlan) -> str:
    if plan.gaps:
        return "Not everything is known: the plan may lack something. Nothing was changed."
    if plan.not_cleared:
        return "Some of it no update clears. Nothing was changed."
    if plan.steps:
        return "Nothing was changed: run the commands, then `go mod tidy` and `supplymatrix check`."
    return "Nothing to do."


def render_fix_json(plan: FixPlan) -> str:
    """Return the plan as JSON, all of it."""
    document = {
        "schema": SCHEMA,
        "exit_code": plan.exit_code,
        "project": plain(plan.name),
        "databases": [
            {
                "id": plain(database.id),
                "name": plain(database.name),
                "dated": database.dated.isoformat() if database.dated is not None else None,
                "sha256": database.sha256,
                "attribution": plain(database.attribution),
            }
            for database in plan.databases
        ],
        "found": [plain(name) for name in plan.found],
        "is_smallest": plan.is_smallest,
        "steps": [
            {
                "command": plain(step.command),
                "path": plain(step.path),
                "was": plain(step.was),
                "becomes": plain(step.becomes),
                "clears": [plain(name) for name in step.clears],
                "brings": [_change(one.path, one.was, one.becomes) for one in step.brings],
            }
            for step in plan.steps
        ],
        "raised": [_change(one.path, one.was, one.becomes) for one in plan.raised],
        "not_cleared": [
            {
                "path": plain(kept.path),
                "version": plain(kept.version),
                "advisory": plain(kept.advisory),
                "reason": plain(kept.reason),
                "remedy": plain(kept.remedy),
            }
            for kept in plan.not_cleared
        ],
        "diff": render_diff(plan.old, plan.new, "go.mod"),
        "gaps": [
            {"wanted": plain(gap.wanted), "reason": plain(gap.reason), "remedy": plain(gap.remedy)} for gap in plan.gaps
        ],
        "notes": [plain(note) for note in plan.notes],
    }
    return as_json(document)


def _change(path: str, was: str, becomes: str) -> dict[str, str]:
    return {"path": plain(path), "was": plain(was), "becomes": plain(becomes)}
