"""`supplymatrix prove`: write the proofs of a go.sum beside it, to be committed."""

from __future__ import annotations

from pathlib import Path

import click

from supplymatrix.cli.alarm import keeps_alarm
from supplymatrix.cli.files import write_in_place_of
from supplymatrix.cli.options import console_options, log_options, paths_argument, policy_options
from supplymatrix.cli.output import Console, write_stdout
from supplymatrix.cli.streams import write_stderr
from supplymatrix.engine.make_proofs import MadeProofs, MakeProofsRequest, make_proofs
from supplymatrix.engine.means import Means
from supplymatrix.engine.policy_source import PolicySource
from supplymatrix.reports.plain import plain, plain_lines

__all__ = ["prove"]

_GRAVEST_FIRST = (4, 3, 1, 0)
_SHOWN = 10


@click.command()
@paths_argument
@click.option(
    "--update", is_flag=True, help="Keep what the file holds: ask only for what is new, move its head only then."
)
@policy_options
@log_options
@console_options
def prove(
    paths: tuple[Path, ...], *, update: bool, recursive: bool, policy: PolicySource, means: Means, console: Console
) -> int:
    """Write go.sum.proof: every module version of go.sum, proven under one signed head of the log.

    It is meant to be committed. `supplymatrix check` then needs no network, and trusts nobody but the log's key; where
    there is a network, the head in the file is held against the one that this machine is shown.

    Exit 0: every line is proven. 1: the log does not know a line. 3: a line could not be proven; what could be is
    written. 4: a line differs from the log, or the log lied: nothing is written. 5: there is nothing to prove.
    """
    request = MakeProofsRequest(paths=paths, means=means, update=update, recursive=recursive, policy=policy)
    made = make_proofs(request, console.on_event)
    console.end_line()
    codes = {item.exit_code for item in made}
    code = next((code for code in _GRAVEST_FIRST if code in codes), 5)
    with keeps_alarm(code, "alarm: go.sum and the log disagree"):
        for item in made:
            if item.path is not None and item.data is not None and not item.is_unchanged:
                write_in_place_of(item.path, item.data.decode("utf-8"), "proof file")
            write_stdout(plain_lines(_line(item)))
            if not console.quiet:
                write_stderr("".join(f"{plain(line)}\n" for line in _problems(item)))
    return code


def _line(item: MadeProofs) -> str:
    """Return what became of one subject, in a line."""
    if item.path is None:
        return f"{item.name}: there is no go.sum: nothing to prove\n"
    where = item.path.as_posix()
    if item.data is None:
        return f"{where}: not written\n"
    what = f"{item.records:,} records under the head of {item.tree_size:,}, {len(item.data):,} bytes"
    if item.is_unchanged:
        return f"{where}: {what}, unchanged\n"
    return f"{where}: {what}{'' if item.is_new else f' ({item.added:,} new, {item.dropped:,} gone)'}\n"


def _problems(item: MadeProofs) -> list[str]:
    """Return what could not be proven, and why; some of many."""
    wrong = [
        f"alarm: go.sum and the log disagree on {line.subject} (supplymatrix check tells more)" for line in item.wrong
    ]
    absent = [f"not in the log: {line.subject}, says {line.answered_by or 'its record'}" for line in item.absent]
    reasons: dict[str, list[str]] = {}
    for gap in item.gaps:
        reasons.setdefault(f"{gap.reason}; next: {gap.remedy}", []).append(gap.subject)
    gaps = [f"not proven: {_some(subjects)}: {reason}" for reason, subjects in reasons.items()]
    private = [f"not proven: {item.private:,} module versions that lift.toml declares private"] if item.private else []
    return [line for lines in (wrong, absent, gaps, private) for line in _first(lines)]


def _some(subjects: list[str]) -> str:
    names = list(dict.fromkeys(subject for subject in subjects if subject))
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "") or "all of it"


def _first(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], f"… and {len(lines) - _SHOWN:,} more of these"]
