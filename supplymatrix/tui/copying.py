"""What `y` copies, in which forms, and how it gets to the clipboard.

A terminal takes a copy by an escape sequence (OSC 52) and never says whether it did; tmux and browsers often drop it.
So it is sent, and then a clipboard program is tried, and where none takes it the text goes to a file. What was done is
said: "copied" alone would be a guess.

Source: XTerm control sequences, "Operating System Commands", Ps = 52.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from supplymatrix.model.value import value
from supplymatrix.reports.plain import plain
from supplymatrix.tui.shell_words import quote_again

__all__ = ["FORMS", "CopyOffer", "clipboard_programs", "copy_text", "render_copy"]

FORMS: tuple[tuple[str, str, str], ...] = (
    ("t", "tsv", "TSV, for a spreadsheet"),
    ("j", "json", "JSON"),
    ("m", "markdown", "Markdown, for a ticket"),
)
"""Key, name and title of each form."""

_OSC52_LIMIT = 74_994  # bytes of text; base64 of more than 100,000 is dropped by xterm and others
_TIME = 2.0  # seconds that a clipboard program may take
_SUFFIX = {"tsv": ".tsv", "json": ".json", "markdown": ".md"}


@value
class CopyOffer:
    """What a screen offers to copy. what: e.g. "3 claims"; head: names of the columns; rows: as many cells each.

    cell: the one of the cursor, which can be copied alone, "" = there is none.
    """

    what: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cell: str = ""


def render_copy(offer: CopyOffer, form: str) -> str:
    r"""Return what is copied as "tsv", "json" or "markdown". TSV has no cell that a spreadsheet takes for a formula.

    Hidden characters are written out in all of them, in JSON as its own escapes, \u202e: there the text stays the same.
    """
    if form == "json":
        rows = [dict(zip(offer.head, row, strict=True)) for row in offer.rows]
        return _escaped(f"{json.dumps(rows, indent=2, ensure_ascii=False)}\n")
    if form == "tsv":
        from supplymatrix.reports.matrix_csv import safe_field

        lines = ["\t".join(safe_field(cell) for cell in row) for row in (offer.head, *offer.rows)]
        return "\n".join(lines) + "\n"
    lines = [_row(offer.head), _row(["---"] * len(offer.head)), *map(_row, offer.rows)]
    return "\n".join(lines) + "\n"


def _escaped(document: str) -> str:
    """Return JSON in which every hidden character but a newline is an escape. In JSON they stand in strings alone."""
    odd = {letter for letter in set(document) if letter != "\n" and plain(letter) != letter}
    return document.translate({ord(letter): _json_escape(letter) for letter in odd})


def _json_escape(letter: str) -> str:
    data = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[place : place + 2].hex()}" for place in range(0, len(data), 2))


def _row(cells: Sequence[str]) -> str:
    from supplymatrix.reports.markdown import sentence

    return f"| {' | '.join(cell if cell == '---' else sentence(cell).replace('|', '&#124;') for cell in cells)} |"


def clipboard_programs(environ: Mapping[str, str], platform: str = sys.platform) -> tuple[tuple[str, ...], ...]:
    """Return the programs that may take a text on stdin, by what kind of desktop the environment tells of."""
    if platform == "darwin":
        return (("pbcopy",),)
    found: list[tuple[str, ...]] = []
    if environ.get("WAYLAND_DISPLAY"):
        found.append(("wl-copy",))
    if environ.get("DISPLAY"):
        found += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return tuple(found)


def copy_text(
    text: str,
    what: str,
    *,
    form: str,
    send: Callable[[str], None] | None,
    environ: Mapping[str, str],
    folder: Path | None,
) -> str:
    """Copy a text by all ways until one confirms it; return what is to be said.

    form: one of FORMS; any other is a command, in which hidden characters are written so that they can be pasted.
    send: writes the escape sequence, None = there is no terminal. folder: where the file goes, None = nowhere.
    """
    tried: list[str] = []
    text = text if form in _SUFFIX else quote_again(text)
    text = text.encode("utf-8", "backslashreplace").decode()  # lone surrogates, which no way of copying takes
    if send is not None and len(text.encode()) <= _OSC52_LIMIT:
        send(text)
        tried.append("sent to the terminal (OSC 52, which confirms nothing)")
    for program in clipboard_programs(environ):
        if _give(program, text, environ):
            return f"{what}: {' and '.join([*tried, f'given to {program[0]}'])}"
    written = _write(text, form, folder)
    tried += [f"written to {written}"] if written else []
    return f"{what}: {' and '.join(tried) or 'could not be copied: no terminal, no clipboard program, no home folder'}"


def _give(program: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - a program of a fixed name, the text on its stdin alone
            program,
            input=text.encode(),
            stdout=subprocess.DEVNULL,  # xclip stays and holds it open
            stderr=subprocess.DEVNULL,
            timeout=_TIME,
            check=False,
            env=dict(environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _write(text: str, form: str, folder: Path | None) -> str:
    if folder is None:
        return ""
    from supplymatrix.net.whole_file import replace_whole

    path = folder / f"copied{_SUFFIX.get(form, '.txt')}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_whole(path, text.encode(), mode=0o600)
    except OSError:
        return ""
    return plain(path.as_posix())
