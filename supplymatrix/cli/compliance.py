"""`supplymatrix compliance`: what the checks of a project say of the clauses of a framework."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import console_options, log_options, paths_argument, policy_options
from supplymatrix.cli.output import Console, page_width, wants_color
from supplymatrix.cli.targets import ReportTarget, parse_targets, write_targets
from supplymatrix.cli.words import complete_frameworks

if TYPE_CHECKING:
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.policy_source import PolicySource
    from supplymatrix.policy.compliance import ComplianceReport

__all__ = ["compliance"]

_FORMATS = ("text", "json", "markdown", "csv")


def _show_list(context: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's form
    """Show the known frameworks and end; the other options of the list have been read before."""
    del parameter
    if not value or context.resilient_parsing:
        return
    from supplymatrix.engine.compliance import load_frameworks
    from supplymatrix.reports import compliance_json, compliance_text

    known = load_frameworks(context.params.get("clauses")).values()
    targets = parse_targets(context.params.get("formats") or (), ("text", "json"))
    pages = {"text": compliance_text.render_frameworks, "json": compliance_json.render_frameworks}
    write_targets(targets, lambda to: pages[to.format](known))
    context.exit(0)


@click.command()
@paths_argument
@click.option(
    "--framework", "frameworks", multiple=True, metavar="F", shell_complete=complete_frameworks,
    help="A framework, as in --list. May be given several times; [compliance] of the policy when left out.",
)  # fmt: skip
@click.option(
    "--clauses", is_eager=True, type=click.Path(path_type=Path), metavar="DIR",
    help="Take the clause files in this folder, too.",
)  # fmt: skip
@click.option(
    "--format", "formats", is_eager=True, multiple=True, metavar="F[=FILE]", help="text, json, markdown or csv."
)
@click.option("--list", "lists", is_flag=True, expose_value=False, callback=_show_list, help="Show the frameworks.")
@policy_options
@log_options
@console_options
def compliance(**options: Any) -> int:  # noqa: ANN401 - many, each with its own type, handed on by name
    """Check projects once, and show for each clause of a framework which checks speak of it and how they ended.

    A clause is supported by evidence, or has evidence against it, or is incomplete, or no check speaks of it. Nothing
    here says that a clause is met. The exit code is that of `check`.
    """
    return _run(**options)


def _run(
    *,
    paths: tuple[Path, ...],
    recursive: bool,
    policy: PolicySource,
    means: Means,
    frameworks: tuple[str, ...],
    clauses: Path | None,
    formats: tuple[str, ...],
    console: Console,
) -> int:
    from supplymatrix.engine.check import CheckRequest, survey_run
    from supplymatrix.engine.compliance import choose_frameworks, load_frameworks, read_evidence

    targets = parse_targets(formats, _FORMATS)
    known = load_frameworks(clauses)
    wanted = choose_frameworks(frameworks, known)
    run = survey_run(CheckRequest(paths=paths, means=means, recursive=recursive, policy=policy), console.on_event)
    console.end_line()
    code = run.survey.exit_code
    with keeps_alarm(code, f"alarm in {len(run.survey.items):,} checked, see `check`"):
        report = read_evidence(run, wanted, known)
        write_targets(targets, lambda to: _rendered(report, to, console))
    return code


def _rendered(report: ComplianceReport, to: ReportTarget, console: Console) -> str:
    import importlib
    import os
    import sys

    module = importlib.import_module(f"supplymatrix.reports.compliance_{to.format}")
    color = to.file is None and to.format == "text" and wants_color(console.color, sys.stdout, os.environ)
    text: str = module.render(report, color=color, width=page_width() if to.file is None else 80)
    return text
