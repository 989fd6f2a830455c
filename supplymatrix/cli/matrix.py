"""`supplymatrix matrix`: support paths for Go side by side, each cell down to its dated source."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.options import console_options
from supplymatrix.cli.output import Console, wants_color, write_stdout
from supplymatrix.cli.profile_options import profile_options, profile_options_again, tell_loading
from supplymatrix.cli.streams import is_terminal, write_stderr
from supplymatrix.cli.targets import ReportTarget, parse_targets, write_targets
from supplymatrix.cli.words import complete_capability_keys, complete_vendors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from supplymatrix.engine.vendor_profiles import LoadedProfiles
    from supplymatrix.vendors.matrix import MatrixView

__all__ = ["matrix"]

_FORMATS = ("text", "json", "csv", "markdown", "html")
_PAGE, _NARROWEST, _WIDEST = 80, 60, 160


@click.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...", shell_complete=complete_vendors)
@click.option("--project", type=click.Path(path_type=Path), metavar="PATH", help="What `today` is: this Go project.")
@click.option(
    "--key", "keys", multiple=True, metavar="KEY", shell_complete=complete_capability_keys,
    help="Only this question, with its values. May be given several times.",
)  # fmt: skip
@click.option(
    "--weights", type=click.Path(path_type=Path), metavar="FILE", help="Weigh by this file, see `weights-toml`."
)
@click.option("--differences", is_flag=True, help="Only questions that are not answered alike, with their values.")
@click.option(
    "--pin", "pinned", multiple=True, metavar="ID", shell_complete=complete_vendors, help="This column first."
)
@click.option(
    "--exclude", "excluded", multiple=True, metavar="ID", shell_complete=complete_vendors, help="Without this vendor."
)
@click.option(
    "--explain", default="", metavar="ID[/KEY]", help="A score in its parts, or one cell down to its sources."
)
@click.option("--strict", is_flag=True, help="Exit 1 when a cell is stale: its evidence expired.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Text without any other characters.")
@click.option(
    "--format", "formats", multiple=True, metavar="F[=FILE]",
    help="text, json, csv, markdown or html; to FILE or to stdout. May be given several times.",
)  # fmt: skip
@profile_options
@console_options
def matrix(
    vendors: tuple[str, ...], *, project: Path | None, keys: tuple[str, ...], weights: Path | None, differences: bool,
    pinned: tuple[str, ...], excluded: tuple[str, ...], explain: str, strict: bool, ascii_only: bool,
    formats: tuple[str, ...], loaded: LoadedProfiles, today: date, console: Console,
) -> int:  # fmt: skip
    """Compare support paths for Go: what each vendor answers to each question, with evidence, and a score as a span.

    The column `today` is what the project has already. The vendors named are compared, or all.

    Exit 0: shown. 1: --strict, and a cell is stale. 2: the profile of a vendor that was named is broken.

    3: build files of the project could not be told, so that `today` may lack a path.
    """
    from supplymatrix.engine.matrix import MatrixRequest, broken_among, view_matrix

    targets = parse_targets(formats, _FORMATS)
    if explain and (formats or not explain.partition("/")[0]):
        raise click.UsageError("--explain ID[/KEY] is a text of its own: --format json has the same of all cells.")
    shown = explain.partition("/")[0]
    named = (*vendors, *pinned, *excluded, *((shown,) if explain else ()))
    broken = broken_among(loaded, named)
    _refuse_unknown(loaded, vendors, (*pinned, shown) if shown else pinned, excluded, broken)
    _refuse_keys((*keys, *(part for part in (explain.partition("/")[2],) if part)))
    known = _known(loaded)
    request = MatrixRequest(
        loaded=loaded,
        as_of=today,
        named=() if explain else tuple(name for name in vendors if name in known),
        keys=keys,
        weights=weights,
        differences=differences,
        pinned=tuple(name for name in pinned if name in known),
        excluded=() if explain else excluded,
        project=project,
    )
    view = _with_options(view_matrix(request), project, weights)
    if explain and shown in known:
        write_stdout(_explained(view, explain, ascii_only=ascii_only))
    elif not explain and (not vendors or request.named):
        _write(view, targets, console, ascii_only=ascii_only)
    tell_loading(loaded, quiet=console.quiet)
    if broken:
        return 2
    stale = strict and _strict(view, quiet=console.quiet)
    return 1 if stale else 3 if view.gaps else 0


def _with_options(view: MatrixView, project: Path | None, weights: Path | None) -> MatrixView:
    """Return a view that knows with which options a further command shows the same."""
    from supplymatrix.model.value import changed

    words = ["--project", quote(project.as_posix())] if project is not None else []
    words += ["--weights", quote(weights.as_posix())] if weights is not None else []
    again = "".join(f" {word}" for word in words)
    return changed(view, again_project=again, again_profiles=profile_options_again())


def _known(loaded: LoadedProfiles) -> Mapping[str, object]:
    from supplymatrix.vendors.matrix import TODAY

    return {TODAY: None, **loaded.by_id}


def _refuse_unknown(
    loaded: LoadedProfiles,
    vendors: Sequence[str],
    columns: Sequence[str],
    excluded: Sequence[str],
    broken: Collection[str],
) -> None:
    """Refuse a name that is no vendor's. A broken profile has a name too: its faults are told instead."""
    from supplymatrix.vendors.matrix import TODAY

    _refuse((*vendors, *columns), [*_known(loaded), *broken], "vendor")
    _refuse(excluded, [*loaded.by_id, *broken, TODAY], "vendor")
    if TODAY in excluded:
        raise click.UsageError("The column today stays: it is what all others are compared with.")


def _refuse_keys(keys: Sequence[str]) -> None:
    from supplymatrix.vendors.capability_keys import KEYS

    _refuse(keys, list(KEYS), "key")


def _refuse(names: Sequence[str], known: Sequence[str], what: str) -> None:
    from supplymatrix.model.spelling import nearest

    for name in names:
        if name not in known:
            near = nearest(name, known)
            fault = click.UsageError(f"There is no {what} {name[:60]!r}; there are {', '.join(known)}.")
            if near:
                fault.add_note(f"did you mean {near!r}?")
            raise fault


def _explained(view: MatrixView, explain: str, *, ascii_only: bool) -> str:
    from supplymatrix.reports.matrix_explain import render_cell, render_score

    shown, _, key = explain.partition("/")
    option = next(option for option in view.matrix.options if option.id == shown)
    width, plainly = _width(), ascii_only or not _shows_marks()
    if key:
        return render_cell(view, option, key, width=width, ascii_only=plainly)
    return render_score(view, option, width=width, ascii_only=plainly)


def _write(view: MatrixView, targets: Sequence[ReportTarget], console: Console, *, ascii_only: bool) -> None:
    write_targets(targets, lambda target: _rendered(view, target, console, ascii_only=ascii_only))
    files = [target.file.as_posix() for target in targets if target.file is not None]
    if len(files) == len(targets) and not console.quiet:
        from supplymatrix.reports.plain import plain

        write_stderr(f"written to {', '.join(plain(file) for file in files)}\n")


def _rendered(view: MatrixView, target: ReportTarget, console: Console, *, ascii_only: bool) -> str:
    if target.format == "text":
        from supplymatrix.reports.matrix_text import render_matrix_text

        on_stdout = target.file is None
        return render_matrix_text(
            view,
            width=_width() if on_stdout else _PAGE,
            color=on_stdout and wants_color(console.color, sys.stdout, os.environ),
            ascii_only=ascii_only or (on_stdout and not _shows_marks()),
            verbose=console.verbose,
        )
    return _renderer(target.format)(view)


def _renderer(name: str) -> Callable[[MatrixView], str]:
    if name == "json":
        from supplymatrix.reports.matrix_json import render_matrix_json as render
    elif name == "csv":
        from supplymatrix.reports.matrix_csv import render_matrix_csv as render
    elif name == "markdown":
        from supplymatrix.reports.matrix_markdown import render_matrix_markdown as render
    else:
        from supplymatrix.reports.matrix_html import render_matrix_html as render
    return render


def _strict(view: MatrixView, *, quiet: bool) -> bool:
    """Name every stale cell on stderr; return whether there is one."""
    from supplymatrix.reports.matrix_cells import stale_name
    from supplymatrix.reports.plain import plain
    from supplymatrix.vendors.matrix import stale_answers

    stale = stale_answers(view.matrix)
    if not quiet:
        for item in stale:
            text = f"{stale_name(item)}: stale since {item.answer.stale_since}"
            write_stderr(f"{plain(text)} ({plain(str(item.answer.capability.location))})\n")
    return bool(stale)


def _width() -> int:
    """Return the columns of the terminal within limits; those of a page where there is none."""
    import shutil

    if not is_terminal(sys.stdout):
        return _PAGE
    return max(_NARROWEST, min(shutil.get_terminal_size((_PAGE, 24)).columns, _WIDEST))


def _shows_marks() -> bool:
    """Return whether a terminal has the marks: its encoding is Unicode's and it is no bare console."""
    if not is_terminal(sys.stdout):
        return True
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return encoding.startswith("utf") and os.environ.get("TERM", "") not in ("linux", "dumb")
