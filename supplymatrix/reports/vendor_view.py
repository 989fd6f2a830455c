"""Vendor profiles as people and programs read them: the list, one profile cell by cell, and the outcome of a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from supplymatrix.errors import Diagnostic
from supplymatrix.model.vendor import Capability, Price, Scope, State, VendorEvidence, VendorProfile
from supplymatrix.reports.claims_view import evidence_of
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width, wrap
from supplymatrix.reports.tally import counted
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.validate import CellCounts, StaleUse, count_cells, expires_on, is_live

__all__ = ["primary_sources", "render_vendor_list", "render_vendor_text", "render_vendors_json", "said_of",
           "said_stale"]  # fmt: skip

SCHEMA = "supplymatrix.vendors/1"
_WIDEST = 24  # columns of an id
_WORDS = {State.NA: "n/a"}


def render_vendor_list(profiles: Sequence[VendorProfile], today: date, own: frozenset[str], *, width: int = 80) -> str:
    """Return a line for each vendor, and what the numbers are. What does not fit into `width` is cut off a name."""
    rows = [("id", "kind", "status", "reviewed", "cells", "src", "name")]
    for profile in profiles:
        counts = count_cells(profile, today)
        rows.append((
            profile.id, profile.kind.value, profile.status.value, str(profile.reviewed_at),
            f"{counts.known}/{counts.unknown}/{counts.stale}", str(primary_sources(profile)),
            f"{profile.name} (yours)" if profile.id in own else profile.name,
        ))  # fmt: skip
    sizes = [min(_WIDEST, max(len(row[column]) for row in rows)) for column in range(len(rows[0]) - 1)]
    out = []
    for row in rows:
        cells = [shorten(text, size).ljust(size) for text, size in zip(row, sizes, strict=False)]
        line = " ".join(cells)
        out.append(f"{line} {_begun(plain(row[-1]), max(12, width - len(line) - 1))}")
    return "\n".join([*out, "", f"cells: known/unknown/stale on {today}; src: primary sources", ""])


def _begun(text: str, room: int) -> str:
    return text if text_width(text) <= room else f"{text[: room - 1].rstrip()}…"


def primary_sources(profile: VendorProfile) -> int:
    """Return how many of a profile's sources are the vendor's own words or a measurement."""
    from supplymatrix.vendors.validate import PRIMARY

    return sum(item.kind in PRIMARY for item in profile.evidence.values())


def render_vendor_text(
    profile: VendorProfile, today: date, *, key: str = "", width: int = 80, filled: bool = False
) -> str:
    """Return a profile, each cell with its sources. key: only the cells of this one. filled: show the user's quotes."""
    cells = [cell for cell in profile.capabilities if key in ("", cell.key)]
    out = [] if key else [*_head(profile, today, width), ""]
    for cell in cells:
        out += [*_cell(profile, cell, today, width), ""]
    if not cells and key:
        out.append(f"{profile.id} gives no answer to {key}: {KEYS[key].question}")
    if not key:
        out += ["prices", *_prices(profile, width, filled=filled), "", said_of(count_cells(profile, today))]
    return "\n".join(line.rstrip() for line in out).rstrip("\n") + "\n"


def said_of(counts: CellCounts) -> str:
    """Return the counts of cells as a line."""
    total = counts.known + counts.unknown + counts.stale + counts.without
    return (
        f"{counted(total, 'cell')}: {counts.known:,} known ({counts.primary:,} by a primary source), "
        f"{counts.unknown:,} unknown, {counts.stale:,} stale"
    )


def said_stale(stale: StaleUse) -> str:
    """Return one line about evidence that expired."""
    return f"{stale.evidence.location}: stale since {stale.since}: {stale.evidence.id}, under {stale.use.row}"


def render_vendors_json(
    profiles: Sequence[VendorProfile],
    today: date,
    *,
    own: frozenset[str],
    faults: Sequence[Diagnostic] = (),
    notes: Sequence[str] = (),
    details: bool = False,
    key: str = "",
) -> str:
    """Return vendors as JSON. details: with cells, prices and evidence, those of `key` alone where it is given."""
    document = {
        "schema": SCHEMA,
        "as_of": str(today),
        "vendors": [
            {**_summary(profile, today, own), **_details(profile, today, key if details else None)}
            for profile in profiles
        ],
        "faults": [fault_of(fault) for fault in faults],
        "notes": list(notes),
    }
    return as_json(document)


def fault_of(fault: Diagnostic) -> dict[str, object]:
    """Return a fault as values of JSON."""
    return {
        "message": fault.message, "artifact": fault.artifact, "line": fault.line, "column": fault.column,
        "seen": fault.seen, "expected": fault.expected, "remedy": fault.remedy,
    }  # fmt: skip


def _head(profile: VendorProfile, today: date, width: int) -> Iterator[str]:
    parent = f", of {profile.parent}" if profile.parent else ""
    yield from wrap(f"{profile.name} ({profile.id}){parent} · {profile.kind}, {profile.status}", width)
    yield f"  {plain(profile.url)}"
    age = _age(profile.reviewed_at, today)
    yield from (f"  {line}" for line in wrap(f"reviewed {profile.reviewed_at} ({age}) · {profile.artifact}", width - 2))
    for offer in profile.offers:
        text = f"offer {offer.id}: {offer.name}, {offer.kind.replace('_', ' ')}, {offer.tier}"
        yield from (f"  {line}" for line in wrap(text, width - 2))
    for life in profile.lifetimes:
        until = f"until {life.until}" if life.until else "end not known"
        yield from (f"  {line}" for line in wrap(f"life {life.offer} {life.minor}: {until}; {life.basis}", width - 2))
    for feed in profile.feeds:
        text = f"feed {feed.id}: {feed.format}, licence {feed.licence or '?'}, dates {feed.date_trust}; {feed.url}"
        yield from (f"  {line}" for line in wrap(text, width - 2))


def _cell(profile: VendorProfile, cell: Capability, today: date, width: int) -> Iterator[str]:
    days = KEYS[cell.key].expires_days
    items = [profile.evidence[name] for name in cell.evidence]
    state = _WORDS.get(cell.state, cell.state.value)
    if cell.state is not State.UNKNOWN and not any(is_live(item, days, today) for item in items):
        state = f"? (stale, was {state})"
    head = f"{KEYS[cell.key].title} [{cell.key}{_scope(cell.scope)}]: {state}"
    yield from wrap(head, width)
    for text in filter(None, (cell.value, ", ".join(cell.items), _numbers(cell), cell.note)):
        yield from (f"  {line}" for line in wrap(text, width - 2))
    if cell.state is State.UNKNOWN:
        for place in cell.searched:
            yield from (f"    {line}" for line in wrap(f"looked on {cell.searched_at} in {place}", width - 4))
    for item in items:
        yield from _source(item, days, today, width)


def _source(item: VendorEvidence, days: int, today: date, width: int) -> Iterator[str]:
    until = expires_on(item, days)
    ends = f"expires {until}" if until >= today else f"stale since {until + timedelta(days=1)}"
    dated = f", dated {item.source_date}" if item.source_date else ""
    head = f"- {item.id}: {item.kind.replace('_', ' ')}, confidence {item.confidence}{dated}"
    yield from (f"  {line}" for line in wrap(head, width - 2))
    yield f"    {plain(item.source)}"
    rest = [f"read {item.retrieved_at} ({_age(item.retrieved_at, today)}), {ends}", item.locator, item.note]
    rest += [f"conflicts with {', '.join(item.conflicts_with)}"] if item.conflicts_with else []
    for text in filter(None, rest):
        yield from (f"    {line}" for line in wrap(text, width - 4))


def _prices(profile: VendorProfile, width: int, *, filled: bool) -> Iterator[str]:
    for price in profile.prices:
        yield from (f"  {line}" for line in wrap(f"{price.offer}: {_money(price, filled=filled)}", width - 2))
    if not profile.prices:
        yield "  none stated: unknown"


def _money(price: Price, *, filled: bool) -> str:
    if price.from_user and not filled:
        return "your own quote (shown with --filled)"
    if price.state == "free":
        return "free"
    if price.amount is None:
        return f"? (looked on {price.searched_at} in {'; '.join(price.searched)})"
    period = "once" if price.period == "once" else f"a {price.period}"
    kind = f"your own quote of {price.searched_at}" if price.from_user else "list price" if price.is_list else "price"
    return f"{price.amount:,} {price.currency} per {price.per} {period}, {kind}"


def _numbers(cell: Capability) -> str:
    return ", ".join(f"{name} {number:,} {cell.unit}" for name, number in cell.numbers.items())


def _scope(scope: Scope) -> str:
    parts = [part for part in (scope.offer, scope.minor, scope.arch) if part]
    return f" of {', '.join(parts)}" if parts else ""


def _age(day: date, today: date) -> str:
    days = (today - day).days
    return "today" if days == 0 else f"{counted(days, 'day')} ago" if days > 0 else f"{counted(-days, 'day')} later"


def _summary(profile: VendorProfile, today: date, own: frozenset[str]) -> dict[str, object]:
    counts = count_cells(profile, today)
    return {
        "id": profile.id,
        "name": profile.name,
        "parent": profile.parent,
        "kind": profile.kind.value,
        "status": profile.status.value,
        "core": profile.core,
        "versions": profile.versions.value,
        "url": profile.url,
        "reviewed_at": str(profile.reviewed_at),
        "from_user": profile.id in own,
        "artifact": profile.artifact,
        "sha256": profile.sha256,
        "cells": {
            "known": counts.known, "unknown": counts.unknown, "stale": counts.stale,
            "primary": counts.primary, "without_evidence": counts.without,
        },
        "primary_sources": primary_sources(profile),
    }  # fmt: skip


def _details(profile: VendorProfile, today: date, key: str | None) -> dict[str, object]:
    """Return cells and evidence; key: of this one alone, "" = all, None = none."""
    if key is None:
        return {"capabilities": None, "evidence": None}
    cells = [cell for cell in profile.capabilities if key in ("", cell.key)]
    named = {name for cell in cells for name in cell.evidence}
    return {
        "capabilities": [_capability(profile, cell, today) for cell in cells],
        "evidence": [evidence_of(item) for name, item in profile.evidence.items() if not key or name in named],
    }


def _capability(profile: VendorProfile, cell: Capability, today: date) -> dict[str, object]:
    days = KEYS[cell.key].expires_days
    items = [profile.evidence[name] for name in cell.evidence]
    live = any(is_live(item, days, today) for item in items)
    return {
        "key": cell.key,
        "state": cell.state.value,
        "live": live,
        "value": cell.value,
        "items": list(cell.items),
        "numbers": [{"name": name, "number": number} for name, number in cell.numbers.items()],
        "unit": cell.unit,
        "offer": cell.scope.offer,
        "minor": cell.scope.minor,
        "arch": cell.scope.arch,
        "evidence": [{"id": item.id, "expires": str(expires_on(item, days))} for item in items],
        "searched": list(cell.searched),
        "searched_at": str(cell.searched_at) if cell.searched_at else None,
        "note": cell.note,
        "location": {"artifact": cell.location.artifact, "line": cell.location.line},
    }
