"""`supplymatrix decide`: which support path fits a project's needs, how surely, and what would change that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from supplymatrix.cli.files import refuse_existing, write_new_file
from supplymatrix.cli.output import page_width
from supplymatrix.cli.profile_options import chosen_profiles, profile_options, tell_loading
from supplymatrix.cli.streams import write_stderr
from supplymatrix.cli.targets import ReportTarget, parse_targets, refuse_shared, write_targets
from supplymatrix.cli.words import complete_capability_keys, complete_vendors
from supplymatrix.reports.plain import plain

if TYPE_CHECKING:
    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.vendors.decide import Decision

__all__ = ["decide"]

_FORMATS = ("text", "json", "markdown")
_RECORD = b"# Decision record\n"  # how every record begins
_MAX_DRAWS = 1_000_000
_MAX_SEED = (1 << 63) - 1
_FILE = click.Path(path_type=Path)
_OPTIONS: tuple[Callable[..., Any], ...] = (
    click.argument("path", required=False, type=_FILE, metavar="[PATH]"),
    click.option("--needs", type=_FILE, metavar="FILE", help="What you need, at most eight."),
    click.option(
        "--need", "wanted", multiple=True, metavar="KEY[=ITEM,…]", shell_complete=complete_capability_keys,
        help="A need, as in go_minors=1.26: it weighs at least as much as what is none.",
    ),
    click.option(
        "--must", "musts", multiple=True, metavar="KEY[=ITEM,…]", shell_complete=complete_capability_keys,
        help="A must-have: what is known to fail it drops out.",
    ),
    click.option("--scenarios", type=_FILE, metavar="FILE", help="What may come, instead of the built-in five."),
    click.option("--answers", type=_FILE, metavar="FILE", help="Answers of vendors: TOML, or an ask list filled in."),
    click.option("--vendor", "vendors", multiple=True, metavar="ID", shell_complete=complete_vendors,
                 help="Compare only these, and today."),
    click.option("--exclude", "excluded", multiple=True, metavar="ID", shell_complete=complete_vendors,
                 help="Leave this vendor out."),
    click.option("--draws", type=click.IntRange(1, _MAX_DRAWS), default=4_000, show_default=True, metavar="N",
                 help="So many weightings."),
    click.option("--seed", type=click.IntRange(0, _MAX_SEED), default=1, show_default=True, metavar="N",
                 help="The same seed draws the same weightings."),
    click.option("--ask", metavar="FILE|-", help="Write what to ask the vendors, to be filled in for --answers."),
    click.option("--record", type=_FILE, metavar="FILE", help="Write the decision record, with all data."),
    click.option("--explain", is_flag=True, help="The text in full: every option, reason and cost."),
    click.option("--format", "format_", multiple=True, metavar="F[=FILE]", help="text, json or markdown."),
)  # fmt: skip


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@_options
@profile_options
def decide(path: Path | None, *, loaded: LoadedProfiles, today: date, **given: Any) -> int:  # noqa: ANN401 - of click
    """Say which option comes first for your needs, in how many weightings, why, and what would change it.

    PATH is a project: the folder of its go.mod; the current folder when left out, if that has one. What it shows of its
    needs is taken over, and where it stands already is the option `today`. Nothing has a weight of ours: thousands of
    weightings are drawn, and unknown cells are tried both ways.

    Exit 0: an answer, "no clear winner" included. 2: an input, or a vendor's profile, could not be used.
    """
    from supplymatrix.engine.decide import DecideRequest, run_decide
    from supplymatrix.vendors.needs import parse_need_word

    targets = _targets(given["format_"], given["ask"], given["record"])
    if given["ask"] not in (None, "-"):
        refuse_existing(Path(given["ask"]), "ask list")
    _refuse_other_file(given["record"])
    for name in ("vendors", "excluded"):
        chosen_profiles(loaded, given[name])
    words = [parse_need_word(word, must=False) for word in given["wanted"]]
    words += [parse_need_word(word, must=True) for word in given["musts"]]
    here = Path()
    run = run_decide(
        DecideRequest(
            loaded=loaded,
            as_of=today,
            latest=max(today, datetime.now(UTC).date()),
            project=path if path is not None else here if (here / "go.mod").is_file() else None,
            needs=given["needs"],
            words=tuple(words),
            scenarios=given["scenarios"],
            answers=given["answers"],
            vendors=given["vendors"],
            excluded=given["excluded"],
            draws=given["draws"],
            seed=given["seed"],
        )
    )
    again = _again(path, given)

    def rendered(target: ReportTarget) -> str:
        width = page_width() if target.file is None else 80
        return _rendered(run.decision, target.format, again, width=width, full=given["explain"])

    new = [target for target in targets if target.format == "ask" and target.file is not None]
    write_targets([target for target in targets if target not in new], rendered)
    for target in new:
        write_new_file(target.file or Path(), rendered(target), "ask list")  # an old one may hold answers
    write_stderr("".join(f"note: {plain(note)}\n" for note in run.notes))
    for target in targets:
        if target.file is not None:
            write_stderr(f"wrote {plain(target.file.as_posix())} ({target.format})\n")
    return tell_loading(loaded)


def _refuse_other_file(record: Path | None) -> None:
    """Raise InputError when a record would take the place of a file that is none."""
    if record is None or not record.is_file():
        return
    with record.open("rb") as file:
        begins = file.read(len(_RECORD))
    if begins not in (b"", _RECORD):
        refuse_existing(record, "decision record")


def _targets(words: tuple[str, ...], ask: str | None, record: Path | None) -> tuple[ReportTarget, ...]:
    """Return what is written where. Raises click.UsageError for an unknown format, or two things in one place."""
    if ask == "":
        raise click.UsageError("--ask: a file name is missing; - is stdout.")
    found = parse_targets(words, _FORMATS, otherwise=() if ask == "-" else ("text",))
    found += (ReportTarget("ask", None if ask == "-" else Path(ask)),) if ask else ()
    found += (ReportTarget("record", record),) if record is not None else ()
    refuse_shared(found)
    return found


def _rendered(decision: Decision, name: str, again: str, *, width: int, full: bool) -> str:
    """Return one output. The modules are imported when they are needed."""
    if name == "json":
        from supplymatrix.reports.decision_json import render_decision_json

        return render_decision_json(decision)
    if name == "ask":
        from supplymatrix.reports.ask_list import render_ask_list

        return render_ask_list(decision)
    if name == "text":
        from supplymatrix.reports.decision_text import render_decision_text

        return render_decision_text(decision, width=width, again=again, full=full)
    from supplymatrix.reports.decision_markdown import render_decision_markdown, render_decision_record

    return render_decision_record(decision) if name == "record" else render_decision_markdown(decision)


def _again(path: Path | None, given: dict[str, Any]) -> str:
    """Return the command line once more, without where its output went."""
    parts = ["supplymatrix", "decide"]
    parts += [quote(path.as_posix())] if path is not None else []
    for name in ("needs", "scenarios", "answers"):
        parts += [f"--{name}", quote(given[name].as_posix())] if given[name] is not None else []
    asked = click.get_current_context().params
    parts += ["--as-of", str(asked["as_of"])] if asked.get("as_of") is not None else []
    parts += [part for folder in asked.get("folders", ()) for part in ("--profiles", quote(folder.as_posix()))]
    parts += [
        part
        for name, usual in (("draws", 4_000), ("seed", 1))
        if given[name] != usual
        for part in (f"--{name}", str(given[name]))
    ]
    several = {"wanted": "--need", "musts": "--must", "vendors": "--vendor", "excluded": "--exclude"}
    for name, option in several.items():
        parts += [part for word in given[name] for part in (option, quote(word))]
    return " ".join(parts)
