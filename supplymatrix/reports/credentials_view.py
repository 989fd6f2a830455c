"""Credentials that settings and files give away, for people: the worst first, and of each what to do. None is shown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from supplymatrix.model.gap import Gap
from supplymatrix.model.go_sources import Credential
from supplymatrix.privacy.credential_run import CredentialsRun
from supplymatrix.reports.plain import plain
from supplymatrix.reports.tally import counted

__all__ = ["fingerprint_words", "render_credentials_text", "risk_words"]

_LABEL = 10
_SHOWN = 20  # credentials in full, unless all are asked for
_VERDICTS = {
    0: "no credential was found in what was looked at",
    1: "credentials stand where others get them",
    3: "not everything could be looked at",
    5: "there was nothing to look at",
}


def render_credentials_text(run: CredentialsRun, *, width: int = 80, verbose: bool = False) -> str:
    """Return a paragraph for each credential, then what could not be looked at. verbose: of all, and where none was."""
    lines: list[str] = []
    shown = run.credentials if verbose else run.credentials[:_SHOWN]
    for one in shown:
        lines += [*_credential(one, width), ""]
    if len(run.credentials) > len(shown):
        lines += [f"… and {len(run.credentials) - len(shown):,} more (-v shows all)", ""]
    for note in run.notes:
        lines += _wrapped("note", note, width)
    lines += _gaps(run.gaps, width)
    lines += [""] if run.notes or run.gaps else []
    for place in run.sought if verbose else ():
        lines.append(f"{place.place}: {place.looked:,} looked at, {counted(place.found, 'credential')}")
    places = [f"{place.place} ({place.looked:,})" for place in run.sought if place.looked]
    if places and not verbose:
        lines += textwrap.wrap(plain(f"looked at: {', '.join(places)}"), max(40, width))
    head = f"{counted(len(run.credentials), 'credential')}: " if run.credentials else ""
    lines += textwrap.wrap(head + _VERDICTS[run.exit_code], max(40, width))
    return "\n".join(lines) + "\n"


def _credential(one: Credential, width: int) -> Iterator[str]:
    place = str(one.location) if one.location.artifact else one.origin
    yield from textwrap.wrap(plain(f"{_mark(one)} {place}: {one.kind}"), max(40, width), subsequent_indent="    ")
    named = f"{one.where}, {one.name}" if one.name and one.name not in one.where else one.where
    yield from _wrapped("in", named, width)
    yield from _wrapped("it", fingerprint_words(one), width)
    risk = risk_words(one)
    if risk:
        yield from _wrapped("who", risk, width)
    if one.advice:
        yield from _wrapped("next", one.advice, width)


def _mark(one: Credential) -> str:
    return "✗" if one.is_committed or one.is_shipped or one.is_readable else "!"


def fingerprint_words(one: Credential) -> str:
    """Return by what the owner of a credential can tell which one it is."""
    if not one.length:
        return "its value is not here"
    begins = f", begins with {one.prefix}" if one.prefix else ""
    digest = f", SHA-256 {one.digest}…" if one.digest else ""
    return f"{counted(one.length, 'character')}{begins}{digest}"


def risk_words(one: Credential) -> str:
    """Return who gets a credential, "" where nothing is known of it."""
    said = []
    if one.is_committed:
        said.append("git tracks the file: whoever gets the repository has it, and later commits do not take it back")
    if one.is_shipped and not one.length:
        said.append("what is given for it stays in the image's history: whoever gets the image has it")
    elif one.is_shipped:
        said.append("whoever gets what is built has it")
    if one.is_readable:
        said.append("other users of this machine may read the file")
    return "; ".join(said)


def _gaps(gaps: Sequence[Gap], width: int) -> Iterator[str]:
    for gap in gaps:
        line = f" (line {gap.location.line})" if gap.location is not None and gap.location.line else ""
        yield from _wrapped("not known", f"{gap.wanted}{line}: {gap.reason}", width)
        if gap.remedy:
            yield from _wrapped("next", gap.remedy, width)


def _wrapped(label: str, text: str, width: int) -> Iterator[str]:
    indent = " " * (4 + _LABEL)
    room = max(40, width) - len(indent)
    for number, line in enumerate(textwrap.wrap(plain(text), room, break_on_hyphens=False) or [""]):
        yield f"    {label:{_LABEL}}{line}" if number == 0 else indent + line
