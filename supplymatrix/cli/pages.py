"""A page that comes in several formats: --format F[=FILE], each to stdout or to a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from supplymatrix.cli.output import page_width
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import ReportTarget, parse_targets, write_targets

__all__ = ["completing", "format_option", "write_pages"]

F = TypeVar("F", bound=Callable[..., Any])
_PAGE = 80  # columns of a page in a file


def completing(formats: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[Any]]:
    """Return what completes the begun name of a format in a shell."""

    def complete(_context: click.Context, _option: click.Parameter, begun: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in formats if name.startswith(begun)]

    return complete


def format_option(*formats: str) -> Callable[[F], F]:
    """Return what adds --format to a command, which gets `targets`. formats: the first one is taken when none is named.

    A word that is no format is refused before the command does anything.
    """

    def read(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> tuple[ReportTarget, ...]:
        return parse_targets(words, formats, otherwise=formats[:1])

    listed = f"{', '.join(formats[:-1])} or {formats[-1]}"
    return click.option(
        "--format", "targets", multiple=True, metavar="F[=FILE]", callback=read, shell_complete=completing(formats),
        help=f"{listed}; to FILE or to stdout. May be given several times.",
    )  # fmt: skip


def write_pages(
    targets: tuple[ReportTarget, ...], render: Mapping[str, Callable[[int], str]], *, quiet: bool = False
) -> None:
    """Write a page in every format asked for. render: by format, each from a width in columns to the text.

    Raises InputError where a file cannot be written; the others are then written all the same.
    """
    write_targets(targets, lambda target: render[target.format](page_width() if target.file is None else _PAGE))
    files = [target.file.as_posix() for target in targets if target.file is not None]
    if len(files) == len(targets) and not quiet:
        from supplymatrix.reports.plain import plain

        write_stderr(f"written to {', '.join(plain(file) for file in files)}\n")
