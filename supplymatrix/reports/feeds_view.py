"""Feeds as text and JSON: what there is, how each stands, and what a sync came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from supplymatrix.errors import Diagnostic
from supplymatrix.feeds.registry import Feed
from supplymatrix.reports.feed_words import CANNOT_TELL, LICENCE_NOTES
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import text_width, wrap
from supplymatrix.reports.tally import counted

__all__ = ["render_feeds_json", "render_list_text", "render_status_text", "render_sync_text"]

SCHEMA = "supplymatrix.feeds/1"
_FAULTS = 5


class Status(Protocol):
    """How one feed stands."""

    @property
    def feed(self) -> Feed: ...
    @property
    def in_use(self) -> str: ...
    @property
    def as_of(self) -> date | None: ...
    @property
    def age(self) -> int | None: ...
    @property
    def retrieved_at(self) -> datetime | None: ...
    @property
    def checked_at(self) -> datetime | None: ...
    @property
    def origin(self) -> str: ...
    @property
    def files(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def absent(self) -> int: ...
    @property
    def faults(self) -> Sequence[Diagnostic]: ...


class Synced(Protocol):
    """What a sync made of one feed."""

    @property
    def feed(self) -> Feed: ...
    @property
    def state(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def new(self) -> int: ...
    @property
    def same(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def absent(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def as_of(self) -> date | None: ...
    @property
    def faults(self) -> Sequence[Diagnostic]: ...


def render_list_text(feeds: Sequence[Feed], *, width: int = 80, verbose: bool = False) -> str:
    """Return what each feed is. verbose: with the names of its files, for `--from`."""
    out: list[str] = []
    for feed in feeds:
        out += wrap(f"{feed.id}: {feed.name}", width)
        rows = [("licence", feed.licence), ("attribution", feed.attribution)]
        rows.append(("may be passed on", "yes" if feed.redistributable else "no: it is fetched at your side only"))
        rows += [("address", url) for url in feed.urls] or [("address", "none: taken from a folder (--from DIR)")]
        rows += [("licence note", " ".join(LICENCE_NOTES[feed.id]))] if feed.id in LICENCE_NOTES else []
        rows += [("cannot tell", words) for words in CANNOT_TELL.get(feed.id, ())]
        rows += [("files", ", ".join(feed.files))] if verbose else []
        for name, words in rows:
            out += _row(name, words, width)
        out.append("")
    return "\n".join([*out, counted(len(feeds), "feed"), ""])


def render_status_text(found: Sequence[Status], store: str, *, width: int = 80) -> str:
    """Return how each feed stands."""
    out = [f"feeds  {plain(store or 'nowhere: no home is known')}", ""]
    for status in found:
        out += wrap(f"{status.feed.id}: {_in_use(status)}", width)
        if status.retrieved_at is not None:
            parts = [
                f"received {_minute(status.retrieved_at)}",
                f"nothing new {_minute(status.checked_at)}" if status.checked_at else "",
                f"{counted(status.files, 'file')}, {counted(status.bytes, 'byte')}",
                "from a folder" if status.origin == "folder" else "",
                f"{status.kept:,} kept from an earlier sync" if status.kept else "",
                f"{status.absent:,} not there" if status.absent else "",
            ]
            out += [f"  {line}" for line in wrap(", ".join(filter(None, parts)), width - 2)]
        passed_on = "" if status.feed.redistributable else ", not to be passed on"
        out += [f"  {line}" for line in wrap(f"licence {status.feed.licence}{passed_on}", width - 2)]
        out += _faults(status.faults, width)
    synced = sum(status.in_use == "synced" for status in found)
    out += ["", f"{counted(len(found), 'feed')}, {synced:,} synced"]
    if synced < len(found):
        out += wrap("next: supplymatrix feeds sync (all of them), or supplymatrix feeds sync FEED", width)
        out += ["      without a network: --from DIR takes a folder of feed files"]
    return "\n".join([*out, ""])


def render_sync_text(found: Sequence[Synced], store: str, *, width: int = 80) -> str:
    """Return what became of each feed."""
    out: list[str] = []
    for item in found:
        parts = [f"as of {item.as_of}" if item.as_of else ""]
        parts += [f"{item.new:,} new", f"{item.same:,} the same"] if item.new or item.same else []
        parts += [f"{item.kept:,} kept"] if item.kept else []
        parts += [f"{item.absent:,} not there"] if item.absent else []
        parts += [counted(item.bytes, "byte") if item.bytes else "", item.detail]
        said = ", ".join(filter(None, parts))
        out += wrap(f"{item.feed.id}: {item.state}{f', {said}' if said else ''}", width)
        out += _faults(item.faults, width)
    return "\n".join([*out, "", f"feeds are in {plain(store)}", ""])


def render_feeds_json(
    feeds: Sequence[Feed],
    *,
    store: str = "",
    status: Sequence[Status] = (),
    synced: Sequence[Synced] = (),
) -> str:
    """Return feeds as JSON, with how they stand and what a sync came to, as far as that was asked."""
    by_status = {item.feed.id: item for item in status}
    by_sync = {item.feed.id: item for item in synced}
    document: dict[str, object] = {
        "schema": SCHEMA,
        "store": store,
        "feeds": [
            {
                "id": feed.id,
                "name": feed.name,
                "vendor": feed.vendor,
                "licence": feed.licence,
                "attribution": feed.attribution,
                "redistributable": feed.redistributable,
                "urls": list(feed.urls),
                "kind": feed.kind.value,
                "files": list(feed.files),
                "cannot_tell": list(CANNOT_TELL.get(feed.id, ())),
                "licence_note": " ".join(LICENCE_NOTES.get(feed.id, ())),
                "status": _status_json(by_status[feed.id]) if feed.id in by_status else None,
                "sync": _sync_json(by_sync[feed.id]) if feed.id in by_sync else None,
            }
            for feed in feeds
        ],
    }
    return as_json(document)


def _status_json(status: Status) -> Mapping[str, object]:
    return {
        "in_use": status.in_use,
        "as_of": _day(status.as_of),
        "age_days": status.age,
        "retrieved_at": status.retrieved_at.isoformat() if status.retrieved_at else None,
        "checked_at": status.checked_at.isoformat() if status.checked_at else None,
        "origin": status.origin,
        "files": status.files,
        "bytes": status.bytes,
        "kept": status.kept,
        "absent": status.absent,
        "faults": [_fault_json(fault) for fault in status.faults],
    }


def _sync_json(item: Synced) -> Mapping[str, object]:
    return {
        "state": str(item.state),
        "detail": item.detail,
        "as_of": _day(item.as_of),
        "new": item.new,
        "same": item.same,
        "kept": item.kept,
        "absent": item.absent,
        "bytes": item.bytes,
        "faults": [_fault_json(fault) for fault in item.faults],
    }


def _fault_json(fault: Diagnostic) -> Mapping[str, object]:
    return {
        "message": fault.message,
        "location": {"artifact": fault.artifact, "line": fault.line},
        "seen": fault.seen,
        "expected": fault.expected,
        "next": fault.remedy,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")


def _in_use(status: Status) -> str:
    age = f", {counted(status.age, 'day')} old" if status.age is not None and status.age >= 0 else ""
    of_day = f"as of {status.as_of}{age}" if status.as_of else "its dates tell no day"
    if status.in_use == "synced":
        return f"synced, {of_day}"
    if status.in_use == "shipped":
        return f"not synced; the shipped table of {status.as_of} is in use{age}"
    return "not synced, and nothing of it is shipped"


def _faults(faults: Sequence[Diagnostic], width: int) -> list[str]:
    lines = []
    for fault in faults[:_FAULTS]:
        lines += [f"  {line}" for line in wrap(f"fault: {fault}", width - 2)]
        lines += [f"  {line}" for line in wrap(f"next: {fault.remedy}", width - 2)] if fault.remedy else []
    if len(faults) > _FAULTS:
        lines.append(f"  … and {len(faults) - _FAULTS:,} more faults")
    return lines


def _row(name: str, words: str, width: int) -> list[str]:
    """Return a row of a list; an address that is too long to stand beside its name goes below it, whole."""
    if max(text_width(word) for word in plain(words).split(" ")) > width - 20:
        return [f"  {name}", *(f"    {line}" for line in wrap(words, width - 4))]
    first, *rest = wrap(words, max(20, width - 20))
    return [f"  {name:16}  {first}", *(f"  {'':16}  {line}" for line in rest)]
