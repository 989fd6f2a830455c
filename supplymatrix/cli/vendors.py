"""`supplymatrix vendors`: who sells support for Go, what is known of it, and whether that still holds."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.files import refuse_existing, write_new_file
from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console
from supplymatrix.cli.pages import format_option, write_pages
from supplymatrix.cli.profile_options import (
    as_of_option,
    chosen_profiles,
    folder_option,
    profile_options,
    tell_loading,
)
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.words import complete_capability_keys, complete_vendors

if TYPE_CHECKING:
    from supplymatrix.cli.targets import ReportTarget
    from supplymatrix.engine.vendor_profiles import LoadedProfiles

__all__ = ["vendors"]

_FORMAT = format_option("text", "json")


@click.group()
def vendors() -> None:
    """Show vendor profiles, check them, start a new one, and look whether their sources still say the same."""


@vendors.command(name="list")
@_FORMAT
@profile_options
def list_(*, targets: tuple[ReportTarget, ...], loaded: LoadedProfiles, today: date) -> int:
    """List all vendors: kind, status, and how many cells are known, unknown and stale.

    Exit 2: a profile could not be used; the others are shown.
    """
    from supplymatrix.reports.vendor_view import render_vendor_list, render_vendors_json

    render = {
        "text": lambda width: render_vendor_list(loaded.profiles, today, loaded.own, width=width),
        "json": lambda _width: render_vendors_json(
            loaded.profiles, today, own=loaded.own, faults=loaded.faults, notes=loaded.notes
        ),
    }
    write_pages(targets, render)
    return tell_loading(loaded)


@vendors.command()
@click.argument("vendor", metavar="ID", shell_complete=complete_vendors)
@click.option("--key", default="", metavar="KEY", shell_complete=complete_capability_keys, help="Only this question.")
@click.option("--filled", is_flag=True, help="Show your own quotes and variables (quotes.toml) where they fill in.")
@_FORMAT
@profile_options
def show(
    *, vendor: str, key: str, filled: bool, targets: tuple[ReportTarget, ...], loaded: LoadedProfiles, today: date
) -> int:  # fmt: skip
    """Show one vendor: every cell with its sources, their dates and where in them it stands."""
    from supplymatrix.reports.vendor_view import render_vendor_text, render_vendors_json
    from supplymatrix.vendors.user_data import variables_of, with_user_values

    _refuse_unknown_key(key)
    (profile,) = chosen_profiles(loaded, (vendor,))
    variables = variables_of(profile, loaded.user)
    profile = with_user_values(profile, loaded.user) if filled else profile
    render = {
        "text": lambda width: render_vendor_text(
            profile, today, key=key, width=width, filled=filled, variables=variables
        ),
        "json": lambda _width: render_vendors_json(
            (profile,), today, own=loaded.own, faults=loaded.faults, notes=loaded.notes, details=True, key=key
        ),
    }
    write_pages(targets, render)
    return tell_loading(loaded)


@vendors.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--strict", is_flag=True, help="Expired evidence and unanswered keys of core vendors are faults too.")
@_FORMAT
@folder_option
@as_of_option
def validate(
    *, files: tuple[Path, ...], strict: bool, targets: tuple[ReportTarget, ...], folders: tuple[Path, ...], today: date
) -> int:  # fmt: skip
    """Check profiles: the FILEs named, else the built-in ones and your own. Every fault is told with its place.

    Evidence that expired is listed as "stale since"; only with --strict is it a fault.

    Exit 0: no fault. 1: faults.
    """
    from supplymatrix.engine.validate_profiles import check_profiles
    from supplymatrix.engine.vendor_profiles import load_profiles, read_profile_files
    from supplymatrix.reports.validation_view import render_validation_json, render_validation_text

    named = read_profile_files(files, today=today) if files else None
    found = named or load_profiles(folders, today=today, check_builtin=True)
    outcome = check_profiles(found, today, strict=strict, together=named is None)
    render = {
        "text": lambda width: render_validation_text(outcome, today, width=width),
        "json": lambda _width: render_validation_json(outcome, today),
    }
    write_pages(targets, render)
    return 1 if outcome.faults else 0


@vendors.command()
@click.argument("vendor", metavar="ID")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path(), metavar="DIR",
    help="Write it into this folder; the current one when left out.",
)  # fmt: skip
@as_of_option
def new(*, vendor: str, folder: Path, today: date) -> None:
    """Write a first profile, <ID>.toml: every question in it is unknown, and it validates as it is."""
    from supplymatrix.reports.plain import plain
    from supplymatrix.sources.builtin import builtin_names
    from supplymatrix.vendors.addresses import ID
    from supplymatrix.vendors.matrix import TODAY
    from supplymatrix.vendors.starter import starter_profile

    if not ID.fullmatch(vendor):
        raise click.UsageError(f"{vendor[:60]!r} is no id: small letters, digits, _ and -, as in our-images.")
    if vendor == TODAY:
        raise click.UsageError(f"{vendor!r} is taken: so the matrix calls what a project has. Take another id.")
    target = folder / f"{vendor}.toml"
    refuse_existing(target, "profile")
    write_new_file(target, starter_profile(vendor, today), "profile")
    file, where = plain(target.as_posix()), plain(folder.as_posix())
    if f"{vendor}.toml" in builtin_names("vendor_profiles"):
        write_stderr(f"note: with --profiles {where} it takes the place of the built-in profile {vendor}\n")
    steps = (
        f"supplymatrix vendors validate {plain(quote(target.as_posix()))}",
        f"supplymatrix vendors show {vendor} --profiles {plain(quote(folder.as_posix()))}",
    )
    write_stderr(f"wrote {file}\nnext: {steps[0]}\n      {steps[1]}\n")


@vendors.command()
@click.argument("names", nargs=-1, metavar="[ID]...", shell_complete=complete_vendors)
@click.option("--store", is_flag=True, help="Where no digest is stored: keep that of today, after you have read it.")
@click.option("--offline/--online", default=None, help="Use no network; or use it in spite of settings.")
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust these certificates (PEM) too.")
@_FORMAT
@folder_option
@console_options
def recheck(
    *, names: tuple[str, ...], store: bool, offline: bool | None, ca_file: Path | None,
    targets: tuple[ReportTarget, ...], folders: tuple[Path, ...], console: Console,
) -> int:  # fmt: skip
    """Ask the sources of profiles again. The same bytes get today's date in the file; others ask for a review.

    A source without a stored digest cannot be compared. Only files of your own folders, or of a checkout, are edited.

    Exit 0: all are the same. 1: one changed. 3: one could not be asked or compared.
    """
    from supplymatrix.engine.means import Means
    from supplymatrix.engine.recheck import recheck_profiles
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.engine.vendor_profiles import load_profiles
    from supplymatrix.reports.recheck_view import render_recheck_json, render_recheck_text

    settings = load_settings(os.environ)
    means = Means(
        environ=os.environ,
        now=datetime.now(UTC),
        offline=settings.offline if offline is None else offline,
        ca_file=ca_file or settings.ca_file,
        jobs=settings.jobs,
    )
    loaded = load_profiles(folders, today=means.now.date())
    profiles = chosen_profiles(loaded, names)
    outcome = recheck_profiles(loaded, profiles, means, store=store, on_event=console.on_event)
    console.end_line()
    render = {
        "text": lambda width: render_recheck_text(outcome, width),
        "json": lambda _width: render_recheck_json(outcome),
    }
    write_pages(targets, render, quiet=console.quiet)
    return tell_loading(loaded, quiet=console.quiet) or outcome.exit_code


def _refuse_unknown_key(key: str) -> None:
    from supplymatrix.model.spelling import nearest
    from supplymatrix.vendors.capability_keys import KEYS

    if key and key not in KEYS:
        near = nearest(key, KEYS)
        fault = click.UsageError(f"There is no key {key[:60]!r}; there are {', '.join(KEYS)}.")
        if near:
            fault.add_note(f"did you mean {near!r}?")
        raise fault
