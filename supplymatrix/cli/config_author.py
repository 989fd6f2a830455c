"""`supplymatrix config author`: who makes documents with this program, asked once and kept in settings.toml."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.streams import is_terminal, write_stderr, write_stdout

if TYPE_CHECKING:
    from supplymatrix.engine.author_settings import WrittenAuthor

__all__ = ["author"]

_ASKED: Mapping[str, str] = {
    "name": "author of documents, a person",
    "email": "e-mail of the author",
    "organization": "organisation that makes the software",
    "organization_url": "its web address",
    "organization_email": "its e-mail",
    "supplier": "who delivers the software",
    "supplier_url": "its web address",
    "supplier_email": "its e-mail",
    "data_licence": "licence of the documents themselves, CC0-1.0 where nothing is said",
    "security_contact": "where vulnerabilities are reported: web address or e-mail",
}
"""Key of [author] → what it is."""
_OF = {"email": "name", **{f"{who}_{what}": who for who in ("organization", "supplier") for what in ("url", "email")}}
"""Key of an address → key of the name of whose it is."""
_CLEAR = "-"


@click.command()
@click.option("--name", metavar="TEXT", help="Author of documents, a person.")
@click.option("--email", metavar="ADDRESS", help="E-mail of the author.")
@click.option("--organization", metavar="TEXT", help="Organisation that makes the software.")
@click.option("--organization-url", metavar="URL", help="Its web address.")
@click.option("--organization-email", metavar="ADDRESS", help="Its e-mail.")
@click.option("--supplier", metavar="TEXT", help="Who delivers the software.")
@click.option("--supplier-url", metavar="URL", help="Its web address.")
@click.option("--supplier-email", metavar="ADDRESS", help="Its e-mail.")
@click.option("--data-licence", metavar="ID", help="Licence of the documents themselves; CC0-1.0 without it.")
@click.option("--security-contact", metavar="URL", help="Where vulnerabilities are reported: URL or e-mail.")
def author(**given: str | None) -> None:
    """Set who stands in bills of materials: [author] of settings.toml.

    Without options each value is asked for: Enter keeps what is set, "-" takes it away, as it does in an option.
    Nothing is guessed from git or from the machine, and nothing is written before the last answer.
    """
    from supplymatrix.engine.author_settings import write_author
    from supplymatrix.engine.settings import load_settings

    wanted = {key: _meant(text) for key, text in given.items() if text is not None}
    if not wanted:
        if not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
            raise click.UsageError("there is no terminal to ask at: name the values, as in --name 'Ada Example'.")
        found = load_settings(os.environ).values
        wanted = _ask({key: str(found[f"author.{key}"]) for key in _ASKED})
    _tell(write_author(os.environ, wanted))


def _meant(text: str) -> str:
    return "" if text.strip() == _CLEAR else text.strip()


def _ask(there: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that change something; who has no name is asked for no address.

    Raises click.Abort when the input ends before the last answer.
    """
    from supplymatrix.reports.plain import plain
    from supplymatrix.sources.user_settings import author_fault

    write_stderr('Enter keeps what is set, "-" takes it away. Nothing is written before the last answer.\n\n')
    wanted: dict[str, str] = {}
    for key, what in _ASKED.items():
        of = _OF.get(key, "")
        if of and not there[key] and not wanted.get(of, there[of]):
            continue
        set_now = f" [{plain(there[key])}]" if there[key] else ""
        while True:
            write_stderr(f"{what}{set_now}: ")
            line = sys.stdin.readline()
            if not line:
                write_stderr("\n")
                raise click.Abort
            text = line.strip()
            fault = author_fault(key, _meant(text))
            if fault is None:
                break
            write_stderr(f"  {fault[0]}: expected {fault[1]}\n")
        if text:
            wanted[key] = _meant(text)
    return wanted


def _tell(done: WrittenAuthor) -> None:
    """Say what was written, and what still is missing."""
    from supplymatrix.engine.creators import creators_of
    from supplymatrix.errors import InputError
    from supplymatrix.reports.plain import plain

    where = plain(done.file.as_posix())
    if not done.changed:
        write_stdout(f"nothing is new: {where} is as it was\n")
    else:
        rows = [f"  {key} = {plain(text)}" if text else f"  {key} is taken away" for key, text in done.changed.items()]
        write_stdout("\n".join([f"written to {where}, under [author]:", *rows, ""]))
    try:
        creators_of(done.values)
    except InputError as err:
        for fault in err.diagnostics:
            write_stderr(f"note: {plain(fault.message)} · next: {plain(fault.remedy)}\n")
