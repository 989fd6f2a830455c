"""Where vendors enter a build, drawn: boxes for a terminal, Mermaid for a page, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from supplymatrix.model.value import value
from supplymatrix.model.vendor import VendorProfile
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width, wrap
from supplymatrix.vendors.entry_map import Entered, Stage
from supplymatrix.vendors.user_data import FILE, placeholder_words, placeholders_of

__all__ = ["render_entries_json", "render_entries_mermaid", "render_entries_text"]

SCHEMA = "supplymatrix.entries/1"
_SOURCE = "source: your .go files and go.mod"
_END = "your program runs"
_WIDEST_NAME = 20
_QUIET = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:/+=()_-*@?")
_LONGEST_LABEL = 120
_BOX_EDGES = 8  # columns of a box that hold no text of an entry: its two sides, and the indent below a name


@value(kw_only=False)
class _Lines:
    """The signs that boxes are drawn with."""

    across: str
    down: str
    corners: tuple[str, str, str, str]
    arrow: str


_BOX = _Lines("─", "│", ("┌", "┐", "└", "┘"), "▼")
_ASCII = _Lines("-", "|", ("+", "+", "+", "+"), "v")


def render_entries_text(stages: Sequence[Stage], *, width: int = 80, ascii_only: bool = False) -> str:
    """Return the way from source to program as boxes below each other. width: columns, 60 or more."""
    lines = _ASCII if ascii_only else _BOX
    name_width = _name_width(stages)
    out = [f"  {_SOURCE}"]
    for stage in stages:
        title = f"{stage.title}: {stage.what}"
        body = [line for row in stage.entered for line in _entered(row, name_width, width - 4)]
        out += [*_arrow(lines), *_box(title, body or ["nobody enters here"], lines, width)]
    out += [*_arrow(lines), f"  {_END}"]
    if any(row.entry.replaces_upstream for stage in stages for row in stage.entered):
        out += ["", "* in place of what the Go project itself delivers"]
    out += _missing(stages, width)
    text = "\n".join(line.rstrip() for line in out) + "\n"
    return text.encode("ascii", "backslashreplace").decode() if ascii_only else text


def render_entries_mermaid(stages: Sequence[Stage]) -> str:
    """Return the same as a flowchart of Mermaid: the stages in a chain, an arrow from each vendor to its stages."""
    out = ["flowchart TD", f'  source["{_label(_SOURCE)}"]']
    before = "source"
    for stage in stages:
        out += [f'  s_{stage.point}["{_label(stage.title)}"]', f"  {before} ==> s_{stage.point}"]
        before = f"s_{stage.point}"
    out += [f'  runs["{_label(_END)}"]', f"  {before} ==> runs"]
    vendors = {row.vendor.id: row.vendor for stage in stages for row in stage.entered}
    nodes = {name: f"v{number}" for number, name in enumerate(vendors)}
    out += [f'  {nodes[name]}(["{_label(vendor.name)}"])' for name, vendor in vendors.items()]
    for stage in stages:
        for row in stage.entered:
            arrow = "-->" if row.entry.replaces_upstream else "-.->"
            out.append(
                f'  {nodes[row.vendor.id]} {arrow}|"{_label(placeholder_words(row.entry.mechanism))}"| s_{stage.point}'
            )
    return "\n".join(out) + "\n"


def render_entries_json(stages: Sequence[Stage], profiles: Sequence[VendorProfile]) -> str:
    """Return the same as JSON, each entry with its signs and evidence ids."""
    document = {
        "schema": SCHEMA,
        "vendors": [profile.id for profile in profiles],
        "stages": [
            {
                "point": stage.point.value,
                "what": stage.what,
                "entries": [
                    {
                        "vendor": row.vendor.id,
                        "offer": row.offer.id,
                        "tier": row.offer.tier,
                        "mechanism": row.entry.mechanism,
                        "replaces_upstream": row.entry.replaces_upstream,
                        "detect": [f"{sign.kind}:{sign.pattern}" for sign in row.entry.detect],
                        "evidence": list(row.entry.evidence),
                        "location": {"artifact": row.entry.location.artifact, "line": row.entry.location.line},
                    }
                    for row in stage.entered
                ],
            }
            for stage in stages
        ],
    }
    return as_json(document)


def _name_width(stages: Sequence[Stage]) -> int:
    names = [text_width(plain(row.vendor.name)) for stage in stages for row in stage.entered]
    return min(_WIDEST_NAME, max(names, default=0))


def _entered(row: Entered, name_width: int, width: int) -> Iterator[str]:
    """Yield the lines of one entry: whose, by what means, and by which offer.

    Where a word such as an address is too long to stand beside the name, the rest goes below it: so it stays whole.
    """
    mark = "*" if row.entry.replaces_upstream else " "
    means = placeholder_words(row.entry.mechanism)
    longest = max(text_width(word) for word in plain(means).split(" "))
    if longest > width - name_width - 4 >= 0:
        names, indent = [shorten(row.vendor.name, width - 4)], 4
    else:
        names, indent = [_short(line, name_width) for line in wrap(row.vendor.name, name_width)], name_width + 4
    room = width - indent
    tier = {"both": "free or paid"}.get(row.offer.tier, row.offer.tier)
    texts = [shorten(text, room) for text in (*wrap(means, room), *wrap(f"({row.offer.name}, {tier})", room))]
    if indent == 4:
        yield f"{mark} {names[0]}"
        yield from (f"{'':{indent}}{text}" for text in texts)
        return
    for number, (name, text) in enumerate(zip_longest(names, texts, fillvalue="")):
        padded = f"{name}{' ' * (name_width - text_width(name))}"
        yield f"{mark if number == 0 else ' '} {padded}  {text}"


def _short(text: str, cells: int) -> str:
    return text if text_width(text) <= cells else shorten(text, cells)


def _missing(stages: Sequence[Stage], width: int) -> Iterator[str]:
    """Yield what the drawing leaves out: how to fill in what only the user knows, and addresses longer than a box."""
    entered = [row for stage in stages for row in stage.entered]
    for row in entered:
        words = plain(placeholder_words(row.entry.mechanism)).split(" ")
        long = [word for word in words if "://" in word and text_width(word) > width - _BOX_EDGES]
        yield from (line for word in long for line in ("", f"too long for its box, {plain(row.vendor.name)}:", word))
    places = {(name, row.vendor.id): None for row in entered for name in placeholders_of(row.entry.mechanism)}
    if places:
        yield ""
    for name, vendor in places:
        text = (
            f"{placeholder_words(f'{{{name}}}')} is known to you alone: set {name} under [variables.{vendor}] in a "
            f"file {FILE}, name its folder with --profiles DIR, and --filled shows it here"
        )
        yield from wrap(text, width)


def _arrow(lines: _Lines) -> list[str]:
    return [f"    {lines.down}", f"    {lines.arrow}"]


def _box(title: str, body: Sequence[str], lines: _Lines, width: int) -> list[str]:
    top_left, top_right, bottom_left, bottom_right = lines.corners
    title = shorten(title, width - 6)
    rest = lines.across * (width - 5 - text_width(title))
    inner = width - 4
    return [
        f"{top_left}{lines.across} {title} {rest}{top_right}",
        *(f"{lines.down} {text}{' ' * (inner - text_width(text))} {lines.down}" for text in body),
        f"{bottom_left}{lines.across * (width - 2)}{bottom_right}",
    ]


def _label(text: str) -> str:
    """Return a text that stands between double quotes in Mermaid: what could mean something there is written as #n;."""
    text = plain(text)
    text = text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 3]}..."
    return "".join(char if char in _QUIET else f"#{ord(char)};" for char in text)
