"""`supplymatrix waive`: take a finding upon oneself, with a reason, until a day."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote

import click

from supplymatrix.cli.files import write_file
from supplymatrix.cli.options import remote_options
from supplymatrix.cli.output import wants_color, write_stdout
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.words import complete_rules
from supplymatrix.engine.means import Means
from supplymatrix.policy.grammar import JUSTIFICATIONS
from supplymatrix.reports.plain import plain

__all__ = ["waive"]


@click.command()
@click.argument("rule", shell_complete=complete_rules)
@click.argument("module", metavar="MODULE[@VERSION]", required=False, default="")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--reason", required=True, metavar="TEXT", help="Why, in 12 characters or more.")
@click.option("--owner", required=True, metavar="WHO", help="Who answers for it.")
@click.option("--expires", required=True, metavar="DAY", help="The last day: 2027-01-31, or from today 30d or 4w.")
@click.option("--id", "advisory", default="", metavar="ID", help="Only this advisory: GO-…, CVE-… or GHSA-….")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    metavar="ID",
    help="Of SM401: only this licence, e.g. GPL-3.0-only, or LGPL-*. May be given again.",
)
@click.option("--ticket", default="", metavar="TEXT", help="Where it is being worked on.")
@click.option(
    "--vex-justification",
    type=click.Choice(JUSTIFICATIONS),
    default=None,
    metavar="WORD",
    help="Why the advisory does no harm here: one of the words above.",
)
@click.option("--renew", is_flag=True, help="Change the waiver that is there already.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@remote_options
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
def waive(
    rule: str,
    module: str,
    path: Path | None,
    *,
    reason: str,
    owner: str,
    expires: str,
    advisory: str,
    licences: tuple[str, ...],
    ticket: str,
    vex_justification: str | None,
    renew: bool,
    dry_run: bool,
    allow_remote: bool,
    means: Means,
    color: str,
) -> None:
    """Add a waiver to lift.toml: who takes a finding upon himself, why, and until when.

    RULE is an id or a name of a rule, or in its place the id of an advisory (GO-…, CVE-…, GHSA-…): then all that is
    said of that one is waived, of any module where none is named. MODULE is a module path, or a glob (* is one element
    of a path, ** any); of a file in vendor/ it is its path, vendor/README.local, and of a program program:NAME. PATH is
    the project's folder, or the lift.toml itself. What stands in the file stays as it is, to the byte.

    Alarms, broken files and what could not be checked cannot be waived.

    \b
    The words of --vex-justification:
      component_not_present
      vulnerable_code_not_present
      vulnerable_code_not_in_execute_path
      vulnerable_code_cannot_be_controlled_by_adversary
      inline_mitigations_already_exist
    """
    from supplymatrix.engine.waive import WaiveRequest, is_advisory, is_path, make_waiver
    from supplymatrix.reports.text_diff import render_diff

    if is_advisory(rule) and path is None and is_path(module):
        module, path = "", Path(module)
    if not module and not is_advisory(rule):
        raise click.UsageError("Missing argument 'MODULE[@VERSION]'.")
    request = WaiveRequest(
        rule=rule, module=module, path=path or Path(), reason=reason, owner=owner, expires=expires, advisory=advisory,
        licences=licences, ticket=ticket, vex_justification=vex_justification or "", renew=renew,
        allow_remote=allow_remote, means=means,
    )  # fmt: skip
    made = make_waiver(request)
    colored = wants_color(color, sys.stdout, os.environ)
    write_stdout(render_diff(made.file.data, made.new, made.file.name, color=colored))
    for note in made.notes:
        write_stderr(f"note: {plain(note)}\n")
    if dry_run:
        write_stderr("nothing was written: --dry-run\n")
        return
    write_file(made.file.path, made.new.decode("utf-8"))
    what = f"{made.waiver.name} is waived until {made.waiver.expires}"
    folder = made.file.path.parent.as_posix()
    write_stderr(f"wrote {plain(made.file.name)}: {plain(what)}\nnext: supplymatrix check {plain(quote(folder))}\n")
