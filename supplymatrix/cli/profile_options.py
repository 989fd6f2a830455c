"""Options of all commands that read vendor profiles: whose, and as of which day."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from supplymatrix.cli.streams import write_stderr

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.model.vendor import VendorProfile

__all__ = ["as_of_option", "chosen_profiles", "folder_option", "profile_options", "profile_options_again",
           "tell_loading"]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])


class _Day(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            day = date.fromisoformat(text) if len(text) == len("2026-11-25") else None
        except ValueError:
            day = None
        return day or self.fail(f"{text[:40]!r} is no date, such as 2026-11-25", param, ctx)


def as_of_option(command: F) -> F:
    """Add --as-of; the command gets `today`, that day or else the day it is (UTC)."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        today = kwargs.pop("as_of") or datetime.now(UTC).date()
        return command(*args, today=today, **kwargs)

    option = click.option("--as-of", type=_Day(), metavar="DATE", help="What holds on this day; today when left out.")
    return cast("F", option(wrapped))


def folder_option(command: F) -> F:
    """Add --profiles; the command gets `folders`: those of settings.toml, and these behind them."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.settings import load_settings

        folders = (*load_settings(os.environ).profiles, *kwargs.pop("folders"))
        return command(*args, folders=folders, **kwargs)

    option = click.option(
        "--profiles",
        "folders",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Your own profiles, over the built-in ones. May be given several times.",
    )
    return cast("F", option(wrapped))


def profile_options(command: F) -> F:
    """Add --profiles and --as-of; the command gets `loaded`, all profiles, and `today`."""

    @functools.wraps(command)
    def wrapped(*args: object, **kwargs: Any) -> object:  # noqa: ANN401 - click hands over what it parsed
        from supplymatrix.engine.vendor_profiles import load_profiles

        latest = max(kwargs["today"], datetime.now(UTC).date())  # a look back finds no file of today in the future
        return command(*args, loaded=load_profiles(kwargs.pop("folders"), today=latest), **kwargs)

    return cast("F", as_of_option(folder_option(wrapped)))


def profile_options_again() -> str:
    """Return --profiles and --as-of as they were given to this command, for a further one, with a blank before them."""
    given = click.get_current_context().params
    words = [word for folder in given.get("folders", ()) for word in ("--profiles", quote(folder.as_posix()))]
    words += ["--as-of", str(given["as_of"])] if given.get("as_of") is not None else []
    return "".join(f" {word}" for word in words)


def tell_loading(loaded: LoadedProfiles, *, quiet: bool = False) -> int:
    """Tell on stderr what was overridden and which files could not be used; return the exit code for these, 0 or 2."""
    from supplymatrix.cli.output import wants_color
    from supplymatrix.reports.diagnostic import render_diagnostics
    from supplymatrix.reports.plain import plain

    if not quiet:
        write_stderr("".join(f"note: {plain(note)}\n" for note in loaded.notes))
    if not loaded.faults:
        return 0
    import sys

    write_stderr(render_diagnostics(loaded.faults, color=wants_color("auto", sys.stderr, os.environ)))
    return 2


def chosen_profiles(loaded: LoadedProfiles, names: tuple[str, ...]) -> tuple[VendorProfile, ...]:
    """Return the profiles of some ids, in the order named; all when none is. Raises click.UsageError."""
    from supplymatrix.model.spelling import nearest

    known = loaded.by_id
    for name in names:
        if name not in known:
            near = nearest(name, known)
            fault = click.UsageError(f"There is no vendor {name[:60]!r}; there are {', '.join(known)}.")
            if near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault
    return tuple(known[name] for name in dict.fromkeys(names)) or loaded.profiles
