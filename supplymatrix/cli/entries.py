"""`supplymatrix entries`: where vendors enter the way from source to running program."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.profile_options import chosen_profiles, profile_options, tell_loading
from supplymatrix.cli.words import complete_vendors

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["entries"]


@click.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...", shell_complete=complete_vendors)
@click.option("--filled", is_flag=True, help="Show your own variables (quotes.toml) where they fill in.")
@format_option("text", "mermaid", "json")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with plain ASCII.")
@profile_options
def entries(
    *, vendors: tuple[str, ...], filled: bool, targets: tuple[ReportTarget, ...], ascii_only: bool,
    loaded: LoadedProfiles, today: date,
) -> int:  # fmt: skip
    """Draw where VENDORs, or all of them, enter a build: source, policy, module, toolchain, flag, image, runtime."""
    from supplymatrix.reports.entry_view import render_entries_json, render_entries_mermaid, render_entries_text
    from supplymatrix.vendors.entry_map import entry_map
    from supplymatrix.vendors.user_data import with_user_values

    del today  # an entry has no day of its own; --as-of is an option of all commands about vendors
    profiles = chosen_profiles(loaded, vendors)
    if filled:
        profiles = tuple(with_user_values(profile, loaded.user) for profile in profiles)
    stages = entry_map(profiles)
    render = {
        "text": lambda width: render_entries_text(stages, width=width, ascii_only=ascii_only),
        "mermaid": lambda _width: render_entries_mermaid(stages),
        "json": lambda _width: render_entries_json(stages, profiles),
    }
    write_pages(targets, render)
    return tell_loading(loaded)
