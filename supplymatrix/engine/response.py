"""Use case: how fast each channel fixed Go's CVEs, and how fast the project took the fixes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from supplymatrix.errors import Diagnostic, InputError
from supplymatrix.model.spelling import nearest
from supplymatrix.model.value import value

if TYPE_CHECKING:
    from supplymatrix.model.advisory import FeedReading
    from supplymatrix.vendors.response_report import ResponseReport

__all__ = ["ResponseRequest", "run_response"]


@value
class ResponseRequest:
    """What is asked. path: a project's folder or go.mod, None = no project. vendors, channels: ids, all when empty.
    feeds: a folder of feed files, None = what was fetched, else the dates that come with the program. today: UTC."""

    environ: Mapping[str, str]
    today: date
    path: Path | None = None
    vendors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    since: date | None = None
    as_of: date | None = None
    cve: str = ""
    feeds: Path | None = None


def run_response(request: ResponseRequest) -> ResponseReport:
    """Return the report. Raises InputError for a vendor, channel or CVE that the feeds do not have, or a wrong PATH."""
    from supplymatrix.engine.feed_data import load_feed_data
    from supplymatrix.vendors.response_report import Asked, work_out_response

    folder = _folder(request.path) if request.path is not None else None
    reading = load_feed_data(request.feeds, environ=request.environ)
    history = None
    if folder is not None:
        from supplymatrix.sources.history import read_history

        history = read_history(folder, request.environ)
    asked = Asked(
        day=request.as_of or request.today,
        channels=_channels(reading, request),
        since=request.since,
        as_of=request.as_of,
        cve=_cve(reading, request.cve) if request.cve else "",
    )
    project = folder.as_posix() if folder is not None else ""
    return work_out_response(reading, asked, history=history, project=project)


def _folder(path: Path) -> Path:
    """Return the folder of a project. Raises InputError when there is none."""
    folder = path if path.is_dir() else path.parent
    if path.is_dir() or (path.is_file() and path.name in ("go.mod", "go.work")):
        return folder
    raise InputError(
        Diagnostic(
            message="there is no such project",
            artifact=path.as_posix(),
            expected="a folder, or its go.mod or go.work",
            remedy="name the folder of the project",
        )
    )


def _channels(reading: FeedReading, request: ResponseRequest) -> tuple[str, ...]:
    """Return the ids of the channels that were asked for; empty = all."""
    from supplymatrix.vendors.response_report import UPSTREAM

    there = [channel for channel in reading.channels if channel.id != UPSTREAM]
    _refuse_unknown("channel", request.channels, [channel.id for channel in there])
    _refuse_unknown("vendor", request.vendors, sorted({channel.vendor for channel in there if channel.vendor}))
    if not request.channels and not request.vendors:
        return ()
    return tuple(channel.id for channel in there if channel.id in request.channels or channel.vendor in request.vendors)


def _cve(reading: FeedReading, name: str) -> str:
    from supplymatrix.vendors.response import names_of

    names = names_of(reading.go_fixes)
    by_upper = {known.upper(): cve for known, cve in names.items()}
    if name.upper() in by_upper:
        return by_upper[name.upper()]
    raise _unknown("CVE of Go's standard library or toolchain", name, names)


def _refuse_unknown(what: str, words: Iterable[str], known: Iterable[str]) -> None:
    """Raise InputError for the first word that is none of those that are known."""
    there = list(known)
    for word in words:
        if word not in there:
            raise _unknown(f"{what} with response times", word, there, listed=True)


def _unknown(what: str, seen: str, known: Iterable[str], *, listed: bool = False) -> InputError:
    there = list(known)
    near = nearest(seen, there)
    listing = f"one of {', '.join(there)}" if there else "none is there: no feed was read"
    return InputError(
        Diagnostic(
            message=f"the feeds have no such {what}",
            seen=seen[:100],
            expected=listing if listed else "an id that a feed has, e.g. CVE-2024-24790",
            remedy=f"did you mean {near}?" if near else "`supplymatrix response` lists what there is",
        )
    )
