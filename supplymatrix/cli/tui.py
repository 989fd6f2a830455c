"""`supplymatrix tui`: the terminal app, or one of its screens as a picture or as text."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplymatrix.cli.profile_options import as_of_option, folder_option
from supplymatrix.cli.streams import is_terminal, let_go, write_stderr, write_stdout
from supplymatrix.cli.words import complete_places

if TYPE_CHECKING:
    from supplymatrix.errors import SupplymatrixError
    from supplymatrix.tui.links import Link
    from supplymatrix.tui.session import Session

__all__ = ["tui"]

_SIZE = re.compile(r"([1-9][0-9]{1,2})x([1-9][0-9]{1,2})")
_KINDS = {".svg": "svg", ".png": "png", ".txt": "txt"}
_MOST = 500


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[PATH]")
@click.option(
    "--at", "at", default="", metavar="LINK", shell_complete=complete_places,
    help="Begin there: home, claims, matrix/redhat/fips_mode …; `u` in the app copies such a link.",
)  # fmt: skip
@click.option(
    "--shot", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the screen to FILE (.svg, .png or .txt) instead; no terminal is needed.",
)  # fmt: skip
@click.option("--size", default="120x40", show_default=True, metavar="WxH", help="Columns and rows of --shot.")
@click.option("--plain", is_flag=True, help="Print the screen as linear text, for a screen reader.")
@click.option("--offline/--online", default=None, help="Use no network; or use it in spite of settings.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Ask a folder of recorded answers of the log instead.",
)
@click.option("--allow-remote-policy", is_flag=True, help="What lift.toml builds on may be fetched.")
@folder_option
@as_of_option
def tui(
    *, path: Path | None, at: str, shot: Path | None, size: str, plain: bool, offline: bool | None,
    replay: Path | None, allow_remote_policy: bool, folders: tuple[Path, ...], today: date,
) -> int:  # fmt: skip
    """Open the terminal app, at home or at LINK. PATH: the Go project that it is about.

    Exit 0: ended. 2: no terminal, or no such place. --shot and --plain of a screen that could not be filled end as the
    command with the same facts does.
    """
    del today  # the app asks the clock, since it may be open beyond midnight
    if shot is not None and plain:
        raise click.UsageError("--shot and --plain exclude each other.")
    kind = _kind(shot) if shot is not None else "plain"
    columns_rows = _size(size)
    if shot is None and not plain and not _has_terminal():
        return 2
    from supplymatrix.tui.links import parse_link

    given = click.get_current_context().params
    session = _session(path, folders, given["folders"], given["as_of"], offline=offline, replay=replay)
    session.allow_remote_policy = allow_remote_policy
    link = parse_link(at) if at else None
    if shot is None and not plain:
        return _run(session, link)
    data, fault = _shot(session, link, kind, columns_rows)
    if shot is None:
        write_stdout(data.decode())
    else:
        _write_bytes(shot, data)
    if fault is not None:
        raise fault
    return 0


def _session(
    path: Path | None,
    folders: tuple[Path, ...],
    named_folders: tuple[Path, ...],
    as_of: date | None,
    *,
    offline: bool | None,
    replay: Path | None,
) -> Session:
    from supplymatrix.cli.files import write_file
    from supplymatrix.engine.settings import load_settings
    from supplymatrix.errors import Diagnostic, InputError
    from supplymatrix.tui.session import Session

    if path is not None and not os.path.exists(path):  # noqa: PTH110 - Path.exists raises for a name that is too long
        raise InputError(
            Diagnostic(message="there is no such file or folder", artifact=path.as_posix(), expected="a Go project")
        )
    return Session(
        now=lambda: datetime.now(UTC),
        environ=os.environ,
        write=write_file,
        here=Path(),
        project=path,
        folders=folders,
        named_folders=named_folders,
        as_of=as_of,
        offline=load_settings(os.environ).offline if offline is None else offline,
        replay=replay,
    )


def _has_terminal() -> bool:
    """Return whether the app can be drawn and steered; else say on stdout what is missing."""
    streams = (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr))
    missing = [name for name, stream in streams if not is_terminal(stream)]
    if missing:
        names = " and ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        # stderr may be the file that somebody wonders about: Textual draws there, and would show nothing at all
        write_stdout(
            f"the app needs a terminal, and {names} {'is' if len(missing) == 1 else 'are'} none\n"
            "next: supplymatrix tui --plain, supplymatrix tui --shot FILE.svg, or supplymatrix --help\n"
        )
    return not missing


def _run(session: Session, link: Link | None) -> int:
    import gc

    gc.disable()  # while nothing but modules comes in: looking through them took a fourteenth of the start
    from supplymatrix.engine.screen_state import read_screen_state, state_path
    from supplymatrix.tui.app import SupplymatrixApp

    file = state_path(os.environ)
    read = read_screen_state(file)
    session.state_file = file if read.may_write else None
    session.state, session.told = read.state, read.told
    app = SupplymatrixApp(session, link)
    gc.freeze()  # modules are never freed: looking through them now and then took 40 ms, in which no key is answered
    gc.enable()
    app.run()
    if session.told:
        write_stderr(f"{session.told}\n")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # the terminal is gone, which is no fault of this run
            let_go(stream)
    return int(app.return_code or 0)


def _shot(
    session: Session, link: Link | None, kind: str, size: tuple[int, int]
) -> tuple[bytes, SupplymatrixError | None]:
    """Return a picture, and why its screen has nothing to show. No state is read: it is the same for everybody."""
    from supplymatrix.errors import Diagnostic, InputError, SupplymatrixError
    from supplymatrix.tui.app import SupplymatrixApp
    from supplymatrix.tui.links import format_link
    from supplymatrix.tui.shots import render_shot

    app = SupplymatrixApp(session, link)
    data = render_shot(app, kind, size)
    if isinstance(app.fault, SupplymatrixError) or app.fault is None:
        return data, app.fault
    artifact = format_link(link) if link is not None else ""
    return data, InputError(Diagnostic(message=str(app.fault), artifact=artifact, expected="a place that is there"))


def _write_bytes(file: Path, data: bytes) -> None:
    from supplymatrix.errors import Diagnostic, InputError
    from supplymatrix.net.whole_file import replace_whole

    try:
        replace_whole(file, data)
    except OSError as err:
        message = f"the picture cannot be written: {err.strerror or err}"
        fault = Diagnostic(message=message, artifact=file.as_posix(), expected="a file that may be written")
        raise InputError(fault) from err
    write_stderr(f"written to {file.as_posix()}\n")


def _kind(file: Path) -> str:
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise click.UsageError(f"--shot {file.name}: the name ends in .svg, .png or .txt.")
    return kind


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    columns, rows = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (found and columns <= _MOST and rows <= _MOST):
        raise click.UsageError(f"--size {text[:20]}: columns x rows, each from 10 to {_MOST}, as in 120x40.")
    return columns, rows
