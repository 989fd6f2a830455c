"""`supplymatrix verify binary FILE…`: compiled programs, each of their modules held against the log."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.options import console_options, log_options, policy_options_to
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.targets import ReportTarget
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource

__all__ = ["binary"]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Hold the versions against those that this project builds.",
)
@click.option("--modules", is_flag=True, help="Show every module of every program.")
@policy_options_to("Take the names that stay private, and the log, from this file.")
@log_options
@format_option("text", "json")
@console_options
def binary(
    files: tuple[Path, ...],
    *,
    project: Path | None,
    modules: bool,
    policy: PolicySource,
    means: Means,
    targets: tuple[ReportTarget, ...],
    console: Console,
) -> int:
    """Hold compiled Go programs against the log: each module that they name, by the hash that they recorded.

    FILE is a program (ELF, PE, Mach-O, XCOFF, Plan 9, WebAssembly), a folder, a tar file (plain, gzip, xz, bzip2,
    Zstandard), or a container image (`docker save`, OCI layout). In a folder, and in a named archive, archives are
    opened too, but not those in them; others (zip, deb, rpm, …) are a gap. Nothing is run. Of an image those
    programs count that are there when all its layers lie on each other. No private name goes to the log, by
    GOPRIVATE or the lift.toml of the project, or else of the current folder.

    The hash of a module is what go.sum said at the build. A vendored build by Go 1.23 or later records none, so
    that nothing proves its modules here; `supplymatrix verify vendor` holds the files of vendor/ against the log.

    Exit 0: every module that is named is proven; main modules have no hash. 4: a hash is not the log's, or a file
    of an image is not what its digest says. 1: a module that nothing proves (not in the log, without a hash, from a
    folder), another version than the project builds, a changed working tree, a secret in the build settings, a
    program that is packed, obfuscated or damaged, names no module, holds packages of modules that it does not name,
    or contradicts itself, a release of Go that the log does not have. 2: a named file is no Go program. 3:
    something could not be had. 5: there is no Go program.
    """
    from supplymatrix.engine.verify_binary import BinaryRequest, verify_binaries
    from supplymatrix.reports.programs_view import render_programs_json, render_programs_text

    request = BinaryRequest(paths=files, means=means, project=project, policy=policy)
    run = verify_binaries(request, console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_programs_text(run, width=width, verbose=console.verbose, modules=modules),
        "json": lambda _: render_programs_json(run),
    }
    with keeps_alarm(run.exit_code, "alarm: a program is not built from what the log has"):
        write_pages(targets, render, quiet=console.quiet)
    return run.exit_code
