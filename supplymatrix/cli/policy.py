"""`supplymatrix policy`: the policy of a project as it is resolved, and a first one for a project without."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

import click

from supplymatrix.cli import policy_work
from supplymatrix.cli.files import refuse_existing, write_new_file
from supplymatrix.cli.options import remote_options
from supplymatrix.cli.output import page_width, write_stdout
from supplymatrix.cli.policy_adopt import adopt
from supplymatrix.cli.streams import write_stderr
from supplymatrix.engine.means import Means
from supplymatrix.errors import Diagnostic, InputError

__all__ = ["policy"]

_PATH = click.argument("path", type=click.Path(path_type=Path), default=Path())


@click.group()
def policy() -> None:
    """Show the policy that a project is judged by, write a first one, test it, compare it with another."""


for _command in (policy_work.schema, policy_work.test, policy_work.diff):
    policy.add_command(_command)


policy.add_command(adopt)


@policy.command()
@_PATH
@click.option("--policy", "file", type=click.Path(path_type=Path), help="Show this file, not lift.toml.")
@click.option("--resolved", is_flag=True, help="Every rule, not only those that lift.toml names.")
@remote_options
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(path: Path, *, file: Path | None, resolved: bool, format_: str, allow_remote: bool, means: Means) -> None:
    """Show a policy with its preset resolved: every value and the file and line that it comes from.

    PATH is a project's folder, or a policy file itself.
    """
    from supplymatrix.checks.registry import ALL_RULES
    from supplymatrix.cli.options import refuse_preset_name
    from supplymatrix.engine.policy_source import PolicySource, view_policy
    from supplymatrix.reports.policy_view import render_policy_json, render_policy_text

    refuse_preset_name(file)
    view = view_policy(path, file, PolicySource(allow_remote=allow_remote), means)
    today = datetime.now(UTC).date()
    if format_ == "json":
        write_stdout(render_policy_json(view, ALL_RULES, today=today))
    else:
        text = render_policy_text(view, ALL_RULES, today=today, everything=resolved, width=page_width())
        write_stdout(text)


@policy.command()
@_PATH
@click.option("--preset", default="", metavar="NAME", help="Build on this preset; log-verified when left out.")
def init(path: Path, *, preset: str) -> None:
    """Write a first lift.toml into a project's folder, with comments and examples. An old one is never touched."""
    from supplymatrix.engine.policy_source import DEFAULT_PRESET, POLICY_FILE, presets
    from supplymatrix.gomod.goprivate import is_pattern
    from supplymatrix.net.settings import read_go_settings
    from supplymatrix.policy.starter import starter_policy
    from supplymatrix.reports.plain import plain
    from supplymatrix.sources.project import read_project

    chosen = preset or DEFAULT_PRESET
    _refuse_unknown_preset(chosen, tuple(presets()))
    if not path.is_dir():
        raise _no_folder(path)
    target = path / POLICY_FILE
    refuse_existing(target, "policy")
    private = [word for word in read_go_settings(os.environ).goprivate.value.split(",") if is_pattern(word)]
    today = datetime.now(UTC).date()
    text = starter_policy(read_project(path).name, chosen, private=private, today=today)
    write_new_file(target, text, "policy")
    where = plain(quote(path.as_posix()))
    write_stderr(
        f"wrote {plain(target.as_posix())} with the preset {chosen}\n"
        f"next: supplymatrix check {where} · supplymatrix policy show {where} --resolved\n"
    )


def _refuse_unknown_preset(name: str, known: tuple[str, ...]) -> None:
    from supplymatrix.model.spelling import nearest

    if name in known:
        return
    near = nearest(name, known)
    fault = click.UsageError(f"There is no preset {name[:60]!r}; there are {', '.join(known)}.")
    if near:
        fault.add_note(f"did you mean {near!r}?")
    raise fault


def _no_folder(path: Path) -> InputError:
    return InputError(
        Diagnostic(
            message="this is no folder",
            artifact=path.as_posix(),
            expected="the folder of a Go project",
            remedy="supplymatrix policy init .",
        )
    )
