"""`supplymatrix policy schema`, `policy test` and `policy diff`: for those who write policies."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from supplymatrix.cli.options import console_options, log_options, remote_options
from supplymatrix.cli.output import Console, page_width, write_stdout
from supplymatrix.engine.means import Means

__all__ = ["diff", "schema", "test"]

_FORMAT = click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.command()
def schema() -> None:
    """Print the JSON Schema of lift.toml, for editors: every key with what it means."""
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.engine.policy_source import presets
    from supplymatrix.engine.vendor_measures import known_vendors
    from supplymatrix.policy.schema import policy_schema

    document = policy_schema(ALL_RULES, tuple(presets()), tuple(known_vendors(os.environ)))
    write_stdout(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--policy", "file", type=click.Path(path_type=Path), help="Test this file, not lift.toml.")
@_FORMAT
@remote_options
def test(path: Path, *, file: Path | None, format_: str, allow_remote: bool, means: Means) -> int:
    """Run the tests of a policy: facts, and what the policy is expected to say of them.

    PATH is a folder with lift.test.toml, or a file of that form. Exit 1 when a test fails.
    """
    from supplymatrix.engine.policy_tests import run_policy_tests
    from supplymatrix.reports.policy_work import render_tests_json, render_tests_text

    results = run_policy_tests(path, file, means.now, means=means, allow_remote=allow_remote)
    write_stdout(render_tests_json(results) if format_ == "json" else render_tests_text(results, width=page_width()))
    return 1 if any(result.faults for result in results) else 0


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--allow-remote-policy", is_flag=True, help="Fetch what the policies build on from other machines.")
@_FORMAT
@log_options
@console_options
def diff(
    old: str,
    new: str,
    *,
    paths: tuple[Path, ...],
    allow_remote_policy: bool,
    format_: str,
    means: Means,
    console: Console,
) -> int:
    """Show what would change on a project if policy B took the place of policy A.

    A and B are files, preset:NAME, or git:REV for the lift.toml of a git revision.

    Exit 0: they are the same policy. 1: they differ, in what they ask for or in a result.
    """
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.engine.check import CheckRequest
    from supplymatrix.engine.policy_diff import run_policy_diff
    from supplymatrix.reports.policy_work import render_diff_json, render_diff_text

    request = CheckRequest(paths=paths or (Path(),), means=means)
    found = run_policy_diff(old, new, request, console.on_event, allow_remote=allow_remote_policy)
    console.end_line()
    if format_ == "json":
        write_stdout(render_diff_json(old, new, found.subjects))
    else:
        write_stdout(render_diff_text(old, new, found.subjects, ALL_RULES, width=page_width()))
    return 0 if found.is_same else 1
