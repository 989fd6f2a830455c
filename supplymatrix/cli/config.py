"""`supplymatrix config`: the settings of this machine, where each comes from, and who makes documents."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.config_author import author
from supplymatrix.cli.output import write_stdout

if TYPE_CHECKING:
    from supplymatrix.engine.go_settings import GoSetting
    from supplymatrix.engine.settings import Settings

__all__ = ["config"]


@click.group()
def config() -> None:
    """Show settings. The command line wins over the environment, it over settings.toml, and that over the default.

    settings.toml holds [network], [cache], [author], [vendors] and [notify]; policy stands in the project's lift.toml.
    """


config.add_command(author)


@config.command()
@click.option("--origin", is_flag=True, help="Show where each value comes from.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(*, origin: bool, format_: str) -> None:
    """Show every setting, and those of the go command that matter here; passwords and tokens are left out."""
    from supplymatrix.engine.go_settings import shown_go_settings
    from supplymatrix.engine.settings import load_settings

    settings, go = load_settings(os.environ), shown_go_settings(os.environ)
    write_stdout(_as_json(settings, go) if format_ == "json" else _as_text(settings, go, origin=origin))


@config.command()
def path() -> None:
    """Print where settings.toml lies, or would lie."""
    from supplymatrix.engine.settings import SETTINGS_FILE
    from supplymatrix.net.folders import config_folder

    write_stdout(f"{config_folder(os.environ) / SETTINGS_FILE}\n")


def _as_text(settings: Settings, go: tuple[GoSetting, ...], *, origin: bool) -> str:
    from supplymatrix.engine.settings import shown_setting
    from supplymatrix.reports.plain import plain

    rows = [
        (name, _shown(shown_setting(name, found)), settings.origins[name]) for name, found in settings.values.items()
    ]
    rows += [(setting.name, setting.shown or "-", setting.origin or "not set") for setting in go]
    name_width = max(len(name) for name, _, _ in rows)
    width = max(len(plain(text)) for _, text, _ in rows)
    lines = []
    for name, text, where in rows:
        shown = f"{name:{name_width}}  {plain(text):{width if origin else 0}}"
        lines.append(f"{shown}  {plain(where)}" if origin else shown)
    return "\n".join([*lines, ""])


def _shown(found: object) -> str:
    if isinstance(found, tuple):
        return " ".join(map(str, found)) or "-"
    return str(found).lower() if isinstance(found, bool) else str(found) or "-"


def _as_json(settings: Settings, go: tuple[GoSetting, ...]) -> str:
    from supplymatrix.engine.settings import shown_setting

    document = {
        "schema": "supplymatrix.config/1",
        "file": "" if settings.file is None else str(settings.file),
        "file_is_there": settings.is_there,
        "settings": [
            {"name": name, "value": shown_setting(name, found), "origin": settings.origins[name]}
            for name, found in settings.values.items()
        ],
        "go": [{"name": setting.name, "value": setting.shown, "origin": setting.origin} for setting in go],
    }
    return json.dumps(document, indent=2) + "\n"
