"""`supplymatrix audit leaks [PATH]`: which module names the go command would tell to which host."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import click

from supplymatrix.cli.options import FileName, console_options, policy_options_to
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["leaks"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _variables(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> dict[str, str]:
    """Return the variables of --env. Raises click.UsageError for a word that sets none."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise click.UsageError("--env takes NAME=VALUE, for example --env GOPRIVATE='*.corp.example'.")
        found[name] = text
    return found


@click.command()
@click.argument("path", required=False, default=Path(), type=FileName(), metavar="[PATH]")
@click.option(
    "--scenario", type=click.Choice(["build", "download", "tidy", "updates"]), default="build", show_default=True,
    help="Which command: go build ./..., go mod download, go mod tidy, go list -m -u all.",
)  # fmt: skip
@click.option(
    "--env", "variables", multiple=True, metavar="NAME=VALUE", callback=_variables,
    help="Try a setting in the place of the environment's. May be given several times.",
)  # fmt: skip
@click.option(
    "--cold/--warm", "is_cold", default=True, help="As on a new machine (default), or with the module cache as it is."
)
@policy_options_to("Take the patterns of private modules from this file, not from lift.toml.")
@format_option("text", "json")
@console_options
def leaks(
    *,
    path: Path,
    scenario: str,
    variables: dict[str, str],
    is_cold: bool,
    policy: PolicySource,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Tell which module names the go command would tell to which host for PATH, before it does.

    Worked out from go.mod, go.sum, the imports and the settings; nothing is run, and nobody is asked. What a build
    needs is told for this machine, and for each stage of a Dockerfile and each CI job that runs go or sets GOPROXY,
    GOPRIVATE or alike; those that set nothing have Go's own defaults. A name is private when GOPRIVATE or the policy's
    [sources] private covers it. As a rule of thumb, it is perhaps private when it is on the host of the main module,
    that is none where anybody keeps code, and the log is not known to have it. A proxy of the same domain, on a private
    address, or among the policy's [sources] proxies, may know it.

    Exit 0: no private name goes to others. 1: one does, or perhaps. 2: PATH cannot be read. 3: the module graph, the
    imports or a setting are not known in full, or Go would refuse a setting. 5: there was nothing to look at.
    """
    from supplymatrix.engine.audit_input import AuditInput
    from supplymatrix.engine.audit_sources import LeakWish, leaks_of_all
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.policy_source import load_policy
    from supplymatrix.privacy.needs import Scenario
    from supplymatrix.reports.leaks_json import render_leaks_json
    from supplymatrix.reports.leaks_view import render_leaks_text
    from supplymatrix.sources.subjects import find_subjects, read_subject

    means = Means(environ=os.environ, now=datetime.now(UTC))
    wishes = []
    for subject in find_subjects((path,), recursive=False).subjects:
        project = read_subject(subject)
        found = load_policy(policy, project, means.environ, means)[0]
        wishes.append(
            AuditInput(means=means, project=project, private=tuple(found.private), proxies=found.allowed_proxies)
        )
    around = path if path.is_dir() else path.parent
    run = leaks_of_all(
        wishes, LeakWish(scenario=Scenario(scenario), is_warm=not is_cold, changes=variables, around=around)
    )
    render = {
        "text": lambda width: render_leaks_text(run, width=width, verbose=console.verbose),
        "json": lambda _width: render_leaks_json(run),
    }
    write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
