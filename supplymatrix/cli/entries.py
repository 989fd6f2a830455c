"""`supplymatrix entries`: where vendors enter the way from source to running program."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.output import page_width, write_stdout
from supplymatrix.cli.profile_options import chosen_profiles, profile_options, tell_loading
from supplymatrix.cli.words import complete_vendors

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["entries"]


@click.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...", shell_complete=complete_vendors)
@click.option("--format", "format_", type=click.Choice(["text", "mermaid", "json"]), default="text", show_default=True)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with plain ASCII.")
@profile_options
def entries(
    *, vendors: tuple[str, ...], format_: str, ascii_only: bool, loaded: LoadedProfiles, today: date
) -> int:  # fmt: skip
    """Draw where VENDORs, or all of them, enter a build: source, policy, module, toolchain, flag, image, runtime."""
    from supplymatrix.reports.entry_view import render_entries_json, render_entries_mermaid, render_entries_text
    from supplymatrix.vendors.entry_map import entry_map

    del today  # an entry has no day of its own; --as-of is an option of all commands about vendors
    profiles = chosen_profiles(loaded, vendors)
    stages = entry_map(profiles)
    if format_ == "json":
        write_stdout(render_entries_json(stages, profiles))
    elif format_ == "mermaid":
        write_stdout(render_entries_mermaid(stages))
    else:
        write_stdout(render_entries_text(stages, width=page_width(), ascii_only=ascii_only))
    return tell_loading(loaded)
