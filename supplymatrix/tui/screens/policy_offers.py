"""What the policy screen gives away: the commands with the same facts, files, and all of it as text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from supplymatrix.checks.registry import ALL_RULES
from supplymatrix.engine.policy_case import PolicyCase, preset_sentences
from supplymatrix.reports.plain import plain
from supplymatrix.reports.policy_view import render_policy_json, render_policy_text
from supplymatrix.reports.score_view import render_score_json, render_score_text
from supplymatrix.reports.snippet import wrap
from supplymatrix.tui.screens.base import Export
from supplymatrix.tui.screens.policy_rows import PolicyRows, level_text, lost_text, origin_text, waterfall_lines
from supplymatrix.tui.screens.project_offers import Commands
from supplymatrix.tui.shell_words import path_word

__all__ = ["policy_exports", "policy_text", "score_command", "show_command"]

_CHECKS = (("c", "check", "check.txt", "text"), ("C", "check-json", "check.json", "json"),
           ("s", "sarif", "check.sarif", "sarif"), ("m", "markdown", "check.md", "markdown"))  # fmt: skip


def show_command(commands: Commands) -> str:
    """Return the command that shows the policy of a project."""
    path = commands.project.as_posix() if commands.project is not None else "."
    return f"supplymatrix policy show{f' {path_word(path)}' if path != '.' else ''}"


def score_command(commands: Commands) -> str:
    """Return the command that shows how the score comes about."""
    check = commands.check.replace("supplymatrix check", "supplymatrix score", 1)
    return f"{check} --explain{commands.options}"


def policy_exports(case: PolicyCase, commands: Commands) -> tuple[Export, ...]:
    """Return the policy as `policy show` writes it, and the reports of `check`: both of the policy as it is."""
    from supplymatrix.reports.registry import render_survey

    audit, survey = case.run.audit, case.run.survey
    show = show_command(commands)
    if audit is None or survey is None:
        return ()
    today = audit.verdict.now.date()
    found = [
        Export(
            key="t", format="policy", file="policy.txt", command=f"{show} --resolved > policy.txt",
            render=partial(render_policy_text, case.view, ALL_RULES, today=today, everything=True),
        ),
        Export(
            key="j", format="policy-json", file="policy.json", command=f"{show} --format json > policy.json",
            render=partial(render_policy_json, case.view, ALL_RULES, today=today),
        ),
    ]  # fmt: skip
    found += [
        Export(
            key=key,
            format=name,
            file=file,
            render=partial(render_survey, survey, form),
            command=f"{commands.check} --format {form}={file}{commands.options}",
        )
        for key, name, file, form in _CHECKS
    ]
    score = score_command(commands)
    found += [
        Export(
            key="x", format="score", file="score.txt", command=f"{score} > score.txt",
            render=partial(render_score_text, survey, explain=True, width=100),
        ),
        Export(
            key="X", format="score-json", file="score.json", command=f"{score} --format json > score.json",
            render=partial(render_score_json, survey),
        ),
    ]  # fmt: skip
    return tuple(found)


def policy_text(rows: PolicyRows, line: str, width: int) -> str:
    """Return the screen as linear text. line: score and outcome."""
    out = [*wrap(plain(line), width), ""]
    out += [text.plain for text in waterfall_lines(rows, width)]
    if rows.case.data is None:
        out += ["", "# policies to begin with (supplymatrix policy init --preset NAME)", ""]
        out += [part for name, says in preset_sentences() for part in wrap(f"- {name}: {says}", width)]
    return "\n".join([*out, "", "# rules", "", *_rule_lines(rows, width), *_finding_lines(rows, width)])


def _rule_lines(rows: PolicyRows, width: int) -> Iterator[str]:
    for row in rows.rows:
        parts = [f"{row.rule.id} {row.rule.name}: {level_text(row)} ({origin_text(row)})"]
        parts += [f"{row.found:,} found" if row.found else "", f"{row.waived:,} waived" if row.waived else ""]
        parts += [
            f"{row.unknown:,} unknown" if row.unknown else "",
            f"{lost_text(rows, row)} points" if row.lost else "",
        ]
        yield from wrap(plain(f"- {', '.join(filter(None, parts))}"), width)


def _finding_lines(rows: PolicyRows, width: int) -> Iterator[str]:
    for row in rows.rows:
        found = rows.findings(row.rule.id)
        if found:
            yield from ("", *wrap(f"## {row.rule.id} {row.rule.name}", width), "")
        for item in found.values():
            yield from wrap(plain(f"- {item.state}: {item.subject}: {item.text}"), width)
