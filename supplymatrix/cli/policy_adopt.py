"""`supplymatrix policy adopt`: today's findings become a dated debt that may only shrink."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.files import write_file
from supplymatrix.cli.options import console_options, log_options
from supplymatrix.cli.output import Console, wants_color, write_stdout
from supplymatrix.cli.streams import write_stderr
from supplymatrix.engine.means import Means
from supplymatrix.model.verdict import Mode
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.adopt import Adoption
    from supplymatrix.model.verdict import Judged
    from supplymatrix.policy.document import DebtEntry

__all__ = ["adopt"]

_SHOWN = 10
_ALARM = 4


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--owner", default="", metavar="WHO", help="Who answers for the debt; needed the first time.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is taken on, in 12 characters or more; as well.")
@click.option(
    "--expires", default="", metavar="DAY", help="The last day: 2027-01-31, or from today 90d; 180d, at most 365d."
)
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), default=None, help="Set [policy] mode too.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--allow-remote-policy", "allow_remote", is_flag=True, help="What lift.toml builds on may be fetched.")
@log_options
@console_options
def adopt(
    path: Path,
    *,
    owner: str,
    reason: str,
    expires: str,
    mode: str | None,
    dry_run: bool,
    allow_remote: bool,
    means: Means,
    console: Console,
) -> int:
    """Take the findings of an old project as a debt, so that only new ones fail its builds.

    The first time, what a check finds today is written to lift.debt.toml, and [debt] of lift.toml says who answers for
    it and until when. Run it again: what is mended goes from the list; nothing is ever put in. Alarms, broken files
    and what could not be checked are never adopted.

    Exit 0: done. 4: there is an alarm; what can be adopted is.
    """
    from supplymatrix.engine.adopt import AdoptRequest, adopt_findings

    request = AdoptRequest(
        path=path, means=means, owner=owner, reason=reason, expires=expires, mode=mode or "", allow_remote=allow_remote
    )
    made = adopt_findings(request, console.on_event)
    console.end_line()
    code = _ALARM if made.not_owed.alarms else 0
    with keeps_alarm(code, "alarm: the project and the log disagree"):
        _show(made, console, with_list=dry_run or not made.is_first)
        if dry_run:
            write_stderr("nothing was written: --dry-run\n")
        else:
            _write(made)
            write_stderr(f"{_done(made)}\nnext: supplymatrix check {plain(quote(made.file.path.parent.as_posix()))}\n")
        write_stderr("".join(f"{plain(line)}\n" for line in _not_adopted(made)))
    return code


def _write(made: Adoption) -> None:
    """Write the list first: one that is longer than lift.toml allows is refused, one that is shorter is not."""
    if made.new_list is not None and made.new_list != made.old_list:
        write_file(made.list_path, made.new_list.decode("utf-8"))
    if made.new != made.file.data:
        write_file(made.file.path, made.new.decode("utf-8"))


def _show(made: Adoption, console: Console, *, with_list: bool) -> None:
    from supplymatrix.reports.text_diff import render_diff

    color = wants_color(console.color, sys.stdout, os.environ)
    text = render_diff(made.file.data, made.new, made.file.name, color=color)
    if with_list and made.new_list is not None:
        text += render_diff(made.old_list or b"", made.new_list, made.list_path.as_posix(), color=color)
    write_stdout(text)


def _done(made: Adoption) -> str:
    """Return what was done, in a line."""
    name = plain(made.list_path.as_posix())
    if made.new_list is None:
        return "nothing was found that could be owed: there is no debt"
    owed = f"{_counted(made.entries)}, until {made.ends}"
    if made.is_over:
        owed = f"{_counted(made.entries)}, but the list is over since {made.ends} and excuses nothing any more"
        owed += ": mend them, or set a new day with --expires"
    if made.is_first:
        return f"wrote {name}: {owed}"
    if not made.entries:
        return f"the debt is paid: remove [debt] from lift.toml, and {name}"
    return f"{name}: {len(made.gone):,} gone; still owed: {owed}"


def _counted(entries: Sequence[DebtEntry]) -> str:
    counts = Counter(entry.rule for entry in entries)
    parts = ", ".join(f"{rule} {count:,}" for rule, count in sorted(counts.items()))
    return f"{len(entries):,} {'finding' if len(entries) == 1 else 'findings'} ({parts})"


def _not_adopted(made: Adoption) -> list[str]:
    """Return what a check tells beside the debt; some of many."""
    told = made.not_owed
    kinds = (
        (told.alarms, "not adopted, an alarm"),
        (told.broken, "not adopted, a file that cannot be read as it should"),
        (told.new, "new since the list was made, and failing"),
        (told.quiet, f"new since the list was made; {_why_quiet(made)}"),
        (told.unknown, "not checked, so that what is behind it is not adopted"),
    )
    lines: list[str] = []
    for items, what in kinds:
        level = items is told.quiet
        lines += [f"{what}: {f'{item.level.value} ' if level else ''}{_named(item)}" for item in items[:_SHOWN]]
        lines += [f"… and {len(items) - _SHOWN:,} more of these"] if len(items) > _SHOWN else []
    return lines


def _why_quiet(made: Adoption) -> str:
    if made.mode is not Mode.ENFORCE:
        return f"told, and decides nothing in mode {made.mode.value}"
    return "below fail_on, so that it can fail a run through the score alone"


def _named(item: Judged) -> str:
    return f"{item.rule} {item.subject}"
