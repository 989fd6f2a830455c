"""What was read from feeds, as bytes that are read back quickly, and from those alone.

    body = pack_reading(reading)
    unpack_reading(body) == reading

JSON, a list for each value with its fields in order: a third of the time that the table of dates takes, and the faults
stay. It is a cache: `SHAPE` changes with the program and with the values, and what does not fit is not used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from supplymatrix import __version__
from supplymatrix.errors import Diagnostic
from supplymatrix.model.advisory import Channel, DateTrust, FeedDate, FeedReading, FixEvent, FixState, GoFix, Shipment
from supplymatrix.model.value import fields_of

__all__ = ["SHAPE", "pack_reading", "unpack_reading"]

T = TypeVar("T")
_KINDS: Mapping[str, type] = {"channels": Channel, "go_fixes": GoFix, "events": FixEvent, "shipments": Shipment}
_DIAGNOSTIC = ("message", "artifact", "line", "column", "seen", "expected", "remedy")
SHAPE = " ".join(
    [__version__, "1", *(f"{name}:{','.join(fields_of(kind))}" for name, kind in _KINDS.items()), *fields_of(FeedDate)]
)
"""Of which program and which values the bytes are."""


def pack_reading(reading: FeedReading) -> bytes:
    """Return a reading as bytes; the same reading gives the same bytes."""
    document: dict[str, object] = {
        name: [[_packed(getattr(item, field)) for field in fields_of(kind)] for item in getattr(reading, name)]
        for name, kind in _KINDS.items()
    }
    document["as_of"] = {feed: day.isoformat() for feed, day in reading.as_of.items()}
    document["faults"] = [[getattr(fault, name) for name in _DIAGNOSTIC] for fault in reading.faults]
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def unpack_reading(data: bytes, *, source: str) -> FeedReading:
    """Return the reading that was packed. Raises ValueError for anything else."""
    try:
        found = json.loads(data)
        days: dict[str, date] = {}
        return FeedReading(
            channels=_read(found["channels"], Channel, days),
            go_fixes=_read(found["go_fixes"], GoFix, days),
            events=_read(found["events"], FixEvent, days),
            shipments=_read(found["shipments"], Shipment, days),
            as_of={feed: date.fromisoformat(day) for feed, day in found["as_of"].items()},
            faults=tuple(Diagnostic(**dict(zip(_DIAGNOSTIC, row, strict=True))) for row in found["faults"]),
            source=source,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as err:
        raise ValueError(f"what was kept of a feed cannot be read: {type(err).__name__}") from err


def _packed(found: object) -> object:
    if isinstance(found, FeedDate):
        return [found.day.isoformat(), found.feed, found.file, found.field]
    if isinstance(found, Enum):
        return found.value
    return [_packed(item) for item in found] if isinstance(found, tuple) else found


def _read(rows: list[list[Any]], kind: type[T], days: dict[str, date]) -> tuple[T, ...]:
    names = fields_of(kind)
    turned = [(at, _TURN[name]) for at, name in enumerate(names) if name in _TURN]
    made = []
    for row in rows:
        for at, turn in turned:
            row[at] = turn(row[at], days)
        made.append(kind(**dict(zip(names, row, strict=True))))
    return tuple(made)


def _when(found: Any, days: dict[str, date]) -> FeedDate | None:  # noqa: ANN401 - decoded JSON
    if found is None:
        return None
    text, feed, file, field = found
    day = days.get(text)
    if day is None:
        day = days[text] = date.fromisoformat(text)
    return FeedDate(day=day, feed=feed, file=file, field=field)


def _texts(found: Any, days: dict[str, date]) -> tuple[Any, ...]:  # noqa: ANN401 - decoded JSON
    del days
    return tuple(tuple(item) if isinstance(item, list) else item for item in found)


_STATES = {state.value: state for state in FixState}
_TRUSTS = {trust.value: trust for trust in DateTrust}
_TURN: Mapping[str, Callable[[Any, dict[str, date]], object]] = {
    "when": _when,
    "released": _when,
    "state": lambda found, _: _STATES[found],
    "trust": lambda found, _: _TRUSTS[found],
    "aliases": _texts,
    "fixed_in": _texts,
    "ranges": _texts,
    "packages": _texts,
}
