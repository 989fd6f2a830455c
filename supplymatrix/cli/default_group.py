"""A command that has others below it, and does its own work unless the first word is one of them.

supplymatrix sbom [PATH]          makes a bill: the default command
supplymatrix sbom diff A B        another command, imported when it is run
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, ClassVar

import click

__all__ = ["DefaultCommand", "DefaultGroup", "table_of"]

Subcommands = Mapping[str, tuple[str, str]]
"""Name → "package.module:attribute", and what it does."""


def table_of(group: str, subcommands: Subcommands) -> str:
    """Return the lines of a help text that name the other commands of a group."""
    longest = max(10, *map(len, subcommands))
    return "\n".join(f"  {group} {name:<{longest}} {text}" for name, (_, text) in subcommands.items())


class _NamelessContext(click.Context):
    """The default command has no name of its own."""

    @property
    def command_path(self) -> str:
        return self.parent.command_path if self.parent is not None else super().command_path


class DefaultCommand(click.Command):
    """What a group does by itself. subcommands: of its group, completed beside its own words."""

    context_class = _NamelessContext
    subcommands: ClassVar[Subcommands] = {}

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Return the other commands too: the first word may be one of them."""
        from click.shell_completion import CompletionItem

        items = [CompletionItem(name, help=text) for name, (_, text) in self.subcommands.items()]
        return [
            *(item for item in items if item.value.startswith(incomplete)),
            *super().shell_complete(ctx, incomplete),
        ]


class DefaultGroup(click.Group):
    """A group that runs `default_command` unless the first word is another command of it."""

    subcommands: ClassVar[Subcommands] = {}

    def default_command(self) -> click.Command:
        """Return the command that is run where no other is named."""
        raise NotImplementedError

    def look_at_first(self, word: str) -> None:
        """Refuse a first word that was surely meant for another command. Raises InputError."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the other commands."""
        del ctx
        return list(self.subcommands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, imported now."""
        del ctx
        if cmd_name not in self.subcommands:
            return self.default_command()
        module, _, attribute = self.subcommands[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the default command in front where no other stands there."""
        if args and args[0] in self.subcommands:
            return super().parse_args(ctx, args)
        if args and not args[0].startswith("-"):
            self.look_at_first(args[0])
        return super().parse_args(ctx, ["make", *args])
