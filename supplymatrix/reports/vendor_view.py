"""Vendor profiles as people and programs read them: the list, one profile cell by cell, and the outcome of a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from supplymatrix.errors import Diagnostic
from supplymatrix.model.vendor import Capability, Price, Scope, State, VendorProfile
from supplymatrix.reports.claims_view import evidence_of
from supplymatrix.reports.json_report import as_json
from supplymatrix.reports.matrix_cells import answer_word, state_word
from supplymatrix.reports.plain import plain
from supplymatrix.reports.snippet import shorten, text_width, wrap
from supplymatrix.reports.tally import counted
from supplymatrix.reports.vendor_signers_view import signer_lines, signer_rows
from supplymatrix.vendors.capability_keys import KEYS
from supplymatrix.vendors.cells import Answer, CellEvidence, CellStatus, cell_of
from supplymatrix.vendors.expiry import PRIMARY
from supplymatrix.vendors.user_data import FILE, with_placeholders_in_words
from supplymatrix.vendors.validate import CellCounts, StaleUse, count_cells

__all__ = ["primary_sources", "render_vendor_list", "render_vendor_text", "render_vendors_json", "said_of",
           "said_stale"]  # fmt: skip

SCHEMA = "supplymatrix.vendors/1"
_WIDEST = 24  # columns of an id
_SIGNING = "signing"
_TIERS = {"both": "free or paid"}


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
    return sum(item.kind in PRIMARY for item in profile.evidence.values())


def render_vendor_text(
    profile: VendorProfile,
    today: date,
    *,
    key: str = "",
    width: int = 80,
    filled: bool = False,
    variables: Mapping[str, str | None] | None = None,
) -> str:
    """Return a profile, each cell with its sources. key: only the cells of this one.

    filled: show the user's quotes, and at the end all that is the user's own. variables: those that there are, with
    what the user set, None = not set.
    """
    profile = with_placeholders_in_words(profile)
    answers = _answers(profile, today, key)
    out = [] if key else [*_head(profile, today, width), ""]
    for answer in answers:
        out += [*_cell(answer, today, width), ""]
    if key in ("", _SIGNING) and profile.signers:
        out += [*signer_lines(profile, today, width), ""]
    if not answers and key:
        out.append(f"{profile.id} gives no answer to {key}: {KEYS[key].question}")
    if not key:
        out += ["prices", *_prices(profile, width, filled=filled), "", said_of(count_cells(profile, today))]
    if filled:
        out += ["", *_yours(profile, variables or {}, today, width)]
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
        text = f"offer {offer.id}: {offer.name}, {offer.kind.replace('_', ' ')}, {_TIERS.get(offer.tier, offer.tier)}"
        yield from (f"  {line}" for line in wrap(text, width - 2))
    for life in profile.lifetimes:
        until = f"until {life.until}" if life.until else "end not known"
        yield from (f"  {line}" for line in wrap(f"life {life.offer} {life.minor}: {until}; {life.basis}", width - 2))
    for feed in profile.feeds:
        text = f"feed {feed.id}: {feed.format}, licence {feed.licence or '?'}, dates {feed.date_trust}; {feed.url}"
        yield from (f"  {line}" for line in wrap(text, width - 2))


def _answers(profile: VendorProfile, today: date, key: str) -> tuple[Answer, ...]:
    """Return the statements of a profile as they stand on the day, in its order. key: of this one alone, "" = all."""
    keys = dict.fromkeys(row.key for row in profile.capabilities if key in ("", row.key))
    found = [answer for name in keys for answer in cell_of(profile, name, today).answers]
    by_row = {(answer.capability.key, answer.capability.scope): answer for answer in found}
    return tuple(by_row[row.key, row.scope] for row in profile.capabilities if row.key in keys)


def _cell(answer: Answer, today: date, width: int) -> Iterator[str]:
    cell = answer.capability
    head = f"{KEYS[cell.key].title} [{cell.key}{_scope(cell.scope)}]: {_state(answer)}"
    yield from wrap(head, width)
    for text in filter(None, (cell.value, ", ".join(cell.items), _numbers(cell), cell.note)):
        yield from (f"  {line}" for line in wrap(text, width - 2))
    if cell.state is State.UNKNOWN:
        for place in cell.searched:
            yield from (f"    {line}" for line in wrap(f"looked on {cell.searched_at} in {place}", width - 4))
    for source in answer.evidence:
        yield from _source(source, today, width)


def _state(answer: Answer) -> str:
    """Return the state that counts on the day; where that is not what the profile says, why, and what it says."""
    word = answer_word(answer)
    if answer.state is answer.said:
        return word
    said = state_word(answer.said)
    against = f": {answer.outranked_by} says otherwise" if answer.outranked_by else ""
    return f"? ({word}, {'was' if answer.status is CellStatus.STALE else 'said'} {said}{against})"


def _source(source: CellEvidence, today: date, width: int) -> Iterator[str]:
    item, until = source.evidence, source.expires_at
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


def _yours(profile: VendorProfile, variables: Mapping[str, str | None], today: date, width: int) -> Iterator[str]:
    """Yield what is the user's own in a profile and, where something is not set, where to set it."""
    yield f"your own data ({FILE})"
    quotes = [price for price in profile.prices if price.from_user]
    for price in quotes:
        yield from (f"  {line}" for line in wrap(f"quote for {price.offer}: {_money(price, filled=True)}", width - 2))
    for name, said in variables.items():
        yield from (f"  {line}" for line in wrap(f"variable {name}: {said or 'not set'}", width - 2))
    if not variables:
        yield "  variables: this profile has no place for one"
    unset = [name for name, said in variables.items() if said is None]
    priced = [offer.id for offer in profile.offers if offer.tier != "free"]
    if not quotes:
        text = f"quotes: none is set; there can be one for {', '.join(priced)}" if priced else "quotes: all is free"
        yield from (f"  {line}" for line in wrap(text, width - 2))
    if not unset and (quotes or not priced):
        return
    place = (
        f"to set one: write a file {FILE} in a folder of your own, and name the folder with --profiles DIR, or under "
        "[vendors] profiles in settings.toml (supplymatrix config path); it is sent nowhere"
    )
    yield from (f"  {line}" for line in wrap(place, width - 2))
    if priced and not quotes:
        yield f"    [quotes.{profile.id}.{priced[0]}]"
        yield from (f"    {line}" for line in ('amount = "349.00"', 'currency = "USD"', 'per = "machine"'))
        yield f"    as_of = {today}"
    if unset:
        yield f"    [variables.{profile.id}]"
        yield from (f'    {name} = "your own"' for name in unset)


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
    parts = [part for part in (scope.offer, scope.minor, scope.arch, scope.tier) if part]
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
    """Return cells, evidence and who signs; key: of this one alone, "" = all, None = none."""
    if key is None:
        return {"capabilities": None, "evidence": None, "signers": None}
    answers = _answers(profile, today, key)
    named = {name for answer in answers for name in answer.capability.evidence}
    signers = signer_rows(profile) if key in ("", _SIGNING) else []
    named |= {name for row in profile.signers if signers for name in row.evidence}
    return {
        "capabilities": [_capability(answer) for answer in answers],
        "evidence": [evidence_of(item) for name, item in profile.evidence.items() if not key or name in named],
        "signers": signers,
    }


def _capability(answer: Answer) -> dict[str, object]:
    cell = answer.capability
    return {
        "key": cell.key,
        "state": cell.state.value,
        "status": answer.status.value,
        "live": any(source.is_live for source in answer.evidence),
        "value": cell.value,
        "items": list(cell.items),
        "numbers": [{"name": name, "number": number} for name, number in cell.numbers.items()],
        "unit": cell.unit,
        "offer": cell.scope.offer,
        "minor": cell.scope.minor,
        "arch": cell.scope.arch,
        "evidence": [{"id": source.evidence.id, "expires": str(source.expires_at)} for source in answer.evidence],
        "searched": list(cell.searched),
        "searched_at": str(cell.searched_at) if cell.searched_at else None,
        "note": cell.note,
        "location": {"artifact": cell.location.artifact, "line": cell.location.line},
    }
